"""Presenting a secret: no try is lost that need not be, and the secret is left nowhere."""

from __future__ import annotations

import dataclasses

import pytest

from signkit.card import pin
from signkit.card.emulator import Behaviour, EmulatedCard, EmulatedTransport
from signkit.card.jpki import JpkiApplication
from signkit.card.pin import AUTHENTICATION, SIGNATURE
from signkit.card.transport import Connection
from signkit.errors import CardAnswerInvalid, CardLocked, CardRefused, PinWrong
from tests.card.contents import rsa_contents
from tests.card.faults import VERIFY, FaultyCard, answer, vanish, work_and_vanish
from tests.refusals import refused_as

WRONG = b"WRONG123"


def new_card(tries: int = 5, **behaviour) -> EmulatedCard:
    card = EmulatedCard(rsa_contents(), Behaviour(**behaviour))
    card.state.tries[SIGNATURE.key] = tries
    return card


def application(card) -> JpkiApplication:
    return JpkiApplication.select(Connection(EmulatedTransport(card)))


def test_a_lower_case_password_is_put_in_upper_case():
    application(new_card()).verify(SIGNATURE, bytearray(b"signkit1"))


@pytest.mark.parametrize("value", [b"SHORT", b"A" * 17, b"PASS-WORD", "ＳＩＧＮＫＩＴ".encode(), b"", b"SIGNKIT1\n"])
def test_a_password_that_cannot_be_right_is_not_sent(value):
    card = FaultyCard(new_card(), VERIFY, vanish)
    with refused_as("pin-format-invalid"):
        application(card).verify(SIGNATURE, bytearray(value))
    assert card.state.tries[SIGNATURE.key] == 5


@pytest.mark.parametrize("value", [b"123", b"12345", b"12A4", "１２３４".encode()])
def test_a_pin_that_cannot_be_right_is_not_sent(value):
    card = FaultyCard(new_card(), VERIFY, vanish)
    with refused_as("pin-format-invalid"):
        application(card).verify(AUTHENTICATION, bytearray(value))


def test_a_wrong_password_says_how_many_tries_are_left():
    card = new_card()
    with pytest.raises(PinWrong) as caught:
        application(card).verify(SIGNATURE, bytearray(WRONG))
    assert caught.value.tries_left == 4
    assert "署名用電子証明書の暗証番号" in caught.value.message("ja")
    assert "残り4回" in caught.value.message("ja")


def test_the_right_password_gives_all_tries_back():
    card = new_card(tries=2)
    application(card).verify(SIGNATURE, bytearray(b"SIGNKIT1"))
    assert card.state.tries[SIGNATURE.key] == 5


def test_the_last_try_is_not_used():
    card = new_card(tries=1)
    with refused_as("pin-last-try"):
        application(card).verify(SIGNATURE, bytearray(b"SIGNKIT1"))
    assert card.state.tries[SIGNATURE.key] == 1


def test_the_last_try_is_used_when_insisted_on():
    card = new_card(tries=1)
    application(card).verify(SIGNATURE, bytearray(b"SIGNKIT1"), use_last_try=True)
    assert card.state.tries[SIGNATURE.key] == 5


def test_a_wrong_last_try_locks_the_card():
    with pytest.raises(CardLocked) as caught:
        application(new_card(tries=1)).verify(SIGNATURE, bytearray(WRONG), use_last_try=True)
    assert "municipality" in caught.value.hint("en")


@pytest.mark.parametrize("status", [0x6983, 0x6984])
def test_a_locked_card_is_not_asked_again(status):
    with pytest.raises(CardLocked):
        application(new_card(tries=0, blocked_status=status)).verify(SIGNATURE, bytearray(b"SIGNKIT1"))


@pytest.mark.parametrize("status", ["63C0", "6983", "6984"])
def test_every_status_that_means_blocked_is_understood(status):
    card = FaultyCard(new_card(), VERIFY, answer(bytes.fromhex(status)))
    with pytest.raises(CardLocked):
        application(card).verify(SIGNATURE, bytearray(b"SIGNKIT1"))


def test_the_tries_left_are_asked_without_lc_and_le():
    """A card answers 6700 to ``00 20 00 80 00``; the emulated one does the same."""
    card = FaultyCard(new_card(), VERIFY, vanish)
    assert application(card).tries_left(SIGNATURE) == 5
    assert card.sent[-1] == bytes.fromhex("00200080")


def test_asking_for_the_tries_left_costs_none():
    card = new_card(tries=3)
    asked = application(card)
    assert [asked.tries_left(SIGNATURE) for _ in range(5)] == [3] * 5


@pytest.mark.parametrize("status", ["63CF", "63C6", "9000", "6700", "6300"])
def test_a_card_that_lies_about_its_tries_is_given_no_password(status):
    card = FaultyCard(new_card(), VERIFY, answer(bytes.fromhex(status)), with_data=False)
    with pytest.raises(CardAnswerInvalid):
        application(card).verify(SIGNATURE, bytearray(b"SIGNKIT1"))
    assert not any(b"SIGNKIT1" in wire for wire in card.sent)


