"""Handing a contract on: who may, in which state, on which bytes; what is said of it stays in the office."""

from __future__ import annotations

import re

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import EXAMPLE, find_template
from signkit.web.desk.contract_form import words_of
from signkit.web.office import handover
from tests.web.office.conftest import operations, text_of
from tests.web.office.owned import approve, hand_on, put_contract, sign_elsewhere, state_in


@pytest.fixture
def sale(offices, tenant, clerk):
    return put_contract(offices, tenant, clerk.person)


def known(tenant, sha256):
    with tenant.store.reading() as connection:
        return handover.find(connection, sha256)


def test_it_is_asked_for_approved_and_may_be_signed_then(clerk, supervisor, sale):
    assert "あなたの番" in text_of(clerk.get("/"))
    assert f"/documents/{sale}" in clerk.get("/").text
    assert f"/documents/{sale}/agent/seller" not in clerk.get(f"/documents/{sale}").text
    hand_on(clerk, sale, "ask", "急ぎです")
    assert f"/documents/{sale}" in supervisor.get("/").text.split("ほかの人の手元")[0]
    assert "急ぎです" in text_of(supervisor.get(f"/documents/{sale}"))
    assert f"https://desk.example.jp/documents/{sale}" in text_of(
        clerk.get(f"/documents/{sale}")
    )  # to copy into a mail
    assert hand_on(supervisor, sale, "approve").headers["location"] == f"/documents/{sale}"
    assert "承認済み・署名待ち" in text_of(clerk.get("/"))
    assert f"/documents/{sale}/agent/seller" in clerk.get(f"/documents/{sale}").text


def test_what_is_not_approved_is_not_signed(offices, clerk, supervisor, sale):
    sent = clerk.post(f"/documents/{sale}/elsewhere/seller", files=[("certificate", ("c.pem", b"x"))])
    assert sent.status_code == 409
    assert "承認されていない" in text_of(sent)
    approve(clerk, supervisor, sale)
    hand_on(supervisor, sale, "send-back", "住所が違います")
    assert (
        clerk.post(f"/documents/{sale}/elsewhere/seller", files=[("certificate", ("c.pem", b"x"))]).status_code == 409
    )
    assert "住所が違います" in text_of(clerk.get(f"/documents/{sale}"))


def test_a_clerk_approves_nothing_and_nobody_what_they_asked_for(offices, tenant, clerk, supervisor, sale):
    hand_on(clerk, sale, "ask")
    assert hand_on(clerk, sale, "approve").status_code == 403
    own = put_contract(offices, tenant, supervisor.person, "own")
    hand_on(supervisor, own, "ask")
    assert hand_on(supervisor, own, "approve").status_code == 403
    assert "ほかの責任者が承認" in text_of(supervisor.get(f"/documents/{own}"))
    assert known(tenant, own).state == "asked"


@pytest.mark.parametrize("act", ["approve", "send-back", "decline"])
def test_an_act_that_does_not_fit_the_state_is_refused(tenant, supervisor, sale, act):
    assert hand_on(supervisor, sale, act, "x").status_code == 409
    assert known(tenant, sale).state == "made"


@pytest.mark.parametrize("act", ["send-back", "remark"])
def test_to_send_back_without_a_reason_says_nothing(tenant, clerk, supervisor, sale, act):
    hand_on(clerk, sale, "ask")
    answer = hand_on(supervisor, sale, act, " ")
    assert answer.status_code == 400
    assert "理由" in text_of(answer)
    assert known(tenant, sale).state == "asked"


def test_a_form_on_an_old_state_is_refused_and_what_was_typed_is_shown(tenant, clerk, supervisor, sale):
    """Two people look at one contract; both act."""
    seen = state_in(clerk.get(f"/documents/{sale}"))
    hand_on(supervisor, sale, "remark", "先に書きました")
    answer = clerk.post(f"/documents/{sale}/handover/remark", {"state": seen, "text": "長い説明"})
    assert answer.status_code == 409
    assert "長い説明" in text_of(answer)
    assert "先に書きました" in text_of(answer)
    again = clerk.post(f"/documents/{sale}/handover/remark", {"state": state_in(answer), "text": "長い説明"})
    assert again.status_code == 303
    assert [each.text for each in known(tenant, sale).remarks] == ["", "先に書きました", "長い説明"]


def test_two_who_approve_and_send_back_the_same_state_do_not_both_succeed(offices, tenant, clerk, supervisor, sale):
    other = offices.seat(tenant, "supervisor", "鈴木")
    hand_on(clerk, sale, "ask")
    seen = state_in(supervisor.get(f"/documents/{sale}"))
    sent = [
        supervisor.post(f"/documents/{sale}/handover/approve", {"state": seen}),
        other.post(f"/documents/{sale}/handover/send-back", {"state": seen, "text": "だめ"}),
    ]
    assert [each.status_code for each in sent] == [303, 409]
    assert known(tenant, sale).state == "approved"


