"""Trust anchors: the shipped JPKI CA certificates and what the user names.

An anchor named by the user is believed for signatures and timestamps alike.  A rehearsal CA or J-LIS's test CA is
believed only when named, and keeps the label ``rehearsal`` so that every report says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from signkit.errors import TrustError
from signkit.incoming import read_file
from signkit.jpki.authorities import TEST_ORGANISATION, certification_authorities
from signkit.jpki.certificates import issuer_organisation
from signkit.limits import CERTIFICATE_FILE_BYTES

if TYPE_CHECKING:
    from asn1crypto import x509

Purpose = Literal["signature", "timestamp"]
AnchorSource = Literal["jpki", "user", "rehearsal"]

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
    """A CA certificate (DER) that is believed for ``purposes``."""

    certificate: bytes
    label: AnchorLabel
    purposes: frozenset[Purpose]


@dataclass(frozen=True)
class TrustStore:
    """All anchors of one run."""

    anchors: tuple[Anchor, ...]

    @cached_property
    def _parsed_certificates(self) -> dict[bytes, x509.Certificate]:
        from asn1crypto import x509

        # RFC 5280 6.1.1 d: an anchor is trusted by itself; its own signature, dates and extensions prove nothing more.
        return {anchor.certificate: x509.Certificate.load(anchor.certificate) for anchor in self.anchors}

    def certificates(self, purpose: Purpose) -> list[x509.Certificate]:
        """Return the anchors believed for ``purpose``."""
        return [self._parsed_certificates[anchor.certificate] for anchor in self.anchors if purpose in anchor.purposes]

    def label(self, certificate: x509.Certificate) -> AnchorLabel | None:
        """Return the label of an anchor (equal to the last byte), or None for any other certificate."""
        # By its bytes, not by name or key: anybody can write the name of an anchor into a certificate.
        der = certificate.dump()
        return next((anchor.label for anchor in self.anchors if anchor.certificate == der), None)


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
        # For signatures alone: JPKI's authorities certify no timestamp service.
        Anchor(authority.certificate, AnchorLabel("jpki", authority.name), frozenset({"signature"}))
        for authority in certification_authorities("signature")
    )


def load_anchors(path: Path) -> tuple[Anchor, ...]:
    """Read PEM or DER certificates from a file, or from every .pem, .crt, .cer and .der file of a folder."""
    if path.is_dir():
        members = sorted(member for member in path.iterdir() if member.suffix.lower() in _SUFFIXES)
        return tuple(anchor for member in members for anchor in load_anchors(member))
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
    from asn1crypto import pem, x509

    try:
        ders = [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
        for der in ders:
            # asn1crypto reads lazily: a broken inner part would only show in the middle of a judgement.
            x509.Certificate.load(der, strict=True).native  # noqa: B018  parses every part
    except (ValueError, TypeError, KeyError) as error:
        raise TrustError("trust-anchor-unreadable", path=source) from error
    if not ders:
        raise TrustError("trust-anchor-unreadable", path=source)
    return ders


def is_rehearsal(certificate: x509.Certificate) -> bool:
    """Return whether the *named* issuer is a rehearsal's CA or J-LIS's test CA."""
    return issuer_organisation(certificate) in _REHEARSALS


def _user_anchor(der: bytes) -> Anchor:
    from asn1crypto import x509

    from signkit.pki.distinguished_names import readable_name

    # By the anchor's own name: a rehearsal's signers must never be reported as persons.
    subject = x509.Certificate.load(der).subject
    rehearsal = subject.native.get("organization_name") in _REHEARSALS
    label = AnchorLabel("rehearsal" if rehearsal else "user", readable_name(subject))
    return Anchor(der, label, frozenset({"signature", "timestamp"}))
