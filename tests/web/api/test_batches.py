"""Batches: whatever way files come, each has a result or a cause, also when processes are killed."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from datetime import timedelta
from urllib.parse import quote

import pytest

from signkit.archive.store import utc_now
from signkit.web.api.jobs import lease_job, release_leases
from signkit.web.api.listing import write_cursor
from signkit.web.api.store import clear_spool
from tests.web.api.conftest import start
from tests.web.api.receiver import OnlyHere, Receiver

PDF = {"content-type": "application/pdf"}


def opened(tried, **body):
    return tried.client.post("/api/v1/batches", json=body).json()["id"]


def put(tried, batch, name, data=b"%PDF-1.7 x"):
    return tried.client.put(f"/api/v1/batches/{batch}/files/{name}", content=data, headers=PDF)


def begun(tried, batch):
    return tried.client.post(f"/api/v1/batches/{batch}/start")


def state(tried, batch):
    return tried.client.get(f"/api/v1/batches/{batch}").json()


def results(tried, batch, query=""):
    answer = tried.client.get(f"/api/v1/batches/{batch}/results?limit=200{query}")
    return [json.loads(line) for line in answer.text.splitlines()]


def files_left(tried):
    tried.tenant.store.sweep()
    return [*(tried.tenant.store.folder / "files").iterdir(), *tried.tenant.store.spool.iterdir()]


@pytest.mark.slow
def test_files_put_one_by_one(tried):
    batch = opened(tried, name="六月", options={"policy": "strict"})
    for number in range(9):
        assert put(tried, batch, f"契約{number}.pdf", f"%PDF-1.7 {number}".encode()).status_code == 201
    assert put(tried, batch, "契約0.pdf", b"%PDF-1.7 0").status_code == 200
    assert put(tried, batch, "契約0.pdf", b"%PDF-1.7 other").json()["code"] == "batch-file-exists"
    assert begun(tried, batch).status_code == 202
    assert put(tried, batch, "late.pdf").json()["code"] == "batch-state"
    assert len(tried.client.get("/api/v1/jobs").json()["items"]) == 4  # no more of one batch at the same time
    assert tried.do_jobs() == [("batch-file", "done")] * 9
    shown = state(tried, batch)
    assert (shown["state"], shown["counts"]["done"]) == ("done", 9)
    lines = results(tried, batch)
    assert sorted(each["name"] for each in lines) == [f"契約{number}.pdf" for number in range(9)]
    assert {each["report"]["policy"] for each in lines} == {"strict"}
    assert files_left(tried) == []


@pytest.mark.slow
def test_results_go_on_behind_a_cursor(tried):
    batch = opened(tried)
    for number in range(5):
        put(tried, batch, f"{number}.pdf")
    begun(tried, batch)
    seen, cursor = [], ""
    while tried.do_one():
        lines = results(tried, batch, cursor and f"&cursor={cursor}")
        seen += [each["number"] for each in lines]
        cursor = lines[-1]["cursor"] if lines else cursor
    assert sorted(seen) == [1, 2, 3, 4, 5]
    assert results(tried, batch, f"&cursor={cursor}") == []


@pytest.mark.slow
@pytest.mark.parametrize("cursor", ["x", "-1", "1e3", "9" * 40, " 1", "", "018f"])
@pytest.mark.parametrize("what", ["results", "files"])
def test_a_cursor_of_somebody_else(shared, what, cursor):
    batch = opened(shared)
    answer = shared.client.get(f"/api/v1/batches/{batch}/{what}", params={"cursor": write_cursor(cursor)})
    assert answer.status_code in ((200, 400) if cursor == "" else (400,))


@pytest.mark.parametrize("name", ["\x00", "a\nb", "\u202egpj.exe", "...", "🖋" * 60, "%2e%2e"])
def test_any_name_is_a_name_and_no_path(shared, name):
    batch = opened(shared)
    answer = put(shared, batch, quote(name, safe=""))
    assert answer.status_code == 201
    assert answer.json()["name"].isprintable()


@pytest.mark.parametrize("name", ["\\ud800", "a\\uDFFF", "\\ud800\\ud800"])
def test_half_a_character_is_no_json(shared, name):
    body = f'{{"name": "{name}"}}'
    answer = shared.client.post("/api/v1/batches", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def a_zip(members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def a_tar(members, mode="w:"):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


KINDS = {
    "application/zip": a_zip,
    "application/x-tar": a_tar,
    "application/gzip": lambda members: a_tar(members, "w:gz"),
}
GOOD = [("a/一.pdf", b"%PDF-1.7 1"), ("b.pdf", b"%PDF-1.7 2")]


def archived(tried, batch, kind, data):
    return tried.client.post(f"/api/v1/batches/{batch}/archive", content=data, headers={"content-type": kind})


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_archive(tried, kind):
    batch = opened(tried)
    members = [*GOOD, ("../out.pdf", b"%PDF"), ("bomb.pdf", b"\0" * (65 << 20)), ("empty.pdf", b"")]
    answer = archived(tried, batch, kind, KINDS[kind](members if kind != "application/gzip" else GOOD))
    assert answer.status_code == 201
    begun(tried, batch)
    tried.do_jobs()
    found = {each["name"]: each for each in results(tried, batch)}
    assert [found[name]["state"] for name, _ in GOOD] == ["done", "done"]
    if kind != "application/gzip":
        assert {name: found[name]["problem"]["code"] for name, _ in members[2:]} == {
            "../out.pdf": "unreadable", "bomb.pdf": "limit", "empty.pdf": "empty",
        }  # fmt: skip
    assert not (tried.tenant.store.folder / "out.pdf").exists()
    assert tried.client.delete(f"/api/v1/batches/{batch}").status_code == 204
    assert files_left(tried) == []


BROKEN = {
    "no zip": ("application/zip", b"%PDF-1.7"),
    "half a zip": ("application/zip", a_zip(GOOD)[:-30]),
    "no tar": ("application/x-tar", b"%PDF-1.7" * 200),
    "no gzip": ("application/gzip", b"\x1f\x8b\x08" + b"x" * 100),
    "a gzip bomb": ("application/gzip", a_tar([("a.pdf", b"\0" * (300 << 20))], "w:gz")),
    "twice": ("application/zip", None),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_a_broken_archive_nothing_is_taken(tried, case):
    kind, data = BROKEN[case]
    batch = opened(tried)
    answer = archived(tried, batch, kind, data or a_zip([("a.pdf", b"1"), ("a.pdf", b"2")]))
    assert answer.status_code in (409, 422)
    assert sum(state(tried, batch)["counts"].values()) == 0
    assert begun(tried, batch).json()["code"] == "batch-empty"
    assert files_left(tried) == []


@pytest.fixture
def fetching(tmp_path, monkeypatch):
    """A service that may fetch from a server on this machine, as if it were public."""
    receiver = Receiver(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
    tried = start(
        tmp_path / "service", tmp_path / "home", fetch_hosts=(f"127.0.0.1:{receiver.server_port}", "localhost")
    )
    tried.service.rule = OnlyHere()
    yield tried, receiver
    tried.service.close()
    receiver.close()


@pytest.mark.slow
def test_files_are_fetched(fetching):
    tried, receiver = fetching
    receiver.content = b"%PDF-1.7 fetched"
    batch = opened(tried)
    answer = tried.client.post(f"/api/v1/batches/{batch}/urls", json={"urls": [{"url": receiver.url}]})
    assert answer.status_code == 201
    begun(tried, batch)
    tried.do_jobs()
    (line,) = results(tried, batch)
    assert (line["name"], line["report"]["verdict"]) == ("hook", "UNREADABLE")
    assert line["sha256"] == line["report"]["sha256"]


@pytest.mark.slow
@pytest.mark.parametrize(("statuses", "asked", "told"), [
    ([503, 429], 3, None), ([503] * 3, 3, "HTTP status 503"), ([404], 1, "HTTP status 404"),
    ([302], 1, "HTTP status 302"), ([500], 1, "HTTP status 500"),
])  # fmt: skip
def test_what_may_pass_is_asked_again_and_what_stays_so_is_not(fetching, statuses, asked, told):
    tried, receiver = fetching
    receiver.content, receiver.statuses, receiver.location = b"%PDF-1.7 fetched", statuses, receiver.url
    batch = opened(tried)
    tried.client.post(f"/api/v1/batches/{batch}/urls", json={"urls": [{"url": receiver.url}]})
    begun(tried, batch)
    for hours in range(4):
        object.__setattr__(tried.tenant.store, "clock", lambda hours=hours: utc_now() + timedelta(hours=hours))
        tried.do_jobs()
    (line,) = results(tried, batch)
    assert len(receiver.got) == asked
    assert (line["problem"] is None) if told is None else (told in line["problem"]["en"])


@pytest.mark.slow
@pytest.mark.parametrize("url", [
    "http://localhost/a.pdf", "file:///etc/passwd", "https://example.com/", "https://localhost:8443/",
    "https://x@localhost/", "https://localhost.example.com/", "ftp://localhost/", "https://127.0.0.1/",
    "https://169.254.169.254/", "//localhost/",
    "https://localhost\\.example.com/", "https://example.com#@localhost/", "https://example.com\n.localhost/",
])  # fmt: skip
def test_other_addresses_are_not_taken(fetching, url):
    tried, receiver = fetching
    batch = opened(tried)
    answer = tried.client.post(f"/api/v1/batches/{batch}/urls", json={"urls": [{"url": receiver.url}, {"url": url}]})
    assert (answer.status_code, answer.json()["code"]) in ((422, "address-refused"), (422, "host-not-allowed"))
    assert sum(state(tried, batch)["counts"].values()) == 0


@pytest.mark.slow
def test_an_allowed_host_that_leads_inside_is_not_fetched(tmp_path, monkeypatch):
    receiver = Receiver(tmp_path)
    tried = start(tmp_path / "service", tmp_path / "home", fetch_hosts=(f"127.0.0.1:{receiver.server_port}",))
    try:
        batch = opened(tried)
        tried.client.post(f"/api/v1/batches/{batch}/urls", json={"urls": [{"url": receiver.url}]})
        begun(tried, batch)
        tried.do_jobs()
        (line,) = results(tried, batch)
        assert line["problem"]["code"] == "not-fetched"
        assert "public internet" in line["problem"]["en"]
        assert receiver.got == []
        assert receiver.got == []
    finally:
        tried.service.close()
        receiver.close()


@pytest.mark.slow
def test_what_failed_is_tried_again_by_a_person(fetching):
    tried, receiver = fetching
    receiver.statuses, receiver.content = [500], b"%PDF-1.7 late"
    batch = opened(tried)
    put(tried, batch, "a.pdf")
    tried.client.post(f"/api/v1/batches/{batch}/urls", json={"urls": [{"url": receiver.url, "name": "b.pdf"}]})
    begun(tried, batch)
    for hours in range(4):
        object.__setattr__(tried.tenant.store, "clock", lambda hours=hours: utc_now() + timedelta(hours=hours))
        tried.do_jobs()
    shown = state(tried, batch)
    assert (shown["state"], shown["counts"]["done"], shown["counts"]["failed"]) == ("done", 1, 1)
    last = results(tried, batch)[-1]
    assert "500" in last["problem"]["ja"]
    assert tried.client.post(f"/api/v1/batches/{batch}/retry").status_code == 202
    tried.do_jobs()
    (line,) = results(tried, batch, f"&cursor={last['cursor']}")
    assert (line["name"], line["state"], state(tried, batch)["counts"]["failed"]) == ("b.pdf", "done", 0)


@pytest.mark.parametrize(("files", "size"), [(3, 10**9), (10**9, 30)])
def test_a_batch_takes_so_much_and_no_more(tried, monkeypatch, files, size):
    from signkit.web.api import batches

    monkeypatch.setattr(batches, "MOST_FILES", files)
    monkeypatch.setattr(batches, "MOST_BYTES", size)
    batch = opened(tried)
    for number in range(3):
        assert put(tried, batch, f"{number}.pdf", b"x" * 10).status_code == 201
    assert put(tried, batch, "more.pdf").json()["code"] == "batch-full"
    answer = archived(tried, batch, "application/zip", a_zip(GOOD))
    assert answer.json()["code"] in ("batch-full", "archive-refused")
    assert state(tried, batch)["counts"]["waiting"] == 3


@pytest.mark.slow
def test_cancelling(tried):
    batch = opened(tried)
    for number in range(9):
        put(tried, batch, f"{number}.pdf", f"{number}".encode())
    begun(tried, batch)
    tried.do_one()
    shown = tried.client.post(f"/api/v1/batches/{batch}/cancel").json()
    assert (shown["state"], shown["counts"]["done"], shown["counts"]["cancelled"]) == ("cancelled", 1, 8)
    assert tried.do_jobs() == []
    assert len(results(tried, batch)) == 1
    assert files_left(tried) == []
    assert tried.client.post(f"/api/v1/batches/{batch}/cancel").json()["code"] == "batch-state"


@pytest.mark.slow
def test_a_batch_goes_on_without_the_files_whose_jobs_are_cancelled(tried):
    batch = opened(tried)
    for number in range(6):
        put(tried, batch, f"{number}.pdf", f"{number}".encode())
    begun(tried, batch)
    for job in tried.client.get("/api/v1/jobs").json()["items"]:
        assert tried.client.delete(f"/api/v1/jobs/{job['id']}").status_code == 204
    tried.do_jobs()
    shown = state(tried, batch)
    assert (shown["state"], shown["counts"]["cancelled"], shown["counts"]["done"]) == ("done", 4, 2)


@pytest.mark.slow
def test_the_quota_counts_each_file(tmp_path):
    tried = start(tmp_path / "service", tmp_path / "home", validations_a_month=2)
    try:
        batch = opened(tried)
        for number in range(3):
            put(tried, batch, f"{number}.pdf")
        begun(tried, batch)
        tried.do_jobs()
        assert [(each["problem"] or {}).get("code") for each in results(tried, batch)] == [None, None, "quota"]
    finally:
        tried.service.close()


def test_a_batch_goes_with_its_time(tried):
    batch = opened(tried)
    put(tried, batch, "a.pdf")
    later = utc_now() + timedelta(days=31)
    object.__setattr__(tried.tenant.store, "clock", lambda: later)
    assert files_left(tried) == []
    assert tried.client.get(f"/api/v1/batches/{batch}").status_code == 404
    with tried.tenant.store.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM batch_file").fetchone() == (0,)


@pytest.mark.slow
def test_a_killed_worker_loses_no_file(tried, monkeypatch):
    from signkit.web.api.resources import batches

    flag = tried.service.folder / "killed"
    monkeypatch.setattr(batches, "judge_file", DiesOnce(str(flag)))
    batch = opened(tried)
    for number in range(3):
        put(tried, batch, f"{number}.pdf")
    begun(tried, batch)
    ends = tried.do_jobs()
    assert ("batch-file", "again") in ends
    later = utc_now() + timedelta(seconds=10)
    object.__setattr__(tried.tenant.store, "clock", lambda: later)
    tried.do_jobs()
    assert [each["state"] for each in results(tried, batch)] == ["done"] * 3
    assert flag.exists()


@pytest.mark.slow
@pytest.mark.parametrize("is_restart", [True, False], ids=["restarted", "another node"])
def test_a_batch_goes_on_without_the_files_that_end_every_run(tried, is_restart):
    batch, store = opened(tried), tried.tenant.store
    for number in range(7):
        put(tried, batch, f"{number}.pdf", f"%PDF-1.7 {number}".encode())
    begun(tried, batch)
    for _ in range(5):
        under_way = {job.content["number"] for job in iter(lambda: lease_job(store, "killed"), None)}
        release_leases(store) if is_restart else _pass(tried)
    assert 0 < len(under_way) < 7
    tried.do_jobs()
    shown = state(tried, batch)
    assert (shown["state"], shown["counts"]["failed"], shown["counts"]["done"]) == (
        "done", len(under_way), 7 - len(under_way),
    )  # fmt: skip
    failed = results(tried, batch, "&state=failed")
    assert {(each["number"], each["problem"]["code"]) for each in failed} == {(each, "run-ended") for each in under_way}
    assert tried.client.get("/api/v1/jobs").json()["items"] == []
    tried.client.post(f"/api/v1/batches/{batch}/retry")
    tried.do_jobs()
    assert state(tried, batch)["counts"]["done"] == 7


class DiesOnce:
    """Judges; the process that does so first is killed."""

    def __init__(self, flag):
        self.flag = flag

    def __call__(self, *arguments):
        from signkit.web.api.resources.validations import judge_file

        try:
            os.close(os.open(self.flag, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return judge_file(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


_SERVER = """
import sys, time
from pathlib import Path
from signkit.settings import Settings
from signkit.web.api.job_runner import JobRunner
from signkit.web.api.resources import WORKERS
from signkit.web.api.service import Service
from signkit.web.api.service_settings import ServiceSettings

