"""``signkit archive find | show``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.archive.common import ArchiveFolder, FindOptions, open_named
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import Overwrite, PlainFormat, TextOrJson
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.archive.entries import LedgerEntry
    from signkit.archive.store import Archive

FIND_HELP = words("Find entries by date, amount, counterparty and more.", "取引年月日・金額・取引先などで検索する。")
SHOW_HELP = words("Show one entry with its history.", "記録と履歴を表示する。")

_MOST = 10_000


class FindFormat(StrEnum):
    """How a list of entries is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def find(
    wanted: FindOptions,
    archive: ArchiveFolder = None,
    limit: Annotated[int, typer.Option("--limit", help=words("Entries a page.", "1 ページの件数。"))] = 50,
    before: Annotated[
        int | None,
        typer.Option(
            "--next",
            metavar="NUMBER",
            help=words("Go on after this entry.", "この番号の続きから表示する。"),
            show_default=False,
        ),
    ] = None,
    format_: Annotated[
        FindFormat,
        typer.Option("--format", help=words("text, json (a line each) or csv.", "text、json (1 件 1 行)、csv。")),
    ] = FindFormat.TEXT,
) -> None:
    """Print a page of the entries that fit, newest first."""
    from signkit.archive.exporting import entry_to_json, index_csv
    from signkit.archive.finding import find as find_page

    if not 1 <= limit <= _MOST:
        raise UsageProblem(
            Text(f"--limit is from 1 to {_MOST}", f"--limit は 1 から {_MOST} までです"),
            Text("Use --next for more.", "続きは --next で表示できます。"),
        )
    with open_named(archive) as kept:
        page = find_page(kept, wanted.query(), limit=limit, before=before)
    if format_ is FindFormat.CSV:
        sys.stdout.write(index_csv([(entry, None) for entry in page.entries], LANGUAGE).decode("utf-8-sig"))
    for entry in page.entries if format_ is not FindFormat.CSV else ():
        as_json = format_ is FindFormat.JSON
        print(json_text(entry_to_json(entry)) if as_json else _line(entry))
    if not page.entries:
        tell(_NONE)
    if page.next is not None:
        tell(_MORE, next=page.next)


