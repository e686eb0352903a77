"""User authentication as a web service does it: a challenge out, a proof in, a judgement with reasons."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.session import authenticate
from signkit.card.transport import Connection
from signkit.holder.authentication import (
    new_challenge,
    read_challenge,
    read_proof,
    verify_authentication,
    write_challenge,
    write_proof,
)
from signkit.holder.card_certificate import authentication_anchors
from signkit.holder.judgement import Conclusion
from signkit.rehearsal.authority import new_ec_key
from signkit.rehearsal.pki import HANAKO, key_contents, new_rehearsal
from tests.refusals import refused_as

NOW = datetime.now(UTC).replace(microsecond=0)
PASSED, FAILED, INDETERMINATE = Conclusion.PASSED, Conclusion.FAILED, Conclusion.INDETERMINATE


@pytest.fixture(scope="module")
def challenge():
    return new_challenge(NOW)


@pytest.fixture(scope="module")
def proof(seller_card, challenge):
    return prove(seller_card, challenge)


@pytest.fixture
def anchors(rehearsal, tmp_path):
    path = tmp_path / "auth.pem"
    path.write_bytes(rehearsal.authentication_trust_pem())
    return authentication_anchors([path])


@pytest.fixture
def sources(rehearsal):
    return [rehearsal.revocation(clock=lambda: NOW)]


def prove(contents, challenge):
    return authenticate(Connection(EmulatedTransport(EmulatedCard(contents))), bytearray(b"1234"), challenge.value)


def judge(proof, challenge, anchors, sources=(), **options):
    judgement = verify_authentication(proof, challenge, anchors, sources=sources, **({"now": NOW} | options))
    return judgement, {finding.question: finding.conclusion for finding in judgement.findings}


@pytest.mark.slow
def test_a_proof_passes_where_everything_is_known(proof, challenge, anchors, sources):
    judgement, found = judge(proof, challenge, anchors, sources)
    assert judgement.conclusion is PASSED
    assert list(found) == ["challenge", "time", "signature", "certificate", "issuer", "validity", "revocation"]


@pytest.mark.slow
def test_without_revocation_data_it_stays_open(proof, challenge, anchors):
    judgement, found = judge(proof, challenge, anchors)
    assert judgement.conclusion is INDETERMINATE
    assert [question for question, conclusion in found.items() if conclusion is not PASSED] == ["revocation"]


def test_a_rehearsals_ca_is_believed_only_when_named(proof, challenge, sources):
    judgement, found = judge(proof, challenge, authentication_anchors(), sources)
    assert judgement.conclusion is INDETERMINATE
    assert found["issuer"] is INDETERMINATE


def test_a_named_rehearsal_is_called_one(proof, challenge, anchors):
    judgement, _ = judge(proof, challenge, anchors)
    reason = next(finding.reason for finding in judgement.findings if finding.question == "issuer")
    assert "rehearsal" in reason.en
    assert "リハーサル" in reason.ja


def test_another_challenge_fails(proof, anchors, sources):
    judgement, found = judge(proof, new_challenge(NOW), anchors, sources)
    assert judgement.conclusion is FAILED
    assert found["challenge"] is FAILED


def test_without_a_challenge_of_ones_own_it_may_be_a_repetition(proof, anchors, sources):
    _, found = judge(proof, None, anchors, sources)
    assert found["challenge"] is INDETERMINATE


@pytest.mark.parametrize(
    ("after", "conclusion"),
    [
        (timedelta(0), PASSED),
        (timedelta(minutes=5), PASSED),
        (timedelta(minutes=5, seconds=1), FAILED),
        (timedelta(seconds=-60), PASSED),
        (timedelta(seconds=-61), FAILED),
    ],
)
def test_a_challenge_is_good_for_five_minutes(proof, challenge, anchors, after, conclusion):
    _, found = judge(proof, challenge, anchors, now=NOW + after)
    assert found["time"] is conclusion


def test_a_false_signature_fails(proof, challenge, anchors):
    false = replace(proof, signature=proof.signature[:-1] + bytes((proof.signature[-1] ^ 1,)))
    _, found = judge(false, challenge, anchors)
    assert found["signature"] is FAILED


@pytest.mark.slow
def test_a_signature_of_another_holders_card_fails(proof, challenge, anchors, rehearsal):
    other = rehearsal.card(HANAKO, NOW)
    _, found = judge(replace(proof, certificate=other.auth.certificate), challenge, anchors)
    assert found["signature"] is FAILED


@pytest.mark.slow
def test_a_signature_over_the_bare_challenge_fails(proof, challenge, anchors, seller_card):
    """The key signs challenges only under their domain: what another protocol had signed proves nothing here."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    key = load_der_private_key(seller_card.auth.private_key, None)
    bare = replace(proof, signature=key.sign(challenge.value, padding.PKCS1v15(), hashes.SHA256()))
    _, found = judge(bare, challenge, anchors)
    assert found["signature"] is FAILED


