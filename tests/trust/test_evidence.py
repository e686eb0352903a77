"""Evidence counts only when it proves something about the certificate in question."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asn1crypto import x509

from signkit.errors import CertificateRevoked, EvidenceMissing
from signkit.pki.revocation.collecting import collect_evidence
from signkit.pki.revocation.sources import (
    NOT_PERMITTED,
    CrlEvidence,
    FolderRevocation,
    OcspEvidence,
    OnlineRevocation,
    most_telling,
)
from signkit.rehearsal.evidence_services import RehearsalRevocation, utc_now
from signkit.rehearsal.pki import new_rehearsal


@pytest.fixture(scope="module")
def person(seller_card):
    return x509.Certificate.load(seller_card.sign.certificate)


@pytest.fixture(scope="module")
def issuer(seller_card):
    return x509.Certificate.load(seller_card.sign.ca_certificate)


class Fixed:
    def __init__(self, answer) -> None:
        self._answer = answer

    def look_up(self, certificate, issuer):
        return self._answer


def test_good_evidence_is_kept_once(person, issuer, rehearsal):
    evidence = collect_evidence([person, person], [issuer], [rehearsal.revocation()], "B-LT")
    assert len(evidence.ocsps) == 1
    assert evidence.crls == ()
    assert set(evidence.certificates) == {person.dump(), issuer.dump()}


def test_a_crl_does_as_well(person, issuer, rehearsal):
    source = RehearsalRevocation([rehearsal.signature_ca], use_crl=True)
    assert len(collect_evidence([person], [issuer], [source], "B-LT").crls) == 1


@pytest.mark.parametrize("use_crl", [False, True], ids=["ocsp", "crl"])
def test_a_revoked_certificate_is_told(person, issuer, rehearsal, use_crl):
    source = RehearsalRevocation([rehearsal.signature_ca], revoked={person.serial_number: utc_now()}, use_crl=use_crl)
    with pytest.raises(CertificateRevoked):
        collect_evidence([person], [issuer], [source], "B-LT")


@pytest.mark.parametrize("kind", [OcspEvidence, CrlEvidence])
def test_garbage_proves_nothing(person, issuer, kind):
    with pytest.raises(EvidenceMissing, match="does not prove anything"):
        collect_evidence([person], [issuer], [Fixed(kind(b"garbage"))], "B-LT")


@pytest.mark.slow
@pytest.mark.parametrize("use_crl", [False, True], ids=["ocsp", "crl"])
def test_evidence_signed_by_a_name_alike_ca_proves_nothing(person, issuer, use_crl):
    impostor = new_rehearsal()
    source = RehearsalRevocation([impostor.signature_ca], use_crl=use_crl)
    with pytest.raises(EvidenceMissing, match="does not prove anything"):
        collect_evidence([person], [issuer], [source], "B-LT")


def test_an_unknown_issuer_is_named(person, rehearsal):
    with pytest.raises(EvidenceMissing, match="name it with --trust"):
        collect_evidence([person], [], [rehearsal.revocation()], "B-LT")


def test_jpki_revocation_is_not_permitted_to_be_had(issuer, person):
    class Jpki:
        issuer = x509.Name.build({"country_name": "JP", "organization_name": "JPKI"})

    assert OnlineRevocation().look_up(Jpki(), issuer) == [NOT_PERMITTED]
    assert most_telling([], Jpki()) == NOT_PERMITTED
    assert most_telling([], person).kind == "not-published"


def test_evidence_comes_from_files(person, issuer, rehearsal, tmp_path):
    (tmp_path / "today.crl").write_bytes(rehearsal.revocation().crl(rehearsal.signature_ca))
    [answer] = FolderRevocation(tmp_path).look_up(person, issuer)
    assert isinstance(answer, CrlEvidence)
    assert collect_evidence([person], [issuer], [FolderRevocation(tmp_path)], "B-LT").crls == (answer.der,)


def at(rehearsal, when, **options):
    return RehearsalRevocation([rehearsal.signature_ca], clock=lambda: when, **options)


@pytest.mark.parametrize("use_crl", [False, True], ids=["ocsp", "crl"])
@pytest.mark.parametrize("days", [-400, 400], ids=["stale", "from the future"])
def test_evidence_out_of_date_proves_nothing(person, issuer, rehearsal, use_crl, days):
    source = at(rehearsal, utc_now() + timedelta(days=days), use_crl=use_crl)
    with pytest.raises(EvidenceMissing, match="does not prove anything"):
        collect_evidence([person], [issuer], [source], "B-LT")


def test_an_answer_that_proves_nothing_does_not_hide_the_next_source(person, issuer, rehearsal):
    garbage, good = Fixed(OcspEvidence(b"garbage")), rehearsal.revocation()
    assert collect_evidence([person], [issuer], [garbage, good], "B-LT").ocsps


def test_an_answer_about_the_same_serial_of_another_issuer_proves_nothing(person, issuer, rehearsal):
    from cryptography import x509 as pyca
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    now = utc_now()
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=pyca.load_der_x509_certificate(person.dump()), issuer=rehearsal.service_ca.certificate,
        algorithm=hashes.SHA256(), cert_status=ocsp.OCSPCertStatus.GOOD, this_update=now,
        next_update=now + timedelta(days=1), revocation_time=None, revocation_reason=None,
    ).responder_id(ocsp.OCSPResponderEncoding.HASH, rehearsal.signature_ca.certificate)  # fmt: skip
    der = builder.sign(rehearsal.signature_ca.key, hashes.SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(EvidenceMissing, match="does not prove anything"):
        collect_evidence([person], [issuer], [Fixed(OcspEvidence(der))], "B-LT")


@pytest.mark.parametrize("kind", ["another partition", "authorities only", "delta", "unknown critical extension"])
def test_a_list_that_does_not_speak_of_the_certificate_proves_nothing(person, issuer, rehearsal, kind):
    from cryptography import x509 as pyca
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    elsewhere = [pyca.UniformResourceIdentifier("http://lists.example/elsewhere.crl")]
    extension = {
        "another partition": pyca.IssuingDistributionPoint(elsewhere, None, False, False, None, False, False),
        "authorities only": pyca.IssuingDistributionPoint(None, None, False, True, None, False, False),
        "delta": pyca.DeltaCRLIndicator(1),
        "unknown critical extension": pyca.UnrecognizedExtension(pyca.ObjectIdentifier("2.25.1"), b"\x05\x00"),
    }[kind]
    now = utc_now()
    builder = (
        pyca.CertificateRevocationListBuilder()
        .issuer_name(rehearsal.signature_ca.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=1))
        .add_extension(extension, critical=True)
    )
    der = builder.sign(rehearsal.signature_ca.key, hashes.SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(EvidenceMissing, match="does not prove anything"):
        collect_evidence([person], [issuer], [Fixed(CrlEvidence(der))], "B-LT")


def test_evidence_that_the_document_holds_is_enough_years_later(person, issuer, rehearsal):
    held = collect_evidence([person], [issuer], [rehearsal.revocation()], "B-LT")
    assert collect_evidence([person], [issuer], [], "B-LTA", held).ocsps == ()
    revoking = rehearsal.revocation(revoked={person.serial_number: utc_now()})
    collect_evidence([person], [issuer], [revoking], "B-LTA", held)
    with pytest.raises(CertificateRevoked):
        collect_evidence([person], [issuer], [revoking], "B-LTA")
