"""Where a contract stands: who has signed with whose key, whose turn it is, what may still change.

Everything is told from the file alone, by the same judgement as ``signkit validate``: what a party's field says counts
only as far as its signature holds.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from signkit.errors import ContractDataUnreadable, InputUnreadable, SignKitError
from signkit.pdf.embedded_contract import EmbeddedContract, EmbeddedParty, read_contract
from signkit.pdf.fields import FieldNames, field_names, open_pdf, read_pdf
from signkit.progress.chain import Chain
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Report, SignatureReport, Verdict, iso
from signkit.validation.standing import ProofState, standing
from signkit.words import Text


class PartyState(StrEnum):
    """What a party has done or has to do; a signature has one of three states, see `signkit.validation.standing`."""

    SIGNED = "signed"
    UNPROVEN = "unproven"
    BROKEN = "broken"
    NEXT = "next"
    WAITING = "waiting"


class Stage(StrEnum):
    """How far a contract is; what is not good about it comes first."""

    COMPLETE = "complete"
    UNPROVEN = "unproven"
    OPEN = "open"
    BROKEN = "broken"


@dataclass(frozen=True)
class PartyStatus:
    """One party.

    Attributes:
        signature: as judged; None while the field is empty.
    """

    role: str
    label: Text
    state: PartyState
    signature: SignatureReport | None = None

    @property
    def signed_at(self) -> datetime | None:
        """When the party signed, by the signer's own clock: nobody else says it."""
        return None if self.signature is None else self.signature.claimed_time

    @property
    def proven_at(self) -> datetime | None:
        """The time at which the signature is proven to have existed, by a timestamp: later than it was made."""
        return None if self.signature is None else self.signature.best_time


@dataclass(frozen=True)
class ContractStatus:
    """One file.

    Attributes:
        contract: what the file says of itself; None where it carries no contract of SignKit's.
        contract_problem: why its contract cannot be read; None where it can, or where there is none.
        report: the judgement of every signature.
        parties: in signing order; for a foreign PDF its signature fields, in the document's order.
        open_fields: the empty signature fields that no party of the contract is to sign.
        parallel_with: other files that were signed in parallel from the same contract.
        chain: what it amends and what amends it, among the files at hand.
    """

    file: str
    contract: EmbeddedContract | None
    report: Report
    parties: tuple[PartyStatus, ...]
    parallel_with: tuple[str, ...] = field(default=())
    contract_problem: SignKitError | None = None
    open_fields: tuple[str, ...] = ()
    chain: Chain = field(default=Chain())

    @property
    def next_roles(self) -> tuple[str, ...]:
        """The roles that may sign now."""
        return tuple(party.role for party in self.parties if party.state is PartyState.NEXT)

    @property
    def all_signed(self) -> bool:
        """Whether every party has signed, and nothing speaks against any of the signatures, or against the contract.

        Who the parties are says the contract itself: a signature field that none of them is to sign, or clauses that
        are not the template's, speak against what it says.
        """
        good = all(party.state in (PartyState.SIGNED, PartyState.UNPROVEN) for party in self.parties)
        said = bool(self.parties) and not self.open_fields and not self.is_altered
        return said and good and not self.is_broken

    @property
    def is_broken(self) -> bool:
        """Whether a signature is not good: it failed, what came after it was not judged, or nobody trusted made it.

        Of any signature, whoever's field it is in; a document timestamp is not good where it failed.
        """
        return self.report.verdict is Verdict.FAILED or bool(self._not_good)

    @property
    def other_signatures(self) -> tuple[SignatureReport, ...]:
        """The signatures that are no party's: in a field of nobody's, in none, or another one in a party's field."""
        own = {id(party.signature) for party in self.parties}
        return tuple(each for each in self.report.signatures if id(each) not in own)

    @property
    def _not_good(self) -> list[SignatureReport]:
        broken = [party.signature for party in self.parties if party.state is PartyState.BROKEN]
        others = [each for each in self.other_signatures if standing(each) is ProofState.NOT_GOOD]
        return [each for each in broken if each is not None] + others

    @property
    def is_altered(self) -> bool:
        """Whether it was asked for, and found, that the contract is not its template."""
        return self.report.template_match is not None and self.report.template_match.verdict == "altered"

    @property
    def complete(self) -> bool:
        """Whether every party has signed, and all of it is proven: also who was to sign, where a contract says so."""
        proven = all(party.state is PartyState.SIGNED for party in self.parties)
        named = self.contract is None or all(party.name is not None for party in self.contract.parties)
        return self.all_signed and proven and named and self.report.verdict is Verdict.PASSED

    @property
    def names_parties(self) -> bool:
        """Whether the file says who is to sign it; a stranger's PDF has no more than signature fields."""
        return self.contract is not None and bool(self.contract.parties)

    @property
    def stage(self) -> Stage:
        """Where it stands, for an overview of many."""
        if self.is_altered or self.is_broken:
            return Stage.BROKEN
        if self.all_signed:
            return Stage.COMPLETE if self.complete else Stage.UNPROVEN
        return Stage.OPEN

    def may_still_change(self) -> Text:
        """Say what the signatures there are still permit."""
        if self.is_broken:
            if self.report.verdict is Verdict.FAILED or not all(map(_is_untrusted, self._not_good)):
                return _BROKEN
            rehearsed = any(step.code == "name-rehearsal" for step in self.report.next)
            return _REHEARSED.filled(file=shlex.quote(self.file)) if rehearsed else _UNTRUSTED
        if not self.report.signatures:
            return _STAMPED if self.report.document_timestamps else _UNSIGNED
        certified = any(signature.type == "certification" for signature in self.report.signatures)
        if self.is_altered:
            return _ALTERED
        if self.all_signed and not self.names_parties:
            return _FIELDS_SIGNED if self.complete else _FIELDS_UNPROVEN
        if self.all_signed:
            return _EVIDENCE_ONLY if self.complete else _UNPROVEN
        return _CERTIFIED if certified else _NOT_CERTIFIED

    def to_json(self) -> dict[str, Any]:
        """Return the status as plain data (``signkit-status/1``)."""
        return {
            "schema": "signkit-status/1",
            "file": self.file,
            "verdict": str(self.report.verdict),
            "template": self.contract and {"id": self.contract.template_id, "version": self.contract.template_version},
            "complete": self.complete or ("unproven" if self.all_signed else False),
            "template_match": self.report.template_match.to_json() if self.report.template_match else None,
            "evidence_until": self.report.evidence_until.to_json() if self.report.evidence_until else None,
            "next": list(self.next_roles),
            "open_fields": list(self.open_fields),
            "other_signatures": [{"field": each.field, "verdict": str(each.verdict)} for each in self.other_signatures],
            "parties": [_party_json(party) for party in self.parties],
            "parallel_with": list(self.parallel_with),
            "amends": [each.to_json() for each in self.chain.amends],
            "amended_by": list(self.chain.amended_by),
            "amendments_left_out": list(self.chain.left_out),
        }


