"""A blank table of a template to be filled in: Japanese headings, one column an item, with help and choices.

As CSV it has a second row that says how each column is filled in; its first cell begins with `HELP_ROW`, and such a
row is not read.  As an Excel workbook it has notes at the headings, lists of choices, and a second sheet of help; the
first sheet alone is read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from signkit.contracts.bulk.headings import ENTRY, Leaf, Steps, heading_of, leaves
from signkit.contracts.bulk.naming import value_at
from signkit.contracts.bulk.table import HELP_ROW
from signkit.contracts.data import load_contract_data
from signkit.contracts.schema_items import title_and_clause
from signkit.contracts.template import EXAMPLE, Template
from signkit.errors import ContractDataUnreadable, InputUnreadable, MissingExtra
from signkit.words import Text

_REMARKS = "#備考"
_INPUT, _HELP, _CHOICES = "入力", "記入のしかた", "選択肢"
#: What is said of a truth: of whether there is something, and of whether something is so.
_EXISTS, _IS_SO = ("有", "無"), ("はい", "いいえ")
_LAST_ROW = 1_000
_WIDEST = 40


@dataclass(frozen=True, eq=False)
class SheetColumn:
    """One column: its heading, the steps to its item, and what is said of it.

    Attributes:
        example: the value that the template's example has there; None where it has none.
    """

    heading: str
    steps: Steps
    leaf: Leaf
    clause: str
    example: object

    @property
    def choices(self) -> tuple[str, ...]:
        """Return what a cell may say, where that is a choice."""
        if self.leaf.schema.get("type") == "boolean":
            return _EXISTS if self.leaf.titles[-1][0].endswith("有無") else _IS_SO
        return tuple(map(str, self.leaf.schema.get("enum", ())))

    @property
    def kind(self) -> str:
        """Return what a cell holds, in Japanese."""
        schema = self.leaf.schema
        if self.choices:
            return "選択"
        if schema.get("format") == "date":
            return "日付"
        if schema.get("format") == "corporate-number":
            return "法人番号(13桁)"
        return {"integer": "整数", "number": "数値"}.get(str(schema.get("type")), "文字")

    @property
    def help(self) -> str:
        """Return how the column is filled in, in one line."""
        parts = ["必須" if self.leaf.required else "該当するとき", self.kind]
        if self.choices:
            parts.append("／".join(self.choices))
        elif "maxLength" in self.leaf.schema:
            parts.append(f"{self.leaf.schema['maxLength']}文字まで")
        if self.example is not None:
            parts.append(f"例: {self.cell_of(self.example)}")
        return "　".join([*parts, self.clause] if self.clause else parts)

    def cell_of(self, value: object) -> str:
        """Return a value as a cell of the column says it."""
        if isinstance(value, bool):
            return self.choices[0] if value else self.choices[1]
        return str(value)


def sheet_columns(template: Template) -> tuple[SheetColumn, ...]:
    """Return the columns of the template's table; lists have as many entries as the example has, but one at least."""
    example = _example(template)
    return tuple(column for leaf in leaves(template) for column in _columns(template, leaf, example))


def _columns(template: Template, leaf: Leaf, example: Mapping[str, Any]) -> Iterator[SheetColumn]:
    for numbers in _entries(leaf, example):
        steps = leaf.at(numbers)
        _, clause = title_and_clause(template.schema, steps)
        value = value_at(example, ".".join(map(str, steps)))
        yield SheetColumn(heading_of(template, leaf, numbers), steps, leaf, clause or "", value)


def _entries(leaf: Leaf, example: Mapping[str, Any]) -> Iterator[tuple[int, ...]]:
    """Yield the numbers of the entries of the lists on the way to the item."""
    lists = [index for index, step in enumerate(leaf.steps) if step is ENTRY]
    most = [_most_entries(example, leaf.steps[:index]) for index in lists]
    yield from product(*(range(max(count, 1)) for count in most))


def _most_entries(value: Any, steps: tuple[str | None, ...]) -> int:
    """Return how many entries the example's list has there; of several lists the longest."""
    for index, step in enumerate(steps):
        if step is ENTRY:
            return max((_most_entries(each, steps[index + 1 :]) for each in value or ()), default=0)
        value = value.get(step) if isinstance(value, Mapping) else None
    return len(value) if isinstance(value, list) else 0


