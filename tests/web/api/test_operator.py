"""The platform operator's services, and a contract that is judged by its word over a real socket."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.errors import FileUnusable, InputUnreadable
from signkit.pki.anchors import default_trust_store
from signkit.pki.http import LastingFailure
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.crl_index import Good, Revoked
from signkit.pki.revocation.indexed import index_folder
from signkit.pki.revocation.operator import operator_source, status_in
from signkit.pki.revocation.sources import IndexedStatus, NoEvidence
from signkit.rehearsal.pki import HANAKO, new_rehearsal
from signkit.settings import Settings
from signkit.validation.options import ValidationOptions, revocation_sources
from signkit.validation.pdf import validate_pdf
from signkit.web.api.app import make_service_app
from signkit.web.api.rehearsal import NEW_ADDRESS, RehearsalAttributes, kept_operator, revoked_numbers
from signkit.web.api.service import Service
from signkit.web.api.service_settings import ServiceSettings, create_service
from tests.validation import pdfs, pki
from tests.web.api.conftest import Tried, key_client

COMPANY = "1180301018771"  # a check digit that fits


@pytest.fixture(scope="module")
def rehearsal():
    return new_rehearsal()


@pytest.fixture(scope="module")
def holder(rehearsal):
    """A signing certificate of the rehearsal with its key."""
    return rehearsal.identities(HANAKO, datetime.now(UTC).replace(microsecond=0) - timedelta(days=1))[0]


@pytest.fixture(scope="module")
def other(rehearsal):
    return rehearsal.identities(HANAKO, datetime.now(UTC).replace(microsecond=0) - timedelta(days=1))[0]


@pytest.fixture
def operator(tmp_path, rehearsal):
    """An operator's service; what it knows of is ``revoked``, to be changed while it runs."""
    (tmp_path / "ca.pem").write_bytes(rehearsal.trust_pem())
    create_service(tmp_path / "service")
    revoked: dict[int, datetime] = {}
    service = Service(
        tmp_path / "service", Settings(home=tmp_path / "home", trust_folders=(tmp_path / "ca.pem",)),
        ServiceSettings(workers=1), revocation=[rehearsal.revocation(revoked=revoked)],
        attributes=[RehearsalAttributes()],
    )  # fmt: skip
    tenant = service.tenants.add("株式会社架空")
    made = Tried(service, key_client(service, tenant, make_service_app(service)), tenant)
    made.revoked = revoked
    yield made
    service.close()


def der_of(identity):
    return identity.certificate.public_bytes(Encoding.DER)


def text(identity):
    return base64.b64encode(der_of(identity)).decode()


# --- status and evidence ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_each_certificate_of_a_batch_is_answered_at_its_place(operator, holder, other):
    operator.revoked[other.certificate.serial_number] = since = datetime.now(UTC).replace(microsecond=0)
    stranger = pki.issue(pki.authority()).asn1.dump()
    batch = [text(holder), text(other), base64.b64encode(stranger).decode(), base64.b64encode(b"no cert").decode()]
    answer = operator.client.post("/api/v1/certificates/status", json={"certificates": [{"der": b} for b in batch]})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [(each["status"], each["source"], each["why"] and each["why"]["code"]) for each in items] == [
        ("good", "ocsp", None), ("revoked", "ocsp", None), ("unknown", None, "issuer-unknown"),
        ("unknown", None, "unreadable"),
    ]  # fmt: skip
    assert items[0]["certificate"] == {"sha256": hashlib.sha256(der_of(holder)).hexdigest()}
    assert datetime.fromisoformat(items[1]["revoked_at"]) == since


@pytest.mark.slow
def test_evidence_is_handed_over_where_it_may_be(operator, holder):
    answer = operator.client.post("/api/v1/certificates/evidence", json={"certificate": text(holder)}).json()
    assert (answer["why_none"], [each["kind"] for each in answer["evidence"]]) == (None, ["ocsp"])


def jpki_operator(tmp_path, ca, listed, **own):
    """A service whose only facts are an imported list of a CA that is called JPKI."""
    from signkit.validation.options import validation_options

    home = tmp_path / "home"
    (tmp_path / "ca.der").write_bytes(ca.asn1.dump())
    settings = Settings(home=home, trust_folders=(tmp_path / "ca.der",))
    validation_options(settings)
    create_service(tmp_path / "service")
    service = Service(tmp_path / "service", settings, ServiceSettings(workers=1, **own))
    import_list(tmp_path, ca, listed)
    tenant = service.tenants.add("株式会社架空")
    return Tried(service, key_client(service, tenant, make_service_app(service)), tenant)


