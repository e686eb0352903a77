"""Contents for emulated cards: small certificates in the shape of JPKI's, of people who do not exist."""

from __future__ import annotations

import datetime
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from signkit.card.contents import CardContents, FaceContents, KeyContents
from signkit.card.surface import FourAttributes

_START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_END = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)

#: Real signing certificates of the card take 7 or 8 reads; this puts the test certificate near the upper end.
_PADDING = "試験" * 190


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def _certificate(subject: str, key, issuer: str, issuer_key, *, text: str = "") -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(_START)
        .not_valid_after(_END)
    )
    if text:
        other = x509.OtherName(x509.ObjectIdentifier("1.2.392.200149.8.5.5.1"), _utf8(text))
        builder = builder.add_extension(x509.SubjectAlternativeName([other]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _utf8(text: str) -> bytes:
    value = text.encode()
    return b"\x0c\x82" + len(value).to_bytes(2, "big") + value


def _contents(purpose: str, key, ca_key) -> KeyContents:
    ca = f"SignKit test CA for {purpose}"
    return KeyContents(
        _private(key),
        _certificate(f"holder, {purpose}", key, ca, ca_key, text=_PADDING if purpose == "signature" else ""),
        _certificate(ca, ca_key, ca, ca_key),
    )


def _private(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


ATTRIBUTES = FourAttributes("見本\u3000花子", "東京都千代田区試験町１－２－３", "19800217", "2")


@functools.cache
def rsa_contents() -> CardContents:
    """Today's card: two RSA-2048 key pairs, and what is printed on it."""
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)]
    own, issuer, ca = (_private(key) for key in keys)
    return CardContents(
        _contents("signature", keys[0], keys[2]),
        _contents("authentication", keys[1], keys[2]),
        FaceContents(ATTRIBUTES, 2035, "2285", own, issuer, ca),
    )


@functools.cache
def ec_contents() -> CardContents:
    """The next generation: two P-384 key pairs."""
    keys = [ec.generate_private_key(ec.SECP384R1()) for _ in range(3)]
    return CardContents(_contents("signature", keys[0], keys[2]), _contents("authentication", keys[1], keys[2]))
