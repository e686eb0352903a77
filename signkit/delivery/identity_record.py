"""The record of an identity check (取引時確認記録), made from a party's JPKI signature.

What the signature says (name, residence, birth date, when, whether the certificate was good) comes from its judgement
alone; what it cannot say (purpose, occupation, who checked) is asked.  Without a lawful answer on the certificate's
validity it is a draft, and called so.  Law: 犯罪収益移転防止法4条・6条, 施行規則20条.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from signkit.cms.signed_data import NotCms, load, signers
from signkit.contracts.amendment import contract_day
from signkit.contracts.bulk.rows import merge
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.errors import ContractDataUnreadable, DeliveryError
from signkit.japan_time import JST
from signkit.jpki.keyed_number import keyed_number
from signkit.pdf.fields import open_pdf
from signkit.pdf.signatures import find_signatures
from signkit.plain_data import Data, item_at
from signkit.reporting.formats.report_wording import REVOCATIONS
from signkit.reporting.summary import is_rehearsal
from signkit.settings import Settings
from signkit.validation.report import SignatureReport, Verdict
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus

TEMPLATE = "identity-record"
#: Items that only the signature and its judgement may say.
_NEVER_ASKED = ("check", "made_on")
_MAX_REASONS = 5
_MAX_REASON = 400


@dataclass(frozen=True)
class IdentityRecord:
    """The record, to be signed by who made the check.

    Attributes:
        pdf: PDF/A-3b with an empty field ``checker``.
        draft_because: why it is a draft; empty where it is none.
    """

    pdf: bytes
    draft_because: tuple[Text, ...]


def identity_record(
    pdf: bytes,
    status: ContractStatus,
    role: str,
    asked: Mapping[str, Any],
    key: bytes,
    settings: Settings | None = None,
) -> IdentityRecord:
    """Make the record of the party who signed in the field ``role``.

    Args:
        status: of ``pdf``, judged with ``identity``, so that it holds the four attributes.
        asked: what no signature says: the template's items but ``check``; ``received_at`` (ISO 8601, with its zone) is
            when the document came.
        key: for the keyed hash that stands in place of the certificate's number.

    Raises:
        DeliveryError("identity-impossible"): the signature does not hold, or is somebody else's.
        DeliveryError("identity-not-shown"): nobody signed there, or not with a key that names a person.
        ContractDataUnreadable: ``asked`` says what only the signature may say.
        ContractRefused: an item is missing or wrong, or the transaction needs the stricter check.
    """
    signature = _signature_of(status, role)
    _refuse_what_is_not_asked(asked)
    settings = settings or Settings()
    because = _why_draft(signature)
    data = merge(merge(_transaction_items(status, role, settings), asked), _holder_items(signature, asked))
    received_at = _received_at(data.pop("received_at", None), status)
    data |= {
        "made_on": status.report.validation_time.astimezone(JST).date().isoformat(),
        "check": {
            **_judged_items(status, signature),
            **({"reasons": [text.ja[:_MAX_REASON] for text in because[:_MAX_REASONS]]} if because else {}),
            "draft": bool(because),
            "received_at": _moment(received_at),
            "certificate_hash": _certificate_hash(pdf, role, key),
        },
    }
    return IdentityRecord(render_contract(find_template(TEMPLATE, settings), data, settings).pdf, because)


def _signature_of(status: ContractStatus, role: str) -> SignatureReport:
    """Return the party's signature, which must hold as far as can be told, and name a person."""
    signature = next((each for each in status.report.signatures if each.field == role), None)
    if signature is None:
        fields = ", ".join(each.field or "-" for each in status.report.signatures) or "-"
        raise DeliveryError("identity-not-shown", cause=_NOBODY.filled(role=role, fields=fields))
    if signature.verdict is Verdict.FAILED or not signature.intact or signature.changes_permitted is False:
        raise DeliveryError("identity-impossible", cause=_BROKEN)
    if signature.party_match is not None and signature.party_match.verdict == "mismatch":
        raise DeliveryError("identity-impossible", cause=_SOMEBODY_ELSE)
    if signature.signer.identity is None:
        raise DeliveryError("identity-not-shown", cause=_NO_ATTRIBUTES)
    return signature


def _refuse_what_is_not_asked(asked: Mapping[str, Any]) -> None:
    said = [name for name in _NEVER_ASKED if name in asked]
    if said:
        raise ContractDataUnreadable(TEMPLATE, _NOT_ASKED.filled(items=", ".join(said)))


