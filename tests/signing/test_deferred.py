"""Signing elsewhere: the request, and what completing it refuses."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest

from signkit.rehearsal.evidence_services import utc_now
from signkit.signing import deferred
from signkit.signing.deferred import DeferredKey, complete, prepare, read_request
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from tests import witness
from tests.refusals import refused_as

NAMES = ("contract.pdf", "contract-seller-prepared.pdf")


@pytest.fixture(scope="module")
def contract():
    """The sales contract with 番号 花子 as its seller."""
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.render import render_contract
    from signkit.contracts.template import find_template
    from signkit.rehearsal.pki import HANAKO

    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    data["seller"] |= {"name": "番号 花子", "signer": "番号 花子", "address": HANAKO.address}
    return render_contract(template, data).pdf


@pytest.fixture(scope="module")
def key(person_signer):
    return DeferredKey.of([person_signer.certificate, *person_signer.chain], "signer.pem")


def asked(role="seller", **changes):
    return SignatureRequest(role, "番号　花子", utc_now().replace(microsecond=0), **changes)


def prepared_for(contract, key, services, level=Level.B_B):
    return prepare(contract, NAMES, asked(), key, level, services)


@pytest.fixture(scope="module")
def prepared(contract, key, services):
    return prepared_for(contract, key, services)


def finish(prepared, key, signature, services, **changes):
    request, pdf = prepared
    return complete(replace(request, **changes), pdf, key, signature, services, now=utc_now())


@pytest.mark.slow
@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_reached_with_a_key_that_was_elsewhere(contract, key, person_signer, services, tmp_path, level):
    request, pdf = prepared_for(contract, key, services, level)
    travelled = read_request(request.to_json(), "request.json")
    assert travelled == request
    signed = complete(travelled, pdf, key, person_signer.sign(travelled.attributes), services, now=utc_now())
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed.pdf)
    assert signed.pdf.startswith(contract)
    assert witness.valid_signatures(path) == 1
    witness.check_structure(path)


@pytest.mark.slow
def test_a_signature_over_the_digest_alone_completes_it(prepared, key, seller_card, services):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, utils
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    to_sign = json.loads(prepared[0].to_json())["to_sign"]
    private = load_der_private_key(seller_card.sign.private_key, None)
    digest = bytes.fromhex(to_sign["digest"])
    signature = private.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    assert finish(prepared, key, b64encode(signature) + b"\n", services).pdf


@pytest.mark.slow
def test_the_request_shows_the_person_what_is_signed(prepared, contract):
    shown = json.loads(prepared[0].to_json())["display"]
    assert shown["title"]["ja"] == "不動産売買契約書"
    assert {"role": "seller", "name": "番号 花子"} in shown["parties"]
    assert shown["what"]["en"] == "番号　花子 signs contract.pdf as seller."


def test_the_request_holds_neither_certificate_nor_address(prepared, person_signer):
    raw = prepared[0].to_json()
    assert b64encode(person_signer.certificate)[:40] not in raw
    assert "霞が関".encode() not in raw


def test_a_changed_prepared_file_is_refused(prepared, key, person_signer, services):
    request, pdf = prepared
    altered = pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert altered != pdf
    with refused_as("request-file-changed"):
        finish((request, altered), key, person_signer.sign(request.attributes), services)


def test_a_file_exchanged_together_with_its_digests_is_refused(prepared, key, person_signer, services, contract):
    import hashlib

    request, _ = prepared
    other, pdf = prepare(
        contract, NAMES, replace(asked(), time=utc_now() + timedelta(hours=1)), key, Level.B_B, services
    )
    assert other.attributes != request.attributes
    with refused_as("request-file-changed"):
        finish(
            (request, pdf), key, person_signer.sign(request.attributes), services,
            sha256=hashlib.sha256(pdf).hexdigest(), start=other.start, end=other.end,
        )  # fmt: skip
    with refused_as("request-signature-unfit"):  # the whole request exchanged too: the key signed something else
        finish((other, pdf), key, person_signer.sign(request.attributes), services)


def test_a_room_that_is_not_empty_is_refused(prepared, key, person_signer, services):
    request, _ = prepared
    with refused_as("request-file-changed"):
        finish(prepared, key, person_signer.sign(request.attributes), services, start=request.start - 2)


def test_an_expired_request_is_refused(prepared, key, person_signer, services):
    request, pdf = prepared
    with refused_as("request-expired"):
        complete(request, pdf, key, person_signer.sign(request.attributes), services, now=request.expires)


def test_another_certificate_is_refused(prepared, person_signer, services):
    issuer = DeferredKey.of([person_signer.chain[0]], "other.pem")
    with refused_as("request-certificate-other"):
        finish(prepared, issuer, person_signer.sign(prepared[0].attributes), services)


def test_a_signature_over_something_else_is_refused(prepared, key, person_signer, services):
    with refused_as("request-signature-unfit"):
        finish(prepared, key, person_signer.sign(prepared[0].attributes + b"\0"), services)


def test_an_endless_signature_is_refused(prepared, key, services):
    with refused_as("request-signature-unfit"):
        finish(prepared, key, b"A" * 100_000, services)


def test_another_party_than_the_contract_names_is_refused(blank, key, services):
    with refused_as("signer-not-party"):
        prepare(blank, NAMES, asked(), key, Level.B_B, services)


def test_a_witness_signs_with_a_key_of_another_name(blank, key, services):
    request, _ = prepare(blank, NAMES, asked(witness=True), key, Level.B_B, services)
    assert request.witness


def test_a_request_for_a_party_whose_turn_it_is_not_is_refused(contract, key, services):
    with refused_as("out-of-turn"):
        prepare(contract, NAMES, asked("buyer", witness=True), key, Level.B_B, services)


@pytest.mark.slow
def test_a_role_that_has_signed_meanwhile_is_refused(contract, key, person_signer, services):
    signed = sign(contract, asked(), person_signer, Level.B_B, services).pdf
    prepared = prepare(signed, NAMES, asked("buyer", witness=True), key, Level.B_B, services)
    with refused_as("field-signed"):
        finish(prepared, key, person_signer.sign(prepared[0].attributes), services, role="seller")


@pytest.mark.slow
def test_more_certificates_than_the_room_holds_are_refused(prepared, key, person_signer, services):
    longer = replace(key, chain=tuple(certificates(20)))
    with refused_as("request-room-too-small"):
        finish(prepared, longer, person_signer.sign(prepared[0].attributes), services)


def certificates(count):
    from cryptography.hazmat.primitives.serialization import Encoding

    from signkit.rehearsal.authority import issue_organisation_certificate, new_authority, new_rsa_key

    authority, key = new_authority("Many", utc_now()), new_rsa_key()
    for number in range(count):
        certificate = issue_organisation_certificate(authority, f"Many {number}", "Many", key, utc_now())
        yield certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda _: b"", "no JSON"),
        (lambda _: b"[" * 100_000, ""),
        (lambda _: b" " * 1_000_001, "larger than any request"),
        (lambda _: b"\xff\xfe", "no JSON"),
        (lambda content: content | {"schema": "signkit-deferred/2"}, "$.schema"),
        (lambda content: content | {"more": 1}, "$ is not"),
        (lambda content: content | {"level": "B-XL"}, "$.level"),
        (lambda content: content | {"expires": "2026-13-41T00:00:00Z"}, "does not match format"),
        (lambda content: content | {"file": content["file"] | {"name": "../contract.pdf"}}, "folder"),
        (lambda content: content | {"file": content["file"] | {"name": "C:contract.pdf"}}, "folder"),
        (lambda content: content | {"file": content["file"] | {"start": -1}}, "$.file.start"),
        (lambda content: content | {"to_sign": content["to_sign"] | {"attributes": "*"}}, "base64"),
    ],
    ids=[
        "empty", "deep", "endless", "no text", "other schema", "more items", "level", "no time", "folder", "drive",
        "negative", "no base64",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(prepared, spoil, cause):
    content = spoil(json.loads(prepared[0].to_json()))
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    with refused_as("request-unreadable") as refusal:
        read_request(raw, "request.json")
    assert cause in str(refusal.value)
    assert "署名依頼ではありません" in refusal.value.message("ja")


def test_a_request_lives_a_day(prepared):
    assert prepared[0].expires - prepared[0].created == deferred.LIFETIME == timedelta(hours=24)
