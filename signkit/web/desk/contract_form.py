"""A contract's form from its template's schema, and the data that what was typed into it makes.

Words become values as the cells of a table do (`signkit.contracts.bulk.rows`): 令和8年11月21日, 58,000,000円,
full-width digits.  What is wrong stands at its field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from signkit.contracts.bulk.rows import RowData, dotted_column, parse_columns, row_data
from signkit.contracts.checking import examine
from signkit.contracts.fonts import font_set
from signkit.contracts.schema_items import resolve_reference, schema_at
from signkit.contracts.template import Template
from signkit.errors import Problem
from signkit.plain_data import Data
from signkit.settings import Settings
from signkit.words import Text

#: Tables within tables that are shown; a schema may refer to itself.
_DEEPEST = 8
_MOST_ENTRIES = 50
_LONG = 100
_INDEX = re.compile(r"\[(\d+)\]")
#: What stands in a list's own field where its emptiness is said: nobody says by leaving out that there is nothing.
NONE = "none"
_NONE_WORDS = Text("there is none", "該当なし")
_TRUTHS = {True: ("有", Text("yes", "有・はい")), False: ("無", Text("no", "無・いいえ"))}


@dataclass(frozen=True)
class FormItem:
    """One item of the form: a field, a table of items, or a list of entries.

    Attributes:
        kind: ``text``, ``long``, ``date``, ``amount``, ``choice``, ``table`` or ``list``.
        path: dotted; the field's name.
        required: whether its table must have it.
        word: what was typed.
        choices: what may be chosen, each with its words.
        children: of a table its items, of a list its entries.
    """

    kind: str
    path: str
    title: Text
    clause: str | None = None
    law: str | None = None
    required: bool = False
    word: str = ""
    choices: tuple[tuple[str, Text], ...] = ()
    children: tuple[FormItem, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def field(self) -> str:
        """What stands in ``id``: no dots, which style sheets take for classes."""
        return field_of(self.path)

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed into it, or is said of it."""
        own = bool(self.word.strip()) or bool(self.problems)
        return own or any(child.is_filled for child in self.children)


def field_of(path: str) -> str:
    """Return the ``id`` of an item."""
    return "f-" + path.replace(".", "-")


@dataclass(frozen=True)
class TypedForm:
    """What was typed, as data.

    Attributes:
        refused: why no contract can be made of it, each with the path of its field.
        warnings: what is told and does not hinder.
    """

    data: Data
    refused: tuple[tuple[str, Problem], ...]
    warnings: tuple[Problem, ...] = ()


def contract_form(
    template: Template,
    words: Mapping[str, str],
    counts: Mapping[str, int],
    problems: Sequence[tuple[str, Problem]] = (),
) -> tuple[FormItem, ...]:
    """Return the form's items with what was typed and what is wrong with it."""
    builder = _Builder(template.schema, words, counts, problems)
    return tuple(builder.items(template.schema, (), 0))


def fill(template: Template, words: Mapping[str, str], settings: Settings) -> TypedForm:
    """Return the data that ``words`` make, and what is wrong with them."""
    typed = {path: word.strip() for path, word in words.items() if word.strip()}
    empty = [path for path in typed if typed[path] == NONE and _is_list(template, path)]
    typed = {path: word for path, word in typed.items() if path not in empty}
    columns, unknown = parse_columns(template, tuple(typed))
    row = row_data(template, columns, tuple(typed.values()), {})
    for path in empty:
        _put_empty(row.data, path.split("."))
    examined = examine(template, row.data, font_set(settings.font_folders))
    unread = {problem.path for problem in row.problems}
    found = [(problem.path, problem) for problem in (*unknown, *row.problems)]
    for problem in examined.refused:
        path = _field_path(problem, row)
        if path not in unread:  # its word was refused, so that it is missing
            found.append((path, problem))
    return TypedForm(row.data, tuple(found), examined.warnings)


def words_of(data: object, path: str = "") -> dict[str, str]:
    """Return what would have to be typed for ``data``: an example, or a former contract."""
    if isinstance(data, Mapping):
        pairs = [(str(name), value) for name, value in data.items()]
    elif isinstance(data, list):
        pairs = [(str(number), value) for number, value in enumerate(data)]
        if not pairs:
            return {path: NONE}
    else:
        return {} if data is None else {path: _typed_text(data)}
    found: dict[str, str] = {}
    for name, value in pairs:
        found |= words_of(value, f"{path}.{name}" if path else name)
    return found


