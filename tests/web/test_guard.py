"""Who is let in: each way around it is refused, whatever page it is."""

from __future__ import annotations

import os
import re
import socket
import stat
from html import escape
from pathlib import Path

import pytest
from starlette.routing import Route

from signkit.web.common import guard, peers
from signkit.web.common.listening import listen_on_loopback
from signkit.web.common.sessions import COOKIE, Sessions, may_send
from signkit.web.common.start_page import write_start_page
from tests.web.browser import ADDRESS, HOST, ORIGIN, Browser

OURS = {"sec-fetch-site": "same-origin", "origin": ORIGIN}


def routes_of(browser, method):
    """Every address that answers the method, with something in its places."""
    app = browser.app._app
    found = [route.path for route in app.routes if isinstance(route, Route) and method in route.methods]
    return [re.sub(r"\{(\w+)(:int)?\}", lambda place: "1" if place[2] else "a" * 64, path) for path in found]


@pytest.mark.slow
@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{ADDRESS.port}", "localhost", f"localhost:{ADDRESS.port}",
             f"{ADDRESS.name}:1", ADDRESS.name, f"x.{HOST}", "127.0.0.1", ""],
)  # fmt: skip
def test_another_host_is_not_the_desk(browser, host):
    """DNS rebinding: a name of somebody else's that leads to loopback."""
    assert browser.get("/", headers={"host": host}).status_code == 421


@pytest.mark.slow
@pytest.mark.parametrize("host", ADDRESS.hosts)
def test_its_own_hosts_are(browser, host):
    assert browser.get("/", headers={"host": host, "cookie": f"{COOKIE}={browser.session.cookie}"}).status_code == 200


@pytest.mark.slow
def test_no_page_is_shown_without_the_session(browser):
    browser.client.cookies.clear()
    pages = [path for path in routes_of(browser, "GET") if path != "/start"]
    assert len(pages) > 12
    assert {path: browser.get(path).status_code for path in pages} == dict.fromkeys(pages, 403)


@pytest.mark.slow
@pytest.mark.parametrize("cookie", ["", "x", '"', "signkit-desk", f"{COOKIE}=", f"{COOKIE}=wrong", f'{COOKIE}="\\351"'])
def test_another_cookie_is_no_session(browser, cookie):
    browser.client.cookies.clear()
    assert browser.get("/", headers={"cookie": cookie}).status_code == 403


@pytest.mark.slow
def test_the_start_token_serves_once(browser):
    browser.client.cookies.clear()
    assert browser.get(f"/start?token={browser.sessions.start_token}").status_code == 403
    assert browser.client.cookies.get(COOKIE) is None


@pytest.mark.slow
@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?other=1"])
def test_another_token_begins_nothing(office, query):
    browser = Browser(office)
    browser.sessions._begun = False
    assert browser.get(f"/start{query}").status_code == 403


def test_the_cookie_is_out_of_scripts_reach_and_of_other_hosts(browser):
    cookie = browser.start.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "domain" not in cookie


@pytest.mark.slow
def test_the_answer_to_the_token_is_a_page_because_a_strict_cookie_follows_no_redirect_from_a_file(browser):
    assert browser.start.status_code == 200
    assert 'content="0; url=/"' in browser.start.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": ORIGIN},
        {"sec-fetch-site": "same-origin"},
        OURS | {"sec-fetch-site": "same-site"},
        OURS | {"sec-fetch-site": "cross-site"},
        OURS | {"sec-fetch-site": "none"},
        OURS | {"origin": "null"},
        OURS | {"origin": f"http://127.0.0.1:{ADDRESS.port + 1}"},
        OURS | {"origin": f"http://127.0.0.1:{ADDRESS.port}"},
        OURS | {"origin": f"https://{HOST}"},
        OURS | {"origin": f"{ORIGIN}.evil.example"},
    ],
)
def test_no_form_is_taken_that_another_origin_sent(browser, headers):
    """Each carries the cookie and even the form's token: a page on another port of this machine may have the first."""
    forms = routes_of(browser, "POST")
    assert len(forms) >= 10
    sent = {path: browser.client.post(path, data={"csrf": browser.session.csrf}, headers=headers) for path in forms}
    assert {path: answer.status_code for path, answer in sent.items()} == dict.fromkeys(forms, 403)


@pytest.mark.slow
@pytest.mark.parametrize("token", [None, "", "wrong", "\udcff"])
def test_no_form_is_taken_without_its_token(browser, token):
    data = {} if token is None else {"csrf": token.encode("utf-8", "surrogateescape")}
    forms = routes_of(browser, "POST")
    sent = {path: browser.client.post(path, data=data, headers=OURS).status_code for path in forms}
    assert sent == dict.fromkeys(forms, 403)


@pytest.mark.slow
def test_a_file_is_no_token(browser):
    files = {"csrf": ("csrf", browser.session.csrf.encode())}
    assert browser.client.post("/language", files=files, headers=OURS).status_code == 403


@pytest.mark.slow
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_not_taken_either(browser, method):
    assert browser.client.request(method, "/").status_code in (403, 404, 405)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/nothing", "/static/desk.css", "/static/nothing", "/start", "/contracts"])
def test_every_answer_keeps_the_browser_strict(browser, path):
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.slow
def test_refusals_are_strict_too(browser):
    assert "content-security-policy" in browser.get("/", headers={"host": "evil.example"}).headers


