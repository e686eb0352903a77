"""``card bind``: bind a card's signing certificate to its authentication certificate, at a counter."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.cli.card.authentication import card_anchors, card_signing_anchors, card_sources
from signkit.cli.card.common import AnswerFormat, FormatOption, Reader, asking, open_card, show_json, show_judgement
from signkit.cli.card.registry import CustomerNumber, RegistryFile, check_customer, registry_file
from signkit.cli.language import LANGUAGE, words
from signkit.cli.options import EvidenceFolders, PinStdin, Trust, UseLastTry
from signkit.cli.terminal import tell
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.card.key_proof import Binding
    from signkit.holder.binding import BindingAnchors

HELP = words(
    "Bind the signing and the authentication certificate of the card that lies at the counter.",
    "窓口のカードの署名用電子証明書と利用者証明用電子証明書を結び付ける。",
)


def run(
    customer: CustomerNumber = None,
    registry: RegistryFile = None,
    reader: Reader = None,
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    format_: FormatOption = AnswerFormat.TEXT,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Register the card and bind its certificates: exit code 0 done (revocation may be open), 1 bad, 3 undecided."""
    from signkit.holder.binding import judge_binding, new_statement
    from signkit.holder.touch import open_registry

    check_customer(customer)
    path, believed, sources = registry_file(registry), _anchors(trust), card_sources(evidence)
    if path.exists():  # what cannot be used is told of before a secret is asked for and a statement signed
        with open_registry(path):
            pass
    statement = new_statement(datetime.now(UTC))
    proof = _prove(statement, reader, pin_stdin=pin_stdin, use_last_try=use_last_try)
    now = datetime.now(UTC)
    judgement = judge_binding(proof, statement, believed, sources, now)
    if not judgement.allows_registration:
        tell(_NOT_BOUND)
        show_judgement(judgement, format_, bound=False)
        return
    with open_registry(path, create=True) as known:
        known.bind(proof.authentication.certificate, proof.certificate, now, customer)
    tell(_BOUND, path=path)
    if format_ is AnswerFormat.JSON:
        show_json({**judgement.as_data(LANGUAGE), "bound": True})


def _prove(statement: bytes, reader: str | None, *, pin_stdin: bool, use_last_try: bool) -> Binding:
    """Show what is signed, then ask for the signature password and the PIN, in this order."""
    from signkit.card import session

    with open_card(reader) as connection:
        tell(_TO_BE_SIGNED, statement=statement.decode())
        password = asking("signature-password", reader, from_stdin=pin_stdin)
        pin = asking("authentication-pin", reader, from_stdin=pin_stdin)
        return session.prove_both_keys(connection, password, pin, statement, use_last_try=use_last_try)


def _anchors(trust: list[Path] | None) -> BindingAnchors:
    from signkit.holder.binding import BindingAnchors

    return BindingAnchors(card_signing_anchors(trust), card_anchors(trust))


_TO_BE_SIGNED = Text(
    "The signing key will sign this statement, which is not kept:\n\n{statement}\n",
    "署名用の鍵で次の文に署名します。この文と署名は保存しません。\n\n{statement}\n",
)
_BOUND = Text(
    "Bound in {path}, as keyed hashes: nothing of the certificates is kept. "
    "That it was one card, somebody must have seen put on the reader: the two keys cannot show it.",
    "{path} で結び付けました。鍵付きハッシュだけを残し、証明書の内容は保存しません。"
    "1枚のカードであったことは鍵からは分かりません。リーダーに置くところを係の方が見ていることが前提です。",
)
_NOT_BOUND = Text("Not bound:", "結び付けていません:")
