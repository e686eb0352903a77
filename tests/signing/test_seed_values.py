"""Seed values: what a field demands is met, or the signature is refused with what it lacks (ISO 32000-2 12.7.5.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signkit.errors import SigningRefused
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.deferred import DeferredKey, prepare
from signkit.signing.levels import Level, Services, sign
from signkit.signing.pades import refuse_unwanted
from signkit.signing.request import SignatureRequest
from signkit.signing.signature_formats import SignatureFormat
from tests.refusals import refused_as
from tests.signing import formats

FILTER, SUB_FILTER, VERSION, REASONS, ATTESTATION, REVOCATION, DIGEST, LOCK, APPEARANCE = (1 << bit for bit in range(9))
SUBJECT, ISSUER, POLICY, SUBJECT_NAME, _, KEY_USAGE = (1 << bit for bit in range(6))


def request(**changes) -> SignatureRequest:
    return replace(SignatureRequest("seller", "番号　花子", utc_now()), **changes)


@pytest.fixture(scope="module")
def demands(person_signer, services):
    """Sign a field with seed values; return what it demanded that the signature is not, in English."""

    def of(seed: bytes, level: Level = Level.B_B, **changes) -> str:
        pdf = formats.seeded(seed)
        try:
            signed = sign(pdf, request(**changes), person_signer, level, services).pdf
        except SigningRefused as refusal:
            if refusal.code != "seed-value-violated":
                raise
            return "; ".join(demand.en for demand in refusal.demands)
        assert signed.startswith(pdf)
        return ""

    return of


def flagged(flags: int, entries: bytes) -> bytes:
    return entries + b" /Ff %d" % flags


@pytest.mark.parametrize(
    ("flag", "entries", "demand"),
    [
        (FILTER, b"/Filter /Entrust.PPKEF", "another program's signature (/Entrust.PPKEF)"),
        (SUB_FILTER, b"/SubFilter [/adbe.x509.rsa_sha1]", "a format that SignKit does not make (/SubFilter)"),
        (
            SUB_FILTER,
            b"/SubFilter [/adbe.pkcs7.sha1 /adbe.pkcs7.detached /ETSI.CAdES.detached]",
            "the format adbe.pkcs7.detached (--profile registry)",
        ),
        (VERSION, b"/V 4", "rules of a newer version (4)"),
        (REASONS, b"/Reasons [(Sale) (Gift)]", "one of these reasons (--reason): Sale | Gift"),
        (
            REVOCATION,
            b"/AddRevInfo true",
            "revocation information inside the signature (/AddRevInfo), which SignKit does not write there",
        ),
        (DIGEST, b"/DigestMethod [(SHA384) (SHA512)]", "one of these hashes: SHA384, SHA512 (this key signs SHA256)"),
        (
            LOCK,
            b"/LockDocument /true",
            "that the document is locked (/LockDocument), which SignKit does only where the field has that lock",
        ),
        (APPEARANCE, b"/AppearanceFilter (Stamp)", "the named appearance 'Stamp', which SignKit does not have"),
    ],
)
def test_a_demand_is_refused_and_a_wish_is_not(flag, entries, demand, demands):
    assert demands(flagged(flag, entries)) == demand
    assert demands(flagged(0, entries)) == ""


@pytest.mark.parametrize(
    ("flag", "entries", "changes"),
    [
        (FILTER, b"/Filter /Adobe.PPKLite", {}),
        (SUB_FILTER, b"/SubFilter [/adbe.pkcs7.sha1 /ETSI.CAdES.detached]", {}),
        (SUB_FILTER, b"/SubFilter [/adbe.pkcs7.detached]", {"profile": SignatureFormat.REGISTRY}),
        (VERSION, b"/V 3", {}),
        (REASONS, b"/Reasons [(Sale) (Gift)]", {"reason": "Gift"}),
        (REASONS, b"/Reasons [(.)]", {}),
        (REASONS, b"", {}),
        (ATTESTATION, b"/LegalAttestation [(None)]", {}),
        (REVOCATION, b"/AddRevInfo false", {}),
        (DIGEST, b"/DigestMethod [(SHA512) (SHA256)]", {}),
        (LOCK, b"/LockDocument /false", {}),
        (LOCK, b"/LockDocument /auto", {}),
        (0, b"/MDP << /P 0 >>", {}),
        (0, b"/MDP << /P 1 >>", {"certify": True}),
        (0, b"/MDP << /P 2 >>", {"certify": True}),
        (0, b"/MDP << /P 3 >>", {"certify": True}),
    ],
)
def test_a_demand_that_is_met_is_signed(flag, entries, changes, demands):
    assert demands(flagged(flag, entries), **changes) == ""


@pytest.mark.parametrize(
    ("flag", "entries", "changes", "demand"),
    [
        (REASONS, b"/Reasons [(.)]", {"reason": "Sale"}, "no reason (leave --reason out)"),
        (REASONS, b"", {"reason": "Sale"}, "no reason (leave --reason out)"),
        (
            ATTESTATION,
            b"/LegalAttestation [(None)]",
            {"certify": True},
            "a legal attestation, which SignKit does not write",
        ),
        (0, b"/MDP << /P 2 >>", {}, "a certification (--certify)"),
        (0, b"/MDP << /P 0 >>", {"certify": True}, "no certification (--no-certify)"),
        (
            SUB_FILTER | REASONS,
            b"/SubFilter [/adbe.pkcs7.detached] /Reasons [(Sale)]",
            {},
            "the format adbe.pkcs7.detached (--profile registry); one of these reasons (--reason): Sale",
        ),
    ],
)
def test_everything_that_is_lacking_is_said(flag, entries, changes, demand, demands):
    assert demands(flagged(flag, entries), **changes) == demand


def test_a_certification_lets_change_what_the_field_says(person_signer, services):
    pdf = formats.seeded(b"/MDP << /P 1 >>")
    signed = sign(pdf, request(certify=True), person_signer, Level.B_B, services).pdf
    assert b"/P 1" in signed[len(pdf) :]


def test_a_lock_that_contradicts_the_seed_value_is_refused(person_signer, services):
    own = (
        b" /Lock << /Type /SigFieldLock /Action /All /P 1 >> /SV << /MDP << /P 2 >> /LockDocument /false /Ff 128 >> >>"
    )
    pdf = formats.by_hand(o6=formats.pdfs.OBJECTS[formats.pdfs.SELLER][:-2] + own)
    with refused_as("seed-value-violated") as refusal:
        sign(pdf, request(certify=True), person_signer, Level.B_B, services)
    assert [demand.en for demand in refusal.value.demands] == [
        "a certification with permission 2, which the field's own lock contradicts",
        "that the document is not locked",
    ]


@pytest.mark.slow
def test_a_demanded_timestamp_is_met_from_b_t_on(demands):
    seed = b"/TimeStamp << /URL (https://tsa.example) /Ff 1 >>"
    assert demands(seed) == "a timestamp (--level B-T or higher)"
    assert demands(seed, Level.B_T) == ""
    assert demands(seed.replace(b"/Ff 1", b"/Ff 0")) == ""


# --- the certificate ---


def certificate_seed(flag: int, entries: bytes) -> bytes:
    return b"/Cert << /Type /SVCert " + flagged(flag, entries) + b" >>"


def hexadecimal(*ders: bytes) -> bytes:
    return b"".join(b"<" + der.hex().encode() + b">" for der in ders)


@pytest.fixture(scope="module")
def other(rehearsal) -> bytes:
    """The CA certificate of services, which did not issue the person's."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return rehearsal.service_ca.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("flag", "name", "demand"),
    [
        (SUBJECT, b"/Subject", "one of the certificates that it lists"),
        (ISSUER, b"/Issuer", "a certificate issued by: "),
    ],
)
def test_a_certificate_that_is_not_listed_is_refused(flag, name, demand, demands, other, person_signer):
    unmet = demands(certificate_seed(flag, name + b" [" + hexadecimal(other) + b"]"))
    assert unmet.startswith(demand)
    assert demands(certificate_seed(0, name + b" [" + hexadecimal(other) + b"]")) == ""
    own = person_signer.certificate if flag == SUBJECT else person_signer.chain[0]
    assert demands(certificate_seed(flag, name + b" [" + hexadecimal(other, own) + b"]")) == ""


