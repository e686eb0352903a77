"""A Word document filled in: docxtpl joins what Word parted, Jinja runs in the sandbox, values stay text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2.exceptions import TemplateError
from lxml import etree

from signkit.contracts.data_faults import running_fault, word_fault
from signkit.contracts.sandbox import Sandbox, with_whole
from signkit.contracts.word.package import NotUsable, paragraphs, parse_xml, read_parts

#: ``{{r x}}`` and its like print XML in place of text; nothing that a template is given is XML.
RAW_TAGS = re.compile(r"\{\{\s*(?:r|p|tr|tc)\s")


class WordMarkup(str):
    """XML that stood in the document; printed unchanged."""

    __slots__ = ()


def fill_in(document: bytes, data: Mapping[str, Any]) -> bytes:
    """Return the .docx with its Jinja tags carried out.

    Args:
        document: made of parts that were looked over.

    Raises:
        NotUsable: a tag is faulty or names what is not there, breaks the sandbox or its bounds, or leaves XML that
            is not well-formed.
    """
    form = _Form(BytesIO(document))
    output = BytesIO()
    try:
        form.render(with_whole(data), Sandbox(WordMarkup, _references))
        form.save(output)
    except TemplateError as error:
        cause = word_fault(error, list(paragraphs(read_parts(document))))
        raise NotUsable(cause.en, cause.ja) from error
    except etree.XMLSyntaxError as error:
        raise NotUsable(
            f"the tags and the document's structure overlap ({error})",
            "タグと文書の構造が食い違っています ({%p %} は段落、{%tr %} は表の行にだけ置きます)",
        ) from error
    except (ValueError, TypeError, ArithmeticError, RecursionError, AttributeError) as error:
        cause = running_fault(error)
        raise NotUsable(cause.en, cause.ja) from error
    return output.getvalue()


def _references(text: str) -> str:
    """Write a text as character references; a line break stays one, which docxtpl makes Word's."""
    return "".join(each if each == "\n" else f"&#x{ord(each):x};" for each in text)


class _Form(DocxTemplate):  # type: ignore[misc]  # docxtpl has no types
    """docxtpl, without its repair of XML that is not well-formed: it would silently lose text of a contract."""

    def fix_tables(self, xml: str) -> Any:
        parse_xml(xml)
        return super().fix_tables(xml)

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """Leave the document's properties alone: the PDF's are written anew."""
