"""One call over HTTP: TLS verified, bounded, no redirect, tried again where that can do no harm."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from signkit.errors import ServiceError
from signkit.errors.service_causes import service_cause
from signkit.pki.http import HttpAnswer, HttpFailure, ask_patiently, exchange, is_safe_address
from signkit.validation.report_reading import REPORT_BYTES
from signkit.words import Language, printable

_MOST_TOLD = 300
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
        try:
            answer = ask_patiently(
                lambda: exchange(
                    method, self.url.rstrip("/") + path,
                    timeout=self.seconds, limit=2 * REPORT_BYTES, headers=said, body=body,
                ),
                tries=self.tries if repeatable else 1, pause=self.pause, passes=_is_busy,
            )  # fmt: skip
        except HttpFailure as failure:
            raise ServiceError("server-unreachable", url=self.url, cause=service_cause(failure.cause)) from failure
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
    if not isinstance(code, str) or not isinstance(title, str):
        return None
    return printable(code[:_MOST_TOLD]), printable(title[:_MOST_TOLD])


def _is_busy(answer: HttpAnswer) -> bool:
    """Whether the first request with an Idempotency-Key is still being answered."""
    return answer.status == 409 and (_problem(answer) or ("", ""))[0] == _BUSY


def require_safe(url: str) -> None:
    """Refuse an address of a service to which nothing secret may go.

    Raises:
        ServiceError("server-address"): not https, nor http to this machine.
    """
    if not is_safe_address(url):
        raise ServiceError("server-address", url=url)


def json_of(transport: ServiceConnection, answer: HttpAnswer) -> Any:
    """Return the JSON of an answer.

    Raises:
        ServiceError("server-answer"): it is none.
    """
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ServiceError("server-answer", url=transport.url, cause=service_cause("no JSON")) from error
