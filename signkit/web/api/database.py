"""Where a tenant's tables are: what the service needs of a database, and SQLite, which is there out of the box.

All statements are written once, in SQL that SQLite and PostgreSQL both understand, with ``?`` for values; none names
the tenant, for a connection shows nothing of another (`signkit.web.api.postgres`: row-level security).  Who writes is
alone: ``writing`` is one transaction at a time for a tenant, in both.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from signkit.archive.store import connect
from signkit.errors import ServiceError


class Rows(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""
        ...

    def fetchone(self) -> Any:
        """Return the next row; None: there is none."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class StoreConnection(Protocol):
    """A transaction on a tenant's tables."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Do a statement."""
        ...

    def executemany(self, statement: str, values: Iterable[Sequence[Any]], /) -> object:
        """Do a statement once for each of ``values``."""
        ...


class Database(Protocol):
    """The tables of one tenant."""

    @property
    def is_shared(self) -> bool:
        """Whether several machines may write."""
        ...

    def writing(self) -> contextlib.AbstractContextManager[StoreConnection]:
        """Be the one who writes: all of it is there at the end, or nothing.

        Raises:
            ServiceError("store-unusable"): the database cannot be written.
        """
        ...

    def reading(self) -> contextlib.AbstractContextManager[StoreConnection]:
        """See one state, whoever writes meanwhile."""
        ...

    def kept_warm(self) -> contextlib.AbstractContextManager[object]:
        """Make what comes often cheaper for as long as somebody is there; any thread may end it."""
        ...


#: So many values one statement looks for.
_AT_ONCE = 500


def find_each(connection: StoreConnection, statement: str, values: Sequence[Any]) -> Iterator[Any]:
    """Yield what a statement finds that asks for many values at once, where it says ``IN (?)``."""
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        places = ", ".join("?" * len(some))
        yield from connection.execute(statement.replace("IN (?)", f"IN ({places})"), tuple(some)).fetchall()


@dataclass(frozen=True)
class SqliteDatabase:
    """A file of SQLite, which holds this tenant's tables alone."""

    path: Path
    is_shared: bool = False

    @contextlib.contextmanager
    def writing(self) -> Iterator[StoreConnection]:
        """Be the one who writes."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[StoreConnection]:
        """See one state."""
        with self._open() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")

    def kept_warm(self) -> contextlib.AbstractContextManager[object]:
        """Hold a connection: whoever closes the last one moves the whole log into the file (sqlite.org/wal.html)."""
        with self._named():
            held = sqlite3.connect(self.path.absolute().as_uri() + "?mode=rw", uri=True, check_same_thread=False)
            held.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return contextlib.closing(held)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._named(), contextlib.closing(connect(self.path)) as connection:
            yield connection

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Say which store it is that cannot be used."""
        try:
            yield
        except sqlite3.Error as error:
            raise ServiceError("store-unusable", path=str(self.path.parent), cause=str(error)) from error