def show(
    number: Annotated[int, typer.Argument(help=words("The entry's number.", "記録の番号。"))],
    archive: ArchiveFolder = None,
    format_: PlainFormat = TextOrJson.TEXT,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=words("Write the kept file there.", "保管しているファイルをここに書き出す。"),
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Print what is known of an entry: facts, files, corrections, the journal's records about it."""
    from signkit.archive.entries import load_corrections, load_entry
    from signkit.archive.exporting import entry_to_json, moment_in_words

    with open_named(archive) as kept:
        with kept.reading() as connection:
            entry = load_entry(connection, number)
            corrections = load_corrections(connection, number)
            told = _records(kept, number)
        if output is not None:
            _write_file(kept, entry, output, overwrite=overwrite)
            return
        until, law = _keeping(kept, entry)
    if format_ is TextOrJson.JSON:
        report = entry.current.report if entry.current is not None else None
        plain = entry_to_json(entry) | {
            "corrections": corrections,
            "journal": told,
            "keep_until": until,
            "report": report,
        }
        print(json_text(plain))
        return
    for line in _text(entry, until, law):
        print(line)
    for each in corrections:
        item = each["item"] or ""
        print(
            translate(
                _CORRECTED,
                at=moment_in_words(each["at"] or ""),
                item=translate(_ITEMS.get(item, Text(item, item))),
                before=each["before"] or "-",
                after=each["after"] or "-",
            )
        )


def _keeping(kept: Archive, entry: LedgerEntry) -> tuple[str | None, str | None]:
    from signkit.archive.retention import business_of, keeping_of

    keeping = keeping_of(entry, business_of(kept))
    law = translate(keeping.law) if keeping.law is not None else None
    return (keeping.until.isoformat() if keeping.until is not None else None), law


def _records(kept: Archive, number: int) -> list[dict[str, object]]:
    from signkit.archive.journal import records

    return [{"number": each.number, "at": each.at, "action": each.action} for each in records(kept.connection, number)]


def _write_file(kept: Archive, entry: LedgerEntry, output: Path, *, overwrite: bool) -> None:
    from signkit.output import write_checked

    if entry.current is None:
        raise UsageProblem(
            Text(f"Entry {entry.number} has no file", f"{entry.number} 番にはファイルがありません"),
            Text(
                "It is paper; its note says where it lies.",
                "紙の契約書です。備考に保管場所があれば、それを見てください。",
            ),
        )
    write_checked(output, kept.blobs.read(entry.current.sha256), overwrite=overwrite)
    print(output)


def _line(entry: LedgerEntry) -> str:
    from signkit.archive.exporting import STATES, kind_in_words

    facts = entry.facts
    columns = (
        str(entry.number),
        facts.date.isoformat() if facts.date is not None else "-",
        f"{facts.amount:,}" if facts.amount is not None else "-",
        "・".join(entry.counterparties) or "-",
        kind_in_words(entry, LANGUAGE),
        translate(STATES[entry.state]),
        facts.title or "-",
    )
    return "\t".join(columns)


def _text(entry: LedgerEntry, until: str | None, law: str | None) -> list[str]:
    from signkit.archive.exporting import STATES, kind_in_words, moment_in_words

    facts = entry.facts
    shown = {
        "kind": kind_in_words(entry, LANGUAGE),
        "title": facts.title,
        "date": facts.date,
        "amount": f"{facts.amount:,}" if facts.amount is not None else None,
        "parties": "、".join(party.name + (f" ({party.role})" if party.role else "") for party in facts.parties),
        "end_date": facts.end_date,
        "notice_date": facts.notice_date,
        "renewal_date": facts.renewal_date,
        "place": facts.place,
        "note": facts.note,
        "state": translate(STATES[entry.state]),
        "level": entry.level,
        "evidence_until": entry.evidence_until,
        "template": entry.template,
        "keep_until": f"{until} ({law})" if until is not None else translate(_NOT_OVER),
    }
    lines = [translate(_HEAD, number=entry.number, at=moment_in_words(entry.added_at))]
    lines += [f"  {translate(_ITEMS[item])}: {value}" for item, value in shown.items() if value not in (None, "")]
    for place, each in enumerate(entry.revisions, 1):
        lines.append(
            "  " + translate(_FILE, place=place, name=each.name, size=each.size, at=moment_in_words(each.added_at))
        )
        lines.append(f"    SHA-256 {each.sha256}")
    return lines


_NONE = Text("No entry fits.", "該当する記録はありません。")
_MORE = Text("There are more: --next {next}", "続きがあります: --next {next}")
_HEAD = Text("Entry {number} (added {at})", "{number} 番 (登録 {at})")
_FILE = Text("File {place}: {name}, {size} bytes, added {at}", "ファイル {place}: {name}、{size} バイト、登録 {at}")
_CORRECTED = Text("  Corrected {at}: {item}: {before} → {after}", "  訂正 {at}: {item}: {before} → {after}")
_NOT_OVER = Text("cannot be told, or it still runs", "判断できないか、契約が続いています")
_ITEMS = {
    "kind": Text("Kind", "種類"),
    "title": Text("Title", "件名"),
    "date": Text("Date", "取引年月日"),
    "amount": Text("Amount", "取引金額"),
    "parties": Text("Parties", "当事者"),
    "end_date": Text("Ends", "終了日"),
    "notice_date": Text("Last day of notice", "通知期限"),
    "renewal_date": Text("Renews", "更新日"),
    "place": Text("Place", "物件・勤務地"),
    "note": Text("Note", "備考"),
    "state": Text("State", "状態"),
    "level": Text("Level", "署名レベル"),
    "evidence_until": Text("Evidence until", "証拠の有効期限"),
    "template": Text("Template", "ひな形"),
    "keep_until": Text("To be kept until", "保存期間の満了"),
    "record": Text("Items of the dealer's ledger", "宅建業の帳簿の項目"),
}
