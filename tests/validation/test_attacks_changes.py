"""Attacks by what is appended after signing: shadow attacks, overlays, forms, certification, confusion of readers."""

from __future__ import annotations

import zlib

import pytest

from signkit.validation.report import Verdict
from tests.validation import pdfs
from tests.validation.conftest import codes

STAMPED = b"<< /Type /XObject /Subtype /Form /BBox [0 0 99 20] /Length 22 >>\nstream\n1 g 0 0 99 20 re f    \nendstream"


def appended(signed, objects, **more):
    return pdfs.update(signed, objects, **more)


def annots(*items):
    return pdfs.OBJECTS[pdfs.PAGE].replace(b"/Annots [6 0 R 8 0 R]", b"/Annots [" + b" ".join(items) + b"]")


def compressed(stream):
    data = zlib.compress(stream.split(b"stream\n")[1].removesuffix(b"\nendstream"))
    return b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"


def certified(world, permission, objects=None, *, extra=b"", trailer=b"", more=b""):
    """A PDF whose first signature certifies it; ``extra`` stands in its catalog, ``more`` in its references."""
    reference = b" /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams"
    reference += b" << /Type /TransformParams /P %d /V /1.2 >> >>" % permission + more + b"]"
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + extra + b" /Perms << /DocMDP 20 0 R >> >>"
    base = pdfs.build(objects, trailer=trailer)
    return world.sign(base, extra=reference, objects={pdfs.CATALOG: catalog}, trailer=trailer)


def refused(report):
    assert report.verdict is Verdict.FAILED
    assert report.changes_permitted is False
    assert report.intact
    return codes(report)


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({pdfs.CONTENT: b"<< /Length 3 >>\nstream\n0 g\nendstream"}, id="hide: page content"),
        pytest.param(
            {pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE].replace(b"/Contents 4 0 R", b"")}, id="hide: contents removed"
        ),
        pytest.param({pdfs.FONT: pdfs.OBJECTS[pdfs.FONT].replace(b"Helvetica", b"Symbol")}, id="replace: font"),
        pytest.param({pdfs.PAGES: b"<< /Type /Pages /Kids [] /Count 0 >>"}, id="page removed"),
        pytest.param({pdfs.PAGES: b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 180 >>"}, id="inherited rotation"),
        pytest.param(
            {pdfs.CATALOG: pdfs.OBJECTS[1][:-2] + b" /OpenAction << /S /JavaScript /JS (x) >> >>"}, id="script"
        ),
        pytest.param({pdfs.CATALOG: pdfs.OBJECTS[1][:-2] + b" /OCProperties << >> >>"}, id="layers"),
        pytest.param({pdfs.FORM: pdfs.OBJECTS[pdfs.FORM][:-2] + b" /XFA (x) >>"}, id="XFA"),
        pytest.param(
            {pdfs.FORM: pdfs.OBJECTS[pdfs.FORM][:-2] + b" /NeedAppearances true >>"}, id="appearances by the viewer"
        ),
        pytest.param({pdfs.CATALOG: pdfs.OBJECTS[1][:-2] + b" /Names << /EmbeddedFiles << >> >> >>"}, id="attachment"),
    ],
)
def test_what_no_rule_explains_is_refused(world, signed, objects):
    assert refused(world.only(appended(signed, objects))) == ["changes-not-permitted"]


