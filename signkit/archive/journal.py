"""The journal: one record a change, each hashed with the one before; append-only.

It holds digests keyed by the salt of the entry that they are about, never a name: once the salt is gone with its entry,
a record says that something was added, corrected and deleted, and nothing of what.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

#: ``begun`` and ``set`` are about the archive; ``operated`` tells of no change
#: (`signkit.archive.operations`); the others are about an entry.
Action = Literal[
    "begun", "set", "added", "joined", "corrected", "renewed", "watched", "purged", "rebuilt", "restored", "operated"
]  # fmt: skip

_BEFORE_ALL = "0" * 64
_COLUMNS = "number, at, action, entry, digest, hash"


@dataclass(frozen=True)
class Record:
    """One record.

    Attributes:
        entry: the entry's number; None for what is about the archive.
        digest: HMAC-SHA256 of the state that the change led to, under the entry's (or the archive's) salt.
        hash: SHA-256 over the record and the hash of the one before.
    """

    number: int
    at: str
    action: str
    entry: int | None
    digest: str
    hash: str


def append_record(
    connection: sqlite3.Connection, action: Action, entry: int | None, digest: str, now: datetime
) -> Record:
    """Write the next record.  Where the clock was moved back it bears the time of the one before."""
    last = last_record(connection)
    at = max(now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), last.at if last else "")
    number = (last.number if last else 0) + 1
    record = Record(number, at, action, entry, digest, "")
    record = Record(number, at, action, entry, digest, chain_hash(record, last.hash if last else _BEFORE_ALL))
    values = (record.number, record.at, record.action, record.entry, record.digest, record.hash)
    connection.execute(f"INSERT INTO journal ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608
    return record


def chain_hash(record: Record, before: str) -> str:
    """Return the hash of a record that follows the one with the hash ``before``."""
    return hashlib.sha256(
        plain([before, record.number, record.at, record.action, record.entry, record.digest])
    ).hexdigest()


def last_record(connection: sqlite3.Connection) -> Record | None:
    """Return the newest record: the journal's head."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM journal ORDER BY number DESC LIMIT 1").fetchone()  # noqa: S608
    return Record(*row) if row else None


def records(connection: sqlite3.Connection, entry: int | None = None) -> Iterator[Record]:
    """Yield the journal's records from the first on; with ``entry`` those about it."""
    of_entry, values = ("WHERE entry = ?", (entry,)) if entry is not None else ("", ())
    rows = connection.execute(f"SELECT {_COLUMNS} FROM journal {of_entry} ORDER BY number", values)  # noqa: S608
    return (Record(*row) for row in rows)


def breaks(connection: sqlite3.Connection) -> Iterator[int]:
    """Yield the number of each record that does not follow the one before it."""
    before, number = _BEFORE_ALL, 0
    for record in records(connection):
        if record.number != number + 1 or record.hash != chain_hash(record, before):
            yield record.number
        before, number = record.hash, record.number


def highest_number(connection: sqlite3.Connection) -> int:
    """Return the highest number that a record ever had, whatever was cut off since (SQLite's own count)."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").fetchone()
    return row[0] if row else 0


def salted_digest(salt: bytes, value: object) -> str:
    """Return the digest of a plain value under ``salt``."""
    return hmac.digest(salt, plain(value), hashlib.sha256).hex()


def plain(value: object) -> bytes:
    """Return a plain value as the bytes that digests are made of."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
