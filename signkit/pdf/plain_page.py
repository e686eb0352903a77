"""Pages that are written so plainly that their bytes tell enough of them without parsing (ISO 32000-2 7.7.3.3).

A document may have thousands of pages of which nothing but their place matters.  What the pattern takes is a dictionary
beyond doubt (names, numbers, references and words, no strings, no escapes), so that its entries can be read when
somebody asks for them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.graph import Named, names_in
from signkit.pdf.reading.sections import Location
from signkit.pdf.reading.syntax import Value

_MAX_BYTES = 2048
_SPACE = rb"[\0\t\n\x0c\r ]"
# 7.2.3: a regular token ends at white space or a delimiter only.
_ENDED = rb"(?![^\0\t\n\x0c\r ()<>\[\]{}/%])"
# Without "#": a name with an escape is another one than it looks (7.3.5).
_NAME = rb"/[^\0\t\n\x0c\r ()<>\[\]{}/%#]*+"
_REFERENCE = rb"\d{1,10}+" + _SPACE + rb"++\d{1,5}+" + _SPACE + rb"++R" + _ENDED
_NUMBER = rb"[+-]?(?:\d{1,10}+(?:\.\d{0,20}+)?+|\.\d{1,20}+)" + _ENDED
_SIMPLE = rb"(?>" + _REFERENCE + rb"|" + _NAME + rb"|" + _NUMBER + rb"|(?:true|false|null)" + _ENDED + rb")"


def _array(*items: bytes) -> bytes:
    return rb"\[(?>" + _SPACE + rb"++|" + rb"|".join((_SIMPLE, *items)) + rb")*+\]"


def _dictionary(*values: bytes) -> bytes:
    value = rb"(?>" + rb"|".join((_SIMPLE, *values)) + rb")"
    return rb"<<(?>" + _SPACE + rb"*+" + _NAME + _SPACE + rb"*+" + value + rb")*+" + _SPACE + rb"*+>>"


_ARRAY = _array(_array())
_PAGE = _dictionary(_ARRAY, _dictionary(_ARRAY, _dictionary(_ARRAY, _dictionary(_ARRAY))))
_PLAIN = re.compile(_SPACE + rb"*+" + _PAGE + _SPACE + rb"*+")


class PlainPage(NamedTuple):
    """The bytes of a page's own dictionary, and where it lies."""

    file: PdfFile
    number: int
    place: Location
    body: bytes

    def entries(self) -> dict[str, Value]:
        """Read its entries."""
        found = self.file.object_at(self.number, self.place, self.file.history.last)
        return found if isinstance(found, dict) else {}

    @property
    def may_have_annotations(self) -> bool:
        """Whether it could have an entry for them."""
        return b"/Annots" in self.body

    def named(self) -> Named | None:
        """Return what it names; None where that is annotations, or more than the node above it as by a link."""
        named = None if self.may_have_annotations or b"/TransformMethod" in self.body else names_in(self.body)
        usual = named is not None and len(named.links) < 2 and not named.aims and not named.held
        return named if usual else None


def plain_page(file: PdfFile, number: int, place: Location) -> PlainPage | None:
    """Return the page at ``place``, if its bytes are beyond doubt a dictionary without /Kids."""
    # Inside an object stream or an encrypted file the bytes are not those of the dictionary.
    if place.container or file.decryption is not None:
        return None
    start = file.body_start(number, place)
    end = file.data.find(b"endobj", start, start + _MAX_BYTES) if start is not None else -1
    body = file.data[start:end] if end >= 0 else b""
    usual = bool(body) and b"/Kids" not in body and _PLAIN.fullmatch(body) is not None
    return PlainPage(file, number, place, body) if usual else None
