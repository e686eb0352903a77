"""The pages of people in Chromium: a passkey, one-time codes and a provider, every page looked at in both languages."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager

import pytest

pytest.importorskip("joserfc", reason="the extra 'oidc' is not installed")

from signkit.archive.store import utc_now
from signkit.web.people.accounts import add_person
from signkit.web.people.identities import list_identities
from signkit.web.people.links import FROM_CONSOLE, make_link
from tests.web.browser import follow
from tests.web.office.test_browser_office import Desk, served_offices
from tests.web.people.holding import code_of
from tests.web.people.provider import LyingProvider

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_hashes")]
LOGIN, PASSWORD = "takahashi", "correct horse battery"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An office whose operator named a provider, which is at another site than the office."""
    folder = tmp_path_factory.mktemp("people")
    secret = folder / "secret"
    secret.touch(0o600)
    secret.write_text("client-secret")
    with (
        closing(LyingProvider()) as provider,
        served_offices(
            folder, oidc_issuer=provider.issuer, oidc_client_id="office", oidc_client_secret_file=str(secret),
            oidc_name="架空アカウント",
        ) as (origin, offices),
    ):  # fmt: skip
        yield origin, offices, offices.tenant()


def invited(tenant, name, role="administrator"):
    with tenant.store.writing() as connection:
        person = add_person(connection, name, role, tenant.store.now())
        return person, "/invitation/" + make_link(connection, tenant, person, "console", FROM_CONSOLE)[0]


@contextmanager
def at_browser(chromium, origin, *, checked=True):
    """Give somebody's browser, with a device that makes passkeys and asks for nothing."""
    desk = Desk(chromium, origin)
    if not checked:  # with the policy as it is, which keeps axe out
        desk.opened.close()
        desk.opened = chromium.new_context(locale="ja-JP")
        desk.page = desk.opened.new_page()
        desk.page.set_default_timeout(90_000)
    session = desk.opened.new_cdp_session(desk.page)
    session.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    try:
        yield desk
    finally:
        desk.opened.close()


def in_both(desk, name):
    """Look at a page in both languages."""
    for _ in range(2):
        language = desk.page.evaluate("document.documentElement.lang")
        desk.screens.look(f"people-{name}-{language}")
        other = "en" if language == "ja" else "ja"
        follow(desk.page, f"main a[lang={other}], header button[lang={other}]")


def come_out(desk):
    follow(desk.page, "header form[action='/end'] button")


def test_a_passkey_and_one_time_codes(chromium, place):
    origin, _, tenant = place
    person, link = invited(tenant, "髙橋")
    sign_in = f"{origin}/sign-in/{tenant.id}"
    with at_browser(chromium, origin) as desk:
        page = desk.page
        page.goto(origin + link)
        in_both(desk, "invitation")
        page.fill("#name", "会社のパソコン")
        page.click("text=この機器でパスキーを作る >> nth=-1")
        page.wait_for_url(f"{origin}/account")
        in_both(desk, "account")
        for where in ("people", "approvals"):
            page.goto(f"{origin}/{where}")
            in_both(desk, where)
        page.goto(f"{origin}/account")
        follow(page, "form[action='/account/authenticator'] button")
        desk.screens.look("people-authenticator")
        secret = page.inner_text("dd.mono").replace(" ", "")
        for field, value in {"login": LOGIN, "password": PASSWORD, "again": PASSWORD}.items():
            page.fill(f"[name={field}]", value)
        page.fill("[name=code]", code_of(secret, utc_now()))
        page.click("main form button")
        page.wait_for_selector("h1:has-text('回復用コード')")
        desk.screens.look("people-recovery")
        recovery = page.inner_text("main li.mono >> nth=0")
        come_out(desk)
        page.goto(f"{sign_in}?next=/people")
        in_both(desk, "sign-in")
        page.click("form[action$='/passkey'] button")
        page.wait_for_url(f"{origin}/people")
        come_out(desk)
        page.goto(sign_in)
        for field, value in {"login": LOGIN, "password": "wrong wrong wrong", "code": recovery}.items():
            page.fill(f"[name={field}]", value)
        page.click("form[action$='/password'] button")
        page.wait_for_selector("#why")
        desk.screens.look("people-sign-in-wrong")
        for field, value in {"password": PASSWORD, "code": recovery}.items():
            page.fill(f"[name={field}]", value)
        page.click("form[action$='/password'] button")
        page.wait_for_url(re.compile(f"{origin}/$"))
        page.goto(f"{origin}/account")
        assert person.name in page.inner_text("main")


def test_a_device_that_knows_nobody(chromium, place):
    origin, _, tenant = place
    with at_browser(chromium, origin) as desk:
        desk.page.goto(f"{origin}/sign-in/{tenant.id}")
        desk.page.click("form[action$='/passkey'] button")
        desk.page.wait_for_selector("[data-problem]:not(:empty)")
        desk.screens.look("people-sign-in-no-passkey")


def test_a_provider_at_another_site_leads_back(chromium, place):
    """With the policies that browsers hold to: no form leads to another site, no Strict cookie comes from one."""
    origin, _, tenant = place
    person, link = invited(tenant, "佐藤", "clerk")
    with at_browser(chromium, origin, checked=False) as desk:
        page = desk.page
        page.goto(origin + link)
        page.click("form[action$='/oidc'] button")
        page.wait_for_url(f"{origin}/account")
        assert person.name in page.inner_text("main")
        with tenant.store.reading() as connection:
            assert len(list_identities(connection, person.id)) == 1
        come_out(desk)
        page.goto(f"{origin}/sign-in/{tenant.id}?next=/account")
        page.click("form[action$='/oidc'] button")
        page.wait_for_url(f"{origin}/account")
        assert person.name in page.inner_text("main")
        # a second way in, then the link goes and comes again, from the account's own page
        page.click("form[action='/account/passkey'] button")
        page.wait_for_selector("form[action='/account/passkey/remove']")
        page.click("form[action='/account/oidc/remove'] button")
        page.wait_for_selector("form[action='/account/oidc']")
        page.click("form[action='/account/oidc'] button")
        page.wait_for_selector("form[action='/account/oidc/remove']")
        with tenant.store.reading() as connection:
            assert len(list_identities(connection, person.id)) == 1


def test_what_the_provider_does_not_say_rightly_is_told(chromium, place):
    origin, _, tenant = place
    with at_browser(chromium, origin) as desk:
        desk.page.goto(f"{origin}/sign-in/{tenant.id}")
        desk.opened.clear_cookies()
        desk.page.goto(f"{origin}/sign-in/oidc?code=x&state=y")
        desk.page.wait_for_selector("[role=alert]")
        desk.screens.look("people-oidc-failed")
