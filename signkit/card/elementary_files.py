"""The card's file system in as few round trips as its commands allow.

A read returns 256 bytes at the most, so a certificate takes seven or eight.  The first read names its file by the short
identifier (READ BINARY with P1 = 80 + identifier, ISO/IEC 7816-4:2005 7.2.3; one witness on Individual Number Cards),
which spares a SELECT.  A card that does not know this answers with an error that costs nothing, and is then spoken to
with SELECT alone.  Reading the wrong file this way would show, for every object is checked by its structure.  Keys and
PINs are always chosen by SELECT.
"""

from __future__ import annotations

from signkit.card import apdu
from signkit.card.apdu import Command, Response, refusal
from signkit.card.tlv import object_size
from signkit.card.transport import Connection
from signkit.errors import CardAnswerInvalid, NotAnIndividualNumberCard

_READ_SIZE = 256

#: Answers to a read that are about its end.
_END_OF_FILE = frozenset({apdu.END_OF_FILE_REACHED, apdu.OFFSET_OUTSIDE_FILE, apdu.FILE_NOT_FOUND})

#: Answers that are about the file itself, not about the way it was named.
_FINAL = frozenset({apdu.OK, apdu.END_OF_FILE_REACHED, apdu.SECURITY_NOT_SATISFIED})


class CardFiles:
    """The files of the application that is selected on ``connection``."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._current: int | None = None
        self._short_identifiers = True

    def select_application(self, aid: bytes) -> None:
        """Select an application by its whole AID.

        Raises:
            NotAnIndividualNumberCard: the card has no such application.
        """
        self._current = None
        # ISO/IEC 7816-4:2005 7.1.1: P1 = 04 selects by name; P2 = 0C: no file control information comes back.
        response = self.connection.send(Command(0x00, apdu.SELECT, 0x04, 0x0C, aid))
        # 6AXX, 6DXX, 6EXX: no such application, command or class, so it is another kind of card.
        if response.sw >> 8 in (0x6A, 0x6D, 0x6E):
            raise NotAnIndividualNumberCard()
        response.expect_ok("SELECT application")

    def select(self, ef: int) -> None:
        """Select the EF with the identifier ``ef``, unless it is selected already.

        Raises:
            CardRefused: no such file.
        """
        if self._current == ef:
            return
        self._current = None
        self.connection.send(Command(0x00, apdu.SELECT, 0x02, 0x0C, ef.to_bytes(2, "big"))).expect_ok(
            f"SELECT {ef:04X}"
        )
        self._current = ef

    def read_object(self, ef: int) -> bytes:
        """Read the one DER or BER object that file ``ef`` begins with; filler after it is left out.

        Raises:
            CardRefused: no such file, or a secret is needed first.
            CardAnswerInvalid: no object, cut off, or larger than MAX_OBJECT.
        """
        head = self._first_read(ef, _READ_SIZE)
        content = bytearray(head)
        # The object's own length tells how much to read: the file is larger, and filled up.
        size = object_size(content, f"READ {ef:04X}")
        while len(content) < size:
            content += self._read_on(ef, len(content), min(_READ_SIZE, size - len(content)))
        return bytes(content[:size])

    def read_bytes(self, ef: int, length: int) -> bytes:
        """Read the first ``length`` bytes (256 at the most) of file ``ef``.

        Raises:
            CardRefused: no such file, or a secret is needed first.
            CardAnswerInvalid: the file is shorter.
        """
        content = self._first_read(ef, length)
        if len(content) < length:
            raise CardAnswerInvalid(f"READ {ef:04X}", f"{len(content)} of {length} bytes")
        return content[:length]

    def _first_read(self, ef: int, length: int) -> bytes:
        response = self._read_by_short_identifier(ef, length) if self._current != ef else None
        if response is None:
            self.select(ef)
            response = self._read_binary(0, 0, length)
        if response.sw not in (apdu.OK, apdu.END_OF_FILE_REACHED):
            raise refusal(f"READ {ef:04X}", response.sw)
        return response.data

    def _read_by_short_identifier(self, ef: int, length: int) -> Response | None:
        """Return the card's answer, or None where it has to be asked with SELECT."""
        if not self._short_identifiers:
            return None
        # Bit 8 of P1 set: the file is named by its short identifier, and read from offset P2 on.
        response = self._read_binary(0x80 | ef, 0, length)
        if response.sw not in _FINAL or (response.sw != apdu.SECURITY_NOT_SATISFIED and not response.data):
            # Not found is about this file; any other answer means that the card does not know short identifiers.
            self._short_identifiers = response.sw == apdu.FILE_NOT_FOUND
            return None
        self._current = ef
        return response

    def _read_on(self, ef: int, offset: int, length: int) -> bytes:
        # An offset of 15 bits in P1 and P2.
        response = self._read_binary(offset >> 8, offset & 0xFF, length)
        if response.sw not in _END_OF_FILE:
            response.expect_ok(f"READ {ef:04X}")
        if not response.data:
            raise CardAnswerInvalid(f"READ {ef:04X}", f"cut off after {offset} bytes")
        return response.data

    def _read_binary(self, p1: int, p2: int, length: int) -> Response:
        return self.connection.send(Command(0x00, apdu.READ_BINARY, p1, p2, le=length))
