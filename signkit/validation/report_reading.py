"""A report from its JSON (``signkit-report/2``), as a service, a file of results or anybody else hands it over.

Whoever wrote it may be hostile: every member must be there and of its kind, none beside them, and nothing may
contradict itself; what is none is refused as a whole.  Three things are no part of the JSON, and are not in what is
read: which row of a customer table a signer is, parts of seconds, and, in what an earlier SignKit wrote, the Japanese
of a file's error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar, get_args

from signkit.errors import ValidationRefused
from signkit.errors.service_causes import service_cause
from signkit.jpki.company import CompanyRegistration
from signkit.jpki.match_reasons import BASES, REASONS, MatchReason, PartyMatch
from signkit.jpki.match_reasons import Verdict as MatchVerdict
from signkit.pki.paths.outcome import RevocationStatus
from signkit.plain_data import unique
from signkit.validation.next_steps import STEPS
from signkit.validation.profile import ProfileName, ProfileReport, RequirementFinding, RequirementReport
from signkit.validation.report import (
    SCHEMA,
    ContractParty,
    ContractReport,
    EvidenceEnd,
    FileError,
    FreeTextItem,
    PartyName,
    Reason,
    Report,
    ServiceReport,
    SignatureReport,
    SignerReport,
    TemplateMatch,
    TemplateVerdict,
    TimestampReport,
    Verdict,
)
from signkit.words import Text

#: Of one report; a contract of hundreds of signatures takes a hundredth of it.
REPORT_BYTES = 64 * 1024 * 1024
_MOST_ITEMS = 100_000
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}|", re.ASCII)
_KINDS = ("pdf", "cms", "asic")
_OF_ORGANISATION = next(step.code for step in STEPS if "organisation-not-trusted" in step.reasons)

T = TypeVar("T")


def parse_report(raw: bytes) -> Report:
    """Return the report that is written in ``raw``.

    Raises:
        ValidationRefused("report-invalid"): it is too long, no JSON, or no report.
    """
    if len(raw) > REPORT_BYTES:
        _refuse("", "too long")
    try:
        value = json.loads(raw, object_pairs_hook=unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise ValidationRefused("report-invalid", at="/", cause=service_cause("no JSON")) from error
    return read_report(value)


def read_report(value: Any) -> Report:
    """Return the report that a value out of a JSON text stands for.

    Raises:
        ValidationRefused("report-invalid"): it is none; ``at`` says where (a JSON pointer).
    """
    item = _Object(
        value, "", "schema file sha256 kind verdict error validation_time policy reasons next signatures "
        "document_timestamps profile template_match contract evidence_until",
    )  # fmt: skip
    item.choice("schema", (SCHEMA,))
    report = Report(
        file=item.text("file"),
        sha256=item.text("sha256", _SHA256),
        kind=item.choice("kind", _KINDS),
        verdict=item.read("verdict", _file_verdict),
        validation_time=item.read("validation_time", _time),
        policy=item.text("policy"),
        signatures=item.items("signatures", _signature),
        document_timestamps=item.items("document_timestamps", _document_timestamp),
        error=item.perhaps("error", _error),
        reasons=item.items("reasons", _reason),
        profile=item.perhaps("profile", _profile),
        template_match=item.perhaps("template_match", _template_match),
        contract=item.perhaps("contract", _contract),
        evidence_until=item.perhaps("evidence_until", _evidence_end),
    )
    _require_consistent(report)
    return _with_organisations(report, item.items("next", _fields_of_step))


def _require_consistent(report: Report) -> None:
    """What contradicts itself was written by nobody honest."""
    signed = bool(report.signatures or report.document_timestamps)
    if (report.verdict is Verdict.UNREADABLE) != (report.error is not None):
        _refuse("/error", "does not go with the verdict")
    if signed and report.verdict in (Verdict.UNREADABLE, Verdict.NOT_SIGNED):
        _refuse("/verdict", "does not go with the signatures")
    if not report.sha256 and report.error is None:
        _refuse("/sha256", "is empty")
    parts: tuple[SignatureReport | TimestampReport, ...] = (*report.signatures, *report.document_timestamps)
    if report.verdict is Verdict.PASSED and any(each.verdict is not Verdict.PASSED for each in parts):
        _refuse("/verdict", "is better than a signature's")


def _with_organisations(report: Report, steps: tuple[tuple[str, tuple[str, ...]], ...]) -> Report:
    """Take over which certificates are an organisation's: the JSON says so by the next step alone."""
    told = {field for code, fields in steps if code == _OF_ORGANISATION for field in fields}
    unnamed = any(code == _OF_ORGANISATION and not fields for code, fields in steps)

    def mark(signature: SignatureReport) -> SignatureReport:
        if not (signature.field in told if signature.field else unnamed):
            return signature
        return replace(signature, signer=replace(signature.signer, of_organisation=True))

    return replace(report, signatures=tuple(map(mark, report.signatures)))


