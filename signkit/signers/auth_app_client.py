"""The sign API of デジタル認証アプリ: code flow with PKCE (RFC 6749, 7636), OpenID Connect, a transaction each.

    consent = begin(config, digest)          a transaction, and the address where the person agrees to it
    …  the browser comes back to config.redirect_uri with a query  …
    result = consent.finish(query)           signature and certificate

No token, code or secret is part of an error, a representation or a log line.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from signkit.errors import SignerUnusable
from signkit.pki.http import HttpFailure, fetch
from signkit.secret_file import is_token
from signkit.signers.auth_app_config import AuthAppConfig
from signkit.signers.auth_app_failure import failure
from signkit.signers.auth_app_tokens import Expected, Result, check_id_token, open_result, parse_object

_MAX_ANSWER = 200_000
_MAX_QUERY = 8192
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: What the provider's metadata must name (OpenID Connect Discovery 3), beside the issuer.
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

Clock = Callable[[], float]


@dataclass(frozen=True)
class _Provider:
    """The addresses of an OpenID provider, all of one host with its issuer."""

    authorization: str
    token: str
    keys: str
    names_itself: bool


@dataclass(frozen=True)
class _Line:
    """How one service is spoken to: a bounded exchange each, no redirect followed."""

    config: AuthAppConfig
    timeout: float

    def get(self, url: str, step: str, token: str | None = None) -> bytes:
        return self._exchange(url, step, None, "", _bearer(token) if token else {})

    def post_form(self, url: str, step: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Post a form as this client (RFC 6749 2.3.1)."""
        config = self.config
        if config.client_authentication == "client_secret_post":
            form, headers = {**form, "client_id": config.client_id, "client_secret": config.client_secret}, {}
        else:
            pair = f"{quote(config.client_id, safe='')}:{quote(config.client_secret, safe='')}"
            headers = {"Authorization": "Basic " + b64encode(pair.encode()).decode("ascii")}
        return parse_object(self._exchange(url, step, urlencode(form).encode(), _FORM, headers), step)

    def post_json(self, url: str, step: str, content: object, token: str) -> dict[str, Any]:
        body = json.dumps(content).encode()
        return parse_object(self._exchange(url, step, body, _JSON, _bearer(token)), step)

    def _exchange(
        self, url: str, step: str, body: bytes | None, content_type: str, headers: Mapping[str, str]
    ) -> bytes:
        try:
            return fetch(
                url,
                timeout=self.timeout,
                limit=_MAX_ANSWER,
                body=body,
                content_type=content_type,
                secret_headers=headers,
            )
        except HttpFailure as broken:
            raise failure(step, broken.cause) from broken


@dataclass(frozen=True)
class SignTransaction:
    """One signature that a person is asked to agree to; it is finished once.

    Attributes:
        address: where the person agrees.
        transaction: its identifier at the service.
    """

    address: str = field(repr=False)
    transaction: str
    _line: _Line = field(repr=False)
    _provider: _Provider = field(repr=False)
    _client_token: str = field(repr=False)
    _state: str = field(repr=False)
    _nonce: str = field(repr=False)
    _verifier: str = field(repr=False)
    _began: float = field(repr=False)
    _clock: Clock = field(repr=False, default=time.time)

    def finish(self, query: str) -> Result:
        """Exchange what the browser came back with for the signature and its certificate.

        Args:
            query: of the address that the browser came back to, without its "?".

        Raises:
            SignerUnusable("auth-app-declined"): the service says that the person did not agree.
            SignerUnusable("auth-app-failed"): anything is not of this consent.
        """
        config = self._line.config
        code = self._code(query)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": config.redirect_uri,
            "code_verifier": self._verifier,
        }
        tokens = self._line.post_form(self._provider.token, "token", form)
        access_token = _access_token(tokens)
        keys = parse_object(self._line.get(self._provider.keys, "keys"), "keys")
        check_id_token(tokens.get("id_token"), access_token, keys, self._expectation())
        url = f"{config.api}/api/sign-transactions/{self.transaction}/result"
        token = access_token if config.result_token == "person" else self._client_token  # noqa: S105
        raw = self._line.get(url, "result", token)
        try:
            text = raw.decode("ascii").strip()
        except UnicodeDecodeError as error:
            raise failure("result", "it is no JOSE object") from error
        return open_result(text, config.decryption_key, self.transaction, self._expectation())

    def _expectation(self) -> Expected:
        config = self._line.config
        asked = (config.acr_values, *config.acr_values.split())
        return Expected(config.issuer, config.client_id, self._nonce, self._began, self._clock(), asked)

    def _code(self, query: str) -> str:
        """Return the code of a redirect (RFC 6749 4.1.2) that answers this request."""
        try:
            pairs = parse_qsl(query if len(query) <= _MAX_QUERY else "", strict_parsing=True, keep_blank_values=True)
        except ValueError:
            pairs = []
        answer = dict(pairs)
        if len(answer) != len(pairs):
            raise _bad_redirect("something stands in it twice")
        if not hmac.compare_digest(answer.get("state", "").encode(), self._state.encode()):
            raise _bad_redirect("another state: it does not belong to this request")
        # RFC 9207: who answers, so that no other provider's code is sent to this one
        if ("iss" in answer or self._provider.names_itself) and answer.get("iss", "").rstrip("/") != (
            self._line.config.issuer
        ):
            raise _bad_redirect("another issuer")
        if error := answer.get("error"):
            raise SignerUnusable("auth-app-declined", cause=_plain(error))
        if not is_token(answer.get("code", "")):
            raise _bad_redirect("no code")
        return answer["code"]


