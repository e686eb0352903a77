"""Leases: what a run holds in the database while it works, so that what a run held that is gone comes free by itself.

All nodes go by one clock (`signkit.web.api.shared_tenants`), so leases are short; they are renewed by one thread
(`signkit.web.api.job_runner`) for as long as somebody is at it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta

from signkit.errors import SignKitError

#: How long the work of a node that is gone waits.
LEASE = timedelta(seconds=20)
RENEW_SECONDS = 5.0


class Leases:
    """Those of a run."""

    def __init__(self) -> None:
        self._held: dict[object, Callable[[], object]] = {}

    @contextlib.contextmanager
    def hold(self, renew: Callable[[], object]) -> Iterator[None]:
        """Have a lease renewed for as long as the block takes."""
        mark = object()
        self._held[mark] = renew
        try:
            yield
        finally:
            del self._held[mark]

    def renew(self) -> None:
        """Renew them all; called every `RENEW_SECONDS`."""
        for each in list(self._held.values()):
            with contextlib.suppress(SignKitError):  # a full disk: the next time
                each()
