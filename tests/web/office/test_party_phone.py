"""A party signs on their phone, by the rehearsal's test server of デジタル認証アプリ."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest

pytest.importorskip("joserfc", reason="the extra 'phone' is not installed")

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import EXAMPLE, find_template
from signkit.library.making import render
from signkit.web.api.running import Served
from signkit.web.api.service import Service
from signkit.web.office import handover
from signkit.web.office.phone_askings import PhoneAskings
from tests.signers.auth_app_world import PhoneWorld
from tests.web.office.conftest import ours, start, text_of
from tests.web.office.owned import TEMPLATE, approve
from tests.web.office.test_party import link_of, opened

#: The rehearsal is on this machine alone.
#: A whole signing by phone is behind most of these.
pytestmark = pytest.mark.slow

ORIGIN = "http://localhost:8420"
BACK = f"{ORIGIN}/party/phone"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An office whose registration leads back to it, and the phone of 髙橋."""
    folder = tmp_path_factory.mktemp("phone")
    offices = start(folder, origin=ORIGIN, auth_app="rehearsal")
    with PhoneWorld(folder / "home", "takahashi") as phone:
        phone.callback = BACK
        phone.register(BACK)
        phone.write_settings()
        yield offices, phone
    offices.served.close()
    offices.service.close()


@pytest.fixture
def came(world):
    """A sale, and its seller's browser."""
    offices, _ = world
    tenant = offices.tenant()
    clerk, supervisor = offices.seat(tenant), offices.seat(tenant, "supervisor")
    seated = offices.served._office.desks.office_of(tenant).seat(clerk.person)
    template = find_template(TEMPLATE)
    pdf = render(template.folder, load_contract_data(template.folder / EXAMPLE)).pdf
    sale = seated.shelf.put(pdf, "sale.pdf", "prepared").sha256
    seated.note("prepared", sale)
    approve(clerk, supervisor, sale)
    browser, at = opened(offices, link_of(clerk, sale))
    return tenant, clerk, sale, browser, at


def asked(browser, at):
    """Ask for the signature; return where the party is to agree."""
    page = browser.post(f"{at}/phone", headers=ours(browser))
    assert page.status_code == 200, text_of(page)
    return unescape(re.search(r'class="button" href="(http[^"]+)"', page.text)[1])


def brought_back(browser, address):
    """Come back from the service as a browser does: without the cookie first, then by our own form."""
    path, query = urlsplit(address).path, urlsplit(address).query
    page = browser.get(f"{path}?{query}", headers={"sec-fetch-site": "cross-site"})
    if page.status_code != 200:
        return page
    sent = unescape(re.search(r'name="query" value="([^"]*)"', page.text)[1])
    return browser.post("/party/phone", data={"query": sent}, headers=ours(browser))


def test_a_party_signs_on_their_phone(world, came):
    offices, phone = world
    tenant, _, sale, browser, at = came
    assert "スマートフォンで署名する" in text_of(browser.get(at))
    done = brought_back(browser, phone.consented(asked(browser, at)))
    assert (done.status_code, done.headers.get("location")) == (303, at), text_of(done)
    with tenant.store.reading() as connection:
        known = handover.find(connection, sale)
    assert known.sha256 != sale
    assert [(each.act, each.who) for each in known.remarks][-1] == ("sign", "party:seller")
    office = offices.served._office.desks.office_of(tenant)
    report = office.judge(known.sha256, "sale.pdf")
    assert [each.field for each in report.signatures] == ["seller"]
    assert report.verdict.name != "FAILED", report.verdict


def test_what_was_brought_back_is_taken_once(world, came):
    _, phone = world
    _, _, _, browser, at = came
    address = phone.consented(asked(browser, at))
    assert brought_back(browser, address).status_code == 303
    assert brought_back(browser, address).status_code == 404