def begin(config: AuthAppConfig, digest: bytes, timeout: float, *, clock: Clock = time.time) -> SignTransaction:
    """Open a transaction for a SHA-256 digest; return what the person is to agree to.

    Raises:
        SignerUnusable("auth-app-failed"): the service does not answer as it should.
    """
    line = _Line(config, timeout)
    provider = _discover(line)
    # RFC 6749 4.4: the relying party's own token, for what it does itself
    token = _access_token(
        line.post_form(provider.token, "client token", {"grant_type": "client_credentials", "scope": "sign"})
    )
    url = f"{config.api}/api/sign-transactions"
    answer = line.post_json(url, "sign-transactions", {"digest": b64encode(digest).decode("ascii")}, token)
    transaction = answer.get("id")
    if not isinstance(transaction, str) or not _UUID.fullmatch(transaction):
        raise failure("sign-transactions", "no identifier")
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    asked = {
        "response_type": "code",
        "client_id": config.client_id,
        "redirect_uri": config.redirect_uri,
        "scope": config.scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
        "sign_transaction_id": transaction,
    } | ({"acr_values": config.acr_values} if config.acr_values else {})
    joint = "&" if urlsplit(provider.authorization).query else "?"
    address = f"{provider.authorization}{joint}{urlencode(asked)}"
    return SignTransaction(address, transaction, line, provider, token, state, nonce, verifier, clock(), clock)


def _discover(line: _Line) -> _Provider:
    """Read the provider's metadata (OpenID Connect Discovery 4); what it names is its own host's."""
    issuer = line.config.issuer
    said = parse_object(line.get(f"{issuer}/.well-known/openid-configuration", "metadata"), "metadata")
    if str(said.get("issuer")).rstrip("/") != issuer:
        raise failure("metadata", "another issuer")
    for name in _ENDPOINTS:
        if not _is_own(said.get(name), issuer):
            raise failure("metadata", f"{name} is not at the issuer's own host")
    methods = said.get("code_challenge_methods_supported")
    if not isinstance(methods, list) or "S256" not in methods:
        raise failure("metadata", "no PKCE with S256")
    names_itself = said.get("authorization_response_iss_parameter_supported") is True
    authorization, token, keys = (said[name] for name in _ENDPOINTS)
    return _Provider(authorization, token, keys, names_itself)


def _is_own(address: object, issuer: str) -> bool:
    if not isinstance(address, str) or not address.isascii() or not address.isprintable():
        return False
    try:
        parts, own = urlsplit(address), urlsplit(issuer)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc) == (own.scheme, own.netloc) and not parts.fragment


def _access_token(answer: Mapping[str, Any]) -> str:
    token = answer.get("access_token")
    if not isinstance(token, str) or not is_token(token):
        raise failure("token", "no access token")
    if str(answer.get("token_type")).lower() != "bearer":
        raise failure("token", "another kind of token than Bearer")
    return token


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _challenge(verifier: str) -> str:
    """Return the code challenge (RFC 7636 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode("ascii").rstrip("=")


def _plain(text: str) -> str:
    """Return an error code (RFC 6749 4.1.2.1) as it may be shown."""
    return text if re.fullmatch(r"[\w.-]{1,60}", text, re.ASCII) else "?"


def _bad_redirect(cause: str) -> SignerUnusable:
    return failure("redirect", cause)
