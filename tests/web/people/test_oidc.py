"""Signing in by the operator's OpenID provider: who is let in, and each wrong answer that lets nobody in."""

from __future__ import annotations

import hmac
import json
import re
import time
from base64 import urlsafe_b64encode
from contextlib import ExitStack
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("joserfc", reason="the extra 'oidc' is not installed")

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from signkit.errors import ServiceError
from signkit.web.api.operation_log import operations
from signkit.web.api.service_settings import SETTINGS, create_service, read_service_settings
from signkit.web.office.door import cookie_name, oidc_cookie_name
from signkit.web.people.accounts import add_person, disable_person
from signkit.web.people.credentials import has_credentials
from signkit.web.people.declining import Declined
from signkit.web.people.identities import Identity, add_identity, list_identities
from signkit.web.people.links import FROM_CONSOLE, make_link
from signkit.web.people.oidc import OidcOffice
from signkit.web.people.passkeys import Passkey, add_passkey
from signkit.web.people.sessions import admit_person, begin_session
from signkit.web.people.tries import asking, take_try
from tests.web.office.conftest import ORIGIN, OURS, Seated, start, text_of
from tests.web.people.provider import KEY, LyingProvider

BACK = "/sign-in/oidc"


@pytest.fixture(scope="module")
def provider():
    made = LyingProvider()
    yield made
    made.close()


@pytest.fixture(scope="module")
def offices(provider, tmp_path_factory):
    folder = tmp_path_factory.mktemp("oidc")
    secret = folder / "secret"
    secret.touch(0o600)
    secret.write_text("client-secret")
    made = start(
        folder, oidc_issuer=provider.issuer, oidc_client_id="office", oidc_client_secret_file=str(secret),
        oidc_name="架空アカウント", requests_a_minute=100_000,
    )  # fmt: skip
    yield made
    made.served.close()
    made.service.close()


@pytest.fixture
def tenant(offices, provider):
    provider.lies, provider.subject = {}, "248289761001"
    return offices.tenant()


@pytest.fixture
def person(tenant, provider):
    """Somebody who is linked."""
    with tenant.store.writing() as connection:
        made = add_person(connection, "髙橋", "clerk", tenant.store.now())
        add_identity(connection, Identity(provider.issuer, provider.subject, made.id, tenant.store.now()))
    return made


@pytest.fixture
def browser(offices):
    return offices.browser()


def led(page):
    """Return where a page leads the browser on its own."""
    assert page.status_code == 200, text_of(page)
    return unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', page.text)[1])


def ask(browser, tenant, **form):
    return led(browser.post(f"/sign-in/{tenant.id}/oidc", data=form, headers=OURS))


def come_in(browser, tenant, provider, **form):
    return browser.get(f"{BACK}?{provider.authorize(ask(browser, tenant, **form))}")


def session_of(browser, offices):
    cookie = browser.cookies.get(cookie_name(offices.service))
    admitted = admit_person(offices.service.tenants, cookie) if cookie else None
    return admitted[1] if admitted else None


def log_of(tenant):
    with tenant.store.reading() as connection:
        return [(each.action, each.actor, each.status) for each in operations(connection)]


# who comes in


def test_a_linked_person_comes_in(offices, browser, tenant, provider, person):
    address = ask(browser, tenant, next="/people")
    asked = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
    assert (asked["scope"], asked["code_challenge_method"], asked["max_age"]) == ("openid", "S256", "600")
    assert asked["redirect_uri"] == ORIGIN + BACK
    page = browser.get(f"{BACK}?{provider.authorize(address)}")
    assert led(page) == "/people"
    cookie = next(each for each in page.headers.get_list("set-cookie") if each.startswith(cookie_name(offices.service)))
    for each in ("HttpOnly", "Secure", "SameSite=strict"):
        assert each in cookie
    assert session_of(browser, offices).person == person
    assert browser.get("/account").status_code == 200
    assert ("signIn", f"person:{person.id}", 200) in log_of(tenant)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(browser, tenant, provider, person, target):
    assert led(come_in(browser, tenant, provider, next=target)) == "/"


def test_nobody_is_known_by_a_mail_address_or_in_another_company(offices, browser, tenant, provider, person):
    provider.subject = "somebody else"  # whose mail address is the same
    page = come_in(browser, tenant, provider)
    assert page.status_code == 401
    assert "連携している利用者はいません" in text_of(page)
    assert session_of(browser, offices) is None
    assert log_of(tenant)[-1] == ("signIn", "nobody", 401)
    provider.subject = "248289761001"
    assert come_in(browser, offices.tenant("別の会社"), provider).status_code == 401


