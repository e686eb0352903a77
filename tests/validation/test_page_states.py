"""For which signatures a page is read once: those that found it alike, and no others."""

from __future__ import annotations

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.pages import pages
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.doubts import Doubts
from signkit.pdf.signatures import FoundSignature, find_signatures
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.levels import Level, extend, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.page_states import PageStates
from tests.validation import pdfs

SECOND, LETTERS, LAYER, BOX, NAME, ABOVE, KID, LINK = 30, 41, 42, 43, 44, 45, 46, 52
PAGES = {
    **pdfs.OBJECTS,
    pdfs.CATALOG: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OCProperties << /OCGs [42 0 R] /D << >> >> >>",
    pdfs.PAGES: b"<< /Type /Pages /Kids [3 0 R 30 0 R] /Count 2 >>",
    pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 45 0 R] /SigFlags 3 >>",
    pdfs.PAGE: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
    b" /Resources << /Font << /F1 7 0 R /F2 50 0 R >> >> /Annots [6 0 R 46 0 R 52 0 R] >>",
    pdfs.FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 41 0 R >>",
    pdfs.SELLER: b"<< /FT /Sig /T 44 0 R /Type /Annot /Subtype /Widget /F 132 /Rect 43 0 R /P 3 0 R >>",
    SECOND: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>",
    LETTERS: b"<< /Length 2 >>\nstream\nq \nendstream",
    LAYER: b"<< /Type /OCG /Name (layer) >>",
    BOX: b"[20 20 120 60]",
    NAME: b"(seller)",
    ABOVE: b"<< /FT /Sig /T (buyer) /Kids [46 0 R] >>",
    KID: b"<< /Type /Annot /Subtype /Widget /Parent 45 0 R /Rect [20 90 120 130] >>",
    LINK: b"<< /Type /Annot /Subtype /Link /Rect [20 140 120 150] >>",
}
SIGNED = {
    pdfs.SELLER: PAGES[pdfs.SELLER].replace(b" >>", b" /V 20 0 R /AP << /N 9 0 R >> >>"),
    pdfs.SIGNATURE: b"<< /Type /Sig >>",
}


def found(pdf: bytes, number: int, **more: object) -> FoundSignature:
    return FoundSignature(
        "seller", None, None, {}, byte_range=(0, 0, 0, len(pdf)),
        **{"revision": number, "coverage": "whole-revision", **more},
    )  # fmt: skip


def is_shared(
    *written: dict[int, bytes],
    objects: dict[int, bytes] = PAGES,
    pages: tuple[int, ...] = (0,),
    end: bytes = b"",
    **more: object,
) -> bool:
    """Whether the page is read once for a signature before these revisions and one after them."""
    states = [pdfs.build(objects)]
    for each in written:
        states.append(pdfs.update(states[-1], each))
    file = PdfFile(states[-1] + end, Meter(Limits()))
    asked = [(found(states[0], 0), pages), (found(states[-1], len(written), **more), pages)]
    ends = PageStates(file, Doubts(file)).ends(asked)
    assert ends[0] == len(states[0])
    assert ends[1] in (len(states[0]), len(states[-1]))
    return ends[1] == ends[0]


@pytest.mark.parametrize(
    "written",
    {
        "a signature": SIGNED,
        "one in a field of which a widget stands on the page": {
            ABOVE: PAGES[ABOVE].replace(b" >>", b" /V 21 0 R >>"),
            pdfs.STAMP: b"<< /Type /Sig >>",
        },
        "evidence": {
            pdfs.CATALOG: PAGES[pdfs.CATALOG].replace(b"/OCP", b"/DSS << >> /OCP"),
            pdfs.FORM: PAGES[pdfs.FORM].replace(b"3 >>", b"1 >>"),
        },
        "what nothing leads to": {51: b"<< /Unused 1 >>"},
    }.values(),
)
def test_a_page_is_read_once_where_only_signatures_and_evidence_came(written):
    assert is_shared(written)
    assert is_shared(SIGNED, written)


