"""A table's contracts, handed on as one and signed on their signer's PC with one yes and one PIN."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import EXAMPLE, find_template
from signkit.errors import ServiceError
from signkit.library.making import render
from signkit.web.agent_program.server import OfficeServer, TaskOver
from signkit.web.agents.lists import find_list
from signkit.web.agents.tasks import ask_agent_to_sign
from signkit.web.desk.contract_form import words_of
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.prompted_process import PromptedProcess, environment_of
from signkit.web.office import handover
from signkit.web.office.table_way import way_of
from signkit.words import Text
from tests.web.agents.conftest import CARD, seat
from tests.web.office.conftest import text_of
from tests.web.office.owned import wait

pytestmark = pytest.mark.slow

TEMPLATE = "employment-agreement"
PEOPLE = ("佐藤 一郎", "𠮷田 辻󠄀子", "鈴木 花子")


def table_of(people=PEOPLE, employer="髙橋 祐一郎"):
    """A table of contracts with those people, whose employer is the one of the emulated card."""
    example = words_of(load_contract_data(find_template(TEMPLATE).folder / EXAMPLE))
    rows = [example | {"employer.signer": employer, "employee.name": name} for name in people]
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return output.getvalue().encode("utf-8-sig")


def made_table(running, people=PEOPLE):
    """Make a table's contracts at the office; return its batch."""
    sent = {"template": TEMPLATE, "pattern": "{employee.name}-{row}"}
    wait(
        running.clerk,
        running.office,
        running.clerk.post("/many", sent, files=[("table", ("雇用.csv", table_of(people)))]),
    )
    batch = running.office.batches.listed()[0]
    wait(running.clerk, running.office, running.clerk.post(f"/many/{batch.number}/make"))
    return running.office.batches.find(batch.number)


@pytest.fixture(scope="module")
def contracts():
    """The contracts of those people, made once."""
    template = find_template(TEMPLATE)
    example = load_contract_data(template.folder / EXAMPLE)
    employer = example["employer"] | {"signer": "髙橋 祐一郎"}
    return {
        f"{name}-{row}": render(
            template.folder, example | {"employer": employer, "employee": example["employee"] | {"name": name}}
        ).pdf
        for row, name in enumerate(PEOPLE, 2)
    }


def laid_table(running, contracts):
    """Lay a table's contracts into the office as making them does; return its batch."""
    office = running.office.seat(running.clerk.person)
    batch = office.batches.begin(TEMPLATE, "雇用.csv", ".csv", "{employee.name}-{row}", table_of())
    folder = office.batches.folder(batch) / "contracts"
    folder.mkdir()
    for name, pdf in contracts.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    digests = {name: hashlib.sha256(pdf).hexdigest() for name, pdf in contracts.items()}
    whole = replace(batch, count=3, names=tuple(contracts), people=PEOPLE, one_signer=("employer",), digests=digests)
    office.note_made(whole)
    return office.batches.keep(whole)


def state_in(page):
    return re.search(r'name="state" value="([^"]+)"', page.text)[1]


def hand_table_on(who, batch, act, text="", state=None):
    page = who.get(f"/many/{batch.number}")
    return who.post(f"/many/{batch.number}/handover/{act}", {"state": state or state_in(page), "text": text})


@pytest.fixture
def supervisor(running):
    return seat(running.offices, running.tenant, running.origin, role="supervisor", name="佐藤")


@pytest.fixture
def approved(running, supervisor, contracts):
    """A table whose contracts are approved."""
    batch = laid_table(running, contracts)
    assert hand_table_on(running.clerk, batch, "ask").status_code == 303
    assert hand_table_on(supervisor, batch, "approve").status_code == 303
    return batch


def ask_for_all(running, batch):
    path = f"/many/{batch.number}/agent/employer"
    page = running.clerk.get(path)
    assert page.status_code == 200, text_of(page)
    digest = re.search(r'name="sha256" value="([0-9a-f]{64})"', page.text)[1]
    answer = running.clerk.post(path, {"sha256": digest})
    assert (answer.status_code, answer.headers["location"]) == (303, "/agents")
    return digest


def shown(running, batch, agent):
    """Ask for all, and let the agent show the list; return its digest."""
    digest = ask_for_all(running, batch)
    assert agent.step() is False, agent.work.last
    assert agent.step() is False, agent.work.last
    assert agent.work.listed is not None, (agent.work.last, agent.work.trouble)
    return digest


def sign_all(agent, key=CARD):
    listed = agent.work.listed
    assert agent.browser.get("/list/sign").status_code == 200
    return agent.browser.follow(agent.browser.post("/list/sign", {"key": key, "sha256": listed.sha256}))


def signed_roles(running, batch):
    return [each.signed for each in running.office.contracts_of(running.office.batches.find(batch.number))]


