"""Signing with the (emulated) card: one hold, tries shown, nothing spent needlessly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.transport import Connection
from signkit.errors import CardLocked, PinWrong, ReaderNotFound
from signkit.settings import Settings
from signkit.signers.card import CardSigner, open_card_signer
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from tests.refusals import refused_as


@pytest.fixture
def card(seller_card):
    return EmulatedCard(seller_card)


def signer_on(card, answer="SIGNKIT1", *, observer=None, asked=None, **options):
    def ask(request):
        if asked is not None:
            asked.append(request)
        return bytearray(answer.encode())

    return CardSigner(Connection(EmulatedTransport(card), observer), "test card", ask, **options)


def request(field="seller"):
    return SignatureRequest(field, "番号　花子", datetime.now(UTC).replace(microsecond=0))


@pytest.mark.slow
def test_the_card_signs_and_the_tries_are_told_first(blank, card, seller_card, services):
    asked = []
    with signer_on(card, asked=asked, issuers=(seller_card.sign.ca_certificate,)) as signer:
        signed = sign(blank, request(), signer, Level.B_LT, services).pdf
        assert signer.chain == (seller_card.sign.ca_certificate,)
    assert signed.startswith(blank)
    assert [(r.kind, r.tries_left) for r in asked] == [("signature-password", 5)]


@pytest.mark.slow
def test_at_most_14_round_trips_for_the_first_signature_and_3_for_each_further_one(blank, card, services):
    exchanges = []
    with signer_on(card, observer=exchanges.append) as signer:
        sign(blank, request(), signer, Level.B_B, services)
        first = len(exchanges)
        sign(blank, request("buyer"), signer, Level.B_B, services)
    assert first <= 14
    assert len(exchanges) - first <= 3


def test_a_wrong_password_says_how_many_remain(card):
    with pytest.raises(PinWrong) as refusal, signer_on(card, "WRONG123"):
        pass
    assert refusal.value.tries_left == 4
    assert refusal.value.exit_code == 12


def test_a_malformed_password_spends_no_try(card):
    with refused_as("pin-format-invalid"), signer_on(card, "12"):
        pass
    assert card.state.tries["signature"] == 5


def test_with_one_try_left_nobody_is_even_asked(card):
    card.state.tries["signature"] = 1
    asked = []
    with refused_as("pin-last-try"), signer_on(card, asked=asked):
        pass
    assert asked == []
    assert card.state.tries["signature"] == 1


def test_the_last_try_is_used_when_insisted_on(blank, card, services):
    card.state.tries["signature"] = 1
    with signer_on(card, use_last_try=True) as signer:
        sign(blank, request(), signer, Level.B_B, services)
    assert card.state.tries["signature"] == 5


def test_a_locked_card_says_where_it_is_unlocked(card):
    card.state.tries["signature"] = 0
    with pytest.raises(CardLocked) as refusal, signer_on(card):
        pass
    assert "municipality" in (refusal.value.hint("en") or "")
    assert refusal.value.exit_code == 11


@pytest.mark.slow
def test_the_virtual_card_keeps_its_counter_between_runs(tmp_path):
    settings = Settings(home=tmp_path)
    with pytest.raises(PinWrong), open_card_signer("virtual", lambda _: bytearray(b"WRONG123"), settings):
        pass
    told = []

    def ask(secret_request):
        told.append(secret_request.tries_left)
        return bytearray(b"SIGNKIT1")

    with open_card_signer("virtual", ask, settings) as signer:
        first = signer.certificate
    assert told == [4]
    with open_card_signer("virtual", ask, settings) as signer:
        assert signer.certificate == first
    assert told == [4, 5]


def test_the_password_is_in_no_exception_and_wiped(card):
    given = bytearray(b"WRONG123")
    signer = CardSigner(Connection(EmulatedTransport(card)), "test card", lambda _: given)
    with pytest.raises(PinWrong) as refusal, signer:
        pass
    assert given == bytes(len(given))
    assert "WRONG" not in repr(refusal.value) + str(refusal.value) + repr(vars(refusal.value)) + repr(signer)


@pytest.mark.slow
def test_a_profile_of_the_virtual_card_signs_with_its_own_key(tmp_path, blank, services):
    settings = Settings(home=tmp_path)
    with open_card_signer("virtual:next-generation", lambda _: bytearray(b"SIGNKIT1"), settings) as signer:
        assert (signer.algorithm.key_type, signer.algorithm.digest) == ("ecdsa", "sha384")
        assert sign(blank, request(), signer, Level.B_B, services).pdf.startswith(blank)
    asked = []
    with refused_as("pin-last-try"), open_card_signer("virtual:last-try", asked.append, settings):
        pass
    assert asked == []


def test_a_profile_that_is_not_there_lists_the_others(tmp_path):
    with pytest.raises(ReaderNotFound) as refusal:
        open_card_signer("virtual:gold", lambda _: bytearray(), Settings(home=tmp_path))
    assert "virtual:next-generation" in refusal.value.hint("en")