def test_who_is_disabled_does_not_come_in(offices, browser, tenant, provider, person):
    with tenant.store.writing() as connection:
        disable_person(connection, person.id, tenant.store.now())
    assert come_in(browser, tenant, provider).status_code == 401
    assert session_of(browser, offices) is None


@pytest.mark.parametrize(("shown", "is_fresh"), [(0, True), (-1200, False), (None, False), ("now", False), (9e9, True)])
def test_a_session_is_as_fresh_as_what_the_provider_tells(offices, browser, tenant, provider, person, shown, is_fresh):
    def tell(claims):
        claims["auth_time"] = int(time.time()) + int(shown) if isinstance(shown, int | float) else shown
        return {name: value for name, value in claims.items() if value is not None}

    provider.lies = {"claims": tell}
    led(come_in(browser, tenant, provider))
    csrf = session_of(browser, offices).csrf
    assert browser.post("/account/challenge", data={"csrf": csrf}, headers=OURS).status_code == (
        200 if is_fresh else 403
    )


# linking


def test_a_person_links_their_account_and_unlinks_it(offices, tenant, provider, browser):
    seat = offices.seat(tenant)
    elsewhere = offices.browser()
    with tenant.store.writing() as connection:
        _, cookie = begin_session(connection, tenant, seat.person)
    elsewhere.cookies.set(cookie_name(offices.service), cookie)
    page = seat.client.get(f"{BACK}?{provider.authorize(led(seat.post('/account/oidc')))}")
    assert led(page) == "/account"
    assert provider.issuer in seat.get("/account").text
    assert elsewhere.get("/account").status_code == 403  # what one comes in with changed
    led(come_in(browser, tenant, provider))
    assert session_of(browser, offices).person == seat.person
    again = Seated(browser, seat.person, session_of(browser, offices))
    refused = again.post("/account/oidc/remove")
    assert "最後のサインイン方法" in text_of(refused)
    assert [each[0] for each in log_of(tenant)].count("linkIdentity") == 1


def test_a_link_with_another_provider_is_no_way_in_that_is_left(offices, tenant):
    seat = offices.seat(tenant)
    with tenant.store.writing() as connection:
        add_identity(connection, Identity("https://former.example", "x", seat.person.id, tenant.store.now()))
        add_passkey(connection, Passkey("key", seat.person.id, "鍵", b"", 0, tenant.store.now()))
    assert "最後のサインイン方法" in text_of(seat.post("/account/passkey/remove", {"key": "key"}))
    assert seat.post("/account/oidc/remove").status_code == 303


def test_an_identity_belongs_to_one_person(offices, tenant, provider, person):
    seat = offices.seat(tenant, name="佐藤")
    page = seat.client.get(f"{BACK}?{provider.authorize(led(seat.post('/account/oidc')))}")
    assert page.status_code == 409
    with tenant.store.reading() as connection:
        assert list_identities(connection, seat.person.id) == []


def test_a_session_that_ended_meanwhile_links_nothing(offices, tenant, provider):
    seat = offices.seat(tenant)
    query = provider.authorize(led(seat.post("/account/oidc")))
    assert seat.post("/end").status_code == 200
    assert seat.client.get(f"{BACK}?{query}").status_code == 403
    with tenant.store.reading() as connection:
        assert not has_credentials(connection, seat.person.id)


def test_an_invitation_is_used_by_linking(offices, tenant, provider, browser):
    with tenant.store.writing() as connection:
        invited = add_person(connection, "佐藤", "clerk", tenant.store.now())
        text, _ = make_link(connection, tenant, invited, "console", FROM_CONSOLE)
    path = f"/invitation/{text}"
    assert "架空アカウント" in browser.get(path).text
    late = offices.browser()
    address = led(late.post(f"{path}/oidc", headers=OURS))
    page = browser.get(f"{BACK}?{provider.authorize(led(browser.post(f'{path}/oidc', headers=OURS)))}")
    assert led(page) == "/account"
    assert session_of(browser, offices).person == invited
    provider.subject = "somebody faster than nobody"
    assert late.get(f"{BACK}?{provider.authorize(address)}").status_code == 404
    assert browser.get(path).status_code == 404
    assert ("useLink", f"person:{invited.id}", 200) in log_of(tenant)


# who attacks


def test_another_browser_does_not_go_on_with_what_one_began(offices, tenant, provider, person, browser):
    """The attacker sends somebody else to the provider, or their own answer into somebody else's browser."""
    query = provider.authorize(ask(browser, tenant))
    victim = offices.browser()
    assert victim.get(f"{BACK}?{query}").status_code == 422
    ask(victim, tenant)
    assert victim.get(f"{BACK}?{query}").status_code == 401
    assert session_of(victim, offices) is None


