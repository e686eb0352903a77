"""Handing out: the answer of a search as files under the names that 電子帳簿保存法 knows, with an index.

``YYYYMMDD_counterparty_amount.pdf`` is the tax agency's own example of names by which files can be found
(電子帳簿保存法一問一答, 電子取引関係).  What is not known of an entry stands as 不明.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from signkit.archive.entries import LedgerEntry, facts_to_json
from signkit.archive.kinds import kind_names
from signkit.archive.store import Archive
from signkit.errors import FileUnusable, InputUnreadable
from signkit.japan_time import JST
from signkit.output import make_folder, write_checked
from signkit.words import Language, Text, printable

_UNKNOWN = "不明"
_MAX_PARTY = 60
_FORBIDDEN = re.compile(r'[\\/:*?"<>|_.\s\x00-\x1f]+')
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: The index's columns, with what they are called.
COLUMNS: dict[str, Text] = {
    "number": Text("number", "番号"),
    "file": Text("file", "ファイル名"),
    "date": Text("date", "取引年月日"),
    "amount": Text("amount", "取引金額"),
    "counterparty": Text("counterparty", "取引先"),
    "kind": Text("kind", "種類"),
    "title": Text("title", "件名"),
    "state": Text("state", "状態"),
    "level": Text("level", "署名レベル"),
    "end_date": Text("end", "終了日"),
    "notice_date": Text("notice", "通知期限"),
    "renewal_date": Text("renewal", "更新日"),
    "place": Text("place", "物件・勤務地"),
    "note": Text("note", "備考"),
    "sha256": Text("SHA-256", "SHA-256"),
    "added_at": Text("added", "登録日時"),
}

STATES = {
    "complete": Text("complete", "締結済み"),
    "unproven": Text("signed, not proven", "署名済み(未確認)"),
    "open": Text("waits for signatures", "署名待ち"),
    "broken": Text("not good", "署名に問題あり"),
    "unsigned": Text("without signatures", "署名なし"),
}


@dataclass(frozen=True)
class Exported:
    """What was handed out: the folder's files by entry, and entries whose file is missing or damaged."""

    files: tuple[tuple[int, str], ...]
    damaged: tuple[int, ...]


def export_entries(
    archive: Archive, entries: Iterable[LedgerEntry], folder: Path, language: Language = "ja"
) -> Exported:
    """Write the newest file of each entry, ``index.csv`` and ``index.json`` into a new folder.

    Raises:
        FileUnusable("export-folder-taken"): the folder is there, and not empty: nothing in it is replaced.
        FileUnusable("output-not-written"): it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileUnusable("export-folder-taken", path=str(folder))
    make_folder(folder)
    rows: list[tuple[LedgerEntry, str | None]] = []
    damaged: list[int] = []
    taken: set[str] = {"index.csv", "index.json"}
    for entry in entries:
        name = None
        if entry.current is not None:
            try:
                data = archive.blobs.read(entry.current.sha256)
                name = _free_name(file_name(entry), taken)
                write_checked(folder / name, data)
            except InputUnreadable:
                damaged.append(entry.number)
        rows.append((entry, name))
    write_checked(folder / "index.csv", index_csv(rows, language))
    write_checked(folder / "index.json", index_json(rows))
    return Exported(tuple((entry.number, name) for entry, name in rows if name is not None), tuple(damaged))


def file_name(entry: LedgerEntry) -> str:
    """Return the name by which an entry's file can be found: 20261121_髙橋祐一郎_58000000.pdf."""
    facts = entry.facts
    day = facts.date.strftime("%Y%m%d") if facts.date is not None else _UNKNOWN
    amount = str(facts.amount) if facts.amount is not None else _UNKNOWN
    ending = PurePath(entry.current.name).suffix.lower() if entry.current is not None else ""
    return f"{day}_{_party(entry)}_{amount}{ending if re.fullmatch('[.][a-z0-9]{1,8}', ending) else ''}"


