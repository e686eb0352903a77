"""Binding at a counter: both keys of one card, one after the other, and a registry that tells nothing of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.key_proof import BINDING_DOMAIN, DOMAIN, binding_challenge, check_binding
from signkit.card.session import prove_both_keys
from signkit.card.transport import Connection
from signkit.errors import PinWrong, SignKitError
from signkit.holder.binding import BindingAnchors, FileSigner, judge_binding, judge_file_signer, new_statement
from signkit.holder.card_certificate import authentication_anchors, signing_anchors
from signkit.holder.judgement import Conclusion
from signkit.holder.touch import open_registry
from signkit.rehearsal.pki import HANAKO
from signkit.rehearsal.residents import RESIDENTS
from tests.refusals import refused_as

NOW = datetime.now(UTC).replace(microsecond=0)
STATEMENT = new_statement(NOW)


@pytest.fixture(scope="module")
def other_card(rehearsal):
    return rehearsal.card(RESIDENTS["yoshida"], NOW)


@pytest.fixture(scope="module")
def anchors(rehearsal, tmp_path_factory):
    folder = tmp_path_factory.mktemp("anchors")
    (folder / "auth.pem").write_bytes(rehearsal.authentication_trust_pem())
    (folder / "sign.pem").write_bytes(rehearsal.trust_pem())
    return BindingAnchors(signing_anchors([folder / "sign.pem"]), authentication_anchors([folder / "auth.pem"]))


def prove(transport, statement=STATEMENT, pin=b"1234"):
    with Connection(transport) as connection:
        return prove_both_keys(connection, bytearray(b"SIGNKIT1"), bytearray(pin), statement)


@pytest.fixture(scope="module")
def proof(seller_card):
    return prove(EmulatedTransport(EmulatedCard(seller_card)))


@pytest.fixture(scope="module")
def other_proof(other_card):
    return prove(EmulatedTransport(EmulatedCard(other_card)))


@pytest.fixture
def judge(anchors):
    def judge(proof, statement=STATEMENT, sources=(), now=NOW):
        return judge_binding(proof, statement, anchors, sources, now)

    return judge


def failed(judgement) -> list[str]:
    return [finding.question for finding in judgement.findings if finding.conclusion is Conclusion.FAILED]


def test_both_keys_of_a_card_in_good_standing_pass(judge, proof, rehearsal):
    judgement = judge(proof, sources=[rehearsal.revocation(clock=lambda: NOW)])
    assert judgement.conclusion is Conclusion.PASSED
    questions = [finding.question for finding in judgement.findings]
    assert questions[0] == "keys"
    assert {"signature-issuer", "authentication-issuer", "signature-revocation", "authentication-revocation"} <= set(
        questions
    )


def test_only_the_revocation_may_stay_open(judge, proof):
    assert judge(proof).conclusion is Conclusion.INDETERMINATE
    assert judge(proof).allows_registration


def test_nobody_is_bound_whose_authority_is_not_believed(proof):
    judgement = judge_binding(proof, STATEMENT, BindingAnchors((), ()), (), NOW)
    assert not judgement.allows_registration


def test_a_proof_of_another_day_is_refused(judge, proof):
    assert failed(judge(proof, new_statement(NOW))) == ["keys"]


@pytest.mark.slow
def test_the_halves_of_two_proofs_are_refused(judge, proof, other_proof):
    assert failed(judge(replace(proof, authentication=other_proof.authentication))) == ["keys"]


@pytest.mark.slow
@pytest.mark.parametrize("half", ["certificate", "signature"])
def test_the_authentication_key_answers_for_one_signature_of_one_certificate(judge, proof, other_proof, half):
    assert failed(judge(replace(proof, **{half: getattr(other_proof, half)}))) == ["keys"]


def test_a_revoked_signing_certificate_is_not_bound(judge, proof, rehearsal):
    from asn1crypto import x509

    serial = x509.Certificate.load(proof.certificate).serial_number
    judgement = judge(proof, sources=[rehearsal.revocation(clock=lambda: NOW, revoked={serial: NOW})])
    assert failed(judgement) == ["signature-revocation"]
    assert not judgement.allows_registration


def test_what_has_expired_is_not_bound(judge, proof):
    judgement = judge(proof, now=NOW + timedelta(days=1900))
    assert {"signature-validity", "authentication-validity"} <= set(failed(judgement))


def test_an_authentication_certificate_is_no_signing_certificate(judge, proof, seller_card):
    """A card that shows its authentication pair in both places."""
    twice = replace(seller_card, sign=replace(seller_card.auth))
    judgement = judge(prove(EmulatedTransport(EmulatedCard(twice))))
    assert "signature-certificate" in failed(judgement)


def test_a_device_that_joins_two_cards_is_not_told_apart(judge, seller_card, other_card):
    """What the guide says that a binding does not show; somebody sees the card put on the reader."""
    joined = replace(seller_card, auth=other_card.auth)
    assert judge(prove(EmulatedTransport(EmulatedCard(joined)))).allows_registration


class ExchangedCard:
    """Another card lies there from a command on, its own PINs not verified."""

    stays_held = True

    def __init__(self, first: EmulatedCard, then: EmulatedCard, commands: int) -> None:
        self._first, self._then, self._left = EmulatedTransport(first), EmulatedTransport(then), commands

    def transmit(self, apdu):
        self._left -= 1
        return (self._first if self._left >= 0 else self._then).transmit(apdu)

    def exclusive(self):
        return self._first.exclusive()

    def close(self):
        self._first.close()
        self._then.close()


def test_a_card_that_is_exchanged_meanwhile_is_noticed_whenever_that_is(seller_card, other_card):
    class Counting(EmulatedTransport):
        sent = 0

        def transmit(self, apdu):
            Counting.sent += 1
            return super().transmit(apdu)

    prove(Counting(EmulatedCard(seller_card)))
    for commands in range(2, Counting.sent):
        exchanged = ExchangedCard(EmulatedCard(seller_card), EmulatedCard(other_card), commands)
        with pytest.raises(SignKitError):
            check_binding(prove(exchanged), STATEMENT)


def test_a_wrong_pin_costs_one_try_of_that_secret(seller_card):
    card = EmulatedCard(seller_card)
    with pytest.raises(PinWrong):
        prove(EmulatedTransport(card), pin=b"9999")
    assert (card.state.tries["authentication"], card.state.tries["signature"]) == (2, 5)


def test_the_signing_key_signs_no_other_statement(seller_card):
    card = EmulatedCard(seller_card)
    with pytest.raises(ValueError, match="no such statement"):
        prove(EmulatedTransport(card), b"1\x82 a contract's signed attributes")
    assert card.state.tries["signature"] == 5


def test_what_both_keys_sign_is_told_apart_from_all_else(proof):
    assert proof.statement.startswith(BINDING_DOMAIN)
    assert not proof.statement.startswith(DOMAIN)
    challenge = binding_challenge(proof.certificate, proof.statement, proof.signature)
    assert proof.authentication.challenge == challenge


def test_the_statement_can_be_read_and_is_good_once():
    first, second = new_statement(NOW), new_statement(NOW)
    assert first != second
    assert "利用者証明用の鍵によって" in first.decode()
    assert first.decode().isprintable() is False  # lines
    assert all(line.isprintable() for line in first.decode().splitlines())


# The registry.


@pytest.fixture
def path(tmp_path, proof):
    path = tmp_path / "touch.sqlite"
    with open_registry(path, create=True) as registry:
        registry.bind(proof.authentication.certificate, proof.certificate, NOW, "C-1")
    return path


def test_a_bound_card_is_registered_with_its_customer(path, proof):
    own = proof.authentication.certificate
    with open_registry(path) as registry:
        entry = registry.find(own)
        assert (entry.registered_at, entry.bound_at, entry.customer) == (NOW, NOW, "C-1")
        assert registry.bound_at(own, proof.certificate) == NOW
        assert registry.bound_at(own, own) is None


def test_a_new_signing_certificate_is_bound_beside_the_old(path, proof, other_proof):
    own, later = proof.authentication.certificate, NOW + timedelta(days=400)
    with open_registry(path) as registry:
        registry.bind(own, other_proof.certificate, later)
        assert registry.bound_at(own, proof.certificate) == NOW
        assert registry.bound_at(own, other_proof.certificate) == later
        assert (registry.find(own).bound_at, registry.find(own).customer) == (later, "C-1")


def test_a_signing_certificate_is_bound_to_one_card(path, proof, other_proof):
    with open_registry(path) as registry:
        registry.bind(other_proof.authentication.certificate, proof.certificate, NOW)
        assert registry.bound_at(proof.authentication.certificate, proof.certificate) is None
        assert registry.find(proof.authentication.certificate).bound_at is None
        assert registry.find(proof.authentication.certificate).registered_at == NOW


def test_what_is_bound_to_a_forgotten_card_is_forgotten(path, proof):
    with open_registry(path) as registry:
        assert registry.forget(proof.authentication.certificate)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM binding").fetchone() == (0,)


def test_nothing_of_either_certificate_is_kept(path, proof):
    import hashlib

    from asn1crypto import x509

    content = path.read_bytes()
    for der in (proof.certificate, proof.authentication.certificate):
        parsed = x509.Certificate.load(der)
        assert der[:48] not in content
        assert parsed.serial_number.to_bytes(4, "big") not in content
        assert str(parsed.serial_number).encode() not in content
        assert parsed.subject.native["common_name"].encode() not in content
        assert all(hashlib.new(name, der).digest() not in content for name in ("sha1", "sha256", "sha512"))
    assert HANAKO.name.encode() not in content
    assert proof.signature[:32] not in content
    assert proof.statement.splitlines()[-1] not in content


@pytest.mark.parametrize("version", [1, 2])
def test_a_registry_of_an_earlier_version_goes_on(path, proof, other_proof, version):
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("DROP TABLE binding")
        if version == 1:
            old.execute("ALTER TABLE card DROP COLUMN customer")
        old.execute(f"PRAGMA user_version = {version}")
    own = proof.authentication.certificate
    with open_registry(path) as registry:
        assert (registry.find(own).registered_at, registry.find(own).bound_at) == (NOW, None)
        registry.bind(own, proof.certificate, NOW)
    with open_registry(path) as registry:
        assert registry.bound_at(own, proof.certificate) == NOW


def test_a_registry_of_a_later_version_is_left_alone(path):
    with closing(sqlite3.connect(path)) as later, later:
        later.execute("PRAGMA user_version = 4")
    with refused_as("touch-registry-unusable", match="version"), open_registry(path):
        pass


# Who signed a file.


@pytest.mark.parametrize(
    ("verdicts", "conclusion"),
    [
        (("passed",), Conclusion.PASSED),
        (("open",), Conclusion.INDETERMINATE),
        (("failed",), Conclusion.FAILED),
        (("failed", "open", "passed"), Conclusion.PASSED),
        (("failed", "open"), Conclusion.INDETERMINATE),
    ],
)
def test_the_holder_is_who_signed_as_far_as_the_signature_holds(path, proof, verdicts, conclusion):
    signers = [FileSigner(f"field{at}", proof.certificate, verdict) for at, verdict in enumerate(verdicts)]
    with open_registry(path) as registry:
        found = judge_file_signer(registry, proof.authentication.certificate, signers)
    assert (found.question, found.conclusion) == ("signer", conclusion)


@pytest.mark.slow
def test_who_signed_with_another_certificate_is_somebody_else(path, proof, other_proof):
    with open_registry(path) as registry:
        signers = [FileSigner("buyer", other_proof.certificate, "passed")]
        found = judge_file_signer(registry, proof.authentication.certificate, signers)
    assert found.conclusion is Conclusion.FAILED


def test_without_a_binding_nothing_is_said(path, proof, other_proof):
    with open_registry(path) as registry:
        registry.register(other_proof.authentication.certificate, NOW)
        signers = [FileSigner("buyer", proof.certificate, "passed")]
        found = judge_file_signer(registry, other_proof.authentication.certificate, signers)
    assert found.conclusion is Conclusion.INDETERMINATE
