"""Wherever a page stops somebody, it says what to do next: a way on that is there, in both languages."""

# ruff: noqa: F811  tests ask for the fixtures of test_pages by their names

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from signkit.web.api.roles import ROLES
from signkit.web.people.approvals import list_approvals
from signkit.web.people.passkeys import list_passkeys
from tests.web.office.conftest import ORIGIN, OURS, text_of
from tests.web.people.authenticator import Device
from tests.web.people.test_pages import clock, invited, seated, tenant, visitor  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cheap_hashes")]
_MAIN = re.compile(r"<main.*</main>", re.DOTALL)


@pytest.fixture
def admin(offices, tenant):
    return seated(offices, tenant)


def links(answer):
    """Where the page itself leads."""
    return re.findall(r'<a[^>]* href="([^"#]+)"', _MAIN.search(answer.text)[0])


def switched(seat, answer):
    """Press the language's button on a page that was answered."""
    here = re.search(r'action="/language">.*?name="here" value="([^"]*)"', answer.text)[1]
    return seat.get(seat.send("/language", {"here": here}).headers["location"])


def sent_from(seat, page, path, data):
    """Send a form as a browser does, which says on which page it stood."""
    token = re.search(r'name="csrf" value="([^"]+)"', seat.get(page).text)[1]
    headers = OURS | {"referer": ORIGIN + page}
    return seat.client.post(path, data={"csrf": token} | data, headers=headers)


@pytest.mark.parametrize(
    "path", ["/invitation/x", "/invitation/a_b_c", "/sign-in/x", "/account", "/people", "/nothing"]
)
def test_who_is_nobody_is_led_to_sign_in(visitor, tenant, path):
    answer = visitor.get(path)
    assert answer.status_code in (403, 404)
    [sign_in] = links(answer)
    assert sign_in.partition("?")[0] == "/sign-in/"


def test_who_signs_in_goes_on_to_the_page_that_was_asked_for(admin, tenant):
    admin.send("/end")
    [sign_in] = links(admin.get("/people"))
    assert sign_in == "/sign-in/?next=/people"
    page = admin.client.get(sign_in, follow_redirects=True)  # the browser knows the company
    assert (page.url.path, page.url.query) == (f"/sign-in/{tenant.id}", b"next=/people")
    assert 'name="next" value="/people"' in page.text
    [other] = links(page)[1:]
    assert 'id="tenant"' in admin.get(other.replace("&amp;", "&")).text
    page = admin.get(sign_in + "&tenant=x")
    assert 'name="next" value="/people"' in page.text
    assert links(admin.client.post("/people/invite", headers=OURS)) == ["/sign-in/"]  # a form is not a page


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/a?b=https://e.example", "/%0d%0ax"])
def test_the_way_to_sign_in_leads_nowhere_else(visitor, tenant, next_):
    page = visitor.client.get("/sign-in/", params={"tenant": tenant.id, "next": next_})
    assert page.headers["location"] == f"/sign-in/{tenant.id}"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ["/people", "/approvals", "/approvals/purge", "/approvals/trust", "/agents"])
def test_a_refused_page_does_not_lead_back_to_itself(offices, tenant, role, path):
    seat = seated(offices, tenant, role)
    answer = seat.get(path)
    if answer.status_code == 200:
        return
    found = links(answer)
    assert path not in found
    assert [seat.get(each).status_code for each in found] == [200] * len(found) != []


@pytest.mark.parametrize(
    ("page", "path", "data"),
    [("/people", "/people/invite", {"name": "", "role": "clerk"}), ("/people", "/people/x/disable", {}),
     ("/account", "/account/recovery", {}), ("/approvals", "/approvals/x/withdraw", {})],
)  # fmt: skip
def test_the_language_of_a_forms_answer_leads_to_the_forms_page(admin, page, path, data):
    answer = sent_from(admin, page, path, data)
    assert answer.status_code >= 400
    again = switched(admin, answer)
    assert (again.status_code, again.url.path) == (200, page)
    assert '<html lang="en">' in again.text


@pytest.mark.parametrize("referer", ["", "https://evil.example/account", "//evil.example/", "/account", "x"])
def test_the_language_of_a_forms_answer_leads_nowhere_else(admin, referer):
    token = re.search(r'name="csrf" value="([^"]+)"', admin.get("/account").text)[1]
    headers = OURS | {"referer": referer}
    answer = admin.client.post("/people/invite", data={"csrf": token, "name": "", "role": "clerk"}, headers=headers)
    assert 'name="here" value="/"' in answer.text


