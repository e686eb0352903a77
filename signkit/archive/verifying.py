"""Is the archive what its journal says?  Every byte of every file, every row, and the journal itself."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from signkit.archive import journal, schema
from signkit.archive.blobs import Blobs
from signkit.archive.entries import entry_digest
from signkit.archive.operations import changed_operations
from signkit.archive.purging import disposal_digests
from signkit.archive.store import DISPOSALS, LEDGER, Archive, migrate, settings_digest
from signkit.words import Text

#: What is wrong, by its code; the codes are stable.
_WORDS = {
    "file-changed": Text("{name}: its bytes are not those that were kept", "{name}: 保管時と内容が異なります"),
    "file-missing": Text("{name}: the file is missing", "{name}: ファイルがありません"),
    "file-added": Text("{name}: a file that the ledger does not know", "{name}: 台帳にないファイルがあります"),
    "file-unread": Text("{name}: the file cannot be read", "{name}: ファイルを読めません"),
    "entry-changed": Text(
        "entry {name}: it is not as the journal left it", "{name} 番の記録: 記録簿に残る状態と異なります"
    ),
    "entry-unrecorded": Text(
        "entry {name}: the journal knows nothing of it", "{name} 番の記録: 記録簿に記載がありません"
    ),
    "entry-missing": Text(
        "entry {name}: it is gone, and no deletion is recorded", "{name} 番の記録: 削除の記録なしに失われています"
    ),
    "disposal-missing": Text(
        "entry {name}: it was deleted, and its disposal record is gone", "{name} 番の記録: 廃棄記録が失われています"
    ),
    "disposal-changed": Text(
        "entry {name}: its disposal record is not as it was written", "{name} 番の記録: 廃棄記録が書き換えられています"
    ),
    "operation-changed": Text(
        "the journal: what record {name} says was done is not as it was written",
        "記録簿: {name} 番の操作の記録が書き換えられています",
    ),
    "settings-changed": Text(
        "the archive's settings are not as the journal left them", "保管庫の設定が記録簿に残る状態と異なります"
    ),
    "journal-broken": Text(
        "the journal: record {name} does not follow the one before it", "記録簿: {name} 番が前の記録につながりません"
    ),
    "journal-cut": Text(
        "the journal: it once went on to record {name}, and ends before",
        "記録簿: {name} 番までありましたが、途中で切れています",
    ),
    "journal-other": Text(
        "the journal: record {name} is not the one that was seen outside",
        "記録簿: {name} 番が、外部に控えた記録と一致しません",
    ),
    "archive-other": Text("the checkpoint is of another archive", "控え (チェックポイント) は別の保管庫のものです"),
    "stamp-bad": Text("the timestamp of {name} does not hold", "{name} のタイムスタンプが有効ではありません"),
    "database": Text("the ledger's file is damaged: {name}", "台帳のファイルが壊れています (SQLite: {name})"),
    "structure-changed": Text(
        "the ledger: {name} is missing or was changed (a table, an index, or a guard of the journal)",
        "台帳: {name} (表・索引・記録簿を守る仕組み) が失われたか、書き換えられています",
    ),
    "structure-added": Text(
        "the ledger: {name} is none of the ledger's own (a table, an index or a trigger)",
        "台帳: {name} は本来の台帳にないもの (表・索引・トリガー) です",
    ),
    "orphan": Text(
        "the ledger: rows of table {name} belong to what is not there any more",
        "台帳: 表 {name} に、元の記録が失われた行があります",
    ),
}


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong.

    Attributes:
        name: which file, entry or record.
    """

    code: str
    name: str

    @property
    def text(self) -> Text:
        """It in words."""
        words = _WORDS[self.code]
        return Text(words.en.replace("{name}", self.name), words.ja.replace("{name}", self.name))


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what is wrong with it."""

    entries: int
    files: int
    records: int
    troubles: tuple[Trouble, ...]


#: Told how many files of how many were read; what it raises ends the work.
Watch: TypeAlias = Callable[[int, int], object]


def watch_nothing(_done: int, _total: int) -> None:
    """Be told of progress, and do nothing about it."""


def verify(archive: Archive, watch: Watch = watch_nothing) -> Verified:
    """Look at everything; nothing is changed.

    Args:
        watch: is told of each file that was read.

    Raises:
        ArchiveError("archive-torn"): the ledger is so damaged that it cannot be read.
    """
    with archive.reading() as connection:
        troubles = [
            *_database(connection),
            *_structure(connection),
            *_journal(connection),
            *_entries(connection),
            *_files(connection, archive.blobs, watch),
            *_beside(archive.folder),
        ]
        entries, files, records = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("entry", "revision", "journal")
        )
    return Verified(entries, files, records, (*troubles, *_index(archive)))


def _database(connection: sqlite3.Connection) -> Iterator[Trouble]:
    for (found,) in connection.execute("PRAGMA integrity_check(100)").fetchall():
        if found != "ok":
            yield Trouble("database", str(found).replace("\n", " "))
    tables = {table for table, *_ in connection.execute("PRAGMA foreign_key_check").fetchall()}
    yield from (Trouble("orphan", table) for table in sorted(tables))


def _structure(connection: sqlite3.Connection) -> Iterator[Trouble]:
    """Hold tables, indexes and triggers against an empty ledger's: triggers are what guards the journal."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        migrate(empty, schema.MIGRATIONS[:version], schema.APPLICATION_ID)
        wanted = _objects(empty)
    there = _objects(connection)
    for name in sorted(wanted.keys() | there.keys()):
        if name not in wanted:
            yield Trouble("structure-added", name)
        elif there.get(name) != wanted[name]:
            yield Trouble("structure-changed", name)


