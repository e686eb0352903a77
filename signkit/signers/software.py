"""A private key in memory: which algorithm goes with it, and the signature itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from signkit.errors import SignerUnusable
from signkit.signers.base import KeyAlgorithm
from signkit.words import Text, Unfit

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes

# NIST SP 800-131A: shorter RSA keys make no signatures any more.
_MIN_RSA_BITS = 2048
#: The hash whose strength fits the curve (FIPS 186-5; RFC 5753 leaves the choice free).
_CURVE_DIGESTS = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}


@dataclass(frozen=True)
class SoftwareKey:
    """A parsed private key, ready to sign many times."""

    algorithm: KeyAlgorithm
    _key: Any = field(repr=False)

    @classmethod
    def of(cls, key: object, source: str) -> SoftwareKey:
        """Return ``key`` with the algorithm that goes with it.

        Raises:
            SignerUnusable("key-file-unusable"): RSA under 2048 bits, another curve than P-256, P-384 or P-521, or no
                signature key.
        """
        private: Any = key
        try:
            return cls(algorithm_of(private.public_key()), key)
        except KeyUnfit as unfit:
            raise SignerUnusable("key-file-unusable", path=source, cause=unfit.cause) from unfit

    def sign(self, data: bytes) -> bytes:
        """Hash and sign ``data``."""
        from cryptography.hazmat.primitives.asymmetric import ec, padding

        key = self._key
        if self.algorithm.key_type == "rsa":
            signature = key.sign(data, padding.PKCS1v15(), self._hash())
        elif self.algorithm.key_type == "ecdsa":
            signature = key.sign(data, ec.ECDSA(self._hash()))
        else:
            signature = key.sign(data)
        return bytes(signature)

    def _hash(self) -> hashes.HashAlgorithm:
        from cryptography.hazmat.primitives import hashes

        algorithm: hashes.HashAlgorithm = getattr(hashes, self.algorithm.digest.upper())()
        return algorithm


class KeyUnfit(Unfit):
    """A key of a type or size that does not sign here."""


def algorithm_of(key: object) -> KeyAlgorithm:
    """Return how the owner of the public ``key`` signs, wherever the private key lives.

    Raises:
        KeyUnfit: RSA under 2048 bits, another curve than P-256, P-384 or P-521, or no signature key.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _MIN_RSA_BITS:
            raise KeyUnfit(
                Text(
                    f"its RSA key has {key.key_size} bits; at least {_MIN_RSA_BITS} are needed",
                    f"RSA 鍵が{key.key_size}ビットです。{_MIN_RSA_BITS}ビット以上が必要です",
                )
            )
        return KeyAlgorithm("rsa", "sha256")
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVE_DIGESTS:
        return KeyAlgorithm("ecdsa", _CURVE_DIGESTS[key.curve.name])
    if isinstance(key, ed25519.Ed25519PublicKey):
        return KeyAlgorithm("ed25519", "sha512")  # RFC 8419 3.1
    if isinstance(key, ed448.Ed448PublicKey):
        return KeyAlgorithm("ed448", "shake256")  # RFC 8419 3.1
    kind = type(key).__name__
    raise KeyUnfit(Text(f"a key of type {kind} cannot sign here", f"種類 {kind} の鍵では署名できません"))
