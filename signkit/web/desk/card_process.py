"""What is done with a card and its PIN in a process of its own (`signkit.web.desk.prompted_process`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from signkit.errors import CardError, UsageProblem
from signkit.signers.base import SecretKind, SecretRequest, wipe
from signkit.web.desk.prompted_process import ASKING, Say
from signkit.web.desk.prompting import AboutCard, Prompt, PromptKind
from signkit.words import Language, Text

if TYPE_CHECKING:
    from signkit.card.transport import Connection
    from signkit.settings import Settings

#: What of a card's holder goes into a contract, with the characters in it that stand for others.
_TOLD = ("name", "address", "name_substitutes", "address_substitutes")
#: What a party's name and address can be read by at the desk.
READ_FROM = ("certificate", "surface")
CardSecret = Literal["signature", "authentication", "surface"]
_KINDS: dict[CardSecret, tuple[SecretKind, SecretKind]] = {
    "signature": ("signature-password", "new-signature-password"),
    "authentication": ("authentication-pin", "new-pin"),
    "surface": ("surface-pin", "new-pin"),
}


@dataclass(frozen=True)
class NewPinOrder:
    """Which secret of which card is to be replaced; old and new are asked for by the process.

    Attributes:
        reader: as ``--reader`` takes it; None: the only card there is.
        name: what the person is told the card is.
    """

    ACT: ClassVar[str] = "change-pin"

    which: CardSecret
    reader: str | None
    name: str
    language: Language = "ja"
    prompt: PromptKind = "auto"
    program: str | None = None


@dataclass(frozen=True)
class RegisterOrder:
    """Which card is to be known by its touch from now on; its holder authenticates for it.

    Attributes:
        trust: further anchors, as ``signkit card touch`` takes them.
    """

    ACT: ClassVar[str] = "register-touch"

    reader: str | None
    name: str
    registry: str
    trust: tuple[str, ...] = ()
    language: Language = "ja"
    prompt: PromptKind = "auto"
    program: str | None = None


@dataclass(frozen=True)
class ReadOrder:
    """Which card says who its holder is.

    Attributes:
        source: ``certificate`` or ``surface`` (`signkit.holder.identity.IdentitySource`).
        trust: further anchors, as ``signkit card identity`` takes them.
    """

    ACT: ClassVar[str] = "read-identity"

    source: str
    reader: str | None
    name: str
    trust: tuple[str, ...] = ()
    language: Language = "ja"
    prompt: PromptKind = "auto"
    program: str | None = None


def read_holder(plain: dict[str, Any], say: Say) -> str:
    """Ask for the secret that opens them, and return name and address, and what they rest on, as JSON.

    Raises:
        PromptCancelled: the person does not want to.
        SignKitError: as ``signkit card identity`` does.
    """
    from signkit.holder.identity import IdentitySource, read_identity
    from signkit.settings import load_settings
    from signkit.signers.card import connect_card, pin_source
    from signkit.validation.options import anchor_paths

    order, settings = ReadOrder(**plain), load_settings()
    source = IdentitySource(order.source)
    prompt = Prompt(AboutCard(order.name, _READING), order.language, order.prompt, order.program)
    anchors = anchor_paths(settings, [Path(each) for each in order.trust])
    say(stage=ASKING)
    with connect_card(order.reader, settings) as connection:
        read = read_identity(connection, source, pin_source(prompt.ask, source.secret, order.name), anchors)
    attributes = read.attributes
    told = {name: getattr(attributes, name) for name in _TOLD}
    return json.dumps({**told, "source": source, "issuer": read.issuer})


def change_pin(plain: dict[str, Any], say: Say) -> str:
    """Ask for the old secret and twice for the new one, and replace it.

    Raises:
        PromptCancelled: the person does not want to.
        SignKitError: as ``signkit card change-pin`` does.
    """
    from signkit.card import pin as secrets
    from signkit.card import session, surface
    from signkit.settings import load_settings
    from signkit.signers.card import connect_card

    order = NewPinOrder(**plain)
    by_name = {"signature": secrets.SIGNATURE, "authentication": secrets.AUTHENTICATION, "surface": secrets.SURFACE}
    secret, (old_kind, new_kind) = by_name[order.which], _KINDS[order.which]
    prompt = Prompt(AboutCard(order.name, _CHANGING), order.language, order.prompt, order.program)
    with connect_card(order.reader, load_settings()) as connection:
        tries = _tries(order.which, connection)
        secrets.refuse_by_tries(secret, tries, use_last_try=False)
        say(stage=ASKING)
        with secrets.wiping(old := prompt.ask(SecretRequest(old_kind, order.name, tries))):
            new = _ask_twice(prompt, SecretRequest(new_kind, order.name))
            if order.which == "surface":
                surface.change_pin(connection, old, new)
            else:
                session.change_pin(connection, secret, old, new)
    return order.which


def _tries(which: CardSecret, connection: Connection) -> int:
    from signkit.card import session, surface

    if which == "surface":
        return surface.pin_tries_left(connection)
    found = session.read_status(connection)
    tries = found.signature_tries if which == "signature" else found.authentication_tries
    if tries is None:
        raise CardError("no-signing-certificate")
    return tries


def _ask_twice(prompt: Prompt, request: SecretRequest) -> bytearray:
    """Ask for a new secret twice: a typing error would lock its owner out."""
    new, again = prompt.ask(request), prompt.ask_again(request)
    is_same = new == again
    wipe(again)
    if not is_same:
        wipe(new)
        raise UsageProblem(_DIFFER, _START_OVER)
    return new


def register_touch(plain: dict[str, Any], say: Say) -> str:
    """Register a card of whose holder the PIN proves that it is there; revocation may stay open.

    Raises:
        PromptCancelled: the person does not want to.
        UsageProblem: no trusted CA issued the card, or it is revoked.
        SignKitError: as ``signkit card touch --register`` does.
    """
    from signkit.card import session
    from signkit.holder.authentication import new_challenge, verify_authentication
    from signkit.holder.judgement import Conclusion
    from signkit.holder.touch import open_registry
    from signkit.settings import load_settings
    from signkit.signers.card import connect_card, pin_source
    from signkit.validation.options import revocation_sources

    order, settings = RegisterOrder(**plain), load_settings()
    prompt = Prompt(AboutCard(order.name, _REGISTERING), order.language, order.prompt, order.program)
    challenge = new_challenge(datetime.now(UTC))
    say(stage=ASKING)
    with connect_card(order.reader, settings) as connection:
        secret = pin_source(prompt.ask, "authentication-pin", order.name)
        proof = session.authenticate(connection, secret, challenge.value)
    now = datetime.now(UTC)
    sources = revocation_sources(settings, (), plugins=True, online=False)
    anchors = touch_anchors(settings, order.trust)
    judgement = verify_authentication(proof, challenge, anchors, now=now, sources=sources)
    for found in judgement.findings:
        is_open = found.question == "revocation" and found.conclusion is Conclusion.INDETERMINATE
        if found.conclusion is not Conclusion.PASSED and not is_open:
            raise UsageProblem(_NOT_REGISTERED.filled(reason=found.reason), _OTHER_CARD)
    with open_registry(Path(order.registry), create=True) as known:
        known.register(proof.certificate, now)
    return order.name


def touch_anchors(settings: Settings, trust: tuple[str, ...]) -> Any:
    """Return the CAs that are believed for user authentication."""
    from signkit.holder.card_certificate import authentication_anchors
    from signkit.validation.options import anchor_paths, taken_from_cards

    named = anchor_paths(settings, [Path(each) for each in trust], authentication=True)
    return authentication_anchors([*taken_from_cards(settings), *named])


_CHANGING = Text("Change a PIN of the card: {of}", "カードの暗証番号を変更します: {of}")
_READING = Text(
    "Read name and address from the card, for the contract's form: {of}",
    "契約書のフォームに入れる氏名・住所をカードから読み取ります: {of}",
)
_REGISTERING = Text("Register the card: {of}", "カードを登録します: {of}")
_DIFFER = Text("The two entries differ; nothing was changed", "2 回の入力が一致しません。変更していません")
_START_OVER = Text("Start over.", "最初からやり直してください。")
_NOT_REGISTERED = Text("Not registered: {reason}", "登録していません: {reason}")
_OTHER_CARD = Text("Use a card that is valid.", "有効なカードを使ってください。")
