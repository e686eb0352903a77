"""Trust anchors, revocation evidence, revocation lists and timestamps."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.root import SignKitError
from signkit.words import Text


class TrustError(SignKitError):
    """An anchor, evidence or a revocation list cannot be used; the root of this room."""


@dataclass(eq=False)
class TimestampUnavailable(TrustError):
    """No timestamp service gave a usable token."""

    causes: str | Text
    code = "timestamp-unavailable"


@dataclass(eq=False)
class EvidenceMissing(TrustError):
    """The level asked for needs revocation evidence that could not be had."""

    level: str
    certificates: tuple[tuple[str, Text], ...]
    code = "evidence-missing"


@dataclass(eq=False)
class CertificateRevoked(TrustError):
    """Revocation evidence says that a certificate is revoked."""

    certificate: str
    when: str
    code = "certificate-revoked"


@dataclass(eq=False)
class CrlUnreadable(TrustError):
    """A file is no revocation list, or not a whole one."""

    path: str
    cause: Text
    code = "crl-unreadable"


@dataclass(eq=False)
class CrlIndexDamaged(TrustError):
    """The index of an imported list is cut off or altered; it answers nothing."""

    path: str
    cause: Text
    code = "crl-index-damaged"
