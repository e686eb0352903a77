"""Connections that are held, and not used, are let go: slow heads, slow bodies, answers that nobody reads.

uvicorn bounds the time between two requests alone.  Whoever sends a head or a body at a byte a second, or reads no
answer, would hold a place for as long as they like, and a thousand of them all places there are.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from h11 import SEND_BODY, RemoteProtocolError
from h11._receivebuffer import ReceiveBuffer
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from signkit.web.api import problems
from signkit.web.api.identifiers import new_id
from signkit.web.api.requests import language_of
from signkit.web.api.unfit import TWICE, UnfitPart
from signkit.words import Text


@dataclass
class Patience:
    """How long a connection may take, and how many one address may have.

    Attributes:
        head: seconds, from the connection or the end of the last answer to the end of a request's head.
        body: seconds of a body; every `bytes_a_second` that came add one.
        answer: seconds in which nothing of a waiting answer is read.
        connections: of one address, but for the proxy's.
        open: connections by address.
    """

    head: float = 20.0
    body: float = 30.0
    bytes_a_second: int = 4096
    answer: float = 60.0
    connections: int = 200
    proxy: str | None = None
    open: Counter[str] = field(default_factory=Counter)


def patient_protocol(patience: Patience) -> type[H11Protocol]:
    """Return the protocol for uvicorn that waits so long and no longer."""
    return type("PatientConnection", (_Connection,), {"patience": patience})


class _Connection(H11Protocol):
    """One connection, looked at a few times while it may take."""

    patience: Patience

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.conn._receive_buffer = _StrictBuffer()
        self._address = self.client[0] if self.client is not None else ""
        self._since = self.loop.time()
        self._received = 0
        self._waiting = 0
        self._phase = "head"
        self._has_ended = False
        self._look_timer: asyncio.TimerHandle | None = None
        self.patience.open[self._address] += 1
        if self._address != self.patience.proxy and self.patience.open[self._address] > self.patience.connections:
            transport.abort()
            return
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look_timer is not None:
            self._look_timer.cancel()
        self.patience.open[self._address] -= 1
        if not self.patience.open[self._address]:
            del self.patience.open[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._received += len(data)
        self._follow()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a whole request although the other end sends no more (RFC 9112 9.6); then close."""
        self._has_ended = True
        return self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete

    def on_response_complete(self) -> None:
        """Close where the other end has; else wait for its next request."""
        if self._has_ended and not self.conn.trailing_data[0]:
            self.transport.close()
        super().on_response_complete()
        self._follow()

    def _follow(self) -> None:
        phase = self._phase_now()
        if phase != self._phase:
            self._enter(phase)

    def _phase_now(self) -> str:
        if self.conn.their_state is SEND_BODY:
            return "body"
        return "answer" if self.cycle is not None and not self.cycle.response_complete else "head"

    def _enter(self, phase: str) -> None:
        self._phase, self._since, self._received, self._waiting = phase, self.loop.time(), 0, 0

    def _look_again(self) -> None:
        pause = min(self.patience.head, self.patience.body, self.patience.answer) / 4
        self._look_timer = self.loop.call_later(pause, self._look)

    def _look(self) -> None:
        if self.transport.is_closing() and not self.transport.get_write_buffer_size():
            return
        self._follow()
        if self._is_too_slow():
            self.transport.abort()  # what was taken of a body goes with it: the application is told of the disconnect
            return
        self._look_again()

    def _is_too_slow(self) -> bool:
        passed = self.loop.time() - self._since
        if self._phase == "head":
            return passed > self.patience.head
        if self._phase == "body":
            if self.cycle.response_complete:  # refused, and still sent
                return passed > self.patience.body
            if self.flow.read_paused:  # it is we who are slow
                self._since += passed
                return False
            return passed > self.patience.body + self._received / self.patience.bytes_a_second
        waiting = self.transport.get_write_buffer_size()
        if not waiting or waiting != self._waiting:
            self._since, self._waiting = self.loop.time(), waiting
            return False
        return passed > self.patience.answer


class _StrictBuffer(ReceiveBuffer):
    """What came and was not read yet: lines end with CRLF, and each is one (RFC 9112 2.2, 5.2).

    h11 takes a bare LF for a line's end and unfolds lines, as it may.  A proxy in front that does not would see one
    header where we see two, and another end of the request.
    """

    def maybe_extract_lines(self) -> list[bytearray] | None:
        before = bytes(self._data)
        lines = super().maybe_extract_lines()
        if lines is not None and _LOOSE_LINE.search(before[: len(before) - len(self._data)]):
            raise RemoteProtocolError("a line that is folded, or does not end with CRLF")
        return lines


#: Bare LF; a line that goes on with the one before.
_LOOSE_LINE = re.compile(rb"(?<!\r)\n|\n[ \t]")


class UnambiguousRequests:
    """Refuses a request in which two readers could see two things (RFC 9112 6.1, 6.3), and closes behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        fault = _ambiguity(scope)
        answer = self._app if fault is None else _refusal(scope, fault)
        await answer(scope, receive, send)


#: What stands once, and what each reader takes another one of where it stands twice (RFC 9110 5.3).
_ONCE = (b"authorization", b"content-type", b"content-encoding", b"idempotency-key", b"origin", b"sec-fetch-site")


_VERSION = Text("version {version} is not spoken here", "バージョン {version} には対応していません")
_NO_END = Text(
    "and Content-Length, or HTTP/1.0: where it ends is not clear",
    "Content-Length との併用または HTTP/1.0 のため、本文の終わりが定まりません",
)


def _ambiguity(scope: Scope) -> UnfitPart | None:
    """Return what is not clear, and why."""
    names = Counter(name for name, _ in scope["headers"])
    version = scope["http_version"]
    if version not in ("1.0", "1.1"):
        return UnfitPart("HTTP", _VERSION.filled(version=version))
    if b"transfer-encoding" in names and (b"content-length" in names or version == "1.0"):
        return UnfitPart("Transfer-Encoding", _NO_END)
    twice = next((name for name in _ONCE if names[name] > 1), None)
    return UnfitPart(twice.decode(), TWICE) if twice is not None else None


def _refusal(scope: Scope, fault: UnfitPart) -> Response:
    headers: dict[bytes, Any] = dict(scope["headers"])
    language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
    request_id = new_id()
    response = problems.problem_response(problems.unfit_request(fault), language, request_id)
    response.headers.update({"connection": "close", "x-request-id": request_id, "x-content-type-options": "nosniff"})
    return response
