"""The rehearsal's authorities and services as one value, made in memory or kept in a folder between runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from signkit.card.contents import CardContents, KeyContents
from signkit.errors import FileUnusable, system_cause
from signkit.locks import locked_folder
from signkit.output import write_checked
from signkit.pki.anchors import REHEARSAL_UNIT
from signkit.rehearsal.authority import (
    CertifiedKey,
    FictionalResident,
    PrivateKey,
    issue_authentication_certificate,
    issue_organisation_certificate,
    issue_signing_certificate,
    issue_timestamp_certificate,
    new_authority,
    new_rsa_key,
)
from signkit.rehearsal.evidence_services import Clock, RehearsalRevocation, RehearsalTimestamps, utc_now

_TRUST_FILE = "rehearsal-ca.pem"

#: The file to name with ``--trust`` where users are authenticated, below a kept rehearsal's folder.
AUTHENTICATION_TRUST_FILE = "rehearsal-auth-ca.pem"

_PARTS = ("signature-ca", "authentication-ca", "service-ca", "timestamp")

#: The resident on the kept cards.
HANAKO = FictionalResident(
    "番号　花子", "東京都千代田区霞が関二丁目１番２号", "419930401", "2", "Tokyo-to", "Chiyoda-ku"
)


@dataclass(frozen=True)
class RehearsalPki:
    """Three CAs (people's signatures, people's authentication, services and organisations) and a TSA."""

    signature_ca: CertifiedKey
    authentication_ca: CertifiedKey
    service_ca: CertifiedKey
    timestamp: CertifiedKey

    def trust_pem(self) -> bytes:
        """Return the CA certificates that a rehearsal's signatures need to be trusted (PEM)."""
        return b"".join(_pem(item.certificate) for item in (self.signature_ca, self.service_ca))

    def revocation(self, *, clock: Clock = utc_now, revoked: dict[int, datetime] | None = None) -> RehearsalRevocation:
        """Return the source that answers for every certificate of this rehearsal."""
        authorities = (self.signature_ca, self.authentication_ca, self.service_ca)
        return RehearsalRevocation(authorities, clock=clock, revoked=revoked)

    def timestamps(self, *, clock: Clock = utc_now) -> RehearsalTimestamps:
        """Return this rehearsal's timestamp service."""
        return RehearsalTimestamps(self.timestamp, self.service_ca.certificate, clock=clock)

    def authentication_trust_pem(self) -> bytes:
        """Return the CA certificate that a rehearsal's user authentication needs to be trusted (PEM)."""
        return _pem(self.authentication_ca.certificate)

    def card(self, person: FictionalResident, now: datetime) -> CardContents:
        """Issue both certificates for ``person`` and return what their card holds."""
        signing, authentication = self.identities(person, now)
        return CardContents(
            sign=key_contents(signing, self.signature_ca), auth=key_contents(authentication, self.authentication_ca)
        )

    def identities(
        self,
        person: FictionalResident,
        now: datetime,
        *,
        end: datetime | None = None,
        new_key: Callable[[], PrivateKey] = new_rsa_key,
    ) -> tuple[CertifiedKey, CertifiedKey]:
        """Issue a signing and an authentication certificate, valid from ``now`` to ``end`` (default: five years)."""
        signing, authentication = new_key(), new_key()
        return (
            CertifiedKey(issue_signing_certificate(self.signature_ca, person, signing, now, end), signing),
            CertifiedKey(
                issue_authentication_certificate(self.authentication_ca, authentication, now, end), authentication
            ),
        )

    def key_file(self, common_name: str, organisation: str, passphrase: bytes, now: datetime) -> bytes:
        """Issue a certificate for a professional or organisation and return it with its key as PKCS#12."""
        key = new_rsa_key()
        certificate = issue_organisation_certificate(self.service_ca, common_name, organisation, key, now)
        encryption = BestAvailableEncryption(passphrase)
        issuers = [self.service_ca.certificate]
        return pkcs12.serialize_key_and_certificates(common_name.encode(), key, certificate, issuers, encryption)


def new_rehearsal(now: datetime | None = None) -> RehearsalPki:
    """Make a rehearsal in memory (four RSA keys, some hundred milliseconds)."""
    now = now or utc_now()
    service = new_authority(REHEARSAL_UNIT + "timestamps and organisations", now)
    key = new_rsa_key()
    return RehearsalPki(
        signature_ca=new_authority(REHEARSAL_UNIT + "digital signature", now),
        authentication_ca=new_authority(REHEARSAL_UNIT + "user authentication", now),
        service_ca=service,
        timestamp=CertifiedKey(issue_timestamp_certificate(service, key, now), key),
    )


def kept_rehearsal(folder: Path) -> RehearsalPki:
    """Return the rehearsal kept in ``folder``; make and keep one where there is none yet.

    Raises:
        FileUnusable("output-not-written"): the folder cannot be written or what is in it cannot be read.
    """
    with kept_folder(folder):
        if not (folder / _TRUST_FILE).exists():
            _keep(folder, new_rehearsal())
        pki = RehearsalPki(*(load_identity(folder / f"{name}.pem") for name in _PARTS))
        if not (folder / AUTHENTICATION_TRUST_FILE).exists():
            write_checked(folder / AUTHENTICATION_TRUST_FILE, pki.authentication_trust_pem())
    return pki


@contextmanager
def kept_folder(folder: Path) -> Iterator[None]:
    """Be alone with a kept rehearsal's folder, made where there is none: two that start at once share one rehearsal.

    Raises:
        FileUnusable("output-not-written"): it cannot be written, or what is in it cannot be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked_folder(folder):
            yield
    except (OSError, ValueError) as error:
        raise FileUnusable("output-not-written", path=str(folder), cause=system_cause(error)) from error


def trust_file(folder: Path) -> Path:
    """Return the PEM file to name with ``--trust``, below a kept rehearsal's folder."""
    return folder / _TRUST_FILE


def _keep(folder: Path, pki: RehearsalPki) -> None:
    parts = (pki.signature_ca, pki.authentication_ca, pki.service_ca, pki.timestamp)
    for name, identity in zip(_PARTS, parts, strict=True):
        keep_identity(folder / f"{name}.pem", identity)
    write_checked(folder / _TRUST_FILE, pki.trust_pem())  # last: its presence says that the rest is there


def keep_identity(path: Path, identity: CertifiedKey) -> None:
    """Write a key and its certificate to a file that only this user reads, also over one of a run that was killed."""
    key = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_checked(path, key + _pem(identity.certificate), overwrite=True, private=True)


def load_identity(path: Path) -> CertifiedKey:
    """Read what ``keep_identity`` wrote."""
    return CertifiedKey(x509.load_pem_x509_certificate(path.read_bytes()), load_key(path))


def load_key(path: Path) -> PrivateKey:
    """Read a private key that the rehearsal keeps; its primes, our own, are not tested anew, which is slow."""
    key = load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, PrivateKey):
        raise ValueError(f"{path.name} holds another kind of key")
    return key


def key_contents(identity: CertifiedKey, authority: CertifiedKey) -> KeyContents:
    """Return a key with its certificate and its CA's as a card holds them."""
    return KeyContents(
        private_key=identity.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        certificate=identity.certificate.public_bytes(Encoding.DER),
        ca_certificate=authority.certificate.public_bytes(Encoding.DER),
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
