"""Passwords with one-time codes: neither alone, each code once, and nothing told to who guesses."""

from __future__ import annotations

import base64

import pytest

from signkit.web.people.accounts import disable_person
from signkit.web.people.declining import Declined
from signkit.web.people.passwords import (
    Typed,
    find_password,
    new_recovery_codes,
    new_totp_secret,
    set_password,
    totp_uri,
)
from tests.web.people.conftest import new_person
from tests.web.people.holding import LOGIN, PASSWORD, Account, code_of

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
def account(tenant, clock, person):
    return Account(tenant, clock, person)


def test_password_and_code_together_come_in(account, person):
    assert account.come_in() == person


@pytest.mark.parametrize("login", ["TAKAHASHI", " takahashi ", "ｔａｋａｈａｓｈｉ"])
def test_an_account_is_known_however_it_is_typed(account, person, login):
    assert account.come_in(login=login) == person


def test_a_code_is_known_however_it_is_typed(account, person):
    code = account.code()
    assert (
        account.come_in(code=f" {code[:3]} {code[3:].translate(str.maketrans('0123456789', '０１２３４５６７８９'))}")
        == person
    )


@pytest.mark.parametrize("typed", [{"password": PASSWORD + "x"}, {"password": ""}, {"code": "000000"}, {"code": "x"},
                                   {"code": "-1"}, {"login": "nobody"}, {"login": "\ud800"},
                                   {"password": "x" * 9999}])  # fmt: skip
def test_what_is_wrong_is_not_told(account, typed):
    assert account.reason(**typed) == "sign_in_wrong"


def test_a_code_is_good_once(account):
    code = account.code()
    account.come_in(code=code)
    assert account.reason(code=code) == "sign_in_wrong"


def test_the_code_that_set_it_up_is_used_up(tenant, clock, person):
    account = Account(tenant, clock, person)
    assert account.reason(code=account.code(seconds=-30)) == "sign_in_wrong"


def test_an_earlier_code_is_good_no_more_after_a_later_one(account):
    earlier = account.code()
    account.come_in(code=account.code(seconds=30))
    assert account.reason(code=earlier) == "sign_in_wrong"


def test_clocks_may_differ_by_one_step_and_no_more(account):
    account.clock.advance(seconds=120)
    assert account.reason(code=account.code(seconds=-60)) == "sign_in_wrong"
    assert account.reason(code=account.code(seconds=60)) == "sign_in_wrong"
    account.come_in(code=account.code(seconds=-30))
    account.come_in(code=account.code(seconds=30))


def test_a_wrong_password_uses_no_code_up(account, person):
    code = account.code()
    account.reason(password="something else", code=code)
    assert account.come_in(code=code) == person


def test_a_recovery_code_stands_for_a_code_once(account, tenant, person):
    with tenant.store.writing() as connection:
        codes = new_recovery_codes(connection, person.id)
    assert account.come_in(code=codes[0].upper().replace("-", " ")) == person
    assert account.reason(code=codes[0]) == "sign_in_wrong"
    assert account.reason(code=codes[1], password="something else") == "sign_in_wrong"
    assert account.come_in(code=codes[1]) == person
    with tenant.store.writing() as connection:
        assert find_password(connection, person.id).recovery == 6
        new_recovery_codes(connection, person.id)
    assert account.reason(code=codes[2]) == "sign_in_wrong"


def test_the_store_holds_no_secret_in_the_clear(account, tenant, person):
    with tenant.store.writing() as connection:
        codes = new_recovery_codes(connection, person.id)
    raw = b"".join(path.read_bytes() for path in tenant.store.folder.rglob("*") if path.is_file())
    secret = base64.b32decode(account.secret)
    for each in (PASSWORD.encode(), account.secret.encode(), secret, *(code.encode() for code in codes)):
        assert each not in raw
    assert b"$argon2id$v=19$" in raw


def test_another_tenants_account_is_unknown_here(tenants, account):
    account.tenant = tenants.add("別の会社")
    assert account.reason() == "sign_in_wrong"


