"""``signkit trust add --from-card``: the CA for user authentication that stands on the card itself."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from signkit.cli.language import translate
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text


def add_from_card(reader: str | None, files: list[Path], *, yes: bool) -> None:
    """Keep the card's CA for authentication only, once the person has typed the fingerprint that J-LIS publishes.

    The card's own fingerprint is shown neither before nor after: what can be copied from the screen proves nothing.
    """
    from signkit.cli.card.common import open_card
    from signkit.cli.trust_confirming import keep_certificates
    from signkit.holder.card_authority import check_fingerprint, read_authority
    from signkit.settings import load_settings
    from signkit.validation.options import authentication_trust_folder

    _refuse_shortcuts(files, yes=yes)
    with open_card(reader) as connection:
        authority = read_authority(connection)
    if _is_shipped(authority):
        tell(_SHIPPED)
        return
    folder = authentication_trust_folder(load_settings())
    target = folder / f"{hashlib.sha256(authority).hexdigest()}.pem"
    if target.exists():
        tell(_KNOWN)
        return
    print(translate(_QUESTION), end="", file=sys.stderr, flush=True)
    check_fingerprint(authority, input())
    keep_certificates(folder, {target: authority})
    tell(_ADDED)


def _refuse_shortcuts(files: list[Path], *, yes: bool) -> None:
    if files or yes:
        raise UsageProblem(
            Text("--from-card takes neither files nor --yes", "--from-card では、ファイルも --yes も指定できません"),
            _TYPE_IT,
        )
    if not sys.stdin.isatty():
        raise UsageProblem(
            Text("The fingerprint must be typed by a person", "フィンガープリントは人が入力する必要があります"),
            _TYPE_IT,
        )


def _is_shipped(authority: bytes) -> bool:
    from signkit.jpki.authorities import certification_authorities

    return any(item.certificate == authority for item in certification_authorities("authentication"))


_TYPE_IT = Text(
    "A forged card brings its own CA. Run it at a terminal, and type the SHA-256 fingerprint that J-LIS publishes.",
    "偽造カードは自前の認証局を持ちます。端末で実行し、J-LIS が公表する SHA-256 フィンガープリントを入力してください。",
)
_QUESTION = Text(
    "Type the SHA-256 fingerprint that J-LIS publishes of this CA for user authentication: ",
    "J-LIS が公表する、この利用者証明用認証局の SHA-256 フィンガープリントを入力してください: ",
)
_SHIPPED = Text("This CA comes with SignKit; nothing needs adding.", "この認証局は同梱済みです。追加は不要です。")
_KNOWN = Text("It is trusted already.", "既に信頼されています。")
_ADDED = Text(
    "It is believed for user authentication only, never for signatures.",
    "利用者証明にのみ使われ、署名の検証には使われません。",
)
