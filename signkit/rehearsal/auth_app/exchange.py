"""HTTP as the test server's rules see it: a request, an answer, and a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request; header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def form(self) -> dict[str, str]:
        """Return the fields of a posted form.

        Raises:
            Refused: it is no form.
        """
        if self.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
            raise RequestRefused(400, "invalid_request", "the body is no form")
        try:
            return fields(self.body.decode("ascii"))
        except UnicodeDecodeError as error:
            raise RequestRefused(400, "invalid_request", "the body is not ASCII") from error

    def parameters(self) -> dict[str, str]:
        """Return the fields of the query."""
        return fields(self.query)

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body.

        Raises:
            Refused: it is none.
        """
        if self.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise RequestRefused(415, "invalid_request", "the body is no JSON")
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise RequestRefused(400, "invalid_request", "the body is no JSON") from error
        if not isinstance(found, dict):
            raise RequestRefused(400, "invalid_request", "the body is no JSON object")
        return found


@dataclass(frozen=True)
class PhoneAnswer:
    """One answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class RequestRefused(Exception):
    """A request that is not answered.

    Attributes:
        status: of HTTP.
        error: the code (RFC 6749 4.1.2.1, 5.2; RFC 6750 3.1).
        description: in words, for who builds a client.
    """

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(f"{status} {error}: {description}")
        self.status, self.error, self.description = status, error, description

    def answer(self) -> PhoneAnswer:
        """Return it as JSON."""
        challenge = {"WWW-Authenticate": f'Bearer error="{self.error}"'} if self.status == 401 else {}
        content = {"error": self.error, "error_description": self.description}
        return PhoneAnswer(self.status, json.dumps(content).encode(), headers=challenge)


def fields(text: str) -> dict[str, str]:
    """Return what a query or form says; nothing twice (RFC 6749 3.1).

    Raises:
        Refused: it cannot be read, or something stands in it twice.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=40) if text else []
    except ValueError as error:
        raise RequestRefused(400, "invalid_request", "the parameters cannot be read") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RequestRefused(400, "invalid_request", "a parameter stands twice")
    return found
