"""The test server on the loopback interface: HTTP in, HTTP out; the rules are the provider's."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from signkit.rehearsal.auth_app.exchange import PhoneAnswer, Request, RequestRefused
from signkit.rehearsal.auth_app.jose import TokenKey
from signkit.rehearsal.auth_app.phone import EmulatedPhone
from signkit.rehearsal.auth_app.provider import Provider
from signkit.rehearsal.auth_app.registration import kept_registration
from signkit.rehearsal.authority import new_rsa_key
from signkit.rehearsal.cards import kept_emulated_card
from signkit.rehearsal.pki import HANAKO
from signkit.rehearsal.residents import RESIDENTS

_LOOPBACK = "127.0.0.1"
_MAX_BODY = 65_536
_READ_SECONDS = 10.0


class AuthAppServer(ThreadingHTTPServer):
    """Serves one provider; `open_server` makes it."""

    daemon_threads = True
    provider: Provider

    @property
    def address(self) -> str:
        """The issuer: where it is."""
        return f"http://{_LOOPBACK}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away."""


def open_server(folder: Path, holder: str, port: int, *, agrees: bool = False) -> AuthAppServer:
    """Bind the port and make the provider; ``serve_forever`` then answers.

    Args:
        folder: where the rehearsal is kept; the client's files are written below it.
        holder: whose phone it is, a name in `signkit.rehearsal.cards.CARD_NAMES`.
        port: 0 takes a free one.
        agrees: whether the phone agrees by itself; else a page asks.

    Raises:
        OSError: the port cannot be had.
        FileUnusable("output-not-written"), InputUnreadable: the rehearsal's folder cannot be used.
    """
    server = AuthAppServer((_LOOPBACK, port), _Handler)
    try:
        phone = EmulatedPhone(RESIDENTS.get(holder, HANAKO).name, kept_emulated_card(folder, holder))
        client = kept_registration(folder, server.address)
    except BaseException:
        server.server_close()
        raise
    server.provider = Provider(server.address, (client,), phone, TokenKey("rehearsal-1", new_rsa_key()), agrees=agrees)
    return server


class _Handler(BaseHTTPRequestHandler):
    server: AuthAppServer
    timeout = _READ_SECONDS

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def _answer(self) -> None:
        try:
            answer = self.server.provider.answer(self._request())
        except RequestRefused as refused:
            answer = refused.answer()
        self._send(answer)

    def _request(self) -> Request:
        if self.headers.get_all("Host") != [urlsplit(self.server.address).netloc]:
            raise RequestRefused(421, "invalid_request", "another host is meant")  # DNS rebinding
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or self.headers.get("Transfer-Encoding"):
            raise RequestRefused(411, "invalid_request", "the length of the body is not given")
        if int(length) > _MAX_BODY:
            raise RequestRefused(413, "invalid_request", "the body is too long")
        names = [name.lower() for name in self.headers]
        if len(set(names) & {"authorization", "content-type", "origin"}) != sum(
            name in ("authorization", "content-type", "origin") for name in names
        ):
            raise RequestRefused(400, "invalid_request", "a header stands twice")
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, parts.path, parts.query, headers, self.rfile.read(int(length)))

    def _send(self, answer: PhoneAnswer) -> None:
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Log nothing: addresses hold codes."""
