"""The ways in which a PDF may lay out its objects: each builds the same document, and appends to it in its own way."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.signing.formats import hybrid
from tests.validation import pdfs

#: Numbers that no object of `tests.validation.pdfs` has.
_CONTAINER, _STREAM, _LINEARIZED, _HINTS = 51, 52, 53, 54
Update = Callable[[bytes, dict[int, bytes]], bytes]


@dataclass(frozen=True)
class Layout:
    """How a document is written at first, and how a revision is appended."""

    build: Callable[[], bytes]
    update: Update = pdfs.update


def pdf_of_streams() -> bytes:
    """Objects in an object stream, found by a cross-reference stream (ISO 32000-2 7.5.7, 7.5.8)."""
    packed = {number: body for number, body in pdfs.OBJECTS.items() if not body.endswith(b"endstream")}
    loose = {number: body for number, body in pdfs.OBJECTS.items() if number not in packed}
    return _revision(b"%PDF-1.7\n", loose, packed, previous=None)


def update_with_stream(pdf: bytes, objects: dict[int, bytes]) -> bytes:
    """Append a revision that a cross-reference stream ends."""
    return _revision(pdf, objects, {}, previous=pdfs.last_start(pdf))


def _revision(pdf: bytes, loose: dict[int, bytes], packed: dict[int, bytes], previous: int | None) -> bytes:
    rows = {}
    for number, body in loose.items():
        rows[number] = (1, len(pdf), 0)
        pdf += _object(number, body)
    if packed:
        rows[_CONTAINER] = (1, len(pdf), 0)
        rows |= {number: (2, _CONTAINER, index) for index, number in enumerate(packed)}
        pdf += _object(_CONTAINER, _object_stream(packed))
    start = len(pdf)
    rows[_STREAM] = (1, start, 0)
    return pdf + _object(_STREAM, _cross_reference_stream(rows, previous)) + b"startxref\n%d\n%%%%EOF\n" % start


def _object(number: int, body: bytes) -> bytes:
    return b"%d 0 obj\n" % number + body + b"\nendobj\n"


def _object_stream(packed: dict[int, bytes]) -> bytes:
    head, bodies = b"", b""
    for number, body in packed.items():
        head += b"%d %d " % (number, len(bodies))
        bodies += body + b"\n"
    return _stream(b"/Type /ObjStm /N %d /First %d" % (len(packed), len(head)), head + bodies)


def _cross_reference_stream(rows: dict[int, tuple[int, int, int]], previous: int | None) -> bytes:
    index = b" ".join(b"%d 1" % number for number in sorted(rows))
    table = b"".join(
        bytes([kind]) + first.to_bytes(4, "big") + bytes([second]) for _, (kind, first, second) in sorted(rows.items())
    )
    more = b"" if previous is None else b" /Prev %d" % previous
    return _stream(b"/Type /XRef /Size 60 /Root 1 0 R /W [1 4 1] /Index [" + index + b"]" + more, table)


def _stream(entries: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (entries, len(packed), packed)


def linearised_pdf() -> bytes:
    """The first page stands in front, with its own part of the cross-reference table (Annex F)."""
    places: dict[int | str, int] = {}
    while True:  # until every place is where the round before said that it is
        pdf, found = _linearised_pdf(places)
        if found == places:
            return pdf
        places = found


def _linearised_pdf(said: dict[int | str, int]) -> tuple[bytes, dict[int | str, int]]:
    """Write the file with the places that are said; return it with the places that are found."""
    front = {number: pdfs.OBJECTS[number] for number in (pdfs.CATALOG, pdfs.PAGE, pdfs.CONTENT, pdfs.FONT)}
    front[_HINTS] = _stream(b"/S 36", bytes(36))
    behind = {number: body for number, body in pdfs.OBJECTS.items() if number not in front}
    hints, rest, table, end = (said.get(place, 0) for place in (_HINTS, "rest", "table", "end"))
    pdf = b"%PDF-1.7\n" + _object(
        _LINEARIZED,
        b"<< /Linearized 1 /L %010d /H [%010d %010d] /O 3 /E %010d /N 1 /T %010d >>"
        % (end, hints, rest - hints, rest, table),
    )
    found: dict[int | str, int] = {"first": len(pdf)}
    offsets = {number: said.get(number, 0) for number in front} | {_LINEARIZED: len(b"%PDF-1.7\n")}
    pdf += pdfs.cross_reference(offsets, 0, previous=table)
    pdf, found_front = _objects(pdf, front)
    found |= found_front | {"rest": len(pdf)}
    pdf, found_behind = _objects(pdf, behind)
    found["table"] = len(pdf)
    pdf += pdfs.cross_reference(found_behind, found["first"])
    return pdf, found | {"end": len(pdf)}


def _objects(pdf: bytes, bodies: dict[int, bytes]) -> tuple[bytes, dict[int, int]]:
    offsets = {}
    for number, body in bodies.items():
        offsets[number] = len(pdf)
        pdf += _object(number, body)
    return pdf, offsets


#: Each layout by name.
LAYOUTS: dict[str, Layout] = {
    "classic": Layout(pdfs.build),
    "streams": Layout(pdf_of_streams, update_with_stream),
    "hybrid": Layout(hybrid),
    "linearised": Layout(linearised_pdf),
}