def test_a_table_is_handed_on_as_one(running, supervisor):
    batch = made_table(running)
    auditor = seat(running.offices, running.tenant, running.origin, role="auditor")
    assert "表・3 件" in text_of(running.clerk.get("/"))
    assert hand_table_on(running.clerk, batch, "approve", state="x").status_code == 403
    old = state_in(running.clerk.get(f"/many/{batch.number}"))
    assert hand_table_on(running.clerk, batch, "ask", "お願いします").status_code == 303
    stale = hand_table_on(supervisor, batch, "approve", "見ました", state=old)
    assert stale.status_code == 409
    assert "見ました" in text_of(stale)
    assert hand_table_on(supervisor, batch, "send-back").status_code == 400
    assert hand_table_on(supervisor, batch, "send-back", "日付が違う").status_code == 303
    assert "差し戻し: 3" in text_of(running.clerk.get(f"/many/{batch.number}"))
    assert hand_table_on(running.clerk, batch, "ask").status_code == 303
    assert "表・3 件" in text_of(supervisor.get("/"))
    assert hand_table_on(supervisor, batch, "approve").status_code == 303
    page = auditor.get(f"/many/{batch.number}")
    assert page.status_code == 200
    assert "承認済み: 3" in text_of(page)
    assert "<form" not in page.text.split("<main")[1]


def test_nobody_approves_what_they_asked_for(running, supervisor, contracts):
    batch = laid_table(running, contracts)
    assert hand_table_on(supervisor, batch, "ask").status_code == 303
    state = handover_state(running, batch)
    assert hand_table_on(supervisor, batch, "approve", state=state).status_code == 403
    assert "承認待ち: 3" in text_of(supervisor.get(f"/many/{batch.number}"))


def handover_state(running, batch):
    with running.office.store.reading() as connection:
        return way_of(connection, batch).state


def test_what_is_not_approved_is_not_asked_for(running, supervisor, contracts):
    batch = laid_table(running, contracts)
    assert running.clerk.get(f"/many/{batch.number}/agent/employer").status_code == 404
    hand_table_on(running.clerk, batch, "ask")
    hand_table_on(supervisor, batch, "approve")
    assert running.clerk.get(f"/many/{batch.number}/agent/employer").status_code == 200
    assert running.clerk.get(f"/many/{batch.number}/agent/employee").status_code == 404


def test_one_yes_and_one_pin_sign_a_table(running, approved, agent):
    digest = shown(running, approved, agent)
    page = agent.browser.get("/")
    assert digest in page.text
    for name, sha256 in approved.digests.items():
        assert sha256 in page.text
        assert name.rpartition("-")[0] in text_of(page)
    row = agent.browser.get("/list/contracts/2")
    picture = re.search(r'src="(/pages/[^"]+)"', row.text)[1]
    assert agent.browser.get(picture).headers["content-type"] == "image/png"
    done = sign_all(agent)
    assert "完了できませんでした" not in text_of(done), text_of(done)
    assert agent.step() is True, agent.work.trouble
    assert "3 件に署名して送信しました" in agent.work.last.ja, agent.work.last
    assert agent.asked.read_text().count("GETPIN") == 1
    assert signed_roles(running, approved) == [("employer",)] * 3
    page = running.task_page()
    assert "署名済み: 3" in page
    assert "雇用.csv (3 件)" in page
    assert agent.step() is False
    with running.office.store.reading() as connection:
        rows = handover.find_all(connection, list(approved.digests.values())).values()
    assert {each.state for each in rows} == {"approved"}  # the employees are still to sign
    entry = running.office.entry_of(next(iter(rows)).sha256)
    assert entry is not None
    table = running.clerk.get(f"/many/{approved.number}")
    assert "うち署名済み 3 件" in text_of(table)
    assert running.clerk.get(f"/many/{approved.number}/handout?by=employee").status_code == 200


def test_a_network_lost_in_the_middle_signs_and_asks_no_second_time(running, approved, agent, monkeypatch):
    shown(running, approved, agent)
    sent = []
    honest = OfficeServer.send_signed

    def lost(self, task, pdf):
        sent.append(task.id)
        if len(sent) == 1:
            return honest(self, task, pdf)
        if len(sent) == 2:
            honest(self, task, pdf)  # its answer is lost on the way
        raise ServiceError("server-unreachable", url="", cause="lost")

    monkeypatch.setattr(OfficeServer, "send_signed", lost)
    sign_all(agent)
    with pytest.raises(ServiceError):
        agent.step()
    monkeypatch.undo()
    monkeypatch.setattr("signkit.web.agent_program.work._LOOK", 0.05)
    monkeypatch.setattr("signkit.web.agent_program.server._WAIT", 0)
    again = agent.more["again"]()  # the agent was ended meanwhile, too
    assert again.step() is True, again.work.trouble
    assert "3 件に署名して送信しました" in again.work.last.ja, again.work.last
    assert not again.asked.exists()
    assert agent.asked.read_text().count("GETPIN") == 1
    assert signed_roles(running, approved) == [("employer",)] * 3