def test_an_answer_is_taken_once(offices, browser, tenant, provider, person):
    query = provider.authorize(ask(browser, tenant))
    kept = browser.cookies.get(oidc_cookie_name(offices.service))
    led(browser.get(f"{BACK}?{query}"))
    again = offices.browser()
    again.cookies.set(oidc_cookie_name(offices.service), kept)
    assert again.get(f"{BACK}?{query}").status_code == 422


def test_a_cookie_of_another_secret_is_no_browser_that_began(offices, browser, tenant, provider, person):
    query = provider.authorize(ask(browser, tenant))
    kept = browser.cookies.get(oidc_cookie_name(offices.service))
    forger = offices.browser()
    forger.cookies.set(oidc_cookie_name(offices.service), kept[:-4] + "AAAA")
    assert forger.get(f"{BACK}?{query}").status_code == 422


@pytest.mark.parametrize(
    "headers", [{}, OURS | {"origin": "https://evil.example"}, OURS | {"sec-fetch-site": "cross-site"}]
)
def test_nobody_is_led_to_the_provider_from_elsewhere(browser, tenant, headers):
    assert browser.post(f"/sign-in/{tenant.id}/oidc", headers=headers).status_code == 403


def test_who_asks_again_and_again_waits(browser, tenant):
    with tenant.store.writing() as connection:
        for _ in range(60):
            assert take_try(connection, [asking("testclient")], tenant.store.clock()) == 0
    assert browser.post(f"/sign-in/{tenant.id}/oidc", headers=OURS).status_code == 429


def test_a_provider_that_does_not_answer_does_not_hold_everybody(offices, tenant):
    office = OidcOffice(offices.service)
    with ExitStack() as under_way:
        for _ in range(8):
            under_way.enter_context(office._spoken())
        with pytest.raises(Declined, match="oidc_busy"):
            office.ask(tenant, "sign-in")
    assert office.ask(tenant, "sign-in")


# wrong answers

OTHER = RSAKey.generate_key(2048, {"kid": "one"})


def changed(**values):
    return lambda said: {name: value for name, value in {**said, **values}.items() if value is not ...}


def signed(header, key, **options):
    return lambda _: lambda claims: jwt.encode(header, claims, key, **options)


def by_hand(header, secret=None):
    """Make what no library makes: a token that is not signed, or with the public key as a secret."""

    def encode(claims):
        said = b".".join(urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (header, claims))
        mac = b"" if secret is None else urlsafe_b64encode(hmac.digest(secret, said, "sha256")).rstrip(b"=")
        return (said + b"." + mac).decode()

    return lambda _: encode


def cut(encode):
    return lambda claims: encode(claims).rpartition(".")[0] + "."


def key_as(**values):
    return lambda said: {"keys": [{**said["keys"][0], **values}]}


def now(seconds):
    return int(time.time()) + seconds


