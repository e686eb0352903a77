"""Is the certificate believable at a moment: path, purpose, revocation, algorithms (ETSI EN 319 102-1 5.2, 5.6).

pyHanko's certificate validator walks the paths; here it is told at which moments to look and with which evidence, and
what it says is turned into sub-indications and words.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from asn1crypto import algos, keys, x509
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator import errors as path_errors
from pyhanko_certvalidator._state import ValProcState
from pyhanko_certvalidator.context import CertValidationPolicySpec, bootstrap_validation_data_handlers
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    AlgorithmUsageConstraint,
    AlgorithmUsagePolicy,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response
from pyhanko_certvalidator.sig_validate import SignatureValidationContext, SignatureValidator
from pyhanko_certvalidator.util import ConsList

from signkit.jpki.certificates import is_authentication_certificate, issuer_kind
from signkit.trust.crl_list import ListMalformed
from signkit.trust.crl_scope import certificate_kind, certificate_points, list_scope
from signkit.validation.algorithms import UnknownAlgorithm, digest_name, public_key, signature_algorithm, verify
from signkit.validation.cms import name_of
from signkit.validation.policy import Algorithms, Policy, RevocationRule
from signkit.validation.report import RevocationReport

logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())

_Result = TypeVar("_Result")


class Label(Protocol):
    """Where an anchor came from (``signkit.trust.anchors.AnchorLabel``)."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


class Anchors(Protocol):
    """The anchors of a run (``signkit.trust.anchors.TrustStore``)."""

    def certificates(self, purpose: Any) -> list[x509.Certificate]:
        """The anchors believed for ``signature`` or ``timestamp``."""

    def label(self, certificate: x509.Certificate) -> Label | None:
        """Where an anchor came from."""


@dataclass(frozen=True)
class KnownStatus:
    """What an imported list says of one certificate; its signature was checked at the import (crl-index.md).

    Attributes:
        certificate: DER of the certificate.
        issuer_key: DER of the key (SubjectPublicKeyInfo) that signed the list.
        issued: the list's thisUpdate; None where the index could not be read.
        due: the list's nextUpdate.
        revoked_at: since when the certificate is revoked; None: it is not on the list.
    """

    certificate: bytes
    issuer_key: bytes
    issued: datetime | None
    due: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Pool:
    """All certificates and revocation evidence at hand."""

    certificates: tuple[x509.Certificate, ...] = ()
    ocsps: tuple[OCSPContainer, ...] = ()
    crls: tuple[CRLContainer, ...] = ()
    statuses: tuple[KnownStatus, ...] = ()

    @classmethod
    def from_der(cls, certificates: Iterable[bytes], ocsps: Iterable[bytes], crls: Iterable[bytes]) -> Pool:
        """Load each object; one that cannot be read is left out, the others count."""
        found_ocsps: list[OCSPContainer] = []
        for response in _loaded(OCSPResponse, ocsps):
            try:
                found_ocsps += [item for item in OCSPContainer.load_multi(response) if _readable_ocsp(item)]
            except Exception:  # noqa: S112  hostile ASN.1
                continue
        found_crls = tuple(CRLContainer(item) for item in _loaded(CertificateList, crls) if _readable_crl(item))
        loaded = (_certificate(der) for der in dict.fromkeys(certificates) if len(der) <= _MAX_CERTIFICATE)
        return cls(tuple(item for item in loaded if item is not None), tuple(found_ocsps), found_crls)

    def __add__(self, other: Pool) -> Pool:
        return Pool(
            self.certificates + other.certificates,
            self.ocsps + other.ocsps,
            self.crls + other.crls,
            self.statuses + other.statuses,
        )

    def distinct(self) -> Pool:
        """Return the same pool with everything in it once."""
        return Pool(
            tuple({item.dump(): item for item in self.certificates}.values()),
            tuple({(_ocsp_der(item), item.index): item for item in self.ocsps}.values()),
            tuple({item.crl_data.dump(): item for item in self.crls}.values()),
            tuple(dict.fromkeys(self.statuses)),
        )

    def without_evidence_before(self, certificate: x509.Certificate, oldest: datetime | None) -> Pool:
        """Leave out what was said of ``certificate`` before ``oldest`` (None: nothing is too old)."""
        if oldest is None:
            return self
        return Pool(
            self.certificates,
            tuple(item for item in self.ocsps if all(said[0] >= oldest for said in _said_by_ocsp(certificate, item))),
            tuple(item for item in self.crls if all(said[0] >= oldest for said in _said_by_crl(certificate, item))),
            tuple(item for item in self.statuses if not item.issued or item.issued >= oldest),
        )

    @property
    def evidence(self) -> list[bytes]:
        """The DER of every OCSP response and CRL."""
        return [_ocsp_der(item) for item in self.ocsps] + [item.crl_data.dump() for item in self.crls]

    def speaks_of(self, certificate: x509.Certificate) -> bool:
        """Whether there is an OCSP response or CRL on ``certificate``."""
        return bool(_spoken(certificate, self))


