"""The two JOSE objects that the test server makes: a JWT signed with RS256, a JWE with RSA-OAEP-256 and A256GCM."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def base64url(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 2)."""
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


@dataclass(frozen=True)
class TokenKey:
    """The key that signs ID tokens, and the name by which the JWK set has it."""

    name: str
    key: rsa.RSAPrivateKey = field(repr=False)

    def public_set(self) -> dict[str, Any]:
        """Return the JWK set with this key's public half (RFC 7517 5, RFC 7518 6.3.1)."""
        numbers = self.key.public_key().public_numbers()
        modulus, exponent = (
            base64url(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.n, numbers.e)
        )
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.name, "n": modulus, "e": exponent}]}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a JWT of ``claims``."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self.name}
        signed = f"{_part(header)}.{_part(claims)}"
        return f"{signed}.{base64url(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def encrypt(content: Mapping[str, Any], key: rsa.RSAPublicKey) -> str:
    """Return ``content`` as compact JWE for the owner of ``key`` (RFC 7516 5.1)."""
    header = _part({"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "json"})
    content_key, vector = secrets.token_bytes(32), secrets.token_bytes(12)
    wrapped = key.encrypt(content_key, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    sealed = AESGCM(content_key).encrypt(vector, json.dumps(content).encode(), header.encode())
    return ".".join((header, *(base64url(part) for part in (wrapped, vector, sealed[:-16], sealed[-16:]))))


def half_hash(token: str) -> str:
    """Return at_hash of an access token (OpenID Connect Core 3.1.3.6)."""
    return base64url(hashlib.sha256(token.encode("ascii")).digest()[:16])


def _part(content: Mapping[str, Any]) -> str:
    return base64url(json.dumps(content, separators=(",", ":")).encode())
