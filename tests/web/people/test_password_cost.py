"""What a guess costs, and that it costs the same where there is no account."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import pytest

from signkit.web.people import passwords
from tests.web.people.holding import LOGIN, Account


@pytest.fixture
def account(tenant, clock, person):
    return Account(tenant, clock, person)


@pytest.mark.slow
def test_nobodys_hash_costs_what_others_do(account, tenant):
    with tenant.store.reading() as connection:
        [known] = connection.execute("SELECT hash FROM person_password").fetchone()
    assert passwords._NOBODYS.split("$")[:4] == known.split("$")[:4]
    assert len(passwords._NOBODYS) == len(known)


@pytest.mark.slow
def test_an_unknown_account_takes_as_long_as_a_wrong_password(account):
    took = {LOGIN: [], "nobody": []}
    for _ in range(12):
        for login, times in took.items():
            account.clock.advance(hours=2)
            begun = perf_counter()
            account.reason(login=login, password="wrong")
            times.append(perf_counter() - begun)
    known, unknown = median(took[LOGIN]), median(took["nobody"])
    assert 0.4 < known / unknown < 2.5, (known, unknown)
