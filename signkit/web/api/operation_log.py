"""The operation log: who, from where, what, on which digest, with which result; each record hashed with the one before.

It names keys and people by their ids and documents by digest or id; nobody's attributes, no file's name.  A chain tells
what was changed inside it; that its end was cut off, only a head that is kept elsewhere can tell (`head`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from typing import Any

from signkit.archive.journal import plain
from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id

_ALL = 2**62
_BEFORE_ALL = "0" * 64
_COLUMNS = "number, at, request, actor, origin, action, subject, status, hash"


@dataclass(frozen=True)
class Operated:
    """One record.

    Attributes:
        request: the request's id.
        actor: ``key:ID``, ``person:ID``, ``console`` or ``nobody``.
        origin: the address that the request came from.
        action: the operation's id in the API document.
        subject: the digest or the id that it was about.
        status: the answer's.
    """

    number: int
    at: str
    request: str
    actor: str
    origin: str
    action: str
    subject: str | None
    status: int
    hash: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the record as it is shown and exported."""
        return {
            "number": self.number, "at": self.at, "request_id": self.request, "actor": self.actor,
            "origin": self.origin, "action": self.action, "subject": self.subject, "status": self.status,
            "hash": self.hash,
        }  # fmt: skip


def write_operation(
    connection: StoreConnection,
    at: str,
    *,
    request: str,
    actor: str,
    origin: str,
    action: str,
    subject: str | None,
    status: int,
) -> Operated:
    """Write the next record.  Where the clock was moved back it bears the time of the one before."""
    last = head(connection)
    bare = Operated(
        last.number + 1 if last else 1,
        max(at, last.at if last else ""),
        request,
        actor,
        origin,
        action,
        subject,
        status,
    )
    record = replace(bare, hash=chain_hash(bare, last.hash if last else _BEFORE_ALL))
    connection.execute(f"INSERT INTO operation ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(record))  # noqa: S608
    return record


def write_console_act(connection: StoreConnection, at: str, action: str, subject: str) -> Operated:
    """Write down what the operator did at the console of the machine, in the transaction in which it is done."""
    return write_operation(
        connection, at, request=new_id(), actor="console", origin="console", action=action, subject=subject, status=200
    )


def chain_hash(record: Operated, before: str) -> str:
    """Return the hash of a record that follows the one with the hash ``before``."""
    return hashlib.sha256(plain([before, *astuple(record)[:-1]])).hexdigest()


def head(connection: StoreConnection) -> Operated | None:
    """Return the newest record."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM operation ORDER BY number DESC LIMIT 1").fetchone()  # noqa: S608
    return Operated(*row) if row else None


def hash_of(connection: StoreConnection, number: int) -> str | None:
    """Return the hash of a record; None where there is none of that number."""
    row = connection.execute("SELECT hash FROM operation WHERE number = ?", (number,)).fetchone()
    return row[0] if row else None


def operations(connection: StoreConnection, after: int = 0, limit: int = _ALL) -> Iterator[Operated]:
    """Yield the records behind number ``after``, in order."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM operation WHERE number > ? ORDER BY number LIMIT ?",  # noqa: S608
        (after, limit),
    )
    return (Operated(*row) for row in rows)


def breaks(connection: StoreConnection) -> Iterator[int]:
    """Yield the number of each record that does not follow the one before it; at the end, one that was cut off."""
    before, number = _BEFORE_ALL, 0
    for record in operations(connection):
        if record.number != number + 1 or record.hash != chain_hash(record, before):
            yield record.number
        before, number = record.hash, record.number
    row = connection.execute("SELECT number FROM operation_end").fetchone()
    if row is not None and row[0] > number:
        yield number + 1
