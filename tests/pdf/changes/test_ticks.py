"""Check boxes and radio buttons: what is ticked is what the value says (ISO 32000-2 12.7.5.2.3)."""

from __future__ import annotations

import pytest

from tests.pdf.changes.samples import ALL, THREE, signed
from tests.validation import pdfs

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
    empty = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BOX % STATES, 31: SHAPE, 32: SHAPE}
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
    empty = {pdfs.FORM: THREE, pdfs.PAGE: page, 31: SHAPE, 32: SHAPE, **radios(b"", b"Off", b"Off")}
    chosen = pdfs.update(signed(world, empty), radios(value, first, second))
    assert world.only(chosen).changes_permitted is allowed