def test_a_form_on_a_contract_that_was_signed_meanwhile_leads_to_it_as_it_is(offices, tenant, clerk, supervisor, sale):
    approve(clerk, supervisor, sale)
    signed = sign_elsewhere(offices, clerk, sale)
    assert signed != sale
    for path in (f"/documents/{sale}/elsewhere/broker", f"/documents/{sale}/discard", f"/documents/{sale}/keep"):
        answer = supervisor.post(path, files=[("certificate", ("c.pem", b"x"))])
        assert answer.status_code == 409, path
        assert f"/documents/{signed}" in answer.text
    assert known(tenant, sale) == known(tenant, signed)
    assert known(tenant, signed).may_be_signed(offices.served._office.desks.office_of(tenant).today())
    assert known(tenant, signed).approved == sale


def test_an_address_of_before_a_signature_leads_to_the_contract_as_it_is(offices, clerk, supervisor, sale):
    """Mails to colleagues name it."""
    approve(clerk, supervisor, sale)
    signed = sign_elsewhere(offices, clerk, sale)
    assert supervisor.get(f"/documents/{sale}").headers["location"] == f"/documents/{signed}"
    assert clerk.get(f"/documents/{'0' * 64}").status_code == 404


def test_who_makes_the_same_contract_takes_nothing_away(offices, tenant, clerk):
    """The same words make the same file: what one prepared stays, whatever another does with a draft of it."""
    words = words_of(load_contract_data(find_template("nda").folder / EXAMPLE))
    office = offices.served._office.desks.office_of(tenant)
    other = offices.seat(tenant, "clerk", "鈴木")
    drafts = [office.seat(each.person).drafts.begin("nda", words).number for each in (clerk, other)]
    shown = re.search(r'name="sha256" value="([0-9a-f]{64})"', clerk.get(f"/drafts/{drafts[0]}/preview").text)[1]
    assert clerk.post(f"/drafts/{drafts[0]}/prepare", {"sha256": shown}).headers["location"] == f"/documents/{shown}"
    assert other.post(f"/drafts/{drafts[1]}/prepare", {"sha256": "0" * 64}).status_code == 303
    assert clerk.get(f"/documents/{shown}").status_code == 200
    assert known(tenant, shown).maker == clerk.person.id


def test_what_is_said_is_not_in_the_file(offices, tenant, clerk, supervisor, sale):
    secret = "誰にも言わないコメント"
    hand_on(clerk, sale, "ask", secret)
    hand_on(supervisor, sale, "approve")
    signed = sign_elsewhere(offices, clerk, sale)
    content = clerk.get(f"/documents/{signed}/file").content
    for encoding in ("utf-8", "utf-16-be", "utf-16-le"):
        assert secret.encode(encoding) not in content
    assert not any(
        secret.encode() in path.read_bytes() for path in (tenant.store.folder / "archive").rglob("*") if path.is_file()
    )


def test_dates_are_read_as_people_write_them_and_what_is_over_is_not_signed(tenant, clerk, supervisor, sale):
    approve(clerk, supervisor, sale)
    dates = {"remind_on": "令和8年1月5日", "expires_on": "2026/01/31"}
    assert hand_on(clerk, sale, "dates", **dates).status_code == 303
    now = known(tenant, sale)
    assert (now.remind_on, now.expires_on) == ("2026-01-05", "2026-01-31")
    assert "期限・督促日を過ぎたもの" in text_of(clerk.get("/"))
    assert "署名期限切れ" in text_of(clerk.get(f"/documents/{sale}"))
    assert clerk.post(f"/documents/{sale}/elsewhere/seller").status_code == 409


def test_a_date_that_is_none_is_told_and_nothing_changes(tenant, clerk, sale):
    answer = hand_on(clerk, sale, "dates", remind_on="あした", expires_on="")
    assert answer.status_code == 400
    assert known(tenant, sale).remind_on is None


def test_a_decline_is_kept_with_its_reason_and_ends_the_approval(offices, tenant, clerk, supervisor, sale):
    approve(clerk, supervisor, sale)
    hand_on(clerk, sale, "decline", "買主から電話: 価格で折り合わず")
    assert known(tenant, sale).state == "declined"
    assert "価格で折り合わず" in text_of(supervisor.get(f"/documents/{sale}"))
    assert clerk.post(f"/documents/{sale}/elsewhere/seller").status_code == 409


def test_markup_and_controls_in_a_remark_are_text(clerk, sale):
    hand_on(clerk, sale, "remark", "<script>alert(1)</script>\u202e二行\n目")
    page = clerk.get(f"/documents/{sale}").text
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_each_act_stands_in_the_operation_log(tenant, clerk, supervisor, sale):
    approve(clerk, supervisor, sale)
    acts = [(each["actor"], each["action"], each["subject"]) for each in operations(tenant) if "POST" in each["action"]]
    assert acts == [
        (f"person:{clerk.person.id}", "POST /documents/{sha256}/handover/ask", sale),
        (f"person:{supervisor.person.id}", "POST /documents/{sha256}/handover/approve", sale),
    ]


def test_a_contract_that_was_thrown_away_waits_for_nobody(clerk, sale):
    assert clerk.post(f"/documents/{sale}/discard").status_code == 303
    assert f"/documents/{sale}" not in clerk.get("/").text


def test_an_office_in_which_nobody_is_is_let_go_and_opened_again(offices, tenant, clerk, sale):
    desks = offices.served._office.desks
    before = desks.office_of(tenant)
    desks.let_go(0)
    assert f"/documents/{sale}" in clerk.get("/").text
    assert desks.office_of(tenant) is not before
