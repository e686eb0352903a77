"""Mails that go by themselves: reminders once a day until nobody is waited for, and notices to colleagues."""

from __future__ import annotations

import email
import hashlib
import re
from dataclasses import replace
from email import policy

import pytest

from signkit.web.office import handover
from signkit.web.office.reminders import KIND
from signkit.web.people.mail_addresses import set_mail_address
from tests.web.office.conftest import OURS, do_one, operations, text_of
from tests.web.office.owned import a_sale, approve, approve_table, hand_on, put_contract, sign_elsewhere, state_in

PARTY, CLERK, SUPERVISOR = "kaimen@example.jp", "takahashi@example.jp", "sato@example.jp"


@pytest.fixture(scope="module")
def operator_says(server):
    return {"mail_server": server.place, "mail_from": "keiyaku@example.jp"}


@pytest.fixture
def wants_mail(tenant, clerk, supervisor):
    with tenant.store.writing() as connection:
        set_mail_address(connection, clerk.person.id, CLERK, "ja")
        set_mail_address(connection, supervisor.person.id, SUPERVISOR, "en")


@pytest.fixture
def sent(offices, tenant, believed):
    """Do what is due; return to whom mails went, with what."""

    def send():
        before = len(believed.mails)
        while ends := do_one(offices, tenant):
            assert ends == ["done"]
        mails = [email.message_from_bytes(each, policy=policy.default) for each in believed.mails[before:]]
        return {mail["To"]: mail for mail in mails}

    return send


@pytest.fixture
def sale(offices, tenant, clerk, supervisor, at):
    return approve(clerk, supervisor, put_contract(offices, tenant, clerk.person))


def link_to_party(clerk, sale, role="seller"):
    hand_on(clerk, sale, "link", role=role, days="30", language="ja", to=PARTY)


def remind_from(clerk, sale, day, until=""):
    assert hand_on(clerk, sale, "dates", remind_on=day, expires_on=until).status_code == 303


def known(tenant, sale):
    with tenant.store.reading() as connection:
        return handover.find(connection, sale)


def path_in(mail):
    return re.search(r"https://desk\.example\.jp(/\S+)", mail.get_content())[1]


def test_those_for_whom_it_waits_are_reminded_each_morning_and_once(tenant, clerk, sale, at, sent, wants_mail):
    link_to_party(clerk, sale)
    sent()
    remind_from(clerk, sale, "2026-12-03")
    at(days=1, hours=20)  # eight in the morning
    assert sent() == {}
    at(days=1, hours=21, minutes=1)
    first = sent()
    assert set(first) == {PARTY, CLERK}
    assert "手続きが済んでいません" in first[CLERK]["Subject"]
    assert path_in(first[CLERK]) == f"/documents/{sale}"
    remind_from(clerk, sale, "2026-12-02")  # somebody sets it anew on the same day
    at(days=2)
    assert sent() == {}
    at(days=3)
    assert set(sent()) == {PARTY, CLERK}
    assert [(each.who, each.text) for each in known(tenant, sale).remarks if each.act == "remind"] == [
        ("service", "seller")
    ] * 2
    assert [each["actor"] for each in operations(tenant) if each["action"] == "remind"] == ["service"] * 2
    assert "督促メールを送信" in text_of(clerk.get(f"/documents/{sale}"))


def test_a_reminder_leads_a_party_to_the_contract_whether_or_not_they_opened_it(offices, clerk, sale, at, sent):
    link_to_party(clerk, sale)
    old = path_in(sent()[PARTY])
    remind_from(clerk, sale, "2026-12-01")
    new = path_in(sent()[PARTY])
    assert offices.browser().get(old).status_code == 404
    party = offices.browser()
    at_party = party.post(new, headers=OURS).headers["location"]
    at(days=1)
    again = sent()[PARTY]
    assert path_in(again) == at_party
    assert party.get(path_in(again)).status_code == 200
    assert "pt_" not in again.get_content()


def test_nobody_is_reminded_of_what_is_over(offices, tenant, clerk, sale, at, sent, wants_mail):
    """Declined, past its day, thrown away: and then no job is left."""

    def declined(contract):
        hand_on(clerk, contract, "decline", "価格")

    def past(contract):
        at(days=9)

    def thrown_away(contract):
        clerk.post(f"/documents/{contract}/discard")

    supervisor = offices.seat(tenant, "supervisor", "鈴木")
    for number, over in enumerate((declined, past, thrown_away)):
        at()
        contract = approve(clerk, supervisor, put_contract(offices, tenant, clerk.person, f"2026-10-0{number + 1}"))
        sent()
        remind_from(clerk, contract, "2026-12-02", "2026-12-08")
        at(days=1)
        assert CLERK in sent()
        over(contract)
        sent()
        at(days=10)
        assert sent() == {}, over
        with tenant.store.reading() as connection:
            assert connection.execute("SELECT count(*) FROM job WHERE kind = ?", (KIND,)).fetchone()[0] == 0, over


