"""Revocation evidence for a whole chain, checked before it is relied on.

Evidence counts only by the rule of :mod:`signkit.pki.revocation.acceptance`, by which it will be judged later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from signkit.errors import CertificateRevoked, EvidenceMissing
from signkit.pki.chains import build_chain, is_self_issued
from signkit.pki.paths.finder import find_paths
from signkit.pki.paths.known_certificates import KnownCertificate, known_certificate
from signkit.pki.paths.outcome import PathFinding
from signkit.pki.paths.pool import Pool
from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.acceptance import Examination, Standing, standing, vouched_until
from signkit.pki.revocation.crl_index import Revoked
from signkit.pki.revocation.crl_scope import ALL_REASONS
from signkit.pki.revocation.indexed import is_local
from signkit.pki.revocation.sources import (
    CrlEvidence,
    IndexedStatus,
    NoEvidence,
    OcspEvidence,
    RevocationSource,
    all_answers,
    most_telling,
    to_be_kept,
)
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

_NO_ISSUER = Text(
    "the certificate of its issuer is not at hand; name it with --trust",
    "発行者の証明書がありません。--trust で指定してください",
)
_UNUSABLE = Text(
    "what the service sent does not prove anything about this certificate",
    "取得した失効情報は、この証明書について何も証明しません",
)


@dataclass(frozen=True)
class Evidence:
    """What proves that certificates were good: DER certificates, OCSP responses and CRLs, each once, in order found.

    ``issued`` holds when each OCSP response or CRL was issued: one older than a signature cannot prove that the
    certificate was still good when the signature was made.
    """

    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    issued: tuple[datetime, ...] = field(default=(), repr=False)

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            _once(self.certificates + other.certificates),
            _once(self.ocsps + other.ocsps),
            _once(self.crls + other.crls),
            self.issued + other.issued,
        )


_NOTHING = Evidence()
_EVER = datetime.min.replace(tzinfo=UTC)
Chain: TypeAlias = "list[x509.Certificate]"


def collect_evidence(
    certificates: Sequence[x509.Certificate],
    candidates: Iterable[x509.Certificate],
    sources: Sequence[RevocationSource],
    level: str,
    held: Evidence = _NOTHING,
) -> Evidence:
    """Return the evidence for the chains of ``certificates``.

    Args:
        certificates: end entities: signers and timestamp services.
        candidates: where issuers are looked for.
        sources: asked in this order for each certificate that is not self-signed.
        level: the level that needs it, for the message.
        held: evidence that the document holds already.  A certificate that it shows to be good needs no other: years
            later none may be had any more, and a revocation after the signature does not undo it.

    Raises:
        EvidenceMissing: names every certificate whose evidence is missing, and why.
        CertificateRevoked: one of them is revoked.
    """
    pool = list(candidates)
    known = _Known(pool)
    total = Evidence()
    missing: dict[str, Text] = {}
    for certificate in certificates:
        found, lacking = _on_first_good(_chains(certificate, known), sources, held, pool)
        total += found
        missing |= lacking
    if missing:
        raise EvidenceMissing(level, tuple(missing.items()))
    return total


class _Known:
    """The candidates as the finder of paths wants them: read once for all of a document's signers."""

    def __init__(self, candidates: Sequence[x509.Certificate]) -> None:
        self.candidates = candidates
        # Self-signed candidates only, never believed here: they end the search for evidence, not the question of trust.
        roots = (known_certificate(item.dump()) for item in candidates if is_self_issued(item))
        self.roots = tuple(root for root in roots if root is not None)
        self.pool = Pool.from_der([item.dump() for item in candidates], (), ())


def _chains(certificate: x509.Certificate, among: _Known) -> list[Chain]:
    """Return the valid paths to the roots among the candidates (RFC 5280 6.1), else the one chain that there is.

    What was signed years ago has no valid path today, and still needs evidence on its chain.
    """
    known = known_certificate(certificate.dump())
    if known is not None and among.roots:
        paths = find_paths(known, among.pool, among.roots, datetime.now(UTC), shipped_policy("default").algorithms)
        if not isinstance(paths, PathFinding):
            return [[item.certificate for item in path] for path in paths]
    return [build_chain(certificate, among.candidates)]


def _on_first_good(
    chains: Sequence[Chain], sources: Sequence[RevocationSource], held: Evidence, pool: Sequence[x509.Certificate]
) -> tuple[Evidence, dict[str, Text]]:
    """Return the evidence on the first chain on which nobody is revoked, and what is missing on it."""
    for place, chain in enumerate(chains, 1):
        try:
            return _on_chain(chain, sources, held, pool)
        except CertificateRevoked:
            if place == len(chains):
                raise
    raise AssertionError("there is always a chain")


def _on_chain(
    chain: Chain, sources: Sequence[RevocationSource], held: Evidence, pool: Sequence[x509.Certificate]
) -> tuple[Evidence, dict[str, Text]]:
    total = Evidence(certificates=tuple(item.dump() for item in chain))
    missing: dict[str, Text] = {}
    # RFC 5280 6.1: an anchor is not asked about itself; a chain without one lacks the evidence above its end.
    if not is_self_issued(chain[-1]):
        missing[_display_name(chain[-1])] = _NO_ISSUER
    for subject, issuer in pairwise(chain):
        try:
            found = _evidence_on(subject, issuer, sources, pool)
        except CertificateRevoked:
            # A revocation after the signature does not undo it; what the document holds from before shows that it was
            # good.
            if not _shows_good(held, subject, issuer, pool):
                raise
            continue
        if isinstance(found, Evidence):
            total = found + total
        elif not _shows_good(held, subject, issuer, pool):
            missing[_display_name(subject)] = found
    return total, missing


