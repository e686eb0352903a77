"""``signkit validate``: is each signature good, and why."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from signkit.cli.judging import chosen_options, exit_code
from signkit.cli.language import translate, words
from signkit.cli.options import (
    AskPassword,
    At,
    EvidenceFolders,
    Identity,
    Offline,
    PasswordStdin,
    Policy,
    TemplateNames,
    Trust,
)
from signkit.cli.passwords import DocumentPassword
from signkit.cli.results import to_results, to_stdout, write_all
from signkit.cli.streams import read_line
from signkit.cli.tally import Tally
from signkit.cli.terminal import ESTIMATED_OVER, tell, time_left
from signkit.cli.validate_server import Server, ServerKeyFile, refuse_beside_server, server_judge
from signkit.cli.validate_table import customers_of, write_results
from signkit.errors import ExitCode, UsageProblem
from signkit.reporting.formats.writer import Pictured, ReportFormat
from signkit.validation.profile import ProfileName
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.client.many_files import ServerJudge
    from signkit.reporting.resume import Results
    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report

HELP = words("Judge the signatures of PDF and CMS files.", "PDF と CMS ファイルの署名を検証する。")

_MAX_NAME = 65_536
#: Stands for the names on stdin.
_STDIN = "-"

Files: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help=words(
            "Files, folders, globs, archives (.zip, .tar, .tar.gz), URLs (s3://…), or - for names on stdin.",
            "ファイル、フォルダー、ワイルドカード、アーカイブ (.zip、.tar、.tar.gz)、URL (s3://…)。"
            "- で標準入力から名前を読む。",
        ),
    ),
]
FormatName: TypeAlias = Annotated[
    ReportFormat | None,
    typer.Option(
        "--format",
        help=words("How results are written (default: text).", "結果の形式 (既定: text)。"),
        show_default=False,
    ),
]
Profile: TypeAlias = Annotated[
    ProfileName | None,
    typer.Option(
        help=words(
            "Hold it against what this receiver asks beside: registry (登記・供託オンライン申請システム). "
            "A requirement that is not met makes the exit code 1.",
            "提出先の要件に合うかも確かめる: registry (登記・供託オンライン申請システム)。"
            "合わないものがあれば終了コードは 1。",
        ),
        show_default=False,
    ),
]
Expect: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--expect",
        metavar="FIELD=NAME",
        help=words(
            "Who must have signed a field, e.g. seller='番号　花子'; may be repeated.",
            "署名欄に署名しているべき人。例: seller='番号　花子'。複数指定可。",
        ),
        show_default=False,
    ),
]


ExpectTable: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--expect-table",
        metavar="CUSTOMERS.csv",
        help=words(
            "Hold all signers against a table of customers (name, address, birth date): writes one result a row.",
            "署名者を顧客の表 (氏名、住所、生年月日) と照合し、1 行につき 1 件の結果を書く。",
        ),
        show_default=False,
    ),
]


class PicturesChoice(StrEnum):
    """When pages are drawn and compared."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


PicturesOption: TypeAlias = Annotated[
    PicturesChoice,
    typer.Option(
        "--pictures",
        help=words(
            "Draw the pages as signed and as they are, and compare them: where more than evidence came after a "
            "signature (auto), where anything did (always), never (what would be drawn is then not judged).",
            "署名時と現在のページを描いて比べる。署名後に検証用の情報以外が加わったとき (auto)、"
            "何か加わったとき (always)、"
            "比べない (never。比べるべきものは判定しない)。",
        ),
    ),
]
NoPictures: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-pictures",
        help=words(
            "Leave pictures of pages out of the HTML report, which holds the contract's text with them.",
            "HTML のレポートにページの画像を入れない (入れると契約書の内容が読める)。",
        ),
    ),
]
CheckTemplate: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--check-template",
        help=words(
            "Tell whether a contract is its template, unaltered: it is typeset again. An altered one makes the exit "
            "code 1.",
            "契約書がひな形のとおりかを、組み直して確かめる。改変があれば終了コードは 1。",
        ),
    ),
]
Jobs: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=256,
        metavar="N",
        help=words(
            "Worker processes (default: one a core; 0: none, all in this process).",
            "処理プロセスの数 (既定: CPU コア数。0: このプロセスだけで行う)。",
        ),
        show_default=False,
    ),
]
Engine: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="dask://HOST:PORT",
        help=words("Let a Dask cluster do the work.", "Dask クラスターで検証する。"),
        show_default=False,
    ),
]
Resume: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="RESULTS.jsonl",
        help=words(
            "Append to these results (jsonl); pass over files judged there that are still the same.",
            "この結果 (jsonl) に追記する。そこで検証済みの、変わっていないファイルは飛ばす。",
        ),
        show_default=False,
    ),
]


