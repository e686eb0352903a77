"""How much a single file may cost: everything incoming is hostile until judged."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


class LimitExceeded(Exception):
    """A file asks for more than it may have; the file is then UNREADABLE, never half judged."""

    def __init__(self, name: str, allowed: float) -> None:
        super().__init__(f"more than {allowed:g} {name}")
        self.name = name
        self.allowed = allowed

    def __reduce__(self) -> tuple[type[LimitExceeded], tuple[str, float]]:
        return type(self), (self.name, self.allowed)


@dataclass(frozen=True)
class Limits:
    """Bounds for one file.

    Attributes:
        bytes: size of the file.
        objects: objects listed by all cross-reference sections together.
        depth: nesting of arrays and dictionaries, and of page, field and structure trees.
        revisions: cross-reference sections that follow one another.
        signatures: signatures and document timestamps.
        decoded_bytes: size of one decoded stream (against decompression bombs).
        decoded_total: size of all decoded streams together.
        seconds: time for the whole file; checked between steps.
    """

    bytes: int = 512 * 1024 * 1024
    objects: int = 2_000_000
    depth: int = 200
    revisions: int = 10_000
    signatures: int = 1_000
    decoded_bytes: int = 64 * 1024 * 1024
    decoded_total: int = 256 * 1024 * 1024
    seconds: float = 60.0


@dataclass
class Meter:
    """What one file has used so far; shared by everything that reads it."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    decoded: int = 0

    def check_time(self) -> None:
        """Raise LimitExceeded once the file's time is up."""
        if time.monotonic() - self.started > self.limits.seconds:
            raise LimitExceeded("seconds", self.limits.seconds)

    def add_decoded(self, count: int) -> None:
        """Account for ``count`` decoded bytes."""
        self.decoded += count
        if self.decoded > self.limits.decoded_total:
            raise LimitExceeded("decoded bytes", self.limits.decoded_total)