def _evidence_on(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    sources: Sequence[RevocationSource],
    pool: Sequence[x509.Certificate],
) -> Evidence | Text:
    """Ask the sources and weigh all that they hand over: what lies on this machine first, then the others if need be.

    Raises:
        CertificateRevoked: the worst word that counts says so.
    """
    # Only where both extensions stand: id-pkix-ocsp-nocheck in a signer's certificate would silence every question.
    if certificate.ocsp_no_check_value is not None and _signs_ocsp(certificate):
        return Evidence()  # RFC 6960 4.2.2.2.1: its issuer vouches for its whole, short life
    local = [source for source in sources if is_local(source)]
    if 0 < len(local) < len(sources):
        found = _evidence_on(certificate, issuer, local, pool)
        if isinstance(found, Evidence):
            return found
    answers = [to_be_kept(answer) for answer in all_answers(sources, certificate, issuer)]
    # A revocation on any source counts, before anything good is taken.
    for answer in answers:
        if isinstance(answer, IndexedStatus) and isinstance(answer.status, Revoked):
            raise CertificateRevoked(_display_name(certificate), str(answer.status.date))
    reasons = [answer for answer in answers if isinstance(answer, NoEvidence)]
    given = Evidence(
        ocsps=tuple(answer.der for answer in answers if isinstance(answer, OcspEvidence)),
        crls=tuple(answer.der for answer in answers if isinstance(answer, CrlEvidence)),
    )
    shown = _standing(given, certificate, issuer, pool, datetime.now(UTC))
    if shown is not None and shown.state in ("revoked", "on-hold"):
        raise CertificateRevoked(_display_name(certificate), str(shown.since))
    if shown is not None and shown.state == "good":
        return _evidence_of(shown)
    # Something came and proved nothing: that is another fault than that nothing came.
    return _UNUSABLE if given.ocsps or given.crls else most_telling(reasons, certificate).reason


def _standing(
    found: Evidence,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    pool: Sequence[x509.Certificate],
    moment: datetime,
    existed: Callable[[bytes], datetime] | None = None,
) -> Standing | None:
    """Weigh evidence by the rule of `signkit.pki.revocation.acceptance`; None where a certificate cannot be read."""
    known, authority = known_certificate(certificate.dump()), known_certificate(issuer.dump())
    if known is None or authority is None:
        return None
    root = known_certificate(build_chain(issuer, pool)[-1].dump())
    algorithms = shipped_policy("default").algorithms
    evidence = Pool.from_der([item.dump() for item in pool], found.ocsps, found.crls)
    anchors = () if root is None else (root,)

    def last_vouch(other: KnownCertificate) -> datetime | None:
        paths = find_paths(other, evidence, anchors, moment, algorithms)
        ends = [] if isinstance(paths, PathFinding) else [vouched_until(path) for path in paths]
        return max((end for end in ends if end is not None), default=None)

    examination = Examination(evidence, algorithms, datetime.now(UTC), last_vouch, existed)
    return standing(examination.hear(known, authority), moment)


def _evidence_of(shown: Standing) -> Evidence:
    """Return what of the evidence goes into the document: the newest word if it tells of everything, else all words."""
    words = shown.words[-1:] if shown.words[-1].reasons >= ALL_REASONS else shown.words
    return Evidence(
        ocsps=tuple(der for word in words if word.source == "ocsp" for der in word.der),
        crls=tuple(der for word in words if word.source == "crl" for der in word.der),
        issued=tuple(word.issued for word in words),
    )


def _shows_good(
    held: Evidence, certificate: x509.Certificate, issuer: x509.Certificate, pool: Sequence[x509.Certificate]
) -> bool:
    """Return whether evidence in hand showed the certificate to be good when it was issued, however long ago.

    Also when its authority has ended since: whether timestamps prove that it is older is judged before and after.
    """
    # The earliest moment that the certificate had: whatever was issued later covers it.
    shown = _standing(held, certificate, issuer, pool, certificate.not_valid_before, lambda _: _EVER)
    return shown is not None and shown.state == "good"


def _signs_ocsp(certificate: x509.Certificate) -> bool:
    usage = certificate.extended_key_usage_value
    return usage is not None and "ocsp_signing" in usage.native


def asn1_certificate(der: bytes) -> x509.Certificate:
    """Return a certificate parsed by asn1crypto, as every room above expects it."""
    from asn1crypto import x509

    return x509.Certificate.load(der)


def _display_name(certificate: x509.Certificate) -> str:
    """Return the subject's CN, or its whole name; never a serial number or an attribute (公的個人認証法)."""
    from signkit.pki.distinguished_names import common_name, labelled_name

    return common_name(certificate) or labelled_name(certificate.subject)


def _once(items: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(items))
