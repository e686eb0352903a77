"""The page of this machine to which the browser comes back after a consent (RFC 8252 7.3): one answer is taken."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from signkit.errors import SignerUnusable, system_cause
from signkit.words import Text

#: Browsers ask for icons and open spare connections beside; nobody may keep the page busy for ever.
_MAX_REQUESTS = 50
_READ_SECONDS = 2.0


@dataclass
class RedirectPage:
    """Listens on the loopback interface while its ``with`` block lasts.

    Attributes:
        address: the redirect URI, ``http://127.0.0.1:PORT/PATH``.
    """

    address: str
    _server: _Server = field(init=False, repr=False)

    def __enter__(self) -> Self:
        parts = urlsplit(self.address)
        kind = _ServerV6 if parts.hostname == "::1" else _Server
        host = "::1" if parts.hostname == "::1" else "127.0.0.1"
        try:
            self._server = kind((host, parts.port or 0), parts.netloc, parts.path or "/")
        except OSError as error:
            cause = system_cause(error)
            raise SignerUnusable("auth-app-page-unusable", address=self.address, cause=cause) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.server_close()

    def wait(self, seconds: float) -> str:
        """Return the query with which the browser came back.

        Raises:
            SignerUnusable("auth-app-timeout"): it did not within ``seconds``.
        """
        deadline = time.monotonic() + seconds
        for _ in range(_MAX_REQUESTS):
            self._server.timeout = max(0.0, deadline - time.monotonic())
            self._server.handle_request()
            if self._server.query is not None:
                return self._server.query
            if time.monotonic() >= deadline:
                break
        raise SignerUnusable("auth-app-timeout", minutes=round(seconds / 60))


class _Server(HTTPServer):
    #: One signature after another comes back to the same port; on Windows this would let others take it meanwhile.
    allow_reuse_address = os.name == "posix"

    def __init__(self, address: tuple[str, int], host: str, path: str) -> None:
        super().__init__(address, _Handler)
        self.host, self.path = host, path
        self.query: str | None = None

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: what came was no answer, and must not be shown."""


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """Takes one GET at the page's own address, by its own name (a page of another name would be DNS rebinding)."""

    server: _Server
    timeout = _READ_SECONDS

    def do_GET(self) -> None:
        """Take the answer, or say that there is nothing here."""
        parts = urlsplit(self.path)
        own = self.headers.get_all("Host") == [self.server.host] and parts.path == self.server.path
        if not own or not parts.query or self.server.query is not None:
            self._say(404, _NOTHING)
            return
        self.server.query = parts.query
        self._say(200, _BACK)

    def _say(self, status: int, text: Text) -> None:
        body = f"<!doctype html><meta charset=utf-8><title>SignKit</title><p>{text.ja}<p>{text.en}".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: the address holds the code."""


_BACK = Text(
    "Thank you. Go back to SignKit: it tells there whether the file is signed. This page can be closed.",
    "ありがとうございました。SignKit に戻って、署名の結果を確認してください。このページは閉じて構いません。",
)
_NOTHING = Text("There is nothing here.", "ここには何もありません。")
