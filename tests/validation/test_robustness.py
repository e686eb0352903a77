"""Files made to break a reader: a report comes back, never an exception, never a pass, never more than the limits."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace

import pytest

from signkit.limits import Limits
from signkit.validation.api import validate_cms
from signkit.validation.report import Verdict
from tests.validation import pdfs


def code(report):
    return report.error.code if report.error else None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"", "empty", id="zero bytes"),
        pytest.param(b"\0" * 5000, "no-pdf", id="zeros"),
        pytest.param(b"hello", "no-pdf", id="text"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"x" * 100, "no-pdf", id="picture"),
        pytest.param(b"%PDF-1.7\n", "malformed", id="header only"),
        pytest.param(b"%PDF-1.7\nstartxref\n99999999\n%%EOF", "malformed", id="startxref beyond the file"),
        pytest.param(b"%PDF-1.7\nstartxref\n0\n%%EOF", "malformed", id="startxref to nothing"),
    ],
)
def test_what_is_no_pdf_is_told(world, data, expected):
    report = world.judge(data)
    assert (report.verdict, code(report), report.signatures) == (Verdict.UNREADABLE, expected, ())


def test_an_unsigned_pdf_is_not_signed(world):
    assert world.judge(pdfs.build()).verdict is Verdict.NOT_SIGNED


@pytest.mark.slow
def test_every_truncation_is_judged(world, signed):
    for size in range(0, len(signed), 97):
        assert world.judge(signed[:size]).verdict is not Verdict.PASSED


@pytest.mark.slow
def test_every_flipped_byte_is_judged(world, signed):
    """One byte anywhere: what is signed may not change, what is not signed is only the signature itself."""
    chooser = random.Random(20261121)
    for _ in range(250):
        at = chooser.randrange(len(signed))
        pdf = signed[:at] + bytes([signed[at] ^ chooser.randrange(1, 256)]) + signed[at + 1 :]
        report = world.judge(pdf)
        if report.verdict is Verdict.PASSED:  # the case of a hexadecimal digit, or an unsigned certificate's byte
            opening = pdf.index(b"/Contents <")
            assert opening < at < opening + pdfs.ROOM + 20


def test_deep_nesting_is_bounded(world, signed):
    for deep in (b"[" * 100_000 + b"]" * 100_000, b"<< /A " * 50_000 + b">>" * 50_000):
        report = world.judge(pdfs.update(signed, {pdfs.PAGE: deep}))
        assert report.verdict is not Verdict.PASSED


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param({pdfs.PAGES: b"2 0 R"}, id="an object that is itself"),
        pytest.param({pdfs.PAGES: b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"}, id="pages in a circle"),
        pytest.param(
            {pdfs.FORM: b"<< /Fields [30 0 R] >>", 30: b"<< /T (x) /Kids [30 0 R] >>"}, id="fields in a circle"
        ),
        pytest.param(
            {pdfs.CONTENT: b"<< /Length 4 0 R >>\nstream\nx\nendstream"}, id="a length that is its own stream"
        ),
    ],
)
def test_circles_end(world, signed, objects):
    assert world.judge(pdfs.update(signed, objects)).verdict is not Verdict.PASSED


def test_a_structure_tree_in_a_circle_is_compared_to_its_end(world):
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /StructTreeRoot 40 0 R >>"
    tree = {
        40: b"<< /Type /StructTreeRoot /K 41 0 R >>",
        41: b"<< /Type /StructElem /S /P /P 40 0 R /K [41 0 R 41 0 R] >>",
    }
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.CATALOG: catalog, **tree}))
    assert world.only(pdfs.update(signed, {41: tree[41]})).verdict is Verdict.PASSED


def bomb(size):
    data = zlib.compress(b"\0" * size, 9)
    return (
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(data)
        + data
        + b"\nendstream"
    )


def test_a_decompression_bomb_is_not_decoded(world, signed):
    rows = b"\x02" + (40).to_bytes(4, "big") + b"\0"
    body = signed + b"40 0 obj\n" + bomb(3_000_000) + b"\nendobj\n"
    start = len(body)
    body += b"41 0 obj\n<< /Type /XRef /Size 60 /W [1 4 1] /Index [7 1] /Root 1 0 R /Prev %d /Length 6 >>\nstream\n" % (
        pdfs.last_start(signed)
    )
    rows40 = b"\x01" + len(signed).to_bytes(4, "big") + b"\0"
    body = body.replace(b"/Index [7 1]", b"/Index [7 1 40 1]").replace(b"/Length 6 >>", b"/Length 12 >>")
    body += rows + rows40 + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    report = world.judge(body, limits=Limits(decoded_bytes=1_000_000))
    assert (report.verdict, code(report)) == (Verdict.UNREADABLE, "limit")


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param(Limits(bytes=100), id="bytes"),
        pytest.param(Limits(objects=3), id="objects"),
        pytest.param(Limits(revisions=1), id="revisions"),
        pytest.param(Limits(signatures=0), id="signatures"),
        pytest.param(Limits(seconds=0.0), id="seconds"),
    ],
)
def test_every_limit_holds(world, signed, limits):
    report = world.judge(signed, limits=limits)
    assert (report.verdict, code(report)) == (Verdict.UNREADABLE, "limit")


@pytest.mark.slow
def test_two_thousand_revisions_are_judged(world):
    pdf = world.sign(pdfs.build())
    parts, start, length = [pdf], pdfs.last_start(pdf), len(pdf)
    for _ in range(2_000):
        body = b"50 0 obj\n<< /Unused true >>\nendobj\n"
        section = pdfs.cross_reference({50: length}, length + len(body), previous=start)
        parts += [body, section]
        start, length = length + len(body), length + len(body) + len(section)
    report = world.only(b"".join(parts))
    assert (report.verdict, report.changes_after) == (Verdict.PASSED, "none")


def test_many_comments_cost_one_pass(world, signed):
    """A pattern that could match a comment in two ways would take for ever here."""
    report = world.judge(signed + b"%a%b" * 20_000 + b"\n7 0 obj", limits=replace(Limits(), seconds=20))
    assert report.verdict is not Verdict.PASSED


def test_a_rebuilt_cross_reference_passes_only_where_everything_is_signed(world, signed):
    damaged = signed.replace(b"startxref\n", b"startxxxx\n")
    assert world.judge(damaged).verdict is not Verdict.PASSED


@pytest.mark.slow
def test_garbage_for_cms_is_no_traceback(world):
    chooser = random.Random(7)
    good = world.cms(b"content")
    for _ in range(150):
        at = chooser.randrange(len(good))
        broken = good[:at] + bytes([chooser.randrange(256)]) + good[at + 1 :]
        report = world.judge(pdfs.sign(pdfs.build(), lambda _, value=broken: value))
        assert report.verdict is not Verdict.PASSED
        assert code(report) != "internal"


def test_a_certificate_whose_issuer_cannot_be_read_is_no_traceback(world):
    """The name has another tag than a name, in the certificate or in the signer's identifier."""
    good = world.cms(b"content")
    issuer = world.signer.asn1.issuer.dump()
    first = good.index(issuer)
    for place in (first, good.index(issuer, first + 1)):
        broken = good[:place] + b"\x52" + good[place + 1 :]
        report = world.judge(pdfs.sign(pdfs.build(), lambda _, value=broken: value))
        assert report.verdict is not Verdict.PASSED
        assert code(report) != "internal"


def test_a_signer_info_that_is_none_is_no_traceback(world):
    """Found by fuzzing: the set of signers holds something of another tag."""
    content = b"content"
    good = world.cms(content, encapsulate=content)
    place = good.index(world.signer.asn1.issuer.dump(), good.index(world.signer.der) + len(world.signer.der))
    start = good.rindex(b"\x30", 0, place - 8)
    broken = good[:start] + b"\x34" + good[start + 1 :]
    report = validate_cms(broken, name="x.p7m", options=world.options)
    assert report.verdict is not Verdict.PASSED
    assert code(report) != "internal"
