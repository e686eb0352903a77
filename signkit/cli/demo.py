"""``signkit demo``: the main job once through, as a rehearsal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import LANGUAGE, words
from signkit.cli.terminal import tell
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.validation.report import Report

HELP = words(
    "Everything once, with a rehearsal PKI and emulated cards: no card, no server, no network.",
    "リハーサル用の認証局と模擬カードで一通り実行する。カードもサーバーもネットワークも不要。",
)


def run(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help=words("Folder for the results.", "結果のフォルダー。"))
    ] = Path("demo"),
) -> None:
    """Run the rehearsal and write a short account of it."""
    import time

    from signkit.demo import run_demo
    from signkit.output import write_checked
    from signkit.reporting.formats.text import write_text

    start = time.monotonic()
    lines: list[str] = []

    def say(text: Text, facts: object) -> None:
        lines.append(text.in_language(LANGUAGE, **facts))  # type: ignore[arg-type]
        tell(text, **facts)  # type: ignore[arg-type]

    demo = run_demo(output, say)
    reports = "\n".join(write_text(report, LANGUAGE) for report in (demo.contract, demo.forgery))
    account = "\n".join([*lines, "", reports, ""])
    write_checked(output / "account.txt", account.encode(), overwrite=True)
    print(reports)
    tell(_DONE, folder=output, seconds=f"{time.monotonic() - start:.1f}")
    _require_expected(demo.contract, demo.forgery)


def _require_expected(contract: Report, forgery: Report) -> None:
    """Fail loudly if this installation judges its own rehearsal wrongly."""
    from signkit.validation.report import Verdict

    if contract.verdict is not Verdict.PASSED or forgery.verdict is not Verdict.FAILED:
        tell(_WRONG)
        raise typer.Exit(1)


_DONE = Text("Done in {seconds} s. Look into {folder}.", "{seconds} 秒で完了しました。{folder} をご覧ください。")
_WRONG = Text(
    "The rehearsal did not end as it must: please report this.",
    "リハーサルが想定どおりに終わりませんでした。ご報告ください。",
)
