"""Whether the service can judge and write: everybody may ask, so it is looked at once for all who ask within a second.

To find it out takes every tenant's turn to write.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as NotInTime
from typing import Generic, TypeVar

from signkit.errors import SignKitError
from signkit.web.api.tenants import Tenants
from signkit.workers import WorkerLost, WorkerPool

_T = TypeVar("_T")
_SECONDS = 5.0
_GOOD_FOR = 1.0


def readiness_of(pool: WorkerPool, tenants: Tenants) -> SharedLook[tuple[bool, bool]]:
    """Return what finds out whether a worker answers, and whether every store can be written."""
    return SharedLook(lambda: (_answers(pool), _writes(tenants)), _GOOD_FOR)


def _answers(pool: WorkerPool) -> bool:
    try:
        return bool(pool.submit(bool, 1).result(_SECONDS))
    except (WorkerLost, NotInTime, RuntimeError):
        return False


def _writes(tenants: Tenants) -> bool:
    try:
        for tenant in tenants.all():
            with tenant.store.writing():
                pass
    except SignKitError:
        return False
    return True


class SharedLook(Generic[_T]):
    """The last thing that was found, and until when it is good; one looks at a time, others get what was found before.

    Args:
        look: finds it out.
        seconds: so long it is told without looking again.
    """

    def __init__(self, look: Callable[[], _T], seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._found: tuple[_T, float] | None = None

    def find(self) -> _T:
        """Return what was found within the last seconds, or is found now."""
        found = self._found
        if found is not None and self._clock() < found[1]:
            return found[0]
        if not self._lock.acquire(blocking=found is None):
            assert found is not None
            return found[0]
        try:
            if self._found is found:  # else somebody looked while we waited
                self._found = (self._look(), self._clock() + self._seconds)
            assert self._found is not None
            return self._found[0]
        finally:
            self._lock.release()
