"""Pictures of PDF pages, for people: what a viewer would show.  Never the basis of a verdict."""

from __future__ import annotations

from io import BytesIO


def page_png(pdf: bytes, page: int, *, dpi: int = 110) -> bytes:
    """Draw one page (counted from 0), with its form fields, as PNG.

    Raises:
        IndexError: there is no such page.
        ValueError: the PDF cannot be drawn.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from error
    try:
        document.init_forms()
        output = BytesIO()
        document[page].render(scale=dpi / 72).to_pil().save(output, "PNG")
        return output.getvalue()
    finally:
        document.close()


def find_text(pdf: bytes, text: str) -> tuple[int, tuple[float, float, float, float]]:
    """Return the page (from 0) and the rectangle (left, bottom, right, top in points) where ``text`` first stands.

    Raises:
        ValueError: it stands nowhere.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        for number, page in enumerate(document):
            words = page.get_textpage()
            if (found := words.search(text).get_next()) is not None:
                boxes = [words.get_charbox(found[0] + offset) for offset in range(found[1])]
                lefts, bottoms, rights, tops = zip(*boxes, strict=True)
                return number, (min(lefts), min(bottoms), max(rights), max(tops))
    finally:
        document.close()
    raise ValueError(f"{text!r} stands on no page")
