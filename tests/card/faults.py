"""An emulated card that goes wrong at a chosen command."""

from __future__ import annotations

from collections.abc import Callable

from signkit.card.emulator import CardVanished, CardWasReset, EmulatedCard

SIGN = bytes.fromhex("802A")
VERIFY = bytes.fromhex("00200080")
SELECT_APPLICATION = bytes.fromhex("00A404")
READ = bytes.fromhex("00B0")
GET_RESPONSE = bytes.fromhex("00C0")

Prefix = bytes | tuple[bytes, ...]
Effect = Callable[[EmulatedCard, bytes], bytes]


class FaultyCard:
    """Behaves like ``card``, but answers commands that begin with ``prefix`` by ``effect``.

    VERIFY without data (the question for the tries left) is told from VERIFY with data by ``with_data``.
    """

    def __init__(
        self, card: EmulatedCard, prefix: bytes | tuple[bytes, ...], effect: Effect, *, with_data: bool = True
    ) -> None:
        self.card = card
        self.state = card.state
        self.atr = card.atr
        self.sent: list[bytes] = []
        self._prefix, self._effect, self._with_data = prefix, effect, with_data

    def reset(self) -> None:
        self.card.reset()

    def process(self, wire) -> bytes:
        self.sent.append(bytes(wire))
        if bytes(wire).startswith(self._prefix) and self._with_data == (len(wire) > 4):
            return self._effect(self.card, wire)
        return self.card.process(wire)


def vanish(card: EmulatedCard, wire: bytes) -> bytes:
    """The card leaves the field before it has worked."""
    raise CardVanished


def work_and_vanish(card: EmulatedCard, wire: bytes) -> bytes:
    """The card leaves the field after it has worked, before it could answer."""
    card.process(wire)
    raise CardVanished


def be_reset(card: EmulatedCard, wire: bytes) -> bytes:
    """Somebody resets the card."""
    raise CardWasReset


def answer(reply: bytes) -> Effect:
    """The card answers something else."""
    return lambda card, wire: reply