def test_a_page_tree_that_is_no_tree_cannot_be_judged(world, signed):
    twice = {pdfs.PAGES: b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>"}
    report = world.only(appended(signed, twice))
    assert (report.verdict, report.changes_permitted) == (Verdict.INDETERMINATE, None)
    assert codes(report) == ["changes-not-judged"]


def test_hide_and_replace_by_a_cross_reference_alone(world):
    """Both contents lie in the signed bytes; what is appended only points to the other one."""
    hidden = b"4 0 obj\n<< /Length 42 >>\nstream\nBT /F1 12 Tf 20 150 Td (Pay 900 yen) Tj ET\nendstream\nendobj\n"
    prepared = pdfs.build().replace(b"1 0 obj", hidden + b"1 0 obj", 1)
    offset = prepared.index(b"4 0 obj")
    shifted = pdfs.build({**pdfs.OBJECTS, 50: b"(" + hidden.replace(b"(", b"\\(").replace(b")", b"\\)") + b")"})
    place = shifted.index(b"4 0 obj\n<< /Length 42 >>\nstream\nBT /F1 12 Tf 20 150 Td \\(Pay 900")
    assert offset > 0
    signed = world.sign(shifted)
    pdf = signed + pdfs.cross_reference({4: place}, len(signed), previous=pdfs.last_start(signed))
    refused(world.only(pdf))


def test_a_new_appearance_for_an_unchanged_value_is_refused(world, signed):
    """Shadow attack "replace": the field says what it said, and shows something else."""
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"/N 9 0 R", b"/N 31 0 R")
    assert refused(world.only(appended(signed, {pdfs.TEXT_FIELD: field, 31: STAMPED}))) == ["changes-not-permitted"]


def test_overwriting_the_appearance_stream_is_refused(world, signed):
    refused(world.only(appended(signed, {pdfs.APPEARANCE: STAMPED})))


EMPTY_FIELD = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b" /V (first) /AP << /N 9 0 R >>", b"")
FILLED = {
    pdfs.TEXT_FIELD: pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(second)").replace(b"/N 9 0 R", b"/N 31 0 R"),
    31: pdfs.looks_of(b"second"),
}


def test_filling_in_a_field_is_allowed_and_told(world):
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.TEXT_FIELD: EMPTY_FIELD}))
    report = world.only(appended(signed, FILLED))
    assert report.verdict is Verdict.PASSED
    assert (report.changes_after, report.changes_permitted) == ("form", True)


def test_a_value_that_was_there_at_signing_is_not_replaced(world, signed):
    refused(world.only(appended(signed, FILLED)))


def test_a_field_may_be_corrected_for_those_who_signed_it_empty(world):
    """Filled in, signed by a second person, corrected: for the first it was filled in, for the second replaced."""
    buyer = b"<< /FT /Sig /T (buyer) /Type /Annot /Subtype /Widget /F 132 /Rect [0 0 0 0] /P 3 0 R >>"
    objects = {
        **pdfs.OBJECTS,
        pdfs.TEXT_FIELD: EMPTY_FIELD,
        pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>",
        pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R"),
        30: buyer,
    }
    both = pdfs.sign(
        appended(world.sign(pdfs.build(objects)), FILLED), world.cms, field=30, number=21, objects={30: buyer}
    )
    corrected = appended(
        both, {pdfs.TEXT_FIELD: FILLED[pdfs.TEXT_FIELD].replace(b"second", b"third"), 31: pdfs.looks_of(b"third")}
    )
    report = world.judge(corrected)
    assert [(each.field, each.changes_permitted) for each in report.signatures] == [("seller", True), ("buyer", False)]


def test_whoever_certifies_and_says_which_fields_stay_leaves_the_others_open(world):
    """P 2 alone lets empty fields be filled in; what was in them stays unless the fields that stay are named."""
    refused(world.only(appended(certified(world, 2), FILLED)))
    lock = b" << /Type /SigRef /TransformMethod /FieldMDP /TransformParams"
    lock += b" << /Type /TransformParams /Action /Include %s /V /1.2 >> >>"
    for fields, permitted in (
        (b"/Fields [(seller)]", True),
        (b"/Fields [(seller) (price)]", True),
        (b"/Fields [(note)]", False),
        (b"/Fields [(price)]", False),  # nothing stays that is there
        (b"/Fields []", False),
        (b"", False),
    ):
        attacked = appended(certified(world, 2, more=lock % fields), FILLED)
        assert world.only(attacked).changes_permitted is permitted, fields


def test_a_field_over_signed_text_cannot_be_filled_in(world):
    over = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"[150 20 280 60]", b"[15 140 200 170]")
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.TEXT_FIELD: over}))
    field = over.replace(b"(first)", b"(second)").replace(b"/N 9 0 R", b"/N 31 0 R")
    refused(world.only(appended(signed, {pdfs.TEXT_FIELD: field, 31: STAMPED})))


