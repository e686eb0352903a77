"""From a table's row to one contract's data: columns are dotted paths, what all rows share comes from a base.

A row wins over the base item by item; a list that a row writes replaces the base's list whole.  An empty cell is an
absent item, so the base's item stands; absent entries of a list are closed up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from signkit.contracts import privacy
from signkit.contracts.bulk.cells import CellRefused, cell_value
from signkit.contracts.bulk.table import Cells
from signkit.contracts.checking import MY_NUMBER, MY_NUMBER_NAMED, child, resolve_reference, title_and_clause
from signkit.contracts.template import Template
from signkit.errors import Problem
from signkit.plain_data import Data
from signkit.words import Text

_MAX_INDEX = 999
_MAX_STEPS = 20


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its header, the steps to its item (none: a comment that no contract holds), its item's schema."""

    name: str
    steps: tuple[str | int, ...]
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class RowData:
    """A row's data merged with the base, what is wrong with its cells, and which column an item's path came from."""

    data: Data
    problems: tuple[Problem, ...]
    columns: Mapping[str, str]


def parse_columns(template: Template, header: Cells) -> tuple[tuple[Column, ...], tuple[Problem, ...]]:
    """Return the columns that ``header`` names, and what is wrong with it; a header ``#...`` is a comment."""
    columns, problems = [], []
    known = tuple(_paths(template.schema, template.schema, (), 0))
    seen: set[tuple[str | int, ...]] = set()
    for name in header:
        column, fault = _column(template, name, known)
        if fault is None and column.steps:
            fault = _DUPLICATE if column.steps in seen else None
            seen.add(column.steps)
        columns.append(column)
        if fault is not None:
            shown = "?" if privacy.holds_my_number(name) or not name.isprintable() else name
            problems.append(Problem("unknown", shown, Text(shown, shown), None, fault))
    return tuple(columns), tuple(problems)


def _column(template: Template, name: str, known: Sequence[str]) -> tuple[Column, Text | None]:
    if privacy.names_my_number(name) or privacy.holds_my_number(name):
        return Column(name, (), {}), MY_NUMBER_NAMED
    if name.startswith("#"):
        return Column(name, (), {}), None
    steps = tuple(int(step) if step.isascii() and step.isdigit() else step for step in name.split("."))
    schema: Mapping[str, Any] = template.schema
    for step in steps[:_MAX_STEPS]:
        schema = resolve_reference(template.schema, child(schema, step))
    if not schema or len(steps) > _MAX_STEPS or any(isinstance(step, int) and step > _MAX_INDEX for step in steps):
        return Column(name, (), {}), _unknown(name, known)
    if schema.get("type") == "array":
        return Column(name, (), {}), Text(
            f"is a list: write {name}.0, {name}.1", f"リストです。{name}.0 などと書いてください"
        )
    if "properties" in schema or schema.get("type") == "object":
        return Column(name, (), {}), Text(
            f"is a table: write {name}.ITEM", f"項目の表です。{name}.項目 と書いてください"
        )
    return Column(name, steps, schema), None


def _unknown(name: str, known: Sequence[str]) -> Text:
    near = get_close_matches(name, known, n=1)
    return Text(
        "is no item of the template" + (f" (did you mean {near[0]}?)" if near else " (begin a comment column with #)"),
        "ひな形にない項目です" + (f" ({near[0]} の誤り?)" if near else " (備考の列は # で始めてください)"),
    )


_DUPLICATE = Text("stands twice", "同じ列が二度あります")


def _paths(root: Mapping[str, Any], schema: Mapping[str, Any], steps: tuple[str, ...], depth: int) -> Iterator[str]:
    """Yield every leaf that a column may name, for saying which was meant."""
    schema = resolve_reference(root, schema)
    if depth > _MAX_STEPS:
        return
    if isinstance(schema.get("items"), Mapping):
        yield from _paths(root, schema["items"], (*steps, "0"), depth + 1)
    elif "properties" in schema:
        for name, item in schema["properties"].items():
            yield from _paths(root, item, (*steps, name), depth + 1)
    elif steps:
        yield ".".join(steps)


def row_data(template: Template, columns: Sequence[Column], cells: Cells, base: Mapping[str, Any]) -> RowData:
    """Return the data of a row of cells; a cell that is refused is left out of the data and named."""
    table: dict[str | int, Any] = {}
    problems = []
    for number, text in enumerate(cells):
        if not text:
            continue
        if number >= len(columns):
            problems.append(Problem("unknown", "", Text("the row", "行"), None, _TOO_WIDE))
            break
        column = columns[number]
        try:
            _put_at(table, column.steps, _value_of(text, column))
        except CellRefused as refused:
            title, clause = title_and_clause(template.schema, column.steps)
            problems.append(Problem("value", column.name, title, clause, refused.words))
    places: dict[str, str] = {}
    own = _with_lists(table, (), (), places)
    return RowData(merge(base, own), tuple(problems), places)


_TOO_WIDE = Text("has more cells than the header", "見出しより多くのセルがあります")


def _value_of(text: str, column: Column) -> object:
    value = cell_value(text, column.schema) if column.steps else None
    # A text is looked at with the contract's data, where an item may be said to be another number.
    if not isinstance(value, str) and privacy.holds_my_number(text):
        raise CellRefused(MY_NUMBER)
    return value


def _put_at(table: dict[str | int, Any], steps: tuple[str | int, ...], value: object) -> None:
    for step in steps[:-1]:
        table = table.setdefault(step, {})
    if steps:
        table[steps[-1]] = value


def _with_lists(value: Any, path: tuple[str | int, ...], column: tuple[str | int, ...], places: dict[str, str]) -> Any:
    """Turn tables keyed by numbers into lists without gaps; note the column of each item whose number changed."""
    if not isinstance(value, dict):
        places[dotted_column(path)] = dotted_column(column)
        return value
    if value and all(isinstance(key, int) for key in value):
        return [
            _with_lists(value[key], (*path, index), (*column, key), places) for index, key in enumerate(sorted(value))
        ]
    return {key: _with_lists(item, (*path, key), (*column, key), places) for key, item in value.items()}


def dotted_column(steps: Sequence[str | int]) -> str:
    """Return the steps as a header writes them."""
    return ".".join(map(str, steps))


def merge(base: Mapping[str, Any], own: Mapping[str, Any]) -> Data:
    """Return the base with a row's own items over it; neither is changed."""
    result = dict(base)
    for name, value in own.items():
        below = result.get(name)
        result[name] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result
