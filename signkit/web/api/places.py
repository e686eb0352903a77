"""On which node a tenant's archive and office are: files that one machine works on at a time.

The archive's ledger is SQLite, whose locks do not hold over a network file system, and an office has work under way in
memory.  So a node leases the place before it opens either, renews the lease while anybody is there, and lets go soon
after; another that is asked waits for a moment, and then says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from signkit.errors import ArchiveError, ServiceError
from signkit.web.api.folders import ARCHIVE
from signkit.web.api.leases import LEASE
from signkit.web.api.store import Store, moment

ELSEWHERE = "archive-elsewhere"
#: A lease is good for less here than in the database: what is begun must be over before another node may begin.
_MARGIN_SECONDS = 5.0
_LINGER_SECONDS = 5.0
_WAIT_SECONDS = 15.0
_LOOK_SECONDS = 0.25


class ArchivePlace:
    """The place of a tenant of one machine: always here."""

    #: Counts how often it came here from elsewhere.
    term = 0

    def take(self, patience: float | None = None) -> None:
        """Be here, until `give`.

        Args:
            patience: seconds to wait for another node; None: a quarter of a minute.

        Raises:
            ServiceError("archive-elsewhere"): another node is, and stays.
        """

    def give(self) -> None:
        """Say that what `take` was for is over."""

    @contextmanager
    def hold(self, patience: float | None = None) -> Iterator[None]:
        """Be here for a block; see `take`."""
        self.take(patience)
        try:
            yield
        finally:
            self.give()

    def keep_while(self, is_working: Callable[[], bool]) -> None:
        """Stay here while something works."""

    def renew(self) -> None:
        """Renew the lease, or let go of it; called every few seconds."""

    def leave(self) -> None:
        """Let go of it: the node ends."""

    def require_archive(self, identity: str | None) -> None:
        """Refuse another archive than the tenant's; None: one is about to be made.

        Raises:
            ArchiveError("archive-missing"): the folder is not the one that the other nodes use.
        """


class LeasedPlace(ArchivePlace):
    """The place of a tenant of several nodes.

    Args:
        node: of this run.
    """

    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node
        self._lock = threading.Lock()
        self._counting = threading.Lock()  # by itself: whoever gives waits for no database
        self._users = 0
        self._until = 0.0
        self._used = 0.0
        self._identity: str | None = None
        self._working: Callable[[], bool] = lambda: False

    def take(self, patience: float | None = None) -> None:
        """See `ArchivePlace.take`."""
        ends = time.monotonic() + (_WAIT_SECONDS if patience is None else patience)
        while not self._taken():
            if time.monotonic() >= ends:
                raise ServiceError("archive-elsewhere")
            time.sleep(_LOOK_SECONDS)

    def give(self) -> None:
        """See `ArchivePlace.give`."""
        with self._counting:
            self._users -= 1
            self._used = time.monotonic()

    def keep_while(self, is_working: Callable[[], bool]) -> None:
        """See `ArchivePlace.keep_while`."""
        self._working = is_working

    def renew(self) -> None:
        """See `ArchivePlace.renew`."""
        with self._lock:
            if not self._until:
                return
            is_idle = time.monotonic() - self._used > _LINGER_SECONDS and not self._working()
            if not self._users and is_idle:
                self._release()
            else:
                self._lease()

    def leave(self) -> None:
        """See `ArchivePlace.leave`."""
        with self._lock:
            if self._until:
                self._release()

    def require_archive(self, identity: str | None) -> None:
        """See `ArchivePlace.require_archive`."""
        if identity is not None and identity == self._identity:
            return
        with self._store.writing() as connection:
            known = connection.execute("SELECT identity FROM place WHERE name = ?", (ARCHIVE,)).fetchone()[0]
            if known is None and identity is not None:
                connection.execute("UPDATE place SET identity = ? WHERE name = ?", (identity, ARCHIVE))
        if known not in (None, identity):
            raise ArchiveError("archive-missing", path=str(self._store.folder / ARCHIVE))
        self._identity = identity

    def _taken(self) -> bool:
        with self._lock:
            if time.monotonic() >= self._until and not self._lease():
                return False
            with self._counting:
                self._users += 1
            self._used = time.monotonic()
            return True

    def _lease(self) -> bool:
        """Lease the place, or go on leasing it; tell whether it is ours."""
        good = time.monotonic() + LEASE.total_seconds() - _MARGIN_SECONDS
        with self._store.writing() as connection:
            now = self._store.clock()
            row = connection.execute("SELECT holder, until FROM place WHERE name = ?", (ARCHIVE,)).fetchone()
            if row is not None and row[0] != self._node and row[1] > moment(now):
                self._until = 0.0
                return False
            connection.execute(
                "INSERT INTO place (name, holder, until) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until",
                (ARCHIVE, self._node, moment(now + LEASE)),
            )
        if row is None or row[0] != self._node:
            self.term += 1
        self._until = good
        return True

    def _release(self) -> None:
        self._until = 0.0
        with self._store.writing() as connection:
            connection.execute(
                "UPDATE place SET until = ? WHERE name = ? AND holder = ?",
                (self._store.now(), ARCHIVE, self._node),
            )
