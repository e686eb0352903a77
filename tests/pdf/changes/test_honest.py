"""Updates that honest programs write stay permitted: as large a side as the attacks."""

from __future__ import annotations

import pytest

from signkit.validation.report import Verdict
from tests.pdf.changes.samples import ALL, BUYER, CATALOG, LOOKS, NOTE, NOWHERE, PAGE, SEEN, THREE, by_buyer, signed
from tests.validation import pdfs, pki
from tests.validation.conftest import codes
from tests.validation.test_attacks_changes import STAMPED, annots, certified
from tests.validation.test_trust import add_store, sign

TWO = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BUYER % (NOWHERE, b"")}


def test_a_document_timestamp_into_a_field_that_was_there(world):
    base = certified(world, 1, {**pdfs.OBJECTS, **TWO})
    stamped = pdfs.sign(base, world.cms, field=30, number=21, objects={30: TWO[30]}, sub_filter=b"ETSI.RFC3161")
    report = world.judge(stamped).signatures[0]
    assert (report.changes_after, report.changes_permitted) == ("evidence", True)


def test_a_document_timestamp_into_a_field_that_no_page_listed(world):
    """The widget comes to its page with the timestamp."""
    base = certified(world, 1, {**pdfs.OBJECTS, **TWO, pdfs.PAGE: PAGE})
    listed = pdfs.sign(
        base, world.cms, field=30, number=21, objects={30: TWO[30], pdfs.PAGE: ALL}, sub_filter=b"ETSI.RFC3161"
    )
    report = world.judge(listed).signatures[0]
    assert (report.changes_after, report.changes_permitted) == ("evidence", True)


def test_signing_with_looks_in_a_field_that_was_there_and_in_a_new_one(world):
    before = signed(world, {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BUYER % (SEEN, b"")})
    for base in (before, signed(world)):
        report = world.judge(by_buyer(world, base, SEEN, {pdfs.FORM: THREE, pdfs.PAGE: ALL})).signatures[0]
        assert (report.changes_after, report.changes_permitted) == ("form", True)


ROOT = b"<< /Type /StructTreeRoot /K 52 0 R /ParentTree << /Nums [%s] >> >>"
BODY = b"<< /Type /StructElem /S /Document /P 51 0 R /Pg 3 0 R /K [0%s] >>"
ELEMENT = b"<< /Type /StructElem /S /Annot /P 52 0 R /Alt (a note) /K [<< /Type /OBJR /Obj 30 0 R /Pg 3 0 R >>] >>"
BARE = {
    pdfs.CATALOG: CATALOG[:-2] + b" /StructTreeRoot 51 0 R >>",
    pdfs.PAGE: PAGE[:-2] + b" /StructParents 0 >>",
    51: ROOT % b"0 [52 0 R]",
    52: BODY % b"",
}
NOTED = {
    pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R")[:-2] + b" /StructParents 0 >>",
    51: ROOT % b"0 [52 0 R] 1 53 0 R",
    52: BODY % b" 53 0 R",
    53: ELEMENT,
    30: (NOTE % b"x")[:-2] + b" /StructParent 1 >>",
}


def test_an_annotation_in_a_tagged_document_comes_and_goes_under_p3(world):
    catalog = b" /StructTreeRoot 51 0 R"
    before = certified(world, 3, {**pdfs.OBJECTS, **BARE}, extra=catalog)
    added = pdfs.update(before, NOTED)
    report = world.only(added)
    assert (report.changes_after, report.changes_permitted) == ("annotations", True)
    removed = {pdfs.PAGE: BARE[pdfs.PAGE], 51: BARE[51], 52: BARE[52]}
    assert world.only(pdfs.update(added, removed)).changes_permitted is True
    whole = certified(world, 3, {**pdfs.OBJECTS, **BARE, **NOTED}, extra=catalog)
    report = world.only(pdfs.update(whole, removed))
    assert (report.changes_after, report.changes_permitted) == ("annotations", True)


@pytest.mark.parametrize(
    ("held", "allowed"),
    [
        (b"54 0 R", True),
        (b"<< /S /P /P 52 0 R /Pg 3 0 R /K 0 >>", True),
        (b"0", False),
        (b"<< /Type /MCR /MCID 0 >>", False),
    ],
)
def test_an_element_names_the_page_of_what_is_added_to_it(world, held, allowed):
    """As iText does, which puts a comment straight into the document's element; other content would change its page."""
    body = b"<< /Type /StructElem /S /Document /P 51 0 R%s /K [" + held + b"%s] >>"
    paragraph = b"<< /Type /StructElem /S /P /P 52 0 R /Pg 3 0 R /K 0 >>"
    objects = {**pdfs.OBJECTS, **BARE, 51: ROOT % b"0 [54 0 R]", 52: body % (b"", b""), 54: paragraph}
    before = certified(world, 3, objects, extra=b" /StructTreeRoot 51 0 R")
    reference = b" << /Type /OBJR /Obj 30 0 R >>"
    added = {**NOTED, 51: ROOT % b"0 [54 0 R] 1 52 0 R", 52: body % (b" /Pg 3 0 R", reference)}
    del added[53]
    assert world.only(pdfs.update(before, added)).changes_permitted is allowed


