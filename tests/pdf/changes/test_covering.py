"""What new widgets hide: by thin strips together, over outlines and letters of odd fonts, in a field that waited."""

from __future__ import annotations

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.changes.covering import is_large, visible_part
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.syntax import Ref
from tests.pdf.changes.samples import ALL, BUYER, LOOKS, SEEN, THREE, by_buyer, signed
from tests.validation import pdfs
from tests.validation.test_attacks_changes import STAMPED, annots, certified

FIELD = pdfs.OBJECTS[pdfs.TEXT_FIELD]
EMPTY_OVER = FIELD.replace(b"[150 20 280 60]", b"[15 140 150 175]").replace(b" /V (first) /AP << /N 9 0 R >>", b"")
DIGIT = b"2 w 35 145 m 35 170 l 45 170 l 45 145 l s"


@pytest.fixture(autouse=True)
def rules_alone(monkeypatch) -> None:
    monkeypatch.setattr("signkit.validation.pdf.compare_looks", lambda _, judged, __: [each for _, each in judged])


def content(body: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body)


def strips(world, base: bytes, top: int) -> bytes:
    kids = {number: BUYER % (b"%d %d %d %d" % (x, top, x + 1, top + 20), LOOKS) for number, x in
            zip(range(40, 52), range(20, 80, 5), strict=True)}  # fmt: skip
    kids = {number: each.replace(b"/FT /Sig /T (buyer) ", b"/Parent 30 0 R ") for number, each in kids.items()}
    refs = b" ".join(b"%d 0 R" % number for number in kids)
    field = b"<< /FT /Sig /T (buyer) /Kids [%s] >>" % refs
    page = annots(b"6 0 R", b"8 0 R", *(b"%d 0 R" % number for number in kids))
    objects = {pdfs.FORM: THREE, pdfs.PAGE: page, 30: field, 31: STAMPED, **kids}
    return pdfs.sign(base, world.cms, field=30, number=21, objects=objects)


@pytest.mark.parametrize(("top", "allowed"), [(145, False), (80, True)])
def test_strips_of_one_signature_that_together_cover_text(world, top, allowed):
    assert world.judge(strips(world, certified(world, 2), top)).signatures[0].changes_permitted is allowed
    assert world.judge(strips(world, signed(world), top)).signatures[0].changes_permitted is allowed


@pytest.mark.parametrize(
    "body",
    [DIGIT, b"BT /F1 12 Tf 80 Ts 20 70 Td (Pay) Tj ET", b"BT /F1 12 Tf 300 Tz -30 150 Td (Pay) Tj ET",
     b"BT /T3 1 Tf 20 150 Td ( ) Tj ET",
     b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI 1 0 0 1 0 80 cm BT /F1 12 Tf 20 70 Td (Pay) Tj ET"],
)  # fmt: skip
def test_a_field_filled_over_outlines_raised_wide_and_drawn_letters(world, body):
    font = b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 90 20] /FontMatrix [1 0 0 1 0 0] >>"
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"/F1 7 0 R", b"/F1 7 0 R /T3 50 0 R")
    objects = {pdfs.CONTENT: content(body), pdfs.PAGE: page, 50: font, pdfs.TEXT_FIELD: EMPTY_OVER}
    base = certified(world, 2, {**pdfs.OBJECTS, **objects})
    filled = EMPTY_OVER[:-2] + b"/V (999) /AP << /N 31 0 R >> >>"
    assert world.only(pdfs.update(base, {pdfs.TEXT_FIELD: filled, 31: STAMPED})).changes_permitted is False


@pytest.mark.parametrize("body", [b"9 1 0 0 1 0 80 cm %s", b"1 0 0 1 0 80 9 cm %s", b"1 0 0 1 0 cm %s"])
def test_what_viewers_place_differently_is_not_judged(world, body):
    """mupdf takes the first six numbers of such a row, PDFium and poppler the last."""
    body %= b"BT /F1 12 Tf 20 70 Td (Pay) Tj ET"
    base = certified(world, 2, {**pdfs.OBJECTS, pdfs.CONTENT: content(body), pdfs.TEXT_FIELD: EMPTY_OVER})
    filled = EMPTY_OVER[:-2] + b"/V (999) /AP << /N 31 0 R >> >>"
    attacked = pdfs.update(base, {pdfs.TEXT_FIELD: filled, 31: pdfs.looks_of(b"999")})
    assert world.only(attacked).changes_permitted is None


