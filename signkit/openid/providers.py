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

#: Refuses an address of an issuer, both by their parts, under the name that the metadata have for it.
CheckAddress = Callable[[SplitResult, str, SplitResult], None]


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


def own_host_only(issuer: SplitResult, name: str, address: SplitResult) -> None:
    """Take addresses at the issuer's own host alone.

    Raises:
        OpenIdFailure
    """
    if (address.scheme, address.netloc) != (issuer.scheme, issuer.netloc):
        raise _bad_metadata(f"{name} is not at the issuer's own host")


def any_safe_host(issuer: SplitResult, name: str, address: SplitResult) -> None:
    """Take addresses behind TLS, wherever they are; on this machine alone where the issuer is on it.

    Raises:
        OpenIdFailure
    """
    is_here = is_this_machine(issuer.hostname or "") and is_this_machine(address.hostname or "")
    is_safe = bool(address.hostname) and (issuer.scheme == "https" or is_here)
    if not is_safe or address.scheme != issuer.scheme:
        raise _bad_metadata(f"{name} is not behind TLS")


def discover(line: Line, issuer: str, check: CheckAddress) -> OpenIdProvider:
    """Read a provider's metadata (OpenID Connect Discovery 4).

    Raises:
        OpenIdFailure: it does not answer, or does not say what it should.
    """
    said = parse_object(line.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", "metadata"), "metadata")
    if str(said.get("issuer")).rstrip("/") != issuer.rstrip("/"):
        raise _bad_metadata("another issuer")
    for name in _ENDPOINTS:
        address = said.get(name)
        parts = _parts(address if isinstance(address, str) and address.isascii() and address.isprintable() else "")
        check(urlsplit(issuer), name, parts)
        if parts.fragment or parts.username:
            raise _bad_metadata(f"{name} is no address")
    methods = said.get("code_challenge_methods_supported")
    if not isinstance(methods, list) or "S256" not in methods:
        raise _bad_metadata("no PKCE with S256")
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


def _bad_metadata(cause: str) -> OpenIdFailure:
    return OpenIdFailure("metadata", cause)