@pytest.mark.parametrize(
    ("copy", "allowed"),
    [
        (NOTE % b"x", True),
        (NOTE % b"y", False),
        (NOTE % b"x" + b" ", False),
        (b"<< /Length 1 >>\nstream\nx\nendstream", False),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("certify", [3, None])
def test_what_a_table_lists_twice_is_written_twice_to_the_letter(world, copy, allowed, is_first, certify):
    """PDFBox 3 writes what it is told to save twice, and lists both; each reader takes one of the two."""
    base = certified(world, certify, pdfs.OBJECTS) if certify else signed(world)
    written = base + b"\n"
    bodies = [(3, ALL if certify else PAGE), (30, copy), (30, NOTE % b"x")]
    rows = []
    for number, body in bodies if is_first else bodies[::-1]:
        rows.append(b"%d 1\n%010d 00000 n \n" % (number, len(written)))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    trailer = b"trailer\n<< /Size 60 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    table = b"xref\n0 1\n0000000000 65535 f \n" + b"".join(rows)
    written += table + trailer % (pdfs.last_start(base), len(written))
    assert (world.only(written).changes_permitted is True) is allowed


@pytest.mark.parametrize("target", [pdfs.PAGE, 40])
def test_private_entries_of_the_trailer_that_point_to_what_they_did(world, target):
    """Even where it changes: the page by its own rules, and what no reader knows."""
    kept = b" /Private %d 0 R" % target
    base = world.sign(pdfs.build({**pdfs.OBJECTS, 40: b"[1]"}, trailer=kept), trailer=kept)
    added = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 40: b"[2]", 30: BUYER % (NOWHERE, b"")}
    assert world.only(pdfs.update(base, added, trailer=kept)).changes_permitted is True


def test_names_that_only_new_fields_ask_for_come_into_the_form(world):
    """Acrobat and others add /Helv, /ZaDb and a default appearance when they sign."""
    form = THREE[:-2] + b" /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 7 0 R >> >> >>"
    seller = pdfs.OBJECTS[pdfs.TEXT_FIELD][:-2] + b" /DA (/F1 9 Tf) >>"
    report = world.only(
        by_buyer(world, signed(world, {pdfs.TEXT_FIELD: seller}), SEEN, {pdfs.FORM: form, pdfs.PAGE: ALL})
    )
    assert report.changes_permitted is True


def test_a_page_program_keeps_its_notes(world):
    base = signed(world, {pdfs.PAGE: PAGE[:-2] + b" /PieceInfo << /X << /Private 40 0 R >> >> >>", 40: b"[1]"})
    assert world.only(pdfs.update(base, {40: b"[2]"})).verdict is Verdict.PASSED


@pytest.mark.slow
def test_evidence_that_is_taken_away_is_told_and_lowers_the_level(world):
    """At B-LT by what the store holds, at B-T when that is gone, though its bytes are still in the file."""
    store = [world.ca.der], [], [pki.revocation_list(world.ca)]
    whole = sign(world, tsa=world.tsa, store=store)
    assert world.only(whole).level == "PAdES-B-LT"
    report = world.only(pdfs.update(whole, {pdfs.CATALOG: CATALOG}))
    assert (report.level, report.changes_permitted) == ("PAdES-B-T", True)
    assert "changes-told" in codes(report)
    thinned = add_store(whole, [world.ca.der])
    assert world.only(thinned).level == "PAdES-B-T"
    assert world.only(add_store(whole, *store)).level == "PAdES-B-LT"


def test_a_version_and_extensions_are_stated_anew(world):
    stated = CATALOG[:-2] + b" /Version /2.0 /Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 5 >> >> >>"
    report = world.only(pdfs.update(signed(world), {pdfs.CATALOG: stated}))
    assert (report.changes_after, report.changes_permitted) == ("evidence", True)
    drawn = CATALOG[:-2] + b" /Extensions << /ESIC << /Private 4 0 R >> >> >>"
    assert world.only(pdfs.update(signed(world), {pdfs.CATALOG: drawn})).changes_permitted is False


def test_looks_are_written_anew_to_the_same_effect(world):
    field = {pdfs.PAGE: ALL, 30: (NOTE % b"x")[:-2] + LOOKS + b" >>", 31: STAMPED}
    assert world.only(pdfs.update(signed(world, field), field)).verdict is Verdict.PASSED


@pytest.mark.slow
def test_comments_may_lie_over_comments_but_not_over_what_fields_say(world):
    """The second comment hides words of the first, which nobody signed; a field's words were signed."""
    words = b"<< /Type /XObject /Subtype /Form /BBox [0 0 90 20] /Resources << /Font << /F1 7 0 R >> >> /Length 33 >>"
    words += b"\nstream\nBT /F1 9 Tf 2 5 Td (agreed) Tj ET\nendstream"
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [%s] /AP << /N 31 0 R >> >>"
    one = {pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R"), 30: note % b"200 100 290 120", 31: words}
    both = {pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R", b"32 0 R"), 32: note % b"200 100 290 120"}
    commented = pdfs.update(certified(world, 3, {**pdfs.OBJECTS, pdfs.APPEARANCE: words}), one)
    assert world.only(pdfs.update(commented, both)).changes_permitted is True
    over = {**both, 32: note % b"150 20 280 60"}
    assert world.only(pdfs.update(commented, over)).changes_permitted is False
