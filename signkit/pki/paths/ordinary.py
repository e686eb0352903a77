"""The ordinary path to an anchor, found without the engine, some fifteen times faster.

A path is ordinary if every certificate in it has exactly one possible issuer, holds at the moment and says nothing that
needs more than the plain rules: no constraints on names or policies, no critical extension beyond the usual.  Such a
path is what the engine would find (held to it by ``tests/validation/test_ordinary.py``); anything else is left to the
engine: None.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from signkit.pki.paths.known_certificates import KnownCertificate, SignedObject
from signkit.pki.paths.outcome import CertificatePath
from signkit.pki.paths.pool import Pool
from signkit.pki.policy import Algorithms, algorithm_ends

# The longest honest chain seen has four; longer ones are the engine's.
_MAX_PATH = 6


def find(
    certificate: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> CertificatePath | None:
    """Return the one path, the certificate first and the anchor last; None where the case is not an ordinary one."""
    try:
        path = _path(certificate, pool, anchors, moment, algorithms)
    except Exception:  # hostile ASN.1 fails anywhere, in any way: the engine says what is wrong
        return None
    return None if path is None else tuple(path)


def _path(
    certificate: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> list[KnownCertificate] | None:
    trusted = {item.der for item in anchors}
    # A certificate of an anchor's own name may be a renewal, a cross-certificate or a forgery.
    if any(item.subject == certificate.subject for item in anchors):
        return None
    path = [certificate]
    while path[-1].der not in trusted:
        child, issuer = path[-1], _only_issuer(path[-1], pool, anchors)
        # RFC 5280 6.1: no certificate twice.
        if issuer is None or len(path) >= _MAX_PATH or any(issuer.der == item.der for item in path):
            return None
        if not _has_issued(child, issuer, moment, algorithms):
            return None
        path.append(issuer)
    anchor = path[-1]
    # RFC 5280 6.1.4 l, m. None of them is self-issued here, so that each counts.
    lengths = [item.path_length for item in path[1:]]
    if any(length is not None and below > length for below, length in enumerate(lengths)):
        return None
    # RFC 5280 6.1.1 d asks no dates of an anchor; one that has ended is no ordinary case.
    return path if anchor.not_before <= moment <= anchor.not_after else None


def _only_issuer(child: KnownCertificate, pool: Pool, anchors: Sequence[KnownCertificate]) -> KnownCertificate | None:
    candidates = dict(pool.by_subject.get(child.issuer, {}))
    candidates |= {item.der: item for item in anchors if item.subject == child.issuer}
    fitting = [item for item in candidates.values() if _may_have_issued(item, child)]
    # Two that may have issued it: which one did, and with which rights, is no ordinary question.
    return fitting[0] if len(fitting) == 1 and fitting[0].der != child.der else None


def _may_have_issued(issuer: KnownCertificate, child: KnownCertificate) -> bool:
    """Whether the key identifiers agree, as far as they are given (RFC 5280 4.2.1.1)."""
    named, own = child.certificate.authority_key_identifier, issuer.certificate.key_identifier
    # issuer and serial number of the key identifier name the issuer's own certificate (RFC 5280 4.2.1.1).
    serial = child.certificate.authority_issuer_serial
    if named and own and named != own:
        return False
    return not serial or bool(serial == issuer.certificate.issuer_serial)


def _has_issued(child: KnownCertificate, issuer: KnownCertificate, moment: datetime, algorithms: Algorithms) -> bool:
    return (
        # RFC 5280 6.1.3 a 2: every certificate holds at the moment (the shell model), not only when it issued the next.
        child.not_before <= moment <= child.not_after
        # A self-issued one does not count for the path's length (RFC 5280 4.2.1.9): the engine's business.
        and child.subject != child.issuer
        and issuer.is_authority
        and child.is_plain
        and issuer.is_plain
        and _is_signed(child, issuer, moment, algorithms)
    )


def _is_signed(
    item: SignedObject,
    signer: KnownCertificate,
    moment: datetime,
    algorithms: Algorithms,
) -> bool:
    """Whether the signature holds, and its algorithms were believed at the moment."""
    ends = algorithm_ends(algorithms, item.algorithm, signer.certificate.public_key)
    believed = all(end is not False and (end is None or moment <= end) for end in ends)
    return believed and item.fits(signer)
