"""``signkit archive purge | backup | restore | rebuild``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.archive.common import ArchiveFolder, archive_folder, open_named
from signkit.cli.archive.taking import stamp
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import EvidenceFolders, Offline, Trust
from signkit.cli.terminal import tell
from signkit.errors import ExitCode, UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.archive.backup import Copied
    from signkit.archive.purging import Due
    from signkit.archive.store import Archive

PURGE_HELP = words(
    "List what need not be kept any longer; with --yes delete it for good.",
    "保存期間の過ぎたものを一覧する。--yes を付けると復元できないように廃棄する。",
)
BACKUP_HELP = words("Make or update a backup.", "バックアップを作る、または更新する。")
RESTORE_HELP = words("Make an archive out of a backup.", "バックアップから保管庫を復元する。")
REBUILD_HELP = words(
    "Make a torn ledger anew from the kept files and a backup.",
    "壊れた台帳を、保管ファイルとバックアップから作り直す。",
)


def purge(
    archive: ArchiveFolder = None,
    yes: Annotated[
        bool, typer.Option("--yes", help=words("Delete what is listed.", "一覧したものを廃棄する。"))
    ] = False,
    apply_register: Annotated[
        Path | None,
        typer.Option(
            "--apply",
            metavar="FILE",
            help=words(
                "Delete in this backup what the register (disposals.jsonl) says was deleted.",
                "廃棄の一覧 (disposals.jsonl) にあるものを、このバックアップからも廃棄する。",
            ),
            show_default=False,
        ),
    ] = None,
    offline: Offline = False,
) -> None:
    """Print what is past its period, with rule and day; delete nothing without --yes."""
    from signkit.archive.purging import apply_disposals, due_entries
    from signkit.archive.purging import purge as purge_entries
    from signkit.japan_time import JST

    with open_named(archive) as kept:
        if apply_register is not None:
            done = apply_disposals(kept, apply_register)
            tell(_DELETED, count=len(done))
            return
        today = kept.clock().astimezone(JST).date()
        due = list(due_entries(kept, today))
        for each in due:
            print(_line(each))
        if not yes:
            tell(_DRY, count=len(due), today=today)
            return
        _refuse_odd_clock(kept)
        purge_entries(kept, due)
        tell(_DELETED, count=len(due))
        if due:
            _tell_left(kept)
            stamp(kept, offline=offline)


def backup(
    folder: Annotated[Path, typer.Argument(help=words("The backup's folder.", "バックアップ先のフォルダー。"))],
    archive: ArchiveFolder = None,
) -> None:
    """Bring the backup up to date; exit code 1 where files are missing or damaged."""
    from signkit.archive.backup import backup as back_up
    from signkit.archive.operations import record_operation, user_name

    with open_named(archive) as kept:
        copied = back_up(kept, folder)
        if not kept.read_only:
            record_operation(kept, "backed-up", user_name())
    if copied.begun:
        tell(_BEGUN, folder=folder)
    _tell_copied(copied, folder)


def restore(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help=words("The backup.", "バックアップ。"))],
    folder: Annotated[Path, typer.Argument(help=words("Where the archive is to be.", "復元先のフォルダー。"))],
    disposals: Annotated[
        Path | None,
        typer.Option(
            "--disposals",
            metavar="FILE",
            help=words(
                "The newest disposals.jsonl: what was deleted since stays deleted.",
                "最新の disposals.jsonl。バックアップのあとに廃棄したものは復元しない。",
            ),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Restore; exit code 1 where files of the backup are missing or damaged."""
    from signkit.archive.backup import restore as restore_archive

    _tell_copied(restore_archive(source, folder, disposals), folder)


def rebuild(
    archive: ArchiveFolder = None,
    last_backup: Annotated[
        Path | None,
        typer.Option(
            "--backup",
            metavar="FOLDER",
            help=words(
                "The last backup: what only people said.", "最後のバックアップ。人が入力した内容はここから取る。"
            ),
            show_default=False,
        ),
    ] = None,
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    offline: Offline = False,
) -> None:
    """Make the ledger anew and list what is missing."""
    from signkit.archive.rebuilding import rebuild as rebuild_ledger
    from signkit.cli.judging import chosen_options

    folder = archive_folder(archive)
    made = rebuild_ledger(folder, chosen_options("default", trust, evidence, offline=offline), last_backup)
    tell(_REBUILT, entries=made.entries)
    if made.incomplete:
        tell(_INCOMPLETE, numbers=", ".join(map(str, made.incomplete)))
    if made.unread:
        tell(_UNREAD, names="\n  ".join(made.unread))
    if made.lost:
        tell(_LOST, names="\n  ".join(made.lost))
    if made.torn is not None:
        tell(_TORN, path=made.torn)
    print(folder)
    if made.unread or made.lost:
        raise typer.Exit(ExitCode.FAILED)


