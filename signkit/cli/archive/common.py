"""Options that the commands of the archive share, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.language import words
from signkit.cli.option_groups import OptionGroup
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from datetime import date

    from signkit.archive.entries import TransactionFacts
    from signkit.archive.finding import Query
    from signkit.archive.store import Archive


def _text(name: str, metavar: str, en: str, ja: str, *others: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        name, *others, metavar=metavar, help=words(en, ja), show_default=False
    )
    return option


ArchiveFolder: TypeAlias = Annotated[
    Path | None,
    _text(
        "--archive",
        "FOLDER",
        "The archive. Default: archive in signkit.toml, else the user's own.",
        "保管庫。既定: signkit.toml の archive、なければ利用者ごとの場所。",
    ),
]
Words: TypeAlias = str | None
_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
#: Of a number of days.
_MOST_DIGITS = 5


@dataclass(frozen=True)
class SaidOptions(OptionGroup):
    """What people know of a contract and the file does not say."""

    HEADING = words("What the file does not say", "ファイルから分からないこと")

    date: Annotated[
        Words, _text("--date", "DATE", "Date of the transaction.", "取引年月日 (2026-11-21、令和8年11月21日 など)。")
    ] = None
    amount: Annotated[Words, _text("--amount", "YEN", "Amount in yen.", "取引金額 (円)。")] = None
    party: Annotated[
        list[str] | None, _text("--party", "NAME", "Counterparty; may be repeated.", "取引先。複数指定できる。")
    ] = None
    kind: Annotated[
        Words,
        _text("--kind", "KIND", "sale, lease, employment, invoice, …", "不動産売買、賃貸借、雇用、契約書 などの種類。"),
    ] = None
    title: Annotated[Words, _text("--title", "TEXT", "What it is called.", "件名。")] = None
    end: Annotated[Words, _text("--end", "DATE", "When it ends.", "契約または取引が終わる日。")] = None
    notice: Annotated[Words, _text("--notice", "DATE", "Last day of notice.", "解約などを通知できる最後の日。")] = None
    renewal: Annotated[Words, _text("--renewal", "DATE", "When it renews itself.", "自動更新の日。")] = None
    place: Annotated[Words, _text("--place", "TEXT", "Property or workplace.", "物件の所在または勤務地。")] = None
    note: Annotated[Words, _text("--note", "TEXT", "A note, such as where paper lies.", "備考。紙の保管場所など。")] = (
        None
    )
    fee: Annotated[Words, _text("--fee", "TEXT", "The broker's fee.", "報酬額 (宅建業の帳簿の項目)。")] = None

    def facts(self) -> TransactionFacts:
        """Return what was said.

        Raises:
            UsageProblem: a word is no date, no amount, no kind.
        """
        from signkit.archive.said import WordRefused, facts_of_words

        names = ("date", "amount", "kind", "title", "end", "notice", "renewal", "place", "note", "fee")
        said = {name: value for name in names if (value := getattr(self, name)) is not None}
        try:
            return facts_of_words({**said, "party": "\n".join(self.party or ())})
        except WordRefused as refused:
            raise _no_such(refused.item, refused.words) from refused


class Missing(StrEnum):
    """What may be asked to be missing."""

    DATE = "date"
    AMOUNT = "amount"
    PARTY = "party"
    FILE = "file"


@dataclass(frozen=True)
class FindOptions(OptionGroup):
    """What is looked for; all that is given must fit."""

    HEADING = words("What is looked for", "検索条件 (すべてに合うもの)")

    date_from: Annotated[
        Words, _text("--from", "DATE", "From this date on.", "取引年月日がこの日以降。", "--date-from")
    ] = None
    date_to: Annotated[Words, _text("--to", "DATE", "Up to this date.", "取引年月日がこの日まで。", "--date-to")] = None
    amount_min: Annotated[
        Words, _text("--min", "YEN", "From this amount on.", "取引金額がこの額以上。", "--amount-min")
    ] = None
    amount_max: Annotated[
        Words, _text("--max", "YEN", "Up to this amount.", "取引金額がこの額以下。", "--amount-max")
    ] = None
    date: Annotated[Words, _text("--date", "DATE", "On this date.", "取引年月日がこの日。")] = None
    amount: Annotated[Words, _text("--amount", "YEN", "Of this amount.", "取引金額がこの額。")] = None
    party: Annotated[Words, _text("--party", "NAME", "Part of a party's name.", "取引先・当事者の名前の一部。")] = None
    missing: Annotated[
        list[Missing] | None,
        _text(
            "--missing", "ITEM", "date, amount, party or file is not known.", "date、amount、party、file が空欄のもの。"
        ),
    ] = None
    kind: Annotated[Words, _text("--kind", "KIND", "Of this kind.", "種類。")] = None
    state: Annotated[
        Words,
        _text(
            "--state",
            "STATE",
            "complete, unproven, open, broken or unsigned.",
            "complete、unproven、open、broken、unsigned (または締結済み など)。",
        ),
    ] = None
    level: Annotated[Words, _text("--level", "LEVEL", "B-B, B-T, B-LT or B-LTA.", "B-B、B-T、B-LT、B-LTA。")] = None
    end_before: Annotated[Words, _text("--end-before", "DATE", "Ends by this day.", "この日までに終わるもの。")] = None
    notice_before: Annotated[
        Words, _text("--notice-before", "DATE", "Last day of notice by this day.", "この日までに通知期限が来るもの。")
    ] = None
    due: Annotated[
        Words,
        _text(
            "--due",
            "DATE|90d",
            "Evidence ends by this day, or within so many days.",
            "この日まで、または指定した日数 (90d) のうちに証拠の更新が必要になるもの。",
        ),
    ] = None
    text: Annotated[Words, _text("--text", "WORDS", "Words in the contract.", "本文・名前に含まれる語。")] = None

    def query(self) -> Query:
        """Return what is looked for.

        Raises:
            UsageProblem: a word is no date, no amount, no kind, no state.
        """
        from signkit.archive.finding import Query

        _refuse_level(self.level)
        on, of = _day("date", self.date), _yen("amount", self.amount)
        first, last = on or _day("from", self.date_from), on or _day("to", self.date_to)
        least = of if of is not None else _yen("min", self.amount_min)
        most = of if of is not None else _yen("max", self.amount_max)
        if (first and last and first > last) or (least is not None and most is not None and least > most):
            raise UsageProblem(
                Text("A range ends before it begins", "範囲の終わりが始まりより前です"),
                Text(
                    "Exchange --from and --to, --min and --max.", "--from と --to、--min と --max を確かめてください。"
                ),
            )
        return Query(
            date_from=first,
            date_to=last,
            amount_from=least,
            amount_to=most,
            party=_words("party", self.party),
            missing=tuple(each.value for each in self.missing or ()),
            kind=_kind(self.kind),
            state=_state(self.state),
            level=self.level.upper() if self.level is not None else None,
            end_before=_day("end-before", self.end_before),
            notice_before=_day("notice-before", self.notice_before),
            evidence_before=due_day(self.due) if self.due is not None else None,
            text=_words("text", self.text),
        )


def archive_folder(named: Path | None) -> Path:
    """Return the folder of the archive: the named one, else that of the settings."""
    from signkit.settings import load_settings

    return named or load_settings().archive_folder()


@contextmanager
def open_named(named: Path | None) -> Iterator[Archive]:
    """Open the archive; say so where the clock shows an earlier time than the last record."""
    from signkit.archive.store import clock_runs_back, open_archive

    with open_archive(archive_folder(named)) as archive:
        if (last := clock_runs_back(archive)) is not None:
            tell(_CLOCK, last=last)
        yield archive


def option_day(option: str, word: str) -> date:
    """Return the day that an option says.

    Raises:
        UsageProblem: it says none.
    """
    from signkit.archive.said import WordRefused, read_day

    try:
        return read_day(option, word)
    except WordRefused as refused:
        raise _no_such(option, refused.words) from refused


def due_day(word: str) -> date:
    """Return the day that ``--due`` says: a date, or so many days from today (90d, 90日).

    Raises:
        UsageProblem: it says none.
    """
    from datetime import UTC, datetime, timedelta

    days = word.strip().removesuffix("d").removesuffix("日")
    if days != word.strip() and days.isascii() and days.isdigit() and len(days) <= _MOST_DIGITS:
        return datetime.now(UTC).date() + timedelta(days=int(days))
    return option_day("due", word)


def _day(option: str, word: str | None) -> date | None:
    return option_day(option, word) if word is not None else None


def _yen(option: str, word: str | None) -> int | None:
    from signkit.archive.said import WordRefused, read_amount

    try:
        return read_amount(option, word) if word is not None else None
    except WordRefused as refused:
        raise _no_such(option, refused.words) from refused


def _words(option: str, typed: str | None) -> str | None:
    """Refuse what is empty: a script that lost the name would be handed every entry."""
    if typed is None or typed.strip():
        return typed
    raise UsageProblem(
        Text(f"--{option} names nothing", f"--{option} が空です"),
        Text("Leave it out to look for any.", "どれでもよいときは、指定しないでください。"),
    )


def _kind(word: str | None) -> str | None:
    from signkit.archive.kinds import kind_names, kind_of

    if word is None or (kind := kind_of(word)) is not None:
        return kind if word is not None else None
    known = kind_names()
    raise UsageProblem(
        Text(f"--kind {word}: no such kind", f"--kind {word}: その種類はありません"),
        Text(", ".join(known), "、".join(each.ja for each in known.values())),
    )


def _state(word: str | None) -> str | None:
    from signkit.archive.exporting import STATES

    found = next((state for state, told in STATES.items() if word in (state, told.en, told.ja)), None)
    if word is not None and found is None:
        raise UsageProblem(
            Text(f"--state {word}: no such state", f"--state {word}: その状態はありません"),
            Text(", ".join(STATES), "、".join(f"{state} ({told.ja})" for state, told in STATES.items())),
        )
    return found


def _refuse_level(word: str | None) -> None:
    if word is not None and word.upper() not in _LEVELS:
        raise UsageProblem(
            Text(f"--level {word}: no such level", f"--level {word}: そのレベルはありません"),
            Text(", ".join(_LEVELS), "、".join(_LEVELS)),
        )


def _no_such(option: str, cause: Text) -> UsageProblem:
    particle = " " if cause.ja.startswith(("が", "に", "は")) else " は "
    return UsageProblem(
        Text(f"--{option} {cause.en}", f"--{option}{particle}{cause.ja}"),
        Text(
            "Dates like 2026-11-21, amounts like 58000000; --help shows the options.",
            "日付は 2026-11-21 や令和8年11月21日、金額は 58000000 のように書きます。--help で一覧できます。",
        ),
    )


_CLOCK = Text(
    "This machine's clock shows an earlier time than the journal's last record ({last}): check it.",
    "このパソコンの時計が、記録簿の最後の記録 ({last}) より前を示しています。時計を確かめてください。",
)
