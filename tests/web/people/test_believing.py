"""Which anchors a service believes: where its operator asks for two people, what two of them agreed to."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from signkit.errors import ServiceError
from signkit.pki.anchors import default_trust_store
from signkit.signing.services import available_services
from signkit.web.api.operation_log import operations
from signkit.web.api.service_settings import SETTINGS, read_service_settings
from signkit.web.people.approvals import list_approvals
from tests.web.office.conftest import running_offices, text_of
from tests.web.people.test_pages import seated

pytestmark = pytest.mark.usefixtures("cheap_hashes")
SHIPPED = set(default_trust_store().ders(None))


@pytest.fixture
def operated(tmp_path):
    """A service whose operator has a tenant with two administrators and a supervisor, and another tenant."""
    with running_offices(tmp_path) as made:
        own = made.tenant("運用者")
        made.people = {
            name: seated(made, own, role, name)
            for name, role in (("one", "administrator"), ("two", "administrator"), ("first", "supervisor"))
        }
        made.stranger = seated(made, made.tenant("他社"), "administrator", "他社の管理者")
        made.own, made.trusted = own, tmp_path / "trusted"
        made.service.own = replace(made.service.own, operator_tenant=own.id)
        made.service.take_up_trust()
        yield made


def believed(operated):
    """What judges, what signs and what the office judges by: the same."""
    judged = set(operated.service.judgement().trust.ders(None)) - SHIPPED
    assert set(available_services(operated.service.settings, online=False).issuers) - SHIPPED == judged
    return judged


def asked(operated, who="one"):
    page = operated.people[who].get("/approvals/trust").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    answer = operated.people[who].send("/approvals/trust", {"seen": seen[1] if seen else "0" * 64})
    with operated.own.store.reading() as connection:
        return answer, next(iter(list_approvals(connection)), None)


def decide(operated, who, approval, answer="approve"):
    return operated.people[who].send(f"/approvals/{approval.id}/decide", {"answer": answer, "digest": approval.digest})


def test_an_anchor_is_believed_when_a_second_administrator_says_so(operated):
    assert believed(operated) == set()
    assert "未承認のため信頼しない" in text_of(operated.people["one"].get("/approvals/trust"))
    answer, approval = asked(operated)
    assert answer.status_code == 303
    for who in ("one", "first"):
        assert decide(operated, who, approval).status_code == 403
    assert believed(operated) == set()
    page = text_of(operated.people["two"].get("/approvals"))
    assert "SignKit Rehearsal" in page
    assert all(name in page for name in approval.facts["added"])  # the whole fingerprint, and for what it is believed
    assert decide(operated, "two", approval).status_code == 303
    named = set(default_trust_store([operated.trusted]).ders(None)) - SHIPPED
    assert named
    assert believed(operated) == named
    page = text_of(operated.people["one"].get("/approvals/trust"))
    assert "信頼済み" in page
    assert "未承認" not in page
    assert asked(operated)[0].status_code == 409  # there is nothing to decide
    with operated.own.store.reading() as connection:
        acts = [each.action for each in operations(connection) if each.subject == approval.digest]
    assert acts == ["askApproval", "approve"]


def test_what_comes_later_or_goes_is_decided_anew(operated):
    decide(operated, "two", asked(operated)[1])
    before = believed(operated)
    other = operated.trusted.parent / "home" / "rehearsal" / "rehearsal-auth-ca.pem"
    (operated.trusted / "more.pem").write_bytes(other.read_bytes())
    operated.service._judgement = None  # as at the next start
    assert believed(operated) == before
    _, approval = asked(operated)
    (operated.trusted / "ca.pem").unlink()
    operated.service._judgement = None
    assert believed(operated) == set()  # what the machine does not name any more is not believed, whoever agreed
    assert decide(operated, "two", approval, "refuse").status_code == 303
    assert believed(operated) == set()
    page = text_of(operated.people["one"].get("/approvals/trust"))
    assert "指定されなくなったもの" in page
    _, approval = asked(operated)
    assert decide(operated, "two", approval).status_code == 303
    assert believed(operated) == set(default_trust_store([other]).ders(None)) - SHIPPED


def test_what_was_asked_is_what_was_seen_and_on_top_of_what_is(operated):
    page = operated.people["one"].get("/approvals/trust").text
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    ca = (operated.trusted / "ca.pem").read_bytes()
    (operated.trusted / "ca.pem").unlink()
    assert operated.people["one"].send("/approvals/trust", {"seen": seen}).status_code == 409
    (operated.trusted / "ca.pem").write_bytes(ca)
    _, first = asked(operated)
    assert asked(operated, "two")[0].status_code == 409  # the same is open already
    other = operated.trusted.parent / "home" / "rehearsal" / "rehearsal-auth-ca.pem"
    (operated.trusted / "more.pem").write_bytes(other.read_bytes())
    operated.service._judgement = None
    _, second = asked(operated, "two")
    assert decide(operated, "two", first).status_code == 303
    assert decide(operated, "one", second).status_code == 409
    with operated.own.store.reading() as connection:
        assert [each.state for each in list_approvals(connection)] == ["open", "done"]


def test_nobody_else_has_a_say(operated):
    for who, status in ((operated.people["first"], 403), (operated.stranger, 404)):
        assert who.get("/approvals/trust").status_code == status
        assert who.send("/approvals/trust", {"seen": "0" * 64}).status_code == status
    assert "/approvals/trust" not in operated.stranger.get("/approvals").text
    assert "/approvals/trust" not in operated.people["first"].get("/approvals").text
    assert "/approvals/trust" in operated.people["one"].get("/approvals").text


def test_another_node_and_the_next_start_believe_the_same(operated):
    before = operated.service.settings
    decide(operated, "two", asked(operated)[1])
    agreed = believed(operated)
    assert agreed
    operated.service.settings, operated.service._judgement = before, None  # a node that has not heard of it
    assert believed(operated) == set()
    operated.service.take_up_trust()
    assert believed(operated) == agreed


def test_the_setting_needs_a_tenant_and_pages(operated):
    operated.service.own = replace(operated.service.own, operator_tenant="0" * 36)
    with pytest.raises(ServiceError) as caught:
        operated.service.take_up_trust()
    assert caught.value.code == "service-settings"
    path = operated.service.folder / SETTINGS
    path.write_text(f'operator_tenant = "{operated.own.id}"\n')
    with pytest.raises(ServiceError) as caught:
        read_service_settings(operated.service.folder)
    assert "origin" in caught.value.message("en")
    path.write_text(f'origin = "https://desk.example.jp"\noperator_tenant = "{operated.own.id}"\n')
    assert read_service_settings(operated.service.folder).operator_tenant == operated.own.id
