"""oidc-provider (npm) as witness: the client signs by a stranger's OpenID provider and a stranger's JOSE."""

from __future__ import annotations

import http.cookiejar
import json
import re
import shutil
import socket
import subprocess
import threading
import urllib.request
from base64 import b64encode
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from signkit.signers.auth_app import PhoneKey
from signkit.signers.auth_app_config import AuthAppConfig, Environment
from tests.refusals import refused_as
from tests.requirements import require

pytest.importorskip("joserfc")
pytestmark = pytest.mark.slow

ORIGIN = "https://desk.example.jp"
HERE = Path(__file__).parent / "oidc"
DATA = b"signed attributes"


class _CameBack(Exception):
    """The provider led the browser to a page that this machine's browser does not open."""


class _StopAtOrigin(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if newurl.startswith(ORIGIN):
            fp.close()
            raise _CameBack(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Browser:
    """A person's browser: it takes the pages of oidc-provider's development mode one by one."""

    def __init__(self):
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), _StopAtOrigin()
        )

    def led_back(self, address):
        """Agree, and return the address at which the provider leaves the browser."""
        with pytest.raises(_CameBack) as came:
            self._agree(address)
        return str(came.value)

    def agree(self, link):
        threading.Thread(target=self._agree, args=(link.address,), daemon=True).start()

    def _agree(self, address):
        page = self._open(address)
        for answers in ({"prompt": "login", "login": "misaki", "password": "x"}, {"prompt": "consent"}):
            action = unescape(re.search(r'<form[^>]* action="([^"]+)"', page)[1])
            page = self._open(action, urlencode(answers).encode())

    def _open(self, address, body=None):
        with self._opener.open(address, body, timeout=60) as answer:
            return answer.read().decode()


@pytest.fixture(scope="module")
def told(seller_card):
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    own = rsa.generate_private_key(65537, 2048)
    key = load_der_private_key(seller_card.sign.private_key, None)
    return {
        "client_id": "office", "client_secret": "a secret: with+signs%", "own": own,
        "redirect_uri": f"http://127.0.0.1:{port}/callback",
        "encryption_key": own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "certificate": b64encode(seller_card.sign.certificate).decode(),
        "desk_redirect_uris": [f"{ORIGIN}/sign-in/oidc"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def issuer(told):
    require(shutil.which("node"), "node is not installed")
    require((HERE / "node_modules" / "oidc-provider").is_dir(), f"oidc-provider is not installed (npm ci in {HERE})")
    asked = {name: value for name, value in told.items() if name != "own"}
    with subprocess.Popen(
        ["node", "provider.mjs"],
        cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture
def phone(told, issuer):
    def make(**changes):
        pem = told["own"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        config = {
            "environment": Environment.REHEARSAL, "issuer": issuer, "api": issuer, "client_id": told["client_id"],
            "client_secret": told["client_secret"], "redirect_uri": told["redirect_uri"], "decryption_key": pem,
            "scope": "openid sign", "acr_values": "", "client_authentication": "client_secret_basic",
            "result_token": "client",
        }  # fmt: skip
        return PhoneKey(AuthAppConfig(**config | changes), Browser().agree, lambda _: bytearray(), 10.0, 20.0)

    return make


def test_a_strangers_provider_gives_a_signature(phone):
    made = phone().sign_and_name(DATA)
    key = x509.load_der_x509_certificate(made.certificate).public_key()
    key.verify(made.signature, DATA, padding.PKCS1v15(), hashes.SHA256())


def test_a_strangers_provider_refuses_another_secret(phone):
    with refused_as("auth-app-failed", match="client token.*HTTP status 401"):
        phone(client_secret="other").sign_and_name(DATA)


def test_a_strangers_tokens_are_not_taken_for_another_issuer(phone, issuer):
    with refused_as("auth-app-failed", match="another issuer"):
        phone(issuer=issuer.replace("127.0.0.1", "localhost")).sign_and_name(DATA)


def test_a_person_signs_in_at_the_office_by_a_strangers_provider(told, issuer, tmp_path):
    pytest.importorskip("starlette", reason="the extra 'service' is not installed")
    from signkit.web.people.identities import Identity, add_identity
    from tests.web.office.conftest import OURS, start

    secret = tmp_path / "client-secret"
    secret.touch(0o600)
    secret.write_text("a-secret-of-the-office")
    offices = start(
        tmp_path, oidc_issuer=issuer, oidc_client_id="desk", oidc_client_secret_file=str(secret), origin=ORIGIN
    )
    try:
        tenant = offices.tenant()
        seat = offices.seat(tenant)
        with tenant.store.writing() as connection:
            add_identity(connection, Identity(issuer, "misaki", seat.person.id, tenant.store.now()))
        visitor = offices.browser()
        page = visitor.post(f"/sign-in/{tenant.id}/oidc", headers=OURS)
        address = unescape(re.search(r'content="0; url=([^"]*)"', page.text)[1])
        back = visitor.get(Browser().led_back(address).removeprefix(ORIGIN))
        assert back.status_code == 200, back.text
        assert seat.person.name in visitor.get("/account").text
        # the provider tells when the person showed who they are: they may change what they come in with
        csrf = re.search(r'name="csrf" value="([^"]+)"', visitor.get("/account").text)[1]
        assert visitor.post("/account/challenge", data={"csrf": csrf}, headers=OURS).status_code == 200
    finally:
        offices.served.close()
        offices.service.close()
