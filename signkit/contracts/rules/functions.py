"""What templates and their rules may call, by name.  Each takes plain contract data and prints nothing of its own.

``contract`` in a template or an expression is the whole of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from signkit.contracts.rules import (
    brokerage,
    days,
    employment,
    employment_terms,
    known_values,
    orders,
    party_kinds,
    sale,
    sale_terms,
    undertakings,
)

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "a_business_sells": party_kinds.a_business_sells,
    "addressee": party_kinds.addressee,
    "adds_to_damages": sale_terms.adds_to_damages,
    "age_named": employment.age_named,
    "after_days": days.after_days,
    "after_months": days.after_months,
    "bars_reporting": undertakings.bars_reporting,
    "begun_after_may_1981": sale.begun_after_may_1981,
    "brokerage_fee_cap": brokerage.brokerage_fee_cap,
    "business_sells_to_consumer": party_kinds.business_sells_to_consumer,
    "daily_hours": employment.daily_hours,
    "days_off_suffice": employment.days_off_suffice,
    "dealer_sells_to_public": party_kinds.dealer_sells_to_public,
    "denies_overtime_pay": employment_terms.denies_overtime_pay,
    "dismisses_without_notice": employment_terms.dismisses_without_notice,
    "ends_with_marriage": employment_terms.ends_with_marriage,
    "excludes_liability": sale_terms.excludes_liability,
    "fixed_overtime_suffices": employment.fixed_overtime_suffices,
    "fixes_penalty": employment.fixes_penalty,
    "forbids_cancelling_by_deposit": sale_terms.forbids_cancelling_by_deposit,
    "forgoes_leave": undertakings.forgoes_leave,
    "forgoes_withdrawal": sale_terms.forgoes_withdrawal,
    "guarantees_without_limit": undertakings.guarantees_without_limit,
    "has_company_name": party_kinds.has_company_name,
    "hours_a_week_at_least": employment.hours_a_week_at_least,
    "hours_named": employment.hours_named,
    "in_order": days.in_order,
    "inspection_counts_two_years": sale.inspection_counts_two_years,
    "is_company": party_kinds.is_company,
    "is_consumer": party_kinds.is_consumer,
    "is_new_house": sale.is_new_house,
    "last_day": days.last_day,
    "lease_fee_cap": brokerage.lease_fee_cap,
    "money_called": sale.money_called,
    "money_called_deposit": sale.money_called_deposit,
    "month_of": days.month_of,
    "money_before_handover": sale.money_before_handover,
    "needs_preservation": sale.needs_preservation,
    "only_businesses_sell": party_kinds.only_businesses_sell,
    "over_a_year_old": sale.over_a_year_old,
    "paid_monthly": employment.paid_monthly,
    "paid_within_sixty_days": orders.paid_within_sixty_days,
    "parties": party_kinds.parties,
    "reaches_minimum_wage": employment.reaches_minimum_wage,
    "renews_by_itself": undertakings.renews_by_itself,
    "saves_by_force": employment_terms.saves_by_force,
    "says_none": employment.says_none,
    "sent_to_person": employment.sent_to_person,
    "shortens_liability": sale_terms.shortens_liability,
    "tax_on": sale.tax_on,
    "value_on": known_values.value_on,
    "waives_notices": undertakings.waives_notices,
    "weekly_hours": employment.weekly_hours,
    "works_unfinished": sale.works_unfinished,
}