def import_list(tmp_path, ca, listed):
    now = datetime.now(UTC).replace(microsecond=0)
    (tmp_path / "list.crl").write_bytes(pki.revocation_list(ca, listed, issued=now - pki.DAY / 2 * (not listed)))
    import_crl(tmp_path / "list.crl", index_folder(tmp_path / "home"), [ca.asn1], now)


@pytest.fixture(scope="module")
def jpki():
    return pki.authority("Japanese Public CA", organisation="JPKI")


@pytest.mark.slow
@pytest.mark.parametrize(("allowed", "why"), [(False, "not-permitted"), (True, "status-only")])
def test_jpki_evidence_is_handed_to_nobody_unless_the_operator_says_so(tmp_path, jpki, allowed, why):
    card = pki.issue(jpki, "20261121090000AB")
    tried = jpki_operator(tmp_path, jpki, {}, hand_out_jpki_evidence=allowed)
    wanted = {"certificate": base64.b64encode(card.asn1.dump()).decode()}
    answer = tried.client.post("/api/v1/certificates/evidence", json=wanted).json()
    assert (answer["status"], answer["evidence"], answer["why_none"]["code"]) == ("good", [], why)


@pytest.mark.slow
def test_a_number_is_enough_where_the_list_is_not_partitioned(tmp_path, jpki):
    listed, card = pki.issue(jpki, "20261121090000AB"), pki.issue(jpki, "20261121090000AC")
    tried = jpki_operator(tmp_path, jpki, {listed.asn1.serial_number: datetime.now(UTC) - pki.DAY})
    hashes = {
        "issuer_name_sha256": jpki.asn1.subject.sha256.hex(),
        "issuer_key_sha256": jpki.asn1.public_key.sha256.hex(),
    }
    named = [{**hashes, "serial": f"{each.asn1.serial_number:x}"} for each in (listed, card)]
    named.append({**named[1], "issuer_key_sha256": "0" * 64})
    answer = tried.client.post("/api/v1/certificates/status", json={"certificates": named})
    assert [each["status"] for each in answer.json()["items"]] == ["revoked", "good", "unknown"]


# --- consents and latest attributes -------------------------------------------------------------------------------


def record(operator, holder, **changes):
    body = {"payload": f"jpki-consent:1:{COMPANY}:C-001", "given_on": "2026-11-28", "certificate": text(holder)}
    return operator.client.post("/api/v1/consents", json={**body, **changes})


def ask(operator, consent, holder):
    body = {
        "consent": consent, "certificate": text(holder),
        "party": {"name": HANAKO.name, "address": HANAKO.address},
    }  # fmt: skip
    return operator.client.post("/api/v1/attributes/inquiries", json=body, headers={"idempotency-key": "once"})


@pytest.mark.slow
def test_latest_attributes_are_shown_as_a_difference_and_kept_nowhere(operator, holder, caplog):
    consent = record(operator, holder).json()
    answer = ask(operator, consent["id"], holder)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["latest"]["address"], told["party"]["verdict"]) == (NEW_ADDRESS, "mismatch")
    secrets = [NEW_ADDRESS, HANAKO.name, HANAKO.address, str(holder.certificate.serial_number)]
    texts = [form.encode() for one in secrets for form in (one, json.dumps(one)[1:-1])]
    files = [file for file in operator.service.folder.rglob("*") if file.is_file()]
    assert any(file.name == "store.sqlite" for file in files)
    found = {(file.name, kept) for file in files for kept in texts if kept in file.read_bytes()}
    assert found == set()
    assert not any(one in caplog.text for one in secrets)


@pytest.mark.slow
def test_a_withdrawn_consent_and_anothers_are_no_consent(operator, holder, other):
    answer = record(operator, holder)
    consent = answer.json()
    assert ask(operator, consent["id"], other).json()["code"] == "consent-other"
    where = f"/api/v1/consents/{consent['id']}/withdrawal"
    assert operator.client.post(where).status_code == 428
    withdrawn = operator.client.post(where, headers={"if-match": answer.headers["etag"]})
    assert withdrawn.json()["withdrawn_at"] is not None
    assert ask(operator, consent["id"], holder).json()["code"] == "consent-withdrawn"
    listed = operator.client.get("/api/v1/consents").json()["items"]
    assert [(each["id"], each["withdrawn_at"] is None) for each in listed] == [(consent["id"], False)]


