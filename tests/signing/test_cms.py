"""The CMS that we build, key kind by key kind, in openssl's eyes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.rehearsal.authority import issue_organisation_certificate
from signkit.rehearsal.evidence_services import utc_now
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.cms import Statement, build_signature, estimate_size, make_signature
from tests import witness
from tests.refusals import refused_as

KEYS = {
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa-3072": lambda: rsa.generate_private_key(65537, 3072),
    "p-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p-521": lambda: ec.generate_private_key(ec.SECP521R1()),
}
CONTENT = b"the signed bytes"


def signer_with(key, rehearsal) -> Pkcs12Signer:
    certificate = issue_organisation_certificate(rehearsal.service_ca, "Tester", "Test", key, utc_now())
    return Pkcs12Signer(SoftwareKey.of(key, "test"), certificate.public_bytes(Encoding.DER), ())


def digest_for(signer: Pkcs12Signer) -> bytes:
    return hashlib.new(signer.algorithm.digest, CONTENT).digest()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KEYS)
def test_openssl_verifies_every_key_kind(kind, rehearsal, trust_pem, tmp_path):
    signer = signer_with(KEYS[kind](), rehearsal)
    der = build_signature(signer, digest_for(signer))
    (tmp_path / "s.der").write_bytes(der)
    (tmp_path / "content").write_bytes(CONTENT)
    answer = witness.run(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "s.der",
        "-content", tmp_path / "content", "-CAfile", trust_pem, "-purpose", "any", "-out", tmp_path / "out",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert len(der) <= estimate_size(signer)


def test_ed25519_names_sha512_as_rfc_8419_asks(rehearsal):
    signer = signer_with(ed25519.Ed25519PrivateKey.generate(), rehearsal)
    info = cms.ContentInfo.load(build_signature(signer, digest_for(signer)))["content"]["signer_infos"][0]
    assert info["digest_algorithm"]["algorithm"].native == "sha512"
    assert info["signature_algorithm"]["algorithm"].native == "ed25519"


@pytest.mark.slow
def test_the_der_is_canonical(rehearsal):
    signer = signer_with(KEYS["p-256"](), rehearsal)
    der = build_signature(signer, digest_for(signer))
    parsed = cms.ContentInfo.load(der, strict=True)
    assert parsed.copy().dump(force=True) == der


def test_the_signing_certificate_is_bound_by_its_digest(rehearsal):
    signer = signer_with(KEYS["p-256"](), rehearsal)
    info = cms.ContentInfo.load(build_signature(signer, digest_for(signer)))["content"]["signer_infos"][0]
    [reference] = [a["values"][0] for a in info["signed_attrs"] if a["type"].native == "signing_certificate_v2"]
    assert reference["certs"][0]["cert_hash"].native == hashlib.sha256(signer.certificate).digest()
    assert "signing_time" not in [a["type"].native for a in info["signed_attrs"]]


def test_a_signing_time_is_stated_where_asked_for(rehearsal):
    signer = signer_with(KEYS["p-256"](), rehearsal)
    moment = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    made = make_signature(signer, digest_for(signer), Statement(signing_time=moment))
    info = cms.ContentInfo.load(made.to_der())["content"]
    times = [
        a["values"][0].native for a in info["signer_infos"][0]["signed_attrs"] if a["type"].native == "signing_time"
    ]
    assert times == [moment]


def test_the_root_is_not_sent_along(person_signer):
    signed = cms.ContentInfo.load(build_signature(person_signer, hashlib.sha256(CONTENT).digest()))["content"]
    [only] = signed["certificates"]
    assert only.chosen.dump() == person_signer.certificate


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        (lambda: rsa.generate_private_key(65537, 1024), "its RSA key has 1024 bits; at least 2048 are needed"),
        (lambda: ec.generate_private_key(ec.SECP256K1()), "cannot sign here"),
    ],
    ids=["rsa-1024", "secp256k1"],
)
def test_a_weak_or_strange_key_is_refused(key, cause):
    with refused_as("key-file-unusable", match=cause):
        SoftwareKey.of(key(), "weak.p12")
