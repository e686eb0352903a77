"""Quiet attacks after signing: settings, attachments, names and references, where no page content is rewritten."""

from __future__ import annotations

import re

import pytest

from signkit.validation.report import Verdict
from tests.validation import pdfs
from tests.validation.conftest import codes
from tests.validation.test_attacks_changes import annots, certified, refused

CATALOG = pdfs.OBJECTS[pdfs.CATALOG]
DATA = b"<< /Type /EmbeddedFile /Length 12 >>\nstream\nprice: 1000\n\nendstream"


def xmp(properties):
    """A metadata stream with these properties in XML."""
    text = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    text += (
        b"<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/"
    )
    text += b"1.0/'>" + properties + b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    return b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n" % len(text) + text + b"\nendstream"


SPEC = b"<< /Type /Filespec /F (contract.json) /UF (contract.json) /EF << /F 41 0 R >> /AFRelationship /Data >>"


def with_entries(extra):
    return {pdfs.CATALOG: CATALOG[:-2] + extra + b" >>"}


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(b" /Lang (en)", id="language"),
        pytest.param(b" /OpenAction << /S /URI /URI (http://example.com) >>", id="action on opening"),
        pytest.param(b" /AA << /WP << /S /JavaScript /JS (x) >> >>", id="action on printing"),
        pytest.param(b" /Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>", id="script by name"),
        pytest.param(b" /ViewerPreferences << /HideMenubar true >>", id="preferences of the viewer"),
        pytest.param(b" /PageMode /UseAttachments", id="page mode"),
        pytest.param(b" /Collection << /View /T >>", id="portfolio"),
        pytest.param(b" /AF [40 0 R]", id="associated file"),
        pytest.param(b" /Names << /EmbeddedFiles << /Names [(contract.json) 40 0 R] >> >>", id="attachment"),
        pytest.param(b" /Outlines << /First 42 0 R >>", id="bookmarks"),
        pytest.param(b" /Requirements [<< /S /EnableJavaScripts >>]", id="requirements"),
        pytest.param(b" /StructTreeRoot << /Type /StructTreeRoot /K 43 0 R >>", id="a structure with other words"),
    ],
)
def test_an_entry_that_appears_in_the_catalog_is_refused(world, signed, extra):
    words = b"<< /Type /StructElem /S /P /ActualText (Pay 900 yen) >>"
    objects = {**with_entries(extra), 40: SPEC, 41: DATA, 42: b"<< /Title (x) >>", 43: words}
    refused(world.only(pdfs.update(signed, objects)))


@pytest.fixture
def attached(world):
    """A signed PDF that carries the contract's data as an associated file."""
    extra = b" /AF [40 0 R] /Names << /EmbeddedFiles << /Names [(contract.json) 40 0 R] >> >>"
    base = pdfs.build({**pdfs.OBJECTS, **with_entries(extra), 40: SPEC, 41: DATA})
    return world.sign(base)


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({41: DATA.replace(b"1000", b"9000")}, id="its bytes"),
        pytest.param({40: SPEC.replace(b"41 0 R", b"44 0 R"), 44: DATA.replace(b"1000", b"9000")}, id="where it lies"),
        pytest.param({40: SPEC.replace(b"(contract.json)", b"(other.json)")}, id="its name"),
    ],
)
def test_exchanging_the_associated_contract_data_is_refused(world, attached, objects):
    refused(world.only(pdfs.update(attached, objects)))


def test_switching_a_layer_on_is_refused(world):
    layers = b" /OCProperties << /OCGs [45 0 R] /D 46 0 R >>"
    off = {45: b"<< /Type /OCG /Name (price) >>", 46: b"<< /OFF [45 0 R] >>"}
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, **with_entries(layers), **off}))
    refused(world.only(pdfs.update(signed, {46: b"<< /ON [45 0 R] >>"})))


TITLE = b"<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>%s</rdf:li></rdf:Alt></dc:title>"
SAVED = b"<xmp:ModifyDate>%s</xmp:ModifyDate>"
DESCRIBED = {
    **pdfs.OBJECTS,
    **with_entries(b" /Metadata 47 0 R"),
    46: b"<< /Title (Sale) /ModDate (D:2026) >>",
    47: xmp(TITLE % b"Sale" + SAVED % b"2026"),
}
INFO = b" /Info 46 0 R"


