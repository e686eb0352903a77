"""``card genuine``: is this a card that was issued, and no copy (券面事項確認AP)?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.card.common import (
    AnswerFormat,
    FormatOption,
    Reader,
    asking,
    open_card,
    show_judgement,
)
from signkit.cli.language import translate, words
from signkit.cli.options import PinStdin, UseLastTry
from signkit.japan_time import JST
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.card.surface import Genuineness
    from signkit.errors import CardNotGenuine

HELP = words(
    "Check with the birth date that the card is genuine and no copy, and tell the holder's age bracket.",
    "生年月日による照合で、カードが本物で写しではないことと年齢区分を確かめる。",
)

_AGES = (18, 20, 65)


def run(
    ca_key: Annotated[
        list[Path] | None,
        typer.Option(
            "--ca-key",
            metavar="FILE",
            help=words(
                "Public key (PEM) that certifies the issuer of card faces; it is not published.",
                "券面の発行者鍵を証明する公開鍵 (PEM)。一般には公開されていない。",
            ),
            show_default=False,
        ),
    ] = None,
    over: Annotated[
        int | None,
        typer.Option(
            "--over",
            metavar="AGE",
            min=1,
            max=150,
            help=words(
                "Ask this alone: is the holder so old? A no ends with 1, and no other age is told.",
                "この年齢以上かどうかだけを答える。未満なら終了コード 1。ほかの年齢区分は表示しない。",
            ),
            show_default=False,
        ),
    ] = None,
    reader: Reader = None,
    format_: FormatOption = AnswerFormat.TEXT,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Judge the card: exit code 0 good, 1 bad, 3 undecided."""
    from signkit.errors import CardNotGenuine
    from signkit.holder.genuineness import judge_age, judge_genuineness, load_issuer_keys
    from signkit.holder.judgement import CardJudgement

    keys = load_issuer_keys(ca_key or ())
    proof = _prove(reader, pin_stdin=pin_stdin, use_last_try=use_last_try)
    ages = {} if isinstance(proof, CardNotGenuine) else _ages(proof, (over,) if over is not None else _AGES)
    if format_ is AnswerFormat.TEXT:
        for age, reached in ages.items():
            print(translate(_AGE, age=age, answer=translate(_ANSWERS[reached])))
    judgement = judge_genuineness(proof, keys)
    if over is not None and not isinstance(proof, CardNotGenuine):
        old_enough = judge_age(over, proof.age_record.birth_date, _today())
        judgement = CardJudgement((*judgement.findings, old_enough))
    show_judgement(judgement, format_, at_least={str(age): yes for age, yes in ages.items()})


def _prove(reader: str | None, *, pin_stdin: bool, use_last_try: bool) -> Genuineness | CardNotGenuine:
    from signkit.card.surface import prove_genuine
    from signkit.errors import CardNotGenuine

    secret = _in_era(asking("birth-date", reader, from_stdin=pin_stdin))
    with open_card(reader) as connection:
        try:
            return prove_genuine(connection, secret, use_last_try=use_last_try)
        except CardNotGenuine as refusal:
            return refusal


def _in_era(ask: Callable[[int], bytearray]) -> Callable[[int], bytearray]:
    """Take YYYYMMDD too; anything else goes on as it is and is refused by its form."""
    from signkit.card.surface import era_date
    from signkit.signers.base import wipe

    def ask_and_convert(tries: int) -> bytearray:
        given = ask(tries)
        if len(given) != 8:
            return given
        try:
            return era_date(given.decode("ascii"))
        except ValueError:
            return bytearray(given)
        finally:
            wipe(given)

    return ask_and_convert


def _ages(proof: Genuineness, ages: Iterable[int]) -> dict[int, bool | None]:
    from signkit.holder.genuineness import is_at_least

    return {age: is_at_least(age, proof.age_record.birth_date, _today()) for age in ages}


def _today() -> date:
    return datetime.now(JST).date()


_AGE = Text("{age} or over: {answer}", "{age}歳以上: {answer}")
_ANSWERS = {True: Text("yes", "はい"), False: Text("no", "いいえ"), None: Text("not known", "不明")}
