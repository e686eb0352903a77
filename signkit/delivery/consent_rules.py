"""Which documents may be delivered electronically only with the recipient's prior consent (or at their wish).

Told by the template that made the document; facts and sources: docs/guides/delivery.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from signkit.plain_data import item_at
from signkit.words import Text


@dataclass(frozen=True)
class Recipient:
    """One to whom the document is delivered: the party's role, and where the data hold the name.

    An ``optional`` one (a co-owner) is none where the data hold no name.
    """

    role: str
    name_item: str
    optional: bool = False


@dataclass(frozen=True)
class DeliveryRule:
    """What one kind of document needs.

    Attributes:
        law: the provision, as cited to people.
        cited: finds the provision in what a consent says it covers.
        provider_items: where the data hold who delivers; the first that is there (a dealer may sell without a broker).
        date_item: where the data hold the document's date.
        kind: of the transaction, as the template ``consent`` names it.
        party_items: where the data hold the parties' names; those that are not there are no parties.
        land_item: where the data hold the lots, or the dwelling; None where the transaction has no property.
        names_all: whether the document names all parties; an explanation names one buyer, of several co-owners too.
    """

    law: Text
    cited: re.Pattern[str]
    recipients: tuple[Recipient, ...]
    provider_items: tuple[str, ...]
    date_item: str
    kind: str
    party_items: tuple[str, ...]
    land_item: str | None = None
    names_all: bool = True

    def provider_item(self, data: Mapping[str, Any]) -> str:
        """Return where the document's data name who delivers; where they name nobody, where they should."""
        return next((item for item in self.provider_items if item_at(data, item) is not None), self.provider_items[0])

    def provider_of(self, data: Mapping[str, Any]) -> object:
        """Return who delivers, as the document's data name them; None where they name nobody."""
        return item_at(data, self.provider_item(data))


SALE = "不動産の売買"
MANDATE = "不動産の売買の媒介"
LEASE = "不動産の賃貸借"
EMPLOYMENT = "雇用"

_REAL_ESTATE = r"(?:宅地建物取引業法|宅建業法)"

#: A lease and what is explained before it: both parties, one or two tenants.
_LEASE_PARTIES = ("landlord.name", "tenant.name", "tenant2.name")


def _lease() -> DeliveryRule:
    """Return the rule of a lease that a dealer brokers (37条2項), ordinary or for a fixed term."""
    return DeliveryRule(
        Text("Real Estate Brokerage Act art. 37 (5)", "宅地建物取引業法37条5項"),
        re.compile(rf"{_REAL_ESTATE}(?:37|三十七)条"),
        (
            Recipient("landlord", "landlord.name"),
            Recipient("tenant", "tenant.name"),
            Recipient("tenant2", "tenant2.name", optional=True),
        ),
        ("broker.name",),
        "contract_date",
        LEASE,
        _LEASE_PARTIES,
        "dwelling",
    )


RULES = {
    "real-estate-sale": DeliveryRule(
        Text("Real Estate Brokerage Act art. 37 (4)", "宅地建物取引業法37条4項"),
        re.compile(rf"{_REAL_ESTATE}(?:37|三十七)条"),
        (
            Recipient("seller", "seller.name"),
            Recipient("seller2", "seller2.name", optional=True),
            Recipient("buyer", "buyer.name"),
            Recipient("buyer2", "buyer2.name", optional=True),
        ),
        ("broker.name", "seller.name"),
        "contract_date",
        SALE,
        ("seller.name", "seller2.name", "buyer.name", "buyer2.name"),
        "land",
    ),
    "real-estate-explanation": DeliveryRule(
        Text("Real Estate Brokerage Act art. 35 (8)", "宅地建物取引業法35条8項"),
        re.compile(rf"{_REAL_ESTATE}(?:35|三十五)条"),
        (Recipient("recipient", "buyer.name"), Recipient("recipient2", "buyer2.name", optional=True)),
        ("broker.name",),
        "explained_on",
        SALE,
        ("seller.name", "seller2.name", "buyer.name", "buyer2.name"),
        "land",
        names_all=False,
    ),
    "real-estate-brokerage": DeliveryRule(
        Text("Real Estate Brokerage Act art. 34-2 (11)", "宅地建物取引業法34条の2第11項"),
        re.compile(rf"{_REAL_ESTATE}(?:34|三十四)条の(?:2|二)"),
        (Recipient("client", "client.name"), Recipient("client2", "client2.name", optional=True)),
        ("broker.name",),
        "contract_date",
        MANDATE,
        ("client.name", "client2.name", "broker.name"),
        "land",
    ),
    "residential-lease": _lease(),
    "fixed-term-lease": _lease(),
    "lease-explanation": DeliveryRule(
        Text("Real Estate Brokerage Act art. 35 (8)", "宅地建物取引業法35条8項"),
        re.compile(rf"{_REAL_ESTATE}(?:35|三十五)条"),
        (Recipient("recipient", "recipient.name"), Recipient("recipient2", "recipient2.name", optional=True)),
        ("explainer.name",),
        "explained_on",
        LEASE,
        ("landlord.name", "recipient.name", "recipient2.name"),
        "dwelling",
        names_all=False,
    ),
    "fixed-term-lease-notice": DeliveryRule(
        Text("Act on Land and Building Leases art. 38 (4)", "借地借家法38条4項"),
        re.compile(r"借地借家法(?:38|三十八)条"),
        (Recipient("tenant", "tenant.name"), Recipient("tenant2", "tenant2.name", optional=True)),
        ("landlord.name",),
        "explained_on",
        LEASE,
        _LEASE_PARTIES,
        "dwelling",
    ),
    "employment-agreement": DeliveryRule(
        Text("Ordinance of the Labour Standards Act art. 5 (4)", "労働基準法施行規則5条4項"),
        re.compile(r"(?:労働基準法施行規則|労基則)(?:5|五)条|(?:労働基準法|労基法)(?:15|十五)条"),
        (Recipient("employee", "employee.name"),),
        ("employer.name",),
        "contract_date",
        EMPLOYMENT,
        ("employer.name", "employee.name"),
    ),
}


def covers(rule: DeliveryRule, laws: Iterable[str]) -> bool:
    """Tell whether one of ``laws``, as a consent cites them, is the rule's (宅建業法第37条 is meant as well)."""
    return any(rule.cited.search(_plain(law)) for law in laws)


def _plain(law: str) -> str:
    return re.sub(r"[\s第]", "", unicodedata.normalize("NFKC", law[:500]))