def test_a_card_that_claims_more_tries_after_a_wrong_one_is_not_believed():
    card = FaultyCard(new_card(tries=2), VERIFY, answer(bytes.fromhex("63C5")))
    with pytest.raises(PinWrong) as caught:
        application(card).verify(SIGNATURE, bytearray(WRONG))
    assert caught.value.tries_left == 1


def test_an_unexpected_status_is_a_refusal():
    card = FaultyCard(new_card(), VERIFY, answer(bytes.fromhex("6700")))
    with pytest.raises(CardRefused, match="6700"):
        application(card).verify(SIGNATURE, bytearray(b"SIGNKIT1"))


@pytest.mark.parametrize(("fault", "left"), [(vanish, 5), (work_and_vanish, 4)])
def test_a_link_that_breaks_in_verify_leaves_the_count_unknown(fault, left):
    card = FaultyCard(new_card(), VERIFY, fault)
    with refused_as("pin-outcome-unknown"):
        application(card).verify(SIGNATURE, bytearray(WRONG))
    assert sum(WRONG in wire for wire in card.sent) == 1, "the password was sent again"
    assert application(card.card).tries_left(SIGNATURE) == left


def test_an_answer_that_is_none_leaves_the_count_unknown():
    with refused_as("pin-outcome-unknown"):
        application(FaultyCard(new_card(), VERIFY, answer(b"\x90"))).verify(SIGNATURE, bytearray(WRONG))


def test_a_password_is_changed():
    card = new_card()
    application(card).change_pin(SIGNATURE, bytearray(b"SIGNKIT1"), bytearray(b"newword22"))
    application(card).verify(SIGNATURE, bytearray(b"NEWWORD22"))


def test_a_new_password_of_the_wrong_form_risks_no_try():
    card = FaultyCard(new_card(), VERIFY, vanish)
    with refused_as("pin-format-invalid"):
        application(card).change_pin(SIGNATURE, bytearray(b"SIGNKIT1"), bytearray(b"NO"))


def test_a_change_with_a_wrong_password_changes_nothing():
    card = new_card()
    with pytest.raises(PinWrong):
        application(card).change_pin(SIGNATURE, bytearray(WRONG), bytearray(b"NEWWORD22"))
    application(card).verify(SIGNATURE, bytearray(b"SIGNKIT1"))


# The secret is left nowhere.

_FAULTS = {
    "accepted": (b"SIGNKIT1", None),
    "wrong": (WRONG, None),
    "wrong form": (b"SECRET-WORD", None),
    "pulled before": (WRONG, vanish),
    "pulled after": (WRONG, work_and_vanish),
    "garbage": (WRONG, answer(b"\x01")),
    "refused": (WRONG, answer(bytes.fromhex("6700"))),
    "blocked": (WRONG, answer(bytes.fromhex("6983"))),
}


@pytest.mark.parametrize("name", _FAULTS)
@pytest.mark.parametrize("lower", [False, True])
def test_a_secret_is_wiped_and_appears_in_no_exception(name, lower):
    value, fault = _FAULTS[name]
    given = bytearray(value.lower() if lower else value)
    card = new_card()
    subject = application(FaultyCard(card, VERIFY, fault) if fault else card)
    error = _raised(lambda: subject.verify(SIGNATURE, given))
    assert given == bytes(len(given))
    if error is not None:
        shown = _everything_shown(error)
        assert value.decode().lower() not in shown.lower()
        assert value.hex() not in shown.lower()


def _raised(act) -> BaseException | None:
    try:
        act()
    except Exception as error:
        return error
    return None


def _everything_shown(error: BaseException | None) -> str:
    """Its words, its facts, and the local variables of every frame of the product it passed."""
    shown = []
    while error is not None:
        shown += [str(error), repr(error), repr(getattr(error, "__dict__", {}))]
        trace = error.__traceback__
        while trace is not None:
            if "signkit" in trace.tb_frame.f_code.co_filename and "tests" not in trace.tb_frame.f_code.co_filename:
                shown += [
                    _deep(value) for value in trace.tb_frame.f_locals.values() if not isinstance(value, EmulatedCard)
                ]
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
    return "\n".join(shown)


def _deep(value: object) -> str:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return repr(value) + "".join(_deep(getattr(value, field.name)) for field in dataclasses.fields(value))
    return repr(value)


def test_the_check_for_left_secrets_finds_one():
    """The test above could not fail if its search were blind: ``normalise`` alone does not wipe."""
    assert "SECRET-WORD" in _everything_shown(_raised(lambda: pin.normalise(SIGNATURE, bytearray(b"SECRET-WORD"))))


def test_every_form_accepts_what_the_card_takes():
    assert SIGNATURE.accepts(b"ABC123")
    assert AUTHENTICATION.accepts(b"0000")
    assert pin.CODE_B.accepts(b"55021720352285")
    assert pin.BIRTH_DATE.accepts(b"550217")
