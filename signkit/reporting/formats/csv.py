"""CSV (RFC 4180): one row a signature or document timestamp, and one for a file that has none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from signkit.reporting.formats import report_wording
from signkit.reporting.formats.csv_table import CsvTable, sheet_time, token_words
from signkit.reporting.formats.report_wording import say_level
from signkit.reporting.formats.text import signer_name
from signkit.reporting.formats.times import zone_name
from signkit.reporting.formats.writer import Write
from signkit.validation.profile import ProfileReport
from signkit.validation.report import Reason, Report, SignatureReport, TimestampReport
from signkit.words import Language, Text

COLUMNS = (
    "file", "sha256", "kind", "file_verdict", "error", "entry", "field", "type", "verdict", "sub_indication", "reasons",
    "intact", "level", "signature_algorithm", "claimed_time", "best_time", "best_time_source", "signer", "issuer",
    "key_kind", "trusted_by", "party_match", "coverage", "changes_after", "changes_permitted", "revocation",
    "revocation_source", "timestamps", "validation_time", "policy", "profile",
    "title", "party", "name", "time_zone", "party_basis", "template_match",
)  # fmt: skip

_MATCHES = {
    "match": Text("match", "一致"),
    "mismatch": Text("mismatch", "不一致"),
    "cannot-tell": Text("cannot-tell", "判定できません"),
}
_BASES = {
    "data": Text("data", "契約データ・指定"),
    "text": Text("text", "署名欄のそばの文字"),
    "page": Text("page", "ページの表示"),
}
_FULFILLED = Text("fulfilled", "すべて適合")


class CsvWriter:
    """The head, then rows."""

    def __init__(self, write: Write, language: Language = "en") -> None:
        self._write = write
        self._language = language
        self._table = CsvTable(COLUMNS, language)

    def add(self, report: Report) -> None:
        """Write the rows of one file."""
        rows = _Rows(report, self._language)
        self._write(self._table.lines(rows.all()))

    def finish(self) -> None:
        """Write the head at least."""
        if rest := self._table.lines([]):
            self._write(rest)


class _Rows:
    """The rows of one file."""

    def __init__(self, report: Report, language: Language) -> None:
        self._report, self._language = report, language

    def all(self) -> list[dict[str, Any]]:
        """Return a row a signature and document timestamp, or one for the file."""
        report, common = self._report, self._common()
        rows = [common | self._signature(item) for item in report.signatures]
        rows += [common | self._timestamp(item) for item in report.document_timestamps]
        return rows or [common | {"reasons": self._reasons(report.reasons)}]

    def _common(self) -> dict[str, Any]:
        report, language = self._report, self._language
        title = report.contract.title if report.contract else None
        template = report.template_match.verdict if report.template_match else None
        return {
            "file": report.file,
            "sha256": report.sha256,
            "kind": token_words(report_wording.FILE_KINDS, report.kind, language),
            "file_verdict": token_words(report_wording.VERDICTS, report.verdict, language),
            "error": token_words(report_wording.FILE_ERRORS, report.error.code, language) if report.error else "",
            "validation_time": self._time(report.validation_time),
            "policy": token_words(report_wording.POLICIES, report.policy, language),
            "profile": self._profile(report.profile),
            "template_match": token_words(report_wording.TEMPLATE_MATCHES, template, language),
            "title": title.in_language(language) if title else "",
            "time_zone": zone_name(report.validation_time),
        }

    def _profile(self, profile: ProfileReport | None) -> str:
        """``registry: fulfilled``, or the names of what is not met."""
        if profile is None:
            return ""
        names = " ".join(profile.violated) or _FULFILLED.in_language(self._language)
        return f"{token_words(report_wording.PROFILES, profile.name, self._language)}: {names}"

    def _signature(self, item: SignatureReport) -> dict[str, Any]:
        language = self._language
        match = item.party_match
        return {
            "entry": token_words(report_wording.ENTRIES, "signature", language),
            "field": item.field,
            "type": token_words(report_wording.SIGNATURE_TYPES, item.type, language),
            "verdict": token_words(report_wording.VERDICTS, item.verdict, language),
            "sub_indication": token_words(report_wording.SUB_INDICATIONS, item.sub_indication, language),
            "reasons": self._reasons(item.reasons),
            "intact": item.intact,
            "level": say_level(item.level, language) if language == "ja" else item.level,
            "signature_algorithm": item.signature_algorithm,
            "claimed_time": self._time(item.claimed_time),
            "best_time": self._time(item.best_time),
            "best_time_source": token_words(report_wording.BEST_TIME_SOURCES, item.best_time_source, language),
            "signer": item.signer.common_name or (signer_name(item, language) if language == "ja" else ""),
            "issuer": item.signer.issuer,
            "key_kind": token_words(report_wording.KEY_KINDS, item.signer.key_kind, language),
            "trusted_by": token_words(report_wording.TRUSTED_BY, item.signer.trusted_by, language),
            "party_match": token_words(_MATCHES, match.verdict if match else None, language),
            "party_basis": token_words(_BASES, match.basis if match else None, language),
            "coverage": token_words(report_wording.COVERAGES, item.coverage, language),
            "changes_after": token_words(report_wording.CHANGES, item.changes_after, language),
            "changes_permitted": item.changes_permitted,
            "revocation": token_words(report_wording.REVOCATIONS, item.revocation.status, language),
            "revocation_source": token_words(report_wording.REVOCATION_SOURCES, item.revocation.source, language),
            "timestamps": " ".join(map(self._stamp, item.timestamps)),
            "party": item.party.label.in_language(language) if item.party else "",
            "name": item.party.name if item.party else "",
        }

    def _timestamp(self, item: TimestampReport) -> dict[str, Any]:
        language = self._language
        return {
            "entry": token_words(report_wording.ENTRIES, "document-timestamp", language),
            "field": item.field,
            "verdict": token_words(report_wording.VERDICTS, item.verdict, language),
            "sub_indication": token_words(report_wording.SUB_INDICATIONS, item.sub_indication, language),
            "reasons": self._reasons(item.reasons),
            "best_time": self._time(item.time),
            "signer": item.tsa,
            "coverage": token_words(report_wording.COVERAGES, item.coverage, language),
        }

    def _stamp(self, stamp: TimestampReport) -> str:
        return f"{self._time(stamp.time) or '?'}={token_words(report_wording.VERDICTS, stamp.verdict, self._language)}"

    def _reasons(self, reasons: Iterable[Reason]) -> str:
        """The codes; in Japanese the sentences."""
        if self._language == "ja":
            return " ".join(reason.text.ja for reason in reasons)
        return " ".join(reason.code for reason in reasons)

    def _time(self, moment: datetime | None) -> str:
        return sheet_time(moment, self._report.validation_time)