def test_a_field_is_filled_in_its_frame(world):
    """Rules, cells and a border around are there to be written in."""
    body = b"15 140 135 35 re S 20 145 20 20 re S 40 145 20 20 re S 15 141 m 150 141 l S 14 139 m 151 139 l 151 176 l s"
    objects = {**pdfs.OBJECTS, pdfs.CONTENT: content(body), pdfs.TEXT_FIELD: EMPTY_OVER}
    filled = EMPTY_OVER[:-2] + b"/V (999) /AP << /N 31 0 R >> >>"
    attacked = pdfs.update(certified(world, 2, objects), {pdfs.TEXT_FIELD: filled, 31: pdfs.looks_of(b"999")})
    assert world.only(attacked).changes_permitted is True


@pytest.mark.parametrize(("place", "allowed"), [(b"0 0 300 200", False), (SEEN, True)])
def test_a_waiting_field_over_the_page_is_judged_as_a_new_signature(world, place, allowed):
    waiting = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BUYER % (place, b"")}
    assert world.judge(by_buyer(world, signed(world, waiting), place, {})).signatures[0].changes_permitted is allowed


@pytest.mark.parametrize(
    ("looks", "allowed"),
    [
        (b"/Subtype /Line /L [30 110 120 110] /LE [/None /OpenArrow] /BS << /W 1 >>", True),
        (b"/Subtype /Line /L [30 110 120 110] /LE [/Square /None] /BS << /W 8 >>", False),
        (b"/Subtype /PolyLine /Vertices [30 110 40 110 120 110] /LE [/Circle /None] /BS << /W 8 >>", False),
        (b"/Subtype /Line /L [30 110 120 110] /BS << /S /S >> /Border [0 0 60]", False),
        (b"/Subtype /Line /L [30 110 120 110] /BS << /S /S /W (1) >> /Border [0 0 60]", False),
        (b"/Subtype /StrikeOut /QuadPoints [20 100 30 100 120 100 20 100]", False),
    ],
)
def test_lines_that_viewers_draw_beyond_their_points(world, looks, allowed):
    """Ends of lines, widths that the style does not state, marks whose height is taken from odd points."""
    line = b"<< /Type /Annot /F 4 /Rect [30 105 120 112] /C [0 0 0] %s >>" % looks
    if b"StrikeOut" in looks:
        line = line.replace(b"100", b"155")
    page = annots(b"6 0 R", b"8 0 R", b"40 0 R")
    after = pdfs.update(certified(world, 3), {pdfs.PAGE: page, 40: line})
    assert world.only(after).changes_permitted is allowed


@pytest.mark.parametrize(("space", "allowed"), [(b"/Other", True), (b"/DefaultRGB", False)])
def test_a_mark_whose_plain_colours_are_others(world, space, allowed):
    stream = content(b"/G gs 1 1 0 rg 15 140 135 35 re f").replace(
        b"<<",
        b"<< /Type /XObject /Subtype /Form /BBox [15 140 150 175] /Resources << /ExtGState << /G << /BM /Multiply >> >>"
        b" /ColorSpace << %s [/CalRGB << /WhitePoint [0.95 1 1.09] /Gamma [500 500 500] >>] >> >>" % space,
        1,
    )
    quad = b"/QuadPoints [15 175 150 175 15 140 150 140] /Rect [15 140 150 175] /C [1 1 0] /AP << /N 41 0 R >>"
    mark = b"<< /Type /Annot /Subtype /Highlight /F 4 %s >>" % quad
    page = annots(b"6 0 R", b"8 0 R", b"40 0 R")
    after = pdfs.update(certified(world, 3), {pdfs.PAGE: page, 40: mark, 41: stream})
    assert world.only(after).changes_permitted is allowed


@pytest.mark.parametrize(
    ("crop", "large"),
    [
        (b"", False),
        (b"/CropBox [0 0 300 200]", True),
        (b"/CropBox [300 200 0 0]", True),
        (b"/CropBox [0 0 300 200 7]", True),
        (b"/CropBox [false 0 300 200]", True),
        (b"/CropBox [null null 300 200]", True),
        (b"/CropBox [9 9 9 9]", False),  # of no area, it is none to any viewer
        (b"/CropBox null", False),
    ],
)
def test_a_seal_is_large_beside_what_any_viewer_shows_of_the_page(crop, large):
    """Of five numbers mupdf takes four, of what is none PDFium takes zeros."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2000 2000] %s /Contents 4 0 R /Annots [6 0 R] >>" % crop
    view = PdfFile(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page}), Meter(Limits())).history.last
    seal = {"/Subtype": "/Widget", "/Rect": [5, 5, 295, 195]}
    assert is_large(view, [seal], visible_part(view, view.resolve(Ref(pdfs.PAGE, 0)))) is large
