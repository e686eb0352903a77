"""``signkit extend``: raise or renew the level of signed PDFs."""

from __future__ import annotations

from os.path import realpath  # Path.resolve fails where links lead in a circle
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import output_beside, read_input
from signkit.cli.language import words
from signkit.cli.options import EvidenceOptions, Output, Overwrite, PasswordOptions
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem, naming
from signkit.words import Text

if TYPE_CHECKING:
    from datetime import date

    from signkit.cli.passwords import DocumentPassword
    from signkit.signing.levels import Level, Services

HELP = words(
    "Add revocation evidence (B-LT) or a document timestamp (B-LTA), or renew them.",
    "失効情報 (B-LT) や文書タイムスタンプ (B-LTA) を加える、または更新する。",
)


def run(
    pdfs: Annotated[list[Path], typer.Argument(help=words("Signed PDFs.", "署名済みの PDF。"))],
    evidence: EvidenceOptions,
    passwords: PasswordOptions,
    level: Annotated[str, typer.Option(help=words("B-LT or B-LTA.", "B-LT または B-LTA。"))] = "B-LTA",
    due: Annotated[
        str | None,
        typer.Option(
            "--due",
            metavar="DATE|90d",
            help=words(
                "Leave files alone whose evidence holds beyond this day, or so many days.",
                "証拠がこの日より後まで、またはこの日数より長く保たれるファイルには何もしない。",
            ),
            show_default=False,
        ),
    ] = None,
    output: Output = None,
    overwrite: Overwrite = False,
) -> None:
    """Extend each PDF and write it beside the original."""
    from signkit.cli.archive.common import due_day
    from signkit.cli.levels import parse_level
    from signkit.settings import load_settings

    wanted = parse_level(level)
    if not wanted.has_evidence:
        raise UsageProblem(
            Text("extend raises to B-LT or B-LTA", "extend で上げられるのは B-LT と B-LTA です"),
            Text("Use --level B-LT or --level B-LTA.", "--level B-LT か --level B-LTA を指定してください。"),
        )
    if output is not None and len(pdfs) > 1:
        raise UsageProblem(
            Text("-o names one output, and there are several inputs", "入力が複数あるときは -o を使えません"),
            Text("Leave -o out; each output goes beside its input.", "-o を省くと、それぞれ入力の隣に出力されます。"),
        )
    available = evidence.services(load_settings())
    targets = [output_beside(pdf, wanted.value, output) for pdf in pdfs]
    inputs = {realpath(pdf) for pdf in pdfs}
    if both := next((target for target in targets if realpath(target) in inputs), None):
        raise UsageProblem(
            Text(f"{both} is input and output at once", f"{both} が入力と出力の両方になります"),
            Text("Extend the files of one level in a run.", "延長するファイルだけを指定してください。"),
        )
    password, day = passwords.document_password(), due_day(due) if due is not None else None
    for pdf, target in zip(pdfs, targets, strict=True):
        if day is not None and (until := _holds_until(pdf, available, password)) is not None and until > day:
            tell(_HOLDS, pdf=pdf, until=until)
            continue
        _extend_one(pdf, target, wanted, available, password, overwrite)


def _holds_until(pdf: Path, available: Services, password: DocumentPassword) -> date | None:
    """Return the day until which the evidence in a file holds; None where it does not, or nothing ends."""
    from dataclasses import replace
    from datetime import UTC

    from signkit.validation.pdf import validate_pdf

    options = replace(available.judgement, password=password.value)
    end = validate_pdf(read_input(pdf), name=str(pdf), options=options).evidence_until
    return end.time.astimezone(UTC).date() if end is not None else None


def _extend_one(
    pdf: Path, target: Path, level: Level, available: Services, password: DocumentPassword, overwrite: bool
) -> None:
    from signkit.output import write_checked
    from signkit.signing.levels import extend

    data = read_input(pdf)
    password.check(data, pdf, to_sign=True)
    with naming(pdf):
        extended = extend(data, level, available, password=password.value).pdf
    write_checked(target, extended, overwrite=overwrite)
    tell(_EXTENDED, target=target, level=level.value)
    print(target)


_HOLDS = Text("Not due: {pdf} holds until {until}.", "期限内です: {pdf} は {until} まで保たれます。")
_EXTENDED = Text("Extended to {level}: {target}", "{level} に延長しました: {target}")
