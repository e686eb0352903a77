"""What only looks like a link is followed; and what a signature locked when it was made stays locked."""

from __future__ import annotations

import pytest

from signkit.pdf.form import text_string
from tests.pdf.changes.samples import ALL, CATALOG, NOTE, SEEN, THREE, by_buyer, signed, signed_with
from tests.validation import pdfs
from tests.validation.test_attacks_changes import EMPTY_FIELD, FILLED, certified

SCRIPT = b"<< /S /JavaScript /JS (%s) >>"
PRIVATE = b" /Private [40 0 R]"


@pytest.fixture(autouse=True)
def rules_alone(monkeypatch) -> None:
    monkeypatch.setattr("signkit.validation.pdf.compare_looks", lambda _, judged, __: [each for _, each in judged])


@pytest.mark.parametrize(
    "holder",
    [
        b" /OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [40 0 R /Fit] >>",
        b" /OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [40 0 R /XYZ 0 0 0] >>",
        b" /Names << /JavaScript << /Names [(a) << /Type /OBJR /Obj 40 0 R >>] >> >>",
        b" /PageLabels << /Nums [40 0 R /Fit] >>",
    ],
)
def test_an_object_behind_a_mark_of_a_destination_is_compared(world, holder):
    objects = {pdfs.CATALOG: CATALOG[:-2] + holder + b" >>", 40: SCRIPT % b"one"}
    base = signed(world, objects, trailer=PRIVATE)
    assert world.only(pdfs.update(base, {40: SCRIPT % b"two"}, trailer=PRIVATE)).changes_permitted is False
    assert world.only(pdfs.update(base, {40: SCRIPT % b"one"}, trailer=PRIVATE)).changes_permitted is True


def test_an_annotation_that_may_change_is_no_destination(world):
    action = NOTE % b"hi"
    holder = b" /OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [30 0 R /Fit] >>"
    base = certified(world, 3, {**pdfs.OBJECTS, pdfs.PAGE: ALL, 30: action}, extra=holder)
    scripted = action[:-2] + b" /S /JavaScript /JS (a) >>"
    assert world.only(pdfs.update(base, {30: scripted})).changes_permitted is False


def test_a_page_may_be_led_to(world):
    holder = {pdfs.CATALOG: CATALOG[:-2] + b" /OpenAction [3 0 R /Fit] >>"}
    made = by_buyer(world, signed(world, holder), SEEN, {pdfs.FORM: THREE, pdfs.PAGE: ALL})
    assert world.judge(made).signatures[0].changes_permitted is True


LOCK = b" /Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /V /1.2 %s >> >>]"
#: The objects 40 to 42 are there for what is stated indirectly.
PARTS = {pdfs.TEXT_FIELD: EMPTY_FIELD, 40: b"/Include", 41: b"[42 0 R]", 42: b"(note)"}


@pytest.mark.parametrize(
    ("lock", "allowed"),
    [
        (b"/Action /Include /Fields [(other)]", True),
        (b"/Action /Exclude /Fields [(note)]", True),
        (b"/Action /Include /Fields [(note)]", False),
        (b"/Action 40 0 R /Fields [(note)]", False),
        (b"/Action /Include /Fields 41 0 R", False),
        (b"/Action /Include /Fields [42 0 R]", False),
        (b"/Action /Include /Fields [/note]", False),
        (b"/Action /Include /Fields (note)", False),
        (b"/Action /Some /Fields [(other)]", False),
    ],
)
def test_a_lock_is_read_to_its_end_and_locks_all_if_it_cannot_be(world, lock, allowed):
    assert world.only(pdfs.update(signed_with(world, PARTS, LOCK % lock), FILLED)).changes_permitted is allowed


def test_a_certification_keeps_what_it_said_when_it_was_made(world):
    method = b"<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /P %d /V /1.2 >> >>"
    extra = b" /Reference [40 0 R /Fit]"
    objects = {**PARTS, 40: method % 1}
    base = world.sign(pdfs.build({**pdfs.OBJECTS, **objects}, trailer=PRIVATE), extra=extra, trailer=PRIVATE)
    attacked = pdfs.update(base, {**FILLED, 40: method % 3}, trailer=PRIVATE)
    assert world.only(attacked).changes_permitted is False


@pytest.mark.parametrize("name", [b"note", b"seller"])
def test_a_new_field_takes_no_name(world, name):
    made = by_buyer(world, signed(world), SEEN, {pdfs.FORM: THREE, pdfs.PAGE: ALL})
    assert world.judge(made).signatures[0].changes_permitted is True
    field = b"<< /FT /Sig /T (%s) /Type /Annot /Subtype /Widget /F 132 /Rect [0 0 0 0] /P 3 0 R >>" % name
    made = pdfs.sign(
        signed(world), world.cms, field=30, number=21, objects={pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: field}
    )
    assert world.judge(made).signatures[0].changes_permitted is False


def test_the_second_of_one_name_is_locked_with_it(world):
    second = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: EMPTY_FIELD.replace(b"150 20 280 60", b"200 100 290 140")}
    base = signed_with(world, second, LOCK % b"/Action /Include /Fields [(note)]")
    filled = second[30][:-2] + b" /V (x) >>"
    assert world.only(pdfs.update(base, {30: filled})).changes_permitted is False


@pytest.mark.parametrize(("action", "allowed"), [(b"/Exclude", False), (b"/Include", False)])
def test_a_name_with_a_stop_is_no_childs(world, action, allowed):
    """Only a child of ``no`` would be excepted; what is locked is locked either way."""
    dotted = {pdfs.TEXT_FIELD: EMPTY_FIELD.replace(b"(note)", b"(no.te)")}
    base = signed_with(world, dotted, LOCK % (b"/Action " + action + b" /Fields [(no)]"))
    filled = dotted[pdfs.TEXT_FIELD][:-2] + b" /V (x) >>"
    assert world.only(pdfs.update(base, {pdfs.TEXT_FIELD: filled})).changes_permitted is allowed


@pytest.mark.parametrize(
    ("encoded", "text"), [(b"\xa0", "€"), (b"\x80", "•"), (b"\x9f", "\ufffd"), (b"\x18\x1f", "˘˜"), (b"\xe9a", "éa")]
)
def test_text_is_decoded_as_the_annex_says(encoded, text):
    assert text_string(encoded) == text
