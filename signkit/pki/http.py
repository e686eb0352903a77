"""One bounded HTTP exchange with a trust service: GET or POST, a time limit, a size limit, http(s) only."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from signkit.limits import size_in_words
from signkit.pki.addresses import AddressRefused, AddressRule

_CHUNK = 65536
#: What may be otherwise a moment later (RFC 9110 15.5.9, 15.6.3 to 15.6.5; RFC 6585 4).
_PASSING = (408, 429, 502, 503, 504)
_LONGEST_PAUSE = 30.0


class HttpFailure(Exception):
    """The service did not give a usable answer; ``cause`` says why, for people, ``status`` where it was its own."""

    def __init__(self, cause: str, status: int | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.status = status


class LastingFailure(HttpFailure):
    """There is no answer to be used, and asked again it will be so again."""


class AddressNotAsked(LastingFailure):
    """It is no address that may be asked (`AddressRule`)."""


class CertificateRefused(HttpFailure):
    """Whoever answered showed no certificate for this address that holds."""


class AnswerTooLong(LastingFailure):
    """The answer is longer than allowed."""


def fetch(
    url: str,
    *,
    timeout: float,
    limit: int,
    body: bytes | None = None,
    content_type: str = "",
    secret_headers: Mapping[str, str] | None = None,
    rule: AddressRule | None = None,
) -> bytes:
    """Return the body of the answer, at most ``limit`` bytes.

    Args:
        url: http or https.
        timeout: seconds for all of it, redirects too.
        limit: bytes.
        body: makes it a POST.
        content_type: of ``body``.
        secret_headers: further headers; where given, be it empty, no redirect is followed: what is sent is for this
            service alone.
        rule: which addresses may be connected to, redirects' too; None: any.  With a rule no proxy of the environment
            is used: it would connect to what nobody judged.

    Raises:
        HttpFailure: an address that may not be asked, another scheme than http(s), no connection, a status other than
            200, too long an answer.
    """
    request = _request(url, body, content_type)
    for name, value in (secret_headers or {}).items():
        # Unredirected: urllib then leaves the header out of a request to wherever it is sent on.
        request.add_unredirected_header(name, value)
    redirects = _HttpOnly() if secret_headers is None else _NoRedirect()
    handlers: list[urllib.request.BaseHandler] = [redirects]
    if rule is not None:
        handlers.append(urllib.request.ProxyHandler({}))
    answer: bytes = _Exchange(request, handlers, timeout, partial(_read_body, limit=limit), rule).answer()
    return answer


@dataclass(frozen=True)
class HttpAnswer:
    """An answer of whatever status; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    method: str,
    url: str,
    *,
    timeout: float,
    limit: int,
    headers: Mapping[str, str],
    body: bytes | None = None,
) -> HttpAnswer:
    """Return what a service answers, be it a refusal or a redirect, which is not followed.

    Args:
        url: http or https; over http no proxy is used.
        timeout: seconds for all of it.
        limit: bytes of the answer's body.

    Raises:
        HttpFailure: another scheme than http(s), no connection, too long an answer.
    """
    request = _request(url, body, method=method)
    for name, value in headers.items():
        request.add_unredirected_header(name, value)
    handlers: list[urllib.request.BaseHandler] = [_AnyStatus()]
    if url.startswith("http://"):
        handlers.append(urllib.request.ProxyHandler({}))
    answer: HttpAnswer = _Exchange(request, handlers, timeout, partial(_whole_answer, limit=limit)).answer()
    return answer


def send(
    url: str, *, timeout: float, body: bytes, content_type: str, headers: Mapping[str, str], rule: AddressRule | None
) -> int:
    """Post something and return the status that it was taken with (2xx); nothing of the answer behind it is read.

    Args:
        url: http or https; no redirect is followed, and no proxy used where there is a rule.
        timeout: seconds until the head of the answer is there.
        headers: further ones.
        rule: which addresses may be connected to; None: any.

    Raises:
        HttpFailure: as `fetch`; CertificateRefused among them.
    """
    request = _request(url, body, content_type)
    for name, value in headers.items():
        request.add_unredirected_header(name, value)
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
    if rule is not None:
        handlers.append(urllib.request.ProxyHandler({}))
    status: int = _Exchange(request, handlers, timeout, lambda answer: answer.status, rule).answer()
    return status


def ask_patiently(
    ask: Callable[[], HttpAnswer],
    *,
    tries: int,
    pause: Callable[[float], object],
    passes: Callable[[HttpAnswer], bool] = lambda _: False,
) -> HttpAnswer:
    """Return the first answer that is no passing refusal, or else the last.

    Args:
        ask: makes the exchange once; what it asks for may be asked for again.
        tries: how often at the most.
        pause: waits so many seconds: as many as the service wishes, else more each time.
        passes: tells of further answers that may be otherwise a moment later.

    Raises:
        HttpFailure: the last try, or one that no further try changes, brought no answer.
    """
    for number in range(tries - 1):
        wished = ""
        try:
            answer = ask()
        except HttpFailure as failure:
            if not may_pass(failure):
                raise
        else:
            if answer.status not in _PASSING and not passes(answer):
                return answer
            wished = answer.headers.get("retry-after", "")
        pause(_seconds_to_wait(number, wished))
    return ask()


def may_pass(failure: HttpFailure) -> bool:
    """Whether it may be otherwise a moment later."""
    return not isinstance(failure, LastingFailure) and (failure.status is None or failure.status in _PASSING)


