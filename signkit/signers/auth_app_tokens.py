"""What デジタル認証アプリ sends encrypted: the result of a signature (RFC 7516).

joserfc does the cryptography; which algorithms and claims are taken is decided here.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signkit.openid.failure import OpenIdFailure
from signkit.openid.tokens import Expected, check_claims, parse_object, read_header

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

#: No RSA1_5 (padding oracles), no symmetric or direct keys that anybody could know, no compression.
_RESULT_ALGORITHMS = (
    "RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW",
    "A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What the phone made: the signature and the certificate of its key."""

    signature: bytes
    certificate: bytes


def open_result(token: str, key: bytes, transaction: str, expected: Expected) -> Result:
    """Decrypt a result and take it apart.

    Args:
        token: compact JWE.
        key: the private key (PEM) that it is for.
        transaction: its identifier; held against the result's where that names one.
        expected: who must have made it and for whom; held against what the result says of it.

    Raises:
        OpenIdFailure: it cannot be opened or does not say what it should.
    """
    from joserfc import jwe
    from joserfc.errors import JoseError

    read_header(token, "result")
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
    check_claims(said, expected, _bad_result)
    return Result(_decode(content.get("signature")), _decode(content.get("certificate")))


def _import_private(pem: bytes) -> RSAKey | ECKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from joserfc.jwk import ECKey, RSAKey

    is_rsa = isinstance(load_pem_private_key(pem, None), RSAPrivateKey)
    return RSAKey.import_key(pem) if is_rsa else ECKey.import_key(pem)


def _decode(text: object) -> bytes:
    try:
        return b64decode(text if isinstance(text, str) else "*", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad_result("no base64") from error


def _bad_result(cause: str) -> OpenIdFailure:
    return OpenIdFailure("result", cause)