@pytest.mark.slow
def test_a_consent_that_was_recorded_twice_is_withdrawn_whole(operator, holder, other):
    first, second, stranger = record(operator, holder), record(operator, holder), record(operator, other)
    where = f"/api/v1/consents/{first.json()['id']}/withdrawal"
    assert operator.client.post(where, headers={"if-match": first.headers["etag"]}).status_code == 200
    assert ask(operator, second.json()["id"], holder).json()["code"] == "consent-withdrawn"
    assert ask(operator, stranger.json()["id"], other).status_code == 200
    assert ask(operator, record(operator, holder).json()["id"], holder).status_code == 200


@pytest.mark.slow
def test_a_consent_of_tomorrow_is_none(operator, holder):
    assert record(operator, holder, given_on="2999-01-01").json()["errors"][0]["at"] == "/given_on"


@pytest.mark.slow
@pytest.mark.parametrize("payload", ["jpki-consent:1:1234567890123:C-001", "https://example.jp", "jpki-consent:2:x:y"])
def test_a_misread_code_is_refused(operator, holder, payload):
    assert record(operator, holder, payload=payload).status_code == 400


@pytest.mark.slow
def test_without_a_source_of_attributes_the_problem_says_so(operator, holder):
    consent = record(operator, holder).json()
    operator.service.attributes = None
    answer = ask(operator, consent["id"], holder)
    assert (answer.status_code, answer.json()["code"]) == (501, "attributes-unavailable")


# --- monitors -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_watched_certificate_is_told_of_once_when_a_list_names_it(tmp_path, jpki):
    moved, stays = pki.issue(jpki, "20261121090000AB"), pki.issue(jpki, "20261121090000AC")
    tried = jpki_operator(tmp_path, jpki, {})
    watched = [
        {"der": base64.b64encode(each.asn1.dump()).decode(), "reference": name}
        for name, each in (("moved", moved), ("stays", stays))
    ]
    assert tried.client.post("/api/v1/monitors", json={"certificates": watched}).status_code == 201
    first = tried.client.get("/api/v1/monitors/changes").json()
    assert (first["items"], first["search_under_way"]) == ([], True)
    assert tried.do_jobs() == [("monitor-lists", "done")]
    assert tried.client.get("/api/v1/monitors/changes").json()["search_under_way"] is False
    import_list(tmp_path, jpki, {moved.asn1.serial_number: datetime.now(UTC) - pki.DAY})
    assert tried.client.get("/api/v1/monitors/changes").json()["search_under_way"] is True
    tried.do_jobs()
    told = tried.client.get("/api/v1/monitors/changes").json()
    assert [each["reference"] for each in told["items"]] == ["moved"]
    again = tried.client.get(f"/api/v1/monitors/changes?cursor={told['next']}").json()
    assert (again["items"], again["next"]) == ([], told["next"])
    kept = (tried.tenant.store.folder / "store.sqlite").read_bytes()
    assert str(moved.asn1.serial_number).encode() not in kept
    assert moved.asn1.dump()[:60] not in kept


# --- what is no answer --------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DAY = timedelta(days=1)


def said(**changes):
    """An operator's answer about the certificate ``b"der"``."""
    digest = hashlib.sha256(b"der").hexdigest()
    item = {
        "certificate": {"sha256": digest}, "status": "good", "produced_at": NOW.isoformat(), "next_update": None,
        "revoked_at": None,
    }  # fmt: skip
    return json.dumps({"items": [item | changes]}).encode()


def test_an_answer_is_read():
    assert status_in(said(), b"der").status == Good()
    revoked = said(status="revoked", revoked_at=(NOW - DAY).isoformat())
    assert status_in(revoked, b"der").status == Revoked(NOW - DAY, "unspecified")


