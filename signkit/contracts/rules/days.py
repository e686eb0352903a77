"""Days as contract data write them (``2026-11-21``), and periods of months from them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def after_months(day: str, months: int) -> str:
    """Return the day ``months`` later; the month's last day where it has no such day (民法143条2項)."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()
