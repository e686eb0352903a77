"""One object in two roles is judged in both, and whatever is written is accounted for."""

from __future__ import annotations

import pytest

from signkit.validation.report import Verdict
from tests.pdf.changes.samples import ALL, CATALOG, NOTE, PAGE, THREE, in_streams, signed
from tests.validation import pdfs
from tests.validation.conftest import codes
from tests.validation.test_attacks_changes import EMPTY_FIELD, STAMPED, certified, refused

FORGED = b"<< /Type /XObject /Subtype /Form /BBox [0 0 300 200] /Resources << /Font << /F1 7 0 R >> >> /Length 42 >>"
FORGED += b"\nstream\nBT /F1 12 Tf 20 150 Td (Pay 999 yen) Tj ET\nendstream"
HARMLESS = FORGED.replace(b"Pay 999 yen", b"Pay 100 yen")
DRAWING = {
    pdfs.CONTENT: b"<< /Length 5 >>\nstream\n/X Do\nendstream",
    41: HARMLESS,
}


def page_with(objects):
    """The page, drawing the form ``/X`` that ``objects`` names."""
    return PAGE.replace(b"/Resources <<", b"/Resources << /XObject " + objects)


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param(b"<< /Type /StructElem /S /P /P 41 0 R /X 41 0 R >>", id="a structure element's parent"),
        pytest.param(b"<< /Type /StructElem /Pg 41 0 R /X 41 0 R >>", id="a structure element's page"),
        pytest.param(b"<< /Type /Annot /P 41 0 R /X 41 0 R >>", id="an annotation's page"),
        pytest.param(b"<< /Type /Page /Parent 41 0 R /X 41 0 R >>", id="a page's parent"),
        pytest.param(b"<< /Type /OBJR /Obj 41 0 R /X 41 0 R >>", id="a reference to an object"),
        pytest.param(b"<< /TransformMethod /DocMDP /Data 41 0 R /X 41 0 R >>", id="what a signature is about"),
        pytest.param(b"<< /D [41 0 R /Fit] /X 41 0 R >>", id="a destination"),
    ],
)
@pytest.mark.parametrize("only", [False, True])
def test_resources_that_look_like_links_are_drawn_all_the_same(world, holder, only):
    """Whatever a dictionary of forms says that it is: what the page draws by its entries is compared."""
    name = holder.split(b" 41 0 R")[0].split(b"/")[-1].split(b" [")[0]
    holder, name = (holder.replace(b" /X 41 0 R", b""), name) if only else (holder, b"X")
    if name == b"D":
        pytest.skip("an array is no form")
    content = b"<< /Length %d >>\nstream\n/%s Do\nendstream" % (len(name) + 4, name)
    objects = {**DRAWING, pdfs.CONTENT: content, pdfs.PAGE: page_with(b"40 0 R"), 40: holder}
    refused(world.only(pdfs.update(signed(world, objects), {41: FORGED})))


def test_the_value_of_a_field_that_the_page_draws_too(world):
    """Filling the field would be permitted; its new value is what the page draws."""
    field = EMPTY_FIELD[:-2] + b" /V 41 0 R >>"
    objects = {**DRAWING, pdfs.PAGE: page_with(b"<< /X 41 0 R >>"), 41: b"null"}
    refused(world.only(pdfs.update(signed(world, objects), {pdfs.TEXT_FIELD: field, 41: FORGED})))


def test_a_form_that_an_annotation_and_the_page_draw(world):
    """P 3 permits another look of the annotation; the page draws the same object."""
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [200 100 290 140] /AP << /N 41 0 R >> >>"
    both = {**pdfs.OBJECTS, **DRAWING, pdfs.PAGE: page_with(b"<< /X 41 0 R >>").replace(b"8 0 R]", b"8 0 R 30 0 R]")}
    refused(world.only(pdfs.update(certified(world, 3, {**both, 30: note}), {41: FORGED})))


@pytest.mark.parametrize("key", [b"/A << /S /Hide /T 8 0 R >>", b"/Private 8 0 R"])
def test_what_leads_to_a_field_by_the_way(world, key):
    """A link to a field is no other role; an entry that nobody knows is."""
    link = b"<< /Type /Annot /Subtype /Link /Rect [200 100 290 140] %s >>" % key
    base = signed(world, {pdfs.PAGE: ALL, 30: link, pdfs.TEXT_FIELD: EMPTY_FIELD})
    filled = pdfs.update(
        base, {pdfs.TEXT_FIELD: EMPTY_FIELD[:-2] + b" /V (x) /AP << /N 31 0 R >> >>", 31: pdfs.looks_of(b"x")}
    )
    assert world.only(filled).changes_permitted is (key.startswith(b"/A"))


def test_an_object_that_nothing_leads_to_needs_no_reason(world):
    assert world.only(pdfs.update(signed(world), {40: FORGED, 41: b"[40 0 R]"})).verdict is Verdict.PASSED


def test_what_could_not_be_read_before_is_not_nothing(world):
    """The signed annotation, in an object stream, cannot be read; the later revision puts another in its place."""
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [200 100 290 140] /X 1..2 >>"
    base = in_streams(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: ALL, 31: STAMPED}), {30: note})
    before = world.sign(base)
    assert world.only(before).verdict is Verdict.PASSED
    shown = NOTE.replace(b"/Contents (%s)", b"/AP << /N 31 0 R >>")
    refused(world.only(pdfs.update(before, {30: shown})))


