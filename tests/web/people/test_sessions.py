"""Sessions of people: who is let in, for how long, and into what."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

from signkit.archive.store import utc_now
from signkit.web.api.tenants import Tenants
from signkit.web.people.accounts import add_person, find_person, list_people
from signkit.web.people.sessions import IDLE, LONGEST, admit_person, begin_session, end_session, end_sessions_of


class Clock:
    def __init__(self):
        self.time = utc_now()

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tenants(tmp_path, clock):
    return Tenants(tmp_path, clock)


def come_in(tenant, name="髙橋"):
    with tenant.store.writing() as connection:
        person = add_person(connection, name, "clerk", tenant.store.now())
        return person, *begin_session(connection, tenant, person)


def test_a_cookie_leads_to_its_person_and_tenant(tenants):
    tenant = tenants.add("株式会社架空")
    person, session, cookie = come_in(tenant)
    assert admit_person(tenants, cookie) == (tenant, session)
    assert session.person == person


def test_a_cookie_is_worth_nothing_elsewhere(tenants):
    one, other = tenants.add("A"), tenants.add("B")
    _, _, cookie = come_in(one)
    assert admit_person(tenants, cookie.replace(one.id, other.id)) is None
    assert admit_person(tenants, cookie[:-1] + ("A" if cookie[-1] != "A" else "B")) is None
    assert admit_person(tenants, "sp_x") is None


@pytest.mark.slow
def test_a_session_ends_when_nobody_is_there_and_after_a_days_work(tenants, clock):
    tenant = tenants.add("A")
    _, _, cookie = come_in(tenant)
    begun = clock.time
    while clock.time - begun < LONGEST - timedelta(minutes=20):
        clock.time += timedelta(minutes=20)
        assert admit_person(tenants, cookie) is not None
    clock.time = begun + LONGEST
    assert admit_person(tenants, cookie) is None
    _, _, cookie = come_in(tenant)
    clock.time += IDLE
    assert admit_person(tenants, cookie) is None


def test_whoever_is_disabled_or_leaves_is_out_at_once(tenants):
    tenant = tenants.add("A")
    person, session, first = come_in(tenant)
    with tenant.store.writing() as connection:
        _, second = begin_session(connection, tenant, person)
        end_session(connection, session)
    assert admit_person(tenants, first) is None
    assert admit_person(tenants, second) is not None
    with tenant.store.writing() as connection:
        end_sessions_of(connection, person)
    assert admit_person(tenants, second) is None
    with tenant.store.writing() as connection:
        _, third = begin_session(connection, tenant, person)
        connection.execute("UPDATE person SET disabled_at = ?", (tenant.store.now(),))
    assert admit_person(tenants, third) is None


def test_accounts_are_found_and_listed(tenants):
    tenant = tenants.add("A")
    first, second = come_in(tenant)[0], come_in(tenant, "佐藤")[0]
    with tenant.store.reading() as connection:
        assert list_people(connection) == [first, second]
        assert find_person(connection, second.id) == second
        assert find_person(connection, "none") is None
