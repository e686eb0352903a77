"""Lays an emulated card on a virtual reader: the client side of vsmartcard's vpcd protocol.

Each message is a length of two bytes, big-endian, and as many bytes.  A message of one byte is about the reader:
0 power off, 1 power on, 2 reset, 4 tell the ATR (which is answered in the same form).  A longer one is a command APDU
to answer.
"""

from __future__ import annotations

import socket
import threading
import time

from signkit.card.emulator import Card, CardVanished, CardWasReset
from signkit.errors import CardError

#: The port of the first virtual reader; the second has the next one.
DEFAULT_PORT = 0x8C7B

#: Seconds in which a reader has to be found.
CONNECT_SECONDS = 10.0

_RETRY_SECONDS = 0.02
_STOP_POLL_SECONDS = 0.1
_GET_ATR = 4


def serve(card: Card, host: str, port: int, stop: threading.Event, *, connect_seconds: float = CONNECT_SECONDS) -> None:
    """Keep ``card`` on the virtual reader at ``host``:``port`` until ``stop`` is set or the card vanishes.

    A reader that goes away (pcscd restarts) is looked for again.

    Raises:
        CardError("virtual-reader-unavailable"): none answered for ``connect_seconds``.
    """
    while not stop.is_set():
        link = _connect(host, port, stop, connect_seconds)
        if link is None or not serve_on(card, link, stop):
            return


def serve_on(card: Card, link: socket.socket, stop: threading.Event) -> bool:
    """Speak the protocol on a connected socket, and close it at the end.

    Returns:
        True when the reader hung up, False when ``stop`` was set or the card vanished.
    """
    with link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(_STOP_POLL_SECONDS)
        try:
            while (message := _receive(link, stop)) is not None:
                answer = _answer(card, message)
                if answer is not None:
                    link.sendall(len(answer).to_bytes(2, "big") + answer)
        except (CardVanished, CardWasReset):  # the protocol cannot tell the reader of a reset
            return False
        except OSError:  # the reader hung up in the middle of a message
            pass
    return not stop.is_set()


def _connect(host: str, port: int, stop: threading.Event, seconds: float) -> socket.socket | None:
    deadline = time.monotonic() + seconds
    while not stop.is_set():
        try:
            return socket.create_connection((host, port), timeout=1.0)
        except OSError as error:
            if time.monotonic() >= deadline:
                raise CardError("virtual-reader-unavailable", address=f"{host}:{port}") from error
        stop.wait(_RETRY_SECONDS)
    return None


def _receive(link: socket.socket, stop: threading.Event) -> bytearray | None:
    """Return one message; None when the reader hung up or ``stop`` was set."""
    size = _receive_exactly(link, 2, stop)
    return None if size is None else _receive_exactly(link, int.from_bytes(size, "big"), stop)


def _receive_exactly(link: socket.socket, size: int, stop: threading.Event) -> bytearray | None:
    received = bytearray()
    while len(received) < size:
        if hasattr(socket, "TCP_QUICKACK"):  # Linux forgets it after each use; without it an APDU takes 44 ms
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            part = link.recv(size - len(received))
        except TimeoutError:
            if stop.is_set():
                return None
            continue
        if not part:
            return None
        received += part
    return received


def _answer(card: Card, message: bytearray) -> bytes | None:
    if len(message) > 1:
        return card.process(message)
    if message[:1] == bytes((_GET_ATR,)):
        return card.atr
    card.reset()
    return None
