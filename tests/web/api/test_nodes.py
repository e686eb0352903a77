"""Several nodes on one PostgreSQL: none of them is needed, and nothing is lost with one."""

from __future__ import annotations

import http.client
import threading
from datetime import timedelta

import pytest

pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")

from signkit.archive.store import create_archive, utc_now
from signkit.web.api.app import make_service_app
from signkit.web.api.service import Service, open_tenants
from signkit.web.api.service_settings import ServiceSettings
from tests.web.api.conftest import Tried, key_client, start
from tests.web.api.sweep import running_nodes, sweep
from tests.web.api.test_proxy import ProxiedConnection, run_nginx

_SMALL = b"%PDF-1.7\n%%EOF\n"


@pytest.mark.slow
def test_killed_nodes_lose_no_job_and_do_none_twice(cluster, tmp_path):
    tally = sweep(cluster, tmp_path, _SMALL, nodes=2, seconds=6, seed=18)
    assert tally.kills > 0, tally
    assert tally.accepted > 0, tally
    assert tally.is_whole, tally


class Caller(threading.Thread):
    """Somebody who asks through the proxy, again and again; everything that is no success is noted."""

    def __init__(self, port, authority, key, stopping):
        super().__init__()
        self.answers, self.failed = 0, []
        self._client = ProxiedConnection(port, authority)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/pdf"}
        self._stopping = stopping

    def run(self):
        while not self._stopping.is_set():
            for method, path, body in [("GET", "/api/v1/jobs", None), ("POST", "/api/v1/validations", _SMALL)]:
                try:
                    self._client.request(method, path, body, self._headers)
                    answer = self._client.getresponse()
                    said = answer.read()
                except (OSError, http.client.HTTPException) as error:
                    self.failed.append((method, repr(error)))
                    self._client.close()
                    continue
                self.answers += 1
                if answer.status not in (200, 201):
                    self.failed.append((method, answer.status, said[:200]))
        self._client.close()


@pytest.mark.slow
def test_nodes_that_are_replaced_one_after_the_other_fail_no_request(cluster, tmp_path):
    """A POST that arrives in the instant in which a node's listener closes may be lost: then nginx says 502."""
    stopping = threading.Event()
    with running_nodes(cluster, tmp_path, 2) as (nodes, _, key, _):
        places = {f"10.0.0.1{number}:8420": f"127.0.0.1:{node.port}" for number, node in enumerate(nodes, 1)}
        proxy = run_nginx(tmp_path, places, "nginx-nodes.conf")
        callers = [Caller(proxy.port, proxy.authority, key, stopping) for _ in range(3)]
        try:
            for each in callers:
                each.start()
            for node in nodes:
                assert node.stop() == 0
                node.start()
                node.await_answers()
        finally:
            stopping.set()
            for each in callers:
                each.join()
            proxy.stop()
    failed = [each for caller in callers for each in caller.failed]
    assert all(each[:2] == ("POST", 502) for each in failed), failed
    assert len(failed) <= len(nodes), failed
    assert all(each.answers > 0 for each in callers)


def test_times_are_the_databases_whatever_a_nodes_clock_says(cluster, tmp_path):
    def wrong_clock():
        return utc_now() - timedelta(hours=7)

    url = cluster.database()
    first = open_tenants(tmp_path, ServiceSettings(database=url))
    second = open_tenants(tmp_path, ServiceSettings(database=url), wrong_clock)
    try:
        tenant = first.add("株式会社架空")
        [same] = second.all()
        assert same.id == tenant.id
        assert abs(same.store.clock() - tenant.store.clock()) < timedelta(seconds=5)
    finally:
        first.close()
        second.close()


@pytest.fixture
def two_nodes(cluster, tmp_path):
    """The same tenant as two nodes see it, and a client of each."""
    url = cluster.database()
    one = start(tmp_path / "service", tmp_path / "home", database=url)
    service = Service(tmp_path / "service", one.service.settings, ServiceSettings(workers=1, database=url))
    [tenant] = service.tenants.all()
    other = Tried(service, key_client(service, tenant, make_service_app(service)), tenant)
    yield one, other
    one.service.close()
    other.service.close()


