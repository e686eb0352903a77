"""A template begun from somebody's own Word form: its tags become a schema, its markers parties.

What is written is a beginning: titles, bounds and examples are guessed, and ``signkit template check`` says what is to
mend.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError, nodes

from signkit.contracts.data_faults import jinja_fault
from signkit.contracts.template import DESCRIPTION, EXAMPLE, SCHEMA, WORD
from signkit.contracts.word.likely_places import LikelyPlace, likely_places, roles_for
from signkit.contracts.word.markers import roles_of, with_blocks
from signkit.contracts.word.package import NotUsable, paragraphs, safe_parts
from signkit.errors import ContractError, OutputExists
from signkit.output import make_folder, write_folder

_DATES = frozenset({"date", "era", "full_date", "era_year"})
_WHOLE = frozenset({"yen", "grouped", "kanji"})
_TAG = re.compile(r"\{([{%])\s*(?:p|tr|tc|r)?\s")
_KINDS: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer", "minimum": 0},
    "text": {"type": "string", "minLength": 1, "maxLength": 200},
}
_EXAMPLES: dict[str, Any] = {"date": "2026-11-21", "integer": 1}


@dataclass(frozen=True)
class WordForm:
    """What was found in a Word document.

    Attributes:
        items: the paths that its tags name (``seller.name``), with their kind: ``text``, ``date`` or ``integer``.
        labels: whose markers it holds: the roles, in order, with what the form calls them.
        places: where tags and markers could stand.
    """

    items: dict[str, str]
    labels: dict[str, str]
    places: tuple[LikelyPlace, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """Whose markers it holds, in order."""
        return tuple(self.labels)


def read_form(content: bytes, name: str) -> WordForm:
    """Return the tags and markers of a .docx.

    Raises:
        ContractError("template-invalid"): it may be no template, or a tag or a marker is faulty.
    """
    try:
        parts = safe_parts(content)
        lines = [" ".join(text.splitlines()) for text in paragraphs(parts)]
        called = dict.fromkeys(roles_of("\n".join(lines)))
        labels = {role: label for label, role in zip(called, roles_for(called), strict=True)}
        with_blocks(parts, {label: role for role, label in labels.items()})
    except NotUsable as error:
        raise ContractError("template-invalid", template=name, cause=error.told_of(WORD)) from error
    text = "\n".join(lines)
    try:
        tree = Environment(autoescape=True).parse(_TAG.sub(r"{\1 ", text))
    except TemplateError as error:
        cause = jinja_fault(error, WORD, lambda _: lines)
        raise ContractError("template-invalid", template=name, cause=cause) from error
    items: dict[str, str] = {}
    _collect(tree, {}, items)
    inner = {path for path in items if any(other.startswith((f"{path}.", f"{path}[")) for other in items)}
    return WordForm(
        {path: kind for path, kind in items.items() if path not in inner},
        labels,
        tuple(likely_places(lines)),
    )


def new_template_from(folder: Path, form: bytes) -> tuple[WordForm, tuple[Path, ...]]:
    """Write a template around the .docx ``form`` into ``folder``, which must not exist.

    Raises:
        As `read_form` does.
        ContractError("form-untagged"): it has neither tags nor markers; where they could stand is told.
        OutputExists: the folder exists.
        FileUnusable("output-not-written"): it cannot be made.
    """
    found = read_form(form, folder.name)
    if not found.items and not found.roles:
        raise ContractError("form-untagged", places=tuple(place.in_words() for place in found.places))
    if folder.exists():
        raise OutputExists(str(folder))
    roles = found.labels or {"first": "first", "second": "second"}
    items = {f"{role}.name": "text" for role in roles} | found.items
    date_item = next((path for path, kind in items.items() if kind == "date" and "[" not in path), "contract_date")
    items[date_item] = "date"
    files = {
        WORD: form,
        DESCRIPTION: _description(folder.name, roles, date_item).encode(),
        SCHEMA: (json.dumps(_schema(items), ensure_ascii=False, indent=2) + "\n").encode(),
        EXAMPLE: _example(items).encode(),
        "README.md": f"# {folder.name}\n\nWhich law it serves, and what it does not cover.\n".encode(),
    }
    make_folder(folder.parent)
    write_folder(folder, files)
    return found, tuple(folder / name for name in files)


def _collect(node: nodes.Node, names: dict[str, str], items: dict[str, str]) -> None:
    """Take in the paths that ``node`` uses; ``names`` tells what a loop's own name stands for."""
    if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
        path = _path(node.iter, names)
        if path is not None:
            items.setdefault(path, "text")
            names = {**names, node.target.name: f"{path}[]"}
    elif isinstance(node, nodes.Filter):
        path = _path(node.node, names)
        if path is not None and node.name in _DATES | _WHOLE:
            items[path] = "date" if node.name in _DATES else "integer"
    elif (path := _path(node, names)) is not None:
        items.setdefault(path, "text")
        return
    for child in node.iter_child_nodes():
        _collect(child, names, items)


