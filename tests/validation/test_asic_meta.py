"""What stands in META-INF beside signatures: nothing that people could read, and that nobody signed, is passed over."""

from __future__ import annotations

import pytest

from signkit.cms.der import OCTET_STRING, SEQUENCE, element
from signkit.validation.report import Verdict
from tests.validation import pki
from tests.validation.test_asic import Made, codes, made, rebuilt

__all__ = ["made"]

_ODF = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</manifest>'
_ERS = '<EvidenceRecord xmlns="urn:ietf:params:xml:ns:ers">{}</EvidenceRecord>'
_ASIC = '<ASiCManifest xmlns="http://uri.etsi.org/02918/v1.2.1#"><SigReference URI="{}"/>{}</ASiCManifest>'
_TOKEN = "META-INF/timestamp.tst"
_RECORD = element(SEQUENCE, b"\x02\x01\x01", element(SEQUENCE), element(SEQUENCE, element(OCTET_STRING, b"x")))

SLIPPED_IN = {
    "text as an evidence record": ("evidencerecord.ers", b"0. The price is doubled."),
    "a record with a text behind it": ("evidencerecord.ers", _RECORD + b"The price is doubled."),
    "text in a record in XML": ("evidencerecord.xml", _ERS.format("<a>The price is doubled</a>").encode()),
    "a comment in a record in XML": ("evidencerecord.xml", _ERS.format("<!-- The price is doubled -->").encode()),
    "text in the package's manifest": ("manifest.xml", _ODF.format("The price is doubled").encode()),
    "a manifest by another name": ("manifest.xml", _ASIC.format(_TOKEN, "<x>doubled</x>").encode()),
    "a manifest of nothing": ("ASiCManifest9.xml", _ASIC.format("", "").encode()),
    "a manifest of a signature that is not there": ("ASiCManifest9.xml", _ASIC.format("META-INF/no.p7s", "").encode()),
    "a manifest of a file": ("ASiCManifest9.xml", _ASIC.format("mimetype", "").encode()),
    "text in the manifest of a timestamp": ("ASiCArchiveManifest.xml", _ASIC.format(_TOKEN, "<x>doubled</x>").encode()),
    "a comment in the manifest of a timestamp": ("ASiCManifest9.xml", _ASIC.format(_TOKEN, "<!-- x -->").encode()),
}


def with_token(made: Made, world, name: str, data: bytes) -> bytes:
    return rebuilt(made, extra=[(_TOKEN, pki.timestamp_token(b"x", world.tsa)), (f"META-INF/{name}", data)])


@pytest.mark.parametrize("what", SLIPPED_IN)
def test_what_nobody_signed_in_meta_inf_is_told(made, world, what):
    report = made.judge(with_token(made, world, *SLIPPED_IN[what]))
    assert (report.verdict, codes(report)) == (Verdict.INDETERMINATE, ["asic-uncovered"])


@pytest.mark.parametrize("name", ["ASiCManifest9.XML", "asicmanifest9.xml", "ASiCArchiveManifest.xml"])
def test_a_second_manifest_of_one_signature_is_found_by_what_it_is(made, name):
    report = made.judge(rebuilt(made, extra=[(f"META-INF/{name}", made.manifest)]))
    assert report.verdict is Verdict.INDETERMINATE
    assert "asic-manifest" in codes(report)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("evidencerecord.ers", _RECORD),
        ("evidencerecord.xml", _ERS.format("\n  <TimeStampToken>\n  TWlycm9y\n  TQ==\n  </TimeStampToken>\n").encode()),
        ("manifest.xml", _ODF.format("\n ").encode()),
        ("ASiCArchiveManifest.xml", _ASIC.format(_TOKEN, "").encode()),
    ],
)
def test_what_belongs_to_timestamps_and_records_is_no_doubt(made, world, name, data):
    report = made.judge(with_token(made, world, name, data))
    assert report.verdict is Verdict.PASSED, codes(report)
