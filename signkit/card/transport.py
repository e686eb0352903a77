"""The way to a card: the ``Transport`` protocol, and ``Connection``, which speaks APDUs over one.

A transport carries bytes; a connection joins answers that come in parts (61xx), corrects a wrong Le (6Cxx) and lets an
observer count.  Neither keeps anything that was sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from signkit.card import apdu
from signkit.card.apdu import Command, Response, wipe
from signkit.errors import CardAnswerInvalid

#: More than any object on the card needs, few enough that a card answering 61xx for ever is found out at once.
_MAX_PARTS = 64


class Transport(Protocol):
    """Carries APDUs to one card.  Every error it raises is a ``CardError``."""

    @property
    def stays_held(self) -> bool:
        """Whether nobody else can reach the card until it is closed, however long a person takes to type."""
        ...

    def transmit(self, apdu: bytes | bytearray) -> bytes:
        """Send one command APDU and return the answer with its status word."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep every other program from the card inside the block; afterwards nothing on it is verified."""
        ...

    def close(self) -> None:
        """Reset the card and let it go; harmless when repeated or when the card is gone."""
        ...


@dataclass(frozen=True)
class Exchange:
    """What an observer learns of one round trip: no command data, no answer data.

    Attributes:
        header: CLA INS P1 P2.
        data_length: bytes of command data (Lc).
        file: for SELECT, the AID or file identifier; else empty.
        answer_length: bytes of answer data.
        sw: the status word.
        seconds: from sending to the answer.
    """

    header: bytes
    data_length: int
    file: bytes
    answer_length: int
    sw: int
    seconds: float


Observer = Callable[[Exchange], None]


class Connection:
    """Sends commands over a transport.  A context manager: leaving it closes the transport."""

    def __init__(self, transport: Transport, observer: Observer | None = None) -> None:
        self._transport = transport
        self._observer = observer

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def stays_held(self) -> bool:
        """See ``Transport.stays_held``."""
        return self._transport.stays_held

    def exclusive(self) -> AbstractContextManager[None]:
        """See ``Transport.exclusive``."""
        return self._transport.exclusive()

    def close(self) -> None:
        """See ``Transport.close``."""
        self._transport.close()

    def send(self, command: Command) -> Response:
        """Send ``command`` and return its whole answer, whatever its status word.

        A command that carries a secret is sent once and never again, whatever the card answers.

        Raises:
            CardLinkError: the link broke.
            CardAnswerInvalid: not an answer, or one without end.
        """
        response = self._exchange(command)
        # 6CXX: Le was wrong, XX is right (ISO/IEC 7816-4:2005 5.1.3); a secret is not sent again for it.
        if response.sw >> 8 == 0x6C and not command.is_secret:
            response = self._exchange(replace(command, le=response.sw & 0xFF or 256))
        parts = bytearray(response.data)
        for _ in range(_MAX_PARTS):
            # 61XX: more bytes wait (ISO/IEC 7816-4:2005 5.1.3).
            if response.sw >> 8 != 0x61:
                return Response(bytes(parts), response.sw)
            response = self._exchange(Command(0x00, apdu.GET_RESPONSE, 0, 0, le=response.sw & 0xFF or 256))
            parts += response.data
        raise CardAnswerInvalid("GET RESPONSE", "no end")

    def _exchange(self, command: Command) -> Response:
        wire = command.encode()
        started = time.perf_counter()
        try:
            raw = self._transport.transmit(wire)
        finally:
            if command.is_secret:
                # The encoded command is a copy of the secret.
                wipe(wire)
        response = Response.parse(raw)
        if self._observer is not None:
            self._observer(_exchange_of(command, response, time.perf_counter() - started))
        return response


def _exchange_of(command: Command, response: Response, seconds: float) -> Exchange:
    file = bytes(command.data) if command.ins == apdu.SELECT else b""
    return Exchange(command.header, len(command.data), file, len(response.data), response.sw, seconds)
