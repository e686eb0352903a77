"""What comes soon to the contracts that are kept: ends, last days of notice, renewals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from signkit.archive.entries import LedgerEntry, load_entries
from signkit.archive.store import Archive

DeadlineKind = Literal["end_date", "notice_date", "renewal_date"]


@dataclass(frozen=True)
class Deadline:
    """One day of one contract."""

    day: date
    kind: DeadlineKind
    entry: LedgerEntry


def find_deadlines(archive: Archive, first: date, last: date, *, limit: int) -> list[Deadline]:
    """Return what falls on a day from ``first`` to ``last``, the soonest first; not more than ``limit``."""
    with archive.reading() as connection:
        rows = connection.execute(_DEADLINES, (first.isoformat(), last.isoformat(), limit)).fetchall()
        entries = {each.number: each for each in load_entries(connection, list({row[2] for row in rows}))}
    return [Deadline(date.fromisoformat(day), kind, entries[number]) for day, kind, number in rows]


_DEADLINES = """
    SELECT end_date, 'end_date', id FROM entry WHERE end_date BETWEEN ?1 AND ?2
    UNION ALL SELECT notice_date, 'notice_date', id FROM entry WHERE notice_date BETWEEN ?1 AND ?2
    UNION ALL SELECT renewal_date, 'renewal_date', id FROM entry WHERE renewal_date BETWEEN ?1 AND ?2
    ORDER BY 1, 3 LIMIT ?3
"""
