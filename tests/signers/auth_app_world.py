"""Signing by phone in one process: the rehearsal's test server, whose answers a test may change, and a browser."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import urllib.error
import urllib.request
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from unittest import mock
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from signkit.rehearsal.auth_app import jose
from signkit.rehearsal.auth_app.exchange import PhoneAnswer
from signkit.rehearsal.auth_app.registration import REGISTRATION_FILE
from signkit.rehearsal.auth_app.server import AuthAppServer, open_server
from signkit.settings import Settings
from signkit.signers.auth_app import PhoneKey
from signkit.signers.auth_app_config import load_config
from tests.made_once import rsa_key


class PhoneWorld:
    """A running test server, its client's settings, and a browser that follows where a person is sent.

    Attributes:
        change: what is done to an answer, by the first words of its path; the tests of wrong answers set it.
        redirect: what is done to the address at which the browser comes back.
        requests: the paths that were asked for.
        links: where a person was sent.
    """

    def __init__(self, home, holder="standard"):
        self.home = home
        with mock.patch("signkit.rehearsal.auth_app.server.new_rsa_key", partial(rsa_key, "tokens of the phone")):
            self.server: AuthAppServer = open_server(home / "rehearsal", holder, 0, agrees=True)
        self.callback = f"http://127.0.0.1:{_free_port()}/callback"
        self.register(self.callback)
        self.settings = Settings(home=home, network_timeout=60)
        self.change: dict[str, Callable[[PhoneAnswer], PhoneAnswer]] = {}
        self.redirect: Callable[[str], str] = lambda address: address
        self.requests: list[str] = []
        self.links = []
        answer = self.server.provider.answer
        self.server.provider.answer = lambda request: self._changed(request, answer(request))

    def _changed(self, request, answer):
        self.requests.append(request.path)
        for path, change in self.change.items():
            if request.path.startswith(path) and (path != "/token" or b"authorization_code" in request.body):
                return change(answer)
        return answer

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def register(self, redirect_uri):
        """Let the server know another page to which a browser comes back: the tests run side by side."""
        client = self.server.provider.clients[0]
        self.server.provider.clients = (replace(client, redirect_uris=(redirect_uri,)),)

    def write_settings(self):
        """Name this world's own page in the client's file, for commands that read it."""
        path = self.home / "rehearsal" / REGISTRATION_FILE
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith("redirect_uri")]
        path.write_text("\n".join([*kept, f'redirect_uri = "{self.callback}"', ""]), encoding="utf-8")

    def phone(self, **changes):
        """The client's key; ``changes`` are settings that differ."""
        config = replace(load_config("rehearsal", self.settings), **{"redirect_uri": self.callback, **changes})
        return PhoneKey(config, self.show, lambda _: bytearray(), 5.0, consent_seconds=5.0)

    def requests_for(self, path):
        return [each for each in self.requests if each == path]

    def show(self, link):
        self.links.append(link)
        threading.Thread(target=self._browse, args=(link.address,), daemon=True).start()

    def _browse(self, address):
        with contextlib.suppress(urllib.error.HTTPError, OSError):
            urllib.request.urlopen(self.redirect(self.consented(address)), timeout=60).close()

    def consented(self, address):
        """Agree at ``address``; return where the browser is sent."""
        opener = urllib.request.build_opener(_Stay)
        try:
            opener.open(address, timeout=60)
        except urllib.error.HTTPError as redirect:
            with redirect:
                return redirect.headers["Location"]
        raise AssertionError("no redirect")

    # --- wrong answers ------------------------------------------------------------------------------------------

    def id_token(self, header=None, sign=None, **claims):
        """Change the ID token; a claim that is None is left out."""

        def change(answer):
            content = json.loads(answer.body)
            head, body, signature = content["id_token"].split(".")
            old_head, old_body = (json.loads(urlsafe_b64decode(part + "==")) for part in (head, body))
            new_head = {**old_head, **(header or {})}
            new_body = {name: value for name, value in {**old_body, **claims}.items() if value is not None}
            if new_body != old_body or new_head != old_head:
                head, body = (jose.base64url(json.dumps(part).encode()) for part in (new_head, new_body))
                signed = f"{head}.{body}".encode()
                signature = jose.base64url((sign or self.sign)(signed))
            content["id_token"] = f"{head}.{body}.{signature}"
            return replace(answer, body=json.dumps(content).encode())

        return {"/token": change}

    def sign(self, data):
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        return self.server.provider.key.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def json_answer(self, path, **changes):
        """Change a JSON answer; what is None is left out."""

        def change(answer):
            content = {**json.loads(answer.body), **changes}
            kept = {name: value for name, value in content.items() if value is not None}
            return replace(answer, body=json.dumps(kept).encode())

        return {path: change}

    def result(self, **changes):
        """Change what the encrypted result says; what is None is left out."""

        def change(answer):
            content = {**self.opened(answer.body.decode()), **changes}
            kept = {name: value for name, value in content.items() if value is not None}
            return replace(answer, body=jose.encrypt(kept, self.encryption_key()).encode())

        return {"/api/sign-transactions/": change}

    def decryption_key(self):
        folder = (self.home / "rehearsal" / REGISTRATION_FILE).parent
        return load_pem_private_key((folder / "decryption-key.pem").read_bytes(), None)

    def encryption_key(self):
        return self.decryption_key().public_key()

    def opened(self, token):
        from tests.rehearsal.test_auth_app import opened

        return opened(token, self.decryption_key())


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def with_query(address, **changes):
    """The address with other parameters; None leaves one out."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    kept = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urlencode(kept)).geturl()
