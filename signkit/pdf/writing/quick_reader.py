"""pyHanko's reader, without reading the hexadecimal digits of signatures one by one.

It takes a hexadecimal string byte by byte, which for the 20 or more kilobytes of each signature's /Contents was most of
the time of signing and extending.  Here an object with such a string is handed to it with a short mark in its place,
and what stood there is put back: the same objects come out, and everything else is read by pyHanko as before.
"""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

#: A long string of whole bytes without white space, as every signer writes it (ISO 32000-2 12.8.1).
_LONG = re.compile(rb"/Contents[\0\t\n\x0c\r ]*+<((?:[0-9A-Fa-f]{2}){500,}+)>")
_MARK = b"SignKit: what stood here is put back"
_END = b"endobj"


@cache
def quick_reader() -> type[PdfFileReader]:
    """Return the class of readers; pyHanko is imported only where a file is signed."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    class QuickReader(PdfFileReader):
        def _read_object(self, ref: Any, marker: Any, *more: Any, **named: Any) -> Any:
            short = _shortened(self.stream, marker) if isinstance(marker, int) else None
            if short is None:
                return super()._read_object(ref, marker, *more, **named)
            whole, self.stream = self.stream, BytesIO(short[0])
            try:
                found = super()._read_object(ref, 0, *more, **named)
            finally:
                self.stream = whole
            return found if _put_back(found, short[1]) else super()._read_object(ref, marker, *more, **named)

    return QuickReader


def _shortened(stream: Any, start: int) -> tuple[bytes, bytes] | None:
    """Return the object at ``start`` with a mark instead of its /Contents, and these; None where it has no such one."""
    data = stream.getbuffer()
    with data:
        end = _find(stream, start)
        body = bytes(data[start:end])
    found = _LONG.findall(body)
    if len(found) != 1 or _MARK.hex().encode() in body:
        return None
    return body.replace(found[0], _MARK.hex().encode()), bytes.fromhex(found[0].decode("ascii"))
