"""Check boxes and radio buttons: what is ticked is what the value says (ISO 32000-2 12.7.5.2.3)."""

from __future__ import annotations

import pytest

from tests.pdf.changes.samples import ALL, THREE, signed
from tests.validation import pdfs

FRAME = b"<< /Type /XObject /Subtype /Form /BBox [0 0 16 16] /Length 16 >>\nstream\n0 0 16 16 re S  \nendstream"
SHAPE = b"<< /Type /XObject /Subtype /Form /BBox [0 0 16 16] /Length 16 >>\nstream\n0 0 16 16 re f  \nendstream"
STATES = b" /AP << /N << /Yes 31 0 R /Off 32 0 R >> >>"
WIDGET = b" /Type /Annot /Subtype /Widget /F 4 /P 3 0 R"
BOX = b"<< /FT /Btn /T (agreed)" + WIDGET + b" /Rect [200 100 216 116]%s >>"
CHOICES = b"<< /FT /Btn /Ff 49152 /T (agreed) /Kids [33 0 R 34 0 R]%s >>"
RADIO = b"<<" + WIDGET + b" /Parent 30 0 R /Rect [%d 100 %d 116] /AS /%s /AP << /N << /%s 31 0 R /Off 32 0 R >> >> >>"


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (b" /V /Yes /AS /Yes", True),
        (b" /V /Off /AS /Off", True),
        (b" /V /Yes", None),  # which state is shown where none is named is for each viewer
        (b" /V /Yes /AS /Off", False),
        (b" /V /Off /AS /Yes", False),
        (b" /V /No /AS /Yes", False),
        (b" /V /Yes /AS [/Yes]", False),
    ],
)
def test_a_check_box_shows_what_its_value_says(world, state, allowed):
    empty = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BOX % STATES, 31: SHAPE, 32: FRAME}
    ticked = pdfs.update(signed(world, empty), {30: BOX % (STATES + state)})
    assert world.only(ticked).changes_permitted is allowed


@pytest.mark.parametrize(
    ("value", "first", "second", "allowed"),
    [
        (b" /V /one", b"one", b"Off", True),
        (b" /V /two", b"Off", b"two", True),
        (b" /V /one", b"Off", b"two", False),
        (b" /V /one", b"one", b"two", False),
        (b" /V /one", b"Off", b"Off", False),
    ],
)
def test_of_radio_buttons_the_one_is_on_that_the_value_names(world, value, first, second, allowed):
    def radios(value: bytes, first: bytes, second: bytes) -> dict[int, bytes]:
        kids = {33: RADIO % (200, 216, first, b"one"), 34: RADIO % (230, 246, second, b"two")}
        return {30: CHOICES % value, **kids}

    page = ALL.replace(b"30 0 R", b"33 0 R 34 0 R")
    empty = {pdfs.FORM: THREE, pdfs.PAGE: page, 31: SHAPE, 32: FRAME, **radios(b"", b"Off", b"Off")}
    chosen = pdfs.update(signed(world, empty), radios(value, first, second))
    assert world.only(chosen).changes_permitted is allowed


def state_of(content: bytes, resources: bytes = b"") -> bytes:
    said = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 90 16] /Resources << %s >> /Length %d >>\nstream\n%s\nendstream"
    )
    return said % (resources, len(content), content)


SYMBOLS = b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >> >>"
GLYPHS = b"/Font << /F << /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] >> >>"
WORDS = b"BT /F 9 Tf (999 yen) Tj ET"


@pytest.mark.parametrize(
    ("ticked", "off", "width", "allowed"),
    [
        (state_of(b"BT /F 9 Tf (4) Tj ET", SYMBOLS), SHAPE, 16, True),
        (state_of(b"BT /F 9 Tf (4) Tj ET", SYMBOLS), SHAPE, 90, True),
        (state_of(WORDS), SHAPE, 16, None),
        (state_of(WORDS + b" 0 0 m 9 9 l S"), state_of(WORDS), 90, True),
        (state_of(b"0 0 m " + b"9 9 l 0 3 l " * 30 + b"f"), SHAPE, 16, True),
        (state_of(b"0 0 m " + b"9 9 l 0 3 l " * 30 + b"f"), SHAPE, 90, None),
        (state_of(b"/X Do"), SHAPE, 90, None),
        (state_of(b"BT /F 9 Tf (4) Tj ET", GLYPHS), SHAPE, 90, None),
    ],
)
def test_a_box_shows_a_tick_and_no_words(world, ticked, off, width, allowed):
    """Its states were there when it was signed, and nobody saw them."""
    box = BOX.replace(b"216 116", b"%d 116" % (200 + width))
    empty = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: box % STATES, 31: ticked, 32: off}
    after = pdfs.update(signed(world, empty), {30: box % (STATES + b" /V /Yes /AS /Yes")})
    assert world.only(after).changes_permitted is allowed


@pytest.mark.parametrize(("second", "allowed"), [(b" /V (Hanako)", True), (b"", None), (b" /V (Taro)", None)])
def test_fields_of_one_name_say_the_same(world, second, allowed):
    """Some viewers take them for one field, and show the value of one in the place of the other."""
    field = b"<< /FT /Tx /T (name) /DA (/Helv 9 Tf)" + WIDGET + b" /Rect [150 %d 280 %d]%s >>"
    page = ALL.replace(b"30 0 R", b"30 0 R 33 0 R")
    looks = b" /AP << /N 31 0 R >>"
    last = {33: field % (60, 100, second + (looks if second else b""))} if second else {}
    before = {pdfs.PAGE: page, pdfs.FORM: THREE.replace(b"30 0 R", b"30 0 R 33 0 R")}
    before |= {30: field % (100, 140, b""), 33: field % (60, 100, b"")}
    filled = {30: field % (100, 140, b" /V (Hanako)" + looks), 31: pdfs.looks_of(b"Hanako"), **last}
    report = world.only(pdfs.update(signed(world, before), filled))
    assert report.changes_permitted is allowed
