"""Small PDFs made by hand, so that every byte of an attack is in sight."""

from __future__ import annotations

import re
from collections.abc import Callable

ROOM = 6000

CATALOG, PAGES, PAGE, CONTENT, FORM, SELLER, FONT, TEXT_FIELD, APPEARANCE, EMPTY = range(1, 11)
SIGNATURE, STAMP = 20, 21

OBJECTS: dict[int, bytes] = {
    CATALOG: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>",
    PAGES: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    PAGE: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
    b" /Resources << /Font << /F1 7 0 R >> >> /Annots [6 0 R 8 0 R] >>",
    CONTENT: b"<< /Length 42 >>\nstream\nBT /F1 12 Tf 20 150 Td (Pay 100 yen) Tj ET\nendstream",
    FORM: b"<< /Fields [6 0 R 8 0 R] /SigFlags 3 >>",
    SELLER: b"<< /FT /Sig /T (seller) /Type /Annot /Subtype /Widget /F 132 /Rect [20 20 120 60] /P 3 0 R >>",
    FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    TEXT_FIELD: b"<< /FT /Tx /T (note) /Type /Annot /Subtype /Widget /F 4 /Rect [150 20 280 60] /P 3 0 R"
    b" /V (first) /AP << /N 9 0 R >> >>",
    APPEARANCE: b"<< /Type /XObject /Subtype /Form /BBox [0 0 130 40] /Length 7 >>\nstream\n(first)\nendstream",
    EMPTY: b"<< >>",
}


def looks_of(text: bytes, *, width: int = 130, height: int = 40) -> bytes:
    """Return the appearance of a field that shows ``text``, as a program writes it that fills in forms."""
    font = b"/Resources << /Font << /Helv << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    content = b"/Tx BMC q BT /Helv 9 Tf 0 g 2 9 Td (" + text + b") Tj ET Q EMC"
    said = b"<< /Type /XObject /Subtype /Form /BBox [0 0 %d %d] %s /Length %d >>\nstream\n%s\nendstream"
    return said % (width, height, font, len(content), content)


def build(objects: dict[int, bytes] | None = None, *, trailer: bytes = b"") -> bytes:
    """A PDF of one revision."""
    return _append(b"%PDF-1.7\n", objects or OBJECTS, trailer, previous=None)


def update(pdf: bytes, objects: dict[int, bytes], *, trailer: bytes = b"") -> bytes:
    """Append a revision."""
    return _append(pdf, objects, trailer, previous=last_start(pdf))


def last_start(pdf: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def _append(pdf: bytes, objects: dict[int, bytes], trailer: bytes, previous: int | None) -> bytes:
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(pdf)
        pdf += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    return pdf + cross_reference(offsets, len(pdf), trailer, previous)


def cross_reference(offsets: dict[int, int], start: int, trailer: bytes = b"", previous: int | None = None) -> bytes:
    rows = b"0 1\n0000000000 65535 f \n"
    rows += b"".join(b"%d 1\n%010d 00000 n \n" % (number, offset) for number, offset in sorted(offsets.items()))
    more = b" /Prev %d" % previous if previous is not None else b""
    return (
        b"xref\n"
        + rows
        + b"trailer\n<< /Size 60 /Root 1 0 R"
        + more
        + trailer
        + b" >>\nstartxref\n%d\n%%%%EOF\n" % start
    )


def signature_dictionary(extra: bytes = b"", sub_filter: bytes = b"ETSI.CAdES.detached", room: int = ROOM) -> bytes:
    """A signature dictionary with room for /ByteRange and /Contents."""
    return (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /" + sub_filter + extra + b" /ByteRange [0 "
        + b"*" * 30 + b"] /Contents <" + b"0" * room + b"> >>"
    )  # fmt: skip


def fill(pdf: bytes, make: Callable[[bytes], bytes]) -> bytes:
    """Put the byte range and the signature over it into the last signature dictionary."""
    at = pdf.rindex(b"/ByteRange [0 *")
    opening = pdf.index(b"/Contents <", at) + len(b"/Contents ")
    closing = pdf.index(b">", opening) + 1
    numbers = b"/ByteRange [0 %d %d %d" % (opening, closing, len(pdf) - closing)
    hole = pdf.index(b"]", at)
    pdf = pdf[:at] + numbers.ljust(hole - at) + pdf[hole:]
    return put_contents(pdf, opening, closing, make(pdf[:opening] + pdf[closing:]))


def put_contents(pdf: bytes, opening: int, closing: int, value: bytes) -> bytes:
    digits = value.hex().encode()
    assert len(digits) <= closing - opening - 2
    return pdf[:opening] + b"<" + digits.ljust(closing - opening - 2, b"0") + b">" + pdf[closing:]


def sign(
    pdf: bytes,
    make: Callable[[bytes], bytes],
    *,
    field: int = SELLER,
    number: int = SIGNATURE,
    objects: dict[int, bytes] | None = None,
    trailer: bytes = b"",
    **dictionary: object,
) -> bytes:
    """Sign the field by an appended revision; ``make`` gets the signed bytes and returns the CMS."""
    holder = (objects or {}).get(field) or OBJECTS.get(field, OBJECTS[SELLER])
    filled = holder[:-2] + b" /V %d 0 R >>" % number
    written = {**(objects or {}), field: filled, number: signature_dictionary(**dictionary)}
    return fill(update(pdf, written, trailer=trailer), make)
