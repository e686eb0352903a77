"""Tenants with people, and a clock that is set by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")
pytest.importorskip("fido2", reason="the extra 'service' is not installed")

from signkit.archive.store import utc_now
from signkit.web.api.tenants import Tenants
from signkit.web.people import passwords
from signkit.web.people.accounts import add_person
from tests.web.office.conftest import running_offices


class Clock:
    def __init__(self):
        self.time = utc_now()

    def __call__(self):
        return self.time

    def advance(self, **by):
        self.time += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def offices(tmp_path):
    """An office of a test's own: its clock is set by hand."""
    with running_offices(tmp_path) as made:
        yield made


@pytest.fixture
def tenants(tmp_path, clock):
    return Tenants(tmp_path, clock)


@pytest.fixture
def tenant(tenants):
    return tenants.add("株式会社架空")


def new_person(tenant, role="clerk", name="髙橋"):
    with tenant.store.writing() as connection:
        return add_person(connection, name, role, tenant.store.now())


@pytest.fixture
def person(tenant):
    return new_person(tenant)


@pytest.fixture
def cheap_hashes(monkeypatch):
    """Hashes of 1 MB instead of 64, where many passwords are tried."""
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 1024)
    monkeypatch.setattr(passwords, "_ROUNDS", 1)
    monkeypatch.setattr(passwords, "_NOBODYS", passwords._hashed("what nobody typed"))
