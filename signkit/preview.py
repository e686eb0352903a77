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