# --- the parts -------------------------------------------------------------------------------------------


def _signature(value: Any, at: str) -> SignatureReport:
    item = _Object(
        value, at, "field type verdict sub_indication reasons intact level signature_algorithm claimed_time best_time "
        "best_time_source signer party party_match signing_kind coverage changes_after changes_permitted revocation "
        "timestamps",
    )  # fmt: skip
    return SignatureReport(
        field=item.perhaps("field", _text),
        type=item.choice("type", ("approval", "certification", "counter-signature")),
        verdict=item.read("verdict", _verdict),
        sub_indication=item.perhaps("sub_indication", _code),
        reasons=item.items("reasons", _reason),
        intact=item.perhaps("intact", _flag),
        level=item.read("level", _code),
        signature_algorithm=item.perhaps("signature_algorithm", _text),
        claimed_time=item.perhaps("claimed_time", _time),
        best_time=item.perhaps("best_time", _time),
        best_time_source=item.perhaps("best_time_source", _code),
        signer=item.read("signer", _signer),
        coverage=item.perhaps("coverage", _code),
        changes_after=item.perhaps("changes_after", _code),
        changes_permitted=item.perhaps("changes_permitted", _flag),
        revocation=item.read("revocation", _revocation),
        timestamps=item.items("timestamps", _timestamp),
        party=item.perhaps("party", _party),
        party_match=item.perhaps("party_match", _party_match),
        signing_kind=item.one_of("signing_kind", ("party", "witness", None)),
    )


def _signer(value: Any, at: str) -> SignerReport:
    item = _Object(value, at, "common_name issuer key_kind trusted_by service company identity")
    return SignerReport(
        common_name=item.perhaps("common_name", _text),
        issuer=item.perhaps("issuer", _text),
        key_kind=item.choice("key_kind", ("person", "organisation", "service", "rehearsal", "unknown")),
        identity=item.perhaps("identity", _identity),
        trusted_by=item.one_of("trusted_by", ("jpki", "user", "trust-list", "rehearsal", None)),
        service=item.perhaps("service", _service),
        company=item.perhaps("company", _company),
    )


def _identity(value: Any, at: str) -> dict[str, Any]:
    item = _Object(value, at, "name address birth_date sex")
    return {name: item.perhaps(name, _text) for name in item.names}


def _service(value: Any, at: str) -> ServiceReport:
    item = _Object(value, at, "provider name list")
    return ServiceReport(item.text("provider"), item.text("name"), item.text("list"))


def _company(value: Any, at: str) -> CompanyRegistration:
    item = _Object(value, at, "name head_office representative title number registry_office")
    return CompanyRegistration(
        item.text("name"), item.text("head_office"), item.text("representative"), item.text("title"),
        item.perhaps("number", _text), item.perhaps("registry_office", _text),
    )  # fmt: skip


def _revocation(value: Any, at: str) -> RevocationStatus:
    item = _Object(value, at, "status source produced_at revoked_at")
    return RevocationStatus(
        item.read("status", _code), item.perhaps("source", _text),
        item.perhaps("produced_at", _time), item.perhaps("revoked_at", _time),
    )  # fmt: skip


