"""Backups: a second archive, brought up to date file by file, and the way back.

The ledger in a backup is exchanged only when every file that it speaks of is there, so that a backup that breaks off is
still the backup of the day before.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from signkit.archive.blobs import Blobs, disk_trouble, make_folders, sync_folder
from signkit.archive.journal import append_record, records
from signkit.archive.purging import apply_disposals, read_register
from signkit.archive.store import (
    DISPOSALS,
    LEDGER,
    Archive,
    connect,
    open_archive,
    refuse_other_files,
    remove_parts,
    settings_digest,
)
from signkit.archive.verifying import Watch, watch_nothing
from signkit.errors import ArchiveError, FileUnusable, InputUnreadable
from signkit.output import scratch_folder
from signkit.words import Text


@dataclass(frozen=True)
class Copied:
    """What was copied.

    Attributes:
        files: how many files there are now.
        new: how many of them were not there before.
        damaged: files whose bytes are missing, or are not those that were kept; where the copy has good ones, it keeps
            them.
        begun: nothing was there before.
    """

    files: int
    new: int
    damaged: tuple[str, ...]
    begun: bool = False


def backup(archive: Archive, target: Path, watch: Watch = watch_nothing) -> Copied:
    """Make or bring up to date the backup in the folder ``target``.

    Args:
        watch: is told of each file that was copied.

    Raises:
        ArchiveError("backup-other"): what is there is the backup of another archive.
        ArchiveError("backup-newer"): what is there holds changes that this archive does not know of.
        ArchiveError("backup-inside"): it is the archive itself, or in it.
        FileUnusable("output-not-written"): the folder cannot be written, holds other files, or lies in none.
    """
    _refuse_inside(archive.folder, target)
    begun = not (target / LEDGER).exists()
    if begun:
        _refuse_new_place(target)
    held = archive.reading() if archive.read_only else archive.writing()
    with held, disk_trouble(target):
        if not begun:
            _require_older(archive, target)
        make_folders(target)
        remove_parts(target)
        copied = _copy_files(archive.connection, archive.blobs, Blobs(target), watch)
        with contextlib.closing(_second_connection(archive)) as source:
            exchange_ledger(source, target / LEDGER)
        _remove_unknown(archive.connection, Blobs(target))
        _copy_register(archive.folder, target)
    return replace(copied, begun=begun)


def restore(source: Path, target: Path, register: Path | None = None, watch: Watch = watch_nothing) -> Copied:
    """Make the archive in ``target`` out of a backup; what the register says was deleted since is deleted again.

    Args:
        register: may lie in ``target``, where the backup's own takes its place.
        watch: is told of each file that was copied.

    Raises:
        ArchiveError("archive-exists"): there is an archive in ``target``.
        ArchiveError("backup-inside"): ``target`` lies in the backup.
        FileUnusable("output-not-written"): the folder cannot be written, or holds other files.
        InputUnreadable: there is no such register.
        ArchiveError("archive-missing", "archive-torn", "archive-newer"): ``source`` is no backup that can be read.
        Others: see `signkit.archive.purging.apply_disposals`.
    """
    if (target / LEDGER).exists():
        raise ArchiveError("archive-exists", path=str(target))
    _refuse_inside(source, target)
    refuse_other_files(target)
    with scratch_folder() as aside:
        newest = _copy_aside(register, aside) if register is not None else None
        return _restore(source, target, newest, watch)


def _restore(source: Path, target: Path, register: Path | None, watch: Watch) -> Copied:
    with open_archive(source) as kept, disk_trouble(target), kept.reading() as connection:
        make_folders(target)
        remove_parts(target)
        copied = _copy_files(connection, kept.blobs, Blobs(target), watch)
        with contextlib.closing(_second_connection(kept)) as ledger:
            exchange_ledger(ledger, target / LEDGER)
        _copy_register(source, target)
    with open_archive(target) as archive:
        with archive.writing() as connection:
            append_record(connection, "restored", None, settings_digest(connection), archive.clock())
        if register is not None:
            apply_disposals(archive, register)
    return copied


def _copy_aside(register: Path, folder: Path) -> Path:
    read_register(register)  # what is none is told before anything is made
    return Path(shutil.copy(register, folder))


def _refuse_inside(archive: Path, target: Path) -> None:
    """Refuse a copy in what it is a copy of: the one goes with the other, and its files are none of the archive's."""
    there, inside = archive.resolve(), target.resolve()
    if inside == there or there in inside.parents:
        raise ArchiveError("backup-inside", path=str(target))


