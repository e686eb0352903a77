"""The dealer's ledger (宅地建物取引業法49条 帳簿) as a report over the archive: a row a transaction, CSV or PDF.

The items are those of 同法施行規則18条1項 (`signkit.archive.brokerage_record`).  What neither the contract nor a person
said stays blank, and is for people to fill in: the report does not say that a ledger is complete.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from signkit.archive.entries import LedgerEntry
from signkit.archive.exporting import cells
from signkit.contracts.fonts import FontSet
from signkit.delivery.sheet import Sheet, markup_of
from signkit.words import Language, Text

#: Kinds of entries that are transactions of a dealer.
KINDS = ("sale", "lease")

COLUMNS: dict[str, Text] = {
    "number": Text("number", "番号"),
    "date": Text("date", "取引年月日"),
    "mode": Text("mode", "取引態様"),
    "property": Text("property", "物件の所在"),
    "area": Text("area", "面積"),
    "land": Text("land", "宅地の概況"),
    "building": Text("building", "建物の概況"),
    "parties": Text("parties, addresses", "取引の相手方・依頼者等の氏名及び住所"),
    "dealers": Text("dealers", "取引に関与した宅建業者"),
    "price": Text("price or rent", "売買代金・賃料"),
    "fee": Text("fee", "報酬額"),
    "terms": Text("special terms", "特約その他参考事項"),
}
_TITLE = Text("Dealer's ledger (Brokerage Act art. 49)", "宅地建物取引業 帳簿（宅建業法49条）")
_PERIOD = Text("{begins} to {ends}", "{begins} から {ends} まで")
_BLANK = Text("{count} of {all} transactions lack items.", "全 {all} 件のうち {count} 件に空欄があります。")


def ledger_rows(entries: Iterable[LedgerEntry]) -> list[dict[str, str]]:
    """Return the report's rows, in the order of the transactions' dates."""
    wanted = [entry for entry in entries if entry.facts.kind in KINDS]
    return [_row(entry) for entry in sorted(wanted, key=lambda each: (each.facts.date or date.max, each.number))]


def ledger_csv(rows: Sequence[dict[str, str]], language: Language = "ja") -> bytes:
    """Return the report as CSV with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(title.in_language(language) for title in COLUMNS.values())
    writer.writerows(cells([row[column] for column in COLUMNS]) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def ledger_pdf(
    rows: Sequence[dict[str, str]], begins: date, ends: date, today: date, fonts: FontSet, language: Language = "ja"
) -> bytes:
    """Return the report as printable pages (PDF/A-3b), landscape.

    Args:
        begins, ends: the period that the report is about: a fiscal year, usually.
    """
    heads = "".join(f"[*{markup_of(title.in_language(language), fonts)}*]," for title in COLUMNS.values())
    body = "".join(f"[{markup_of(row[column], fonts, limit=400)}]," for row in rows for column in COLUMNS)
    lacking = sum(1 for row in rows if not all(row.values()))
    period = _PERIOD.in_language(language, begins=begins.isoformat(), ends=ends.isoformat())
    title = _TITLE.in_language(language)
    page = (
        "#set page(flipped: true, margin: 10mm)\n#set text(size: 6.5pt)\n#set par(justify: false)\n"
        f"= {markup_of(title, fonts)}\n{markup_of(period, fonts)}\n\n"
        f"#table(columns: ({_WIDTHS}), inset: 3pt, stroke: 0.4pt, table.header({heads}), {body})\n"
        f"{markup_of(_BLANK.in_language(language, count=lacking, all=len(rows)), fonts)}\n"
    )
    return Sheet(title, language, today, page, fonts).pdf()


_WIDTHS = "8mm, 15mm, 12mm, 1.4fr, 1fr, 0.7fr, 1fr, 2fr, 1.1fr, 18mm, 15mm, 1.8fr"


def _row(entry: LedgerEntry) -> dict[str, str]:
    facts, record = entry.facts, entry.facts.record or {}
    amount = f"{facts.amount:,}" if facts.amount is not None else ""
    own = {
        "number": str(entry.number),
        "date": facts.date.isoformat() if facts.date is not None else "",
        "property": facts.place or "",
        "parties": record.get("parties") or "、".join(entry.counterparties),
        "price": amount,
    }
    return {column: own.get(column) or str(record.get(column) or "") for column in COLUMNS}
