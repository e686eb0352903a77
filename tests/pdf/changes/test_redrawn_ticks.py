"""Boxes that a program drew anew while it ticked them (ISO 32000-2 12.7.5.2.3): the same box, or another sign."""

from __future__ import annotations

import pytest

from signkit.pdf.changes.field_fonts import TICKS
from tests.pdf.changes.samples import ALL, THREE, signed
from tests.validation import pdfs

SYMBOLS = b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats%s >>"
#: A ground and a border by a rectangle, as ReportLab draws them, and by four shapes, as iText does.
GROUND = b"0.8 0.843 1 rg 0 0 16 16 re f "
FRAME = GROUND + b"0.1 0.1 0.1 RG 1 w 0.5 0.5 15 15 re s "
SIDES = (
    b"1 15 m 15 15 l 16 16 l 0 16 l 1 15 l f 15 15 m 15 1 l 16 0 l 16 16 l 15 15 l f "
    b"15 1 m 1 1 l 0 0 l 16 0 l 15 1 l f 1 1 m 1 15 l 0 16 l 0 0 l 1 1 l f "
)
ANEW = b"q 0 0 16 16 re W n " + GROUND + b"0.1 g " + SIDES
#: In five units, as large a box as any other on the page.
SMALL, SMALL_GROUND = b"[0 0 5 5]", b"0.8 0.843 1 rg 0 0 5 5 re f "
SMALL_MARK = b"BT /F1 3.6 Tf 0 g 1 0 0 1 1 1.2 Tm (4) Tj ET "
NEGATIVE = b"[/Separation /X /DeviceGray << /FunctionType 2 /Domain [0 1] /N 1 /C0 [1] /C1 [0] >>]"
SPIKE = b" 100 M 1 w 0 0 m 0 8 l 3 8.02 l 0 8.04 l 0 16 l S"
MARK = b"BT /F1 11.58 Tf 0 g 1 0 0 1 3.1 3.92 Tm (%s) Tj ET Q"
TICKED = ANEW + MARK % b"4"
BOX = (
    b"<< /FT /Btn /T (agreed) /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [200 100 216 116]"
    b" /MK << /CA (%s)%s >> /AP << /N << /Yes %d 0 R /Off %d 0 R >>%s >>%s >>"
)
COLOURS = b" /BC [0.1 0.1 0.1] /BG [0.8 0.843 1]"
YES = b" /V /Yes /AS /Yes"


def look(content: bytes, font: bytes = SYMBOLS % b"", box: bytes = b"[0 0 16 16]", more: bytes = b"") -> bytes:
    said = b"<< /Type /XObject /Subtype /Form /BBox " + box + more + b" /Resources << /Font << /F1 " + font + b" >> >>"
    return said + b" /Length %d >>\nstream\n" % len(content) + content + b"\nendstream"


def judged(world, after: dict[int, bytes], caption: bytes = b"4", form: bytes = THREE, before: bytes = b"") -> object:
    """What becomes of a box that had the usual looks when it was signed."""
    box = before or BOX % (caption, COLOURS, 41, 42, b"", b" /AS /Off")
    mark = caption if caption in TICKS else b"4"
    prepared = {41: look(FRAME + MARK.removesuffix(b" Q") % mark), 42: look(FRAME)}
    base = signed(world, {pdfs.FORM: form, pdfs.PAGE: ALL, 30: box, **prepared})
    return world.only(pdfs.update(base, after)).changes_permitted


def ticked(yes: bytes, off: bytes = look(ANEW + b"Q"), caption: bytes = b"4", colours: bytes = COLOURS) -> dict:
    return {30: BOX % (caption, colours, 51, 52, b"", YES), 51: yes, 52: off}


@pytest.mark.parametrize("colours", [COLOURS, b"", b" /BG [0.8 0.843 1]"])
@pytest.mark.parametrize("off", [look(ANEW + b"Q"), look(FRAME)])
@pytest.mark.parametrize("yes", [look(TICKED), look(FRAME + MARK[:-2] % b"4"), look(TICKED, box=b"[0 0 16.0 16]"),
                                 look(TICKED.replace(b"0.8 0.843 1 rg", b"/DeviceRGB cs 0.8 0.843 1 sc"))])  # fmt: skip
