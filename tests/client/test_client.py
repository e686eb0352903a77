"""The client against a service, and against servers that lie, refuse, break off and send elsewhere."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

from signkit.client import Client, values
from signkit.errors import ServiceError
from signkit.validation.api import validate_data
from signkit.validation.options import ValidationOptions
from tests.client.serving import Scripted, served
from tests.web.api.conftest import start

_PROBLEM = {"code": "quota", "title": "\x1b[31m多すぎます"}


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    folder = tmp_path_factory.mktemp("client")
    made = start(folder / "service", folder / "home")
    with served(made.client.app) as url:
        yield made, Client(url, made.client.headers["authorization"].removeprefix("Bearer "))
    made.service.close()


@pytest.mark.slow
def test_a_file_is_judged_listed_written_and_forgotten(tried):
    _, client = tried
    told = client.validate(b"%PDF-1.7 broken", "契約.pdf", wishes={"at": "2026-01-02T03:04:05Z"})
    same = validate_data(b"%PDF-1.7 broken", "契約.pdf", ValidationOptions(offline=True))
    assert told.report.with_name("x").to_json()["error"] == same.to_json()["error"]
    assert client.get_validation(told.id) == told
    assert told.id in [each.id for each in client.list_validations()]
    assert client.get_report(told.id, "html").startswith(b"<!DOCTYPE html>")
    client.delete_validation(told.id)
    with pytest.raises(ServiceError) as refusal:
        client.get_validation(told.id)
    assert (refusal.value.code, refusal.value.facts["status"]) == ("server-refused", 404)


def test_work_that_is_postponed(tried):
    made, client = tried
    noted = client.validate_later(b"%PDF-1.7 later", "later.pdf")
    assert client.get_job(noted.job).resource.endswith(noted.id)
    assert [each.id for each in client.list_jobs()] == [noted.job]
    made.do_jobs()
    assert client.get_validation(noted.id).report.file == "later.pdf"
    other = client.validate_later(b"%PDF-1.7 never", "never.pdf")
    client.cancel_job(other.job)
    assert list(client.list_jobs()) == []


def test_keys_and_the_log(tried):
    _, client = tried
    key = client.add_key("日次", ["validations:read"], networks=["127.0.0.1"])
    assert Client(client.url, key.key).list_validations() is not None
    client.revoke_key(key.id)
    assert next(each for each in client.list_keys() if each.id == key.id).revoked_at
    assert next(iter(client.list_keys())).key is None
    actions = [each["action"] for each in client.read_log()]
    assert "addKey" in actions
    assert client.log_head()["breaks"] == []


@pytest.mark.slow
def test_all_pages_of_a_list(tried):
    _, client = tried
    made = {client.validate(f"%PDF-1.7 {number}".encode(), "p.pdf").id for number in range(60)}
    assert made <= {each.id for each in client.list_validations()}


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com", "http://127.0.0.1.example.com", "http://192.0.2.1:8420", "ftp://127.0.0.1", "127.0.0.1",
        "http://a@127.0.0.1", "https://", "https://host:x", "https://host/?a=b", "https://ho st", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_unsafe(url):
    with pytest.raises(ServiceError) as refusal:
        Client(url, "key")
    assert refusal.value.code == "server-address"


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.0.0.9", "http://[::1]:8420", "https://example.jp/x/"]
)
def test_an_address_that_can_be_used(url):
    assert Client(url, "key").url == url


def _ok(value):
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


_PAGE = {"items": [], "next": None}


@pytest.mark.slow
@pytest.mark.parametrize("first", [(429, {"Retry-After": "7"}, b""), (503, {}, b"busy"), None])
def test_what_may_get_better_is_tried_again_under_the_same_key(first):
    script, waited = Scripted(first, _ok({"id": "a", "job": "b"})), []
    with script.running() as url:
        noted = Client(url, "key", pause=waited.append).validate_later(b"x", "x.pdf")
    assert noted.job == "b"
    keys = [headers["Idempotency-Key"] for _, _, headers, _ in script.asked]
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert script.asked[0][3] == script.asked[1][3]
    assert waited == ([7.0] if first and first[0] == 429 else [0.5])


@pytest.mark.slow
def test_it_gives_up_in_the_end():
    script, waited = Scripted((503, {}, json.dumps(_PROBLEM).encode())), []
    with script.running() as url, pytest.raises(ServiceError) as refusal:
        list(Client(url, "key", tries=3, pause=waited.append).list_jobs())
    assert (refusal.value.code, refusal.value.facts["problem"]) == ("server-refused", "quota")
    assert (len(script.asked), len(waited)) == (3, 2)
    assert "\x1b" not in refusal.value.message("ja")


@pytest.mark.slow
def test_a_key_is_not_asked_for_twice():
    script = Scripted((503, {}, b""))
    with script.running() as url, pytest.raises(ServiceError):
        Client(url, "key").add_key("a", ["log:read"])
    assert len(script.asked) == 1


@pytest.mark.slow
def test_no_redirect_is_followed():
    elsewhere = Scripted(_ok(_PAGE))
    with elsewhere.running() as there:
        script = Scripted((302, {"Location": there + "/"}, b""))
        with script.running() as url, pytest.raises(ServiceError) as refusal:
            list(Client(url, "key").list_jobs())
    assert refusal.value.code == "server-answer"
    assert elsewhere.asked == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b'{"items": 1, "next": null}', b'{"items": [{}], "next": null}', b"[" * 99_999],
)
def test_an_answer_that_is_not_as_the_document_says(body):
    with Scripted((200, {}, body)).running() as url, pytest.raises(ServiceError) as refusal:
        list(Client(url, "key").list_jobs())
    assert refusal.value.code == "server-answer"
    cause = refusal.value.facts["cause"]
    assert cause.ja != cause.en


@pytest.mark.parametrize("report", [{}, {"verdict": "TOTAL-PASSED"}, {"schema": "signkit-report/1"}])
def test_a_report_that_is_none_is_told_in_one_sentence(report):
    with pytest.raises(values.Misfit) as misfit:
        values.validation({"id": "a", "created_at": "2026-01-01T00:00:00Z", "report": report})
    told = ServiceError("server-answer", url="https://x", cause=misfit.value.cause)
    for language, end in (("en", "."), ("ja", "。")):
        assert told.message(language).endswith(end)
        assert not told.message(language).endswith(end * 2)


@pytest.mark.slow
def test_a_list_that_never_ends_ends():
    script = Scripted(_ok({"items": [], "next": "again"}))
    with script.running() as url:
        assert list(Client(url, "key").list_jobs()) == []
    assert len(script.asked) == 2


@pytest.mark.slow
def test_the_bytes_of_an_answer_are_bounded(monkeypatch):
    monkeypatch.setattr("signkit.client.connection.REPORT_BYTES", 1000)
    with Scripted((200, {}, b" " * 2001)).running() as url, pytest.raises(ServiceError) as refusal:
        list(Client(url, "key", tries=1).list_jobs())
    assert refusal.value.code == "server-unreachable"


@pytest.mark.slow
def test_nobody_listens():
    with Scripted(_ok(_PAGE)).running() as url:
        pass
    with pytest.raises(ServiceError) as refusal:
        list(Client(url, "key", pause=lambda _: None).list_jobs())
    assert refusal.value.code == "server-unreachable"