def test_another_process_takes_what_was_asked_for_before(world, came):
    """A node ended, or another is asked by the browser that comes back: what lies in memory is not needed."""
    offices, phone = world
    tenant, _, sale, browser, at = came
    address = phone.consented(asked(browser, at))
    again = Service(offices.service.folder, offices.service.settings, offices.service.own)
    with closing(again), closing(Served(again)) as served:
        browser.app = browser._transport.app = served
        done = brought_back(browser, address)
        assert (done.status_code, done.headers.get("location")) == (303, at), text_of(done)
    with tenant.store.reading() as connection:
        assert handover.find(connection, sale).sha256 != sale
    assert not list((tenant.office_folder / "phones").iterdir())


def test_what_waits_for_a_phone_is_sealed_and_ends(world, came, monkeypatch):
    offices, _ = world
    browser, at = came[3:]
    address = asked(browser, at)
    state = re.search(r"state=([^&]+)", address)[1]
    with offices.service.tenants.common.reading() as connection:
        rows = connection.execute("SELECT state, sealed FROM phone_asking").fetchall()
    for row in rows:
        assert state.encode() not in b"".join(map(bytes, row))
        assert b"verifier" not in bytes(row[1])
    askings = PhoneAskings(offices.service.tenants)
    assert askings.take(offices.tenant(), state) is None  # another tenant's office takes nothing
    assert askings.whose(state) is not None
    monkeypatch.setattr("signkit.web.office.phone_askings._LIFE", timedelta(seconds=-1))
    over = asked(browser, at)
    assert askings.whose(re.search(r"state=([^&]+)", over)[1]) is None
    assert brought_back(browser, f"{BACK}?{urlsplit(over).query}").status_code == 404


def test_another_browser_brings_nothing_back(world, came):
    offices, phone = world
    tenant, _, sale, browser, at = came
    address = phone.consented(asked(browser, at))
    assert brought_back(offices.browser(), address).status_code == 404
    with tenant.store.reading() as connection:
        assert handover.find(connection, sale).sha256 == sale
    assert brought_back(browser, address).status_code == 303


@pytest.mark.parametrize("query", ["", "state=x&code=y", "code=y", "state=" + "a" * 9000, "%ff=%00"])
def test_what_nobody_asked_for_is_not_taken(world, came, query):
    browser = came[3]
    assert browser.get(f"/party/phone?{query}").status_code == 404
    assert browser.post("/party/phone", data={"query": query}, headers=ours(browser)).status_code == 404


def test_who_does_not_agree_has_not_signed(world, came):
    _, phone = world
    tenant, _, sale, browser, at = came
    address = phone.consented(asked(browser, at))
    state = re.search(r"state=([^&]+)", address)[1]
    issuer = re.search(r"iss=([^&]+)", address)
    declined = f"{BACK}?error=access_denied&state={state}" + (f"&iss={issuer[1]}" if issuer else "")
    answer = brought_back(browser, declined)
    assert answer.status_code == 400
    with tenant.store.reading() as connection:
        assert handover.find(connection, sale).sha256 == sale


def test_a_contract_that_was_sent_back_meanwhile_is_not_signed(world, came):
    from tests.web.office.owned import hand_on

    offices, phone = world
    tenant, _, sale, browser, at = came
    address = phone.consented(asked(browser, at))
    hand_on(offices.seat(tenant, "supervisor"), sale, "send-back", "待って")
    assert brought_back(browser, address).status_code == 409
    with tenant.store.reading() as connection:
        assert handover.find(connection, sale).sha256 == sale


def test_a_registration_that_leads_elsewhere_is_not_offered(world, came):
    offices, _ = world
    browser, at = came[3:]
    offices.service.own = replace(offices.service.own, auth_app=None)
    try:
        assert "スマートフォンで署名する" not in text_of(browser.get(at))
        assert browser.post(f"{at}/phone", headers=ours(browser)).status_code == 409
    finally:
        offices.service.own = replace(offices.service.own, auth_app="rehearsal")