def test_an_issuer_is_known_by_its_key_and_not_by_its_name(demands, person_signer):
    from datetime import timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    name = x509.load_der_x509_certificate(person_signer.chain[0]).subject
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, utc_now(), utc_now() + timedelta(days=1))
    namesake = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    unmet = demands(certificate_seed(ISSUER, b"/Issuer [" + hexadecimal(namesake) + b"]"))
    assert unmet.startswith("a certificate issued by: ")


def test_any_one_of_several_subjects_will_do(demands):
    wanted = b"/SubjectDN [<< /O (Nobody) >> << /C (JP) >>]"
    assert demands(certificate_seed(SUBJECT_NAME, wanted)) == ""
    unmet = demands(certificate_seed(SUBJECT_NAME, b"/SubjectDN [<< /C (JP) /O (Nobody) >> << /2.5.4.3 (X) >>]"))
    assert unmet == "a certificate issued to: C=JP, O=Nobody | 2.5.4.3=X"


@pytest.mark.parametrize(("usage", "met"), [(b"1", True), (b"X1", True), (b"XXXXX1", False), (b"0", False)])
def test_a_key_usage_is_demanded_bit_by_bit(usage, met, demands):
    unmet = demands(certificate_seed(KEY_USAGE, b"/KeyUsage [(" + usage + b")]"))
    assert unmet == ("" if met else "a certificate with another key usage")


