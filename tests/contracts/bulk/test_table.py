"""Tables: how they are read, and which are refused."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date, datetime, time
from time import process_time

import pytest

from signkit.contracts.bulk import table as tables
from signkit.contracts.bulk.table import table_of
from signkit.errors import InputUnreadable, TableUnreadable

CSV = "employee.name,wages.base\n髙橋 さくら,285000\n\n渡邊 薫,241000\n"


def cells(raw: bytes, suffix: str = ".csv", **options) -> list[tuple[int, object]]:
    return [(row.number, row.content) for row in table_of(raw, suffix, **options).rows()]


@pytest.mark.parametrize(
    ("raw", "read_as"),
    [(CSV.encode(), "UTF-8"), (CSV.encode("utf-8-sig"), "UTF-8"), (CSV.encode("cp932"), "CP932")],
    ids=["utf-8", "utf-8 with BOM", "cp932"],
)
def test_csv_is_read_and_says_in_which_code(raw, read_as):
    table = table_of(raw, ".csv")
    assert table.read_as.en == read_as
    assert table.columns == ("employee.name", "wages.base")
    assert cells(raw) == [(2, ("髙橋 さくら", "285000")), (4, ("渡邊 薫", "241000"))]


def test_rows_are_numbered_as_a_spreadsheet_does_and_quoted_line_feeds_are_no_rows():
    assert cells(b'a\n"x\ny"\nz\n') == [(2, ("x\ny",)), (3, ("z",))]


def test_the_named_code_is_kept_to():
    with pytest.raises(TableUnreadable, match="it is not UTF-8"):
        table_of(CSV.encode("cp932"), ".csv", encoding="utf-8")


REFUSED = {
    "neither code": (b"a\n\xff\xfe\x00\n", ".csv", "neither UTF-8 nor CP932"),
    "UTF-16, as Excel's Unicode text": ("a\tb\n髙\t1\n".encode("utf-16"), ".tsv", "neither UTF-8 nor CP932"),
    "nothing": (b"", ".csv", "first row is empty"),
    "empty header": (b",,\n1,2,3\n", ".csv", "first row is empty"),
    "quote left open": (b'a\n"x', ".csv", "row 2"),
    "gigantic cell": (b"a\n" + b"x" * 200_000, ".csv", "field limit"),
    "gigantic line": (b"a\n" + b"," * 1_100_000, ".csv", "a line is too long"),
    "too many columns": (b",".join(b"c%d" % n for n in range(501)), ".csv", "more than 500 columns"),
    "a suffix of another kind": (b"a\n", ".xls", "no .csv"),
    "no ZIP": (b"a,b\n", ".xlsx", "not a workbook"),
    "JSON lines in CP932": ('{"a": "髙橋"}'.encode("cp932"), ".jsonl", "it is not UTF-8"),
}


@pytest.mark.parametrize(("raw", "suffix", "cause"), REFUSED.values(), ids=REFUSED.keys())
def test_no_usable_table(raw, suffix, cause):
    with pytest.raises(TableUnreadable) as caught:
        cells(raw, suffix)
    assert cause in caught.value.cause.en
    assert caught.value.exit_code == 10


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert len(cells(b"a\n1\n2\n3\n")) == 3
    with pytest.raises(TableUnreadable, match="more than 3 rows"):
        cells(b"a\n1\n2\n3\n4\n")
    with pytest.raises(TableUnreadable, match="more than 3 rows"):
        cells(b"{}\n" * 4, ".jsonl")


def test_too_large_a_file_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_TABLE_BYTES", 10)
    with pytest.raises(TableUnreadable, match="more than 10 bytes"):
        table_of(b"a" * 11, ".csv")


def test_missing_file(tmp_path):
    with pytest.raises(InputUnreadable):
        tables.open_table(tmp_path / "none.csv")


def test_json_lines_give_data_and_a_broken_line_is_that_rows_fault():
    rows = cells(b'{"a": {"b": 1}}\n\n{"a": \n', ".jsonl")
    assert rows[0] == (1, {"a": {"b": 1}})
    assert rows[1][0] == 3
    assert "Expecting value" in rows[1][1].en


def workbook(*rows: tuple[object, ...], sheets: tuple[str, ...] = ("名簿",)) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for name in sheets[1:]:
        book.create_sheet(name)
    for row in rows:
        book.active.append(row)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def test_workbook_cells_become_the_texts_of_a_csv():
    raw = workbook(
        ("a", "b", "c", "d", "e", "f", "g"),
        ("髙橋", 285000, 37.5, True, date(2026, 4, 1), datetime(2026, 4, 1, 9, 30), time(9, 0)),
        (None, 285000.0),
    )
    table = table_of(raw, ".xlsx")
    assert table.read_as.ja == "シート 名簿"
    assert cells(raw, ".xlsx") == [
        (2, ("髙橋", "285000", "37.5", "true", "2026-04-01", "2026-04-01T09:30:00", "09:00")),
        (3, ("", "285000")),
    ]


def test_a_formula_stays_one_so_that_its_cell_is_refused():
    assert cells(workbook(("a",), ("=1+1",)), ".xlsx") == [(2, ("=1+1",))]


def rezipped(raw: bytes, part: str, content: bytes) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return output.getvalue()


@pytest.mark.slow
def test_a_zip_bomb_is_refused_unopened():
    bomb = rezipped(workbook(("a",), (1,)), "xl/worksheets/sheet1.xml", b" " * 151_000_000)
    assert len(bomb) < 400_000
    with pytest.raises(TableUnreadable, match="unpacks to too much"):
        table_of(bomb, ".xlsx")


def test_entities_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet>&a;</worksheet>'
    with pytest.raises(TableUnreadable, match="document type"):
        table_of(rezipped(workbook(("a",), (1,)), "xl/worksheets/sheet1.xml", bomb), ".xlsx")


@pytest.mark.slow
def with_stray(value: object, column: int = 3) -> bytes:
    """Return a sheet of two rows below the header, and something in the last row that a sheet can have."""
    from openpyxl import load_workbook
    from openpyxl.styles import Font

    book = load_workbook(io.BytesIO(workbook(("a", "b"), ("1", "2"), ("3", "4"))))
    cell = book.worksheets[0].cell(1_048_576, column)
    cell.value, cell.font = value, Font(bold=True)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("value", [None, " "], ids=["formatted", "a space"])
def test_a_stray_cell_in_the_last_row_makes_no_rows_and_takes_no_time(value):
    begun = process_time()
    short = cells(workbook(("a", "b"), ("1", "2"), ("3", "4")), ".xlsx")
    ordinary = process_time() - begun
    raw = with_stray(value)
    begun = process_time()
    assert cells(raw, ".xlsx") == short == [(2, ("1", "2")), (3, ("3", "4"))]
    assert process_time() - begun < max(200 * ordinary, 5)


@pytest.mark.slow
def test_a_value_in_the_last_row_is_a_row_of_its_number():
    assert cells(with_stray("x"), ".xlsx")[-1] == (1_048_576, ("", "", "x"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_workbook_that_breaks_its_readers_is_refused_with_a_cause(seed):
    raw, chance = workbook(("a", "b"), (1, "x" * 300)), random.Random(seed)
    for _ in range(60):
        broken = bytearray(raw)
        at = chance.randrange(len(raw))
        if chance.random() < 0.7:
            broken[at] ^= 1 << chance.randrange(8)
        else:
            del broken[at : at + chance.randrange(1, 30)]
        if (refused := refusal_of(bytes(broken))) is not None:
            assert refused.exit_code == 10
            assert refused.cause.ja


def refusal_of(raw: bytes) -> TableUnreadable | None:
    try:
        cells(raw, ".xlsx")
    except TableUnreadable as refused:
        return refused
    return None
