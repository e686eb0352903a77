"""pyHanko's reader, without reading the hexadecimal digits of signatures one by one.

It takes a hexadecimal string byte by byte, which for the 20 or more kilobytes of each signature's /Contents was most of
the time of signing and extending.  Here an object with such a string is handed to it with a short mark in its place,
and what stood there is put back: the same objects come out, and everything else is read by pyHanko as before.
"""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

#: A long string of whole bytes without white space, as every signer writes it (ISO 32000-2 12.8.1).
_LONG = re.compile(rb"/Contents[\0\t\n\x0c\r ]*+<((?:[0-9A-Fa-f]{2}){500,}+)>")
_MARK = b"SignKit: what stood here is put back"
#: pyHanko looks what comes after an object.
_REST = b"\n0"
_MARK_DIGITS = _MARK.hex().encode("ascii")


@cache
def _reader_class() -> Any:
    """The class of readers; pyHanko is imported only where a file is signed."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    class QuickReader(PdfFileReader):
        """A reader that is handed objects with a signature's /Contents shortened."""

        def __init__(self, pdf: bytes) -> None:
            self._pdf = pdf
            # Not strict: honest files of old printers and scanners break small rules; what matters is compared with our
            # reader.
            super().__init__(BytesIO(pdf), strict=False)

        def _read_object(self, ref: Any, marker: Any, *more: Any, **named: Any) -> Any:
            short = _shorten(self._pdf, marker) if isinstance(marker, int) else None
            if short is not None:
                whole, self.stream = self.stream, BytesIO(short.body)
                try:
                    found = super()._read_object(ref, 0, *more, **named)
                finally:
                    self.stream = whole
                if _put_back(found, ref, short.contents):
                    return found
            return super()._read_object(ref, marker, *more, **named)

    return QuickReader


def quick_reader(pdf: bytes) -> PdfFileReader:
    """Return pyHanko's reader on ``pdf``."""
    reader: PdfFileReader = _reader_class()(pdf)
    return reader


class _Shortened(NamedTuple):
    """The bytes of an object with a mark instead of its /Contents, and these."""

    body: bytes
    contents: bytes


def _shorten(pdf: bytes, start: int) -> _Shortened | None:
    """Shorten the object at ``start``; None where it holds no such string, or more than one."""
    end = pdf.find(b"endobj", start)
    body = pdf[start : end + len(b"endobj")] if end >= 0 else b""
    found = _LONG.findall(body)
    if len(found) != 1 or _MARK_DIGITS in body:
        return None
    shorter = body.replace(found[0], _MARK_DIGITS) + _REST
    return _Shortened(shorter, bytes.fromhex(found[0].decode("ascii")))


def _put_back(found: Any, ref: Any, contents: bytes) -> bool:
    """Put ``contents`` where the mark is; False where it is not an entry of the object itself."""
    from pyhanko.pdf_utils import generic

    entries = getattr(found, "raw_object", found)  # of an encrypted file the object comes wrapped
    if not isinstance(entries, generic.DictionaryObject) or "/Contents" not in entries:
        return False
    if entries.raw_get("/Contents") != _MARK.decode("ascii"):
        return False
    value = generic.pdf_string(contents)
    value.container_ref = ref
    entries[generic.pdf_name("/Contents")] = value
    return True
