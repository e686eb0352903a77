"""New software keys: for trying, certified by the rehearsal's CA or by themselves, or to be certified by a real CA."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from signkit.words import Text, Unfit

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey

_SELF_SIGNED_DAYS = 365
#: RFC 5280 appendix A.1: ub-common-name, ub-organization-name.
_MOST_CHARACTERS = 64


class NewKey(StrEnum):
    """Kinds of key that can be made."""

    RSA_2048 = "rsa2048"
    RSA_3072 = "rsa3072"
    P_256 = "p256"
    P_384 = "p384"


class NameUnfit(Unfit):
    """A name that no certificate can bear."""


@dataclass(frozen=True)
class KeyHolder:
    """Whom a certificate is to name.

    Attributes:
        name: of the person, or of the organisation itself.
        organisation: which organisation's; None: a person's alone.

    Raises:
        NameUnfit: one of them is empty, over 64 characters, or has characters that nobody sees.
    """

    name: str
    organisation: str | None = None

    def __post_init__(self) -> None:
        from signkit.contracts.characters import refused_characters

        for text in (self.name, self.organisation):
            if text is not None and not text.strip():
                raise NameUnfit(Text("a name is empty", "名前が空です"))
            if text is not None and len(text) > _MOST_CHARACTERS:
                raise NameUnfit(Text(f"over {_MOST_CHARACTERS} characters", f"{_MOST_CHARACTERS}文字を超えています"))
            if text is not None and (refused_characters(text) or "\n" in text):
                raise NameUnfit(Text("it has characters that nobody sees", "目に見えない文字があります"))


def new_key(kind: NewKey) -> PrivateKey:
    """Make a key."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    makers: dict[NewKey, Callable[[], PrivateKey]] = {
        NewKey.RSA_2048: lambda: rsa.generate_private_key(65537, 2048),
        NewKey.RSA_3072: lambda: rsa.generate_private_key(65537, 3072),
        NewKey.P_256: lambda: ec.generate_private_key(ec.SECP256R1()),
        NewKey.P_384: lambda: ec.generate_private_key(ec.SECP384R1()),
    }
    return makers[kind]()


def self_signed(holder: KeyHolder, key: PrivateKey, now: datetime) -> x509.Certificate:
    """Return a certificate that only its own key vouches for, valid for a year: for trying."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    # An hour back: clocks of other machines may be behind.
    name, start = _subject(holder), now.astimezone(UTC) - timedelta(hours=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=_SELF_SIGNED_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(), critical=True)
    )
    return builder.sign(key, hashes.SHA256())


def certificate_request(holder: KeyHolder, key: PrivateKey) -> bytes:
    """Return what a CA is asked with (PKCS#10, RFC 2986), as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(holder))
    return builder.add_extension(_usage(), critical=True).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def key_file(
    name: str, key: PrivateKey, certificate: x509.Certificate, issuers: Sequence[x509.Certificate], passphrase: bytes
) -> bytes:
    """Return key and certificates as PKCS#12, encrypted with the passphrase."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    encryption = BestAvailableEncryption(passphrase)
    return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, issuers, encryption)


def private_key_file(key: PrivateKey, passphrase: bytes) -> bytes:
    """Return the key alone as PKCS#8 in PEM, encrypted with the passphrase."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))


def _subject(holder: KeyHolder) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    own = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, holder.organisation)] if holder.organisation else []
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")
    return x509.Name([country, *own, x509.NameAttribute(NameOID.COMMON_NAME, holder.name)])


def _usage() -> x509.KeyUsage:
    """Return what a signature's key is for (RFC 5280 4.2.1.3)."""
    from cryptography import x509

    others = ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    never = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, content_commitment=True, **never)
