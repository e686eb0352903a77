"""The whole way from contract data to a PDF that waits for its signatures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from signkit.contracts import fonts, privacy
from signkit.contracts.appended import append_pages
from signkit.contracts.attachments import (
    Attachment,
    require_glyphs,
    require_together,
)
from signkit.contracts.checking import examine, other_numbers
from signkit.contracts.embedding import contract_json
from signkit.contracts.filled import Filled, Order
from signkit.contracts.provenance import provenance
from signkit.contracts.rules.rule import LAWFUL, Scrutiny
from signkit.contracts.sandbox import title_of
from signkit.contracts.searching import find_on_pages
from signkit.contracts.signature_fields import FieldDescription, SigningBlock, add_signature_fields
from signkit.contracts.template import Party, Template
from signkit.contracts.typesetters import source_of
from signkit.errors import ContractError, ContractRefused, Problem
from signkit.pdf.embedded_contract import EmbeddedFile
from signkit.plain_data import item_at, plain_data
from signkit.settings import Settings
from signkit.words import Text


@dataclass(frozen=True)
class Rendered:
    """A contract ready to be signed.

    Attributes:
        pdf: PDF/A-3b (plain PDF 1.7 where pages were appended) with an empty signature field at each signing block
            and the data as ``contract.json``.
        blocks: where each role signs.
        warnings: what the parties should know of the contents, each with its clause and provision.
    """

    pdf: bytes
    blocks: tuple[SigningBlock, ...]
    warnings: tuple[Problem, ...] = ()


def render_contract(
    template: Template,
    data: Mapping[str, Any],
    settings: Settings | None = None,
    attachments: Sequence[Attachment] = (),
    appended: Sequence[Attachment] = (),
    *,
    scrutiny: Scrutiny = LAWFUL,
) -> Rendered:
    """Check ``data``, typeset ``template`` with it and add the signature fields.

    The same data gives the same bytes on every machine: the document's date comes from the data.

    Args:
        attachments: files to embed; an annex lists them with their digests.
        appended: files whose pages go behind the contract's; the annex lists them too.
        scrutiny: what the data are held against (`signkit.contracts.rules.rule.Scrutiny`).

    Raises:
        DeliveryError("attachment-refused"): an attachment or appended file cannot go with the contract.
        ContractRefused: the data or the text holds something a contract may not; names every problem.
        ContractError("template-invalid"): the template is at fault.
        ContractError("typesetting-failed"): the template's markup is at fault.
        ContractDataUnreadable: ``data`` is not plain contract data (see ``plain_data``).
        MissingExtra, LibreOfficeMissing: the template is a Word document, and what converts it is not installed.
    """
    font_set = fonts.font_set((settings or Settings()).font_folders)
    together = [*attachments, *appended]
    require_together(together)
    require_glyphs(together, font_set)
    own = render_own_pages(template, data, settings, attachments, appended, scrutiny=scrutiny)
    return replace(own, pdf=append_pages(own.pdf, [each.content for each in appended]))


def render_own_pages(
    template: Template,
    data: Mapping[str, Any],
    settings: Settings | None = None,
    attachments: Sequence[Attachment] = (),
    appended: Sequence[Attachment] = (),
    *,
    scrutiny: Scrutiny = LAWFUL,
) -> Rendered:
    """Render the contract without the pages that are appended, which its annex lists all the same.

    Args and errors are those of `render_contract`; the files are taken as they are.
    """
    font_set = fonts.font_set((settings or Settings()).font_folders)
    order = _order(template, data, settings, attachments, appended, scrutiny=scrutiny)
    (compiled,) = source_of(template).typeset(template, [order], font_set)
    _refuse(_number_on_a_page(compiled, order))
    return _with_fields(template, data, compiled, order.filled.warnings)


def render_contracts(
    template: Template,
    rows: Sequence[Mapping[str, Any]],
    settings: Settings | None = None,
    *,
    scrutiny: Scrutiny = LAWFUL,
) -> tuple[Rendered, ...]:
    """Render several contracts of one template in one go, which spares a Word template most of its time.

    Raises:
        As `render_contract` does, for any of them.
    """
    font_set = fonts.font_set((settings or Settings()).font_folders)
    orders = [_order(template, data, settings, scrutiny=scrutiny) for data in rows]
    compiled = source_of(template).typeset(template, orders, font_set)
    for pdf, order in zip(compiled, orders, strict=True):
        _refuse(_number_on_a_page(pdf, order))
    return tuple(
        _with_fields(template, data, pdf, order.filled.warnings)
        for data, pdf, order in zip(rows, compiled, orders, strict=True)
    )


def _order(
    template: Template,
    data: Mapping[str, Any],
    settings: Settings | None,
    attachments: Sequence[Attachment] = (),
    appended: Sequence[Attachment] = (),
    *,
    scrutiny: Scrutiny = LAWFUL,
) -> Order:
    data = plain_data(data)
    filled = filled_contract(template, data, settings, scrutiny=scrutiny)
    font_set = fonts.font_set((settings or Settings()).font_folders)
    made_with = provenance(template, font_set)
    files, pages = _embedded_files(attachments), _embedded_files(appended)
    associated = contract_json(template, data, files, pages, made_with, filled.warnings, scrutiny.other_numbers)
    title = title_of(template, data)
    return Order(filled, _document_day(template, data), associated, attachments, appended, title)


def _with_fields(
    template: Template, data: Mapping[str, Any], compiled: bytes, warnings: tuple[Problem, ...] = ()
) -> Rendered:
    parties = template.parties_of(data)
    try:
        pdf, blocks = add_signature_fields(compiled, _field_descriptions(template, parties))
    except KeyError as error:
        raise ContractError(
            "template-invalid",
            template=template.id,
            cause=f"a signing block for {error.args[0]}, which is no party's role",
        ) from error
    _require_one_block_each(template, parties, blocks)
    return Rendered(pdf, blocks, warnings)


def filled_contract(
    template: Template, data: Mapping[str, Any], settings: Settings | None = None, *, scrutiny: Scrutiny = LAWFUL
) -> Filled:
    """Check ``data`` and the text it makes; return the template with the data in it, ready to be typeset.

    Args:
        scrutiny: what the data are held against (`signkit.contracts.rules.rule.Scrutiny`).

    Raises:
        ContractRefused, ContractError("template-invalid"), ContractDataUnreadable: as `render_contract` does.
    """
    font_set = fonts.font_set((settings or Settings()).font_folders)
    data = plain_data(data)
    examined = examine(template, data, font_set, scrutiny)
    _refuse(examined.refused_at(scrutiny))
    _refuse(template_problems(template))
    filled = source_of(template).fill(template, data, font_set)
    others = other_numbers(template, data, scrutiny)
    _refuse(_printed_problems(filled.text, template, font_set, others))
    _document_day(template, data)
    return replace(filled, warnings=examined.warnings, other_numbers=others)


def _embedded_files(files: Sequence[Attachment]) -> list[EmbeddedFile]:
    return [
        EmbeddedFile(each.name, each.description, each.sha256, each.pages, each.size if each.pages else None)
        for each in files
    ]


def _document_day(template: Template, data: Mapping[str, Any]) -> date:
    day = item_at(data, template.date_item)
    try:
        return date.fromisoformat(day)
    except (TypeError, ValueError) as error:
        raise ContractError(
            "template-invalid", template=template.id, cause=f"the item {template.date_item} does not date the document"
        ) from error


def _field_descriptions(template: Template, parties: Sequence[Party]) -> dict[str, FieldDescription]:
    """Return each role's field: in a fixed order a signature also closes the fields of those before it."""
    roles = [party.role for party in parties]
    fixed = template.signing_order == "fixed"
    return {
        party.role: FieldDescription(
            label=f"{party.label.ja}の署名" if template.language == "ja" else f"Signature of {party.label.en}",
            locks=tuple(roles[: number + 1]) if fixed else (party.role,),
        )
        for number, party in enumerate(parties)
    }


