"""A table in Chromium: approved as one at the office, shown and agreed to as one on the signer's PC.

With ``SIGNKIT_PICTURES=FOLDER`` the screens are kept there, as docs/guides/office.md and agent.md show them.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
import uvicorn

from signkit.web.agent_program.running import agent_app
from signkit.web.common.listening import DeskAddress
from signkit.web.common.sessions import Sessions
from signkit.web.office.door import cookie_name
from tests.web.agents.conftest import seat
from tests.web.agents.test_lists import contracts, laid_table  # noqa: F401  a fixture
from tests.web.browser import ADDRESS, follow
from tests.web.office.test_browser_office import Desk, ReadyServer
from tests.web.test_browser import Screens

pytestmark = pytest.mark.slow


@contextmanager
def window_of(agent, desk, chromium):
    """A browser at an agent's window, and its work going on behind it."""
    from signkit.web.common.listening import listen_at

    listener = listen_at("127.0.0.1", 0)
    address = DeskAddress(ADDRESS.name, listener.getsockname()[1])
    sessions = Sessions("ja")
    app = agent_app(agent.office, agent.work, desk, address, sessions)
    server = ReadyServer(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
    threads = [
        threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True),
        threading.Thread(target=agent.work.run, daemon=True),
    ]
    context = chromium.new_context(locale="ja-JP", bypass_csp=True, viewport={"width": 1180, "height": 900})
    with listener:
        for each in threads:
            each.start()
        assert server.is_up.wait(60), "the window did not come up"
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.goto(f"http://{address.hosts[0]}/start?token={sessions.start_token}")
        yield page
        context.close()
        agent.work.stop()
        server.should_exit = True
        for each in threads:
            each.join(30)


def look_both_ways(page, name):
    """Look at a screen wide, in Japanese and by day; then on a phone, in English and in the dark."""
    screens = Screens(page)
    screens.look(name)
    page.set_viewport_size({"width": 375, "height": 800})
    page.emulate_media(color_scheme="dark")
    follow(page, "form[action='/language'] button")
    screens.look(f"{name}-phone")
    follow(page, "form[action='/language'] button")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1180, "height": 900})


def test_a_table_from_the_office_to_the_card(chromium, running, make_agent, contracts):  # noqa: F811
    agent = make_agent()
    batch = laid_table(running, contracts)
    name, service = cookie_name(running.offices.service), running.offices.service
    assert service.own.origin == running.origin
    clerk = Desk(chromium, running.origin, (name, running.clerk.client.cookies[name]))
    supervisor = seat(running.offices, running.tenant, running.origin, role="supervisor", name="佐藤 一郎")
    above = Desk(chromium, running.origin, (name, supervisor.client.cookies[name]))
    clerk.page.goto(f"{running.origin}/many/{batch.number}")
    clerk.press("全件の承認を依頼する")
    clerk.page.wait_for_selector("text=承認待ち: 3")
    above.page.goto(f"{running.origin}/")
    look_both_ways(above.page, "office-table-today")
    follow(above.page, "a:has-text('雇用.csv')")
    look_both_ways(above.page, "office-table-to-approve")
    above.press("全件をこの内容で承認する")
    above.page.wait_for_selector("text=承認済み: 3")
    clerk.page.reload()
    look_both_ways(clerk.page, "office-table")
    follow(clerk.page, "a:has-text('お手元のパソコンで全件に署名する')")
    look_both_ways(clerk.page, "office-table-ask")
    clerk.press("3 件をパソコンに送る")
    clerk.page.wait_for_selector("text=パソコンでの操作待ち: 3")
    look_both_ways(clerk.page, "office-table-asked")
    with window_of(agent, running.origin, chromium) as page:
        page.wait_for_selector("a:has-text('この 3 件に署名する')")
        look_both_ways(page, "agent-list")
        follow(page, "tbody a")
        look_both_ways(page, "agent-list-row")
        follow(page, "a:has-text('一覧に戻る')")
        follow(page, "a:has-text('この 3 件に署名する')")
        look_both_ways(page, "agent-list-sign")
        page.click("button:has-text('署名')")
        page.wait_for_selector("text=3 件に署名して送信しました")
        look_both_ways(page, "agent-list-done")
    clerk.page.goto(f"{running.origin}/many/{batch.number}")
    clerk.page.wait_for_selector("text=うち署名済み 3 件")
    look_both_ways(clerk.page, "office-table-signed")
