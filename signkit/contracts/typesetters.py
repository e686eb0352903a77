"""The two kinds of text a template may have, and what both can do: a Typst source or a Word document.

`source_of` is the only place that asks which.  What comes out of both is a PDF in the typesetter's plain form
(see ``plain_pdf``) with a link at each signing block, so that everything after it is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from signkit.contracts.attachments import typesetting_root, typst_annex
from signkit.contracts.escaping import unescape
from signkit.contracts.filled import Filled, Order
from signkit.contracts.fonts import FontSet
from signkit.contracts.markup import typst_source
from signkit.contracts.template import CONTRACT, WORD, Template, template_files
from signkit.contracts.typesetting import prelude, typeset
from signkit.pdf.embedded_contract import FILE_NAME

_TYPST_BLOCK = re.compile(r"signing_block\(\s*['\"]([a-z0-9_]+)['\"]")
_TYPST_ATTACHMENT = """\
#pdf.attach(
  "{name}", relationship: "data", mime-type: "application/json",
  description: "Contract data / 契約データ ({id} {version})",
)
"""


class TemplateText(Protocol):
    """What a kind of text can do."""

    #: How many contracts are best typeset in one go.
    together: ClassVar[int]
    #: The file that holds the text.
    file: ClassVar[str]

    def texts(self, template: Template) -> Iterator[tuple[str, str]]:
        """Yield name and text of every file that may end up in a contract; a line is a line or a paragraph.

        Raises:
            ContractError("template-invalid"): the text cannot be read.
        """

    def roles(self, template: Template) -> frozenset[str]:
        """Return the roles that the text has signing blocks for."""

    def has_article(self, template: Template, number: str) -> bool:
        """Tell whether the text has an article of that number."""

    def replaced_fonts(self, template: Template, fonts: FontSet) -> dict[str, str]:
        """Return which families that the text names are replaced, and by what."""

    def fill(self, template: Template, data: Mapping[str, Any], fonts: FontSet) -> Filled:
        """Put the data in.

        Raises:
            ContractError("template-invalid"): the template is at fault.
        """

    def typeset(self, template: Template, orders: Sequence[Order], fonts: FontSet) -> tuple[bytes, ...]:
        """Return a PDF for each order.

        Raises:
            ContractError("typesetting-failed"): the typesetter refuses one.
        """


def source_of(template: Template) -> TemplateText:
    """Return what the template's kind of text can do.

    Raises:
        MissingExtra: it is a Word document, and the libraries for those are not installed.
    """
    if template.text_file == WORD:
        from signkit.contracts.word.source import WordSource, require_extra

        require_extra()
        return WordSource()
    return TypstSource()


class TypstSource:
    """Typst markup with Jinja in it, typeset in this process."""

    together: ClassVar[int] = 1
    file: ClassVar[str] = CONTRACT

    def texts(self, template: Template) -> Iterator[tuple[str, str]]:
        """Yield the template's text files as they are."""
        yield from template_files(template)

    def roles(self, template: Template) -> frozenset[str]:
        """Return the roles that ``signing_block`` is called with."""
        return frozenset(role for _, text in template_files(template) for role in _TYPST_BLOCK.findall(text))

    def has_article(self, template: Template, number: str) -> bool:
        """Look for the house style's ``#article``."""
        return any(f"#article({number}," in text for _, text in template_files(template))

    def replaced_fonts(self, template: Template, fonts: FontSet) -> dict[str, str]:  # noqa: ARG002
        """Return none: the house style names the fonts there are."""
        return {}

    def fill(self, template: Template, data: Mapping[str, Any], fonts: FontSet) -> Filled:  # noqa: ARG002
        """Return Typst source."""
        source = typst_source(template, data)
        return Filled(unescape(source), source)

    def typeset(self, template: Template, orders: Sequence[Order], fonts: FontSet) -> tuple[bytes, ...]:
        """Compile each."""
        return tuple(_typeset_order(template, order, fonts) for order in orders)


def _typeset_order(template: Template, order: Order, fonts: FontSet) -> bytes:
    title = (order.title or template.title).in_language(template.language)
    attachment = _TYPST_ATTACHMENT.format(name=FILE_NAME, id=template.id, version=template.version)
    head = prelude(title, template.language, fonts) + attachment
    with typesetting_root(template.folder, order.attachments) as root:
        return typeset(
            f"{head}{order.filled.content!s}" + typst_annex(order.attachments, order.appended, template.language),
            name=template.id,
            day=order.day,
            root=root,
            files={FILE_NAME: order.data},
            fonts=fonts,
        )