@pytest.mark.slow
def test_a_signing_certificate_does_not_authenticate(challenge, anchors, seller_card, rehearsal):
    swapped = replace(seller_card, auth=seller_card.sign)
    judgement, found = judge(prove(swapped, challenge), challenge, anchors)
    assert (judgement.conclusion, found["certificate"], found["signature"]) == (FAILED, FAILED, PASSED)


@pytest.mark.slow
def test_a_certificate_of_another_ca_of_the_same_name_is_not_believed(challenge, anchors):
    stranger = new_rehearsal().card(HANAKO, NOW)
    _, found = judge(prove(stranger, challenge), challenge, anchors)
    assert (found["signature"], found["issuer"]) == (PASSED, INDETERMINATE)


@pytest.mark.slow
def test_a_ca_that_makes_certificates_does_not_authenticate(challenge, anchors, rehearsal):
    authority = rehearsal.authentication_ca
    contents = replace(rehearsal.card(HANAKO, NOW), auth=key_contents(authority, authority))
    _, found = judge(prove(contents, challenge), challenge, anchors)
    assert found["certificate"] is FAILED


@pytest.mark.parametrize(
    ("at", "conclusion"), [(timedelta(days=-1), FAILED), (timedelta(0), PASSED), (timedelta(days=1900), FAILED)]
)
def test_a_certificate_counts_within_its_validity_only(proof, challenge, anchors, at, conclusion):
    _, found = judge(proof, challenge, anchors, now=NOW + at)
    assert found["validity"] is conclusion


def test_a_revoked_certificate_fails(proof, challenge, anchors, rehearsal, seller_card):
    from asn1crypto import x509

    serial = x509.Certificate.load(seller_card.auth.certificate).serial_number
    revoked = rehearsal.revocation(clock=lambda: NOW, revoked={serial: NOW - timedelta(days=3)})
    judgement, found = judge(proof, challenge, anchors, [revoked])
    assert (judgement.conclusion, found["revocation"]) == (FAILED, FAILED)
    assert str(serial) not in repr(judgement)


@pytest.mark.parametrize("age", [timedelta(days=3), timedelta(hours=-2)])
def test_revocation_evidence_must_be_of_the_present(proof, challenge, anchors, rehearsal, age):
    stale = rehearsal.revocation(clock=lambda: NOW - age)
    _, found = judge(proof, challenge, anchors, [stale])
    assert found["revocation"] is INDETERMINATE


@pytest.mark.slow
def test_the_next_generations_key_authenticates(challenge, anchors, rehearsal):
    _, identity = rehearsal.identities(HANAKO, NOW, new_key=new_ec_key)
    contents = replace(rehearsal.card(HANAKO, NOW), auth=key_contents(identity, rehearsal.authentication_ca))
    proof = prove(contents, challenge)
    judgement, found = judge(proof, challenge, anchors)
    assert (proof.hash_name, found["signature"], judgement.conclusion) == ("sha384", PASSED, INDETERMINATE)


