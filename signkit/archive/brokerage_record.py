"""What a contract's data say of the items that a dealer's ledger (宅建業法49条 帳簿) must hold for each transaction.

宅建業法49条: date, place and area of the property; 同法施行規則18条1項: mode of the transaction, the parties' names and
addresses, other dealers that took part, what the land and the building are, price or rent, fee, special terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signkit.plain_data import item_at

#: The items in the order in which the report shows them.
ITEMS = ("mode", "property", "area", "land", "building", "parties", "dealers", "price", "fee", "terms")
_MAX_TEXT = 1_000
_PARTIES = (
    ("売主", "seller"),
    ("売主", "seller2"),
    ("買主", "buyer"),
    ("買主", "buyer2"),
    ("貸主", "lessor"),
    ("貸主", "landlord"),
    ("借主", "lessee"),
    ("借主", "tenant"),
    ("借主", "tenant2"),
)


def brokerage_record(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the items that the data hold, as texts; what they do not hold (the fee, always) is left out."""
    found = {
        "mode": _text(item_at(data, "broker.involvement")),
        "area": "、".join(_areas(data)),
        "land": "、".join(filter(None, (_text(each.get("category")) for each in _land(data)))),
        "building": _join(data, "building.kind", "building.structure", "dwelling.kind", "dwelling.structure"),
        "parties": "、".join(_parties(data)),
        "dealers": _join(data, "broker.name", "broker2.name"),
        "terms": "、".join(_texts(item_at(data, "special_terms"))),
        "new_house": _is_new_house(data),
    }
    return {name: value[:_MAX_TEXT] if isinstance(value, str) else value for name, value in found.items() if value}


def _is_new_house(data: Mapping[str, Any]) -> bool:
    """Whether a dealer itself sells a new house: its ledger is kept ten years (施行規則18条3項)."""
    return item_at(data, "broker.involvement") == "売主" and item_at(data, "building.existing") is False


def _areas(data: Mapping[str, Any]) -> list[str]:
    land = [f"土地 {each['area']}㎡" for each in _land(data) if _is_number(each.get("area"))]
    floors = item_at(data, "building.floors")
    parts = [each.get("area") for each in floors if isinstance(each, Mapping)] if isinstance(floors, list) else []
    known = [area for area in parts if isinstance(area, int | float)]
    dwelling = item_at(data, "dwelling.area")
    known += [dwelling] if _is_number(dwelling) else []
    return land + ([f"建物 {round(sum(known), 2)}㎡"] if known else [])


def _join(data: Mapping[str, Any], *paths: str) -> str:
    return "、".join(filter(None, (_text(item_at(data, path)) for path in paths)))


def _land(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    land = item_at(data, "land")
    return [each for each in land[:20] if isinstance(each, Mapping)] if isinstance(land, list) else []


def _parties(data: Mapping[str, Any]) -> list[str]:
    people = [(label, item_at(data, f"{role}.name"), item_at(data, f"{role}.address")) for label, role in _PARTIES]
    return [
        f"{label} {name}" + (f"（{address}）" if _text(address) else "")
        for label, name, address in people
        if _text(name)
    ]


def _texts(value: object) -> list[str]:
    return [text for each in value[:20] if (text := _text(each))] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
