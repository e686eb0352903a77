"""Every kind of signature that a PDF may hold: PAdES, PKCS#7, the two old ones, and CMS files."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from signkit.pki.algorithms import SignatureAlgorithm, UnknownAlgorithm, verify
from signkit.validation.cms_file import validate_cms
from signkit.validation.report import Verdict
from tests.validation import pdfs, pki
from tests.validation.conftest import codes


@pytest.fixture(scope="module")
def rsa_signer(world):
    return pki.issue(world.ca, "RSA", key=rsa.generate_private_key(public_exponent=65537, key_size=2048))


def test_adbe_pkcs7_detached(world):
    report = world.only(world.sign(pdfs.build(), sub_filter=b"adbe.pkcs7.detached"))
    assert (report.verdict, report.level) == (Verdict.PASSED, "PKCS7-B")


def test_adbe_pkcs7_sha1_signs_the_digest_of_the_bytes(world):
    def make(content):
        digest = hashlib.sha1(content).digest()
        return pki.signed_data(digest, world.signer, encapsulate=digest)

    report = world.only(pdfs.sign(pdfs.build(), make, sub_filter=b"adbe.pkcs7.sha1"))
    assert report.intact
    wrong = world.only(pdfs.sign(pdfs.build(), lambda _: make(b"other"), sub_filter=b"adbe.pkcs7.sha1"))
    assert (wrong.verdict, wrong.sub_indication) == (Verdict.FAILED, "HASH_FAILURE")


@pytest.mark.slow
def test_adbe_x509_rsa_sha1_is_a_bare_signature_beside_its_certificate(world, rsa_signer):
    def make(content):
        return pki.octets(rsa_signer.key.sign(content, PKCS1v15(), hashes.SHA1()))

    extra = b" /Cert <" + rsa_signer.der.hex().encode() + b">"
    pdf = pdfs.sign(pdfs.build(), make, sub_filter=b"adbe.x509.rsa_sha1", extra=extra)
    report = world.only(pdf)
    assert report.intact
    assert (report.signer.common_name, report.signature_algorithm) == ("RSA", "sha1_rsa")
    assert report.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    assert not world.only(pdf.replace(b"Pay 100", b"Pay 900")).intact


def test_an_encapsulated_other_content_does_not_help(world):
    """The CMS carries and signs something else than the document's bytes."""
    report = world.only(
        pdfs.sign(pdfs.build(), lambda _: pki.signed_data(b"other", world.signer, encapsulate=b"other"))
    )
    assert (report.verdict, report.sub_indication) == (Verdict.FAILED, "HASH_FAILURE")


def test_signed_attributes_of_pycas_own_builder(world, rsa_signer):
    def make(content):
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(rsa_signer.certificate, rsa_signer.key, hashes.SHA256())
        return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])

    assert world.only(pdfs.sign(pdfs.build(), make, sub_filter=b"adbe.pkcs7.detached")).verdict is Verdict.PASSED


def test_a_cms_file_with_its_content(world):
    report = validate_cms(pki.signed_data(b"x", world.signer, encapsulate=b"x"), name="x.p7m", options=world.options)
    assert (report.kind, report.verdict, report.signatures[0].level) == ("cms", Verdict.PASSED, "CAdES-B-B")


def test_a_detached_cms_file_needs_its_content(world):
    data = pki.signed_data(b"x", world.signer)
    without = validate_cms(data, name="x.p7s", options=world.options)
    assert without.signatures[0].sub_indication == "SIGNED_DATA_NOT_FOUND"
    assert not without.signatures[0].intact
    assert validate_cms(data, name="x.p7s", options=world.options, content=b"x").verdict is Verdict.PASSED
    assert validate_cms(data, name="x.p7s", options=world.options, content=b"y").verdict is Verdict.FAILED


def test_several_signers_of_a_cms_file_are_judged_one_by_one(world):
    data = pki.signed_data(b"x", world.signer, pki.issue(world.ca, "Taro"), encapsulate=b"x")
    report = validate_cms(data, name="x.p7m", options=world.options)
    assert report.verdict is Verdict.PASSED
    assert len(report.signatures) == 2


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80", b"\x30\x03\x02\x01\x01", b"-----BEGIN CMS-----\nx"])
def test_what_is_no_cms_is_unreadable(world, data):
    assert validate_cms(data, name="x.p7m", options=world.options).verdict is Verdict.UNREADABLE


def test_a_signature_by_another_key_fails(world):
    other = pki.issue(world.ca, "Taro")
    forged = pki.Holder(world.signer.certificate, other.key)
    report = world.only(pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, forged)))
    assert (report.verdict, report.sub_indication, codes(report)) == (
        Verdict.FAILED,
        "SIG_CRYPTO_FAILURE",
        ["signature-wrong"],
    )


@pytest.mark.parametrize(
    ("key", "family"),
    [(ed25519.Ed25519PrivateKey.generate(), "ed25519"), (ed448.Ed448PrivateKey.generate(), "ed448")],
)
def test_edwards_curves(key, family):
    algorithm, signature = SignatureAlgorithm(family, None), key.sign(b"message")
    assert verify(key.public_key(), algorithm, signature, b"message")
    assert not verify(key.public_key(), algorithm, signature, b"other")


def test_a_key_of_another_kind_is_not_judged(rsa_signer):
    with pytest.raises(UnknownAlgorithm):
        verify(rsa_signer.key.public_key(), SignatureAlgorithm("ecdsa", "sha256"), b"x", b"message")
