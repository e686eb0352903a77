"""Room for jobs that wait for somebody outside: a receiver that never answers keeps nobody else waiting.

Each receiver has a few places, each tenant some more, and receivers that were slow the last time share a part of them,
so that the others find room at any time.  What is known of receivers is this process's, and begins anew with it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from signkit.web.api.jobs import Job, WantedJobs, receiver_of

#: Places together, of one tenant, of one receiver.
MOST, _OF_TENANT, _OF_RECEIVER = 32, 8, 2
#: Of these at most so many with receivers that were slow.
SLOW, _SLOW_OF_TENANT = 24, 4
#: Who takes longer is slow.
_SLOW_SECONDS = 3.0
_MOST_KNOWN = 10_000


@dataclass(frozen=True)
class _Sent:
    tenant: str
    receiver: str
    began: float
    is_slow: bool


class OutwardPlaces:
    """The places of one process; asked by one thread, left by many.

    Args:
        kinds: of the jobs that lead outside.
        clock: seconds that only grow.
    """

    def __init__(self, kinds: Collection[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._kinds = tuple(kinds)
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], _Sent] = {}
        self._slow: dict[tuple[str, str], None] = {}

    def wanted(self, tenant: str) -> list[WantedJobs]:
        """Return which jobs of a tenant there is room for, the first to be looked for first; none: wait."""
        with self._lock:
            sent = list(self._under_way.values())
            own = [each for each in sent if each.tenant == tenant]
            if len(sent) >= MOST or len(own) >= _OF_TENANT:
                return []
            count = Counter(each.receiver for each in own)
            full = {receiver for receiver, number in count.items() if number >= _OF_RECEIVER}
            slow = {receiver for whose, receiver in self._slow if whose == tenant}
            has_room = sum(each.is_slow for each in sent) < SLOW and sum(each.is_slow for each in own) < _SLOW_OF_TENANT
        found = [WantedJobs(self._kinds, but=False, passed_over=full | slow)]
        if slow and has_room:
            found.append(WantedJobs(self._kinds, but=False, passed_over=full | (slow & set(count))))
        return found

    def begin(self, tenant: str, job: Job) -> None:
        """Take a place."""
        with self._lock:
            receiver = receiver_of(job)
            is_slow = (tenant, receiver) in self._slow
            self._under_way[tenant, job.id] = _Sent(tenant, receiver, self._clock(), is_slow)

    def end(self, tenant: str, job: Job) -> None:
        """Leave it, and know from now on whether the receiver is slow."""
        with self._lock:
            sent = self._under_way.pop((tenant, job.id))
            who = (tenant, sent.receiver)
            if self._clock() - sent.began <= _SLOW_SECONDS:
                self._slow.pop(who, None)
                return
            self._slow[who] = None
            while len(self._slow) > _MOST_KNOWN:
                del self._slow[next(iter(self._slow))]
