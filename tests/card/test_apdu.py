"""APDUs: their bytes, and what they never show."""

from __future__ import annotations

import pytest

from signkit.card.apdu import Command, Response, meaning, wipe
from signkit.errors import CardAnswerInvalid, CardRefused


@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (Command(0x00, 0x20, 0x00, 0x80), "00200080"),
        (Command(0x00, 0xB0, 0x01, 0x00, le=256), "00B0010000"),
        (Command(0x00, 0xB0, 0x01, 0x00, le=16), "00B0010010"),
        (Command(0x00, 0xA4, 0x02, 0x0C, b"\x00\x1b"), "00A4020C02001B"),
        (Command(0x80, 0x2A, 0x00, 0x80, b"\xaa\xbb", le=256), "802A008002AABB00"),
    ],
)
def test_the_four_cases_of_a_short_command(command, wire):
    assert command.encode() == bytes.fromhex(wire)


@pytest.mark.parametrize("command", [Command(0, 0, 0, 0, bytes(256)), Command(0, 0, 0, 0, le=257)])
def test_a_command_beyond_the_short_form_is_refused(command):
    with pytest.raises(ValueError, match="short APDUs"):
        command.encode()


def test_a_command_does_not_show_its_data():
    assert "1234" not in repr(Command(0x00, 0x20, 0x00, 0x80, bytearray(b"1234")))
    assert "31" not in repr(Command(0x00, 0x20, 0x00, 0x80, bytearray(b"1111")))


def test_only_a_verify_with_data_is_a_secret():
    assert Command(0x00, 0x20, 0x00, 0x80, bytearray(b"1234")).is_secret
    assert not Command(0x00, 0x20, 0x00, 0x80).is_secret


@pytest.mark.parametrize("raw", [b"", b"\x90", bytes(259)])
def test_what_is_no_answer_is_refused(raw):
    with pytest.raises(CardAnswerInvalid):
        Response.parse(raw)


def test_a_refusal_is_explained_in_both_languages():
    with pytest.raises(CardRefused) as caught:
        Response.parse(bytes.fromhex("6A82")).expect_ok("SELECT 0001")
    assert caught.value.message("en") == "The card refused (SELECT 0001): file or application not found (6A82)."
    assert "ファイルまたはアプリケーションがない（6A82）" in caught.value.message("ja")


def test_an_unknown_status_word_has_a_meaning_too():
    assert meaning(0x1234).en == "unknown status"


def test_wiping_leaves_zeros():
    buffer = bytearray(b"1234")
    wipe(buffer)
    assert buffer == bytes(4)
