"""The ordinary case, decided without the engine, some fifteen times faster.

A path is ordinary if every certificate in it has exactly one possible issuer, holds at the moment and says nothing that
needs more than the plain rules: no constraints on names or policies, no critical extension beyond the usual.  Evidence
is ordinary if it is good, in time, of the certificate's own issuer or a responder that it appointed.  Such a case ends
here with what the engine would say (held to it by ``tests/validation/test_ordinary.py``); anything else, and everything
that speaks against a certificate, is left to the engine: None.

They differ in two things, where the engine has no answer: it does not believe the lists of an anchor that is no root,
because it looks for that anchor's issuer; and it knows no OCSP responses that name the issuer by SHA-384 or the like.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Literal

from signkit.pki.algorithms import digest_of
from signkit.pki.paths.finding import PathFinding, missing_code
from signkit.pki.paths.known import KnownAnswer, KnownCertificate, KnownList, Signed
from signkit.pki.paths.pool import Pool
from signkit.pki.policy import Algorithms, algorithm_ends

_MAX_PATH = 6
_MAX_POLICIES = 10
#: Extensions of certificates that may be critical; unknown ones that are not critical say nothing here.
_USUAL = {
    "basic_constraints", "key_usage", "extended_key_usage", "certificate_policies", "authority_key_identifier",
    "key_identifier", "subject_alt_name", "crl_distribution_points", "authority_information_access",
}  # fmt: skip
#: Extensions that change what a path means, critical or not.
_CONSTRAINING = {"name_constraints", "policy_constraints", "policy_mappings", "inhibit_any_policy", "aa_controls"}
#: Extensions with which a list speaks of the whole of its issuer's (partition's) certificates.
_LIST_USUAL = {"authority_key_identifier", "crl_number", "issuer_alt_name", "issuing_distribution_point"}


def find(
    certificate: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    rule: str,
    algorithms: Algorithms,
) -> PathFinding | None:
    """As ``engine.find``; None where the case is not an ordinary one."""
    try:
        path = _path(certificate, pool, anchors, moment, algorithms)
        if path is None:
            return None
        anchor = path[-1].certificate
        below = list(pairwise(path))
        for item, issuer in reversed(below) if rule != "none" else ():  # from the anchor down, as the engine does
            leaf = item is certificate
            if item.no_check or not (leaf or item.declares_revocation):
                continue
            shown = _shown(item, issuer, pool, anchors, moment, algorithms)
            if shown is None:
                return None
            if shown == "nothing" and (not leaf or rule == "required"):
                code = missing_code(item.certificate, leaf=leaf)
                return PathFinding("TRY_LATER", code, anchor=anchor)
        return PathFinding(None, anchor=anchor)
    except Exception:  # hostile ASN.1 fails anywhere, in any way: the engine says what is wrong
        return None


# --- the path ----------------------------------------------------------------------------------------------------


def _path(
    certificate: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> list[KnownCertificate] | None:
    """Return the one path, the certificate first and the anchor last."""
    trusted = {item.der for item in anchors}
    if any(item.subject == certificate.subject for item in anchors):
        return None
    path = [certificate]
    while path[-1].der not in trusted:
        child, issuer = path[-1], _only_issuer(path[-1], pool, anchors)
        if issuer is None or len(path) >= _MAX_PATH or any(issuer.der == item.der for item in path):
            return None
        if not _issued(child, issuer, moment, algorithms):
            return None
        path.append(issuer)
    anchor = path[-1]
    lengths = [item.path_length for item in path[1:]]
    if any(length is not None and below > length for below, length in enumerate(lengths)):
        return None
    return path if anchor.not_before <= moment <= anchor.not_after else None


def _only_issuer(child: KnownCertificate, pool: Pool, anchors: Sequence[KnownCertificate]) -> KnownCertificate | None:
    candidates = dict(pool.by_subject.get(child.issuer, {}))
    candidates |= {item.der: item for item in anchors if item.subject == child.issuer}
    fitting = [item for item in candidates.values() if _may_have_issued(item, child)]
    return fitting[0] if len(fitting) == 1 and fitting[0].der != child.der else None


def _may_have_issued(issuer: KnownCertificate, child: KnownCertificate) -> bool:
    """Whether the key identifiers agree, as far as they are given (RFC 5280 4.2.1.1)."""
    named, own = child.certificate.authority_key_identifier, issuer.certificate.key_identifier
    serial = child.certificate.authority_issuer_serial
    if named and own and named != own:
        return False
    return not serial or bool(serial == issuer.certificate.issuer_serial)


def _issued(child: KnownCertificate, issuer: KnownCertificate, moment: datetime, algorithms: Algorithms) -> bool:
    return (
        child.not_before <= moment <= child.not_after
        and child.subject != child.issuer
        and issuer.is_authority
        and _is_plain(child)
        and _is_plain(issuer)
        and _is_signed(child, issuer, moment, algorithms)
    )


def _is_plain(certificate: KnownCertificate) -> bool:
    names = [name for name, _ in certificate.extensions]
    if certificate.certificate["tbs_certificate"]["version"].native != "v3" or len(set(names)) != len(names):
        return False
    if _CONSTRAINING & set(names) or any(critical and name not in _USUAL for name, critical in certificate.extensions):
        return False
    return len(certificate.certificate.certificate_policies_value or ()) <= _MAX_POLICIES


def _is_signed(
    item: Signed,
    signer: KnownCertificate,
    moment: datetime,
    algorithms: Algorithms,
) -> bool:
    """Whether the signature holds, and its algorithms were believed at the moment."""
    ends = algorithm_ends(algorithms, item.algorithm, signer.certificate.public_key)
    believed = all(end is not False and (end is None or moment <= end) for end in ends)
    return believed and item.fits(signer)


# --- revocation --------------------------------------------------------------------------------------------------


def _shown(
    item: KnownCertificate,
    issuer: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> Literal["good", "nothing"] | None:
    """Whether evidence shows the certificate good, or nothing at all is said of it; None for the engine to decide."""
    pool = pool.about(item)
    if any(status.certificate == item.der for status in pool.statuses) or item.names_list_issuer:
        return None
    good = spoken = False
    for answer in pool.answers:
        ours = answer.key_hash == issuer.key_hash(answer.key_digest)
        spoken = spoken or ours
        if answer.serial == item.serial:
            if not ours or not _answers_good(answer, item, issuer, pool, anchors, moment, algorithms):
                return None
            good = True
    for found in pool.lists:
        if found.is_indirect:
            return None
        if found.issuer == item.issuer:
            spoken = True
            if not _is_whole(found) or found.revoked_at(item.serial) is not None:
                return None
            if found.speaks_of(item) and found.due is not None and moment <= found.due:
                if not issuer.signs_lists or not _is_signed(found, issuer, moment, algorithms):
                    return None
                good = True
    return "good" if good else None if spoken else "nothing"


def _is_whole(found: KnownList) -> bool:
    names = [name for name, _ in found.extensions]
    return set(names) <= _LIST_USUAL and len(set(names)) == len(names)


def _answers_good(
    answer: KnownAnswer,
    item: KnownCertificate,
    issuer: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> bool:
    """Whether the answer is good, in time, about this certificate, by its issuer or a responder it appointed."""
    name = digest_of(answer.key_digest, item.certificate.issuer.dump())
    if answer.status != "good" or answer.name_hash != name or not answer.is_plain:
        return False
    if answer.due is None or moment > answer.due:
        return False
    responder = _responder(answer, issuer, pool, anchors, moment, algorithms)
    return responder is not None and _is_signed(answer, responder, moment, algorithms)


def _responder(
    answer: KnownAnswer,
    issuer: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> KnownCertificate | None:
    embedded = answer.certificates
    if len(embedded) > 1:
        return None
    if not embedded or embedded[0].der == issuer.der:
        known = {item.der: item for item in (*pool.certificates, *anchors)}.values()
        return issuer if [item.der for item in known if answer.names(item)] == [issuer.der] else None
    own = embedded[0]
    appointed = own.no_check and own.answers_ocsp and own.issuer == issuer.subject and own.der != issuer.der
    if not appointed or not answer.names(own) or not _issued(own, issuer, moment, algorithms):
        return None
    return own if own.algorithm.family in ("rsa", "ecdsa") and _may_have_issued(issuer, own) else None
