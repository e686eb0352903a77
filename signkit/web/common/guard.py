"""Who is let in: looked at before any page, whatever page it is.

SameSite does not keep a page on another port of this machine away: cookies are shared between ports, and a Strict one
goes with its requests (seen in Chromium).  So what changes anything must come from our own origin (Fetch Metadata's
Sec-Fetch-Site, and Origin to the letter), and carry the form's own token (`signkit.web.common.forms`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signkit.japan_time import JST
from signkit.reporting.formats.times import times_in
from signkit.web.common import peers
from signkit.web.common.listening import DeskAddress
from signkit.web.common.sessions import COOKIE, Session, Sessions

#: What needs no session: where one is begun, and what every page looks like.
START = "/start"
STATIC = "/static/"
#: More than this is not sent to the desk at once, bytes.
MOST_SENT = 1024 * 1024 * 1024

_SAFE = ("GET", "HEAD")
#: What Sec-Fetch-Site says of what another site's page asks for.
_ELSEWHERE = ("cross-site", "same-site")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with "no-referrer" a form of our own would say ``Origin: null``
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), usb=()",
    "cache-control": "no-store",
}
#: What those get who are not let in: of the request, the status and why.
Refuse = Callable[[Scope, int, str], Response]


class TooMuchSent(Exception):
    """More was sent than the desk takes."""


class Door(Protocol):
    """Whose pages are guarded: under which hosts they are, and by what somebody is known."""

    def origin_of(self, host: str) -> str | None:
        """Return the origin of our pages under that ``Host``; None where it is not ours (DNS rebinding)."""

    def refuses_peer(self, scope: Scope) -> bool:
        """Tell whether nobody at the other end of the connection is to be let in."""

    async def find_session(self, scope: Scope, headers: Headers) -> Any:
        """Return the session of whoever asks; None where there is none."""

    def is_open(self, path: str) -> bool:
        """Tell whether a page needs no session."""

    def is_linked(self, path: str) -> bool:
        """Tell whether pages of other sites may lead to a page, or load it."""

    def most_sent(self, session: Any) -> int:
        """Return how much is taken at once of whoever has that session, bytes."""


class LoopbackDoor:
    """The door of a desk: one person of this machine."""

    def __init__(self, address: DeskAddress, sessions: Sessions) -> None:
        self._address = address
        self._sessions = sessions

    def origin_of(self, host: str) -> str | None:
        """See `Door.origin_of`."""
        return f"http://{host}" if host in self._address.hosts else None

    def refuses_peer(self, scope: Scope) -> bool:
        """See `Door.refuses_peer`."""
        client = scope.get("client")
        return client is not None and peers.is_stranger(client[1], self._address.port)

    async def find_session(self, scope: Scope, headers: Headers) -> Session | None:
        """See `Door.find_session`."""
        del scope
        cookie = sent_cookie(headers, COOKIE)
        return self._sessions.find(cookie) if cookie is not None else None

    def is_open(self, path: str) -> bool:
        """See `Door.is_open`."""
        return path == START or path.startswith(STATIC)

    def is_linked(self, path: str) -> bool:
        """Only the start page leads here: on 127.0.0.1 every port's pages are of our site, and send our cookie."""
        return self.is_open(path)

    def most_sent(self, session: Any) -> int:
        """See `Door.most_sent`."""
        del session
        return MOST_SENT


class Guard:
    """The one way in; behind it ``scope["session"]`` is the session of whoever asks.

    Args:
        app: what stands behind.
        refuse: makes the answer for those who are not let in.
    """

    def __init__(self, app: ASGIApp, door: Door, refuse: Refuse) -> None:
        self._app = app
        self._door = door
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it; every answer bears the headers that keep the browser strict."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            with times_in(JST):  # the threads that make pages, too
                await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = await self._refusal(scope)
        app = self._app if refused is None else self._refuse(scope, *refused)
        most = self._door.most_sent(scope.get("session"))
        await app(scope, _bound_receive(receive, most), _strict(send))

    async def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and reason where the request is not let in."""
        headers = Headers(scope=scope)
        origin = self._door.origin_of(headers.get("host", ""))
        if origin is None:  # DNS rebinding: another name that leads here
            return 421, "host"
        if self._door.refuses_peer(scope):
            return 403, "stranger"
        scope["session"] = session = await self._door.find_session(scope, headers)
        if session is None and not self._door.is_open(scope["path"]):
            return 403, "session"
        if scope["method"] not in _SAFE:
            return self._refusal_to_send(headers, origin, session)
        is_strange = headers.get("sec-fetch-site") in _ELSEWHERE and not self._door.is_linked(scope["path"])
        return (403, "origin") if is_strange else None

    def _refusal_to_send(self, headers: Headers, origin: str, session: Any) -> tuple[int, str] | None:
        if headers.get("sec-fetch-site") != "same-origin" or headers.get("origin") != origin:
            return 403, "origin"
        length = headers.get("content-length", "")
        if length and not (length.isdigit() and int(length) <= self._door.most_sent(session)):
            return 413, "size"
        return None


def sent_cookie(headers: Headers, name: str) -> str | None:
    """Return what the browser shows under a cookie's name."""
    # RFC 6265 5.4: what stands beside it may be any other program's of this host, and need be no cookie by 4.1.1.
    pairs = (each.partition("=") for header in headers.getlist("cookie") for each in header.split(";"))
    # Of several of one name the one that was set last stands last (5.4, step 2).
    return next((value.strip() for key, _, value in reversed(list(pairs)) if key.strip() == name), None)


def _bound_receive(receive: Receive, most: int) -> Receive:
    """Stop what is sent without saying how long it is."""
    count = 0

    async def bounded() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise TooMuchSent
        return message

    return bounded


def _strict(send: Send) -> Send:
    """Put the headers on an answer that does not set them itself, to something stricter."""

    async def strict(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return strict
