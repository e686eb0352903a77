"""A table's contracts in the office: dates, remarks and links of all rows at once, and who is to be looked at."""

from __future__ import annotations

import csv
import email
import hashlib
import io
import re
from dataclasses import replace
from email import policy

import pytest

from signkit.web.office.table_links import links_of_table, read_addresses
from signkit.web.office.table_way import way_of
from signkit.web.people.mail_addresses import set_mail_address
from tests.web.office.conftest import DAY, OURS, do_one, text_of
from tests.web.office.owned import a_sale, approve_table, hand_on, sign_elsewhere, state_in

PEOPLE = ("佐藤 一郎", "𠮷田 辻󠄀子", "=佐藤 二郎")


@pytest.fixture(scope="module")
def operator_says(server):
    return {"mail_server": server.place, "mail_from": "keiyaku@example.jp"}


@pytest.fixture
def table(offices, tenant, clerk, at):
    """A table of three sales, each with another buyer."""
    office = offices.served._office.desks.office_of(tenant).seat(clerk.person)
    batch = office.batches.begin("real-estate-sale", "売買 11月.csv", ".csv", "{row}", b"")
    folder = office.batches.folder(batch) / "contracts"
    folder.mkdir()
    digests = {}
    for name in ("0002", "0003", "0004"):
        (folder / f"{name}.pdf").write_bytes(a_sale(name))
        digests[name] = hashlib.sha256(a_sale(name)).hexdigest()
    batch = replace(
        batch, count=3, names=tuple(digests), people=PEOPLE, digests=digests, one_signer=("seller", "broker")
    )
    office.note_made(batch)
    return office.batches.keep(batch)


@pytest.fixture
def approved(table, clerk, supervisor):
    approve_table(clerk, supervisor, table.number)
    return table


@pytest.fixture
def sent(offices, tenant, believed):
    """Do what is due; return the mails."""

    def send():
        before = len(believed.mails)
        while ends := do_one(offices, tenant):
            assert ends == ["done"]
        return [email.message_from_bytes(each, policy=policy.default) for each in believed.mails[before:]]

    return send


def do(seat, table, act, **fields):
    """Send a form of the table's page."""
    state = state_in(seat.get(f"/many/{table.number}"))
    return seat.post(f"/many/{table.number}/handover/{act}", {"state": state} | fields)


def link_all(seat, table, **fields):
    return do(seat, table, "links", **{"role": "buyer", "days": "30", "language": "ja", "do": "list"} | fields)


def listed(answer):
    assert answer.status_code == 200, text_of(answer)
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def paths(answer):
    """Return where the links of a list lead, by whom they are for."""
    return {each["氏名"]: each["リンク"].removeprefix("https://desk.example.jp") for each in listed(answer)}


def ways(tenant, table):
    with tenant.store.reading() as connection:
        return way_of(connection, table).rows


def test_dates_and_remarks_are_said_to_every_row(tenant, table, clerk):
    assert do(clerk, table, "dates", remind_on="令和8年12月3日", expires_on="2026-12-20").status_code == 303
    assert do(clerk, table, "remark", text="総務に確認済み").status_code == 303
    for each in ways(tenant, table):
        assert (each.remind_on, each.expires_on) == ("2026-12-03", "2026-12-20")
        assert each.remarks[-1].text == "総務に確認済み"
    assert 'value="2026-12-20"' in clerk.get(f"/many/{table.number}").text
    wrong = do(clerk, table, "dates", remind_on="来週", expires_on="")
    assert wrong.status_code == 400
    assert 'value="来週"' in wrong.text
    old = state_in(clerk.get(f"/many/{table.number}"))
    do(clerk, table, "remark", text="もう一度")
    assert clerk.post(f"/many/{table.number}/handover/dates", {"state": old}).status_code == 409
    assert {each.expires_on for each in ways(tenant, table)} == {"2026-12-20"}


def test_each_gets_a_link_of_their_own_from_one_list(offices, approved, clerk):
    rows = listed(link_all(clerk, approved))
    assert [each["氏名"] for each in rows] == [*PEOPLE[:2], "'" + PEOPLE[2]]  # no formula for a spreadsheet
    assert all(each["リンク"] in each["メールの本文"] for each in rows)
    for row, pdf in zip(rows, ("0002", "0003", "0004"), strict=True):
        party = offices.browser()
        at_party = party.post(row["リンク"].removeprefix("https://desk.example.jp"), headers=OURS).headers["location"]
        assert party.get(f"{at_party}/file").content == a_sale(pdf)
    assert link_all(clerk, approved).status_code == 400  # everybody has one


def test_only_what_is_approved_gets_links_and_only_by_the_state_that_was_seen(tenant, table, clerk, supervisor):
    assert link_all(clerk, table).status_code == 400
    approve_table(clerk, supervisor, table.number)
    old = state_in(clerk.get(f"/many/{table.number}"))
    hand_on(clerk, table.digests["0003"], "decline", "給与")
    assert clerk.post(
        f"/many/{table.number}/handover/links",
        {"state": old, "role": "buyer", "days": "7", "language": "ja", "do": "list"},
    ).status_code == 409  # fmt: skip
    for wrong in ({"role": "nobody"}, {"days": "999"}):
        assert link_all(clerk, table, **wrong).status_code == 400
    assert len(listed(link_all(clerk, table))) == 2


