"""What takes two people: one asks, another decides, and exactly that is done, once."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pytest

from signkit.archive.adding import add_paper
from signkit.archive.entries import TransactionFacts
from signkit.archive.purging import disposals
from signkit.web.api.archives import opened
from signkit.web.api.operation_log import operations
from signkit.web.people.accounts import find_person, list_people, set_role
from signkit.web.people.approvals import list_approvals
from tests.web.api.conftest import key_client
from tests.web.office.conftest import text_of
from tests.web.people.test_pages import clock, seated, tenant  # noqa: F401

pytestmark = pytest.mark.usefixtures("cheap_hashes")


def all_of(tenant):  # noqa: F811
    with tenant.store.reading() as connection:
        return list_approvals(connection)


def person_of(tenant, id_):  # noqa: F811
    with tenant.store.reading() as connection:
        return find_person(connection, id_)


def decide(seat, approval, answer="approve", digest=None):
    data = {"answer": answer, "digest": approval.digest if digest is None else digest}
    return seat.send(f"/approvals/{approval.id}/decide", data)


@pytest.fixture
def people(offices, tenant):  # noqa: F811
    """Two administrators, two supervisors, an auditor and a clerk, each at a browser."""
    roles = {"one": "administrator", "two": "administrator", "first": "supervisor", "second": "supervisor",
             "auditor": "auditor", "clerk": "clerk"}  # fmt: skip
    return {name: seated(offices, tenant, role, name) for name, role in roles.items()}


@pytest.fixture
def asked(people, tenant):  # noqa: F811
    """The clerk is to be a supervisor: asked by one administrator."""
    clerk = people["clerk"].person
    assert people["one"].send(f"/people/{clerk.id}/role", {"role": "supervisor"}).status_code == 303
    [approval] = all_of(tenant)
    return approval


def role_of_clerk(people, tenant):  # noqa: F811
    return person_of(tenant, people["clerk"].person.id).role


def test_a_role_changes_when_another_administrator_says_so(people, tenant, asked):  # noqa: F811
    assert role_of_clerk(people, tenant) == "clerk"
    assert "clerk の役割を変更する: 担当者 → 責任者" in text_of(people["two"].get("/approvals"))
    assert decide(people["two"], asked).status_code == 303
    assert role_of_clerk(people, tenant) == "supervisor"
    assert people["clerk"].get("/account").status_code == 403  # the sessions of before are over
    with tenant.store.reading() as connection:
        acts = [(each.action, each.actor, each.subject) for each in operations(connection)]
    assert ("askApproval", f"person:{people['one'].person.id}", asked.digest) in acts
    assert ("approve", f"person:{people['two'].person.id}", asked.digest) in acts


@pytest.mark.parametrize("who", ["one", "first", "auditor", "clerk"])
def test_nobody_else_decides(people, tenant, asked, who):  # noqa: F811
    for answer in ("approve", "refuse"):
        assert decide(people[who], asked, answer).status_code == 403
    assert all_of(tenant) == [asked]
    assert role_of_clerk(people, tenant) == "clerk"
    with tenant.store.reading() as connection:
        last = list(operations(connection))[-1]
    assert (last.action, last.actor, last.status) == ("refusedForm", f"person:{people[who].person.id}", 403)


def test_what_was_refused_or_withdrawn_is_not_done(people, tenant, asked):  # noqa: F811
    assert decide(people["two"], asked, "refuse").status_code == 303
    assert decide(people["two"], asked).status_code == 409
    people["one"].send(f"/people/{people['clerk'].person.id}/role", {"role": "auditor"})
    again = all_of(tenant)[0]
    assert people["two"].send(f"/approvals/{again.id}/withdraw").status_code == 409
    assert people["one"].send(f"/approvals/{again.id}/withdraw").status_code == 303
    assert decide(people["two"], again).status_code == 409
    assert role_of_clerk(people, tenant) == "clerk"
    assert "却下" in text_of(people["two"].get("/approvals"))


def test_it_ends_after_a_week(people, tenant, asked, clock):  # noqa: F811  # noqa: F811
    clock.advance(days=7)
    two = people["two"]
    two.passkey(f"/sign-in/{tenant.id}", two.device)
    assert decide(two, asked).status_code == 409
    assert "期限切れ" in text_of(two.get("/approvals"))


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_what_was_seen_is_what_is_decided(people, tenant, asked, digest):  # noqa: F811
    assert decide(people["two"], asked, digest=digest).status_code == 409
    assert role_of_clerk(people, tenant) == "clerk"


def test_content_that_was_changed_in_the_store_is_not_done(people, tenant, asked):  # noqa: F811
    content = json.dumps(asked.facts | {"role": "administrator"})
    with tenant.store.writing() as connection:
        connection.execute("UPDATE approval SET content = ?", (content,))
    assert decide(people["two"], asked).status_code == 409
    assert role_of_clerk(people, tenant) == "clerk"


def test_it_is_not_done_when_the_role_was_changed_meanwhile(people, tenant, asked):  # noqa: F811
    with tenant.store.writing() as connection:
        set_role(connection, people["clerk"].person.id, "auditor")
    assert decide(people["two"], asked).status_code == 409
    assert role_of_clerk(people, tenant) == "auditor"
    assert all_of(tenant) == [asked]


def test_whoever_lost_the_role_meanwhile_neither_decides_nor_has_asked(people, tenant, asked):  # noqa: F811
    with tenant.store.writing() as connection:  # the session still says administrator
        set_role(connection, people["two"].person.id, "clerk")
    assert decide(people["two"], asked).status_code == 403
    with tenant.store.writing() as connection:
        set_role(connection, people["two"].person.id, "administrator")
        set_role(connection, people["one"].person.id, "clerk")
    assert decide(people["two"], asked).status_code == 409
    assert role_of_clerk(people, tenant) == "clerk"


def test_two_who_decide_at_once_do_it_once(people, tenant, asked, offices):  # noqa: F811
    three = seated(offices, tenant, "administrator", "three")
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda seat: decide(seat, asked).status_code, [people["two"], three]))
    assert sorted(answers) == [303, 409]
    [done] = all_of(tenant)
    assert done.state == "done"


def test_two_administrators_cannot_be_unmade_by_each_other_alone(people, tenant):  # noqa: F811
    one, two = people["one"], people["two"]
    one.send(f"/people/{two.person.id}/role", {"role": "clerk"})
    [asked] = all_of(tenant)
    assert decide(one, asked).status_code == 403
    assert person_of(tenant, two.person.id).role == "administrator"


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_who_decides_for_others_is_invited_by_two(people, tenant, role):  # noqa: F811
    answer = people["one"].send("/people/invite", {"name": "新人", "role": role})
    assert answer.headers["location"] == "/approvals"
    with tenant.store.reading() as connection:
        assert "新人" not in [each.name for each in list_people(connection)]
    [asked] = all_of(tenant)
    assert decide(people["one"], asked).status_code == 403
    assert decide(people["two"], asked).status_code == 303
    with tenant.store.reading() as connection:
        [new] = [each for each in list_people(connection) if each.name == "新人"]
    assert new.role == role
    page = people["two"].send(f"/people/{new.id}/link")
    assert re.search(r">https://desk.example.jp/invitation/[^<]+</textarea>", page.text)


# the archive


@pytest.fixture
def entries(tenant, clock):  # noqa: F811  # noqa: F811
    """Two entries whose keeping period is over, and one that has to be kept."""
    today = clock().date()
    with opened(tenant) as archive:
        return [
            add_paper(archive, TransactionFacts(kind="contract", title=title, date=day)).number
            for title, day in [("古い契約", date(2001, 4, 1)), ("古い別の契約", date(2002, 4, 1)),
                               ("新しい契約", today - timedelta(days=30))]
        ]  # fmt: skip


def gone(tenant):  # noqa: F811
    with opened(tenant) as archive:
        return [each.entry for each in disposals(archive)]


def ask_purge(people, tenant, *numbers):  # noqa: F811
    answer = people["first"].send("/approvals/purge", {"entry": [str(each) for each in numbers]})
    return answer, next(iter(all_of(tenant)), None)


def test_entries_are_deleted_when_another_supervisor_says_so(people, tenant, entries):  # noqa: F811
    page = text_of(people["first"].get("/approvals/purge"))
    assert "古い契約" in page
    assert "新しい契約" not in page
    _, asked = ask_purge(people, tenant, *entries)
    assert [each["number"] for each in asked.facts["entries"]] == entries[:2]
    for who in ("first", "one", "auditor", "clerk"):
        assert decide(people[who], asked).status_code == 403
    assert gone(tenant) == []
    assert decide(people["second"], asked).status_code == 303
    assert gone(tenant) == entries[:2]
    assert all_of(tenant)[0].state == "done"
    assert people["second"].send(f"/approvals/{asked.id}/do").status_code == 409


def test_what_is_due_is_shown_page_by_page(people, tenant, entries, monkeypatch):  # noqa: F811
    monkeypatch.setattr("signkit.web.people.approvals_screen._MOST_ROWS", 1)
    first = people["first"].get("/approvals/purge").text
    [onwards] = re.findall(r'href="(/approvals/purge\?after=\d+)"', first)
    second = people["first"].get(onwards).text
    assert ("古い契約" in first, "古い別の契約" in first) == (True, False)
    assert ("古い契約" in second, "古い別の契約" in second) == (False, True)
    assert 'href="/approvals/purge?after=' not in second
    assert 'href="/approvals/purge"' in second
    for odd in ("-1", "x", "9" * 40, "٣"):
        assert "古い契約" in people["first"].get(f"/approvals/purge?after={odd}").text
    _, asked = ask_purge(people, tenant, entries[1], "x", "9" * 40)  # also what is not on the first page
    assert [each["number"] for each in asked.facts["entries"]] == [entries[1]]


def test_an_administrator_sees_nothing_of_the_archive(people, tenant, entries):  # noqa: F811
    _, asked = ask_purge(people, tenant, entries[0])
    assert asked.digest not in people["one"].get("/approvals").text
    assert asked.digest in people["auditor"].get("/approvals").text


def test_what_has_to_be_kept_after_all_is_not_deleted(people, tenant, entries):  # noqa: F811
    from signkit.archive.adding import correct_entry

    _, asked = ask_purge(people, tenant, *entries[:2])
    with opened(tenant) as archive:
        correct_entry(archive, entries[0], TransactionFacts(kind="contract", date=date(2026, 4, 1)))
    assert decide(people["second"], asked).status_code == 409
    assert gone(tenant) == []
    assert all_of(tenant)[0].state == "lapsed"
    assert people["second"].send(f"/approvals/{asked.id}/do").status_code == 409


def test_what_stopped_in_the_middle_is_done_afterwards(people, tenant, entries, monkeypatch):  # noqa: F811
    from signkit.web.people import approvals_screen

    def stop(archive, facts):
        raise RuntimeError("the power went")

    _, asked = ask_purge(people, tenant, entries[0])
    with monkeypatch.context() as patched:
        patched.setattr(approvals_screen, "dispose", stop)
        assert decide(people["second"], asked).status_code == 500
    assert all_of(tenant)[0].state == "approved"
    assert "実行する" in people["second"].get("/approvals").text
    assert people["auditor"].send(f"/approvals/{asked.id}/do").status_code == 403
    assert people["second"].send(f"/approvals/{asked.id}/do").status_code == 303
    assert gone(tenant) == entries[:1]
    assert all_of(tenant)[0].state == "done"


def test_nothing_chosen_or_nothing_due_asks_nothing(people, tenant, entries):  # noqa: F811
    for numbers in ((), (entries[2],), (999,)):
        answer, asked = ask_purge(people, tenant, *numbers)
        assert answer.status_code == 422
        assert asked is None


# what a program proposes


def program(offices, tenant):  # noqa: F811
    return key_client(offices.service, tenant, offices.served)


def proposed(offices, tenant, *numbers):  # noqa: F811
    answer = program(offices, tenant).post("/api/v1/purges", json={"entries": list(numbers)})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def state(offices, tenant, id_):  # noqa: F811
    return program(offices, tenant).get(f"/api/v1/purges/{id_}").json()["state"]


def test_a_program_is_nobody_of_the_two(offices, people, tenant, entries):  # noqa: F811
    due = program(offices, tenant).get("/api/v1/purges/due").json()["items"]
    assert [each["number"] for each in due] == entries[:2]
    id_ = proposed(offices, tenant, *entries[:2])
    assert (gone(tenant), all_of(tenant), state(offices, tenant, id_)) == ([], [], "proposed")
    path = f"/approvals/purge/{id_}"
    assert "プログラムから 2 件の廃棄の提案" in text_of(people["first"].get("/approvals/purge"))
    for who in ("one", "auditor", "clerk"):
        assert people[who].send(path, {"answer": "ask"}).status_code == 403
    assert people["first"].send(path, {"answer": "ask"}).status_code == 303
    assert people["second"].send(path, {"answer": "ask"}).status_code == 409  # taken up once
    [asked] = all_of(tenant)
    assert (asked.asked_by, state(offices, tenant, id_)) == (people["first"].person.id, "open")
    assert decide(people["first"], asked).status_code == 403
    assert gone(tenant) == []
    assert decide(people["second"], asked).status_code == 303
    assert gone(tenant) == entries[:2]
    assert state(offices, tenant, id_) == "done"
    with tenant.store.reading() as connection:
        actors = [(each.action, each.actor.partition(":")[0]) for each in operations(connection)]
    assert [each for each in actors if each[0] in ("proposePurge", "askApproval", "approve", "purgeArchive")] == [
        ("proposePurge", "key"), ("askApproval", "person"), ("approve", "person"), ("purgeArchive", "person"),
    ]  # fmt: skip


def test_a_proposal_is_refused_or_ends(offices, people, tenant, entries, clock):  # noqa: F811
    refused, late = proposed(offices, tenant, entries[0]), proposed(offices, tenant, entries[1])
    assert people["first"].send(f"/approvals/purge/{refused}", {"answer": "refuse"}).status_code == 303
    assert people["first"].send(f"/approvals/purge/{refused}", {"answer": "ask"}).status_code == 409
    clock.advance(days=7)
    first = people["first"]
    first.passkey(f"/sign-in/{tenant.id}", first.device)
    assert first.send(f"/approvals/purge/{late}", {"answer": "ask"}).status_code == 409
    assert [state(offices, tenant, each) for each in (refused, late)] == ["refused", "expired"]
    assert (all_of(tenant), gone(tenant)) == ([], [])


@pytest.mark.slow
def test_an_entry_waits_to_be_deleted_once(offices, people, tenant, entries):  # noqa: F811
    """Of two proposals or requests for one entry nobody could tell which counts."""
    propose = partial(program(offices, tenant).post, "/api/v1/purges")
    first = proposed(offices, tenant, entries[0])
    both = propose(json={"entries": [entries[1], entries[0]]})
    assert (both.status_code, [each["at"] for each in both.json()["errors"]]) == (400, ["/entries/1"])
    answer, by_person = ask_purge(people, tenant, *entries[:2])  # a person may ask before a proposal is answered
    assert answer.status_code == 303
    assert propose(json={"entries": [entries[1]]}).status_code == 400
    assert people["second"].send(f"/approvals/purge/{first}", {"answer": "ask"}).status_code == 409
    assert ask_purge(people, tenant, entries[0])[0].status_code == 409
    assert str(entries[0]) in text_of(ask_purge(people, tenant, entries[0])[0])
    assert people["first"].send(f"/approvals/{by_person.id}/withdraw").status_code == 303
    assert propose(json={"entries": [entries[1]]}).status_code == 201  # it is free again
    assert people["second"].send(f"/approvals/purge/{first}", {"answer": "refuse"}).status_code == 303
    again = proposed(offices, tenant, entries[0])
    assert people["second"].send(f"/approvals/purge/{again}", {"answer": "ask"}).status_code == 303
    assert decide(people["first"], next(iter(all_of(tenant)))).status_code == 303
    assert gone(tenant) == entries[:1]


def test_only_what_is_due_is_proposed_and_by_who_may(offices, tenant, entries):  # noqa: F811
    for numbers in ([entries[2]], [999], [entries[0], 999]):
        answer = program(offices, tenant).post("/api/v1/purges", json={"entries": numbers})
        assert (answer.status_code, answer.json()["code"]) == (400, "request-invalid")
    page = program(offices, tenant).get("/api/v1/purges/due?limit=1").json()
    rest = program(offices, tenant).get("/api/v1/purges/due", params={"cursor": page["next"]}).json()
    assert [each["number"] for each in page["items"] + rest["items"]] == entries[:2]
    assert rest["next"] is None
    assert program(offices, tenant).get("/api/v1/purges/due?cursor=eA").status_code == 400
    looking = key_client(offices.service, tenant, offices.served, ["purges:read", "archive:write"])
    assert looking.post("/api/v1/purges", json={"entries": entries[:1]}).status_code == 403
    assert looking.get("/api/v1/purges").json()["items"] == []


def test_a_proposal_is_about_the_entries_as_they_were(offices, people, tenant, entries):  # noqa: F811
    from signkit.archive.adding import correct_entry

    id_ = proposed(offices, tenant, entries[0])
    with opened(tenant) as archive:
        correct_entry(archive, entries[0], TransactionFacts(kind="contract", date=date(2026, 4, 1)))
    people["first"].send(f"/approvals/purge/{id_}", {"answer": "ask"})
    [asked] = all_of(tenant)
    assert decide(people["second"], asked).status_code == 409
    assert (gone(tenant), state(offices, tenant, id_)) == ([], "lapsed")


def test_the_same_is_not_asked_twice_while_it_is_open(people, tenant, asked, clock):  # noqa: F811
    clerk = people["clerk"].person
    for who in ("one", "two"):
        again = people[who].send(f"/people/{clerk.id}/role", {"role": "supervisor"})
        assert again.status_code == 409
        assert "既に依頼され" in text_of(again)
    assert people["one"].send(f"/people/{clerk.id}/role", {"role": "auditor"}).status_code == 303
    assert len(all_of(tenant)) == 2
    assert people["one"].send(f"/approvals/{asked.id}/withdraw").status_code == 303
    assert people["two"].send(f"/people/{clerk.id}/role", {"role": "supervisor"}).status_code == 303
    clock.advance(days=7)
    one = people["one"]
    one.passkey(f"/sign-in/{tenant.id}", one.device)
    assert one.send(f"/people/{clerk.id}/role", {"role": "supervisor"}).status_code == 303  # the one before is over
