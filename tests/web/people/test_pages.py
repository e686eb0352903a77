"""The pages of people, as a browser without a screen uses them, and as somebody who attacks them does."""

from __future__ import annotations

import base64
import re
from html import unescape

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from signkit.web.api.operation_log import operations
from signkit.web.office.door import OPEN, cookie_name
from signkit.web.people.accounts import add_person, find_person
from signkit.web.people.links import FROM_CONSOLE, make_link
from signkit.web.people.sessions import admit_person
from tests.web.office.conftest import ORIGIN, OURS, text_of
from tests.web.people.authenticator import Device
from tests.web.people.conftest import Clock

pytestmark = pytest.mark.usefixtures("cheap_hashes")
PASSWORD = "correct horse battery"


class Visitor:
    """A browser that sends forms as our pages do."""

    def __init__(self, office):
        self.client = office.browser()
        self.office = office

    @property
    def cookie(self):
        return self.client.cookies.get(cookie_name(self.office.service))

    def get(self, path):
        return self.client.get(path)

    def send(self, path, data=None):
        """Send a form, with the token that the session's page would carry."""
        cookie = self.cookie
        admitted = admit_person(self.office.service.tenants, cookie) if cookie else None
        token = {"csrf": admitted[1].csrf} if admitted else {}
        return self.client.post(path, data=token | (data or {}), headers=OURS)

    def passkey(self, path, device, way="sign", **data):
        """Do what the page's script does."""
        told = self.send(f"{path}/challenge").json()
        answer = device.sign(told["options"]) if way == "sign" else device.make(told["options"])
        return self.send(f"{path}/passkey", {"challenge": told["challenge"], "response": answer} | data)

    def log(self, tenant):
        with tenant.store.reading() as connection:
            return [(each.action, each.actor, each.status) for each in operations(connection)]


@pytest.fixture
def clock(offices):
    made = Clock()
    offices.service.tenants._clock = made
    return made


@pytest.fixture
def tenant(offices, clock):
    return offices.tenant()


@pytest.fixture
def visitor(offices):
    return Visitor(offices)


def invited(tenant, role="administrator", name="髙橋"):
    """Somebody new, with the operator's link."""
    with tenant.store.writing() as connection:
        person = add_person(connection, name, role, tenant.store.now())
        return person, "/invitation/" + make_link(connection, tenant, person, "console", FROM_CONSOLE)[0]


def seated(office, tenant, role="administrator", name="髙橋"):
    """Somebody who came in with a passkey of their own."""
    person, link = invited(tenant, role, name)
    visitor, device = Visitor(office), Device()
    assert visitor.passkey(link, device, "make").status_code == 303
    visitor.person, visitor.device = person, device
    return visitor


@pytest.fixture
def admin(offices, tenant):
    return seated(offices, tenant)


def hidden(page, name):
    return unescape(re.search(rf'name="{name}" value="([^"]*)"', page.text)[1])


def code_of(secret, clock, later=0):
    key = base64.b32decode(secret.replace(" ", ""))
    return TOTP(key, 6, SHA1(), 30).generate(int(clock().timestamp()) + later).decode()


def set_up_password(visitor, path, clock, login="takahashi", password=PASSWORD):
    page = visitor.send(f"{path}/authenticator")
    secret = re.search(r'<dd class="mono">([A-Z2-7 ]+)</dd>', page.text)[1]
    typed = {"challenge": hidden(page, "challenge"), "login": login, "password": password, "again": password,
             "code": code_of(secret, clock)}  # fmt: skip
    return secret, visitor.send(f"{path}/password", typed)


def signed_in(visitor):
    return visitor.get("/account").status_code == 200


# coming in for the first time


def test_the_first_link_is_opened_by_anybody_and_used_once(visitor, tenant, offices):
    person, link = invited(tenant)
    for _ in range(3):
        assert "ようこそ" in visitor.get(link).text  # a mail scanner opens it, too
    answer = visitor.passkey(link, Device(), "make", name="会社のパソコン")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = visitor.get("/account")
    assert "会社のパソコン" in page.text
    assert "髙橋（管理）" in page.text
    stranger = Visitor(offices)
    assert stranger.get(link).status_code == 404
    assert stranger.send(f"{link}/challenge").status_code == 404
    assert ("useLink", f"person:{person.id}", 200) in visitor.log(tenant)


