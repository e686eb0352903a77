"""Writing to a party: over TLS or not at all, again where the server cannot now, seen where it will not."""

from __future__ import annotations

import email
import re
from datetime import timedelta
from email import policy

import pytest

from signkit.web.people.mail_addresses import is_address
from tests.web.office.conftest import OURS, do_one, text_of
from tests.web.office.owned import approve, hand_on, put_contract

TO = "kaimen@example.jp"


@pytest.fixture(scope="module")
def operator_says(server):
    return {"mail_server": server.place, "mail_from": "keiyaku@example.jp"}


@pytest.fixture
def posted(offices, tenant, clerk, supervisor):
    """A contract of which a link is to be written to a party."""
    sale = approve(clerk, supervisor, put_contract(offices, tenant, clerk.person))
    sent = hand_on(clerk, sale, "link", role="buyer", days="7", language="ja", to=TO)
    assert sent.headers["location"] == f"/documents/{sale}"
    return tenant, clerk, sale


def test_the_mail_carries_a_link_that_leads_to_the_contract(offices, believed, posted):
    tenant, clerk, sale = posted
    assert "送信待ち" in text_of(clerk.get(f"/documents/{sale}"))
    assert do_one(offices, tenant) == ["done"]
    (raw,) = believed.mails
    mail = email.message_from_bytes(raw, policy=policy.default)
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (TO, "keiyaku@example.jp", "auto-generated")
    path = re.search(r"https://desk\.example\.jp(/party/\S+)", mail.get_content())[1]
    assert offices.browser().post(path, headers=OURS).status_code == 303
    assert TO not in text_of(clerk.get(f"/documents/{sale}"))


@pytest.mark.parametrize(
    "name", ["売買\r\nBcc: evil@example.jp\r\n\r\nx.pdf", "a\u2028Bcc: evil@example.jp.pdf", "<b>&.pdf"]
)
def test_a_contracts_name_makes_no_header(offices, tenant, clerk, supervisor, believed, name):
    sale = approve(clerk, supervisor, put_contract(offices, tenant, clerk.person, name=name))
    hand_on(clerk, sale, "link", role="buyer", days="7", language="ja", to=TO)
    assert do_one(offices, tenant) == ["done"]
    (raw,) = believed.mails
    mail = email.message_from_bytes(raw, policy=policy.default)
    assert (mail["Bcc"], mail["To"]) == (None, TO)
    assert {"Bcc", "Cc"}.isdisjoint(mail.keys())
    assert mail.keys().count("Subject") == 1
    assert "/party/pt_" in mail.get_content()


def test_nothing_is_said_before_it_is_secret(offices, believed, posted):
    do_one(offices, posted[0])
    assert [line.split(" ")[0].upper() for line in believed.said_in_clear] == ["EHLO", "STARTTLS"]


def test_a_server_without_tls_or_with_a_certificate_nobody_knows_gets_no_mail(offices, believed, posted, monkeypatch):
    tenant, clerk, sale = posted
    believed.offers_tls = False
    assert do_one(offices, tenant) == ["failed"]
    assert "送信できませんでした" in text_of(clerk.get(f"/documents/{sale}"))
    believed.offers_tls = True
    monkeypatch.delenv("SSL_CERT_FILE")
    hand_on(clerk, sale, "mail", job=job_of(tenant), do="again")
    assert do_one(offices, tenant) == ["again"]
    assert believed.mails == []


def job_of(tenant):
    with tenant.store.reading() as connection:
        return connection.execute("SELECT id FROM job").fetchone()[0]


def test_what_the_server_cannot_now_is_tried_again_and_given_up_at_last(offices, believed, posted):
    tenant, clerk, sale = posted
    believed.refusal = "451 later"
    ends, now = [], tenant.store.clock()
    for day in range(10):
        object.__setattr__(tenant.store, "clock", lambda: now + timedelta(days=day / 4))  # noqa: B023
        ends += do_one(offices, tenant)
    assert ends == ["again"] * 4 + ["failed"]
    object.__setattr__(tenant.store, "clock", lambda: now)
    page = text_of(clerk.get(f"/documents/{sale}"))
    assert "SMTP 451" in page


def test_what_the_server_will_not_is_not_tried_again_but_by_a_person(offices, believed, posted):
    tenant, clerk, sale = posted
    believed.refusal = "550 no such user"
    assert do_one(offices, tenant) == ["failed"]
    assert do_one(offices, tenant) == []
    assert "SMTP 550" in text_of(clerk.get(f"/documents/{sale}"))
    believed.refusal = None
    hand_on(clerk, sale, "mail", job=job_of(tenant), do="again")
    assert do_one(offices, tenant) == ["done"]
    assert len(believed.mails) == 1


def test_a_mail_can_be_given_up(offices, believed, posted):
    tenant, clerk, sale = posted
    hand_on(clerk, sale, "mail", job=job_of(tenant), do="drop")
    assert do_one(offices, tenant) == []


def test_a_link_that_was_revoked_meanwhile_is_not_sent(offices, believed, posted):
    tenant, clerk, sale = posted
    with tenant.store.reading() as connection:
        link = connection.execute("SELECT id FROM party_link").fetchone()[0]
    hand_on(clerk, sale, "revoke", link=link)
    assert do_one(offices, tenant) == ["done"]
    assert believed.mails == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@b",
        "a@b.jp, c@d.jp",
        "a@b.jp\nBcc: c@d.jp",
        "<a@b.jp>",
        "a b@c.jp",
        "a@b..jp",
        "髙@b.jp",
        "a@b.jp\x00",
    ],
)
def test_what_is_no_single_address_is_written_to_by_nobody(text):
    assert not is_address(text)


def test_an_address_is():
    assert is_address("hanako.bango+1@mail.example.co.jp")
