"""The operation log: who did what at a desk, when, on which file; each a record of the journal.

The journal holds a digest of it, the table ``operation`` the words, which go with an entry that is deleted.
"""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from signkit.archive.journal import append_record, salted_digest
from signkit.archive.store import Archive

Act = Literal[
    "prepared", "signed", "kept", "discarded", "downloaded", "consent-made", "packed", "certified", "extended",
    "renewed", "verified", "exported", "backed-up", "deleted", "withdrawal-made", "restored", "rebuilt",
    "checked-passed", "checked-failed", "checked-indeterminate", "checked-not-signed", "checked-unreadable",
]  # fmt: skip
#: After so long a backup is asked for again, where anything changed.
_BACKUP_AGE = timedelta(days=7)


@dataclass(frozen=True)
class Noted:
    """A record of the journal, with what it says of an operation.

    Attributes:
        act, who, sha256: of an operation; None for other records, and where the entry was deleted.
    """

    number: int
    at: str
    action: str
    entry: int | None
    act: str | None
    who: str | None
    sha256: str | None


def user_name() -> str:
    """Return whom the operating system takes the user of this process for."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user is known to this machine
        return "?"


def record_operation(archive: Archive, act: Act, who: str, sha256: str | None = None, entry: int | None = None) -> None:
    """Write down what was done.

    Args:
        sha256: of the file that it was done with.
        entry: of that file.

    Raises:
        ArchiveError("archive-read-only", "archive-busy"), FileUnusable("output-not-written"): see `Archive.writing`.
    """
    with archive.writing() as connection:
        digest = operation_digest(connection, entry, act, who, sha256)
        record = append_record(connection, "operated", entry, digest, archive.clock())
        connection.execute(
            "INSERT INTO operation (record, act, who, sha256) VALUES (?, ?, ?, ?)", (record.number, act, who, sha256)
        )


def operation_digest(
    connection: sqlite3.Connection, entry: int | None, act: str, who: str | None, sha256: str | None
) -> str:
    """Return the digest of an operation, as the journal holds it: under the salt of its entry, or the archive's."""
    row = connection.execute("SELECT salt FROM entry WHERE id = ?", (entry,)).fetchone()
    own = connection.execute("SELECT value FROM setting WHERE name = 'salt'").fetchone()
    return salted_digest(row[0] if row is not None else bytes.fromhex(own[0]), [act, who, sha256])


def changed_operations(connection: sqlite3.Connection) -> Iterator[int]:
    """Yield the number of each record whose operation is not as it was written; those of deleted entries are bare."""
    rows = connection.execute(
        "SELECT j.number, j.entry, j.digest, o.act, o.who, o.sha256, j.entry IN (SELECT entry FROM disposal)"
        " FROM journal j LEFT JOIN operation o ON o.record = j.number WHERE j.action = 'operated' ORDER BY j.number"
    )
    for number, entry, digest, act, who, sha256, deleted in rows.fetchall():
        is_bare = act is not None and who is None and (entry is None or deleted)
        if not is_bare and (act is None or digest != operation_digest(connection, entry, act, who, sha256)):
            yield number


def forget_operations(connection: sqlite3.Connection, entry: int) -> None:
    """Take what was said of an entry's files out of the log; that something was done stays."""
    connection.execute(
        "UPDATE operation SET who = NULL, sha256 = NULL"
        " WHERE record IN (SELECT number FROM journal WHERE entry = ? AND action = 'operated')"
        " OR sha256 IN (SELECT sha256 FROM revision WHERE entry = ?)",
        (entry, entry),
    )


def noted(archive: Archive, *, limit: int, before: int | None = None) -> list[Noted]:
    """Return records of the journal, the newest first; with ``before`` those below that number."""
    with archive.reading() as connection:
        rows = connection.execute(
            "SELECT j.number, j.at, j.action, j.entry, o.act, o.who, o.sha256"
            " FROM journal j LEFT JOIN operation o ON o.record = j.number"
            " WHERE ? IS NULL OR j.number < ? ORDER BY j.number DESC LIMIT ?",
            (before, before, limit),
        )
        return [Noted(*row) for row in rows.fetchall()]


def last_backup(archive: Archive) -> str | None:
    """Return when the last backup was made (ISO 8601); None where none is recorded."""
    row = archive.connection.execute(_BACKUP).fetchone()
    return row[1] if row else None


def is_backup_due(archive: Archive) -> bool:
    """Tell whether something is kept that no backup of the last week has."""
    row = archive.connection.execute(_BACKUP).fetchone()
    if row is None:
        return archive.connection.execute("SELECT 1 FROM entry LIMIT 1").fetchone() is not None
    number, at = row
    changed = archive.connection.execute(
        "SELECT 1 FROM journal WHERE number > ? AND action <> 'operated' LIMIT 1", (number,)
    ).fetchone()
    return changed is not None and archive.clock() - datetime.fromisoformat(at) > _BACKUP_AGE


_BACKUP = (
    "SELECT j.number, j.at FROM operation o JOIN journal j ON j.number = o.record"
    " WHERE o.act = 'backed-up' ORDER BY j.number DESC LIMIT 1"
)
