"""What デジタル認証アプリ sends in JOSE: the ID token (OpenID Connect Core 3.1.3.7), the encrypted result (RFC 7516).

joserfc does the cryptography; which algorithms and claims are taken is decided here.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from signkit.errors import SignerUnusable
from signkit.signers.auth_app_failure import failure

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

_TOKEN_ALGORITHMS = ("RS256", "PS256", "ES256")
#: No RSA1_5 (padding oracles), no symmetric or direct keys that anybody could know, no compression.
_RESULT_ALGORITHMS = (
    "RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW",
    "A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512",
)  # fmt: skip
_LEEWAY = 60
#: An ID token belongs to a consent of a few minutes ago; nobody may ask to believe it for longer than this.
_LONGEST_LIFE = 24 * 3600
#: A modulus of 2048 bits in base64url.
_LEAST_MODULUS = 342
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
        assurance: what was asked for as ``acr_values``, whole and in parts; nothing where it was not asked for.
    """

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    began: float
    now: float
    assurance: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What the phone made: the signature and the certificate of its key."""

    signature: bytes
    certificate: bytes


def check_id_token(token: object, access_token: str, keys: object, expected: Expected) -> None:
    """Hold an ID token against what was asked for.

    Args:
        token: as the token endpoint gave it.
        access_token: what came with it.
        keys: the provider's JWK set, as read from JSON.
        expected: what it must say.

    Raises:
        SignerUnusable("auth-app-failed"): anything does not fit; the cause says what.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError

    if not isinstance(token, str):
        raise _bad_token("there is none")
    header = _header(token, "ID token")
    algorithm = header.get("alg")
    if algorithm not in _TOKEN_ALGORITHMS:
        raise _bad_token("an algorithm that is not taken")
    key = _key(keys, header.get("kid"))
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise _bad_token("its signature does not hold") from error
    _check_claims(claims, expected, _bad_token)
    if claims.get("nonce") != expected.nonce:
        raise _bad_token("another nonce")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise _bad_token("no subject")
    # Core 3.1.3.7, point 12: what was asked for and is named must be what was asked for
    if any(expected.assurance) and claims.get("acr", expected.assurance[0]) not in expected.assurance:
        raise _bad_token("another level of assurance")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token):
        raise _bad_token("it belongs to another access token")


def open_result(token: str, key: bytes, transaction: str, expected: Expected) -> Result:
    """Decrypt a result and take it apart.

    Args:
        token: compact JWE.
        key: the private key (PEM) that it is for.
        transaction: its identifier; held against the result's where that names one.
        expected: who must have made it and for whom; held against what the result says of it.

    Raises:
        SignerUnusable("auth-app-failed"): it cannot be opened or does not say what it should.
    """
    from joserfc import jwe
    from joserfc.errors import JoseError

    _header(token, "result")
    try:
        private = _import_private(key)
        opened = jwe.decrypt_compact(token, private, algorithms=list(_RESULT_ALGORITHMS))
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise _bad_result("it cannot be decrypted with the key of the settings") from error
    if opened.plaintext is None:
        raise _bad_result("it is empty")
    content = parse_object(opened.plaintext, "result")
    if content.get("sign_transaction_id", transaction) != transaction:
        raise _bad_result("it belongs to another transaction")
    said = {"iss": expected.issuer, "aud": expected.client_id, "iat": expected.now, "exp": expected.now + 1} | content
    _check_claims(said, expected, _bad_result)
    return Result(_decode(content.get("signature")), _decode(content.get("certificate")))


def parse_object(raw: bytes, step: str) -> dict[str, Any]:
    """Return a JSON object that names nothing twice.

    Raises:
        SignerUnusable("auth-app-failed"): it is none.
    """
    try:
        found = json.loads(raw, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise failure(step, "no JSON") from error
    if not isinstance(found, dict):
        raise failure(step, "no JSON object")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _check_claims(claims: Mapping[str, Any], expected: Expected, bad: Callable[[str], SignerUnusable]) -> None:
    """Check issuer, audience and times (OpenID Connect Core 3.1.3.7, points 2 to 5, 9 and 10)."""
    if str(claims.get("iss")).rstrip("/") != expected.issuer:
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


def _time(value: object, bad: Callable[[str], SignerUnusable]) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < _LAST_TIME:
        raise bad("no times")
    return value


def _header(token: str, what: str) -> dict[str, Any]:
    encoded = token.partition(".")[0]
    try:
        header = json.loads(b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise failure(what, "it is no JOSE object") from error
    if not isinstance(header, dict):
        raise failure(what, "it is no JOSE object")
    if "crit" in header:  # RFC 7515 4.1.11: none is understood here, and an empty list is none either
        raise failure(what, "it has a critical extension")
    return header


def _key(keys: object, name: object) -> RSAKey | ECKey:
    """Return the provider's one key of that name that signs."""
    from joserfc.errors import JoseError

    listed = keys.get("keys") if isinstance(keys, dict) else None
    named = [each for each in listed if _is_named(each, name)] if isinstance(listed, list) else []
    if len(named) != 1 or named[0].get("use", "sig") != "sig":
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


def _import_private(pem: bytes) -> RSAKey | ECKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from joserfc.jwk import ECKey, RSAKey

    is_rsa = isinstance(load_pem_private_key(pem, None), RSAPrivateKey)
    return RSAKey.import_key(pem) if is_rsa else ECKey.import_key(pem)


def _half_hash(access_token: str) -> str:
    """Return at_hash (OpenID Connect Core 3.1.3.6); all algorithms that are taken hash with SHA-256."""
    half = hashlib.sha256(access_token.encode("ascii")).digest()[:16]
    return urlsafe_b64encode(half).decode("ascii").rstrip("=")


def _decode(text: object) -> bytes:
    try:
        return b64decode(text if isinstance(text, str) else "*", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad_result("no base64") from error


def _bad_token(cause: str) -> SignerUnusable:
    return failure("ID token", cause)


def _bad_result(cause: str) -> SignerUnusable:
    return failure("result", cause)
