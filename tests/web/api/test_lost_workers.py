"""Processes that end while they judge: what the machine did is no verdict on the file."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from signkit.web.api.jobs import ATTEMPTS
from signkit.web.api.resources import validations
from signkit.workers import WorkerLost, WorkerPool

PDF = b"%PDF-1.7\n%%EOF\n"
NOW = {"content-type": "application/pdf"}
LATER = NOW | {"prefer": "respond-async"}
_MANY = 1000


@pytest.fixture
def losing(monkeypatch):
    """A function: the next so many jobs of the pool lose their process, for a cause; others are done in this one."""
    left, given = [], []

    def submit(_pool, function, *arguments, **named):
        future = Future()
        given.append(function)
        if left:
            future.set_exception(WorkerLost(left.pop(), "SIGKILL"))
        else:
            future.set_result(function(*arguments, **named))
        return future

    monkeypatch.setattr(WorkerPool, "submit", submit)

    def lose(count, cause="died"):
        left[:] = [cause] * count
        given.clear()
        return given

    return lose


def error_of(answer):
    return answer.json()["report"]["error"]["message"]


def test_a_process_that_was_killed_is_no_fault_of_the_file(tried, losing):
    losing(0)
    honest = error_of(tried.client.post("/api/v1/validations", content=PDF, headers=NOW))
    losing(validations._TRIES - 1)
    assert error_of(tried.client.post("/api/v1/validations", content=PDF, headers=NOW)) == honest
    assert "SIGKILL" not in honest


def test_a_file_that_breaks_every_process_is_unreadable(tried, losing):
    given = losing(_MANY)
    answer = tried.client.post("/api/v1/validations", content=PDF, headers=NOW)
    assert answer.json()["report"]["verdict"] == "UNREADABLE"
    assert answer.json()["report"]["error"]["code"] == "worker-died"
    assert "SIGKILL" in error_of(answer)
    assert len(given) == validations._TRIES


def test_a_file_that_takes_too_long_does_so_once(tried, losing):
    given = losing(_MANY, "hung")
    assert (
        tried.client.post("/api/v1/validations", content=PDF, headers=NOW).json()["report"]["verdict"] == "UNREADABLE"
    )
    assert len(given) == 1


def test_where_no_process_starts_nothing_is_said_of_the_file(tried, losing):
    losing(_MANY, "start")
    answer = tried.client.post("/api/v1/validations", content=PDF, headers=NOW)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert tried.client.get("/api/v1/validations").json()["items"] == []


@pytest.mark.parametrize("cause", ["died", "start"])
def test_what_is_done_later_fails_seen_and_is_done_again_by_a_person(tried, losing, cause):
    losing(_MANY, cause)
    made = tried.client.post("/api/v1/validations", content=PDF, headers=LATER)
    ends = []
    for _ in range(ATTEMPTS):
        with tried.tenant.store.writing() as connection:
            connection.execute("UPDATE job SET due_at = '2000-01-01T00:00:00.000000Z'")
        tried.do_one()
        [job] = tried.client.get("/api/v1/jobs").json()["items"]
        ends.append(job["state"])
    assert ends == ["ready"] * (ATTEMPTS - 1) + ["failed"]
    assert job["problem"]["code"] == "worker-lost"
    assert tried.client.get(made.headers["location"]).json()["code"] == "job-failed"
    losing(0)
    assert tried.client.post(f"/api/v1/jobs/{job['id']}/retry").status_code == 202
    assert tried.do_jobs() == [("validation", "done")]
    assert "SIGKILL" not in error_of(tried.client.get(made.headers["location"]))
