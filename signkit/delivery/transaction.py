"""Does a consent speak of this very transaction?  Its kind, its parties by name, its property by lot.

A consent to one sale is none to another, even between the same people.  Names are compared as
`signkit.jpki.party_match` compares them, lots as addresses are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signkit.delivery.consent_rules import DeliveryRule, Recipient
from signkit.jpki.match_reasons import Verdict, worst
from signkit.jpki.names import compare_organizations, compare_person_names, names_organization
from signkit.jpki.postal_addresses import compare_addresses
from signkit.plain_data import item_at

_MAX_NAME = 200
_MAX_PLACE = 400
_MAX_ENTRIES = 50
#: What makes two lots the same lot; a place that stops at the town, or goes on with words, is not it for certain.
_SAME_LOT = ("address-equal",)


@dataclass(frozen=True)
class Transaction:
    """What a consent, or a contract, says of the transaction.

    Attributes:
        kind: 不動産の売買, 雇用.
        parties: their names.
        properties: lots, each with place and number (東京都架空区青葉台一丁目23番4).
    """

    kind: str
    parties: tuple[str, ...]
    properties: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as the data of the template ``consent`` hold it."""
        plain: dict[str, Any] = {"kind": self.kind, "parties": [{"name": name} for name in self.parties]}
        return {**plain, "properties": list(self.properties)} if self.properties else plain


def transaction_of_consent(data: Mapping[str, Any]) -> Transaction | None:
    """Return what a consent's data say; None where they say nothing."""
    kind = item_at(data, "transaction.kind")
    if not isinstance(kind, str):
        return None
    parties = _entries(item_at(data, "transaction.parties"))
    names = (party.get("name") for party in parties if isinstance(party, Mapping))
    return Transaction(kind, _texts(names), _texts(_entries(item_at(data, "transaction.properties"))))


def transaction_of_contract(data: Mapping[str, Any], rule: DeliveryRule) -> Transaction:
    """Return what a contract's data say, read where ``rule`` says that they stand."""
    found = item_at(data, rule.land_item) if rule.land_item is not None else None
    parcels = [found] if isinstance(found, Mapping) else _entries(found)
    lots = (_lot(parcel) for parcel in parcels if isinstance(parcel, Mapping))
    return Transaction(rule.kind, _texts(item_at(data, item) for item in rule.party_items), tuple(filter(None, lots)))


def differences(
    consent: Transaction, contract: Transaction, *, names_all: bool = True
) -> Iterator[tuple[str, Verdict]]:
    """Yield what of the two differs (``kind``, ``parties``, ``property``), and whether it does or cannot be told.

    Every party and every lot of the contract must be the consent's; nobody else may be named as a party, unless the
    contract does not name them all.
    """
    if consent.kind != contract.kind:
        yield "kind", "mismatch"
    for what, verdict in (
        ("parties", _all_among(contract.parties, consent.parties, compare_names)),
        ("parties", _all_among(consent.parties if names_all else (), contract.parties, compare_names)),
        ("property", _all_among(contract.properties, consent.properties, _compare_lots)),
    ):
        if verdict != "match":
            yield what, verdict


def recipients_of(data: Any, rule: DeliveryRule) -> Iterator[Recipient]:
    """Yield to whom the document is delivered: a dealer that sells its own house consents to nothing."""
    provider = rule.provider_of(data)
    for recipient in rule.recipients:
        name = item_at(data, recipient.name_item)
        delivers = isinstance(name, str) and isinstance(provider, str) and compare_names(name, provider) == "match"
        if not delivers and (name or not recipient.optional):
            yield recipient


def compare_names(one: str, other: str) -> Verdict:
    """Return whether two names, of people or of organizations, are one party's."""
    compare = compare_organizations if names_organization(one) or names_organization(other) else compare_person_names
    return worst(compare(one[:_MAX_NAME], other[:_MAX_NAME]))


def _compare_lots(one: str, other: str) -> Verdict:
    codes = compare_addresses(one[:_MAX_PLACE], other[:_MAX_PLACE])
    verdict = worst(codes)
    return "cannot-tell" if verdict == "match" and any(code not in _SAME_LOT for code in codes) else verdict


def _all_among(wanted: Sequence[str], there: Sequence[str], compare: Any) -> Verdict:
    """Return the worst of what is best for each of ``wanted``."""
    found: list[Verdict] = []
    for each in wanted:
        verdicts = {compare(each, other) for other in there}
        found.append(next((verdict for verdict in ("match", "cannot-tell") if verdict in verdicts), "mismatch"))
    return next((verdict for verdict in ("mismatch", "cannot-tell") if verdict in found), "match")


def _lot(place: Mapping[str, Any]) -> str:
    """Return a lot with its number, or a dwelling with its building and unit."""
    return "".join(_texts(place.get(item) for item in ("location", "lot_number", "name", "unit")))


def _entries(value: object) -> list[Any]:
    return value[:_MAX_ENTRIES] if isinstance(value, list) else []


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value.strip())