def test_two_browsers_with_one_link_make_one_key(tenant, offices):
    _, link = invited(tenant)
    one, other, late = Visitor(offices), Visitor(offices), Device()
    told = other.send(f"{link}/challenge").json()
    one.passkey(link, Device(), "make")
    answer = other.send(f"{link}/passkey", {"challenge": told["challenge"], "response": late.make(told["options"])})
    assert answer.status_code == 404
    assert other.cookie is None
    assert signed_in(one)


def test_a_link_ends_after_its_hour(visitor, tenant, clock):
    _, link = invited(tenant)
    clock.advance(minutes=61)
    assert visitor.get(link).status_code == 404


def test_somebody_comes_in_by_password_and_codes(visitor, tenant, clock, offices):
    _, link = invited(tenant)
    secret, page = set_up_password(visitor, link, clock)
    codes = re.findall(r'<li class="mono">([a-z2-7-]+)</li>', page.text)
    assert len(codes) == 8
    assert signed_in(visitor)
    other = Visitor(offices)
    clock.advance(seconds=30)
    path = f"/sign-in/{tenant.id}"
    typed = {"login": "takahashi", "password": PASSWORD, "code": code_of(secret, clock)}
    assert other.send(f"{path}/password", typed).status_code == 303
    assert signed_in(other)
    again = Visitor(offices)
    refused = again.send(f"{path}/password", typed)
    assert refused.status_code == 401
    assert "使用済み" in text_of(refused)
    assert again.send(f"{path}/password", typed | {"code": codes[3]}).status_code == 303


def test_what_was_typed_wrong_is_said_and_the_link_stays(visitor, tenant, clock):
    _, link = invited(tenant)
    _, page = set_up_password(visitor, link, clock, password="short")
    assert page.status_code == 422
    assert "12 文字以上" in text_of(page)
    secret = re.search(r'<dd class="mono">([A-Z2-7 ]+)</dd>', page.text)[1]
    typed = {"challenge": hidden(page, "challenge"), "login": hidden(page, "login") if 'name="login" value' in page.text
             else "takahashi", "password": PASSWORD, "again": PASSWORD, "code": code_of(secret, clock)}  # fmt: skip
    assert "回復用コード" in text_of(visitor.send(f"{link}/password", typed))


def test_a_recovery_link_ends_all_that_was(offices, tenant, admin):
    with tenant.store.writing() as connection:
        text, _ = make_link(connection, tenant, admin.person, "console", FROM_CONSOLE)
    assert signed_in(admin)
    found = Visitor(offices)
    found.passkey(f"/invitation/{text}", Device(), "make")
    assert signed_in(found)
    assert not signed_in(admin)
    assert admin.passkey(f"/sign-in/{tenant.id}", admin.device).status_code == 401


# coming in again


def test_a_passkey_comes_in_and_goes_where_one_was_led(admin, offices, tenant):
    other = Visitor(offices)
    answer = other.passkey(f"/sign-in/{tenant.id}", admin.device, next="/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    cookie = answer.headers.get_list("set-cookie")[0]
    for each in ("__Host-signkit-office=", "HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert each in cookie
    assert other.get("/people").status_code == 200
    assert other.get("/sign-in/").headers["location"] == f"/sign-in/{tenant.id}"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/x//evil", "javascript:alert(1)", "",
               "/people?x=//e", "/people\r\nset-cookie: a=b", "/%2f/evil.example", "people"],
)  # fmt: skip
def test_nobody_is_led_elsewhere(admin, offices, tenant, target):
    answer = Visitor(offices).passkey(f"/sign-in/{tenant.id}", admin.device, next=target)
    assert answer.headers["location"] == "/"
    shown = Visitor(offices).client.get(f"/sign-in/{tenant.id}", params={"next": target})
    assert 'name="next" value="/"' in shown.text


def test_a_session_is_always_a_new_one(admin, tenant):
    before = admin.cookie
    admin.passkey(f"/sign-in/{tenant.id}", admin.device)
    assert admin.cookie != before
    assert signed_in(admin)
    admin.client.cookies.clear()
    admin.client.cookies.set(cookie_name(admin.office.service), before)
    assert not signed_in(admin)  # nobody waits with a cookie of before


