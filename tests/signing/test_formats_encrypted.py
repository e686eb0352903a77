"""Encrypted PDFs: signed with their password, refused by name without it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from signkit.errors import PdfForbidsSigning, PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong
from signkit.pdf.fields import signature_fields
from signkit.pki.anchors import default_trust_store
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.appearance import seal_appearance
from signkit.signing.levels import Level, extend, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from tests import witness
from tests.signing.encrypted import KINDS, OWNER, USER, encrypted, for_certificate, password_of, with_mac

NAME = "番号　花子"
SIGNABLE = [kind for kind in KINDS if kind not in ("restricted", "revision-5")]


@pytest.fixture
def signed_with(person_signer, services):
    def signed(pdf: bytes, password: str | None, level: Level = Level.B_B) -> bytes:
        request = SignatureRequest("seller", NAME, utc_now(), appearance=seal_appearance(NAME, utc_now()))
        return sign(pdf, request, person_signer, level, services, password=password).pdf

    return signed


@pytest.fixture
def report_of(trust_pem):
    options = ValidationOptions(trust=default_trust_store((trust_pem,)), offline=True)

    def of(pdf: bytes, password: str | None = None):
        return validate_pdf(pdf, name="x.pdf", options=replace(options, password=password))

    return of


@pytest.mark.parametrize("streams", [False, True], ids=["objects", "object-streams"])
@pytest.mark.slow
@pytest.mark.parametrize("kind", SIGNABLE)
def test_each_encryption_is_signed_extended_and_judged(kind, streams, signed_with, services, report_of, tmp_path):
    pdf, password = encrypted(kind, streams=streams), password_of(kind)
    signed = extend(signed_with(pdf, password, Level.B_LT), Level.B_LTA, services, password=password).pdf
    assert signed.startswith(pdf)
    report = report_of(signed, password)
    assert (report.verdict, report.signatures[0].level) == ("TOTAL-PASSED", "PAdES-B-LTA")
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    given = password or ""
    answer = witness.run("pdfsig", "-nocert", "-upw", given, path)
    assert answer.stdout.count("Signature Validation: Signature is Valid.") == 1
    answer = witness.run("qpdf", f"--password={given}", "--check", path)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in SIGNABLE if "cleartext" not in kind])
def test_pyhanko_accepts_what_was_signed(kind, signed_with, services):
    """Of cleartext metadata it knows nothing."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    reader = PdfFileReader(BytesIO(signed_with(encrypted(kind), password_of(kind), Level.B_LTA)), strict=False)
    reader.decrypt(password_of(kind) or "")
    [embedded] = reader.embedded_regular_signatures
    status = validate_pdf_signature(
        embedded, ValidationContext(trust_roots=services.issuer_certificates(), allow_fetching=False)
    )
    assert status.bottom_line, status.pretty_print_details()


@pytest.mark.slow
def test_what_the_update_adds_is_encrypted_but_for_the_signature(signed_with):
    pdf = encrypted("aes-256")
    added = signed_with(pdf, USER, Level.B_LT)[len(pdf) :]
    assert b"/Contents <30" in added  # DER in plain hexadecimal (ISO 32000-2 7.6.2)
    assert "番号".encode("utf-16-be") not in added
    assert b"D:20" not in added


@pytest.mark.slow
def test_the_owners_password_opens_too(signed_with, report_of):
    signed = signed_with(encrypted("aes-256"), OWNER)
    assert report_of(signed, OWNER).signatures[0].intact
    assert report_of(signed, USER).signatures[0].intact


def test_without_its_password_a_file_is_not_signed(signed_with):
    with pytest.raises(PdfPasswordNeeded):
        signed_with(encrypted("aes-256"), None)


@pytest.mark.parametrize("kind", ["aes-256", "aes-128", "rc4-40"])
def test_with_a_wrong_password_a_file_is_not_signed(kind, signed_with):
    with pytest.raises(PdfPasswordWrong) as refusal:
        signed_with(encrypted(kind), "契約書")
    assert "契約書" not in str(refusal.value)


@pytest.mark.slow
def test_a_password_given_for_others_does_not_hinder_an_open_file(signed_with):
    assert signature_fields(signed_with(encrypted("open"), "of another file")).signed == ("seller",)


def test_what_the_owner_forbids_is_not_signed(signed_with):
    with pytest.raises(PdfForbidsSigning):
        signed_with(encrypted("restricted"), None)


@pytest.mark.slow
def test_what_the_owner_forbids_is_signed_with_the_owners_password(signed_with, report_of):
    signed = signed_with(encrypted("restricted"), OWNER)
    assert report_of(signed).signatures[0].intact


def test_a_restricted_file_is_read_and_judged_without_a_password(report_of):
    assert report_of(encrypted("restricted")).verdict == "NOT-SIGNED"