own = ServiceSettings(workers=2, database=sys.argv[3] or None)
service = Service(Path(sys.argv[1]), Settings(home=Path(sys.argv[2])), own)
JobRunner(service, WORKERS, 2, lambda *_: None).start()
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kills", [3])
def test_a_killed_server_loses_no_file(tried, kills):
    batch, count = opened(tried), 60
    for number in range(count):
        put(tried, batch, f"{number}.pdf", b"%PDF-1.7 " + b"x" * number)
    begun(tried, batch)
    for _ in range(kills):
        before = state(tried, batch)["counts"]["done"]
        places = [str(tried.service.folder), str(tried.service.settings.home), tried.service.own.database or ""]
        server = subprocess.Popen([sys.executable, "-c", _SERVER, *places])
        deadline = time.monotonic() + 60
        while state(tried, batch)["counts"]["done"] <= before + 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        server.kill()
        server.wait()
        assert state(tried, batch)["counts"]["done"] > before
        _pass(tried)
    while tried.do_jobs():
        _pass(tried)
    shown = state(tried, batch)
    assert (shown["state"], shown["counts"]["done"]) == ("done", count)
    assert sorted(each["number"] for each in results(tried, batch)) == list(range(1, count + 1))
    if tried.service.own.database is None:  # other nodes clear away an hour later: it may be another's
        clear_spool(tried.tenant.store)  # as the next start does: what was on its way when it was killed goes
        assert files_left(tried) == []


def _pass(tried):
    """Let the leases of who was killed run out."""
    with tried.tenant.store.writing() as connection:
        connection.execute("UPDATE job SET due_at = '2000-01-01T00:00:00.000000Z' WHERE state = 'leased'")


@pytest.mark.slow
def test_a_lease_that_ran_out_is_taken_over(tried):
    batch = opened(tried)
    put(tried, batch, "a.pdf")
    begun(tried, batch)
    assert lease_job(tried.tenant.store, "killed") is not None
    assert tried.do_jobs() == []
    later = utc_now() + timedelta(minutes=11)
    object.__setattr__(tried.tenant.store, "clock", lambda: later)
    assert tried.do_jobs() == [("batch-file", "done")]
