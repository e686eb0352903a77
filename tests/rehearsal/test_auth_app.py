"""The test server for signing by phone: each wrong request is refused, by its rule and by name.

The requests are made by hand, with neither the client nor any of its code.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from signkit.card import pin
from signkit.card.profiles import PROFILES, make_card
from signkit.rehearsal.auth_app.exchange import Request
from signkit.rehearsal.auth_app.jose import TokenKey
from signkit.rehearsal.auth_app.phone import EmulatedPhone
from signkit.rehearsal.auth_app.provider import Provider
from signkit.rehearsal.auth_app.registration import Registration
from tests.made_once import rsa_key

ISSUER = "http://127.0.0.1:4000"
CALLBACK = "http://127.0.0.1:5000/callback"
DATA = b"what is signed"
VERIFIER = "v" * 43
OTHER_FORM = urlencode({"grant_type": "client_credentials", "scope": "sign"}).encode()
FORM = "application/x-www-form-urlencoded"


def challenge(verifier):
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


class World:
    """A provider with two clients, a clock that is set by hand, and the requests of the first client."""

    def __init__(self, seller_card, agrees=True):
        self.now = 1_800_000_000.0
        self.encryption_key = rsa_key("results of the phone")
        self.clients = [
            Registration(name, f"secret-{name}", (CALLBACK,), self.encryption_key.public_key())
            for name in ("own", "other")
        ]
        self.phone = EmulatedPhone("番号　花子", make_card(PROFILES["standard"], seller_card))
        self.token_key = TokenKey("key-1", rsa_key("tokens of the phone"))
        self.provider = Provider(
            ISSUER, tuple(self.clients), self.phone, self.token_key, agrees=agrees, clock=lambda: self.now
        )

    def send(self, method, path, query="", body=b"", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.provider.answer(Request(method, path, query, named, body))

    def token_request(self, client="own", secret=None, content_type=FORM, **form):
        pair = f"{client}:{secret or f'secret-{client}'}".encode()
        basic = "Basic " + b64encode(pair).decode()
        return self.send("POST", "/token", "", urlencode(form).encode(), authorization=basic, content_type=content_type)

    def client_token(self, client="own"):
        answer = self.token_request(client, grant_type="client_credentials", scope="sign")
        return json.loads(answer.body)["access_token"]

    def open_transaction(self, token, content=None, content_type="application/json"):
        content = {"digest": b64encode(sha256(DATA).digest()).decode()} if content is None else content
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.send(
            "POST", "/api/sign-transactions", "", body, authorization=f"Bearer {token}", content_type=content_type
        )

    def transaction(self, client="own"):
        return json.loads(self.open_transaction(self.client_token(client)).body)["id"]

    def asked(self, **changes):
        """The parameters of a right authorisation request, changed; None leaves one out."""
        right = {
            "response_type": "code", "client_id": "own", "redirect_uri": CALLBACK, "scope": "openid sign",
            "state": "s" * 32, "nonce": "n" * 32, "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        }  # fmt: skip
        if "sign_transaction_id" not in changes:
            changes["sign_transaction_id"] = self.transaction()
        return {name: value for name, value in {**right, **changes}.items() if value is not None}

    def authorize(self, **changes):
        return self.send("GET", "/authorize", urlencode(self.asked(**changes)))

    def code(self, **changes):
        return back(self.authorize(**changes))["code"]

    def exchange(self, code, client="own", **changes):
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
        }  # fmt: skip
        return self.token_request(client, **{**form, **changes})

    def result(self, identifier, token):
        return self.send("GET", f"/api/sign-transactions/{identifier}/result", authorization=f"Bearer {token}")


def back(answer):
    """What a redirect says to the client."""
    assert answer.status == 303
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def refusal(answer):
    content = json.loads(answer.body)
    return answer.status, content["error"], content["error_description"]


@pytest.fixture
def world(seller_card):
    return World(seller_card)


@pytest.fixture
def asking(seller_card):
    """A world in which a page asks the person."""
    return World(seller_card, agrees=False)


def opened(token, key):
    """Open a JWE with RSA-OAEP-256 and A256GCM by the standard's steps (RFC 7516 5.2)."""
    header, wrapped, vector, sealed, tag = token.split(".")
    wrapped, vector, sealed, tag = (urlsafe_b64decode(part + "==") for part in (wrapped, vector, sealed, tag))
    content_key = key.decrypt(wrapped, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    return json.loads(AESGCM(content_key).decrypt(vector, sealed + tag, header.encode()))


@pytest.mark.slow
@pytest.mark.parametrize("whose", ["client", "person"])
def test_the_right_requests_get_a_signature_and_its_certificate(world, whose):
    identifier = world.transaction()
    answer = back(world.authorize(sign_transaction_id=identifier))
    assert (answer["state"], answer["iss"]) == ("s" * 32, ISSUER)
    tokens = json.loads(world.exchange(answer["code"]).body)
    token = tokens["access_token"] if whose == "person" else world.client_token()
    result = opened(world.result(identifier, token).body.decode(), world.encryption_key)
    certificate = x509.load_der_x509_certificate(b64decode(result["certificate"]))
    certificate.public_key().verify(b64decode(result["signature"]), DATA, padding.PKCS1v15(), hashes.SHA256())


def test_the_id_token_is_signed_and_says_what_was_asked(world):
    token = json.loads(world.exchange(world.code()).body)["id_token"]
    signed, _, signature = token.rpartition(".")
    world.token_key.key.public_key().verify(
        urlsafe_b64decode(signature + "=="), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    claims = json.loads(urlsafe_b64decode(signed.split(".")[1] + "=="))
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "own", "n" * 32)
    assert claims["iat"] == world.now < claims["exp"]


#: A change of the right authorisation request, and the error that comes back.
WRONG_CONSENTS = {
    "another response type": ({"response_type": "token"}, "unsupported_response_type"),
    "no response type": ({"response_type": None}, "unsupported_response_type"),
    "answers in the fragment": ({"response_mode": "fragment"}, "invalid_request"),
    "without asking the person": ({"prompt": "none"}, "interaction_required"),
    "a request object": ({"request": "e30."}, "request_not_supported"),
    "no OpenID": ({"scope": "sign"}, "invalid_scope"),
    "no signature": ({"scope": "openid"}, "invalid_scope"),
    "an unknown scope": ({"scope": "openid sign admin"}, "invalid_scope"),
    "no state": ({"state": None}, "invalid_request"),
    "a state that can be guessed": ({"state": "1"}, "invalid_request"),
    "no nonce": ({"nonce": None}, "invalid_request"),
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "a plain challenge": ({"code_challenge_method": "plain"}, "invalid_request"),
    "no challenge method": ({"code_challenge_method": None}, "invalid_request"),
    "a short challenge": ({"code_challenge": "a" * 42}, "invalid_request"),
    "no transaction": ({"sign_transaction_id": None}, "invalid_request"),
    "a transaction of nobody": ({"sign_transaction_id": "0" * 36}, "invalid_request"),
}


@pytest.mark.parametrize("name", WRONG_CONSENTS)
def test_a_wrong_authorisation_request_comes_back_with_an_error(world, name):
    changes, error = WRONG_CONSENTS[name]
    said = back(world.authorize(**changes))
    assert said["error"] == error
    assert "code" not in said


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "stranger"},
        {"client_id": None},
        {"redirect_uri": CALLBACK + "/x"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": None},
    ],
    ids=str,
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(world, changes):
    answer = world.authorize(**changes)
    assert answer.status == 400
    assert "Location" not in answer.headers


