"""Trust anchors: the shipped JPKI CA certificates, what the user names, and the services of imported lists.

An anchor named by the user is believed for signatures, seals and timestamps alike; one of an imported list for what the
list says, while the list says so.  A rehearsal CA or J-LIS's test CA is believed only when named, and keeps the label
``rehearsal`` so that every report says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from signkit.errors import TrustError
from signkit.incoming import read_file
from signkit.jpki.authorities import TEST_ORGANISATION, certification_authorities
from signkit.jpki.certificates import issuer_organisation
from signkit.limits import CERTIFICATE_FILE_BYTES
from signkit.pki.sharing import own_certificate
from signkit.pki.strangers import read_whole
from signkit.pki.trust_lists.stored import LIST_SUFFIX, read_stored_list
from signkit.pki.trust_lists.values import EVERY_PURPOSE, ListedService, Objection, Purpose, TrustList

if TYPE_CHECKING:
    from asn1crypto import x509

#: What an anchor is asked for.  ``signature`` is a person's or an organisation's: the certificate does not say whose.
Use = Literal["sign", "seal", "signature", "timestamp"]
AnchorSource = Literal["jpki", "user", "rehearsal", "trust-list"]

_PURPOSES: dict[Use, frozenset[Purpose]] = {
    "sign": frozenset({"sign"}),
    "seal": frozenset({"seal"}),
    "signature": frozenset({"sign", "seal"}),
    "timestamp": frozenset({"timestamp"}),
}

#: O= of every certificate of SignKit's own rehearsal PKI.
REHEARSAL_ORGANISATION = "SignKit Rehearsal"
_REHEARSALS = (REHEARSAL_ORGANISATION, TEST_ORGANISATION)
#: How the OU= of its authorities begins.
REHEARSAL_UNIT = "Rehearsal for "

_SUFFIXES = {".pem", ".crt", ".cer", ".der"}


@dataclass(frozen=True)
class AnchorLabel:
    """Where an anchor came from, and its name for reports."""

    source: AnchorSource
    name: str


@dataclass(frozen=True)
class Anchor:
    """A certificate (DER) that is believed for ``purposes``: a CA's, or from a list a service's own.

    Attributes:
        service: what an imported list says of it: it is believed only when the list does.
    """

    certificate: bytes
    label: AnchorLabel
    purposes: frozenset[Purpose]
    service: ListedService | None = None

    @property
    def is_shipped(self) -> bool:
        """Whether it came with SignKit, and is believed without anybody's word."""
        return self.label.source == "jpki"

    @property
    def name(self) -> str:
        """What it is, by its certificate (SHA-256) and what it is believed for; not by who says so."""
        return f"{hashlib.sha256(self.certificate).hexdigest()} {' '.join(sorted(self.purposes))}"

    def objection(self, use: Use, moment: datetime) -> Objection | None:
        """Say why it is not believed for ``use`` at ``moment``; None where it is."""
        wanted = _PURPOSES[use]
        if self.service is not None:
            return self.service.objection(wanted, moment)
        return None if self.purposes & wanted else Objection("anchor-other-purpose", {"name": self.label.name})


@dataclass(frozen=True)
class TrustStore:
    """All anchors of one run."""

    anchors: tuple[Anchor, ...]

    @cached_property
    def _by_certificate(self) -> dict[bytes, tuple[Anchor, ...]]:
        found: dict[bytes, tuple[Anchor, ...]] = {}
        for anchor in self.anchors:
            found[anchor.certificate] = (*found.get(anchor.certificate, ()), anchor)
        return found

    def ders(self, use: Use | None) -> list[bytes]:
        """Return the anchors (DER) that are believed for ``use`` at some time or other; None: all, believed or not."""
        anchors = (anchor for anchor in self.anchors if use is None or anchor.purposes & _PURPOSES[use])
        return list(dict.fromkeys(anchor.certificate for anchor in anchors))

    def certificates(self, use: Use | None) -> list[x509.Certificate]:
        """Return the same anchors, read by this thread for itself."""
        # RFC 5280 6.1.1 d: an anchor is trusted by itself; its own signature, dates and extensions prove nothing more.
        return [own_certificate(der) for der in self.ders(use)]

    def only(self, names: Container[str]) -> TrustStore:
        """Return the shipped anchors and those of ``names`` (`Anchor.name`)."""
        return TrustStore(tuple(each for each in self.anchors if each.is_shipped or each.name in names))

    @cached_property
    def has_listed(self) -> bool:
        """Whether any anchor is believed at some times only."""
        return any(anchor.service is not None for anchor in self.anchors)

    def objection(self, certificate: bytes, use: Use, moment: datetime) -> Objection | None:
        """Say why the anchor with this certificate is not believed for ``use`` at ``moment``; None where it is.

        Of several anchors with one certificate the first that is believed counts: what the user named himself holds
        beside what a list says.
        """
        found = [anchor.objection(use, moment) for anchor in self._by_certificate.get(certificate, ())]
        return None if None in found else next(iter(found), None)

    def label(self, certificate: x509.Certificate) -> AnchorLabel | None:
        """Return the label of an anchor (equal to the last byte), or None for any other certificate."""
        # By its bytes, not by name or key: anybody can write the name of an anchor into a certificate.
        anchors = self._by_certificate.get(certificate.dump())
        return anchors[0].label if anchors else None

    def service(self, certificate: x509.Certificate, use: Use, moment: datetime) -> ListedService | None:
        """Return what an imported list says of an anchor, where it is believed for ``use`` at ``moment``."""
        anchors = self._by_certificate.get(certificate.dump(), ())
        listed = (anchor for anchor in anchors if anchor.service and anchor.objection(use, moment) is None)
        return next((anchor.service for anchor in listed), None)


