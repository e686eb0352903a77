"""Signing by phone: the client against the test server, and every wrong answer that it refuses."""

from __future__ import annotations

import json
import os
import shutil
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from signkit.rehearsal.auth_app import jose
from signkit.rehearsal.auth_app.registration import REGISTRATION_FILE
from signkit.settings import Settings
from signkit.signers.auth_app import KnownPhoneKey, open_phone_key
from signkit.signers.auth_app_config import Environment, load_config
from tests.refusals import refused_as
from tests.signers.auth_app_world import PhoneWorld, with_query

pytest.importorskip("joserfc")

DATA = b"signed attributes"


@pytest.fixture(scope="module")
def home(kept_home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("phone") / "home"
    shutil.copytree(kept_home, folder)
    return folder


@pytest.fixture
def world(home):
    with PhoneWorld(home) as running:
        yield running


@pytest.mark.slow
def test_the_phone_gives_signature_and_certificate_together(world):
    made = world.phone().sign_and_name(DATA)
    key = x509.load_der_x509_certificate(made.certificate).public_key()
    key.verify(made.signature, DATA, padding.PKCS1v15(), hashes.SHA256())
    assert [link.here for link in world.links] == [True]


@pytest.mark.slow
def test_a_known_certificate_makes_it_a_signer_like_any_other(world):
    certificate = world.phone().sign_and_name(DATA).certificate
    with KnownPhoneKey(world.phone(), certificate) as key:
        assert (key.algorithm.key_type, key.algorithm.digest) == ("rsa", "sha256")
        key.sign(b"another")


@pytest.mark.slow
def test_another_persons_phone_does_not_sign_for_the_known_certificate(world, home):
    certificate = world.phone().sign_and_name(DATA).certificate
    with (
        PhoneWorld(home, "yoshida") as other,
        KnownPhoneKey(other.phone(), certificate) as key,
        refused_as("auth-app-certificate-other"),
    ):
        key.sign(DATA)


@pytest.mark.slow
def test_no_token_code_or_secret_is_shown_in_a_representation(world):
    from signkit.signers.auth_app_client import begin

    phone = world.phone()
    consent = begin(phone.config, bytes(32), 5.0)
    shown = repr(phone) + repr(consent)
    for secret in (
        phone.config.client_secret,
        consent._client_token,
        consent._request.state,
        consent._request.nonce,
        consent._request.verifier,
    ):
        assert secret not in shown


@pytest.mark.slow
def test_only_the_hash_leaves_this_machine(world):
    bodies = []
    answer = world.server.provider.answer
    world.server.provider.answer = lambda request: (bodies.append(request.body), answer(request))[1]
    world.phone().sign_and_name(DATA)
    assert {"digest": b64encode(sha256(DATA).digest()).decode()} in [
        json.loads(body) for body in bodies if body.startswith(b"{")
    ]
    assert not any(DATA in body for body in bodies)


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes", [{"client_authentication": "client_secret_post"}, {"result_token": "person"}], ids=str
)
def test_what_the_services_own_pages_decide_is_a_setting(world, changes):
    assert world.phone(**changes).sign_and_name(DATA).signature


@pytest.mark.slow
def test_a_browser_elsewhere_is_asked_about(world):
    """The phone itself opened the address: its browser ended at a page that is not of this machine."""
    callback = "https://desk.example/callback"
    world.register(callback)
    phone = world.phone(redirect_uri=callback)
    shown, asked = [], []
    phone.show = shown.append

    def ask(request):
        asked.append(request.kind)
        return bytearray(world.consented(shown[0].address).encode())

    phone.ask = ask
    assert phone.sign_and_name(DATA).signature
    assert (shown[0].here, asked) == (False, ["callback-address"])


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["https://evil.example/callback?code=x&state=y", "https://[::1", "", "x"])
def test_an_address_of_another_page_is_refused(world, typed):
    callback = "https://desk.example/callback"
    world.register(callback)
    phone = world.phone(redirect_uri=callback)
    phone.show, phone.ask = (lambda _: None), (lambda _: bytearray(typed.encode()))
    with refused_as("auth-app-failed", match="not an address of the registered"):
        phone.sign_and_name(DATA)


# --- wrong answers --------------------------------------------------------------------------------------------------