def _seconds_to_wait(number: int, wished: str) -> float:
    # RFC 9110 10.2.3: Retry-After, here in seconds; as a date it is passed over.
    return min(float(wished) if wished.isascii() and wished.isdigit() else 0.5 * 2**number, _LONGEST_PAUSE)


def is_safe_address(url: str) -> bool:
    """Whether a secret may be sent to the service at ``url``: https, or http to this machine, and nothing beside it.

    Who listens to http reads keys and contracts; what stays on this machine nobody listens to (RFC 8252 8.3).
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.query or parts.fragment:
        return False
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(host))


def is_this_machine(host: str) -> bool:
    """Whether a host of an address is this machine: a loopback address, or the name kept for it (RFC 6761 6.3)."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _whole_answer(answer: http.client.HTTPResponse, limit: int) -> HttpAnswer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return HttpAnswer(answer.status, headers, _read_body(answer, limit))


def _request(url: str, body: bytes | None, content_type: str = "", method: str | None = None) -> urllib.request.Request:
    # file: and ftp: are what urllib would open as well; the addresses come from strangers' certificates.
    if not url.startswith(("http://", "https://")):
        raise HttpFailure("only http and https addresses are used")
    try:
        request = urllib.request.Request(url, data=body, method=method)  # noqa: S310  the scheme is checked above
    except ValueError as error:
        raise HttpFailure(f"not an address ({error})") from error
    request.add_header("User-Agent", "signkit")
    if content_type:
        request.add_header("Content-Type", content_type)
    return request


class _Exchange:
    """One exchange, in a thread of its own: so names, connecting, TLS, headers, body, trailers and redirects together
    take no longer than allowed, however slowly each byte of them comes."""

    def __init__(
        self,
        request: urllib.request.Request,
        handlers: Sequence[urllib.request.BaseHandler],
        timeout: float,
        read: Callable[[http.client.HTTPResponse], Any],
        rule: AddressRule | None = None,
    ) -> None:
        self._request, self._timeout, self._read = request, timeout, read
        self._open_socket = socket.create_connection if rule is None else rule.connect
        self._opener = urllib.request.build_opener(_Http(self._connect), _Https(self._connect), *handlers)
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._hung_up = False
        self._outcome: Any = HttpFailure("no answer")

    def answer(self) -> Any:
        threading.Thread(target=self._work, daemon=True, name="signkit-http").start()
        try:
            # A socket's own timeout counts anew with each byte: a slow service could hold the caller for hours.
            if not self._ended.wait(self._timeout):
                raise HttpFailure(f"no whole answer within {self._timeout:g} seconds")
        finally:
            # Also when all went well: the thread ends with its connection.
            self._hang_up()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    def _work(self) -> None:
        try:
            with self._opener.open(self._request, timeout=self._timeout) as answer:
                self._outcome = self._read(answer)
        except urllib.error.HTTPError as error:
            self._outcome = HttpFailure(f"HTTP status {error.code}", error.code)
            error.close()
        except AddressRefused as error:
            self._outcome = AddressNotAsked(str(error))
        except (OSError, ValueError, OverflowError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            kind = CertificateRefused if isinstance(reason, ssl.SSLCertVerificationError) else HttpFailure
            self._outcome = kind(str(reason) or "no answer")
        except Exception as error:
            # Whatever it was belongs to the caller's thread, not to stderr.
            self._outcome = error
        finally:
            self._ended.set()

    def _connect(self, *arguments: Any, **named: Any) -> socket.socket:
        """Connect; a second handle of each connection is kept, by which it can be ended at any moment."""
        connection = self._open_socket(*arguments, **named)
        with self._lock:
            if self._hung_up:
                connection.close()
                raise OSError("it took too long to connect")
            self._connections.append(connection.dup())
        return connection

    def _hang_up(self) -> None:
        with self._lock:
            self._hung_up = True
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()


class _Http(urllib.request.HTTPHandler):
    """Makes http connections by ``connect``."""

    def __init__(self, connect: Callable[..., socket.socket]) -> None:
        super().__init__()
        self._connect = connect

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_open_connection, http.client.HTTPConnection, self._connect), req)


class _Https(urllib.request.HTTPSHandler):
    """Makes https connections by ``connect``."""

    def __init__(self, connect: Callable[..., socket.socket]) -> None:
        super().__init__()
        self._connect = connect

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_open_connection, http.client.HTTPSConnection, self._connect), req)


def _open_connection(
    kind: type[http.client.HTTPConnection], connect: Callable[..., socket.socket], host: str, **named: Any
) -> http.client.HTTPConnection:
    connection = kind(host, **named)
    connection._create_connection = connect  # type: ignore[attr-defined]  # http.client offers no other way in
    return connection


class _HttpOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http(s) alone."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if not newurl.startswith(("http://", "https://")):
            fp.close()
            raise HttpFailure("it redirects to an address that is not http or https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the answer is then the redirect itself, a failure."""

    def redirect_request(self, *_: object) -> None:
        return None


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Takes every answer as it is: a refusal has a body that says why, and no redirect is followed."""

    def http_response(self, _request, response):  # type: ignore[no-untyped-def]
        return response

    https_response = http_response


def _read_body(answer: http.client.HTTPResponse, limit: int) -> bytes:
    data = bytearray()
    # One byte more than allowed is read, so that "exactly the limit" is told apart from "longer".
    while chunk := answer.read1(min(_CHUNK, limit + 1 - len(data))):
        data += chunk
        if len(data) > limit:
            raise AnswerTooLong(f"the answer is longer than {size_in_words(limit)}")
    return bytes(data)
