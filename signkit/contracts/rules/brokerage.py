"""What a broker may be paid (宅地建物取引業法46条, 昭和45年建設省告示第1552号)."""

from __future__ import annotations

from datetime import date

from signkit.contracts.rules.known_values import values

#: 告示第二: of the price up to this amount so many per cent; the last rate is of all above.
_RATES = ((2_000_000, 5), (4_000_000, 4))
_RATE_ABOVE = 3
#: 告示第七 (from 2024-07-01): a price up to this amount bears this fee where the parties agreed on it beforehand.
_LOW_PRICE, _LOW_PRICE_FEE = 8_000_000, 300_000


def brokerage_fee_cap(price: int, day: str, low_price_agreed: bool = False) -> int:
    """Return the most that one party may be charged for the brokerage of a sale, with consumption tax.

    Args:
        price: without consumption tax.
        day: whose rate of consumption tax counts (``2026-11-21``).
        low_price_agreed: the parties agreed on the special rule for cheap houses.

    Raises:
        NotKnown: the rate of that day is not known.
    """
    hundredths = _fee_hundredths(price)
    if low_price_agreed and price <= _LOW_PRICE:
        hundredths = max(hundredths, _LOW_PRICE_FEE * 100)
    return _with_tax(hundredths, day)


def lease_fee_cap(rent: int, day: str, consented: bool) -> int:
    """Return the most that one party may be charged for the brokerage of a dwelling's lease, with consumption tax.

    Half a month's rent, a whole one where that party consented when the broker was asked (告示第四).

    Raises:
        NotKnown: the rate of that day is not known.
    """
    return _with_tax(rent * (100 if consented else 50), day)


def _fee_hundredths(price: int) -> int:
    fee, below = 0, 0
    for until, percent in _RATES:
        fee += (min(price, until) - min(price, below)) * percent
        below = until
    return fee + max(0, price - below) * _RATE_ABOVE


def _with_tax(hundredths: int, day: str) -> int:
    rate = values("consumption-tax").on("標準税率", date.fromisoformat(day))
    return hundredths * (100 + rate) // 10_000
