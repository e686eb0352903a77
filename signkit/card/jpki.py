"""公的個人認証AP (JPKI): the two key pairs of the card, their certificates and their secrets.

The signature key signs digests.  The authentication key signs nothing but challenges that carry their purpose in front
(``signkit.card.key_proof``); no function takes a digest for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from signkit.card import apdu, pin
from signkit.card.apdu import Command
from signkit.card.elementary_files import CardFiles
from signkit.card.key_proof import Authentication, signed_bytes
from signkit.card.keys import CardKey, HashName, card_key
from signkit.card.pin import AUTHENTICATION, SIGNATURE, PinSource, Secret
from signkit.card.transport import Connection
from signkit.errors import CardError, CardLocked, CardRefused, PinNeeded

AID = bytes.fromhex("D392F000260100000001")

# EF identifiers: docs/reference/card.md says who saw which.
_TOKEN_INFO_EF = 0x0006
_CONTENTS_EF = 0x0008
_AUTHENTICATION_KEY_EF = 0x0017
_SIGNATURE_KEY_EF = 0x001A

_PRESENT = 0x8F


class CertificateKind(StrEnum):
    """The four certificates of the application, as the command line names them."""

    SIGN = "sign"
    SIGN_CA = "sign-ca"
    AUTH = "auth"
    AUTH_CA = "auth-ca"


_CERTIFICATE_EFS = {
    CertificateKind.SIGN: 0x0001,
    CertificateKind.SIGN_CA: 0x0002,
    CertificateKind.AUTH: 0x000A,
    CertificateKind.AUTH_CA: 0x000B,
}
#: What opens a certificate that is not free everywhere.
SECRETS = {CertificateKind.SIGN: SIGNATURE, CertificateKind.AUTH: AUTHENTICATION}


class TokenKind(StrEnum):
    """What carries the application."""

    PLASTIC = "plastic"
    JUKI = "juki"
    ANDROID = "android"
    IPHONE = "iphone"
    UNKNOWN = "unknown"


_TOKEN_LABELS = {
    "JPKIAPICCTOKEN2": TokenKind.PLASTIC,
    "JPKIAPICCTOKEN": TokenKind.JUKI,
    "JPKIAPGPSETOKEN": TokenKind.ANDROID,
    "JPKIAPIOSTOKEN": TokenKind.IPHONE,
}


@dataclass(frozen=True)
class Token:
    """The label of EF 0006, and what it stands for."""

    label: str
    kind: TokenKind


@dataclass(frozen=True)
class CardStatus:
    """What can be known without any PIN.

    Attributes:
        token: what carries the application.
        has_signing_certificate: False for children under 15 and for who chose so.
        signature_tries: tries left for the signature password; 0 is locked, None without signing certificate.
        authentication_tries: tries left for the authentication PIN; 0 is locked.
    """

    token: Token
    has_signing_certificate: bool
    signature_tries: int | None
    authentication_tries: int


class JpkiApplication:
    """The application, selected.  Selecting it again may drop what was verified, so it is made once a session."""

    def __init__(self, files: CardFiles) -> None:
        self._files = files

    @classmethod
    def select(cls, connection: Connection) -> JpkiApplication:
        """Select the application on a card.

        Raises:
            NotAnIndividualNumberCard: the card has no such application.
        """
        files = CardFiles(connection)
        files.select_application(AID)
        return cls(files)

    def token(self) -> Token:
        """Read what carries the application: the first 32 bytes of its CK_TOKEN_INFO."""
        raw = self._files.read_bytes(_TOKEN_INFO_EF, 32)
        label = raw.decode("ascii", "replace").rstrip(" \0")
        return Token(label, _TOKEN_LABELS.get(label, TokenKind.UNKNOWN))

    def has_signing_certificate(self) -> bool:
        """Read EF 0008: whether the card holds a 署名用電子証明書."""
        return self._files.read_bytes(_CONTENTS_EF, 3)[0] == _PRESENT

    def tries_left(self, secret: Secret) -> int:
        """See ``pin.tries_left``; for SIGNATURE also "no-signing-certificate": a card without one has no counter."""
        with self._explain_refusals(secret):
            return pin.tries_left(self._files, secret)

    def status(self) -> CardStatus:
        """Read all that can be known without a PIN; spends no try."""
        has_signing = self.has_signing_certificate()
        signature = self.tries_left(SIGNATURE) if has_signing else None
        return CardStatus(self.token(), has_signing, signature, self.tries_left(AUTHENTICATION))

    def verify(self, secret: Secret, pin_value: PinSource, *, use_last_try: bool = False) -> None:
        """See ``pin.verify``; wipes ``pin_value``."""
        with self._explain_refusals(secret):
            pin.verify(self._files, secret, pin_value, use_last_try=use_last_try)

    def change_pin(self, secret: Secret, old: PinSource, new: bytearray, *, use_last_try: bool = False) -> None:
        """See ``pin.change``; wipes both."""
        with self._explain_refusals(secret):
            pin.change(self._files, secret, old, new, use_last_try=use_last_try)

    def certificate(self, kind: CertificateKind) -> bytes:
        """Read one certificate (DER).

        SIGN opens after the signature password; AUTH is free on a plastic card and opens after its PIN on a smartphone.

        Raises:
            CardError("no-signing-certificate"): SIGN or SIGN_CA of a card that has none.
            PinNeeded: its secret has to be verified first.
            CardAnswerInvalid: no certificate, or cut off.
        """
        try:
            return self._files.read_object(_CERTIFICATE_EFS[kind])
        except CardRefused as error:
            # 6982: the secret of this file was not presented yet.
            if error.status == f"{apdu.SECURITY_NOT_SATISFIED:04X}" and kind in SECRETS:
                raise PinNeeded(SECRETS[kind].key) from error
            if kind in (CertificateKind.SIGN, CertificateKind.SIGN_CA) and not self.has_signing_certificate():
                raise CardError("no-signing-certificate") from error
            raise

    @contextmanager
    def _explain_refusals(self, secret: Secret) -> Iterator[None]:
        """Say "no signing certificate" where a card without one answers as if its password were locked."""
        try:
            yield
        except (CardLocked, CardRefused) as error:
            if secret is SIGNATURE and not self.has_signing_certificate():
                raise CardError("no-signing-certificate") from error
            raise

    def sign(self, key: CardKey, hash_name: HashName, digest: bytes) -> bytes:
        """Sign a digest with the signature key, after its password; the signature is checked against ``key``.

        Raises:
            CardAnswerInvalid: what came back is not the signature.
        """
        return self._compute_signature(_SIGNATURE_KEY_EF, key, hash_name, digest)

    def authenticate(self, challenge: bytes) -> Authentication:
        """Sign a challenge with the authentication key, after its PIN.  This key signs nothing else.

        Raises:
            ValueError: the challenge's size; see ``authentication.CHALLENGE_SIZES``.
        """
        message = signed_bytes(challenge)
        certificate = self.certificate(CertificateKind.AUTH)
        key = card_key(certificate)
        hash_name = key.hashes[0]
        digest = hashlib.new(hash_name, message).digest()
        signature = self._compute_signature(_AUTHENTICATION_KEY_EF, key, hash_name, digest)
        return Authentication(certificate, challenge, hash_name, signature)

    def _compute_signature(self, key_ef: int, key: CardKey, hash_name: HashName, digest: bytes) -> bytes:
        data = key.command_data(hash_name, digest)
        self._files.select(key_ef)
        # CLA 80, PSO COMPUTE DIGITAL SIGNATURE with the card's own P1 and P2.
        command = Command(0x80, apdu.COMPUTE_SIGNATURE, 0x00, 0x80, data, le=256)
        signature = key.signature(self._files.connection.send(command).expect_ok("COMPUTE DIGITAL SIGNATURE"))
        # What comes off a wire is checked: a fault may look like a signature, and an RSA fault can give away the key.
        key.verify(hash_name, digest, signature)
        return signature
