"""The formats by name, and what all writers have in common: reports go in one by one, text comes out at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from signkit.validation.report import Report

Write = Callable[[str], object]


class ReportFormat(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    JUNIT = "junit"
    HTML = "html"
    ETSI = "etsi"


@dataclass(frozen=True)
class Pictured:
    """Whether the HTML report shows pages, and what opens encrypted files for that."""

    wanted: bool = True
    password: str | None = None


class Writer(Protocol):
    """One run's results on their way to a file; no writer keeps reports in memory."""

    def add(self, report: Report) -> None:
        """Write what can be written of ``report`` now."""
        ...

    def finish(self) -> None:
        """Write the rest; what is written is then whole and valid, also after an interruption."""
        ...
