"""Contract data to be filled in: a YAML file with every item of a template, its title, clause, choices and an example.

What must be given stands open, what may be given is commented out: the file as written is refused item by item, and
accepted once what stands open is filled.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from signkit.contracts.data import load_contract_data
from signkit.contracts.schema_items import resolve_reference
from signkit.contracts.template import EXAMPLE, Template
from signkit.errors import ContractDataUnreadable, InputUnreadable
from signkit.words import Language, Text

_LONGEST_EXAMPLE = 40
#: Tables within tables that are written out; a schema may refer to itself.
_DEEPEST = 12
_MOST_ENTRIES = 10


def blank_data(template: Template, named: str, language: Language) -> str:
    """Return contract data of the template to be filled in, as YAML with comments.

    Args:
        named: how the template is named to render it: by its name or its folder.
    """
    form = _DataForm(template.schema, language)
    facts = {"title": template.title.in_language(language), "template": template.id, "version": template.version}
    head = _HEAD.in_language(language, named=shlex.quote(named), **facts)
    lines = [*(f"# {line}" for line in head.splitlines()), ""]
    return "\n".join([*lines, *form.table(template.schema, _example(template), 0)]) + "\n"


def _example(template: Template) -> object:
    """Return the template's example; None where it has none that can be read."""
    try:
        return load_contract_data(template.folder / EXAMPLE)
    except (InputUnreadable, ContractDataUnreadable):
        return None


@dataclass(frozen=True)
class _DataForm:
    """How the items of one schema are written."""

    root: Mapping[str, Any]
    language: Language

    def table(self, schema: Mapping[str, Any], example: object, depth: int) -> Iterator[str]:
        """Yield the lines of a table's items."""
        required, conditions = set(schema.get("required", ())), dict(self._conditions(schema))
        for name, item in schema.get("properties", {}).items():
            whole = resolve_reference(self.root, item)
            below = example.get(name) if isinstance(example, Mapping) else None
            mark = _REQUIRED if name in required else conditions.get(name, _OPTIONAL)
            yield f"# {self._words_of(name, whole, mark, below)}"
            lines = list(self._item(name, whole, below, depth))
            yield from lines if name in required else (f"#{line}" for line in lines)
            if depth == 0:
                yield ""

    def _item(self, name: str, schema: Mapping[str, Any], example: object, depth: int) -> Iterator[str]:
        """Yield an item as it is filled in, without its comment."""
        key, kind = _key(name), _kind(schema)
        if depth >= _DEEPEST or kind not in ("object", "array"):
            yield f"{key}:{_fixed_value(schema)}"
            return
        yield f"{key}:"
        if kind == "object":
            yield from (f"  {line}" if line else line for line in self.table(schema, example, depth + 1))
            return
        entry = resolve_reference(self.root, schema.get("items", {}))
        first = example[0] if isinstance(example, list) and example else None
        yield f"  # {_MORE.in_language(self.language)}"
        for _ in range(min(max(schema.get("minItems", 1), 1), _MOST_ENTRIES)):
            yield from self._entry(entry, first, depth + 1)

    def _entry(self, schema: Mapping[str, Any], example: object, depth: int) -> Iterator[str]:
        """Yield one entry of a list; its dash stands on a line of its own, so that entries look alike."""
        if _kind(schema) == "object":
            yield "  -"
            yield from (f"    {line}" if line else line for line in self.table(schema, example, depth + 1))
        else:
            yield f"  -{_fixed_value(schema)}"

    def _words_of(self, name: str, schema: Mapping[str, Any], mark: Text, example: object) -> str:
        title = schema.get("title", name)
        own = schema.get("x-title-en", title) if self.language == "en" else title
        clause = f" [{schema['x-clause']}]" if "x-clause" in schema else ""
        notes = [note.in_language(self.language) for note in _notes(schema, example)]
        return f"{mark.in_language(self.language)} {own}{clause}{''.join(f'  {note}' for note in notes)}"

    def _conditions(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
        """Yield the items that must be given where another has a certain value."""
        for rule in (schema, *schema.get("allOf", ())):
            then = rule.get("then")
            if not isinstance(then, Mapping) or not isinstance(rule.get("if"), Mapping):
                continue
            given = {
                name: wanted.get("enum", [wanted.get("const")])
                for name, wanted in rule["if"].get("properties", {}).items()
                if "enum" in wanted or "const" in wanted
            }
            words = ", ".join(f"{name} = {' / '.join(map(_yaml_value, values))}" for name, values in given.items())
            for name in then.get("required", ()) if words else ():
                yield name, Text(f"(needed where {words})", f"({words} のとき必須)")


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), None)
    return str(kind or ("object" if "properties" in schema else "string"))


def _notes(schema: Mapping[str, Any], example: object) -> Iterator[Text]:
    """Yield what a value may be, and how one looks."""
    if "const" in schema:
        if not _fixed_value(schema):
            shown = _yaml_value(schema["const"])
            yield Text(f"write {shown} where it is so", f"そのとおりであれば {shown} と書く")
        return
    if choices := schema.get("enum"):
        shown = " / ".join(map(_yaml_value, choices))
        yield Text(f"one of: {shown}", f"次のいずれか: {shown}")
        return
    kind = _kind(schema)
    if kind in _KINDS:
        yield _KINDS[kind]
    if isinstance(example, str | int | float) and not isinstance(example, bool):
        shown = _yaml_value(example)
        if len(shown) <= _LONGEST_EXAMPLE:
            yield Text(f"e.g. {shown}", f"例: {shown}")


def _fixed_value(schema: Mapping[str, Any]) -> str:
    """Return the one value that an item may have; not that something is so, which its writer has to say."""
    const = schema.get("const")
    return f" {_yaml_value(const)}" if const is not None and not isinstance(const, bool) else ""


def _key(name: str) -> str:
    return name if name.isidentifier() and name not in _YAML_WORDS else json.dumps(name, ensure_ascii=False)


def _yaml_value(value: object) -> str:
    """Return a value as YAML reads it back: a text that could be anything else in quotes."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.isprintable() and value.lower() not in _YAML_WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


#: A text that needs no quotes: it begins with a letter and holds nothing that YAML gives a meaning.
_PLAIN = re.compile(r"[^\W\d_][^:#\"'{}\[\],&*!|>%@`]*")
_YAML_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_REQUIRED, _OPTIONAL = Text("*", "*"), Text("(optional)", "(任意)")
_MORE = Text("for more of them repeat from the dash on", "複数あるときは「-」から繰り返す")
_KINDS = {
    "integer": Text("a whole number", "整数"),
    "number": Text("a number", "数値"),
    "boolean": Text("true or false", "true (はい) か false (いいえ)"),
}
_HEAD = Text(
    "Contract data: {title} ({template} {version})\n"
    "Write each value behind its colon. * must be given. What is optional is commented out:\n"
    "to give it, take one # away at the beginning of its line and of the lines below it.\n"
    "Then: signkit render {named} THIS-FILE -o contract.pdf",
    "契約データ: {title} ({template} {version})\n"
    "コロンの後に値を書きます。* は必須です。任意の項目はコメントにしてあります。\n"
    "使うときは、その行と続く行の先頭の # を1つ消してください。\n"
    "書き終えたら: signkit render {named} このファイル -o contract.pdf",
)
