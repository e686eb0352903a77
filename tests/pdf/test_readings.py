"""What readers read differently is not judged; what all read alike stays permitted (docs/concepts/attacks.md)."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.doubts import Doubts, _says_linearized
from signkit.pdf.reading.filters import _ascii85
from signkit.pdf.signatures import find_signatures
from signkit.validation.report import Verdict
from tests.pdf import prepared, readings
from tests.requirements import require
from tests.signing.encrypted import encrypted
from tests.signing.formats import qpdf
from tests.validation import pdfs


@pytest.mark.parametrize("name", readings.HONEST)
def test_what_all_read_alike_stays_permitted(world, signed, name):
    report = world.judge(readings.appended(readings.HONEST[name], signed))
    assert (report.verdict, report.signatures[0].changes_permitted) == (Verdict.PASSED, True)


@pytest.mark.parametrize(("kind", "name"), readings.cases())
def test_what_readers_read_differently_is_never_permitted(world, signed, kind, name):
    report = world.judge(readings.appended(readings.CASES[kind][name], signed))
    assert report.verdict in (Verdict.INDETERMINATE, Verdict.FAILED, Verdict.UNREADABLE)
    assert all(signature.changes_permitted is not True for signature in report.signatures)


@pytest.mark.parametrize("name", prepared.PREPARED)
def test_what_was_prepared_before_signing_is_never_permitted_once_it_comes_true(world, name):
    pdf = prepared.PREPARED[name](world.cms)
    before, after = world.judge(as_signed(pdf)), world.judge(pdf)
    assert before.verdict is Verdict.PASSED
    assert after.verdict in (Verdict.INDETERMINATE, Verdict.FAILED)
    assert all(signature.changes_permitted is not True for signature in after.signatures)


def as_signed(pdf: bytes) -> bytes:
    """The bytes of ``pdf`` up to the end of its signed ones."""
    match = re.search(rb"/ByteRange \[0 \d+ (\d+) (\d+)", pdf)
    assert match
    return pdf[: int(match[1]) + int(match[2])]


@pytest.mark.parametrize(
    ("kind", "name", "place"),
    [
        ("reach", "spaces", "startxref-reach: byte "),
        ("table", "freed without a new generation", "freed: object 10"),
        ("trailer", "root of another generation", "generation of /Root"),
        ("object stream", "extends", "object-stream: object stream 55"),
        ("token", "number with a dash", "odd-token: object 1, byte "),
    ],
)
def test_the_reason_names_the_place(world, signed, kind, name, place):
    report = world.only(readings.appended(readings.CASES[kind][name], signed))
    assert (report.changes_permitted, report.sub_indication) == (None, "GENERIC")
    assert place in report.reasons[0].text.en
    assert place in report.reasons[0].text.ja


def test_a_file_with_nothing_behind_its_signature_is_not_held_against_the_plain_way(world):
    """A whole-file signature covers what is odd, too: there is no change to judge."""
    odd = {**pdfs.OBJECTS, 43: b"<< /X 1-2 /Y (" + b"4 0 obj" + b") >>"}
    report = world.judge(world.sign(pdfs.build(odd)))
    assert (report.verdict, report.signatures[0].changes_after) == (Verdict.PASSED, "none")


def test_one_object_written_twice_and_a_pdf_attached_stay_permitted(world):
    """A scan finds other objects than the cross-reference, and nothing gives a reader cause to scan."""
    inner = b"4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n"
    twice = pdfs.update(
        pdfs.build({**pdfs.OBJECTS, 43: readings.stream(b"/Length %d" % len(inner), inner)}), {4: readings.SAME}
    )
    signed = world.sign(twice)
    report = world.judge(readings.Revision().append(signed))
    assert (report.verdict, report.signatures[0].changes_permitted) == (Verdict.PASSED, True)


def test_the_same_shadow_counts_once_a_reader_has_cause_to_scan(world):
    inner = readings.HIDDEN
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, 43: readings.stream(b"/Length %d" % len(inner), inner)}))
    assert world.only(signed + b"\n" * 100).changes_permitted is True
    assert world.only(signed + b"\n" * 1100).changes_permitted is None


# --- witnesses ---

#: What programs draw otherwise than the signed page, and a judge with a way of his own permitted.
FOOLED = {
    ("object stream", "a number twice"): {"pdfium", "poppler"},
    ("hidden object", "one in another"): {"pdfium", "poppler"},
}


@pytest.mark.parametrize("name", readings.HONEST)
def test_the_witnesses_draw_the_honest_ones_alike(signed, tmp_path, name):
    assert drawn(readings.appended(readings.HONEST[name], signed), tmp_path / "after") == drawn(
        signed, tmp_path / "before"
    )


@pytest.mark.parametrize(("kind", "name"), list(FOOLED))
def test_the_witnesses_are_fooled(signed, tmp_path, kind, name):
    before, after = (
        drawn(signed, tmp_path / "before"),
        drawn(readings.appended(readings.CASES[kind][name], signed), tmp_path / "after"),
    )
    assert {witness for witness in before if before[witness] != after[witness]} >= FOOLED[kind, name]


@pytest.mark.slow
def test_the_witnesses_follow_a_section_to_come(world, tmp_path):
    pdf = prepared.PREPARED["a section to come"](world.cms)
    before, after = drawn(as_signed(pdf), tmp_path / "before"), drawn(pdf, tmp_path / "after")
    assert all(before[witness] != after[witness] for witness in before)


def drawn(pdf: bytes, folder) -> dict[str, bytes]:
    """The first page as PDFium and poppler draw it."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    require(shutil.which("pdftoppm"), "pdftoppm is not installed")
    folder.mkdir()
    (folder / "file.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "30", "-singlefile", folder / "file.pdf", folder / "page"]
    subprocess.run(command, check=False, capture_output=True, timeout=60)
    page = folder / "page.ppm"
    bitmap = pypdfium2.PdfDocument(pdf)[0].render(scale=0.5)
    return {"pdfium": bytes(bitmap.buffer), "poppler": page.read_bytes() if page.exists() else b""}


# --- which dictionaries are signatures ---


def test_a_signed_pdf_attached_as_it_is_is_no_signature_of_this_file(world, signed):
    attached = readings.stream(b"/Type /EmbeddedFile /Length %d" % len(signed), signed)
    report = world.judge(world.sign(pdfs.build({**pdfs.OBJECTS, 43: attached})))
    assert [item.field for item in report.signatures] == ["seller"]
    assert report.verdict is Verdict.PASSED


def test_a_signature_outside_every_stream_is_reported_though_no_cross_reference_lists_it(world, signed):
    start = signed.index(b"20 0 obj")
    hidden = b"30 0 obj" + signed[start + 8 : signed.index(b"endobj", start)] + b"endobj\n"
    report = world.judge(world.sign(pdfs.build() + hidden, field=pdfs.SELLER))
    assert len(report.signatures) == 2
    assert report.verdict is Verdict.FAILED


def test_two_signatures_over_one_byte_range_are_two(world, signed):
    """The second dictionary names the range of the first, and holds another value."""
    start = signed.index(b"<< /Type /Sig")
    other = signed[start : signed.index(b"endobj", start)].replace(b"/Contents <30", b"/Contents <31")
    field = b"<< /FT /Sig /T (buyer) /V 21 0 R /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>"
    fields = b"<< /Fields [6 0 R 8 0 R 22 0 R] /SigFlags 3 >>"
    report = world.judge(pdfs.update(signed, {pdfs.FORM: fields, 21: other, 22: field}))
    by_field = {item.field: item for item in report.signatures}
    assert by_field.keys() == {"seller", "buyer"}
    assert (by_field["seller"].intact, by_field["buyer"].intact) == (True, False)
    assert report.verdict is Verdict.FAILED


RIGHTS = b" /Reference [<< /Type /SigRef /TransformMethod /UR3 /TransformParams << /V /2.2 >> >>]"


def test_usage_rights_are_nobodys_signature(world):
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /Perms << /UR3 20 0 R >> >>"
    pdf = pdfs.fill(pdfs.update(pdfs.build(), {1: catalog, 20: pdfs.signature_dictionary(RIGHTS)}), world.cms)
    report = world.judge(pdf)
    assert (report.verdict, report.signatures) == (Verdict.NOT_SIGNED, ())
    assert [reason.code for reason in report.reasons] == ["not-signed", "usage-rights"]


def test_usage_rights_beside_a_signature_are_told(world):
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /Perms << /UR3 21 0 R >> >>"
    rights = pdfs.fill(pdfs.update(pdfs.build(), {1: catalog, 21: pdfs.signature_dictionary(RIGHTS)}), world.cms)
    report = world.judge(world.sign(rights))
    assert [item.field for item in report.signatures] == ["seller"]
    assert [reason.code for reason in report.reasons] == ["usage-rights"]


def test_a_signature_in_a_field_is_one_whatever_it_says_of_usage_rights(world):
    report = world.judge(world.sign(pdfs.build(), extra=RIGHTS))
    assert [item.field for item in report.signatures] == ["seller"]


def test_what_stands_as_usage_rights_and_does_not_say_so_is_a_signature(world):
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /Perms << /UR3 20 0 R >> >>"
    pdf = pdfs.fill(pdfs.update(pdfs.build(), {1: catalog, 20: pdfs.signature_dictionary()}), world.cms)
    assert len(world.judge(pdf).signatures) == 1


def test_the_finder_keeps_the_order_of_signing(world, signed):
    twice = world.sign(signed, field=8, number=21)
    assert [item.ref.number for item in find_signatures(PdfFile(twice, Meter(Limits())))] == [20, 21]


@pytest.mark.parametrize("streams", ["generate", "disable"])
@pytest.mark.parametrize("linear", ["--linearize", "--static-id"])
def test_what_qpdf_writes_is_beyond_doubt(signed, linear, streams):
    """Linearised, with and without object streams, and with a whole PDF attached as it is."""
    attached = readings.stream(b"/Type /EmbeddedFile /Length %d" % len(signed), signed)
    built = pdfs.build({**pdfs.OBJECTS, 1: CATALOG_WITH_FILE, 43: attached})
    built = b"/Size 44".join(built.rsplit(b"/Size 60", 1))
    pdf = qpdf(built, linear, "--stream-data=preserve", f"--object-streams={streams}")
    root = PdfFile(pdf, Meter(Limits())).history.last.trailer["/Root"]
    trailer = b"/Size 600 /Root %d 0 R" % root.number + b" /Prev %d"
    after = readings.Revision({500: b"<< >>"}, trailer=trailer).append(pdf)
    file = PdfFile(after, Meter(Limits()))
    assert signed in pdf
    assert list(Doubts(file).after(len(file.history) - 2, len(pdf))) == []


CATALOG_WITH_FILE = (
    pdfs.OBJECTS[pdfs.CATALOG][:-2]
    + b"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (a.pdf) /EF << /F 43 0 R >> >>] >> >> >>"
)


# --- encrypted files ---


@pytest.mark.parametrize(
    ("trailer", "rewritten", "doubted"),
    [
        pytest.param(b"/Encrypt %(encrypt)s /ID %(id)s", False, False, id="as before"),
        pytest.param(b"/Encrypt %(encrypt)s /ID [<00> %(second)s]", False, True, id="another identifier"),
        pytest.param(b"/ID %(id)s", False, True, id="no longer encrypted"),
        pytest.param(b"/Encrypt %(encrypt)s /ID %(id)s", True, True, id="its dictionary written anew"),
    ],
)
def test_encryption_that_changes_is_not_judged(trailer, rewritten, doubted):
    pdf = encrypted("open")
    said = {
        b"encrypt": re.findall(rb"/Encrypt (\d+ \d+ R)", pdf)[-1],
        b"id": re.findall(rb"/ID (\[[^\]]*\])", pdf)[-1],
        b"second": re.findall(rb"/ID \[<\w+>\s*(<\w+>)", pdf)[-1],
        b"root": re.findall(rb"/Root (\d+ \d+ R)", pdf)[-1],
    }
    number = int(said[b"encrypt"].split()[0])
    body = re.findall(rb"\n%d 0 obj\n(.*?)\nendobj" % number, pdf, re.DOTALL)[-1]
    entries = b"/Size 600 /Root %(root)s " % said + trailer % said + b" /Prev %d"
    after = readings.Revision({number: body} if rewritten else {500: b"<< >>"}, trailer=entries).append(pdf)
    file = PdfFile(after, Meter(Limits()))
    codes = {doubt.code for doubt in Doubts(file).after(len(file.history) - 2, len(pdf))}
    assert ("encryption" in codes) is doubted


@pytest.mark.parametrize(
    ("trailer", "entries", "place"),
    [
        (b"/Info 57 0 R", b"", "missing: object 57, named by the trailer"),
        (b"", b" /PieceInfo 57 0 R", "missing: object 57, named by object 3"),
        (b"", b"", None),
    ],
)
def test_what_is_freed_and_still_named_makes_poppler_rebuild_the_file(world, trailer, entries, place):
    """Freed in good form, and yet: a search finds no objects in streams, and others that nobody had seen."""
    page = pdfs.OBJECTS[pdfs.PAGE][:-2] + entries + b" >>"
    objects = {**pdfs.OBJECTS, pdfs.PAGE: page, 57: b"<< /Title (Lease) >>"}
    base = world.sign(pdfs.build(objects, trailer=trailer), trailer=trailer)
    freed = readings.Revision(
        rows=lambda at: readings.table_rows(at) + b"57 1\n0000000000 00001 f \n",
        trailer=b"/Size 60 /Root 1 0 R /Prev %d " + trailer,
    )
    report = world.only(freed.append(base))
    assert report.changes_permitted is (None if place else True)
    assert place is None or place in report.reasons[0].text.en


@pytest.mark.parametrize(
    ("coded", "flaw"),
    [
        (b"87cURD]j7BEbo80~>", None),
        (b"z87cUR~>", None),
        (b"+D(~>", None),
        (b"+D(!~>", None),
        (b"+D)~>", "ascii85: its end"),
        (b"87cUR+~>", "ascii85: its end"),
        (b"+D(", "ascii85: its end"),
    ],
)
def test_a_last_group_in_base_85_is_one_that_all_readers_pad_alike(coded, flaw):
    """What is left of a group is padded by each reader; only what an encoder writes comes out alike."""
    assert _ascii85(coded, Meter(Limits()))[1] == flaw


@pytest.mark.parametrize(
    ("said", "linearized"),
    [(b"100", True), (b"0100", True), (b"0" * 40 + b"100", True), (b"100." + b"0" * 40, True), (b"1000", False)],
)
def test_a_length_is_found_however_long_it_is_written(said, linearized):
    front = b"%PDF-1.7\n1 0 obj\n<< /Linearized 1 /L " + said + b" /N 7 >>\nendobj\n"
    assert _says_linearized(front, 100) is linearized


def linearised_and_signed(world, said: bytes, behind: bytes = b"") -> bytes:
    """A file signed as it is written, whose dictionary (Annex F.3.3) says its length and ``said``.

    Its first section follows at once (F.3.4), or after what is ``behind`` the dictionary; the other one is at the end.
    """
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>"
    seller = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V %d 0 R >>" % pdfs.SIGNATURE
    objects = {**pdfs.OBJECTS, pdfs.SELLER: seller, pdfs.SIGNATURE: pdfs.signature_dictionary(), 40: page}
    pdf, offsets, last = b"", dict.fromkeys([50, *objects], 9), 0
    for _ in range(2):
        head = b"%%PDF-1.7\n50 0 obj\n<< /Linearized 1 /L %010d %s >>\nendobj\n" % (len(pdf), said) + behind
        rows = b"".join(b"%d 1\n%010d 00000 n \n" % each for each in offsets.items() if each[0] != 40)
        trailer = b"trailer\n<< /Size 60 /Root 1 0 R /Prev %010d >>\nstartxref\n0\n%%%%EOF\n" % last
        pdf = head + b"xref\n" + rows + trailer
        for number, body in objects.items():
            offsets[number] = len(pdf)
            pdf += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        last = len(pdf)
        pdf += b"xref\n0 1\n0000000000 65535 f \n40 1\n%010d 00000 n \ntrailer\n<< /Size 60 >>\n" % offsets[40]
        pdf = pdfs.fill(pdf + b"startxref\n%d\n%%%%EOF\n" % len(head), world.cms)
    return pdf


@pytest.mark.parametrize(
    ("said", "behind", "permitted"),
    [
        (b"/O 3 /N 1", b"", True),
        (b"/O 3 /N 1 /P 0", b"", True),
        (b"/O 40 /N 1", b"", None),  # pdf.js shows another first page, till something is appended
        (b"/O 3 /N 2", b"", None),
        (b"/O 3 /N 1 /P 1", b"", None),
        (b"/O 3 0 R /N 1", b"", None),
        (b"/O 3 /N 1", b"% a remark\n", None),  # poppler and pdf.js find no section here, and search the file
    ],
)
@pytest.mark.parametrize("more", ["evidence", "white space"])
def test_what_a_linearised_file_said_of_its_pages_was_so(world, said, behind, permitted, more):
    pdf = linearised_and_signed(world, said, behind)
    assert world.only(pdf).changes_permitted is True
    store = {pdfs.CATALOG: pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /DSS 45 0 R >>", 45: b"<< /Type /DSS /Certs [] >>"}
    assert world.only(pdfs.update(pdf, store) if more == "evidence" else pdf + b"\n").changes_permitted is permitted


def test_what_was_missing_when_it_was_signed_showed_what_a_search_finds(world):
    """Poppler searched then, and found the shadow; it does no more once nothing names what is missing."""
    shadow = b"\n4 0 obj\n<< /Length 42 >>\nstream\nBT /F1 12 Tf 20 150 Td (Pay 999 yen) Tj ET\nendstream\nendobj\n"
    missing = pdfs.OBJECTS[pdfs.PAGE].replace(b"/Annots [", b"/Annots [30 0 R ")
    buyer = b"<< /FT /Sig /T (buyer) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /AP << /N 31 0 R >> >>"
    form = pdfs.OBJECTS[pdfs.FORM].replace(b"8 0 R]", b"8 0 R 30 0 R]")
    verdicts = []
    for behind in (b"", shadow):
        front = pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: missing, pdfs.FORM: form, 30: buyer})
        base = world.sign(front[: front.index(b"xref")] + behind + _table_of(front, len(behind)))
        signed = buyer.replace(b" /AP << /N 31 0 R >>", b" /V 36 0 R")
        after = pdfs.fill(pdfs.update(base, {30: signed, 36: pdfs.signature_dictionary()}), world.cms)
        verdicts.append(world.only(after).changes_permitted)
    assert verdicts == [True, None]


@pytest.mark.parametrize("hidden", [True, False])
def test_what_a_trailer_named_and_was_missing_showed_the_same(world, hidden):
    """/Info leads nowhere while the file is signed, and is not named any more in the trailer behind the evidence."""
    front = pdfs.build()
    shadow = b"\n4 0 obj\n<< /Length 42 >>\nstream\nBT /F1 12 Tf 20 150 Td (Pay 999 yen) Tj ET\nendstream\nendobj\n"
    behind = shadow if hidden else b""
    prepared = front[: front.index(b"xref")] + behind + _table_of(front, len(behind))
    base = world.sign(prepared, trailer=b"/Info 57 0 R")
    store = {pdfs.CATALOG: pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /DSS 45 0 R >>", 45: b"<< /Type /DSS /Certs [] >>"}
    assert world.only(pdfs.update(base, store)).changes_permitted is (None if hidden else True)


def _table_of(pdf: bytes, moved: int) -> bytes:
    """The cross-reference of a file, moved."""
    start = pdf.index(b"xref")
    return pdf[start:].replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + moved))
