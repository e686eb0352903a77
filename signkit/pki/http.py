"""One bounded HTTP exchange with a trust service: GET or POST, a time limit, a size limit, http(s) only."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

_CHUNK = 65536


class HttpFailure(Exception):
    """The service did not give a usable answer; ``cause`` says why, for people."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def fetch(
    url: str,
    *,
    timeout: float,
    limit: int,
    body: bytes | None = None,
    content_type: str = "",
    secret_headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return the body of the answer, at most ``limit`` bytes.

    Args:
        url: http or https.
        timeout: seconds for all of it.
        limit: bytes.
        body: makes it a POST.
        content_type: of ``body``.
        secret_headers: further headers; where given, be it empty, no redirect is followed: what is sent is for this
            service alone.

    Raises:
        HttpFailure: another scheme than http(s), no connection, a status other than 200, too long an answer.
    """
    if not url.startswith(("http://", "https://")):
        raise HttpFailure("only http and https addresses are used")
    request = urllib.request.Request(url, data=body)  # noqa: S310  the scheme is checked above
    request.add_header("User-Agent", "signkit")
    if content_type:
        request.add_header("Content-Type", content_type)
    for name, value in (secret_headers or {}).items():
        request.add_unredirected_header(name, value)
    opener = _OPENER if secret_headers is None else _STAYING
    try:
        with opener.open(request, timeout=timeout) as answer:
            return _read_body(answer, limit, time.monotonic() + timeout)
    except urllib.error.HTTPError as error:
        cause = f"HTTP status {error.code}"
        error.close()
        raise HttpFailure(cause) from None
    except (OSError, ValueError, OverflowError, http.client.HTTPException) as error:
        raise HttpFailure(str(getattr(error, "reason", error)) or "no answer") from error


class _HttpOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http(s) alone."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if not newurl.startswith(("http://", "https://")):
            raise HttpFailure("it redirects to an address that is not http or https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the answer is then the redirect itself, a failure."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_HttpOnly)
_STAYING = urllib.request.build_opener(_NoRedirect)


def _read_body(answer: http.client.HTTPResponse, limit: int, deadline: float) -> bytes:
    """Read the body; the time limit holds for all of it, not for each part that a slow service sends."""
    data = bytearray()
    while chunk := answer.read1(min(_CHUNK, limit + 1 - len(data))):
        if time.monotonic() > deadline:
            raise HttpFailure("the answer took too long")
        data += chunk
        if len(data) > limit:
            raise HttpFailure(f"the answer is longer than {limit} bytes")
    return bytes(data)
