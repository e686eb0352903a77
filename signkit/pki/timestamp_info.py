"""What a timestamp token says (TSTInfo, RFC 3161 2.4.2), for who obtains one and for who judges one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asn1crypto import core

from signkit.pki.one_reading import is_whole
from signkit.pki.paths.known_certificates import zoned


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

    Nor anything that it has no field for.
    """
    extensions = () if isinstance(info["extensions"], core.Void) else info["extensions"]
    known = bool(info["version"].native == "v1") and not any(item["critical"].native for item in extensions)
    return known and is_whole(info)