_TIMESTAMP = "time tsa service verdict sub_indication reasons"


def _timestamp(value: Any, at: str) -> TimestampReport:
    return _timestamp_of(_Object(value, at, _TIMESTAMP))


def _document_timestamp(value: Any, at: str) -> TimestampReport:
    item = _Object(value, at, _TIMESTAMP + " field coverage")
    return replace(_timestamp_of(item), field=item.perhaps("field", _text), coverage=item.read("coverage", _code))


def _timestamp_of(item: _Object) -> TimestampReport:
    return TimestampReport(
        time=item.perhaps("time", _time),
        tsa=item.perhaps("tsa", _text),
        verdict=item.read("verdict", _verdict),
        sub_indication=item.perhaps("sub_indication", _code),
        reasons=item.items("reasons", _reason),
        service=item.perhaps("service", _service),
    )


def _party(value: Any, at: str) -> PartyName:
    item = _Object(value, at, "label name")
    return PartyName(item.read("label", _words), item.text("name"))


def _party_match(value: Any, at: str) -> PartyMatch:
    item = _Object(value, at, "verdict basis reasons")
    verdict: MatchVerdict = item.choice("verdict", get_args(MatchVerdict))

    def match_reason(reason: Reason) -> MatchReason:
        # What a reason alone would give stands in the table; of one that only a newer SignKit knows, the whole counts.
        return MatchReason(
            reason.code, REASONS[reason.code].verdict if reason.code in REASONS else verdict, reason.text
        )

    reasons = tuple(map(match_reason, item.items("reasons", _reason)))
    return PartyMatch(verdict, reasons, item.one_of("basis", (*BASES, None)))


def _profile(value: Any, at: str) -> ProfileReport:
    item = _Object(value, at, "name fulfilled requirements")
    report = ProfileReport(
        ProfileName(item.choice("name", tuple(ProfileName))), item.items("requirements", _requirement)
    )
    if item.read("fulfilled", _flag) != report.fulfilled:
        _refuse(f"{at}/fulfilled", "does not go with the requirements")
    return report


def _requirement(value: Any, at: str) -> RequirementReport:
    item = _Object(value, at, "id en ja fulfilled found")
    report = RequirementReport(item.read("id", _code), item.own_words(), item.items("found", _finding))
    if item.perhaps("fulfilled", _flag) != report.fulfilled:
        _refuse(f"{at}/fulfilled", "does not go with what was found")
    return report


def _finding(value: Any, at: str) -> RequirementFinding:
    item = _Object(value, at, "field fulfilled en ja")
    return RequirementFinding(item.read("fulfilled", _flag), item.own_words(), item.perhaps("field", _text))


def _template_match(value: Any, at: str) -> TemplateMatch:
    item = _Object(value, at, "verdict template reasons free_text")
    return TemplateMatch(
        item.choice("verdict", get_args(TemplateVerdict)), item.items("reasons", _reason),
        item.items("free_text", _free_text), item.perhaps("template", _text),
    )  # fmt: skip


def _free_text(value: Any, at: str) -> FreeTextItem:
    item = _Object(value, at, "path en ja text")
    return FreeTextItem(item.text("path"), item.own_words(), item.text("text"))


def _contract(value: Any, at: str) -> ContractReport:
    item = _Object(value, at, "title parties")
    return ContractReport(item.perhaps("title", _words), item.items("parties", _contract_party))


def _contract_party(value: Any, at: str) -> ContractParty:
    item = _Object(value, at, "role label")
    return ContractParty(item.text("role"), item.read("label", _words))


def _evidence_end(value: Any, at: str) -> EvidenceEnd:
    item = _Object(value, at, "time reason")
    return EvidenceEnd(item.read("time", _time), item.read("reason", _reason))


def _error(value: Any, at: str) -> FileError:
    item = _Object(value, at, "code message", "ja")
    english = item.text("message")
    return FileError(item.read("code", _code), Text(english, item.text("ja") if item.has("ja") else english))


