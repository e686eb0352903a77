"""What a file is, before it is taken in: judged by `signkit.validation`, read for what it says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import PurePath
from typing import Any

from signkit.archive.entries import Form, State, TransactionFacts
from signkit.archive.kinds import facts_of_contract
from signkit.archive.page_words import begin_reading
from signkit.errors import ArchiveError, PdfNotSignable
from signkit.progress.contract import ContractStatus, contract_status
from signkit.validation.api import validate_data
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report, SignatureReport, TimestampReport, Verdict
from signkit.words import Text

#: Endings of what carries signatures and is no PDF; any other file that is no PDF is kept as a scan.
_SIGNATURES = (".p7m", ".p7s", ".pkcs7", ".p7b", ".cms", ".eml", ".asice", ".sce")
#: What counts as the beginning of a PDF (ISO 32000-2 7.5.2, and its readers).
_HEAD = 1_024
_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


@dataclass(frozen=True)
class Judged:
    """A file, judged.

    Attributes:
        facts: what its own data say.
        report: the judgement as it is kept: without what certificates say of people.
        text: what it is found by, in `signkit.archive.index.sought_form`.
        evidence_until: until when its evidence holds (the day in UTC); None where it does not, or nothing ends.
        against: what speaks against it, where it is not all good; it may name people, and is not kept.
    """

    form: Form
    state: State
    facts: TransactionFacts = field(default_factory=TransactionFacts)
    template: str | None = None
    level: str | None = None
    verdict: str | None = None
    report: dict[str, Any] | None = None
    text: str = field(default="", repr=False)
    evidence_until: date | None = None
    against: Text | None = field(default=None, repr=False)


def judge_file(data: bytes, name: str, options: ValidationOptions) -> Judged:
    """Judge a file.

    Raises:
        ArchiveError("file-unreadable"): it is a PDF or a signature that cannot be read.
        PdfPasswordNeeded, PdfPasswordWrong: it is encrypted, and ``options.password`` does not open it.
    """
    if b"%PDF-" in data[:_HEAD] or name.lower().endswith(".pdf"):
        return _judge_pdf(data, name, options)
    if name.lower().endswith(_SIGNATURES):
        report = validate_data(data, name, options)
        _require_readable(report)
        return Judged(
            "file", _STATES[report.verdict], level=level_of(report), verdict=report.verdict,
            report=report_to_keep(report), evidence_until=evidence_day(report), against=_against(report),
        )  # fmt: skip
    return Judged("scan", "unsigned")


def _judge_pdf(data: bytes, name: str, options: ValidationOptions) -> Judged:
    words = begin_reading(data, options.password)
    try:
        status = contract_status(data, name, options)
    except PdfNotSignable as error:
        raise ArchiveError("file-unreadable", path=name, cause=error.cause) from error
    _require_readable(status.report)
    contract = status.contract
    nothing_to_sign = not status.report.signatures and not status.parties
    return Judged(
        "scan" if nothing_to_sign else "file",
        _state(status),
        facts_of_contract(contract) if contract is not None else TransactionFacts(),
        f"{contract.template_id} {contract.template_version}" if contract is not None else None,
        level_of(status.report),
        status.report.verdict,
        report_to_keep(status.report),
        words(),
        evidence_day(status.report),
        _against(status.report),
    )


def evidence_day(report: Report) -> date | None:
    """Return the day (in UTC) until which the evidence holds; None where it does not, or nothing ends."""
    return report.evidence_until.time.astimezone(UTC).date() if report.evidence_until is not None else None


def _against(report: Report) -> Text | None:
    """Return the reasons of all that did not pass, each once, as one text."""
    every: list[SignatureReport | TimestampReport] = [*report.signatures, *report.document_timestamps]
    lost = [item for item in every if item.verdict is not Verdict.PASSED]
    texts = list(dict.fromkeys(each.text for item in lost for each in item.reasons))
    if not texts:
        return None
    return Text(" ".join(each.en for each in texts), "".join(each.ja for each in texts))


def _require_readable(report: Report) -> None:
    if report.verdict is Verdict.UNREADABLE:
        cause = report.error.message if report.error is not None else Text("?", "?")
        raise ArchiveError("file-unreadable", path=report.file, cause=_without_stop(cause))


def _without_stop(text: Text) -> Text:
    return Text(text.en.rstrip("."), text.ja.rstrip("。"))


def _state(status: ContractStatus) -> State:
    if status.report.verdict is Verdict.FAILED or status.is_altered or status.is_broken:
        return "broken"
    if status.complete:
        return "complete"
    if status.all_signed:
        return "unproven"
    return "open" if status.parties else _STATES[status.report.verdict]


_STATES: dict[Verdict, State] = {
    Verdict.PASSED: "complete",
    Verdict.INDETERMINATE: "unproven",
    Verdict.FAILED: "broken",
    Verdict.NOT_SIGNED: "unsigned",
}


def level_of(report: Report) -> str | None:
    """Return the lowest level of the file's signatures; None where it has none, or none of them is known."""
    found = [match[0] for each in report.signatures if (match := re.search(r"B-(?:LTA|LT|T|B)$", each.level))]
    return min(found, key=_LEVELS.index, default=None)


def report_to_keep(report: Report) -> dict[str, Any]:
    """Return a report as it is kept.

    Certificates of people say who they are; what of that is the contract's own stands under ``party``.  So the signer's
    name and attributes go, and the details in reasons (they may name people), not the codes.
    """
    plain = report.with_name(PurePath(report.file).name).to_json()
    for signature in plain["signatures"]:
        signature["signer"] |= {"common_name": None, "identity": None, "issuer": None}
        signature["reasons"] = _codes(signature["reasons"])
        if signature["party_match"] is not None:
            signature["party_match"]["reasons"] = _codes(signature["party_match"]["reasons"])
    plain["reasons"] = _codes(plain["reasons"])
    if plain["evidence_until"] is not None:
        [plain["evidence_until"]["reason"]] = _codes([plain["evidence_until"]["reason"]])
    return plain


def _codes(reasons: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"code": reason["code"]} for reason in reasons]
