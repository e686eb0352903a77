"""Signing with a key whose certificate comes with its signature, and with nothing written where either is wrong."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.errors import UsageProblem
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO
from signkit.signers.base import KeyAlgorithm, NamedSignature
from signkit.signing.deferred import prepare, read_request
from signkit.signing.late import sign_late
from signkit.signing.levels import Level, Services
from signkit.signing.request import SignatureRequest
from signkit.signing.signature_formats import SignatureFormat
from signkit.signing.terms import SignatureTerms, admit, request_maker
from signkit.validation.options import ValidationOptions
from tests import witness
from tests.refusals import refused_as
from tests.signers.auth_app_world import PhoneWorld, with_query
from tests.signing import formats

NAMES = ("contract.pdf", "prepared.pdf")


@dataclass
class Late:
    """A key that shows its certificate late, in software."""

    key: object
    certificate: bytes = b""
    asked: int = 0
    is_rehearsal: bool = True

    def sign_and_name(self, data):
        self.asked += 1
        return NamedSignature(self.key.sign(data), self.certificate or self.key.certificate, self.key.chain)


@pytest.fixture(scope="module")
def contract():
    """The sales contract with 番号 花子 as its seller."""
    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    data["seller"] |= {"name": "番号 花子", "signer": "番号 花子", "address": HANAKO.address}
    return render_contract(template, data).pdf


@pytest.fixture
def late(person_signer):
    return Late(person_signer)


def asked(**changes):
    given = {"profile": SignatureFormat.PKCS7, **changes}
    return SignatureRequest("seller", "番号　花子", utc_now().replace(microsecond=0), **given)


@pytest.mark.slow
@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_reached(contract, late, services, tmp_path, level):
    signed, key = sign_late(contract, asked(), late, level, services)
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed.pdf)
    assert signed.pdf.startswith(contract)
    assert (witness.valid_signatures(path), key.certificate) == (1, late.key.certificate)
    witness.check_structure(path)


@pytest.mark.slow
def test_the_signature_names_no_certificate_and_states_the_time(contract, late, services):
    from asn1crypto import cms

    signed, _ = sign_late(contract, asked(), late, Level.B_T, services)
    data, _ = witness.extract_signature(signed.pdf, 0)
    info = cms.ContentInfo.load(data)["content"]["signer_infos"][0]
    assert {item["type"].native for item in info["signed_attrs"]} == {"content_type", "message_digest", "signing_time"}
    assert [item["type"].native for item in info["unsigned_attrs"]] == ["signature_time_stamp_token"]
    assert b"/adbe.pkcs7.detached" in signed.pdf


@pytest.mark.slow
def test_pades_is_refused_before_anybody_is_asked(contract, late, services):
    with refused_as("certificate-needed"):
        sign_late(contract, asked(profile=SignatureFormat.PADES), late, Level.B_B, services)
    assert late.asked == 0


@pytest.mark.slow
def test_a_level_that_cannot_be_reached_is_refused_before_anybody_is_asked(contract, late):
    with refused_as("timestamp-unavailable"):
        sign_late(contract, asked(), late, Level.B_T, Services())
    with pytest.raises(UsageProblem):
        sign_late(contract, asked(profile=SignatureFormat.REGISTRY), late, Level.B_T, Services())
    assert late.asked == 0


@pytest.mark.slow
def test_the_registrys_format_goes_without_a_certificate_too(contract, late, services):
    signed, _ = sign_late(contract, asked(profile=SignatureFormat.REGISTRY), late, Level.B_B, services)
    assert signed.pdf.startswith(contract)


@pytest.mark.slow
def test_another_persons_certificate_is_refused(blank, late, services):
    """The example's seller is not 番号 花子."""
    with refused_as("signer-not-party"):
        sign_late(blank, asked(), late, Level.B_B, services)
    assert sign_late(blank, asked(), late, Level.B_B, services, other_person=True)


@pytest.mark.slow
def test_a_certificate_that_is_not_the_keys_is_refused(contract, late, services, rehearsal):
    from cryptography.hazmat.primitives.serialization import Encoding

    signing, _ = rehearsal.identities(HANAKO, utc_now())
    late.certificate = signing.certificate.public_bytes(Encoding.DER)
    with refused_as("request-signature-unfit"):
        sign_late(contract, asked(), late, Level.B_B, services)


