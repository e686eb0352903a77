"""What the service answers, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from signkit.errors import SignKitError
from signkit.errors.service_causes import service_cause
from signkit.validation.report import Report, Verdict
from signkit.validation.report_reading import read_report
from signkit.words import Text, Unfit

T = TypeVar("T")


class Misfit(Unfit):
    """An answer is not as the API document says."""


@dataclass(frozen=True)
class Validation:
    """A judgement with its report."""

    id: str
    created_at: str
    report: Report


@dataclass(frozen=True)
class ValidationSummary:
    """A judgement as it is listed."""

    id: str
    created_at: str
    name: str
    sha256: str
    verdict: Verdict


@dataclass(frozen=True)
class Accepted:
    """What is to be judged: the id of the judgement to come, and of the job."""

    id: str
    job: str


@dataclass(frozen=True)
class ServiceJob:
    """Work that is not done; ``problem`` says why it failed."""

    id: str
    kind: str
    state: str
    attempts: int
    problem: Mapping[str, Any] | None
    resource: str | None


@dataclass(frozen=True)
class KeyInfo:
    """An API key; ``key`` is its text, in the answer that made it alone."""

    id: str
    name: str
    permissions: tuple[str, ...]
    networks: tuple[str, ...]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    key: str | None = None


def validation(value: Any) -> Validation:
    """Read a judgement."""
    try:
        report = read_report(member(value, "report", dict))
    except SignKitError as error:
        # A cause stands in a sentence of its own.
        raise Misfit(Text(error.message("en").rstrip("."), error.message("ja").rstrip("。"))) from error
    return Validation(member(value, "id", str), member(value, "created_at", str), report)


def summary(value: Any) -> ValidationSummary:
    """Read a judgement as it is listed."""
    verdict = member(value, "verdict", str)
    if verdict not in tuple(Verdict):
        raise _misfit("verdict")
    return ValidationSummary(
        member(value, "id", str), member(value, "created_at", str), member(value, "name", str),
        member(value, "sha256", str), Verdict(verdict),
    )  # fmt: skip


def accepted_job(value: Any) -> Accepted:
    """Read what a postponed judgement is answered with."""
    return Accepted(member(value, "id", str), member(value, "job", str))


def job(value: Any) -> ServiceJob:
    """Read a job."""
    return ServiceJob(
        member(value, "id", str), member(value, "kind", str), member(value, "state", str),
        member(value, "attempts", int), perhaps(value, "problem", dict), perhaps(value, "resource", str),
    )  # fmt: skip


def key_info(value: Any) -> KeyInfo:
    """Read an API key."""
    return KeyInfo(
        member(value, "id", str), member(value, "name", str), _texts(value, "permissions"), _texts(value, "networks"),
        member(value, "created_at", str), perhaps(value, "expires_at", str), perhaps(value, "revoked_at", str),
        perhaps(value, "key", str),
    )  # fmt: skip


def page(value: Any, read: Callable[[Any], T]) -> tuple[list[T], str | None]:
    """Read a page of a list; return its items and the cursor of the next."""
    return [read(each) for each in member(value, "items", list)], perhaps(value, "next", str)


def member(value: Any, name: str, kind: type[T]) -> T:
    """Return a member of a JSON object."""
    found = perhaps(value, name, kind)
    if found is None:
        raise _misfit(name)
    return found


def perhaps(value: Any, name: str, kind: type[T]) -> T | None:
    """Return a member of a JSON object that may be null or missing."""
    found = value.get(name) if isinstance(value, dict) else None
    if found is not None and type(found) is not kind:
        raise _misfit(name)
    return found


def _texts(value: Any, name: str) -> tuple[str, ...]:
    items = member(value, name, list)
    if not all(isinstance(each, str) for each in items):
        raise _misfit(name)
    return tuple(items)


def _misfit(name: str) -> Misfit:
    return Misfit(service_cause(f"{name} is missing, or of another kind"))
