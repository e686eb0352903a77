"""Fixtures: the same test body speaks to an emulated card in its own process and over PC/SC."""

from __future__ import annotations

import contextlib

import pytest

from signkit.card.emulator import EmulatedTransport
from signkit.card.reader import connect
from signkit.card.transport import Connection


@pytest.fixture(params=["in-process", pytest.param("pcsc", marks=pytest.mark.slow)])
def lay(request):
    """A function that lays an emulated card on a reader, in place of the last, and returns the connection to it."""
    bench = request.getfixturevalue("bench") if request.param == "pcsc" else None
    with contextlib.ExitStack() as stack:

        def lay_card(card, observer=None) -> Connection:
            stack.close()
            if bench is None:
                return stack.enter_context(Connection(EmulatedTransport(card), observer))
            stack.enter_context(bench.card(card))
            return stack.enter_context(Connection(connect(), observer))

        yield lay_card
