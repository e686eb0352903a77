"""Free text of a contract: what the parties worded themselves (特約), apart from what the template's clauses say.

A text of the schema is free where nothing bounds it: no choice, form or short length.  ``x-free-text`` says otherwise
of an item, either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from signkit.contracts.schema_items import child, dotted_path, resolve_reference, title_and_clause
from signkit.contracts.template import Template
from signkit.words import Text

#: From this many characters on, a text may hold a clause of its own.
_LONG = 200
_BOUNDS = ("enum", "const", "format", "pattern")
_MAX_ITEMS = 200
_MAX_SHOWN = 1_000


@dataclass(frozen=True)
class FreeText:
    """An item of free text that was filled in: its path, what people call it, and its words."""

    path: str
    title: Text
    text: str


def free_text(template: Template, data: Mapping[str, Any]) -> tuple[FreeText, ...]:
    """Return the items of free text that ``data`` fill in, in the order of the schema's own items."""
    found = []
    for steps, text in _texts(template.schema, template.schema, data, ()):
        title, _ = title_and_clause(template.schema, steps, numbered=False)
        found.append(FreeText(dotted_path(steps), title, text[:_MAX_SHOWN]))
        if len(found) >= _MAX_ITEMS:
            break
    return tuple(found)


def _texts(
    root: Mapping[str, Any], schema: Mapping[str, Any], value: Any, steps: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    schema = resolve_reference(root, schema)
    if isinstance(value, str):
        if value and _is_free(schema):
            yield steps, value
    elif isinstance(value, Mapping):
        order = list(schema.get("properties", {}))
        for name in sorted(value, key=lambda each: order.index(each) if each in order else len(order)):
            yield from _texts(root, child(schema, name), value[name], (*steps, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(root, child(schema, number), item, (*steps, number))


def _is_free(schema: Mapping[str, Any]) -> bool:
    stated = schema.get("x-free-text")
    if isinstance(stated, bool):
        return stated
    longest = schema.get("maxLength")
    bounded = isinstance(longest, int) and longest < _LONG
    return not bounded and not any(name in schema for name in _BOUNDS)
