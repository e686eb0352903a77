"""When work that is commissioned is paid: sixty days from receipt (フリーランス法4条, 取適法3条)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signkit.contracts.rules.days import after_days

#: The day of receipt is the first (起算して).
_DAYS = 60


def paid_within_sixty_days(contract: Mapping[str, Any]) -> bool:
    """Tell whether what is received is paid within sixty days, whenever in the period it is received.

    Monthly payments are reckoned in months, two for the sixty days, as the authorities do.
    """
    payment, delivery = contract["payment"], contract["delivery"]
    if "date" in payment:
        return bool(payment["date"] <= after_days(delivery.get("date", delivery.get("start")), _DAYS - 1))
    if payment["pay_month"] == "当月":
        return True
    # What is received on the day after a closing day waits longest: nearly a month to the next one.
    return bool(payment["pay_month"] == "翌月" and payment["pay_day"] <= payment["closing_day"])
