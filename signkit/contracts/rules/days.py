"""Days as contract data write them (``2026-11-21``): their order, periods of months, months of the Japanese eras."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, timedelta

from signkit.contracts.japanese import ERAS
from signkit.contracts.rules.texts import numbers_as_digits

#: Each era's first day by its name, and by the letter that stands for it (S50.3).
_FIRST_DAYS = {name: first for first, name in ERAS}
_LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_ERA = "|".join([*_FIRST_DAYS, "(?<![A-Za-z])[MTSHR]"])
_MONTH = re.compile(rf"(?:({_ERA})\s*(\d+|元)[年/.-]|(\d{{4}})[年/.-])\s*(?:(\d{{1,2}})(?:月|[/.-]|$|(?!\d)))?")

_MONTHS = 12


def after_months(day: str, months: int) -> str:
    """Return the day ``months`` later; the month's last day where it has no such day (民法143条2項).

    No day is later than the last of the year 9999, by which people write that something never ends.
    """
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max.isoformat()
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()


def last_day(first: str, months: int) -> str:
    """Return the last day of a period of months whose first day counts whole (民法143条2項).

    It is the day before that of the same number; where the month has none, the month's last day: a month from 31
    January ends on 28 February.  A period from a moment of a day on begins on the next day (民法140条): ask for that.
    """
    same = after_months(first, months)
    return same if same[8:] < first[8:] else after_days(same, -1)


def after_days(day: str, days: int) -> str:
    """Return the day ``days`` later, at most the last of the year 9999."""
    start = date.fromisoformat(day)
    return (start + min(timedelta(days), date.max - start)).isoformat()


def in_order(*days: str) -> bool:
    """Tell whether no day lies before the one named before it."""
    return list(days) == sorted(days)


def month_of(text: str) -> str | None:
    """Return the month that a text names (令和9年1月, 昭和五十年三月, S50.3, 2027/1) as ``2027-01``.

    Where it names only a year: the year, which sorts before its months; None where it names neither, or no such month.
    """
    found = _MONTH.search(numbers_as_digits(unicodedata.normalize("NFKC", text)))
    if found is None:
        return None
    era, era_year, western, month = found.groups()
    year = int(western) if western else _first_year(era) + (1 if era_year == "元" else int(era_year)) - 1
    if not (MINYEAR <= year <= MAXYEAR and 1 <= int(month or 1) <= _MONTHS):
        return None
    return f"{year:04}-{int(month):02}" if month else f"{year:04}"


def _first_year(era: str) -> int:
    return _FIRST_DAYS[_LETTERS.get(era, era)].year