def test_the_table_shows_who_opened_declined_and_is_late(offices, approved, clerk, at):
    links = paths(link_all(clerk, approved))
    party = offices.browser()
    at_party = party.post(links[PEOPLE[0]], headers=OURS).headers["location"]
    hand_on(clerk, approved.digests["0003"], "decline", "転職します")
    do(clerk, approved, "dates", remind_on="", expires_on="2026-12-20")
    assert party.get(at_party).status_code == 200
    page = text_of(clerk.get(f"/many/{approved.number}"))
    assert page.count("リンク開封済み") == 1
    assert page.count("リンク未開封") == 2
    assert "確認が必要なもの（1 件）" in page
    assert "辞退: 転職します" in page
    at(days=30)
    late = text_of(clerk.get(f"/many/{approved.number}"))
    assert "確認が必要なもの（3 件）" in late
    assert "署名期限切れ（2026-12-20）" in late


def test_a_list_of_reminders_leads_each_to_the_contract(offices, approved, clerk):
    first = paths(link_all(clerk, approved, role="seller"))
    party = offices.browser()
    at_party = party.post(first[PEOPLE[0]], headers=OURS).headers["location"]
    sign_elsewhere(offices, clerk, approved.digests["0004"])
    again = paths(do(clerk, approved, "remind", role="seller", do="list"))
    assert set(again) == set(PEOPLE[:2])
    assert again[PEOPLE[0]] == at_party
    assert offices.browser().get(first[PEOPLE[1]]).status_code == 404
    assert offices.browser().get(again[PEOPLE[1]]).status_code == 200


def test_those_who_are_named_are_written_to_and_reminded(tenant, approved, clerk, sent, at):
    wrong = link_all(clerk, approved, do="mail", addresses="佐藤一郎\tsato\n鈴木\tsuzuki@example.jp\n")
    assert wrong.status_code == 400
    assert "1 行目" in text_of(wrong)
    assert "2 行目" in text_of(wrong)
    assert "suzuki@example.jp" in wrong.text
    assert sent() == []
    good = "佐藤一郎\tsato@example.jp\r\n\r\n0003,yoshida@example.jp\r\n"
    assert link_all(clerk, approved, do="mail", addresses=good).status_code == 303
    first = {each["To"]: each.get_content() for each in sent()}
    assert set(first) == {"sato@example.jp", "yoshida@example.jp"}
    at(days=1)
    assert do(clerk, approved, "remind", role="buyer", do="mail").status_code == 303
    assert {each["To"] for each in sent()} == set(first)
    assert do(clerk, approved, "remind", role="buyer", do="mail").status_code == 400  # once a day
    assert sent() == []
    assert [each.remarks[-1].who for each in ways(tenant, approved)[:2]] == [clerk.person.id] * 2


def test_of_a_table_colleagues_are_reminded_once_a_day(tenant, approved, clerk, sent, at):
    with tenant.store.writing() as connection:
        set_mail_address(connection, clerk.person.id, "takahashi@example.jp", "ja")
    sent()
    do(clerk, approved, "dates", remind_on="2026-12-02", expires_on="")
    for day in (1, 2):
        at(days=day)
        mails = sent()
        assert [each["To"] for each in mails] == ["takahashi@example.jp"], day
        assert f"/many/{approved.number}" in mails[0].get_content()
        assert "売買 11月.csv" in mails[0]["Subject"]


def test_a_mail_that_failed_is_seen_at_the_table(offices, tenant, approved, clerk, believed):
    believed.refusal = "550 no such person"
    link_all(clerk, approved, do="mail", addresses="0002 \t x@example.jp")
    assert do_one(offices, tenant) == ["failed"]
    assert "送信できませんでした" in text_of(clerk.get(f"/many/{approved.number}"))


@pytest.mark.parametrize(
    ("line", "to"),
    [
        ("佐藤　一郎\ta@example.jp", 0),
        ("0003,a@example.jp", 1),
        ("佐藤 一郎, 人事\ta@example.jp", None),
        ("佐藤一郎 a@example.jp", None),
        ("a@example.jp", None),
        ("\ta@example.jp", None),
        ("0003\ta@example.jp, b@example.jp", None),
    ],
)
def test_a_line_names_one_person_and_one_address(tenant, approved, line, to):
    with tenant.store.reading() as connection:
        rows = links_of_table(connection, approved, tenant.store.now(), DAY.date()).without("buyer")
    found, refused = read_addresses(rows, line)
    assert found == ({rows[to].known.id: "a@example.jp"} if to is not None else {})
    assert len(refused) == (to is None)


def test_two_of_one_name_are_told_apart_by_their_contracts(tenant, approved):
    with tenant.store.reading() as connection:
        rows = links_of_table(connection, replace(approved, people=("佐藤", "佐藤", "佐藤")), "2026", DAY.date()).rows
    assert read_addresses(rows, "佐藤\ta@example.jp")[0] == {}
    assert len(read_addresses(rows, "0002\ta@example.jp\n0003\tb@example.jp")[0]) == 2
    assert len(read_addresses(rows, "0002\ta@example.jp\n0002\tb@example.jp")[1]) == 1
    assert re.search("上の行", read_addresses(rows, "0002\ta@example.jp\n0002\tb@example.jp")[1][0].why.ja)