def test_a_file_for_the_holders_of_certificates_is_refused(signed_with, person_signer, report_of):
    pdf = for_certificate(person_signer.certificate)
    with pytest.raises(PdfNotSignable, match="encrypted for the holders of certificates"):
        signed_with(pdf, None)
    assert report_of(pdf).error.code == "encryption-unknown"


def test_the_forerunner_of_aes_256_is_judged_but_not_signed(signed_with, report_of):
    with pytest.raises(PdfNotSignable, match="encrypted in an unknown way"):
        signed_with(encrypted("revision-5"), USER)
    for password in (USER, OWNER):
        assert report_of(encrypted("revision-5"), password).verdict == "NOT-SIGNED"
    assert report_of(encrypted("revision-5"), "x").error.code == "password-wrong"


@pytest.mark.slow
def test_a_file_with_a_pdf_mac_is_judged_but_not_signed(signed_with, report_of):
    with pytest.raises(PdfNotSignable, match="PDF MAC"):
        signed_with(with_mac(), USER)
    assert report_of(with_mac(), USER).verdict == "NOT-SIGNED"


@pytest.mark.parametrize(
    ("password", "code"), [(None, "encrypted"), ("another", "password-wrong")], ids=["none", "wrong"]
)
@pytest.mark.parametrize("kind", ["aes-256", "aes-128", "rc4-40"])
def test_the_report_says_which_password_is_lacking(kind, password, code, report_of):
    report = report_of(encrypted(kind), password)
    assert (report.verdict, report.error.code) == ("UNREADABLE", code)
    assert "another" not in report.error.message.en


# --- attacks on the encryption dictionary ------------------------------------------------------------------


def last_start(pdf: bytes) -> int:
    return int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])


def updated(pdf: bytes, number: int, body: bytes, *, encrypt: bytes) -> bytes:
    """Append a revision with one object, and a trailer that names ``encrypt``."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    trailer = PdfFileReader(BytesIO(pdf), strict=False).trailer
    first_id = trailer["/ID"][0].original_bytes.hex().encode()
    offset = len(pdf)
    pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(pdf)
    return pdf + (
        b"xref\n0 1\n0000000000 65535 f \n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d %s"
        b" /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n"
    ) % (
        number, offset, trailer["/Size"] + 1, trailer.raw_get("/Root").idnum, last_start(pdf[:offset]), encrypt,
        first_id, first_id, start,
    )  # fmt: skip


def encryption(pdf: bytes) -> tuple[int, bytes]:
    """Return the encryption dictionary's number and text."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    number = PdfFileReader(BytesIO(pdf), strict=False).trailer.raw_get("/Encrypt").idnum
    start = pdf.index(b"\n%d 0 obj" % number) + len(b"\n%d 0 obj" % number)
    return number, pdf[start : pdf.index(b"endobj", start)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["aes-256", "aes-128"])
def test_an_update_that_lifts_the_restrictions_is_no_valid_file(kind, signed_with, report_of):
    """/P enters the key (RC4, AES-128) or is sealed with it (AES-256): another /P does not open the file."""
    signed = signed_with(encrypted(kind), USER, Level.B_LT)
    number, body = encryption(signed)
    changed = updated(signed, number, body.replace(b"/P -", b"/P -1"), encrypt=b"/Encrypt %d 0 R" % number)
    assert report_of(signed, USER).verdict == "TOTAL-PASSED"
    assert report_of(changed, USER).verdict == "UNREADABLE"


@pytest.mark.slow
def test_an_update_that_says_nothing_is_encrypted_is_no_valid_file(signed_with, report_of):
    signed = signed_with(encrypted("aes-256"), USER, Level.B_LT)
    changed = updated(signed, 900, b"<< >>", encrypt=b"")
    for password in (None, USER):
        report = report_of(changed, password)
        assert report.verdict == "TOTAL-FAILED"
        assert report.signatures[0].changes_permitted is False


@pytest.mark.slow
def test_an_update_with_another_encryption_is_no_valid_file(signed_with, report_of):
    """The attacker's own dictionary opens with the attacker's password; what was signed is then no document."""
    signed = signed_with(encrypted("aes-256"), USER, Level.B_LT)
    _, other = encryption(encrypted("open"))
    changed = updated(signed, 900, other, encrypt=b"/Encrypt 900 0 R")
    for password in (None, USER):
        assert report_of(changed, password).verdict in ("TOTAL-FAILED", "UNREADABLE")


@pytest.mark.slow
def test_a_contract_of_ours_that_was_encrypted_keeps_its_locks(signed_with, blank, tmp_path):
    """Its fields name what their signature locks, which other files' fields seldom do."""
    plain, locked = tmp_path / "plain.pdf", tmp_path / "locked.pdf"
    plain.write_bytes(blank)
    assert witness.run("qpdf", "--encrypt", USER, OWNER, "256", "--", plain, locked).returncode == 0
    signed = signed_with(locked.read_bytes(), USER)
    assert signature_fields(signed, USER).signed == ("seller",)
    assert signed.count(b"/FieldMDP", locked.stat().st_size) == 1
