"""Strangers' middleware on the emulated card: OpenSC's PKCS#11 module signs through `signkit.signers.pkcs11`.

It stands in this folder because the PC/SC bench does.  What OpenSC does with the card is its own: a token a PIN, a
signing certificate that shows only after login, flags that follow the card's retry counter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from signkit.card.emulator import EmulatedCard
from signkit.card.reader import list_readers
from signkit.rehearsal.services import utc_now
from signkit.settings import Settings
from signkit.signers.pkcs11_token import load_module
from signkit.signers.registry import SignerContext, open_signer
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from tests import witness
from tests.card.bench import until
from tests.refusals import refused_as
from tests.requirements import require

pytestmark = pytest.mark.slow  # OpenSC reads the card anew for each call

SIGNATURE = "token=JPKI%20%28Digital%20Signature%20PIN%29"
AUTHENTICATION = "token=JPKI%20%28User%20Authentication%20PIN%29"
PASSWORD = "SIGNKIT1"
_MODULES = (
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib64/opensc-pkcs11.so",
)


@pytest.fixture
def module(bench):
    """OpenSC's module, let go of at the end: it keeps its hold on a card as long as it is initialised."""
    path = next((Path(path) for path in _MODULES if Path(path).exists()), None)
    require(path, "OpenSC's PKCS#11 module is not installed")
    pytest.importorskip("pkcs11")
    yield path
    load_module(path).library.finalize()


@pytest.fixture
def card(seller_card):
    return EmulatedCard(seller_card)


class Person:
    def __init__(self, password: str = PASSWORD) -> None:
        self.password = password
        self.asked = []

    def __call__(self, request) -> bytearray:
        self.asked.append(request)
        return bytearray(self.password.encode())


def opened(uri: str, module: Path, person: Person | None = None, **options):
    return open_signer(f"pkcs11:{uri}", SignerContext(person or Person(), Settings(pkcs11_module=module), **options))


def request(field="seller"):
    return SignatureRequest(field, "番号　花子", utc_now())


def test_the_card_signs_through_opensc(bench, card, module, seller_card, blank, tmp_path):
    person = Person()
    with bench.card(card), opened(SIGNATURE, module, person) as signer:
        signed = sign(blank, request(), signer, Level.B_B, Services()).pdf
        assert signer.certificate == seller_card.sign.certificate
        assert len(person.asked) == 1  # its key wants the password every time: one prompt serves login and signature
        signed = sign(signed, request("buyer"), signer, Level.B_B, Services()).pdf
        assert len(person.asked) == 2
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    assert witness.valid_signatures(path) == 2
    assert card.state.tries["signature"] == 5


def test_the_cards_two_pins_are_two_tokens_to_choose_from(bench, card, module):
    with bench.card(card):
        with refused_as("token-ambiguous") as refusal, opened("", module):
            pass
        assert {choice.uri for choice in refusal.value.choices} == {f"pkcs11:{SIGNATURE}", f"pkcs11:{AUTHENTICATION}"}
        assert "00000000" not in str(refusal.value)


def test_the_authentication_key_never_signs_a_document(bench, card, module, blank):
    pin = Person("1234")
    with bench.card(card), opened(AUTHENTICATION, module, pin) as signer, refused_as("key-not-for-documents"):
        sign(blank, request(), signer, Level.B_B, Services())


def test_without_a_card_there_is_no_token(bench, module):
    with refused_as("token-not-found") as refusal, opened(SIGNATURE, module):
        pass
    assert refusal.value.choices == ()


@pytest.mark.parametrize(("tries", "state"), [(5, "not told"), (2, "last")])
def test_a_wrong_password_spends_one_try_and_says_what_the_token_tells(tries, state, bench, card, module):
    card.state.tries["signature"] = tries
    person = Person("WRONG123")
    with bench.card(card), refused_as("token-pin-wrong") as refusal, opened(SIGNATURE, module, person):
        pass
    assert refusal.value.state == state
    assert len(person.asked) == 1
    assert card.state.tries["signature"] == tries - 1


def test_with_one_try_left_nobody_is_asked(bench, card, module):
    card.state.tries["signature"] = 1
    person = Person()
    with bench.card(card), refused_as("token-pin-last-try"), opened(SIGNATURE, module, person):
        pass
    assert person.asked == []
    assert card.state.tries["signature"] == 1


def test_the_last_try_is_used_when_insisted_on(bench, card, module):
    card.state.tries["signature"] = 1
    person = Person()
    with bench.card(card), opened(SIGNATURE, module, person, use_last_try=True) as signer:
        assert len(signer.sign(b"data")) == 256
    assert [r.tries_left for r in person.asked] == [1]
    assert card.state.tries["signature"] == 5


def test_the_last_try_wasted_says_that_the_card_is_locked(bench, card, module):
    card.state.tries["signature"] = 1
    person = Person("WRONG123")
    with (
        bench.card(card),
        refused_as("token-pin-wrong") as refusal,
        opened(SIGNATURE, module, person, use_last_try=True),
    ):
        pass
    assert refusal.value.state == "locked"


def test_a_locked_card_asks_nobody(bench, card, module):
    card.state.tries["signature"] = 0
    person = Person()
    with bench.card(card), refused_as("token-pin-locked"), opened(SIGNATURE, module, person, use_last_try=True):
        pass
    assert person.asked == []


def test_a_card_taken_away_is_one_error_and_the_next_card_signs(bench, card, module, seller_card):
    with bench.card(card) as gone, opened(SIGNATURE, module) as signer:
        signer.sign(b"data")
        gone.set()
        until(lambda: not list_readers()[0].has_card, "empty reader")
        with refused_as("token-failed"):
            signer.sign(b"data")
    with bench.card(EmulatedCard(seller_card)), opened(SIGNATURE, module) as signer:
        assert len(signer.sign(b"data")) == 256
