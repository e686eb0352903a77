"""What is done with a dropped table: read, checked, mended, rendered, kept, handed out.  The library does each."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.errors import RowProblem, RowsRefused, TableUnreadable
from signkit.output import make_folder, scratch_folder, write_checked
from signkit.web.desk.batches import CellProblem, DeskBatch, MadeContract, signed_name
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.office import Office
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.contracts.bulk.run import Batch, CheckedRow
    from signkit.contracts.bulk.table import Table
    from signkit.contracts.template import Template
    from signkit.workers import WorkerPool

#: Beyond, the pages would be too long for a browser; the commands take more.
MOST_ROWS = 3000
_MOST_PROBLEMS = 2000
_SECONDS = 300.0


def check_batch(job: DeskJob, office: Office, batch: DeskBatch) -> None:
    """Look at every row, and write down their names or what is wrong with them."""
    from signkit.contracts.bulk.run import batch_of, check_table

    job.stage = _CHECKING
    template, table = template_of(office, batch), read_table(office, batch)
    job.total = rows = sum(1 for _ in table.rows())
    if not 0 < rows <= MOST_ROWS:
        raise TableUnreadable(batch.table, _NO_ROWS if not rows else _TOO_MANY.filled(most=MOST_ROWS))
    warnings: dict[str, Text] = {}

    def looked_at(checked: CheckedRow) -> None:
        job.done += 1
        for each in checked.warnings:
            warnings.setdefault(each.in_language("en"), Text(each.in_language("en"), each.in_language("ja")))

    try:
        common = batch_of(template, table, {}, batch.pattern, office.settings)
        with _workers(job) as pool:
            names = check_table(table, common, pool, _cores(), looked_at)
        people, one_signer = _people(template, table)
        found = replace(
            batch, count=rows, names=names, people=people, one_signer=one_signer, problems=(), refused=0,
            warnings=tuple(warnings.values()),
        )  # fmt: skip
    except RowsRefused as refused:
        problems = tuple(_cell_problems(refused.problems, template, table))
        found = replace(batch, count=rows, names=(), problems=problems, refused=refused.rows, warnings=())
    if job.state == "working":
        office.batches.keep(found)


def template_of(office: Office, batch: DeskBatch) -> Template:
    """Return the template that a batch is made with."""
    from signkit.contracts.template import find_template

    return find_template(batch.template, office.settings)


def read_table(office: Office, batch: DeskBatch) -> Table:
    """Return the batch's table; a stranger's workbook is opened in a worker."""
    from signkit.contracts.bulk.table import table_of

    path = office.batches.table_path(batch)
    if batch.suffix == ".jsonl":
        return table_of(path.read_bytes(), batch.suffix, batch.table)
    raw: bytes = office.pool.submit(plain_table, path, batch.table).result()
    return table_of(raw, ".csv", batch.table)


def plain_table(path: Path, name: str) -> bytes:
    """Return a table as CSV with the same numbers of rows; called in a worker."""
    from signkit.contracts.bulk.mending import mended_csv
    from signkit.contracts.bulk.table import table_of

    return mended_csv(table_of(path.read_bytes(), path.suffix, name), {})


def mend_batch(office: Office, batch: DeskBatch, changes: Mapping[tuple[int, str], str]) -> None:
    """Write cells anew into the batch's table."""
    raw = office.pool.submit(mended_table, office.batches.table_path(batch), batch.table, dict(changes)).result()
    office.batches.write_table(batch, raw)


def mended_table(path: Path, name: str, changes: dict[tuple[int, str], str]) -> bytes:
    """Return a table with changed cells, of the kind that it is; called in a worker."""
    from signkit.contracts.bulk.mending import mended_csv, mended_workbook
    from signkit.contracts.bulk.table import table_of

    raw = path.read_bytes()
    table = table_of(raw, path.suffix, name)
    if path.suffix == ".xlsx":
        return mended_workbook(raw, table, changes)
    mended = mended_csv(table, changes)
    return _tab_separated(mended) if path.suffix == ".tsv" else mended