def test_a_moved_field_is_refused(world, signed):
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"[150 20 280 60]", b"[0 0 300 200]").replace(b"(first)", b"(2)")
    refused(world.only(appended(signed, {pdfs.TEXT_FIELD: field})))


def test_an_inherited_value_that_changes_is_seen(world):
    parent = b"<< /T (group) /FT /Tx /V (one) /Kids [8 0 R] >>"
    kid = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b" /V (first)", b" /Parent 30 0 R")
    form = b"<< /Fields [6 0 R 30 0 R] /SigFlags 3 >>"
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.FORM: form, pdfs.TEXT_FIELD: kid, 30: parent}))
    changed = {30: parent.replace(b"one", b"two"), pdfs.TEXT_FIELD: kid, pdfs.APPEARANCE: pdfs.looks_of(b"two")}
    report = world.only(appended(signed, changed))
    assert report.changes_after == "form"


def test_an_appearance_that_the_page_uses_too_may_not_be_exchanged(world):
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"/Resources <<", b"/Resources << /XObject << /X 9 0 R >>")
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page}))
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(second)")
    refused(world.only(appended(signed, {pdfs.TEXT_FIELD: field, pdfs.APPEARANCE: STAMPED})))


def test_the_appearance_of_a_signed_field_may_not_even_be_rewritten(world):
    seller = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /AP << /N 9 0 R >> >>"
    signed = world.sign(pdfs.build(), objects={pdfs.SELLER: seller})
    refused(world.only(appended(signed, {pdfs.APPEARANCE: STAMPED})))
    inline = seller.replace(b"/AP << /N 9 0 R >>", b"/AP << /N 31 0 R >>")[:-2] + b" /V 20 0 R >>"
    refused(world.only(appended(signed, {pdfs.SELLER: inline, 31: STAMPED})))


def test_a_signature_that_is_taken_away_is_refused(world, signed):
    refused(world.only(appended(signed, {pdfs.SELLER: pdfs.OBJECTS[pdfs.SELLER]})))


def test_an_annotation_is_refused_unless_the_document_allows_it(world, signed):
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [200 100 280 120] /AP << /N 31 0 R >> >>"
    objects = {pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R"), 30: note, 31: STAMPED}
    refused(world.only(appended(signed, objects)))
    allowed = world.only(appended(certified(world, 3), objects))
    assert (allowed.verdict, allowed.changes_after) == (Verdict.PASSED, "annotations")
    for permission in (1, 2):
        refused(world.only(appended(certified(world, permission), objects)))


def test_evil_annotation_over_signed_text_is_refused_even_where_annotations_are_allowed(world):
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [10 140 200 170] /AP << /N 31 0 R >> >>"
    objects = {pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R"), 30: note, 31: STAMPED}
    refused(world.only(appended(certified(world, 3), objects)))


def test_sneaky_signature_over_certified_text_is_refused(world):
    field = b"<< /FT /Sig /T (evil) /Type /Annot /Subtype /Widget /F 132 /Rect [10 140 200 170] /P 3 0 R"
    field += b" /AP << /N 31 0 R >> >>"
    objects = {
        pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R"),
        pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>",
        30: field,
        31: STAMPED,
    }
    pdf = pdfs.sign(certified(world, 2), world.cms, field=30, number=21, objects=objects)
    report = world.judge(pdf)
    assert refused(report.signatures[0]) == ["changes-not-permitted"]


def test_certifying_after_an_approval_is_refused(world, signed):
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /Perms << /DocMDP 20 0 R >> >>"
    refused(world.only(appended(signed, {pdfs.CATALOG: catalog})))


def test_nothing_but_evidence_after_a_certification_that_allows_nothing(world):
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(second)")
    refused(world.only(appended(certified(world, 1), {pdfs.TEXT_FIELD: field})))
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /Perms << /DocMDP 20 0 R >> /DSS << /Certs [] >> >>"
    report = world.only(appended(certified(world, 1), {pdfs.CATALOG: catalog}))
    assert (report.verdict, report.changes_after) == (Verdict.PASSED, "evidence")


def test_a_locked_field_may_not_be_filled_in(world):
    lock = b" /Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams"
    lock += b" << /Type /TransformParams /Action /Include /Fields [(note)] /V /1.2 >> >>]"
    signed = world.sign(pdfs.build(), extra=lock)
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(second)")
    refused(world.only(appended(signed, {pdfs.TEXT_FIELD: field})))


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({40: b"<< /Unused true >>"}, id="an object nobody uses"),
        pytest.param({pdfs.CONTENT: pdfs.OBJECTS[pdfs.CONTENT]}, id="the same content again"),
        pytest.param(
            {pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE].replace(b"[0 0 300 200]", b"[ 0 0 300.0 200 ]")}, id="other spelling"
        ),
        pytest.param({pdfs.CONTENT: compressed(pdfs.OBJECTS[pdfs.CONTENT])}, id="compressed"),
    ],
)
def test_rewriting_without_effect_is_harmless(world, signed, objects):
    assert world.only(appended(signed, objects)).verdict is Verdict.PASSED


