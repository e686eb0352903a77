"""Attacks on which bytes are signed: byte ranges, /Contents, universal forgery, signature wrapping."""

from __future__ import annotations

import re

import pytest

from signkit.validation.report import Verdict
from tests.validation import pdfs
from tests.validation.conftest import codes


def resign(world, edit):
    """Sign a PDF after ``edit`` changed its byte range; the CMS is right for the bytes that the range names."""
    pdf = world.sign(pdfs.build())
    match = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    opening, closing = int(match[2]), int(match[3])
    numbers = edit([int(match[i]) for i in range(1, 5)], pdf)
    text = b"/ByteRange [%d %d %d %d" % tuple(numbers)
    pdf = pdf[: match.start()] + text.ljust(match.end() - match.start() - 1) + b"]" + pdf[match.end() :]
    a, b, c, d = numbers
    return pdfs.put_contents(pdf, opening, closing, world.cms(pdf[a : a + b] + pdf[c : c + d]))


def test_an_untouched_signature_passes(world, signed):
    report = world.judge(signed)
    assert report.verdict is Verdict.PASSED
    assert (report.signatures[0].coverage, report.signatures[0].changes_after) == ("whole-file", "none")


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        pytest.param(lambda n, _: [0, n[1] - 40, n[2], n[3]], "byte-range-gap", id="gap larger than contents"),
        pytest.param(
            lambda n, _: [0, n[1], n[2] + 10, n[3] - 10], "byte-range-gap", id="bytes after contents left out"
        ),
        pytest.param(lambda n, _: [9, n[1] - 9, n[2], n[3]], "byte-range-start", id="not from the start"),
        pytest.param(lambda n, _: [0, n[1] + 20, n[2], n[3]], "byte-range-gap", id="part of contents signed"),
        pytest.param(lambda n, _: [0, n[2], n[1], n[3]], "byte-range-overlap", id="overlapping"),
        pytest.param(lambda n, _: [0, n[1], n[2], n[3] + 500], "byte-range-beyond-file", id="beyond the file"),
        pytest.param(lambda n, _: [0, 0, 0, 0], "byte-range-zero", id="four zeros"),
    ],
)
def test_a_wrong_byte_range_fails_though_the_digest_fits(world, edit, code):
    report = world.only(resign(world, edit))
    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, "FORMAT_FAILURE")
    assert code in codes(report)
    assert not report.intact


@pytest.mark.parametrize(
    ("replacement", "code"),
    [
        pytest.param(b"[0 -1 5 9]", "byte-range-malformed", id="negative"),
        pytest.param(b"[0 10 20]", "byte-range-malformed", id="three numbers"),
        pytest.param(b"null", "byte-range-missing", id="null"),
        pytest.param(b"(all)", "byte-range-malformed", id="text"),
        pytest.param(b"[0 1.5 1 2]", "byte-range-malformed", id="not whole numbers"),
        pytest.param(b"[0 1e5 1 2]", "dictionary-malformed", id="no numbers"),
    ],
)
def test_universal_forgery_by_a_byte_range_that_is_none(world, signed, replacement, code):
    match = re.search(rb"(?<=/ByteRange )\[0 \d+ \d+ \d+\s*\]", signed)
    pdf = signed[: match.start()] + replacement.ljust(match.end() - match.start()) + signed[match.end() :]
    report = world.only(pdf)
    assert report.verdict is Verdict.FAILED
    assert code in codes(report)


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(b"/Contents null", id="null"),
        pytest.param(b"/Contents <>", id="empty"),
        pytest.param(b"/Contents 99 0 R", id="reference to nothing"),
        pytest.param(b"/Content0 <00>", id="missing"),
        pytest.param(b"/Contents <00>", id="a zero byte"),
    ],
)
def test_universal_forgery_by_contents_that_are_none(world, signed, contents):
    opening = signed.index(b"/Contents <30")
    closing = signed.index(b">", opening) + 1
    pdf = signed[:opening] + contents.ljust(closing - opening) + signed[closing:]
    assert world.judge(pdf).verdict is Verdict.FAILED


def test_contents_as_a_literal_string_fails(world):
    def literal(pdf):
        start = pdf.index(b"/Contents <") + 10
        end = pdf.index(b">", start)
        inside = bytes.fromhex(pdf[start + 1 : end].decode())
        escaped = re.sub(rb"([\\()])", rb"\\\1", inside.rstrip(b"\0"))
        return pdf[:start] + (b"(" + escaped + b")").ljust(end + 1 - start) + pdf[end + 1 :]

    report = world.only(literal(world.sign(pdfs.build())))
    assert report.verdict is Verdict.FAILED
    assert "byte-range-gap" in codes(report)


def test_garbage_after_the_cms_never_passes(world):
    pdf = pdfs.sign(pdfs.build(), lambda content: world.cms(content) + b"\0\0smuggled")
    report = world.only(pdf)
    assert (report.verdict, codes(report)) == (Verdict.FAILED, ["contents-trailing"])
    assert report.intact


