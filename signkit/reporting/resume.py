"""Going on where a batch stopped: what a JSON-lines file of results holds already."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from signkit.errors import ValidationRefused
from signkit.validation.profile import ProfileName
from signkit.validation.report import Verdict

#: How a line begins: of this version, and of the one before, whose items mean the same.
_STARTS = (b'{"schema":"signkit-report/2",', b'{"schema":"signkit-report/1",')
_MAX_LINE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Results:
    """What was judged before.

    Attributes:
        digests: SHA-256 by name of file; names without one (nothing could be read then) are missing, and tried again.
        verdicts: the verdict by name, the last where a file was judged twice.
        violated: the files that do not meet the profile asked for, or are not the template that was asked about.
        end: where the last whole line ends; what follows was cut off when the run stopped.
    """

    digests: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    violated: set[str] = field(default_factory=set)
    end: int = 0


def read_results(
    stream: IO[bytes], path: Path, profile: ProfileName | None = None, template_check: bool = False
) -> Results:
    """Read the results so far from ``stream``, which ``path`` is called.

    Files that were not held against ``profile``, or their template where ``template_check`` asks for that, are judged
    again.

    Raises:
        ValidationRefused("results-unreadable"): some line is no report.
        OSError: the file cannot be read.
    """
    results, end, number = Results(), 0, 0
    while line := stream.readline(_MAX_LINE):
        number += 1
        if not line.endswith(b"\n"):
            _require(line.startswith(_known_starts(len(line))) and len(line) < _MAX_LINE, path, number)
            break
        _take(line, results, path, number, _Asked(profile, template_check))
        end += len(line)
    return replace(results, end=end)


def _known_starts(length: int) -> tuple[bytes, ...]:
    return tuple(start[:length] for start in _STARTS)


@dataclass(frozen=True)
class _Asked:
    """What this run asks of a file beside its verdict."""

    profile: ProfileName | None
    template_check: bool

    def was_told(self, report: dict[str, Any]) -> bool:
        held = report.get("profile") or {}
        return self.profile in (None, held.get("name")) and not (self.template_check and not _template(report))

    def is_violated(self, report: dict[str, Any]) -> bool:
        held = report.get("profile") or {}
        unmet = self.profile is not None and held.get("name") == self.profile and not held.get("fulfilled")
        return unmet or (self.template_check and _template(report).get("verdict") == "altered")


def _template(report: dict[str, Any]) -> dict[str, Any]:
    found = report.get("template_match") or {}
    return found if isinstance(found, dict) else {}


def _take(line: bytes, results: Results, path: Path, number: int, asked: _Asked) -> None:
    try:
        report = json.loads(line)
        _require(line.startswith(_STARTS), path, number)
        name, digest, verdict = report["file"], report["sha256"], Verdict(report["verdict"])
        violated, told = asked.is_violated(report), asked.was_told(report)
        _require(isinstance(name, str) and isinstance(digest, str), path, number)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValidationRefused("results-unreadable", path=str(path), line=number) from error
    results.verdicts[name] = verdict
    results.digests.pop(name, None)
    results.violated.discard(name)
    if violated:
        results.violated.add(name)
    if digest and told:
        results.digests[name] = digest


def _require(condition: bool, path: Path, number: int) -> None:
    if not condition:
        raise ValidationRefused("results-unreadable", path=str(path), line=number)