def contract_status(pdf: bytes, name: str, options: ValidationOptions) -> ContractStatus:
    """Judge ``pdf`` and say where it stands.

    Raises:
        PdfUnusable: the file cannot be read as PDF, or is damaged and bears no signature.
        PdfPasswordNeeded, PdfPasswordWrong: it is encrypted, and ``options.password`` does not open it.
    """
    report = validate_pdf(pdf, name=name, options=options)
    read = open_pdf if report.verdict is Verdict.UNREADABLE else read_pdf
    fields = field_names(read(pdf, options.password))
    contract, problem = _contract(pdf, options.password)
    parties = contract.parties if contract is not None and contract.parties else _parties_of_fields(fields, report)
    signatures = {signature.field: signature for signature in report.signatures}
    fixed = contract is not None and contract.signing_order == "fixed"
    states = tuple(_states(parties, signatures, fixed=fixed))
    roles = {party.role for party in parties}
    left = tuple(each for each in fields.empty if each not in roles)
    return ContractStatus(name, contract, report, states, contract_problem=problem, open_fields=left)


def _contract(pdf: bytes, password: str | None) -> tuple[EmbeddedContract | None, SignKitError | None]:
    try:
        return read_contract(pdf, password), None
    except ContractDataUnreadable as error:
        return None, error
    except InputUnreadable:
        return None, None  # the report says so


def _parties_of_fields(fields: FieldNames, report: Report) -> tuple[EmbeddedParty, ...]:
    """Who signs where no contract says so: everybody whose field is none of a document timestamp."""
    stamps = {stamp.field for stamp in report.document_timestamps}
    names = [name for name in (*fields.signed, *fields.empty) if name not in stamps]
    return tuple(EmbeddedParty(name, Text(name, name), "person", None, None) for name in names)


def _states(
    parties: Sequence[EmbeddedParty], signatures: dict[str | None, SignatureReport], *, fixed: bool
) -> list[PartyStatus]:
    result: list[PartyStatus] = []
    blocked = False
    for party in parties:
        signature = signatures.get(party.role)
        if signature is not None:
            state = state_of(signature)
        else:
            state = PartyState.WAITING if blocked else PartyState.NEXT
            blocked = fixed
        result.append(PartyStatus(party.role, party.label, state, signature))
    return result