def test_garbage_for_a_certificate_fails(proof, challenge, anchors):
    judgement, found = judge(replace(proof, certificate=b"0\x03abc"), challenge, anchors)
    assert judgement.conclusion is FAILED
    assert found["certificate"] is FAILED


def test_the_shipped_authentication_cas_are_the_anchors():
    assert [anchor.label.name for anchor in authentication_anchors()] == ["auth-ca-2015", "auth-ca-2023"]


# Files.


def test_challenge_and_proof_survive_a_file(challenge, proof):
    assert read_challenge(write_challenge(challenge)) == challenge
    assert read_proof(write_proof(proof)) == proof


def test_two_challenges_are_never_the_same():
    assert new_challenge(NOW).value != new_challenge(NOW).value


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "signkit-challenge/2"},
        {"challenge": "*"},
        {"challenge": "AAAA"},
        {"challenge": 7},
        {"issued_at": "yesterday"},
        {"issued_at": "2026-11-21T09:00:00"},
    ],
    ids=str,
)
def test_what_is_no_challenge_is_refused(challenge, change):
    raw = json.loads(write_challenge(challenge)) | change
    with refused_as("authentication-file-invalid"):
        read_challenge(json.dumps(raw).encode())


@pytest.mark.parametrize(
    "change",
    [{"hash": "md5"}, {"hash": ["sha256"]}, {"certificate": "*"}, {"signature": None}, {"challenge": "AAAA"}],
    ids=str,
)
def test_what_is_no_proof_is_refused(proof, change):
    raw = json.loads(write_proof(proof)) | change
    with refused_as("authentication-file-invalid"):
        read_proof(json.dumps(raw).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000, b" " * 100_000])
def test_garbage_is_refused(data):
    with refused_as("authentication-file-invalid"):
        read_proof(data)


def test_an_item_that_is_missing_is_refused(proof):
    raw = json.loads(write_proof(proof))
    del raw["signature"]
    with refused_as("authentication-file-invalid", match="missing"):
        read_proof(json.dumps(raw).encode())


# An imported list, as accredited verifiers have it.


@pytest.fixture
def imported(rehearsal, seller_card, tmp_path):
    """A function that imports a list naming the card or not, and returns the source that answers from it."""
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    from signkit.pki.revocation.crl_import import import_crl
    from signkit.pki.revocation.indexed import IndexedRevocation

    serial = x509.Certificate.load(seller_card.auth.certificate).serial_number
    authority = rehearsal.authentication_ca

    def make(*, revoked: bool):
        (tmp_path / "auth.crl").write_bytes(
            rehearsal.revocation(clock=lambda: NOW, revoked={serial: NOW - timedelta(days=1)} if revoked else None).crl(
                authority
            )
        )
        issuer = x509.Certificate.load(authority.certificate.public_bytes(Encoding.DER))
        import_crl(tmp_path / "auth.crl", tmp_path / "index", [issuer], NOW)
        return [IndexedRevocation(tmp_path / "index")]

    return make


@pytest.mark.parametrize(
    ("revoked", "after", "conclusion"),
    [
        (False, timedelta(0), PASSED),
        (False, timedelta(days=2), INDETERMINATE),
        (True, timedelta(0), FAILED),
        (True, timedelta(days=2), FAILED),
    ],
)
def test_an_imported_list_answers_while_it_is_in_date(proof, challenge, anchors, imported, revoked, after, conclusion):
    _, found = judge(proof, challenge, anchors, imported(revoked=revoked), now=NOW + after)
    assert found["revocation"] is conclusion


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_the_worst_of_an_imported_list_and_of_what_a_service_answers_counts(
    proof, challenge, anchors, imported, rehearsal, seller_card, listed, answered, order
):
    from asn1crypto import x509

    serial = x509.Certificate.load(seller_card.auth.certificate).serial_number
    service = rehearsal.revocation(clock=lambda: NOW, revoked={serial: NOW - timedelta(days=3)} if answered else None)
    _, found = judge(proof, challenge, anchors, [*imported(revoked=listed), service][::order])
    assert found["revocation"] is (FAILED if listed or answered else PASSED)
