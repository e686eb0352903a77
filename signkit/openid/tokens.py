"""ID tokens (OpenID Connect Core 3.1.3.7): joserfc does the cryptography; what is taken is decided here."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from signkit.openid.failure import OpenIdFailure

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

_ALGORITHMS = ("RS256", "PS256", "ES256")
_LEEWAY = 60
#: An ID token belongs to a consent of a few minutes ago; nobody may ask to believe it for longer than this.
_LONGEST_LIFE = 24 * 3600
#: A modulus of 2048 bits in base64url.
_LEAST_MODULUS = 342
#: A provider turns its keys over; nobody has so many.
_MOST_KEYS = 100
#: OpenID Connect Core 2: at most 255 ASCII characters.
_MOST_SUBJECT = 255
#: Seconds since 1970; no number beyond is a time.
_LAST_TIME = 1e11


@dataclass(frozen=True)
class Expected:
    """What a token must say to belong to this consent.

    Attributes:
        issuer, client_id: who speaks, and to whom.
        nonce: of the request.
        began: when the consent was asked for, seconds since 1970.
        now: seconds since 1970.
    """

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    began: float
    now: float


def check_id_token(token: object, access_token: str, keys: object, expected: Expected) -> dict[str, Any]:
    """Return what an ID token says, once it is held against what was asked for.

    Args:
        token: as the token endpoint gave it.
        access_token: what came with it.
        keys: the provider's JWK set, as read from JSON.
        expected: what it must say.

    Raises:
        OpenIdFailure: anything does not fit; the cause says what.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError

    if not isinstance(token, str):
        raise _bad_token("there is none")
    header = read_header(token, "ID token")
    algorithm = header.get("alg")
    if algorithm not in _ALGORITHMS:
        raise _bad_token("an algorithm that is not taken")
    key = _key(keys, header.get("kid"), algorithm)
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise _bad_token("its signature does not hold") from error
    check_claims(claims, expected, _bad_token)
    if claims.get("nonce") != expected.nonce:
        raise _bad_token("another nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_SUBJECT or not subject.isascii():
        raise _bad_token("no subject")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token):
        raise _bad_token("it belongs to another access token")
    return claims


def check_assurance(claims: Mapping[str, Any], asked: str) -> None:
    """Hold the level of assurance that an ID token names against what was asked for (Core 3.1.3.7, point 12).

    Args:
        asked: ``acr_values``; nothing is checked where it is empty, or where the token names no level.

    Raises:
        OpenIdFailure: it is another.
    """
    if asked and claims.get("acr", asked) not in (asked, *asked.split()):
        raise _bad_token("another level of assurance")


def parse_object(raw: bytes, step: str) -> dict[str, Any]:
    """Return a JSON object that names nothing twice.

    Raises:
        OpenIdFailure: it is none.
    """
    try:
        found = json.loads(raw, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise OpenIdFailure(step, "no JSON") from error
    if not isinstance(found, dict):
        raise OpenIdFailure(step, "no JSON object")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def check_claims(claims: Mapping[str, Any], expected: Expected, bad: Callable[[str], OpenIdFailure]) -> None:
    """Check issuer, audience and times (OpenID Connect Core 3.1.3.7, points 2 to 5, 9 and 10)."""
    if str(claims.get("iss")).rstrip("/") != expected.issuer.rstrip("/"):
        raise bad("another issuer")
    audience = claims.get("aud")
    if expected.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise bad("another audience")
    party = claims.get("azp")
    if party != expected.client_id and (party is not None or (isinstance(audience, list) and len(audience) > 1)):
        raise bad("another authorised party")
    issued, ends = (_time(claims.get(name), bad) for name in ("iat", "exp"))
    if ends <= expected.now - _LEEWAY:
        raise bad("it has expired")
    # RFC 7519 4.1.5
    if "nbf" in claims and _time(claims["nbf"], bad) > expected.now + _LEEWAY:
        raise bad("it does not hold yet")
    if not expected.began - _LEEWAY <= issued <= expected.now + _LEEWAY:
        raise bad("it is not of this consent's time")
    if ends - issued > _LONGEST_LIFE:
        raise bad("it is to hold for too long")


def _time(value: object, bad: Callable[[str], OpenIdFailure]) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < _LAST_TIME:
        raise bad("no times")
    return value


def read_header(token: str, what: str) -> dict[str, Any]:
    """Return the header of a JOSE object in its compact form, which nothing proves yet (RFC 7515 4).

    Raises:
        OpenIdFailure: it is none.
    """
    encoded = token.partition(".")[0]
    try:
        header = json.loads(b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise OpenIdFailure(what, "it is no JOSE object") from error
    if not isinstance(header, dict):
        raise OpenIdFailure(what, "it is no JOSE object")
    if "crit" in header:  # RFC 7515 4.1.11: none is understood here, and an empty list is none either
        raise OpenIdFailure(what, "it has a critical extension")
    return header


def _key(keys: object, name: object, algorithm: str) -> RSAKey | ECKey:
    """Return the provider's one key of that name that signs by that algorithm."""
    from joserfc.errors import JoseError

    listed = keys.get("keys") if isinstance(keys, dict) else None
    if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
        raise _bad_token("the provider has no such key")
    named = [each for each in listed if _is_named(each, name)]
    if len(named) != 1 or named[0].get("use", "sig") != "sig" or named[0].get("alg", algorithm) != algorithm:
        raise _bad_token("the provider has no such key")
    try:
        return _import_public(named[0])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _bad_token("the provider's key cannot be read, or is too short") from error


def _is_named(key: object, name: object) -> bool:
    return isinstance(key, dict) and isinstance(name, str) and key.get("kid") == name


def _import_public(key: dict[str, Any]) -> RSAKey | ECKey:
    from joserfc.jwk import ECKey, RSAKey

    if key.get("kty") == "EC":
        return ECKey.import_key(key)
    if key.get("kty") != "RSA" or len(key["n"]) < _LEAST_MODULUS:
        raise ValueError("another kind of key, or too short")
    return RSAKey.import_key(key)


def _half_hash(access_token: str) -> str:
    """Return at_hash (OpenID Connect Core 3.1.3.6); all algorithms that are taken hash with SHA-256."""
    half = hashlib.sha256(access_token.encode("ascii")).digest()[:16]
    return urlsafe_b64encode(half).decode("ascii").rstrip("=")


def _bad_token(cause: str) -> OpenIdFailure:
    return OpenIdFailure("ID token", cause)
