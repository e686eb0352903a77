"""A tenant's store: one SQLite database and the files that it names, in a folder that holds nothing of another tenant.

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

DATABASE = "store.sqlite"
_FILES = "files"
_SPOOL = "spool"


@dataclass(frozen=True)
class Document:
    """A resource as it is kept."""

    id: str
    created_at: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Store:
    """The store in a folder."""

    folder: Path
    clock: Callable[[], datetime] = utc_now

    @property
    def spool(self) -> Path:
        """Where files lie that are on their way."""
        return self.folder / _SPOOL

    def now(self) -> str:
        """Return the time as it is written down."""
        return moment(self.clock())

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Be the one who writes; files that nobody keeps any more go at the end.

        Raises:
            ServiceError("store-unusable"): the database cannot be written.
            FileUnusable("output-not-written"): the disk is full, or refuses.
        """
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
    def reading(self) -> Iterator[sqlite3.Connection]:
        """See one state of the store, whoever writes meanwhile."""
        with self._open() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with disk_trouble(self.folder):
            try:
                with contextlib.closing(connect(self.folder / DATABASE)) as connection:
                    yield connection
            except sqlite3.Error as error:
                raise ServiceError("store-unusable", path=str(self.folder), cause=str(error)) from error

    def path(self, sha256: str) -> Path:
        """Return where a kept file lies, or would lie."""
        return self.folder / _FILES / sha256

    def keep_file(self, connection: sqlite3.Connection, source: Path, sha256: str, owner: str) -> None:
        """Keep a file of the spool for ``owner``; it is on the disk before the transaction ends."""
        target = self.path(sha256)
        if not target.exists():
            with source.open("rb+") as stream:
                os.fsync(stream.fileno())
            source.replace(target)
            sync_folder(target.parent)
        connection.execute("INSERT OR IGNORE INTO file (owner, sha256) VALUES (?, ?)", (owner, sha256))

    def release_files(self, connection: sqlite3.Connection, owner: str) -> None:
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
            kept = {sha256 for (sha256,) in connection.execute("SELECT DISTINCT sha256 FROM file")}
            # Inside the transaction: nobody takes a file in meanwhile.
            for path in (self.folder / _FILES).iterdir():
                if path.name not in kept:
                    path.unlink(missing_ok=True)


def create_store(folder: Path, settings: dict[str, str]) -> None:
    """Make an empty store; it appears whole, or not at all.

    Raises:
        FileUnusable("output-not-written"): the folder cannot be written.
    """
    with disk_trouble(folder):
        for each in (folder, folder / _FILES, folder / _SPOOL):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = folder / f".{DATABASE}.part"
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(connect(beside)) as connection:
            migrate(connection, schema.MIGRATIONS, schema.APPLICATION_ID)
            connection.executemany("INSERT INTO setting (name, value) VALUES (?, ?)", sorted(settings.items()))
        beside.replace(folder / DATABASE)
        sync_folder(folder)


def open_store(folder: Path, clock: Callable[[], datetime] = utc_now) -> Store:
    """Return the store in ``folder``, brought up to date; what was on its way when the last run ended is removed.

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
    shutil.rmtree(folder / _SPOOL, ignore_errors=True)
    (folder / _SPOOL).mkdir(mode=0o700, exist_ok=True)
    return Store(folder, clock)


def moment(time: datetime) -> str:
    """Return a time as the store writes it; such texts sort as the times do."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def add_document(
    connection: sqlite3.Connection,
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


def change_document(connection: sqlite3.Connection, kind: str, id_: str, content: dict[str, Any]) -> None:
    """Keep what has become of a document."""
    connection.execute("UPDATE document SET content = ? WHERE kind = ? AND id = ?", (_plain(content), kind, id_))


def find_document(connection: sqlite3.Connection, kind: str, id_: str) -> Document | None:
    """Return a document; None where there is none."""
    row = connection.execute(
        "SELECT id, created_at, content FROM document WHERE kind = ? AND id = ?", (kind, id_)
    ).fetchone()
    return _document(row) if row else None


def delete_document(connection: sqlite3.Connection, kind: str, id_: str) -> bool:
    """Delete a document and let go of its files; tell whether it was there."""
    connection.execute("DELETE FROM file WHERE owner = ?", (id_,))
    return connection.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, id_)).rowcount > 0


def list_documents(connection: sqlite3.Connection, kind: str, after: str | None, limit: int) -> list[Document]:
    """Return documents from the newest to the oldest, behind the id ``after``."""
    rows = connection.execute(
        "SELECT id, created_at, content FROM document WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (kind, after or "g", limit),  # "g" sorts behind every hexadecimal digit
    )
    return [_document(row) for row in rows]


def _document(row: Sequence[str]) -> Document:
    return Document(row[0], row[1], json.loads(row[2]))


def _plain(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