def index_csv(rows: Iterable[tuple[LedgerEntry, str | None]], language: Language = "ja") -> bytes:
    """Return the index as CSV that Excel opens rightly: UTF-8 with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(title.in_language(language) for title in COLUMNS.values())
    for entry, name in rows:
        plain = _row(entry, name) | _in_words(entry, language)
        writer.writerow(_cell(plain.get(column)) for column in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def index_json(rows: Iterable[tuple[LedgerEntry, str | None]]) -> bytes:
    """Return the index as JSON (``signkit-archive-index/1``)."""
    plain = {"format": "signkit-archive-index/1", "entries": [_row(entry, name) for entry, name in rows]}
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()


def entry_to_json(entry: LedgerEntry) -> dict[str, Any]:
    """Return an entry as plain data (``signkit-archive-entry/1``), without its files' reports."""
    return {
        "number": entry.number,
        "form": entry.form,
        "state": entry.state,
        "level": entry.level,
        "verdict": entry.verdict,
        "template": entry.template,
        **facts_to_json(entry.facts),
        "said": facts_to_json(entry.said),
        "evidence_until": entry.evidence_until and entry.evidence_until.isoformat(),
        "added_at": entry.added_at,
        "revisions": [
            {"sha256": each.sha256, "size": each.size, "name": each.name, "state": each.state, "level": each.level,
             "verdict": each.verdict, "added_at": each.added_at}
            for each in entry.revisions
        ],
    }  # fmt: skip


def kind_in_words(entry: LedgerEntry, language: Language) -> str:
    """Return what people call the entry's kind."""
    kind = entry.facts.kind or "other"
    names = kind_names()
    return names[kind].in_language(language) if kind in names else kind


def moment_in_words(at: str) -> str:
    """Return a time of the ledger as it is in Japan: 2026-11-28 08:00."""
    return f"{datetime.fromisoformat(at).astimezone(JST):%Y-%m-%d %H:%M}"


def _row(entry: LedgerEntry, name: str | None) -> dict[str, Any]:
    plain = facts_to_json(entry.facts)
    return {
        "number": entry.number,
        "file": name,
        "counterparty": "・".join(entry.counterparties) or None,
        "state": entry.state,
        "level": entry.level,
        "sha256": entry.current.sha256 if entry.current is not None else None,
        "added_at": entry.added_at,
        **{item: plain.get(item) for item in ("kind", "date", "amount", "title", "end_date", "notice_date")},
        **{item: plain.get(item) for item in ("renewal_date", "place", "note")},
    }


def _in_words(entry: LedgerEntry, language: Language) -> dict[str, str]:
    return {
        "kind": kind_in_words(entry, language),
        "state": STATES[entry.state].in_language(language),
        "added_at": moment_in_words(entry.added_at),
    }


def _party(entry: LedgerEntry) -> str:
    """Return the counterparties as part of a file's name: no file system minds it, and the rule's ``_`` stays clear."""
    names = [_FORBIDDEN.sub("", unicodedata.normalize("NFC", name)) for name in entry.counterparties]
    shown = "・".join(printable(name, "") for name in names if name)
    while len(shown.encode()) > _MAX_PARTY * 3:
        shown = shown[:-1]
    return shown or _UNKNOWN


def _free_name(name: str, taken: set[str]) -> str:
    """Return the name, or where an entry before has it, one that goes on with a number."""
    stem, ending = PurePath(name).stem, PurePath(name).suffix
    free, number = name, 1
    while unicodedata.normalize("NFD", free).casefold() in taken:
        number += 1
        free = f"{stem}_{number}{ending}"
    taken.add(unicodedata.normalize("NFD", free).casefold())
    return free


def _cell(value: object) -> str:
    """Return a cell: what a spreadsheet would take for a formula gets an apostrophe."""
    text = "" if value is None else printable(str(value), " ")
    return f"'{text}" if text.startswith(_FORMULA) else text


def cells(values: Sequence[object]) -> list[str]:
    """Return the cells of a row of another table, made as safe."""
    return [_cell(value) for value in values]
