"""A signing service of our own that speaks the JSON of the CSC API 2.0 as it is documented.

It is no stranger's program: it proves the names and the order of the calls, and no more.  `test_csc.py` tries a
stranger's server too, which speaks version 1.
"""

from __future__ import annotations

import json
import secrets
import threading
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

PIN, TOKEN, CLIENT_SECRET = "246810", "token-1", "client-secret-1"


class CscServer(ThreadingHTTPServer):
    """One credential, ``key-1``, with a PIN; every signature wants an authorisation for its own hash."""

    daemon_threads = True

    def __init__(self, certificates, private_key):
        super().__init__(("127.0.0.1", 0), Handler)
        self.certificates, self.private_key = certificates, private_key
        self.calls = []
        self.authorised = {}
        self.replace = {}  # a method's answer, where a test wants another
        self.info_changes = {}
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/csc/v2/"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self._thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        method = self.path.removeprefix("/csc/v2/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((method, body))
        if method in self.server.replace:
            status, headers, answer = self.server.replace[method]
            return self._send(status, answer, headers)
        if method == "oauth2/token":
            return self._token(body)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send(401, b'{"error": "invalid_token"}')
        request = json.loads(body)
        work = {
            "credentials/info": self._info,
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign,
        }
        answer = work[method](request) if request.get("credentialID") == "key-1" else None
        if answer is None:
            return self._send(400, b'{"error": "invalid_request"}')
        return self._send(200, json.dumps(answer).encode())

    def _token(self, body):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        wanted = {"grant_type": "client_credentials", "client_id": "client-1", "client_secret": CLIENT_SECRET}
        if form != wanted:
            return self._send(401, b'{"error": "invalid_client"}')
        return self._send(200, json.dumps({"access_token": TOKEN, "token_type": "Bearer"}).encode())

    def _info(self, request):
        assert request == {"credentialID": "key-1", "certificates": "chain", "certInfo": False, "authInfo": True}
        return {
            "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11"], "len": 2048},
            "cert": {"status": "valid", "certificates": [b64encode(der).decode() for der in self.server.certificates]},
            "auth": {"mode": "explicit", "objects": [{"id": "PIN", "type": "Password"}]},
            "SCAL": "2",
            "multisign": 1,
        } | self.server.info_changes

    def _authorize(self, request):
        if request["authData"] != [{"id": "PIN", "value": PIN}] or request["numSignatures"] != len(request["hashes"]):
            return None
        assert request["hashAlgorithmOID"] == "2.16.840.1.101.3.4.2.1"
        sad = secrets.token_hex(8)
        self.server.authorised[sad] = request["hashes"]
        return {"SAD": sad, "expiresIn": 60}

    def _sign(self, request):
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding, utils

        if self.server.authorised.pop(request["SAD"], None) != request["hashes"] or request["operationMode"] != "S":
            return None
        assert request["signAlgo"] == "1.2.840.113549.1.1.11"
        digest = b64decode(request["hashes"][0])
        signature = self.server.private_key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        return {"signatures": [b64encode(signature).decode()]}

    def _send(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
