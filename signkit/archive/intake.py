"""Taking in what is there: a folder of files, with a table for what they do not say, and rows for paper.

The table is read, and held against the folder, before the first file goes in.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from signkit.archive.adding import Taken, add_file, add_paper
from signkit.archive.entries import TransactionFacts
from signkit.archive.judging import Judged, judge_file
from signkit.archive.said import WordRefused, column_of, facts_of_words, problem
from signkit.archive.store import LEDGER, Archive
from signkit.contracts.bulk.table import Row, Table
from signkit.errors import (
    ArchiveError,
    PdfPasswordNeeded,
    PdfPasswordWrong,
    Problem,
    RowProblem,
    SignKitError,
)
from signkit.incoming import read_file
from signkit.limits import PDF_BYTES
from signkit.reporting.inputs import SUFFIXES
from signkit.validation.options import ValidationOptions
from signkit.words import Text

#: What is looked for in folders beside files that can bear signatures.
SCANS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".heic", ".eml")


@dataclass(frozen=True)
class Said:
    """A row of the table: of the file of that name, or of paper."""

    row: int
    file: str | None
    facts: TransactionFacts


@dataclass(frozen=True)
class Item:
    """One thing to take in: a file, or paper (``path`` None), with what was said of it."""

    path: Path | None
    said: TransactionFacts


@dataclass(frozen=True)
class Done:
    """What became of an item; ``error`` says why it was not taken in."""

    item: Item
    taken: Taken | None = None
    judged: Judged | None = None
    error: SignKitError | None = None


def read_said(table: Table) -> tuple[Said, ...]:
    """Return what a table says.

    Raises:
        ArchiveError("table-refused"): with every problem, by row.
        TableUnreadable: the table breaks off.
    """
    columns = [column_of(name) for name in table.columns or ()]
    problems = [
        RowProblem(1, Problem("unknown", name, Text(name, name), None, _UNKNOWN))
        for name, meant in zip(table.columns or (), columns, strict=True)
        if meant is None and name.strip()
    ]
    found: list[Said] = []
    for row in table.rows():
        try:
            found.append(_said_of(row, columns))
        except WordRefused as refused:
            problems.append(RowProblem(row.number, problem(refused)))
    if problems:
        raise ArchiveError("table-refused", path=table.name, problems=tuple(problems))
    return tuple(found)


def items_of(paths: Iterable[Path], said: tuple[Said, ...] = (), beside: TransactionFacts | None = None) -> list[Item]:
    """Return what there is to take in, the shortest files first, so that histories come in their order.

    Args:
        paths: files and folders.
        said: the rows of the table; those without a file are paper.
        beside: what was said of all files that no row speaks of.

    Raises:
        ArchiveError("table-refused"): a row names a file that is not there, or that another row names too.
    """
    rows = {_name(row.file): row for row in said if row.file is not None}
    files = list(_files(paths, rows))
    taken: dict[int, Path] = {}
    items: list[Item] = []
    for path, root in files:
        row = _row_of(path, root, rows)
        if row is not None:
            taken.setdefault(row.row, path)
        items.append(Item(path, row.facts if row is not None else beside or TransactionFacts()))
    _refuse_unmatched(said, taken)
    items.sort(key=lambda item: (_size(item.path), str(item.path)))
    return items + [Item(None, row.facts) for row in said if row.file is None]


def take_in(
    archive: Archive, items: Iterable[Item], options: ValidationOptions, *, as_scan: bool = False
) -> Iterator[Done]:
    """Take in one item after the other; one that is refused stops none of the others.

    Args:
        as_scan: take files as they are, without a judgement.

    Raises:
        FileUnusable, ArchiveError("archive-busy", "archive-read-only"): the archive cannot be written.
    """
    for item in items:
        if item.path is None:
            yield Done(item, add_paper(archive, item.said))
            continue
        try:
            data = read_file(item.path, PDF_BYTES)
            judged = Judged("scan", "unsigned") if as_scan else judge_file(data, str(item.path), options)
        except (PdfPasswordNeeded, PdfPasswordWrong) as error:
            yield Done(item, error=type(error)(str(item.path)))
            continue
        except SignKitError as error:
            yield Done(item, error=error)
            continue
        yield Done(item, add_file(archive, data, item.path.name, judged, item.said), judged)


def _said_of(row: Row, columns: list[str | None]) -> Said:
    content = row.content
    if isinstance(content, Text):
        raise WordRefused("file", content)
    if isinstance(content, Mapping):
        named = {column_of(name): str(value) for name, value in content.items() if value is not None}
        if None in named:
            raise WordRefused("file", _UNKNOWN)
    else:
        named = dict(zip(columns, content, strict=False))
    words = {item: word for item, word in named.items() if item is not None}
    return Said(row.number, words.get("file", "").strip() or None, facts_of_words(words))


def _files(paths: Iterable[Path], rows: Mapping[str, Said]) -> Iterator[tuple[Path, Path]]:
    """Yield every file with the folder that was named; in folders only known kinds, and what a row names."""
    for path in paths:
        if not path.is_dir():
            yield path, path.parent
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(each for each in folders if not _is_archive(Path(folder, each)) and each[0] != ".")
            for name in sorted(names):
                found = Path(folder, name)
                known = name.lower().endswith((*SUFFIXES, *SCANS)) and not name.startswith((".", "~$"))
                if known or _row_of(found, path, rows) is not None:
                    yield found, path


def _is_archive(folder: Path) -> bool:
    return (folder / LEDGER).is_file()


def _row_of(path: Path, root: Path, rows: Mapping[str, Said]) -> Said | None:
    """Return the row about a file: by its path below the folder that was named, else by its name alone."""
    return rows.get(_name(os.path.relpath(path, root))) or rows.get(_name(path.name))


def _name(written: str) -> str:
    """Return a file's name as it is compared: macOS parts what Windows composes."""
    return unicodedata.normalize("NFC", written.replace("\\", "/").removeprefix("./"))


def _refuse_unmatched(said: tuple[Said, ...], taken: Mapping[int, Path]) -> None:
    problems = [
        RowProblem(row.row, problem(WordRefused("file", _NOT_THERE)))
        for row in said
        if row.file is not None and row.row not in taken
    ]
    if problems:
        raise ArchiveError("table-refused", path="--table", problems=tuple(problems))


def _size(path: Path | None) -> int:
    try:
        return path.stat().st_size if path is not None else 0
    except OSError:
        return 0


_UNKNOWN = Text("is no column that the ledger knows", "は台帳にない列です")
_NOT_THERE = Text(
    "names a file that is not there, or that another row names too", "のファイルがないか、ほかの行と重複しています"
)
