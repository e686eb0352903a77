"""Where a tenant's tables are: what the service needs of a database, and SQLite, which is there out of the box.

All statements are written once, in SQL that SQLite and PostgreSQL both understand, with ``?`` for values; none names
the tenant, for a connection shows nothing of another (`signkit.web.api.postgres`: row-level security).  Who writes is
alone: ``writing`` is one transaction at a time for a tenant, in both.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
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

    def let_go(self) -> None:
        """Keep nothing open that nobody uses."""
        ...


#: So many values one statement looks for.
_AT_ONCE = 500


def find_each(connection: StoreConnection, statement: str, values: Sequence[Any]) -> Iterator[Any]:
    """Yield what a statement finds that asks for many values at once, where it says ``IN (?)``."""
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        places = ", ".join("?" * len(some))
        yield from connection.execute(statement.replace("IN (?)", f"IN ({places})"), tuple(some)).fetchall()


class _IdleConnections:
    """Connections that were used and will be again: to open one costs more than most that is done with it.

    And whoever closes the last one moves the whole log into the file (sqlite.org/wal.html).
    """

    def __init__(self) -> None:
        self._idle: list[tuple[_FileId, sqlite3.Connection]] = []
        self._lock = threading.Lock()

    def take(self, path: Path) -> tuple[_FileId, sqlite3.Connection]:
        """Return a connection to the file that is there now, which may be another than was there before."""
        file = _file_id(path)
        with self._lock:
            for index in reversed(range(len(self._idle))):
                if self._idle[index][0] == file:
                    return self._idle.pop(index)
        connection = connect(path, by_any_thread=True)
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        return file, connection

    def give(self, file: _FileId, connection: sqlite3.Connection) -> None:
        """Keep a connection for the next one; that of longest ago goes."""
        if connection.in_transaction:
            connection.close()
            return
        with self._lock:
            self._idle.append((file, connection))
            going = self._idle.pop(0)[1] if len(self._idle) > _MOST_IDLE else None
        if going is not None:
            going.close()

    def close(self, path: Path) -> None:
        """Keep none to a file."""
        with self._lock:
            going = [each for file, each in self._idle if file[0] == path]
            self._idle = [each for each in self._idle if each[0][0] != path]
        for each in going:
            each.close()


#: A path, and which file is there: a store that was put in another's place is another.
_FileId = tuple[Path, int, int]
_MOST_IDLE, _CACHE_KIB = 16, 4096
_idle = _IdleConnections()


def _file_id(path: Path) -> _FileId:
    try:
        found = path.stat()
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error
    return path, found.st_dev, found.st_ino


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

    def let_go(self) -> None:
        """Close the connections that nobody uses."""
        _idle.close(self.path)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._named():
            file, connection = _idle.take(self.path)
            try:
                yield connection
            finally:
                _idle.give(file, connection)

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Say which store it is that cannot be used."""
        try:
            yield
        except sqlite3.Error as error:
            raise ServiceError("store-unusable", path=str(self.path.parent), cause=str(error)) from error
