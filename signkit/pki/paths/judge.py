"""Is a certificate believable for a purpose at a moment: with later evidence where needed (EN 319 102-1 5.2, 5.6)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Protocol

from asn1crypto import x509

from signkit.jpki.certificates import is_authentication_certificate, issuer_kind
from signkit.pki.paths import ordinary
from signkit.pki.paths.finding import PathFinding, RevocationStatus
from signkit.pki.paths.known import KnownAnswer, KnownCertificate, KnownList, Signed, known_certificate, utc
from signkit.pki.paths.pool import Pool, Said
from signkit.pki.policy import Policy, RevocationRule

#: Authorities one below the other; deeper hierarchies are for the engine alone.
_MAX_DEPTH = 8


class Label(Protocol):
    """Where an anchor came from (``signkit.pki.anchors.AnchorLabel``)."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


class Anchors(Protocol):
    """The anchors of a run (``signkit.pki.anchors.TrustStore``); hashable."""

    def certificates(self, purpose: Any) -> list[x509.Certificate]:
        """The anchors believed for ``signature`` or ``timestamp``."""

    def label(self, certificate: x509.Certificate) -> Label | None:
        """Where an anchor came from."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class PathJudgement:
    """What can be said of a certificate at a moment.

    Attributes:
        sub_indication: None where it is good, else ETSI's sub-indication.
        code: our code for the reason (see reasons.py).
        facts: what the reason's sentence needs.
        label: the anchor that the path ends at.
    """

    sub_indication: str | None
    code: str | None = None
    facts: dict[str, object] = field(default_factory=dict)
    label: Label | None = None
    revocation: RevocationStatus = field(default_factory=RevocationStatus)

    @property
    def good(self) -> bool:
        """The certificate is believed."""
        return self.sub_indication is None


class TrustJudge:
    """Judges certificates against one policy, one set of anchors and one pool of evidence."""

    def __init__(self, policy: Policy, trust: Anchors, pool: Pool, now: datetime) -> None:
        self._policy = policy
        self._trust = trust
        self._pool = pool
        self._now = now
        self._proven: dict[bytes, datetime] = {}
        self._known: dict[tuple[bytes, str, datetime], PathJudgement] = {}
        self._usable_pool: Pool | None = None

    def prove(self, pool: Pool, time: datetime) -> None:
        """Take note that this evidence existed at ``time``: a believed timestamp covers it."""
        for der in pool.evidence:
            self._proven[der] = min(self._proven.get(der, time), time)
        self._usable_pool = None

    def judge(self, certificate: x509.Certificate, purpose: str, moment: datetime) -> PathJudgement:
        """Say whether ``certificate`` was good for ``purpose`` (signature, timestamp) at ``moment``."""
        key = (certificate.dump(), purpose, moment)
        if key not in self._known:
            self._known[key] = self._judge(certificate, key[0], purpose, moment)
        return self._known[key]

    def _judge(self, certificate: x509.Certificate, der: bytes, purpose: str, moment: datetime) -> PathJudgement:
        try:
            if problem := _unfit(certificate, purpose):
                return PathJudgement("CHAIN_CONSTRAINTS_FAILURE", problem)
            known = known_certificate(der)
            if known is None:
                return _not_judged("unreadable certificate")
            pool = self._usable().about(known, self._oldest(moment))
            said = pool.said_of(known)
            found = _Walk(self, pool, known, purpose, said).at(moment, self._rule(known, purpose))
            label = self._trust.label(found.anchor) if found.anchor is not None else None
            report = _revocation_status(found, said, certificate)
            return PathJudgement(found.sub_indication, found.code, found.facts, label, report)
        except Exception as error:  # the engine fails in many ways on hostile certificates
            return _not_judged(type(error).__name__)

    def find(self, certificate: KnownCertificate, pool: Pool, purpose: str, moment: datetime, rule: str) -> PathFinding:
        """Judge at one moment: the quick way in the ordinary case, else the engine's."""
        question = (pool, _anchors(self._trust, purpose), moment, rule, self._policy.algorithms)
        found = ordinary.find(certificate, *question)
        if found is None:
            from signkit.pki.paths import engine  # pyHanko's validator, which few files need

            found = engine.find(certificate.certificate, *question)
        return found

    def _oldest(self, moment: datetime) -> datetime | None:
        """When evidence on a certificate that was used at ``moment`` must have been issued, by the policy."""
        if self._policy.revocation_after_signature:
            return moment
        hours = self._policy.revocation_max_age_hours
        return None if hours is None else moment - timedelta(hours=hours)

    def _rule(self, certificate: KnownCertificate, purpose: str) -> RevocationRule:
        if purpose == "timestamp":
            return self._policy.timestamp_revocation
        jpki = issuer_kind(certificate.certificate) is not None
        if self._policy.revocation == "if-declared":
            return "required" if jpki or certificate.declares_revocation else "if-available"
        return "required" if jpki else self._policy.revocation

    def _usable(self) -> Pool:
        """Evidence counts only if it is proven to be older than its issuer's end (EN 319 102-1 5.6.2.2).

        After its end an authority answers for nothing, and its key may be anybody's; so with an OCSP responder.
        """
        if self._usable_pool is None:
            self._usable_pool = Pool(
                self._pool.certificates,
                tuple(
                    item
                    for item in self._pool.answers
                    if not self._is_presumed(item) and self._in_time(item, self._responders(item))
                ),
                tuple(item for item in self._pool.lists if self._in_time(item, self._issuers(item))),
                self._pool.statuses,  # asked now; an issuer that has ended was left out (evidence.py)
            )
        return self._usable_pool

    def _in_time(self, item: KnownAnswer | KnownList, signers: list[KnownCertificate]) -> bool:
        """Whether it existed before the end of who signed it; what nobody known signed is for the engine to refuse."""
        seen = self._proven.get(item.der, self._now)
        return not signers or seen <= max(signer.not_after for signer in signers)

    def _issuers(self, item: KnownList) -> list[KnownCertificate]:
        return [known for known in self._authorities if known.subject == item.issuer and _fits(item, known)]

    def _responders(self, item: KnownAnswer) -> list[KnownCertificate]:
        """The authorities whose key signed a response, and those who hold a certificate of one for it."""
        others = [known for known in (*item.certificates, *self._pool.certificates) if known.answers_ocsp]
        appointed = [
            known
            for known in others
            if any(known.issuer == authority.subject and _fits(known, authority) for authority in self._authorities)
        ]
        return [known for known in (*self._authorities, *appointed) if item.names(known) and _fits(item, known)]

    def _is_presumed(self, item: KnownAnswer) -> bool:
        """Whether a response is by somebody whose certificate is not for that."""
        authorities = {known.der for known in self._authorities}
        return any(
            item.names(known) and not known.answers_ocsp and known.der not in authorities for known in item.certificates
        )

    @cached_property
    def _authorities(self) -> list[KnownCertificate]:
        """The authorities that an anchor vouches for: a stranger's certificate of the same name counts for nothing."""
        found = {item.der: item for purpose in ("signature", "timestamp") for item in _anchors(self._trust, purpose)}
        left = [item for item in self._pool.certificates if item.is_authority and item.der not in found]
        for _ in range(_MAX_DEPTH):
            fresh = [
                item
                for item in left
                if any(item.issuer == known.subject and _fits(item, known) for known in found.values())
            ]
            found |= {item.der: item for item in fresh}
            left = [item for item in left if item.der not in found]
            if not fresh or not left:
                break
        return list(found.values())


