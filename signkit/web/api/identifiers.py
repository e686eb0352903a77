"""The ids of resources: UUIDs of version 7 (RFC 9562 5.7), which sort by the time they were made."""

from __future__ import annotations

import re
import secrets
import threading
import time

_lock = threading.Lock()
_last = 0
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def new_id() -> str:
    """Return an id that sorts behind all those that this process made before."""
    global _last
    with _lock:
        # RFC 9562 6.2, method 3: the 12 bits behind the milliseconds are a finer clock, and never go back.
        _last = max(_last + 1, time.time_ns() * 4096 // 1_000_000)
        ticks = _last
    value = (ticks >> 12 & (1 << 48) - 1) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
