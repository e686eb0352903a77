"""What a timestamp token says (TSTInfo, RFC 3161 2.4.2), for who obtains one and for who judges one."""

from __future__ import annotations

from typing import Any

from asn1crypto import core


def is_understood(info: Any) -> bool:
    """Whether a TSTInfo is of the one version there is, and holds no critical extension: none is known here."""
    extensions = () if isinstance(info["extensions"], core.Void) else info["extensions"]
    return bool(info["version"].native == "v1") and not any(item["critical"].native for item in extensions)