def _path(node: nodes.Node | None, names: dict[str, str]) -> str | None:
    if isinstance(node, nodes.Name):
        return names.get(node.name, None if node.name in ("loop", "range") or node.ctx != "load" else node.name)
    if isinstance(node, nodes.Getattr):
        inner = _path(node.node, names)
        return f"{inner}.{node.attr}" if inner is not None else None
    return None


def _schema(items: dict[str, str]) -> dict[str, Any]:
    root: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_table()}
    for path, kind in items.items():
        at, steps = root, path.split(".")
        for step in steps[:-1]:
            at = _table_at(at, step)
        name, listed = steps[-1].removesuffix("[]"), steps[-1].endswith("[]")
        titles = {"title": name, "x-title-en": name}
        leaf = {**titles, **_KINDS[kind]}
        at["properties"].setdefault(
            name, {**titles, "type": "array", "maxItems": 100, "items": leaf} if listed else leaf
        )
    return root


def _table() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": {}}


def _table_at(at: dict[str, Any], step: str) -> dict[str, Any]:
    """Return the table below ``at`` at one step, made if need be; of a list the table of its entries."""
    name, titles = step.removesuffix("[]"), {"title": step.removesuffix("[]"), "x-title-en": step.removesuffix("[]")}
    if step.endswith("[]"):
        found = at["properties"].setdefault(name, {**titles, "type": "array", "maxItems": 100, "items": _table()})
        entries: dict[str, Any] = found["items"]
        return entries
    table: dict[str, Any] = at["properties"].setdefault(name, {**titles, **_table()})
    return table


def _example(items: dict[str, str]) -> str:
    import yaml

    data: dict[str, Any] = {}
    for path, kind in items.items():
        at = data
        steps = path.split(".")
        for step in steps[:-1]:
            below = at.setdefault(step.removesuffix("[]"), [{}] if step.endswith("[]") else {})
            at = below[0] if isinstance(below, list) else below
        value = _EXAMPLES.get(kind, f"({steps[-1].removesuffix('[]')})")
        at[steps[-1].removesuffix("[]")] = [value] if steps[-1].endswith("[]") else value
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def _description(name: str, roles: dict[str, str], date_item: str) -> str:
    text = "\n".join(_description_lines(name, roles, date_item)) + "\n"
    tomllib.loads(text)
    return text


def _description_lines(name: str, roles: dict[str, str], date_item: str) -> Iterator[str]:
    yield f'id = "{name}"\nversion = "1.0.0"\ntitle = {{ ja = "{name}", en = "{name}" }}\nlanguage = "ja"'
    yield f'signing_order = "fixed"\ndate = "{date_item}"\nlaw = []'
    for role, label in roles.items():
        label_ja = json.dumps(label, ensure_ascii=False)
        yield f'\n[[parties]]\nrole = "{role}"\nlabel = {{ ja = {label_ja}, en = "{role}" }}\nname = "{role}.name"'