def test_the_same_box_drawn_by_another_program(world, colours, off, yes):
    assert judged(world, ticked(yes, off, colours=colours)) is True


@pytest.mark.parametrize(
    ("asked", "drawn", "same"),
    [(b"8", b"8", True), (b"l", b"l", True), (b"4", b"8", False), (b"8", b"4", False), (b"l", b"n", False),
     (b"Yes", b"4", False)],
)  # fmt: skip
def test_the_mark_is_the_one_that_was_asked_for(world, asked, drawn, same):
    """A cross in the place of a tick says the opposite to many readers."""
    assert judged(world, ticked(look(ANEW + MARK % drawn), caption=asked), asked) is same


CROSS = b"0 0 0 RG q 1 0 0 1 0 0 cm 2 14 m 14 2 l 14 14 m 2 2 l S Q Q"


@pytest.mark.parametrize(
    ("asked", "cross", "same"),
    [
        (b"8", CROSS, True),
        (b"8", CROSS.replace(b"14 14 m 2 2 l", b"2 2 m 14 14 l"), True),
        (b"8", b"2 w " + CROSS, True),
        (b"4", CROSS, False),
        (b"8", CROSS.replace(b" 14 14 m 2 2 l", b""), False),
        (b"8", CROSS.replace(b"14 14 m 2 2 l", b"14 14 m 2 4 l"), False),
        (b"8", CROSS.replace(b"l S", b"l 2 8 m 14 8 l S"), False),
        (b"8", CROSS.replace(b"2 14 m 14 2 l 14 14 m 2 2 l", b"6 9 m 9 6 l 9 9 m 6 6 l"), False),
        (b"8", CROSS.replace(b"0 0 0 RG", b"0.8 0.843 1 RG"), False),
        (b"8", b"0.1 w " + CROSS, False),
        (b"8", b"[1 9] 0 d " + CROSS, False),
        (b"8", b"[] 0 d " + CROSS, True),
        (b"8", CROSS[:-1] + MARK.replace(b"%s", b"8"), False),
    ],
)
def test_a_cross_of_two_lines_is_a_cross(world, asked, cross, same):
    """iText draws that mark alone as lines."""
    assert (judged(world, ticked(look(ANEW + cross), caption=asked), asked) is True) is same


def test_without_a_caption_no_letter_is_taken_for_another(world):
    """An A was prepared, and an N is drawn: neither is a mark that can be compared."""
    latin = SYMBOLS.replace(b"ZapfDingbats", b"Helvetica") % b""
    box = BOX.replace(b"/MK << /CA (%s)%s >>", b"%s%s")
    prepared = {41: look(FRAME + MARK[:-1] % b"A", latin), 42: look(FRAME)}
    base = signed(
        world, {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: box % (b"", b"", 41, 42, b"", b" /AS /Off"), **prepared}
    )
    after = {30: box % (b"", b"", 51, 52, b"", YES), 51: look(ANEW + MARK % b"N", latin), 52: look(ANEW + b"Q")}
    assert world.only(pdfs.update(base, after)).changes_permitted is not True


@pytest.mark.parametrize(("prepared", "same"), [(b"(8)", False), (b"()", False), (b"(A)", True)])
def test_a_caption_says_the_mark_where_the_state_that_was_signed_cannot_be_told(world, prepared, same):
    """LibreOffice's mark is a letter of its own font; a cross or nothing contradicts a caption that says a tick."""
    font = SYMBOLS.replace(b"ZapfDingbats", b"Helvetica") % b"" if same else SYMBOLS % b""
    old = {41: look(FRAME + MARK[:-1].replace(b"(%s)", prepared), font), 42: look(FRAME)}
    box = {30: BOX % (b"4", COLOURS, 41, 42, b"", b" /AS /Off")}
    base = signed(world, {pdfs.FORM: THREE, pdfs.PAGE: ALL, **box, **old})
    assert (world.only(pdfs.update(base, ticked(look(TICKED)))).changes_permitted is True) is same


@pytest.mark.parametrize(("drawn", "same"), [(b"4", True), (b"8", False)])
def test_without_a_caption_the_mark_is_the_one_that_was_prepared(world, drawn, same):
    box = BOX.replace(b"/MK << /CA (%s)%s >>", b"%s%s")
    before = box % (b"", b"", 41, 42, b"", b" /AS /Off")
    after = {30: box % (b"", b"", 51, 52, b"", YES), 51: look(ANEW + MARK % drawn), 52: look(ANEW + b"Q")}
    assert judged(world, after, before=before) is same


