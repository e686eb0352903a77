"""A service in this process, with tenants and keys that may do everything."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

from starlette.testclient import TestClient

from signkit.settings import Settings
from signkit.web.api.access import add_key
from signkit.web.api.app import make_service_app
from signkit.web.api.jobs import JobRunner
from signkit.web.api.resources import WORKERS
from signkit.web.api.service import Service, ServiceSettings, create_service


@dataclass
class Tried:
    """A running service and somebody who may do everything in one of its tenants."""

    service: Service
    client: TestClient
    tenant: object

    def do_jobs(self):
        """Do all jobs that are due, in this thread; return how each ended."""
        ends = []
        runner = JobRunner(self.service, WORKERS, 0, lambda kind, end: ends.append((kind, end)))
        while runner.run_one(self.tenant):
            pass
        return ends

    def as_other(self, permissions=None, **limits):
        """Return a client of another key of the same tenant."""
        return key_client(self.service, self.tenant, self.client.app, permissions, **limits)


def key_client(service, tenant, app, permissions=None, **limits):
    """Return a client with a new key of a tenant."""
    with tenant.store.writing() as connection:
        _, text = add_key(connection, tenant, "test", permissions or service.document.permissions, **limits)
    return TestClient(app, headers={"authorization": f"Bearer {text}"}, raise_server_exceptions=False)


def start(folder, home, settings=None, **own):
    """Return a service in a new folder, with one tenant."""
    create_service(folder)
    settings = replace(settings or Settings(), home=home)
    service = Service(folder, settings, ServiceSettings(workers=1, **own))
    tenant = service.tenants.add("株式会社架空")
    app = make_service_app(service)
    return Tried(service, key_client(service, tenant, app), tenant)


@pytest.fixture
def tried(tmp_path):
    """A service of its own: its worker starts with the first judgement."""
    made = start(tmp_path / "service", tmp_path / "home")
    yield made
    made.service.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One service for a file of tests that only add to it."""
    folder = tmp_path_factory.mktemp("service")
    made = start(folder / "service", folder / "home")
    yield made
    made.service.close()
