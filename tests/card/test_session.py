"""Signing, authenticating and touching, each over both transports."""

from __future__ import annotations

import hashlib
import inspect

import pytest
from cryptography import x509

from signkit.card import session as session_module
from signkit.card.authentication import DOMAIN, check_authentication
from signkit.card.emulator import Behaviour, EmulatedCard
from signkit.card.jpki import CertificateKind, JpkiApplication
from signkit.card.pin import AUTHENTICATION, SIGNATURE
from signkit.card.session import (
    authenticate,
    change_pin,
    read_certificate,
    read_status,
    signing_session,
    touch,
)
from signkit.errors import CardAnswerInvalid, CardLocked, CardRefused, PinNeeded, PinWrong
from tests.card.contents import ec_contents, rsa_contents
from tests.refusals import refused_as

DIGEST = hashlib.sha256(b"a contract").digest()


def password() -> bytearray:
    return bytearray(b"SIGNKIT1")


def test_a_session_signs_with_the_signature_key(lay):
    with signing_session(lay(EmulatedCard(rsa_contents())), password()) as session:
        signature = session.sign("sha256", DIGEST)
    assert session.certificate == rsa_contents().sign.certificate
    session.key.verify("sha256", DIGEST, signature)
    with pytest.raises(CardAnswerInvalid):
        session.key.verify("sha256", hashlib.sha256(b"another contract").digest(), signature)


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_rsa_signs_with_each_hash(lay, hash_name):
    digest = hashlib.new(hash_name, b"a contract").digest()
    with signing_session(lay(EmulatedCard(rsa_contents())), password()) as session:
        session.key.verify(hash_name, digest, session.sign(hash_name, digest))


def test_the_next_generation_signs_with_ecdsa(lay):
    digest = hashlib.sha384(b"a contract").digest()
    with signing_session(lay(EmulatedCard(ec_contents())), password()) as session:
        assert (session.key.algorithm, session.key.hashes) == ("ecdsa", ("sha384",))
        session.key.verify("sha384", digest, session.sign("sha384", digest))


def test_a_hash_that_the_key_does_not_sign_is_refused(lay):
    with (
        signing_session(lay(EmulatedCard(ec_contents())), password()) as session,
        pytest.raises(ValueError, match="ecdsa"),
    ):
        session.sign("sha256", DIGEST)


def test_a_digest_of_another_size_is_refused(lay):
    with (
        signing_session(lay(EmulatedCard(rsa_contents())), password()) as session,
        pytest.raises(ValueError, match="no sha256 digest"),
    ):
        session.sign("sha256", DIGEST[:20])


def test_the_password_is_wiped_before_the_first_signature(lay):
    given = password()
    with signing_session(lay(EmulatedCard(rsa_contents())), given):
        assert given == bytes(8)


@pytest.mark.parametrize("reads_short", [True, False])
def test_the_first_signature_takes_14_round_trips_and_each_further_one(lay, reads_short):
    seen = []
    connection = lay(EmulatedCard(rsa_contents(), Behaviour(short_identifiers=reads_short)), seen.append)
    with signing_session(connection, password()) as session:
        session.sign("sha256", DIGEST)
        assert len(rsa_contents().sign.certificate) > 7 * 256, "not the 8 reads that the largest certificates take"
        assert len(seen) == (14 if reads_short else 16)
        session.sign("sha256", DIGEST)
        assert len(seen) == (15 if reads_short else 17)


def test_the_application_is_selected_once_a_session(lay):
    """Selecting it again may drop what was verified; this card does drop it."""
    seen = []
    with signing_session(lay(EmulatedCard(rsa_contents()), seen.append), password()) as session:
        session.sign("sha256", DIGEST)
        session.ca_certificate()
        session.sign("sha256", DIGEST)
    assert sum(exchange.header[:3] == b"\x00\xa4\x04" for exchange in seen) == 1


@pytest.mark.parametrize("drops", [True, False])
def test_nothing_stays_unlocked_after_a_session(lay, drops):
    connection = lay(EmulatedCard(rsa_contents(), Behaviour(reselect_drops_verified=drops)))
    with signing_session(connection, password()):
        pass
    with pytest.raises(PinNeeded):
        JpkiApplication.select(connection).certificate(CertificateKind.SIGN)


def test_nothing_stays_unlocked_after_a_session_that_failed(lay):
    connection = lay(EmulatedCard(rsa_contents(), Behaviour(reselect_drops_verified=False)))
    with pytest.raises(RuntimeError), signing_session(connection, password()):
        raise RuntimeError
    with pytest.raises(PinNeeded):
        JpkiApplication.select(connection).certificate(CertificateKind.SIGN)


def test_a_session_that_is_over_signs_no_more(lay):
    with signing_session(lay(EmulatedCard(rsa_contents())), password()) as session:
        pass
    with pytest.raises(CardRefused):
        session.sign("sha256", DIGEST)


def test_two_sessions_follow_one_another(lay):
    connection = lay(EmulatedCard(rsa_contents()))
    for _ in range(2):
        with signing_session(connection, password()) as session:
            session.sign("sha256", DIGEST)


def test_a_wrong_password_opens_no_session(lay):
    card = EmulatedCard(rsa_contents())
    with pytest.raises(PinWrong), signing_session(lay(card), bytearray(b"WRONG123")):
        pass
    assert card.state.tries == EmulatedCard(rsa_contents()).state.tries | {SIGNATURE.key: 4}


