"""Times for people: the machine's clock, or that of a zone which was asked for, with the zone's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta, tzinfo

_ZONE: ContextVar[tzinfo | None] = ContextVar("zone", default=None)


@contextmanager
def times_in(zone: tzinfo) -> Iterator[None]:
    """Show times in a zone, whatever the machine's: pages and servers do not follow where the machine thinks it is."""
    before = _ZONE.set(zone)
    try:
        yield
    finally:
        _ZONE.reset(before)


def as_read(moment: datetime) -> datetime:
    """Return a time as whoever reads it has it on the clock."""
    return moment.astimezone(_ZONE.get())  # a time without a zone is the machine's already


def local_time(moment: datetime) -> str:
    """Return the local time to the second, and the zone: ``2026-11-27 18:00:00 JST``."""
    local = as_read(moment)
    return f"{local:%Y-%m-%d %H:%M:%S} {zone_name(local)}"


def local_minute(moment: datetime) -> str:
    """Return the local time to the minute, and the zone."""
    local = as_read(moment)
    return f"{local:%Y-%m-%d %H:%M} {zone_name(local)}"


def zone_name(moment: datetime) -> str:
    """Return the short name of the zone (JST), else its distance from UTC, which Windows has no name for."""
    local = as_read(moment)
    name = local.tzname() or ""
    if name.isascii() and name.isalpha() and len(name) <= 5:
        return name
    offset = local.utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
