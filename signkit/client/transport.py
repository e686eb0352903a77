"""One call over HTTP: TLS verified, bounded, no redirect, tried again where that can do no harm."""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from signkit.errors import ServiceError
from signkit.errors.service_causes import service_cause
from signkit.pki.http import HttpAnswer, HttpFailure, exchange
from signkit.validation.report_reading import REPORT_BYTES
from signkit.words import Language, is_shown

_MOST_TOLD = 300
_LONGEST_PAUSE = 30.0
#: RFC 6585 4, RFC 9110 15.6.4; the first request with an Idempotency-Key is still being answered.
_AGAIN = (429, 503)
_BUSY = "idempotency-busy"


@dataclass(frozen=True)
class ServiceConnection:
    """Where a service is, and how it is called.

    Attributes:
        url: https; http to this machine alone.
        key: an API key.
        language: of the problems that the service tells.
        seconds: for one exchange, all of it.
        tries: how often a call is made that can be repeated.
        pause: waits so many seconds.
    """

    url: str
    key: str
    language: Language = "en"
    seconds: float = 300.0
    tries: int = 5
    pause: Callable[[float], object] = time.sleep

    def __post_init__(self) -> None:
        require_safe(self.url)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> HttpAnswer:
        """Make a call and return the answer, which is no refusal.

        Raises:
            ServiceError("server-unreachable", "server-refused", "server-answer"): there is none.
        """
        said = {"Authorization": f"Bearer {self.key}", "Accept-Language": self.language, **(headers or {})}
        for number in range(self.tries if repeatable else 1):
            last = number + 1 == self.tries or not repeatable
            try:
                answer = exchange(
                    method, self.url.rstrip("/") + path,
                    timeout=self.seconds, limit=2 * REPORT_BYTES, headers=said, body=body,
                )  # fmt: skip
            except HttpFailure as failure:
                if last:
                    raise ServiceError(
                        "server-unreachable", url=self.url, cause=service_cause(failure.cause)
                    ) from failure
                self.pause(_pause(number))
                continue
            if last or not _is_to_be_repeated(answer):
                break
            self.pause(_pause(number, answer.headers.get("retry-after", "")))
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: HttpAnswer) -> ServiceError:
        told = _problem(answer)
        if told is None:
            return ServiceError("server-answer", url=self.url, cause=service_cause(f"HTTP status {answer.status}"))
        code, title = told
        return ServiceError("server-refused", status=answer.status, problem=code, title=title)


def _problem(answer: HttpAnswer) -> tuple[str, str] | None:
    """Return code and title of a problem (RFC 9457), without what could steer a terminal."""
    try:
        told = json.loads(answer.body[:1_000_000])
        code, title = told["code"], told["title"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return (_shown(code), _shown(title)) if isinstance(code, str) and isinstance(title, str) else None


def _shown(text: str) -> str:
    return "".join(character if is_shown(character) else "\ufffd" for character in text[:_MOST_TOLD])


def _is_to_be_repeated(answer: HttpAnswer) -> bool:
    if answer.status in _AGAIN:
        return True
    return answer.status == 409 and (_problem(answer) or ("", ""))[0] == _BUSY


def _pause(number: int, wished: str = "") -> float:
    """Return how long to wait: as the service wishes (RFC 9110 10.2.3), else longer each time."""
    return min(float(wished) if wished.isascii() and wished.isdigit() else 0.5 * 2**number, _LONGEST_PAUSE)


def require_safe(url: str) -> None:
    """Refuse an address of a service to which nothing secret may go: who listens to http reads keys and contracts.

    Raises:
        ServiceError("server-address"): not https, nor http to this machine.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ServiceError("server-address", url=url) from error
    plain = (
        not parts.username
        and not parts.query
        and not parts.fragment
        and url.isascii()
        and url.isprintable()
        and " " not in url
    )
    if not plain or not host or parts.scheme not in ("http", "https"):
        raise ServiceError("server-address", url=url)
    if parts.scheme == "http" and not _is_loopback(host):
        raise ServiceError("server-address", url=url)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def parsed(transport: ServiceConnection, answer: HttpAnswer) -> Any:
    """Return the JSON of an answer.

    Raises:
        ServiceError("server-answer"): it is none.
    """
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ServiceError("server-answer", url=transport.url, cause=service_cause("no JSON")) from error
