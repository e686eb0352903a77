"""``signkit archive export``: files and an index for the tax office, a calendar, the dealer's ledger, the register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.archive.common import ArchiveFolder, FindOptions, open_named
from signkit.cli.language import LANGUAGE, words
from signkit.cli.options import Overwrite
from signkit.cli.terminal import tell
from signkit.errors import ExitCode, UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.archive.finding import Query
    from signkit.archive.store import Archive

HELP = words(
    "Hand out what a search finds: files with an index, a calendar, the dealer's ledger.",
    "検索結果を出力する: 索引付きのファイル、予定表、宅建業の帳簿。",
)


def export(
    wanted: FindOptions,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help=words(
                "A new folder for the files and the index (CSV for Excel, JSON).",
                "ファイルと索引 (Excel 用 CSV、JSON) を書き出す新しいフォルダー。",
            ),
            show_default=False,
        ),
    ] = None,
    archive: ArchiveFolder = None,
    calendar: Annotated[
        Path | None,
        typer.Option(
            "--calendar",
            metavar="FILE.ics",
            help=words("Ends, notice deadlines, renewals.", "終了日・通知期限・更新日の予定表。"),
            show_default=False,
        ),
    ] = None,
    brokerage: Annotated[
        Path | None,
        typer.Option(
            "--brokerage",
            metavar="FILE.csv|FILE.pdf",
            help=words("The dealer's ledger (宅建業法49条).", "宅建業の帳簿 (宅建業法49条)。"),
            show_default=False,
        ),
    ] = None,
    disposals: Annotated[
        Path | None,
        typer.Option(
            "--disposals",
            metavar="FILE.csv",
            help=words("The register of disposals (廃棄記録).", "廃棄記録。"),
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write what is asked for and print where."""
    if folder is None and calendar is None and brokerage is None and disposals is None:
        raise UsageProblem(
            Text("Where to?", "出力先が指定されていません"),
            Text(
                "Name a folder, --calendar, --brokerage or --disposals.",
                "フォルダー、--calendar、--brokerage、--disposals のどれかを指定してください。",
            ),
        )
    query = wanted.query()
    with open_named(archive) as kept:
        if calendar is not None:
            _write_calendar(kept, query, calendar, overwrite=overwrite)
        if brokerage is not None:
            _write_brokerage(kept, query, brokerage, overwrite=overwrite)
        if disposals is not None:
            _write_disposals(kept, disposals, overwrite=overwrite)
        if folder is not None:
            _write_files(kept, query, folder)


def _write_files(kept: Archive, query: Query, folder: Path) -> None:
    from signkit.archive.exporting import export_entries
    from signkit.archive.finding import find_all

    exported = export_entries(kept, find_all(kept, query), folder, LANGUAGE)
    for _, name in exported.files:
        print(folder / name)
    for name in ("index.csv", "index.json"):
        print(folder / name)
    if exported.damaged:
        tell(_DAMAGED, numbers=", ".join(map(str, exported.damaged)))
        raise typer.Exit(ExitCode.FAILED)


def _write_calendar(kept: Archive, query: Query, target: Path, *, overwrite: bool) -> None:
    from signkit.archive.calendar import contract_calendar
    from signkit.archive.finding import find_all
    from signkit.output import write_checked

    identity = kept.setting("identity") or ""
    written = contract_calendar(find_all(kept, query), identity, kept.clock(), LANGUAGE)
    write_checked(target, written, overwrite=overwrite)
    print(target)


def _write_brokerage(kept: Archive, query: Query, target: Path, *, overwrite: bool) -> None:
    from datetime import date

    from signkit.archive.dealer_ledger import ledger_csv, ledger_pdf, ledger_rows
    from signkit.archive.finding import find_all
    from signkit.contracts.fonts import font_set
    from signkit.output import write_checked
    from signkit.settings import load_settings

    if target.suffix.lower() not in (".csv", ".pdf"):
        raise UsageProblem(
            Text(
                f"{target.name}: the ledger is written as .csv or .pdf",
                f"{target.name}: 帳簿の形式は .csv か .pdf です",
            ),
            Text("For example --brokerage ledger.pdf.", "例: --brokerage 帳簿.pdf"),
        )
    rows = ledger_rows(find_all(kept, query))
    if target.suffix.lower() == ".csv":
        content = ledger_csv(rows, LANGUAGE)
    else:
        days = [row["date"] for row in rows if row["date"]]
        today = kept.clock().astimezone().date()
        begins = query.date_from or (date.fromisoformat(min(days)) if days else today)
        fonts = font_set(load_settings().font_folders)
        ends = query.date_to or max(today, *map(date.fromisoformat, days), today)
        content = ledger_pdf(rows, begins, ends, today, fonts, LANGUAGE)
    write_checked(target, content, overwrite=overwrite)
    print(target)


def _write_disposals(kept: Archive, target: Path, *, overwrite: bool) -> None:
    from signkit.archive.purging import disposals, register_csv
    from signkit.output import write_checked

    write_checked(target, register_csv(disposals(kept), LANGUAGE), overwrite=overwrite)
    print(target)


_DAMAGED = Text(
    "Files of these entries are missing or damaged; see 'signkit archive verify': {numbers}",
    "次の記録のファイルが失われているか壊れています。signkit archive verify で確かめてください: {numbers}",
)
