"""CSV (RFC 4180): one row a signature or document timestamp, and one for a file that has none."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from signkit.reporting.formats.writer import Write
from signkit.validation.profile import ProfileReport
from signkit.validation.report import Report, SignatureReport, TimestampReport, iso
from signkit.words import is_shown

COLUMNS = (
    "file", "sha256", "kind", "file_verdict", "error", "entry", "field", "type", "verdict", "sub_indication", "reasons",
    "intact", "level", "signature_algorithm", "claimed_time", "best_time", "best_time_source", "signer", "issuer",
    "key_kind", "trusted_by", "party_match", "coverage", "changes_after", "changes_permitted", "revocation",
    "revocation_source", "timestamps", "validation_time", "policy", "profile",
    "party_basis", "template_match",
)  # fmt: skip

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class CsvWriter:
    """The header, then rows."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._begun = False

    def add(self, report: Report) -> None:
        """Write the rows of one file."""
        common = _common(report)
        rows = [common | _signature(item) for item in report.signatures]
        rows += [common | _timestamp(item) for item in report.document_timestamps]
        self._rows(rows or [common | {"reasons": _codes(report)}])

    def finish(self) -> None:
        """Write the header at least."""
        self._rows([])

    def _rows(self, rows: list[dict[str, Any]]) -> None:
        text = StringIO()
        writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
        if not self._begun:
            writer.writeheader()
            self._begun = True
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
        if text.tell():
            self._write(text.getvalue())


def _common(report: Report) -> dict[str, Any]:
    return {
        "file": report.file,
        "sha256": report.sha256,
        "kind": report.kind,
        "file_verdict": report.verdict,
        "error": report.error.code if report.error else "",
        "validation_time": iso(report.validation_time),
        "policy": report.policy,
        "profile": _profile(report.profile),
        "template_match": report.template_match.verdict if report.template_match else "",
    }


def _profile(profile: ProfileReport | None) -> str:
    """``registry: fulfilled``, or the names of what is not met."""
    return f"{profile.name}: {' '.join(profile.violated) or 'fulfilled'}" if profile else ""


def _signature(item: SignatureReport) -> dict[str, Any]:
    return {
        "entry": "signature",
        "field": item.field,
        "type": item.type,
        "verdict": item.verdict,
        "sub_indication": item.sub_indication,
        "reasons": _codes(item),
        "intact": item.intact,
        "level": item.level,
        "signature_algorithm": item.signature_algorithm,
        "claimed_time": iso(item.claimed_time),
        "best_time": iso(item.best_time),
        "best_time_source": item.best_time_source,
        "signer": item.signer.common_name,
        "issuer": item.signer.issuer,
        "key_kind": item.signer.key_kind,
        "trusted_by": item.signer.trusted_by,
        "party_match": item.party_match.verdict if item.party_match else "",
        "party_basis": item.party_match.basis if item.party_match else "",
        "coverage": item.coverage,
        "changes_after": item.changes_after,
        "changes_permitted": item.changes_permitted,
        "revocation": item.revocation.status,
        "revocation_source": item.revocation.source,
        "timestamps": " ".join(f"{iso(stamp.time) or '?'}={stamp.verdict}" for stamp in item.timestamps),
    }


def _timestamp(item: TimestampReport) -> dict[str, Any]:
    return {
        "entry": "document-timestamp",
        "field": item.field,
        "verdict": item.verdict,
        "sub_indication": item.sub_indication,
        "reasons": _codes(item),
        "best_time": iso(item.time),
        "signer": item.tsa,
        "coverage": item.coverage,
    }


def _codes(item: Report | SignatureReport | TimestampReport) -> str:
    return " ".join(reason.code for reason in item.reasons)


def _cell(value: object) -> str:
    """A cell holds printable text; what looks like a formula gets an apostrophe, which spreadsheets do not show."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "".join(character if is_shown(character) else " " for character in str(value))
    return "'" + text if text.startswith(_FORMULA) or str(value).startswith(_FORMULA) else text
