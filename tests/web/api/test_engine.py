"""Batches on a Dask cluster that the operator names: judged there as here, and kept waiting while it is away."""

from __future__ import annotations

import json

import pytest

from signkit.errors import ServiceError
from signkit.web.api.service_settings import create_service, read_service_settings
from tests.dask_cluster import free_port, running_dask
from tests.web.api.conftest import start

HEADERS = {"content-type": "application/pdf"}


def begin_batch(tried, files):
    batch = tried.client.post("/api/v1/batches", json={}).json()["id"]
    for name, content in files.items():
        assert tried.client.put(f"/api/v1/batches/{batch}/files/{name}", content=content, headers=HEADERS).is_success
    assert tried.client.post(f"/api/v1/batches/{batch}/start").status_code == 202
    return batch


def results(tried, batch):
    lines = tried.client.get(f"/api/v1/batches/{batch}/results").text.splitlines()
    return {each["name"]: each for each in map(json.loads, lines)}


def do_all(tried, batch):
    """Do jobs until the batch is done, or none is left."""
    while tried.client.get(f"/api/v1/batches/{batch}").json()["state"] == "running":
        if not tried.do_one():
            break


@pytest.mark.slow
def test_a_batch_is_judged_on_the_cluster_as_it_is_here(tmp_path, repository, blank):
    files = {"blank.pdf": blank, "broken.pdf": b"%PDF-1.7", "契約.pdf": blank + b"%"}
    here = start(tmp_path / "here", tmp_path / "home")
    batch = begin_batch(here, files)
    do_all(here, batch)
    expected = results(here, batch)
    here.service.close()
    with running_dask(repository, tmp_path) as (address, workers):
        tried = start(tmp_path / "service", tmp_path / "home", engine=address)
        tried.service.pool.shutdown()  # this machine's workers have no part in it
        batch = begin_batch(tried, files)
        workers[0].kill()
        do_all(tried, batch)
        found = results(tried, batch)
        tried.service.close()
    assert set(found) == set(files)
    for name in files:
        assert found[name]["state"] == expected[name]["state"] == "done"
        then = {"validation_time": None}
        assert found[name]["report"] | then == expected[name]["report"] | then


@pytest.mark.slow
def test_while_the_cluster_is_away_files_wait_with_the_cause(tmp_path, blank, monkeypatch):
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    monkeypatch.setattr("signkit.reporting.cluster._CONNECT_SECONDS", 0.2)
    tried = start(tmp_path / "service", tmp_path / "home", engine=f"dask://127.0.0.1:{free_port()}")
    batch = begin_batch(tried, {"a.pdf": blank})
    assert tried.do_jobs() == [("batch-file", "again")]
    [job] = tried.client.get("/api/v1/jobs").json()["items"]
    assert (job["state"], job["problem"]["code"]) == ("ready", "engine-away")
    assert tried.client.get(f"/api/v1/batches/{batch}").json()["counts"]["running"] == 1
    tried.service.close()


@pytest.mark.parametrize("engine", ["dask://", "tcp://host:8786", "dask://user@host:1", ""])
def test_what_is_no_cluster_is_refused_at_the_start(tmp_path, engine):
    create_service(tmp_path / "service")
    (tmp_path / "service" / "service.toml").write_text(f'engine = "{engine}"\n')
    with pytest.raises(ServiceError, match="dask://HOST:PORT"):
        read_service_settings(tmp_path / "service")
