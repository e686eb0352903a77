"""Draws files with PDFium for whoever reads the pipe: a process that a hostile file may kill.

Asked with four bytes of length, one of resolution and the file; answers with four bytes of length and a PPM of every
page, one after the other.  At resolution 0 it answers with the places of what can be read, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import astuple
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2 import raw

from tests.attacks.legible import DPI, Grey, Place, is_alike

MAX_PAGES = 40
#: A tick is looked at with so much around it, points, from which it stands out.
_BORDER = 1.0
_EDGE = 0.12
_TICKS = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)

Box = tuple[float, float, float, float]


def answer(pdf: bytes, dpi: int) -> bytes:
    """Return all pages with annotations and form fields, or what can be read; nothing for what cannot be opened."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return b""
    try:
        document.init_forms()
        numbers = range(min(len(document), MAX_PAGES))
        if dpi:
            return b"".join(_page(document, number, dpi) for number in numbers)
        return json.dumps([astuple(place) for number in numbers for place in _letters(document, number)]).encode()
    finally:
        document.close()


def _page(document: pypdfium2.PdfDocument, number: int, dpi: int) -> bytes:
    try:
        image = document[number].render(scale=dpi / 72).to_pil().convert("RGB")
    except pypdfium2.PdfiumError:
        return b"P6\n1 1\n255\n\0\0\0"
    return b"P6\n%d %d\n255\n" % image.size + image.tobytes()


# --- what can be read ----------------------------------------------------------------------------------------


def _letters(document: pypdfium2.PdfDocument, number: int) -> Iterator[Place]:
    """Yield where a letter of the page's own content or of its fields, or a tick, can be read."""
    try:
        page = document[number]
        shown = _grey(page)
        ticks = [_placed(page, number, box) for box in _without_comments(document, page)]
        plain = _grey(page)
        raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
        page = document[number]
    except pypdfium2.PdfiumError:
        return
    words = page.get_textpage()
    letters = [_placed(page, number, _inner(words.get_charbox(index))) for index in range(words.count_chars())]
    yield from (place for place in (*letters, *ticks) if is_alike(plain.part(place), shown.part(place)))


def _grey(page: Any) -> Grey:
    image = page.render(scale=DPI / 72).to_pil().convert("L")
    return Grey(*image.size, image.tobytes())


def _without_comments(document: pypdfium2.PdfDocument, page: Any) -> list[Box]:
    """Take away all that is no field, and return where check boxes and radio buttons are."""
    ticks = []
    for index in reversed(range(raw.FPDFPage_GetAnnotCount(page.raw))):
        annotation, box = raw.FPDFPage_GetAnnot(page.raw, index), raw.FS_RECTF()
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if document.formenv and raw.FPDFAnnot_GetFormFieldType(document.formenv.raw, annotation) in _TICKS:
            raw.FPDFAnnot_GetRect(annotation, box)
            (left, right), (bottom, top) = sorted((box.left, box.right)), sorted((box.bottom, box.top))
            ticks.append((left - _BORDER, bottom - _BORDER, right + _BORDER, top + _BORDER))
        raw.FPDFPage_CloseAnnot(annotation)
        if kind != raw.FPDF_ANNOT_WIDGET:
            raw.FPDFPage_RemoveAnnot(page.raw, index)
    return ticks


def _inner(box: Box) -> Box:
    """A letter without its edges: what touches it hides nothing."""
    across, up = _EDGE * (box[2] - box[0]), _EDGE * (box[3] - box[1])
    return box[0] + across, box[1] + up, box[2] - across, box[3] - up


def _placed(page: Any, number: int, box: Box) -> Place:
    """Return where a rectangle in points stands: PDFium knows crop box and rotation."""
    from ctypes import c_int

    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = c_int(), c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, 100_000, 100_000, 0, x, y, across, down)
        corners.append((across.value / 1e5, down.value / 1e5))
    (x1, y1), (x2, y2) = corners
    return Place(number, min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _serve(source: BinaryIO, sink: BinaryIO) -> None:
    while head := source.read(5):
        said = answer(source.read(int.from_bytes(head[:4], "big")), head[4])
        sink.write(len(said).to_bytes(4, "big") + said)
        sink.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
