"""From options to a judgement, and from verdicts to the exit code, for all commands that judge signatures."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from signkit.cli.language import LANGUAGE
from signkit.errors import ExitCode, UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.reporting.formats.writer import ReportFormat
    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report, Verdict
    from signkit.validation.viewing import Pictures


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """Return 1 for any failure, else 4 for any unreadable file, else 3 for anything not passed, else 0."""
    from signkit.validation.report import Verdict

    seen = set(verdicts)
    if Verdict.FAILED in seen:
        return ExitCode.FAILED
    if Verdict.UNREADABLE in seen:
        return ExitCode.UNREADABLE
    return ExitCode.INDETERMINATE if seen - {Verdict.PASSED} else ExitCode.DONE


def chosen_options(
    policy: str = "default",
    trust: list[Path] | None = None,
    evidence: list[Path] | None = None,
    at: str | None = None,
    offline: bool = False,
    identity: bool = False,
    expect: list[str] | None = None,
    pictures: Pictures = "auto",
    check_template: bool = False,
    templates: list[str] | None = None,
) -> ValidationOptions:
    """Return the options of a judgement, as several commands take them from the command line."""
    from signkit.settings import load_settings
    from signkit.validation.options import validation_options

    return validation_options(
        load_settings(),
        policy=policy,
        trust=trust or (),
        evidence=evidence or (),
        at=_moment(at),
        offline=offline,
        identity=identity,
        expect=_expectations(expect or ()),
        pictures=pictures,
        check_template=check_template,
        templates=templates or (),
    )


def _expectations(pairs: Iterable[str]) -> dict[str, str]:
    expected: dict[str, str] = {}
    for pair in pairs:
        field, sign, name = pair.partition("=")
        if not sign or not field or not name.strip():
            raise UsageProblem(
                Text(f"--expect {pair!r} does not say who signs what", f"--expect {pair!r} の形式が正しくありません"),
                Text("Write it like --expect seller='番号　花子'.", "例: --expect seller='番号　花子'"),
            )
        if expected.setdefault(field, name) != name:
            raise UsageProblem(
                Text(f"--expect names two signers of {field}", f"--expect が {field} の署名者を二人指定しています"),
                Text(
                    "A field has one signer: name it once.",
                    "署名欄の署名者は一人です。一度だけ指定してください。",
                ),
            )
    return expected


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageProblem(
            Text(f"{text!r} is no time", f"{text!r} は日時ではありません"),
            Text("Write it like 2026-11-21 or 2026-11-21T09:00:00+09:00.", "例: 2026-11-21、2026-11-21T09:00:00+09:00"),
        ) from error
    return moment if moment.tzinfo else moment.astimezone()


def show(report: Report, format_: ReportFormat) -> None:
    """Write one report and leave with its exit code."""
    from signkit.reporting.formats.choice import open_writer

    writer = open_writer(format_, sys.stdout.write, LANGUAGE)
    writer.add(report)
    writer.finish()
    raise typer.Exit(exit_code([report.verdict]))
