"""The consent that a contract asks for, made from the contract: its parties, its transaction, its provision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from signkit.delivery.consent_rules import RULES, DeliveryRule, Recipient
from signkit.delivery.means import WORDED, Means
from signkit.delivery.transaction import recipients_of, transaction_of_contract
from signkit.errors import DeliveryError
from signkit.pdf.embedded_contract import EmbeddedContract, EmbeddedParty, role_asked_for
from signkit.plain_data import Data, item_at
from signkit.words import Text

_FORMAT = {
    "name": "PDF（PDF/A-3b）",
    "software": "PDF を表示できるソフトウェア",
    "alteration_check": "電子署名の検証（署名パネル、signkit validate）",
}
_AT_ITS_ADDRESS = "上記の所在地"
_HOW_TO_WITHDRAW = "上記の連絡先に電子メール又は書面により申し出る。"


@dataclass(frozen=True)
class ConsentTerms:
    """What a contract does not say.

    Attributes:
        day: when the consent is given.
        means: how the files are handed over.
        destination: the address that they are sent to, or where they are read; None: what the recipient has told.
        contact: how the provider is reached; None: at its address.
    """

    day: date
    means: Means = Means.MAIL
    destination: str | None = None
    contact: str | None = None


def roles_to_consent(contract: EmbeddedContract | None) -> tuple[str, ...]:
    """Return the roles whose consent a contract needs.

    Raises:
        DeliveryError("consent-not-made"): it is no contract, or of a kind for which no rule is known.
    """
    rule, data = _rule(contract), contract.data if contract is not None else {}
    return tuple(each.role for each in recipients_of(data, rule))


def consent_data(contract: EmbeddedContract | None, role: str, terms: ConsentTerms) -> Data:
    """Return the data of the template ``consent`` with which ``role`` (by its name or its title) consents.

    Raises:
        DeliveryError("consent-not-made"): as `roles_to_consent` does, or the role is none of these.
    """
    rule = _rule(contract)
    assert contract is not None
    asked = role_asked_for(role, contract.parties)
    recipient = next((each for each in recipients_of(contract.data, rule) if each.role == asked), None)
    if recipient is None:
        known = ", ".join(roles_to_consent(contract))
        cause = Text(f"it asks for no consent of {role} ({known})", f"{role} の承諾は必要ありません ({known})")
        raise DeliveryError("consent-not-made", cause=cause)
    title = contract.title.ja if contract.title is not None else contract.template_id
    provider = _present(_table(contract.data, rule.provider_item(contract.data)), "name", "address")
    means, destination = WORDED[terms.means]
    return {
        "consented_on": terms.day.isoformat(),
        "recipient": _recipient(contract, recipient),
        "provider": {**provider, "contact": terms.contact or _AT_ITS_ADDRESS},
        "documents": [{"name": title, "law": rule.law.ja}],
        "transaction": transaction_of_contract(contract.data, rule).to_json(),
        "means": {"kind": means, "destination": terms.destination or destination},
        "format": dict(_FORMAT),
        "printable": True,
        "environment": {"can_receive": True, "can_print": True},
        "withdrawal": {"how": _HOW_TO_WITHDRAW},
    }


def _rule(contract: EmbeddedContract | None) -> DeliveryRule:
    if contract is None:
        raise DeliveryError("consent-not-made", cause=_NO_CONTRACT)
    rule = RULES.get(contract.template_id)
    if rule is None:
        raise DeliveryError("consent-not-made", cause=_NO_RULE)
    return rule


def _recipient(contract: EmbeddedContract, recipient: Recipient) -> Data:
    """Return who consents: the table that the rule names, and who signs for it in the contract."""
    table = _table(contract.data, recipient.name_item)
    party: EmbeddedParty | None = next((each for each in contract.parties if each.role == recipient.role), None)
    signer = party.name if party is not None and party.name else table.get("name")
    return {**_present(table, "name", "address", "capacity"), "signer": signer}


def _table(data: Mapping[str, Any], item: str) -> Mapping[str, Any]:
    found = item_at(data, item.rpartition(".")[0])
    return found if isinstance(found, Mapping) else {}


def _present(table: Mapping[str, Any], *names: str) -> Data:
    return {name: table[name] for name in names if isinstance(table.get(name), str)}


_NO_CONTRACT = Text("the file carries no contract of SignKit's", "SignKit の契約データが入っていません")
_NO_RULE = Text(
    "SignKit knows no rule of consent for this kind of document",
    "この種類の文書に必要な承諾の決まりを SignKit は知りません",
)