@pytest.mark.slow
@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({46: b"<< /Title (Loan) /ModDate (D:2026) >>"}, id="title in Info"),
        pytest.param({46: b"<< /Title (Sale) /ModDate (D:2026) /Author (x) >>"}, id="author added"),
        pytest.param({46: b"<< /ModDate (D:2026) >>"}, id="title removed"),
        pytest.param({47: xmp(TITLE % b"Loan" + SAVED % b"2026")}, id="title in XMP"),
        pytest.param({47: xmp(SAVED % b"2026")}, id="title removed from XMP"),
    ],
)
def test_what_a_document_says_about_itself_is_content_and_is_told(world, objects):
    base = pdfs.build(DESCRIBED, trailer=INFO)
    report = world.only(pdfs.update(world.sign(base, trailer=INFO), objects, trailer=INFO))
    assert (report.verdict, report.changes_after) == (Verdict.PASSED, "metadata")
    assert codes(report) == ["changes-told"]
    for permission in (1, 2, 3):
        before = certified(world, permission, DESCRIBED, extra=b" /Metadata 47 0 R", trailer=INFO)
        assert world.only(before).changes_permitted is True
        refused(world.only(pdfs.update(before, objects, trailer=INFO)))


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({46: b"<< /Title (Sale) /ModDate (D:2027) /Producer (x) >>"}, id="Info"),
        pytest.param({47: xmp(TITLE % b"Sale" + SAVED % b"2027")}, id="XMP"),
        pytest.param({47: xmp(SAVED % b"2027" + TITLE % b"Sale")}, id="XMP in another order"),
    ],
)
def test_when_and_by_what_a_document_was_saved_is_no_change(world, objects):
    """/Info and XMP are written anew by every tool; no page shows them."""
    before = certified(world, 1, DESCRIBED, extra=b" /Metadata 47 0 R", trailer=INFO)
    report = world.only(pdfs.update(before, objects, trailer=INFO))
    assert (report.verdict, report.changes_after) == (Verdict.PASSED, "evidence")


def test_metadata_that_cannot_be_read_is_not_judged(world, signed):
    broken = b"<< /Type /Metadata /Subtype /XML /Length 2 >>\nstream\n<>\nendstream"
    report = world.only(pdfs.update(signed, {**with_entries(b" /Metadata 47 0 R"), 47: broken}))
    assert (report.verdict, codes(report)) == (Verdict.INDETERMINATE, ["changes-not-judged"])


# --- references ----------------------------------------------------------------------------------------------


def test_an_object_that_was_missing_may_not_appear(world):
    """The signed page names an object that does not exist (null) until it is appended."""
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"/Contents 4 0 R", b"/Contents [4 0 R 48 0 R]")
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page}))
    assert world.only(signed).verdict is Verdict.PASSED
    refused(world.only(pdfs.update(signed, {48: b"<< /Length 4 >>\nstream\n0 g \nendstream"})))


def test_a_reference_split_by_a_comment_is_followed(world):
    """A quick look for ``4 0 R`` would not see it."""
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"/Contents 4 0 R", b"/Contents 4 %) x\n0 %(\nR")
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page}))
    refused(world.only(pdfs.update(signed, {pdfs.CONTENT: b"<< /Length 4 >>\nstream\n0 g \nendstream"})))


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param(b"<< /A (endobj) /Font << /F1 7 0 R >> >>", id="endobj in a string"),
        pytest.param(b"<< /A (stream \\) ) /Font << /F1 7 0 R >> >>", id="stream in a string"),
        pytest.param(b"<< /A (a (b) c) /Font << /F1 7 0 R >> >>", id="nested brackets"),
        pytest.param(b"<< /A <28> /Font << /F1 7 0 R >> >>", id="a bracket in hexadecimal"),
        pytest.param(b"<< /endobj 1 /Font << /F1 7 0 R >> >>", id="a name called endobj"),
        pytest.param(b"<< /A 1 % endobj (\n /Font << /F1 7 0 R >> >>", id="endobj in a comment"),
        pytest.param(b"<< /Type /StructElem /S [/P 7 0 R] /Font << /F1 7 0 R >> >>", id="like a structure element"),
        pytest.param(b"<< /Font << /F1 000007 00 R>> >>", id="leading zeros"),
        pytest.param(b"<< /Font << /F1 7\x000\x0cR>> >>", id="odd white space"),
    ],
)
def test_every_way_to_write_a_reference_is_seen(world, holder):
    """The font is exchanged below resources that are written so that a scan of the bytes might miss it."""
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"<< /Font << /F1 7 0 R >> >>", b"49 0 R")
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page, 49: holder}))
    assert world.only(pdfs.update(signed, {50: b"<< >>"})).verdict is Verdict.PASSED
    refused(world.only(pdfs.update(signed, {pdfs.FONT: pdfs.OBJECTS[pdfs.FONT].replace(b"Helvetica", b"Symbol")})))


