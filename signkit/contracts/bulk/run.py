"""Check every row of a table, then render them all, in worker processes.

The workers get rows and give back file names, problems or finished PDFs; this process reads the table and writes the
files, so that a stopped worker leaves nothing half-written.  Any `concurrent.futures.Executor` does.  No more rows are
in work than a few for each worker, which keeps memory flat however long the table is.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from signkit.contracts.bulk.naming import DEFAULT_PATTERN, NamePattern, NameRefused, fold, parse_pattern
from signkit.contracts.bulk.rows import Column, Reading, RowData, merge, parse_columns, row_data
from signkit.contracts.bulk.run_journal import open_journal
from signkit.contracts.bulk.table import Cells, Row, Table
from signkit.contracts.fonts import font_set
from signkit.contracts.provenance import provenance
from signkit.contracts.render import filled_contract, render_contracts
from signkit.contracts.rules.rule import LAWFUL, Scrutiny
from signkit.contracts.template import Template, load_template
from signkit.contracts.typesetters import source_of
from signkit.errors import ContractDataUnreadable, ContractRefused, OutputExists, Problem, RowProblem, RowsRefused
from signkit.output import write_checked
from signkit.settings import Settings
from signkit.words import Text

#: Rows that a worker checks at a time; how many it renders at a time depends on the template.
_CHUNK = 20
#: Pieces of work given to the workers ahead of what is waited for, a worker.
_AHEAD = 3
#: Problems kept of one table; every row is looked at nevertheless.
_MAX_PROBLEMS = 10_000

Item = TypeVar("Item")
Result = TypeVar("Result")
OnRow = Callable[[object], None]


@dataclass(frozen=True)
class Batch:
    """What all rows of a table have in common; it goes to every worker.

    Attributes:
        folder: the template's folder.
        columns: the table's header; None for JSON lines.
        base: data that every row begins with, as JSON.
        pattern: the pattern of file names (see `signkit.contracts.bulk.naming`).
    """

    folder: Path
    columns: Cells | None
    base: str = "{}"
    pattern: str = DEFAULT_PATTERN
    settings: Settings = field(default_factory=Settings)
    scrutiny: Scrutiny = LAWFUL


@dataclass(frozen=True)
class CheckedRow:
    """What came out of checking a row: the name of its file, or what is wrong with it; what is only warned of.

    Attributes:
        readings: what was read of cells that say it in another way.
    """

    row: int
    name: str
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class Written:
    """What became of a table: files written, files that were there already, byte for byte, and files that differ."""

    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    differing: tuple[Path, ...]


def batch_of(
    template: Template,
    table: Table,
    base: Mapping[str, Any] | None = None,
    pattern: str = DEFAULT_PATTERN,
    settings: Settings | None = None,
    scrutiny: Scrutiny = LAWFUL,
) -> Batch:
    """Return what the rows of ``table`` have in common.

    Raises:
        UsageProblem: the pattern is none.
        RowsRefused: the header names what is no item of the template.
    """
    parse_pattern(pattern)
    _, problems = parse_columns(template, table.columns or ())
    if problems:
        raise RowsRefused(table.name, 1, tuple(RowProblem(1, problem) for problem in problems))
    packed = json.dumps(base or {}, ensure_ascii=False, allow_nan=False)
    return Batch(template.folder, table.columns, packed, pattern, settings or Settings(), scrutiny)


def check_table(
    table: Table, batch: Batch, pool: Executor, workers: int, on_row: Callable[[CheckedRow], None]
) -> tuple[str, ...]:
    """Check every row; return the names of their files, without suffix.

    Raises:
        RowsRefused: names every problem of every row.
        ContractError("template-invalid"): the template is at fault.
    """
    names: dict[str, tuple[str, int]] = {}
    problems: list[RowProblem] = []
    refused = 0
    for _, checked in _ahead(pool, check_rows, batch, _chunks(table.rows(), _CHUNK), _AHEAD * workers):
        for each in checked:
            on_row(each)
            found = each.problems
            if not found:
                _, first = names.setdefault(fold(each.name), (each.name, each.row))
                found = (_same_name(first),) if first != each.row else ()
            refused += bool(found)
            problems += [RowProblem(each.row, problem) for problem in found][: _MAX_PROBLEMS - len(problems)]
    if refused:
        raise RowsRefused(table.name, refused, tuple(problems))
    return tuple(name for name, _ in names.values())


def render_table(
    table: Table,
    batch: Batch,
    names: Iterable[str],
    folder: Path,
    pool: Executor,
    workers: int,
    on_row: OnRow,
    *,
    overwrite: bool = False,
) -> Written:
    """Render the rows of a checked table into ``folder``, one PDF each.

    An interrupted run goes on where it stopped: what its journal knows is not rendered again.  A file that is there
    with the same bytes is passed over; one with other bytes is left alone unless ``overwrite`` is set.

    Raises:
        FileUnusable("results-in-use"): another run renders into the folder.
        FileUnusable("output-not-written"): the folder, the disk or the permissions do not allow it.
        ContractError("typesetting-failed", "template-invalid"): the template is at fault.
    """
    outcome: dict[str, list[Path]] = {"written": [], "unchanged": [], "differing": []}
    template = load_template(batch.folder)
    common = repr((provenance(template, font_set(batch.settings.font_folders)), replace(batch, folder=Path())))
    waiting: deque[tuple[Row, Path]] = deque()
    with open_journal(folder, common) as journal:

        def rows_to_render() -> Iterator[Row]:
            for name, row in zip(names, table.rows(), strict=True):
                target = folder / f"{name}.pdf"
                if journal.has(row, target):
                    outcome["unchanged"].append(target)
                    on_row(target)
                else:
                    waiting.append((row, target))
                    yield row

        chunks = _chunks(rows_to_render(), source_of(template).together)
        for _, pdfs in _ahead(pool, render_rows, batch, chunks, _AHEAD * workers):
            for pdf in pdfs:
                row, target = waiting.popleft()
                became = _place(target, pdf, overwrite)
                outcome[became].append(target)
                if became != "differing":
                    journal.note(row, target, pdf)
                on_row(target)
    return Written(**{kind: tuple(paths) for kind, paths in outcome.items()})


def _place(target: Path, pdf: bytes, overwrite: bool) -> str:
    if target.is_file() and target.read_bytes() == pdf:
        return "unchanged"
    try:
        write_checked(target, pdf, overwrite=overwrite)
    except OutputExists:
        return "differing"
    return "written"


def check_rows(batch: Batch, rows: tuple[Row, ...]) -> tuple[CheckedRow, ...]:
    """Check rows; a worker's work."""
    return tuple(_check_row(_prepare(batch), row) for row in rows)