def test_the_person_is_asked_once_the_tries_left_are_known(lay):
    """And the count of round trips stays the same."""
    seen, told, typed = [], [], []
    connection = lay(EmulatedCard(rsa_contents()), seen.append)

    def ask(tries: int) -> bytearray:
        told.append(tries)
        typed.append(password())
        return typed[-1]

    with signing_session(connection, ask) as session:
        session.sign("sha256", DIGEST)
    assert (told, typed, len(seen)) == ([5], [bytearray(8)], 14)


@pytest.mark.parametrize(("tries", "error"), [(0, CardLocked), (1, "pin-last-try")])
def test_the_person_is_not_asked_in_vain(lay, tries, error):
    card = EmulatedCard(rsa_contents())
    card.state.tries[SIGNATURE.key] = tries
    with refused_as(error), signing_session(lay(card), lambda _: pytest.fail("asked")):
        pass


def test_a_pin_is_changed(lay):
    connection = lay(EmulatedCard(rsa_contents()))
    new = bytearray(b"4321")
    change_pin(connection, AUTHENTICATION, lambda _: bytearray(b"1234"), new)
    assert new == bytes(4)
    authenticate(connection, bytearray(b"4321"))


def test_authentication_proves_the_holder(lay):
    proof = authenticate(lay(EmulatedCard(rsa_contents())), bytearray(b"1234"), b"a challenge of 24 bytes.")
    check_authentication(proof, b"a challenge of 24 bytes.")
    assert proof.certificate == rsa_contents().auth.certificate


def test_authentication_makes_its_own_challenge(lay):
    connection = lay(EmulatedCard(ec_contents()))
    proofs = [authenticate(connection, bytearray(b"1234")) for _ in range(2)]
    assert len({proof.challenge for proof in proofs}) == 2
    check_authentication(proofs[0], proofs[0].challenge)


def test_a_proof_answers_no_other_challenge(lay):
    proof = authenticate(lay(EmulatedCard(rsa_contents())), bytearray(b"1234"))
    with pytest.raises(ValueError, match="another challenge"):
        check_authentication(proof, bytes(32))


def test_the_authentication_key_signs_no_document(lay):
    """A challenge that is a document's hash or signed attributes yields no signature over that document."""
    attributes = b"\x31\x4b" + bytes(75)
    proof = authenticate(lay(EmulatedCard(rsa_contents())), bytearray(b"1234"), attributes)
    key = x509.load_der_x509_certificate(proof.certificate).public_key()
    recovered = key.recover_data_from_signature(proof.signature, _pkcs1(), _sha256())
    assert recovered == hashlib.sha256(DOMAIN + attributes).digest()
    assert recovered != hashlib.sha256(attributes).digest()


def test_no_function_takes_a_digest_for_the_authentication_key():
    takers = [
        name
        for owner in (session_module, session_module.SigningSession, JpkiApplication)
        for name, function in inspect.getmembers(owner, inspect.isfunction)
        if "digest" in inspect.signature(function).parameters and not name.startswith("_")
    ]
    assert takers == ["sign", "sign"]
    assert "_SIGNATURE_KEY_EF" in inspect.getsource(JpkiApplication.sign)


@pytest.mark.parametrize("challenge", [b"short", bytes(257)])
def test_a_challenge_of_the_wrong_size_risks_no_try(lay, challenge):
    card = EmulatedCard(rsa_contents())
    given = bytearray(b"9999")
    with pytest.raises(ValueError, match="16 to 256"):
        authenticate(lay(card), given, challenge)
    assert card.state.tries[AUTHENTICATION.key] == 3
    assert given == bytes(4)


def test_touching_needs_no_pin(lay):
    assert touch(lay(EmulatedCard(rsa_contents()))) == rsa_contents().auth.certificate


def test_the_signing_certificate_is_read_after_its_password(lay):
    connection = lay(EmulatedCard(rsa_contents()))
    given = password()
    assert read_certificate(connection, CertificateKind.SIGN, given) == rsa_contents().sign.certificate
    assert given == bytes(8)
    with pytest.raises(PinNeeded):
        read_certificate(connection, CertificateKind.SIGN)


def test_a_smartphones_certificate_is_read_after_its_pin(lay):
    connection = lay(EmulatedCard(rsa_contents(), Behaviour(certificate_needs_pin=True)))
    with pytest.raises(PinNeeded):
        touch(connection)
    certificate = read_certificate(connection, CertificateKind.AUTH, lambda tries: bytearray(b"1234"))
    assert certificate == rsa_contents().auth.certificate


def test_a_ca_certificate_needs_no_secret(lay):
    needless = password()
    certificate = read_certificate(lay(EmulatedCard(rsa_contents())), CertificateKind.SIGN_CA, needless)
    assert certificate == rsa_contents().sign.ca_certificate
    assert needless == bytes(8)


def test_the_status_is_read_without_a_pin(lay):
    status = read_status(lay(EmulatedCard(rsa_contents())))
    assert (status.signature_tries, status.authentication_tries) == (5, 3)


def _pkcs1():
    from cryptography.hazmat.primitives.asymmetric import padding

    return padding.PKCS1v15()


def _sha256():
    from cryptography.hazmat.primitives import hashes

    return hashes.SHA256()