def _example(template: Template) -> Mapping[str, Any]:
    try:
        return load_contract_data(template.folder / EXAMPLE)
    except (InputUnreadable, ContractDataUnreadable):
        return {}


def csv_sheet(template: Template) -> bytes:
    """Return the table as CSV that Excel opens (UTF-8 with a mark): headings, and a row of help that is not read."""
    columns = sheet_columns(template)
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow([_REMARKS, *(column.heading for column in columns)])
    writer.writerow([f"{HELP_ROW}(この行は読みません)", *(column.help for column in columns)])
    return output.getvalue().encode("utf-8-sig")


def excel_sheet(template: Template) -> bytes:
    """Return the table as an Excel workbook.

    Raises:
        MissingExtra: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtra(Text("Writing .xlsx", ".xlsx の書き込み"), "excel") from error
    columns = sheet_columns(template)
    book = Workbook()
    book.remove(book.worksheets[0])
    _write_input(book.create_sheet(_INPUT), columns)
    _write_help(book.create_sheet(_HELP), columns, template)
    _write_choices(book.create_sheet(_CHOICES), columns)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _write_input(sheet: Any, columns: tuple[SheetColumn, ...]) -> None:
    """Write the headings with a note each, the form of the cells, and the lists of choices."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        cell = sheet.cell(1, number, column.heading)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        cell.fill = PatternFill("solid", start_color="FFF2CC" if column.leaf.required else "E7E6E6")
        cell.comment = Comment(column.help.replace("　", "\n"), "SignKit", height=120, width=260)
        sheet.column_dimensions[letter].width = min(max(12, 2 * len(column.heading)), _WIDEST)
        sheet.column_dimensions[letter].number_format = _CELL_FORMS.get(column.kind, "@")
        for row in range(2, 12):  # cells that Excel shows before anything is written; a column's form alone is not kept
            sheet.cell(row, number).number_format = _CELL_FORMS.get(column.kind, "@")
        if column.choices:
            listed = f"'{_CHOICES}'!${letter}$1:${letter}${len(column.choices)}"
            choice = DataValidation("list", formula1=listed, allow_blank=True, showErrorMessage=True)
            choice.error = "選択肢から選んでください"
            choice.add(f"{letter}2:{letter}{_LAST_ROW}")
            sheet.add_data_validation(choice)
    sheet.freeze_panes = "B2"
    sheet.row_dimensions[1].height = 45


_CELL_FORMS = {"日付": "yyyy-mm-dd", "整数": "#,##0", "数値": "General"}


def _write_choices(sheet: Any, columns: tuple[SheetColumn, ...]) -> None:
    """Write each column's choices below one another, in the column of the same letter."""
    for number, column in enumerate(columns, 1):
        for row, choice in enumerate(column.choices, 1):
            sheet.cell(row, number, choice)
    sheet.sheet_state = "hidden"


def _write_help(sheet: Any, columns: tuple[SheetColumn, ...], template: Template) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.append([f"{template.title.ja} ({template.id} {template.version})"])
    sheet.append(
        ["「入力」の2行目から、1行に1件を記入します。色の濃い見出しは必須です。空のセルは「記載なし」になります。"]
    )
    sheet.append(
        ["リストの項目が足りないときは、見出しの番号を増やした列を加えてください。#で始まる見出しの列は読みません。"]
    )
    sheet.append([])
    sheet.append(["見出し", "必須", "種類", "選択肢", "例", "条項", "項目のパス"])
    for column in columns:
        example = "" if column.example is None else column.cell_of(column.example)
        needed = "必須" if column.leaf.required else ""
        path = ".".join(map(str, column.steps))
        sheet.append([column.heading, needed, column.kind, "、".join(column.choices), example, column.clause, path])
    for cell in (*sheet[1], *sheet[5]):
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFG", (40, 8, 14, 40, 40, 16, 34), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=6):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.data_type = "s" if cell.value is not None else cell.data_type
