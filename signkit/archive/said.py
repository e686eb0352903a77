"""What people say of a contract, from the words they type or the cells of their table to `TransactionFacts`.

Dates and amounts are taken as spreadsheets in Japan write them (`signkit.contracts.bulk.cells`): 令和8年11月21日,
2026/11/21, 58,000,000円, full-width digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from signkit.archive.brokerage_record import ITEMS
from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.archive.kinds import kind_names, kind_of
from signkit.contracts.bulk.cells import CellRefused, cell_value
from signkit.errors import Problem
from signkit.jpki.normalise import is_unsafe
from signkit.words import Text, are_shown

_DATE = {"type": "string", "format": "date"}
_AMOUNT = {"type": "integer"}
_MAX_TEXT = 300
_MAX_AMOUNT = 10**15
_SEPARATORS = re.compile("[;；、\n]")

#: The columns of a table by what they mean, with the names that people give them.
COLUMNS: dict[str, tuple[str, ...]] = {
    "file": ("file", "ファイル", "ファイル名"),
    "kind": ("kind", "種類", "種別", "書類の種類"),
    "title": ("title", "件名", "表題", "書類名", "契約名"),
    "date": ("date", "日付", "取引日", "取引年月日", "契約日", "締結日"),
    "amount": ("amount", "金額", "取引金額", "契約金額"),
    "party": ("party", "取引先", "相手方", "相手方名", "契約相手", "当事者"),
    "end": ("end", "終了日", "終期", "満了日"),
    "notice": ("notice", "通知期限", "解約通知期限"),
    "renewal": ("renewal", "更新日"),
    "place": ("place", "物件", "所在地", "勤務地", "勤務場所"),
    "note": ("note", "備考", "保管場所", "メモ"),
    "mode": ("mode", "取引態様"),
    "area": ("area", "面積"),
    "land": ("land", "宅地の概況"),
    "building": ("building", "建物の概況"),
    "dealers": ("dealers", "他の宅建業者"),
    "fee": ("fee", "報酬額", "報酬"),
    "terms": ("terms", "特約"),
}


class WordRefused(Exception):
    """A word cannot be what it is to be; ``words`` say why, without it."""

    def __init__(self, item: str, words: Text) -> None:
        super().__init__(item, words)
        self.item = item
        self.words = words


def facts_of_words(words: Mapping[str, str]) -> TransactionFacts:
    """Return the facts that words say, by the names of `COLUMNS`; empty ones say nothing.

    Raises:
        WordRefused: one of them is no date, no amount, no kind, or holds what nobody can see.
    """
    said = {item: word.strip() for item, word in words.items() if word.strip() and item != "file"}
    record: dict[str, Any] = {item: read_text(item, said[item]) for item in ITEMS if item in said}
    return TransactionFacts(
        kind=_kind(said["kind"]) if "kind" in said else None,
        title=read_text("title", said["title"]) if "title" in said else None,
        date=read_day("date", said["date"]) if "date" in said else None,
        amount=read_amount("amount", said["amount"]) if "amount" in said else None,
        parties=tuple(TransactionParty(name) for name in _names(said.get("party", ""))),
        end_date=read_day("end", said["end"]) if "end" in said else None,
        notice_date=read_day("notice", said["notice"]) if "notice" in said else None,
        renewal_date=read_day("renewal", said["renewal"]) if "renewal" in said else None,
        place=read_text("place", said["place"]) if "place" in said else None,
        note=read_text("note", said["note"]) if "note" in said else None,
        record=record or None,
    )


def read_day(item: str, word: str) -> date:
    """Return the day that a word says.

    Raises:
        WordRefused: it says none.
    """
    try:
        return date.fromisoformat(str(cell_value(word.strip(), _DATE)))
    except CellRefused as refused:
        raise WordRefused(item, refused.words) from None


def read_amount(item: str, word: str) -> int:
    """Return the yen that a word says.

    Raises:
        WordRefused: it says none, or less than none.
    """
    try:
        amount = cell_value(word.strip(), _AMOUNT)
    except CellRefused as refused:
        raise WordRefused(item, refused.words) from None
    if not isinstance(amount, int) or not 0 <= amount < _MAX_AMOUNT:
        raise WordRefused(item, _NO_AMOUNT)
    return amount


def column_of(header: str) -> str | None:
    """Return what a column of that name means; None where nobody knows."""
    wanted = header.strip().casefold()
    return next((item for item, names in COLUMNS.items() if wanted in names), None)


def problem(refused: WordRefused) -> Problem:
    """Return a refused word as a problem of a table's row."""
    title = COLUMNS[refused.item][1]
    return Problem("value", title, Text(refused.item, title), None, refused.words)


def _names(word: str) -> Iterator[str]:
    for name in dict.fromkeys(part.strip() for part in _SEPARATORS.split(word)):
        if name:
            yield read_text("party", name)


def _kind(word: str) -> str:
    if (kind := kind_of(word)) is None:
        known = kind_names()
        raise WordRefused(
            "kind",
            Text(
                f"is none of {', '.join(known)}",
                f"は次のどれでもありません: {'、'.join(each.ja for each in known.values())}",
            ),
        )
    return kind


def read_text(item: str, word: str) -> str:
    """Return a word as it may stand in the ledger.

    Raises:
        WordRefused: it is too long, or holds what nobody can see.
    """
    if len(word) > _MAX_TEXT:
        raise WordRefused(item, Text(f"is longer than {_MAX_TEXT} characters", f"が {_MAX_TEXT} 文字を超えています"))
    if is_unsafe(word) or not are_shown(word):
        raise WordRefused(item, Text("holds characters that nobody can see", "に見えない文字が含まれています"))
    return word


_NO_AMOUNT = Text("is no amount of yen", "が金額(円)ではありません")
