"""The emulated card itself, command by command, where the other tests do not reach."""

from __future__ import annotations

import pytest

from signkit.card.emulator import Behaviour, EmulatedCard, EndOfFile
from tests.card.contents import rsa_contents

JPKI = "00A4040C0AD392F000260100000001"
PASSWORD = b"SIGNKIT1".hex()


def answers(card: EmulatedCard, *commands: str) -> list[str]:
    return [card.process(bytes.fromhex(command)).hex().upper() for command in commands]


@pytest.fixture
def card() -> EmulatedCard:
    return EmulatedCard(rsa_contents())


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00A4040C07A0000002471001", "6A82"),
        ("00A4040C09A00000030800001000", "6A82"),
        ("00A4000C023F00", "6A82"),
        ("00CA006E00", "6D00"),
        ("80CA9F7F00", "6D00"),
        ("FFCA000000", "6D00"),
        ("00A4000C", "6A86"),
        ("00A40000", "6A86"),
        ("00", "6700"),
        ("", "6700"),
        ("00200080FF31", "6700"),
        ("00B000000000", "6700"),
    ],
)
def test_foreign_and_broken_commands_are_refused(card, command, status):
    assert answers(card, command) == [status]


def test_selecting_the_master_file_changes_nothing(card):
    assert answers(card, JPKI, "00A4020C02001B", "00A40000", "00200080") == ["9000", "9000", "9000", "63C5"]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00B0000000", "6986"),
        ("00200080", "6986"),
        ("002401800431323334", "6986"),
        ("802A008001AA00", "6986"),
        ("802A000001AA00", "6986"),
        ("00A4020C020099", "6A82"),
        ("00B09D0000", "6A82"),
        ("00C0000000", "6985"),
    ],
)
def test_a_command_that_has_no_file_to_work_on(card, command, status):
    assert answers(card, JPKI, command)[1] == status


def test_no_file_is_reached_without_an_application(card):
    assert answers(card, "00A4020C02000A", "00B08A0000") == ["6A82", "6B00"]


@pytest.mark.parametrize(
    ("command", "status"),
    [("00200081", "6A86"), ("00240080", "6A86"), ("802A038001AA00", "6A86"), ("00B0000000", "6981")],
)
def test_parameters_the_card_does_not_know(card, command, status):
    assert answers(card, JPKI, "00A4020C02001B", command)[2] == status


@pytest.mark.parametrize(("knob", "status"), [(0x6700, "6700"), (None, "63C5")])
def test_the_question_for_the_tries_left_with_le(knob, status):
    card = EmulatedCard(rsa_contents(), Behaviour(empty_verify_with_le=knob))
    assert answers(card, JPKI, "00A4020C02001B", "0020008000")[2] == status


def test_the_tries_left_are_told_after_verify_too(card):
    assert answers(card, JPKI, "00A4020C02001B", f"0020008008{PASSWORD}", "00200080")[2:] == ["9000", "63C5"]


def test_a_lower_case_password_costs_a_try(card):
    assert answers(card, JPKI, "00A4020C02001B", f"0020008008{b'signkit1'.hex()}")[2] == "63C4"


@pytest.mark.parametrize("blocked", [0x6983, 0x6984])
def test_wrong_passwords_lock_the_card(blocked):
    card = EmulatedCard(rsa_contents(), Behaviour(blocked_status=blocked))
    wrong = "0020008006585858585858"
    right = f"0020008008{PASSWORD}"
    got = answers(card, JPKI, "00A4020C02001B", *[wrong] * 6, right, "00200080")[2:]
    assert got == ["63C4", "63C3", "63C2", "63C1", "63C0", f"{blocked:04X}", f"{blocked:04X}", "63C0"]


def test_a_wrong_password_locks_what_was_open(card):
    got = answers(
        card,
        JPKI,
        "00A4020C02001B",
        f"0020008008{PASSWORD}",
        "0020008006585858585858",
        "00A4020C02001A",
        "802A008001AA00",
    )
    assert got[-1] == "6982"


@pytest.mark.parametrize(("drops", "status"), [(True, "6982"), (False, "9000")])
def test_selecting_the_application_again(drops, status):
    card = EmulatedCard(rsa_contents(), Behaviour(reselect_drops_verified=drops))
    got = answers(card, JPKI, "00A4020C02001B", f"0020008008{PASSWORD}", JPKI, "00A4020C02001A", "802A008001AA00")
    assert got[-1][-4:] == status


def test_selecting_another_application_locks_everything():
    card = EmulatedCard(rsa_contents(), Behaviour(reselect_drops_verified=False))
    face = "00A4040C0AD3921000310001010402"
    got = answers(card, JPKI, "00A4020C02001B", f"0020008008{PASSWORD}", face, JPKI, "00A4020C02001A", "802A008001AA00")
    assert got[3] == "9000"
    assert got[-1] == "6982"


def test_a_reset_locks_everything(card):
    answers(card, JPKI, "00A4020C02001B", f"0020008008{PASSWORD}")
    card.reset()
    assert answers(card, JPKI, "00A4020C02001A", "802A008001AA00")[-1] == "6982"


@pytest.mark.parametrize(("data", "status"), [("AA" * 245, "9000"), ("AA" * 246, "6700")])
def test_the_card_pads_245_bytes_at_the_most(card, data, status):
    size = f"{len(data) // 2:02X}"
    got = answers(card, JPKI, "00A4020C02001B", f"0020008008{PASSWORD}", "00A4020C02001A", f"802A0080{size}{data}00")
    assert got[-1][-4:] == status


@pytest.mark.parametrize("end", list(EndOfFile))
def test_a_read_past_the_end(end):
    card = EmulatedCard(rsa_contents(), Behaviour(end_of_file=end))
    past = answers(card, JPKI, "00A4020C020008", "00B0000300")[-1]
    across = answers(card, "00B0000000")[-1]
    assert past == f"{end.value:04X}"
    assert across == "8F8F00" + ("6282" if end is EndOfFile.WARNING else "9000")


def test_the_token_info_has_160_bytes(card):
    info = card.process(bytes.fromhex(JPKI)) and card.process(bytes.fromhex("00B0860000"))
    assert len(info) == 162
    assert info[:32] == b"JPKIAPICCTOKEN2".ljust(32)


def test_a_new_password_of_the_wrong_form_is_refused(card):
    got = answers(card, JPKI, "00A4020C02001B", "0024018006414243444546", f"0020008008{PASSWORD}", "002401800431323334")
    assert got[2:] == ["6982", "9000", "6A80"]
