"""The journal's head, seen from outside: a timestamp a day, and checkpoints that are kept elsewhere.

A chain of hashes tells what was changed inside it, not that its end was cut off or that all of it was written anew.
Who holds a head from outside can tell that too.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.archive import journal
from signkit.archive.store import Archive
from signkit.archive.verifying import Trouble
from signkit.errors import ArchiveError
from signkit.incoming import read_file
from signkit.japan_time import JST
from signkit.validation.cms_file import validate_cms
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Verdict

if TYPE_CHECKING:
    from signkit.pki.timestamps import TimestampSource

FORMAT = "signkit-checkpoint/1"
_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Checkpoint:
    """The head of an archive's journal at a time.

    Attributes:
        archive: the archive's identity, which says nothing of what is in it.
        number, hash: of the journal's last record.
        token: an RFC 3161 timestamp over `head`; None where there is none.
    """

    archive: str
    number: int
    hash: str
    at: str
    token: bytes | None = None

    def head(self) -> bytes:
        """Return the bytes that a timestamp is over."""
        return journal.plain([FORMAT, self.archive, self.number, self.hash])

    def to_json(self) -> dict[str, Any]:
        """Return the checkpoint as it is written into a file."""
        token = base64.b64encode(self.token).decode() if self.token is not None else None
        plain = {"archive": self.archive, "number": self.number, "hash": self.hash, "at": self.at, "timestamp": token}
        return {"format": FORMAT, **plain}


def checkpoint(archive: Archive, sources: Sequence[TimestampSource] = ()) -> Checkpoint:
    """Return the journal's head as it is now, timestamped where services are named.

    Raises:
        TimestampUnavailable: none of them gave a timestamp.
    """
    with archive.reading() as connection:
        last = journal.last_record(connection)
        identity = archive.setting("identity") or ""
    assert last is not None  # an archive begins with a record
    now = archive.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    bare = Checkpoint(identity, last.number, last.hash, now)
    return Checkpoint(identity, last.number, last.hash, now, _timestamp_of(bare, sources)) if sources else bare


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint in a file.

    Raises:
        InputUnreadable: it cannot be read.
        ArchiveError("checkpoint-unreadable"): it is none.
    """
    try:
        plain = json.loads(read_file(path, _MAX_BYTES))
        match plain:
            case {"format": "signkit-checkpoint/1", "archive": str(a), "number": int(n), "hash": str(h), "at": str(at)}:
                token = plain.get("timestamp")
                return Checkpoint(a, n, h, at, base64.b64decode(token, validate=True) if token is not None else None)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        pass
    raise ArchiveError("checkpoint-unreadable", path=str(path))


def stamp_day(archive: Archive, sources: Sequence[TimestampSource]) -> bool:
    """Have today's head timestamped, once a day (in Japan); return whether that was done now.

    Raises:
        TimestampUnavailable: no service gave a timestamp; it is tried again with the next change.
    """
    day = archive.clock().astimezone(JST).date().isoformat()
    done = archive.connection.execute("SELECT 1 FROM stamp WHERE day >= ?", (day,)).fetchone()
    if not sources or done is not None:
        return False
    stamped = checkpoint(archive, sources)
    with archive.writing() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO stamp (day, number, hash, token) VALUES (?, ?, ?, ?)",
            (day, stamped.number, stamped.hash, stamped.token),
        )
    return True


def hold_against(archive: Archive, seen: Checkpoint, options: ValidationOptions) -> Iterator[Trouble]:
    """Say where the journal is not the one whose head was seen."""
    with archive.reading() as connection:
        if archive.setting("identity") != seen.archive:
            yield Trouble("archive-other", "")
            return
        row = connection.execute("SELECT hash FROM journal WHERE number = ?", (seen.number,)).fetchone()
    if row is None:
        yield Trouble("journal-cut", str(seen.number))
    elif row[0] != seen.hash:
        yield Trouble("journal-other", str(seen.number))
    if seen.token is not None and not _holds(seen, options):
        yield Trouble("stamp-bad", seen.at[:10])


def verify_stamps(archive: Archive, options: ValidationOptions) -> Iterator[Trouble]:
    """Hold the journal against its own daily timestamps."""
    identity = archive.setting("identity") or ""
    with archive.reading() as connection:
        rows = connection.execute("SELECT day, number, hash, token FROM stamp ORDER BY day").fetchall()
    for day, number, digest, token in rows:
        yield from hold_against(archive, Checkpoint(identity, number, digest, day, token), options)


def _timestamp_of(bare: Checkpoint, sources: Sequence[TimestampSource]) -> bytes:
    import hashlib

    from signkit.pki.timestamps import obtain_timestamp

    return obtain_timestamp(sources, hashlib.sha256(bare.head()).digest()).der


def _holds(seen: Checkpoint, options: ValidationOptions) -> bool:
    """Whether the timestamp is over this head; whom one trusts for time is told by `signkit validate`, not here."""
    report = validate_cms(seen.token or b"", name="head.tst", options=options, content=seen.head())
    return report.verdict is not Verdict.FAILED and report.verdict is not Verdict.UNREADABLE