@pytest.mark.parametrize(
    "yes",
    [
        pytest.param(look(ANEW + MARK % b"44"), id="two marks"),
        pytest.param(look(ANEW + MARK % b"a"), id="another sign"),
        pytest.param(look(ANEW + MARK % b"N", SYMBOLS.replace(b"ZapfDingbats", b"Helvetica") % b""), id="a letter"),
        pytest.param(look(TICKED, SYMBOLS % b" /Encoding /WinAnsiEncoding"), id="poppler draws nothing"),
        pytest.param(look(TICKED, SYMBOLS % b" /Encoding << /Differences [52 /a22] >>"), id="other glyphs"),
        pytest.param(look(TICKED, SYMBOLS % b" /FontDescriptor << /FontFile 51 0 R >>"), id="its own font"),
        pytest.param(look(ANEW + b"Q"), id="nothing"),
        pytest.param(look(TICKED.replace(b"11.58", b"3")), id="tiny"),
        pytest.param(look(TICKED.replace(b"11.58", b"90")), id="huge"),
        pytest.param(look(TICKED.replace(b"3.1 3.92", b"11 3.92")), id="beside the middle"),
        pytest.param(look(TICKED.replace(b"ET Q", b"ET Q 2 w 1 1 14 14 re s")), id="a thick border over it"),
        pytest.param(look(TICKED.replace(b"BT", b"5 5 4 4 re W n BT")), id="cut off"),
        pytest.param(look(TICKED.replace(b"0 g 1", b"0.8 0.843 1 rg 1")), id="in the colour of the ground"),
        pytest.param(look(TICKED.replace(b"Tf", b"Tf 30 Tz")), id="squeezed"),
        pytest.param(look(TICKED.replace(b"1 0 0 1 3.1 3.92", b"1 0 0 -1 3.1 11")), id="upside down"),
        pytest.param(look(TICKED.replace(b"BT", b"3 Tr BT")), id="unseen"),
        pytest.param(look(TICKED.replace(b"0.8 0.843 1", b"0 0 0")), id="on black"),
        pytest.param(look(TICKED + b" 0 0 16 16 re f"), id="under a ground"),
        pytest.param(look(ANEW + b"Q 4 4 m 4 12 l 12 4 l 12 12 l S"), id="a letter of lines"),
        pytest.param(look(TICKED + b" 1 1 m 1 3 l 3 1 l 3 3 l S"), id="a letter in the border"),
        pytest.param(look(TICKED + b" 1 2 m 3 1 l 5 2 l 7 1 l 9 2 l 11 1 l 15 2 l S"), id="a hand along the border"),
        pytest.param(look(TICKED + b" q 0 7 16 2 re f Q"), id="struck out"),
        pytest.param(look(TICKED + b" /X Do"), id="a picture"),
        pytest.param(look(TICKED, box=b"[0 0 16 320]"), id="stretched"),
        pytest.param(look(TICKED, more=b" /Matrix [0 1 -1 0 0 0]"), id="turned"),
        pytest.param(look(TICKED, more=b" /OC 60 0 R"), id="on a layer"),
        pytest.param(
            look(SMALL_GROUND + SMALL_MARK + b"1 g 0 0 m 5 0 l 5 5 l 2.5 5 l 0 5 l f", box=SMALL), id="under a shape"
        ),
        pytest.param(
            look(SMALL_GROUND + SMALL_MARK + b"0 0 m 2.5 2.5 l 5 5 l S 0 5 m 2.5 2.5 l 5 0 l S", box=SMALL),
            id="crossed out by lines of the width that none states",
        ),
        pytest.param(
            look(SMALL_GROUND + SMALL_MARK + b"1 g 0 0 5 5 re 2.4 2.4 0.2 0.2 re f*", box=SMALL), id="under a ring"
        ),
        pytest.param(
            look(FRAME + MARK[:-1] % b"4" + b"q 3 0 0 3 0 0 cm 1.3 w 1 G 0.9 0.9 3.5 3.5 re s Q"), id="scaled border"
        ),
        pytest.param(look(GROUND + MARK[:-1] % b"4" + SPIKE), id="struck out by a mitre"),
        pytest.param(look(TICKED, SYMBOLS.replace(b"/Type1", b"/Type0") % b""), id="no font, PDFium writes a 4"),
        pytest.param(look(TICKED, SYMBOLS.replace(b"/Type1", b"/TrueType") % b""), id="another kind of font"),
        pytest.param(look(TICKED.replace(b"1 rg 0 0", b"1 rg /DeviceRGB cs 0 0")), id="black by its space"),
        pytest.param(look(TICKED.replace(b"0 g 1 0", b"1 0 0 g 1 0")), id="a gray of three numbers"),
        pytest.param(look(TICKED.replace(b"0 g 1 0", b"1 0 0 scn 1 0")), id="three numbers in no space"),
        pytest.param(look(TICKED.replace(b"0 g 1 0", b"/DeviceCMYK cs 0 0 0 scn 1 0")), id="three numbers in CMYK"),
        pytest.param(
            look(TICKED).replace(b"/Resources <<", b"/Resources << /ColorSpace << /DefaultGray %s >>" % NEGATIVE),
            id="another space for gray",
        ),
        pytest.param(look(b"q 7 0 2 16 re W n " + GROUND + b"Q " + MARK[:-1] % b"4"), id="a narrow ground"),
        pytest.param(look(TICKED).replace(b"/Subtype /Form", b"/Subtype /Image"), id="no form"),
        pytest.param(look(TICKED, more=b" /Group << /S /Transparency /CS /DeviceGray >>"), id="a group"),
    ],
)  # fmt: skip
def test_another_sign_for_on_is_refused(world, yes):
    assert judged(world, ticked(yes)) is not True


