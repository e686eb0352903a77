"""``signkit validate --expect-table``: the signers of many files against a customer table, one result a row."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.cli.language import LANGUAGE
from signkit.cli.results import write_text
from signkit.errors import ExitCode, UsageProblem
from signkit.reporting.formats.writer import ReportFormat
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.reporting.customer_results import CustomerResults
    from signkit.validation.customers import CustomerTable


def customers_of(path: Path | None, format_: ReportFormat | None, resume: Path | None) -> CustomerTable | None:
    """Return the table that is named, where what else is asked for goes with one; None where none is.

    Raises:
        UsageProblem: another format than CSV or JSON lines, or --resume.
    """
    from signkit.validation.customer_table import read_customers

    if path is None:
        return None
    if format_ not in (None, ReportFormat.CSV, ReportFormat.JSONL) or resume is not None:
        raise UsageProblem(
            Text("--expect-table writes CSV or JSON lines, and whole", "--expect-table の出力は CSV か jsonl だけです"),
            Text(
                "Use --format csv or jsonl, without --resume.",
                "--format csv か jsonl とし、--resume は外してください。",
            ),
        )
    return read_customers(path)


def write_results(results: CustomerResults, chosen: ReportFormat | None, code: int) -> int:
    """Write a line a row; return the exit code: that of the verdicts, or a graver one for what was found."""
    from signkit.reporting.customer_results import AGAINST, COLUMNS
    from signkit.reporting.formats.csv_table import CsvTable

    rows = list(results.rows())
    if chosen is ReportFormat.JSONL:
        lines = "".join(f"{row.json_line()}\n" for row in rows)
    else:
        lines = CsvTable(COLUMNS, LANGUAGE).lines(row.cells() for row in rows)
    write_text(sys.stdout.buffer, lines, "utf-8")
    found = {row.result for row in rows}
    if found & AGAINST:
        return ExitCode.FAILED
    return ExitCode.INDETERMINATE if code == ExitCode.DONE and found - {"match"} else code