def test_a_cookie_that_somebody_planted_is_not_taken_over(offices, tenant, admin):
    victim = seated(offices, tenant, "clerk", "佐藤")
    planted = Visitor(offices)
    planted.client.cookies.set(cookie_name(offices.service), admin.cookie)
    answer = planted.passkey(f"/sign-in/{tenant.id}", victim.device)
    assert answer.status_code == 303
    new = answer.headers.get_list("set-cookie")[0].split("=", 1)[1].split(";")[0]
    assert new != admin.cookie
    assert admit_person(offices.service.tenants, new)[1].person == victim.person


def test_a_cookie_is_worth_nothing_after_signing_out(admin, offices):
    stolen = admin.cookie
    assert admin.send("/end").status_code == 200
    thief = Visitor(offices)
    thief.client.cookies.set(cookie_name(offices.service), stolen)
    assert not signed_in(thief)


def test_another_tenants_passkey_does_not_come_in(admin, offices, visitor):
    other = offices.tenant("別の会社")
    assert visitor.passkey(f"/sign-in/{other.id}", admin.device).status_code == 401
    assert visitor.cookie is None


def test_an_answer_to_a_challenge_is_not_taken_twice(admin, offices, tenant):
    path = f"/sign-in/{tenant.id}"
    told = Visitor(offices).send(f"{path}/challenge").json()
    data = {"challenge": told["challenge"], "response": admin.device.sign(told["options"])}
    assert Visitor(offices).send(f"{path}/passkey", data).status_code == 303
    again = Visitor(offices)
    assert again.send(f"{path}/passkey", data).status_code == 422
    assert again.cookie is None


def test_an_unknown_account_is_answered_as_a_wrong_password_is(visitor, offices, tenant, clock):
    _, link = invited(tenant)
    set_up_password(visitor, link, clock)
    typed = {"password": "wrong wrong wrong", "code": "000000"}
    answers = [
        Visitor(offices).send(f"/sign-in/{tenant.id}/password", typed | {"login": login})
        for login in ("takahashi", "somebody1")
    ]
    assert [each.status_code for each in answers] == [401, 401]
    assert answers[0].text.replace("takahashi", "somebody1") == answers[1].text
    assert dict(answers[0].headers) == dict(answers[1].headers)
    assert visitor.log(tenant)[-2:] == [("signIn", "nobody", 401)] * 2


def test_tries_beyond_the_limit_wait_and_fill_no_log(visitor, tenant):
    typed = {"login": "takahashi", "password": "x", "code": "1"}
    answers = [visitor.send(f"/sign-in/{tenant.id}/password", typed).status_code for _ in range(9)]
    assert answers == [401] * 5 + [429] * 4
    assert len(visitor.log(tenant)) == 5


def test_a_page_that_there_is_not(visitor):
    assert visitor.get("/sign-in/nobody").status_code == 404
    assert visitor.get("/sign-in/?tenant=nobody").status_code == 200
    assert "サインイン先" in text_of(visitor.get("/sign-in/"))
    assert visitor.get("/invitation/x").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("begin", OPEN)
def test_a_page_open_to_all_that_there_is_not_is_no_fault(visitor, tenant, caplog, begin):
    """A stranger's request was answered with 500, and wrote a whole traceback into the operator's journal."""
    for rest in ("", "x", "x/y/z", f"{tenant.id}/oidc", f"{tenant.id}/password/more", "%00", "../account"):
        for method in ("GET", "POST", "DELETE"):
            answer = visitor.client.request(method, begin + rest, headers=OURS)
            assert answer.status_code < 500, (method, rest)
    assert caplog.records == []


