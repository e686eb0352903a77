"""What a timestamp token says (TSTInfo, RFC 3161 2.4.2), for who obtains one and for who judges one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from asn1crypto import core

from signkit.pki.one_reading import is_whole
from signkit.pki.paths.known_certificates import zoned

#: How far clocks may differ, as elsewhere: what is stated less accurately proves no time.
MOST_INACCURATE = timedelta(minutes=5)
#: RFC 3161 2.4.2: millis and micros are of 1 to 999 (some services write 0).
_THOUSANDTHS = 999


def stated_time(info: Any) -> datetime:
    """Return the time that a TSTInfo states.

    Raises:
        ValueError: it names no zone (RFC 3161 2.4.2: genTime is in UTC), or is no time.
    """
    time = zoned(info["gen_time"].native)
    if time is None:
        raise ValueError("genTime")
    return time


def is_understood(info: Any) -> bool:
    """Whether a TSTInfo is of the one version there is, and holds no critical extension: none is known here.

    Nor anything that it has no field for, nor an accuracy so wide that its time says little (RFC 3161 2.4.2).
    """
    extensions = () if isinstance(info["extensions"], core.Void) else info["extensions"]
    known = bool(info["version"].native == "v1") and not any(item["critical"].native for item in extensions)
    return known and is_whole(info) and _is_accurate(info["accuracy"])


def _is_accurate(accuracy: Any) -> bool:
    """Whether the moment lies within `MOST_INACCURATE` of the time that is stated: it may be as much later as that."""
    stated = accuracy.native or {}
    seconds, millis, micros = (stated.get(name) or 0 for name in ("seconds", "millis", "micros"))
    small = 0 <= millis <= _THOUSANDTHS and 0 <= micros <= _THOUSANDTHS
    return small and 0 <= seconds < MOST_INACCURATE.total_seconds()
