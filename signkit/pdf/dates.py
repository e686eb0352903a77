"""Dates as PDF writes them (ISO 32000-2 7.9.4): D:YYYYMMDDHHmmSSOHH'mm."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

# The standard wants D: first; old files leave it out. ASCII: \d would know the digits of other scripts.
_DATE = re.compile(
    rb"(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:(Z)|([+-])(\d{2})'?(?:(\d{2})'?)?)?", re.ASCII
)


def parse_date(value: object) -> datetime | None:
    """Return the moment in UTC, or None for what is no date; a date without a zone is taken as UTC."""
    match = _DATE.match(value) if isinstance(value, bytes) else None
    if match is None:
        return None
    year, month, day, hour, minute, second, _, sign, zone_hours, zone_minutes = match.groups()
    try:
        # 7.9.4: parts that are left out are the first month, day, or zero.
        offset = timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
        # "+" means that local time is later than UTC.
        zone = timezone(-offset if sign == b"-" else offset)
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