def _ocsp_der(item: OCSPContainer) -> bytes:
    return bytes(item.ocsp_response_data.dump())


class _Issuers:
    """Certificates by name and by the hash of their key."""

    def __init__(self, certificates: Iterable[x509.Certificate]) -> None:
        self._by_name: dict[str, list[x509.Certificate]] = {}
        self._by_key: dict[bytes, list[x509.Certificate]] = {}
        for certificate in {item.dump(): item for item in certificates}.values():
            self._by_name.setdefault(certificate.subject.hashable, []).append(certificate)
            for key in (certificate.public_key.sha1, certificate.public_key.sha256):
                self._by_key.setdefault(key, []).append(certificate)

    def named(self, name: x509.Name) -> list[x509.Certificate]:
        return self._by_name.get(name.hashable, [])

    def of_response(self, item: OCSPContainer) -> list[x509.Certificate]:
        single = item.extract_single_response()
        return [] if single is None else self._by_key.get(single["cert_id"]["issuer_key_hash"].native, [])


def _loaded(kind: Any, items: Iterable[bytes]) -> list[Any]:
    result = []
    for der in dict.fromkeys(items):
        try:
            result.append(kind.load(der))
        except Exception:  # noqa: S112  hostile ASN.1
            continue
    return result


_MAX_CERTIFICATE = 100_000


@lru_cache(maxsize=1_000)
def _certificate(der: bytes) -> x509.Certificate | None:
    """Read a certificate, or None.  The same authorities stand in every document of a batch: each is parsed once."""
    try:
        item = x509.Certificate.load(der)
        usable = item.subject.hashable and item.not_valid_after and item.key_identifier_value is not item
    except Exception:  # hostile ASN.1
        return None
    return item if usable else None


def _readable_ocsp(item: OCSPContainer) -> bool:
    try:
        single = item.extract_single_response()
        if single is None or single["cert_id"].native is None or single["this_update"].native is None:
            return False
        return single["cert_status"].native is not None
    except Exception:
        return False