def run(
    files: Files,
    format_: FormatName = None,
    policy: Policy = "default",
    profile: Profile = None,
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    offline: Offline = False,
    identity: Identity = False,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
    expect: Expect = None,
    pictures: PicturesOption = PicturesChoice.AUTO,
    check_template: CheckTemplate = False,
    template: TemplateNames = None,
    jobs: Jobs = None,
    engine: Engine = None,
    resume: Resume = None,
    no_pictures: NoPictures = False,
    expect_table: ExpectTable = None,
    server: Server = None,
    server_key_file: ServerKeyFile = None,
) -> None:
    """Write a report a file, in the order given and by name in a folder.

    The exit code is the worst verdict's, or 1 where a profile is not met or a contract is not its template.
    """
    from signkit.errors import ValidationRefused
    from signkit.reporting.customer_results import CustomerResults

    refuse_beside_server(
        server, policy,
        {
            "--trust": trust, "--evidence": evidence, "--offline": offline, "--identity": identity,
            "--ask-password": ask_password, "--password-stdin": password_stdin, "--template": template,
            "--engine": engine, "--expect-table": expect_table,
        },
    )  # fmt: skip
    customers = customers_of(expect_table, format_, resume)
    chosen = _format(format_, resume)
    _refuse_sockets(files, offline)
    if engine is not None and (ask_password or password_stdin):
        raise ValidationRefused("password-stays-here")  # before anybody types it
    options = replace(
        chosen_options(
            policy, trust, evidence, at, offline, identity, expect, pictures.value, check_template, template
        ),
        profile=profile,
        password=DocumentPassword(ask=ask_password, from_stdin=password_stdin).value,
        customers=customers,
    )
    judge = server_judge(server, server_key_file, options)
    results = CustomerResults(customers) if customers is not None else None
    with (
        _results(resume, options, chosen) as (before, write),
        _engine(engine) as (executor, workers),
        _progress(files) as advance,
    ):
        # What is loaded by now stays: to look through it for garbage again and again costs a third; what is read of a
        # document stays until it is judged, and is looked through less often than Python would.
        gc.freeze()
        gc.set_threshold(20_000)
        tally = Tally(advance)

        def pass_over(name: str) -> None:
            tally.add(before.verdicts[name], violated=name in before.violated)

        if judge is not None:
            reports = _judged_there(judge, files, jobs, before, pass_over, may_be_empty=resume is not None)
        else:
            count = workers if executor else jobs
            reports = _judged_here(files, options, executor, count, before, pass_over, may_be_empty=resume is not None)
        pictured = Pictured(wanted=not no_pictures, password=options.password)
        judged = write_all(reports, chosen, write, pictured) if results is None else results.taking(reports)
        for report in judged:
            tally.add(report.verdict, violated=not report.is_as_asked)
    if not tally.counts and resume is None:
        raise _NOTHING_NAMED
    if not tally.counts:  # what comes in from time to time: there may be nothing yet
        tell(_NOTHING)
    elif _are_several(files):
        tell(tally.summary())
    code = ExitCode.FAILED if tally.violated else exit_code(tally.counts)
    raise typer.Exit(code if results is None else write_results(results, format_, code))


def _judged_here(
    files: list[str],
    options: ValidationOptions,
    executor: Executor | None,
    jobs: int | None,
    before: Results,
    pass_over: Callable[[str], None],
    *,
    may_be_empty: bool,
) -> Iterator[Report]:
    from signkit.reporting.batch import validate_many

    return validate_many(
        _names(files), options, executor=executor, jobs=jobs, done=before.digests, on_unchanged=pass_over,
        as_they_come=_STDIN in files, may_be_empty=may_be_empty,
    )  # fmt: skip


def _judged_there(
    judge: ServerJudge,
    files: list[str],
    jobs: int | None,
    before: Results,
    pass_over: Callable[[str], None],
    *,
    may_be_empty: bool,
) -> Iterator[Report]:
    from signkit.client.many_files import AT_ONCE, validate_by_server

    return validate_by_server(
        judge, _names(files), at_once=jobs or AT_ONCE, done=before.digests, on_unchanged=pass_over,
        as_they_come=_STDIN in files, may_be_empty=may_be_empty,
    )  # fmt: skip


