"""Which pages `signkit diff` need not draw: those that cannot differ, and no others."""

from __future__ import annotations

import pytest

from signkit.history.fingerprint import Fingerprints
from signkit.history.states import pair_pages, states
from signkit.history.untouched import Untouched
from signkit.limits import Limits, Meter
from signkit.pdf.reading.document import PdfFile
from tests.validation import pdfs

NODE, FIRST, SECOND, THIRD = pdfs.PAGES, pdfs.PAGE, 30, 31
RESOURCES, CONTENT, FORM_OBJECT = 40, 41, 42


def page(entries: bytes = b"") -> bytes:
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 41 0 R " + entries + b" >>"


def three_pages(**more: bytes) -> bytes:
    objects = {
        **pdfs.OBJECTS,
        NODE: b"<< /Type /Pages /Kids [3 0 R 30 0 R 31 0 R] /Count 3 /Resources 40 0 R >>",
        FIRST: page(b"/Annots [6 0 R 8 0 R]"),
        SECOND: page(b"/Resources << /XObject << /X 42 0 R >> >>"),
        THIRD: page(),
        RESOURCES: b"<< /Font << /F1 7 0 R >> >>",
        CONTENT: b"<< /Length 2 >>\nstream\nq \nendstream",
        FORM_OBJECT: b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 2 >>\nstream\nq \nendstream",
    }
    return pdfs.build(objects)


def drawn(pdf: bytes) -> list[int]:
    """The pages (from 0) of the last two states that would be drawn."""
    file = PdfFile(pdf, Meter(Limits()))
    *_, old, new = states(file)
    pairs = pair_pages(old, new).pairs
    return [other for _, other in Untouched(file, Fingerprints()).pairs_to_draw(old, new, pairs)]


ALL = [0, 1, 2]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({50: b"<< /Unused 1 >>"}, []),
        ({THIRD: page(b"/Rotate 90")}, [2]),
        ({SECOND: page(b"/Resources << /XObject << /X 42 0 R >> >>")}, [1]),  # written again, though it says the same
        ({FORM_OBJECT: pdfs.OBJECTS[pdfs.APPEARANCE]}, [1]),
        ({pdfs.APPEARANCE: pdfs.OBJECTS[pdfs.APPEARANCE].replace(b"first", b"other")}, [0]),
        ({CONTENT: b"<< /Length 2 >>\nstream\nQ \nendstream"}, ALL),
        ({RESOURCES: b"<< /Font << /F2 7 0 R >> >>"}, ALL),  # what the node hands down
        ({pdfs.FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"}, ALL),
        ({NODE: b"<< /Type /Pages /Kids [3 0 R 30 0 R 31 0 R] /Count 3 /Resources 40 0 R /Rotate 90 >>"}, ALL),
        ({pdfs.FORM: b"<< /Fields [6 0 R 8 0 R] /SigFlags 3 /NeedAppearances true >>"}, ALL),
        ({pdfs.FORM: b"<< /Fields [6 0 R 8 0 R] /SigFlags 3 /DA (/F1 9 Tf) >>"}, ALL),
        ({pdfs.FORM: b"<< /Fields [6 0 R 8 0 R] /SigFlags 1 >>"}, []),
        ({pdfs.CATALOG: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OCProperties << /D << >> >> >>"}, ALL),
    ],
)
def test_a_page_is_drawn_where_something_that_it_shows_was_written(written, expected):
    assert drawn(pdfs.update(three_pages(), written)) == expected


def test_where_readers_may_differ_every_page_is_drawn():
    changed = pdfs.update(three_pages(), {50: b"<< /Unused 1 >>"})
    assert drawn(changed + b"31 0 obj\n<< /Type /Page >>\nendobj\n") == ALL


def test_a_file_that_has_to_be_mended_has_every_page_drawn():
    changed = pdfs.update(three_pages(), {50: b"<< /Unused 1 >>"})
    broken = changed[: changed.rindex(b"startxref")] + b"startxref\n7\n%%EOF\n"
    file = PdfFile(broken, Meter(Limits()))
    *_, old, new = states(file)
    pairs = pair_pages(old, new).pairs
    assert file.damaged
    assert Untouched(file, Fingerprints()).pairs_to_draw(old, new, pairs) == pairs
