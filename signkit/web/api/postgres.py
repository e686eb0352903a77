"""PostgreSQL: the tables of all tenants in one database, each row under its tenant, several machines on it.

The role that serves is neither the owner of the tables nor one that row-level security spares, which is looked at
before anything else: whatever a statement forgets, a transaction sees and writes the rows of its tenant alone
(`signkit.web.api.postgres_schema`).
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, LiteralString

import psycopg
import psycopg_pool
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import IntLoader

from signkit.archive.store import utc_now
from signkit.errors import ServiceError
from signkit.web.api import schema
from signkit.web.api.database import StoreConnection

#: What the server does for us: waits that end, and a node that hangs or is gone keeps nobody waiting.
_SESSION = (
    "-c search_path=signkit -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    " -c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
)
#: The tenant whose rows are no tenant's (yet): the nil UUID (RFC 9562 5.9), which `new_id` never makes.
NOBODY = "00000000-0000-0000-0000-000000000000"
_CONNECTIONS = 32
_WAIT_SECONDS = 30.0
_CLOCK_SECONDS = 5.0
#: READ COMMITTED: what is read after the lock is what the writer before left.
_BEGIN_WRITING = (
    "BEGIN; SELECT set_config('app.tenant', %s, true); SELECT pg_advisory_xact_lock(hashtextextended(%s, 1398494038))"
)
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT set_config('app.tenant', %s, true)"
_MAY = """
    SELECT NOT (rolsuper OR rolbypassrls OR pg_has_role(current_user, nspowner, 'MEMBER'))
    FROM pg_roles, pg_namespace WHERE rolname = current_user AND nspname = 'signkit'
"""


class PostgresServer:
    """A database with the tables of a service, and connections to it.

    Args:
        url: ``postgresql://role@host/database``, without a password: that stands in ``~/.pgpass``, or in the file that
            the URL names (``?passfile=/etc/signkit/pgpass``).
        clock: this machine's.
    """

    def __init__(self, url: str, clock: Callable[[], datetime] = utc_now) -> None:
        self.name = _name(url)
        self._clock = clock
        self._ahead = timedelta()
        self._compared = 0.0
        self._url = url
        self._pool = psycopg_pool.ConnectionPool(
            url, min_size=1, max_size=_CONNECTIONS, open=False, timeout=_WAIT_SECONDS, configure=_configure,
            check=psycopg_pool.ConnectionPool.check_connection,
            kwargs={"autocommit": True, "options": _SESSION, "cursor_factory": psycopg.ClientCursor},
        )  # fmt: skip

    def open(self) -> None:
        """Connect.

        Raises:
            ServiceError("store-unusable"): it does not answer, or lets nobody in.
            ServiceError("database-old", "store-newer"): its tables are of another version.
            ServiceError("database-role"): the role sees more than one tenant's rows.
        """
        with self.told():
            # By itself first: a pool would try again and again, and not say why.
            with psycopg.connect(self._url, connect_timeout=10, options=_SESSION, autocommit=True) as connection:
                _require_tables(connection, self.name)
                self._compare_clocks(connection)
            self._pool.open()

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Tell what goes wrong as an error of the service."""
        try:
            yield
        except psycopg.Error as error:
            raise ServiceError("store-unusable", path=self.name, cause=" ".join(str(error).split())) from error

    def tenants(self) -> list[tuple[str, str]]:
        """Return id and name of every tenant, in the order in which they came."""
        with self.told(), self._pool.connection() as connection:
            if time.monotonic() - self._compared > _CLOCK_SECONDS:  # whoever does jobs asks twice a second
                self._compare_clocks(connection)
            return list(connection.execute("SELECT id, name FROM tenant WHERE id != %s ORDER BY id", (NOBODY,)))

    def now(self) -> datetime:
        """Return the database's time, by which all nodes go, to the time that a question takes."""
        return self._clock() + self._ahead

    def _compare_clocks(self, connection: psycopg.Connection[Any]) -> None:
        before = self._clock()
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        there: datetime = row[0] if row else before
        self._ahead = there - (before + (self._clock() - before) / 2)
        self._compared = time.monotonic()

    def tenant_name(self, id_: str) -> str | None:
        """Return what a tenant is called; None: there is none of that id."""
        with self.told(), self._pool.connection() as connection:
            row = connection.execute("SELECT name FROM tenant WHERE id = %s", (id_,)).fetchone()
        return row[0] if row else None

    @contextlib.contextmanager
    def begin(self, statement: LiteralString, values: Sequence[str]) -> Iterator[PostgresConnection]:
        """Be in a transaction; it ends with the block."""
        with self.told(), self._pool.connection() as connection:
            try:
                connection.execute(statement, values)
                yield PostgresConnection(connection)
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(psycopg.Error):
                    connection.execute("ROLLBACK")
                raise


@dataclass(frozen=True)
class PostgresConnection:
    """A connection that understands what is written for both databases."""

    connection: psycopg.Connection[Any]

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Do a statement."""
        return self.connection.execute(_in_postgres(statement), tuple(values))

    def executemany(self, statement: str, values: Iterable[Sequence[Any]], /) -> None:
        """Do a statement once for each of ``values``."""
        with self.connection.cursor() as cursor:
            cursor.executemany(_in_postgres(statement), list(values))


@dataclass(frozen=True)
class PostgresDatabase:
    """The rows of one tenant."""

    server: PostgresServer
    tenant: str
    is_shared: bool = True

    @contextlib.contextmanager
    def writing(self) -> Iterator[StoreConnection]:
        """Be the one who writes for this tenant, of all nodes."""
        with self.server.begin(_BEGIN_WRITING, (self.tenant, self.tenant)) as connection:
            yield connection

    def let_go(self) -> None:
        """Do nothing: the pool keeps connections."""

    @contextlib.contextmanager
    def reading(self) -> Iterator[StoreConnection]:
        """See one state."""
        with self.server.begin(_BEGIN_READING, (self.tenant,)) as connection:
            yield connection


def has_password(url: str) -> bool:
    """Tell whether there is a password in a URL.

    Raises:
        ValueError: it is no address of a database.
    """
    try:
        return "password" in conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise ValueError(url) from error


def role_of(url: str) -> str:
    """Return the role that a URL names."""
    return str(conninfo_to_dict(url).get("user") or "")


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.adapters.register_loader("numeric", IntLoader)  # sums of whole numbers


def _require_tables(connection: psycopg.Connection[Any], name: str) -> None:
    row = connection.execute(_MAY).fetchone()
    if row is not None and not row[0]:
        raise ServiceError("database-role", path=name)
    found = 0
    if row is not None:
        with contextlib.suppress(psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
            found = (connection.execute("SELECT number FROM version").fetchone() or (0,))[0]
    if found > schema.VERSION:
        raise ServiceError("store-newer", path=name, found=found, known=schema.VERSION)
    if found < schema.VERSION:
        raise ServiceError("database-old", path=name, found=found, known=schema.VERSION)


@lru_cache(maxsize=1024)
def _in_postgres(statement: str) -> LiteralString:
    """Every key begins with the tenant; a value's place is ``%s``."""
    portable = statement.replace("%", "%%").replace("?", "%s")
    return re.sub(r"ON CONFLICT \(", "ON CONFLICT (tenant, ", portable)


def _name(url: str) -> str:
    known = conninfo_to_dict(url)
    return f"postgresql://{known.get('host') or ''}/{known.get('dbname') or ''}"
