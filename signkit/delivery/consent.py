"""Consents to electronic delivery, and their withdrawals: small signed documents of their own.

A consent is a document of the template ``consent``; a withdrawal is made of it here.  What either says is read from its
own data and counts only as far as its signature holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from signkit.contracts.embedding import contract_json
from signkit.contracts.fonts import FontSet, font_set
from signkit.contracts.japanese import full_date
from signkit.contracts.signature_fields import FieldDescription
from signkit.contracts.template import Party, Template
from signkit.delivery.sheet import Enclosed, Sheet, digest, facts_table, markup_of, signing_block, words
from signkit.delivery.transaction import Transaction, transaction_of_consent
from signkit.errors import DeliveryError
from signkit.pdf.embedded_contract import FILE_NAME, EmbeddedContract
from signkit.plain_data import item_at
from signkit.progress.contract import ContractStatus, contract_status
from signkit.validation.options import ValidationOptions
from signkit.validation.report import SignatureReport
from signkit.words import Text

CONSENT = "consent"
WITHDRAWAL = "consent-withdrawal"
SIGNER = "recipient"

State = Literal["given", "withdrawn"]


@dataclass(frozen=True)
class JudgedConsent:
    """What one document says, and the judgement of its signature.

    Attributes:
        day: when it was given or withdrawn, as written in it.
        recipient: who consents.
        provider: to whom.
        laws: the provisions of the documents it covers, as cited in it.
        means: how the files are handed over; None where it does not say.
        file_format: in which format; None where it does not say.
        signature: the recipient's; None where it is not signed.
        status: the whole file's judgement.
        transaction: which transaction it is about; None where it does not say.
        address: of who consents; None where it does not say.
    """

    file: str
    state: State
    day: date
    recipient: str
    provider: str
    laws: tuple[str, ...]
    means: str | None
    file_format: str | None
    signature: SignatureReport | None
    status: ContractStatus
    transaction: Transaction | None = None
    address: str | None = None

    @property
    def sha256(self) -> str:
        """The file's digest."""
        return self.status.report.sha256


def read_consent(pdf: bytes, name: str, options: ValidationOptions) -> JudgedConsent:
    """Read a consent or a withdrawal and judge its signature.

    Raises:
        DeliveryError("consent-unreadable"): it is neither, or lacks who, to whom or when.
        PdfNotSignable: it is no PDF that can be read.
    """
    status = contract_status(pdf, name, options)
    contract = status.contract
    if contract is None or contract.template_id not in (CONSENT, WITHDRAWAL):
        raise DeliveryError("consent-unreadable", path=name, cause=_OTHER_DOCUMENT)
    withdrawn = contract.template_id == WITHDRAWAL
    data = contract.data
    return JudgedConsent(
        file=name,
        state="withdrawn" if withdrawn else "given",
        day=_day(name, contract, "withdrawn_on" if withdrawn else "consented_on"),
        recipient=_required_text(name, data, "recipient.name"),
        provider=_required_text(name, data, "provider.name"),
        laws=_laws(data),
        means=_text(data, "means.kind"),
        file_format=_text(data, "format.name"),
        signature=next((party.signature for party in status.parties if party.role == SIGNER), None),
        status=status,
        transaction=transaction_of_consent(data),
        address=_text(data, "recipient.address"),
    )


def _day(name: str, contract: EmbeddedContract, item: str) -> date:
    try:
        return date.fromisoformat(_required_text(name, contract.data, item))
    except ValueError as error:
        raise DeliveryError("consent-unreadable", path=name, cause=_lacks(item)) from error


def _required_text(name: str, data: Mapping[str, Any], item: str) -> str:
    value = _text(data, item)
    if value is None:
        raise DeliveryError("consent-unreadable", path=name, cause=_lacks(item))
    return value


def _text(data: Mapping[str, Any], item: str) -> str | None:
    value = item_at(data, item)
    return value if isinstance(value, str) and value.strip() else None


def _laws(data: Mapping[str, Any]) -> tuple[str, ...]:
    documents = data.get("documents")
    entries = documents if isinstance(documents, list) else []
    return tuple(law for entry in entries if isinstance(entry, Mapping) and (law := _text(entry, "law")))


