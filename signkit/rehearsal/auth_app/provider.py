"""The test server's rules: which request is answered with what, and which is refused and why."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import time
import uuid
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode

from signkit.errors import SignKitError
from signkit.rehearsal.auth_app import phone_pages
from signkit.rehearsal.auth_app.exchange import PhoneAnswer, Request, RequestRefused
from signkit.rehearsal.auth_app.grants import (
    CODE_LIFE,
    TOKEN_LIFE,
    TRANSACTION_LIFE,
    AccessToken,
    AuthorizationAsked,
    Code,
    SignatureTransaction,
)
from signkit.rehearsal.auth_app.jose import TokenKey, base64url, encrypt, half_hash
from signkit.rehearsal.auth_app.phone import EmulatedPhone, PhoneUnfit
from signkit.rehearsal.auth_app.registration import Registration

#: RFC 7636 4.1 and 4.2: what is unreserved, 43 to 128 characters; a challenge of S256 has 43.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SCOPES = {"openid", "sign", "name", "address", "birthdate", "gender"}
_LEAST_ENTROPY = 16
_DIGEST_SIZE = 32
_API = "/api/sign-transactions"
_RESULT = re.compile(r"/api/sign-transactions/([0-9a-f-]{36})/result")


@dataclass
class Provider:
    """An OpenID provider with the sign API.

    Attributes:
        issuer: its identifier, and the address at which it is.
        clients: the relying parties it knows.
        phone: signs.
        key: signs ID tokens.
        agrees: whether the phone agrees by itself; else a person is asked by a page.
        clock: seconds since 1970.
    """

    issuer: str
    clients: tuple[Registration, ...]
    phone: EmulatedPhone
    key: TokenKey
    agrees: bool = False
    clock: Callable[[], float] = time.time
    _transactions: dict[str, SignatureTransaction] = field(default_factory=dict, repr=False)
    _asked: dict[str, AuthorizationAsked] = field(default_factory=dict, repr=False)
    _codes: dict[str, Code] = field(default_factory=dict, repr=False)
    _tokens: dict[str, AccessToken] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def answer(self, request: Request) -> PhoneAnswer:
        """Answer one request; a refusal is an answer too."""
        with self._lock:
            try:
                return self._route(request)
            except RequestRefused as refused:
                return refused.answer()

    def _route(self, request: Request) -> PhoneAnswer:
        routes: dict[tuple[str, str], Callable[[Request], PhoneAnswer]] = {
            ("GET", "/.well-known/openid-configuration"): self._metadata,
            ("GET", "/jwks"): lambda _: _json(self.key.public_set()),
            ("GET", "/authorize"): self._authorize,
            ("POST", "/consent"): self._consent,
            ("POST", "/token"): self._token,
            ("POST", _API): self._open_transaction,
        }
        if found := _RESULT.fullmatch(request.path):
            routes["GET", request.path] = lambda request: self._result(request, found[1])
        route = routes.get((request.method, request.path))
        if route is not None:
            return route(request)
        if any(path == request.path for _, path in routes):
            raise RequestRefused(405, "invalid_request", "another method is needed here")
        raise RequestRefused(404, "invalid_request", "there is nothing here")

    def _metadata(self, _: Request) -> PhoneAnswer:
        """OpenID Connect Discovery 3, RFC 8414 2, RFC 9207 3."""
        return _json(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": sorted(_SCOPES),
                "authorization_response_iss_parameter_supported": True,
            }
        )

    # --- the consent -------------------------------------------------------------------------------------------

    def _authorize(self, request: Request) -> PhoneAnswer:
        asked = request.parameters()
        client = next((each for each in self.clients if each.client_id == asked.get("client_id")), None)
        if client is None:  # RFC 6749 4.1.2.1: nobody is sent to an address of a stranger
            raise RequestRefused(400, "unauthorized_client", "no such client")
        redirect_uri = asked.get("redirect_uri", "")
        if redirect_uri not in client.redirect_uris:
            raise RequestRefused(400, "invalid_request", "the redirect URI is not registered")
        try:
            consent = self._check_request(asked, client, redirect_uri)
        except RequestRefused as refused:
            said = {"error": refused.error, "error_description": refused.description}
            return self._back(redirect_uri, asked.get("state", ""), said)
        self._transactions[consent.transaction].is_asked = True
        if self.agrees:
            return self._agree(consent)
        name = secrets.token_urlsafe(32)
        self._asked[name] = consent
        return self._page(name, consent)

    def _agree(self, consent: AuthorizationAsked) -> PhoneAnswer:
        """Let the phone agree by itself, if it can (it may be locked)."""
        try:
            return self._sign(consent, self.phone.password) or self._decline(consent)
        except SignKitError:
            return self._decline(consent)

    def _check_request(self, asked: dict[str, str], client: Registration, redirect_uri: str) -> AuthorizationAsked:
        if "request" in asked or "request_uri" in asked:
            raise RequestRefused(400, "request_not_supported", "no request objects")
        if asked.get("response_type") != "code":
            raise RequestRefused(400, "unsupported_response_type", "response_type is not code")
        if asked.get("response_mode", "query") != "query":
            raise RequestRefused(400, "invalid_request", "response_mode is not query")
        if asked.get("prompt") == "none":
            raise RequestRefused(400, "interaction_required", "nobody signs without being asked")
        scope = set(asked.get("scope", "").split())
        if not {"openid", "sign"} <= scope or scope - _SCOPES:
            raise RequestRefused(400, "invalid_scope", "the scope needs openid and sign, and nothing unknown")
        for name in ("state", "nonce"):
            if len(asked.get(name, "")) < _LEAST_ENTROPY:
                raise RequestRefused(400, "invalid_request", f"{name} is missing or can be guessed")
        if asked.get("code_challenge_method") != "S256":  # RFC 7636 4.3: left out means plain
            raise RequestRefused(400, "invalid_request", "code_challenge_method is not S256")
        if not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
            raise RequestRefused(400, "invalid_request", "code_challenge is none of S256")
        identifier = asked.get("sign_transaction_id", "")
        transaction = self._transactions.get(identifier)
        if transaction is None or transaction.client is not client:
            raise RequestRefused(400, "invalid_request", "no such transaction")
        if transaction.is_asked:
            raise RequestRefused(400, "invalid_request", "the transaction was used")
        if self.clock() >= transaction.ends:
            raise RequestRefused(400, "invalid_request", "the transaction has expired")
        parts = (asked["state"], asked["nonce"], asked["code_challenge"], asked["scope"])
        return AuthorizationAsked(client, redirect_uri, *parts, identifier)

    def _page(self, name: str, consent: AuthorizationAsked, wrong: SignKitError | None = None) -> PhoneAnswer:
        digest = self._transactions[consent.transaction].digest.hex()
        body = phone_pages.consent(self.phone.holder, digest, consent.client.client_id, name, wrong)
        return PhoneAnswer(200, body, phone_pages.CONTENT_TYPE, phone_pages.HEADERS)

    def _consent(self, request: Request) -> PhoneAnswer:
        if request.headers.get("origin", self.issuer) != self.issuer:
            raise RequestRefused(403, "access_denied", "another page sent this")
        said = request.form()
        name = said.get("consent", "")
        consent = self._asked.get(name)
        if consent is None:
            raise RequestRefused(400, "invalid_request", "nobody is asked this")
        if said.get("answer") != "sign":
            del self._asked[name]
            return self._decline(consent)
        try:
            answer = self._sign(consent, said.get("password", ""))
        except SignKitError as wrong:
            return self._page(name, consent, wrong)
        del self._asked[name]
        return answer or self._decline(consent)

    def _sign(self, consent: AuthorizationAsked, password: str) -> PhoneAnswer | None:
        """Have the phone sign; return the way back with a code, or None where the phone cannot."""
        transaction = self._transactions[consent.transaction]
        if self.clock() >= transaction.ends:
            return None
        try:
            transaction.made = self.phone.sign(transaction.digest, bytearray(password.encode()))
        except PhoneUnfit:
            return None
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(consent, self.clock() + CODE_LIFE)
        return self._back(consent.redirect_uri, consent.state, {"code": code})

    def _decline(self, consent: AuthorizationAsked) -> PhoneAnswer:
        return self._back(consent.redirect_uri, consent.state, {"error": "access_denied"})

    def _back(self, redirect_uri: str, state: str, said: dict[str, str]) -> PhoneAnswer:
        query = urlencode({**said, "state": state, "iss": self.issuer})
        joint = "&" if "?" in redirect_uri else "?"
        return PhoneAnswer(303, b"", headers={"Location": f"{redirect_uri}{joint}{query}", "Cache-Control": "no-store"})

    # --- tokens ------------------------------------------------------------------------------------------------

    def _token(self, request: Request) -> PhoneAnswer:
        form = request.form()
        client = self._authenticate(request, form)
        kind = form.get("grant_type")
        if kind == "client_credentials":
            if form.get("scope") != "sign":
                raise RequestRefused(400, "invalid_scope", "the client's own scope is sign")
            return self._grant(client, {"scope": "sign"}, None)
        if kind == "authorization_code":
            return self._exchange(client, form)
        raise RequestRefused(400, "unsupported_grant_type", "no such grant")

    def _authenticate(self, request: Request, form: dict[str, str]) -> Registration:
        """RFC 6749 2.3.1, one way at a time."""
        header = request.headers.get("authorization")
        if header is not None and "client_secret" in form:
            raise RequestRefused(400, "invalid_request", "two ways of client authentication")
        in_form = form.get("client_id", ""), form.get("client_secret", "")
        name, secret = _basic(header) if header is not None else in_form
        client = next((each for each in self.clients if each.client_id == name), None)
        if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
            raise RequestRefused(401, "invalid_client", "no such client, or another secret")
        return client

    def _exchange(self, client: Registration, form: dict[str, str]) -> PhoneAnswer:
        code = self._codes.pop(form.get("code", ""), None)  # good for one try (RFC 6749 4.1.2)
        if code is None or code.asked.client is not client:
            raise RequestRefused(400, "invalid_grant", "no such code")
        if self.clock() >= code.ends:
            raise RequestRefused(400, "invalid_grant", "the code has expired")
        if form.get("redirect_uri") != code.asked.redirect_uri:
            raise RequestRefused(400, "invalid_grant", "another redirect URI")
        verifier = form.get("code_verifier", "")
        challenge = base64url(hashlib.sha256(verifier.encode()).digest())
        if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(challenge, code.asked.challenge):
            raise RequestRefused(400, "invalid_grant", "the code verifier is not the challenge's")
        return self._grant(client, {"scope": code.asked.scope}, code.asked)

    def _grant(self, client: Registration, more: dict[str, str], asked: AuthorizationAsked | None) -> PhoneAnswer:
        token = secrets.token_urlsafe(32)
        transaction = asked.transaction if asked is not None else None
        self._tokens[token] = AccessToken(client, self.clock() + TOKEN_LIFE, transaction)
        content: dict[str, object] = {
            "access_token": token, "token_type": "Bearer", "expires_in": int(TOKEN_LIFE), **more,
        }  # fmt: skip
        if asked is not None:
            content["id_token"] = self.key.sign(self._claims(client, asked, token))
        return _json(content, {"Cache-Control": "no-store"})

    def _claims(self, client: Registration, asked: AuthorizationAsked, token: str) -> dict[str, object]:
        now = int(self.clock())
        subject = hashlib.sha256(f"{client.client_id}\0{self.phone.holder}".encode()).hexdigest()
        return {
            "iss": self.issuer, "aud": client.client_id, "sub": subject, "iat": now, "exp": now + int(TOKEN_LIFE),
            "nonce": asked.nonce, "at_hash": half_hash(token),
        }  # fmt: skip

    # --- the sign API ------------------------------------------------------------------------------------------

    def _bearer(self, request: Request) -> AccessToken:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        found = self._tokens.get(token) if kind.lower() == "bearer" else None
        if found is None or self.clock() >= found.ends:
            raise RequestRefused(401, "invalid_token", "no such token, or it has expired")
        return found

    def _open_transaction(self, request: Request) -> PhoneAnswer:
        token = self._bearer(request)
        if token.transaction is not None:
            raise RequestRefused(403, "insufficient_scope", "this needs the client's own token")
        asked = request.json()
        if set(asked) != {"digest"} or not isinstance(asked["digest"], str):
            raise RequestRefused(400, "invalid_request", "the body is {digest: base64} and nothing else")
        try:
            digest = b64decode(asked["digest"], validate=True)
        except (NoBase64, ValueError) as error:
            raise RequestRefused(400, "invalid_request", "the digest is no base64") from error
        if len(digest) != _DIGEST_SIZE:
            raise RequestRefused(400, "invalid_request", "the digest is not one of SHA-256")
        identifier = str(uuid.uuid4())
        self._transactions[identifier] = SignatureTransaction(token.client, digest, self.clock() + TRANSACTION_LIFE)
        return _json({"id": identifier}, status=201)

    def _result(self, request: Request, identifier: str) -> PhoneAnswer:
        token = self._bearer(request)
        transaction = self._transactions.get(identifier)
        if transaction is None or transaction.client is not token.client:
            raise RequestRefused(404, "invalid_request", "no such transaction")
        if token.transaction not in (None, identifier):
            raise RequestRefused(403, "insufficient_scope", "the token is another transaction's")
        if transaction.made is None:
            raise RequestRefused(409, "authorization_pending", "the person has not signed")
        now = int(self.clock())
        content = {
            "iss": self.issuer, "aud": token.client.client_id, "iat": now, "exp": now + int(TOKEN_LIFE),
            "sign_transaction_id": identifier,
            "signature": b64encode(transaction.made.signature).decode("ascii"),
            "certificate": b64encode(transaction.made.certificate).decode("ascii"),
        }  # fmt: skip
        return PhoneAnswer(200, encrypt(content, token.client.encryption_key).encode(), "application/jose")


def _basic(header: str) -> tuple[str, str]:
    kind, _, encoded = header.partition(" ")
    try:
        name, _, secret = b64decode(encoded if kind.lower() == "basic" else "*", validate=True).decode().partition(":")
    except (NoBase64, ValueError) as error:
        raise RequestRefused(401, "invalid_client", "the Authorization header cannot be read") from error
    return unquote(name), unquote(secret)


def _json(content: object, headers: dict[str, str] | None = None, status: int = 200) -> PhoneAnswer:
    return PhoneAnswer(status, json.dumps(content).encode(), headers=headers or {})
