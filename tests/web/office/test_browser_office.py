"""The office in Chromium: a sale from one pair of hands to the next, every screen looked at in both languages.

With ``SIGNKIT_PICTURES=FOLDER`` the screens are kept there, as docs/guides/office.md shows them.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
import uvicorn

from signkit.web.api.job_runner import JobRunner
from signkit.web.api.resources import WORKERS
from signkit.web.office.door import cookie_name
from signkit.web.office.workers import OFFICE_WORKERS
from tests.web.browser import follow
from tests.web.office.conftest import start
from tests.web.office.owned import put_contract, seller
from tests.web.test_browser import Screens

pytestmark = pytest.mark.slow


class ReadyServer(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config):
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.is_up.set()


@contextmanager
def served_offices(folder, **own):
    """An office that listens on loopback, in this process."""
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://localhost:{listener.getsockname()[1]}"
    offices = start(folder, origin=origin, **own)
    runner = JobRunner(offices.service, {**WORKERS, **OFFICE_WORKERS}, 1, lambda *_: None)
    offices.service.wake = runner.wake
    server = ReadyServer(uvicorn.Config(offices.served, log_level="warning", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    with listener, contextlib.closing(offices.service), contextlib.closing(offices.served):
        runner.start()
        thread.start()
        assert server.is_up.wait(60), "the server did not come up"
        try:
            yield origin, offices
        finally:
            server.should_exit = True
            thread.join(30)
            runner.stop(30)


class Desk:
    """Somebody's browser."""

    def __init__(self, chromium, origin, cookie=None, **context):
        self.opened = chromium.new_context(
            locale="ja-JP", bypass_csp=True, viewport={"width": 1180, "height": 900}, **context
        )
        if cookie is not None:
            name, value = cookie
            self.opened.add_cookies([{"name": name, "value": value, "url": origin}])
        self.page = self.opened.new_page()
        self.page.set_default_timeout(90_000)
        self.screens = Screens(self.page)
        self.origin = origin

    def look(self, name, path=None):
        """Go there; look at the screen in both languages."""
        if path is not None:
            self.page.goto(self.origin + path)
        self.screens.look(name)
        if self.page.locator("form[action='/language']").count():
            follow(self.page, "form[action='/language'] button")
            self.screens.look(f"{name}-en")
            shown = (self.page.url, self.page.inner_text("body"), self.opened.cookies())
            assert self.page.get_attribute("html", "lang") == "en", shown
            follow(self.page, "form[action='/language'] button")

    def press(self, words):
        self.page.click(f"button:has-text('{words}')")


def desk_of(chromium, origin, offices, tenant, role, name):
    seat = offices.seat(tenant, role, name)
    cookie = seat.client.cookies[cookie_name(offices.service)]
    return seat, Desk(chromium, origin, (cookie_name(offices.service), cookie))


def test_a_sale_goes_from_hand_to_hand_and_to_a_party(chromium, tmp_path):
    with served_offices(tmp_path) as (origin, offices):
        tenant = offices.tenant("架空不動産株式会社")
        seat, clerk = desk_of(chromium, origin, offices, tenant, "clerk", "髙橋 祐一郎")
        _, supervisor = desk_of(chromium, origin, offices, tenant, "supervisor", "佐藤 一郎")
        _, administrator = desk_of(chromium, origin, offices, tenant, "administrator", "鈴木 花")
        _, auditor = desk_of(chromium, origin, offices, tenant, "auditor", "監査 太郎")
        sale = put_contract(offices, tenant, seat.person, name="不動産売買契約書.pdf")
        clerk.look("office-made", f"/documents/{sale}")
        clerk.page.fill("#text-ask", "買主の住所を確認済みです。午後に署名をお願いします。")
        clerk.press("承認を依頼する")
        clerk.page.wait_for_selector("text=承認待ち")
        supervisor.look("office-today-supervisor", "/")
        follow(supervisor.page, "a:has-text('不動産売買契約書')")
        supervisor.look("office-to-approve")
        supervisor.press("この内容で承認する")
        supervisor.page.wait_for_selector("text=承認済み")
        clerk.look("office-today", "/")
        clerk.page.goto(f"{origin}/documents/{sale}")
        clerk.page.click("summary:has-text('リンクを作る')")
        clerk.look("office-approved")
        clerk.page.click("summary:has-text('リンクを作る')")
        clerk.page.select_option("#link-role", "seller")
        clerk.press("リンクを作る")
        clerk.page.wait_for_selector("#alone")
        clerk.screens.look("office-link")
        link = clerk.page.input_value("#alone")
        party = Desk(chromium, origin)
        party.look("party-first", link.removeprefix(origin))
        party.press("契約書を開く")
        party.page.wait_for_selector("h2:has-text('署名する')")
        party.look("party-contract")
        at = party.page.url
        follow(party.page, "a:has-text('別の場所で署名')")
        party.look("party-elsewhere")
        certificate = tmp_path / "certificate.pem"
        certificate.write_bytes(seller(offices))
        party.page.set_input_files("#certificate", str(certificate))
        party.press("依頼ファイルを作る")
        party.page.wait_for_selector("text=依頼ファイルをダウンロード")
        party.look("party-request")
        party.page.goto(at)
        party.page.fill("#text", "価格で折り合いませんでした。")
        party.press("辞退する")
        party.page.wait_for_selector("text=辞退を受け付け")
        party.look("party-declined")
        clerk.look("office-declined", f"/documents/{sale}")
        for desk, name in ((auditor, "auditor"), (administrator, "administrator")):
            desk.look(f"office-today-{name}", "/")
        administrator.look("office-refused", "/contracts")
        Desk(chromium, origin).look("office-nobody", "/")
        Desk(chromium, origin).look("party-gone", link.removeprefix(origin))


