"""What is personal on an emulated card, as plain values.

The rehearsal PKI (``signkit.rehearsal``) makes contents whose certificates say that they are a rehearsal;
tests make their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from signkit.card import pin
from signkit.card.surface import FourAttributes, era_date


@dataclass(frozen=True)
class KeyContents:
    """One key pair: the private key (PKCS #8 DER), its certificate and that of its CA (X.509 DER)."""

    private_key: bytes = field(repr=False)
    certificate: bytes
    ca_certificate: bytes


@dataclass(frozen=True)
class FaceContents:
    """What is printed on the card, and the RSA-2048 keys (PKCS #8 DER) that vouch for it.

    Attributes:
        attributes: 基本4情報.
        expiry_year: the year in which the card expires.
        security_code: the four digits on the card's face.
        own_key: the card's key, which answers challenges without a PIN.
        issuer_key: signs the records.
        ca_key: signs the issuer's card-verifiable certificate.
    """

    attributes: FourAttributes
    expiry_year: int
    security_code: str
    own_key: bytes = field(repr=False)
    issuer_key: bytes = field(repr=False)
    ca_key: bytes = field(repr=False)

    @property
    def code_b(self) -> str:
        """照合番号B: birth date in the era, expiry year, security code."""
        return f"{era_date(self.attributes.birth_date).decode()}{self.expiry_year:04}{self.security_code}"


@dataclass(frozen=True)
class Pins:
    """The secrets of an emulated card.  They guard nothing real and may stand in files and tests."""

    signature: str = "SIGNKIT1"
    authentication: str = "1234"
    surface: str = "5678"


@dataclass(frozen=True)
class CardContents:
    """A whole card.

    Attributes:
        sign: the signature key pair; None for a card without 署名用電子証明書.
        auth: the authentication key pair.
        face: what is printed on it; None for a card with 公的個人認証AP only, as a smartphone.
        pins: the secrets of a fresh card.
    """

    sign: KeyContents | None
    auth: KeyContents
    face: FaceContents | None = None
    pins: Pins = Pins()

    def initial_secrets(self) -> dict[str, tuple[str, int]]:
        """Return each secret's first value and its tries, by the secret's key.

        A card without signing certificate has its signature password locked (assumption: nobody has published
        what such a card answers).
        """
        signature_tries = pin.SIGNATURE.max_tries if self.sign else 0
        secrets = {
            pin.SIGNATURE.key: (self.pins.signature, signature_tries),
            pin.AUTHENTICATION.key: (self.pins.authentication, pin.AUTHENTICATION.max_tries),
        }
        if self.face:
            birth_date = era_date(self.face.attributes.birth_date).decode()
            secrets |= {
                pin.SURFACE.key: (self.pins.surface, pin.SURFACE.max_tries),
                pin.CODE_B.key: (self.face.code_b, pin.CODE_B.max_tries),
                pin.BIRTH_DATE.key: (birth_date, pin.BIRTH_DATE.max_tries),
            }
        return secrets
