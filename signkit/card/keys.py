"""What the card's private keys take and give: the one module that knows RSA from the announced ECDSA.

Today's cards hold RSA-2048 keys.  The next generation is announced with ECDSA P-384 and SHA-384; **its command is not
published, and three things are assumption here**: that COMPUTE DIGITAL SIGNATURE stays ``80 2A 00 80``, that its data
is then the bare digest, and that it answers r and s as two numbers of 48 bytes each (ISO/IEC 7816-8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from signkit.errors import CardAnswerInvalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

HashName = Literal["sha256", "sha384", "sha512"]

_DIGEST_SIZES: dict[HashName, int] = {"sha256": 32, "sha384": 48, "sha512": 64}

#: DER of DigestInfo up to the digest itself (RFC 8017 9.2, note 1).
_DIGEST_INFO: dict[HashName, bytes] = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


class CardKey(Protocol):
    """A key of the card, as its certificate describes it."""

    @property
    def algorithm(self) -> Literal["rsa", "ecdsa"]:
        """The kind of key."""
        ...

    @property
    def hashes(self) -> tuple[HashName, ...]:
        """The hashes it may be used with, the best choice first."""
        ...

    def command_data(self, hash_name: HashName, digest: bytes) -> bytes:
        """Return the data of COMPUTE DIGITAL SIGNATURE."""
        ...

    def signature(self, answer: bytes) -> bytes:
        """Return the signature as CMS and X.509 write it; CardAnswerInvalid where the size is wrong."""
        ...

    def verify(self, hash_name: HashName, digest: bytes, signature: bytes) -> None:
        """Check a signature; CardAnswerInvalid where it is false."""
        ...


@dataclass(frozen=True)
class RsaCardKey:
    """RSASSA-PKCS1-v1_5; the card pads the DigestInfo that it is handed."""

    public_key: RSAPublicKey
    algorithm: Literal["rsa"] = "rsa"
    hashes: tuple[HashName, ...] = ("sha256", "sha384", "sha512")

    def command_data(self, hash_name: HashName, digest: bytes) -> bytes:
        """Return the DER DigestInfo (RFC 8017 9.2)."""
        return digest_info(hash_name, digest)

    def signature(self, answer: bytes) -> bytes:
        """Return the answer as it is: as long as the modulus."""
        return _of_size(answer, self.public_key.key_size // 8)

    def verify(self, hash_name: HashName, digest: bytes, signature: bytes) -> None:
        """Check RSASSA-PKCS1-v1_5."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import padding

        try:
            self.public_key.verify(signature, digest, padding.PKCS1v15(), _prehash_of(hash_name))
        except InvalidSignature as error:
            raise _false_signature() from error


@dataclass(frozen=True)
class EcCardKey:
    """ECDSA over the bare digest; see the assumptions at the top."""

    public_key: EllipticCurvePublicKey
    algorithm: Literal["ecdsa"] = "ecdsa"
    hashes: tuple[HashName, ...] = ("sha384",)

    def command_data(self, hash_name: HashName, digest: bytes) -> bytes:
        """Return the digest (assumption)."""
        return _of_hash(hash_name, digest)

    def signature(self, answer: bytes) -> bytes:
        """Return r and s (assumption) as the DER ECDSA-Sig-Value of RFC 3279 2.2.3."""
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        size = (self.public_key.curve.key_size + 7) // 8
        _of_size(answer, 2 * size)
        return encode_dss_signature(int.from_bytes(answer[:size], "big"), int.from_bytes(answer[size:], "big"))

    def verify(self, hash_name: HashName, digest: bytes, signature: bytes) -> None:
        """Check ECDSA."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            self.public_key.verify(signature, digest, ec.ECDSA(_prehash_of(hash_name)))
        except InvalidSignature as error:
            raise _false_signature() from error


def card_key(certificate: bytes) -> CardKey:
    """Return the key that a DER certificate of the card is about.

    Raises:
        CardAnswerInvalid: not a certificate, or a kind of key no card has.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        public_key = x509.load_der_x509_certificate(certificate).public_key()
    except Exception as error:  # any bytes may come off a card, and the parser has no root of errors
        raise CardAnswerInvalid("certificate", "unreadable") from error
    if isinstance(public_key, RSAPublicKey):
        return RsaCardKey(public_key)
    if isinstance(public_key, EllipticCurvePublicKey):
        return EcCardKey(public_key)
    raise CardAnswerInvalid("certificate", "unknown kind of key")


def digest_info(hash_name: HashName, digest: bytes) -> bytes:
    """Return the DER DigestInfo of a digest (RFC 8017 9.2)."""
    return _DIGEST_INFO[hash_name] + _of_hash(hash_name, digest)


def _of_hash(hash_name: HashName, digest: bytes) -> bytes:
    if len(digest) != _DIGEST_SIZES[hash_name]:
        raise ValueError(f"{len(digest)} bytes are no {hash_name} digest")
    return digest


def _of_size(answer: bytes, size: int) -> bytes:
    if len(answer) != size:
        raise CardAnswerInvalid("signature", f"{len(answer)} bytes in place of {size}")
    return answer


def _false_signature() -> CardAnswerInvalid:
    return CardAnswerInvalid("signature", "does not fit the certificate")


def _prehash_of(hash_name: HashName) -> Prehashed:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    algorithms: dict[HashName, hashes.HashAlgorithm] = {
        "sha256": hashes.SHA256(),
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }
    return Prehashed(algorithms[hash_name])
