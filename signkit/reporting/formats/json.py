"""JSON: one object for a file, or one a line."""

from __future__ import annotations

import json

from signkit.validation.report import Report


def write_json(report: Report) -> str:
    """Return the report as indented JSON with a line end."""
    return json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"


def write_jsonl(report: Report) -> str:
    """Return the report as one line of JSON with its line end."""
    return json.dumps(report.to_json(), ensure_ascii=False, separators=(",", ":")) + "\n"