def test_who_is_disabled_comes_in_no_more(account, tenant, person):
    with tenant.store.writing() as connection:
        disable_person(connection, person.id, tenant.store.now())
    assert account.reason() == "sign_in_wrong"


@pytest.mark.parametrize(
    ("login", "password", "reason"),
    [("ab", PASSWORD, "login_length"), ("a" * 81, PASSWORD, "login_length"), (LOGIN, "short", "password_short"),
     (LOGIN, "x" * 201, "password_long"), (LOGIN, "aaaaaaaaaaaaaaaa", "password_simple"),
     (LOGIN, "takahashitakahashi", "password_simple"), (LOGIN, "Takahashi2026", "password_simple")],
)  # fmt: skip
def test_an_unfit_password_is_refused_with_its_cause(tenant, clock, person, login, password, reason):
    secret = new_totp_secret()
    with tenant.store.writing() as connection, pytest.raises(Declined) as caught:
        set_password(connection, tenant, person, Typed(login, password, code_of(secret, clock())), secret)
    assert caught.value.reason == reason


def test_a_password_needs_the_device_that_has_its_secret(tenant, person):
    with tenant.store.writing() as connection, pytest.raises(Declined) as caught:
        set_password(connection, tenant, person, Typed(LOGIN, PASSWORD, "000000"), new_totp_secret())
    assert caught.value.reason == "code_wrong"


def test_an_accounts_name_is_taken_once(account, tenant, clock):
    with pytest.raises(Declined) as caught:
        Account(tenant, clock, new_person(tenant, name="佐藤"), "Takahashi")
    assert caught.value.reason == "login_taken"


def test_the_uri_tells_person_and_tenant(tenant, person):
    from urllib.parse import unquote

    uri = totp_uri(new_totp_secret(), person, tenant)
    assert uri.startswith("otpauth://totp/")
    assert "株式会社架空:髙橋" in unquote(uri)


@pytest.mark.slow
def test_who_guesses_waits_longer_each_time_and_unknown_accounts_wait_the_same(account):
    waits = {}
    for login in (LOGIN, "nobody"):
        waits[login] = []
        address = f"192.0.2.{len(login)}"
        for _ in range(8):
            with pytest.raises(Declined) as caught:
                account.come_in(login=login, password="wrong", address=address)
            waits[login].append(caught.value.facts.get("seconds", 0))
            account.clock.advance(seconds=caught.value.facts.get("seconds", 0))
    assert waits[LOGIN] == waits["nobody"] == [0, 0, 0, 0, 0, 1, 0, 2]


def test_while_one_waits_a_right_password_is_not_looked_at(account):
    for _ in range(5):
        account.reason(password="wrong")
    assert account.reason() == "too_many_tries"


@pytest.mark.slow
def test_the_owner_comes_in_where_they_did_before_while_strangers_guess(account, person):
    account.come_in()
    for number in range(12):
        account.reason(password="wrong", address=f"198.51.100.{number}")
    assert account.reason(password="wrong", address="203.0.113.9") == "too_many_tries"
    assert account.come_in(code=account.code(seconds=30)) == person


@pytest.mark.slow
def test_an_owner_at_a_new_place_waits_a_minute_at_most(account, person):
    for number in range(40):
        account.reason(password="wrong", address=f"198.51.100.{number}")
        account.clock.advance(seconds=61)
    assert account.come_in(address="203.0.113.9") == person


@pytest.mark.slow
def test_one_address_cannot_try_many_accounts(account):
    reasons = [account.reason(login=f"someone{number}", password="wrong") for number in range(22)]
    assert reasons[:20] == ["sign_in_wrong"] * 20
    assert reasons[20:] == ["too_many_tries"] * 2


def test_a_subscriber_is_one_address_with_the_whole_of_a_64(account):
    for number in range(5):
        account.reason(password="wrong", address=f"2001:db8::{number}")
    assert account.reason(address="2001:db8::ffff") == "too_many_tries"