@pytest.mark.parametrize(
    "path", ["/sign-in/{tenant}/challenge", "/sign-in/{tenant}/passkey", "/sign-in/{tenant}/password",
             "{link}/challenge",
             "{link}/passkey", "{link}/authenticator", "{link}/password", "/account/challenge", "/account/passkey",
             "/account/passkey/remove", "/account/authenticator", "/account/password", "/account/password/remove",
             "/account/recovery", "/account/oidc/remove",
             "/account/sessions/end", "/people/invite", "/people/x/link", "/people/x/revoke",
             "/people/x/role", "/people/x/disable", "/approvals/purge",
             "/approvals/purge/x", "/approvals/x/decide", "/approvals/x/do",
             "/approvals/x/withdraw"],
)  # fmt: skip
def test_no_form_is_taken_from_elsewhere_or_without_its_token(admin, tenant, path):
    path = path.format(tenant=tenant.id, link=invited(tenant, name="佐藤")[1])
    token = {"csrf": admit_person(admin.office.service.tenants, admin.cookie)[1].csrf}
    for headers in ({}, OURS | {"origin": "https://evil.example"}, OURS | {"sec-fetch-site": "cross-site"}):
        assert admin.client.post(path, data=token, headers=headers).status_code == 403
    refused = admin.client.post(path, data={}, headers=OURS)
    assert refused.status_code == 403


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_pages_speak_both_languages(offices, tenant, language):
    _, link = invited(tenant)
    visitor = Visitor(offices)
    for path in (f"/sign-in/{tenant.id}", "/sign-in/", link):
        assert f'<html lang="{language}">' in visitor.get(f"{path}?language={language}").text
    visitor.passkey(link, Device(), "make", language=language)
    assert f'<html lang="{language}">' in visitor.get("/account").text


# one's own account


def test_what_one_comes_in_with_changes_and_other_sessions_end(admin, offices, tenant, clock):
    elsewhere = Visitor(offices)
    elsewhere.passkey(f"/sign-in/{tenant.id}", admin.device)
    assert signed_in(elsewhere)
    before, second = admin.cookie, Device()
    assert admin.passkey("/account", second, "make", name="鍵").status_code == 303
    assert admin.cookie != before
    assert signed_in(admin)
    assert not signed_in(elsewhere)
    assert (
        admin.send(
            "/account/passkey/remove", {"key": base64.urlsafe_b64encode(second.id).decode().rstrip("=")}
        ).status_code
        == 303
    )
    assert elsewhere.passkey(f"/sign-in/{tenant.id}", second).status_code == 401


def test_the_last_way_in_stays(admin):
    key = base64.urlsafe_b64encode(admin.device.id).decode().rstrip("=")
    answer = admin.send("/account/passkey/remove", {"key": key})
    assert answer.status_code == 422
    assert "最後のサインイン方法" in text_of(answer)
    assert signed_in(admin)


def test_a_password_beside_a_passkey(admin, clock):
    _, page = set_up_password(admin, "/account", clock)
    assert "回復用コード" in text_of(page)
    assert "takahashi" in admin.get("/account").text
    assert admin.send("/account/recovery").status_code == 200
    assert admin.send("/account/password/remove").status_code == 303
    assert "takahashi" not in admin.get("/account").text
    assert admin.send("/account/recovery").status_code == 422


def test_sessions_elsewhere_are_seen_and_ended(admin, offices, tenant):
    elsewhere = Visitor(offices)
    elsewhere.passkey(f"/sign-in/{tenant.id}", admin.device)
    assert "ほかのブラウザーをすべてサインアウトする" in admin.get("/account").text
    assert admin.send("/account/sessions/end").status_code == 303
    assert not signed_in(elsewhere)
    assert signed_in(admin)


def test_a_stolen_cookie_makes_no_credential_after_ten_minutes(admin, tenant, clock):
    clock.advance(minutes=11)
    assert signed_in(admin)
    for path in ("/account/challenge", "/account/passkey/remove", "/account/authenticator", "/account/password",
                 "/account/password/remove", "/account/recovery", "/people/invite"):  # fmt: skip
        answer = admin.send(path, {"name": "x", "role": "clerk"})
        assert answer.status_code == 403, path
    assert f"/sign-in/{tenant.id}?next=/people" in answer.text
    admin.passkey(f"/sign-in/{tenant.id}", admin.device)
    assert admin.send("/account/challenge").status_code == 200


def test_a_change_makes_no_session_young_again(admin, clock):
    clock.advance(minutes=6)
    admin.passkey("/account", Device(), "make")
    clock.advance(minutes=6)
    assert admin.send("/account/challenge").status_code == 403


def test_one_removes_no_key_of_another(admin, offices, tenant):
    other = seated(offices, tenant, "clerk", "佐藤")
    key = base64.urlsafe_b64encode(other.device.id).decode().rstrip("=")
    admin.send("/account/passkey/remove", {"key": key})
    assert other.passkey(f"/sign-in/{tenant.id}", other.device).status_code == 303


