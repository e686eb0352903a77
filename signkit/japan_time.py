"""Japan's time, in which days of Japanese law and of contracts are counted."""

from __future__ import annotations

from datetime import timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
