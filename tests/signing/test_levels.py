"""Signing at each level, looked at by strangers' programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from signkit.errors import CertificateRevoked, EvidenceMissing, PdfNotSignable, TimestampUnavailable
from signkit.pdf.fields import signature_fields
from signkit.pdf.writing.appending import open_writer
from signkit.pdf.writing.opening import reading_errors
from signkit.rehearsal.evidence_services import utc_now
from signkit.signers.p12 import Pkcs12Signer
from signkit.signing.appearance import seal_appearance
from signkit.signing.levels import Level, Services, extend, sign
from signkit.signing.request import SignatureRequest
from tests import witness
from tests.refusals import refused_as

NAME = "番号　花子"


def request(field="seller", **changes):
    return replace(SignatureRequest(field, NAME, utc_now()), **changes)


@pytest.mark.slow
@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_valid_for_strangers(level, blank, person_signer, services, trust_pem, tmp_path):
    signed = sign(blank, request(appearance=seal_appearance(NAME, utc_now())), person_signer, level, services)
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed.pdf)
    assert signed.pdf.startswith(blank)
    assert witness.valid_signatures(path) == 1
    witness.check_structure(path)
    assert witness.openssl_cms_verifies(signed.pdf, 0, trust_pem, tmp_path)


@pytest.mark.slow
def test_three_parties_sign_one_after_the_other(blank, person_signer, services, tmp_path):
    pdf = blank
    for number, role in enumerate(("seller", "buyer", "broker")):
        pdf = sign(pdf, request(role, certify=number == 0), person_signer, Level.B_T, services).pdf
    pdf = extend(pdf, Level.B_LTA, services).pdf
    path = tmp_path / "signed.pdf"
    path.write_bytes(pdf)
    assert signature_fields(pdf).signed == ("seller", "buyer", "broker", "Timestamp1")
    assert witness.valid_signatures(path) == 3
    witness.check_structure(path)


@pytest.mark.slow
def test_extending_again_adds_a_further_document_timestamp(blank, person_signer, services):
    once = sign(blank, request(), person_signer, Level.B_LTA, services).pdf
    twice = extend(once, Level.B_LTA, services).pdf
    assert twice.startswith(once)
    assert signature_fields(twice).signed == ("seller", "Timestamp1", "Timestamp2")


@pytest.mark.slow
def test_a_document_timestamp_is_accepted_by_openssl(blank, person_signer, services, trust_pem, tmp_path):
    signed = sign(blank, request(), person_signer, Level.B_LTA, services).pdf
    token, content = witness.extract_signature(signed, 1)
    (tmp_path / "token.der").write_bytes(token)
    (tmp_path / "content.bin").write_bytes(content)
    answer = witness.run(
        "openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "token.der",
        "-data", tmp_path / "content.bin", "-CAfile", trust_pem,
    )  # fmt: skip
    assert "Verification: OK" in answer.stdout + answer.stderr


@pytest.mark.slow
def test_a_missing_field_is_refused_with_the_fields_there_are(blank, person_signer, services):
    with refused_as("field-missing") as refusal:
        sign(blank, request("landlord"), person_signer, Level.B_B, services)
    assert refusal.value.empty == ("seller", "buyer", "broker")


def test_a_signed_field_is_not_signed_again(blank, person_signer, services):
    signed = sign(blank, request(), person_signer, Level.B_B, services).pdf
    with refused_as("field-signed"):
        sign(signed, request(), person_signer, Level.B_B, services)


@pytest.mark.slow
def test_only_the_first_signature_certifies(blank, person_signer, services):
    signed = sign(blank, request(), person_signer, Level.B_B, services).pdf
    with pytest.raises(PdfNotSignable, match="only the first signature can certify"):
        sign(signed, request("buyer", certify=True), person_signer, Level.B_B, services)


@pytest.mark.parametrize("pdf", [b"", b"no PDF at all", b"%PDF-1.7\n%%EOF\n"], ids=["empty", "text", "hollow"])
def test_what_is_no_pdf_is_refused(pdf, person_signer, services):
    with pytest.raises(PdfNotSignable):
        sign(pdf, request(), person_signer, Level.B_B, services)


def test_a_truncated_pdf_is_refused(blank, person_signer, services):
    with pytest.raises(PdfNotSignable):
        sign(blank[: len(blank) // 2], request(), person_signer, Level.B_B, services)


def test_an_unsigned_pdf_cannot_be_extended(blank, services):
    with refused_as("nothing-to-extend"):
        extend(blank, Level.B_LTA, services)


def test_b_t_without_a_timestamp_service_is_refused(blank, person_signer):
    with pytest.raises(TimestampUnavailable):
        sign(blank, request(), person_signer, Level.B_T, Services())


def test_b_lt_names_the_certificate_whose_evidence_is_missing(blank, person_signer, services):
    with pytest.raises(EvidenceMissing) as refusal:
        sign(blank, request(), person_signer, Level.B_LT, replace(services, revocation=()))
    assert refusal.value.exit_code == 13
    [(_, reason)] = refusal.value.certificates
    assert "neither an OCSP service nor a CRL" in reason.en


def test_b_lt_with_a_revoked_certificate_is_refused(blank, rehearsal, person_signer, services):
    from asn1crypto import x509

    serial = x509.Certificate.load(person_signer.certificate).serial_number
    revoking = rehearsal.revocation(revoked={serial: utc_now() - timedelta(days=1)})
    with pytest.raises(CertificateRevoked):
        sign(blank, request(), person_signer, Level.B_LT, replace(services, revocation=(revoking,)))


def test_the_authentication_key_never_signs_a_document(blank, seller_card, services):
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    from signkit.signers.software import SoftwareKey

    contents = seller_card.auth
    key = SoftwareKey.of(load_der_private_key(contents.private_key, None), "test")
    signer = Pkcs12Signer(key, contents.certificate, ())
    with refused_as("key-not-for-documents", match="利用者証明用電子証明書"):
        sign(blank, request(), signer, Level.B_B, services)


def test_an_expired_certificate_signs_nothing(blank, person_signer, services):
    late = utc_now() + timedelta(days=6 * 365)
    with refused_as("key-not-for-documents", match="is valid"):
        sign(blank, request(time=late), person_signer, Level.B_B, services)


def test_a_device_whose_signature_does_not_fit_is_caught(blank, person_signer, services):
    class Lying(Pkcs12Signer):
        def sign(self, data: bytes) -> bytes:
            return super().sign(data + b"something else")

    liar = Lying(person_signer._key, person_signer.certificate, person_signer.chain)
    with refused_as("self-check-failed"):
        sign(blank, request(), liar, Level.B_B, services)


@pytest.mark.slow
def test_a_timestamp_larger_than_the_room_is_met_by_signing_once_more(blank, person_signer, services, monkeypatch):
    monkeypatch.setattr("signkit.signing.pades._TOKEN_ROOM", 16)
    signed = sign(blank, request(), person_signer, Level.B_LTA, services).pdf
    assert signature_fields(signed).signed == ("seller", "Timestamp1")


@pytest.mark.slow
def test_a_file_is_renewed_when_nothing_new_can_be_had_of_its_signers(blank, person_signer, rehearsal, services):
    """The signer's CA may have ended, or the certificate may be revoked for a move: what the file holds is enough."""
    from asn1crypto import x509

    once = sign(blank, request(), person_signer, Level.B_LTA, services).pdf
    silent = replace(services, revocation=())
    assert signature_fields(extend(once, Level.B_LTA, silent).pdf).signed[-1] == "Timestamp2"
    serial = x509.Certificate.load(person_signer.certificate).serial_number
    revoking = replace(services, revocation=(rehearsal.revocation(revoked={serial: utc_now()}),))
    assert signature_fields(extend(once, Level.B_LTA, revoking).pdf).signed[-1] == "Timestamp2"


