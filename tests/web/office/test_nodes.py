"""An office over two nodes: open on one at a time, and on the next when that one is gone."""

from __future__ import annotations

import pytest

pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")

from starlette.testclient import TestClient

from signkit.web.api.running import Served
from signkit.web.api.service import Service
from signkit.web.api.service_settings import ServiceSettings
from signkit.web.office.door import cookie_name
from tests.web.api.conftest import cluster  # noqa: F401  the fixture
from tests.web.office.conftest import ORIGIN, start, text_of


@pytest.fixture
def nodes(cluster, tmp_path):  # noqa: F811
    url = cluster.database()
    first = start(tmp_path, database=url)
    service = Service(
        tmp_path / "service", first.service.settings, ServiceSettings(workers=1, database=url, origin=ORIGIN)
    )
    second = Served(service)
    yield first, service, second
    first.served.close()
    first.service.close()
    second.close()
    service.close()


@pytest.mark.slow
def test_an_office_is_open_on_one_node_and_then_on_the_next(nodes, monkeypatch):
    monkeypatch.setattr("signkit.web.api.places._WAIT_SECONDS", 0.3)
    first, service, second = nodes
    tenant = first.tenant()
    seated = first.seat(tenant)
    cookie = seated.client.cookies[cookie_name(first.service)]
    there = TestClient(second, base_url=ORIGIN, follow_redirects=False, cookies={cookie_name(service): cookie})
    assert seated.get("/archive").status_code == 200
    refused = there.get("/archive")
    assert refused.status_code == 503
    assert "別のマシンで使用中" in text_of(refused)
    with tenant.store.writing() as connection:  # the node was killed
        connection.execute("UPDATE place SET until = ?", (tenant.store.now(),))
    assert there.get("/archive").status_code == 200
    tenant.place._until = 0.0
    assert seated.get("/archive").status_code == 503
    office_before = first.served._office.desks._open[tenant.id].office
    service.tenants.close()  # it ends, and lets go
    assert seated.get("/archive").status_code == 200
    assert first.served._office.desks._open[tenant.id].office is not office_before