@pytest.mark.slow
def test_an_authentication_key_is_refused(contract, services, seller_card):
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    from signkit.signers.p12 import Pkcs12Signer
    from signkit.signers.software import SoftwareKey

    contents = seller_card.auth
    key = SoftwareKey.of(load_der_private_key(contents.private_key, None), "test")
    late = Late(Pkcs12Signer(key, contents.certificate, (contents.ca_certificate,)))
    with refused_as("key-not-for-documents"):
        sign_late(contract, asked(), late, Level.B_B, services, other_person=True)


def test_another_kind_of_key_is_refused(contract, late, services, rehearsal):
    from cryptography.hazmat.primitives.serialization import Encoding

    from signkit.rehearsal.authority import new_ec_key

    signing, _ = rehearsal.identities(HANAKO, utc_now(), new_key=new_ec_key)
    late.certificate = signing.certificate.public_bytes(Encoding.DER)
    with refused_as("request-key-unfit", match="RSA SHA256"):
        sign_late(contract, asked(), late, Level.B_B, services)


def test_a_demand_of_the_field_on_the_certificate_is_looked_at_when_it_is_known(late, services, rehearsal):
    """Issuers that the author lists: another CA's, so that this certificate will not do (ISO 32000-2 table 238)."""
    from cryptography.hazmat.primitives.serialization import Encoding

    other = rehearsal.service_ca.certificate.public_bytes(Encoding.DER)

    def issued_by(der):
        return formats.seeded(b"/Cert << /Type /SVCert /Ff 2 /Issuer [<" + der.hex().encode() + b">] >>")

    with refused_as("seed-value-violated"):
        sign_late(issued_by(other), asked(), late, Level.B_B, services, other_person=True)
    assert sign_late(issued_by(late.key.chain[0]), asked(), late, Level.B_B, services, other_person=True)


def test_a_request_for_nobody_yet_travels(contract, services):
    request, _ = prepare(contract, NAMES, asked(), None, Level.B_B, services)
    travelled = read_request(request.to_json(), "request.json")
    assert (travelled, travelled.certificate_sha256) == (request, None)
    assert travelled.algorithm == KeyAlgorithm("rsa", "sha256")


@pytest.mark.parametrize(
    ("changes", "name"), [({}, "番号 花子"), ({"witness": True}, ""), ({"other_person": True}, "")], ids=str
)
def test_the_name_is_the_partys_where_the_certificate_will_be_held_against_it(contract, changes, name):
    terms = SignatureTerms("seller", profile=SignatureFormat.PKCS7, **changes)
    admission = admit(contract, terms, "contract.pdf", ValidationOptions())
    request = request_maker(terms, None, party=admission.party)(admission.certify)
    assert (request.name, request.appearance is not None) == (name, bool(name))


# --- the phone's own refusals, with a file ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def phone_home(kept_home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("phone") / "home"
    shutil.copytree(kept_home, folder)
    return folder


@pytest.fixture
def world(phone_home):
    pytest.importorskip("joserfc")
    with PhoneWorld(phone_home) as running:
        yield running


@pytest.mark.slow
def test_the_phone_signs_a_file(contract, world, services):
    signed, key = sign_late(contract, asked(), world.phone(), Level.B_T, services)
    assert signed.pdf.startswith(contract)
    assert key.certificate


#: What goes wrong between the request and the file, and what is said of it.
WRONG = {
    "another state": (lambda world: {"redirect": lambda at: with_query(at, state="x" * 43)}, "another state"),
    "another nonce": (lambda world: {"change": world.id_token(nonce="other")}, "another nonce"),
    "expired": (lambda world: {"change": world.id_token(iat=1_600_000_000, exp=1_600_000_600)}, "expired"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_gives_no_file(contract, world, services, name):
    wrong, words = WRONG[name]
    vars(world).update(wrong(world))
    with refused_as("auth-app-failed", match=words):
        sign_late(contract, asked(), world.phone(), Level.B_B, services)


@pytest.mark.slow
def test_the_answer_to_an_earlier_file_gives_no_file(contract, world, services):
    """A replay: the result of the first signature comes again for the second."""
    results = []

    def first(answer):
        results.append(answer)
        return replace(results[0])

    world.change = {"/api/sign-transactions/": first}
    sign_late(contract, asked(), world.phone(), Level.B_B, services)
    with refused_as("auth-app-failed", match="another transaction"):
        sign_late(contract, asked(), world.phone(), Level.B_B, services)