class Keys:
    """Hands on a keyboard, and no mouse."""

    def __init__(self, desk):
        self.page = desk.page

    def here(self):
        return self.page.evaluate("(document.activeElement.innerText || document.activeElement.id).trim()")

    def tab_to(self, words):
        """Go on to what is called so, which shows that it is there; what was passed is told where there is none."""
        passed = []
        for _ in range(60):
            self.page.keyboard.press("Tab")
            passed.append(self.here())
            if words in passed[-1]:
                shown = self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert shown == "solid", (words, shown)
                return
        pytest.fail(f"{words}: {passed}")

    def enter(self):
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def test_a_contract_is_handed_on_and_a_pc_paired_by_keyboard_alone(chromium, tmp_path):
    with served_offices(tmp_path) as (origin, offices):
        tenant = offices.tenant("架空不動産株式会社")
        seat, clerk = desk_of(chromium, origin, offices, tenant, "clerk", "髙橋 祐一郎")
        _, supervisor = desk_of(chromium, origin, offices, tenant, "supervisor", "佐藤 一郎")
        put_contract(offices, tenant, seat.person, name="不動産売買契約書.pdf")
        hands, above = Keys(clerk), Keys(supervisor)
        clerk.page.goto(f"{origin}/")
        hands.tab_to("不動産売買契約書")
        hands.enter()
        hands.tab_to("text-ask")
        clerk.page.keyboard.type("お願いします")
        hands.tab_to("承認を依頼する")
        before = clerk.page.content()
        hands.enter()
        assert "承認待ち" in clerk.page.inner_text("main")
        supervisor.page.goto(f"{origin}/")
        above.tab_to("不動産売買契約書")
        above.enter()
        above.tab_to("この内容で承認する")  # the summary
        above.tab_to("この内容で承認する")
        above.enter()
        assert "承認済み" in supervisor.page.inner_text("main")
        clerk.page.set_content(before)  # what the browser still shows of before
        clerk.page.evaluate("document.querySelector('form[action$=ask]').requestSubmit()")
        clerk.page.wait_for_selector("[role=alert]")
        assert "その間にほかの人が操作しました" in hands.here()
        clerk.page.goto(f"{origin}/agents")
        assert hands.here() == "code"
        clerk.page.keyboard.type("BCDF-GHJK")
        hands.enter()
        assert clerk.page.evaluate("document.activeElement.getAttribute('role')") == "alert", hands.here()
        hands.tab_to("戻る")


def test_every_other_screen_on_a_phone_and_in_the_dark(chromium, tmp_path):
    with served_offices(tmp_path) as (origin, offices):
        tenant = offices.tenant("架空不動産株式会社")
        seat = offices.seat(tenant, "clerk", "髙橋 祐一郎")
        cookie = (cookie_name(offices.service), seat.client.cookies[cookie_name(offices.service)])
        sale = put_contract(offices, tenant, seat.person, name="不動産売買契約書.pdf")
        desk = Desk(chromium, origin, cookie, color_scheme="dark")
        desk.page.set_viewport_size({"width": 375, "height": 800})
        for name, path in (
            ("today", "/"), ("contracts", "/contracts"), ("archive", "/archive"), ("new", "/new"), ("many", "/many"),
            ("check", "/check"), ("renewal", "/archive/renewal"), ("journal", "/archive/journal"),
            ("contract", f"/documents/{sale}"), ("handover", f"/documents/{sale}/handover"),
            ("delivery", f"/documents/{sale}/delivery"), ("export", "/archive/export"), ("nothing", "/card"),
        ):  # fmt: skip
            desk.look(f"office-phone-{name}", path)


def test_the_screens_of_people_on_a_phone_and_in_the_dark(chromium, tmp_path):
    """Wide and by day: tests/web/people/test_browser_people.py."""
    with served_offices(tmp_path, mail_server="localhost:587", mail_from="keiyaku@example.jp") as (origin, offices):
        tenant = offices.tenant("架空不動産株式会社")
        seat, administrator = desk_of(chromium, origin, offices, tenant, "administrator", "鈴木 花")
        other, clerk = desk_of(chromium, origin, offices, tenant, "clerk", "髙橋 祐一郎")
        offices.service.own = replace(offices.service.own, operator_tenant=tenant.id)
        assert seat.post(f"/people/{other.person.id}/role", {"role": "supervisor"}).status_code == 303  # takes two
        administrator.look("office-trust", "/approvals/trust")
        administrator.press("承認を依頼する")
        administrator.page.wait_for_selector("text=件の信頼の起点を信頼する")
        administrator.look("office-trust-asked")
        for desk in (administrator, clerk):
            desk.page.set_viewport_size({"width": 375, "height": 900})
            desk.page.emulate_media(color_scheme="dark")
        for desk, path in ((administrator, "/people"), (administrator, "/approvals"), (clerk, "/account"),
                           (administrator, "/approvals/trust"), (clerk, "/agents"), (clerk, "/people")):  # fmt: skip
            desk.look(f"office-phone{path.replace('/', '-')}", path)
