"""The document of agents' calls: whole, served, and what is said beside it in the guide."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signkit.web.agents.calls import DOCUMENT
from signkit.web.agents.lists import ask_agent_for_list
from signkit.web.agents.proof import make_proof
from signkit.web.agents.tasks import find_agent_task
from signkit.web.api.document import load_document
from tests.web.agents.test_pairing import KEY, ask, begin, calls, confirm, id_of
from tests.web.office.owned import MARK, put_contract

OPERATIONS = load_document(DOCUMENT).operations
GUIDES = [Path(__file__).parents[3] / "docs" / each / "agent.md" for each in ("guides", "ja/guides")]


def test_the_document_is_served_as_it_is(offices):
    told = offices.browser().get("/agent/v1/openapi.json").json()
    assert told == load_document(DOCUMENT).content
    assert told["openapi"].startswith("3.1")


@pytest.mark.parametrize("guide", GUIDES, ids=["en", "ja"])
def test_the_guide_names_the_same_calls(guide):
    rows = re.findall(r"^\| `(GET|POST) (/[^`?]*)", guide.read_text(encoding="utf-8"), re.MULTILINE)
    assert {(method, f"/agent/v1{path}") for method, path in rows} == {
        (each.method, each.path) for each in OPERATIONS if each.name != "describeAgentCalls"
    }


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.permission], ids=lambda each: each.name)
def test_a_call_that_is_no_agents_is_refused_before_anything_is_read(offices, clerk, operation):
    path = operation.path.replace("{id}", "x")
    for each in (offices.browser(), clerk.client):
        answer = each.request(operation.method, path, content=b"{", headers={"authorization": "Bearer x"})
        assert (answer.status_code, answer.json()["code"]) == (401, "agent-unknown")


@pytest.fixture
def agent(offices, clerk):
    return paired(offices, clerk)


def paired(offices, seated):
    begun = begin(offices)
    assert confirm(seated, begun).status_code == 303
    return id_of(offices, begun)


@pytest.mark.parametrize("query", ["wait=-1", "wait=x", "wait=1&wait=2", "other=1", "wait=1000"])
def test_what_the_document_does_not_have_is_refused(offices, agent, query):
    answer = ask(offices, agent, path=f"/agent/v1/tasks?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "request-invalid")


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.permission], ids=lambda each: each.name)
def test_another_tenants_agent_reaches_nothing(offices, tenant, clerk, agent, operation):
    """As `tests.web.api.test_isolation` has it of the API: every call of the document, with what is another's."""
    sha256 = put_contract(offices, tenant, clerk.person)
    with tenant.store.writing() as connection:
        now = tenant.store.clock()
        asked = ask_agent_for_list(connection, clerk.person.id, "seller", MARK, [(sha256, MARK)], now)
    task = asked.tasks[0]
    stranger = paired(offices, offices.seat(offices.tenant("別の会社"), name="鈴木"))
    path = operation.path.replace("{id}", asked.id if "/lists/" in operation.path else task.id)
    reason = b'{"reason": "x"}'
    sent = {"refuseAgentTask": reason, "refuseAgentList": reason, "sendSignedDocument": b"%PDF"}
    body = sent.get(operation.name, b"")

    def called(id_):
        proof = make_proof(KEY, id_, operation.method, path, body, datetime.now(UTC))
        return calls(offices).request(operation.method, path, headers=proof.headers(), content=body)

    as_stranger = called(stranger)
    assert as_stranger.status_code == (404 if "{id}" in operation.path else 200)
    assert MARK not in as_stranger.text
    with tenant.store.reading() as connection:
        assert find_agent_task(connection, task.id, clerk.person.id, now) == task
    assert called(agent).status_code == (422 if operation.name == "sendSignedDocument" else 200)
