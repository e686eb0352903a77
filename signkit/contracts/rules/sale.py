"""What a sale of real estate is: of a new house, of unfinished works, with how much money before the handover."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from signkit.contracts.rules.days import after_months, month_of
from signkit.contracts.rules.known_values import values

_DWELLING = re.compile("居宅|住宅|共同|寄宿舎|寮|長屋|マンション")
#: 宅地建物取引業法施行令3条の5.
_PRESERVED_ABOVE_YEN = 10_000_000


def is_new_house(contract: Mapping[str, Any]) -> bool:
    """Tell whether a new dwelling is sold (品確法2条2項): nobody lived in it, and it is not over a year old."""
    building = contract.get("building")
    return bool(building and not building["existing"] and _DWELLING.search(building["kind"]))


def inspection_counts_two_years(contract: Mapping[str, Any]) -> bool:
    """Tell whether an inspection counts for two years: of a block of flats of (steel) reinforced concrete.

    宅地建物取引業法施行規則16条の2の2, from 2024-04-01; every other counts for one.
    """
    building = contract.get("building", {})
    block = "condominium" in contract or re.search("共同住宅|マンション", building.get("kind", "")) is not None
    concrete = "鉄筋コンクリート" in building.get("structure", "")
    return bool(block and concrete and contract["explained_on"] >= "2024-04-01")


def begun_after_may_1981(contract: Mapping[str, Any]) -> bool:
    """Tell whether the month of completion leaves no doubt that the works began after 1981-05-31 (新耐震基準).

    Without the building confirmation a dwelling in one ownership is taken to be of before where it was completed by
    1981-12, a condominium or another building by 1983-05 (国土交通省, 宅地建物取引業法の解釈・運用の考え方).
    """
    building = contract["building"]
    month = month_of(building.get("completed", ""))
    one_dwelling = "condominium" not in contract and _DWELLING.search(building["kind"])
    return month is not None and month >= ("1982-01" if one_dwelling else "1983-06")


def over_a_year_old(building: Mapping[str, Any], day: str) -> bool:
    """Tell whether a dwelling was complete more than a year before a day, so that it is no new one (品確法2条2項)."""
    month = month_of(building.get("completed", ""))
    if month is None or not _DWELLING.search(building["kind"]):
        return False
    return after_months(f"{month}-01" if len(month) > len("2027") else f"{month}-12-01", 12)[:7] < day[:7]


def works_unfinished(contract: Mapping[str, Any]) -> bool:
    """Tell whether it is sold before the works are complete: as the data say, else as the month of completion does."""
    if "works_completed" in contract:
        return not contract["works_completed"]
    building = contract.get("building")
    if not building or building["existing"]:
        return False
    month = month_of(building.get("completed", ""))
    return month is None or month > (contract.get("contract_date") or contract["explained_on"])[:7]


def money_before_handover(contract: Mapping[str, Any]) -> int:
    """Return the yen of 手付金等 (宅地建物取引業法41条1項): what counts as price and is paid before the handover.

    The balance is no exception: whatever it is called, it is at risk until the property is handed over.
    """
    payment, handover = contract["payment"], contract["handover"]["date"]
    dated = (*payment.get("interim", ()), payment["balance"])
    early = sum(part["amount"] for part in dated if part["date"] < handover)
    return int(payment["deposit"]["amount"] + early)


def money_called(money: Sequence[Mapping[str, Any]], words: str) -> int:
    """Return the yen of those that are called so (a regular expression)."""
    return sum(each["amount"] for each in money if re.search(words, each["name"]))


def money_called_deposit(money: Sequence[Mapping[str, Any]]) -> int:
    """Return the yen of what is 手付金等 by its name: part of the price, paid before the handover."""
    return money_called(money, "手付|中間金|内金|申込証拠金")


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
