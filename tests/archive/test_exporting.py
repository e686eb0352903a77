"""Handing out: names by the rule, the index, the calendar, the dealer's ledger."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest

from signkit.archive.adding import add_file, add_paper
from signkit.archive.calendar import contract_calendar
from signkit.archive.dealer_ledger import COLUMNS, ledger_csv, ledger_pdf, ledger_rows
from signkit.archive.entries import LedgerEntry, Revision, TransactionFacts, TransactionParty
from signkit.archive.exporting import export_entries, file_name
from signkit.archive.finding import Query, find_all
from signkit.archive.judging import Judged, judge_file
from tests.refusals import refused_as

SCAN = Judged("scan", "unsigned")


def entry(*names, name="a.PDF", **facts):
    revision = Revision("0" * 64, 1, name, "unsigned")
    known = TransactionFacts(parties=tuple(map(TransactionParty, names)), **facts)
    return LedgerEntry(1, "file", "unsigned", known, TransactionFacts(), None, None, None, None, "", (revision,))


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (entry("田中 太郎", date=date(2026, 11, 21), amount=58_000_000), "20261121_田中太郎_58000000.pdf"),
        (entry("髙橋 健", "株式会社架空", date=date(2026, 1, 2), amount=0), "20260102_髙橋健・株式会社架空_0.pdf"),
        (entry(), "不明_不明_不明.pdf"),
        (entry("a_b/c:d?.pdf", amount=1), "不明_abcdpdf_1.pdf"),
        (entry("田中", name="scan.jpeg"), "不明_田中_不明.jpeg"),
        (entry("田中", name="no ending"), "不明_田中_不明"),
        (entry("田中", name="odd.p/d"), "不明_田中_不明"),
        (entry("../../etc", amount=1), "不明_etc_1.pdf"),
        (entry("か" + "\u3099", amount=1), "不明_が_1.pdf"),
    ],
)
def test_a_file_is_named_by_date_counterparty_and_amount(made, name):
    assert file_name(made) == name


def test_the_longest_of_names_fits_every_file_system():
    assert len(file_name(entry("𠮷" * 500, date=date(2026, 1, 1), amount=10**14)).encode()) < 255


def exported(archive, folder):
    result = export_entries(archive, find_all(archive, Query()), folder)
    rows = list(csv.reader(io.StringIO((folder / "index.csv").read_bytes().decode("utf-8-sig"))))
    return result, rows


def test_the_files_and_an_index_that_a_spreadsheet_opens(archive, tmp_path):
    said = TransactionFacts("contract", "契約", date(2026, 1, 2), 500, (TransactionParty("田中"),), note="=1+1")
    add_file(archive, b"%PDF 1", "a.pdf", SCAN, said)
    add_file(archive, b"%PDF 2", "b.pdf", SCAN, said)
    add_paper(archive, TransactionFacts("lease", "紙", date(2026, 1, 3), 5, (TransactionParty("佐藤"),)))
    result, rows = exported(archive, tmp_path / "out")
    assert (tmp_path / "out" / "index.csv").read_bytes().startswith(b"\xef\xbb\xbf")  # Excel reads UTF-8 by it
    assert rows[0][:5] == ["番号", "ファイル名", "取引年月日", "取引金額", "取引先"]
    assert [row[:5] for row in rows[1:]] == [
        ["3", "", "2026-01-03", "5", "佐藤"],
        ["2", "20260102_田中_500.pdf", "2026-01-02", "500", "田中"],
        ["1", "20260102_田中_500_2.pdf", "2026-01-02", "500", "田中"],
    ]
    assert rows[2][rows[0].index("備考")] == "'=1+1"
    assert (tmp_path / "out" / "20260102_田中_500_2.pdf").read_bytes() == b"%PDF 1"
    plain = json.loads((tmp_path / "out" / "index.json").read_text(encoding="utf-8"))
    assert plain["format"] == "signkit-archive-index/1"
    assert [each["counterparty"] for each in plain["entries"]] == ["佐藤", "田中", "田中"]
    assert result.damaged == ()


def test_the_index_opens_in_a_spreadsheet_program_as_it_was_written(archive, tmp_path):
    """A table of our own reader's kind: what Excel saves and we read is what we write."""
    from signkit.contracts.bulk.table import open_table

    add_paper(archive, TransactionFacts("lease", "紙, と「括弧」", date(2026, 1, 3), 5, (TransactionParty("佐藤"),)))
    exported(archive, tmp_path / "out")
    table = open_table(tmp_path / "out" / "index.csv")
    [row] = table.rows()
    assert dict(zip(table.columns, row.content, strict=True))["件名"] == "紙, と「括弧」"