def test_a_certificate_policy_is_refused_as_unchecked(demands):
    unmet = demands(certificate_seed(POLICY, b"/OID [(1.2.3)]"))
    assert unmet == "a certificate policy, which SignKit does not check"


# --- how and when ---


def test_references_in_seed_values_are_followed(person_signer, services):
    field = formats.pdfs.OBJECTS[formats.pdfs.SELLER][:-2] + b"/SV 30 0 R >>"
    pdf = formats.by_hand(o6=field, o30=b"<< /Ff 31 0 R /Reasons 32 0 R >>", o31=b"8", o32=b"[33 0 R]", o33=b"(Sale)")
    with refused_as("seed-value-violated") as refusal:
        sign(pdf, request(), person_signer, Level.B_B, services)
    assert refusal.value.demands[0].ja == "次のいずれかの理由 (--reason): Sale"


def test_before_the_key_is_opened_everything_but_the_key_is_looked_at():
    pdf = formats.seeded(flagged(REASONS | DIGEST, b"/Reasons [(Sale)] /DigestMethod [(SHA1)]"))
    with refused_as("seed-value-violated") as refusal:
        refuse_unwanted(pdf, request(), timestamped=False)
    assert refusal.value.exit_code == 2
    assert refusal.value.message("ja") == (
        "署名欄 'seller' は次の条件を求めています: 次のいずれかの理由 (--reason): Sale。署名していません。"
    )
    refuse_unwanted(pdf, request(reason="Sale"), timestamped=False)


def test_what_is_signed_elsewhere_meets_the_demands_too(person_signer):
    key = DeferredKey.of([person_signer.certificate, *person_signer.chain], "signer.pem")
    pdf = formats.seeded(flagged(REASONS, b"/Reasons [(Sale)]"))
    with refused_as("seed-value-violated"):
        prepare(pdf, ("a.pdf", "b.pdf"), request(), key, Level.B_B, Services(), other_person=True)


@pytest.mark.parametrize(
    "seed",
    [
        b"/MDP << /P 9 >>",
        b"/MDP << >>",
        b"/Ff 4096",
        b"/Reasons " + 10 * b"[" + 10 * b"]",
        b"/Cert << /Subject [<00>] >>",
    ],
    ids=["unknown permission", "no permission", "unknown flag", "too deep", "no certificate"],
)
def test_seed_values_that_cannot_be_read_are_refused(seed, person_signer, services):
    from signkit.errors import PdfNotSignable

    with pytest.raises(PdfNotSignable):
        sign(formats.seeded(seed), request(certify=b"MDP" in seed), person_signer, Level.B_B, services)
