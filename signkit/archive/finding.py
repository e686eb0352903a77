"""Finding entries: by date, amount and counterparty as 電子帳簿保存法 asks, and by what else the ledger knows.

電子帳簿保存法施行規則2条6項5号, 4条1項: date, amount and counterparty; ranges of the first two; two or more
together.  Entries in which one of them is blank can be asked for too (電子帳簿保存法一問一答).

Entries come newest first (by their number), a page at a time: the cursor is the last number that was shown.  Nothing is
counted for that.  What drives the search is the condition that promises the fewest entries.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from signkit.archive.entries import LedgerEntry, load_entries
from signkit.archive.index import phrase, sought_words
from signkit.archive.store import Archive

#: What may be asked to be missing.
Item = Literal["date", "amount", "party", "file"]

#: Entries that a name may have to be looked up one by one; beyond, dates and amounts are gone through instead.
_FEW = 5_000
#: A condition that fits fewer than one in so many entries is sparse.
_SPARSE = 50
#: A condition on dates or amounts that fits more entries than this hardly narrows anything.
_MANY = 400_000


@dataclass(frozen=True)
class Query:
    """What is looked for; every condition given must fit.

    Attributes:
        missing: items of which nothing is known.
        end_before, notice_before, evidence_before: those whose date lies before this day, or on it.
        text: words that stand in the contract, or in what is known of it.
    """

    date_from: date | None = None
    date_to: date | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    party: str | None = None
    missing: tuple[Item, ...] = ()
    kind: str | None = None
    state: str | None = None
    level: str | None = None
    end_before: date | None = None
    notice_before: date | None = None
    evidence_before: date | None = None
    text: str | None = None


@dataclass(frozen=True)
class EntryPage:
    """Some entries, newest first; ``next`` is where the next page begins, None at the end."""

    entries: tuple[LedgerEntry, ...]
    next: int | None


def find(archive: Archive, query: Query, *, limit: int = 50, before: int | None = None) -> EntryPage:
    """Return a page of the entries that fit.

    Args:
        limit: how many entries a page has.
        before: the ``next`` of the page before; None: the first page.
    """
    with archive.reading() as connection:
        numbers = find_numbers(connection, query, limit=limit + 1, before=before)
        entries = tuple(load_entries(connection, numbers[:limit]))
    return EntryPage(entries, numbers[limit - 1] if len(numbers) > limit else None)


def find_all(archive: Archive, query: Query) -> Iterator[LedgerEntry]:
    """Yield every entry that fits, newest first."""
    page = find(archive, query, limit=500)
    yield from page.entries
    while page.next is not None:
        page = find(archive, query, limit=500, before=page.next)
        yield from page.entries


def find_numbers(connection: sqlite3.Connection, query: Query, *, limit: int, before: int | None = None) -> list[int]:
    """Return the numbers of the newest entries that fit, below ``before``."""
    names, words = phrase(query.party or ""), phrase(query.text or "")
    if (query.party and not names) or (query.text and not words):
        return []  # nothing that could be looked for is left of what was typed
    search = _search(query, before)
    search.values["limit"] = limit
    if words or (names and not _is_better_looked_up(connection, search, names)):
        search.values["words"] = " AND ".join(_in_columns(names, words))
        bounds = _bounds(connection, search) if words or len(search.ranges) == 1 else None
        statement = _by_words(search, bounds)
    else:
        _demand_names(search, query.party or "")
        statement = _by_columns(connection, search)
    return [row[0] for row in connection.execute(statement, search.values)]


@dataclass
class _Search:
    """A query on its way to SQL.

    Attributes:
        conditions: on ``e``, a row of ``entry``.
        ranges: those conditions that an index can be gone through for, by the index.
        looked_up: conditions that cost more than the others, and are held against what fits those.
    """

    conditions: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)

    def demand(self, condition: str, value: object = None, index: str | None = None) -> None:
        """Add a condition; ``:?`` in it stands for the value."""
        name = f"v{len(self.values)}"
        written = condition.replace(":?", f":{name}")
        self.values[name] = value
        self.conditions.append(written)
        if index is not None:
            self.ranges[index] = " AND ".join(filter(None, (self.ranges.get(index), written)))


def _search(query: Query, before: int | None) -> _Search:
    search = _Search()
    for condition, value, index in _ranges(query):
        if value is not None:
            search.demand(condition, value.isoformat() if isinstance(value, date) else value, index)
    for column in ("kind", "state", "level"):
        if (wanted := getattr(query, column)) is not None:
            search.demand(f"e.{column} = :?", wanted)
    for item in query.missing:
        search.demand(_MISSING[item], None, _INDEX_OF_MISSING.get(item))
    if before is not None:
        search.demand("e.id < :?", before)
    return search


def _ranges(query: Query) -> tuple[tuple[str, object, str], ...]:
    return (
        ("e.date >= :?", query.date_from, "entry_by_date"),
        ("e.date <= :?", query.date_to, "entry_by_date"),
        ("e.amount >= :?", query.amount_from, "entry_by_amount"),
        ("e.amount <= :?", query.amount_to, "entry_by_amount"),
        ("e.end_date <= :?", query.end_before, "entry_by_end"),
        ("e.notice_date <= :?", query.notice_before, "entry_by_notice"),
        ("e.evidence_until <= :?", query.evidence_before, "entry_by_evidence"),
    )


_MISSING: dict[Item, str] = {
    "date": "e.date IS NULL",
    "amount": "e.amount IS NULL",
    "party": "e.named = 0",
    "file": "e.form = 'paper'",
}
_INDEX_OF_MISSING: dict[Item, str] = {
    "date": "entry_by_date",
    "amount": "entry_by_amount",
    "party": "entry_without_party",
}


def _is_better_looked_up(connection: sqlite3.Connection, search: _Search, names: str) -> bool:
    """Tell whether a name is so common that dates or amounts lead to fewer entries."""
    if not search.ranges:
        return False
    found = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
    count: int = connection.execute(found, (f"names : ({names})", _FEW)).fetchone()[0]
    return count == _FEW and not (len(search.ranges) == 1 and _is_dense(connection, search))


def _is_dense(connection: sqlite3.Connection, search: _Search) -> bool:
    """Tell whether so many entries fit dates or amounts that some of any common name will soon be among them."""
    _, count = _narrowest(connection, search)
    (highest,) = connection.execute("SELECT max(id) FROM entry").fetchone()
    return count * _SPARSE >= (highest or 0)


def _in_columns(names: str | None, words: str | None) -> Iterator[str]:
    if names:
        yield f"names : ({names})"
    if words:
        yield f"({words})"


def _bounds(connection: sqlite3.Connection, search: _Search) -> tuple[int, int] | None:
    """Return between which numbers the entries lie that fit dates or amounts: they come in about as they are made."""
    index, count = _narrowest(connection, search)
    if index is None or count >= _MANY:
        return None
    between = f"SELECT min(e.id), max(e.id) FROM entry e INDEXED BY {index} WHERE {search.ranges[index]}"  # noqa: S608
    first, last = connection.execute(between, search.values).fetchone()
    return (first or 0, last or 0)


def _by_words(search: _Search, bounds: tuple[int, int] | None) -> str:
    """Go through the entries that hold the words, the newest first, as the full-text index gives them."""
    between = [f"w.rowid BETWEEN {bounds[0]} AND {bounds[1]}"] if bounds is not None else []
    where = " AND ".join(["words MATCH :words", *between, *search.conditions])
    return (
        "SELECT w.rowid FROM words w CROSS JOIN entry e ON e.id = w.rowid"  # noqa: S608
        f" WHERE {where} ORDER BY w.rowid DESC LIMIT :limit"
    )


def _by_columns(connection: sqlite3.Connection, search: _Search) -> str:
    """Go through the index that promises the fewest entries, or where none promises few, through the newest entries."""
    index, count = _narrowest(connection, search)
    led = f"INDEXED BY {index}" if count < _MANY else "NOT INDEXED"
    if index is None:
        led = ""  # kind and state alone: their indexes are in the order of numbers by themselves
    where = " AND ".join(search.conditions) or "1"
    fitting = f"SELECT e.id FROM entry e {led} WHERE {where} ORDER BY e.id DESC"  # noqa: S608
    if not search.looked_up:
        return f"{fitting} LIMIT :limit"
    # The inner limit keeps SQLite from merging both: names are looked up from the newest on, until the page is full.
    looked_up = " AND ".join(search.looked_up)
    return f"SELECT e.id FROM ({fitting} LIMIT -1) e WHERE {looked_up} ORDER BY e.id DESC LIMIT :limit"  # noqa: S608


def _narrowest(connection: sqlite3.Connection, search: _Search) -> tuple[str | None, int]:
    """Return the index through which the fewest entries are gone, and how many, up to the bound."""
    counts = {index: _count(connection, index, condition, search.values) for index, condition in search.ranges.items()}
    index = min(counts, key=lambda name: counts[name], default=None)
    return index, counts[index] if index is not None else 0


def _count(connection: sqlite3.Connection, index: str, condition: str, values: dict[str, Any]) -> int:
    statement = f"SELECT count(*) FROM (SELECT 1 FROM entry e INDEXED BY {index} WHERE {condition} LIMIT {_MANY})"  # noqa: S608
    count: int = connection.execute(statement, values).fetchone()[0]
    return count


def _demand_names(search: _Search, party: str) -> None:
    for ways in sought_words(party):
        names = [f"v{len(search.values) + at}" for at in range(len(ways))]
        search.values.update(zip(names, ways, strict=True))
        holds = " OR ".join(f"instr(p.sought, :{name})" for name in names)
        search.looked_up.append(f"EXISTS (SELECT 1 FROM party p WHERE p.entry = e.id AND ({holds}))")  # noqa: S608