def _objects(connection: sqlite3.Connection) -> dict[str, str]:
    """Return by name how each table, index and trigger was made; what SQLite makes for them by itself is left out."""
    every = connection.execute(
        "SELECT name, type || ' ' || sql FROM sqlite_master WHERE sql IS NOT NULL"
        r" AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT IN"
        " (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
    )
    return dict(every.fetchall())


def _index(archive: Archive) -> Iterator[Trouble]:
    """Hold the full-text index against its texts; SQLite takes that for writing, and nothing is written."""
    if archive.read_only:
        return
    connection = archive.connection
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        yield Trouble("database", f"words: {error}")
    finally:
        connection.execute("ROLLBACK")


def _journal(connection: sqlite3.Connection) -> Iterator[Trouble]:
    for number in journal.breaks(connection):
        yield Trouble("journal-broken", str(number))
    last, highest = journal.last_record(connection), journal.highest_number(connection)
    if highest > (last.number if last else 0):
        yield Trouble("journal-cut", str(highest))
    about = connection.execute(
        "SELECT digest FROM journal WHERE entry IS NULL AND action <> 'operated' ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if about is None or about[0] != settings_digest(connection):
        yield Trouble("settings-changed", "")
    for number in changed_operations(connection):
        yield Trouble("operation-changed", str(number))


def _entries(connection: sqlite3.Connection) -> Iterator[Trouble]:
    """Hold every entry against the last record about it."""
    there = {number for (number,) in connection.execute("SELECT id FROM entry")}
    disposed = disposal_digests(connection)
    told: set[int] = set()
    last = (
        "SELECT entry, action, digest, max(number) FROM journal WHERE entry IS NOT NULL AND action <> 'operated'"
        " GROUP BY entry"
    )
    for number, action, digest, _ in connection.execute(last).fetchall():
        told.add(number)
        if number not in there:
            if action != "purged":
                yield Trouble("entry-missing", str(number))
            elif number not in disposed:
                yield Trouble("disposal-missing", str(number))
            elif digest != disposed[number]:
                yield Trouble("disposal-changed", str(number))
        elif digest != entry_digest(connection, number):
            yield Trouble("entry-changed", str(number))
    for number in sorted(there - told):
        yield Trouble("entry-unrecorded", str(number))


def _files(connection: sqlite3.Connection, blobs: Blobs, watch: Watch) -> Iterator[Trouble]:
    """Read every file; what is only on its way (``staging``) is not one yet."""
    wanted = {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM revision")}
    passed_over = set(blobs.digests_in_staging()) | {
        sha256 for (sha256,) in connection.execute("SELECT sha256 FROM doomed")
    }
    found: set[str] = set()
    for name, path in blobs.all_files():
        shown = path.relative_to(blobs.folder).as_posix()
        if name in wanted and path == blobs.path(name):
            found.add(name)
            watch(len(found), len(wanted))
            try:
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError:
                yield Trouble("file-unread", shown)
                continue
            if digest != name:
                yield Trouble("file-changed", shown)
        elif name not in passed_over:
            yield Trouble("file-added", shown)
    for sha256 in sorted(wanted - found):
        yield Trouble("file-missing", blobs.path(sha256).relative_to(blobs.folder).as_posix())


def _beside(folder: Path) -> Iterator[Trouble]:
    """Name what lies beside the ledger and is none of the archive's."""
    own = {LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", DISPOSALS, "files", "staging"}
    for path in sorted(folder.iterdir()):
        if path.name not in own and not path.name.startswith((f".{LEDGER}.", f".{DISPOSALS}.")):
            yield Trouble("file-added", path.name)