# --- structure -----------------------------------------------------------------------------------------------

TAGGED = CATALOG[:-2] + b" /MarkInfo << /Marked true >> /StructTreeRoot 51 0 R >>"
TREE = {
    51: b"<< /Type /StructTreeRoot /K 52 0 R >>",
    52: b"<< /Type /StructElem /S /Document /P 51 0 R /K [53 0 R] >>",
    53: b"<< /Type /StructElem /S /P /P 52 0 R /Pg 3 0 R /K 0 >>",
}


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({53: TREE[53][:-2] + b" /ActualText (Pay 900 yen) >>"}, id="other words for signed text"),
        pytest.param(
            {52: TREE[52].replace(b"[53 0 R]", b"[53 0 R 54 0 R]"),
             54: b"<< /Type /StructElem /S /P /P 52 0 R /ActualText (and 900 yen) >>"},
            id="a new element with words of its own",
        ),
        pytest.param({52: TREE[52].replace(b"[53 0 R]", b"[]")}, id="text left out"),
        pytest.param({pdfs.CATALOG: TAGGED.replace(b" /StructTreeRoot 51 0 R", b"")}, id="structure taken away"),
    ],
)  # fmt: skip
def test_what_is_read_aloud_may_not_change(world, objects):
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.CATALOG: TAGGED, **TREE}))
    assert world.only(signed).verdict is Verdict.PASSED
    refused(world.only(pdfs.update(signed, objects)))


# --- signatures and fields -----------------------------------------------------------------------------------

BUYER = b"<< /FT /Sig /T (buyer) /Type /Annot /Subtype /Widget /F 132 /Rect [200 100 290 140] /P 3 0 R >>"
TWO = {
    **pdfs.OBJECTS,
    pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>",
    pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R"),
    30: BUYER,
}


@pytest.fixture
def signed_by_two(world):
    """Seller and buyer have signed."""
    return pdfs.sign(world.sign(pdfs.build(TWO)), world.cms, field=30, number=21, objects={30: BUYER})


def test_two_signers_may_not_change_places(world, signed_by_two):
    swapped = {
        pdfs.SELLER: pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V 21 0 R >>",
        30: BUYER[:-2] + b" /V 20 0 R >>",
    }
    report = world.judge(pdfs.update(signed_by_two, swapped))
    assert report.verdict is Verdict.FAILED
    assert all(item.changes_permitted is False for item in report.signatures)


def test_a_signed_field_may_not_be_renamed(world, signed):
    renamed = pdfs.OBJECTS[pdfs.SELLER].replace(b"(seller)", b"(landlord)")[:-2] + b" /V 20 0 R >>"
    refused(world.only(pdfs.update(signed, {pdfs.SELLER: renamed})))


def test_a_second_widget_of_a_signed_field_is_refused(world, signed):
    field = b"<< /FT /Sig /T (seller) /V 20 0 R /Kids [31 0 R 32 0 R] >>"
    widget = b"<< /Type /Annot /Subtype /Widget /Parent 6 0 R /F 132 /Rect [%d 20 120 60] /P 3 0 R >>"
    objects = {pdfs.SELLER: field, 31: widget % 20, 32: widget % 90, pdfs.PAGE: annots(b"31 0 R", b"32 0 R", b"8 0 R")}
    refused(world.only(pdfs.update(signed, objects)))


