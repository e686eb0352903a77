"""A tenant's store: its tables (`signkit.web.api.database`) and the files that they name, in a folder of its own.

Documents are plain JSON by kind and id.  A file is kept for owners (ids of documents or jobs); with its last owner it
goes.  All of a `Store.writing` is there at the end, or nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from signkit.archive.blobs import disk_trouble, sync_folder
from signkit.archive.store import connect, migrate, utc_now
from signkit.errors import ServiceError
from signkit.web.api import schema
from signkit.web.api.database import Database, SqliteDatabase, StoreConnection
from signkit.web.api.folders import DATABASE, FILES, SPOOL
from signkit.web.api.kept_files import FolderFiles, KeptFiles, ObjectStore


@dataclass(frozen=True)
class StoredDocument:
    """A resource as it is kept."""

    id: str
    created_at: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Store:
    """A tenant's store.

    Attributes:
        files: those that its rows name.
        spool: where files lie that are on their way.
    """

    folder: Path
    database: Database
    files: KeptFiles
    spool: Path
    clock: Callable[[], datetime] = utc_now

    def now(self) -> str:
        """Return the time as it is written down."""
        return moment(self.clock())

    @contextlib.contextmanager
    def writing(self) -> Iterator[StoreConnection]:
        """Be the one who writes; files that nobody keeps any more go at the end.

        Raises:
            ServiceError("store-unusable"): the database cannot be written.
            FileUnusable("output-not-written"): the disk is full, or refuses.
        """
        with disk_trouble(self.folder), self.database.writing() as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[StoreConnection]:
        """See one state of the store, whoever writes meanwhile."""
        with disk_trouble(self.folder), self.database.reading() as connection:
            yield connection

    def keep_file(self, connection: StoreConnection, source: Path, sha256: str, owner: str) -> None:
        """Keep a file of the spool for ``owner``; it is on the disk before the transaction ends."""
        self.keep_files(connection, [(source, sha256, owner)])

    def keep_files(self, connection: StoreConnection, files: Sequence[tuple[Path, str, str]]) -> None:
        """Keep files of the spool, each with its SHA-256 and its owner; see `keep_file`."""
        self.files.put((source, sha256) for source, sha256, _ in files)
        connection.executemany(
            "INSERT INTO file (owner, sha256) VALUES (?, ?) ON CONFLICT (owner, sha256) DO NOTHING",
            [(owner, sha256) for _, sha256, owner in files],
        )

    def release_files(self, connection: StoreConnection, owner: str) -> None:
        """Let ``owner`` keep no file any more.  What nobody keeps is removed by `sweep`."""
        connection.execute("DELETE FROM file WHERE owner = ?", (owner,))

    def sweep(self) -> None:
        """Remove documents past their time, answers that nobody repeats any more, and files that nobody keeps."""
        now = self.clock()
        day_ago = moment(now - timedelta(days=1))
        with self.writing() as connection:
            gone = connection.execute("SELECT id FROM document WHERE expires_at < ?", (moment(now),)).fetchall()
            connection.executemany("DELETE FROM file WHERE owner = ?", gone)
            connection.execute("DELETE FROM document WHERE expires_at < ?", (moment(now),))
            connection.execute("DELETE FROM idempotency WHERE at < ?", (day_ago,))
            connection.execute("DELETE FROM turn WHERE ends_at < ?", (day_ago,))
            kept = {sha256 for (sha256,) in connection.execute("SELECT DISTINCT sha256 FROM file")}
            # Inside the transaction: nobody takes a file in meanwhile.
            for sha256 in self.files.digests() - kept:
                self.files.remove(sha256)
        if self.database.is_shared:
            _remove_left_spools(self.spool.parent, now - timedelta(days=1))


def make_folders(folder: Path) -> None:
    """Make the folders of a store.

    Raises:
        FileUnusable("output-not-written"): they cannot be written.
    """
    with disk_trouble(folder):
        for each in (folder, folder / FILES, folder / SPOOL):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)


def create_store(folder: Path, settings: dict[str, str]) -> None:
    """Make an empty store in SQLite; it appears whole, or not at all.

    Raises:
        FileUnusable("output-not-written"): the folder cannot be written.
    """
    make_folders(folder)
    with disk_trouble(folder):
        beside = folder / f".{DATABASE}.part"
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(connect(beside)) as connection:
            migrate(connection, schema.MIGRATIONS, schema.APPLICATION_ID)
            connection.executemany("INSERT INTO setting (name, value) VALUES (?, ?)", sorted(settings.items()))
        beside.replace(folder / DATABASE)
        sync_folder(folder)


def open_store(folder: Path, clock: Callable[[], datetime] = utc_now) -> Store:
    """Return the store in ``folder``, brought up to date; a service that runs may be at work in it.

    Raises:
        ServiceError("store-newer"): a newer SignKit wrote it.
        ServiceError("store-unusable"): it is none, or damaged.
    """
    path = folder / DATABASE
    try:
        with contextlib.closing(connect(path)) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
                raise ServiceError("store-unusable", path=str(path), cause="application_id")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > schema.VERSION:
                raise ServiceError("store-newer", path=str(path), found=version, known=schema.VERSION)
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, schema.MIGRATIONS, schema.APPLICATION_ID)
    except sqlite3.Error as error:
        raise ServiceError("store-unusable", path=str(path), cause=str(error)) from error
    (folder / SPOOL).mkdir(mode=0o700, exist_ok=True)
    return Store(folder, SqliteDatabase(path), FolderFiles(folder / FILES), folder / SPOOL, clock)


def clear_spool(store: Store) -> None:
    """Remove what was on its way when the last run ended; nobody may be at work in the store."""
    shutil.rmtree(store.spool, ignore_errors=True)
    store.spool.mkdir(mode=0o700, exist_ok=True)


def open_shared_store(
    folder: Path, database: Database, objects: ObjectStore | None, node: str, clock: Callable[[], datetime] = utc_now
) -> Store:
    """Return a store whose folder other nodes use as well: what is on its way here is beside what is on theirs.

    Args:
        objects: where its files are; None: in its folder.
    """
    spool = folder / SPOOL / node
    with disk_trouble(folder):
        spool.mkdir(parents=True, mode=0o700, exist_ok=True)
    files = FolderFiles(folder / FILES, is_shared=True) if objects is None else objects.of_tenant(folder.name, spool)
    return Store(folder, database, files, spool, clock)


def _remove_left_spools(spools: Path, before: datetime) -> None:
    """Remove what nodes left that are no more: nothing is on its way for a day."""
    for path in spools.glob("*/*"):
        with contextlib.suppress(FileNotFoundError):  # it arrived, or another node removes it too
            if path.stat().st_mtime < before.timestamp():
                path.unlink()


def moment(time: datetime) -> str:
    """Return a time as the store writes it; such texts sort as the times do."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def add_document(
    connection: StoreConnection,
    kind: str,
    id_: str,
    content: dict[str, Any],
    now: str,
    expires_at: str | None = None,
) -> None:
    """Keep a new document."""
    connection.execute(
        "INSERT INTO document (kind, id, created_at, expires_at, content) VALUES (?, ?, ?, ?, ?)",
        (kind, id_, now, expires_at, _plain(content)),
    )


