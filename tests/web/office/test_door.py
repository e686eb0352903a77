"""Who is let into the office: people by their cookie, at its one origin; the API beside it stays as it was."""

from __future__ import annotations

import pytest

from signkit.errors import ServiceError
from signkit.web.api.service_settings import SETTINGS, create_service, read_service_settings
from tests.web.office.conftest import ORIGIN, OURS, start, text_of


def test_somebody_who_came_in_sees_the_first_page_under_their_name(clerk):
    answer = clerk.get("/")
    assert answer.status_code == 200
    assert "髙橋" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", "desk.example.jp.evil.example", "desk.example.jp:444", ""])
def test_another_host_is_not_the_office(clerk, host):
    assert clerk.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "beside", ['x={"a":1}', "x=a b", "x", "a@b=1", 'x="open', "path=/", "=1", "x=日本".encode().decode("latin-1")]
)
def test_what_another_program_of_the_host_left_in_the_browser_ends_no_session(clerk, beside):
    """RFC 6265 5.4: a browser sends it beside ours; it need be no cookie by 4.1.1."""
    [(name, value)] = clerk.client.cookies.items()
    clerk.client.cookies.clear()
    for cookie in (f"{beside}; {name}={value}", f"{name}={value}; {beside}"):
        assert clerk.get("/", headers={"cookie": cookie.encode("latin-1")}).status_code == 200, cookie
    assert clerk.get("/", headers={"cookie": f"x{name}={value}".encode()}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/contracts", "/people", "/account", "/agents", "/nothing"])
def test_nobody_is_led_to_sign_in(offices, path):
    answer = offices.browser().get(path)
    assert answer.status_code == 403
    assert f'href="/sign-in/{"" if path == "/" else "?next=" + path}"' in answer.text
    assert "refresh" not in answer.text


@pytest.mark.parametrize(
    ("asked", "language"), [("", "ja"), ("ja,en;q=0.8", "ja"), ("en-GB,ja;q=0.5", "en"), ("fr", "en")]
)
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/invitation/nothing"])
def test_whoever_has_no_session_is_spoken_to_as_their_browser_asks(offices, path, asked, language):
    answer = offices.browser().get(path, headers={"accept-language": asked} if asked else {})
    assert f'<html lang="{language}">' in answer.text


def test_the_language_of_a_session_counts_more_than_the_browsers(clerk):
    assert '<html lang="ja">' in clerk.get("/", headers={"accept-language": "en"}).text


def test_a_click_in_a_mail_comes_again_as_our_own_because_a_strict_cookie_stayed_behind(offices):
    answer = offices.browser().get("/contracts/1", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert 'content="0; url=/contracts/1"' in answer.text


@pytest.mark.parametrize(
    "headers",
    [{}, OURS | {"origin": "null"}, OURS | {"origin": "https://evil.example"}, OURS | {"sec-fetch-site": "same-site"},
     OURS | {"origin": ORIGIN.replace("https", "http")}],
)  # fmt: skip
def test_no_form_is_taken_that_another_origin_sent(clerk, headers):
    data = {"csrf": clerk.session.csrf}
    for path in ("/language", "/end", "/sign-in/", "/party/x"):
        assert clerk.client.post(path, data=data, headers=headers).status_code == 403


def by_pieces(count):
    for _ in range(count):
        yield b"a" * 65_536


@pytest.mark.parametrize("path", ["/party/x", "/sign-in/"])
def test_nobody_sends_more_than_a_signature_is_long(offices, path):
    browser = offices.browser()
    form = OURS | {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post(path, content=b"a" * 5_000_000, headers=form).status_code == 413
    assert browser.post("/party/x", content=by_pieces(80), headers=form).status_code == 413


def test_no_form_is_taken_without_its_token(clerk):
    assert clerk.client.post("/language", data={}, headers=OURS).status_code == 403
    assert clerk.client.post("/language", data={"csrf": "wrong"}, headers=OURS).status_code == 403


def test_the_language_is_the_sessions_and_stays(clerk):
    assert clerk.post("/language", {"here": "/"}).headers["location"] == "/"
    assert '<html lang="en">' in clerk.get("/").text


@pytest.mark.parametrize("here", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_the_switch_leads_to_our_own_pages_alone(clerk, here):
    assert clerk.post("/language", {"here": here}).headers["location"] == "/"


def test_who_left_is_out(clerk):
    answer = clerk.post("/end")
    assert "サインアウト" in text_of(answer)
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert clerk.get("/").status_code == 403


def test_the_cookie_is_good_for_no_operation_of_the_api(clerk):
    assert clerk.get("/api/v1/validations").status_code == 401
    assert clerk.get("/health").status_code == 200


@pytest.mark.slow
def test_without_an_origin_there_are_no_pages(tmp_path):
    made = start(tmp_path, origin=None)
    answer = made.browser().get("/")
    made.service.close()
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "origin", ["http://desk.example.jp", "https://desk.example.jp/", "https://", "desk.example.jp", "http://127.0.0.1:8080",
               "https://desk.example.jp/x", "http://localhost.example.jp", "https://Desk.example.jp"],
)  # fmt: skip
def test_an_origin_that_browsers_give_no_passkeys_is_refused(tmp_path, origin):
    create_service(tmp_path)
    (tmp_path / SETTINGS).write_text(f'origin = "{origin}"\n')
    with pytest.raises(ServiceError, match="origin"):
        read_service_settings(tmp_path)


@pytest.mark.parametrize("origin", ["https://desk.example.jp", "https://desk.example.jp:8443", "http://localhost:8080",
                                    "http://desk.localhost"])  # fmt: skip
def test_an_origin_that_they_do_is_taken(tmp_path, origin):
    create_service(tmp_path)
    (tmp_path / SETTINGS).write_text(f'origin = "{origin}"\n')
    assert read_service_settings(tmp_path).origin == origin


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("workers = -3", "workers は 0 以上"),
        ("keep_days = -1", "keep_days は 1 以上"),
        ('proxy = "localhost"', "IP アドレスではありません"),
        ('proxy = ""', "IP アドレスではありません"),
        ('orgin = "https://desk.example.jp"', "orgin という設定はありません"),
        ("origin = 5", "origin の値の種類が違います"),
        ('mail_server = "mail.example.jp:587"', "mail_from の指定が必要です"),
        (
            'origin = "https://desk.example.jp"\noidc_issuer = "https://login.example.jp"',
            "oidc_client_id の指定が必要です",
        ),
    ],
)
def test_what_is_wrong_with_a_setting_is_told(tmp_path, line, words):
    create_service(tmp_path / "service")
    (tmp_path / "service" / SETTINGS).write_text(line + "\n")
    with pytest.raises(ServiceError) as refused:
        read_service_settings(tmp_path / "service")
    assert words in refused.value.message("ja")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.7"])
def test_a_proxy_is_an_address(tmp_path, address):
    create_service(tmp_path / "service")
    (tmp_path / "service" / SETTINGS).write_text(f'proxy = "{address}"\n')
    assert read_service_settings(tmp_path / "service").proxy == address