def test_a_script_in_an_unsigned_field_is_refused(world, signed):
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(second)")[:-2]
    refused(
        world.only(pdfs.update(signed, {pdfs.TEXT_FIELD: field + b" /AA << /F << /S /JavaScript /JS (x) >> >> >>"}))
    )


def test_another_target_of_a_link_is_refused(world):
    link = b"<< /Type /Annot /Subtype /Link /Rect [20 100 120 120] /A << /S /URI /URI (http://%s.example) >> >>"
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R"), 30: link % b"a"}))
    refused(world.only(pdfs.update(signed, {30: link % b"b"})))


def test_a_later_signature_cannot_widen_what_the_certification_allows(world):
    """The author allows form filling (P 2); an approval says P 3, and an annotation follows."""
    field = b"<< /FT /Sig /T (buyer) /Type /Annot /Subtype /Widget /F 132 /Rect [0 0 0 0] /P 3 0 R >>"
    base = certified(world, 2, {**TWO, 30: field})
    wide = b" /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 3 /V /1.2 >> >>]"
    both = pdfs.sign(base, world.cms, field=30, number=21, objects={30: field}, extra=wide)
    assert world.judge(both).signatures[0].changes_permitted is True
    note = b"<< /Type /Annot /Subtype /Text /Rect [250 180 260 190] >>"
    pdf = pdfs.update(both, {pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R", b"33 0 R"), 33: note})
    report = world.judge(pdf)
    assert report.verdict is Verdict.FAILED
    assert [item.changes_permitted for item in report.signatures] == [False, False]


def test_a_signature_on_a_page_but_in_no_form_never_passes(world):
    """Its widget lies on the page; the form does not know the field."""
    objects = {**pdfs.OBJECTS, pdfs.FORM: b"<< /Fields [8 0 R] /SigFlags 3 >>"}
    report = world.judge(pdfs.sign(pdfs.build(objects), world.cms))
    assert report.verdict is Verdict.INDETERMINATE
    assert codes(report.signatures[0]) == ["unreachable"]


# --- what readers understand differently ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "verdict"),
    [
        pytest.param(lambda digits: digits[:-8] + b"\n \r\n\t \f\n", Verdict.PASSED, id="white space"),
        pytest.param(lambda digits: digits[:-8] + b"%x\n00000", Verdict.FAILED, id="a comment"),
        pytest.param(lambda digits: digits[:-8] + b"><303030", Verdict.FAILED, id="a second string"),
        pytest.param(lambda digits: digits[:-8] + b"0000 0z0", Verdict.FAILED, id="no digit"),
    ],
)
def test_what_may_stand_between_the_digits_of_contents(world, signed, inside, verdict):
    opening = signed.index(b"/Contents <") + 11
    closing = signed.index(b">", opening)
    digits = inside(signed[opening:closing])
    assert len(digits) == closing - opening
    assert world.judge(signed[:opening] + digits + signed[closing:]).verdict is verdict


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        pytest.param(b"[0 %08d %08d %d]", Verdict.PASSED, id="leading zeros"),
        pytest.param(b"[0 %d.0 %d %d]", Verdict.FAILED, id="a real number"),
        pytest.param(b"[0 %d %d -%d]", Verdict.FAILED, id="a negative length"),
        pytest.param(b"[0 %d %d %d 0 0]", Verdict.FAILED, id="six numbers"),
    ],
)
def test_how_a_byte_range_may_be_written(world, signed, numbers, verdict):
    match = re.search(rb"(?<=/ByteRange )\[0 (\d+) (\d+) (\d+)\s*\]", signed)
    text = numbers % tuple(int(match[i]) for i in (1, 2, 3))
    opening = signed.index(b"/Contents <") + len(b"/Contents ")
    closing = signed.index(b">", opening) + 1
    pdf = signed[: match.start()] + text.ljust(match.end() - match.start()) + signed[match.end() :]
    pdf = pdfs.put_contents(pdf, opening, closing, world.cms(pdf[:opening] + pdf[closing:]))
    assert world.judge(pdf).verdict is verdict


def test_a_whole_other_file_behind_the_signed_one_never_passes(world, signed):
    other = pdfs.build({**pdfs.OBJECTS, pdfs.CONTENT: b"<< /Length 4 >>\nstream\n0 g \nendstream"})
    for behind in (other, other.replace(b"%PDF-1.7\n", b"")):
        assert world.judge(signed + behind).verdict is Verdict.INDETERMINATE