def default_trust_store(paths: Iterable[Path] = (), *, jpki: bool = True) -> TrustStore:
    """Return the JPKI signing CAs and the certificates in ``paths`` (files or folders).

    Raises:
        InputUnreadable: a path cannot be read.
        TrustError("trust-anchor-unreadable"): a file named holds no certificate.
    """
    shipped = _jpki_anchors() if jpki else ()
    return TrustStore(shipped + tuple(anchor for path in paths for anchor in load_anchors(path)))


def _jpki_anchors() -> tuple[Anchor, ...]:
    return tuple(
        # For people's signatures alone: JPKI's authorities certify no timestamp service and no company.
        Anchor(authority.certificate, AnchorLabel("jpki", authority.name), frozenset[Purpose]({"sign"}))
        for authority in certification_authorities("signature")
    )


def load_anchors(path: Path) -> tuple[Anchor, ...]:
    """Read PEM or DER certificates or an imported list from a file, or from every such file of a folder.

    Raises:
        InputUnreadable, TrustError("trust-anchor-unreadable"): see `read_certificates`.
        TrustError("trust-list-damaged"): what was kept of an imported list cannot be read.
    """
    if path.is_dir():
        members = sorted(member for member in path.iterdir() if member.suffix.lower() in {*_SUFFIXES, LIST_SUFFIX})
        return tuple(anchor for member in members for anchor in load_anchors(member))
    if path.suffix.lower() == LIST_SUFFIX:
        return _listed_anchors(read_stored_list(path))
    return tuple(_user_anchor(der) for der in read_certificates(path))


def read_certificates(path: Path) -> list[bytes]:
    """Return the certificates (DER) in a PEM or DER file.

    Raises:
        InputUnreadable: the file cannot be read or is larger than 1 MB.
        TrustError("trust-anchor-unreadable"): it holds no certificate, or something else besides.
    """
    return certificates_in(read_file(path, CERTIFICATE_FILE_BYTES), str(path))


def certificates_in(data: bytes, source: str) -> list[bytes]:
    """Return the certificates (DER) in PEM or DER bytes; ``source`` is what they are called in errors.

    Raises:
        TrustError("trust-anchor-unreadable"): there is none, or something else besides.
    """
    from asn1crypto import pem

    try:
        ders = [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
        for der in ders:
            read_whole(der)
    except (ValueError, TypeError, KeyError) as error:
        raise TrustError("trust-anchor-unreadable", path=source) from error
    if not ders:
        raise TrustError("trust-anchor-unreadable", path=source)
    return ders


def is_rehearsal(certificate: x509.Certificate) -> bool:
    """Return whether the *named* issuer is a rehearsal's CA or J-LIS's test CA."""
    return issuer_organisation(certificate) in _REHEARSALS


def _listed_anchors(found: TrustList) -> tuple[Anchor, ...]:
    return tuple(
        Anchor(der, AnchorLabel(_source(der, "trust-list"), _listed_name(service)), service.purposes, service)
        for service in found.services
        for der in service.certificates
    )


def _listed_name(service: ListedService) -> str:
    """A bundle has no providers, so its label stands in their place, and in the last column anyway."""
    return service.name if service.provider == service.listed_in else f"{service.provider}: {service.name}"


def _user_anchor(der: bytes) -> Anchor:
    from asn1crypto import x509

    from signkit.pki.distinguished_names import readable_name

    name = readable_name(x509.Certificate.load(der).subject)
    return Anchor(der, AnchorLabel(_source(der, "user"), name), EVERY_PURPOSE)


def _source(der: bytes, named_by: AnchorSource) -> AnchorSource:
    """A rehearsal's certificate stays one, whoever named it and in whatever list it stands."""
    from asn1crypto import x509

    # By the anchor's own name: a rehearsal's signers must never be reported as persons.
    organisation = x509.Certificate.load(der).subject.native.get("organization_name")
    return "rehearsal" if organisation in _REHEARSALS else named_by
