"""pyHanko's certificate validator: told at which moment to look and with which evidence; its errors in ETSI's words."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import algos, keys, x509
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
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response
from pyhanko_certvalidator.sig_validate import SignatureValidationContext, SignatureValidator
from pyhanko_certvalidator.util import ConsList

from signkit.pki.algorithms import UnknownAlgorithm, digest_name, public_key, signature_algorithm, verify
from signkit.pki.paths.finding import PathFinding, missing_code
from signkit.pki.paths.known import KnownCertificate, declares_revocation, known_certificate
from signkit.pki.paths.names import name_of
from signkit.pki.paths.pool import KnownStatus, Pool
from signkit.pki.policy import Algorithms, algorithm_ends

logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())

#: The digests of an issuer's key that the engine can compare; over others it stumbles.
_KEY_DIGESTS = ("sha1", "sha256")
_Result = TypeVar("_Result")


def find(
    certificate: x509.Certificate,
    pool: Pool,
    anchors: tuple[KnownCertificate, ...],
    moment: datetime,
    rule: str,
    algorithms: Algorithms,
) -> PathFinding:
    """Judge ``certificate`` at ``moment``: the first valid path to an anchor, and whether nothing on it was revoked.

    Args:
        rule: required, if-available (see ``policy.RevocationRule``), or none: do not ask about revocation.
    """
    question = _Question(pool, anchors, moment, algorithms)
    return _run(_find(certificate, question, rule))


@dataclass(frozen=True)
class _Question:
    """What the engine is to judge with."""

    pool: Pool
    anchors: tuple[KnownCertificate, ...]
    moment: datetime
    algorithms: Algorithms

    def context(self) -> ValidationContext:
        # The engine asks for OCSP only where the certificate names a service; _revocation asks in any case.
        no_check = RevocationCheckingRule.NO_CHECK
        spec = CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=[item.certificate for item in self.anchors]),
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(no_check, no_check), retroactive_revinfo=True),
            algorithm_usage_policy=_DatedAlgorithms(self.algorithms),
            signature_validator=_Validator(),
        )
        handlers = bootstrap_validation_data_handlers(
            None,
            [item.container for item in self.pool.lists],
            [item.container for item in self.pool.answers if item.key_digest in _KEY_DIGESTS],
            # The engine looks for the issuers of lists among these alone, hence the anchors; first, because of two
            # certificates with the same issuer and serial number it keeps the first.
            [item.certificate for item in (*self.anchors, *self.pool.certificates)],
            # Whether evidence is old enough is decided in judge; the engine shall not decide again.
            POEManager(current_dt_override=self.moment),
        )
        return spec.build_validation_context(ValidationTimingInfo(self.moment, self.moment, True), handlers)

    def about(self, certificate: x509.Certificate) -> _Question:
        """Leave out what says nothing of the certificate, and the lists of other issuers, unless they are indirect.

        The engine would take the list of any holder of a certificate of the same issuer for that issuer's.
        """
        known = known_certificate(certificate.dump())
        pool = self.pool if known is None else self.pool.about(known)
        issuer = certificate.issuer.hashable
        own = tuple(item for item in pool.lists if item.issuer == issuer or item.is_indirect)
        if pool is self.pool and len(own) == len(pool.lists):
            return self
        return replace(self, pool=Pool(pool.certificates, pool.answers, own, pool.statuses))


async def _find(certificate: x509.Certificate, question: _Question, rule: str) -> PathFinding:
    context = question.context()
    paths = context.path_builder.async_build_paths_lazy(certificate)
    try:
        path = await find_valid_path(certificate, paths, validation_context=context)
    except (path_errors.ValidationError, path_errors.PathError) as error:
        return _explain(error, certificate, question.moment)
    anchor = path.trust_anchor.authority
    found = await _status(path, question, context, rule)
    return replace(found, anchor=anchor.certificate if hasattr(anchor, "certificate") else None)


async def _status(path: ValidationPath, question: _Question, context: ValidationContext, rule: str) -> PathFinding:
    """Whether nothing on a valid path was revoked."""
    try:
        if rule != "none":
            await _revocation(path, question, context, rule)
    except (path_errors.ValidationError, path_errors.PathError) as error:
        return _explain(error, path.leaf, question.moment)
    except _NotShown as error:
        return PathFinding("TRY_LATER", error.code)
    except _Revoked as error:
        own = error.certificate == path.leaf
        sub, code = ("REVOKED_NO_POE", "revoked") if own else ("REVOKED_CA_NO_POE", "ca-revoked")
        return PathFinding(sub, code, {"revoked_at": error.since})
    return PathFinding(None)


async def _revocation(path: ValidationPath, question: _Question, context: ValidationContext, rule: str) -> None:
    """Every certificate below the anchor is shown to be good; of authorities only those that name a service."""
    for item in path.iter_certs(include_root=False):
        leaf = item == path.leaf
        if item.ocsp_no_check_value is None and (leaf or declares_revocation(item)):
            own = question.about(item)
            shown = await _shown_good(item, path, context if own is question else own.context(), own.pool.statuses)
            if shown is None and (not leaf or rule == "required"):
                raise _NotShown(missing_code(item, leaf=leaf))
            if shown is False:
                raise _NotShown("revocation-stale")


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


def _explain(error: Exception, certificate: x509.Certificate, moment: datetime) -> PathFinding:
    """Turn what the engine says into a sub-indication (EN 319 102-1 table 5 and 6)."""
    if isinstance(error, path_errors.PathBuildingError):
        return PathFinding("NO_CERTIFICATE_CHAIN_FOUND", "no-anchor", {"issuer": name_of(certificate.issuer)})
    if isinstance(error, path_errors.RevokedError):
        facts: dict[str, object] = {"revoked_at": error.revocation_dt}
        own = error.is_ee_cert and not error.is_side_validation
        return PathFinding("REVOKED_NO_POE" if own else "REVOKED_CA_NO_POE", "revoked" if own else "ca-revoked", facts)
    if isinstance(error, path_errors.ExpiredError):
        own = error.is_ee_cert and not error.is_side_validation
        sub = "OUT_OF_BOUNDS_NO_POE" if own else "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        return PathFinding(sub, "expired" if own else "ca-expired", {"expired_at": certificate.not_valid_after})
    if isinstance(error, path_errors.NotYetValidError):
        return PathFinding("OUT_OF_BOUNDS_NO_POE", "not-yet-valid", {"moment": moment})
    if isinstance(error, path_errors.DisallowedAlgorithmError):
        lasting = error.banned_since is None
        return PathFinding(
            "CRYPTO_CONSTRAINTS_FAILURE" if lasting else "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "weak-algorithm-in-chain"
        )
    if isinstance(error, path_errors.StaleRevinfoError):
        return PathFinding("TRY_LATER", "revocation-stale")
    if isinstance(error, path_errors.InsufficientRevinfoError):
        return PathFinding("TRY_LATER", missing_code(certificate, leaf=True))
    if isinstance(error, path_errors.InvalidCertificateError):
        return PathFinding("CHAIN_CONSTRAINTS_FAILURE", "path-invalid")
    return PathFinding("CERTIFICATE_CHAIN_GENERAL_FAILURE", "path-invalid")


# --- cryptography for the engine -----------------------------------------------------------------------------


class _Validator(SignatureValidator):
    """All algorithms of :mod:`signkit.pki.algorithms`, for certificates, CRLs and OCSP responses."""

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
