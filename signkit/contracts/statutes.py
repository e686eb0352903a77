"""What laws ask of a document: one data file a law (``law/*.toml``), and which schema items a template answers with.

A template names its answers in ``template.toml``: ``[covers]`` maps ``LAW.ITEM`` to paths of its schema, or to the
clause of its own text where no datum is needed.  Covered means that there is a place for it, not that what is written
there satisfies anybody.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from signkit.contracts.schema_items import child, resolve_reference
from signkit.contracts.template import DESCRIPTION, Template
from signkit.contracts.typesetters import source_of
from signkit.errors import ContractError, Problem
from signkit.words import Text

_FOLDER = Path(__file__).with_name("law")


@dataclass(frozen=True)
class StatutoryItem:
    """One thing that a law asks for: its id within the law, the clause, and what it is."""

    id: str
    clause: str
    title: Text


@dataclass(frozen=True)
class Law:
    """A law's list: what it is called here, the provisions, and its items in the law's order.

    Attributes:
        named_by: the citation by which a template's ``law`` names this list.
    """

    id: str
    provision: str
    named_by: str
    title: Text
    items: tuple[StatutoryItem, ...]


@cache
def laws() -> Mapping[str, Law]:
    """Return the laws whose items are known, by id."""
    return {path.stem: _law(path) for path in sorted(_FOLDER.glob("*.toml"))}


def _law(path: Path) -> Law:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    items = tuple(StatutoryItem(item["id"], item["clause"], Text(**item["title"])) for item in content["items"])
    return Law(path.stem, content["law"], content["named_by"], Text(**content["title"]), items)


def covers(template: Template) -> dict[str, tuple[str, ...] | str]:
    """Return the template's ``[covers]``: paths, or the clause of its text, by ``LAW.ITEM``.

    Raises:
        ContractError("template-invalid"): it is no table of paths.
    """
    content = tomllib.loads((template.folder / DESCRIPTION).read_text(encoding="utf-8")).get("covers", {})
    if not isinstance(content, dict):
        raise ContractError("template-invalid", template=template.id, cause="covers is not a table")
    return {name: _answer(template, name, value) for name, value in content.items()}


def _answer(template: Template, name: str, value: Any) -> tuple[str, ...] | str:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, list) and value and all(isinstance(path, str) for path in value):
        return tuple(value)
    raise ContractError(
        "template-invalid", template=template.id, cause=f"covers {name} is neither a clause nor a list of paths"
    )


def coverage_problems(template: Template) -> Iterator[Problem]:
    """Yield each statutory item that the template does not answer, and each answer that leads nowhere.

    Looked at are the laws that the template names or covers anything of.

    Raises:
        ContractError("template-invalid"): ``[covers]`` is no table of paths.
    """
    answers = covers(template)
    known = {f"{law.id}.{item.id}" for law in laws().values() for item in law.items}
    for name, answer in answers.items():
        if name not in known:
            yield _problem(
                "unknown", name, Text("no such statutory item is known", "そのような法定記載事項はありません")
            )
        elif isinstance(answer, str):
            if not _stands(answer, template):
                yield _problem("unknown", name, Text(f"the text has no {answer}", f"本文に {answer} がありません"))
        else:
            for path in answer:
                if not _has_item(template.schema, path):
                    yield _problem("unknown", name, Text(f"the schema has no {path}", f"項目 {path} がありません"))
    for law in covered_laws(template):
        yield from (_problem_of(law, item) for item in law.items if f"{law.id}.{item.id}" not in answers)


def covered_laws(template: Template) -> tuple[Law, ...]:
    """Return the laws that the template names in its ``law`` or covers anything of."""
    answered = {name.rpartition(".")[0] for name in covers(template)}
    return tuple(
        law for law in laws().values() if law.id in answered or any(law.named_by in cited for cited in template.law)
    )


def _stands(clause: str, template: Template) -> bool:
    number, source = clause.removeprefix("第").removesuffix("条"), source_of(template)
    if number.isdecimal():
        return source.has_article(template, number)
    return any(clause in text for _, text in source.texts(template))


def _has_item(schema: Mapping[str, Any], path: str) -> bool:
    at: Mapping[str, Any] = schema
    for step in path.split("."):
        at = resolve_reference(schema, at)
        at = child(child(at, 0) if "items" in at else at, step)
        if not at:
            return False
    return True


def _problem_of(law: Law, item: StatutoryItem) -> Problem:
    words = Text(f"no item of the template answers {item.clause}", f"{item.clause} に当たる項目がありません")
    return Problem("statutory", f"{law.id}.{item.id}", item.title, item.clause, words)


def _problem(code: str, place: str, message: Text) -> Problem:
    return Problem(code, place, Text(place, place), None, message)