def _fits(item: Signed, signer: KnownCertificate) -> bool:
    try:
        return item.fits(signer)
    except Exception:  # an unknown algorithm, or hostile ASN.1
        return False


@dataclass(frozen=True)
class _Walk:
    """One certificate at one moment, and at the moments of later evidence where evidence is lacking there.

    A certificate that was good when later evidence was issued was good before (it is not unrevoked again,
    except from certificateHold); one that was revoked after the moment was good at it.
    """

    judge: TrustJudge
    pool: Pool
    certificate: KnownCertificate
    purpose: str
    said: list[Said]

    def at(self, moment: datetime, rule: RevocationRule) -> PathFinding:
        asked = "none" if rule == "if-available" and not self.said else rule
        result = self._find(moment, asked)
        anchor = result.anchor
        if anchor is None or asked == "none":  # without a path there is nothing to ask about
            return result
        for later in (item.issued for item in self.said):
            if result.good or result.code not in ("revocation-missing", "revocation-stale", "path-invalid"):
                break
            if moment < later <= self.certificate.not_after:
                again = self._find(later, rule)
                result = again if again.good or again.code == "revoked" else result
        if result.code == "revoked" and _after(result.facts.get("revoked_at"), moment):
            return PathFinding(None, facts=result.facts, anchor=anchor)
        if result.good and self.said and self.said[-1].status == "revoked":
            again = self._find(self.said[-1].issued, rule)
            result = replace(result, facts=again.facts if again.code == "revoked" else {})  # to tell, not to judge
        return replace(result, anchor=anchor)

    def _find(self, moment: datetime, rule: str) -> PathFinding:
        return self.judge.find(self.certificate, self.pool, self.purpose, moment, rule)


