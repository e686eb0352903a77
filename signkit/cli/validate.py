"""``signkit validate``: is each signature good, and why."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import LANGUAGE, words
from signkit.cli.options import AskPassword, At, EvidenceFolders, Identity, Offline, PasswordStdin, Policy, Trust
from signkit.cli.passwords import DocumentPassword
from signkit.cli.terminal import tell
from signkit.errors import ExitCode, OutputNotWritten, UsageProblem, system_cause
from signkit.validation.profile import ProfileName
from signkit.validation.writers.formats import Format
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report, Verdict
    from signkit.validation.resume import Results
    from signkit.validation.writers.formats import Writer

HELP = words("Judge the signatures of PDF and CMS files.", "PDF と CMS ファイルの署名を検証する。")

_MAX_NAME = 65_536


def run(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help=words(
                "Files, folders, globs, archives (.zip, .tar, .tar.gz), URLs (s3://…), or - for names on stdin.",
                "ファイル、フォルダー、ワイルドカード、アーカイブ (.zip、.tar、.tar.gz)、URL (s3://…)。"
                "- で標準入力から名前を読む。",
            ),
        ),
    ],
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help=words("How results are written (default: text).", "結果の形式 (既定: text)。"),
            show_default=False,
        ),
    ] = None,
    policy: Policy = "default",
    profile: Annotated[
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
    ] = None,
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    offline: Offline = False,
    identity: Identity = False,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
    expect: Annotated[
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
    ] = None,
    jobs: Annotated[
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
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="dask://HOST:PORT",
            help=words("Let a Dask cluster do the work.", "Dask クラスターで検証する。"),
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="RESULTS.jsonl",
            help=words(
                "Append to these results (jsonl); pass over files judged there that are still the same.",
                "この結果 (jsonl) に追記する。そこで検証済みの、変わっていないファイルは飛ばす。",
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a report a file, in the order in which they are done.

    The exit code is the worst verdict's, or 1 where a profile is not met.
    """
    from signkit.validation.resume import Results, read_results

    chosen = _format(format_, resume)
    _refuse_sockets(files, offline)
    _refuse_password_abroad(engine, asked=ask_password or password_stdin)
    options = replace(
        validation_options(policy, trust, evidence, at, offline, identity, expect),
        profile=profile,
        password=DocumentPassword(ask=ask_password, from_stdin=password_stdin).value,
    )
    before = read_results(resume, profile) if resume else Results()
    seen: set[Verdict] = set()
    violated = False
    with _engine(engine) as (executor, workers), _output(resume, before, chosen) as stream, _progress(files) as advance:
        from signkit.validation.batch import validate_many

        def passed_over(name: str) -> None:
            nonlocal violated
            violated |= name in before.violated
            seen.add(before.verdicts[name])
            advance(before.verdicts[name])

        reports = validate_many(
            _names(files),
            options,
            executor=executor,
            jobs=workers if executor else jobs,
            done=before.digests,
            on_unchanged=passed_over,
        )
        for report in _written(reports, chosen, stream):
            seen.add(report.verdict)
            violated |= report.profile is not None and not report.profile.fulfilled
            advance(report.verdict)
    if not seen:
        tell(_NOTHING)
    raise typer.Exit(ExitCode.FAILED if violated else exit_code(seen))


def _refuse_password_abroad(engine: str | None, *, asked: bool) -> None:
    """A password goes to workers on this machine, not over the network."""
    if engine is not None and asked:
        raise UsageProblem(
            Text("A password is not sent to a cluster", "パスワードはクラスターに送りません"),
            Text(
                "Leave --engine out: encrypted files are judged on this machine.",
                "--engine を外してください。暗号化されたファイルはこのマシンで検証します。",
            ),
        )


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """Return 1 for any failure, else 4 for any unreadable file, else 3 for anything not passed, else 0."""
    from signkit.validation.report import Verdict

    seen = set(verdicts)
    if Verdict.FAILED in seen:
        return ExitCode.FAILED
    if Verdict.UNREADABLE in seen:
        return ExitCode.UNREADABLE
    return ExitCode.INDETERMINATE if seen - {Verdict.PASSED} else ExitCode.DONE


def validation_options(
    policy: str,
    trust: list[Path] | None,
    evidence: list[Path] | None,
    at: str | None,
    offline: bool,
    identity: bool,
    expect: list[str] | None = None,
) -> ValidationOptions:
    """Return the options of a validation, as several commands take them from the command line."""
    from signkit.cli.services import trusted_paths
    from signkit.settings import load_settings
    from signkit.trust.anchors import default_trust_store
    from signkit.trust.indexed import IndexedRevocation, index_folder
    from signkit.trust.revocation import FolderRevocation, OnlineRevocation, RevocationSource, plugin_sources
    from signkit.validation.options import ValidationOptions
    from signkit.validation.policy import load_policy, shipped_policy

    settings = load_settings()
    sources: list[RevocationSource] = list(map(FolderRevocation, evidence or ()))
    imported = index_folder(settings.home_folder())
    if imported.is_dir():
        sources.append(IndexedRevocation(imported))
    if not offline:
        sources += [*plugin_sources(), OnlineRevocation(settings.network_timeout)]
    return ValidationOptions(
        policy=load_policy(Path(policy)) if policy.endswith(".toml") else shipped_policy(policy),
        trust=default_trust_store(trusted_paths(settings, trust)),
        at=_moment(at),
        offline=offline,
        identity=identity,
        revocation=sources,
        expect=_expected(expect or ()),
    )