def test_a_damaged_file_is_told_and_the_others_handed_out(archive, tmp_path):
    add_file(archive, b"%PDF 1", "a.pdf", SCAN)
    add_file(archive, b"%PDF 2", "b.pdf", SCAN)
    archive.blobs.path(archive.connection.execute("SELECT sha256 FROM revision").fetchone()[0]).write_bytes(b"x")
    result, rows = exported(archive, tmp_path / "out")
    assert len(result.files) == len(result.damaged) == 1
    assert len(rows) == 3


def test_a_folder_that_holds_something_is_left_alone(archive, tmp_path):
    (tmp_path / "x").write_text("x")
    with refused_as("export-folder-taken"):
        export_entries(archive, [], tmp_path)


@pytest.mark.slow
def test_the_calendar_tells_of_ends_notices_and_renewals(archive):
    icalendar = pytest.importorskip("icalendar")
    said = TransactionFacts(
        "lease",
        "賃貸借契約書",
        date(2026, 1, 1),
        5,
        (TransactionParty("田中; 太郎, 他"),),
        date(2028, 3, 31),
        date(2027, 9, 30),
    )
    add_paper(archive, said)
    add_paper(archive, TransactionFacts("business", "業務委託契約書", renewal_date=date(2027, 4, 1)))
    add_paper(archive, TransactionFacts("contract", "日付のない契約"))
    made_at = datetime(2026, 11, 27, tzinfo=UTC)
    written = contract_calendar(find_all(archive, Query()), "abc", made_at)
    assert written == contract_calendar(find_all(archive, Query()), "abc", made_at)
    calendar = icalendar.Calendar.from_ical(written)
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    assert set(events) == {"abc-1-end_date@signkit", "abc-1-notice_date@signkit", "abc-2-renewal_date@signkit"}
    end = events["abc-1-end_date@signkit"]
    assert end.decoded("dtstart") == date(2028, 3, 31)
    assert str(end["summary"]) == "終了: 賃貸借契約書 田中; 太郎, 他"
    assert max(map(len, written.splitlines())) <= 75  # RFC 5545 3.1


@pytest.mark.slow
def test_the_dealers_ledger_has_what_the_contract_says_and_blanks_for_the_rest(archive, blank, options):
    add_file(
        archive, blank, "k.pdf", judge_file(blank, "k.pdf", options), TransactionFacts(record={"fee": "1,980,000円"})
    )
    add_paper(archive, TransactionFacts("lease", "紙", date(2026, 1, 3), 5, (TransactionParty("佐藤"),)))
    add_paper(archive, TransactionFacts("employment", "雇用"))
    rows = ledger_rows(find_all(archive, Query()))
    assert [row["number"] for row in rows] == ["2", "1"]  # by date; employment is none of a dealer's transactions
    sale = rows[1]
    assert (sale["mode"], sale["property"], sale["price"]) == ("媒介", "東京都架空区青葉台一丁目23番4", "58,000,000")
    assert sale["area"] == "土地 132.25㎡、建物 102.67㎡"
    assert sale["fee"] == "1,980,000円"
    assert "髙橋 祐一郎（東京都架空区青葉台一丁目2番3号）" in sale["parties"]
    assert (rows[0]["mode"], rows[0]["parties"]) == ("", "佐藤")
    table = list(csv.reader(io.StringIO(ledger_csv(rows).decode("utf-8-sig"))))
    assert table[0] == [title.ja for title in COLUMNS.values()]
    assert table[2][table[0].index("取引態様")] == "媒介"


@pytest.mark.slow
def test_the_dealers_ledger_is_printable(archive, blank, options):
    from io import BytesIO

    from pypdf import PdfReader

    from signkit.contracts.fonts import font_set

    add_file(archive, blank, "k.pdf", judge_file(blank, "k.pdf", options))
    rows = ledger_rows(find_all(archive, Query()))
    pdf = ledger_pdf(rows * 60, date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1), font_set())
    reader = PdfReader(BytesIO(pdf))
    assert len(reader.pages) > 1
    assert all("取引年月日" in page.extract_text().replace("\n", "") for page in reader.pages)  # the head on each
    assert reader.pages[0].mediabox.width > reader.pages[0].mediabox.height
