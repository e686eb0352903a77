"""A party's way in by a link: one role of one contract, opened once by a click, over when it is over."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from signkit.web.api.identifiers import new_id
from signkit.web.office import handover
from signkit.web.office.door import cookie_of_party
from tests.web.office.conftest import OURS, operations, ours, text_of
from tests.web.office.owned import approve, hand_on, put_contract, seller, sign_elsewhere


@pytest.fixture
def sale(offices, tenant, clerk, supervisor):
    return approve(clerk, supervisor, put_contract(offices, tenant, clerk.person))


def link_of(clerk, sale, role="seller", **more):
    """Make a link; return its path."""
    page = hand_on(clerk, sale, "link", role=role, days="7", language="ja", **more)
    assert page.status_code == 200, text_of(page)
    return re.search(r"https?://[\w.:]+(/party/pt_[\w-]+)", page.text)[1]


def opened(offices, path):
    """Open a link in a browser of its own; return that and where it led."""
    browser = offices.browser()
    answer = browser.post(path, headers=ours(browser))
    assert answer.status_code == 303, text_of(answer)
    return browser, answer.headers["location"]


def link_in_store(tenant):
    with tenant.store.reading() as connection:
        id_, opened_at = connection.execute("SELECT id, opened_at FROM party_link").fetchone()
    return {"id": id_, "opened_at": opened_at}


def test_a_party_reads_and_takes_away_the_contract(offices, clerk, sale):
    browser, at = opened(offices, link_of(clerk, sale))
    page = browser.get(at)
    assert "土地建物売買契約書" in text_of(page) or "売買" in text_of(page)
    assert "株式会社架空" in text_of(page)
    assert browser.get(f"{at}/file").content == clerk.get(f"/documents/{sale}/file").content
    assert browser.get(f"{at}/pages/0-480.png").content.startswith(b"\x89PNG")
    assert browser.get(f"{at}/pages/0-481.png").status_code == 404
    assert browser.get(f"{at}/pages/999-480.png").status_code == 404


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_opens_nothing(offices, tenant, clerk, sale, method):
    """Scanners of mails follow links."""
    path = link_of(clerk, sale)
    for _ in range(3):
        assert getattr(offices.browser(), method)(path).status_code == 200
    assert "契約書を開く" in text_of(offices.browser().get(path))
    assert link_in_store(tenant)["opened_at"] is None
    opened(offices, path)


def test_it_is_opened_once(offices, clerk, sale):
    path = link_of(clerk, sale)
    browser, at = opened(offices, path)
    assert offices.browser().post(path, headers=OURS).status_code == 404
    assert offices.browser().get(path).status_code == 404
    assert browser.get(at).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, OURS | {"sec-fetch-site": "cross-site"}, OURS | {"origin": "https://a.example"}]
)
def test_no_other_page_opens_it(offices, tenant, clerk, sale, headers):
    assert offices.browser().post(link_of(clerk, sale), headers=headers).status_code == 403
    assert link_in_store(tenant)["opened_at"] is None


def test_no_secret_lies_in_the_store(offices, tenant, clerk, sale):
    path = link_of(clerk, sale)
    browser, _ = opened(offices, path)
    secrets = [path.rpartition("_")[2], *(cookie.rpartition("_")[2] for cookie in browser.cookies.values())]
    assert len(secrets) == 2
    content = b"".join(each.read_bytes() for each in tenant.store.folder.glob("store.sqlite*"))
    assert [secret for secret in secrets if secret.encode() in content] == []


def test_what_is_revoked_leads_nowhere_nor_does_the_browser_that_opened_it(offices, tenant, clerk, sale):
    path = link_of(clerk, sale)
    browser, at = opened(offices, path)
    hand_on(clerk, sale, "revoke", link=link_in_store(tenant)["id"])
    assert browser.get(at).status_code == 404
    assert browser.get(f"{at}/file").status_code == 404
    assert browser.post(f"{at}/decline", data={"text": "x"}, headers=OURS).status_code == 404


def test_what_is_over_leads_nowhere(offices, tenant, clerk, sale):
    path, other = link_of(clerk, sale), link_of(clerk, sale, "buyer")
    browser, at = opened(offices, path)
    now = tenant.store.clock()
    object.__setattr__(tenant.store, "clock", lambda: now + timedelta(days=8))
    try:
        assert browser.get(at).status_code == 404
        assert offices.browser().post(other, headers=OURS).status_code == 404
    finally:
        object.__setattr__(tenant.store, "clock", lambda: now)


def test_a_link_leads_to_its_contract_and_to_no_other(offices, tenant, clerk, sale):
    """Another contract's address, another link's, another tenant's, another person's pages: none of them."""
    supervisor = offices.seat(tenant, "supervisor", "鈴木")
    other = approve(clerk, supervisor, put_contract(offices, tenant, clerk.person, "other"))
    browser, at = opened(offices, link_of(clerk, sale))
    _, other_at = opened(offices, link_of(clerk, other))
    for path in (other_at, f"{other_at}/file", f"/party/at/{new_id()}", f"{at}/../{other}"):
        assert browser.get(path).status_code == 404, path
    for path in ("/", f"/documents/{sale}", f"/documents/{other}/file", f"/pages/{other}/0-480.png", "/contracts"):
        assert browser.get(path).status_code == 403, path
    assert browser.get("/api/v1/validations").status_code == 401


@pytest.mark.parametrize("change", ["secret", "kind", "tenant", "cut"])
def test_another_cookie_is_none(offices, tenant, clerk, sale, change):
    browser, at = opened(offices, link_of(clerk, sale))
    ((name, cookie),) = browser.cookies.items()
    assert name == cookie_of_party(offices.service, at.rpartition("/")[2])
    changed = {
        "secret": cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), "kind": "pt" + cookie[2:],
        "tenant": cookie.replace(tenant.id, offices.tenant("別").id), "cut": cookie[:-1],
    }[change]  # fmt: skip
    assert offices.browser(cookies={name: changed}).get(at).status_code == 404


def test_the_links_text_is_no_cookie_and_the_cookie_no_link(offices, clerk, sale):
    path = link_of(clerk, sale)
    browser, at = opened(offices, path)
    ((name, cookie),) = browser.cookies.items()
    assert offices.browser(cookies={name: path.rpartition("/")[2]}).get(at).status_code == 404
    assert offices.browser().get(f"/party/{cookie}").status_code == 404


def test_a_party_declines_with_a_reason_and_the_office_sees_it(offices, tenant, clerk, sale):
    browser, at = opened(offices, link_of(clerk, sale))
    state = re.search(r'name="state" value="([^"]+)"', browser.get(at).text)[1]
    assert browser.post(f"{at}/decline", data={"state": state, "text": " "}, headers=OURS).status_code == 400
    sent = browser.post(f"{at}/decline", data={"state": state, "text": "価格が<b>違う</b>"}, headers=OURS)
    assert sent.headers["location"] == at
    assert "辞退を受け付け" in text_of(browser.get(at))
    page = clerk.get(f"/documents/{sale}")
    assert "価格が<b>違う</b>" in text_of(page)
    assert "<b>違う</b>" not in page.text
    assert "当事者が辞退" in text_of(clerk.get("/"))
    assert browser.post(f"{at}/elsewhere", headers=OURS).status_code == 409


def test_a_party_signs_elsewhere_and_brings_the_signature_back(offices, tenant, clerk, sale):
    browser, at = opened(offices, link_of(clerk, sale))

    class Party:
        """The same calls as `sign_elsewhere` makes at a seat, at the party's addresses."""

        def post(self, path, **more):
            answer = browser.post(
                path.replace(f"/documents/{sale}/elsewhere/seller", f"{at}/elsewhere"), headers=OURS, **more
            )
            if path.endswith("/finish") and answer.status_code == 303:
                assert answer.headers["location"] == at
                with tenant.store.reading() as connection:
                    answer.headers["location"] = f"/documents/{handover.find(connection, sale).sha256}"
            return answer

        def get(self, path):
            return browser.get(path.replace(f"/documents/{sale}/elsewhere/seller", f"{at}/elsewhere"))

    signed = sign_elsewhere(offices, Party(), sale)
    assert signed != sale
    assert "署名済みです" in text_of(browser.get(at))
    with tenant.store.reading() as connection:
        remarks = handover.find(connection, sale).remarks
    assert [(each.act, each.who) for each in remarks[-2:]] == [("open", "party:seller"), ("sign", "party:seller")]


