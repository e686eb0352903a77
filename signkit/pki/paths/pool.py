"""The certificates and the revocation evidence at hand for one document, from whatever source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from asn1crypto import x509

from signkit.pki.paths.known import (
    KnownAnswer,
    KnownCertificate,
    KnownList,
    known_answers,
    known_certificate,
    known_list,
)


@dataclass(frozen=True)
class KnownStatus:
    """What an imported list says of one certificate; its signature was checked at the import (crl-index.md).

    Attributes:
        certificate: DER of the certificate.
        issuer_key: DER of the key (SubjectPublicKeyInfo) that signed the list.
        issued: the list's thisUpdate; None where the index could not be read.
        due: the list's nextUpdate.
        revoked_at: since when the certificate is revoked; None: it is not on the list.
    """

    certificate: bytes
    issuer_key: bytes
    issued: datetime | None
    due: datetime | None = None
    revoked_at: datetime | None = None


class Said(NamedTuple):
    """What one piece of evidence says of a certificate; not yet believed."""

    issued: datetime
    source: str
    status: str
    revoked_at: datetime | None


@dataclass(frozen=True, eq=False)
class Pool:
    """All certificates and revocation evidence at hand."""

    certificates: tuple[KnownCertificate, ...] = ()
    answers: tuple[KnownAnswer, ...] = ()
    lists: tuple[KnownList, ...] = ()
    statuses: tuple[KnownStatus, ...] = ()

    @classmethod
    def from_der(cls, certificates: Iterable[bytes], ocsps: Iterable[bytes], crls: Iterable[bytes]) -> Pool:
        """Read each object; one that cannot be read is left out, the others count."""
        found = (known_certificate(der) for der in dict.fromkeys(certificates))
        lists = (known_list(der) for der in dict.fromkeys(crls))
        return cls(
            tuple(item for item in found if item is not None),
            tuple(item for der in dict.fromkeys(ocsps) for item in known_answers(der)),
            tuple(item for item in lists if item is not None),
        )

    def __add__(self, other: Pool) -> Pool:
        return Pool(
            self.certificates + other.certificates,
            self.answers + other.answers,
            self.lists + other.lists,
            self.statuses + other.statuses,
        )

    def distinct(self) -> Pool:
        """Return the same pool with everything in it once."""
        return Pool(
            tuple({item.der: item for item in self.certificates}.values()),
            tuple({(item.der, item.container.index): item for item in self.answers}.values()),
            tuple({item.der: item for item in self.lists}.values()),
            tuple(dict.fromkeys(self.statuses)),
        )

    def about(self, certificate: KnownCertificate, oldest: datetime | None = None) -> Pool:
        """Leave out what says nothing of ``certificate``; what says that it was revoked always stays.

        That is the evidence issued after its end, when nobody lists it any more, or before ``oldest`` (None: nothing
        is too old).
        """
        answers = tuple(item for item in self.answers if not _is_mute(item, certificate, oldest))
        lists = tuple(item for item in self.lists if not _is_mute(item, certificate, oldest))
        statuses = tuple(item for item in self.statuses if not _is_mute_status(item, certificate, oldest))
        if (len(answers), len(lists), len(statuses)) == (len(self.answers), len(self.lists), len(self.statuses)):
            return self
        return Pool(self.certificates, answers, lists, statuses)

    @property
    def evidence(self) -> list[bytes]:
        """The DER of every OCSP response and CRL."""
        return [item.der for item in self.answers] + [item.der for item in self.lists]

    @cached_property
    def by_subject(self) -> dict[str, dict[bytes, KnownCertificate]]:
        """The certificates by their subject, each once, by DER."""
        found: dict[str, dict[bytes, KnownCertificate]] = {}
        for item in self.certificates:
            found.setdefault(item.subject, {})[item.der] = item
        return found

    def speaks_of(self, certificate: x509.Certificate) -> bool:
        """Whether there is an OCSP response or CRL on ``certificate``."""
        known = known_certificate(certificate.dump())
        return known is not None and bool(self.said_of(known))

    def said_of(self, certificate: KnownCertificate) -> list[Said]:
        """All that is said of a certificate, oldest first."""
        items = [
            Said(item.issued, "ocsp", item.status, item.revoked_at(certificate.serial))
            for item in self.answers
            if item.speaks_of(certificate)
        ]
        for found in self.lists:
            if found.speaks_of(certificate):
                since = found.revoked_at(certificate.serial)
                items.append(Said(found.issued, "crl", "revoked" if since else "good", since))
        for status in self.statuses:
            if status.certificate == certificate.der and status.issued:
                since = status.revoked_at
                items.append(Said(status.issued, "crl", "revoked" if since else "good", since))
        return sorted(items, key=lambda item: item.issued)


def _is_mute(item: KnownAnswer | KnownList, certificate: KnownCertificate, oldest: datetime | None) -> bool:
    if not item.speaks_of(certificate) or item.revoked_at(certificate.serial) is not None:
        return False
    return (oldest is not None and item.issued < oldest) or item.is_silent_on(certificate)


def _is_mute_status(status: KnownStatus, certificate: KnownCertificate, oldest: datetime | None) -> bool:
    if status.certificate != certificate.der or status.issued is None or status.revoked_at is not None:
        return False
    return (oldest is not None and status.issued < oldest) or status.issued > certificate.not_after
