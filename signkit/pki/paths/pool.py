"""The certificates and the revocation evidence at hand for one document, from whatever source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from asn1crypto import x509

from signkit.pki.paths.known_certificates import KnownCertificate, known_certificate
from signkit.pki.revocation.evidence import OcspAnswer, RevocationList, ocsp_answers, revocation_list
from signkit.words import Text


@dataclass(frozen=True)
class KnownStatus:
    """What an imported list, or an operator, says of one certificate.

    A list's signature was checked at the import (crl-index.md); an operator is believed for being the one that is set.

    Attributes:
        certificate: DER of the certificate.
        issuer_key: DER of the key (SubjectPublicKeyInfo) that signed the list.
        issued: the list's thisUpdate; None where the index could not be read.
        due: the list's nextUpdate.
        revoked_at: since when the certificate is revoked; None: it is not on the list.
        said_by: who says it.
        reason: why, where it matters, in asn1crypto's word: a suspension may end, a lost key is lost everywhere.
    """

    certificate: bytes
    issuer_key: bytes
    issued: datetime | None
    due: datetime | None = None
    revoked_at: datetime | None = None
    said_by: Literal["crl", "operator"] = "crl"
    reason: str | None = None


@dataclass(frozen=True)
class Unheard:
    """That the operator who was to answer for a certificate (DER) did not, and why."""

    certificate: bytes
    cause: Text


@dataclass(frozen=True, eq=False)
class Pool:
    """All certificates and revocation evidence at hand."""

    certificates: tuple[KnownCertificate, ...] = ()
    answers: tuple[OcspAnswer, ...] = ()
    lists: tuple[RevocationList, ...] = ()
    statuses: tuple[KnownStatus, ...] = ()
    unheard: tuple[Unheard, ...] = ()

    @classmethod
    def from_der(cls, certificates: Iterable[bytes], ocsps: Iterable[bytes], crls: Iterable[bytes]) -> Pool:
        """Read each object; one that cannot be read is left out, the others count."""
        # The same object is often stored several times over (DSS, CMS, attributes): it is read once.
        found = (known_certificate(der) for der in dict.fromkeys(certificates))
        lists = (revocation_list(der) for der in dict.fromkeys(crls))
        return cls(
            tuple(item for item in found if item is not None),
            tuple(item for der in dict.fromkeys(ocsps) for item in ocsp_answers(der)),
            tuple(item for item in lists if item is not None),
        )

    def __add__(self, other: Pool) -> Pool:
        return Pool(
            self.certificates + other.certificates,
            self.answers + other.answers,
            self.lists + other.lists,
            self.statuses + other.statuses,
            self.unheard + other.unheard,
        )

    def distinct(self) -> Pool:
        """Return the same pool with everything in it once."""
        return Pool(
            tuple({item.der: item for item in self.certificates}.values()),
            tuple({(item.der, item.place): item for item in self.answers}.values()),
            tuple({item.der: item for item in self.lists}.values()),
            tuple(dict.fromkeys(self.statuses)),
            tuple(dict.fromkeys(self.unheard)),
        )

    @property
    def is_empty(self) -> bool:
        """Nothing is in it."""
        return not (self.certificates or self.answers or self.lists or self.statuses)

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

    @cached_property
    def by_engine_name(self) -> dict[str, list[KnownCertificate]]:
        """The certificates whose names can be read, by their subject as pyHanko's validator looks for it."""
        found: dict[str, list[KnownCertificate]] = {}
        for item in self.certificates:
            if item.is_decoded:
                found.setdefault(item.engine_names.subject, []).append(item)
        return found

    def speaks_of(self, certificate: x509.Certificate) -> bool:
        """Whether there is an OCSP response or CRL on ``certificate``; whether it counts is not asked here."""
        known = known_certificate(certificate.dump())
        # By serial number and name alone; a forged answer is found out where it is weighed.
        return known is not None and (
            any(item.speaks_of(known) for item in self.answers) or any(item.speaks_of(known) for item in self.lists)
        )