def test_a_run_that_stopped_goes_on_with_the_rest(running, approved, agent):
    """The signer ends in the middle: what is signed is sent, and one more yes signs the rest and nothing else."""
    shown(running, approved, agent)
    listed = agent.work.listed
    files = agent.work.lists.files_to_sign(listed)
    sign_all(agent)
    for _, _, target in files[1:]:
        Path(target).unlink()
    assert agent.step() is False
    assert agent.work.listed.count("sent") == 1
    assert "3 件中 1 件は署名して送信しました" in text_of(agent.browser.get("/"))
    sign_all(agent)
    assert agent.step() is True
    assert "3 件に署名して送信しました" in agent.work.last.ja
    assert signed_roles(running, approved) == [("employer",)] * 3
    assert "全 2 件" in unquote(agent.asked.read_text())


def test_a_person_who_refuses_a_list_says_why(running, approved, agent):
    shown(running, approved, agent)
    agent.browser.post("/refuse", {"task": agent.work.listed.id, "reason": "給与が違います"})
    assert agent.step() is True
    page = running.task_page()
    assert "断られたもの: 3" in page
    assert "給与が違います" in page
    assert not agent.asked.exists()
    assert agent.work._kept() is None
    assert agent.work.lists.kept() is None


def test_who_refuses_while_it_signs_ends_that(running, approved, agent, monkeypatch):
    """From another tab: what is signed by then is sent, the rest is refused, and no file is left."""
    shown(running, approved, agent)
    process = PromptedProcess(environment_of(agent.home))
    job = DeskJob(Text("x", "x"), cancel=process.stop)
    agent.work.lists.job = job
    agent.office.jobs.start(job, lambda _: process._process.wait())
    assert agent.work.lists.is_signing()
    assert "署名しています" in text_of(agent.browser.get("/"))
    assert agent.browser.get("/list/sign").status_code == 303
    assert agent.work.refuse(agent.work.listed.id, "やめます")
    assert agent.step() is True, agent.work.trouble
    assert (job.state, process.is_there()) == ("cancelled", False)
    process.discard()
    assert "断られたもの: 3" in running.task_page()
    assert not agent.work.lists.folder.exists()


def test_a_list_that_is_withdrawn_is_shown_no_more(running, approved, agent):
    shown(running, approved, agent)
    id_ = agent.work.listed.id
    assert running.clerk.post(f"/agents/lists/{id_}/withdraw").status_code == 303
    assert agent.step() is True
    assert agent.work.listed is None
    assert "取り下げられました" in agent.work.last.ja


def test_the_same_list_is_asked_for_once(running, approved, agent):
    for _ in range(3):
        digest = ask_for_all(running, approved)
    assert running.clerk.get("/agents").text.count(digest) == 1


def test_what_was_sent_back_meanwhile_is_not_taken(running, supervisor, approved, agent):
    shown(running, approved, agent)
    sign_all(agent)
    assert hand_table_on(supervisor, approved, "send-back", "待って").status_code == 303
    assert agent.step() is True
    assert "受け取られなかったもの 3 件" in agent.work.last.ja, agent.work.last
    assert signed_roles(running, approved) == [()] * 3


def test_an_agent_that_knows_no_lists_signs_one_by_one(running, approved, agent, monkeypatch):
    """As those of before: they read of a task what they know, and no more."""
    honest = OfficeServer.next_task

    def next_task(self, wait=None):
        asked = honest(self, wait)
        return replace(asked, list=None) if asked is not None else None

    monkeypatch.setattr(OfficeServer, "next_task", next_task)
    ask_for_all(running, approved)
    for _ in range(3):
        assert agent.step() is False
        agent.sign()
        assert agent.step() is True, agent.work.trouble
    assert signed_roles(running, approved) == [("employer",)] * 3


def test_nobody_elses_agent_hears_of_a_list(running, approved, make_agent):
    make_agent()
    other = seat(running.offices, running.tenant, running.origin, name="別人")
    theirs = make_agent(other, folder="other")
    ask_for_all(running, approved)
    with running.office.store.reading() as connection:
        id_ = connection.execute("SELECT id FROM agent_list").fetchone()[0]
    with pytest.raises(TaskOver):
        theirs.server.asked_list(id_)
    with pytest.raises(TaskOver):
        theirs.server.refuse_list(id_, "x")
    assert theirs.step() is False
    assert theirs.work.listed is None
    assert other.post(f"/agents/lists/{id_}/withdraw").status_code == 422


