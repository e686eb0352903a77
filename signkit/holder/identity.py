"""Name, address, birth date and sex (基本4情報), read from a card in place of being typed (入力レス)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signkit.card.pin import PinSource
    from signkit.card.transport import Connection
    from signkit.jpki.attributes import PersonAttributes
    from signkit.signers.base import SecretKind


class IdentitySource(StrEnum):
    """Where the attributes are read, and by what they open."""

    CERTIFICATE = "certificate"
    SURFACE = "surface"
    CODE_B = "code-b"

    @property
    def secret(self) -> SecretKind:
        """What the person is asked for."""
        return _SECRETS[self]


_SECRETS: dict[IdentitySource, SecretKind] = {
    IdentitySource.CERTIFICATE: "signature-password",
    IdentitySource.SURFACE: "surface-pin",
    IdentitySource.CODE_B: "code-b",
}


@dataclass(frozen=True)
class CardIdentity:
    """What was read; ``issuer`` is the trusted CA that vouches for it, None where none does."""

    attributes: PersonAttributes
    source: IdentitySource
    issuer: str | None


def read_identity(
    connection: Connection,
    source: IdentitySource,
    secret: PinSource,
    anchors: Sequence[Path] = (),
    *,
    use_last_try: bool = False,
) -> CardIdentity:
    """Read the four attributes after the secret that opens them.

    Args:
        anchors: files of CAs that are trusted beside the shipped ones.

    Raises:
        CardError("identity-missing"): the certificate carries none.
        CardError("no-signing-certificate"): the card has none.
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            `signkit.card.pin.verify`.
    """
    from signkit.card.jpki import CertificateKind
    from signkit.card.pin import CODE_B, SURFACE
    from signkit.card.session import read_certificate
    from signkit.card.surface import read_four_attributes
    from signkit.jpki.attributes import attributes_of_card

    if source is IdentitySource.CERTIFICATE:
        der = read_certificate(connection, CertificateKind.SIGN, secret, use_last_try=use_last_try)
        return _from_certificate(der, anchors)
    opens = SURFACE if source is IdentitySource.SURFACE else CODE_B
    four = read_four_attributes(connection, opens, secret, use_last_try=use_last_try)
    attributes = attributes_of_card(four.name, four.address, four.birth_date, four.sex)
    return CardIdentity(attributes, source, issuer=None)


def _from_certificate(der: bytes, anchors: Sequence[Path]) -> CardIdentity:
    from asn1crypto import x509

    from signkit.errors import CardError
    from signkit.jpki.attributes import read_attributes
    from signkit.pki.anchors import default_trust_store
    from signkit.pki.chains import find_issuer

    certificate = x509.Certificate.load(der)
    attributes = read_attributes(certificate)
    if attributes is None:
        raise CardError("identity-missing")
    store = default_trust_store(anchors)
    now = datetime.now(UTC)
    believed = (item for item in store.certificates("sign") if store.objection(item.dump(), "sign", now) is None)
    issuer = find_issuer(certificate, believed)
    label = store.label(issuer) if issuer is not None else None
    return CardIdentity(attributes, IdentitySource.CERTIFICATE, label.name if label else None)