# --- withdrawal ------------------------------------------------------------------------------------------


def withdrawal(consent: JudgedConsent, day: date, fonts: FontSet | None = None) -> bytes:
    """Return the document by which the recipient withdraws ``consent``, with a field for their signature.

    Raises:
        DeliveryError("consent-unreadable"): ``consent`` is a withdrawal itself, or ``day`` lies before it was given.
    """
    if consent.state == "withdrawn":
        raise DeliveryError("consent-unreadable", path=consent.file, cause=_WITHDRAWN_ALREADY)
    if day < consent.day:
        raise DeliveryError("consent-unreadable", path=consent.file, cause=_NOT_YET_GIVEN)
    fonts = fonts or font_set()
    data = {
        "withdrawn_on": day.isoformat(),
        "recipient": {"name": consent.recipient},
        "provider": {"name": consent.provider},
        "consent": {"given_on": consent.day.isoformat(), "sha256": consent.sha256},
        "documents": [{"law": law} for law in consent.laws],
        **({"transaction": consent.transaction.to_json()} if consent.transaction is not None else {}),
    }
    content = contract_json(_WITHDRAWAL_TEMPLATE, data)
    return Sheet(
        title=_WITHDRAWAL_TITLE.ja,
        language="ja",
        day=day,
        body=_withdrawal_body(consent, day, fonts),
        fonts=fonts,
        files=(Enclosed(FILE_NAME, "application/json", "Contract data / 契約データ", content),),
        fields={SIGNER: FieldDescription("撤回する者の署名", (SIGNER,))},
    ).pdf()


def _withdrawal_body(consent: JudgedConsent, day: date, fonts: FontSet) -> str:
    rows = [
        ("承諾した者", markup_of(consent.recipient, fonts)),
        ("承諾の日", words(Text("", full_date(consent.day.isoformat())), "ja")),
        ("対象の書面", " \\ ".join(markup_of(law, fonts) for law in consent.laws[:10])),
        *_transaction_rows(consent.transaction, fonts),
        ("承諾書の SHA-256", digest(consent.sha256)),
    ]
    return (
        f"= {words(_WITHDRAWAL_TITLE, 'ja')}\n\n{markup_of(consent.provider, fonts)}　御中\n\n"
        "#v(2mm)\n私は、下記の承諾を撤回します。今後は、紙の書面で交付してください。\n\n"
        + facts_table(rows)
        + f"\n#v(4mm)\n{words(Text('', full_date(day.isoformat())), 'ja')}\n\n#v(2mm)\n"
        + f"撤回する者　{markup_of(consent.recipient, fonts)}\n\n"
        + signing_block(SIGNER, Text("Who withdraws", "撤回する者"), "ja")
    )


def _transaction_rows(transaction: Transaction | None, fonts: FontSet) -> list[tuple[str, str]]:
    if transaction is None:
        return []
    lines = (transaction.kind, *transaction.properties[:10], "、".join(transaction.parties))
    return [("対象の取引", " \\ ".join(markup_of(line, fonts) for line in lines))]


_WITHDRAWAL_TITLE = Text("Withdrawal of the consent to electronic delivery", "電磁的方法による提供の承諾の撤回書")
_WITHDRAWAL_TEMPLATE = Template(
    id=WITHDRAWAL,
    version="1.0.0",
    title=_WITHDRAWAL_TITLE,
    language="ja",
    parties=(Party(SIGNER, Text("Who withdraws", "撤回する者"), "recipient.name"),),
    signing_order="free",
    date_item="withdrawn_on",
    law=("宅地建物取引業法施行令2条の6、3条の3、3条の4",),
    checks=(),
    folder=Path(),
    schema={},
)
_OTHER_DOCUMENT = Text("it was not made from the template 'consent'", "ひな形 consent から作られた文書ではありません")
_WITHDRAWN_ALREADY = Text("it is a withdrawal", "撤回書です")
_NOT_YET_GIVEN = Text("it was not yet given on that day", "その日にはまだ承諾がありません")


def _lacks(item: str) -> Text:
    return Text(f"it lacks {item}", f"{item} がありません")