@pytest.mark.slow
def test_too_much_is_refused_by_what_it_says_of_itself(browser):
    headers = OURS | {"content-length": str(guard.MOST_SENT + 1)}
    assert browser.client.post("/check", content=b"", headers=headers).status_code == 413


@pytest.mark.slow
def test_too_much_is_refused_while_it_comes(browser, monkeypatch):
    monkeypatch.setattr(guard, "MOST_SENT", 100_000)
    headers = OURS | {"content-type": "multipart/form-data; boundary=x"}

    def pieces():
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        for _ in range(50):
            yield bytes(10_000)

    assert browser.client.post("/check", content=pieces(), headers=headers).status_code == 413


@pytest.mark.slow
def test_another_user_of_the_machine_is_refused(browser, monkeypatch):
    monkeypatch.setattr(peers, "peer_user", lambda *_: os.getuid() + 1)
    assert browser.get("/").status_code == 403


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="hardware: no /proc/net/tcp on this system")
def test_linux_tells_whose_connection_it_is():
    address, sockets = listen_on_loopback()
    with socket.create_connection(("127.0.0.1", address.port)) as connection:
        assert peers.peer_user(connection.getsockname()[1], address.port) == os.getuid()
    for each in sockets:
        each.close()


def test_the_desk_listens_on_loopback_alone_under_a_name_of_its_own():
    (first, sockets), (second, others) = listen_on_loopback(), listen_on_loopback()
    assert {each.getsockname()[0] for each in sockets} <= {"127.0.0.1", "::1"}
    assert {each.getsockname()[1] for each in sockets} == {first.port}
    assert first.name != second.name
    assert re.fullmatch(r"[0-9a-f]{16}\.localhost", first.name)
    for each in (*sockets, *others):
        each.close()


def test_the_start_page_is_for_this_user_alone_and_leads_on(tmp_path):
    page = write_start_page(tmp_path, ADDRESS, "the-token", "ja")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text(encoding="utf-8")
    assert escape(f"{ORIGIN}/start?token=the-token") in text
    assert f"http://127.0.0.1:{ADDRESS.port}/start?token=the-token" in text
    assert "<script" not in text


def test_a_session_that_nobody_uses_ends():
    now = [0.0]
    sessions = Sessions("ja", idle_seconds=60, clock=lambda: now[0])
    session = sessions.begin(sessions.start_token)
    now[0] = 59
    assert sessions.find(session.cookie) is session
    now[0] = 118
    assert not sessions.is_over()
    now[0] = 120
    assert sessions.is_over()
    assert sessions.find(session.cookie) is None


@pytest.mark.slow
def test_a_desk_that_was_ended_knows_its_cookie_no_more(browser):
    assert browser.post("/end").status_code == 200
    assert browser.get("/").status_code == 403
    assert browser.sessions.is_over()


def test_a_token_is_only_that_sessions_own():
    first, second = (Sessions("ja") for _ in range(2))
    one, other = first.begin(first.start_token), second.begin(second.start_token)
    assert may_send(one, one.csrf)
    assert not may_send(one, other.csrf)
    assert not may_send(one, None)


@pytest.mark.slow
@pytest.mark.parametrize("here", ["//evil.example/", "https://evil.example/", "/\\evil.example", "", "javascript:x"])
def test_the_language_switch_leads_nowhere_else(browser, here):
    assert browser.post("/language", {"here": here}).headers["location"] == "/"


def test_pages_fetch_nothing_from_elsewhere_and_have_no_field_for_a_secret(repository):
    pages = list((repository / "signkit/web/desk/pages").glob("*.html"))
    assert len(pages) > 10
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'type="password"|\bon\w+="|style="|<style|https?://|<script(?! src="/static/)', text), (
            page
        )


def test_a_number_that_no_row_has_is_no_fault_of_ours(browser, prepared):
    number = "9" * 30
    paths = [
        f"/contracts?before={number}", f"/archive/journal?before={number}", f"/contracts?amount_from={number}",
        f"/contracts/{number}", f"/pages/{prepared}/{number}-1000.png", f"/pages/{prepared}/0-{number}.png",
        f"/documents/{prepared}/changes/{number}-before.png", f"/archive/purge?deleted={number}",
    ]  # fmt: skip
    assert [path for path in paths if browser.client.get(path).status_code >= 500] == []


def test_what_refuses_a_download_is_read_as_a_page(repository):
    """With ``download`` on its link, the browser takes a refusal for the file and shows nobody what it says."""
    pages = [page.read_text(encoding="utf-8") for page in (repository / "signkit/web/desk/pages").glob("*.html")]
    links = [link for page in pages for link in re.findall(r"<a [^>]*>", page)]
    assert len(links) > 50
    assert [link for link in links if re.search(r"\bdownload\b", link)] == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_page_is_handed_out_to_another_sites_page(browser, prepared, site):
    strange = {"sec-fetch-site": site}
    for path in ("/", f"/documents/{prepared}/file", f"/documents/{prepared}/report.html", "/start?token=x"):
        assert browser.client.get(path, headers=strange).status_code == 403, path
    assert browser.client.get("/static/desk.css", headers=strange).status_code == 200
    for own in ("none", "same-origin"):
        assert browser.client.get("/", headers={"sec-fetch-site": own}).status_code == 200
