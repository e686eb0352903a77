"""Answers in parts, wrong lengths, and what an observer learns."""

from __future__ import annotations

import contextlib

import pytest

from signkit.card.apdu import Command
from signkit.card.transport import Connection
from signkit.errors import CardAnswerInvalid

READ = Command(0x00, 0xB0, 0x00, 0x00, le=256)
VERIFY = Command(0x00, 0x20, 0x00, 0x80, bytearray(b"1234"))


class Script:
    """A transport that gives prepared answers and keeps copies of what was sent."""

    stays_held = True

    def __init__(self, *answers: str) -> None:
        self.answers = [bytes.fromhex(answer) for answer in answers]
        self.sent: list[str] = []
        self.buffers: list[bytearray] = []

    def transmit(self, apdu):
        self.sent.append(bytes(apdu).hex())
        self.buffers.append(apdu)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def exclusive(self):
        return contextlib.nullcontext()

    def close(self):
        self.sent.append("closed")


def test_an_answer_in_parts_is_joined():
    script = Script("0102 6102", "0304 9000")
    assert Connection(script).send(READ).data == b"\x01\x02\x03\x04"
    assert script.sent == ["00b0000000", "00c0000002"]


def test_a_wrong_le_is_corrected_once():
    script = Script("6C03", "010203 9000")
    assert Connection(script).send(READ).data == b"\x01\x02\x03"
    assert script.sent == ["00b0000000", "00b0000003"]


def test_a_card_that_corrects_for_ever_is_believed_once():
    script = Script("6C03")
    assert Connection(script).send(READ).sw == 0x6C03
    assert len(script.sent) == 2


def test_a_verify_is_never_sent_twice():
    script = Script("6C04")
    assert Connection(script).send(VERIFY).sw == 0x6C04
    assert len(script.sent) == 1


def test_an_answer_without_end_is_refused():
    with pytest.raises(CardAnswerInvalid, match="no end"):
        Connection(Script("00 6100")).send(READ)


def test_the_buffer_of_a_secret_is_wiped_after_sending():
    script = Script("9000")
    Connection(script).send(VERIFY)
    assert script.sent == ["002000800431323334"]
    assert script.buffers[0] == bytes(len(script.buffers[0]))


def test_an_observer_learns_headers_and_lengths_only():
    seen = []
    Connection(Script("9000"), seen.append).send(VERIFY)
    assert (seen[0].header.hex(), seen[0].data_length, seen[0].answer_length, seen[0].sw) == ("00200080", 4, 0, 0x9000)
    assert "1234" not in repr(seen)
    assert seen[0].seconds >= 0


def test_leaving_a_connection_closes_its_transport():
    script = Script("9000")
    with Connection(script):
        pass
    assert script.sent == ["closed"]
