"""What the card commands share: options, the names of things, and how results are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.terminal import secret_reader
from signkit.errors import ExitCode
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.card.transport import Connection
    from signkit.holder.judgement import CardJudgement
    from signkit.signers.base import SecretKind


class AnswerFormat(StrEnum):
    """How a result is written."""

    TEXT = "text"
    JSON = "json"


Reader: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=words(
            "Part of the reader's name; 'virtual' is the emulated card, 'virtual:PROFILE' one of its kinds.",
            "リーダー名の一部。virtual は模擬カード、virtual:プロファイル名 はその種類。",
        ),
        show_default=False,
    ),
]
FormatOption: TypeAlias = Annotated[
    AnswerFormat, typer.Option("--format", help=words("text or json.", "text または json。"))
]

SECRET_NAMES = {
    "signature": Text("signature password", "署名用パスワード"),
    "authentication": Text("authentication PIN", "利用者証明用の暗証番号"),
    "surface": Text("text input support PIN", "券面事項入力補助用の暗証番号"),
    "code-a": Text("verification number A", "照合番号A"),
    "code-b": Text("verification number B", "照合番号B"),
    "birth-date": Text("birth date key", "生年月日による照合"),
    "face-code-a": Text("verification number A of the card's face", "券面事項確認の照合番号A"),
    "face-code-b": Text("verification number B of the card's face", "券面事項確認の照合番号B"),
}
CERTIFICATE_NAMES = {
    "sign": Text("signing certificate", "署名用電子証明書"),
    "sign-ca": Text("its CA", "署名用の認証局"),
    "auth": Text("authentication certificate", "利用者証明用電子証明書"),
    "auth-ca": Text("its CA", "利用者証明用の認証局"),
}
_CONCLUSIONS = {
    "PASSED": (Text("good", "良"), ExitCode.DONE),
    "FAILED": (Text("bad", "否"), ExitCode.FAILED),
    "INDETERMINATE": (Text("undecided", "判定不能"), ExitCode.INDETERMINATE),
}


_TRIES = Text("{tries} tries left", "残り{tries}回")


def open_card(reader: str | None) -> AbstractContextManager[Connection]:
    """Return the connection to the card that ``--reader`` names, to be used in a with block."""
    from signkit.settings import load_settings
    from signkit.signers.card import connect_card

    return connect_card(reader, load_settings())


def asking(kind: SecretKind, reader: str | None, *, from_stdin: bool) -> Callable[[int], bytearray]:
    """Return what asks the person for a secret of the card, once the tries left are known and shown."""
    from signkit.signers.card import pin_source

    of = reader or translate(Text("the card", "カード"))
    return pin_source(secret_reader(from_stdin=from_stdin), kind, of)


def show_table(rows: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one row a line; wide characters count double."""
    rows = list(rows)
    width = max((_columns(name) for name, _ in rows), default=0)
    for name, value in rows:
        print(f"{name}{' ' * (width - _columns(name))}  {value}")


def show_json(data: Mapping[str, object]) -> None:
    """Print one JSON object."""
    print(json_text(data, indent=2))


def show_judgement(judgement: CardJudgement, format_: AnswerFormat, **facts: object) -> None:
    """Print a judgement and end the command with its exit code (0, 1 or 3)."""
    text, code = _CONCLUSIONS[judgement.conclusion]
    if format_ is AnswerFormat.JSON:
        show_json({**judgement.as_data(LANGUAGE), **facts})
    else:
        print(f"{judgement.conclusion}  ({translate(text)})")
        for finding in judgement.findings:
            print(f"  {translate(_CONCLUSIONS[finding.conclusion][0])}: {translate(finding.reason)}")
    if code is not ExitCode.DONE:
        raise typer.Exit(code)


def tries_in_words(tries: int) -> str:
    """Return how many tries a secret has left, for a table or a list."""
    text = {0: Text("locked", "ロック中"), 1: Text("1 try left", "残り1回")}.get(tries, _TRIES)
    return translate(text, tries=tries)


def _columns(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
