"""Tables of contract data: CSV, tab-separated text, JSON lines, and Excel workbooks through an extra.

A table is read twice, once to check every row and once to render them; both times from the same bytes, which stay in
memory, so that a file changed in between changes nothing.  Rows are numbered as a spreadsheet numbers them: the
header is row 1.  The rows of a JSON lines file are its lines.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from signkit.contracts.data import parse_contract_data
from signkit.errors import ContractDataUnreadable, InputUnreadable, TableUnreadable, system_cause
from signkit.plain_data import Data
from signkit.words import Text

#: Bounds of a table; a cell's are those of contract data.
MAX_TABLE_BYTES = 100_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 500
_MAX_LINE = 1_000_000
_CHUNK = 1 << 20
#: What Python makes of the bytes that CP932 leaves unused (80, A0, FD to FF).
_UNUSED_IN_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")

Encoding = Literal["utf-8", "cp932"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "cp932")
SUFFIXES = (".csv", ".tsv", ".jsonl", ".xlsx")

#: How the first cell of a row begins that only says how to fill the table in (`signkit.contracts.bulk.input_sheet`).
HELP_ROW = "#記入のしかた"

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One row: its number, and its cells in the order of the columns, or its data, or why it cannot be read."""

    number: int
    content: Cells | Data | Text


@dataclass(frozen=True)
class Table:
    """A table in memory.

    Attributes:
        name: what errors call it.
        columns: the header's cells; None where each row names its own items (JSON lines).
        read_as: how the bytes were understood, for people: the character code, or the sheet.
    """

    name: str
    columns: Cells | None
    read_as: Text
    _raw: bytes = field(repr=False)
    _kind: str
    _encoding: str

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank, in order.

        Raises:
            TableUnreadable: the table breaks off, or exceeds a bound.
        """
        if self._kind == ".jsonl":
            yield from _json_rows(self._raw, self.name)
            return
        for number, cells in self.lines():
            if number > 1 and any(cells) and not cells[0].startswith(HELP_ROW):
                yield Row(number, cells)

    def lines(self) -> Iterator[tuple[int, Cells]]:
        """Yield every line of cells with its number, the header and lines that are no rows among them.

        Raises:
            TableUnreadable: the table breaks off, or exceeds a bound.
        """
        yield from _bound_rows(_lines_of_cells(self._raw, self._kind, self._encoding, self.name), self.name)


def is_table(path: Path) -> bool:
    """Tell by its name whether a file holds many contracts' data."""
    return path.suffix.lower() in SUFFIXES