def _readable_crl(item: CertificateList) -> bool:
    try:
        return bool(item.issuer.hashable and item["tbs_cert_list"]["this_update"].native)
    except Exception:
        return False


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
    revocation: RevocationReport = field(default_factory=RevocationReport)

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
            self._known[key] = self._judge(certificate, purpose, moment)
        return self._known[key]

    def _judge(self, certificate: x509.Certificate, purpose: str, moment: datetime) -> PathJudgement:
        try:
            if problem := _unfit(certificate, purpose):
                return PathJudgement("CHAIN_CONSTRAINTS_FAILURE", problem)
            pool = self._usable().without_evidence_before(certificate, self._oldest(moment))
            evidence = _Evidence(tuple(_spoken(certificate, pool)))
            found = _run(self._walk(certificate, pool, purpose, moment, self._rule(certificate, purpose), evidence))
            return replace(found, revocation=_revocation_report(found, evidence, certificate))
        except Exception as error:  # the engine fails in many ways on hostile certificates
            facts: dict[str, object] = {"detail": type(error).__name__}
            return PathJudgement("CERTIFICATE_CHAIN_GENERAL_FAILURE", "path-not-judged", facts)

    def _oldest(self, moment: datetime) -> datetime | None:
        """When evidence on a certificate that was used at ``moment`` must have been issued, by the policy."""
        if self._policy.revocation_after_signature:
            return moment
        hours = self._policy.revocation_max_age_hours
        return None if hours is None else moment - timedelta(hours=hours)

    def _rule(self, certificate: x509.Certificate, purpose: str) -> RevocationRule:
        if purpose == "timestamp":
            return self._policy.timestamp_revocation
        jpki = issuer_kind(certificate) is not None
        if self._policy.revocation == "if-declared":
            return "required" if jpki or _declares_revocation(certificate) else "if-available"
        return "required" if jpki else self._policy.revocation

    def _usable(self) -> Pool:
        """Evidence counts only if it is proven to be older than its issuer's end (EN 319 102-1 5.6.2.2).

        After its end an authority answers for nothing, and its key may be anybody's.
        """
        if self._usable_pool is None:
            known = _Issuers(
                [
                    *self._pool.certificates,
                    *self._trust.certificates("signature"),
                    *self._trust.certificates("timestamp"),
                ]
            )
            self._usable_pool = Pool(
                self._pool.certificates,
                tuple(item for item in self._pool.ocsps if self._in_time(_ocsp_der(item), known.of_response(item))),
                tuple(
                    item
                    for item in self._pool.crls
                    if self._in_time(item.crl_data.dump(), known.named(item.crl_data.issuer))
                ),
                self._pool.statuses,  # asked now; an issuer that has ended was left out (evidence.py)
            )
        return self._usable_pool

    def _in_time(self, der: bytes, issuers: list[x509.Certificate]) -> bool:
        seen = self._proven.get(der, self._now)
        return not issuers or any(seen <= issuer.not_valid_after for issuer in issuers)

    async def _walk(
        self,
        certificate: x509.Certificate,
        pool: Pool,
        purpose: str,
        moment: datetime,
        rule: RevocationRule,
        evidence: _Evidence,
    ) -> PathJudgement:
        """The path at the moment; where evidence is lacking there, at the moments of later evidence.

        A certificate that was good when later evidence was issued was good before (it is not unrevoked again,
        except from certificateHold); one that was revoked after the moment was good at it.
        """
        asked = "none" if rule == "if-available" and not evidence.moments else rule
        result = await self._at(certificate, pool, purpose, moment, asked)
        label = result.label
        if label is None or asked == "none":  # without a path there is nothing to ask about
            return result
        for later in evidence.moments:
            if result.good or result.code not in ("revocation-missing", "revocation-stale", "path-invalid"):
                break
            if moment < later <= certificate.not_valid_after:
                again = await self._at(certificate, pool, purpose, later, rule)
                result = again if again.good or again.code == "revoked" else result
        if result.code == "revoked" and _after(result.facts.get("revoked_at"), moment):
            return PathJudgement(None, facts=result.facts, label=label)
        if result.good and evidence.items and evidence.items[-1][2] == "revoked":
            again = await self._at(certificate, pool, purpose, evidence.moments[-1], rule)
            result = replace(result, facts=again.facts if again.code == "revoked" else {})  # to tell, not to judge
        return replace(result, label=label)

    async def _at(
        self, certificate: x509.Certificate, pool: Pool, purpose: str, moment: datetime, rule: str
    ) -> PathJudgement:
        context = self._context(pool, purpose, moment)
        paths = context.path_builder.async_build_paths_lazy(certificate)
        try:
            path = await find_valid_path(certificate, paths, validation_context=context)
        except (path_errors.ValidationError, path_errors.PathError) as error:
            return _explain(error, certificate, moment)
        return replace(await self._status(path, context, rule, pool, moment), label=self._label(path))

    async def _status(
        self, path: ValidationPath, context: ValidationContext, rule: str, pool: Pool, moment: datetime
    ) -> PathJudgement:
        """Whether nothing on a valid path was revoked."""
        try:
            if rule != "none":
                await self._revocation(path, context, rule, pool.statuses)
        except (path_errors.ValidationError, path_errors.PathError) as error:
            return _explain(error, path.leaf, moment)
        except _NotShown as error:
            return PathJudgement("TRY_LATER", error.code)
        except _Revoked as error:
            own = error.certificate == path.leaf
            sub, code = ("REVOKED_NO_POE", "revoked") if own else ("REVOKED_CA_NO_POE", "ca-revoked")
            return PathJudgement(sub, code, {"revoked_at": error.since})
        return PathJudgement(None)

    async def _revocation(
        self, path: ValidationPath, context: ValidationContext, rule: str, statuses: tuple[KnownStatus, ...]
    ) -> None:
        """Every certificate below the anchor is shown to be good; of authorities only those that name a service."""
        for item in path.iter_certs(include_root=False):
            leaf = item == path.leaf
            if item.ocsp_no_check_value is None and (leaf or _declares_revocation(item)):
                shown = await _shown_good(item, path, context, statuses)
                if shown is None and (not leaf or rule == "required"):
                    jpki = leaf and issuer_kind(item) == "jpki"
                    raise _NotShown("revocation-not-permitted" if jpki else "revocation-missing")
                if shown is False:
                    raise _NotShown("revocation-stale")

    def _label(self, path: ValidationPath) -> Label | None:
        anchor = path.trust_anchor.authority
        return self._trust.label(anchor.certificate) if hasattr(anchor, "certificate") else None

    def _context(self, pool: Pool, purpose: str, moment: datetime) -> ValidationContext:
        # The engine asks for OCSP only where the certificate names a service; _revocation asks in any case.
        no_check = RevocationCheckingRule.NO_CHECK
        spec = CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=self._trust.certificates(purpose)),
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(no_check, no_check), retroactive_revinfo=True),
            algorithm_usage_policy=_DatedAlgorithms(self._policy.algorithms),
            signature_validator=_Validator(),
        )
        timing = ValidationTimingInfo(moment, moment, True)
        handlers = bootstrap_validation_data_handlers(
            None,
            pool.crls,
            pool.ocsps,
            pool.certificates,
            # Whether evidence is old enough is decided in _usable; the engine shall not decide again.
            POEManager(current_dt_override=moment),
        )
        return spec.build_validation_context(timing, handlers)