def test_a_parameter_that_stands_twice_is_refused(world):
    answer = world.send("GET", "/authorize", urlencode(world.asked()) + "&state=" + "t" * 32)
    assert refusal(answer)[2] == "a parameter stands twice"


def test_a_transaction_is_good_for_one_consent(world):
    identifier = world.transaction()
    world.authorize(sign_transaction_id=identifier)
    assert back(world.authorize(sign_transaction_id=identifier))["error_description"] == "the transaction was used"


def test_a_transaction_of_another_client_is_refused(world):
    said = back(world.authorize(sign_transaction_id=world.transaction("other")))
    assert said["error_description"] == "no such transaction"


def test_a_transaction_expires(world):
    identifier = world.transaction()
    world.now += 601
    assert back(world.authorize(sign_transaction_id=identifier))["error_description"] == "the transaction has expired"


#: A wrong exchange of a right code, and the refusal.
WRONG_EXCHANGES = {
    "another verifier": ({"code_verifier": "w" * 43}, (400, "invalid_grant")),
    "no verifier": ({"code_verifier": ""}, (400, "invalid_grant")),
    "a short verifier": ({"code_verifier": "v" * 42}, (400, "invalid_grant")),
    "another redirect URI": ({"redirect_uri": "http://127.0.0.1:5000/"}, (400, "invalid_grant")),
    "another code": ({"code": "x" * 43}, (400, "invalid_grant")),
    "another grant": ({"grant_type": "password"}, (400, "unsupported_grant_type")),
    "another client": ({"client": "other"}, (400, "invalid_grant")),
    "another secret": ({"secret": "wrong"}, (401, "invalid_client")),
    "a stranger": ({"client": "stranger"}, (401, "invalid_client")),
    "no form": ({"content_type": "application/json"}, (400, "invalid_request")),
    "two ways of authentication": ({"client_secret": "secret-own"}, (400, "invalid_request")),
}


