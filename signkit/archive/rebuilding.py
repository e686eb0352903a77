"""A ledger made anew from the kept files, where the old one is torn.

What files say is read from them again.  What only people said (facts, paper, numbers of entries, the journal so far)
comes from a backup; what is known of no entry afterwards is listed.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from signkit.archive.adding import add_file
from signkit.archive.backup import exchange_ledger
from signkit.archive.blobs import disk_trouble, sync_folder
from signkit.archive.journal import append_record
from signkit.archive.judging import Judged, judge_file
from signkit.archive.kinds import has_amount
from signkit.archive.purging import apply_disposals, read_register
from signkit.archive.store import (
    DISPOSALS,
    LEDGER,
    Archive,
    connect,
    is_kept,
    new_ledger,
    open_archive,
    settings_digest,
    utc_now,
)
from signkit.errors import ArchiveError, InputUnreadable, SignKitError
from signkit.validation.options import ValidationOptions

_WORKSHOP = f".{LEDGER}.rebuild"
_LOGS = ("-wal", "-shm")


@dataclass(frozen=True)
class Rebuilt:
    """What the new ledger holds, and what it does not.

    Attributes:
        incomplete: entries of which date, counterparty or, where there is one, amount is not known.
        unread: files that could not be judged, and are kept as they are.
        lost: files that the backup knows and that are not there.
        torn: where the old ledger lies now; None where there was none.
    """

    entries: int
    incomplete: tuple[int, ...]
    unread: tuple[str, ...]
    lost: tuple[str, ...]
    torn: Path | None


def rebuild(folder: Path, options: ValidationOptions, last_backup: Path | None = None) -> Rebuilt:
    """Make the ledger of the archive in ``folder`` anew; the old one stays beside it under another name.

    Raises:
        ArchiveError("ledger-whole"): the ledger is not torn.
        ArchiveError("archive-missing"): there are no kept files, or no archive in ``last_backup``.
        FileUnusable("output-not-written"): the folder cannot be written.
    """
    if not (folder / "files").is_dir():
        raise ArchiveError("archive-missing", path=str(folder))
    if is_whole(folder):
        raise ArchiveError("ledger-whole", path=str(folder))
    workshop = folder / _WORKSHOP
    with disk_trouble(folder):
        _remove_ledger(workshop)
        _begin_ledger(workshop, last_backup)
        with contextlib.closing(connect(workshop)) as connection:
            result = _fill(Archive(folder, connection), options)
        torn = _put_in_place(folder, workshop)
    return Rebuilt(*result, torn)


def is_whole(folder: Path) -> bool:
    """Tell whether the archive in ``folder`` has a ledger that can be read to its end.

    Raises:
        ArchiveError("archive-newer", "archive-busy"): that cannot be told.
    """
    try:
        with open_archive(folder) as archive:
            found: str = archive.connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return found == "ok"
    except ArchiveError as error:
        if error.code not in ("archive-torn", "archive-missing"):
            raise
        return False


def _begin_ledger(workshop: Path, last_backup: Path | None) -> None:
    if last_backup is None:
        new_ledger(workshop, {}, utc_now())
        return
    with open_archive(last_backup) as kept:
        exchange_ledger(kept.connection, workshop)


def _fill(
    archive: Archive, options: ValidationOptions
) -> tuple[int, tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    for sha256 in archive.blobs.digests_in_staging():
        archive.blobs.settle(sha256, keep=True)  # the new ledger does not know yet which files the old one had
    register = archive.folder / DISPOSALS
    if register.is_file() and archive.setting("identity") == _identity_of(register):
        apply_disposals(archive, register)
    with archive.writing() as connection:
        append_record(connection, "rebuilt", None, settings_digest(connection), archive.clock())
    unread = tuple(_add_files(archive, options))
    connection = archive.connection
    (entries,) = connection.execute("SELECT count(*) FROM entry").fetchone()
    names = [name for (name,) in connection.execute("SELECT sha256 FROM revision")]
    lost = [name for name in names if not archive.blobs.path(name).exists()]
    return entries, tuple(_incomplete(connection)), unread, tuple(lost)


def _incomplete(connection: sqlite3.Connection) -> Iterator[int]:
    """Return the entries of which date, counterparty or amount is not known; consents, for one, have no amount."""
    rows = connection.execute(
        "SELECT id, template, date IS NULL OR named = 0 FROM entry"
        " WHERE date IS NULL OR amount IS NULL OR named = 0 ORDER BY id"
    )
    return (number for number, template, bare in rows if bare or has_amount(template))


def _add_files(archive: Archive, options: ValidationOptions) -> Iterator[str]:
    """Take every kept file in that the ledger does not know, the shortest first; yield those that cannot be judged."""
    paths = sorted((path for _, path in archive.blobs.all_files()), key=lambda path: path.stat().st_size)
    for path in paths:
        try:
            data = archive.blobs.read(path.name)
        except InputUnreadable:
            yield path.name
            continue
        if is_kept(archive.connection, path.name):
            continue
        name = path.name[:16] + _ending(data)
        try:
            judged = judge_file(data, name, options)
        except SignKitError:
            judged = Judged("scan", "unsigned")
            yield path.name
        add_file(archive, data, name, judged)


def _ending(data: bytes) -> str:
    """Return the ending that a file had by what it holds: names of files are nothing that files say."""
    if b"%PDF-" in data[:1024]:
        return ".pdf"
    if data[:2] == b"PK" and b"application/vnd.etsi.asic" in data[:128]:
        return ".asice"
    return ".p7m" if data[:1] == b"\x30" else ""


def _identity_of(register: Path) -> str | None:
    try:
        return read_register(register)[0]
    except SignKitError:
        return None


def _put_in_place(folder: Path, workshop: Path) -> Path | None:
    ledger = folder / LEDGER
    torn = folder / f"ledger.torn-{utc_now().astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite"
    for log in _LOGS:
        if (old := folder / f"{LEDGER}{log}").exists():
            old.rename(torn.with_name(torn.name + log))
    if ledger.exists():
        ledger.rename(torn)
    workshop.replace(ledger)
    sync_folder(folder)
    return torn if torn.exists() else None


def _remove_ledger(path: Path) -> None:
    for end in ("", *_LOGS):
        path.with_name(path.name + end).unlink(missing_ok=True)
