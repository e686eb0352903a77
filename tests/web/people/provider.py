"""An OpenID provider on loopback that can be made to answer wrong in one thing at a time."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
SECRET = "client-secret"


def same(said):
    """Change nothing."""
    return said


def half_hash(token):
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).decode().rstrip("=")


class LyingProvider:
    """The provider; each attribute of ``lies`` changes one answer before it is given."""

    def __init__(self):
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.answer(self, b"")

            def do_POST(self):
                provider.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.lies, self.codes, self.subject = {}, {}, "248289761001"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def lie(self, place):
        return self.lies.get(place, same)

    def answer(self, request, body):
        path = urlsplit(request.path).path
        if path == "/authorize":  # the person agreed at once
            self.lead_back(request)
            return
        made = {"/.well-known/openid-configuration": self.metadata, "/keys": self.keys, "/token": self.token}[path]
        status, content = self.lie("answer")((200, json.dumps(made(request, body)).encode()))
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        if 300 <= status < 400:
            request.send_header("Location", self.issuer + path)
        request.end_headers()
        request.wfile.write(content)

    def lead_back(self, request):
        [back] = parse_qs(urlsplit(request.path).query)["redirect_uri"]
        request.send_response(302)
        request.send_header("Location", f"{back}?{self.authorize(request.path)}")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def metadata(self, _request, _body):
        return self.lie("metadata")({
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"], "authorization_response_iss_parameter_supported": True,
        })  # fmt: skip

    def keys(self, _request, _body):
        return self.lie("keys")({"keys": [KEY.as_dict(private=False)]})

    def authorize(self, address):
        """Let the person agree; return the query with which the browser is sent back."""
        asked = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        said = self.lie("redirect")({"code": code, "state": asked["state"], "iss": self.issuer})
        return said if isinstance(said, str) else urlencode(said)

    def token(self, request, body):
        form = {name: value for name, [value] in parse_qs(body.decode()).items()}
        asked = self.codes.pop(form["code"])
        challenge = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        assert (challenge, form["redirect_uri"]) == (asked["code_challenge"], asked["redirect_uri"])
        now, access = int(time.time()), "access-token"
        claims = self.lie("claims")({
            "iss": self.issuer, "sub": self.subject, "aud": asked["client_id"], "nonce": asked["nonce"], "iat": now,
            "exp": now + 300, "auth_time": now, "at_hash": half_hash(access),
            "email": "takahashi@example.jp", "email_verified": True,
        })  # fmt: skip
        token = self.lie("sign")(lambda said: jwt.encode({"alg": "RS256", "kid": "one"}, said, KEY))(claims)
        return self.lie("tokens")({"access_token": access, "token_type": "Bearer", "id_token": token})

    def close(self):
        self.server.shutdown()
        self.server.server_close()
