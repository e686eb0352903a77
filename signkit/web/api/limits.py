"""How much a tenant may ask: requests a minute (a token bucket in memory), validations a month (in its store)."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from signkit.web.api import problems
from signkit.web.api.database import StoreConnection

#: What a month's quota counts.
COUNTED = ("validateDocument", "validateBatchDocument")


class Rates:
    """A bucket for each tenant: it holds a minute's requests and fills evenly."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, tenant: str) -> dict[str, str]:
        """Count a request; return the headers that tell what is left (draft-ietf-httpapi-ratelimit-headers-10).

        Raises:
            Refusal("too-many"): nothing was left.
        """
        now, rate = self._clock(), self._a_minute / 60
        with self._lock:
            left, at = self._buckets.get(tenant, (float(self._a_minute), now))
            left = min(float(self._a_minute), left + (now - at) * rate)
            is_refused = left < 1
            left = left if is_refused else left - 1
            self._buckets[tenant] = (left, now)
        headers = {
            "ratelimit-policy": f'"requests";q={self._a_minute};w=60',
            "ratelimit": f'"requests";r={int(left)};t={math.ceil((self._a_minute - left) / rate)}',
        }
        if is_refused:
            refusal = problems.too_many(max(1, math.ceil((1 - left) / rate)))
            refusal.headers |= headers
            raise refusal
        return headers


def count_usage(connection: StoreConnection, operation: str, now: str) -> None:
    """Count an operation into its month."""
    connection.execute(
        "INSERT INTO usage (month, operation, count) VALUES (?, ?, 1) "
        "ON CONFLICT (month, operation) DO UPDATE SET count = usage.count + 1",
        (now[:7], operation),
    )


def require_quota(connection: StoreConnection, now: str, a_month: int) -> None:
    """Refuse what is beyond the month's validations.

    Raises:
        Refusal("quota"): they are used up.
    """
    if not a_month:
        return
    marks = ", ".join("?" for _ in COUNTED)
    row = connection.execute(
        f"SELECT COALESCE(SUM(count), 0) FROM usage WHERE month = ? AND operation IN ({marks})",  # noqa: S608
        (now[:7], *COUNTED),
    ).fetchone()
    if row[0] >= a_month:
        refusal = problems.quota_used_up(f"{a_month:,} / month")
        seconds = _seconds_to_next_month(datetime.fromisoformat(now))
        refusal.headers |= {
            "ratelimit-policy": f'"validations";q={a_month}',
            "ratelimit": f'"validations";r=0;t={seconds}',
            "retry-after": str(seconds),
        }
        raise refusal


def _seconds_to_next_month(now: datetime) -> int:
    """Return when a month's usage begins anew: months are UTC's."""
    begins = (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
    return math.ceil((begins - now).total_seconds())