def _tab_separated(raw: bytes) -> bytes:
    output = io.StringIO()
    csv.writer(output, delimiter="\t").writerows(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    return output.getvalue().encode("utf-8-sig")


def _cell_problems(problems: tuple[RowProblem, ...], template: Template, table: Table) -> Iterator[CellProblem]:
    from signkit.contracts.bulk.rows import parse_columns

    cells = dict(table.lines()) if table.columns is not None else {}
    columns = table.columns or ()
    names = _name_columns(template, columns)
    for each in problems[:_MOST_PROBLEMS]:
        row, problem = cells.get(each.row, ()), each.problem
        index = columns.index(problem.path) if problem.path in columns else None
        known = index is not None or not parse_columns(template, (problem.path,))[1]
        can_be_typed = bool(columns) and bool(problem.path) and known and problem.code != "name"
        yield CellProblem(
            each.row, problem.path, problem.title, problem.message, problem.clause, _cell(row, index),
            "・".join(filter(None, (_cell(row, number) for number in names))) if each.row > 1 else "", can_be_typed,
        )  # fmt: skip


def _people(template: Template, table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return whom each row is about, and the roles that are everywhere one and the same one's."""
    from signkit.contracts.bulk.naming import value_at
    from signkit.contracts.bulk.rows import parse_columns, row_data

    columns, _ = parse_columns(template, table.columns or ())
    contents = [row.content for row in table.rows()]
    data = [row_data(template, columns, each, {}).data if isinstance(each, tuple) else each for each in contents]
    names = {party.role: [str(value_at(each, party.name_item) or "") for each in data] for party in template.parties}
    one = tuple(role for role, found in names.items() if len(set(found)) == 1)
    others = [found for role, found in names.items() if role not in one] or list(names.values())[-1:]
    return tuple("・".join(filter(None, row)) for row in zip(*others, strict=True)), one


def _name_columns(template: Template, columns: Sequence[str]) -> list[int]:
    """Return the columns of the parties' names, by which a person knows a row; the one who signs last first."""
    from signkit.contracts.bulk.rows import dotted_column, parse_columns

    paths = [dotted_column(column.steps) for column in parse_columns(template, tuple(columns))[0]]
    items = [party.name_item for party in reversed(template.parties)]
    return [paths.index(item) for item in items if item in paths]


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index] if index is not None and index < len(row) else ""


def render_batch(job: DeskJob, office: Office, batch: DeskBatch) -> None:
    """Make every row's contract; what a stopped run made already is not made again."""
    from signkit.contracts.bulk.run import batch_of, render_table

    job.stage = _MAKING
    template, table = template_of(office, batch), read_table(office, batch)
    folder = office.batches.folder(batch) / "contracts"
    make_folder(folder)
    job.total = len(batch.names)
    common: Batch = batch_of(template, table, {}, batch.pattern, office.settings)

    def made(_: object) -> None:
        job.done += 1

    with _workers(job) as pool:
        render_table(table, common, batch.names, folder, pool, _cores(), made, overwrite=True)
    digests = {name: hashlib.sha256((folder / f"{name}.pdf").read_bytes()).hexdigest() for name in batch.names}
    if job.state == "working":
        whole = replace(batch, digests=digests)
        office.note_made(whole)
        office.batches.keep(whole)


@contextmanager
def _workers(job: DeskJob) -> Iterator[WorkerPool]:
    """Give processes of the job's own; cancelling it ends them."""
    from signkit.workers import WorkerPool

    pool = WorkerPool(_cores(), seconds=_SECONDS)
    job.cancel = lambda: pool.shutdown(wait=False, cancel_futures=True)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _cores() -> int:
    return max(1, min(4, os.cpu_count() or 1))


def keep_batch(job: DeskJob, office: Office, batch: DeskBatch) -> None:
    """Take every signed contract into the archive; what is there already is passed over."""
    contracts = [each for each in office.contracts_of(batch) if each.signed]
    job.stage, job.total = _KEEPING, len(contracts)
    for each in contracts:
        if job.state != "working":
            return
        if office.entry_of(each.sha256) is None:
            office.keep(each.sha256, f"{each.name}.pdf")
        job.done += 1


def hand_out_batch(office: Office, batch: DeskBatch, by: list[str]) -> Path:
    """Return a ZIP with one folder a person, each contract as it was signed furthest, here or in the archive.

    Raises:
        ContractError("handout-refused"): two people cannot be told apart, or a name is no folder's name.
    """
    from signkit.contracts.handout import hand_out, plan_handout

    contracts = office.contracts_of(batch)
    furthest = {Path(signed_name(each.name, each.signed)): _furthest(office, each) for each in contracts}

    def read(path: Path) -> bytes:
        return furthest[path].read_bytes()

    target = office.batches.folder(batch) / "handout.zip"
    plan = plan_handout(list(furthest), by, read)
    with scratch_folder() as folder:
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as packed:
            for copy in hand_out(plan, folder, read):
                packed.write(copy, copy.relative_to(folder).as_posix())
    write_checked(target, output.getvalue(), overwrite=True, private=True)
    return target


def _furthest(office: Office, made: MadeContract) -> Path:
    """Return the file of the archive's last version where the archive keeps it: others may have signed it there."""
    from signkit.archive.entries import load_entry

    number = office.entry_of(made.sha256)
    if number is None:
        return made.path
    with office.archive() as archive:
        with archive.reading() as connection:
            current = load_entry(connection, number).current
        return archive.blobs.path(current.sha256) if current is not None else made.path


_CHECKING = Text("Every row is being checked …", "1 行ずつ確かめています…")
_MAKING = Text("The contracts are being made …", "契約書を作っています…")
_KEEPING = Text("Each contract is being judged and kept …", "1 件ずつ検証して保管しています…")
_NO_ROWS = Text("below its header is no row", "見出しの下にデータの行がありません")
_TOO_MANY = Text(
    "it has more than {most} rows; signkit render takes more", "{most} 行を超えています (signkit render ならできます)"
)
