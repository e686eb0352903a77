"""``signkit render TEMPLATE TABLE``: one contract a row, none before every row was checked."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.cli.language import LANGUAGE, translate
from signkit.cli.render_results import Readings, RowWarnings, Telling, print_json, tell_readings, tell_row_warnings
from signkit.cli.terminal import progress, tell
from signkit.errors import ContractError, FileUnusable, RowsRefused, UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from signkit.contracts.bulk.run import Batch, CheckedRow, Written
    from signkit.contracts.bulk.table import Encoding, Table
    from signkit.contracts.template import Template
    from signkit.settings import Settings

#: A row takes well under a second; twenty are checked at a time.
_SECONDS = 300.0


@dataclass(frozen=True)
class ManyOptions:
    """The options that only tables have."""

    name: str | None = None
    jobs: int | None = None
    report: Path | None = None
    encoding: str | None = None

    def is_given(self) -> bool:
        """Return whether any is set."""
        return any(value is not None for value in (self.name, self.jobs, self.report, self.encoding))


def render_many(
    template: Template,
    path: Path,
    base: Mapping[str, Any],
    folder: Path | None,
    options: ManyOptions,
    settings: Settings,
    telling: Telling,
    *,
    overwrite: bool,
) -> None:
    """Check every row of the table, then write one PDF a row into ``folder``."""
    from signkit.contracts.bulk.naming import DEFAULT_PATTERN
    from signkit.contracts.bulk.run import batch_of
    from signkit.contracts.bulk.table import open_table

    target = _target(folder)
    table = open_table(path, _encoding(options.encoding))
    tell(_READ, path=path, how=translate(table.read_as))
    with _report_refusals(options.report):
        batch = batch_of(template, table, base, options.name or DEFAULT_PATTERN, settings, telling.scrutiny)
        warnings, readings = RowWarnings(), Readings()
        written = _in_processes(table, batch, target, _workers(options.jobs), (warnings, readings), overwrite)
    made = [*written.written, *written.unchanged]
    if telling.as_json:
        outputs = list(map(str, made))
        print_json({"outputs": outputs, "refused": [], "warnings": warnings.to_json(), "read": readings.to_json()})
    else:
        print("\n".join(map(str, made)))
    tell_readings(readings)
    tell_row_warnings(warnings)
    tell(_MADE, written=len(written.written), unchanged=len(written.unchanged), folder=target)
    if written.differing:
        raise ContractError("outputs-differ", paths=tuple(map(str, written.differing)))


def _in_processes(
    table: Table, batch: Batch, folder: Path, workers: int, gathered: tuple[RowWarnings, Readings], overwrite: bool
) -> Written:
    from signkit.contracts.bulk.run import check_table, render_table
    from signkit.output import make_folder
    from signkit.workers import WorkerLost

    count = sum(1 for _ in table.rows())
    if not count:
        raise UsageProblem(
            Text(f"{table.name} holds no rows", f"{table.name} にデータの行がありません"),
            Text("Put a row below the header for each contract.", "見出しの下に契約ごとの行を書いてください。"),
        )
    workers = min(workers, count)
    with _pool(workers) as pool:
        try:
            with progress(count, _CHECKING) as advance:

                def note_row(row: CheckedRow) -> None:
                    for each in gathered:
                        each.gather(row)
                    advance(row)

                names = check_table(table, batch, pool, workers, note_row)
            make_folder(folder)
            with progress(count, _MAKING) as advance:
                return render_table(table, batch, names, folder, pool, workers, advance, overwrite=overwrite)
        except WorkerLost as lost:
            raise FileUnusable(
                "output-not-written", path=str(folder), cause=_WORKER_LOST.filled(cause=lost.cause, detail=lost.detail)
            ) from lost


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    """Give worker processes; whatever ends the work early, Ctrl-C too, ends them at once."""
    from signkit.workers import WorkerPool

    pool = WorkerPool(workers, seconds=_SECONDS)
    finished = False
    try:
        yield pool
        finished = True
    finally:
        pool.shutdown(cancel_futures=not finished)


def _workers(jobs: int | None) -> int:
    if jobs is not None and jobs < 1:
        raise UsageProblem(
            Text(f"--jobs {jobs}: at least 1", f"--jobs {jobs}: 1 以上にしてください"),
            Text("Leave it out for one process a core.", "省くとコアごとに1つのプロセスを使います。"),
        )
    return jobs or os.cpu_count() or 1


def _encoding(name: str | None) -> Encoding | None:
    from signkit.contracts.bulk.table import ENCODINGS

    for encoding in ENCODINGS:
        if name is not None and name.lower() in (encoding, encoding.replace("-", "")):
            return encoding
    if name is None:
        return None
    raise UsageProblem(
        Text(f"--encoding {name}: not known", f"--encoding {name}: 扱えない文字コードです"),
        Text("utf-8 or cp932.", "utf-8 か cp932 を指定してください。"),
    )


def _target(folder: Path | None) -> Path:
    if folder is None or (folder.exists() and not folder.is_dir()):
        raise UsageProblem(
            Text(
                "A table makes many files, and -o names no folder",
                "表からは複数のファイルを作ります。-o にフォルダーを",
            ),
            Text("For example -o out/", "例: -o out/"),
        )
    return folder


@contextmanager
def _report_refusals(report: Path | None) -> Iterator[None]:
    """Write the problems of refused rows to ``report`` before the error goes on its way."""
    from signkit.output import write_checked

    try:
        yield
    except RowsRefused as refused:
        if report is not None:
            write_checked(report, _report(refused), overwrite=True)
        raise


def _report(refused: RowsRefused) -> bytes:
    """Return the problems as CSV that Excel opens; it quotes no value of the table."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(["row", "column", "code", "title", "clause", "problem"])
    for each in refused.problems:
        problem = each.problem
        texts = (problem.title.in_language(LANGUAGE), problem.clause or "", problem.message.in_language(LANGUAGE))
        writer.writerow([each.row, *map(_no_formula, (problem.path, problem.code, *texts))])
    return output.getvalue().encode("utf-8-sig")


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


_WORKER_LOST = Text("a worker process {cause} ({detail})", "処理プロセスの異常 ({cause}: {detail})")
_CHECKING, _MAKING = Text("Checking rows", "行の確認"), Text("Making contracts", "契約書の作成")
_READ = Text("Reading {path} ({how}).", "{path} を読みます ({how})。")
_MADE = Text(
    "Made {written} contracts in {folder}; {unchanged} were there already, byte for byte.",
    "{folder} に契約書を {written} 件作成しました。{unchanged} 件は同じ内容で既にありました。",
)
