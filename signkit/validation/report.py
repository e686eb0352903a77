"""The report: what a validation found, as one frozen value from which every output format is made.

Its JSON form is ``signkit-report/2`` (docs/reference/report.md); codes and verdicts are stable, words are not.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from signkit.jpki.company import CompanyRegistration
from signkit.jpki.match_reasons import PartyMatch
from signkit.pki.anchors import REHEARSAL_ORGANISATION, REHEARSAL_UNIT
from signkit.pki.paths.outcome import RevocationStatus
from signkit.validation.customers import CustomerFinding
from signkit.validation.next_steps import NextStep, next_steps
from signkit.validation.profile import ProfileReport
from signkit.words import Text

#: The form of the JSON, as its first item says.
SCHEMA = "signkit-report/2"


class Verdict(StrEnum):
    """ETSI EN 319 102-1 5.1.3 for signatures; the last two for whole files only."""

    PASSED = "TOTAL-PASSED"
    FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"
    NOT_SIGNED = "NOT-SIGNED"
    UNREADABLE = "UNREADABLE"


#: From bad to good: a file's verdict is the first of these that any of its signatures has.
_WORST_FIRST = (Verdict.FAILED, Verdict.INDETERMINATE, Verdict.PASSED)


@dataclass(frozen=True)
class Reason:
    """Why a verdict is what it is: a stable code, and a sentence."""

    code: str
    text: Text

    def to_json(self) -> dict[str, str]:
        """Return code and both sentences."""
        return {"code": self.code, "en": self.text.en, "ja": self.text.ja}


@dataclass(frozen=True)
class ServiceReport:
    """The service of an imported trust list that a certificate leads to: who runs it, its name, which list says so."""

    provider: str
    name: str
    listed_in: str

    def to_json(self) -> dict[str, str]:
        """Return the ``service`` object of the report."""
        return {"provider": self.provider, "name": self.name, "list": self.listed_in}


@dataclass(frozen=True)
class EvidenceEnd:
    """Until when the judgement stays what it is if nothing is added (`signkit.validation.evidence_end`), and why."""

    time: datetime
    why: Reason

    def to_json(self) -> dict[str, Any]:
        """Return the ``evidence_until`` object of the report."""
        return {"time": iso(self.time), "reason": self.why.to_json()}


@dataclass(frozen=True)
class SignerReport:
    """Who signed.

    Attributes:
        key_kind: ``person``, ``organisation``, ``service``, ``rehearsal`` or ``unknown``, as far as the evidence goes.
        identity: the four attributes of a JPKI certificate; only where asked for.
        trusted_by: what the trust rests on: ``jpki``, ``user``, ``trust-list``, ``rehearsal``; None: nothing.
        service: which service, where it rests on an imported list.
        company: what a 商業登記電子証明書 says of the company, all of which is in the public register.
        of_organisation: the certificate names an organisation and no person; for the next steps, not for the JSON.
    """

    common_name: str | None
    issuer: str | None
    key_kind: str = "unknown"
    identity: dict[str, Any] | None = None
    trusted_by: str | None = None
    service: ServiceReport | None = None
    company: CompanyRegistration | None = None
    of_organisation: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the ``signer`` object of the report."""
        return {
            "common_name": self.common_name,
            "issuer": self.issuer,
            "key_kind": self.key_kind,
            "trusted_by": self.trusted_by,
            "service": _service_json(self.service),
            "company": dataclasses.asdict(self.company) if self.company is not None else None,
            "identity": self.identity,
        }


def _service_json(service: ServiceReport | None) -> dict[str, str] | None:
    return service.to_json() if service is not None else None


@dataclass(frozen=True)
class PartyName:
    """Whom the contract data name for a signature's field: 売主, 髙橋 祐一郎 (a company with who signs for it)."""

    label: Text
    name: str

    def to_json(self) -> dict[str, Any]:
        """Return the ``party`` object of the report."""
        return {"label": {"en": self.label.en, "ja": self.label.ja}, "name": self.name}


@dataclass(frozen=True)
class ContractParty:
    """One who is to sign: the role, which is the signature field's name, and what it is called (売主).

    The name that the data give is left out: it is told of a signature, where the page beside the field says the same.
    """

    role: str
    label: Text

    def to_json(self) -> dict[str, Any]:
        """Return one entry of ``parties``."""
        return {"role": self.role, "label": {"en": self.label.en, "ja": self.label.ja}}


