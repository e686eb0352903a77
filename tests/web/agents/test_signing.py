"""A card on another PC than the office's: asked, shown, signed, taken; and a network that fails in the middle."""

from __future__ import annotations

import pytest

from signkit.errors import ServiceError
from signkit.web.desk.signing_screen import take_signed
from tests.web.browser import text_of
from tests.web.office.conftest import operations

pytestmark = pytest.mark.slow


def asked(running, sale, agent):
    """Ask for the seller's signature and let the agent show it; return the document's digest."""
    sha256 = running.prepared(sale)
    assert running.ask(sha256).status_code == 303
    assert agent.step() is False
    assert agent.work.task.sha256 == sha256, agent.work.last
    return sha256


def test_what_is_asked_for_is_shown_signed_and_taken(running, sale, agent):
    sha256 = asked(running, sale, agent)
    page = agent.browser.get("/")
    assert sha256 in page.text
    assert "不動産売買契約書" in text_of(page)
    shown = agent.browser.get(f"/documents/{sha256}/sign/seller")
    assert agent.browser.get(f"/pages/{sha256}/1-480.png").headers["content-type"] == "image/png"
    assert "髙橋 祐一郎" in text_of(shown)
    assert agent.browser.get(f"/documents/{sha256}/elsewhere/seller").status_code == 404
    agent.sign()
    assert agent.step() is True, agent.work.trouble
    assert "送信しました" in agent.work.last.ja
    assert "署名済み" in running.task_page()
    entry = next(each for each in operations(running.tenant) if each["action"] == "agentSigned")
    assert entry["actor"].startswith("agent:")
    report = running.office.judge(entry["subject"], "sale.pdf")
    assert [(item.field, item.intact) for item in report.signatures] == [("seller", True)]
    assert agent.step() is False
    assert agent.work.task is None


def test_the_same_is_asked_once(running, sale, agent):
    sha256 = running.prepared(sale)
    for _ in range(3):
        running.ask(sha256)
    assert running.task_page().count(sha256) == 1


def test_a_person_who_refuses_says_why(running, sale, agent):
    asked(running, sale, agent)
    task = agent.work.task.id
    agent.browser.post("/refuse", {"task": "another", "reason": "x"})
    assert agent.step() is False
    agent.browser.post("/refuse", {"task": task, "reason": "金額が違います"})
    assert agent.step() is True
    assert "金額が違います" in running.task_page()
    assert not agent.asked.exists()


def test_what_the_office_asks_no_more_is_shown_no_more(running, sale, agent):
    asked(running, sale, agent)
    running.clerk.post(f"/agents/tasks/{agent.work.task.id}/withdraw")
    assert agent.step() is True
    assert agent.work.task is None
    assert "取り下げられました" in agent.work.last.ja


def test_a_network_lost_in_the_middle_makes_no_second_signature(running, sale, agent, monkeypatch):
    asked(running, sale, agent)
    agent.sign()
    sent = []

    def lost(task, pdf):
        sent.append(pdf)
        raise ServiceError("server-unreachable", url="", cause="lost")

    monkeypatch.setattr(type(agent.server), "send_signed", lambda self, task, pdf: lost(task, pdf))
    with pytest.raises(ServiceError):
        agent.step()
    monkeypatch.undo()
    again = agent.more["again"]()  # the agent was ended meanwhile, too
    take_signed(again.office)
    assert again.step() is True, again.work.trouble
    assert "送信しました" in again.work.last.ja
    assert not again.asked.exists()
    assert agent.asked.read_text().count("GETPIN") == 1
    assert len(sent) == 1


def test_an_answer_that_was_lost_is_no_second_signature(running, sale, agent, monkeypatch):
    asked(running, sale, agent)
    agent.sign()
    send = type(agent.server).send_signed

    def send_and_lose(self, task, pdf):
        send(self, task, pdf)
        raise ServiceError("server-unreachable", url="", cause="lost")

    monkeypatch.setattr(type(agent.server), "send_signed", send_and_lose)
    with pytest.raises(ServiceError):
        agent.step()
    monkeypatch.undo()
    assert agent.step() is True
    assert "送信しました" in agent.work.last.ja
    taken = [each for each in operations(running.tenant) if each["action"] == "agentSigned"]
    assert [each["status"] for each in taken] == [200]


def test_another_persons_agent_is_asked_for_nothing(running, sale, agent, make_agent):
    from tests.web.agents.conftest import seat

    other = make_agent(seat(running.offices, running.tenant, running.origin, name="佐藤"), "other")
    asked(running, sale, agent)
    assert other.step() is False
    assert other.work.task is None


def test_two_tasks_come_one_after_the_other(running, sale, agent):
    first = asked(running, sale, agent)
    second = running.prepared(sale + b"\n% another copy\n")
    running.ask(second)
    assert agent.step() is False
    assert agent.work.task.sha256 == first
    agent.browser.post("/refuse", {"task": agent.work.task.id, "reason": "no"})
    assert agent.step() is True
    agent.step()
    assert agent.work.task is None or agent.work.task.sha256 == second
