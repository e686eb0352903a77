"""What a sale of real estate is: of a new house, of unfinished works, with how much money before the handover."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from signkit.contracts.rules.days import month_of
from signkit.contracts.rules.known import values

_DWELLING = re.compile("居宅|住宅|共同|寄宿舎|寮|長屋|マンション")
#: 宅地建物取引業法施行令3条の5.
_PRESERVED_ABOVE_YEN = 10_000_000


def is_new_house(contract: Mapping[str, Any]) -> bool:
    """Tell whether a new dwelling is sold (品確法2条2項): nobody lived in it, and it is not over a year old."""
    building = contract.get("building")
    return bool(building and not building["existing"] and _DWELLING.search(building["kind"]))


def works_unfinished(contract: Mapping[str, Any]) -> bool:
    """Tell whether it is sold before the works are complete: as the data say, else as the month of completion does."""
    if "works_completed" in contract:
        return not contract["works_completed"]
    building = contract.get("building")
    if not building or building["existing"]:
        return False
    month = month_of(building.get("completed", ""))
    return month is None or month > contract["contract_date"][:7]


def money_before_handover(contract: Mapping[str, Any]) -> int:
    """Return the yen of 手付金等 (宅地建物取引業法41条1項): what counts as price and is paid before the handover."""
    payment, handover = contract["payment"], contract["handover"]["date"]
    interim = sum(part["amount"] for part in payment.get("interim", ()) if part["date"] < handover)
    return int(payment["deposit"]["amount"] + interim)


def needs_preservation(early: int, price: int, unfinished: bool) -> bool:
    """Tell whether 手付金等 have to be preserved: 5 % (unfinished, 41条) or 10 % (41条の2), or ten million yen."""
    percent = 5 if unfinished else 10
    return early * 100 > price * percent or early > _PRESERVED_ABOVE_YEN


def tax_on(amount: int, day: str) -> int:
    """Return the consumption tax on an amount without tax, rounded down, at the rate of a day.

    Raises:
        NotKnown: the rate of that day is not known.
    """
    return amount * values("consumption-tax").on("標準税率", date.fromisoformat(day)) // 100
