"""Checking one raw signature with one certificate's key: the only place where SignKit's own code does so.

The validation room judges; this module answers only whether the numbers fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asn1crypto import algos, x509
    from cryptography.hazmat.primitives import hashes


class SignatureInvalid(Exception):
    """The signature does not fit, or its algorithm is not one that can be checked."""


def verify_signature(
    certificate: x509.Certificate,
    mechanism: algos.SignedDigestAlgorithm,
    hash_name: str,
    signature: bytes,
    data: bytes,
) -> None:
    """Check ``signature`` over ``data``.

    Args:
        certificate: whose public key is used.
        mechanism: the CMS signatureAlgorithm (RSA PKCS#1 v1.5, RSASSA-PSS, ECDSA, Ed25519, Ed448).
        hash_name: the digestAlgorithm, for mechanisms that do not name one.
        signature: as it stands in the SignerInfo.
        data: what was signed, not its digest.

    Raises:
        SignatureInvalid: it does not hold, or the mechanism and key do not go together.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(certificate.public_key.dump())
        _verify(key, mechanism, hash_name, signature, data)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, KeyError) as error:
        raise SignatureInvalid(str(error) or "the signature does not fit") from error


def _verify(key: Any, mechanism: algos.SignedDigestAlgorithm, hash_name: str, signature: bytes, data: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

    name = mechanism["algorithm"].native
    if isinstance(key, rsa.RSAPublicKey) and name == "rsassa_pss":
        scheme, algorithm = _pss(mechanism["parameters"])
        key.verify(signature, data, scheme, algorithm)
    elif isinstance(key, rsa.RSAPublicKey) and name.endswith(("rsa", "rsassa_pkcs1v15")):
        key.verify(signature, data, padding.PKCS1v15(), hash_algorithm(_hash_of(mechanism, hash_name)))
    elif isinstance(key, ec.EllipticCurvePublicKey) and "ecdsa" in name:
        key.verify(signature, data, ec.ECDSA(hash_algorithm(_hash_of(mechanism, hash_name))))
    elif isinstance(key, ed25519.Ed25519PublicKey) and name == "ed25519":
        key.verify(signature, data)
    elif isinstance(key, ed448.Ed448PublicKey) and name == "ed448":
        key.verify(signature, data)
    else:
        raise SignatureInvalid(f"{name} does not go with the certificate's key")


def _hash_of(mechanism: algos.SignedDigestAlgorithm, hash_name: str) -> str:
    try:
        return str(mechanism.hash_algo)
    except ValueError:
        return hash_name


def _pss(parameters: Any) -> tuple[Any, hashes.HashAlgorithm]:
    from cryptography.hazmat.primitives.asymmetric import padding

    algorithm = hash_algorithm(parameters["hash_algorithm"]["algorithm"].native)
    mask = hash_algorithm(parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native)
    return padding.PSS(padding.MGF1(mask), parameters["salt_length"].native), algorithm


def hash_algorithm(name: str) -> hashes.HashAlgorithm:
    """Return cryptography's object for ``sha256``, ``sha3_256`` and so on.

    Raises:
        SignatureInvalid: a hash that is not known here.
    """
    from cryptography.hazmat.primitives import hashes

    known = {"sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512"}
    if name not in known:
        raise SignatureInvalid(f"the hash {name} is not known")
    algorithm: hashes.HashAlgorithm = getattr(hashes, name.upper())()
    return algorithm
