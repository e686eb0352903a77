"""One question to a person at their provider: what is asked, and what the browser may bring back."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from signkit.openid.failure import ConsentDeclined, OpenIdFailure
from signkit.openid.lines import ClientAuthentication, Line
from signkit.openid.providers import OpenIdProvider
from signkit.openid.tokens import Expected, check_id_token, parse_object
from signkit.secret_file import is_token

_MAX_QUERY = 8192


@dataclass(frozen=True)
class CodeRequest:
    """An authorization request (RFC 6749 4.1.1) with PKCE (RFC 7636) and nonce; it is answered once.

    Attributes:
        began: when it was asked, seconds since 1970.
    """

    client_id: str
    redirect_uri: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    began: float

    def address(self, provider: OpenIdProvider, scope: str, **more: str) -> str:
        """Return where the person is asked."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": _challenge(self.verifier),
            "code_challenge_method": "S256",
        } | more
        joint = "&" if urlsplit(provider.authorization).query else "?"
        return f"{provider.authorization}{joint}{urlencode(asked)}"

    def code(self, query: str, provider: OpenIdProvider) -> str:
        """Return the code of a redirect (RFC 6749 4.1.2) that answers this request.

        Raises:
            ConsentDeclined: the provider says that the person did not agree.
            OpenIdFailure: it answers another request, or is none.
        """
        try:
            pairs = parse_qsl(query if len(query) <= _MAX_QUERY else "", strict_parsing=True, keep_blank_values=True)
        except ValueError:
            pairs = []
        answer = dict(pairs)
        if len(answer) != len(pairs):
            raise _bad_redirect("something stands in it twice")
        if not hmac.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise _bad_redirect("another state: it does not belong to this request")
        # RFC 9207: who answers, so that no other provider's code is sent to this one
        if ("iss" in answer or provider.names_itself) and answer.get("iss", "").rstrip("/") != (
            provider.issuer.rstrip("/")
        ):
            raise _bad_redirect("another issuer")
        if error := answer.get("error"):
            raise ConsentDeclined(_plain(error))
        if not is_token(answer.get("code", "")):
            raise _bad_redirect("no code")
        return answer["code"]

    def exchange(
        self, line: Line, provider: OpenIdProvider, code: str, authentication: ClientAuthentication, now: float
    ) -> tuple[str, dict[str, Any]]:
        """Exchange a code for the access token and what the ID token says, which is held against this request.

        Raises:
            OpenIdFailure: the provider does not answer as it should, or the token is not of this request.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        tokens = line.post_form(provider.token, "token", form, authentication)
        access_token = read_access_token(tokens)
        keys = parse_object(line.get(provider.keys, "keys"), "keys")
        claims = check_id_token(tokens.get("id_token"), access_token, keys, self.expectation(provider, now))
        return access_token, claims

    def expectation(self, provider: OpenIdProvider, now: float) -> Expected:
        """Return what a token must say to answer this request."""
        return Expected(provider.issuer, self.client_id, self.nonce, self.began, now)


def new_request(client_id: str, redirect_uri: str, now: float) -> CodeRequest:
    """Return a new request, with secrets of its own."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return CodeRequest(client_id, redirect_uri, state, nonce, verifier, now)


def read_access_token(answer: Mapping[str, Any]) -> str:
    """Return the access token of a token endpoint's answer (RFC 6749 5.1).

    Raises:
        OpenIdFailure: there is none that can be used.
    """
    token = answer.get("access_token")
    if not isinstance(token, str) or not is_token(token):
        raise OpenIdFailure("token", "no access token")
    if str(answer.get("token_type")).lower() != "bearer":
        raise OpenIdFailure("token", "another kind of token than Bearer")
    return token


def _challenge(verifier: str) -> str:
    """Return the code challenge (RFC 7636 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode("ascii").rstrip("=")


def _plain(text: str) -> str:
    """Return an error code (RFC 6749 4.1.2.1) as it may be shown."""
    return text if re.fullmatch(r"[\w.-]{1,60}", text, re.ASCII) else "?"


def _bad_redirect(cause: str) -> OpenIdFailure:
    return OpenIdFailure("redirect", cause)
