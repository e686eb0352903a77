"""``signkit archive renew``."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.archive.common import ArchiveFolder, due_day, open_named
from signkit.cli.archive.taking import stamp
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import EvidenceFolders, PlainFormat, Policy, TextOrJson, Trust, Tsa
from signkit.cli.terminal import tell
from signkit.errors import ExitCode, UsageProblem
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.archive.renewing import Renewal
    from signkit.signing.levels import Level

HELP = words(
    "Renew evidence before what it rests on ends.", "証拠 (失効情報・タイムスタンプ) を、期限が来る前に更新する。"
)


def renew(
    archive: ArchiveFolder = None,
    due: Annotated[
        str,
        typer.Option(
            "--due",
            metavar="DATE|90d",
            help=words(
                "What ends by this day, or within so many days.", "この日まで、またはこの日数のうちに期限が来るもの。"
            ),
        ),
    ] = "90d",
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            metavar="LEVEL",
            help=words(
                "Raise what is below this level, whenever it ends: B-LTA.",
                "期限にかかわらず、このレベルに満たないものも B-LTA に上げる。",
            ),
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help=words("List what would be looked at, change nothing.", "対象を一覧するだけで変更しない。")
        ),
    ] = False,
    tsa: Tsa = None,
    evidence: EvidenceFolders = None,
    trust: Trust = None,
    policy: Policy = "default",
    format_: PlainFormat = TextOrJson.TEXT,
) -> None:
    """Print a line an entry that was looked at; exit code 13 where one that is due could not be renewed."""
    from signkit.archive.renewing import entries_to_look_at
    from signkit.archive.renewing import renew as renew_entries
    from signkit.cli.judging import chosen_options
    from signkit.settings import load_settings
    from signkit.signing.services import available_services

    day, wanted = due_day(due), _level(level)
    options = chosen_options(policy=policy, trust=trust, evidence=evidence)
    services = available_services(load_settings(), tsa=tsa or (), evidence=evidence or (), trust=trust or ())
    services = replace(services, judgement=replace(options, offline=True))
    done: Counter[str] = Counter()
    with open_named(archive) as kept:
        numbers = entries_to_look_at(kept, day, wanted, options.policy)
        if dry_run:
            print("\n".join(map(str, numbers)), end="\n" if numbers else "")
            tell(_DRY, count=len(numbers), day=day)
            return
        for renewal in renew_entries(kept, numbers, services, options, day, wanted):
            done[renewal.outcome] += 1
            print(_json(renewal) if format_ is TextOrJson.JSON else _line(renewal), flush=True)
        if done["renewed"]:
            stamp(kept, offline=False)
    tell(_DONE, renewed=done["renewed"], holds=done["holds"], refused=done["refused"])
    if done["refused"]:
        raise typer.Exit(ExitCode.EVIDENCE)


def _level(word: str | None) -> Level | None:
    from signkit.cli.levels import parse_level

    if word is None:
        return None
    level = parse_level(word)
    if not level.has_evidence:
        raise UsageProblem(
            Text("renew raises to B-LTA", "renew で上げられるのは B-LTA までです"),
            Text("Use --level B-LT or --level B-LTA.", "--level B-LT か --level B-LTA を指定してください。"),
        )
    return level


def _line(renewal: Renewal) -> str:
    until = renewal.until.isoformat() if renewal.until is not None else "-"
    why = renewal.why.in_language(LANGUAGE) if renewal.why is not None else ""
    return f"{renewal.number}\t{translate(_OUTCOMES[renewal.outcome])}\t{until}\t{why}".rstrip("\t")


def _json(renewal: Renewal) -> str:
    why = {"en": renewal.why.en, "ja": renewal.why.ja} if renewal.why is not None else None
    until = renewal.until.isoformat() if renewal.until is not None else None
    plain = {"entry": renewal.number, "outcome": renewal.outcome, "evidence_until": until, "why": why}
    return json_text(plain)


_OUTCOMES = {
    "renewed": Text("renewed", "更新"),
    "holds": Text("not due", "期限内"),
    "refused": Text("NOT renewed", "更新できず"),
}
_DONE = Text(
    "Renewed {renewed}; not due {holds}; not renewed {refused}.",
    "更新 {renewed} 件、期限内 {holds} 件、更新できず {refused} 件。",
)
_DRY = Text("{count} entries would be looked at (due by {day}).", "対象は {count} 件です (期限 {day} まで)。")
