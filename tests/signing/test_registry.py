"""The registry's format: strangers accept it, our check of its requirements does, and nothing else is made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.transport import Connection
from signkit.errors import UsageProblem
from signkit.rehearsal.cards import kept_contents
from signkit.rehearsal.evidence_services import utc_now
from signkit.settings import Settings
from signkit.signers.base import KeyAlgorithm
from signkit.signers.card import CardSigner
from signkit.signers.csc import open_csc_signer
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.deferred import DeferredKey, complete, prepare, read_request
from signkit.signing.levels import Level, Services, extend, sign
from signkit.signing.pades import prepare_field
from signkit.signing.request import SignatureRequest
from signkit.signing.signature_formats import SignatureFormat
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.profile import ProfileName
from tests import witness
from tests.refusals import refused_as
from tests.signers.csc_server import CscServer
from tests.validation import pki

ROLES = ("seller", "buyer", "broker")


def request(field="seller", **changes):
    return replace(SignatureRequest(field, "番号　花子", utc_now(), profile=SignatureFormat.REGISTRY), **changes)


def held(pdf):
    options = ValidationOptions(offline=True, profile=ProfileName.REGISTRY)
    return validate_pdf(pdf, name="contract.pdf", options=options).profile


def signer_of(key):
    start, end = utc_now() - pki.DAY, utc_now() + pki.YEAR
    holder = pki.issue(pki.authority(start=start, end=end), key=key, start=start, end=end)
    return Pkcs12Signer(SoftwareKey.of(key, "test"), holder.der, ())


@pytest.fixture(scope="module")
def by_three(blank, person_signer):
    pdf = blank
    for role in ROLES:
        pdf = sign(pdf, request(role), person_signer, Level.B_B, Services()).pdf
    return pdf


@pytest.mark.slow
def test_three_signers_are_valid_for_strangers(by_three, trust_pem, tmp_path):
    path = tmp_path / "signed.pdf"
    path.write_bytes(by_three)
    answer = witness.run("pdfsig", "-nocert", path).stdout
    assert answer.count("Signature Validation: Signature is Valid.") == 3
    assert answer.count("Signature Type: adbe.pkcs7.detached") == 3
    assert answer.count("Total document signed") == 1
    witness.check_structure(path)
    for number in range(3):
        assert witness.openssl_cms_verifies(by_three, number, trust_pem, tmp_path)


@pytest.mark.slow
def test_three_signers_meet_every_requirement(by_three):
    assert held(by_three).violated == ()
    assert all(item.fulfilled for item in held(by_three).requirements)


@pytest.mark.slow
def test_the_attributes_are_those_of_plain_cms_and_the_time_is_that_of_the_dictionary(by_three):
    der, _ = witness.extract_signature(by_three, 0)
    [info] = cms.ContentInfo.load(der)["content"]["signer_infos"]
    attributes = {item["type"].native: item["values"][0].native for item in info["signed_attrs"]}
    assert set(attributes) == {"content_type", "message_digest", "signing_time"}
    assert info["unsigned_attrs"].native is None
    stated = validate_pdf(by_three, name="x", options=ValidationOptions(offline=True)).signatures[0].claimed_time
    assert attributes["signing_time"] == stated


@pytest.mark.slow
def test_an_altered_file_is_refused_by_strangers_and_by_us(by_three, trust_pem, tmp_path):
    forged = by_three.replace(b"/MediaBox", b"/mediaBox", 1)
    (tmp_path / "forged.pdf").write_bytes(forged)
    assert witness.valid_signatures(tmp_path / "forged.pdf") == 0
    assert not witness.openssl_cms_verifies(forged, 0, trust_pem, tmp_path)
    assert validate_pdf(forged, name="x", options=ValidationOptions(offline=True)).verdict == "TOTAL-FAILED"


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_no_level_above_b_b(level, blank, person_signer, services):
    with pytest.raises(UsageProblem, match="level B-B only"):
        sign(blank, request(), person_signer, level, services)


@pytest.mark.slow
def test_a_copy_extended_for_keeping_is_none_for_the_registry(by_three, services):
    assert set(held(extend(by_three, Level.B_LTA, services).pdf).violated) == {
        "no-timestamp", "no-security-store", "no-update",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "ECDSA 256 SHA256"),
        (ec.generate_private_key(ec.SECP384R1()), "ECDSA 384 SHA384"),
        (rsa.generate_private_key(65537, 3072), "RSA 3072 SHA256"),
    ],
    ids=["p-256", "p-384", "rsa-3072"],
)
def test_another_key_is_refused_and_named(key, kind, blank):
    with refused_as("key-not-for-registry") as refusal:
        sign(blank, request(), signer_of(key), Level.B_B, Services())
    assert refusal.value.kind == kind
    assert "RSA key of 2048 bits" in refusal.value.hint("en")


@pytest.mark.parametrize("algorithm", [("rsa", "sha512"), ("rsa-pss", "sha256")])
def test_an_rsa_key_that_signs_otherwise_is_refused(algorithm, person_signer):
    with refused_as("key-not-for-registry"):
        SignatureFormat.REGISTRY.refuse_key(person_signer.certificate, KeyAlgorithm(*algorithm))


def test_pades_takes_every_key(person_signer):
    SignatureFormat.PADES.refuse_key(person_signer.certificate, KeyAlgorithm("rsa-pss", "sha512"))


def test_a_prepared_file_has_the_format_too(blank, person_signer):
    prepared = prepare_field(blank, request(), person_signer, 4000, timestamped=False)
    assert b"/SubFilter /adbe.pkcs7.detached" in prepared.pdf


@pytest.mark.slow
def test_signed_elsewhere_it_is_the_same_format(blank, person_signer):
    key = DeferredKey.of([person_signer.certificate, *person_signer.chain], "signer.pem")
    names = ("contract.pdf", "prepared.pdf")
    asked, prepared = prepare(blank, names, request(), key, Level.B_B, Services(), other_person=True)
    asked = read_request(asked.to_json(), "request.json")
    signature = person_signer.sign(asked.attributes)
    now = utc_now()
    signed = complete(asked, prepared, key, signature, Services(), now=now, other_person=True).pdf
    assert asked.profile is SignatureFormat.REGISTRY
    assert held(signed).violated == ()


# --- before a PIN is asked for -------------------------------------------------------------------------------


class NobodyAsked:
    def __call__(self, request):
        raise AssertionError(f"asked for {request}")


@pytest.mark.slow
def test_a_card_of_the_next_generation_is_refused_before_its_password(kept_home):
    card = EmulatedCard(kept_contents(kept_home / "rehearsal", "next-generation"))
    signer = CardSigner(
        Connection(EmulatedTransport(card)), "card", NobodyAsked(), accept=SignatureFormat.REGISTRY.refuse_key
    )
    with refused_as("key-not-for-registry"), signer:
        pass
    assert card.state.tries["signature"] == 5


def test_a_remote_key_is_refused_before_its_pin(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    (token := tmp_path / "token").touch(0o600)
    token.write_text("token-1")
    with CscServer([signer_of(key).certificate], key) as server:
        server.info_changes = {"key": {"status": "enabled", "algo": ["1.2.840.10045.4.3.2"], "len": 256}}
        signer = open_csc_signer(
            f"{server.address}#key-1",
            NobodyAsked(),
            Settings(csc_token_file=token),
            accept=SignatureFormat.REGISTRY.refuse_key,
        )
        with refused_as("key-not-for-registry"), signer:
            pass
