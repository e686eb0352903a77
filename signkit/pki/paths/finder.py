"""Paths from a certificate to an anchor: the quick way in the ordinary case, else the engine's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from signkit.pki.paths import ordinary
from signkit.pki.paths.known_certificates import KnownCertificate
from signkit.pki.paths.outcome import CertificatePath, PathFinding
from signkit.pki.paths.pool import Pool
from signkit.pki.policy import Algorithms


def find_paths(
    certificate: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> list[CertificatePath] | PathFinding:
    """Return the valid paths at ``moment`` (RFC 5280 6.1), or why there is none; revocation is not asked about."""
    path = ordinary.find(certificate, pool, anchors, moment, algorithms)
    if path is not None:
        return [path]
    from signkit.pki.paths import engine  # pyHanko's validator, which few files need

    return engine.find(certificate, pool, anchors, moment, algorithms)