def test_two_cms_in_one_contents_never_pass(world):
    report = world.only(pdfs.sign(pdfs.build(), lambda content: world.cms(content) + world.cms(content)))
    assert (report.verdict, codes(report)) == (Verdict.FAILED, ["contents-trailing"])


def test_contents_of_another_place_fail(world):
    """The left-out bytes hold a good signature, but the dictionary's own /Contents is another string."""
    pdf = world.sign(pdfs.build(), extra=b" /Reason <00> /Contents <1234>")
    assert world.judge(pdf).verdict is Verdict.FAILED


def test_a_second_dictionary_with_the_same_byte_range_is_not_believed(world, signed):
    """Signature wrapping: a copy of the dictionary elsewhere, reached by the form, names the old range."""
    start = signed.index(b"<< /Type /Sig")
    copy = signed[start : signed.index(b"endobj", start)]
    field = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V 21 0 R >>"
    report = world.judge(pdfs.update(signed, {pdfs.SELLER: field, 21: copy}))
    assert report.verdict is Verdict.FAILED
    assert any("byte-range-other-place" in codes(each) for each in report.signatures)


def test_a_nested_signature_dictionary_is_judged_by_its_own_contents(world):
    """A dictionary inside the dictionary holds the good /Contents."""
    nested = b" /Prop << /Contents <1234> /ByteRange [0 1 2 3] >>"
    report = world.only(world.sign(pdfs.build(), extra=nested))
    assert report.verdict is Verdict.PASSED


def test_a_signature_dictionary_that_names_an_entry_twice_never_passes(world):
    report = world.only(world.sign(pdfs.build(), extra=b" /Filter /Other"))
    assert report.verdict is Verdict.FAILED
    assert "duplicate-keys" in codes(report)


def test_a_signature_that_the_form_does_not_reach_is_reported(world, signed):
    removed = pdfs.update(signed, {pdfs.FORM: b"<< /Fields [8 0 R] /SigFlags 3 >>"})
    report = world.judge(removed)
    assert len(report.signatures) == 1
    assert report.verdict is Verdict.FAILED


def test_changed_text_fails_by_its_hash(world, signed):
    report = world.only(signed.replace(b"Pay 100", b"Pay 900"))
    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, "HASH_FAILURE")
    assert not report.intact


def test_incremental_saving_without_cross_reference_never_passes(world, signed):
    """Other viewers scan for objects and draw the new page content."""
    hidden = b"4 0 obj\n<< /Length 42 >>\nstream\nBT /F1 12 Tf 20 150 Td (Pay 900 yen) Tj ET\nendstream\nendobj\n"
    for tail in (b"", b"trailer\n<< /Root 1 0 R >>\n", b"startxref\n%d\n%%%%EOF\n" % pdfs.last_start(signed)):
        report = world.only(signed + hidden + tail)
        assert report.verdict is Verdict.FAILED
        assert report.changes_permitted is not True


def test_objects_that_no_cross_reference_lists_never_pass(world, signed):
    hidden = b"4 0 obj\n<< /Length 5 >>\nstream\n(900)\nendstream\nendobj\n"
    body = pdfs.update(signed + hidden, {12: b"<< /Nothing true >>"})
    report = world.only(body)
    assert report.verdict is Verdict.FAILED
    assert report.changes_after == "other"


def test_a_revision_that_skips_the_signed_one_never_passes(world, signed):
    """/Prev of the appended section leads to the revision before the signature."""
    first = int(re.findall(rb"startxref\s+(\d+)", signed)[0])
    start = len(signed)
    body = b"4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n"
    pdf = signed + body + pdfs.cross_reference({4: start}, start + len(body), previous=first)
    assert world.judge(pdf).verdict is Verdict.INDETERMINATE


def test_sections_in_a_circle_are_no_traceback(world, signed):
    last = pdfs.last_start(signed)
    pdf = re.sub(rb"/Prev \d+", b"/Prev %d" % last, signed)
    assert world.judge(pdf).verdict is Verdict.FAILED


@pytest.mark.parametrize("name", [b"a.b", b"\xfe\xff\x00s\x00.\x00x", b"", b"(("])
def test_odd_field_names_do_not_hide_a_signature(world, name):
    escaped = name.replace(b"(", b"\\(")
    field = pdfs.OBJECTS[pdfs.SELLER].replace(b"(seller)", b"(" + escaped + b")")
    objects = {**pdfs.OBJECTS, pdfs.SELLER: field}
    report = world.judge(pdfs.sign(pdfs.build(objects), world.cms, objects={pdfs.SELLER: field}))
    assert report.verdict is Verdict.PASSED


def test_one_broken_signature_does_not_take_the_other_along(world, signed):
    broken = b"<< /FT /Sig /T (buyer) /V << /Type /Sig /ByteRange [1 2] /Contents (x) >> >>"
    fields = b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>"
    report = world.judge(pdfs.update(signed, {pdfs.FORM: fields, 30: broken}))
    by_field = {item.field: item for item in report.signatures}
    assert by_field["seller"].intact
    assert not by_field["buyer"].intact
    assert report.verdict is Verdict.FAILED
