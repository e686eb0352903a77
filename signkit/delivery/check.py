"""May the document be called delivered electronically?  For each recipient: is there a consent, and does it hold?

A missing point refuses.  What is there but not proven (a signature whose revocation cannot be told) is said to be so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from signkit.delivery.consent import JudgedConsent
from signkit.delivery.consent_rules import RULES, DeliveryRule, Recipient, covers
from signkit.delivery.transaction import compare_names, differences, recipients_of, transaction_of_contract
from signkit.japan_time import JST
from signkit.jpki.match_reasons import worst
from signkit.jpki.postal_addresses import compare_addresses
from signkit.plain_data import item_at
from signkit.progress.contract import ContractStatus
from signkit.validation.report import Verdict
from signkit.words import Text


class DeliveryJudgement(StrEnum):
    """What can be said of a delivery, or of one recipient's consent."""

    IN_ORDER = "in-order"
    NOT_PROVEN = "not-proven"
    MISSING = "missing"
    NO_RULE = "no-rule"


@dataclass(frozen=True)
class Point:
    """One thing that is missing or not proven: a stable code, and a sentence."""

    code: str
    answer: DeliveryJudgement
    text: Text


@dataclass(frozen=True)
class RecipientCheck:
    """One recipient.

    Attributes:
        consent: the document that speaks last for this recipient; None where there is none.
        points: what is missing or not proven.
    """

    role: str
    label: Text
    consent: JudgedConsent | None
    points: tuple[Point, ...]

    @property
    def answer(self) -> DeliveryJudgement:
        """The worst of the points."""
        return _worst([point.answer for point in self.points])


@dataclass(frozen=True)
class DeliveryCheck:
    """One document.

    Attributes:
        rule: what its kind needs; None where SignKit knows no rule for it.
        day: the day of delivery that consents are held against.
    """

    status: ContractStatus
    rule: DeliveryRule | None
    day: date | None
    recipients: tuple[RecipientCheck, ...]
    points: tuple[Point, ...] = ()

    @property
    def answer(self) -> DeliveryJudgement:
        """The worst of all."""
        worst_of_all = _worst([*(check.answer for check in self.recipients), *(point.answer for point in self.points)])
        return (
            DeliveryJudgement.NO_RULE
            if self.rule is None and worst_of_all is DeliveryJudgement.IN_ORDER
            else worst_of_all
        )

    def to_json(self) -> dict[str, Any]:
        """Return the check as plain data (``signkit-delivery/1``)."""
        return {
            "schema": "signkit-delivery/1",
            "file": self.status.file,
            "sha256": self.status.report.sha256,
            "template": self.status.contract and self.status.contract.template_id,
            "answer": self.answer.value,
            "law": self.rule and {"en": self.rule.law.en, "ja": self.rule.law.ja},
            "delivered_on": self.day.isoformat() if self.day else None,
            "points": [_point_json(point) for point in self.points],
            "recipients": [_recipient_json(check) for check in self.recipients],
        }


def check_delivery(status: ContractStatus, consents: Sequence[JudgedConsent], day: date | None = None) -> DeliveryCheck:
    """Hold the consents against what the law asks for the document's kind.

    Args:
        status: the document as judged; what it is and who receives it is read from it.
        day: the day of delivery; None: the document's own date.
    """
    contract = status.contract
    rule = RULES.get(contract.template_id) if contract is not None else None
    of_signatures = _document_points(status)
    if contract is None or rule is None:
        return DeliveryCheck(status, None, day, (), of_signatures)
    day = day or _own_day(item_at(contract.data, rule.date_item))
    provider = rule.provider_of(contract.data)
    points = [
        *of_signatures,
        *([_point("document-undated", DeliveryJudgement.MISSING)] if day is None else []),
        *([_point("provider-unknown", DeliveryJudgement.MISSING)] if not isinstance(provider, str) else []),
    ]
    checks = tuple(
        _recipient_check(status, rule, recipient, consents, day, provider)
        for recipient in recipients_of(contract.data, rule)
        if day is not None and isinstance(provider, str)
    )
    return DeliveryCheck(status, rule, day, checks, tuple(points))


def _own_day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _document_points(status: ContractStatus) -> tuple[Point, ...]:
    """The data that say what the document is count only under a signature, and one that holds."""
    verdict = status.report.verdict
    if verdict in (Verdict.FAILED, Verdict.UNREADABLE):
        return (_point("document-broken", DeliveryJudgement.MISSING),)
    if status.is_broken:
        return (_point("document-not-good", DeliveryJudgement.NOT_PROVEN),)
    # A document timestamp is nobody's consent: one alone does not make a signed document.
    return () if status.report.signatures else (_point("document-unsigned", DeliveryJudgement.MISSING),)


