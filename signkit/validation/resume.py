"""Going on where a batch stopped: what a JSON-lines file of results holds already."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from signkit.errors import InputUnreadable, ResultsUnreadable
from signkit.validation.report import Verdict

_START = b'{"schema":"signkit-report/1",'
_MAX_LINE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Results:
    """What was judged before.

    Attributes:
        digests: SHA-256 by name of file; names without one (nothing could be read then) are missing, and tried again.
        verdicts: the verdict by name, the last where a file was judged twice.
        end: where the last whole line ends; what follows was cut off when the run stopped.
    """

    digests: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    end: int = 0


def read_results(path: Path) -> Results:
    """Read the results so far; none where the file does not exist.

    Raises:
        ResultsUnreadable: some line is no report.
        InputUnreadable: the file cannot be read.
    """
    results, end, number = Results(), 0, 0
    try:
        with path.open("rb") as stream:
            while line := stream.readline(_MAX_LINE):
                number += 1
                if not line.endswith(b"\n"):
                    _require(line.startswith(_START[: len(line)]) and len(line) < _MAX_LINE, path, number)
                    break
                _take(line, results, path, number)
                end += len(line)
    except FileNotFoundError:
        return results
    except OSError as error:
        raise InputUnreadable(str(path), error.strerror or str(error)) from error
    return Results(results.digests, results.verdicts, end)


def _take(line: bytes, results: Results, path: Path, number: int) -> None:
    try:
        report = json.loads(line)
        _require(line.startswith(_START), path, number)
        name, digest, verdict = report["file"], report["sha256"], Verdict(report["verdict"])
        _require(isinstance(name, str) and isinstance(digest, str), path, number)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ResultsUnreadable(str(path), number) from error
    results.verdicts[name] = verdict
    results.digests.pop(name, None)
    if digest:
        results.digests[name] = digest


def _require(condition: bool, path: Path, number: int) -> None:
    if not condition:
        raise ResultsUnreadable(str(path), number)
