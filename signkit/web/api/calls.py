"""What a handler is given and what it gives back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from signkit.errors import SignKitError
from signkit.web.api.document import Operation
from signkit.words import Language, Text

if TYPE_CHECKING:
    from signkit.web.api.access import Principal
    from signkit.web.api.service import Service
    from signkit.web.api.tenants import Tenant

JSON = "application/json"
#: RFC 9457.
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Upload:
    """A file that was sent: on the disk, within its bound, removed when the call is over unless somebody took it.

    Attributes:
        name: what it is called, to be shown, never a path.
        sha256: in hexadecimal.
        media_type: as it was said to be.
    """

    path: Path
    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Call:
    """One call of an operation by somebody who may call it.

    Attributes:
        tenant: whose data it is about; a handler reaches no other's.
        principal: who calls.
        values: the parameters by name, as their schemas have them; those not given are missing.
        body: the JSON of the request; of a form its values.
        uploads: the files of a form by their field; a body that is a file stands under ``file``.
        request_id: names this call in the answer and in the log.
        origin: the address it came from.
    """

    service: Service
    operation: Operation
    tenant: Tenant
    principal: Principal
    values: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    language: Language = "en"
    request_id: str = ""
    origin: str = ""

    @property
    def wants_async(self) -> bool:
        """Whether the caller would rather not wait (RFC 7240 4.1)."""
        wishes = (each.strip().lower() for each in str(self.values.get("Prefer", "")).split(","))
        return "respond-async" in wishes


@dataclass(frozen=True)
class Answer:
    """What an operation answers.

    Attributes:
        body: a plain value as JSON; bytes as they are; an iterator gives pieces of bytes; None: no body.
        subject: the digest or the id that it was about, for the operation log; never anybody's name.
        etag: which state of a resource this is; see `etag_of`.
    """

    status: int = 200
    body: Any = None
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    subject: str | None = None
    etag: str | None = None


#: Answers a call.
Handler: TypeAlias = Callable[[Call], Answer]


class Refusal(Exception):
    """A call that is refused, with the problem that is told (RFC 9457).

    Args:
        code: stable, for scripts; the last part of the problem's type.
        title: in two languages.
        hint: what the caller can do.
        members: further members of the problem.
        headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: Text,
        *,
        hint: Text | None = None,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.hint = hint
        self.members = dict(members or {})
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, error: SignKitError, status: int = 422) -> Refusal:
        """Return the refusal that an error of the rooms below is told as."""
        hint = Text(error.hint("en") or "", error.hint("ja") or "")
        title = Text(error.message("en"), error.message("ja"))
        return cls(status, error.code, title, hint=hint if hint.en else None)


def etag_of(value: Any) -> str:
    """Return the entity tag of a resource: equal bytes of its JSON, equal tag."""
    plain = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()
    return f'"{hashlib.sha256(plain).hexdigest()[:32]}"'


def names_etag(header: str, etag: str, *, weak: bool = False) -> bool:
    """Tell whether If-Match, or with ``weak`` If-None-Match, names a tag or any (RFC 9110 13.1.1, 13.1.2)."""
    named = [each.strip() for each in header.split(",")]
    return "*" in named or etag in [each.removeprefix("W/") if weak else each for each in named]


def pieces(lines: Iterator[Any]) -> Iterator[bytes]:
    """Yield plain values as JSON lines."""
    return (json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in lines)
