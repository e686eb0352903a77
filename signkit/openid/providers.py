"""A provider by its metadata (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from signkit.openid.failure import OpenIdFailure
from signkit.openid.lines import ClientAuthentication, Line
from signkit.openid.tokens import parse_object
from signkit.pki.http import is_this_machine

#: What the metadata must name (OpenID Connect Discovery 3), beside the issuer.
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

#: Tells by its parts whether an address is taken from an issuer, and what is wrong where it is not.
TakesAddress = Callable[[SplitResult, SplitResult], str | None]


@dataclass(frozen=True)
class OpenIdProvider:
    """The addresses of an OpenID provider.

    Attributes:
        names_itself: whether it says who it is in what the browser brings back (RFC 9207).
        authentication: how it takes a client's secret.
    """

    issuer: str
    authorization: str
    token: str
    keys: str
    names_itself: bool
    authentication: ClientAuthentication


def own_host_only(issuer: SplitResult, address: SplitResult) -> str | None:
    """Take addresses at the issuer's own host alone."""
    is_own = (address.scheme, address.netloc) == (issuer.scheme, issuer.netloc)
    return None if is_own else "is not at the issuer's own host"


def any_safe_host(issuer: SplitResult, address: SplitResult) -> str | None:
    """Take addresses behind TLS, wherever they are; on this machine alone where the issuer is on it."""
    if issuer.scheme == "https" and address.scheme == "https" and address.hostname:
        return None
    is_here = is_this_machine(issuer.hostname or "") and is_this_machine(address.hostname or "")
    return None if is_here and address.scheme == issuer.scheme else "is not behind TLS"


def discover(line: Line, issuer: str, takes: TakesAddress) -> OpenIdProvider:
    """Read a provider's metadata (OpenID Connect Discovery 4).

    Raises:
        OpenIdFailure: it does not answer, or does not say what it should.
    """
    said = parse_object(line.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", "metadata"), "metadata")
    if str(said.get("issuer")).rstrip("/") != issuer.rstrip("/"):
        raise OpenIdFailure("metadata", "another issuer")
    for name in _ENDPOINTS:
        address = said.get(name)
        parts = _parts(address if isinstance(address, str) and address.isascii() and address.isprintable() else "")
        if wrong := takes(urlsplit(issuer), parts) or ("is no address" if parts.fragment or parts.username else None):
            raise OpenIdFailure("metadata", f"{name} {wrong}")
    methods = said.get("code_challenge_methods_supported")
    if not isinstance(methods, list) or "S256" not in methods:
        raise OpenIdFailure("metadata", "no PKCE with S256")
    names_itself = said.get("authorization_response_iss_parameter_supported") is True
    authorization, token, keys = (said[name] for name in _ENDPOINTS)
    return OpenIdProvider(issuer, authorization, token, keys, names_itself, _authentication(said))


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts


def _authentication(said: dict[str, Any]) -> ClientAuthentication:
    """RFC 8414 2: where nothing is said, it is the header."""
    methods = said.get("token_endpoint_auth_methods_supported")
    is_form = isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods
    return "client_secret_post" if is_form else "client_secret_basic"
