"""``signkit doctor``: what is missing on this machine, and the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.card.common import AnswerFormat, FormatOption, Reader, show_json
from signkit.cli.language import LANGUAGE, translate, words
from signkit.errors import ExitCode
from signkit.words import printable

if TYPE_CHECKING:
    from signkit.doctor import Checkup

HELP = words(
    "Say what is missing for signing with a card, and how to mend it. No PIN, no network.",
    "カードでの署名に足りないものと直し方を示す。暗証番号もネットワークも使わない。",
)


def run(
    reader: Reader = None,
    online: Annotated[
        bool,
        typer.Option(
            "--online",
            help=words("Ask the timestamp services, and compare clocks.", "タイムスタンプ局に接続し、時計も比べる。"),
        ),
    ] = False,
    format_: FormatOption = AnswerFormat.TEXT,
) -> None:
    """Print one line a finding and the fix below it; exit code 11 if signing with a card would fail."""
    from signkit.doctor import examine, surroundings
    from signkit.settings import load_settings

    findings = []
    for finding in examine(load_settings(strict=False), surroundings(), reader=reader, online=online):
        findings.append(finding)
        if format_ is AnswerFormat.TEXT:
            _show(finding)
    if format_ is AnswerFormat.JSON:
        show_json({"findings": [_data(finding) for finding in findings]})
    if any(finding.needed and not finding.ok for finding in findings):
        raise typer.Exit(ExitCode.CARD)


def _show(finding: Checkup) -> None:
    mark = "ok" if finding.ok else "!!" if finding.needed else "--"
    print(f"{mark}  {translate(finding.name)}: {printable(translate(finding.text))}")
    if finding.fix and not finding.ok:
        print(f"    → {translate(finding.fix)}")


def _data(finding: Checkup) -> dict[str, object]:
    return {
        "name": finding.name.in_language(LANGUAGE),
        "ok": finding.ok,
        "needed": finding.needed,
        "text": finding.text.in_language(LANGUAGE),
        "fix": finding.fix.in_language(LANGUAGE) if finding.fix else None,
    }
