"""Pictures of PDF pages, for people: what a viewer would show.  Never the basis of a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any


def page_png(pdf: bytes, page: int, *, dpi: int = 110) -> bytes:
    """Draw one page (counted from 0), with its form fields, as PNG.

    Raises:
        IndexError: there is no such page.
        ValueError: the PDF cannot be drawn.
    """
    with _open_document(pdf) as document:
        document.init_forms()
        output = BytesIO()
        document[page].render(scale=dpi / 72).to_pil().save(output, "PNG")
        return output.getvalue()


def page_count(pdf: bytes) -> int:
    """Return how many pages there are.

    Raises:
        ValueError: the PDF cannot be read.
    """
    with _open_document(pdf) as document:
        return len(document)


def find_text(pdf: bytes, text: str) -> tuple[int, tuple[float, float, float, float]]:
    """Return the page (from 0) and the rectangle (left, bottom, right, top in points) where ``text`` first stands.

    Raises:
        ValueError: it stands nowhere, or the PDF cannot be read.
    """
    with _open_document(pdf) as document:
        for number, page in enumerate(document):
            words = page.get_textpage()
            if (found := words.search(text).get_next()) is not None:
                boxes = [words.get_charbox(found[0] + offset) for offset in range(found[1])]
                lefts, bottoms, rights, tops = zip(*boxes, strict=True)
                return number, (min(lefts), min(bottoms), max(rights), max(tops))
    raise ValueError(f"{text!r} stands on no page")


@dataclass(frozen=True)
class SignaturePage:
    """A page (counted from 0) as PNG, with the places of the signature fields on it marked by their numbers.

    Attributes:
        fields: the fields' names; the first is marked 1, and so on.
    """

    page: int
    png: bytes
    fields: tuple[str, ...]


def signature_pages(
    pdf: bytes, *, password: str | None = None, pixels: int = 900, pages: int = 4, search: int = 2000
) -> list[SignaturePage]:
    """Draw the pages with visible signature fields, as the last revision shows them.

    Hostile files may crash or stall the drawing: call it in a process that may be lost.

    Args:
        pdf: the whole file.
        password: opens an encrypted one.
        pixels: the longer side of a picture.
        pages: how many pages at most are drawn.
        search: how many pages at most are searched.

    Raises:
        ValueError: the PDF cannot be drawn.
    """
    found: list[SignaturePage] = []
    with _open_document(pdf, password) as document:
        document.init_forms()
        for number in range(min(len(document), search)):
            page = document[number]
            if len(found) < pages and (places := signature_places(document, page)):
                found.append(SignaturePage(number, _marked_png(page, places, pixels), tuple(n for n, _ in places)))
            page.close()
    return found


@contextmanager
def _open_document(pdf: bytes, password: str | None = None) -> Iterator[Any]:
    """Give the document as PDFium has it; whatever PDFium cannot do with it is a ValueError."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(pdf, password=password)
        try:
            yield document
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from error


_Box = tuple[float, float, float, float]
#: Blue: seals are red.
_MARK = (20, 90, 180)


def signature_places(document: Any, page: Any) -> list[tuple[str, _Box]]:
    """Return name and rectangle (in the page's own coordinates) of each signature widget that has a size."""
    from pypdfium2 import raw

    if document.formenv is None:
        return []
    places = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), 1000)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        kind = raw.FPDFAnnot_GetFormFieldType(document.formenv.raw, annotation)
        box = raw.FS_RECTF()
        if kind == raw.FPDF_FORMFIELD_SIGNATURE and raw.FPDFAnnot_GetRect(annotation, box):
            left, right = sorted((box.left, box.right))
            bottom, top = sorted((box.bottom, box.top))
            if right > left and top > bottom:
                places.append((_field_name(document.formenv.raw, annotation), (left, bottom, right, top)))
        raw.FPDFPage_CloseAnnot(annotation)
    return places


def _field_name(form: Any, annotation: Any) -> str:
    import ctypes

    from pypdfium2 import raw

    size = min(raw.FPDFAnnot_GetFormFieldName(form, annotation, None, 0), 4096)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetFormFieldName(form, annotation, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def _marked_png(page: Any, places: list[tuple[str, _Box]], pixels: int) -> bytes:
    from PIL import ImageDraw, ImageFont

    scale = pixels / max(*page.get_size(), 1)
    picture = page.render(scale=scale).to_pil().convert("RGB")
    pen = ImageDraw.Draw(picture)
    for number, (_, box) in enumerate(places, 1):
        left, top, right, bottom = _on_picture(page, box, picture.size)
        pen.rectangle((left - 3, top - 3, right + 3, bottom + 3), outline=_MARK, width=3)
        tag = (max(left - 23, 0), max(top - 3, 0))
        pen.rectangle((*tag, tag[0] + 20, tag[1] + 20), fill=_MARK)
        pen.text((tag[0] + 6, tag[1]), str(number), fill="white", font=ImageFont.load_default(16))
    output = BytesIO()
    picture.save(output, "PNG", optimize=True)
    return output.getvalue()


def _on_picture(page: Any, box: _Box, size: tuple[int, int]) -> _Box:
    """Where a rectangle of the page stands in its picture: PDFium knows crop box and rotation."""
    import ctypes

    from pypdfium2 import raw

    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (x1, y1), (x2, y2) = corners
    limit = 10 * max(size)
    x1, x2, y1, y2 = (max(-limit, min(limit, value)) for value in (x1, x2, y1, y2))
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