def test_what_is_shown_once_is_not_lost_by_the_language(admin, clock):
    shown = [
        admin.send("/people/invite", {"name": "田中", "role": "clerk"}),
        admin.send("/account/authenticator"),
    ]
    for answer in shown:
        assert answer.status_code == 200
        assert 'action="/language"' not in answer.text
    assert 'action="/language"' in admin.get("/account").text


def test_an_administrator_alone_is_told_that_nobody_can_decide(admin, offices, tenant):
    admin.send("/people/invite", {"name": "鈴木", "role": "administrator"})
    assert "signkit service person add" in text_of(admin.get("/approvals"))
    other = seated(offices, tenant, name="佐藤")
    assert "signkit service person add" not in text_of(admin.get("/approvals"))
    with tenant.store.reading() as connection:
        [asked] = list_approvals(connection)
    decided = other.send(f"/approvals/{asked.id}/decide", {"answer": "approve", "digest": asked.digest})
    assert decided.headers["location"] == "/people"  # where the link is made
    assert "有効なリンクなし" in text_of(other.get("/people"))


def test_nobody_is_asked_to_give_somebody_the_role_they_have(admin, offices, tenant):
    clerk = seated(offices, tenant, "clerk", name="田中")
    options = re.search(rf'id="r-{clerk.person.id}".*?</select>', admin.get("/people").text, re.DOTALL)[0]
    assert re.findall(r'value="(\w*)"', options) == ["", *(each for each in ROLES if each != "clerk")]
    answer = admin.send(f"/people/{clerk.person.id}/role", {"role": "clerk"})
    assert answer.status_code == 409
    assert "既にその役割" in text_of(answer)
    assert admin.send(f"/people/{clerk.person.id}/role", {"role": ""}).status_code == 422


@pytest.mark.parametrize(("language", "words"), [("ja", "サインアウトしました"), ("en", "signed out")])
def test_who_signed_out_sees_no_menu_and_the_way_back_in(admin, language, words):
    if language == "en":
        admin.send("/language", {"here": "/"})
    answer = admin.send("/end")
    assert f'<html lang="{language}">' in answer.text
    assert words in text_of(answer)
    assert links(answer) == ["/sign-in/"]
    assert "<form" not in answer.text
    assert "<nav" not in answer.text


def test_a_wrong_company_keeps_what_was_typed_in_both_languages(visitor):
    page = visitor.get("/sign-in/?tenant=%22%3Eabc%26d")
    for language in ("ja", "en"):
        assert 'value="&#34;&gt;abc&amp;d"' in page.text
        assert 'role="alert"' in page.text
        assert f'<html lang="{language}">' in page.text
        page = visitor.get("/sign-in/" + links(page)[0].replace("&amp;", "&"))


def test_the_own_page_to_sign_in_is_told_whole(admin, tenant):
    assert f"{ORIGIN}/sign-in/{tenant.id}" in text_of(admin.get("/account"))


def test_days_are_those_of_japan(offices, tenant, clock):
    clock.time = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)  # the 29th in Japan
    admin = seated(offices, tenant)
    assert "登録 2026-11-29 01:00" in text_of(admin.get("/account"))
    with tenant.store.reading() as connection:
        [key] = list_passkeys(connection, admin.person.id)
    assert key.name == "2026-11-29 01:00"


def test_a_devices_name_holds_nothing_unseen(visitor, tenant):
    person, link = invited(tenant)
    visitor.passkey(link, Device(), "make", name="会\x07社\u202e の\u200b PC")
    with tenant.store.reading() as connection:
        [key] = list_passkeys(connection, person.id)
    assert key.name.isprintable()


def test_another_address_says_which_is_right(visitor):
    answer = visitor.client.get("/", headers={"host": "127.0.0.1:8420"})
    assert answer.status_code == 421
    assert links(answer) == [f"{ORIGIN}/"]


def test_the_office_does_not_say_that_files_stay_on_ones_own_machine(offices, tenant):
    seat = seated(offices, tenant, "clerk")
    assert "サーバーに送って" in text_of(seat.get("/check"))
    seat.send("/language", {"here": "/"})
    page = text_of(seat.get("/check"))
    assert "server" in page
    assert "this PC" not in page
