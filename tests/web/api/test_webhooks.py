"""Webhooks: signed as Standard Webhooks has it, tried again, and never led inside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from signkit.archive.store import utc_now
from signkit.web.api.resources.webhooks import PAUSES, signature
from tests.web.api.receiver import OnlyHere, Receiver

PDF = {"content-type": "application/pdf"}
INSIDE = ["https://localhost/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://[::1]/",
          "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/", "https://10.0.0.1/", "https://100.64.0.1/",
          "https://0.0.0.0/", "https://[fe80::1]/", "https://[fd00:ec2::254]/", "http://example.com/", "file:///etc/passwd",
          "https://user:word@example.com/", "https://example.com\\@127.0.0.1/", "ftp://example.com/", "https://",
          "https://%31%32%37.0.0.1/", "https://[fe80::1%25eth0]/", "https://example.com:0/",
          "https://example.com:99999/", "https://exa mple.com/", "https://127。0。0。1/"]  # fmt: skip


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    made = Receiver(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    yield made
    made.close()


@pytest.fixture
def hook(tried, receiver):
    """A registered webhook, for all events."""
    tried.service.rule = OnlyHere()
    body = {"url": receiver.url, "events": ["validation.done", "batch.done", "job.failed"]}
    return tried.client.post("/api/v1/webhooks", json=body).json()


def judge(tried):
    return tried.client.post("/api/v1/validations", content=b"%PDF-1.7 x", headers=PDF).json()


def deliveries(tried, hook):
    return tried.client.get(f"/api/v1/webhooks/{hook['id']}/deliveries").json()["items"]


def later(tried, seconds):
    """Let time pass for the store."""
    object.__setattr__(tried.tenant.store, "clock", lambda: utc_now() + timedelta(seconds=seconds))


def test_the_signature_is_that_of_the_specification():
    """The worked example that the specification's reference libraries are tested with."""
    secret, id_, body = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
    )
    assert signature(secret, id_, 1614265330, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.slow
def test_an_event_comes_signed(tried, hook, receiver):
    made = judge(tried)
    assert tried.do_jobs() == [("webhook-delivery", "done")]
    ((headers, body),) = receiver.got
    message = json.loads(body)
    assert message["type"] == "validation.done"
    assert message["data"] == {"id": made["id"], "verdict": "UNREADABLE"}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(hook["secret"].removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert [each["state"] for each in deliveries(tried, hook)] == ["delivered"]


def test_the_secret_is_shown_once(tried, hook):
    shown = tried.client.get(f"/api/v1/webhooks/{hook['id']}")
    assert hook["secret"].startswith("whsec_")
    assert hook["secret"] not in shown.text + tried.client.get("/api/v1/webhooks").text


@pytest.mark.slow
def test_a_new_secret_signs_beside_the_old_for_a_day(tried, hook, receiver):
    new = tried.client.post(f"/api/v1/webhooks/{hook['id']}/secret").json()["secret"]
    judge(tried)
    tried.do_jobs()
    later(tried, 90_000)
    judge(tried)
    tried.do_jobs()
    counts = [len(headers["webhook-signature"].split()) for headers, _ in receiver.got]
    assert new != hook["secret"]
    assert counts == [2, 1]


@pytest.mark.slow
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 502, 503, 301, 302, 307, 308])
def test_what_is_refused_is_tried_again_with_growing_pauses(tried, hook, receiver, status):
    receiver.statuses, receiver.location = [status] * 2, receiver.url if status < 400 else ""
    judge(tried)
    assert tried.do_jobs() == [("webhook-delivery", "again")]
    assert tried.do_jobs() == []
    later(tried, PAUSES[0] * 1.3)
    assert tried.do_jobs() == [("webhook-delivery", "again")]
    later(tried, PAUSES[0] * 1.3 + PAUSES[1] * 0.9)
    assert tried.do_jobs() == []
    later(tried, PAUSES[0] * 1.3 + PAUSES[1] * 1.3)
    assert tried.do_jobs() == [("webhook-delivery", "done")]
    (delivery,) = deliveries(tried, hook)
    assert [each["status"] for each in delivery["attempts"]] == [status, status, 200]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 3  # no redirect was followed


