"""The items of a template's schema: which schema an item has, what it is called, and which clause it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from signkit.contracts import privacy
from signkit.words import Text


def dotted_path(steps: Iterable[str | int]) -> str:
    """Return steps as people write them: ``buildings[0].area``."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{_name_for_people(step)}" for step in steps]
    return "".join(parts).removeprefix(".")


def _name_for_people(name: str) -> str:
    """Return an item's name, but for one that is itself a 個人番号."""
    return "?" if privacy.holds_my_number(name) else name


def title_and_clause(
    schema: Mapping[str, Any], steps: Iterable[str | int], *, numbered: bool = True
) -> tuple[Text, str | None]:
    """Return the title of the item at ``steps`` (its path where it has none) and the clause it answers.

    The clause of a table holds for its items that name none.

    Args:
        numbered: say which entry of a list it is.
    """
    titles: list[Text] = []
    clause: str | None = None
    at: Mapping[str, Any] = schema
    steps = list(steps)
    for step in steps:
        at = resolve_reference(schema, child(at, step))
        clause = at.get("x-clause", clause)
        if isinstance(step, int):
            titles += [Text(f"no. {step + 1}", f"{step + 1}件目")] if numbered else []
        elif "title" in at:
            titles.append(Text(en=at.get("x-title-en", at["title"]), ja=at["title"]))
        else:
            titles.append(Text(_name_for_people(step), _name_for_people(step)))
    if not titles:
        return Text("the contract", "契約データ全体"), None
    return Text(" / ".join(title.en for title in titles), "・".join(title.ja for title in titles)), clause


def child(schema: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    """Return the schema of an entry of a list, or of an item of a table; empty where there is none."""
    found = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
    return found if isinstance(found, Mapping) else {}


def schema_at(root: Mapping[str, Any], steps: Iterable[str | int]) -> Mapping[str, Any]:
    """Return the schema of the item at ``steps``; empty where there is none."""
    at = root
    for step in steps:
        at = resolve_reference(root, child(at, step))
    return at


def resolve_reference(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a local ``$ref`` (``#/$defs/person``); the words beside it win over those of its target."""
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return schema
    target: Any = root
    for name in reference[2:].split("/"):
        target = target.get(name, {})
    return {**target, **schema}
