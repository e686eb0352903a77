"""A service in this process, with tenants and keys that may do everything."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

from starlette.testclient import TestClient

from signkit.settings import Settings
from signkit.web.api.access import add_key
from signkit.web.api.app import make_service_app
from signkit.web.api.job_runner import JobRunner
from signkit.web.api.resources import WORKERS
from signkit.web.api.service import Service
from signkit.web.api.service_settings import ServiceSettings, create_service
from tests.web.api.cluster import running_cluster


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

    def do_one(self):
        """Do one job that is due, if there is one; tell whether there was."""
        return JobRunner(self.service, WORKERS, 0, lambda *_: None).run_one(self.tenant)

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


#: Files of tests that run over both databases: all that holds of a store, and of what is built on it alone.
TWICE = {
    "test_isolation",
    "test_calls",
    "test_repeats",
    "test_stores",
    "test_nodes_of_offices",
    "test_batches",
    "test_outward",
}


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in TWICE:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True, scope="module")


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL of its own."""
    with running_cluster() as made:
        yield made


@pytest.fixture(scope="module")
def database(request):
    """Make what a service's settings say about its database; SQLite where a file of tests runs once."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return dict
    cluster = request.getfixturevalue("cluster")
    return lambda: {"database": cluster.database()}


@pytest.fixture
def tried(tmp_path, database):
    """A service of its own: its worker starts with the first judgement."""
    made = start(tmp_path / "service", tmp_path / "home", **database())
    yield made
    made.service.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory, database):
    """One service for a file of tests that only add to it."""
    folder = tmp_path_factory.mktemp("service")
    made = start(folder / "service", folder / "home", **database())
    yield made
    made.service.close()