@pytest.mark.parametrize(
    "answer",
    [
        said(status="GOOD"),
        said(status=True),
        said(status="revoked"),
        said(status="revoked", revoked_at=(NOW + DAY).isoformat()),
        said(certificate={"sha256": "00" * 32}),
        said(produced_at=float("nan")),
        said(produced_at="2026-11-28T00:00:00"),
        b"[" * 60_000,
        b'{"items": []}',
        b'["good"]',
        b"\xff",
    ],
)
def test_what_is_no_answer_is_none(answer):
    with pytest.raises(LastingFailure):
        status_in(answer, b"der")


# --- a contract, by the operator's word ---------------------------------------------------------------------------


@contextlib.contextmanager
def listening(app):
    """Serve an application on loopback; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def contract(holder):
    """A PDF signed with the key on the rehearsal's card, without any evidence."""
    signer = pki.Holder(holder.certificate, holder.key)
    return pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))


@pytest.fixture
def judge(tmp_path, operator, contract):
    """Judge the contract with what the settings name; the operator's key lies in a file of one's own."""
    key = tmp_path / "operator.key"
    key.write_text(operator.client.headers["authorization"].removeprefix("Bearer "))
    key.chmod(0o600)

    def run(url, **changes):
        settings = Settings(operator_url=url, operator_key_file=key if url else None, network_timeout=60)
        settings = Settings(**{**vars(settings), "home": tmp_path / "client"})
        options = ValidationOptions(
            trust=default_trust_store([tmp_path / "ca.pem"]),
            revocation=revocation_sources(settings, plugins=True, online=False), **changes,
        )  # fmt: skip
        return validate_pdf(contract, name="contract.pdf", options=options)

    return run


def told(report):
    signature = report.signatures[0]
    return str(report.verdict), signature.sub_indication, [each.code for each in signature.reasons]


@pytest.mark.slow
def test_a_contract_passes_by_the_operators_word(judge, operator):
    assert told(judge(None))[:2] == ("INDETERMINATE", "TRY_LATER")
    with listening(operator.client.app) as url:
        report = judge(url)
        assert told(report) == ("TOTAL-PASSED", None, ["rehearsal", "status-only"])
        assert report.signatures[0].revocation.source == "operator"
        words = report.signatures[0].reasons[1].text
        assert "asks anew" in words.en
        assert "後から第三者が確かめることはできません" in words.ja
        offline = judge(url, offline=True)
    assert told(offline)[:2] == ("INDETERMINATE", "TRY_LATER")


@pytest.mark.slow
def test_who_is_revoked_by_the_operator_is_revoked(judge, operator, holder):
    operator.revoked[holder.certificate.serial_number] = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    with listening(operator.client.app) as url:
        report = judge(url)
    assert told(report)[:2] == ("INDETERMINATE", "REVOKED_NO_POE")
    assert report.signatures[0].revocation.status == "revoked"


@pytest.mark.slow
def test_an_operator_that_does_not_answer_is_the_cause(judge):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    report = judge(url)
    assert told(report) == ("INDETERMINATE", "TRY_LATER", ["operator-silent", "rehearsal"])
    assert "Connection refused" in report.signatures[0].reasons[0].text.en
    assert "接続を拒否されました" in report.signatures[0].reasons[0].text.ja


@pytest.mark.slow
def test_a_judgement_of_another_day_is_not_helped_by_todays_word(judge, operator):
    with listening(operator.client.app) as url:
        report = judge(url, at=datetime.now(UTC) - timedelta(hours=12))
    assert told(report)[0] == "INDETERMINATE"


# --- the client's own guard ---------------------------------------------------------------------------------------