def test_a_party_signs_for_their_own_role_alone(offices, clerk, sale):
    """It is the seller's turn as well as the buyer's; the broker's is last."""
    browser, at = opened(offices, link_of(clerk, sale, "broker"))
    sent = browser.post(f"{at}/elsewhere", files=[("certificate", ("c.pem", seller(offices)))], headers=OURS)
    assert sent.status_code == 404
    assert "署名の順番ではありません" in text_of(browser.get(at))


def test_only_what_is_approved_is_sent(offices, tenant, clerk):
    sale = put_contract(offices, tenant, clerk.person, "unapproved")
    assert hand_on(clerk, sale, "link", role="seller", days="7").status_code == 409


@pytest.mark.parametrize("wrong", [{"role": "nobody"}, {"days": "1000"}, {"days": "x"}, {"to": "a@example.jp"}])
def test_what_is_no_party_no_period_or_no_server_makes_no_link(offices, tenant, clerk, sale, wrong):
    sent = hand_on(clerk, sale, "link", **({"role": "seller", "days": "7"} | wrong))
    assert sent.status_code == 400
    with tenant.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM party_link").fetchone()[0] == 0


def test_what_a_party_does_stands_in_the_log(offices, tenant, clerk, sale):
    browser, at = opened(offices, link_of(clerk, sale))
    browser.get(f"{at}/file")
    found = [(each["actor"], each["action"], each["status"]) for each in operations(tenant)][-2:]
    actor = f"party:{at.rpartition('/')[2]}"
    assert found == [(actor, "POST /party/open", 303), (actor, "GET /party/at/{id}/file", 200)]


def test_the_page_speaks_the_links_language(offices, clerk, sale):
    page = hand_on(clerk, sale, "link", role="seller", days="7", language="en")
    path = re.search(r"https://desk\.example\.jp(/party/pt_[\w-]+)", page.text)[1]
    assert "Open the contract" in text_of(offices.browser().get(path))
    browser, at = opened(offices, path)
    assert '<html lang="en">' in browser.get(at).text