def open_table(path: Path, encoding: Encoding | None = None) -> Table:
    """Read a .csv, .tsv, .jsonl or .xlsx file.

    Args:
        encoding: the character code of a .csv or .tsv file; None: UTF-8 if every byte fits, else CP932 if every byte
            fits.

    Raises:
        InputUnreadable: the file cannot be read.
        TableUnreadable: it is no table, or exceeds a bound.
        MissingExtra: it is a workbook, and openpyxl is not installed.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_TABLE_BYTES + 1)
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    return table_of(raw, path.suffix.lower(), str(path), encoding)


def table_of(raw: bytes, suffix: str, name: str = "table", encoding: Encoding | None = None) -> Table:
    """Return the table in ``raw``; see `open_table`."""
    if len(raw) > MAX_TABLE_BYTES:
        raise TableUnreadable(name, _too_many(MAX_TABLE_BYTES, "bytes", "バイト"))
    if suffix == ".jsonl":
        _require_decodable(raw, "utf-8-sig", name)
        return Table(name, None, Text("JSON lines, UTF-8", "JSON Lines、UTF-8"), raw, suffix, "utf-8")
    if suffix == ".xlsx":
        from signkit.contracts.bulk.workbook import sheet_name

        sheet = sheet_name(raw, name)
        return _with_header(Table(name, (), Text(f"sheet {sheet}", f"シート {sheet}"), raw, suffix, ""))
    if suffix not in SUFFIXES:
        raise TableUnreadable(name, Text("it is no .csv, .tsv, .jsonl or .xlsx file", "表として扱えない形式です"))
    found = encoding or _detect_encoding(raw, name)
    codec = "utf-8-sig" if found == "utf-8" else found
    _require_decodable(raw, codec, name)
    return _with_header(Table(name, (), Text(found.upper(), found.upper()), raw, suffix, codec))


def _with_header(table: Table) -> Table:
    """Return the table with its first row as columns, without empty ones at the end."""
    lines = _lines_of_cells(table._raw, table._kind, table._encoding, table.name)
    _, header = next(iter(lines), (1, ()))
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise TableUnreadable(table.name, Text("its first row is empty", "1行目 (見出し) が空です"))
    if len(header) > MAX_COLUMNS:
        raise TableUnreadable(table.name, _too_many(MAX_COLUMNS, "columns", "列"))
    return Table(table.name, header, table.read_as, table._raw, table._kind, table._encoding)


def _detect_encoding(raw: bytes, name: str) -> Encoding:
    """Return the one code in which every byte makes sense; UTF-8 where both do, as Japanese CP932 is hardly UTF-8."""
    for encoding in ENCODINGS:
        try:
            _require_decodable(raw, encoding, name)
        except TableUnreadable:
            continue
        return encoding
    raise TableUnreadable(name, Text("it is neither UTF-8 nor CP932", "UTF-8 でも CP932 でもありません"))


def _require_decodable(raw: bytes, codec: str, name: str) -> None:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    shown = codec.removesuffix("-sig").upper()
    wrong = TableUnreadable(name, Text(f"it is not {shown}", f"文字コードが {shown} ではありません"))
    try:
        for start in range(0, len(raw), _CHUNK):
            text = decoder.decode(raw[start : start + _CHUNK])
            if codec == "cp932" and _UNUSED_IN_CP932.search(text):
                raise wrong
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise wrong from error


def _lines_of_cells(raw: bytes, kind: str, encoding: str, name: str) -> Iterator[tuple[int, Cells]]:
    """Yield each row, the header among them, with its number and its cells without spaces at their ends."""
    if kind == ".xlsx":
        from signkit.contracts.bulk.workbook import sheet_rows

        yield from sheet_rows(raw, name, most_columns=MAX_COLUMNS + 1)  # one more, so that what is too much is seen
        return
    text = io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, newline="")
    reader = csv.reader(_bounded_lines(text, name), delimiter="\t" if kind == ".tsv" else ",", strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, tuple(cell.strip() for cell in cells)
    except csv.Error as error:
        where = Text(f"row {number + 1}: {error}", f"{number + 1}行目の書式の誤り ({error})")
        raise TableUnreadable(name, where) from error


def _bounded_lines(text: Iterable[str], name: str) -> Iterator[str]:
    for line in text:
        if len(line) > _MAX_LINE:
            raise TableUnreadable(name, Text("a line is too long", "長すぎる行があります"))
        yield line


def _bound_rows(lines: Iterable[tuple[int, Cells]], name: str) -> Iterator[tuple[int, Cells]]:
    used = 0
    for number, cells in lines:
        used += any(cells)
        if used > MAX_ROWS + 1:
            raise TableUnreadable(name, _too_many(MAX_ROWS, "rows", "行"))
        yield number, cells


def _json_rows(raw: bytes, name: str) -> Iterator[Row]:
    for number, line in enumerate(io.BytesIO(raw), 1):
        if number > MAX_ROWS:
            raise TableUnreadable(name, _too_many(MAX_ROWS, "rows", "行"))
        if line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> Row:
    try:
        return Row(number, parse_contract_data(line, ".json"))
    except ContractDataUnreadable as error:
        return Row(number, error.cause)


def _too_many(bound: int, en: str, ja: str) -> Text:
    return Text(f"it has more than {bound:,} {en}", f"{bound:,} {ja}を超えています")
