"""When a certificate's end is so near that its holder should hear of it."""

from __future__ import annotations

from datetime import datetime, timedelta

#: A card's certificates can be renewed from three months before their end.
ENDS_SOON = timedelta(days=90)


def days_left(end: datetime, now: datetime) -> int | None:
    """Return the days that are left where they are few; None where they are many, or none.

    Args:
        end: the end of validity, with its time zone.
        now: with its time zone.
    """
    left = end - now
    return left.days if timedelta(0) <= left <= ENDS_SOON else None