def _require_one_block_each(template: Template, parties: Sequence[Party], blocks: tuple[SigningBlock, ...]) -> None:
    counts = Counter(block.role for block in blocks)
    for party in parties:
        if counts[party.role] != 1:
            raise ContractError(
                "template-invalid",
                template=template.id,
                cause=f"{counts[party.role]} signing blocks for {party.role}, not one",
            )


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise ContractRefused(problems)


@lru_cache(maxsize=16)
def template_problems(template: Template) -> tuple[Problem, ...]:
    """Return the lines of the template's own text that hold or name a 個人番号."""
    return tuple(
        _problem("my-number", f"{name}:{number}", _MY_NUMBER)
        for name, text in source_of(template).texts(template)
        for number, line in enumerate(text.splitlines(), 1)
        if privacy.holds_my_number(line) or privacy.names_my_number(line)
    )


def _number_on_a_page(pdf: bytes, order: Order) -> tuple[Problem, ...]:
    """Return the first page with a line that holds a 個人番号 as a viewer reads it, whatever it was made from."""
    place = find_on_pages(pdf, order.filled.other_numbers)
    return () if place is None else (Problem("my-number", place.en, place, None, _MY_NUMBER),)


def _printed_problems(
    text: str, template: Template, font_set: fonts.FontSet, others: frozenset[str]
) -> tuple[Problem, ...]:
    """Return what may not be printed of the filled-in text; the data were checked by themselves before."""
    if privacy.find_my_number(text, others) == "certain":
        return (_problem("my-number", template.id, _MY_NUMBER),)
    missing = fonts.missing_glyphs(text, font_set)
    if not missing:
        return ()
    found = [
        _problem("glyph", f"{name}:{number}", _undrawable(here))
        for name, file_text in source_of(template).texts(template)
        for number, line in enumerate(file_text.splitlines(), 1)
        if (here := fonts.missing_glyphs(line, font_set))
    ]
    return tuple(found) or (_problem("glyph", template.id, _undrawable(missing)),)


_MY_NUMBER = Text(
    "the text holds or names a 個人番号; it must not stand in a contract",
    "個人番号またはそれを指す語があります。契約書には記載できません",
)


def _undrawable(missing: tuple[str, ...]) -> Text:
    shown = fonts.describe_missing(missing)
    return Text(f"the fonts cannot draw: {shown}", f"フォントに字形のない文字があります: {shown}")


def _problem(code: str, place: str, message: Text) -> Problem:
    return Problem(code, place, Text(place, place), None, message)
