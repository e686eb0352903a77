"""``signkit archive init | add | correct``: making an archive, taking in, correcting what is known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.archive.common import ArchiveFolder, SaidOptions, archive_folder, open_named
from signkit.cli.language import translate, words
from signkit.cli.options import EvidenceFolders, Offline, PasswordOptions, Policy, Trust
from signkit.cli.terminal import report_error, tell
from signkit.errors import SignKitError, UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.archive.intake import Done, Said
    from signkit.archive.store import Archive

INIT_HELP = words("Make an archive.", "保管庫を作る。")
ADD_HELP = words(
    "Take files or a folder in: judged first, then kept with the report.",
    "ファイルやフォルダーを取り込む。検証してから結果とともに保管する。",
)
CORRECT_HELP = words(
    "Correct what is known of an entry; the journal keeps that it was.",
    "記録の内容を訂正する。訂正の事実と前の内容は履歴に残る。",
)

_MONTH_AND_DAY = re.compile(r"\d\d-\d\d", re.ASCII)


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help=words("Where. Default: as for --archive.", "作る場所。既定は --archive と同じ。"), show_default=False
        ),
    ] = None,
    archive: ArchiveFolder = None,
    tax_years: Annotated[
        int,
        typer.Option(
            "--tax-years",
            help=words("7, or 10 where a loss is carried forward.", "税務の保存年数。7、欠損金があるときは 10。"),
        ),
    ] = 7,
    fiscal_year_end: Annotated[
        str | None,
        typer.Option(
            "--fiscal-year-end",
            metavar="MM-DD",
            help=words("End of the fiscal year.", "事業年度の末日 (例: 03-31)。省くと最も遅い場合で数える。"),
            show_default=False,
        ),
    ] = None,
    filing_months: Annotated[
        int,
        typer.Option(
            "--filing-months",
            help=words("Months until the return is filed.", "事業年度末から申告期限までの月数 (延長の特例を含む)。"),
        ),
    ] = 2,
) -> None:
    """Make an empty archive and print where."""
    from signkit.archive.store import create_archive

    if tax_years not in (7, 10):
        raise UsageProblem(
            Text(f"--tax-years {tax_years}: it is 7 or 10", f"--tax-years {tax_years}: 7 か 10 です"),
            Text("電子帳簿保存法, 法人税法施行規則59条.", "法人税法施行規則59条を参照してください。"),
        )
    if fiscal_year_end is not None and not _is_day_of_some_year(fiscal_year_end):
        raise UsageProblem(
            Text(
                f"--fiscal-year-end {fiscal_year_end}: no month and day",
                f"--fiscal-year-end {fiscal_year_end}: 月日ではありません",
            ),
            Text("Write it like 03-31.", "例: --fiscal-year-end 03-31"),
        )
    if not 0 <= filing_months <= 12:
        raise UsageProblem(
            Text("--filing-months is from 0 to 12", "--filing-months は 0 から 12 までです"),
            Text("Usually 2.", "通常は 2 です。"),
        )
    settings = {"tax_years": str(tax_years), "filing_months": str(filing_months)}
    where = archive_folder(folder or archive)
    create_archive(where, settings | ({"fiscal_year_end": fiscal_year_end} if fiscal_year_end else {}))
    tell(_MADE)
    print(where)


def _is_day_of_some_year(text: str) -> bool:
    """Tell whether a month has such a day, were it in a leap year."""
    if not _MONTH_AND_DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"2000-{text}")
    except ValueError:
        return False
    return True


def add(
    said: SaidOptions,
    passwords: PasswordOptions,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH…", help=words("Files and folders.", "ファイルとフォルダー。"), show_default=False),
    ] = None,
    archive: ArchiveFolder = None,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            metavar="FILE",
            help=words(
                "A table (.csv, .xlsx, …) of what files do not say; rows without a file are paper.",
                "ファイルから分からないことの表 (.csv、.xlsx など)。ファイル名のない行は紙の契約書。",
            ),
            show_default=False,
        ),
    ] = None,
    paper: Annotated[
        bool,
        typer.Option("--paper", help=words("No file: a contract on paper.", "ファイルのない紙の契約書を登録する。")),
    ] = False,
    as_scan: Annotated[
        bool,
        typer.Option(
            "--as-scan", help=words("Keep files unjudged, as scans.", "検証せず、スキャンとしてそのまま保管する。")
        ),
    ] = False,
    policy: Policy = "default",
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    offline: Offline = False,
) -> None:
    """Print number, outcome, state and name of each thing taken in; what is refused is told and stops nothing."""
    from signkit.archive.intake import Item, items_of, take_in
    from signkit.cli.judging import chosen_options

    _refuse_odd(paths, table, paper=paper)
    facts = said.facts()
    rows = _read_table(table) if table is not None else ()
    password = passwords.document_password()
    options = chosen_options(policy, trust, evidence, offline=offline)
    with open_named(archive) as kept:
        items = [Item(None, facts)] if paper else items_of(paths or (), rows, facts)
        outcomes: Counter[str] = Counter()
        codes: list[int] = []
        for done in take_in(kept, items, replace(options, password=password.value), as_scan=as_scan):
            outcomes[_tell_done(done, codes)] += 1
        tell(_SUMMARY, **{name: outcomes[name] for name in ("added", "joined", "corrected", "known", "refused")})
        stamp(kept, offline=offline)
    if codes:
        raise typer.Exit(codes[0])


def correct(
    number: Annotated[int, typer.Argument(help=words("The entry's number.", "記録の番号。"))],
    said: SaidOptions,
    archive: ArchiveFolder = None,
    offline: Offline = False,
) -> None:
    """Lay what is said over what is known."""
    from signkit.archive.adding import correct_entry

    facts = said.facts()
    if not facts.by_name():
        raise UsageProblem(
            Text("Nothing was said that could be corrected", "訂正する内容がありません"),
            Text("For example --amount 58000000.", "例: --amount 58000000"),
        )
    with open_named(archive) as kept:
        taken = correct_entry(kept, number, facts)
        tell(_OUTCOMES[taken.outcome], number=number)
        stamp(kept, offline=offline)


def stamp(archive: Archive, *, offline: bool) -> None:
    """Have the journal's head timestamped, once a day, where the settings name a service."""
    from signkit.archive.checkpoints import stamp_day
    from signkit.errors import TimestampUnavailable
    from signkit.settings import load_settings
    from signkit.signing.services import available_services

    settings = load_settings()
    if offline or not settings.tsa_urls:
        return
    try:
        stamp_day(archive, available_services(settings).timestamps)
    except TimestampUnavailable as error:
        tell(_NO_STAMP)
        report_error(error)


