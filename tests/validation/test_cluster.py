"""A batch on a real Dask cluster of this machine: a scheduler and two workers, one of them killed in the middle."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter

import pytest

from signkit.reporting.cluster import dask_executor
from tests.command import start_signkit
from tests.dask_cluster import free_port, running_dask
from tests.refusals import refused_as
from tests.requirements import require
from tests.validation import pdfs

FILES = 60


@pytest.fixture
def cluster(repository, tmp_path):
    with running_dask(repository, tmp_path) as running:
        yield running


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes are ended by signal here")
def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(cluster, signed, tmp_path):
    address, workers = cluster
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:02}.pdf").write_bytes(pdfs.build() if number % 10 == 0 else signed)
    command = ("validate", folder.as_uri() + "/", "--offline", "--format", "jsonl", "--engine", address)
    reports = []
    with start_signkit(*command, home=tmp_path / "home") as process:
        for line in process.stdout:
            reports.append(json.loads(line))
            if len(reports) == 5:
                workers[0].kill()
        said = process.stderr.read()
    assert process.returncode == 3, said
    assert workers[1].poll() is None
    assert Counter(report["file"] for report in reports) == {
        f"{folder.as_uri()}/{number:02}.pdf": 1 for number in range(FILES)
    }
    assert Counter(report["verdict"] for report in reports) == {"INDETERMINATE": 54, "NOT-SIGNED": 6}


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_told(monkeypatch):
    require(importlib.util.find_spec("distributed"), "Dask is not installed (extra 'cluster')")
    monkeypatch.setattr("signkit.reporting.cluster._CONNECT_SECONDS", 0.2)
    with refused_as("engine-failed") as failed, dask_executor(f"dask://127.0.0.1:{free_port()}"):
        pass
    assert "127.0.0.1" in failed.value.message()