def _recipient_check(
    status: ContractStatus,
    rule: DeliveryRule,
    recipient: Recipient,
    consents: Sequence[JudgedConsent],
    day: date,
    provider: str,
) -> RecipientCheck:
    assert status.contract is not None
    labels = {party.role: party.label for party in status.contract.parties}
    label = labels.get(recipient.role, Text(recipient.role, recipient.role))
    name = item_at(status.contract.data, recipient.name_item)
    theirs = [
        each
        for each in consents
        if isinstance(name, str) and compare_names(each.recipient, name) == "match" and covers(rule, each.laws)
    ]
    of_this = [each for each in theirs if not _other_transaction(each, status, rule)]
    if theirs and not of_this:
        other = max(theirs, key=lambda each: each.day)
        return RecipientCheck(recipient.role, label, other, tuple(_transaction_points(other, status, rule)))
    last = max(
        (each for each in of_this if each.day <= day),
        key=lambda each: (each.day, each.state == "withdrawn"),
        default=None,
    )
    if last is None:
        points = (_point("consent-late" if of_this else "consent-missing", DeliveryJudgement.MISSING),)
        return RecipientCheck(recipient.role, label, of_this[0] if of_this else None, points)
    if last.state == "withdrawn":
        # Whatever its signature is worth: paper is always permitted, delivery against somebody's will is not.
        return RecipientCheck(recipient.role, label, last, (_point("consent-withdrawn", DeliveryJudgement.MISSING),))
    of_transaction = _transaction_points(last, status, rule)
    of_person = _person_points(last, recipient, status)
    return RecipientCheck(recipient.role, label, last, (*of_transaction, *of_person, *_points(last, provider, day)))


def _other_transaction(consent: JudgedConsent, status: ContractStatus, rule: DeliveryRule) -> bool:
    return any(point.answer is DeliveryJudgement.MISSING for point in _transaction_points(consent, status, rule))


def _transaction_points(consent: JudgedConsent, status: ContractStatus, rule: DeliveryRule) -> list[Point]:
    """Say in what the consent's transaction is not the document's; one that names none may be about any."""
    assert status.contract is not None
    if consent.transaction is None:
        return [_point("transaction-not-named", DeliveryJudgement.NOT_PROVEN)]
    of_contract = transaction_of_contract(status.contract.data, rule)
    found = dict.fromkeys(differences(consent.transaction, of_contract, names_all=rule.names_all))
    return [
        _point(f"other-{what}", DeliveryJudgement.MISSING)
        if verdict == "mismatch"
        else _point(f"{what}-not-told", DeliveryJudgement.NOT_PROVEN)
        for what, verdict in found
    ]


def _person_points(consent: JudgedConsent, recipient: Recipient, status: ContractStatus) -> list[Point]:
    """A namesake bears the name too; an address that differs does not prove one, for people move."""
    assert status.contract is not None
    written = {party.role: party.address for party in status.contract.parties}.get(recipient.role)
    if not written or not consent.address:
        return []
    same = worst(compare_addresses(consent.address[:400], written[:400])) != "mismatch"
    return [] if same else [_point("other-address", DeliveryJudgement.NOT_PROVEN)]


def _points(consent: JudgedConsent, provider: str, day: date) -> list[Point]:
    to_whom = compare_names(consent.provider, provider)
    return [
        *([_point("other-provider", DeliveryJudgement.MISSING)] if to_whom == "mismatch" else []),
        *([_point("provider-not-told", DeliveryJudgement.NOT_PROVEN)] if to_whom == "cannot-tell" else []),
        *([_point("means-missing", DeliveryJudgement.MISSING)] if consent.means is None else []),
        *([_point("format-missing", DeliveryJudgement.MISSING)] if consent.file_format is None else []),
        *_signature_points(consent, day),
    ]


def _signature_points(consent: JudgedConsent, day: date) -> list[Point]:
    signature, verdict = consent.signature, consent.status.report.verdict
    if signature is None:
        return [_point("consent-unsigned", DeliveryJudgement.MISSING)]
    if verdict not in (Verdict.PASSED, Verdict.INDETERMINATE):
        return [_point("consent-broken", DeliveryJudgement.MISSING)]
    match = signature.party_match
    claimed, proven = _day_of(signature.claimed_time), _day_of(signature.best_time)
    return [
        *([_point("consent-not-proven", DeliveryJudgement.NOT_PROVEN)] if verdict is Verdict.INDETERMINATE else []),
        *(
            [_point("other-signer", DeliveryJudgement.MISSING)]
            if match is not None and match.verdict == "mismatch"
            else []
        ),
        *([_point("signed-late", DeliveryJudgement.MISSING)] if claimed is not None and claimed > day else []),
        *(
            [_point("time-not-proven", DeliveryJudgement.NOT_PROVEN)]
            if proven is not None and proven > day and not (claimed and claimed > day)
            else []
        ),
    ]