class _NotShown(Exception):
    """Nothing shows that a certificate was good."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Revoked(Exception):
    """An imported list names a certificate."""

    def __init__(self, certificate: x509.Certificate, since: datetime) -> None:
        super().__init__("revoked")
        self.certificate = certificate
        self.since = since


async def _shown_good(
    certificate: x509.Certificate,
    path: ValidationPath,
    context: ValidationContext,
    statuses: tuple[KnownStatus, ...],
) -> bool | None:
    """Whether evidence shows the certificate good: None for no evidence, False for evidence that cannot be used.

    OCSP, CRL and imported lists are all asked: what one of them says of a revocation counts.

    Raises:
        RevokedError, _Revoked: it was revoked.
        _NotShown: an index that may name it cannot be read.
    """
    answers = _said_by_statuses(certificate, path, context, statuses)
    for check in (verify_ocsp_response, verify_crl):
        try:
            await check(certificate, path, context, _state(certificate, path))
            answers.append(True)
        except (path_errors.OCSPNoMatchesError, path_errors.CRLNoMatchesError):
            continue
        except (path_errors.OCSPValidationError, path_errors.CRLValidationError):
            answers.append(False)
    return any(answers) if answers else None


def _said_by_statuses(
    certificate: x509.Certificate,
    path: ValidationPath,
    context: ValidationContext,
    statuses: tuple[KnownStatus, ...],
) -> list[bool]:
    """As the engine counts a list of that date: in time until the next one was due, however late it was issued."""
    latest = context.moment - context.time_tolerance
    answers = []
    for status in statuses:
        if status.certificate != certificate.dump():
            continue
        if status.issuer_key != path.find_issuing_authority(certificate).public_key.dump():
            continue
        if status.issued is None or status.due is None:
            raise _NotShown("revocation-unreadable")
        in_time = latest <= status.due
        if in_time and status.revoked_at is not None:
            raise _Revoked(certificate, status.revoked_at)
        answers.append(in_time)
    return answers


def _state(certificate: x509.Certificate, path: ValidationPath) -> ValProcState:
    """Tells the engine which certificate of the path is meant, for its errors."""
    certificates = list(path.iter_certs(include_root=False))
    return ValProcState(cert_path_stack=ConsList.sing(path), init_index=certificates.index(certificate) + 1)


def _declares_revocation(certificate: x509.Certificate) -> bool:
    """The certificate names a CRL or an OCSP service."""
    return certificate.crl_distribution_points_value is not None or bool(certificate.ocsp_urls)


def _after(moment: object, other: datetime) -> bool:
    return isinstance(moment, datetime) and moment > other


def _explain(error: Exception, certificate: x509.Certificate, moment: datetime) -> PathJudgement:
    """Turn what the engine says into a sub-indication (EN 319 102-1 table 5 and 6)."""
    if isinstance(error, path_errors.PathBuildingError):
        return PathJudgement("NO_CERTIFICATE_CHAIN_FOUND", "no-anchor", {"issuer": name_of(certificate.issuer)})
    if isinstance(error, path_errors.RevokedError):
        facts: dict[str, object] = {"revoked_at": error.revocation_dt}
        own = error.is_ee_cert and not error.is_side_validation
        return PathJudgement(
            "REVOKED_NO_POE" if own else "REVOKED_CA_NO_POE", "revoked" if own else "ca-revoked", facts
        )
    if isinstance(error, path_errors.ExpiredError):
        own = error.is_ee_cert and not error.is_side_validation
        sub = "OUT_OF_BOUNDS_NO_POE" if own else "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        return PathJudgement(sub, "expired" if own else "ca-expired", {"expired_at": certificate.not_valid_after})
    if isinstance(error, path_errors.NotYetValidError):
        return PathJudgement("OUT_OF_BOUNDS_NO_POE", "not-yet-valid", {"moment": moment})
    if isinstance(error, path_errors.DisallowedAlgorithmError):
        lasting = error.banned_since is None
        return PathJudgement(
            "CRYPTO_CONSTRAINTS_FAILURE" if lasting else "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "weak-algorithm-in-chain"
        )
    if isinstance(error, path_errors.StaleRevinfoError):
        return PathJudgement("TRY_LATER", "revocation-stale")
    if isinstance(error, path_errors.InsufficientRevinfoError):
        if issuer_kind(certificate) == "jpki":
            return PathJudgement("TRY_LATER", "revocation-not-permitted")
        return PathJudgement("TRY_LATER", "revocation-missing")
    if isinstance(error, path_errors.InvalidCertificateError):
        return PathJudgement("CHAIN_CONSTRAINTS_FAILURE", "path-invalid")
    return PathJudgement("CERTIFICATE_CHAIN_GENERAL_FAILURE", "path-invalid")


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


# --- evidence ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Evidence:
    """What the pool says of one certificate, newest last: (issued, source, status, revoked at)."""

    items: tuple[tuple[datetime, str, str, datetime | None], ...] = ()

    @property
    def moments(self) -> list[datetime]:
        return [issued for issued, *_ in self.items]


_Item = tuple[datetime, str, str, datetime | None]


def _spoken(certificate: x509.Certificate, pool: Pool) -> list[_Item]:
    """All that the pool says of a certificate, by time; not yet believed."""
    items = [said for response in pool.ocsps for said in _said_by_ocsp(certificate, response)]
    items += [said for container in pool.crls for said in _said_by_crl(certificate, container)]
    items += _said_by_index(certificate, pool.statuses)
    return sorted(items, key=lambda item: item[0])


def _said_by_ocsp(certificate: x509.Certificate, response: OCSPContainer) -> list[_Item]:
    single = response.extract_single_response()
    if single is None or single["cert_id"]["serial_number"].native != certificate.serial_number:
        return []
    status = single["cert_status"]
    revoked = status.chosen["revocation_time"].native if status.name == "revoked" else None
    return [(single["this_update"].native, "ocsp", status.name, revoked)]


def _said_by_crl(certificate: x509.Certificate, container: CRLContainer) -> list[_Item]:
    crl = container.crl_data
    if crl.issuer != certificate.issuer or not _covers(crl, certificate):
        return []
    revoked = _crl_entry(crl, certificate.serial_number)
    return [(crl["tbs_cert_list"]["this_update"].native, "crl", "revoked" if revoked else "good", revoked)]


def _covers(crl: CertificateList, certificate: x509.Certificate) -> bool:
    """A list of one partition says nothing of a certificate that names another one (RFC 5280 6.3.3 b 2)."""
    point = crl.issuing_distribution_point_value
    if point is None:
        return True
    try:
        scope = list_scope(point.dump(), crl.issuer)
    except ListMalformed:
        return False
    named = not scope.names or not set(scope.names).isdisjoint(certificate_points(certificate))
    return named and scope.certificates in ("all", certificate_kind(certificate))


def _said_by_index(certificate: x509.Certificate, statuses: tuple[KnownStatus, ...]) -> list[_Item]:
    der = certificate.dump() if statuses else b""
    return [
        (item.issued, "crl", "revoked" if item.revoked_at else "good", item.revoked_at)
        for item in statuses
        if item.certificate == der and item.issued
    ]


def _crl_entry(crl: CertificateList, serial: int) -> datetime | None:
    for entry in crl["tbs_cert_list"]["revoked_certificates"]:
        if entry["user_certificate"].native == serial:
            return _utc(entry["revocation_date"].native)
    return None


def _utc(moment: Any) -> datetime | None:
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _revocation_report(found: PathJudgement, evidence: _Evidence, certificate: x509.Certificate) -> RevocationReport:
    """What the report says about revocation: only what the engine believed."""
    newest = evidence.items[-1] if evidence.items else None
    if found.code == "revoked":
        return RevocationReport(
            "revoked", newest[1] if newest else None, newest[0] if newest else None, _utc(found.facts.get("revoked_at"))
        )
    if found.good and newest is not None:
        return RevocationReport("good", newest[1], newest[0], _utc(found.facts.get("revoked_at")))
    if found.code == "revocation-not-permitted" or (newest is None and issuer_kind(certificate) == "jpki"):
        return RevocationReport("not-permitted")
    return RevocationReport("unknown")


# --- cryptography for the engine -----------------------------------------------------------------------------


class _Validator(SignatureValidator):
    """All algorithms of :mod:`signkit.validation.algorithms`, for certificates, CRLs and OCSP responses."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = SignatureValidationContext(),  # noqa: B008  frozen
    ) -> None:
        """Raise InvalidSignature unless the signature fits."""
        holder = _KeyHolder(public_key_info)
        try:
            algorithm = _signature_algorithm(signature_algorithm, context.contextual_md_algorithm)
            fits = verify(public_key(holder), algorithm, signature, signed_data)
        except UnknownAlgorithm as error:
            raise InvalidSignature(str(error)) from error
        if not fits:
            raise InvalidSignature


