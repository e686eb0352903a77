"""A Word document as a template's text: see `signkit.contracts.typesetters`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from signkit.contracts import fonts as known_fonts
from signkit.contracts.filled import Filled, Order
from signkit.contracts.fonts import FontSet
from signkit.contracts.template import WORD, Template
from signkit.errors import ContractError, MissingExtra
from signkit.pdf.embedded_contract import FILE_NAME
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.contracts.word.package import Parts


class WordSource:
    """A .docx with Jinja tags and markers for signing blocks, converted by LibreOffice."""

    together: ClassVar[int] = 20
    file: ClassVar[str] = WORD

    def texts(self, template: Template) -> Iterator[tuple[str, str]]:
        """Yield the document's text, a line a paragraph."""
        from signkit.contracts.word.package import paragraphs

        lines = (" ".join(text.splitlines()) for text in paragraphs(_looked_over(template)))
        yield WORD, "\n".join(lines)

    def roles(self, template: Template) -> frozenset[str]:
        """Return the roles of the markers."""
        from signkit.contracts.word.markers import names_of_roles, roles_of

        names = names_of_roles(template.parties)
        return frozenset(role for _, text in self.texts(template) for role in roles_of(text, names))

    def has_article(self, template: Template, number: str) -> bool:
        """Look for a paragraph that begins with 第1条, whatever its digits' width."""
        begins = re.compile(rf"^\s*第\s*{re.escape(number)}\s*条", re.MULTILINE)
        return any(begins.search(unicodedata.normalize("NFKC", text)) for _, text in self.texts(template))

    def replaced_fonts(self, template: Template, fonts: FontSet) -> dict[str, str]:
        """Return which of the document's fonts are replaced, and by what."""
        from signkit.contracts.word.typefaces import replaced_families

        return replaced_families(_looked_over(template), fonts)

    def fill(self, template: Template, data: Mapping[str, Any], fonts: FontSet) -> Filled:
        """Return a .docx that was looked over again after it was filled in."""
        from signkit.contracts.word.filling import fill_in
        from signkit.contracts.word.markers import count_blocks
        from signkit.contracts.word.package import NotUsable, pack, paragraphs, safe_parts

        try:
            parts = safe_parts(fill_in(_prepare_document(template, fonts), data), own_links=True)
        except NotUsable as error:
            raise ContractError("template-invalid", template=template.id, cause=error.told_of(WORD)) from error
        counts = count_blocks(parts)
        for party in template.parties_of(data):
            if counts[party.role] != 1:
                times = counts[party.role]
                cause = Text(
                    f"{WORD}: the marker [[sign:{party.role}]] stands {times} times, not once",
                    f"{WORD}: 署名欄 [[署名:{party.label.ja}]] が{times}か所あります。1か所にしてください",
                )
                raise ContractError("template-invalid", template=template.id, cause=cause)
        return Filled("\n".join(paragraphs(parts)), pack(parts))

    def typeset(self, template: Template, orders: Sequence[Order], fonts: FontSet) -> tuple[bytes, ...]:
        """Convert all of them, and give each the contract's own metadata and files."""
        from signkit.contracts.word.libreoffice import convert

        documents = [_with_annex(order, template, 0) for order in orders]
        made = list(convert(documents, fonts, template.id))
        for number, order in enumerate(orders):
            if order.appended:
                # Where the appended pages begin is known once the others are counted.
                again = _with_annex(order, template, _page_count(made[number]))
                made[number] = convert([again], fonts, template.id)[0]
        return tuple(_finish(pdf, order, template, fonts) for pdf, order in zip(made, orders, strict=True))


def require_extra() -> None:
    """Check that the libraries for Word documents are installed.

    Raises:
        MissingExtra: they are not.
    """
    try:
        import docxtpl  # noqa: F401
    except ImportError as error:
        raise MissingExtra("contract.docx", "docx") from error


@lru_cache(maxsize=16)
def _looked_over(template: Template) -> Parts:
    """Return the parts of the template's document, which hold nothing that a template may not.

    Raises:
        ContractError("template-invalid"): it holds such a thing.
    """
    from signkit.contracts.word.filling import RAW_TAGS
    from signkit.contracts.word.package import NotUsable, paragraphs, safe_parts
    from signkit.contracts.word.typefaces import with_readable_symbols

    try:
        parts = with_readable_symbols(safe_parts((template.folder / WORD).read_bytes()))
        if any(RAW_TAGS.search(text) for text in paragraphs(parts)):
            raise NotUsable(
                "{{r }}, {{p }}, {{tr }} and {{tc }} are not allowed; write {{ item }}",
                "{{r }}、{{p }}、{{tr }}、{{tc }} は使えません。{{ 項目 }} と書いてください",
            )
    except OSError as error:
        raise ContractError("template-invalid", template=template.id, cause=f"{WORD}: {error}") from error
    except NotUsable as error:
        raise ContractError("template-invalid", template=template.id, cause=error.told_of(WORD)) from error
    return parts


@lru_cache(maxsize=16)
def _prepare_document(template: Template, fonts: FontSet) -> bytes:
    """Return the document with known fonts and with places to sign, ready to be filled in."""
    from signkit.contracts.word.markers import names_of_roles, with_blocks
    from signkit.contracts.word.package import NotUsable, pack
    from signkit.contracts.word.typefaces import with_known_fonts

    try:
        names = names_of_roles(template.parties)
        return pack(with_blocks(with_known_fonts(_looked_over(template), fonts), names))
    except NotUsable as error:
        raise ContractError("template-invalid", template=template.id, cause=error.told_of(WORD)) from error


def _with_annex(order: Order, template: Template, pages: int) -> bytes:
    from signkit.contracts.word.annex import with_annex

    assert isinstance(order.filled.content, bytes)
    return with_annex(order.filled.content, order.attachments, order.appended, template.language, pages)


def _page_count(pdf: bytes) -> int:
    from io import BytesIO

    from pypdf import PdfReader

    return len(PdfReader(BytesIO(pdf)).pages)


def _finish(pdf: bytes, order: Order, template: Template, fonts: FontSet) -> bytes:
    from signkit.contracts.word.finishing import AssociatedFile, DocumentIdentity, finish_pdf

    words = f"Contract data / 契約データ ({template.id} {template.version})"
    files = [AssociatedFile(FILE_NAME, "application/json", words, "Data", order.data)]
    files += [
        AssociatedFile(each.name, each.media_type, each.description, "Supplement", each.content)
        for each in order.attachments
    ]
    title = (order.title or template.title).in_language(template.language)
    identity = DocumentIdentity(title, template.language, order.day)
    return finish_pdf(pdf, identity, files, known_fonts.postscript_names(fonts), template.id)