@pytest.mark.parametrize("name", WRONG_EXCHANGES)
def test_a_wrong_exchange_gets_no_token(world, name):
    changes, wanted = WRONG_EXCHANGES[name]
    given = {"code": world.code(), **changes}
    code = given.pop("code")
    assert refusal(world.exchange(code, **given))[:2] == wanted


def test_a_code_is_good_once(world):
    code = world.code()
    assert world.exchange(code).status == 200
    assert refusal(world.exchange(code))[:2] == (400, "invalid_grant")


def test_a_code_is_not_good_after_a_wrong_try(world):
    code = world.code()
    world.exchange(code, code_verifier="w" * 43)
    assert refusal(world.exchange(code))[:2] == (400, "invalid_grant")


def test_a_code_expires(world):
    code = world.code()
    world.now += 61
    assert refusal(world.exchange(code))[2] == "the code has expired"


def test_a_client_that_does_not_say_who_it_is_gets_nothing(world):
    assert refusal(world.send("POST", "/token", "", OTHER_FORM, content_type=FORM))[:2] == (401, "invalid_client")


def test_a_client_may_say_who_it_is_in_the_form(world):
    form = {"grant_type": "client_credentials", "scope": "sign", "client_id": "own", "client_secret": "secret-own"}
    assert world.send("POST", "/token", "", urlencode(form).encode(), content_type=FORM).status == 200


def test_an_authorisation_header_that_cannot_be_read_is_refused(world):
    answer = world.send("POST", "/token", "", OTHER_FORM, content_type=FORM, authorization="Basic *")
    assert refusal(answer)[:2] == (401, "invalid_client")


def test_the_clients_own_token_is_for_signing_only(world):
    answer = world.token_request(grant_type="client_credentials", scope="openid")
    assert refusal(answer)[:2] == (400, "invalid_scope")


#: A body that opens no transaction, and the HTTP status.
WRONG_BODIES = {
    "no digest": ({}, 400),
    "a digest that is no text": ({"digest": 1}, 400),
    "a digest that is no base64": ({"digest": "*"}, 400),
    "base64url": ({"digest": "_" * 43 + "="}, 400),
    "a digest of SHA-1": ({"digest": b64encode(bytes(20)).decode()}, 400),
    "something beside": ({"digest": b64encode(bytes(32)).decode(), "document": "x"}, 400),
    "no object": ([], 400),
    "no JSON": (b"{", 400),
}


