"""Who an agent is: paired by its owner alone, known by its key alone, and gone when it is let go."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from signkit.web.agents.proof import fingerprint, make_proof
from signkit.web.agents.tasks import ask_agent_to_sign
from signkit.web.api.store import moment
from tests.web.office.conftest import text_of

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()


def calls(offices):
    """Return a program that calls, without any cookie."""
    return TestClient(offices.served, base_url="https://desk.example.jp", raise_server_exceptions=False)


def begin(offices, key=PUBLIC, name="PC"):
    answer = calls(offices).post("/agent/v1/pairings", json={"name": name, "key": b64encode(key).decode()})
    assert answer.status_code == 201, answer.text
    return answer.json()


def confirm(clerk, begun, shown=None):
    return clerk.post("/agents/confirm", {"code": begun["code"], "fingerprint": shown or fingerprint(PUBLIC)})


def id_of(offices, begun):
    return calls(offices).post("/agent/v1/pairings/ask", json={"secret": begun["secret"]}).json()["id"]


@pytest.fixture
def agent(offices, clerk):
    """The id of an agent that the clerk paired."""
    begun = begin(offices)
    assert confirm(clerk, begun).status_code == 303
    return id_of(offices, begun)


def ask(offices, agent, *, key=KEY, path="/agent/v1/tasks", sent=None, now=None, method="GET", **changed):
    """Call as an agent does; ``sent`` is another path than the proof names."""
    proof = replace(make_proof(key, agent, method, path, b"", now or datetime.now(UTC)), **changed)
    return calls(offices).request(method, sent or path, headers=proof.headers())


def test_the_owner_sees_whose_code_it_is_before_they_agree(offices, clerk):
    begun = begin(offices, name="受付\x1b[31m")
    assert id_of(offices, begun) is None
    page = clerk.post("/agents/pair", {"code": begun["code"].replace("-", " ").lower()})
    assert fingerprint(PUBLIC) in text_of(page)
    assert "\x1b" not in page.text
    assert id_of(offices, begun) is None
    assert confirm(clerk, begun).status_code == 303
    assert id_of(offices, begun).startswith(clerk.client.cookies["__Host-signkit-office"].split("_")[1])
    assert fingerprint(PUBLIC) in text_of(clerk.get("/agents"))


def test_a_code_is_good_once_and_for_the_key_that_was_shown(offices, clerk):
    begun = begin(offices)
    other = fingerprint(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    assert confirm(clerk, begun, other).status_code == 422
    assert confirm(clerk, begun).status_code == 303
    assert confirm(clerk, begun).status_code == 422


def test_a_cookie_of_this_morning_pairs_nothing(offices, clerk):
    tenant = offices.service.tenants.get(clerk.client.cookies["__Host-signkit-office"].split("_")[1])
    with tenant.store.writing() as connection:
        before = moment(tenant.store.clock() - timedelta(minutes=11))
        connection.execute("UPDATE person_session SET begun_at = ?", (before,))
    begun = begin(offices)
    assert confirm(clerk, begun).status_code == 403
    assert id_of(offices, begun) is None


def test_who_guesses_codes_waits(offices, clerk):
    answers = [clerk.post("/agents/pair", {"code": "BBBB-BBBB"}).status_code for _ in range(12)]
    assert answers[:10] == [422] * 10
    assert answers[-1] == 429
    begun = begin(offices)
    assert clerk.post("/agents/pair", {"code": begun["code"]}).status_code == 429


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_may_not_sign_pairs_nothing(offices, role):
    seated = offices.seat(offices.tenant(), role=role)
    begun = begin(offices)
    assert seated.get("/agents").status_code == 403
    assert seated.post("/agents/pair", {"code": begun["code"]}).status_code == 403
    assert confirm(seated, begun).status_code == 403
    assert id_of(offices, begun) is None


@pytest.mark.parametrize("key", [b"", b"x" * 31, b"x" * 33])
def test_what_is_no_key_is_refused(offices, key):
    answer = calls(offices).post("/agent/v1/pairings", json={"name": "PC", "key": b64encode(key).decode()})
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 10_000, b'{"name": 1, "key": 2}', b"x" * 20_000])
def test_what_is_no_request_is_refused(offices, body):
    assert calls(offices).post("/agent/v1/pairings", content=body).status_code in (400, 413)


def test_an_agent_is_known_by_its_key(offices, agent):
    assert ask(offices, agent).json() == {"task": None}
    assert ask(offices, agent, key=Ed25519PrivateKey.generate()).status_code == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_call_or_one_of_tomorrow_is_refused(offices, agent, minutes):
    assert ask(offices, agent, now=datetime.now(UTC) + timedelta(minutes=minutes)).status_code == 401


def test_a_call_is_answered_once(offices, agent):
    proof = make_proof(KEY, agent, "GET", "/agent/v1/tasks", b"", datetime.now(UTC))
    answers = [calls(offices).get("/agent/v1/tasks", headers=proof.headers()).status_code for _ in range(3)]
    assert answers == [200, 401, 401]


@pytest.mark.parametrize(
    "changed", [{"nonce": "0" * 32}, {"sha256": "0" * 64}, {"time": "x"}, {"id": "x.y"}, {"signature": "AAAA"}]
)
def test_a_changed_call_is_refused(offices, agent, changed):
    assert ask(offices, agent, **changed).status_code == 401


def test_a_call_for_another_address_is_refused(offices, agent):
    assert ask(offices, agent, sent="/agent/v1/tasks?wait=1").status_code == 401
    assert ask(offices, agent, sent="/agent/v1/tasks/x/document").status_code == 401


def test_other_bytes_than_the_proof_names_are_refused(offices, agent, clerk, tmp_path):
    del tmp_path
    tenant = offices.service.tenants.get(agent.split(".")[0])
    with tenant.store.writing() as connection:
        task = ask_agent_to_sign(connection, clerk.person.id, "0" * 64, "seller", "x", tenant.store.clock())
    for ending, body in (("signed", b"%PDF"), ("refused", b'{"reason": "no"}')):
        path = f"/agent/v1/tasks/{task.id}/{ending}"
        proof = make_proof(KEY, agent, "POST", path, body + b" ", datetime.now(UTC))
        answer = calls(offices).post(path, content=body, headers=proof.headers())
        assert answer.status_code == 401, answer.text
    assert not list(tenant.store.spool.iterdir())


def test_an_agent_that_was_let_go_is_nobody(offices, agent, clerk):
    page = clerk.get("/agents")
    number = agent.split(".")[1]
    assert f"/agents/{number}/revoke" in page.text
    stranger = offices.seat(offices.service.tenants.get(agent.split(".")[0]), name="佐藤")
    assert stranger.post(f"/agents/{number}/revoke").status_code == 404
    assert ask(offices, agent).status_code == 200
    assert clerk.post(f"/agents/{number}/revoke").status_code == 303
    assert ask(offices, agent).status_code == 401


def test_an_agent_goes_with_its_persons_role(offices, agent, clerk):
    tenant = offices.service.tenants.get(agent.split(".")[0])
    with tenant.store.writing() as connection:
        connection.execute("UPDATE person SET role = 'auditor' WHERE id = ?", (clerk.person.id,))
    assert ask(offices, agent).status_code == 401


def test_a_cookie_is_no_agent(offices, agent, clerk):
    """Whoever took somebody's cookie can ask their PC to show something, and sign nothing."""
    assert clerk.get("/agent/v1/tasks").status_code == 401
    assert clerk.post("/agent/v1/tasks/x/signed").status_code == 401
    assert agent


def test_an_agent_of_one_tenant_is_nobody_in_another(offices, agent):
    other = offices.tenant("別の会社")
    moved = f"{other.id}.{agent.split('.')[1]}"
    assert ask(offices, moved).status_code == 401