@contextmanager
def _results(
    resume: Path | None, options: ValidationOptions, chosen: ReportFormat
) -> Iterator[tuple[Results, Callable[[str], None]]]:
    """Give what was judged before, and what writes behind it."""
    from signkit.reporting.resume import Results, read_results

    if resume is None:
        with to_stdout(chosen) as write:
            yield Results(), write
        return
    template_check = options.template_check is not None
    with to_results(resume, lambda stream: read_results(stream, resume, options.profile, template_check)) as going_on:
        yield going_on


def _format(chosen: ReportFormat | None, resume: Path | None) -> ReportFormat:
    if resume is None:
        return chosen or ReportFormat.TEXT
    if chosen not in (None, ReportFormat.JSONL):
        raise UsageProblem(
            Text("--resume goes on with JSON lines only", "--resume で続けられるのは jsonl だけです"),
            Text("Leave --format out, or use --format jsonl.", "--format を省くか、jsonl を指定してください。"),
        )
    return ReportFormat.JSONL


# --- what to judge ---------------------------------------------------------------------------------------


def _names(files: list[str]) -> Iterator[str]:
    """Yield the names given; ``-`` stands for the lines of stdin."""
    for name in files:
        if name != _STDIN:
            # An empty name is no file; to pathlib it is the folder where one is.
            yield str(Path(name)) if name and "://" not in name else name
            continue
        while line := read_line(_MAX_NAME):
            if line.startswith(_PDF):
                raise UsageProblem(_FILE_ON_STDIN, _NAME_IT)
            if line.strip():
                yield line.rstrip(b"\r\n").decode(sys.stdin.encoding or "utf-8", "surrogateescape")


_PDF = b"%PDF-"
_FILE_ON_STDIN = Text(
    "On stdin there is a PDF, where - means names of files, one a line",
    "標準入力に PDF そのものが渡されました。- のとき読むのはファイル名 (1行に1つ) です",
)
_NAME_IT = Text(
    "Keep it in a file and name that: signkit validate FILE",
    "ファイルに保存して、その名前を指定してください: signkit validate FILE",
)


def _refuse_sockets(files: list[str], offline: bool) -> None:
    """Offline means offline: say so at once; such names on stdin are reported as they come."""
    from signkit.incoming import needs_network

    if offline and any(map(needs_network, files)):
        raise UsageProblem(
            Text("--offline opens no socket, and a URL needs one", "--offline では通信しないため、URL は読めません"),
            Text("Fetch the files first, or leave --offline out.", "先に取得するか、--offline を外してください。"),
        )


@contextmanager
def _engine(address: str | None) -> Iterator[tuple[Executor | None, int]]:
    if address is None:
        yield None, 0
        return
    from signkit.reporting.cluster import dask_executor

    with dask_executor(address) as (executor, workers):
        yield executor, workers


def _are_several(files: list[str]) -> bool:
    """Whether the names may stand for more than one file."""
    from signkit.reporting.packed_inputs import ARCHIVE_SUFFIXES

    return len(files) > 1 or any(
        name == "-" or "*" in name or name.lower().endswith(ARCHIVE_SUFFIXES) or Path(name).is_dir() for name in files
    )


@contextmanager
def _progress(files: list[str]) -> Iterator[Callable[[Tally], None]]:
    """On a terminal, for more than one file: a bar with the rate and how many files have which verdict."""
    if not _are_several(files) or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(30), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeElapsedColumn())
    words = (*time_left(), TextColumn("{task.fields[counts]}"))
    with Progress(*columns, *words, console=Console(stderr=True), speed_estimate_period=ESTIMATED_OVER) as bar:
        task = bar.add_task("", total=_total(files), rate="", counts="")

        def advance(tally: Tally) -> None:
            rate = f"{bar.tasks[0].speed or 0:.0f}/s"
            bar.update(task, advance=1, rate=rate, counts=translate(tally.in_words()))

        yield advance


def _total(files: list[str]) -> int | None:
    """How many files there are, where that can be told without reading them."""
    from signkit.reporting.inputs import list_names
    from signkit.reporting.packed_inputs import ARCHIVE_SUFFIXES

    if "-" in files or any("://" in name for name in files):
        return None
    count = 0
    for name in list_names(_names(files)):
        if name.lower().endswith(ARCHIVE_SUFFIXES):
            return None
        count += 1
    return count


_NOTHING = Text(
    "No file of a known kind is there: nothing was judged.", "対象のファイルがありません。何も検証していません。"
)
#: As where no file stands on the command line: a list that came out empty is no proof of anything.
_NOTHING_NAMED = UsageProblem(
    Text("The list on stdin names no file: nothing was judged", "標準入力にファイル名がなく、何も検証していません"),
    Text("Look at what writes the list.", "一覧を作る側のコマンドを確かめてください。"),
)
