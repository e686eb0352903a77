"""Sessions: one start token, used once, becomes one cookie; what is not used for long ends."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from signkit.words import Language

COOKIE = "signkit-desk"
_BYTES = 32


@dataclass
class Session:
    """One browser.

    Attributes:
        cookie: what the browser shows of itself; no script can read it.
        csrf: what each form carries, so that only our own pages can send one.
        language: in which pages are shown.
    """

    cookie: str
    csrf: str
    language: Language


class Sessions:
    """The start token, and what was had for it.

    Args:
        language: in which a session begins.
        idle_seconds: after so long without a request nobody is at the desk any more.
        clock: seconds, never going back.
    """

    def __init__(
        self, language: Language = "ja", *, idle_seconds: float = 1800, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.start_token = secrets.token_urlsafe(_BYTES)
        self._language = language
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._last = clock()
        self._begun = False
        self._session: Session | None = None

    def begin(self, token: str) -> Session | None:
        """Exchange the start token for a session; None for another token, or the same once more."""
        if self._begun or not _same(token, self.start_token):
            return None
        self._begun = True
        self._last = self._clock()
        self._session = Session(secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES), self._language)
        return self._session

    def find(self, cookie: str) -> Session | None:
        """Return the session of a cookie, which thereby stays awake; None where there is none, or it has ended."""
        session = self._session
        if session is None or self.is_over() or not _same(cookie, session.cookie):
            return None
        self._last = self._clock()
        return session

    def is_over(self) -> bool:
        """Tell whether nobody has been at the desk for too long."""
        return self._clock() - self._last > self._idle_seconds

    def end(self) -> None:
        """End the session: its cookie is worth nothing from now on."""
        self._session = None
        self._last = float("-inf")


def may_send(session: Session, token: object) -> bool:
    """Tell whether a form carries the session's own token."""
    return isinstance(token, str) and _same(token, session.csrf)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