@pytest.mark.parametrize(
    ("number", "body"),
    [
        (pdfs.CONTENT, b"<< /Length 2 >>\nstream\nq \nendstream"),
        (pdfs.FONT, PAGES[pdfs.FONT].replace(b"Helvetica", b"Courier")),
        (LETTERS, b"<< /Length 2 >>\nstream\nQ \nendstream"),
        (50, pdfs.OBJECTS[pdfs.FONT]),  # what was named before it was there
        (pdfs.PAGE, PAGES[pdfs.PAGE]),
        (SECOND, PAGES[SECOND]),
        (pdfs.PAGES, b"<< /Type /Pages /Kids [30 0 R 3 0 R] /Count 2 >>"),
        (LAYER, b"<< /Type /OCG /Name (other) >>"),
        (pdfs.CATALOG, PAGES[pdfs.CATALOG].replace(b"/D << >>", b"/D << /BaseState /OFF >>")),
        (pdfs.FORM, b"<< /Fields [6 0 R 8 0 R] /SigFlags 3 >>"),
        (pdfs.SELLER, PAGES[pdfs.SELLER].replace(b"43 0 R", b"[20 80 120 130]")),
        (BOX, b"[20 80 120 130]"),
        (NAME, b"(buyer)"),
        (KID, PAGES[KID].replace(b"20 90", b"20 100")),
        (ABOVE, PAGES[ABOVE].replace(b"buyer", b"seller")),
        (LINK, PAGES[LINK].replace(b" >>", b" /AP << /N 9 0 R >> >>")),
        (pdfs.SELLER, SIGNED[pdfs.SELLER].replace(b"/V 20 0 R", b"")),  # a field that draws and is no seal
        (pdfs.SELLER, SIGNED[pdfs.SELLER].replace(b"/V 20 0 R", b"/V null")),
        (pdfs.SELLER, SIGNED[pdfs.SELLER].replace(b"/V 20 0 R /AP << /N 9", b"/V 1 /AP << /N 8")),
    ],
)
def test_a_page_is_read_anew_where_it_or_a_place_on_it_was_written(number, body):
    assert is_shared(SIGNED)
    assert not is_shared(SIGNED, {number: body})


def waits(number: int, of: bytes) -> dict[int, bytes]:
    """A field (or widget) that nobody has signed, with the looks of one that waits."""
    return {number: of.replace(b" >>", b" /AP << /N 53 0 R >> >>"), 53: PAGES[pdfs.CONTENT]}


@pytest.mark.parametrize("waiting", [waits(pdfs.SELLER, PAGES[pdfs.SELLER]), waits(KID, PAGES[KID])])
def test_a_field_that_waits_as_before_hides_what_it_hid_before(waiting):
    objects = {**PAGES, **waiting}
    assert is_shared({51: b"<< /Unused 1 >>"}, objects=objects)
    assert not is_shared({53: b"<< /Length 2 >>\nstream\nq \nendstream"}, objects=objects)
    (number, body), *_ = waiting.items()
    assert not is_shared({number: body.replace(b"53", b"54")}, objects=objects)


def test_looks_that_an_unsigned_widget_is_given_may_hide_a_name():
    assert not is_shared(waits(KID, PAGES[KID]))


@pytest.mark.slow
def test_the_page_of_a_contract_is_read_once_for_its_three_signatures(blank, person_signer, services):
    pdf = blank
    for role in ("seller", "buyer", "broker"):
        pdf = sign(pdf, SignatureRequest(role, "x", utc_now()), person_signer, Level.B_T, services).pdf
    file = PdfFile(extend(pdf, Level.B_LTA, services).pdf, Meter(Limits()))
    signed = [each for each in find_signatures(file) if each.field in ("seller", "buyer", "broker")]
    page = len(pages(file.history.last)) - 1
    ends = PageStates(file, Doubts(file)).ends([(each, (page,)) for each in signed])
    assert len(ends) == 3
    assert len(set(ends)) == 1


@pytest.mark.parametrize(
    "annotation",
    [
        pdfs.OBJECTS[pdfs.TEXT_FIELD],
        b"<< /Type /Annot /Subtype /Stamp /Rect [20 20 120 60] /AP << /N 9 0 R >> >>",
        b"<< /Type /Annot /Subtype /Link /Rect [20 20 120 60] /AP << /N 9 0 R >> >>",
        b"<< /Type /Annot /Subtype /Widget /Rect [20 20 120 60] /AP << /N 9 0 R >> >>",
    ],
)
def test_a_page_is_read_anew_where_an_annotation_may_hide_a_name(annotation):
    assert not is_shared(SIGNED, objects={**PAGES, LINK: annotation})


def test_a_page_is_read_anew_where_readers_may_differ_about_what_came():
    assert not is_shared(SIGNED, end=b"31 0 obj\n<< /Type /Page >>\nendobj\n")


def test_a_page_is_read_anew_for_a_signature_whose_revision_is_not_known():
    assert not is_shared(SIGNED, coverage="partial")
    assert not is_shared(SIGNED, revision=None)


def test_a_page_that_is_not_there_is_not_shared():
    assert not is_shared(SIGNED, pages=(2,))


def test_after_a_change_the_page_is_read_once_for_all_that_follow():
    states = [pdfs.build(PAGES)]
    for objects in (SIGNED, {pdfs.CONTENT: PAGES[pdfs.CONTENT].replace(b"100", b"900")}, SIGNED, SIGNED):
        states.append(pdfs.update(states[-1], objects))
    file = PdfFile(states[-1], Meter(Limits()))
    asked = [(found(pdf, revision), (0,)) for revision, pdf in enumerate(states)]
    first, changed = len(states[0]), len(states[2])
    assert PageStates(file, Doubts(file)).ends(asked) == [first, first, changed, changed, changed]