@dataclass(frozen=True)
class ContractReport:
    """What the contract data in the file say it is, and which roles sign: no more than what the file says of itself."""

    title: Text | None
    parties: tuple[ContractParty, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the ``contract`` object of the report."""
        title = {"en": self.title.en, "ja": self.title.ja} if self.title else None
        return {"title": title, "parties": [party.to_json() for party in self.parties]}


@dataclass(frozen=True)
class TimestampReport:
    """One timestamp: in a signature, or of the whole document; ``service`` where it rests on an imported list."""

    time: datetime | None
    tsa: str | None
    verdict: Verdict
    sub_indication: str | None = None
    reasons: tuple[Reason, ...] = ()
    field: str | None = None
    coverage: str | None = None
    service: ServiceReport | None = None

    def to_json(self) -> dict[str, Any]:
        """Return one entry of ``timestamps`` or ``document_timestamps``."""
        result: dict[str, Any] = {
            "time": iso(self.time),
            "tsa": self.tsa,
            "service": _service_json(self.service),
            "verdict": str(self.verdict),
            "sub_indication": self.sub_indication,
            "reasons": [reason.to_json() for reason in self.reasons],
        }
        if self.coverage is not None:
            result |= {"field": self.field, "coverage": self.coverage}
        return result


@dataclass(frozen=True)
class SignatureReport:
    """One signature, judged; see docs/reference/report.md.  ``intact`` is None where nothing could be compared.

    ``customer`` is which row of a customer table the signer is, where one was given; it is no part of the JSON.
    """

    field: str | None
    type: str
    verdict: Verdict
    sub_indication: str | None
    reasons: tuple[Reason, ...]
    intact: bool | None
    level: str
    signature_algorithm: str | None
    claimed_time: datetime | None
    best_time: datetime | None
    best_time_source: str | None
    signer: SignerReport
    coverage: str | None
    changes_after: str | None
    changes_permitted: bool | None
    revocation: RevocationStatus = dataclasses.field(default_factory=RevocationStatus)
    timestamps: tuple[TimestampReport, ...] = ()
    party: PartyName | None = None
    party_match: PartyMatch | None = None
    signing_kind: Literal["party", "witness"] | None = None
    customer: CustomerFinding | None = None

    def to_json(self) -> dict[str, Any]:
        """Return one entry of ``signatures``."""
        return {
            "field": self.field,
            "type": self.type,
            "verdict": str(self.verdict),
            "sub_indication": self.sub_indication,
            "reasons": [reason.to_json() for reason in self.reasons],
            "intact": self.intact,
            "level": self.level,
            "signature_algorithm": self.signature_algorithm,
            "claimed_time": iso(self.claimed_time),
            "best_time": iso(self.best_time),
            "best_time_source": self.best_time_source,
            "signer": self.signer.to_json(),
            "party": self.party.to_json() if self.party else None,
            "party_match": _match_json(self.party_match),
            "signing_kind": self.signing_kind,
            "coverage": self.coverage,
            "changes_after": self.changes_after,
            "changes_permitted": self.changes_permitted,
            "revocation": _revocation_json(self.revocation),
            "timestamps": [timestamp.to_json() for timestamp in self.timestamps],
        }


def _revocation_json(found: RevocationStatus) -> dict[str, Any]:
    return {
        "status": found.status,
        "source": found.source,
        "produced_at": iso(found.produced_at),
        "revoked_at": iso(found.revoked_at),
    }


def _match_json(match: PartyMatch | None) -> dict[str, Any] | None:
    if match is None:
        return None
    reasons = [Reason(item.code, item.text).to_json() for item in match.reasons]
    return {"verdict": match.verdict, "basis": match.basis, "reasons": reasons}


#: ``unaltered``: the very bytes that template and data make; ``same-text``: the same text and looks, page by page.
TemplateVerdict = Literal["unaltered", "same-text", "altered", "unknown"]


@dataclass(frozen=True)
class FreeTextItem:
    """Free text that was filled in (特約): no clause of the template's, so "unaltered" does not speak of it."""

    path: str
    title: Text
    text: str

    def to_json(self) -> dict[str, str]:
        """Return one entry of ``free_text``."""
        return {"path": self.path, "en": self.title.en, "ja": self.title.ja, "text": self.text}


@dataclass(frozen=True)
class TemplateMatch:
    """Whether what was signed is a known template, unaltered, filled with the data inside.

    Attributes:
        reasons: what was altered, or why no more can be said; none where it is unaltered.
        template: id and version of the template that it was compared with.
    """

    verdict: TemplateVerdict
    reasons: tuple[Reason, ...] = ()
    free_text: tuple[FreeTextItem, ...] = ()
    template: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the ``template_match`` object of the report."""
        return {
            "verdict": self.verdict,
            "template": self.template,
            "reasons": [reason.to_json() for reason in self.reasons],
            "free_text": [item.to_json() for item in self.free_text],
        }


@dataclass(frozen=True)
class FileError:
    """Why a file is UNREADABLE."""

    code: str
    message: Text

    def to_json(self) -> dict[str, str]:
        """Return the ``error`` object of the report."""
        return {"code": self.code, "message": self.message.en, "ja": self.message.ja}


@dataclass(frozen=True)
class Report:
    """One file, judged.

    Attributes:
        evidence_until: until when it stays judged so; None: not known, or nothing it rests on ends.
    """

    file: str
    sha256: str
    kind: str
    verdict: Verdict
    validation_time: datetime
    policy: str
    signatures: tuple[SignatureReport, ...] = ()
    document_timestamps: tuple[TimestampReport, ...] = ()
    error: FileError | None = None
    reasons: tuple[Reason, ...] = dataclasses.field(default=())
    profile: ProfileReport | None = None
    template_match: TemplateMatch | None = None
    contract: ContractReport | None = None
    evidence_until: EvidenceEnd | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the report as ``signkit-report/2``."""
        return {
            "schema": SCHEMA,
            "file": self.file,
            "sha256": self.sha256,
            "kind": self.kind,
            "verdict": str(self.verdict),
            "error": self.error.to_json() if self.error else None,
            "validation_time": iso(self.validation_time),
            "policy": self.policy,
            "reasons": [reason.to_json() for reason in self.reasons],
            "next": [step.to_json() for step in self.next],
            "signatures": [signature.to_json() for signature in self.signatures],
            "document_timestamps": [timestamp.to_json() for timestamp in self.document_timestamps],
            "profile": self.profile.to_json() if self.profile else None,
            "template_match": self.template_match.to_json() if self.template_match else None,
            "contract": self.contract.to_json() if self.contract else None,
            "evidence_until": self.evidence_until.to_json() if self.evidence_until else None,
        }

    @property
    def next(self) -> tuple[NextStep, ...]:
        """What to do about whatever did not pass; nothing where the verdict is TOTAL-PASSED."""
        if self.verdict is Verdict.PASSED:
            return ()
        judged: tuple[SignatureReport | TimestampReport, ...] = (*self.signatures, *self.document_timestamps)
        items = [item for item in judged if item.verdict is not Verdict.PASSED]
        own = [self.error.code] if self.error else [reason.code for reason in self.reasons]
        if not items and self.error is None:
            own.append(str(self.verdict))
        return next_steps([(own, None), *((_codes(item), item.field) for item in items)], self.file)

    @property
    def is_as_asked(self) -> bool:
        """Whether the file meets the profile and is the template that it was held against, where either was asked."""
        met = self.profile is None or self.profile.fulfilled
        return met and (self.template_match is None or self.template_match.verdict != "altered")

    def with_name(self, file: str) -> Report:
        """Return the same report under another file name."""
        return replace(self, file=file)


def _codes(item: SignatureReport | TimestampReport) -> list[str]:
    """Return the codes in which a next step is looked for; a rehearsal's and an organisation's key are told apart."""
    name = (item.signer.issuer if isinstance(item, SignatureReport) else item.tsa) or ""
    codes = [reason.code for reason in item.reasons] + ([item.sub_indication] if item.sub_indication else [])
    if name.startswith((REHEARSAL_UNIT, REHEARSAL_ORGANISATION)):
        return ["rehearsal-not-trusted" if code == "no-anchor" else code for code in codes]
    if isinstance(item, SignatureReport) and item.signer.of_organisation:
        return ["organisation-not-trusted" if code == "no-anchor" else code for code in codes]
    return codes


def worst(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict of a whole out of its parts'; NOT-SIGNED where there are none."""
    return next((verdict for verdict in _WORST_FIRST if verdict in verdicts), Verdict.NOT_SIGNED)


def iso(moment: datetime | None) -> str | None:
    """Return ``moment`` in UTC as ``2026-11-21T05:00:00Z``."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # strftime writes years before 1000 with fewer digits than four.
    return aware.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
