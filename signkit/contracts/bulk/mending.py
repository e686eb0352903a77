"""A table with some of its cells written anew, so that whoever mends it on a screen gets the mended table back.

Every row keeps its number, comments and rows of help stay.  Text tables become UTF-8 CSV that Excel opens; a workbook
stays the workbook that it was, but for those cells.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from signkit.contracts.bulk.table import MAX_COLUMNS, Cells, Table
from signkit.errors import MissingExtra, TableUnreadable
from signkit.words import Text

HEADER = 1

#: A row's number and its column's heading (of row 1: the heading that is replaced), and the cell's text.
Changes = Mapping[tuple[int, str], str]


def mended_csv(table: Table, changes: Changes) -> bytes:
    """Return the table as CSV (UTF-8 with a mark) with ``changes``; a heading that it lacks is a further column.

    Raises:
        TableUnreadable: the table breaks off, or would have too many columns.
    """
    columns = _columns(table, changes)
    by_row: dict[int, dict[int, str]] = {}
    for (row, heading), text in changes.items():
        by_row.setdefault(row, {})[columns.index(heading)] = text
    output = io.StringIO()
    writer = csv.writer(output)
    for number, cells in _every_line(table):
        line = [*(columns if number == HEADER else cells)]
        for index, text in by_row.get(number, {}).items():
            line += [""] * (index + 1 - len(line))
            line[index] = text
        writer.writerow(line)
    return output.getvalue().encode("utf-8-sig")


def mended_workbook(raw: bytes, table: Table, changes: Changes) -> bytes:
    """Return the workbook in ``raw``, which ``table`` was read from, with ``changes`` in its first visible sheet.

    Raises:
        MissingExtra: openpyxl is not installed.
        TableUnreadable: the workbook cannot be opened for writing.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingExtra(Text("Writing .xlsx", ".xlsx の書き込み"), "excel") from error
    columns = _columns(table, changes)
    try:
        book = load_workbook(io.BytesIO(raw), keep_links=False)
        sheet = next(each for each in book.worksheets if each.sheet_state == "visible")
        for number, heading in enumerate(columns, 1):
            if number > len(table.columns or ()):
                sheet.cell(HEADER, number).value = heading
        for (row, heading), text in changes.items():
            cell = sheet.cell(row, columns.index(heading) + 1)
            cell.value, cell.data_type = text or None, "s" if text else "n"  # text: never a formula
        output = io.BytesIO()
        book.save(output)
    except Exception as error:  # whatever openpyxl or the XML parser meets in a stranger's workbook
        cause = type(error).__name__
        raise TableUnreadable(
            table.name, Text(f"it cannot be changed ({cause})", f"書き換えられません ({cause})")
        ) from error
    return output.getvalue()


def _columns(table: Table, changes: Changes) -> Cells:
    known = table.columns or ()
    more = dict.fromkeys(heading for row, heading in changes if row != HEADER and heading not in known)
    if len(known) + len(more) > MAX_COLUMNS:
        raise TableUnreadable(table.name, Text("it would have too many columns", "列が多すぎます"))
    return (*known, *more)


def _every_line(table: Table) -> Iterator[tuple[int, Cells]]:
    """Yield the lines with an empty one for each number that is not used, so that numbers stay as they are."""
    expected = 1
    for number, cells in table.lines():
        for unused in range(expected, number):
            yield unused, ()
        yield number, cells
        expected = number + 1