class LyingOfList(OfficeServer):
    """An office's server that changes what it told before the agent hears it."""

    @classmethod
    def of(cls, agent, **changes):
        """Let an agent hear this office instead."""
        lying = cls(agent.server.device)
        object.__setattr__(lying, "changes", changes)
        agent.work._server = agent.work.lists._server = lying
        return lying

    def asked_list(self, id_):
        told = super().asked_list(id_)
        return self.changes["list"](told) if "list" in self.changes else told

    def document(self, task):
        data = super().document(task)
        return self.changes["document"](task, data) if "document" in self.changes else data


def declined(running, agent):
    """Let the agent take what it hears; return what it tells its person, having shown and asked nothing."""
    assert agent.step() is True, agent.work.trouble
    assert agent.work.listed is None
    assert agent.work.is_refusal
    assert not agent.asked.exists()
    assert "断られたもの: 3" in running.task_page()
    assert "署名は成立していません" in text_of(agent.browser.get("/"))
    assert agent.office.shelf.listed("prepared") == []
    return agent.work.last.ja


def test_a_row_that_was_swapped_is_not_shown(running, approved, agent):
    """The second document is not the one that the list names."""
    ask_for_all(running, approved)
    LyingOfList.of(agent, document=lambda task, data: data + b" " if task.title.startswith(PEOPLE[1]) else data)
    said = declined(running, agent)
    assert PEOPLE[1] in said
    assert "名指しされた文書と違う" in said


def test_a_row_that_comes_twice_is_not_shown(running, approved, agent):
    def repeat(told):
        return replace(told, tasks=(*told.tasks, replace(told.tasks[0], id="another")))

    ask_for_all(running, approved)
    LyingOfList.of(agent, list=repeat)
    assert "2 回" in declined(running, agent)


def test_a_list_of_two_roles_is_not_shown(running, approved, agent):
    ask_for_all(running, approved)
    swap = {"role": "employee"}
    LyingOfList.of(agent, list=lambda told: replace(told, tasks=(*told.tasks[:2], replace(told.tasks[2], **swap))))
    assert "署名する人が同じではありません" in declined(running, agent)


def test_a_contract_that_names_another_person_is_not_signed(running, contracts, supervisor, agent):
    """A row of somebody else's among one's own: the list asks to sign as two people."""
    template = find_template(TEMPLATE)
    example = load_contract_data(template.folder / EXAMPLE)
    other = render(template.folder, example | {"employer": example["employer"] | {"signer": "別人 太郎"}}).pdf
    batch = laid_table(running, dict(list(contracts.items())[:2]) | {"別人": other})
    hand_table_on(running.clerk, batch, "ask")
    hand_table_on(supervisor, batch, "approve")
    ask_for_all(running, batch)
    assert "署名する人が同じではありません" in declined(running, agent)


def test_what_a_server_adds_after_the_yes_is_not_signed(running, contracts, approved, agent, supervisor):
    """Once it is shown the list is the agent's own: what the office says of it later is not heard."""
    shown(running, approved, agent)
    before = agent.work.listed
    sha256 = running.prepared(next(iter(contracts.values())) + b"\n%more\n", "more.pdf")
    with running.office.store.writing() as connection:
        known = find_list(connection, before.id, running.clerk.person.id, running.office.store.clock())
        task = ask_agent_to_sign(connection, known.person, sha256, "employer", "more.pdf", running.office.store.clock())
        connection.execute("INSERT INTO agent_list_task VALUES (?, ?, ?)", (task.id, known.id, 9))
    sign_all(agent)
    assert agent.step() is True
    assert "3 件に署名して送信しました" in agent.work.last.ja, agent.work.last
    assert {each.id for each in before.rows} == {each.id for each in known.tasks}
    with running.office.store.reading() as connection:
        added = find_list(connection, before.id, known.person, running.office.store.clock()).tasks[-1]
    assert (added.id, added.state) == (task.id, "waiting")
    assert agent.asked.read_text().count("GETPIN") == 1
    assert agent.step() is False  # asked for anew, it is a new question
    assert agent.step() is False
    assert [each.id for each in agent.work.listed.left] == [task.id]


@pytest.mark.parametrize(
    "told",
    [[], {}, {"tasks": []}, {"tasks": "x"}, {"tasks": [1]}, {"tasks": [{"id": "1"}] * 2}, {"tasks": [{}] * 9999}],
)
def test_what_is_no_list_is_trouble_and_nothing_else(running, approved, agent, monkeypatch, told):
    server = agent.server
    monkeypatch.setattr(OfficeServer, "_words", lambda *_, **__: told if isinstance(told, dict) else {})
    with pytest.raises(ServiceError):
        server.asked_list("1")
