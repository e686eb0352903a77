"""Whose keys sign the corpus: people of a CA of its own, and the rehearsal where evidence is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from asn1crypto import pem
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.rehearsal.authority import issue_organisation_certificate
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import RehearsalPki, new_rehearsal
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.levels import Services
from tests.validation import pki
from tests.validation.pki import Holder


@dataclass(frozen=True)
class Keys:
    """Hanako signs with ECDSA, Taro with RSA; both under one CA, which has a timestamp service too."""

    ca: Holder
    hanako: Holder
    taro: Holder
    tsa: Holder

    @classmethod
    def new(cls) -> Keys:
        """Make them, valid today."""
        span = {"start": utc_now() - pki.YEAR, "end": utc_now() + pki.YEAR}
        ca = pki.authority(**span)
        rsa_key = rsa.generate_private_key(65537, 2048)
        return cls(
            ca,
            pki.issue(ca, "Hanako", **span),
            pki.issue(ca, "Taro", key=rsa_key, **span),
            pki.timestamp_authority(ca, **span),
        )

    def cms(self, content: bytes) -> bytes:
        """Hanako's detached signature."""
        return pki.signed_data(content, self.hanako)

    def stamp(self, covered: bytes) -> bytes:
        """A timestamp token over the bytes."""
        return pki.timestamp_token(covered, self.tsa, time=utc_now())

    @cached_property
    def rehearsal(self) -> RehearsalPki:
        return new_rehearsal()

    @cached_property
    def services(self) -> Services:
        """The rehearsal's timestamps and revocation, for the levels with evidence."""
        issuers = [der for _, _, der in pem.unarmor(self.rehearsal.trust_pem(), multiple=True)]
        return Services([self.rehearsal.timestamps()], [self.rehearsal.revocation()], issuers)

    @cached_property
    def broker(self) -> Pkcs12Signer:
        """An organisation's key of the rehearsal: what it signs can be given evidence."""
        key = self.taro.key
        issued = issue_organisation_certificate(self.rehearsal.service_ca, "Broker", "Test", key, utc_now())
        return Pkcs12Signer(SoftwareKey.of(key, "broker"), issued.public_bytes(Encoding.DER), ())