#: How the browser comes back otherwise, and what is said of it.
WRONG_REDIRECTS = {
    "another state": ({"state": "x" * 43}, "another state"),
    "no state": ({"state": None}, "another state"),
    "another issuer": ({"iss": "https://evil.example"}, "another issuer"),
    "no issuer, though the provider gives it": ({"iss": None}, "another issuer"),
    "no code": ({"code": None}, "no code"),
    "a code that is none": ({"code": "a b"}, "no code"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG_REDIRECTS)
def test_a_wrong_redirect_is_refused(world, name):
    changes, words = WRONG_REDIRECTS[name]
    world.redirect = lambda address: with_query(address, **changes)
    with refused_as("auth-app-failed", match=words):
        world.phone().sign_and_name(DATA)
    assert world.requests.count("/token") == 1  # the client's own: no code was sent anywhere


@pytest.mark.slow
def test_something_twice_in_the_redirect_is_refused(world):
    world.redirect = lambda address: address + "&code=second"
    with refused_as("auth-app-failed", match="twice"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
def test_the_redirect_of_an_earlier_consent_is_refused(world):
    seen = []
    world.redirect = lambda address: seen.append(address) or seen[0]
    world.phone().sign_and_name(DATA)
    with refused_as("auth-app-failed", match="another state"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
def test_who_declines_is_told_apart(world):
    world.redirect = lambda address: with_query(address, code=None, error="access_denied")
    with refused_as("auth-app-declined", match="access_denied"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
def test_an_error_steers_no_terminal(world):
    world.redirect = lambda address: with_query(address, code=None, error="\x1b[2Jx")
    with refused_as("auth-app-declined", match=r"\(\?\)"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
def test_nobody_is_waited_for_for_ever(world):
    phone = world.phone()
    phone.show, phone.consent_seconds = (lambda _: None), 0.1
    with refused_as("auth-app-timeout"):
        phone.sign_and_name(DATA)


@pytest.mark.slow
def test_what_is_no_redirect_does_not_end_the_waiting(world):
    import contextlib
    import urllib.error
    import urllib.request

    def redirect(address):
        page = address.partition("?")[0]
        for stray in (page, page + "x?code=1&state=2", page.rpartition("/")[0] + "/favicon.ico"):
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(stray, timeout=60)
        rebound = urllib.request.Request(page + "?code=1&state=2", headers={"Host": "evil.example"})
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(rebound, timeout=60)
        return address

    world.redirect = redirect
    assert world.phone().sign_and_name(DATA).signature


#: Claims or a header of an ID token that is signed by the right key all the same, and what is said of it.
WRONG_ID_TOKENS = {
    "another nonce": ({"nonce": "other"}, "another nonce"),
    "no nonce": ({"nonce": None}, "another nonce"),
    "another issuer": ({"iss": "https://evil.example"}, "another issuer"),
    "no issuer": ({"iss": None}, "another issuer"),
    "another audience": ({"aud": "other"}, "another audience"),
    "no audience": ({"aud": None}, "another audience"),
    "several audiences": ({"aud": ["signkit-rehearsal", "other"]}, "another authorised party"),
    "another authorised party": ({"azp": "other"}, "another authorised party"),
    "no end": ({"exp": None}, "no times"),
    "an end that is no time": ({"exp": "never"}, "no times"),
    "an end that is not a number": ({"exp": float("nan")}, "no times"),
    "expired": ({"exp": 1_600_000_600, "iat": 1_600_000_000}, "expired"),
    "issued before the consent": ({"iat": 1_600_000_000}, "not of this consent's time"),
    "issued in the future": ({"iat": 9_999_999_000, "exp": 9_999_999_900}, "not of this consent's time"),
    "good for years": ({"exp": 9_999_999_999}, "too long"),
    "no subject": ({"sub": None}, "no subject"),
    "another access token": ({"at_hash": "x" * 22}, "another access token"),
    "an unknown key": ({"header": {"kid": "other"}}, "no such key"),
    "no key": ({"header": {"kid": None}}, "no such key"),
    "no algorithm": ({"header": {"alg": "none"}}, "algorithm"),
    "a symmetric algorithm": ({"header": {"alg": "HS256"}}, "algorithm"),
    "a critical extension": ({"header": {"crit": ["x"], "x": 1}}, "critical"),
    "an empty list of critical extensions": ({"header": {"crit": []}}, "critical"),
    "good from tomorrow": ({"nbf": 9_999_999_000}, "does not hold yet"),
    "a beginning that is no time": ({"nbf": "now"}, "no times"),
    "another key's signature": ({"sign": lambda _: bytes(256), "sub": "x"}, "does not hold"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG_ID_TOKENS)
def test_a_wrong_id_token_is_refused(world, name):
    changes, words = WRONG_ID_TOKENS[name]
    world.change = world.id_token(**changes)
    with refused_as("auth-app-failed", match=f"ID token.*{words}"):
        world.phone().sign_and_name(DATA)
    assert not any(path.endswith("/result") for path in world.requests)


@pytest.mark.slow
@pytest.mark.parametrize(
    "deep", [b"[" * 30_000 + b"]" * 30_000, b'{"a":' * 20_000 + b"1" + b"}" * 20_000, b"\xff", b"[]"]
)
@pytest.mark.parametrize("part", ["header", "claims"])
def test_an_id_token_of_anything_else_than_an_object_is_refused(world, part, deep):
    """Signed by the right key all the same."""

    def change(answer):
        content = json.loads(answer.body)
        head, body, _ = content["id_token"].split(".")
        head, body = (jose.base64url(deep), body) if part == "header" else (head, jose.base64url(deep))
        signed = f"{head}.{body}"
        content["id_token"] = f"{signed}.{jose.base64url(world.sign(signed.encode()))}"
        return replace(answer, body=json.dumps(content).encode())

    world.change = {"/token": change}
    with refused_as("auth-app-failed", match="ID token"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
def test_the_level_of_assurance_is_one_that_was_asked_for(world):
    for told, held in (("aal3", True), ("aal3 crl", True), (None, True), ("aal1", False), (["aal3"], False)):
        world.change = world.id_token(acr=told)
        if held:
            assert world.phone(acr_values="aal3 crl").sign_and_name(DATA).signature
        else:
            with refused_as("auth-app-failed", match="assurance"):
                world.phone(acr_values="aal3 crl").sign_and_name(DATA)
    world.change = world.id_token(acr="aal1")
    assert world.phone().sign_and_name(DATA).signature  # nothing was asked for


@pytest.mark.slow
def test_a_symmetric_signature_with_the_public_key_is_refused(world):
    import hmac

    public = world.server.provider.key.key.public_key()
    from cryptography.hazmat.primitives.serialization import PublicFormat

    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    world.change = world.id_token(header={"alg": "HS256"}, sign=lambda data: hmac.digest(pem, data, "sha256"))
    with refused_as("auth-app-failed", match="algorithm"):
        world.phone().sign_and_name(DATA)


#: An answer that says something else, and what is said of it.
WRONG_ANSWERS = {
    "metadata of another issuer": ("/.well-known", {"issuer": "https://evil.example"}, "another issuer"),
    "another host's token endpoint": ("/.well-known", {"token_endpoint": "https://evil.example/token"}, "own host"),
    "another host's page": ("/.well-known", {"authorization_endpoint": "javascript:alert(1)"}, "own host"),
    "another host's keys": ("/.well-known", {"jwks_uri": "http://127.0.0.1:1/jwks"}, "own host"),
    "an address that is none": ("/.well-known", {"token_endpoint": "https://[::1"}, "own host"),
    "a page that is no address": ("/.well-known", {"authorization_endpoint": "http://["}, "own host"),
    "no endpoint": ("/.well-known", {"token_endpoint": None}, "own host"),
    "no PKCE": ("/.well-known", {"code_challenge_methods_supported": ["plain"]}, "no PKCE"),
    "no identifier": ("/api/sign-transactions", {"id": None}, "no identifier"),
    "an identifier with a path": ("/api/sign-transactions", {"id": "../../token"}, "no identifier"),
    "no ID token": ("/token", {"id_token": None}, "there is none"),
    "no access token": ("/token", {"access_token": None}, "no access token"),
    "a token with a line break": ("/token", {"access_token": "a\r\nX: b"}, "no access token"),
    "another kind of token": ("/token", {"token_type": "mac"}, "another kind"),
    "no keys": ("/jwks", {"keys": []}, "no such key"),
    "keys that are none": ("/jwks", {"keys": {"kid": "rehearsal-1"}}, "no such key"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG_ANSWERS)
def test_a_wrong_answer_is_refused(world, name):
    path, changes, words = WRONG_ANSWERS[name]
    world.change = world.json_answer(path, **changes)
    with refused_as("auth-app-failed", match=words):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda keys: [{**keys[0], "use": "enc"}],
        lambda keys: keys * 2,
        lambda keys: [{**keys[0], "kty": "oct", "k": "AAAA"}],
        lambda keys: [{**keys[0], "n": jose.base64url(b"\xff" * 128)}],
        lambda keys: [{"kid": keys[0]["kid"]}],
    ],
    ids=["for encryption", "twice", "symmetric", "short", "empty"],
)
def test_a_wrong_key_is_refused(world, change):
    keys = world.server.provider.key.public_set()["keys"]
    world.change = world.json_answer("/jwks", keys=change(keys))
    with refused_as("auth-app-failed", match="key"):
        world.phone().sign_and_name(DATA)


#: What the encrypted result says otherwise, and what is said of it.
WRONG_RESULTS = {
    "another transaction": ({"sign_transaction_id": "0" * 36}, "another transaction"),
    "another issuer": ({"iss": "https://evil.example"}, "another issuer"),
    "another audience": ({"aud": "other"}, "another audience"),
    "expired": ({"exp": 1_600_000_600, "iat": 1_600_000_000}, "expired"),
    "no signature": ({"signature": None}, "no base64"),
    "no certificate": ({"certificate": None}, "no base64"),
    "a signature that is no base64": ({"signature": "*"}, "no base64"),
    "a certificate that is none": ({"certificate": "MAA="}, "cannot be read"),
    "a signature of nothing": ({"signature": b64encode(bytes(256)).decode()}, "not one of this certificate's key"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG_RESULTS)
def test_a_wrong_result_is_refused(world, name):
    changes, words = WRONG_RESULTS[name]
    world.change = world.result(**changes)
    with refused_as("auth-app-failed", match=f"result.*{words}"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
def test_the_result_of_an_earlier_transaction_is_refused(world):
    """Replayed whole, with the claims of this transaction: the signature is over something else."""
    earlier = {}

    def keep(answer):
        earlier.update(world.opened(answer.body.decode()))
        return answer

    world.change = {"/api/sign-transactions/": keep}
    world.phone().sign_and_name(b"earlier")
    world.change = world.result(signature=earlier["signature"])
    with refused_as("auth-app-failed", match="over what was to be signed"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
def test_the_certificate_of_an_authentication_key_is_refused(world, kept_home):
    from signkit.rehearsal.cards import kept_contents

    certificate = kept_contents(kept_home / "rehearsal").auth.certificate
    world.change = world.result(certificate=b64encode(certificate).decode())
    with refused_as("auth-app-failed", match="authentication key"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no JOSE"),
        (b"{}", "no JOSE"),
        ("鍵".encode(), "no JOSE"),
        (b"a.b.c", "no JOSE"),
        (b"e30.b.c.d.e", "decrypt"),
    ],
)
def test_what_is_no_encrypted_result_is_refused(world, body, words):
    world.change = {"/api/sign-transactions/": lambda answer: replace(answer, body=body)}
    with refused_as("auth-app-failed", match=words):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
def test_a_result_for_another_key_is_refused(world):
    other = rsa.generate_private_key(65537, 2048).public_key()
    world.change = {
        "/api/sign-transactions/": lambda answer: replace(
            answer, body=jose.encrypt(world.opened(answer.body.decode()), other).encode()
        )
    }
    with refused_as("auth-app-failed", match="decrypt"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", [{"alg": "RSA1_5"}, {"alg": "dir"}, {"enc": "XC20P"}, {"zip": "DEF"}, {"crit": ["x"]}], ids=str
)
def test_a_result_by_other_algorithms_is_refused(world, change):
    def swap(answer):
        from base64 import urlsafe_b64decode

        head, _, rest = answer.body.decode().partition(".")
        header = json.loads(urlsafe_b64decode(head + "==")) | change
        return replace(answer, body=f"{jose.base64url(json.dumps(header).encode())}.{rest}".encode())

    world.change = {"/api/sign-transactions/": swap}
    with refused_as("auth-app-failed", match="decrypt|critical"):
        world.phone().sign_and_name(DATA)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/.well-known", "/token", "/api/sign-transactions", "/jwks"])
@pytest.mark.parametrize("status", [302, 400, 500])
def test_an_error_or_a_redirect_of_the_service_ends_it(world, path, status):
    elsewhere = {"Location": f"{world.server.address}/stolen"}
    world.change = {path: lambda answer: replace(answer, status=status, headers=elsewhere)}
    with refused_as("auth-app-failed", match=f"HTTP status {status}"):
        world.phone().sign_and_name(DATA)
    assert "/stolen" not in world.requests


@pytest.mark.slow
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"issuer": 1, "issuer": 2}', b"[" * 100_000, b" " * 300_000], ids=len
)
def test_what_is_no_json_object_is_refused(world, body):
    world.change = {"/.well-known": lambda answer: replace(answer, body=body)}
    with refused_as("auth-app-failed", match="metadata"):
        world.phone().sign_and_name(DATA)


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decryption_key():
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def written(decryption_key, tmp_path):
    """Write the settings of an environment, changed; None leaves one out."""

    def write(environment, **changes):
        own = {
            "environment": environment, "issuer": "https://idp.example", "client_id": "c",
            "client_secret_file": "secret", "redirect_uri": "http://127.0.0.1:5000/callback",
            "decryption_key_file": "key.pem",
        }  # fmt: skip
        for name in ("secret", "key.pem"):
            (tmp_path / name).touch(mode=0o600)
            (tmp_path / name).write_bytes(b"secret" if name == "secret" else decryption_key)
        values = {name: value for name, value in {**own, **changes}.items() if value is not None}
        path = tmp_path / f"{environment}.toml"
        path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
        return Settings(auth_app_sandbox=path, auth_app_production=path, home=tmp_path / "home")

    return write


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_each_environment_has_a_file_of_its_own(written, environment):
    config = load_config(environment, written(environment))
    assert (config.environment, config.api, config.comes_back_here) == (environment, "https://idp.example", True)
    assert "secret" not in repr(config).replace("client_secret_basic", "")


def test_the_file_of_one_environment_is_not_read_as_the_other(written):
    with refused_as("auth-app-config-invalid", match="not production"):
        load_config("production", written("sandbox"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": "http://idp.example"}, "not https"),
        ({"issuer": "https://127.0.0.1:4000"}, "rehearsal"),
        ({"issuer": "http://localhost:4000"}, "not https"),
        ({"issuer": "https://user@idp.example"}, "no address"),
        ({"issuer": "idp.example"}, "no address"),
        ({"api": "http://api.example"}, "not https"),
        ({"redirect_uri": "http://desk.example/callback"}, "not https"),
        ({"redirect_uri": "http://127.0.0.1/callback"}, "port"),
        ({"redirect_uri": "https://desk.example/#x"}, "no address"),
        ({"scope": "openid"}, "openid and sign"),
        ({"client_authentication": "none"}, "not one of"),
        ({"result_token": "x"}, "not one of"),
        ({"client_id": None}, "missing"),
        ({"client_id": ""}, "missing"),
        ({"client_id": 5}, "not one line"),
        ({"client_id": "a\nb"}, "not one line"),
        ({"colour": "red"}, "unknown setting"),
    ],
    ids=str,
)
def test_settings_that_are_none_are_refused(written, changes, words):
    with refused_as("auth-app-config-invalid", match=words):
        load_config("production", written("production", **changes))


def test_the_rehearsal_is_on_this_machine_only(world, tmp_path):
    path = world.home / "rehearsal" / REGISTRATION_FILE
    home = tmp_path / "home"
    shutil.copytree(path.parent, home / "rehearsal" / "auth-app")
    moved = home / "rehearsal" / REGISTRATION_FILE
    moved.write_text(path.read_text().replace(world.server.address, "https://idp.example"))
    with refused_as("auth-app-config-invalid", match="this machine only"):
        load_config("rehearsal", Settings(home=home))


@pytest.mark.parametrize("kind", ["nothing", "no key", "encrypted", "for signatures alone"])
def test_a_decryption_key_that_is_none_is_refused_before_anybody_is_asked(written, tmp_path, kind):
    settings = written("sandbox")
    own, signing = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    keys = {
        "nothing": b"",
        "no key": b"secret",
        "encrypted": own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
        "for signatures alone": signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }
    (tmp_path / "key.pem").write_bytes(keys[kind])
    with refused_as("auth-app-config-invalid", match="decryption_key_file"):
        load_config("sandbox", settings)


@pytest.mark.skipif(os.name != "posix", reason="file modes")
@pytest.mark.parametrize("name", ["secret", "key.pem"])
@pytest.mark.parametrize("mode", [0o640, 0o604], ids=oct)
def test_a_secret_that_others_may_read_is_not_used(written, tmp_path, name, mode):
    settings = written("sandbox")
    (tmp_path / name).chmod(mode)
    with refused_as("auth-app-secret-unsafe", match="others may read"):
        load_config("sandbox", settings)


@pytest.mark.parametrize("name", ["", "sandbox", "production", "rehearsal", "other", "../x"])
def test_an_environment_that_is_not_set_up_is_said(tmp_path, name):
    with refused_as("auth-app-unknown"):
        load_config(name, Settings(home=tmp_path))


def test_the_test_servers_secrets_are_for_this_user_only(world):
    folder = (world.home / "rehearsal" / REGISTRATION_FILE).parent
    if os.name == "posix":
        assert [(folder / name).stat().st_mode & 0o777 for name in ("client-secret", "decryption-key.pem")] == [
            0o600
        ] * 2


@pytest.mark.slow
def test_a_test_certificate_is_refused_in_production(world):
    with refused_as("auth-app-world-other", match="production"):
        world.phone(environment=Environment.PRODUCTION).sign_and_name(DATA)


@pytest.fixture(scope="module")
def named_as_real():
    """A certificate whose issuer is called as a CA of JPKI's; phones may have one that cards do not have."""
    now, key = datetime.now(UTC), rsa.generate_private_key(65537, 2048)
    names = [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI")]
    issuer = x509.Name([*names, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "for phones")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "2026")])
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), 7, now, now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.slow
def test_a_real_certificate_is_for_production_alone(world, named_as_real):
    with KnownPhoneKey(world.phone(environment=Environment.PRODUCTION), named_as_real):
        pass
    for environment in (Environment.SANDBOX, Environment.REHEARSAL):
        phone = world.phone(environment=environment)
        with refused_as("auth-app-world-other", match=environment), KnownPhoneKey(phone, named_as_real):
            pass


@pytest.mark.slow
def test_a_key_that_signs_other_digests_is_refused(world, kept_home):
    from signkit.rehearsal.cards import kept_contents

    certificate = kept_contents(kept_home / "rehearsal", "next-generation").sign.certificate
    with refused_as("auth-app-key-unfit", match="SHA-256"):
        KnownPhoneKey(world.phone(), certificate)


def test_the_extra_that_is_missing_is_named(world, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with refused_as("extra-missing"):
        open_phone_key("rehearsal", world.show, lambda _: bytearray(), world.settings)


def test_nobody_to_show_the_address_to_is_said(world):
    with refused_as("auth-app-no-person"):
        open_phone_key("rehearsal", None, lambda _: bytearray(), world.settings)


@pytest.mark.slow
def test_a_page_whose_port_is_taken_is_said(world):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        with refused_as("auth-app-page-unusable"):
            world.phone(redirect_uri=address).sign_and_name(DATA)


def test_a_result_encrypted_for_an_elliptic_curve_key_is_opened(decryption_key):
    from joserfc import jwe
    from joserfc.jwk import ECKey

    from signkit.openid.tokens import Expected
    from signkit.signers.auth_app_tokens import open_result

    plain = json.dumps({"signature": "AA==", "certificate": "AQ=="}).encode()
    token = jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A128GCM"}, plain, ECKey.import_key(decryption_key))
    result = open_result(token, decryption_key, "t", Expected("i", "c", "n", 1000.0, 1000.0))
    assert (result.signature, result.certificate) == (b"\0", b"\1")
