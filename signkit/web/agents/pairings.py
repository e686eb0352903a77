"""Pairing by a short code (as RFC 8628 has it): the agent shows it, its owner types it at the office's page.

What is being paired lies in memory alone, for minutes: whoever was interrupted begins again.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

#: Without vowels no code is a word, and without digits nothing is mistaken (RFC 8628 6.1).
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
SECONDS = 600.0
_MOST = 500
_MOST_FROM_ONE = 10


@dataclass
class Pairing:
    """One that was begun.

    Attributes:
        code: what is typed.
        secret: by which the agent asks what became of it.
        name: of the PC, as it says itself.
        key: its public key.
        address: where it called from.
        became: ``TENANT.AGENT`` once its owner agreed.
    """

    name: str
    key: bytes
    address: str
    ends: float
    code: str = field(default_factory=lambda: "".join(secrets.choice(_LETTERS) for _ in range(8)))
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    became: str | None = None


class Pairings:
    """Those of a running service."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begun: list[Pairing] = []

    def begin(self, name: str, key: bytes, address: str) -> Pairing | None:
        """Begin one; None where too many are under way, in all or from one address."""
        with self._lock:
            self._forget()
            waiting = [each for each in self._begun if each.became is None]
            if len(self._begun) >= _MOST or sum(each.address == address for each in waiting) >= _MOST_FROM_ONE:
                return None
            pairing = Pairing(name, key, address, self._clock() + SECONDS)
            self._begun.append(pairing)
            return pairing

    def by_code(self, typed: str) -> Pairing | None:
        """Return the one whose code was typed, however it was written; None where there is none that waits."""
        code = "".join(letter for letter in typed.upper() if letter.isalpha())
        return self._find(
            lambda each: each.became is None and secrets.compare_digest(each.code.encode(), code.encode())
        )

    def by_secret(self, secret: str) -> Pairing | None:
        """Return the one of an agent that asks."""
        return self._find(lambda each: secrets.compare_digest(each.secret.encode(), secret.encode()))

    def take(self, pairing: Pairing, id_: str) -> bool:
        """Let an agent know who it is; False: somebody else agreed before, or it is over."""
        with self._lock:
            self._forget()
            if pairing not in self._begun or pairing.became is not None:
                return False
            pairing.became = id_
            return True

    def _find(self, fits: Callable[[Pairing], bool]) -> Pairing | None:
        with self._lock:
            self._forget()
            return next((each for each in self._begun if fits(each)), None)

    def _forget(self) -> None:
        now = self._clock()
        self._begun = [each for each in self._begun if each.ends > now]