WRONG = {
    "redirect": {
        "another state": changed(state="x"),
        "no state": changed(state=...),
        "another issuer": changed(iss="https://evil.example"),
        "no issuer, where it names itself": changed(iss=...),
        "no code": changed(code=...),
        "an empty code": changed(code=""),
        "the person declined": changed(code=..., error="access_denied"),
        "a state twice": lambda said: f"code={said['code']}&state={said['state']}&state={said['state']}",
        "no query": lambda _: "",
        "much": lambda said: f"state={said['state']}&code=" + "x" * 9000,
    },
    "claims": {
        "another issuer": changed(iss="https://evil.example"),
        "no issuer": changed(iss=...),
        "another audience": changed(aud="somebody"),
        "no audience": changed(aud=...),
        "two audiences without the one that is meant": changed(aud=["office", "somebody"]),
        "meant for another": changed(azp="somebody"),
        "another nonce": changed(nonce="x"),
        "no nonce": changed(nonce=...),
        "over": lambda said: said | {"exp": now(-120), "iat": now(-130)},
        "without an end": changed(exp=...),
        "an end that is no time": changed(exp="tomorrow"),
        "an end in a thousand years": lambda said: said | {"exp": now(10**10)},
        "of before": lambda said: said | {"iat": now(-7200)},
        "of tomorrow": lambda said: said | {"iat": now(86_000), "exp": now(86_300)},
        "without a beginning": changed(iat=...),
        "true as a time": changed(iat=True),
        "another access token's": changed(at_hash="AAAA"),
        "nobody": changed(sub=...),
        "an empty name": changed(sub=""),
        "a number as a name": changed(sub=248289761001),
        "a long name": changed(sub="x" * 256),
    },
    "sign": {
        "another key of the same name": signed({"alg": "RS256", "kid": "one"}, OTHER),
        "a key that is not there": signed({"alg": "RS256", "kid": "two"}, KEY),
        "no key named": signed({"alg": "RS256"}, KEY),
        "not signed": by_hand({"alg": "none", "kid": "one"}),
        "the signature cut off": lambda encode: cut(encode),
        "the public key as a secret": by_hand({"alg": "HS256", "kid": "one"}, KEY.as_pem(private=False)),
        "an algorithm that the key is not for": signed({"alg": "PS256", "kid": "one"}, KEY, algorithms=["PS256"]),
        "no token": lambda _: lambda _claims: None,
        "rubbish": lambda _: lambda _claims: "x.y.z",
    },
    "keys": {
        "no keys": lambda _: {"keys": []},
        "no list": lambda _: {"keys": "x"},
        "the same name twice": lambda said: {"keys": said["keys"] * 2},
        "a key for encryption": key_as(use="enc"),
        "too many": lambda said: {"keys": [*said["keys"], *({"kid": str(each)} for each in range(200))]},
        "another kind": lambda _: {"keys": [ECKey.generate_key("P-256", {"kid": "one"}).as_dict(private=False)]},
        "too short": lambda _: {
            "keys": [RSAKey.generate_key(1024, {"kid": "one"}, auto_kid=False).as_dict(private=False)]
        },
    },
    "tokens": {
        "no access token": changed(access_token=...),
        "another kind": changed(token_type="mac"),
        "no ID token": changed(id_token=...),
        "a list": lambda _: [],
    },
    "metadata": {
        "another issuer": changed(issuer="https://evil.example"),
        "no PKCE": changed(code_challenge_methods_supported=["plain"]),
        "an address without TLS": changed(token_endpoint="http://192.0.2.1/token"),
        "a script": changed(authorization_endpoint="javascript:alert(1)"),
        "no keys": changed(jwks_uri=...),
        "a port that is none": changed(jwks_uri="http://127.0.0.1:x/keys"),
    },
    "answer": {
        "a redirect": lambda _: (302, b"{}"),
        "an error": lambda _: (500, b"{}"),
        "no JSON": lambda _: (200, b"<html>"),
        "without an end": lambda _: (200, b"[" * 100_000),
        "too much": lambda said: (200, b" " * 300_000 + said[1]),
        "a name twice": lambda said: (200, said[1][:-1] + b',"issuer":"x","access_token":"y","keys":[]}'),
    },
}  # fmt: skip


@pytest.mark.parametrize(("place", "what"), [(place, what) for place, cases in WRONG.items() for what in cases])
def test_a_wrong_answer_lets_nobody_in(offices, browser, tenant, provider, person, place, what):
    provider.lies = {place: WRONG[place][what]}
    if place in ("metadata", "answer"):
        answer = browser.post(f"/sign-in/{tenant.id}/oidc", headers=OURS)
    else:
        answer = come_in(browser, tenant, provider)
        assert log_of(tenant)[-1] == ("signIn", "nobody", 401)
    assert answer.status_code == 401, text_of(answer)
    assert browser.cookies.get(cookie_name(offices.service)) is None
    told = text_of(answer)
    assert "code-" not in told
    assert "access-token" not in told


def test_the_provider_that_does_the_same_rightly_lets_in(offices, browser, tenant, provider, person):
    """What the test above changes is all that keeps people out."""
    led(come_in(browser, tenant, provider))
    assert session_of(browser, offices).person == person


@pytest.mark.parametrize(
    "text", ['oidc_issuer = "https://login.example.jp"', 'oidc_client_id = "x"',
             'oidc_issuer = "http://login.example.jp"\noidc_client_id = "x"\noidc_client_secret_file = "s"',
             'oidc_issuer = "https://login.example.jp?x"\noidc_client_id = "x"\noidc_client_secret_file = "s"',
             'oidc_issuer = "https://login.example.jp"\noidc_client_id = "x"\noidc_client_secret_file = "s"'],
)  # fmt: skip
def test_half_a_registration_is_refused(tmp_path, text):
    create_service(tmp_path)
    (tmp_path / SETTINGS).write_text(text, encoding="utf-8")  # the last one lacks the origin
    with pytest.raises(ServiceError):
        read_service_settings(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [0o644, None])
def test_a_secret_that_others_may_read_or_that_is_not_there_is_refused(tmp_path, provider, mode):
    if mode is not None:
        (tmp_path / "secret").write_text("client-secret")
        (tmp_path / "secret").chmod(mode)
    with pytest.raises(ServiceError):
        start(
            tmp_path, oidc_issuer=provider.issuer, oidc_client_id="office",
            oidc_client_secret_file=str(tmp_path / "secret"),
        )  # fmt: skip