@dataclass(frozen=True)
class _KeyHolder:
    public_key: keys.PublicKeyInfo


_signature_algorithm = signature_algorithm


class _DatedAlgorithms(AlgorithmUsagePolicy):
    """The policy's dated table as the engine asks for it."""

    def __init__(self, table: Algorithms) -> None:
        self._table = table

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """Judge a digest."""
        try:
            return _constraint([self._table.digest_until(digest_name(algo))], moment)
        except UnknownAlgorithm as error:
            return AlgorithmUsageConstraint(False, failure_reason=str(error))

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        """Judge a signature algorithm with its key."""
        try:
            ends = algorithm_ends(self._table, signature_algorithm(algo, None), public_key)
        except UnknownAlgorithm as error:
            return AlgorithmUsageConstraint(False, failure_reason=str(error))
        return _constraint(ends, moment)


def algorithm_ends(table: Algorithms, algorithm: Any, key: keys.PublicKeyInfo | None) -> list[Any]:
    """Return until when family, digest and key size are believed (None: no end; False: never)."""
    ends = [table.family_until(algorithm.family)]
    if algorithm.digest is not None and algorithm.family not in ("ed25519", "ed448"):
        ends.append(table.digest_until(algorithm.digest))
    if key is not None and algorithm.family in ("rsa", "rsa-pss", "dsa", "ecdsa", "ecdsa-plain"):
        ends.append(table.key_until(algorithm.family, key.bit_size))
    return ends


def _constraint(ends: list[Any], moment: datetime | None) -> AlgorithmUsageConstraint:
    if any(end is False for end in ends):
        return AlgorithmUsageConstraint(False)
    dated = [end for end in ends if end is not None]
    end = min(dated, default=None)
    allowed = end is None or moment is None or moment <= end
    return AlgorithmUsageConstraint(allowed, not_allowed_after=end)


def _run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run the engine's coroutine to its end, also from inside a running event loop (a notebook, a web service).

    The engine has no sources to wait for here, so that it never gives way; an event loop would be ten times dearer.
    """
    try:
        work.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    work.close()
    raise RuntimeError("the path engine waits for something")