def _expected(pairs: Iterable[str]) -> dict[str, str]:
    expected = {}
    for pair in pairs:
        field, sign, name = pair.partition("=")
        if not sign or not field or not name.strip():
            raise UsageProblem(
                Text(f"--expect {pair!r} does not say who signs what", f"--expect {pair!r} の形式が正しくありません"),
                Text("Write it like --expect seller='番号　花子'.", "例: --expect seller='番号　花子'"),
            )
        expected[field] = name
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


def _format(chosen: Format | None, resume: Path | None) -> Format:
    if resume is None:
        return chosen or Format.TEXT
    if chosen not in (None, Format.JSONL):
        raise UsageProblem(
            Text("--resume goes on with JSON lines only", "--resume で続けられるのは jsonl だけです"),
            Text("Leave --format out, or use --format jsonl.", "--format を省くか、jsonl を指定してください。"),
        )
    return Format.JSONL


# --- what to judge ---------------------------------------------------------------------------------------


def _names(files: list[str]) -> Iterator[str]:
    """Yield the names given; ``-`` stands for the lines of stdin."""
    for name in files:
        if name != "-":
            yield str(Path(name)) if "://" not in name else name
            continue
        while line := sys.stdin.readline(_MAX_NAME):
            if line.strip():
                yield line.rstrip("\r\n")


def _refuse_sockets(files: list[str], offline: bool) -> None:
    """Offline means offline: say so at once; such names on stdin are reported as they come."""
    from signkit.validation.files import needs_network

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
    from signkit.validation.cluster import dask_executor

    with dask_executor(address) as (executor, workers):
        yield executor, workers


# --- what comes out --------------------------------------------------------------------------------------


@contextmanager
def _output(resume: Path | None, before: Results, chosen: Format) -> Iterator[Callable[[str], None]]:
    """Give what writes text whole and at once: to stdout, or behind the last whole line of earlier results."""
    if resume is None:
        encoding = sys.stdout.encoding if chosen is Format.TEXT else "utf-8"
        yield lambda text: _put(sys.stdout.buffer, text, encoding)
        return
    try:
        with resume.open("r+b" if resume.exists() else "xb") as stream:
            stream.truncate(before.end)
            stream.seek(before.end)
            yield lambda text: _put(stream, text, "utf-8")
    except OSError as error:
        raise OutputNotWritten(str(resume), system_cause(error)) from error


def _put(stream: IO[bytes], text: str, encoding: str) -> None:
    """Names of files may hold what no encoding can: such parts are written as \\udc80, which is right in JSON too."""
    stream.write(text.encode(encoding, "backslashreplace"))
    stream.flush()


def _written(reports: Iterator[Report], chosen: Format, write: Callable[[str], None]) -> Iterator[Report]:
    """Write every report; an interruption waits for the line under way, and still ends the output properly."""
    from signkit.validation.writers.opening import open_writer

    writer = open_writer(chosen, write, LANGUAGE)
    count = 0
    with _interruptible() as whole:
        try:
            for report in reports:
                with whole():
                    writer.add(report)
                count += 1
                yield report
        except KeyboardInterrupt:
            with whole():
                tell(_STOPPED, count=count)
            raise
        finally:
            with whole():
                _close(reports, writer)


def _close(reports: Iterator[Report], writer: Writer) -> None:
    close = getattr(reports, "close", None)
    if close is not None:
        close()  # ends the workers
    writer.finish()


@contextmanager
def _interruptible() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Give a context manager during which Ctrl-C waits."""
    held, pending = False, False

    def interrupted(_signal: int, _frame: object) -> None:
        nonlocal pending
        if held:
            pending = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def whole() -> Iterator[None]:
        nonlocal held, pending
        held = True
        try:
            yield
        finally:
            held = False
            if pending:
                pending = False
                raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield whole
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(files: list[str]) -> Iterator[Callable[[Verdict], None]]:
    """On a terminal, for more than one file: a bar with the rate and how many files have which verdict."""
    several = len(files) > 1 or any(name == "-" or Path(name).is_dir() or "*" in name for name in files)
    if not several or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    counts: dict[str, int] = {}
    columns = (BarColumn(30), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[counts]}"), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=_total(files), rate="", counts="")

        def advance(verdict: Verdict) -> None:
            counts[verdict] = counts.get(verdict, 0) + 1
            rate = f"{bar.tasks[0].speed or 0:.0f}/s"
            shown = "  ".join(f"{name} {count}" for name, count in sorted(counts.items()))
            bar.update(task, advance=1, rate=rate, counts=shown)

        yield advance


def _total(files: list[str]) -> int | None:
    """How many files there are, where that can be told without reading them."""
    from signkit.validation.archives import ARCHIVE_SUFFIXES
    from signkit.validation.sources import listed

    if "-" in files or any("://" in name for name in files):
        return None
    count = 0
    for name in listed(_names(files)):
        if name.lower().endswith(ARCHIVE_SUFFIXES):
            return None
        count += 1
    return count


_NOTHING = Text(
    "No file of a known kind is there: nothing was judged.", "対象のファイルがありません。何も検証していません。"
)
_STOPPED = Text(
    "Stopped after {count} files. What was written is whole; --resume RESULTS.jsonl goes on from there.",
    "{count} 件で中断しました。書き出した結果は有効です。--resume RESULTS.jsonl で続きから行えます。",
)