@pytest.mark.parametrize(
    "off",
    [look(TICKED), look(ANEW.replace(b"0.8 0.843 1", b"0 0 0") + b"Q"), look(b""), look(FRAME + b" 0 7 16 2 re f"),
     look(SMALL_GROUND + b"0 g 0 0 m 5 0 l 5 5 l 2.5 5 l 0 5 l f", box=SMALL), look(GROUND + SPIKE)],
    ids=["a tick", "black", "no frame", "struck out", "a black shape", "a mitre"],
)  # fmt: skip
def test_another_sign_for_off_is_refused(world, off):
    assert judged(world, ticked(look(TICKED), off)) is not True


def test_signs_that_change_places_are_refused(world):
    assert judged(world, {30: BOX % (b"4", COLOURS, 42, 41, b"", YES)}) is not True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/Off 52 0 R", b"/Off 52 0 R /No 51 0 R"),  # another state
        (b"/Off 52 0 R >>", b"/Off 52 0 R >> /D << /Yes 52 0 R /Off 51 0 R >>"),  # another sign under the pointer
        (b"/CA (4)", b"/CA (8)"),  # another caption
        (b" >> /AP", b" /R 180 >> /AP"),
        (b" /BG [0.8 0.843 1]", b" /BG [0 0 0]"),
        (YES, b" /AS /Yes"),  # without a value
    ],
)
def test_nothing_else_of_a_box_may_change(world, old, new):
    after = ticked(look(TICKED))
    assert old in after[30]
    assert judged(world, after | {30: after[30].replace(old, new)}) is not True


def test_colours_stay_where_viewers_draw_the_box_themselves(world):
    asked = THREE[:-2] + b" /NeedAppearances true >>"
    assert judged(world, ticked(look(TICKED), colours=b""), form=asked) is not True


def test_a_large_box_holds_more_than_a_mark(world):
    wide = BOX.replace(b"216 116", b"260 160")
    before = wide % (b"4", COLOURS, 41, 42, b"", b" /AS /Off")
    after = ticked(look(TICKED)) | {30: wide % (b"4", COLOURS, 51, 52, b"", YES)}
    assert judged(world, after, before=before) is not True


def test_a_push_button_has_no_states(world):
    pushed = BOX.replace(b"/FT /Btn", b"/FT /Btn /Ff 65536")
    before = pushed % (b"4", COLOURS, 41, 42, b"", b" /AS /Off")
    after = ticked(look(TICKED)) | {30: pushed % (b"4", COLOURS, 51, 52, b"", YES)}
    assert judged(world, after, before=before) is not True