def test_what_is_asked_for_anew_is_waited_for_again(clerk, supervisor, sale, at, sent, wants_mail):
    remind_from(clerk, sale, "2026-12-01")
    assert CLERK in sent()
    hand_on(clerk, sale, "decline", "価格")
    at(days=1)
    assert sent() == {}
    hand_on(clerk, sale, "ask")
    assert set(sent()) == {SUPERVISOR}
    at(days=2)
    assert set(sent()) == {SUPERVISOR}
    form = state_in(supervisor.get(f"/documents/{sale}"))
    at(days=3)
    assert set(sent()) == {SUPERVISOR}
    assert supervisor.post(f"/documents/{sale}/handover/approve", {"state": form}).status_code == 303


@pytest.mark.slow
def test_who_has_signed_is_reminded_no_more(offices, tenant, clerk, sale, at, sent):
    link_to_party(clerk, sale)
    sent()
    remind_from(clerk, sale, "2026-12-01")
    assert PARTY in sent()
    sign_elsewhere(offices, clerk, sale)
    at(days=1)
    assert sent() == {}


def test_a_date_that_is_taken_back_reminds_nobody(clerk, sale, sent, at, wants_mail):
    sent()
    remind_from(clerk, sale, "2026-12-02")
    remind_from(clerk, sale, "")
    at(days=5)
    assert sent() == {}


def test_its_day_closes_the_partys_link(offices, tenant, clerk, sale, at, sent):
    link_to_party(clerk, sale)
    unopened = path_in(sent()[PARTY])
    link_to_party(clerk, sale)
    party = offices.browser()
    opened = party.post(path_in(sent()[PARTY]), headers=OURS).headers["location"]
    remind_from(clerk, sale, "", "2026-12-02")
    assert "2026-12-02 24:00" in text_of(party.get(opened))
    at(days=1, hours=11, minutes=59)
    assert party.get(opened).status_code == 200
    at(days=1, hours=12)  # midnight in Japan
    assert party.get(opened).status_code == 404
    assert party.get(f"{opened}/file").status_code == 404
    assert party.post(f"{opened}/decline", data={"text": "x"}, headers=OURS).status_code == 404
    assert offices.browser().get(unopened).status_code == 404
    assert offices.browser().post(unopened, headers=OURS).status_code == 404


def test_colleagues_who_want_it_are_told_whose_turn_it_is(offices, tenant, clerk, supervisor, sent, wants_mail):
    other = offices.seat(tenant, "supervisor", "鈴木")  # has said no address
    sale = put_contract(offices, tenant, clerk.person)
    hand_on(clerk, sale, "ask")
    asked = sent()
    assert set(asked) == {SUPERVISOR}
    assert "approve it" in asked[SUPERVISOR]["Subject"]
    assert path_in(asked[SUPERVISOR]) == f"/documents/{sale}"
    hand_on(other, sale, "send-back", "住所")
    assert set(sent()) == {CLERK}
    hand_on(clerk, sale, "remark", "直しました")
    assert sent() == {}


def test_of_a_table_colleagues_are_told_once(offices, tenant, clerk, supervisor, sent, wants_mail):
    office = offices.served._office.desks.office_of(tenant).seat(clerk.person)
    batch = office.batches.begin("nda", "秘密保持.csv\r\nBcc: x@example.jp", ".csv", "{row}", b"")
    folder = office.batches.folder(batch) / "contracts"
    folder.mkdir()
    digests = {}
    for name in ("0002", "0003", "0004"):
        (folder / f"{name}.pdf").write_bytes(a_sale(name))
        digests[name] = hashlib.sha256(a_sale(name)).hexdigest()
    batch = replace(batch, count=3, names=tuple(digests), people=tuple(digests), digests=digests)
    office.note_made(batch)
    office.batches.keep(batch)
    approve_table(clerk, supervisor, batch.number)
    mails = sent()
    assert set(mails) == {CLERK, SUPERVISOR}
    assert f"/many/{batch.number}" in mails[SUPERVISOR].get_content()
    assert "秘密保持.csv" in mails[CLERK]["Subject"]
    assert mails[CLERK]["Bcc"] is None


def test_an_address_is_ones_own_and_told_to_nobody(offices, tenant, clerk, supervisor):
    assert clerk.post("/account/mail", {"mail": CLERK}).status_code == 303
    assert CLERK in clerk.get("/account").text
    administrator = offices.seat(tenant, "administrator", "鈴木")
    for each, path in ((supervisor, "/account"), (administrator, "/people"), (administrator, "/account")):
        assert CLERK not in each.get(path).text
    assert CLERK not in str(operations(tenant))
    for wrong in ("a@b", "a@b.jp, c@d.jp", "a@b.jp\nBcc: c@d.jp"):
        assert clerk.post("/account/mail", {"mail": wrong}).status_code == 422
    assert clerk.post("/account/mail", {"mail": ""}).status_code == 303
    assert CLERK not in clerk.get("/account").text


def test_a_notice_that_is_not_taken_is_seen_at_the_contract(offices, tenant, clerk, supervisor, believed, wants_mail):
    sale = put_contract(offices, tenant, clerk.person)
    believed.refusal = "550 no such user"
    hand_on(clerk, sale, "ask")
    assert do_one(offices, tenant) == ["failed"]
    page = text_of(clerk.get(f"/documents/{sale}"))
    assert "佐藤: 送信できませんでした" in page
    assert SUPERVISOR not in page