def _refuse_odd_clock(kept: Archive) -> None:
    """Nothing is deleted by a clock that is known to be wrong."""
    from signkit.archive.store import clock_runs_back

    if (last := clock_runs_back(kept)) is not None:
        raise UsageProblem(
            Text(
                f"The clock shows an earlier time than the journal's last record ({last})",
                f"時計が記録簿の最後の記録 ({last}) より前を示しています",
            ),
            Text("Set the clock right first.", "先に時計を合わせてください。"),
        )


def _tell_left(kept: Archive) -> None:
    from signkit.archive.store import DISPOSALS, finish_disposal

    tell(_BACKUPS, path=kept.folder / DISPOSALS)
    if not finish_disposal(kept):
        tell(_LATER)


def _line(due: Due) -> str:
    from signkit.archive.exporting import kind_in_words
    from signkit.archive.retention import Keeping

    facts = due.entry.facts
    law = Keeping(due.kept_until, due.rule).law
    columns = (
        str(due.entry.number),
        due.kept_until.isoformat(),
        translate(law) if law is not None else due.rule,
        facts.date.isoformat() if facts.date is not None else "-",
        kind_in_words(due.entry, LANGUAGE),
        "・".join(due.entry.counterparties) or "-",
        facts.title or "-",
    )
    return "\t".join(columns)


def _tell_copied(copied: Copied, folder: Path) -> None:
    tell(_COPIED, files=copied.files, new=copied.new)
    print(folder)
    if copied.damaged:
        tell(_DAMAGED, names="\n  ".join(copied.damaged))
        raise typer.Exit(ExitCode.FAILED)


_DRY = Text(
    "{count} entries are past their period as of {today}. Nothing was deleted; --yes deletes them for good.",
    "{today} 現在、保存期間の過ぎた記録は {count} 件です。まだ何も廃棄していません。"
    "--yes を付けると復元できないように廃棄します。",
)
_DELETED = Text("Deleted {count} entries for good.", "{count} 件を廃棄しました。復元はできません。")
_BACKUPS = Text(
    "Backups made before still hold them: signkit archive purge --archive BACKUP --apply {path}",
    "以前のバックアップには残っています: signkit archive purge --archive バックアップ --apply {path}",
)
_LATER = Text(
    "Another program is reading: what is left in the write-ahead log goes with the next change.",
    "ほかのプログラムが読み取り中のため、ログに残る内容は次の変更のときに消去します。",
)
_BEGUN = Text(
    "There was no backup in {folder}: a new one was begun.",
    "{folder} にバックアップはありませんでした。新しく作りました。",
)
_COPIED = Text("{files} files, {new} of them new.", "ファイル {files} 個 (うち新しいもの {new} 個)。")
_DAMAGED = Text(
    "These files are missing or damaged:\n  {names}", "次のファイルは失われているか壊れています:\n  {names}"
)
_REBUILT = Text("Made the ledger anew: {entries} entries.", "台帳を作り直しました: 記録 {entries} 件。")
_INCOMPLETE = Text(
    "Date, amount or counterparty is not known of these entries; say them with 'signkit archive correct': {numbers}",
    "次の記録は、取引年月日・金額・取引先のどれかが分かりません。signkit archive correct で補ってください: {numbers}",
)
_UNREAD = Text(
    "These files could not be judged, and are kept:\n  {names}",
    "次のファイルは検証できませんでした (保管は続けています):\n  {names}",
)
_LOST = Text(
    "These files are in the backup and not in the archive:\n  {names}",
    "次のファイルはバックアップにあり、保管庫にありません:\n  {names}",
)
_TORN = Text(
    "The damaged ledger lies in {path}; delete it when you need it no longer, for it holds names.",
    "壊れた台帳は {path} に移しました。名前などが含まれるため、不要になったら削除してください。",
)
