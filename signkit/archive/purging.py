"""Deleting what need not be kept any longer: for good, with a record that it was done (廃棄記録).

An entry goes with all that is kept of it: files, reports, history, salt, words of the full-text index, free pages of
the ledger and its write-ahead log.  What stays is the register of disposals, without names, and what the journal says:
that there was an entry, and that it was deleted.  For backups made before there is the same register as a file
(``disposals.jsonl``): `apply_disposals` deletes there what was deleted here.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date
from pathlib import Path

from signkit.archive.entries import LedgerEntry, load_entries
from signkit.archive.exporting import cells, moment_in_words
from signkit.archive.journal import append_record, salted_digest
from signkit.archive.kinds import kind_names
from signkit.archive.operations import forget_operations
from signkit.archive.retention import Business, Keeping, business_of, keeping_of, reaches
from signkit.archive.store import Archive
from signkit.errors import ArchiveError
from signkit.incoming import read_file
from signkit.words import Language, Text

_MAX_REGISTER = 200_000_000
_COLUMNS = {
    "entry": Text("entry", "番号"),
    "at": Text("deleted", "廃棄日時"),
    "kind": Text("kind", "種類"),
    "rule": Text("rule", "保存期間の根拠"),
    "kept_until": Text("kept until", "保存期間の満了"),
    "files": Text("files", "ファイル数"),
    "way": Text("how", "廃棄の方法"),
}
_WAY = Text(
    "overwritten and deleted, with index, free pages and log",
    "上書きのうえ削除 (索引・空き領域・ログを含む)",
)


@dataclass(frozen=True)
class Due:
    """An entry whose keeping period is over.

    Attributes:
        rule: which one (``keeping.toml``).
    """

    entry: LedgerEntry
    kept_until: date
    rule: str


@dataclass(frozen=True)
class Disposal:
    """One row of the register: what was deleted, when, why; no names."""

    entry: int
    at: str
    kind: str
    rule: str
    kept_until: str
    files: int


def due_entries(
    archive: Archive, today: date, *, among: Collection[int] | None = None, after: int = 0
) -> Iterator[Due]:
    """Yield the entries whose keeping period is over before ``today``, the oldest entry first.

    Args:
        among: look at these alone; None: at all.
        after: look at those behind this one.
    """
    business = business_of(archive)
    with archive.reading() as connection:
        numbers = _possibly_due(connection, business, today) if among is None else existing_entries(connection, among)
        for number in sorted(each for each in numbers if each > after):
            [entry] = load_entries(connection, [number])
            keeping = keeping_of(entry, business)
            if keeping.until is not None and keeping.rule is not None and keeping.until < today:
                yield Due(entry, keeping.until, keeping.rule)


def _possibly_due(connection: sqlite3.Connection, business: Business, today: date) -> Iterator[int]:
    """Yield all numbers whose entries may be due, and few others: not each call looks through the whole ledger."""
    for reach in reaches(business, today):
        last_day = (reach.last_day or date.max).isoformat()
        yield from (number for (number,) in connection.execute(_POSSIBLY_DUE, (reach.kind, reach.must_end, last_day)))


def existing_entries(connection: sqlite3.Connection, numbers: Collection[int]) -> list[int]:
    """Return those of ``numbers`` of which there are entries."""
    return [each for each in numbers if connection.execute("SELECT 1 FROM entry WHERE id = ?", (each,)).fetchone()]


#: By the index ``entry_by_last_day``.
_POSSIBLY_DUE = """
    SELECT id FROM entry WHERE kind = ? AND (end_date IS NULL) IN (0, 1 - ?)
    AND max(coalesce(date, end_date), coalesce(end_date, date)) <= ?