def _refuse_new_place(target: Path) -> None:
    """Refuse to begin a backup where a name was mistyped, or a disk is not there that should be."""
    if not target.resolve().parent.is_dir():
        raise FileUnusable("output-not-written", path=str(target), cause=_NO_FOLDER)
    refuse_other_files(target)


def _require_older(archive: Archive, target: Path) -> None:
    """Refuse to replace a backup that knows more: an archive that was set back would take it with it.

    What a backup may have of its own is that what was deleted here was deleted there too.
    """
    disposed = {number for (number,) in archive.connection.execute("SELECT entry FROM disposal")}
    hashes = "SELECT hash FROM journal WHERE number = ?"
    with open_archive(target) as there:
        if there.setting("identity") != archive.setting("identity"):
            raise ArchiveError("backup-other", path=str(target))
        for record in records(there.connection):
            row = archive.connection.execute(hashes, (record.number,)).fetchone()
            same = row is not None and row[0] == record.hash
            if not same and not (record.action == "purged" and record.entry in disposed):
                raise ArchiveError("backup-newer", path=str(target))


def _second_connection(archive: Archive) -> sqlite3.Connection:
    """Return a connection that sees what was committed last, while the archive's own holds the lock."""
    rows = archive.connection.execute("PRAGMA database_list").fetchall()
    return connect(Path(rows[0][2]), "?immutable=1" if archive.read_only else "?mode=rw")


def _copy_files(connection: sqlite3.Connection, source: Blobs, target: Blobs, watch: Watch = watch_nothing) -> Copied:
    files = new = 0
    damaged: list[str] = []
    wanted = [sha256 for (sha256,) in connection.execute("SELECT sha256 FROM revision ORDER BY id")]
    for sha256 in wanted:
        watch(files, len(wanted))
        there = _is_whole(target, sha256)
        files, new = files + 1, new + (not there)
        try:
            data = source.read(sha256)
        except InputUnreadable:
            damaged.append(sha256)
            continue
        if not there:
            target.remove(sha256)
            target.put(data, sha256)
            target.settle(sha256, keep=True)
    return Copied(files, new, tuple(damaged))


def _is_whole(blobs: Blobs, sha256: str) -> bool:
    try:
        blobs.read(sha256)
    except InputUnreadable:
        return False
    return True


def exchange_ledger(source: sqlite3.Connection, ledger: Path) -> None:
    """Write a copy of the ledger beside ``ledger``, then under its name."""
    beside = ledger.with_name(f".{LEDGER}.{secrets.token_hex(4)}.part")
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with contextlib.closing(sqlite3.connect(beside)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        for log in ("-wal", "-shm"):  # whoever opened the old ledger last has closed it: what it left is empty
            ledger.with_name(ledger.name + log).unlink(missing_ok=True)
        beside.replace(ledger)
        sync_folder(ledger.parent)
    finally:
        beside.unlink(missing_ok=True)


def _remove_unknown(connection: sqlite3.Connection, target: Blobs) -> None:
    """Remove from a backup the files that its ledger does not know (any more)."""
    known = {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM revision")}
    for sha256 in [name for name, _ in target.all_files() if name not in known]:
        target.destroy(sha256)


def _copy_register(source: Path, target: Path) -> None:
    if (source / DISPOSALS).is_file():
        (target / DISPOSALS).write_bytes((source / DISPOSALS).read_bytes())


_NO_FOLDER = Text("the folder that it would lie in is not there", "作る場所のフォルダーがありません")
