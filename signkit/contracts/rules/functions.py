"""What templates and their rules may call, by name.  Each takes plain contract data and prints nothing of its own.

``contract`` in a template or an expression is the whole of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from signkit.contracts.rules import days, known, parties, sale

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "a_business_sells": parties.a_business_sells,
    "addressee": parties.addressee,
    "after_months": days.after_months,
    "begun_after_may_1981": sale.begun_after_may_1981,
    "business_sells_to_consumer": parties.business_sells_to_consumer,
    "dealer_sells_to_public": parties.dealer_sells_to_public,
    "has_company_name": parties.has_company_name,
    "in_order": days.in_order,
    "inspection_counts_two_years": sale.inspection_counts_two_years,
    "is_company": parties.is_company,
    "is_consumer": parties.is_consumer,
    "is_new_house": sale.is_new_house,
    "money_called": sale.money_called,
    "money_called_deposit": sale.money_called_deposit,
    "month_of": days.month_of,
    "money_before_handover": sale.money_before_handover,
    "needs_preservation": sale.needs_preservation,
    "only_businesses_sell": parties.only_businesses_sell,
    "parties": parties.parties,
    "tax_on": sale.tax_on,
    "value_on": known.value_on,
    "works_unfinished": sale.works_unfinished,
}
