"""New signature fields are plain widgets that do nothing and, unless signed by a person, show nothing."""

from __future__ import annotations

import pytest

from tests.pdf.changes.samples import ALL, BUYER, LOOKS, SEEN, THREE, signed
from tests.validation import pdfs
from tests.validation.test_attacks_changes import EMPTY_FIELD, FILLED, annots

ACTION = b" << /S /JavaScript /JS (app.alert\\('x'\\)) >>"
FLAT = b"0 0 0 0"
BOX = b"<< /Type /XObject /Subtype /Form /BBox [0 0 99 20] /Resources << /Font << /F1 7 0 R >> >> /Length %d >>"


@pytest.fixture(autouse=True)
def rules_alone(monkeypatch) -> None:
    monkeypatch.setattr("signkit.validation.pdf.compare_looks", lambda _, judged, __: [each for _, each in judged])


def form(body: bytes) -> bytes:
    return BOX % len(body) + b"\nstream\n" + body + b"\nendstream"


def permitted(world, field: bytes, *, sub_filter: bytes = b"ETSI.CAdES.detached", **more: bytes):
    objects = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: field, 31: form(more.get("looks", b"0 0 9 9 re f"))}
    if "kid" in more:
        objects |= {32: more["kid"], pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"32 0 R")}
    made = pdfs.sign(signed(world), world.cms, field=30, number=21, objects=objects, sub_filter=sub_filter)
    return world.judge(made).signatures[0].changes_permitted


PLAIN = BUYER % (SEEN, b"")
KID = b"<< /Type /Annot /Subtype /Widget /Parent 30 0 R /P 3 0 R /F 4 /Rect [200 100 290 140]%s >>"
HOLDER = b"<< /FT /Sig /T (buyer) /Kids [32 0 R] >>"


@pytest.mark.parametrize("entry", [b"", b" /MK << >>", b" /MK << /BC [1 0 0] >>", LOOKS])
def test_a_plain_widget_of_a_persons_signature(world, entry):
    assert permitted(world, BUYER % (SEEN, entry)) is True
    assert permitted(world, HOLDER, kid=KID % entry) is True


@pytest.mark.parametrize("kind", [b"FreeText", b"Link", b"Highlight", b"Ink", b"Stamp", b"Square"])
def test_a_signature_field_is_no_other_kind_of_annotation(world, kind):
    assert permitted(world, PLAIN.replace(b"/Widget", b"/" + kind)) is False
    assert permitted(world, HOLDER, kid=(KID % b"").replace(b"/Widget", b"/" + kind)) is False


@pytest.mark.parametrize("key", [b"/A", b"/AA", b"/PA"])
def test_a_signature_field_does_nothing(world, key):
    assert permitted(world, BUYER % (SEEN, b" " + key + ACTION)) is False
    assert permitted(world, HOLDER, kid=KID % (b" " + key + ACTION)) is False
    assert permitted(world, HOLDER[:-2] + key + ACTION + b" >>", kid=KID % b"") is False


def test_a_new_group_of_fields_does_nothing(world):
    child = b"<< /FT /Sig /T (one) /Parent 33 0 R /Type /Annot /Subtype /Widget /F 132 /Rect [0 0 0 0] /P 3 0 R >>"
    for entry, allowed in ((b"", True), (b" /A" + ACTION, False)):
        group = b"<< /T (buyer) /Kids [30 0 R]" + entry + b" >>"
        top = b"<< /Fields [6 0 R 8 0 R 33 0 R] /SigFlags 3 >>"
        objects = {pdfs.FORM: top, pdfs.PAGE: ALL, 30: child, 33: group}
        made = pdfs.sign(signed(world), world.cms, field=30, number=21, objects=objects)
        assert world.judge(made).signatures[0].changes_permitted is allowed


@pytest.mark.parametrize(
    ("place", "entry", "looks", "allowed"),
    [
        (SEEN, b"", b"", True),
        (FLAT, LOOKS, b"", True),
        (FLAT, LOOKS, b"q Q BT () Tj ET", True),
        (FLAT, LOOKS, b"0 0 9 9 re f", False),
        (b"20 100 20 100", LOOKS, b"0 0 9 9 re f", False),
        (SEEN, LOOKS, b"BT /F1 9 Tf ( ) Tj ET", False),
        (SEEN, LOOKS, b"BT /F1 9 Tf [-9 (_)] TJ ET", False),
        (SEEN, b" /MK << /BC [1 0 0] >>", b"", False),
        (SEEN, b" /MK << /BG [1 0 0] >>", b"", False),
        (SEEN, b" /MK << /BC [] >>", b"", True),
        (SEEN, b" /BS << /W 30 >>", b"", False),
        (SEEN, b" /Border [0 0 0]", b"", True),
        (SEEN, b" /Border [0 0 9]", b"", False),
    ],
)
def test_a_timestamp_and_an_unsigned_field_show_nothing(world, place, entry, looks, allowed):
    field = BUYER % (place, entry)
    assert permitted(world, field, sub_filter=b"ETSI.RFC3161", looks=looks) is allowed
    added = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: field, 31: form(looks)}
    assert world.only(pdfs.update(signed(world), added)).changes_permitted is allowed


@pytest.mark.parametrize(
    ("looks", "background", "allowed"),
    [
        (b"/Tx BMC BT () Tj ET EMC", b"", True),
        (b"1 g 0 0 130 40 re f 0 0 130 40 re s /Tx BMC EMC", b" /MK << /BG [1] /BC [0] >>", True),
        (b"1 g 0 0 130 40 re f", b"", False),
        (b"BT /F1 9 Tf ( ) Tj ET", b"", True),
        (b"BT /F1 9 Tf (.) Tj ET", b"", False),
        (b"BT /F9 9 Tf ( ) Tj ET", b"", False),  # nobody knows what that font draws
        (b"BT /F1 9 Tf (1) Tj ET", b" /MK << /BG [1] >>", False),
        (b"0 0 9 9 re f " * 9, b" /MK << /BG [1] >>", False),
        (b"/Im Do", b"", False),
    ],
)
def test_a_field_that_shows_anything_is_filled(world, looks, background, allowed):
    shown = EMPTY_FIELD[:-2] + background + b" /AP << /N 31 0 R >> >>"
    filled = FILLED[pdfs.TEXT_FIELD][:-2] + background + b" >>"
    base = signed(world, {pdfs.TEXT_FIELD: shown, 31: form(looks)})
    assert world.only(pdfs.update(base, {**FILLED, pdfs.TEXT_FIELD: filled})).changes_permitted is allowed