def change_document(connection: StoreConnection, kind: str, id_: str, content: dict[str, Any]) -> None:
    """Keep what has become of a document."""
    connection.execute("UPDATE document SET content = ? WHERE kind = ? AND id = ?", (_plain(content), kind, id_))


def find_document(connection: StoreConnection, kind: str, id_: str) -> StoredDocument | None:
    """Return a document; None where there is none."""
    row = connection.execute(
        "SELECT id, created_at, content FROM document WHERE kind = ? AND id = ?", (kind, id_)
    ).fetchone()
    return _document(row) if row else None


def delete_document(connection: StoreConnection, kind: str, id_: str) -> bool:
    """Delete a document and let go of its files; tell whether it was there."""
    connection.execute("DELETE FROM file WHERE owner = ?", (id_,))
    return connection.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, id_)).rowcount > 0


def list_documents(connection: StoreConnection, kind: str, after: str | None, limit: int) -> list[StoredDocument]:
    """Return documents from the newest to the oldest, behind the id ``after``."""
    rows = connection.execute(
        "SELECT id, created_at, content FROM document WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (kind, after or "g", limit),  # "g" sorts behind every hexadecimal digit
    )
    return [_document(row) for row in rows]


def documents_holding(connection: StoreConnection, kind: str, word: str) -> list[StoredDocument]:
    """Return the documents in whose content ``word`` stands, letters and digits; all of the kind are looked through."""
    rows = connection.execute(
        "SELECT id, created_at, content FROM document WHERE kind = ? AND content LIKE ?", (kind, f'%"{word}"%')
    )
    return [_document(row) for row in rows]


def _document(row: Sequence[str]) -> StoredDocument:
    return StoredDocument(row[0], row[1], json.loads(row[2]))


def _plain(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