def _day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(JST).date() if moment is not None else None


def _worst(answers: Sequence[DeliveryJudgement]) -> DeliveryJudgement:
    return next(
        (answer for answer in (DeliveryJudgement.MISSING, DeliveryJudgement.NOT_PROVEN) if answer in answers),
        DeliveryJudgement.IN_ORDER,
    )


def _point(code: str, answer: DeliveryJudgement) -> Point:
    return Point(code, answer, _POINTS[code])


def _point_json(point: Point) -> dict[str, str]:
    return {"code": point.code, "answer": point.answer.value, "en": point.text.en, "ja": point.text.ja}


def _recipient_json(check: RecipientCheck) -> dict[str, Any]:
    consent = check.consent
    return {
        "role": check.role,
        "label": {"en": check.label.en, "ja": check.label.ja},
        "answer": check.answer.value,
        "consent": consent
        and {
            "file": consent.file,
            "sha256": consent.sha256,
            "state": consent.state,
            "day": consent.day.isoformat(),
            "means": consent.means,
            "format": consent.file_format,
            "transaction": consent.transaction and consent.transaction.to_json(),
            "verdict": str(consent.status.report.verdict),
        },
        "points": [_point_json(point) for point in check.points],
    }


_POINTS = {
    "document-broken": Text("a signature of the document does not hold", "文書の署名に成り立たないものがあります"),
    "document-not-good": Text(
        "a signature of the document is not good: signkit status says why",
        "文書の署名に有効と認められないものがあります (理由は signkit status)",
    ),
    "document-unsigned": Text("nobody has signed the document", "文書に署名がありません"),
    "document-undated": Text("the document bears no date", "文書の日付が分かりません"),
    "provider-unknown": Text("the document does not say who delivers it", "提供する者が文書から分かりません"),
    "consent-missing": Text(
        "there is no consent of this recipient that covers such a document", "この書面についての承諾書がありません"
    ),
    "consent-late": Text("the consent was given after the delivery", "承諾の日が提供の日より後です"),
    "consent-withdrawn": Text("the consent was withdrawn", "承諾が撤回されています"),
    "transaction-not-named": Text(
        "the consent does not say which transaction it is about", "対象の取引が承諾書から分かりません"
    ),
    "other-kind": Text("the consent is about another kind of transaction", "別の種類の取引についての承諾です"),
    "other-parties": Text(
        "the consent is about a transaction between other parties", "当事者の異なる取引についての承諾です"
    ),
    "other-property": Text("the consent is about another property", "別の物件についての承諾です"),
    "parties-not-told": Text(
        "whether the consent is about a transaction between these parties cannot be told",
        "この当事者の取引についての承諾か判定できません",
    ),
    "property-not-told": Text(
        "whether the consent is about this property cannot be told", "この物件についての承諾か判定できません"
    ),
    "other-address": Text(
        "the consent gives another address of the recipient than the document does",
        "承諾書の住所が文書に書かれた住所と異なります",
    ),
    "other-provider": Text("the consent was given to somebody else", "別の事業者に対する承諾です"),
    "provider-not-told": Text(
        "whether the consent was given to this provider cannot be told", "この事業者に対する承諾か判定できません"
    ),
    "means-missing": Text("the consent does not state the means", "提供の方法が書かれていません"),
    "format-missing": Text("the consent does not state the file format", "ファイルの形式が書かれていません"),
    "consent-unsigned": Text("the consent is not signed", "承諾書に署名がありません"),
    "consent-broken": Text("the signature of the consent does not hold", "承諾書の署名が成り立ちません"),
    "consent-not-proven": Text(
        "the signature of the consent is not proven (INDETERMINATE)", "承諾書の署名を確認できません (INDETERMINATE)"
    ),
    "other-signer": Text("the consent was signed with somebody else's key", "承諾書は別の人の鍵で署名されています"),
    "signed-late": Text("the consent was signed after the delivery", "承諾書の署名が提供の日より後です"),
    "time-not-proven": Text(
        "that the consent was signed before the delivery rests on the signer's clock alone",
        "提供の日以前に署名されたことは、署名者の時計による申告だけに基づいています",
    ),
}
