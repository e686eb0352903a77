"""Opening an archive: the ledger in SQLite and the folder of files beside it.

One writer at a time (SQLite's own lock), any number of readers.  What a crash left behind is removed by the next one
who writes, while nobody else can be under way.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from signkit.archive import schema
from signkit.archive.blobs import Blobs, disk_trouble, make_folders, sync_folder
from signkit.archive.journal import append_record, last_record, salted_digest
from signkit.errors import ArchiveError, FileUnusable, system_cause
from signkit.output import write_checked
from signkit.words import Text

LEDGER = "ledger.sqlite"
#: The register of disposals, for backups.
DISPOSALS = "disposals.jsonl"
_BUSY_SECONDS = 30.0


def utc_now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@dataclass
class Archive:
    """An open archive; see `open_archive`.

    Attributes:
        read_only: it lies where nothing can be written.
        clock: tells the time.
    """

    folder: Path
    connection: sqlite3.Connection
    read_only: bool = False
    clock: Callable[[], datetime] = field(default=utc_now)

    @property
    def blobs(self) -> Blobs:
        """The folder of files."""
        return Blobs(self.folder)

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Be the one who writes: all of it is there at the end, or nothing.

        Raises:
            ArchiveError("archive-read-only"), ArchiveError("archive-busy"): it cannot be written, or not now.
            FileUnusable("output-not-written"): the disk is full, or refuses.
        """
        if self.read_only:
            raise ArchiveError("archive-read-only", path=str(self.folder))
        with _told_of_database(self.folder), disk_trouble(self.folder):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                remove_litter(self)
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                raise
            finish_disposal(self)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """See one state of the ledger, whoever writes meanwhile."""
        with _told_of_database(self.folder):
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                with contextlib.suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")

    def setting(self, name: str) -> str | None:
        """Return a setting of the archive."""
        row = self.connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None


def create_archive(
    folder: Path, settings: dict[str, str] | None = None, clock: Callable[[], datetime] = utc_now
) -> None:
    """Make an empty archive in ``folder``; the ledger appears whole or not at all.

    Raises:
        ArchiveError("archive-exists"): there is one.
        FileUnusable("output-not-written"): the folder cannot be written, or holds other files.
    """
    ledger = folder / LEDGER
    if ledger.exists():
        raise ArchiveError("archive-exists", path=str(folder))
    refuse_other_files(folder)
    with _told_of_database(folder), disk_trouble(folder):
        make_folders(folder)
        remove_parts(folder)
        new_ledger(ledger, settings or {}, clock())


def refuse_other_files(folder: Path) -> None:
    """Refuse to make an archive among other things, among which nobody would find them again.

    Raises:
        FileUnusable("output-not-written"): the folder holds other files than an archive's.
    """
    with disk_trouble(folder):
        if folder.is_dir() and any(not _is_ours(each) for each in folder.iterdir()):
            raise FileUnusable("output-not-written", path=str(folder), cause=_NOT_EMPTY)


def new_ledger(ledger: Path, settings: dict[str, str], now: datetime) -> None:
    """Write an empty ledger beside ``ledger``, then under its name."""
    beside = ledger.with_name(f".{ledger.name}.{secrets.token_hex(4)}.part")
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with contextlib.closing(connect(beside)) as connection:
            migrate(connection, schema.MIGRATIONS, schema.APPLICATION_ID)
            first = {"identity": secrets.token_hex(16), "salt": secrets.token_hex(32), **settings}
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO setting (name, value) VALUES (?, ?)", sorted(first.items()))
            append_record(connection, "begun", None, settings_digest(connection), now)
            connection.execute("COMMIT")
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        beside.replace(ledger)
        sync_folder(ledger.parent)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def open_archive(folder: Path, clock: Callable[[], datetime] = utc_now) -> Iterator[Archive]:
    """Open the archive in ``folder``; an older ledger is brought up to date.

    Raises:
        ArchiveError("archive-missing"): there is none.
        ArchiveError("archive-newer"): a newer SignKit wrote it.
        ArchiveError("archive-torn"): its ledger is damaged; also from within.
        ArchiveError("archive-busy"): another program writes, for longer than half a minute.
    """
    ledger = folder / LEDGER
    if not ledger.is_file():
        raise ArchiveError("archive-missing", path=str(folder))
    with contextlib.ExitStack() as stack, _told_of_database(folder):
        connection, read_only = _open_ledger(ledger, stack)
        stack.callback(connection.close)
        _require_ledger(connection, ledger)  # a newer one is not even touched
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, schema.MIGRATIONS, schema.APPLICATION_ID)
        yield Archive(folder, connection, read_only, clock)


def _open_ledger(ledger: Path, stack: contextlib.ExitStack) -> tuple[sqlite3.Connection, bool]:
    """Return a connection, and whether it can only be read.

    On media that cannot be written SQLite cannot make the index of its write-ahead log: the ledger is read as it stands
    (immutable), or with its log from a copy, for what is in the log counts.
    """
    if os.access(ledger.parent, os.W_OK) and os.access(ledger, os.W_OK) and not _is_on_read_only_media(ledger):
        return connect(ledger), False
    log = ledger.with_name(f"{ledger.name}-wal")
    if log.exists() and log.stat().st_size:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        for each in (ledger, log):
            shutil.copyfile(each, folder / each.name)
        return connect(folder / ledger.name), True
    return connect(ledger, "?immutable=1"), True


