"""Times for people: the machine's clock, with the zone's name."""

from __future__ import annotations

from datetime import datetime, timedelta


def local_time(moment: datetime) -> str:
    """Return the local time to the second, and the zone: ``2026-11-27 18:00:00 JST``."""
    local = _local(moment)
    return f"{local:%Y-%m-%d %H:%M:%S} {zone_name(local)}"


def local_minute(moment: datetime) -> str:
    """Return the local time to the minute, and the zone."""
    local = _local(moment)
    return f"{local:%Y-%m-%d %H:%M} {zone_name(local)}"


def zone_name(moment: datetime) -> str:
    """Return the short name of the machine's zone (JST), else its distance from UTC, which Windows has no name for."""
    local = _local(moment)
    name = local.tzname() or ""
    if name.isascii() and name.isalpha() and len(name) <= 5:
        return name
    offset = local.utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _local(moment: datetime) -> datetime:
    return moment.astimezone()  # a time without a zone is the machine's already
