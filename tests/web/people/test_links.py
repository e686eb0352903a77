"""Links: opened by anybody, used once by whoever makes a credential with it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from signkit.web.people.accounts import disable_person
from signkit.web.people.declining import Declined
from signkit.web.people.links import find_link, make_link, open_until, revoke_links, use_link
from signkit.web.people.sessions import admit_person, begin_session


def link_of(tenant, person, good_for=timedelta(hours=1)):
    with tenant.store.writing() as connection:
        return make_link(connection, tenant, person, "console", good_for)[0]


def is_good(tenants, text):
    with suppress(Declined):
        find_link(tenants, text)
        return True
    return False


@pytest.fixture
def link(tenant, person):
    return link_of(tenant, person)


def test_a_link_that_is_looked_at_stays_good(tenants, tenant, person, link):
    for _ in range(3):
        found, known = find_link(tenants, link)
        assert (found, known.person) == (tenant, person)


def test_a_link_is_used_once(tenants, tenant, person, link):
    _, known = find_link(tenants, link)
    with tenant.store.writing() as connection:
        assert use_link(connection, tenant, known) == person
    assert not is_good(tenants, link)
    with tenant.store.writing() as connection, pytest.raises(Declined):
        use_link(connection, tenant, known)


def test_a_link_ends_with_its_time_with_the_next_one_and_with_its_person(tenants, tenant, person, clock):
    first = link_of(tenant, person)
    second = link_of(tenant, person)
    assert not is_good(tenants, first)
    assert is_good(tenants, second)
    clock.advance(hours=1)
    assert not is_good(tenants, second)
    third = link_of(tenant, person)
    with tenant.store.writing() as connection:
        assert open_until(connection, tenant, person) is not None
        revoke_links(connection, tenant, person)
        assert open_until(connection, tenant, person) is None
    assert not is_good(tenants, third)
    fourth = link_of(tenant, person)
    with tenant.store.writing() as connection:
        disable_person(connection, person.id, tenant.store.now())
    assert not is_good(tenants, fourth)


def test_what_is_no_link_of_ours_is_none(tenants, tenant, link):
    other = tenants.add("別の会社")
    for text in ("", "x", link[:-1], link.replace(tenant.id, other.id), link.replace(tenant.id, "0" * 36),
                 link[:-1] + ("A" if link[-1] != "A" else "B"), link + "\n"):  # fmt: skip
        assert not is_good(tenants, text)


@pytest.mark.slow
def test_the_store_holds_no_link(tenant, link):
    secret = link.rpartition("_")[2].encode()
    assert all(secret not in path.read_bytes() for path in tenant.store.folder.rglob("*") if path.is_file())


def test_with_a_used_link_all_is_over_that_came_before(tenants, tenant, person, link):
    _, known = find_link(tenants, link)
    with tenant.store.writing() as connection:
        _, cookie = begin_session(connection, tenant, person)
        use_link(connection, tenant, known)
    assert admit_person(tenants, cookie) is None