"""


def purge(archive: Archive, due: Sequence[Due]) -> tuple[Disposal, ...]:
    """Delete entries for good.

    Returns:
        The new rows of the register.

    Raises:
        ArchiveError("archive-read-only", "archive-busy"), FileUnusable("output-not-written"): see `Archive.writing`.
    """
    at = archive.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    disposals = tuple(
        Disposal(
            each.entry.number, at, each.entry.facts.kind or "other", each.rule, each.kept_until.isoformat(),
            len(each.entry.revisions),
        )
        for each in due
    )  # fmt: skip
    if disposals:
        _dispose(archive, disposals)
    return disposals


def disposal_digests(connection: sqlite3.Connection) -> dict[int, str]:
    """Return the digest of each row of the register, as the journal holds it."""
    salt = bytes.fromhex(connection.execute("SELECT value FROM setting WHERE name = 'salt'").fetchone()[0])
    return {row.entry: salted_digest(salt, asdict(row)) for row in _rows(connection)}


def disposals(archive: Archive) -> tuple[Disposal, ...]:
    """Return the register."""
    with archive.reading() as connection:
        return _rows(connection)


def _rows(connection: sqlite3.Connection) -> tuple[Disposal, ...]:
    rows = connection.execute("SELECT entry, at, kind, rule, kept_until, files FROM disposal ORDER BY at, entry")
    return tuple(Disposal(*row) for row in rows.fetchall())


def register_csv(rows: Sequence[Disposal], language: Language = "ja") -> bytes:
    """Return the register (廃棄記録) as CSV with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(title.in_language(language) for title in _COLUMNS.values())
    names = kind_names()
    for row in rows:
        law = Keeping(None, row.rule).law
        shown = asdict(row) | {
            "kind": names[row.kind].in_language(language) if row.kind in names else row.kind,
            "rule": law.in_language(language) if law is not None else row.rule,
            "at": moment_in_words(row.at),
            "way": _WAY.in_language(language),
        }
        writer.writerow(cells([shown[column] for column in _COLUMNS]))
    return text.getvalue().encode("utf-8-sig")


def read_register(path: Path) -> tuple[str, tuple[Disposal, ...]]:
    """Return the identity of the archive that a register file is of, and its rows.

    Raises:
        InputUnreadable: it cannot be read.
        ArchiveError("register-unreadable"): it is none.
    """
    try:
        first, *lines = read_file(path, _MAX_REGISTER).decode().splitlines()
        head = json.loads(first)
        if head["format"] != "signkit-disposals/1":
            raise ValueError
        return str(head["archive"]), tuple(Disposal(**json.loads(line)) for line in lines if line.strip())
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ArchiveError("register-unreadable", path=str(path)) from error


def apply_disposals(archive: Archive, path: Path) -> tuple[Disposal, ...]:
    """Delete in a backup what was deleted in the archive that it is of; return what was.

    Raises:
        ArchiveError("backup-other"): the register is of another archive.
        Others: see `read_register` and `purge`.
    """
    identity, rows = read_register(path)
    if identity != archive.setting("identity"):
        raise ArchiveError("backup-other", path=str(path))
    there = {number for (number,) in archive.connection.execute("SELECT id FROM entry")}
    wanted = tuple(row for row in rows if row.entry in there)
    if wanted:
        _dispose(archive, wanted)
    return wanted


def _dispose(archive: Archive, rows: Sequence[Disposal]) -> None:
    with archive.writing() as connection:
        salt = bytes.fromhex(archive.setting("salt") or "")
        for row in rows:
            _delete(connection, row.entry)
            connection.execute(
                "INSERT INTO disposal (entry, at, kind, rule, kept_until, files)"
                " VALUES (:entry, :at, :kind, :rule, :kept_until, :files)",
                asdict(row),
            )
            append_record(connection, "purged", row.entry, salted_digest(salt, asdict(row)), archive.clock())
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")  # deleted words stay in old segments
        # As soon as that is on the disk, `signkit.archive.store.finish_disposal` leaves nothing of it.
        connection.execute("INSERT OR IGNORE INTO undisposed (since) VALUES (?)", (rows[0].at,))


def _delete(connection: sqlite3.Connection, number: int) -> None:
    forget_operations(connection, number)
    of_files = "SELECT {} FROM revision WHERE entry = ?"
    connection.execute(f"INSERT OR IGNORE INTO doomed {of_files.format('sha256')}", (number,))
    connection.execute(f"DELETE FROM beginning WHERE revision IN ({of_files.format('id')})", (number,))  # noqa: S608
    for table in ("signer", "watched", "revision", "party", "correction"):
        connection.execute(f"DELETE FROM {table} WHERE entry = ?", (number,))  # noqa: S608
    connection.execute("DELETE FROM words WHERE rowid = ?", (number,))
    connection.execute("DELETE FROM entry WHERE id = ?", (number,))
