"""The values that path judgement ends in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from asn1crypto import x509

    from signkit.pki.paths.known_certificates import KnownCertificate
    from signkit.pki.revocation.acceptance import Standing

#: A certificate, its issuer and so on; the anchor is the last.
CertificatePath: TypeAlias = "tuple[KnownCertificate, ...]"


@dataclass(frozen=True)
class PathFinding:
    """What was found of a certificate at one moment.

    Attributes:
        sub_indication: None where it is good, else ETSI's sub-indication.
        code: our code for the reason (see reasons.py).
        facts: what the reason's sentence needs.
        anchor: where its valid path ends; None where there is none.
        standing: what evidence shows of the certificate itself; None where it was not asked.
    """

    sub_indication: str | None
    code: str | None = None
    facts: dict[str, object] = field(default_factory=dict)
    anchor: x509.Certificate | None = None
    standing: Standing | None = None

    @property
    def good(self) -> bool:
        """The certificate is believed."""
        return self.sub_indication is None


@dataclass(frozen=True)
class RevocationStatus:
    """Whether the signer's certificate was revoked: see docs/reference/report.md."""

    status: str = "unknown"
    source: str | None = None
    produced_at: datetime | None = None
    revoked_at: datetime | None = None