def test_freeing_an_unused_object_is_harmless(world, signed):
    start = len(signed)
    table = b"xref\n0 1\n0000000010 65535 f \n10 1\n0000000000 00001 f \n"
    trailer = b"trailer\n<< /Size 60 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        pdfs.last_start(signed),
        start,
    )
    assert world.only(signed + table + trailer).verdict is Verdict.PASSED


def test_object_stream_confusion_never_passes(world):
    """An object stream is written anew under its old number, so that the objects in it change unlisted."""
    inner = pdfs.OBJECTS[pdfs.FONT]

    def stream(content):
        body = b"7 0 " + content
        return b"<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n" % len(body) + body + b"\nendstream"

    objects = {number: body for number, body in pdfs.OBJECTS.items() if number != pdfs.FONT} | {15: stream(inner)}
    base = pdfs.build(objects)
    rows = b"".join(
        (b"\x02\x00\x00\x00\x0f\x00" if n == 7 else b"\x01" + base.index(b"\n%d 0 obj" % n).to_bytes(4, "big") + b"\0")
        if n in (*objects, 7) else b"\0" * 6
        for n in range(16)
    )  # fmt: skip
    start = len(base)
    xref = b"16 0 obj\n<< /Type /XRef /Size 17 /W [1 4 1] /Index [0 16] /Root 1 0 R /Length %d >>\nstream\n" % len(rows)
    base += xref + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    signed = world.sign(base)
    assert world.only(signed).verdict is Verdict.PASSED
    pdf = pdfs.update(signed, {15: stream(inner.replace(b"Helvetica", b"Symbol"))})
    assert world.only(pdf).verdict is Verdict.INDETERMINATE


def test_hybrid_cross_reference_confusion_never_passes(world, signed):
    """The table and the hidden stream of one section disagree about where an object lies."""
    rows = b"\x01" + (0).to_bytes(4, "big") + b"\0"
    fake = b"4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n"
    real = b"4 0 obj\n" + pdfs.OBJECTS[pdfs.CONTENT] + b"\nendobj\n"
    offset_fake, offset_real = len(signed), len(signed) + len(fake)
    rows = b"\x01" + offset_fake.to_bytes(4, "big") + b"\0"
    hidden_at = offset_real + len(real)
    hidden = b"41 0 obj\n<< /Type /XRef /Size 60 /W [1 4 1] /Index [4 1] /Root 1 0 R /Length 6 >>\nstream\n" + rows
    hidden += b"\nendstream\nendobj\n"
    body = signed + fake + real + hidden
    tail = pdfs.cross_reference(
        {4: offset_real, 41: hidden_at}, len(body), b" /XRefStm %d" % hidden_at, pdfs.last_start(signed)
    )
    assert world.only(body + tail).verdict is Verdict.FAILED


def test_a_second_signature_is_allowed_and_told(world, signed):
    form = {
        pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>",
        pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R"),
    }
    field = b"<< /FT /Sig /T (buyer) /Type /Annot /Subtype /Widget /F 132 /Rect [200 100 290 140] /P 3 0 R >>"
    pdf = pdfs.sign(signed, world.cms, field=30, number=21, objects={**form, 30: field})
    report = world.judge(pdf)
    assert report.verdict is Verdict.PASSED
    assert [(item.field, item.changes_after) for item in report.signatures] == [("seller", "form"), ("buyer", "none")]