def render_rows(batch: Batch, rows: tuple[Row, ...]) -> tuple[bytes, ...]:
    """Return the rows' contracts as PDF; a worker's work."""
    prepared = _prepare(batch)
    data = [_data_of(prepared, row).data for row in rows]
    return tuple(
        rendered.pdf for rendered in render_contracts(prepared.template, data, batch.settings, scrutiny=batch.scrutiny)
    )


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A batch as a worker needs it, made once a process."""

    template: Template
    columns: tuple[Column, ...]
    base: Mapping[str, Any]
    pattern: NamePattern
    settings: Settings
    scrutiny: Scrutiny


@lru_cache(maxsize=2)
def _prepare(batch: Batch) -> _Prepared:
    template = load_template(batch.folder)
    columns, _ = parse_columns(template, batch.columns or ())
    pattern = parse_pattern(batch.pattern)
    return _Prepared(template, columns, json.loads(batch.base), pattern, batch.settings, batch.scrutiny)


def _data_of(prepared: _Prepared, row: Row) -> RowData:
    if isinstance(row.content, Text):
        return RowData({}, (Problem("type", "", _THE_ROW, None, row.content),), {})
    if isinstance(row.content, tuple):
        return row_data(prepared.template, prepared.columns, row.content, prepared.base)
    return RowData(merge(prepared.base, row.content), (), {})


def _check_row(prepared: _Prepared, row: Row) -> CheckedRow:
    made = _data_of(prepared, row)
    if isinstance(row.content, Text):
        return CheckedRow(row.number, "", made.problems)
    found = _contract_problems(prepared, made)
    problems = [*made.problems, *(each for each in found if each.severity == "refused")]
    warnings = tuple(each for each in found if each.severity == "warning")
    name = ""
    if not problems:
        try:
            name = prepared.pattern.name(row.number, made.data)
        except NameRefused as refused:
            problems.append(Problem("name", refused.item, _FILE_NAME, None, refused.words))
    return CheckedRow(row.number, name, tuple(problems), warnings, made.readings)


def _contract_problems(prepared: _Prepared, made: RowData) -> list[Problem]:
    """Return what is wrong with the contract or warned of, by column, but for what a refused cell says already."""
    try:
        filled = filled_contract(prepared.template, made.data, prepared.settings, scrutiny=prepared.scrutiny)
    except ContractRefused as error:
        # In a strict look warnings refuse, too.
        return list(_by_column(made, (replace(each, severity="refused") for each in error.problems)))
    except ContractDataUnreadable as error:
        return [Problem("value", "", _THE_ROW, None, error.cause)]
    return list(_by_column(made, filled.warnings))


def _by_column(made: RowData, problems: Iterable[Problem]) -> Iterator[Problem]:
    for problem in problems:
        path = re.sub(r"\[(\d+)\]", r".\1", problem.path)
        if problem.code != "missing" or not any(each == path or each.startswith(f"{path}.") for each in made.refused):
            yield replace(problem, path=made.columns.get(path, path))


_THE_ROW = Text("the row", "行")
_FILE_NAME = Text("file name", "ファイル名")


def _same_name(row: int) -> Problem:
    words = Text(
        f"is the same as that of row {row}; add {{row}} to --name",
        f"{row}行目と同じです。--name に {{row}} を加えてください",
    )
    return Problem("name", "", _FILE_NAME, None, words)


def _chunks(rows: Iterator[Row], size: int) -> Iterator[tuple[Row, ...]]:
    while chunk := tuple(islice(rows, size)):
        yield chunk


def _ahead(
    pool: Executor, work: Callable[[Batch, Item], Result], batch: Batch, items: Iterable[Item], most: int
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with its result, in order, with at most ``most`` in work."""
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    for item in items:
        waiting.append((item, pool.submit(work, batch, item)))
        if len(waiting) >= most:
            first, future = waiting.popleft()
            yield first, future.result()
    while waiting:
        first, future = waiting.popleft()
        yield first, future.result()