@pytest.mark.slow
def test_b_lt_needs_a_timestamp_to_build_on(blank, person_signer, services):
    signed = sign(blank, request(), person_signer, Level.B_B, services).pdf
    with refused_as("signature-not-timestamped", match="seller bears none"):
        extend(signed, Level.B_LT, services)
    assert extend(signed, Level.B_LTA, services).pdf.startswith(signed)


@pytest.mark.slow
def test_tokens_that_grow_with_every_try_end_in_one_error(blank, person_signer, services, monkeypatch):
    from signkit.signing import pades

    monkeypatch.setattr(pades, "_TOKEN_ROOM", 16)
    monkeypatch.setattr(pades, "_TOKEN_VARIATION", -100)
    with pytest.raises(TimestampUnavailable, match="grow with every try"):
        sign(blank, request(), person_signer, Level.B_T, services)


def test_a_form_that_is_no_tree_is_refused_at_once(blank):
    """Twenty-four levels of two references to the same next level are 16 million paths."""
    objects = [b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>", b"<</Type/Pages/Kids[]/Count 0>>"]
    objects += [b"<</T(a)/Kids[%d 0 R %d 0 R]>>" % (number, number) for number in range(4, 28)]
    objects.append(b"<</T(a)/FT/Sig>>")
    pdf = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(pdf)
    pdf += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    pdf += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    pdf += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    with pytest.raises(PdfNotSignable, match="no tree"), reading_errors():
        open_writer(bytes(pdf))
