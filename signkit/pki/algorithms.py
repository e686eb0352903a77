"""Signature and digest algorithms by object identifier, checked with ``cryptography``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from asn1crypto import algos, core, parser
from asn1crypto import x509 as asn1_x509
from cryptography import exceptions
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, utils

#: OID of a digest → the name used in reports and policies.
DIGESTS = {
    # RFC 3279 2.1 (MD2, MD5, SHA-1): no longer believed, but named, so that a report says what an old file was made
    # with.
    "1.2.840.113549.2.2": "md2",
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "1.3.36.3.2.1": "ripemd160",
    # RFC 5754 2 (SHA-2); the truncated ones FIPS 180-4.
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.5": "sha512_224",
    "2.16.840.1.101.3.4.2.6": "sha512_256",
    # FIPS 202, in the CMS by RFC 9688; SHAKE by RFC 8702.
    "2.16.840.1.101.3.4.2.7": "sha3_224",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.9": "sha3_384",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
    "2.16.840.1.101.3.4.2.11": "shake128",
    "2.16.840.1.101.3.4.2.12": "shake256",
    # id-shake256-len: the length is a parameter, and for Ed448 the digest of 512 bits (RFC 8419 2.3).
    "2.16.840.1.101.3.4.2.18": "shake256",
}

_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha512_224": hashes.SHA512_224,
    "sha512_256": hashes.SHA512_256,
    "sha3_224": hashes.SHA3_224,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}

#: OID of a signature algorithm → (family, digest or None where the parameters or the CMS name it).
SIGNATURES: dict[str, tuple[str, str | None]] = {
    # rsaEncryption in a SignerInfo means PKCS#1 v1.5 with the SignerInfo's own digest (RFC 3370 3.2).
    "1.2.840.113549.1.1.1": ("rsa", None),
    # RFC 3279 2.2.1; the OIW's sha1WithRSASignature is what older Microsoft tools write.
    "1.2.840.113549.1.1.4": ("rsa", "md5"),
    "1.2.840.113549.1.1.5": ("rsa", "sha1"),
    "1.3.14.3.2.29": ("rsa", "sha1"),
    # RFC 4055 5, RFC 8017 A.2.4.
    "1.2.840.113549.1.1.14": ("rsa", "sha224"),
    "1.2.840.113549.1.1.11": ("rsa", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa", "sha512"),
    "1.2.840.113549.1.1.15": ("rsa", "sha512_224"),
    "1.2.840.113549.1.1.16": ("rsa", "sha512_256"),
    # RFC 9688.
    "2.16.840.1.101.3.4.3.13": ("rsa", "sha3_224"),
    "2.16.840.1.101.3.4.3.14": ("rsa", "sha3_256"),
    "2.16.840.1.101.3.4.3.15": ("rsa", "sha3_384"),
    "2.16.840.1.101.3.4.3.16": ("rsa", "sha3_512"),
    "1.2.840.113549.1.1.10": ("rsa-pss", None),
    # An ECDSA key's own identifier in the place of a signature algorithm: seen in SignerInfos, the digest is the CMS's.
    "1.2.840.10045.2.1": ("ecdsa", None),
    # RFC 3279 2.2.3, RFC 5758 3.2.
    "1.2.840.10045.4.1": ("ecdsa", "sha1"),
    "1.2.840.10045.4.3.1": ("ecdsa", "sha224"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
    "2.16.840.1.101.3.4.3.9": ("ecdsa", "sha3_224"),
    "2.16.840.1.101.3.4.3.10": ("ecdsa", "sha3_256"),
    "2.16.840.1.101.3.4.3.11": ("ecdsa", "sha3_384"),
    "2.16.840.1.101.3.4.3.12": ("ecdsa", "sha3_512"),
    # BSI TR-03111: German tokens and passports; r and s side by side instead of a DER sequence.
    "0.4.0.127.0.7.1.1.4.1.1": ("ecdsa-plain", "sha1"),
    "0.4.0.127.0.7.1.1.4.1.2": ("ecdsa-plain", "sha224"),
    "0.4.0.127.0.7.1.1.4.1.3": ("ecdsa-plain", "sha256"),
    "0.4.0.127.0.7.1.1.4.1.4": ("ecdsa-plain", "sha384"),
    "0.4.0.127.0.7.1.1.4.1.5": ("ecdsa-plain", "sha512"),
    "0.4.0.127.0.7.1.1.4.1.8": ("ecdsa-plain", "sha3_224"),
    "0.4.0.127.0.7.1.1.4.1.9": ("ecdsa-plain", "sha3_256"),
    "0.4.0.127.0.7.1.1.4.1.10": ("ecdsa-plain", "sha3_384"),
    "0.4.0.127.0.7.1.1.4.1.11": ("ecdsa-plain", "sha3_512"),
    # RFC 3279 2.2.2, RFC 5758 3.1.
    "1.2.840.10040.4.1": ("dsa", None),
    "1.2.840.10040.4.3": ("dsa", "sha1"),
    "2.16.840.1.101.3.4.3.1": ("dsa", "sha224"),
    "2.16.840.1.101.3.4.3.2": ("dsa", "sha256"),
    "2.16.840.1.101.3.4.3.3": ("dsa", "sha384"),
    "2.16.840.1.101.3.4.3.4": ("dsa", "sha512"),
    # RFC 8410 3: one identifier for key and signature, no parameters.
    "1.3.101.112": ("ed25519", None),
    "1.3.101.113": ("ed448", None),
}


class UnknownAlgorithm(Exception):
    """An algorithm that is not judged here; the signature is then INDETERMINATE, not failed."""


class KeyUnreadable(UnknownAlgorithm):
    """A public key that cannot be read, or only by guessing."""


class SignatureInvalid(Exception):
    """The signature does not fit, or its algorithm is not one that can be checked."""


@dataclass(frozen=True)
class SignatureAlgorithm:
    """How a signature was made: ``family`` (rsa, rsa-pss, ecdsa, …), ``digest``, and for PSS its parameters.

    ``prehashed``: what is checked against it is the digest already.
    """

    family: str
    digest: str | None
    mask_digest: str | None = None
    salt_length: int | None = None
    prehashed: bool = False

    @property
    def name(self) -> str:
        """The name in reports and policies: ``sha256_rsa``, ``sha256_rsa-pss``, ``ed25519``."""
        return f"{self.digest}_{self.family}" if self.digest and self.family not in _EDWARDS else self.family


_EDWARDS = ("ed25519", "ed448")
#: RFC 8032 5.1, 5.2: the one size that such keys have.
_EDWARDS_BITS = {"ed25519": 256, "ed448": 456}
_PSS = "1.2.840.113549.1.1.10"  # id-RSASSA-PSS (RFC 4055)


def algorithm_oid(identifier: core.Sequence) -> str:
    """Return the object identifier that an AlgorithmIdentifier names."""
    contents = identifier.contents if isinstance(identifier, core.Sequence) else None
    if contents is None or len(contents) > _MAX_KEPT:
        return str(identifier["algorithm"].dotted)
    kind: Any = type(identifier)
    return _kept_oid(kind, contents)


#: A longer AlgorithmIdentifier has parameters of its own, and is read each time.
_MAX_KEPT = 64


@lru_cache(maxsize=500)
def _kept_oid(kind: Any, contents: bytes) -> str:
    """The same few stand in every signature, token and certificate: each is read once, all of it."""
    return str(kind.load(parser.emit(0, 1, kind.tag, contents))["algorithm"].dotted)


def digest_name(identifier: algos.DigestAlgorithm) -> str:
    """Return the name of a digest algorithm.

    Raises:
        UnknownAlgorithm: it is not in the table.
    """
    oid = algorithm_oid(identifier)
    if oid in DIGESTS:
        return DIGESTS[oid]
    if oid in SIGNATURES and SIGNATURES[oid][1]:  # seen in the wild: a signature algorithm named as digest
        return str(SIGNATURES[oid][1])
    raise UnknownAlgorithm(oid)


def digest_of(name: str, *parts: bytes) -> bytes:
    """Hash ``parts`` one after the other.

    Raises:
        UnknownAlgorithm: the digest is not available on this machine.
    """
    if name == "shake256":  # RFC 8702, RFC 8419: 64 bytes
        state: Any = hashlib.shake_256()
    elif name == "shake128":
        state = hashlib.shake_128()
    else:
        try:
            # Not for security as Python's FIPS builds mean it: an old digest is computed in order to be named and
            # refused by date.
            state = hashlib.new(name, usedforsecurity=False)
        except ValueError as error:
            raise UnknownAlgorithm(name) from error
    for part in parts:
        state.update(part)
    length = {"shake256": 64, "shake128": 32}.get(name)
    return bytes(state.digest(length) if length else state.digest())


def signature_algorithm(identifier: algos.SignedDigestAlgorithm, digest: str | None) -> SignatureAlgorithm:
    """Read an AlgorithmIdentifier; ``digest`` is the CMS digest algorithm, for identifiers that name none.

    Raises:
        UnknownAlgorithm: it is not in the table.
    """
    oid = algorithm_oid(identifier)
    if oid in DIGESTS:  # seen in the wild: a digest named as signature algorithm, meaning RSA
        return SignatureAlgorithm("rsa", DIGESTS[oid])
    if oid not in SIGNATURES:
        raise UnknownAlgorithm(oid)
    family, own = SIGNATURES[oid]
    if family == "rsa-pss":
        return _pss(identifier)
    return SignatureAlgorithm(family, own or digest)


def _pss(identifier: algos.SignedDigestAlgorithm) -> SignatureAlgorithm:
    # Absent parameters mean the defaults: SHA-1, MGF1 with SHA-1, 20 octets of salt (RFC 4055 3.1).
    parameters = identifier["parameters"]
    if not isinstance(parameters, algos.RSASSAPSSParams):
        parameters = algos.RSASSAPSSParams() if isinstance(parameters, core.Null | core.Void) else None
    if parameters is None:
        raise UnknownAlgorithm("RSASSA-PSS parameters")
    mask = parameters["mask_gen_algorithm"]
    # id-mgf1, the only one there is (RFC 4055 2.2, RFC 8017 B.2.1).
    if mask["algorithm"].dotted != "1.2.840.113549.1.1.8":
        raise UnknownAlgorithm("mask generation " + mask["algorithm"].dotted)
    # RFC 4055 3.1: 1 is the only trailer there is; another one's encoding nobody here checks.
    if int(parameters["trailer_field"]) != 1:
        raise UnknownAlgorithm("RSASSA-PSS trailer field")
    inner = mask["parameters"]
    mask_digest = digest_name(inner) if isinstance(inner, algos.DigestAlgorithm) else "sha1"
    digest = digest_name(parameters["hash_algorithm"])
    return SignatureAlgorithm("rsa-pss", digest, mask_digest, int(parameters["salt_length"].native))


def public_key(certificate: asn1_x509.Certificate) -> Any:
    """Return the certificate's public key as ``cryptography`` has it.

    Raises:
        KeyUnreadable: it cannot be loaded.
    """
    try:
        info = certificate.public_key
        der = info.dump()
        # OpenSSL takes an id-RSASSA-PSS key with its own restrictions; those are `allows`' business, which names the
        # reason.
        if info["algorithm"]["algorithm"].dotted == _PSS:
            return _loaded_key(_plain_rsa(info))
        return _loaded_key(der)
    except (ValueError, TypeError, exceptions.UnsupportedAlgorithm) as error:
        raise KeyUnreadable("a public key that is not well encoded") from error


@lru_cache(maxsize=500)
def _loaded_key(der: bytes) -> Any:
    """The same authorities and services sign in every document of a batch: each key is loaded once."""
    key = serialization.load_der_public_key(der)
    if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and _fits_everything(key.public_bytes_raw()):
        raise ValueError("a key of small order")
    return key


#: The points of small order on both curves by their y (RFC 7748 4.1, 4.2; RFC 8032 5.1, 5.2), and the curves' fields.
_FIELDS = {32: 2**255 - 19, 57: 2**448 - 2**224 - 1}
_SMALL_ORDER = {
    0, 1, *(field - 1 for field in _FIELDS.values()),
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
}  # fmt: skip


def _fits_everything(point: bytes) -> bool:
    """Whether a point is of small order: with it as a key one signature fits every message, or one of eight."""
    above = 255 if len(point) == 32 else 455
    return int.from_bytes(point, "little") % 2**above % _FIELDS[len(point)] in _SMALL_ORDER


def _plain_rsa(info: Any) -> bytes:
    from asn1crypto import keys

    plain = keys.PublicKeyInfo(
        {"algorithm": {"algorithm": "rsa"}, "public_key": keys.RSAPublicKey.load(info["public_key"].parsed.dump())}
    )
    return bytes(plain.dump())


def key_bits(info: Any) -> int:
    """Return the size of a public key (asn1crypto's PublicKeyInfo) in bits: of the modulus, or of the curve's field.

    A point on a curve may stand there in its short form, without its second coordinate (RFC 5480 2.2).
    """
    if info.algorithm == "ec":
        point = info["public_key"].native
        return int(8 * (len(point) - 1) // (1 if point[:1] in (b"\x02", b"\x03") else 2))
    return _EDWARDS_BITS.get(info.algorithm) or int(info.bit_size)


def verify(key: Any, algorithm: SignatureAlgorithm, signature: bytes, message: bytes) -> bool:
    """Check ``signature`` over ``message`` (not over its digest).

    Raises:
        UnknownAlgorithm: key and algorithm do not belong together, or the algorithm is not available.
    """
    check = _CHECKS.get(algorithm.family)
    if check is None:
        raise UnknownAlgorithm(algorithm.name)
    try:
        check(key, algorithm, signature, message)
    except exceptions.InvalidSignature:
        return False
    except (exceptions.UnsupportedAlgorithm, TypeError) as error:
        raise UnknownAlgorithm(f"{algorithm.name}: {error}") from error
    # Forged lengths and DER make OpenSSL raise; for whoever verifies that is a signature that does not fit (RFC 8017
    # 8.2.2 step 1).
    except ValueError:  # e.g. a signature that is no DSA-Sig-Value, or longer than the key
        return False
    return True


def verify_digest(key: Any, algorithm: SignatureAlgorithm, signature: bytes, digest: bytes) -> bool:
    """Check ``signature`` over a message whose ``digest``, made with ``algorithm.digest``, is at hand.

    Raises:
        UnknownAlgorithm: see `verify`.
    """
    return verify(key, replace(algorithm, prehashed=True), signature, digest)


def allows(info: Any, algorithm: SignatureAlgorithm) -> bool:
    """Whether a public key (asn1crypto's PublicKeyInfo) is meant for an algorithm.

    A key that its certificate calls id-RSASSA-PSS makes no other signatures; where it states parameters, only those
    with the same digests and at least its salt (RFC 4055 1.2, 3.3).
    """
    if info["algorithm"]["algorithm"].dotted != _PSS:
        return True
    if algorithm.family != "rsa-pss":
        return False
    if isinstance(info["algorithm"]["parameters"], core.Void | core.Null):
        return True
    wanted = _pss(info["algorithm"])
    same = (wanted.digest, wanted.mask_digest) == (algorithm.digest, algorithm.mask_digest)
    return same and (algorithm.salt_length or 0) >= (wanted.salt_length or 0)


def verify_signature(
    certificate: asn1_x509.Certificate,
    mechanism: algos.SignedDigestAlgorithm,
    hash_name: str,
    signature: bytes,
    data: bytes,
) -> None:
    """Check ``signature`` over ``data`` with a certificate's key, for callers who want nothing but a good one.

    Args:
        certificate: whose public key is used.
        mechanism: the CMS signatureAlgorithm.
        hash_name: the digestAlgorithm, for mechanisms that do not name one.
        signature: as it stands in the SignerInfo.
        data: what was signed, not its digest.

    Raises:
        SignatureInvalid: it does not hold, or the mechanism and key do not go together.
    """
    try:
        algorithm = signature_algorithm(mechanism, hash_name or None)
        # Both are asked: an attacker who may choose the algorithm would take the one for which the key was never meant.
        fits = allows(certificate.public_key, algorithm) and verify(public_key(certificate), algorithm, signature, data)
    except (UnknownAlgorithm, ValueError, TypeError, KeyError) as error:
        raise SignatureInvalid(str(error)) from error
    if not fits:
        raise SignatureInvalid("the signature does not fit")


def is_known_digest(name: str) -> bool:
    """Whether signatures over this digest can be checked here."""
    return name in _HASHES


def _hash(name: str | None) -> hashes.HashAlgorithm:
    if name not in _HASHES:
        raise UnknownAlgorithm(str(name))
    return _HASHES[name]()


def _how(algorithm: SignatureAlgorithm) -> hashes.HashAlgorithm | utils.Prehashed:
    chosen = _hash(algorithm.digest)
    return utils.Prehashed(chosen) if algorithm.prehashed else chosen


def _need(key: Any, kind: Any, algorithm: SignatureAlgorithm) -> Any:
    if not isinstance(key, kind):
        raise UnknownAlgorithm(f"{algorithm.name} with a key of another kind")
    return key


def _rsa(key: Any, algorithm: SignatureAlgorithm, signature: bytes, message: bytes) -> None:
    _need(key, rsa.RSAPublicKey, algorithm).verify(signature, message, padding.PKCS1v15(), _how(algorithm))


def _rsa_pss(key: Any, algorithm: SignatureAlgorithm, signature: bytes, message: bytes) -> None:
    # The salt's length is the one that was stated: with another one the check fails (RFC 8017 9.1.2 step 10).
    scheme = padding.PSS(padding.MGF1(_hash(algorithm.mask_digest)), algorithm.salt_length or 0)
    _need(key, rsa.RSAPublicKey, algorithm).verify(signature, message, scheme, _how(algorithm))


def _ecdsa(key: Any, algorithm: SignatureAlgorithm, signature: bytes, message: bytes) -> None:
    _need(key, ec.EllipticCurvePublicKey, algorithm).verify(signature, message, ec.ECDSA(_how(algorithm)))


def _ecdsa_plain(key: Any, algorithm: SignatureAlgorithm, signature: bytes, message: bytes) -> None:
    """BSI TR-03111 5.2.1: r and s side by side, each as long as the curve's order."""
    _need(key, ec.EllipticCurvePublicKey, algorithm)
    half = len(signature) // 2
    if half != (key.key_size + 7) // 8 or len(signature) != 2 * half:
        raise exceptions.InvalidSignature
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    _ecdsa(key, algorithm, utils.encode_dss_signature(r, s), message)


def _dsa(key: Any, algorithm: SignatureAlgorithm, signature: bytes, message: bytes) -> None:
    _need(key, dsa.DSAPublicKey, algorithm).verify(signature, message, _how(algorithm))


def _ed25519(key: Any, algorithm: SignatureAlgorithm, signature: bytes, message: bytes) -> None:
    _need(key, ed25519.Ed25519PublicKey, algorithm).verify(signature, message)


def _ed448(key: Any, algorithm: SignatureAlgorithm, signature: bytes, message: bytes) -> None:
    _need(key, ed448.Ed448PublicKey, algorithm).verify(signature, message)


_CHECKS: dict[str, Callable[[Any, SignatureAlgorithm, bytes, bytes], None]] = {
    "rsa": _rsa,
    "rsa-pss": _rsa_pss,
    "ecdsa": _ecdsa,
    "ecdsa-plain": _ecdsa_plain,
    "dsa": _dsa,
    "ed25519": _ed25519,
    "ed448": _ed448,
}