@pytest.mark.slow
def test_at_last_it_fails_seen_and_is_sent_again_on_demand(tried, hook, receiver):
    receiver.statuses = [500] * (len(PAUSES) + 1)
    judge(tried)
    ends, passed = [], 0
    for pause in (0, *PAUSES):
        passed += pause * 1.3
        later(tried, passed)
        ends += [end for _, end in tried.do_jobs()]
    assert ends == ["again"] * len(PAUSES) + ["failed"]
    (delivery,) = deliveries(tried, hook)
    assert delivery["state"] == "failed"
    assert [each["kind"] for each in tried.client.get("/api/v1/jobs?state=failed").json()["items"]] == [
        "webhook-delivery"
    ]
    again = tried.client.post(f"/api/v1/webhooks/{hook['id']}/deliveries/{delivery['id']}/resend")
    assert again.status_code == 202
    assert tried.do_jobs() == [("webhook-delivery", "done")]
    assert tried.client.get(again.headers["location"]).json()["state"] == "delivered"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


@pytest.mark.slow
def test_a_receiver_that_is_gone_is_told_no_more(tried, hook, receiver):
    receiver.statuses = [410]
    judge(tried)
    tried.do_jobs()
    judge(tried)
    assert tried.do_jobs() == []
    assert tried.client.get(f"/api/v1/webhooks/{hook['id']}").json()["state"] == "paused"
    assert len(receiver.got) == 1


@pytest.mark.parametrize("url", INSIDE)
def test_no_inner_address_is_registered(tried, url):
    answer = tried.client.post("/api/v1/webhooks", json={"url": url, "events": ["batch.done"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "address-refused")


@pytest.mark.slow
def test_an_address_that_leads_inside_later_is_not_connected_to(tried, hook, receiver):
    """The DNS may answer otherwise after the registration."""
    from signkit.pki.addresses import AddressRule

    tried.service.rule = AddressRule()
    judge(tried)
    assert tried.do_jobs() == [("webhook-delivery", "again")]
    assert receiver.got == []
    assert deliveries(tried, hook)[0]["attempts"][0]["problem"]["code"] == "not-delivered"


@pytest.mark.slow
def test_a_redirect_inside_is_not_followed(tried, hook, receiver, tmp_path):
    receiver.statuses, receiver.location = [302], receiver.url.replace("127.0.0.1", "127.0.0.2")
    judge(tried)
    assert tried.do_jobs() == [("webhook-delivery", "again")]
    assert len(receiver.got) == 1


@pytest.mark.slow
@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_receiver_took_it_whatever_stands_behind_its_status(tried, hook, receiver, status):
    """It was sent again for three days to whoever answered at length, or slowly."""
    receiver.statuses, receiver.content = [status], b"x" * 5_000_000
    judge(tried)
    assert tried.do_jobs() == [("webhook-delivery", "done")]
    assert [each["status"] for each in deliveries(tried, hook)[0]["attempts"]] == [status]
    assert len(receiver.got) == 1


@pytest.mark.slow
def test_a_certificate_that_does_not_hold_is_the_cause_that_is_told(tried, hook, receiver, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")  # nobody here trusts its authority
    judge(tried)
    assert tried.do_jobs() == [("webhook-delivery", "again")]
    [attempt] = deliveries(tried, hook)[0]["attempts"]
    assert "certificate" in attempt["problem"]["en"]
    assert receiver.got == []


@pytest.mark.slow
def test_changes_need_the_state_that_was_seen(tried, hook):
    where = f"/api/v1/webhooks/{hook['id']}"
    assert tried.client.patch(where, json={"state": "paused"}).status_code == 428
    etag = tried.client.get(where).headers["etag"]
    assert tried.client.patch(where, json={"state": "paused"}, headers={"if-match": etag}).json()["state"] == "paused"
    assert tried.client.patch(where, json={"state": "active"}, headers={"if-match": etag}).status_code == 412
    inner = tried.client.patch(where, json={"url": "https://10.0.0.1/"}, headers={"if-match": "*"})
    assert inner.json()["code"] == "address-refused"
    judge(tried)
    assert tried.client.delete(where, headers={"if-match": "*"}).status_code == 204
    assert tried.client.get(where).status_code == 404
    assert tried.do_jobs() == []


def test_a_job_that_failed_is_told(tried, hook, receiver, monkeypatch):
    from signkit.web.api.resources import validations

    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr(validations, "judge", broken)
    tried.client.post("/api/v1/validations", content=b"%PDF", headers=PDF | {"prefer": "respond-async"})
    assert ("validation", "failed") in tried.do_jobs()
    assert json.loads(receiver.got[0][1])["type"] == "job.failed"
