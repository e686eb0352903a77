"""The virtual reader's protocol, byte by byte, and how serving ends."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

from signkit.card.emulator import EmulatedCard
from signkit.card.vpcd import serve
from tests.card.bench import until
from tests.card.contents import rsa_contents
from tests.card.faults import SELECT_APPLICATION, FaultyCard, vanish
from tests.refusals import refused_as

JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")


@contextlib.contextmanager
def reader():
    """A virtual reader: yields its listening socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@contextlib.contextmanager
def served(card, listening):
    """Serve ``card``; yields the reader's end of the connection and the event that stops it."""
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(card, *listening.getsockname(), stop))
    thread.start()
    link, _ = listening.accept()
    link.settimeout(10)
    with link:
        yield link, stop, thread
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def ask(link, message: bytes) -> bytes:
    link.sendall(len(message).to_bytes(2, "big") + message)
    size = int.from_bytes(_exactly(link, 2), "big")
    return _exactly(link, size)


def _exactly(link, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = link.recv(size - len(data))
        assert part, "hung up"
        data += part
    return data


@pytest.mark.slow
def test_the_card_tells_its_atr_and_answers_commands():
    with reader() as listening, served(EmulatedCard(rsa_contents()), listening) as (link, _, _):
        assert ask(link, b"\x04").hex() == "3b888001000005e0b381a1007f"
        assert ask(link, JPKI) == b"\x90\x00"


@pytest.mark.slow
@pytest.mark.parametrize("power", [b"\x00", b"\x01", b"\x02"])
def test_power_and_reset_are_not_answered_and_forget_everything(power):
    with reader() as listening, served(EmulatedCard(rsa_contents()), listening) as (link, _, _):
        ask(link, JPKI)
        link.sendall(b"\x00\x01" + power)
        assert ask(link, bytes.fromhex("00A40000")) == b"\x6a\x86"


@pytest.mark.slow
def test_a_message_in_pieces_is_put_together():
    with reader() as listening, served(EmulatedCard(rsa_contents()), listening) as (link, _, _):
        for byte in (len(JPKI).to_bytes(2, "big") + JPKI)[:-1]:
            link.sendall(bytes((byte,)))
        link.sendall(JPKI[-1:])
        assert _exactly(link, 4) == b"\x00\x02\x90\x00"


@pytest.mark.slow
def test_an_empty_message_breaks_nothing():
    with reader() as listening, served(EmulatedCard(rsa_contents()), listening) as (link, _, _):
        link.sendall(b"\x00\x00")
        assert ask(link, JPKI) == b"\x90\x00"


def test_a_reader_that_hangs_up_is_looked_for_again():
    with reader() as listening, served(EmulatedCard(rsa_contents()), listening) as (link, _, _):
        link.close()
        again, _ = listening.accept()
        with again:
            assert ask(again, JPKI) == b"\x90\x00"


def test_a_card_that_vanishes_ends_the_connection_and_the_serving():
    card = FaultyCard(EmulatedCard(rsa_contents()), SELECT_APPLICATION, vanish)
    with reader() as listening, served(card, listening) as (link, _, thread):
        link.sendall(len(JPKI).to_bytes(2, "big") + JPKI)
        assert link.recv(1) == b""
        until(lambda: not thread.is_alive(), "end of serving")


@pytest.mark.slow
def test_stopping_ends_the_serving():
    with reader() as listening, served(EmulatedCard(rsa_contents()), listening) as (_, stop, thread):
        stop.set()
        until(lambda: not thread.is_alive(), "end of serving")


def test_no_reader_is_told_after_a_while():
    with reader() as listening:
        host, port = listening.getsockname()
    with refused_as("virtual-reader-unavailable", match=f"{host}:{port}"):
        serve(EmulatedCard(rsa_contents()), host, port, threading.Event(), connect_seconds=0.05)
