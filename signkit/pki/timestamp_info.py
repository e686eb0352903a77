"""What a timestamp token says (TSTInfo, RFC 3161 2.4.2), for who obtains one and for who judges one."""

from __future__ import annotations

from typing import Any

from asn1crypto import core

from signkit.pki.one_reading import is_whole


def is_understood(info: Any) -> bool:
    """Whether a TSTInfo is of the one version there is, and holds no critical extension: none is known here.

    Nor anything that it has no field for.
    """
    extensions = () if isinstance(info["extensions"], core.Void) else info["extensions"]
    known = bool(info["version"].native == "v1") and not any(item["critical"].native for item in extensions)
    return known and is_whole(info)
