"""Until when an entry must be kept (``keeping.toml``: a dated table, each rule with its source).

Of several rules the longest counts.  What nobody can tell, an entry without a date or a contract that still runs, is
kept.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from signkit.archive.entries import LedgerEntry
from signkit.archive.store import Archive
from signkit.words import Text


@dataclass(frozen=True)
class Business:
    """What of the business the periods depend on.

    Attributes:
        tax_years: 7, or 10 where a loss is carried forward.
        fiscal_year_end: month and day; None: not said, so that the latest possible one counts.
        filing_months: from the fiscal year's end to the return.
    """

    tax_years: int = 7
    fiscal_year_end: tuple[int, int] | None = None
    filing_months: int = 2


@dataclass(frozen=True)
class Keeping:
    """Until when, and by which rule; ``until`` None: it cannot be told, or the contract still runs."""

    until: date | None
    rule: str | None

    @property
    def law(self) -> Text | None:
        """The rule's source, for people."""
        rule = next((each for each in _table()["rule"] if each["name"] == self.rule), None)
        return Text(rule["law"]["en"], rule["law"]["ja"]) if rule is not None else None


def business_of(archive: Archive) -> Business:
    """Return what the archive's settings say of the business."""
    end = archive.setting("fiscal_year_end")
    month, _, day = (end or "").partition("-")
    return Business(
        int(archive.setting("tax_years") or 7),
        (int(month), int(day)) if end else None,
        int(archive.setting("filing_months") or 2),
    )


def keeping_of(entry: LedgerEntry, business: Business) -> Keeping:
    """Return until when an entry must be kept."""
    kind = entry.facts.kind or "other"
    if kind in _table()["running"]["kinds"] and entry.facts.end_date is None:
        return Keeping(None, None)
    found = list(_untils(entry, kind, business))
    if not found or any(each.until is None for each in found):
        return Keeping(None, None)
    return max(found, key=lambda each: each.until or date.min)


@dataclass(frozen=True)
class Reach:
    """Which entries of a kind may be over: a condition that each of them fulfils, and few others do.

    Attributes:
        last_day: the last day that the later of date and end may be; None: any.
        must_end: those without an end are not over.
    """

    kind: str
    last_day: date | None
    must_end: bool


def reaches(business: Business, today: date) -> tuple[Reach, ...]:
    """Return for each kind that has a rule which entries may be over before ``today``; of no other kind one is."""
    kinds = sorted({kind for rule in _table()["rule"] for kind in rule["kinds"]})
    return tuple(Reach(each, _last_day(each, business, today), each in _table()["running"]["kinds"]) for each in kinds)


def _last_day(kind: str, business: Business, today: date) -> date | None:
    """A rule that runs from a contract's last day ends the later, the later that day is: the day is searched for."""
    rules = [each for each in _table()["rule"] if kind in each["kinds"] and each["from"] != "date"]

    def is_kept(ordinal: int) -> bool:
        day = date.fromordinal(ordinal)
        starts = [(rule, day if rule["from"] == "end" else _after_filing(day, business)) for rule in rules]
        return any(years_after(start, _least_years(rule, business)) >= today for rule, start in starts)

    if not rules:
        return None
    days = range(1, today.toordinal() + 1)
    return date.fromordinal(max(1, bisect_left(days, True, key=is_kept)))


def years_after(day: date, years: int) -> date:
    """Return the same day years later; for 29 February, where there is none, the day after."""
    if day.year + years > MAXYEAR:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _untils(entry: LedgerEntry, kind: str, business: Business) -> Iterator[Keeping]:
    for rule in _table()["rule"]:
        if kind not in rule["kinds"]:
            continue
        start = _start(entry, rule["from"], business)
        years = _years(entry, rule, business)
        yield Keeping(years_after(start, years), rule["name"]) if start is not None else Keeping(None, None)


def _start(entry: LedgerEntry, runs_from: str, business: Business) -> date | None:
    facts = entry.facts
    if runs_from == "date":
        return facts.date
    end = max(filter(None, (facts.date, facts.end_date)), default=None)
    if end is None or runs_from == "end":
        return end
    return _after_filing(end, business)


def _after_filing(day: date, business: Business) -> date:
    """Return when the return of the fiscal year is due in which ``day`` lies.

    The months run from the day after the year's end (法人税法74条1項, 同法施行規則59条2項) to the day before that of
    the same number (民法143条2項): from the end of February to 30 April, from the end of June to 31 August.
    """
    if business.fiscal_year_end is None:
        return months_after(day, 12 + business.filing_months)
    month, last = business.fiscal_year_end
    end = next(end for year in (day.year, day.year + 1) if (end := day_in(year, month, last)) >= day)
    return _end_of_months_behind(end, business.filing_months)


def _end_of_months_behind(day: date, months: int) -> date:
    if day == date.max:
        return day
    first = day + timedelta(1)
    same = months_after(first, months)
    return same if same.day < first.day or same == date.max else same - timedelta(1)


def months_after(day: date, months: int) -> date:
    """Return the same day months later, or the last day of that month."""
    number = day.year * 12 + day.month - 1 + months
    return day_in(number // 12, number % 12 + 1, day.day)


def day_in(year: int, month: int, day: int) -> date:
    """Return a day, or the last of the month where the month is shorter; none is later than dates can be."""
    return date(year, month, min(day, monthrange(year, month)[1])) if year <= MAXYEAR else date.max


def _years(entry: LedgerEntry, rule: dict[str, Any], business: Business) -> int:
    longer = rule["name"] == "brokerage-ledger" and bool((entry.facts.record or {}).get("new_house"))
    return int(rule["long_years"]) if longer else _least_years(rule, business)


def _least_years(rule: dict[str, Any], business: Business) -> int:
    return business.tax_years if rule["name"] == "tax" else int(rule["years"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("signkit.archive").joinpath("keeping.toml").read_text(encoding="utf-8"))
