"""Strangers' PDFs of every kind, signed: the file stays what it was, and strangers' programs agree (format x level)."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from signkit.pdf.fields import signature_fields
from signkit.pki.anchors import default_trust_store
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.appearance import seal_appearance
from signkit.signing.levels import Level, extend, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from tests import witness
from tests.signing import formats

NAME = "番号　花子"
#: poppler does not find the value of a field whose widget is an object of its own.
UNKNOWN_TO_POPPLER = "separate-widget"


@pytest.fixture(scope="module")
def signed_at(person_signer, services):
    """Sign a PDF's empty field with a seal."""

    def at(pdf: bytes, level: Level) -> bytes:
        request = SignatureRequest(field_of(pdf), NAME, utc_now(), appearance=seal_appearance(NAME, utc_now()))
        return sign(pdf, request, person_signer, level, services).pdf

    return at


def field_of(pdf: bytes) -> str:
    [field] = signature_fields(pdf).empty
    return field


#: One of each way to write a file; the others are for the whole run.
QUICK = [(name, Level.B_LTA) for name in ("pdf-1.7", "xref-stream", "hybrid", "filled-form")]


@pytest.fixture
def report_of(trust_pem):
    def of(pdf: bytes):
        return validate_pdf(
            pdf, name="x.pdf", options=ValidationOptions(trust=default_trust_store((trust_pem,)), offline=True)
        )

    return of


@pytest.mark.parametrize(
    ("name", "level"),
    [
        pytest.param(name, level, marks=() if (name, level) in QUICK else pytest.mark.slow)
        for name in formats.FORMATS
        for level in Level
    ],
)
def test_every_format_is_signed_at_every_level(name, level, signed_at, report_of, tmp_path):
    pdf = formats.FORMATS[name]()
    signed = signed_at(pdf, level)
    assert signed.startswith(pdf)
    report = report_of(signed)
    [signature] = report.signatures
    assert (signature.level, signature.intact) == (f"PAdES-{level}", True)
    # below B-LT nothing in the file says whether the certificate was revoked
    assert (report.verdict, signature.sub_indication) in (
        [("TOTAL-PASSED", None)] if level.has_evidence else [("INDETERMINATE", "TRY_LATER")]
    )
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    witness.check_structure(path)
    assert witness.valid_signatures(path) == (0 if name == UNKNOWN_TO_POPPLER else 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", formats.FORMATS)
def test_pyhanko_accepts_every_format_after_a_renewal(name, signed_at, services):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    renewed = extend(signed_at(formats.FORMATS[name](), Level.B_LT), Level.B_LTA, services).pdf
    [embedded] = PdfFileReader(BytesIO(renewed), strict=False).embedded_regular_signatures
    trust = ValidationContext(trust_roots=services.issuer_certificates(), allow_fetching=False)
    status = validate_pdf_signature(embedded, trust)
    assert status.bottom_line, status.pretty_print_details()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pdf-1.4", "hybrid", "xref-stream", "linearised-streams"])
def test_an_update_keeps_the_kind_of_cross_reference(name, signed_at):
    """A reader that knows no cross-reference streams (PDF 1.4, PDF/A-1) still finds everything."""
    pdf = formats.FORMATS[name]()
    added = signed_at(pdf, Level.B_LTA)[len(pdf) :]
    assert (b"/XRef" in added) == (name in ("xref-stream", "linearised-streams"))
    assert (b"\ntrailer\n" in added) != (b"/XRef" in added)
    assert b"/ObjStm" not in added


@pytest.mark.slow
def test_filled_fields_stay_as_they_were(signed_at):
    from pypdf import PdfReader

    pdf = formats.filled_form()
    before, after = (PdfReader(BytesIO(data)) for data in (pdf, signed_at(pdf, Level.B_LTA)))
    values = [{name: field.get("/V") for name, field in one.get_fields().items()} for one in (before, after)]
    for name, value in (("tenant.name", "Hanako"), ("tenant.note", formats.NOTE)):
        assert values[0][name] == values[1][name] == value
    forms = [reader.root_object["/AcroForm"] for reader in (before, after)]
    assert forms[0]["/DA"] == forms[1]["/DA"]
    assert "/F1" in forms[1]["/DR"]["/Font"]
    assert "/NeedAppearances" not in forms[1]  # a viewer must not draw anew what was signed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pdf-1.7", "pdf-2.0", "xref-stream"])
def test_structure_and_metadata_are_not_written_anew(name, signed_at):
    """Objects that no update writes cannot change: signing writes neither the tags nor what the document says of
    itself."""
    from pypdf import PdfReader

    pdf = formats.FORMATS[name]()
    signed = signed_at(pdf, Level.B_LTA)
    added = signed[len(pdf) :]
    assert b"/StructTreeRoot" in pdf or name == "xref-stream"
    for part in (b"/StructElem", b"/ModDate", b"<x:xmpmeta", b"/Producer"):
        assert part not in added
    roots = [PdfReader(BytesIO(data)).root_object for data in (pdf, signed)]
    for key in ("/StructTreeRoot", "/MarkInfo", "/Metadata", "/Lang"):
        numbers = [getattr(root.raw_get(key), "idnum", root.raw_get(key)) for root in roots]
        assert numbers[0] == numbers[1]


def test_an_update_begins_on_a_line_of_its_own(signed_at):
    pdf = formats.FORMATS["open-last-line"]()
    assert pdf.endswith(b"%%EOF")
    assert signed_at(pdf, Level.B_B).startswith(pdf + b"\n")


@pytest.mark.slow
def test_two_parties_sign_a_linearised_file(person_signer, services, tmp_path):
    pdf = formats.qpdf(formats.with_field(formats.typeset("1.7"), "buyer"), "--linearize")
    for role in ("buyer", "seller"):
        pdf = sign(pdf, SignatureRequest(role, NAME, utc_now()), person_signer, Level.B_T, services).pdf
    path = tmp_path / "signed.pdf"
    path.write_bytes(pdf)
    assert witness.valid_signatures(path) == 2
    witness.check_structure(path)


@pytest.mark.slow
def test_a_lock_in_the_field_becomes_the_signatures_rule(signed_at, report_of):
    signed = signed_at(formats.locking(), Level.B_LT)
    assert b"/TransformMethod /FieldMDP" in signed
    changed = formats.pdfs.update(
        signed,
        {formats.pdfs.TEXT_FIELD: b"<< /FT /Tx /T (note)" + formats.WIDGET + b" /V (x) /Rect [150 20 280 60] >>"},
    )
    assert report_of(changed).verdict == "TOTAL-FAILED"


@pytest.mark.slow
def test_extending_leaves_a_strangers_signature_and_format_alone(signed_at, services, report_of):
    signed = signed_at(formats.FORMATS["linearised-streams"](), Level.B_T)
    extended = extend(signed, Level.B_LTA, replace(services)).pdf
    assert extended.startswith(signed)
    assert report_of(extended).signatures[0].level == "PAdES-B-LTA"
