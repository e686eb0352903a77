"""Reading a customer table: CSV (UTF-8 or CP932), TSV or Excel, with the columns' names in Japanese or English.

A table with 個人番号 is refused whole, also where they stand in a column that is not read: 番号法 allows no list of
customers by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from signkit.contracts import privacy
from signkit.contracts.bulk.cells import CellRefused, cell_value
from signkit.contracts.bulk.table import Row, open_table
from signkit.errors import TableUnreadable
from signkit.jpki.normalise import plain
from signkit.jpki.party_match import MAX_NAME_LENGTH
from signkit.validation.customers import Customer, CustomerTable
from signkit.words import Text

#: What each column may be called; other columns are passed over.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name", "氏名", "名前", "名称", "商号"),
    "key": ("customer", "customer_id", "id", "顧客番号", "お客様番号", "番号"),
    "address": ("address", "住所", "所在地", "本店"),
    "birth_date": ("birth_date", "birthdate", "birthday", "生年月日"),
    "old_address": ("old_address", "former_address", "旧住所", "前住所"),
    "file": ("file", "ファイル", "ファイル名"),
}
#: More addresses of one customer are a mistake; each costs a comparison for each of the customer's files.
_MOST_ADDRESSES = 50
_DATE = {"type": "string", "format": "date"}
#: A 個人番号 is certain where it is written digit by digit.
_DIGITS = 12


def read_customers(path: Path) -> CustomerTable:
    """Read the table.

    A column of old addresses may stand several times, or hold several in a cell, each on a line.

    Raises:
        InputUnreadable: the file cannot be read.
        TableUnreadable: it is no table, has no column of names, a column twice, a birth date that is none, a 個人番号,
            or a name or so many addresses as nobody has.
        MissingExtra: it is a workbook, and openpyxl is not installed.
    """
    table = open_table(path)
    if table.columns is None:
        raise TableUnreadable(str(path), Text("it is no .csv, .tsv or .xlsx file", ".csv、.tsv、.xlsx ではありません"))
    places = _places(table.columns, str(path))
    # A customer's number is the business's own, and may have twelve digits.
    searched = {at: name for at, name in enumerate(table.columns) if at not in places["key"]}
    customers = (_customer(row, places, searched, str(path)) for row in table.rows())
    return CustomerTable(tuple(customer for customer in customers if customer.name or customer.key))


def _places(columns: tuple[str, ...], path: str) -> dict[str, list[int]]:
    if any(privacy.names_my_number(column) or privacy.holds_my_number(column) for column in columns):
        raise TableUnreadable(path, _MY_NUMBER_NAMED)
    names = [plain(column).casefold().replace(" ", "_") for column in columns]
    places = {item: [at for at, name in enumerate(names) if name in known] for item, known in COLUMNS.items()}
    if not places["name"]:
        raise TableUnreadable(path, Text("it has no column name (氏名)", "氏名 (name) の列がありません"))
    twice = next((item for item, found in places.items() if len(found) > 1 and item != "old_address"), None)
    if twice is not None:
        found = [columns[at] for at in places[twice]]
        words = Text("two columns hold the same item ({names})", "同じ項目の列が二つあります ({names})")
        raise TableUnreadable(path, words.filled(names=", ".join(found)))
    return places


def _customer(row: Row, places: dict[str, list[int]], searched: Mapping[int, str], path: str) -> Customer:
    cells = row.content if isinstance(row.content, tuple) else ()
    _refuse_my_number(cells, searched, row.number, path)

    def values(item: str) -> list[str]:
        return [cells[at] for at in places[item] if at < len(cells) and cells[at]]

    def value(item: str) -> str:
        return next(iter(values(item)), "")

    old_addresses = tuple(line.strip() for cell in values("old_address") for line in cell.splitlines() if line.strip())
    _refuse_excess(value("name"), old_addresses, row.number, path)
    return Customer(
        row.number,
        value("name"),
        value("key"),
        value("address") or None,
        _birth_date(value("birth_date"), row.number, path),
        old_addresses,
        value("file"),
    )


def _refuse_my_number(cells: Sequence[str], searched: Mapping[int, str], row: int, path: str) -> None:
    long_enough = (at for at, cell in enumerate(cells) if len(cell) >= _DIGITS and at in searched)
    # A heading says which other number it is: 電話番号, 口座番号.
    if any(privacy.holds_my_number(f"{searched[at]}: {cells[at]}") for at in long_enough):
        raise TableUnreadable(path, _MY_NUMBER_IN.filled(row=row))


def _refuse_excess(name: str, old_addresses: Sequence[str], row: int, path: str) -> None:
    if len(name) > MAX_NAME_LENGTH:
        words = Text("row {row}: a name of more than {most} characters", "{row}行目の氏名: {most}文字を超えています")
        raise TableUnreadable(path, words.filled(row=row, most=MAX_NAME_LENGTH))
    if len(old_addresses) > _MOST_ADDRESSES:
        words = Text("row {row}: more than {most} old addresses", "{row}行目の旧住所: {most}件を超えています")
        raise TableUnreadable(path, words.filled(row=row, most=_MOST_ADDRESSES))


def _birth_date(text: str, row: int, path: str) -> str | None:
    """Return YYYY-MM-DD of a date by the western or the Japanese calendar, also written as eight digits."""
    if not text:
        return None
    eight = len(text) == 8 and text.isascii() and text.isdigit()
    try:
        return str(cell_value(f"{text[:4]}-{text[4:6]}-{text[6:]}" if eight else text, _DATE))
    except CellRefused as refused:
        words = Text("row {row}: birth_date {cause}", "{row}行目の生年月日: {cause}")
        raise TableUnreadable(path, words.filled(row=row, cause=refused.words)) from refused


_MY_NUMBER_NAMED = Text(
    "a column names the 個人番号 (My Number), which no table of customers may hold",
    "個人番号を指す見出しがあります。顧客の表に個人番号は入れられません",
)
_MY_NUMBER_IN = Text(
    "row {row} holds what may be a 個人番号 (12 digits whose check digit fits)",
    "{row}行目に個人番号とみられる12桁の数字があります",
)
