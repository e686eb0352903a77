"""Looking a template over before anybody signs what comes of it: every fault at once, then its example as a PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from signkit.contracts import fonts
from signkit.contracts.data import load_contract_data
from signkit.contracts.render import Rendered, render_contract, template_problems
from signkit.contracts.schema_items import resolve_reference
from signkit.contracts.statutes import coverage_problems
from signkit.contracts.template import EXAMPLE, Template
from signkit.contracts.typesetters import source_of
from signkit.errors import ContractRefused, InputUnreadable, Problem, SignKitError
from signkit.settings import Settings
from signkit.words import Text

_MAX_DEPTH = 20


@dataclass(frozen=True)
class Lint:
    """What was found: problems, and the example as it renders; None where it does not.

    Attributes:
        replaced_fonts: families that the text names, and what stands in for each; no fault, but to be looked at.
    """

    problems: tuple[Problem, ...]
    example: Rendered | None
    replaced_fonts: Mapping[str, str] = field(default_factory=dict)


def check_template(template: Template, settings: Settings | None = None) -> Lint:
    """Look over a template: statutory items, parties, titles, bounds, 個人番号, glyphs, whether the example renders."""
    font_set = fonts.font_set((settings or Settings()).font_folders)
    problems = [
        *coverage_problems(template),
        *_party_problems(template),
        *_title_problems(template.schema, template.schema, "", 0),
        *template_problems(template),
        *_glyph_problems(template, font_set),
    ]
    try:
        example = render_contract(template, load_contract_data(template.folder / EXAMPLE), settings)
    except ContractRefused as refused:
        return Lint(tuple(dict.fromkeys([*problems, *refused.problems])), None)
    except InputUnreadable:
        return Lint((*problems, _problem("missing", EXAMPLE, Text("there is no example", "記入例がありません"))), None)
    except SignKitError as error:
        return Lint((*problems, _problem("example", EXAMPLE, Text(error.message("en"), error.message("ja")))), None)
    return Lint(tuple(problems), example, source_of(template).replaced_fonts(template, font_set))


def _party_problems(template: Template) -> Iterator[Problem]:
    """Yield parties whose name or address is no text of the schema, and items that are not demanded but must be."""
    for party in template.parties:
        for path in filter(None, (party.name_item, party.address_item, party.number_item, party.label_item)):
            if _leaf_type(template.schema, path) != "string":
                words = Text(f"{path} is no text of the schema", f"{path} は文字列の項目ではありません")
                yield _problem("unknown", f"parties.{party.role}", words)
    if _leaf_type(template.schema, template.date_item) != "string":
        item = template.date_item
        yield _problem(
            "unknown", "date", Text(f"{item} is no date of the schema", f"{item} は日付の項目ではありません")
        )
    source, known = source_of(template), {party.role for party in template.parties}
    for role in sorted(source.roles(template) - known):
        yield _problem(
            "unknown", f"{source.file}: {role}", Text("no party has this role", "その役割の当事者がいません")
        )


def _leaf_type(schema: Mapping[str, Any], path: str) -> object:
    at: Mapping[str, Any] = schema
    for step in path.split("."):
        at = resolve_reference(schema, resolve_reference(schema, at).get("properties", {}).get(step, {}))
    return at.get("type")


def _title_problems(root: Mapping[str, Any], schema: Mapping[str, Any], path: str, depth: int) -> Iterator[Problem]:
    """Yield items without a title in both languages, and texts that may grow without bound."""
    schema = resolve_reference(root, schema)
    if depth > _MAX_DEPTH:
        return
    for name, item in schema.get("properties", {}).items():
        here, found = f"{path}{name}", resolve_reference(root, item)
        if not found.get("title") or not found.get("x-title-en"):
            yield _problem("title", here, Text("has no title in both languages", "日本語と英語の見出しがありません"))
        if found.get("type") == "string" and not found.keys() & {"maxLength", "enum", "const", "format"}:
            yield _problem("bound", here, Text("has no maxLength", "maxLength がありません"))
        yield from _title_problems(root, found, f"{here}.", depth + 1)
    if isinstance(schema.get("items"), Mapping):
        yield from _title_problems(root, schema["items"], path.removesuffix(".") + "[].", depth + 1)


def _glyph_problems(template: Template, font_set: fonts.FontSet) -> Iterator[Problem]:
    for name, text in source_of(template).texts(template):
        for number, line in enumerate(text.splitlines(), 1):
            if missing := fonts.missing_glyphs(line, font_set):
                shown = fonts.describe_missing(missing)
                words = Text(f"the fonts cannot draw: {shown}", f"フォントに字形のない文字があります: {shown}")
                yield _problem("glyph", f"{name}:{number}", words)


def _problem(code: str, place: str, message: Text) -> Problem:
    return Problem(code, place, Text(place, place), None, message)
