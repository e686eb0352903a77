"""What the office's server answers to calls that are not an agent's own; and what becomes of a task that cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signkit.errors import FileUnusable, ServiceError
from signkit.library.acts import services as services_of
from signkit.library.acts import sign
from signkit.rehearsal.cards import kept_contents
from signkit.signers.registry import SignerContext, open_signer
from signkit.signing.levels import Level
from signkit.signing.terms import SignatureTerms
from signkit.web.agent_program.server import Begun
from signkit.web.agents.proof import make_proof
from signkit.web.people.accounts import find_person
from tests.web.agents.conftest import seat
from tests.web.office.conftest import operations


def call(running, agent, method, path, body=b"", *, key=None, id_=None, signed_path=None, signed_body=None, at=None):
    """Make one call with a proof that may be wrong in one part; return it so that it can be repeated."""
    device = agent.server.device
    proof = make_proof(
        key or device.key, id_ or device.id, method, signed_path or path, body if signed_body is None else signed_body,
        at or datetime.now(UTC),
    )  # fmt: skip
    return httpx2.Request(method, running.origin + path, headers=proof.headers(), content=body)


def answer_to(request):
    with httpx2.Client(timeout=60, trust_env=False) as client:
        return client.send(request)


TASKS = "/agent/v1/tasks"


def test_a_call_is_good_once(running, agent):
    request = call(running, agent, "GET", TASKS)
    assert answer_to(request).status_code == 200
    assert answer_to(request).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": Ed25519PrivateKey.generate()},
        {"signed_path": TASKS + "?wait=1"},
        {"id_": "x.y"},
        {"id_": "no-point"},
        {"id_": "../../x.y"},
    ],
)
def test_a_call_that_is_not_the_agents_own_is_not_heard(running, agent, wrong):
    answer = answer_to(call(running, agent, "GET", TASKS, **wrong))
    assert (answer.status_code, answer.json()["code"]) == (401, "agent-unknown")


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_wrong_is_told_to_whoever_has_the_key(running, agent, hours):
    at = datetime.now(UTC) + timedelta(hours=hours)
    answer = answer_to(call(running, agent, "GET", TASKS, at=at))
    assert (answer.status_code, answer.json()["code"]) == (401, "agent-clock")
    answer = answer_to(call(running, agent, "GET", TASKS, at=at, key=Ed25519PrivateKey.generate()))
    assert (answer.status_code, answer.json()["code"]) == (401, "agent-unknown")


def test_what_was_signed_outlives_a_clock_that_goes_wrong(running, agent, sale, monkeypatch):
    """It was thrown away as refused for good."""
    sha256 = running.prepared(sale)
    running.ask(sha256)
    agent.step()
    agent.sign()

    class Wrong(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=9)

    monkeypatch.setattr("signkit.web.agent_program.server.datetime", Wrong)
    with pytest.raises(ServiceError) as told:
        agent.step()
    assert told.value.code == "agent-clock"
    assert agent.work._kept().signed is not None
    monkeypatch.setattr("signkit.web.agent_program.server.datetime", datetime)
    assert agent.step() is True
    assert "送信しました" in agent.work.last.ja


def test_another_body_than_was_signed_is_not_taken(running, agent, sale):
    sha256 = running.prepared(sale)
    running.ask(sha256)
    task = agent.server.next_task(wait=0)
    path = f"{TASKS}/{task.id}/refused"
    said = json.dumps({"reason": "見本"}).encode()
    assert answer_to(call(running, agent, "POST", path, said, signed_body=b"{}")).status_code == 401
    path = f"{TASKS}/{task.id}/signed"
    assert answer_to(call(running, agent, "POST", path, sale, signed_body=b"%PDF")).status_code == 401
    assert agent.server.next_task(wait=0) == task
    assert not list((running.tenant.store.spool).iterdir())


def test_a_persons_task_is_there_for_their_own_agents_alone(running, agent, make_agent, sale):
    other = make_agent(seat(running.offices, running.tenant, running.origin, name="佐藤"), "other")
    running.ask(running.prepared(sale))
    task = agent.server.next_task(wait=0)
    for method, rest in (("GET", "document"), ("POST", "signed"), ("POST", "refused")):
        path = f"{TASKS}/{task.id}/{rest}"
        said = b'{"reason": "x"}'
        answer = answer_to(call(running, other, method, path, said if method == "POST" else b""))
        assert answer.status_code == 404, rest
    stranger = running.offices.tenant("別の会社")
    theirs = make_agent(seat(running.offices, stranger, running.origin, name="鈴木"), "theirs")
    assert answer_to(call(running, theirs, "GET", f"{TASKS}/{task.id}/document")).status_code == 404
    # The key of one agent with the name of another.
    mixed = replace(theirs.server.device, id=agent.server.device.id)
    answer = answer_to(call(running, agent, "GET", TASKS, key=mixed.key))
    assert answer.status_code == 401


def test_a_revoked_agent_and_one_of_a_person_who_left_get_nothing(running, agent, sale):
    running.ask(running.prepared(sale))
    assert agent.server.next_task(wait=0) is not None
    device = agent.server.device.id.partition(".")[2]
    with running.tenant.store.writing() as connection:
        connection.execute("UPDATE person SET disabled_at = ?", (running.tenant.store.now(),))
    assert answer_to(call(running, agent, "GET", TASKS)).status_code == 401
    with running.tenant.store.writing() as connection:
        connection.execute("UPDATE person SET disabled_at = NULL")
    assert running.clerk.post(f"/agents/{device}/revoke").status_code == 303
    assert answer_to(call(running, agent, "GET", TASKS)).status_code == 401
    with running.tenant.store.reading() as connection:
        assert find_person(connection, running.clerk.person.id) is not None


def test_a_cookie_is_no_agent_and_an_agent_is_nobody_at_the_pages(running, agent, sale):
    running.ask(running.prepared(sale))
    task = agent.server.next_task(wait=0)
    assert running.clerk.get(f"{TASKS}/{task.id}/document").status_code == 401
    headers = call(running, agent, "GET", "/agents").headers
    assert "sale" not in httpx2.get(f"{running.origin}/agents", headers=headers, trust_env=False).text
    assert running.clerk.post(f"{TASKS}/{task.id}/signed").status_code == 401


@pytest.mark.parametrize("make", [lambda pdf: pdf, lambda _: b"", lambda _: b"%PDF-1.7", lambda pdf: pdf + b"\n%%\n"])
def test_what_is_not_the_document_with_a_signature_more_ends_its_task(running, agent, sale, make):
    """Else the agent would ask its person for the same signature again and again."""
    running.ask(running.prepared(sale))
    task = agent.server.next_task(wait=0)
    request = call(running, agent, "POST", f"{TASKS}/{task.id}/signed", make(sale))
    assert answer_to(request).status_code == 422
    assert agent.server.next_task(wait=0) is None
    again = answer_to(call(running, agent, "POST", f"{TASKS}/{task.id}/signed", make(sale)))
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "task-over", "refused")
    assert [each["status"] for each in operations(running.tenant) if each["action"] == "agentSigned"] == [422]


def test_a_document_that_is_gone_does_not_hold_up_the_next_task(running, agent, sale):
    first = running.prepared(sale)
    running.ask(first)
    second = running.prepared(sale + b"\n% another copy\n")
    running.ask(second)
    running.office.shelf.discard(first)
    agent.step()
    agent.step()
    assert agent.work.task is not None, agent.work.last
    assert agent.work.task.sha256 == second


def test_a_document_larger_than_an_agent_takes_is_refused_and_does_not_hold_up_the_next(
    running, agent, sale, monkeypatch
):
    first = running.prepared(sale + b"%" * 5000)
    running.ask(first)
    second = running.prepared(sale)
    running.ask(second)
    monkeypatch.setattr("signkit.web.agent_program.server.PDF_BYTES", len(sale) + 100)
    agent.step()
    agent.step()
    assert agent.work.task is not None, agent.work.last
    assert agent.work.task.sha256 == second


@pytest.mark.slow
def test_a_server_that_was_killed_after_it_took_a_signature_takes_it_again_as_the_same(
    running, agent, sale, monkeypatch
):
    running.ask(running.prepared(sale))
    agent.step()
    agent.sign()
    from signkit.web.agents import taking

    def killed(*_, **__):
        raise RuntimeError("killed")

    monkeypatch.setattr(taking, "end_task", killed)
    signed = agent.office.shelf.path(agent.work._kept().signed).read_bytes()
    path = f"{TASKS}/{agent.work.task.id}/signed"
    assert answer_to(call(running, agent, "POST", path, signed)).status_code == 500
    monkeypatch.undo()
    assert agent.step() is True
    assert "送信しました" in agent.work.last.ja
    assert agent.server.next_task(wait=0) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "status"),
    [(FileUnusable("output-not-written", path="x", cause="disk full"), 500), (ServiceError("archive-elsewhere"), 503)],
)
def test_an_office_in_trouble_gets_the_same_signature_later(running, agent, sale, monkeypatch, error, status):
    running.ask(running.prepared(sale))
    agent.step()
    agent.sign()
    from signkit.web.agents import calls

    def full(*_, **__):
        raise error

    monkeypatch.setattr(calls, "take_from_agent", full)
    with pytest.raises(ServiceError, match=f"HTTP status {status}") as trouble:
        agent.step()
    assert trouble.value.code == "server-unreachable"
    monkeypatch.undo()
    assert agent.step() is True
    assert "送信しました" in agent.work.last.ja
    assert agent.asked.read_text().count("GETPIN") == 1


@pytest.mark.slow
def test_of_two_agents_of_one_person_one_signature_is_taken_and_the_other_knows_that_its_was_not(
    running, agent, make_agent, sale
):
    other = make_agent(running.clerk, "laptop")
    running.ask(running.prepared(sale))
    for each in (agent, other):
        each.step()
        each.sign()
    assert agent.step() is True
    assert other.step() is True
    assert "送信しました" in agent.work.last.ja
    assert "受け取られませんでした" in other.work.last.ja


def test_an_office_that_answers_that_there_is_nothing_ends_no_agent(running, agent, monkeypatch):
    monkeypatch.setattr("signkit.web.agent_program.server._PATH", "/health")
    with pytest.raises(ServiceError):
        agent.server.next_task(wait=0)
    with pytest.raises(ServiceError):
        agent.server.ask_pairing(Begun("X", "x", "secret", 1))


@pytest.mark.slow
def test_whoever_stole_a_cookie_signs_nothing(running, agent, make_agent, sale):
    """They ask the owner's PC, which asks its owner; pair a PC of their own; sign with a card of their own."""
    sha256 = running.prepared(sale)
    stolen = running.clerk
    assert stolen.post(f"/documents/{sha256}/agent/seller").status_code == 303
    agent.step()
    assert agent.work.task.sha256 == sha256
    assert not agent.asked.exists()  # it is shown, and no PIN was asked for
    thief = make_agent(stolen, "thief")  # within ten minutes of the sign-in
    task = thief.server.next_task(wait=0)
    home = thief.office.settings.home_folder()
    kept_contents(home / "rehearsal", "yoshida")
    context = SignerContext(lambda request: bytearray(b"SIGNKIT1"), thief.office.settings)
    services = services_of(settings=thief.office.settings, trust=thief.office.options.trust)
    with open_signer("card:virtual:yoshida", context) as key:
        terms = SignatureTerms("seller", Level.B_B, other_person=True)
        forged = sign(sale, terms, key, services=services, settings=thief.office.settings).pdf
    path = f"{TASKS}/{task.id}/signed"
    assert answer_to(call(running, thief, "POST", path, forged)).status_code == 422
    assert running.office.successor(sha256) is None
    assert running.office.name_of(sha256) is not None


@pytest.mark.slow
def test_an_agent_that_is_revoked_while_it_shows_a_contract_hands_nothing_in(running, agent, sale):
    sha256 = running.prepared(sale)
    running.ask(sha256)
    agent.step()
    running.clerk.post(f"/agents/{agent.server.device.id.partition('.')[2]}/revoke")
    agent.sign()
    assert agent.step() is True
    assert "受け取られませんでした" in agent.work.last.ja
    assert agent.work.is_refusal
    assert running.office.successor(sha256) is None
    assert [each for each in operations(running.tenant) if each["action"] == "agentSigned"] == []
