"""What an emulated card holds: plain values, and the files they make.

The rehearsal PKI (``signkit.rehearsal``) makes contents whose certificates say that they are a rehearsal;
tests make their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from signkit.card import jpki, pin

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@dataclass(frozen=True)
class KeyContents:
    """One key pair: the private key (PKCS #8 DER), its certificate and that of its CA (X.509 DER)."""

    private_key: bytes = field(repr=False)
    certificate: bytes
    ca_certificate: bytes


@dataclass(frozen=True)
class Pins:
    """The secrets of an emulated card.  They guard nothing real and may stand in files and tests."""

    signature: str = "SIGNKIT1"
    authentication: str = "1234"
    surface: str = "5678"


@dataclass(frozen=True)
class CardContents:
    """What is personal on a card.

    Attributes:
        sign: the signature key pair; None for a card without 署名用電子証明書.
        auth: the authentication key pair.
        pins: the secrets of a fresh card.
    """

    sign: KeyContents | None
    auth: KeyContents
    pins: Pins = Pins()


@dataclass(frozen=True)
class DataFile:
    """A transparent file.  ``opened_by``: any one of these secrets; empty: free."""

    content: bytes
    opened_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SecretFile:
    """A file that holds a secret with its retry counter."""

    secret: pin.Secret


@dataclass(frozen=True)
class KeyFile:
    """A private key, used after ``opened_by`` (None: freely)."""

    private_key: bytes = field(repr=False)
    opened_by: str | None

    @cached_property
    def loaded(self) -> RSAPrivateKey | EllipticCurvePrivateKey:
        """The key, ready to compute with."""
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        return load_der_private_key(self.private_key, None)  # type: ignore[return-value]

    def compute(self, data: bytes) -> bytes:
        """Return what COMPUTE DIGITAL SIGNATURE answers to ``data``: see ``signkit.card.keys`` for both kinds."""
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

        key = self.loaded
        if isinstance(key, RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), NoDigestInfo())
        return _ecdsa_numbers(key, data)


def _ecdsa_numbers(key: EllipticCurvePrivateKey, digest: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

    signature = key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA384())))
    size = (key.curve.key_size + 7) // 8
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))


File = DataFile | SecretFile | KeyFile


@dataclass(frozen=True)
class Application:
    """One application: its files by identifier, and the key that signs with P2 = 00, if any."""

    aid: bytes
    files: dict[int, File]
    own_key: KeyFile | None = None


def jpki_application(contents: CardContents, label: str, *, certificate_needs_pin: bool, filler: bytes) -> Application:
    """Lay out 公的個人認証AP.

    Args:
        contents: the keys and certificates.
        label: the token label of EF 0006.
        certificate_needs_pin: whether the authentication certificate opens only after its PIN, as on a smartphone.
        filler: bytes that follow each certificate in its file.
    """
    key = pin.AUTHENTICATION.key
    opened_by = frozenset({key}) if certificate_needs_pin else frozenset()
    files: dict[int, File] = {
        0x0006: DataFile(token_info(label)),
        0x0008: DataFile(b"\x8f\x8f\x00" if contents.sign else b"\x00\x8f\x00"),
        0x000A: DataFile(contents.auth.certificate + filler, opened_by),
        0x000B: DataFile(contents.auth.ca_certificate + filler),
        0x0017: KeyFile(contents.auth.private_key, key),
        pin.AUTHENTICATION.ef: SecretFile(pin.AUTHENTICATION),
        pin.SIGNATURE.ef: SecretFile(pin.SIGNATURE),
    }
    if contents.sign:
        key = pin.SIGNATURE.key
        files[0x0001] = DataFile(contents.sign.certificate + filler, frozenset({key}))
        files[0x0002] = DataFile(contents.sign.ca_certificate + filler)
        files[0x001A] = KeyFile(contents.sign.private_key, key)
    return Application(jpki.AID, files)


def token_info(label: str) -> bytes:
    """Return EF 0006: PKCS #11 CK_TOKEN_INFO, 160 bytes, numbers in four bytes, big-endian."""
    texts = label.encode("ascii").ljust(32) + b"JPKI".ljust(32) + b"EMULATED".ljust(16) + b"0".ljust(16)
    numbers = b"".join(number.to_bytes(4, "big") for number in (0x0D, 0, 0, 0, 0, 16, 4, 0, 0, 0, 0))
    return (texts + numbers + b"03" + b"01").ljust(160)