@lru_cache(maxsize=16)
def _anchors(trust: Anchors, purpose: str) -> tuple[KnownCertificate, ...]:
    """Return the anchors for a purpose, read once a batch."""
    found = (known_certificate(item.dump()) for item in trust.certificates(purpose))
    return tuple(item for item in found if item is not None)


def _not_judged(detail: str) -> PathJudgement:
    return PathJudgement("CERTIFICATE_CHAIN_GENERAL_FAILURE", "path-not-judged", {"detail": detail})


def _after(moment: object, other: datetime) -> bool:
    return isinstance(moment, datetime) and moment > other


def _revocation_status(found: PathFinding, said: list[Said], certificate: x509.Certificate) -> RevocationStatus:
    """What the report says about revocation: only what was believed."""
    newest = said[-1] if said else None
    if found.code == "revoked":
        source, issued = (newest.source, newest.issued) if newest else (None, None)
        return RevocationStatus("revoked", source, issued, utc(found.facts.get("revoked_at")))
    if found.good and newest is not None:
        return RevocationStatus("good", newest.source, newest.issued, utc(found.facts.get("revoked_at")))
    if found.code == "revocation-not-permitted" or (newest is None and issuer_kind(certificate) == "jpki"):
        return RevocationStatus("not-permitted")
    return RevocationStatus("unknown")


# --- purpose -------------------------------------------------------------------------------------------------

#: Extended key usages under which documents are signed: email, documents (RFC 9336), Microsoft's and Adobe's.
_SIGNING_USAGES = {
    "any_extended_key_usage", "email_protection", "document_signing", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12",
    "microsoft_document_signing", "1.2.840.113583.1.1.5", "adobe_authentic_documents_trust", "pdf_signing",
}  # fmt: skip


def _unfit(certificate: x509.Certificate, purpose: str) -> str | None:
    """RFC 5280 4.2.1.3, 4.2.1.12; RFC 3161 2.3; the JPKI authentication key never signs a document."""
    extended = certificate.extended_key_usage_value
    purposes = set(extended.native) if extended is not None else set()
    if purpose == "timestamp":
        return None if "time_stamping" in purposes else "certificate-not-for-timestamps"
    if is_authentication_certificate(certificate):
        return "certificate-not-for-signing"
    usage = certificate.key_usage_value
    usages = set(usage.native) if usage is not None else {"digital_signature"}
    if "non_repudiation" in usages:
        return None
    fits = "digital_signature" in usages and (not purposes or bool(purposes & _SIGNING_USAGES))
    return None if fits else "certificate-not-for-signing"