def test_pages_that_show_too_much_to_be_searched_are_not_judged(world):
    """Forms within forms beyond any honest depth, below a field that is filled in."""
    deep = {pdfs.PAGE: page_with(b"<< /X 100 0 R >>"), pdfs.CONTENT: DRAWING[pdfs.CONTENT]}
    for number in range(100, 130):
        inner = b" /Resources << /XObject << /X %d 0 R >> >>" % (number + 1)
        deep[number] = (
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 300 200]" + inner + b" /Length 5 >>\nstream\n/X Do\nendstream"
        )
    deep |= {130: HARMLESS, pdfs.TEXT_FIELD: EMPTY_FIELD}
    report = world.only(pdfs.update(signed(world, deep), {pdfs.TEXT_FIELD: EMPTY_FIELD[:-2] + b" /V (x) >>"}))
    assert (report.changes_permitted, codes(report)) == (None, ["changes-not-judged"])


def test_two_signatures_over_one_byte_range_are_two(world):
    """The second, in another field, says that it signs the same bytes; it does not fit."""
    base = signed(world, {pdfs.FORM: THREE, 30: b"<< /FT /Sig /T (buyer) >>"})
    start = base.index(b"<< /Type /Sig")
    copy = base[start : base.index(b"endobj", start)]
    report = world.judge(pdfs.update(base, {30: b"<< /FT /Sig /T (buyer) /V 21 0 R >>", 21: copy}))
    assert len(report.signatures) == 2
    assert report.verdict is Verdict.FAILED


def test_a_catalog_that_is_a_form_too(world):
    """The catalog gains evidence; the page draws an object that leads back to it."""
    objects = {
        **DRAWING,
        pdfs.PAGE: page_with(b"<< /X 41 0 R >>"),
        41: HARMLESS.replace(b"/Font <<", b"/Font << /C 1 0 R"),
    }
    refused(world.only(pdfs.update(signed(world, objects), {pdfs.CATALOG: CATALOG[:-2] + b" /DSS << >> >>"})))


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(b"/Subtype /Link /A << /S /JavaScript /JS (x) >>", id="a script"),
        pytest.param(b"/Subtype /Link /A << /S /URI /URI (x) /Next << /S /Hide /T 8 0 R >> >>", id="a second action"),
        pytest.param(b"/Subtype /Square /AA << /PV << /S /JavaScript /JS (x) >> >>", id="an action of itself"),
        pytest.param(b"/Subtype /Movie", id="a film"),
        pytest.param(b"/Subtype /Redact /QuadPoints [20 140 90 140 20 160 90 160]", id="over the text by its points"),
        pytest.param(b"/Subtype /Ink /InkList [[20 150 90 150 20 160]]", id="over the text by its lines"),
    ],
)
def test_annotations_that_act_or_reach_elsewhere_are_no_comments(world, entries):
    note = b"<< /Type /Annot /Rect [200 100 290 140] " + entries + b" >>"
    refused(world.only(pdfs.update(certified(world, 3), {pdfs.PAGE: ALL, 30: note})))
    plain = b"<< /Type /Annot /Rect [200 100 290 140] /Subtype /Square >>"
    before = certified(world, 3, {**pdfs.OBJECTS, pdfs.PAGE: ALL, 30: plain})
    refused(world.only(pdfs.update(before, {30: note})))


def test_what_stays_upright_on_a_turned_page_leaves_its_place(world):
    turned = {**pdfs.OBJECTS, pdfs.PAGE: PAGE[:-2] + b" /Rotate 90 >>"}
    note = b"<< /Type /Annot /Subtype /Square /F %d /Rect [200 100 290 140] >>"
    for flags, permitted in ((4, True), (4 + 16, None)):
        added = {pdfs.PAGE: ALL[:-2] + b" /Rotate 90 >>", 30: note % flags}
        assert world.only(pdfs.update(certified(world, 3, turned), added)).changes_permitted is permitted


@pytest.mark.parametrize(
    ("kind", "flags", "place", "permitted"),
    [
        (b"Square", 4, b"200 100 290 140", True),
        (b"Square", 4 + 8, b"200 100 290 140", None),
        (b"Stamp", 4 + 8, b"200 100 220 120", None),
        (b"Text", 4 + 8 + 16, b"200 100 220 120", True),
        (b"Text", 4 + 8, b"200 40 290 140", None),
    ],
)
def test_what_is_not_scaled_with_its_page_leaves_its_place(world, kind, flags, place, permitted):
    note = b"<< /Type /Annot /Subtype /%s /F %d /Rect [%s] >>" % (kind, flags, place)
    added = {pdfs.PAGE: ALL, 30: note}
    assert world.only(pdfs.update(certified(world, 3), added)).changes_permitted is permitted


def test_a_signature_that_was_there_is_not_shown_on_another_page_too(world):
    second = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Resources << >>%s >>"
    tree = {pdfs.PAGES: b"<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 >>", 40: second % b""}
    unsigned = {
        pdfs.FORM: THREE,
        pdfs.PAGE: ALL,
        30: b"<< /FT /Sig /T (buyer) /Subtype /Widget /Rect [200 100 290 140] >>",
    }
    base = signed(world, {**tree, **unsigned})
    both = {40: second % b" /Annots [30 0 R]", 30: unsigned[30]}
    refused(world.judge(pdfs.sign(base, world.cms, field=30, number=21, objects=both)).signatures[0])
