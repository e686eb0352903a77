"""``signkit validate``: is each signature good, and why."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import LANGUAGE, words
from signkit.cli.options import EvidenceFolders, Trust
from signkit.errors import ExitCode, UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report, Verdict

HELP = words("Judge the signatures of PDF and CMS files.", "PDF と CMS ファイルの署名を検証する。")

#: Files of these kinds are looked for in folders.
SUFFIXES = frozenset({".pdf", ".p7m", ".p7s", ".pkcs7", ".p7b", ".cms"})


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


def run(
    files: Annotated[
        list[Path], typer.Argument(help=words("Files, or folders of them.", "ファイルまたはフォルダー。"))
    ],
    format_: Annotated[
        Format,
        typer.Option(
            "--format", help=words("text, json or jsonl (one line a file).", "text、json、jsonl (1ファイル1行)。")
        ),
    ] = Format.TEXT,
    policy: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help=words(
                "default, strict, archive, or a policy file (.toml).",
                "default、strict、archive、または .toml ファイル。",
            ),
        ),
    ] = "default",
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help=words("Judge as of this time (ISO 8601).", "この時点で検証する (ISO 8601)。"),
            show_default=False,
        ),
    ] = None,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline", help=words("Open no socket; use the evidence at hand.", "通信せず、手元の証拠だけを使う。")
        ),
    ] = False,
    identity: Annotated[
        bool,
        typer.Option(
            "--identity",
            help=words("Show name, address, birth date and sex of JPKI signers.", "署名者の基本4情報を表示する。"),
        ),
    ] = False,
) -> None:
    """Print a report a file; the exit code is the worst verdict's."""
    from signkit.validation.api import validate_file

    options = _options(policy, trust, evidence, at, offline, identity)
    reports = (validate_file(path, options) for path in _expanded(files))
    code = exit_code(_shown(reports, _writer(format_)))
    raise typer.Exit(code)


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """Return 1 for any failure, else 4 for any unreadable file, else 3 for anything not passed, else 0."""
    from signkit.validation.report import Verdict

    seen = set(verdicts)
    if Verdict.FAILED in seen:
        return ExitCode.FAILED
    if Verdict.UNREADABLE in seen:
        return ExitCode.UNREADABLE
    return ExitCode.INDETERMINATE if seen - {Verdict.PASSED} else ExitCode.DONE


def _options(
    policy: str,
    trust: list[Path] | None,
    evidence: list[Path] | None,
    at: str | None,
    offline: bool,
    identity: bool,
) -> ValidationOptions:
    from signkit.settings import load_settings
    from signkit.trust.anchors import default_trust_store
    from signkit.trust.revocation import FolderRevocation, OnlineRevocation, RevocationSource, plugin_sources
    from signkit.validation.options import ValidationOptions
    from signkit.validation.policy import load_policy, shipped_policy

    settings = load_settings()
    sources: list[RevocationSource] = list(map(FolderRevocation, evidence or ()))
    if not offline:
        sources += [*plugin_sources(), OnlineRevocation(settings.network_timeout)]
    return ValidationOptions(
        policy=load_policy(Path(policy)) if policy.endswith(".toml") else shipped_policy(policy),
        trust=default_trust_store([*settings.trust_folders, *(trust or ())]),
        at=_moment(at),
        offline=offline,
        identity=identity,
        revocation=sources,
    )


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


def _expanded(paths: Iterable[Path]) -> Iterable[Path]:
    """Yield the files named, and those of a known kind in the folders named, in order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(item for item in path.rglob("*") if item.suffix.lower() in SUFFIXES and item.is_file())
        else:
            yield path


def _shown(reports: Iterable[Report], text_of: Callable[[Report], str]) -> Iterable[Verdict]:
    for report in reports:
        sys.stdout.write(text_of(report))
        yield report.verdict


def _writer(format_: Format) -> Callable[[Report], str]:
    from signkit.validation.writers.json import write_json, write_jsonl
    from signkit.validation.writers.text import write_text

    if format_ is Format.TEXT:
        return lambda report: write_text(report, LANGUAGE)
    return write_json if format_ is Format.JSON else write_jsonl