_STATES = {
    ProofState.PROVEN: PartyState.SIGNED,
    ProofState.UNPROVEN: PartyState.UNPROVEN,
    ProofState.NOT_GOOD: PartyState.BROKEN,
}


def state_of(signature: SignatureReport) -> PartyState:
    """Return what a signature is to whoever's field it is in."""
    return _STATES[standing(signature)]


def _is_untrusted(signature: SignatureReport) -> bool:
    """Whether nothing speaks against a signature but that no trusted authority vouches for it."""
    match = signature.party_match
    wrong_person = match is not None and match.verdict == "mismatch"
    return signature.sub_indication == _NO_CHAIN and not wrong_person


def _party_json(party: PartyStatus) -> dict[str, Any]:
    signature = party.signature
    return {
        "role": party.role,
        "label": {"en": party.label.en, "ja": party.label.ja},
        "state": party.state.value,
        "signed_at": iso(party.signed_at),
        "proven_at": iso(party.proven_at),
        "proven_by": signature.best_time_source if signature else None,
        "verdict": str(signature.verdict) if signature else None,
        "level": signature.level if signature else None,
        "key_kind": signature.signer.key_kind if signature else None,
        "signer": signature.signer.common_name if signature else None,
        "party_match": signature.party_match.verdict if signature and signature.party_match else None,
    }


_UNSIGNED = Text("Nobody has signed: everything may still change.", "まだ誰も署名していません。内容を変更できます。")
_STAMPED = Text(
    "Nobody has signed. Signatures and evidence may be added; any change of the text breaks the timestamp there is.",
    "まだ誰も署名していません。署名と検証用の情報を加えられます。"
    "本文を変更すると、付いているタイムスタンプは無効になります。",
)
_CERTIFIED = Text(
    "Only further signatures, form entries and evidence may be added; the text may not change.",
    "以後に加えられるのは署名・記入・検証用の情報だけです。本文は変更できません。",
)
_NOT_CERTIFIED = Text(
    "Further signatures and evidence may be added; any change of the text breaks the signatures there are.",
    "署名と検証用の情報を加えられます。本文を変更すると、これまでの署名は無効になります。",
)
_EVIDENCE_ONLY = Text(
    "Every party has signed; only evidence and timestamps may be added.",
    "全員が署名しました。加えられるのは検証用の情報とタイムスタンプだけです。",
)
_UNPROVEN = Text(
    "Every party has signed; with the evidence at hand that cannot be proven. Only evidence may be added.",
    "全員が署名していますが、手元の情報だけでは証明できません。加えられるのは検証用の情報とタイムスタンプだけです。",
)
_FIELDS_SIGNED = Text(
    "Every signature field of this PDF is signed. Who is to sign it, the file does not say.",
    "この PDF の署名欄はすべて署名済みです。誰の署名が必要かは、このファイルからは分かりません。",
)
_FIELDS_UNPROVEN = Text(
    "Every signature field of this PDF is signed; with the evidence at hand that cannot be proven. Who is to sign it, "
    "the file does not say.",
    "この PDF の署名欄はすべて署名済みですが、手元の情報だけでは証明できません。誰の署名が必要かは、このファイルからは"
    "分かりません。",
)
_ALTERED = Text(
    "The contract is not its template, unaltered: do not sign it before you have read what differs.",
    "契約書がひな形どおりではありません。違いを確認するまで署名しないでください。",
)
_NO_CHAIN = "NO_CERTIFICATE_CHAIN_FOUND"
_UNTRUSTED = Text(
    "A signature's certificate leads to no trusted authority, so that nobody vouches for whose it is. If you know the "
    "authority, name its certificate with --trust.",
    "署名の証明書が信頼する認証局に辿り着けず、誰の署名かを確認できません。"
    "認証局が分かっているときは、その証明書を --trust で指定してください。",
)
_REHEARSED = Text(
    "It was signed in a rehearsal. Rehearsal keys are believed only where you say so: "
    "signkit status {file} --trust rehearsal",
    "リハーサル用の鍵による署名です。信頼すると指定したときだけ信頼されます: signkit status {file} --trust rehearsal",
)
_BROKEN = Text(
    "A signature or timestamp is not good: do not sign this file. 'signkit validate' says why.",
    "有効と認められない署名またはタイムスタンプがあります。このファイルに署名しないでください。"
    "理由は signkit validate で確認できます。",
)
