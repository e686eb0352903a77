"""What can go wrong between the password and the signature: one clear error each, no try lost, the card let go.

The table in docs/reference/card.md says the same in words.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import pytest

from signkit.card.emulator import Behaviour, EmulatedCard, EmulatedTransport
from signkit.card.jpki import CertificateKind, JpkiApplication
from signkit.card.pin import SIGNATURE
from signkit.card.session import signing_session
from signkit.card.transport import Connection
from signkit.errors import (
    CardAnswerInvalid,
    CardError,
    CardLinkError,
    CardRefused,
    NotAnIndividualNumberCard,
    PinNeeded,
    SignKitError,
)
from tests.card.contents import rsa_contents
from tests.card.faults import (
    GET_RESPONSE,
    READ,
    SELECT_APPLICATION,
    SIGN,
    VERIFY,
    Effect,
    FaultyCard,
    answer,
    be_reset,
    vanish,
    work_and_vanish,
)
from tests.refusals import is_expected, refused_as

DIGEST = hashlib.sha256(b"a contract").digest()


@dataclass(frozen=True)
class Case:
    """At commands that begin with ``prefix`` the card does ``effect``; the user sees ``error``."""

    prefix: bytes | tuple[bytes, ...]
    effect: Effect
    error: type[CardError] | str
    with_data: bool = True


CASES = {
    "pulled out before VERIFY was done": Case(VERIFY, vanish, "pin-outcome-unknown"),
    "pulled out after VERIFY was done": Case(VERIFY, work_and_vanish, "pin-outcome-unknown"),
    "pulled out between VERIFY and the certificate": Case(READ, vanish, CardLinkError),
    "pulled out between VERIFY and the signature": Case(SIGN, vanish, CardLinkError),
    "pulled out while it signs": Case(SIGN, work_and_vanish, CardLinkError),
    "another kind of card": Case(SELECT_APPLICATION, answer(b"\x6a\x82"), NotAnIndividualNumberCard),
    "lies about the tries left": Case(VERIFY, answer(b"\x63\xcf"), CardAnswerInvalid, with_data=False),
    "answers VERIFY with garbage": Case(VERIFY, answer(b"\x12\x34"), CardRefused),
    "garbage for a certificate": Case(READ, answer(bytes(256) + b"\x90\x00"), CardAnswerInvalid),
    "an endless certificate": Case(READ, answer(b"\x30\x82\xff\xff" + b"\x90\x00"), CardAnswerInvalid),
    "a certificate that stops": Case(READ, answer(b"\x30\x82\x06\x00" + bytes(60) + b"\x62\x82"), CardAnswerInvalid),
    "an answer without end": Case((READ, GET_RESPONSE), answer(b"\x00\x61\x00"), CardAnswerInvalid),
    "refuses to sign": Case(SIGN, answer(b"\x69\x82"), CardRefused),
    "garbage for a signature": Case(SIGN, answer(b"\xab" * 256 + b"\x90\x00"), CardAnswerInvalid),
    "half a signature": Case(SIGN, answer(bytes(128) + b"\x90\x00"), CardAnswerInvalid),
    "no signature at all": Case(SIGN, answer(b"\x90\x00"), CardAnswerInvalid),
}


def sign_with(connection) -> bytes:
    with signing_session(connection, bytearray(b"SIGNKIT1")) as session:
        return session.sign("sha256", DIGEST)


@pytest.mark.parametrize("name", CASES)
def test_each_fault_ends_in_one_clear_error(lay, name):
    case = CASES[name]
    card = EmulatedCard(rsa_contents())
    connection = lay(FaultyCard(card, case.prefix, case.effect, with_data=case.with_data))
    with pytest.raises(SignKitError) as caught:
        sign_with(connection)
    assert is_expected(caught.value, case.error)
    assert caught.value.message("ja") != caught.value.message("en")
    assert caught.value.hint("en")
    assert card.state.tries[SIGNATURE.key] == 5


@pytest.mark.parametrize("name", ["pulled out between VERIFY and the signature", "refuses to sign"])
def test_after_a_fault_nothing_is_unlocked_and_the_reader_is_free(lay, name):
    case = CASES[name]
    card = EmulatedCard(rsa_contents(), Behaviour(reselect_drops_verified=False))
    with pytest.raises(SignKitError):
        sign_with(lay(FaultyCard(card, case.prefix, case.effect)))
    connection = lay(card)
    with pytest.raises(PinNeeded):
        JpkiApplication.select(connection).certificate(CertificateKind.SIGN)
    assert sign_with(connection)


def test_a_reset_by_another_program_is_told_apart_from_a_removal():
    """Over PC/SC nobody can reset a card that is held; see test_reader.py for the moments in between."""
    card = FaultyCard(EmulatedCard(rsa_contents()), SIGN, be_reset)
    with refused_as("card-reset"):
        sign_with(Connection(EmulatedTransport(card)))


def test_half_a_status_word_is_no_answer(lay):
    """The reader's driver may call this a broken link; either is clear."""
    with pytest.raises((CardAnswerInvalid, CardLinkError)):
        sign_with(lay(FaultyCard(EmulatedCard(rsa_contents()), SIGN, answer(b"\x90"))))


@pytest.mark.parametrize("behaviour", [Behaviour(part_size=100), Behaviour(corrects_le=True)], ids=["61xx", "6Cxx"])
def test_answers_in_parts_and_wrong_lengths_are_no_faults(lay, behaviour):
    assert sign_with(lay(EmulatedCard(rsa_contents(), behaviour)))


def test_a_certificate_that_is_cut_off_on_the_card(lay):
    contents = rsa_contents()
    cut = replace(contents.sign, certificate=contents.sign.certificate[:900])
    with pytest.raises(CardAnswerInvalid, match="cut off after 900 bytes"):
        sign_with(lay(EmulatedCard(replace(contents, sign=cut), Behaviour(filler=b""))))


def test_a_certificate_of_another_key_is_found_out(lay):
    """The signature is checked with the certificate before anybody relies on it."""
    contents = rsa_contents()
    other = replace(contents.sign, private_key=contents.auth.private_key)
    with pytest.raises(CardAnswerInvalid, match="does not fit the certificate"):
        sign_with(lay(EmulatedCard(replace(contents, sign=other))))
