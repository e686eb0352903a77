"""The service's operations as methods."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlencode

from signkit.client import values
from signkit.client.connection import ServiceConnection, json_of
from signkit.client.values import Accepted, KeyInfo, Misfit, ServiceJob, Validation, ValidationSummary
from signkit.errors import ServiceError
from signkit.pki.http import HttpAnswer
from signkit.words import Language

T = TypeVar("T")
_JSON = "application/json"
_VALIDATIONS, _JOBS, _KEYS, _LOG = "/api/v1/validations", "/api/v1/jobs", "/api/v1/keys", "/api/v1/log"


class Client:
    """A service, called with a key.

    Args:
        url: where it is: https; http to this machine alone.
        key: an API key.
        language: of its problems.
        seconds: for one exchange.
        tries: how often a call is made that can be repeated without harm.
        pause: waits between them.

    Raises:
        ServiceError("server-address"): the address is none, or unsafe.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        language: Language = "en",
        seconds: float = 300.0,
        tries: int = 5,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self.url = url
        self._transport = ServiceConnection(url, key, language, seconds, tries, pause)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> HttpAnswer:
        """Call any operation of the API; return the answer, which is no refusal.

        Args:
            repeatable: whether it can be sent twice without harm; None: all but a POST without an Idempotency-Key.

        Raises:
            ServiceError("server-unreachable", "server-refused", "server-answer"): there is no answer, or a refusal.
        """
        if repeatable is None:
            repeatable = method != "POST" or "Idempotency-Key" in (headers or {})
        return self._transport.send(method, path, body=body, headers=headers, repeatable=repeatable)

    # --- judgements

    def validate(
        self, data: bytes, name: str, *, content: bytes | None = None, wishes: Mapping[str, Any] | None = None
    ) -> Validation:
        """Let a file be judged.

        Args:
            name: what it is called; by its ending some kinds are told.
            content: what a detached signature signs.
            wishes: ``ValidationOptions`` of the API document.
        """
        return self._read(self._send_file(data, name, content, wishes, {}), values.validation)

    def validate_later(
        self, data: bytes, name: str, *, content: bytes | None = None, wishes: Mapping[str, Any] | None = None
    ) -> Accepted:
        """Hand a file over; it is judged later (`get_validation` finds it then, `get_job` until then)."""
        answer = self._send_file(data, name, content, wishes, {"Prefer": "respond-async"})
        return self._read(answer, values.accepted_job)

    def get_validation(self, id_: str) -> Validation:
        """Return a judgement."""
        return self._read(self.call("GET", _item(_VALIDATIONS, id_)), values.validation)

    def get_report(self, id_: str, format_: Literal["html", "etsi", "text", "csv"]) -> bytes:
        """Return a judgement's report as the service writes it."""
        return self.call("GET", f"{_item(_VALIDATIONS, id_)}?format={format_}").body

    def list_validations(self) -> Iterator[ValidationSummary]:
        """Yield all judgements, the newest first."""
        return self._pages(_VALIDATIONS, {}, values.summary)

    def delete_validation(self, id_: str) -> None:
        """Let a judgement be kept no longer."""
        self.call("DELETE", _item(_VALIDATIONS, id_))

    # --- jobs, keys, log

    def list_jobs(self, state: Literal["ready", "leased", "failed"] | None = None) -> Iterator[ServiceJob]:
        """Yield what is not done yet, from the oldest on."""
        return self._pages(_JOBS, {"state": state} if state else {}, values.job)

    def get_job(self, id_: str) -> ServiceJob:
        """Return a job that is not done."""
        return self._read(self.call("GET", _item(_JOBS, id_)), values.job)

    def retry_job(self, id_: str) -> ServiceJob:
        """Let a failed job be tried again."""
        answer = self.call("POST", _item(_JOBS, id_) + "/retry", headers={"Idempotency-Key": _new_key()})
        return self._read(answer, values.job)

    def cancel_job(self, id_: str) -> None:
        """Let a job not be done."""
        self.call("DELETE", _item(_JOBS, id_))

    def list_keys(self) -> Iterator[KeyInfo]:
        """Yield the tenant's keys, without their secrets."""
        return self._pages(_KEYS, {}, values.key_info)

    def add_key(
        self, name: str, permissions: Sequence[str], *, networks: Sequence[str] = (), expires_at: str | None = None
    ) -> KeyInfo:
        """Make a key; its text is in what comes back alone.  The call is made once: two would be two keys."""
        wanted: dict[str, Any] = {"name": name, "permissions": list(permissions), "networks": list(networks)}
        if expires_at is not None:
            wanted["expires_at"] = expires_at
        answer = self.call("POST", _KEYS, body=json.dumps(wanted).encode(), headers={"Content-Type": _JSON})
        return self._read(answer, values.key_info)

    def revoke_key(self, id_: str) -> None:
        """Let a key be good no more, as it is now: where somebody changes it meanwhile, that is a refusal."""
        etag = self.call("GET", _item(_KEYS, id_)).headers.get("etag", "")
        self.call("DELETE", _item(_KEYS, id_), headers={"If-Match": etag})

    def read_log(self, after: int = 0, limit: int = 1000) -> Iterator[dict[str, Any]]:
        """Yield records of the operation log, from a number on."""
        query = urlencode({"after": after, "limit": limit})
        for line in self.call("GET", f"{_LOG}?{query}").body.splitlines():
            yield json_of(self._transport, HttpAnswer(200, {}, line))

    def log_head(self) -> dict[str, Any]:
        """Return the newest record of the log and whether its chain holds."""
        head: dict[str, Any] = json_of(self._transport, self.call("GET", f"{_LOG}/head"))
        return head

    # --- how

    def _send_file(
        self, data: bytes, name: str, content: bytes | None, wishes: Mapping[str, Any] | None, headers: dict[str, str]
    ) -> HttpAnswer:
        options = json.dumps({**(wishes or {}), "name": name}).encode()
        kind, body = _form(options, data, content)
        return self.call(
            "POST", _VALIDATIONS, body=body, headers={**headers, "Content-Type": kind, "Idempotency-Key": _new_key()}
        )

    def _pages(self, path: str, query: Mapping[str, str], read: Callable[[Any], T]) -> Iterator[T]:
        cursor, seen = "", set()
        while cursor not in seen:  # a cursor that comes again would lead round and round
            seen.add(cursor)
            wanted = urlencode({**query, "cursor": cursor} if cursor else query)
            items, following = self._read(
                self.call("GET", f"{path}?{wanted}" if wanted else path), lambda value: values.page(value, read)
            )
            yield from items
            if following is None:
                return
            cursor = following

    def _read(self, answer: HttpAnswer, read: Callable[[Any], T]) -> T:
        try:
            return read(json_of(self._transport, answer))
        except Misfit as misfit:
            raise ServiceError("server-answer", url=self._transport.url, cause=misfit.cause) from misfit


def _item(path: str, id_: str) -> str:
    return f"{path}/{quote(id_, safe='')}"


def _new_key() -> str:
    return str(uuid.uuid4())


def _form(options: bytes, data: bytes, content: bytes | None) -> tuple[str, bytes]:
    """Return a form with its media type (RFC 7578); the boundary is by chance, so that no file holds it."""
    boundary = secrets.token_hex(24)
    parts = [("options", "", _JSON, options), ("file", '; filename="file"', "application/octet-stream", data)]
    if content is not None:
        parts.append(("content", '; filename="content"', "application/octet-stream", content))
    pieces: list[bytes] = []
    for field, rest, kind, value in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"{rest}\r\nContent-Type: {kind}\r\n\r\n'
        pieces += [head.encode(), value, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(pieces)