def _why_draft(signature: SignatureReport) -> tuple[Text, ...]:
    """Say what keeps the signature from proving whose it is: all that is not passed, and no word on the certificate."""
    if signature.verdict is Verdict.PASSED and signature.revocation.status == "good":
        return ()
    reasons = tuple(reason.text for reason in signature.reasons)
    return reasons or (_NO_WORD,)


def _transaction_items(status: ContractStatus, role: str, settings: Settings) -> Data:
    """Return what the contract itself says of the transaction; nothing where the document is none of SignKit's."""
    if status.contract is None:
        return {}
    day = contract_day(status.contract, settings)
    label = next((party.label.ja for party in status.parties if party.role == role), role)
    return {"transaction": {"role": label, **({"date": day} if day else {})}}


def _holder_items(signature: SignatureReport, asked: Mapping[str, Any]) -> Data:
    """Return what the certificate says of its holder: the customer, or who acts for a company."""
    said = signature.signer.identity or {}
    holder = {name: said[name] for name in ("name", "address", "birth_date") if said.get(name)}
    if item_at(asked, "customer.kind") == "法人":
        return {"representative": holder}
    return {"customer": {"kind": "個人", **holder}}


def _judged_items(status: ContractStatus, signature: SignatureReport) -> Data:
    report = status.report
    title = status.contract.title if status.contract else None
    revocation = signature.revocation
    good = revocation.status == "good"
    validity = "有効(失効情報により確認した)" if good else REVOCATIONS[revocation.status].ja
    told = f"、失効情報の発行日時 {_moment(revocation.produced_at)}" if good and revocation.produced_at else ""
    return {
        "rehearsal": is_rehearsal(report),
        "method": _METHOD,
        "document": title.ja if title else PurePath(status.file).name[:120],
        "document_sha256": report.sha256,
        "signed_at": _signed_at(signature),
        "validity": validity + told,
        "verdict": signature.verdict.value,
        "judged_at": _moment(report.validation_time),
    }


def _received_at(asked: object, status: ContractStatus) -> datetime:
    """Return when the document came; the time of the judgement where nobody says."""
    if asked is None:
        return status.report.validation_time
    try:
        moment = datetime.fromisoformat(str(asked))
    except ValueError as error:
        raise ContractDataUnreadable(TEMPLATE, _NO_MOMENT) from error
    if moment.tzinfo is None:
        raise ContractDataUnreadable(TEMPLATE, _NO_MOMENT)
    return moment


def _signed_at(signature: SignatureReport) -> str:
    if signature.best_time is not None:
        return f"{_moment(signature.best_time)} までに署名(タイムスタンプによる)"
    return f"{_moment(signature.claimed_time)}(署名者の申告による)" if signature.claimed_time else "不明"


def _moment(when: datetime) -> str:
    return f"{when.astimezone(JST):%Y年%m月%d日 %H時%M分%S秒}(日本時間)"


def _certificate_hash(pdf: bytes, role: str, key: bytes) -> str:
    """Return the keyed hash of the number of the certificate that signed the field."""
    found = next(each for each in find_signatures(open_pdf(pdf)) if each.field == role)
    try:
        certificate = signers(load(found.contents), None)[0].certificate
    except (NotCms, IndexError) as error:
        raise DeliveryError("identity-not-shown", cause=_NO_ATTRIBUTES) from error
    return keyed_number(key, certificate.issuer, certificate.serial_number)


_METHOD = (
    "顧客が、公的個人認証の署名用電子証明書により電子署名をした取引の書類の送信を受け、"
    "署名の検証と、電子証明書の有効性の確認をする方法"
)
_NOBODY = Text(
    "nobody has signed the field {role} (signed: {fields})",
    "署名欄 {role} には署名がありません (署名のある欄: {fields})",
)
_BROKEN = Text("the party's signature does not hold", "当事者の署名が有効ではありません")
_SOMEBODY_ELSE = Text(
    "the certificate names somebody else than the contract does", "電子証明書の名義人が、契約書の当事者と異なります"
)
_NO_ATTRIBUTES = Text(
    "the signature does not show name, address and birth date: only a signing certificate of JPKI does, and only "
    "where its issuer is trusted",
    "署名から氏名・住所・生年月日を確認できません (信頼された発行者による公的個人認証の署名用電子証明書に限ります)",
)
_NO_WORD = Text(
    "no lawful word on the certificate's validity is at hand", "電子証明書の有効性について、適法に得た回答がありません"
)
_NOT_ASKED = Text(
    "only the signature and its judgement say {items}; leave them out",
    "{items} は署名とその検証から定まるため、指定できません",
)
_NO_MOMENT = Text(
    "received_at is no time with its zone, such as 2026-11-21T14:05:00+09:00",
    "received_at は、2026-11-21T14:05:00+09:00 のように時差を付けて書いてください",
)
