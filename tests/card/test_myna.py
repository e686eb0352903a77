"""What jpki/myna (Rust, 0.6) asks of a card, command by command as its published source writes it.

Replayed from ``src/reader.rs``, ``src/pin.rs``, ``src/text.rs`` and ``src/visual.rs``: it is on no package registry.
"""

from __future__ import annotations

import io

import pytest
from PIL import Image

from signkit.card.emulator import Behaviour, EmulatedCard
from signkit.card.layout import NO_INDIVIDUAL_NUMBER
from signkit.card.tlv import Object, objects, only_object
from tests.card.contents import ATTRIBUTES, rsa_contents

TEXT, FACE, JPKI = "D3921000310001010408", "D3921000310001010402", "D392F000260100000001"


class Myna:
    """The reader of jpki/myna over a card's own APDU interface."""

    def __init__(self, card: EmulatedCard) -> None:
        self._card = card

    def transmit(self, wire: str) -> tuple[bytes, int]:
        answer = self._card.process(bytes.fromhex(wire))
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def select_df(self, aid: str) -> None:
        assert self.transmit(f"00A4040C{len(aid) // 2:02X}{aid}") == (b"", 0x9000)

    def select_ef(self, file: str) -> None:
        assert self.transmit(f"00A4020C02{file}") == (b"", 0x9000)

    def read_pin(self, file: str) -> int:
        self.select_ef(file)
        _, sw = self.transmit("00200080")
        assert sw >> 8 == 0x63
        return sw & 0x0F

    def verify(self, file: str, secret: str) -> int:
        self.select_ef(file)
        return self.transmit(f"00200080{len(secret):02X}{secret.encode().hex()}")[1]

    def read_binary(self, start: int, size: int) -> bytes:
        data = b""
        while len(data) < size:
            left = size - len(data)
            part, _ = self.transmit(f"00B0{start + len(data):04X}{0 if left > 0xFF else left:02X}")
            assert part, "myna would ask for ever"
            data += part
        return data

    def read_all(self, file: str) -> bytes:
        """It reads seven bytes, and then as many as the header says are missing."""
        self.select_ef(file)
        head = self.read_binary(0, 7)
        octets = head[2] & 0x7F if head[2] & 0x80 else 0
        size = 3 + octets + (int.from_bytes(head[3 : 3 + octets], "big") if octets else head[2])
        return head + self.read_binary(7, size - 7)

    def number(self, secret: str) -> str:
        self.select_df(TEXT)
        assert self.verify("0011", secret) == 0x9000
        self.select_ef("0001")
        return only_object(self.read_binary(0, 17), 0xFF10, "number").decode()


@pytest.fixture
def card():
    return EmulatedCard(rsa_contents())


@pytest.fixture
def myna(card):
    return Myna(card)


def _values(record: bytes, tag: int) -> list[Object]:
    return list(objects(only_object(record, tag, "record"), "record").values())


def test_it_does_not_pass_over_the_card(card):
    assert card.atr.hex().startswith("3b888001")


def test_pin_status(myna):
    tries = []
    for application, files in ((TEXT, ("0011", "0014", "0015")), (FACE, ("0013", "0012")), (JPKI, ("0018", "001B"))):
        myna.select_df(application)
        tries += [myna.read_pin(file) for file in files]
    assert tries == [3, 15, 15, 15, 15, 3, 5]


def test_text_basic_info(myna):
    myna.select_df(TEXT)
    version, key = _values(myna.read_all("0005"), 0xFF40)
    assert (len(version.value), len(key.value)) == (4, 16)
    # The older Go program wants 256 bytes of it in one answer.
    assert len(myna.transmit("00B0000000")[0]) == 256


def test_visual_basic_info(myna):
    myna.select_df(FACE)
    version, _, number, city = _values(myna.read_all("0003"), 0xFF30)
    assert (len(version.value), len(number.value), city.value.decode()) == (4, 1, "架空市")


@pytest.mark.slow
def test_visual(myna):
    """``visual birth`` and the pictures: 照合番号A opens the face, and is read from EF 0001 before."""
    number = myna.number("5678")
    assert number == NO_INDIVIDUAL_NUMBER
    myna.select_df(FACE)
    assert myna.verify("0013", number) == 0x9000
    _, birth, sex, _, name, address, photo, *_ = _values(myna.read_all("0002"), 0xFF20)
    assert (birth.value.decode(), sex.value.decode()) == (ATTRIBUTES.birth_date, ATTRIBUTES.sex)
    formats = [Image.open(io.BytesIO(picture.value)).format for picture in (name, address, photo)]
    assert formats == ["PNG", "PNG", "JPEG2000"]


def test_the_face_opens_with_code_b_and_not_without(card, myna):
    myna.select_df(FACE)
    myna.select_ef("0002")
    assert myna.transmit("00B0000007") == (b"", 0x6982)
    assert myna.verify("0012", "0" * 14) == 0x63CE
    assert myna.read_pin("0012") == 14
    assert myna.verify("0012", card.state.pins["face-code-b"]) == 0x9000
    assert myna.read_all("0002")


def test_nobody_puts_a_number_behind_code_a(card, myna):
    myna.select_df(FACE)
    assert myna.verify("0013", NO_INDIVIDUAL_NUMBER) == 0x9000
    assert myna.transmit("002401800C" + "31" * 12)[1] == 0x6982
    assert card.state.pins["face-code-a"] == NO_INDIVIDUAL_NUMBER


def test_a_card_in_a_reader_with_contacts_shows_another_atr():
    contacts = bytes.fromhex("3BE000FF8131FE4514")
    assert EmulatedCard(rsa_contents(), Behaviour(atr=contacts)).atr == contacts
