"""``signkit status``: who has signed, whose turn it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import read_input
from signkit.cli.language import words
from signkit.cli.options import AskPassword, At, EvidenceFolders, PasswordStdin, Policy, TemplateNames, Trust
from signkit.cli.passwords import DocumentPassword
from signkit.cli.terminal import tell
from signkit.errors import ExitCode
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus, Stage
    from signkit.progress.overview import UnreadableFile

HELP = words("Tell who has signed, whose turn it is, what may still change.", "誰が署名し、誰の番かを示す。")


class StatusFormat(StrEnum):
    """How the status is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def run(
    pdfs: Annotated[list[Path], typer.Argument(help=words("PDFs, or folders of them.", "PDF またはそのフォルダー。"))],
    format_: Annotated[
        StatusFormat, typer.Option("--format", help=words("text, json or csv.", "text、json、csv。"))
    ] = StatusFormat.TEXT,
    policy: Policy = "default",
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    check_template: Annotated[
        bool,
        typer.Option(
            "--check-template/--no-check-template",
            help=words(
                "Tell whether each contract is its template, unaltered (a third of a second each).",
                "契約書がひな形のとおりかを確かめる (1 件 0.3 秒ほど)。",
            ),
        ),
    ] = True,
    template: TemplateNames = None,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Print where each contract stands, as soon as it is known; judged as ``signkit validate --offline`` does."""
    from signkit.cli.judging import chosen_options
    from signkit.cli.results import write_text
    from signkit.cli.status_text import in_words
    from signkit.progress.contract import contract_status
    from signkit.progress.overview import UnreadableFile, overview

    password = DocumentPassword(ask=ask_password, from_stdin=password_stdin)
    options = chosen_options(
        policy, trust, evidence, at, offline=True, check_template=check_template, templates=template
    )
    stages: dict[Stage | None, int] = {}

    def judge(pdf: bytes, name: str) -> ContractStatus:
        password.check(pdf, Path(name), to_sign=False)
        return contract_status(pdf, name, replace(options, password=password.value))

    def count_rows() -> Iterator[ContractStatus | UnreadableFile]:
        for row in overview(_pdfs_of(pdfs), lambda name: read_input(Path(name)), judge):
            stage = None if isinstance(row, UnreadableFile) else row.stage
            stages[stage] = stages.get(stage, 0) + 1
            yield row

    encoding = sys.stdout.encoding if format_ is StatusFormat.TEXT else "utf-8"
    for piece in _pieces(count_rows(), format_):
        write_text(sys.stdout.buffer, piece, encoding)
    if sum(stages.values()) > 1:
        tell(in_words(stages))
    if stages.get(None):
        raise typer.Exit(ExitCode.UNREADABLE)


def _pieces(rows: Iterator[ContractStatus | UnreadableFile], format_: StatusFormat) -> Iterator[str]:
    """Yield what is written of each file."""
    if format_ is StatusFormat.JSON:
        return (json_text(row.to_json()) + "\n" for row in rows)
    if format_ is StatusFormat.CSV:
        from signkit.cli.status_table import status_rows

        return status_rows(rows)
    from signkit.cli.status_text import status_texts

    return status_texts(rows)


def _pdfs_of(paths: Sequence[Path]) -> list[str]:
    found: list[Path] = []
    for path in paths:
        inside = _pdfs_in(path) if path.is_dir() else [path]
        if not inside:
            tell(_NO_PDF.filled(folder=str(path)))
        found += inside
    return [str(path) for path in found]


def _pdfs_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".pdf" and not file.is_dir())


_NO_PDF = Text("{folder}: no PDF in it", "{folder}: PDF がありません")