def _refuse_odd(paths: list[Path] | None, table: Path | None, *, paper: bool) -> None:
    if paper and (paths or table is not None):
        raise UsageProblem(
            Text("--paper is for what has no file", "--paper はファイルのないものを登録するときに使います"),
            Text("Leave the files out, or --paper.", "ファイルと --paper のどちらかを省いてください。"),
        )
    if not paper and not paths and table is None:
        raise UsageProblem(
            Text("There is nothing to take in", "取り込むものがありません"),
            Text(
                "Name files or a folder, --table or --paper.",
                "ファイルかフォルダー、--table、--paper のどれかを指定してください。",
            ),
        )


def _read_table(path: Path) -> tuple[Said, ...]:
    from signkit.archive.intake import read_said
    from signkit.contracts.bulk.table import open_table

    return read_said(open_table(path))


def _tell_done(done: Done, codes: list[int]) -> str:
    """Print what became of one thing; return its outcome."""
    from signkit.archive.exporting import STATES

    if done.taken is None:
        assert isinstance(done.error, SignKitError)
        codes.append(report_error(done.error))
        return "refused"
    name = done.item.path.name if done.item.path is not None else translate(_PAPER)
    state = translate(STATES[done.judged.state]) if done.judged is not None else "-"
    print(f"{done.taken.number}\t{translate(_OUTCOME_WORDS[done.taken.outcome])}\t{state}\t{name}", flush=True)
    if done.taken.beside is not None:
        tell(_BESIDE, name=name, other=done.taken.beside)
    return done.taken.outcome


_MADE = Text(
    "Made an archive; keep its folder where only those in charge get at it.",
    "保管庫を作りました。担当者だけが使える場所に置いてください。",
)
_PAPER = Text("(paper)", "(紙)")
_OUTCOME_WORDS = {
    "added": Text("added", "登録"),
    "joined": Text("joined", "続きの版"),
    "corrected": Text("corrected", "訂正"),
    "known": Text("known", "登録済み"),
}
_OUTCOMES = {
    "corrected": Text(
        "Entry {number} was corrected; what it said before is in its history.",
        "{number} 番を訂正しました。前の内容は履歴に残っています。",
    ),
    "known": Text(
        "Entry {number} says so already; nothing was changed.", "{number} 番は既にその内容です。変更していません。"
    ),
}
_SUMMARY = Text(
    "Added {added}, joined {joined}, corrected {corrected}, known before {known}, refused {refused}.",
    "登録 {added} 件、続きの版 {joined} 件、訂正 {corrected} 件、登録済み {known} 件、"
    "取り込めなかったもの {refused} 件。",
)
_BESIDE = Text(
    "{name} begins as entry {other} does and went on otherwise: it has an entry of its own.",
    "{name} は {other} 番と途中まで同じ内容ですが、その後が異なるため、別の記録にしました。",
)
_NO_STAMP = Text(
    "The journal was not timestamped today; it is tried again with the next change.",
    "記録簿に今日のタイムスタンプを付けられませんでした。次の変更のときに再び試みます。",
)
