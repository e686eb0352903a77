"""Whose process is at the other end of a connection over loopback, where the system tells it (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
#: Columns of /proc/net/tcp (proc(5)): the own address, the other's, and the user.
_OWN, _OTHER, _USER = 1, 2, 7


def peer_user(peer_port: int, own_port: int) -> int | None:
    """Return the number of the user who connects from ``peer_port`` to ``own_port``; None where nobody tells."""
    for columns in _rows():
        if _port(columns[_OWN]) == peer_port and _port(columns[_OTHER]) == own_port:
            return int(columns[_USER])
    return None


def is_stranger(peer_port: int, own_port: int) -> bool:
    """Tell whether another user of this machine connects."""
    user = peer_user(peer_port, own_port) if hasattr(os, "getuid") else None
    return user is not None and user != os.getuid()


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def _rows() -> Iterator[list[str]]:
    for table in _TABLES:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        yield from (columns for line in lines if len(columns := line.split()) > _USER)
