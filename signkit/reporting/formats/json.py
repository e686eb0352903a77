"""JSON: one object for a file, or one a line."""

from __future__ import annotations

from signkit.plain_data import json_text
from signkit.validation.report import Report


def write_json(report: Report) -> str:
    """Return the report as indented JSON with a line end."""
    return json_text(report.to_json(), indent=2) + "\n"


def write_jsonl(report: Report) -> str:
    """Return the report as one line of JSON with its line end."""
    return json_text(report.to_json(), separators=(",", ":")) + "\n"