def add_paper(tried, title):
    facts = {"title": title, "parties": [{"name": "架空商事"}], "date": "2026-04-01"}
    return tried.client.post("/api/v1/archive/entries", json={"facts": facts})


def lease_is_over(tried):
    with tried.tenant.store.writing() as connection:
        connection.execute("UPDATE place SET until = ?", (tried.tenant.store.now(),))


@pytest.mark.slow
def test_an_archive_is_worked_on_by_one_node_at_a_time_and_goes_to_the_next(two_nodes, monkeypatch):
    monkeypatch.setattr("signkit.web.api.places._WAIT_SECONDS", 0.3)
    one, other = two_nodes
    assert add_paper(one, "一").status_code == 201
    refused = other.client.get("/api/v1/archive/entries")
    assert (refused.status_code, refused.json()["code"]) == (503, "archive-elsewhere")
    assert refused.headers["retry-after"] == "10"
    one.service.tenants.renew_places()  # soon after it was used: it stays
    assert other.client.get("/api/v1/archive/entries").status_code == 503
    lease_is_over(one)  # the node was killed
    assert add_paper(other, "二").status_code == 201
    assert len(other.client.get("/api/v1/archive/entries").json()["items"]) == 2
    one.tenant.place._until = 0.0
    assert one.client.get("/api/v1/archive/entries").status_code == 503


@pytest.mark.slow
def test_a_node_lets_go_of_an_archive_that_nobody_uses_there(two_nodes, monkeypatch):
    monkeypatch.setattr("signkit.web.api.places._LINGER_SECONDS", -1.0)
    one, other = two_nodes
    assert add_paper(one, "一").status_code == 201
    working = [True]
    one.tenant.place.keep_while(lambda: working[0])
    one.service.tenants.renew_places()
    assert not other.tenant.place._taken()  # something of its office is under way there
    working[0] = False
    with one.tenant.place.hold():
        one.service.tenants.renew_places()
        assert not other.tenant.place._taken()
    one.service.tenants.renew_places()
    assert add_paper(other, "二").status_code == 201


@pytest.mark.slow
def test_work_on_the_archive_waits_for_the_node_that_has_it(two_nodes, monkeypatch):
    monkeypatch.setattr("signkit.web.api.places._WAIT_SECONDS", 0.3)
    one, other = two_nodes
    add_paper(one, "一")
    assert one.client.post("/api/v1/archive/verifications").status_code == 202
    assert ("archive-verification", "again") in other.do_jobs()
    with one.tenant.store.writing() as connection:
        connection.execute("UPDATE job SET due_at = ?", (one.tenant.store.now(),))
    assert ("archive-verification", "done") in one.do_jobs()


@pytest.mark.slow
def test_a_node_whose_folder_is_another_makes_no_second_archive(two_nodes, tmp_path):
    one, other = two_nodes
    add_paper(one, "一")
    one.service.tenants.close()
    (one.tenant.archive_folder).rename(tmp_path / "not mounted here")
    assert other.client.get("/api/v1/archive/entries").json()["code"] == "unavailable"
    assert not one.tenant.archive_folder.exists()
    create_archive(one.tenant.archive_folder)  # somebody else's
    assert other.client.get("/api/v1/archive/entries").json()["code"] == "unavailable"


@pytest.mark.slow
def test_a_character_that_postgresql_does_not_keep_is_a_fault_of_the_request(two_nodes):
    client = two_nodes[0].client
    for path in ("validations?cursor=AA", "log?cursor=AA", "batches?cursor=AA", "keys/%00"):
        assert client.get(f"/api/v1/{path}").status_code == 400, path
    body = '{"name": "a\\u0000", "permissions": ["log:read"]}'
    answer = client.post("/api/v1/keys", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