class Scripted:
    """A little server that answers each request by the next of its answers."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def __call__(self, scope, receive, send):
        body = (await receive())["body"]
        self.asked.append(scope["path"])
        status, answer, headers = self.answers.pop(0)
        content = answer(body) if callable(answer) else answer
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def good(body):
    der = base64.b64decode(json.loads(body)["certificates"][0]["der"])
    said = {
        "certificate": {"sha256": hashlib.sha256(der).hexdigest()}, "status": "good", "revoked_at": None,
        "source": "crl",
        "produced_at": datetime.now(UTC).isoformat(), "next_update": None, "why": None,
    }  # fmt: skip
    return json.dumps({"items": [said]}).encode()


def of_another(body):
    answer = json.loads(good(body))
    answer["items"][0]["certificate"]["sha256"] = "0" * 64
    return json.dumps(answer).encode()


def unknown(code):
    def answer(body):
        told = json.loads(good(body))
        told["items"][0] |= {"status": "unknown", "why": {"code": code, "en": "not\x1b[31m here", "ja": "ありません"}}
        return json.dumps(told).encode()

    return answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "asked", "code"),
    [
        pytest.param([(503, b"", []), (200, good, [])], 2, None, id="busy once"),
        pytest.param([(503, b"", [])] * 3, 3, "operator-silent", id="busy"),
        pytest.param([(401, b"", [])], 1, "operator-silent", id="the key is not taken"),
        pytest.param([(302, b"", [(b"location", b"/elsewhere")])], 1, "operator-silent", id="a redirect"),
        pytest.param([(200, b"x" * 70_000, [])], 1, "operator-silent", id="too long"),
        pytest.param([(200, of_another, [])], 1, "operator-silent", id="another certificate"),
        pytest.param([(200, unknown("missing"), [])], 1, "operator-silent", id="it does not know"),
        pytest.param([(200, unknown("issuer-unknown"), [])], 1, "revocation-missing", id="it is none of its own"),
        pytest.param([(200, b"[]", [])], 1, "operator-silent", id="no answer of this API"),
        pytest.param([(200, b"[" * 60_000, [])], 1, "operator-silent", id="nested without end"),
    ],
)
def test_what_an_operator_may_answer(judge, monkeypatch, answers, asked, code):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    app = Scripted(*answers)
    with listening(app) as url:
        report = judge(url)
    assert app.asked == ["/api/v1/certificates/status"] * asked
    assert told(report)[2][0] == (code or "rehearsal")


@pytest.mark.slow
@pytest.mark.parametrize(("first", "asked"), [(400, 2), (503, 3)])
def test_one_refused_question_does_not_silence_the_next(tmp_path, holder, first, asked):
    """What a stranger's certificate brought about is his; who is down is not asked again for each file."""
    (tmp_path / "key").write_text("sk_x")
    (tmp_path / "key").chmod(0o600)
    app = Scripted(*[(first, b"", [])] * (1 if first == 400 else 3), (200, good, []))
    with listening(app) as url:
        source = operator_source(url, tmp_path / "key", 5)
        source._pause = lambda _: None
        certificate = pki.Holder(holder.certificate, holder.key).asn1
        answers = [source.look_up(certificate, certificate)[0] for _ in range(2)]
    assert len(app.asked) == asked
    assert isinstance(answers[1], IndexedStatus if first == 400 else NoEvidence)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.jp",
        "ftp://127.0.0.1",
        "https://user:secret@example.jp",
        "https://",
        "http://localhost.example.jp",
        "x",
        "https://[",
    ],
)
def test_an_address_that_a_key_is_not_sent_to(tmp_path, url):
    (tmp_path / "key").write_text("sk_x")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(FileUnusable) as caught:
        operator_source(url, tmp_path / "key", 1)
    assert caught.value.code == "settings-invalid"


@pytest.mark.parametrize(("mode", "content"), [(0o644, "sk_x"), (0o600, ""), (0o600, "two words"), (0o600, "鍵")])
def test_a_key_that_is_no_secret_or_no_key(tmp_path, mode, content):
    (tmp_path / "key").write_text(content)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(InputUnreadable):
        operator_source("https://example.jp", tmp_path / "key", 1)


# --- `signkit rehearsal operator` ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_test_operator_keeps_its_service_and_gives_each_run_a_new_key(tmp_path):
    keys = [kept_operator(tmp_path / "operator").read_text().strip() for _ in range(2)]
    assert (tmp_path / "operator" / "operator.key").stat().st_mode & 0o077 == 0
    service = Service(tmp_path / "operator", Settings(home=tmp_path / "home"), ServiceSettings(workers=1))
    [tenant] = service.tenants.all()
    client = key_client(service, tenant, make_service_app(service))
    answers = [client.get("/api/v1/keys", headers={"authorization": f"Bearer {key}"}).status_code for key in keys]
    service.close()
    assert answers == [401, 200]


@pytest.mark.slow
def test_who_is_revoked_is_named_by_a_file(tmp_path, holder, other):
    (tmp_path / "a.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "b.der").write_bytes(der_of(other))
    since = datetime.now(UTC)
    named = revoked_numbers([tmp_path / "a.pem", tmp_path / "b.der"], since)
    assert named == {holder.certificate.serial_number: since, other.certificate.serial_number: since}