def _reason(value: Any, at: str) -> Reason:
    item = _Object(value, at, "code en ja")
    return Reason(item.read("code", _code), item.own_words())


def _fields_of_step(value: Any, at: str) -> tuple[str, tuple[str, ...]]:
    # The words of next steps are made anew from the verdicts: they name commands, which nobody else tells our users.
    item = _Object(value, at, "code fields en ja")
    item.own_words()
    return item.read("code", _code), item.items("fields", _text)


# --- plain values ----------------------------------------------------------------------------------------


class _Object:
    """A JSON object that has exactly the members that are named.

    Args:
        optional: further members that may be missing.
    """

    def __init__(self, value: Any, at: str, names: str, optional: str = "") -> None:
        if not isinstance(value, dict):
            _refuse(at, "is no object")
        self.names = names.split()
        self._value, self._at = value, at
        for name in self.names:
            if name not in value:
                _refuse(f"{at}/{name}", "is missing")
        if unknown := sorted(value.keys() - {*self.names, *optional.split()}):
            _refuse(f"{at}/{unknown[0]}", "is unknown")

    def has(self, name: str) -> bool:
        """Whether an optional member is there."""
        return name in self._value

    def read(self, name: str, reader: Callable[[Any, str], T]) -> T:
        """Return a member."""
        return reader(self._value[name], f"{self._at}/{name}")

    def perhaps(self, name: str, reader: Callable[[Any, str], T]) -> T | None:
        """Return a member that may be null."""
        return None if self._value[name] is None else self.read(name, reader)

    def items(self, name: str, reader: Callable[[Any, str], T]) -> tuple[T, ...]:
        """Return the items of an array."""
        value = self._value[name]
        if not isinstance(value, list) or len(value) > _MOST_ITEMS:
            _refuse(f"{self._at}/{name}", "is no array, or one of too many items")
        return tuple(reader(each, f"{self._at}/{name}/{number}") for number, each in enumerate(value))

    def text(self, name: str, form: re.Pattern[str] | None = None) -> str:
        """Return a text, which has a form where one is given."""
        text = self.read(name, _text)
        if form is not None and not form.fullmatch(text):
            _refuse(f"{self._at}/{name}", "is not of the form that it must have")
        return text

    def choice(self, name: str, values: tuple[str, ...]) -> Any:
        """Return one of some values, which are texts."""
        self.read(name, _text)
        return self.one_of(name, values)

    def one_of(self, name: str, values: tuple[str | None, ...]) -> Any:
        """Return one of some values."""
        if self._value[name] not in values:
            _refuse(f"{self._at}/{name}", "is none of the values that it may have")
        return self._value[name]

    def own_words(self) -> Text:
        """Return the sentence that the object itself holds in two languages."""
        return Text(self.text("en"), self.text("ja"))


def _words(value: Any, at: str) -> Text:
    return _Object(value, at, "en ja").own_words()


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str):
        _refuse(at, "is no text")
    return value


def _code(value: Any, at: str) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        _refuse(at, "is no code")
    return value


def _flag(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        _refuse(at, "is neither true nor false")
    return value


def _time(value: Any, at: str) -> datetime:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        _refuse(at, "is no time in UTC")
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        _refuse(at, "is no time in UTC")


def _file_verdict(value: Any, at: str) -> Verdict:
    if value not in tuple(Verdict):
        _refuse(at, "is no verdict")
    return Verdict(value)


def _verdict(value: Any, at: str) -> Verdict:
    verdict = _file_verdict(value, at)
    if verdict in (Verdict.NOT_SIGNED, Verdict.UNREADABLE):
        _refuse(at, "is no verdict of a signature")
    return verdict


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse(at: str, cause: str) -> NoReturn:
    # A pointer repeats names of the stranger's: no more of them than can be read.
    raise ValidationRefused(
        "report-invalid", at=(at or "/")[:200].encode("ascii", "replace").decode(), cause=service_cause(cause)
    )