def test_another_catalog_for_readers_of_streams_never_passes(world, signed):
    """The hidden cross-reference stream of a hybrid file names another /Root than the table's trailer."""
    hidden_catalog = b"42 0 obj\n" + CATALOG.replace(b"/Pages 2 0 R", b"/Pages 43 0 R") + b"\nendobj\n"
    start = len(signed)
    at = start + len(hidden_catalog)
    rows = b"\x01" + start.to_bytes(4, "big") + b"\0"
    hidden = b"41 0 obj\n<< /Type /XRef /Size 60 /W [1 4 1] /Index [42 1] /Root 42 0 R /Length 6 >>\nstream\n" + rows
    hidden += b"\nendstream\nendobj\n"
    body = signed + hidden_catalog + hidden
    tail = pdfs.cross_reference({41: at}, len(body), b" /XRefStm %d" % at, pdfs.last_start(signed))
    assert world.judge(body + tail).verdict is Verdict.INDETERMINATE


def test_encryption_that_appears_after_signing_never_passes(world, signed):
    settings = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (b"00" * 32, b"00" * 32)
    pdf = pdfs.update(signed, {42: settings}, trailer=b" /Encrypt 42 0 R /ID [<00> <00>]")
    assert world.judge(pdf).verdict is Verdict.UNREADABLE


def test_sections_that_lead_back_to_a_later_one_never_pass(world, signed):
    """/Prev of the last section leads forward, to a section that lies behind it in the file."""
    body = b"4 0 obj\n<< /Length 4 >>\nstream\n0 g \nendstream\nendobj\n"
    first = signed + body
    last = pdfs.cross_reference({}, len(first), previous=0)
    tail_at = len(first) + len(last) + 4
    last = pdfs.cross_reference({}, len(first), previous=tail_at).ljust(len(last) + 4)
    later = pdfs.cross_reference({4: len(signed)}, tail_at, previous=pdfs.last_start(signed))
    later = later.replace(b"startxref\n%d" % tail_at, b"startxref\n%d" % len(first))
    assert world.judge(first + last + later).verdict is Verdict.FAILED


def test_a_table_whose_subsection_says_more_rows_than_it_has_never_passes(world, signed):
    """Found by fuzzing: some readers take the next subsection's head for a row, others do not."""
    pdf = pdfs.update(signed, {40: b"<< /Unused true >>", 42: b"<< /Unused true >>"})
    assert world.judge(pdf).verdict is Verdict.PASSED
    report = world.judge(pdf.replace(b"40 1\n", b"40 3\n"))
    assert report.verdict is Verdict.INDETERMINATE
    assert codes(report.signatures[0]) == ["changes-not-judged"]


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(
            lambda pdf: pdf.replace(b"\n4 0 obj", b"\n4 1 obj").replace(b" 00000 n", b" 00001 n"), id="object"
        ),
        pytest.param(lambda pdf: pdf.replace(b" 00000 n", b" 00001 n"), id="cross-reference"),
        pytest.param(lambda pdf: pdf.replace(b"4 0 obj", b"4 1 obj"), id="object alone"),
    ],
)
def test_the_same_content_under_another_generation_never_passes(world, signed, edit):
    """For strict readers ``4 0 R`` of the signed page then leads to nothing: the text is hidden."""
    appended = pdfs.update(signed, {pdfs.CONTENT: pdfs.OBJECTS[pdfs.CONTENT]})
    assert world.judge(appended).verdict is Verdict.PASSED
    pdf = signed + edit(b"\n" + appended[len(signed) :])[1:]
    report = world.only(pdf)
    assert (report.verdict, codes(report)) == (Verdict.INDETERMINATE, ["changes-not-judged"])


def test_a_reference_of_another_generation_never_passes(world, signed):
    """Found by fuzzing: some readers show the page, others none."""
    pages = pdfs.OBJECTS[pdfs.PAGES].replace(b"3 0 R", b"3 4 R")
    assert codes(world.only(pdfs.update(signed, {pdfs.PAGES: pages}))) == ["changes-not-judged"]