# people


def invite(admin, name="佐藤", role="clerk"):
    page = admin.send("/people/invite", {"name": name, "role": role})
    found = re.search(r">(https://[^<]+)</textarea>", page.text)
    return page, found[1].removeprefix(ORIGIN) if found else None


def id_of(tenant, name):
    from signkit.web.people.accounts import list_people

    with tenant.store.reading() as connection:
        return next(each.id for each in list_people(connection) if each.name == name)


def test_an_administrator_invites_a_clerk(admin, visitor, tenant):
    page, link = invite(admin)
    assert page.status_code == 200
    assert "招待中" in admin.get("/people").text
    visitor.passkey(link, Device(), "make")
    assert "佐藤（担当者）" in visitor.get("/account").text
    assert "招待中" not in admin.get("/people").text
    assert ("invitePerson", f"person:{admin.person.id}", 200) in admin.log(tenant)


def test_an_invitation_is_taken_back_made_anew_and_ends(admin, visitor, tenant, clock):
    _, first = invite(admin)
    person = id_of(tenant, "佐藤")
    page = admin.send(f"/people/{person}/link")
    second = re.search(r">(https://[^<]+)</textarea>", page.text)[1].removeprefix(ORIGIN)
    assert visitor.get(first).status_code == 404
    assert visitor.get(second).status_code == 200
    admin.send(f"/people/{person}/revoke")
    assert visitor.get(second).status_code == 404
    _, third = invite(admin, "鈴木")
    clock.advance(days=3)
    assert visitor.get(third).status_code == 404


def test_no_link_is_made_into_an_account_that_somebody_uses(admin, offices, tenant):
    clerk = seated(offices, tenant, "clerk", "佐藤")
    for what in ("link", "revoke"):
        assert admin.send(f"/people/{clerk.person.id}/{what}").status_code == 409
    assert signed_in(clerk)


def test_who_is_disabled_is_out_at_once(admin, offices, tenant):
    clerk = seated(offices, tenant, "clerk", "佐藤")
    assert admin.send(f"/people/{clerk.person.id}/disable").status_code == 303
    assert not signed_in(clerk)
    assert clerk.passkey(f"/sign-in/{tenant.id}", clerk.device).status_code == 401
    assert admin.send(f"/people/{admin.person.id}/disable").status_code == 403
    assert signed_in(admin)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\u202eb", "\x00"])
def test_an_unfit_name_is_refused(admin, name):
    assert admin.send("/people/invite", {"name": name, "role": "clerk"}).status_code == 422


@pytest.mark.parametrize("role", ["", "root", "Administrator"])
def test_an_unknown_role_is_refused(admin, role):
    assert admin.send("/people/invite", {"name": "佐藤", "role": role}).status_code == 422


@pytest.mark.parametrize(
    ("role", "people", "approvals", "purge"),
    [("clerk", 403, 403, 403), ("supervisor", 403, 200, 200), ("auditor", 200, 200, 403),
     ("administrator", 200, 200, 403)],
)  # fmt: skip
def test_each_role_sees_its_pages_and_changes_what_is_its_own(offices, tenant, role, people, approvals, purge):
    seat = seated(offices, tenant, role, "鈴木")
    assert seat.get("/people").status_code == people
    assert seat.get("/approvals").status_code == approvals
    assert seat.get("/approvals/purge").status_code == purge
    if role != "administrator":
        other = seated(offices, tenant, "clerk", "佐藤").person
        for path in (
            "/people/invite",
            *(f"/people/{other.id}/{each}" for each in ("link", "revoke", "role", "disable")),
        ):
            assert seat.send(path, {"name": "x", "role": "clerk"}).status_code == 403, path
    if role != "supervisor":
        assert seat.send("/approvals/purge", {"entry": "1"}).status_code == 403


def test_nobody_reaches_another_tenants_people(admin, offices):
    other = offices.tenant("別の会社")
    there = seated(offices, other, "clerk", "佐藤")
    for what in ("link", "revoke", "role", "disable"):
        assert admin.send(f"/people/{there.person.id}/{what}", {"role": "auditor"}).status_code == 404
    assert "佐藤" not in admin.get("/people").text
    with other.store.reading() as connection:
        assert find_person(connection, there.person.id) == there.person
