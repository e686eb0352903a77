"""What a document says it conforms to, for what is added to it to conform too (ISO 19005-1 6.7.11)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from signkit.pdf.writing.opening import entry

if TYPE_CHECKING:
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

#: As an attribute or an element of whatever prefix is usual; metadata that hides it better is treated as none.
#: ISO 19005-1 6.7.11: the schema's prefix is pdfaid.
_PART = re.compile(rb"pdfaid:part\s*(?:=\s*[\"']|>)\s*(\d)")
_MAX_METADATA = 5_000_000


def pdf_a_part(pdf: BasePdfFileWriter) -> int | None:
    """Return the part of ISO 19005 that the document's metadata names (1 to 4), or None.

    No part allows encryption, so an encrypted document's metadata are not looked at.
    """
    from pyhanko.pdf_utils.misc import PdfError

    # ISO 19005-1 6.1.3: /Encrypt must not stand in the trailer.
    if pdf.security_handler is not None:
        return None
    try:
        data = getattr(entry(pdf.root, "/Metadata"), "data", b"")
    except PdfError:  # it cannot be decoded, so it says nothing
        return None
    found = _PART.search(data[:_MAX_METADATA].replace(b"\0", b""))  # it may be UTF-16
    return int(found[1]) if found else None