def _is_on_read_only_media(path: Path) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def connect(ledger: Path, options: str = "?mode=rw", *, by_any_thread: bool = False) -> sqlite3.Connection:
    """Return a connection that writes through to the disk and leaves nothing of what is deleted.

    Args:
        by_any_thread: others than this one use it too, one at a time.
    """
    connection = sqlite3.connect(
        ledger.absolute().as_uri() + options, uri=True, timeout=_BUSY_SECONDS, isolation_level=None,
        check_same_thread=not by_any_thread,
    )  # fmt: skip
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")  # KiB: looking up a name here and there stays in memory
    except BaseException:
        connection.close()
        raise
    return connection


def _require_ledger(connection: sqlite3.Connection, ledger: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
        raise ArchiveError("archive-torn", path=str(ledger), cause=_NO_LEDGER)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.VERSION:
        raise ArchiveError("archive-newer", path=str(ledger), found=version, known=schema.VERSION)


def migrate(connection: sqlite3.Connection, steps: Sequence[str], application_id: int) -> None:
    """Bring a database up to date, one step a transaction: step n makes version n + 1 of version n."""
    while (version := connection.execute("PRAGMA user_version").fetchone()[0]) < len(steps):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] == version:  # nobody else did it meanwhile
                for statement in statements_of(steps[version]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {application_id}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def statements_of(script: str) -> Iterator[str]:
    """Yield the statements of a script: a trigger's body holds semicolons of its own."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def remove_litter(archive: Archive) -> None:
    """Undo what a crash left half done: files on their way that no entry took over, copies of the ledger."""
    remove_parts(archive.folder)
    for sha256 in archive.blobs.digests_in_staging():
        archive.blobs.settle(sha256, keep=is_kept(archive.connection, sha256))


def remove_parts(folder: Path) -> None:
    """Remove what was never finished: copies of a ledger, with what SQLite laid beside them, and of the register."""
    for name in (LEDGER, DISPOSALS):
        for part in folder.glob(f".{name}.*.part*"):
            part.unlink(missing_ok=True)


def finish_disposal(archive: Archive) -> bool:
    """Let nothing be left of entries that were deleted; return whether nothing is left to do.

    Their files go, then what their rows left in free pages and in the write-ahead log; then the register is written
    for backups.  A reader that is under way keeps the log as it is: then the next writer goes on here.
    """
    connection, blobs = archive.connection, archive.blobs
    if connection.execute("SELECT 1 FROM undisposed").fetchone() is None:
        return True
    connection.execute("BEGIN IMMEDIATE")  # nobody takes the same file in meanwhile
    for (sha256,) in connection.execute("SELECT sha256 FROM doomed").fetchall():
        if not is_kept(connection, sha256):
            blobs.destroy(sha256)
    connection.execute("DELETE FROM doomed")
    connection.execute("COMMIT")
    _write_register(archive)
    try:
        connection.execute("VACUUM")
        if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            return False
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return False
        raise
    connection.execute("DELETE FROM undisposed")
    return True


def _write_register(archive: Archive) -> None:
    rows = archive.connection.execute(
        "SELECT entry, at, kind, rule, kept_until, files FROM disposal ORDER BY at, entry"
    )
    names = [column[0] for column in rows.description]
    head = {"format": "signkit-disposals/1", "archive": archive.setting("identity")}
    lines = [head, *(dict(zip(names, row, strict=True)) for row in rows)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    write_checked(archive.folder / DISPOSALS, text.encode(), overwrite=True)
    sync_folder(archive.folder)


def is_kept(connection: sqlite3.Connection, sha256: str) -> bool:
    """Tell whether the ledger knows a file."""
    return connection.execute("SELECT 1 FROM revision WHERE sha256 = ?", (sha256,)).fetchone() is not None


def settings_digest(connection: sqlite3.Connection) -> str:
    """Return the digest of the archive's settings, as the journal holds it."""
    rows = dict(connection.execute("SELECT name, value FROM setting"))
    return salted_digest(bytes.fromhex(rows["salt"]), rows)


def change_settings(archive: Archive, changes: dict[str, str]) -> None:
    """Set the archive's settings, with a record in the journal."""
    with archive.writing() as connection:
        connection.executemany(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            sorted(changes.items()),
        )
        append_record(connection, "set", None, settings_digest(connection), archive.clock())


def clock_runs_back(archive: Archive) -> str | None:
    """Return the time of the last record where this machine's clock shows an earlier one."""
    last = last_record(archive.connection)
    now = archive.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return last.at if last is not None and now < last.at else None


@contextlib.contextmanager
def _told_of_database(folder: Path) -> Iterator[None]:
    """Tell what SQLite says in our words."""
    try:
        yield
    except sqlite3.Error as error:
        raise _error_of(error, folder) from error


def _error_of(error: sqlite3.Error, folder: Path) -> ArchiveError | FileUnusable:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ArchiveError("archive-busy", path=str(folder))
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")):
        return FileUnusable("output-not-written", path=str(folder), cause=_disk_words(name, error))
    return ArchiveError("archive-torn", path=str(folder), cause=system_cause(error))


def _disk_words(name: str, error: sqlite3.Error) -> Text:
    return _FULL if name == "SQLITE_FULL" else system_cause(error)


def _is_ours(path: Path) -> bool:
    return path.name in ("files", "staging", DISPOSALS) or path.name.startswith((f".{LEDGER}.", f".{DISPOSALS}."))


_FULL = Text("No space left on device", "空き容量がありません")
_NOT_EMPTY = Text("the folder holds other files", "フォルダーにほかのファイルがあります")
_NO_LEDGER = Text("it is no ledger of SignKit", "SignKit の台帳ではありません")
