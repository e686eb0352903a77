"""Files in an object store: the same service, and nothing of it outside its prefix."""

from __future__ import annotations

import hashlib
import importlib.util
import secrets
import subprocess
import sys
import time
import urllib.request

import pytest

pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
pytest.importorskip("fsspec", reason="the extra 'cluster' is not installed")

import fsspec

from signkit.errors import InputUnreadable, ServiceError
from signkit.web.api.kept_files import is_object_store, open_object_store
from signkit.web.api.service_settings import create_service, read_service_settings
from tests.web.api.conftest import start
from tests.web.api.test_proxy import free_port

PDF = b"%PDF-1.7\n%%EOF\n"
HEADERS = {"content-type": "application/pdf"}
#: An S3 to try with brings half of AWS's programs: who has them (pip install moto[server] s3fs) tries it too.
_MOTO = all(importlib.util.find_spec(name) for name in ("moto", "s3fs"))


@pytest.fixture(scope="module")
def s3():
    """An S3 of this machine; give a bucket's address."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    here = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        for name, value in here.items():
            patched.setenv(name, value)
        _await(here["AWS_ENDPOINT_URL"], server)
        fsspec.filesystem("s3").mkdir("bucket")
        yield "s3://bucket/signkit"
    server.kill()
    server.wait()


def _await(url, server):
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        assert server.poll() is None
        try:
            urllib.request.urlopen(url, timeout=60).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("moto does not answer")


@pytest.fixture(params=["memory", "s3"] if _MOTO else ["memory"])
def prefix(request):
    """Give an address of an object store that holds one foreign object."""
    base = request.getfixturevalue("s3") if request.param == "s3" else "memory://signkit"
    return f"{base}/{secrets.token_hex(4)}"


@pytest.fixture
def tried(tmp_path, cluster, prefix):
    made = start(tmp_path / "service", tmp_path / "home", database=cluster.database(), objects=prefix)
    yield made
    made.service.close()


def objects(prefix):
    system, path = fsspec.core.url_to_fs(prefix, use_listings_cache=False)
    return sorted(name.rpartition("/")[2] for name in system.find(path))


def postpone(tried, pdf=PDF):
    answer = tried.client.post("/api/v1/validations", content=pdf, headers=HEADERS | {"prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    return answer


def overwrite(prefix, tried, pdf, content):
    system, path = fsspec.core.url_to_fs(prefix, use_listings_cache=False)
    system.pipe_file(f"{path}/{tried.tenant.id}/{hashlib.sha256(pdf).hexdigest()}", content)


def test_what_is_postponed_lies_there_until_it_is_done(tried, prefix):
    answer = postpone(tried)
    assert objects(prefix) == [hashlib.sha256(PDF).hexdigest()]
    assert list((tried.tenant.store.folder / "files").iterdir()) == []
    assert tried.do_jobs() == [("validation", "done")]
    assert tried.client.get(answer.headers["location"]).json()["report"]["sha256"] == hashlib.sha256(PDF).hexdigest()
    tried.tenant.store.sweep()
    assert objects(prefix) == []
    assert list(tried.tenant.store.spool.iterdir()) == []


def test_a_batch_is_judged_from_there(tried, prefix):
    batch = tried.client.post("/api/v1/batches", json={}).json()["id"]
    for number in range(3):
        body = PDF + bytes([number])
        assert tried.client.put(f"/api/v1/batches/{batch}/files/{number}.pdf", content=body, headers=HEADERS).is_success
    assert len(objects(prefix)) == 3
    tried.client.post(f"/api/v1/batches/{batch}/start")
    assert [end for _, end in tried.do_jobs()] == ["done"] * 3
    assert tried.client.get(f"/api/v1/batches/{batch}").json()["counts"]["done"] == 3


@pytest.mark.parametrize("content", [b"", PDF[:-1], PDF + b"x", b"%PDF-1.7 of somebody else"])
def test_other_bytes_are_not_judged(tried, prefix, content):
    postpone(tried)
    overwrite(prefix, tried, PDF, content)
    assert tried.do_jobs() == [("validation", "failed")]
    [job] = tried.client.get("/api/v1/jobs").json()["items"]
    assert job["problem"]["code"] == "input-unreadable"
    assert list(tried.tenant.store.spool.iterdir()) == []


def test_what_is_too_large_is_not_read_to_its_end(tmp_path):
    files = open_object_store("memory://bounded", 1000).of_tenant("a", tmp_path)
    sha256 = hashlib.sha256(b"x" * 5000).hexdigest()
    files.system.pipe_file(f"{files.prefix}/{sha256}", b"x" * 5000)
    with pytest.raises(InputUnreadable), files.at_hand(sha256):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_away_leaves_the_job_to_be_done(tried, monkeypatch):
    answer = postpone(tried)
    with monkeypatch.context() as patched:
        patched.setattr(type(tried.tenant.store.files), "_fetch", _refuse)
        assert tried.do_one()
    with tried.tenant.store.writing() as connection:  # its lease runs out
        connection.execute("UPDATE job SET due_at = ?", (tried.tenant.store.now(),))
    assert tried.do_jobs() == [("validation", "done")]
    assert tried.client.get(answer.headers["location"]).is_success


def _refuse(self, *_):
    with self._told():
        raise ConnectionError


def test_nothing_beside_the_tenants_files_is_seen_or_swept(tried, prefix):
    system, path = fsspec.core.url_to_fs(prefix, use_listings_cache=False)
    foreign = [f"{path}/notes.txt", f"{path}/{tried.tenant.id}/notes.txt", f"{path}/other/{'a' * 64}"]
    for each in foreign:
        system.pipe_file(each, b"of somebody else")
    other = tried.service.tenants.add("別会社")
    postpone(tried)
    assert tried.tenant.store.files.digests() == {hashlib.sha256(PDF).hexdigest()}
    assert other.store.files.digests() == set()
    for name in ("../other/" + "a" * 64, "notes.txt", "", "/etc/passwd"):
        with tried.tenant.store.files.at_hand(name) as at:
            assert not at.exists()
    tried.tenant.store.sweep()
    tried.service.tenants.delete(tried.tenant.id)
    assert objects(prefix) == sorted(name.rpartition("/")[2] for name in foreign)


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("s3://bucket/signkit", True), ("gs://bucket", True), ("abfs://container@account.example/x", True),
        ("file:///srv/signkit", False), ("memory://x", False), ("/srv/signkit", False), ("https://example.jp/x", False),
        ("s3://key:secret@bucket/x", False), ("simplecache::s3://bucket/x", False), ("s3://bucket/../other", False),
        ("s3://bucket/x?versionId=1", False), ("", False),
    ],
)  # fmt: skip
def test_which_addresses_the_settings_take(tmp_path, url, is_one):
    assert is_object_store(url) is is_one
    create_service(tmp_path / "service")
    text = f'database = "postgresql://signkit_serve@db/signkit"\nobjects = "{url}"\n'
    (tmp_path / "service" / "service.toml").write_text(text)
    if is_one:
        assert read_service_settings(tmp_path / "service").objects == url
    else:
        with pytest.raises(ServiceError, match="objects"):
            read_service_settings(tmp_path / "service")


def test_a_store_whose_package_is_not_installed_is_told_at_the_start(monkeypatch):
    monkeypatch.setitem(sys.modules, "adlfs", None)
    with pytest.raises(ServiceError, match="adlfs") as caught:
        open_object_store("abfs://container", 1000)
    assert caught.value.code == "service-settings"


def test_without_a_database_of_several_machines_there_is_no_object_store(tmp_path):
    create_service(tmp_path / "service")
    (tmp_path / "service" / "service.toml").write_text('objects = "s3://bucket"\n')
    with pytest.raises(ServiceError, match="database"):
        read_service_settings(tmp_path / "service")