@pytest.mark.parametrize("name", WRONG_BODIES)
def test_a_wrong_body_opens_no_transaction(world, name):
    content, status = WRONG_BODIES[name]
    assert world.open_transaction(world.client_token(), content).status == status


def test_another_content_type_opens_no_transaction(world):
    assert world.open_transaction(world.client_token(), content_type="text/plain").status == 415


def test_the_token_of_a_consent_opens_no_transaction(world):
    token = json.loads(world.exchange(world.code()).body)["access_token"]
    assert refusal(world.open_transaction(token))[:2] == (403, "insufficient_scope")


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_wrong_token_opens_nothing(world, token):
    identifier = world.transaction()
    assert refusal(world.open_transaction(token))[:2] == (401, "invalid_token")
    assert refusal(world.result(identifier, token))[:2] == (401, "invalid_token")


def test_a_token_expires(world):
    token = world.client_token()
    world.now += 601
    assert refusal(world.open_transaction(token))[:2] == (401, "invalid_token")


def test_no_result_before_the_person_signed(world):
    assert refusal(world.result(world.transaction(), world.client_token()))[:2] == (409, "authorization_pending")


def test_no_result_for_another_client(world):
    identifier = world.transaction()
    world.authorize(sign_transaction_id=identifier)
    assert world.result(identifier, world.client_token("other")).status == 404


def test_no_result_with_the_token_of_another_consent(world):
    identifier = world.transaction()
    world.authorize(sign_transaction_id=identifier)
    token = json.loads(world.exchange(world.code()).body)["access_token"]
    assert refusal(world.result(identifier, token))[:2] == (403, "insufficient_scope")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/token", 405), ("POST", "/authorize", 405), ("DELETE", "/api/sign-transactions", 405), ("GET", "/", 404)],
)
def test_what_is_not_there_is_said(world, method, path, status):
    assert world.send(method, path).status == status


# --- the page that stands for the phone -----------------------------------------------------------------------------


def consent_name(page):
    return page.body.decode().split('name="consent" value="')[1].split('"')[0]


def say(world, name, answer="sign", password="SIGNKIT1", **headers):
    form = urlencode({"consent": name, "answer": answer, "password": password}).encode()
    return world.send("POST", "/consent", "", form, content_type=FORM, **headers)


def test_the_page_shows_the_digest_and_signs_after_the_password(asking):
    page = asking.authorize()
    assert sha256(DATA).hexdigest() in page.body.decode()
    assert "code" in back(say(asking, consent_name(page)))


def test_a_wrong_password_asks_again_and_is_counted_by_the_phone(asking):
    page = asking.authorize()
    again = say(asking, consent_name(page), password="WRONG123")
    assert (again.status, 'role="alert"' in again.body.decode()) == (200, True)
    assert asking.phone.card.state.tries[pin.SIGNATURE.key] == 4
    assert "code" in back(say(asking, consent_name(page)))


def test_who_declines_gives_no_signature(asking):
    identifier = asking.transaction()
    page = asking.authorize(sign_transaction_id=identifier)
    assert back(say(asking, consent_name(page), answer="decline"))["error"] == "access_denied"
    assert asking.result(identifier, asking.client_token()).status == 409


def test_a_page_is_answered_once(asking):
    name = consent_name(asking.authorize())
    say(asking, name)
    assert refusal(say(asking, name))[0] == 400


def test_another_page_cannot_answer(asking):
    page = asking.authorize()
    assert refusal(say(asking, consent_name(page), origin="http://evil.example"))[0] == 403


def test_a_password_that_comes_after_the_transactions_end_signs_nothing(asking):
    page = asking.authorize()
    asking.now += 601
    assert back(say(asking, consent_name(page)))["error"] == "access_denied"
