"""From a table's row to one contract's data: columns are dotted paths or headings, what rows share comes from a base.

A row wins over the base item by item; a list that a row writes replaces the base's list whole.  An empty cell is an
absent item, so the base's item stands; absent entries of a list are closed up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from signkit.contracts import privacy
from signkit.contracts.bulk.cells import CellRefused, cell_value, is_worth_showing
from signkit.contracts.bulk.headings import find_heading
from signkit.contracts.bulk.table import Cells
from signkit.contracts.checking import MY_NUMBER, MY_NUMBER_NAMED
from signkit.contracts.schema_items import child, resolve_reference, title_and_clause
from signkit.contracts.template import Template
from signkit.errors import Problem
from signkit.plain_data import Data
from signkit.words import Text, are_shown

_MAX_INDEX = 999
_MAX_STEPS = 20


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its header, the steps to its item (none: a comment that no contract holds), its item's schema."""

    name: str
    steps: tuple[str | int, ...]
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """A cell whose text was read as something else: 令和8年4月1日 as 2026-04-01."""

    column: str
    written: str
    read: str


@dataclass(frozen=True)
class RowData:
    """A row's data merged with the base, what is wrong with its cells, and which column an item's path came from.

    Attributes:
        refused: the paths of the items whose cells are refused.
        readings: what was read of cells that say it in another way.
    """

    data: Data
    problems: tuple[Problem, ...]
    columns: Mapping[str, str]
    refused: frozenset[str] = frozenset()
    readings: tuple[Reading, ...] = ()


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
            shown = "?" if privacy.holds_my_number(name) or not are_shown(name) else name
            problems.append(Problem("unknown", shown, Text(shown, shown), None, fault))
    return tuple(columns), tuple(problems)


def _column(template: Template, name: str, known: Sequence[str]) -> tuple[Column, Text | None]:
    if privacy.names_my_number(name) or privacy.holds_my_number(name):
        return Column(name, (), {}), MY_NUMBER_NAMED
    if name.startswith("#"):
        return Column(name, (), {}), None
    steps = tuple(int(step) if step.isascii() and step.isdigit() else step for step in name.split("."))
    schema = _schema_at(template, steps)
    if not schema:
        found = find_heading(template, name)
        if found.steps is None:
            return Column(name, (), {}), _unknown(name, known, found.could_be, found.near)
        steps, schema = found.steps, _schema_at(template, found.steps)
    if schema.get("type") == "array":
        return Column(name, (), {}), Text(
            f"is a list: write {name}.0, {name}.1", f"リストです。{name}.0 などと書いてください"
        )
    if "properties" in schema or schema.get("type") == "object":
        return Column(name, (), {}), Text(
            f"is a table: write {name}.ITEM", f"項目の表です。{name}.項目 と書いてください"
        )
    return Column(name, steps, schema), None


def _schema_at(template: Template, steps: Sequence[str | int]) -> Mapping[str, Any]:
    """Return the schema of the item at the steps; empty where there is none."""
    if len(steps) > _MAX_STEPS or any(isinstance(step, int) and step > _MAX_INDEX for step in steps):
        return {}
    schema: Mapping[str, Any] = template.schema
    for step in steps:
        schema = resolve_reference(template.schema, child(schema, step))
    return schema


def _unknown(name: str, known: Sequence[str], could_be: Sequence[str], near: Sequence[str]) -> Text:
    if could_be:
        return Text(
            f"could be any of these: {', '.join(could_be)}",
            f"どの項目か決まりません ({'、'.join(could_be)} のいずれか)",
        )
    close = [*near, *get_close_matches(name, known, n=1)] if not name.isascii() else get_close_matches(name, known, n=1)
    meant = " / ".join(dict.fromkeys(close[:3]))
    return Text(
        "is no item of the template" + (f" (did you mean {meant}?)" if meant else " (begin a comment column with #)"),
        "ひな形にない項目です" + (f" ({meant} の誤り?)" if meant else " (備考の列は # で始めてください)"),
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
    problems, refused, readings = [], set(), []
    for number, text in enumerate(cells):
        if not text:
            continue
        if number >= len(columns):
            problems.append(Problem("unknown", "", Text("the row", "行"), None, _TOO_WIDE))
            break
        column = columns[number]
        try:
            value = _value_of(text, column)
        except CellRefused as error:
            title, clause = title_and_clause(template.schema, column.steps)
            problems.append(Problem("value", column.name, title, clause, error.words))
            refused.add(dotted_column(column.steps))
            continue
        _put_at(table, column.steps, value)
        if column.steps and is_worth_showing(text, value, column.schema):
            readings.append(Reading(column.name, text, str(value)))
    names = {column.steps: column.name for column in columns if column.steps}
    places = {dotted_column(steps): name for steps, name in names.items() if not any(map(_is_number, steps))}
    own = _with_lists(table, (), (), names, places)
    return RowData(merge(base, own), tuple(problems), places, frozenset(refused), tuple(readings))


def _is_number(step: str | int) -> bool:
    return isinstance(step, int)


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


def _with_lists(
    value: Any,
    path: tuple[str | int, ...],
    column: tuple[str | int, ...],
    names: Mapping[tuple[str | int, ...], str],
    places: dict[str, str],
) -> Any:
    """Turn tables keyed by numbers into lists without gaps; note the column of each item, whose number may change."""
    if not isinstance(value, dict):
        places[dotted_column(path)] = names[column]
        return value
    if value and all(isinstance(key, int) for key in value):
        return [
            _with_lists(value[key], (*path, index), (*column, key), names, places)
            for index, key in enumerate(sorted(value))
        ]
    return {key: _with_lists(item, (*path, key), (*column, key), names, places) for key, item in value.items()}


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
