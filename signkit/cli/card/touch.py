"""``card touch``: known and unrevoked, without a PIN (かざし利用), for counters and gates."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.card.authentication import card_anchors, card_sources
from signkit.cli.card.common import (
    AnswerFormat,
    FormatOption,
    Reader,
    asking,
    open_card,
    show_judgement,
)
from signkit.cli.card.registry import (
    CustomerNumber,
    RegistryFile,
    SignerOf,
    check_customer,
    file_signers,
    registry_file,
    with_signer,
)
from signkit.cli.language import translate, words
from signkit.cli.options import EvidenceFolders, PinStdin, Trust, UseLastTry
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signkit.holder.binding import FileSigner
    from signkit.holder.judgement import CardJudgement
    from signkit.holder.touch import TouchRegistry
    from signkit.pki.anchors import Anchor
    from signkit.pki.revocation.sources import RevocationSource

HELP = words(
    "Tell without a PIN whether the card is a registered one and unrevoked.",
    "暗証番号なしで、登録済みで失効していないカードかどうかを答える (かざし利用)。",
)


def run(
    register: Annotated[
        bool, typer.Option("--register", help=words("Register this card, with its PIN.", "暗証番号を使って登録する。"))
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help=words("Remove this card.", "このカードの登録を消す。"))
    ] = False,
    customer: CustomerNumber = None,
    registry: RegistryFile = None,
    signer_of: SignerOf = None,
    wait: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help=words("Wait for a card.", "カードを待つ秒数。"))
    ] = 0.0,
    reader: Reader = None,
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    format_: FormatOption = AnswerFormat.TEXT,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Register a card, forget it, or answer a touch: exit code 0 good, 1 bad, 3 undecided."""
    if register and forget:
        raise UsageProblem(
            Text("--register and --forget exclude each other", "--register と --forget は同時に使えません"),
            Text("Give one of them.", "どちらか一方を指定してください。"),
        )
    if customer is not None and not register:
        raise UsageProblem(
            Text("--customer goes with --register", "--customer は --register とともに指定します"),
            Text("A touch answers the number by itself.", "かざすと、番号はそのまま答えられます。"),
        )
    if signer_of is not None and (register or forget):
        raise UsageProblem(
            Text("--signer-of asks a touch", "--signer-of は、かざしたカードについて尋ねるものです"),
            Text("Leave out --register and --forget.", "--register と --forget を外してください。"),
        )
    check_customer(customer)
    path = registry_file(registry)
    believed, sources = card_anchors(trust), card_sources(evidence)
    signers = file_signers(signer_of, trust, evidence)
    _await_card(reader, wait)
    if register:
        _register(path, reader, believed, sources, format_, customer, pin_stdin=pin_stdin, use_last_try=use_last_try)
    elif forget:
        _forget(path, reader)
    else:
        _answer(path, reader, believed, sources, signers, format_)


def _register(
    path: Path,
    reader: str | None,
    believed: Sequence[Anchor],
    sources: Sequence[RevocationSource],
    format_: AnswerFormat,
    customer: str | None,
    *,
    pin_stdin: bool,
    use_last_try: bool,
) -> None:
    """Register only who proves with the PIN to hold a card that a trusted CA issued; revocation may stay open."""
    from signkit.card import session
    from signkit.holder.authentication import new_challenge, verify_authentication
    from signkit.holder.touch import open_registry

    challenge = new_challenge(datetime.now(UTC))
    with open_card(reader) as connection:
        secret = asking("authentication-pin", reader, from_stdin=pin_stdin)
        proof = session.authenticate(connection, secret, challenge.value, use_last_try=use_last_try)
    now = datetime.now(UTC)
    judgement = verify_authentication(proof, challenge, believed, now=now, sources=sources)
    if not judgement.allows_registration:
        tell(_NOT_REGISTERED)
        show_judgement(judgement, format_)
        return
    with open_registry(path, create=True) as known:
        known.register(proof.certificate, now, customer)
    tell(_REGISTERED, path=path)


def _forget(path: Path, reader: str | None) -> None:
    from signkit.card.session import touch
    from signkit.holder.touch import open_registry

    with open_card(reader) as connection, open_registry(path) as known:
        was_there = known.forget(touch(connection))
    tell(_FORGOTTEN if was_there else _WAS_NOT_THERE, path=path)


def _answer(
    path: Path,
    reader: str | None,
    believed: Sequence[Anchor],
    sources: Sequence[RevocationSource],
    signers: Sequence[FileSigner] | None,
    format_: AnswerFormat,
) -> None:
    """Take the time from when the card is found on the reader, connecting included, to the answer."""
    from signkit.card.session import touch
    from signkit.cli.signing_notes import tell_ending
    from signkit.holder.card_certificate import judge_certificate
    from signkit.holder.touch import judge_touch, open_registry
    from signkit.signers.card import is_virtual

    list(judge_certificate(believed[0].certificate, believed, (), datetime.now(UTC)))  # loads what judging needs
    with open_registry(path) as known:
        started = time.perf_counter()
        with open_card(reader) as connection:
            if reader is not None and is_virtual(reader):
                started = time.perf_counter()  # making the emulated card is no part of a touch
            certificate = touch(connection)
            read = time.perf_counter()
        judgement = judge_touch(known, certificate, believed, sources, datetime.now(UTC))
        answered = time.perf_counter()
        entry, customer = known.find(certificate), _customer_of(known, certificate, judgement)
        judgement = with_signer(judgement, known, certificate, signers)
    card_ms, total_ms = (round((moment - started) * 1000, 1) for moment in (read, answered))
    if format_ is AnswerFormat.TEXT:
        print(translate(_LATENCY, total=total_ms, card=card_ms))
        if customer is not None:
            print(translate(_CUSTOMER, customer=customer))
    tell_ending(certificate)
    bound = entry.bound_at.isoformat() if entry and entry.bound_at else None
    milliseconds = {"total": total_ms, "card": card_ms}
    show_judgement(judgement, format_, customer=customer, bound_at=bound, milliseconds=milliseconds)


def _customer_of(known: TouchRegistry, certificate: bytes, judgement: CardJudgement) -> str | None:
    """Return the customer number of a card that is not refused: a lost card shall not speak for the customer."""
    from signkit.holder.judgement import Conclusion

    entry = known.find(certificate)
    return entry.customer if entry and judgement.conclusion is not Conclusion.FAILED else None


def _await_card(reader: str | None, seconds: float) -> None:
    """Wait until a card lies on the reader, so that the time is taken from the touch on."""
    from signkit.signers.card import await_card

    if seconds:
        await_card(reader, seconds)


_REGISTERED = Text(
    "Registered in {path}, as a keyed hash: neither certificate nor number is kept.",
    "{path} に登録しました。証明書も発行番号も保存せず、鍵付きハッシュだけを残します。",
)
_NOT_REGISTERED = Text("Not registered:", "登録していません:")
_FORGOTTEN = Text("No longer in {path}.", "{path} から消しました。")
_WAS_NOT_THERE = Text("This card was not registered in {path}.", "このカードは {path} に登録されていません。")
_CUSTOMER = Text("customer number: {customer}", "顧客番号: {customer}")
_LATENCY = Text(
    "answered in {total} ms (the card's part: {card} ms)", "{total} ms で回答 (うちカードの読み取り {card} ms)"
)
