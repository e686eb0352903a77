"""Is a certificate believable for a purpose at a moment: with later evidence where needed (EN 319 102-1 5.2, 5.6)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol

from asn1crypto import x509

from signkit.jpki.authorities import certification_authorities
from signkit.jpki.certificates import is_authentication_certificate, issuer_kind
from signkit.pki.paths import ordinary
from signkit.pki.paths.finder import find_paths
from signkit.pki.paths.known_certificates import KnownCertificate, known_certificate
from signkit.pki.paths.outcome import CertificatePath, PathFinding, RevocationStatus
from signkit.pki.paths.pool import Pool
from signkit.pki.paths.use import Use
from signkit.pki.policy import Policy, RevocationRule
from signkit.pki.revocation.acceptance import (
    Authority,
    Examination,
    Standing,
    authority_of,
    never_vouched,
    standing,
    vouched_until,
)
from signkit.pki.sharing import kept_by_thread
from signkit.pki.trust_lists.values import ListedService, Objection
from signkit.words import Text


class Label(Protocol):
    """Where an anchor came from (``signkit.pki.anchors.AnchorLabel``)."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


class Anchors(Protocol):
    """The anchors of a run (``signkit.pki.anchors.TrustStore``); hashable."""

    @property
    def has_listed(self) -> bool:
        """Whether any anchor is believed at some times only."""

    def certificates(self, use: Any) -> list[x509.Certificate]:
        """The anchors believed for ``sign``, ``seal``, ``signature`` or ``timestamp``; None: all."""

    def objection(self, certificate: bytes, use: Any, moment: datetime) -> Objection | None:
        """Why an anchor is not believed for a use at a moment."""

    def label(self, certificate: x509.Certificate) -> Label | None:
        """Where an anchor came from."""

    def service(self, certificate: x509.Certificate, use: Any, moment: datetime) -> ListedService | None:
        """What an imported list says of an anchor."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class PathJudgement:
    """What can be said of a certificate at a moment.

    Attributes:
        sub_indication: None where it is good, else ETSI's sub-indication.
        code: our code for the reason (see reasons.py).
        facts: what the reason's sentence needs.
        label: the anchor that the path ends at.
        service: what an imported list says of that anchor, where one does.
    """

    sub_indication: str | None
    code: str | None = None
    facts: dict[str, object] = field(default_factory=dict)
    label: Label | None = None
    revocation: RevocationStatus = field(default_factory=RevocationStatus)
    service: ListedService | None = None

    @property
    def good(self) -> bool:
        """The certificate is believed."""
        return self.sub_indication is None


@dataclass(frozen=True)
class Used:
    """What a certificate was used for, and when an anchor must be believed for that."""

    use: Use
    at: datetime


class TrustJudge:
    """Judges certificates against one policy, one set of anchors and one pool of evidence.

    ``foreseen_at``: the moment of the judgement lies ahead, and this is the present.  Evidence that is out of date by
    then counts, since newer may be had for a certificate that has not ended; and why a path is no more is not asked.
    """

    def __init__(
        self, policy: Policy, trust: Anchors, pool: Pool, now: datetime, *, foreseen_at: datetime | None = None
    ) -> None:
        self._policy = policy
        self._trust = trust
        self._pool = pool
        self._now = now
        self._foreseen_at = foreseen_at
        self._proven: dict[bytes, datetime] = {}
        self._known: dict[tuple[bytes, str, datetime, datetime], PathJudgement] = {}

    def prove(self, pool: Pool, time: datetime) -> None:
        """Take note that this evidence existed at ``time``: a believed timestamp covers it."""
        # The earliest proof counts: each timestamp over the same evidence moves its existence back, never forward.
        for der in pool.evidence:
            self._proven[der] = min(self._proven.get(der, time), time)

    def with_evidence(self, pool: Pool) -> TrustJudge:
        """Return the judge who knows the same of the age of evidence, and has no other than this."""
        other = TrustJudge(self._policy, self._trust, pool.distinct(), self._now, foreseen_at=self._foreseen_at)
        other._proven = self._proven
        return other

    def judge(
        self, certificate: x509.Certificate, purpose: str, moment: datetime, used_at: datetime | None = None
    ) -> PathJudgement:
        """Say whether ``certificate`` was good for ``purpose`` (signature, timestamp) at ``moment``.

        Args:
            used_at: when an imported list must say that the service is granted, where that is another time: a
                timestamp's own, since its service may have ended in honour by the time that shows the timestamp's age.
        """
        # One signer certificate is asked about at several moments (now, at the timestamp): each answer is its own.
        key = (certificate.dump(), purpose, moment, min(used_at or moment, moment))
        if key not in self._known:
            self._known[key] = self._judge(certificate, *key)
        return self._known[key]

    def _judge(
        self, certificate: x509.Certificate, der: bytes, purpose: str, moment: datetime, used_at: datetime
    ) -> PathJudgement:
        try:
            # First what no path can heal: a key that is not for this purpose is no signer, whoever certified it.
            if problem := _unfit(certificate, purpose):
                return PathJudgement("CHAIN_CONSTRAINTS_FAILURE", problem)
            known = known_certificate(der)
            if known is None:
                return _not_judged("unreadable certificate")
            rule = self._rule(known, purpose)
            used = Used("timestamp" if purpose == "timestamp" else known.stated_use, used_at)
            found = self._find(known, used, moment, rule)
            label = self._trust.label(found.anchor) if found.anchor is not None else None
            service = self._trust.service(found.anchor, used.use, used.at) if found.anchor is not None else None
            report = _revocation_status(found, rule, jpki=self._is_of_jpki(certificate, found.anchor))
            return PathJudgement(found.sub_indication, found.code, found.facts, label, report, service)
        except Exception as error:  # the engine fails in many ways on hostile certificates
            return _not_judged(type(error).__name__)

    def _find(self, certificate: KnownCertificate, used: Used, moment: datetime, rule: RevocationRule) -> PathFinding:
        """Judge at one moment: the first valid path on which nothing was revoked."""
        paths = self._paths(certificate, used, moment)
        if isinstance(paths, PathFinding):
            listed = paths.code == "no-anchor" and self._trust.has_listed
            return (self._explain_objection(certificate, used, moment) if listed else None) or paths
        purpose = "timestamp" if used.use == "timestamp" else "signature"
        paths = [path for path in paths if all(_may_vouch(item.certificate, purpose) for item in path[1:-1])]
        if not paths:
            return PathFinding("CHAIN_CONSTRAINTS_FAILURE", "path-invalid")
        lost: dict[Authority, datetime] = {}
        if len(paths) > 1:  # what one path tells of a key holds on the others, whatever certificates they go by
            for path in paths:
                self._walk(path, used, moment, rule, lost)
        # EN 319 102-1 5.2.6.4: several chains are tried, and one good chain is enough.
        found = [replace(self._walk(path, used, moment, rule, lost), anchor=path[-1].certificate) for path in paths]
        return next((item for item in found if item.good), found[0])

    def _paths(
        self, certificate: KnownCertificate, used: Used, moment: datetime
    ) -> list[CertificatePath] | PathFinding:
        anchors = _anchors(self._trust, used.use)
        if self._trust.has_listed:
            anchors = tuple(item for item in anchors if self._trust.objection(item.der, used.use, used.at) is None)
        algorithms = self._policy.algorithms
        if self._foreseen_at is not None and moment > self._foreseen_at:
            now = ordinary.find(certificate, self._pool, anchors, self._foreseen_at, algorithms)
            if now is not None:
                then = ordinary.find(certificate, self._pool, anchors, moment, algorithms)
                return [then] if then is not None else PathFinding("OUT_OF_BOUNDS_NO_POE", "expired")
        return find_paths(certificate, self._pool, anchors, moment, algorithms)

    def _explain_objection(self, certificate: KnownCertificate, used: Used, moment: datetime) -> PathFinding | None:
        """Say which anchor a certificate leads to that is believed at other times or for other things only."""
        anchors = _anchors(self._trust, None)
        paths = find_paths(certificate, self._pool, anchors, moment, self._policy.algorithms)
        ends = () if isinstance(paths, PathFinding) else (path[-1].der for path in paths)
        found = next((each for end in ends if (each := self._trust.objection(end, used.use, used.at))), None)
        return None if found is None else PathFinding(found.sub_indication, found.code, dict(found.facts))

    def _walk(
        self,
        path: CertificatePath,
        used: Used,
        moment: datetime,
        rule: RevocationRule,
        lost: dict[Authority, datetime],
    ) -> PathFinding:
        """Ask about every certificate below the anchor, from the anchor down; of authorities nothing is demanded that
        name no service, nor where nothing is demanded of the certificate itself.

        ``lost``: since when keys are known to be lost; what this path tells of it is added.
        """
        # Certificates that stand on one path twice by their key: see `_ends_of_repeated`.
        ended = {**_ends_of_repeated(path), **lost}
        asked = self._examination(path[-1], used, moment, ended)
        # Where nothing is demanded of the signer, a missing list of an authority must not fail the whole.
        demanded = rule != "if-available" or (len(path) > 1 and bool(asked.hear(path[0], path[1])))
        own: Standing | None = None
        # From the anchor down: an authority whose key was lost says nothing good of those below it (EN 319 102-1
        # 5.6.2.1).
        for item, issuer in reversed(list(pairwise(path))):
            leaf = item is path[0]
            shown = standing(asked.hear(item, issuer), moment, self._oldest(moment) if leaf else None)
            own = shown if leaf else None
            if shown.since is not None:
                _note_end(ended, item, shown.since)
                if _tells_of_key(shown):
                    _note_end(lost, item, shown.since)
            # Revoked or held: the walk ends there, with what is known of the signer itself.
            if found := _finding_of(shown, leaf=leaf):
                return replace(found, standing=own)
            needed = rule == "required" or shown.state != "missing" if leaf else item.declares_revocation
            if self._foreseen_at is not None and shown.state == "stale" and moment == self._now:
                continue
            if shown.state != "good" and demanded and needed:
                jpki = leaf and self._is_of_jpki(item.certificate, path[-1].certificate)
                return replace(self._unheard(item, shown) or _not_shown(shown, jpki=jpki), standing=own)
        facts: dict[str, object] = {} if own is None or own.since is None else {"revoked_at": own.since}
        return PathFinding(None, facts=facts, standing=own)

    def _unheard(self, certificate: KnownCertificate, shown: Standing) -> PathFinding | None:
        """Say why the operator who was to answer did not, where nothing else is at hand."""
        causes = (each.cause for each in self._pool.unheard if each.certificate == certificate.der)
        cause = next(causes, None) if shown.state == "missing" else None
        return None if cause is None else PathFinding("TRY_LATER", "operator-silent", {"detail": cause})

    def _examination(
        self, anchor: KnownCertificate, used: Used, moment: datetime, ended: dict[Authority, datetime]
    ) -> Examination:
        @lru_cache(maxsize=64)
        def paths_of(other: KnownCertificate) -> list[CertificatePath]:
            """Its valid paths to the same anchor (RFC 5280 6.3.3 f); one renewed since is judged when it was."""
            # A responder's or list issuer's path must end at the same anchor: another one has no say here (RFC 5280
            # 6.3.3 f).
            paths = self._paths(other, used, max(moment, other.not_before))
            return [] if isinstance(paths, PathFinding) else [path for path in paths if path[-1].der == anchor.der]

        def last_vouch(other: KnownCertificate) -> datetime | None:
            ends = [self._vouched_until(path, plain, moment) for path in paths_of(other)]
            return max((end for end in ends if end is not None), default=None)

        examination = Examination(
            self._pool,
            self._policy.algorithms,
            self._now,
            last_vouch,
            lambda der: self._proven.get(der, self._now),
            ended,
        )
        # Vouching by those that are vouched for themselves would never end: the inner question is asked without it.
        plain = replace(examination, vouched=never_vouched)
        return examination

    def _vouched_until(self, path: CertificatePath, examination: Examination, moment: datetime) -> datetime | None:
        """Until when a path vouches for its first certificate; None: it does not, or something on it was revoked."""
        until = vouched_until(path)
        for pair in pairwise(path):
            shown = standing(examination.hear(*pair), max(moment, path[0].not_before))
            # A path on which anything is revoked, held or hidden vouches for nothing.
            if until is None or shown.why == "crowded" or _finding_of(shown, leaf=True) is not None:
                return None
            known = (shown.since, *(examination.ended.get(authority_of(item)) for item in pair))
            until = min([until, *(end for end in known if end is not None)])
        return until

    def _is_of_jpki(self, certificate: x509.Certificate, anchor: x509.Certificate | None) -> bool:
        """Whether a certificate names JPKI and leads there: anybody can make an authority of that name."""
        # The name "JPKI" in a certificate is a claim; its anchor must be J-LIS's own or a user's for it.
        if anchor is None or issuer_kind(certificate) != "jpki":
            return False
        label = self._trust.label(anchor)
        shipped = (item.certificate for item in certification_authorities("signature"))
        return (label is not None and label.source == "jpki") or anchor.dump() in shipped

    def _oldest(self, moment: datetime) -> datetime | None:
        """When evidence on a certificate that was used at ``moment`` must have been issued, by the policy."""
        if self._policy.revocation_after_signature:
            return moment
        hours = self._policy.revocation_max_age_hours
        return None if hours is None else moment - timedelta(hours=hours)

    def _rule(self, certificate: KnownCertificate, purpose: str) -> RevocationRule:
        # Services are judged by their own rule; many of them name no list at all.
        if purpose == "timestamp":
            return self._policy.timestamp_revocation
        jpki = issuer_kind(certificate.certificate) is not None
        if self._policy.revocation == "if-declared":
            # A JPKI certificate that names no reachable list is not freed of the question by that.
            return "required" if jpki or certificate.declares_revocation else "if-available"
        return "required" if jpki else self._policy.revocation


def _note_end(ends: dict[Authority, datetime], item: KnownCertificate, since: datetime) -> None:
    key = authority_of(item)
    ends[key] = min(since, ends.get(key, since))


def _ends_of_repeated(path: CertificatePath) -> dict[Authority, datetime]:
    """The ends of authorities that stand in a path more than once: nobody makes a key of his own last longer."""
    ends: dict[Authority, datetime] = {}
    for place, upper in enumerate(path[1:], 1):
        for lower in path[1:place]:
            if lower.key_der == upper.key_der:
                _note_end(ends, lower, upper.not_after)
    return ends


#: Reasons of a revocation that are about the key, whoever certified it; others are about this one certificate.
_KEY_LOST = {"key_compromise", "ca_compromise"}


def _tells_of_key(shown: Standing) -> bool:
    entries = [word.entry for word in shown.words if word.is_final]
    return any(entry is not None and entry.reason in _KEY_LOST for entry in entries)


def _finding_of(shown: Standing, *, leaf: bool) -> PathFinding | None:
    """What evidence tells against a certificate at the moment; a suspended one may be good again (5.2.6.4)."""
    facts: dict[str, object] = {"revoked_at": shown.since}
    if shown.state == "revoked":
        sub, code = ("REVOKED_NO_POE", "revoked") if leaf else ("REVOKED_CA_NO_POE", "ca-revoked")
        return PathFinding(sub, code, facts)
    return PathFinding("TRY_LATER", "on-hold", facts) if shown.state == "on-hold" else None


_REFUSED = {
    "unauthorised": Text(
        "not signed by an authority for this certificate", "この証明書について権限のある署名者のものではない"
    ),
    "not-understood": Text("it holds a critical extension that is not known", "未知の重要 (critical) 拡張が含まれる"),
    "algorithm": Text("its signature algorithm is no longer safe", "署名アルゴリズムが安全とみなされない"),
    "unknown-status": Text("the OCSP service does not know the certificate", "OCSP サービスがこの証明書を知らない"),
    "partial": Text("a delta list without the list that it adds to", "差分 CRL だけで、元の CRL がない"),
    "crowded": Text(
        "too many certificates bear the name of the authority that signed it", "署名者と同じ名前の証明書が多すぎる"
    ),
    "future": Text("issued after the time of validation", "検証時刻より後に発行されている"),
}


def _not_shown(shown: Standing, *, jpki: bool) -> PathFinding:
    """Why nothing shows that a certificate was good; JPKI does not give its lists to everybody."""
    if shown.state == "stale":
        return PathFinding("TRY_LATER", "revocation-stale")
    if shown.state == "missing" or shown.why is None:
        return PathFinding("TRY_LATER", "revocation-not-permitted" if jpki else "revocation-missing")
    if shown.why == "unreadable":
        return PathFinding("TRY_LATER", "revocation-unreadable")
    return PathFinding("TRY_LATER", "revocation-refused", {"detail": _REFUSED[shown.why]})


@kept_by_thread(maxsize=16)
def _anchors(trust: Anchors, use: Use | None) -> tuple[KnownCertificate, ...]:
    """Return the anchors for a use, read once a batch."""
    found = (known_certificate(item.dump()) for item in trust.certificates(use))
    return tuple(item for item in found if item is not None)


def _not_judged(detail: str) -> PathJudgement:
    return PathJudgement("CERTIFICATE_CHAIN_GENERAL_FAILURE", "path-not-judged", {"detail": detail})


def _revocation_status(found: PathFinding, rule: RevocationRule, *, jpki: bool) -> RevocationStatus:
    """What the report says about revocation: only what was believed."""
    shown = found.standing
    newest = shown.words[-1] if shown is not None and shown.words else None
    if shown is not None and newest is not None and shown.state in ("good", "revoked", "on-hold"):
        return RevocationStatus(shown.state, newest.source, newest.issued, shown.since)
    missing = shown is None or shown.state == "missing"
    if missing and jpki and found.code != "operator-silent":
        return RevocationStatus("not-permitted")
    return RevocationStatus("not-checked" if found.good and missing and rule == "if-available" else "unknown")


# --- purpose -------------------------------------------------------------------------------------------------

#: Extended key usages under which documents are signed: email, documents (RFC 9336), Microsoft's and Adobe's.
_SIGNING_USAGES = {
    # id-kp-documentSigning (RFC 9336) is 1.3.6.1.5.5.7.3.36; before it every vendor used one of its own.
    "any_extended_key_usage", "email_protection", "document_signing", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12",
    "microsoft_document_signing", "1.2.840.113583.1.1.5", "adobe_authentic_documents_trust", "pdf_signing",
}  # fmt: skip


#: What other trades use certificates for: one that names these alone is for nothing else (RFC 5280 4.2.1.12).
_OTHER_TRADES = {
    "server_auth", "client_auth", "code_signing", "time_stamping", "ocsp_signing", "ipsec_end_system", "ipsec_tunnel",
    "ipsec_user", "ike_intermediate", "microsoft_smart_card_logon", "pkinit_kpclientauth", "pkinit_kpkdc",
}  # fmt: skip


def _unfit(certificate: x509.Certificate, purpose: str) -> str | None:
    """RFC 5280 4.2.1.3, 4.2.1.12; RFC 3161 2.3; the JPKI authentication key never signs a document."""
    extended, usage = certificate.extended_key_usage_value, certificate.key_usage_value
    purposes = set(extended.native) if extended is not None else set()
    # Without keyUsage a key may be used for anything (RFC 5280 4.2.1.3).
    usages = set(usage.native) if usage is not None else {"digital_signature"}
    signs = bool(usages & {"digital_signature", "non_repudiation"})
    # Critical or not is not asked: services that forget to mark it exist, and a mixed purpose is refused on collecting.
    if purpose == "timestamp":
        return None if signs and "time_stamping" in purposes else "certificate-not-for-timestamps"
    # The authentication key (利用者証明用) signs challenges of strangers: what it signed proves no will.
    if is_authentication_certificate(certificate):
        return "certificate-not-for-signing"
    meant = not purposes or bool(purposes & _SIGNING_USAGES)
    if "non_repudiation" in usages:  # says what the key is for; a purpose of its own making may be a signer's as well
        return None if meant or purposes - _OTHER_TRADES else "certificate-not-for-signing"
    return None if signs and meant else "certificate-not-for-signing"


def _may_vouch(authority: x509.Certificate, purpose: str) -> bool:
    """Whether an authority below an anchor is not for other trades alone, where it says what it is for.

    A certificate is used for what it names only (RFC 5280 4.2.1.12): one for web servers, a customer's perhaps, makes
    nobody a signer (Mozilla's and Microsoft's programs, and OpenSSL where it is told the purpose, hold to it as well).
    """
    extended = authority.extended_key_usage_value
    others = _OTHER_TRADES - {"time_stamping"} if purpose == "timestamp" else _OTHER_TRADES
    return extended is None or not set(extended.native) <= others
