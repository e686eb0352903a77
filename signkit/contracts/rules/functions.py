"""What the rules of a template may call, by name.  Each takes plain contract data and says nothing of its own.

``contract`` in an expression is the whole of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from signkit.contracts.rules import days, known, parties

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "after_months": days.after_months,
    "dealer_sells_to_public": parties.dealer_sells_to_public,
    "is_company": parties.is_company,
    "parties": parties.parties,
    "value_on": known.value_on,
    "corporate_number_fits": parties.corporate_number_fits,
}