def _is_list(template: Template, path: str) -> bool:
    steps = [int(step) if step.isascii() and step.isdigit() else step for step in path.split(".")]
    return resolve_reference(template.schema, schema_at(template.schema, steps)).get("type") == "array"


def _put_empty(data: Data, steps: Sequence[str]) -> None:
    """Put an empty list where nothing was typed into it."""
    at: Any = data
    for step in steps[:-1]:
        if isinstance(at, list):
            if not (step.isdigit() and int(step) < len(at)):
                return
            at = at[int(step)]
        else:
            at = at.setdefault(step, {})
    if isinstance(at, dict):
        at.setdefault(steps[-1], [])


def _typed_text(value: object) -> str:
    if isinstance(value, bool):
        return _TRUTHS[value][0]
    return f"{value:,}" if isinstance(value, int) else str(value)


def _field_path(problem: Problem, row: RowData) -> str:
    """Return the field that a problem of the data is about: entries that stand empty close up in the data."""
    path = _INDEX.sub(r".\1", problem.path)
    return row.columns.get(path, path)


@dataclass(frozen=True)
class _Builder:
    root: Mapping[str, Any]
    words: Mapping[str, str]
    counts: Mapping[str, int]
    problems: Sequence[tuple[str, Problem]]

    def items(self, schema: Mapping[str, Any], steps: tuple[str | int, ...], depth: int) -> Iterator[FormItem]:
        required = set(schema.get("required", ()))
        for name, item in schema.get("properties", {}).items():
            whole = resolve_reference(self.root, item)
            yield replace(self._item(name, whole, (*steps, name), depth), required=name in required)

    def _item(self, name: str, schema: Mapping[str, Any], steps: tuple[str | int, ...], depth: int) -> FormItem:
        path = dotted_column(steps)
        title = str(schema.get("title", name))
        item = FormItem(
            _kind(schema),
            path,
            Text(str(schema.get("x-title-en", title)), title),
            schema.get("x-clause"),
            schema.get("x-law"),
            word=self.words.get(path, ""),
            choices=tuple(_choices(schema)),
            problems=tuple(problem for place, problem in self.problems if place == path),
        )
        if depth >= _DEEPEST or item.kind not in ("table", "list"):
            return item
        if item.kind == "table":
            return replace(item, children=tuple(self.items(schema, steps, depth + 1)))
        return replace(item, children=tuple(self._entries(schema, steps, depth + 1)))

    def _entries(self, schema: Mapping[str, Any], steps: tuple[str | int, ...], depth: int) -> Iterator[FormItem]:
        entry = resolve_reference(self.root, schema.get("items", {}))
        path = dotted_column(steps)
        least = max(int(schema.get("minItems", 0)), typed_entries(self.words, path))
        for number in range(min(self.counts.get(path, least), _MOST_ENTRIES)):
            whole = self._item("", entry, (*steps, number), depth)
            yield replace(whole, title=Text(f"no. {number + 1}", f"{number + 1} 件目"))


def typed_entries(words: Mapping[str, str], path: str) -> int:
    """Return how many entries of a list something was typed into."""
    pattern = re.compile(rf"{re.escape(path)}\.(\d+)(?:\.|$)")
    numbers = [int(found[1]) for name, word in words.items() if word.strip() and (found := pattern.match(name))]
    return max(numbers, default=-1) + 1


def without_entry(words: Mapping[str, str], path: str, number: int) -> dict[str, str]:
    """Return the words without an entry of a list; those behind it move up."""
    pattern = re.compile(rf"({re.escape(path)})\.(\d+)(\..*)?$")
    left: dict[str, str] = {}
    for name, word in words.items():
        found = pattern.match(name)
        if found is None:
            left[name] = word
        elif int(found[2]) != number:
            moved = int(found[2]) - (int(found[2]) > number)
            left[f"{found[1]}.{moved}{found[3] or ''}"] = word
    return left


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "string")
    if kind == "object" or "properties" in schema:
        return "table"
    if kind == "array":
        return "list"
    if "enum" in schema or "const" in schema or kind == "boolean":
        return "choice"
    if kind in ("integer", "number"):
        return "amount"
    if schema.get("format") == "date":
        return "date"
    return "long" if schema.get("maxLength", 0) > _LONG else "text"


def _choices(schema: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    if schema.get("type") == "array" and not schema.get("minItems"):
        yield NONE, _NONE_WORDS
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    if not values and schema.get("type") == "boolean":
        values = [True, False]
    for value in values:
        yield _TRUTHS[value] if isinstance(value, bool) else (str(value), Text(str(value), str(value)))
