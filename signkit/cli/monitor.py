"""``signkit monitor``: whose signers were revoked since, and whose certificates end soon."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.archive.common import ArchiveFolder, open_named
from signkit.cli.language import translate, words
from signkit.cli.options import EvidenceFolders, PlainFormat, TextOrJson, Trust
from signkit.cli.terminal import tell
from signkit.errors import ExitCode, UsageProblem
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signkit.archive.monitoring import SignerChange
    from signkit.archive.store import Archive
    from signkit.settings import Settings

HELP = words(
    "Tell which signers of kept contracts were revoked since, and whose certificates end soon.",
    "保管中の契約の署名者のうち、その後に失効した人と、証明書の期限が近い人を知らせる。",
)


def run(
    archive: ArchiveFolder = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--hash-key",
            metavar="FILE",
            help=words(
                "Key of the hash that stands in place of a certificate's number; made where there is none. Default: "
                "signers.key in SignKit's folder. It lies outside the archive and its backups.",
                "証明書の発行番号に代わるハッシュ値の鍵。なければ作る。既定: SignKit のフォルダーの signers.key。"
                "保管庫とバックアップの外に置く。",
            ),
            show_default=False,
        ),
    ] = None,
    evidence: EvidenceFolders = None,
    trust: Trust = None,
    days: Annotated[
        int,
        typer.Option("--days", help=words("Tell ends this many days ahead.", "証明書の期限を何日前から知らせるか。")),
    ] = 90,
    all_: Annotated[
        bool, typer.Option("--all", help=words("Also what was told before.", "既に知らせたものも表示する。"))
    ] = False,
    format_: PlainFormat = TextOrJson.TEXT,
) -> None:
    """Print a line a signer; exit code 1 where somebody was revoked who was not told before."""
    from signkit.archive.monitoring import ending_soon, note_told, watch
    from signkit.jpki.keyed_number import kept_key
    from signkit.settings import load_settings
    from signkit.validation.options import trust_store

    settings = load_settings()
    path = key or settings.home_folder() / "signers.key"
    with open_named(archive) as kept:
        _refuse_inside(path, kept.folder)
        today, hash_key = kept.clock().date(), kept_key(path)
        store = trust_store(settings, trust or ())
        watched = watch(kept, hash_key, store.certificates("signature"), today)
        revoked = _revocations(kept, hash_key, settings, evidence or (), trust or ())
        told = [change for change in revoked if change.is_new or all_]
        for change in [*told, *ending_soon(kept, today, days)]:
            print(_json(kept, change) if format_ is TextOrJson.JSON else _line(kept, change), flush=True)
        note_told(kept, revoked)
    tell(_WATCHED, signers=watched.signers, revoked=len(revoked), new=sum(change.is_new for change in revoked))
    if watched.unread:
        tell(_UNREAD, numbers=", ".join(map(str, watched.unread[:20])), count=len(watched.unread))
    if any(change.is_new for change in revoked):
        raise typer.Exit(ExitCode.FAILED)


def _revocations(
    kept: Archive, key: bytes, settings: Settings, evidence: Sequence[Path], trust: Sequence[Path]
) -> list[SignerChange]:
    """Ask the imported lists, then folders and plug-ins; nobody else: the network is not asked about people."""
    from signkit.archive.monitoring import revoked_by_lists, revoked_by_sources
    from signkit.pki.revocation.indexed import index_folder
    from signkit.pki.revocation.sources import FolderRevocation, plugin_sources
    from signkit.validation.options import validation_options

    today = kept.clock().date()
    lists = sorted(index_folder(settings.home_folder()).glob("*.crlindex"))
    asked = [*(FolderRevocation(folder) for folder in evidence), *plugin_sources()]
    if not lists and not asked:
        tell(_NOBODY)
    found = {(change.entry, change.field): change for change in revoked_by_lists(kept, key, lists, today)}
    if asked:
        options = replace(validation_options(settings, trust=trust, offline=True), revocation=asked, offline=False)
        found |= {(each.entry, each.field): each for each in revoked_by_sources(kept, options, today)}
    return [found[place] for place in sorted(found)]


def _refuse_inside(key: Path, folder: Path) -> None:
    if key.resolve().is_relative_to(folder.resolve()):
        raise UsageProblem(
            Text("The key must not lie in the archive", "鍵を保管庫の中には置けません"),
            Text(
                "Name a place outside with --hash-key; backups must not hold it either.",
                "--hash-key で保管庫とバックアップの外を指定してください。",
            ),
        )


def _line(kept: Archive, change: SignerChange) -> str:
    title, name = _title_and_role(kept, change)
    told = _ENDS.filled(day=change.ends) if change.revoked_at is None else _SINCE.filled(day=change.revoked_at.date())
    who = f"{change.field} {name}" if name else change.field
    return f"{change.entry}\t{title or '-'}\t{who}\t{translate(told)}"


def _json(kept: Archive, change: SignerChange) -> str:
    from signkit.validation.report import iso

    title, name = _title_and_role(kept, change)
    plain = {
        "entry": change.entry, "title": title, "role": change.field, "party": name,
        "revoked_at": iso(change.revoked_at), "certificate_ends": change.ends.isoformat(), "new": change.is_new,
    }  # fmt: skip
    return json_text(plain)


def _title_and_role(kept: Archive, change: SignerChange) -> tuple[str | None, str | None]:
    """Return the contract's title, and the name of the one party that has the field's role."""
    from signkit.archive.entries import load_entry

    with kept.reading() as connection:
        facts = load_entry(connection, change.entry).facts
    names = [party.name for party in facts.parties if party.role == change.field]
    return facts.title, names[0] if len(names) == 1 else None


_ENDS = Text("the certificate ends on {day}", "証明書の有効期間が {day} に終わります")
_SINCE = Text("the certificate is revoked since {day}", "証明書が {day} に失効しています")
_WATCHED = Text(
    "{signers} signers of running contracts; {revoked} revoked, {new} of them new.",
    "継続中の契約の署名者 {signers} 人。失効 {revoked} 人 (うち新たに {new} 人)。",
)
_UNREAD = Text(
    "Of {count} entries not all signers can be watched (unreadable, encrypted, or of an unknown authority): {numbers}",
    "{count} 件の記録で、確認できない署名者がいます (読めない、暗号化されている、または発行者が不明): {numbers}",
)
_NOBODY = Text(
    "No revocation data is at hand: import lists (signkit trust import-crl), name a folder (--evidence), use plug-ins.",
    "失効情報がありません。リストの取り込み (signkit trust import-crl)、--evidence、プラグインのいずれかが必要です。",
)
