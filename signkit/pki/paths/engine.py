"""pyHanko's certificate validator as a finder of paths: told at which moment to look; its errors in ETSI's words.

Revocation is not its business here: see :mod:`signkit.pki.revocation.acceptance`.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import algos, keys, x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator import errors as path_errors
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
from pyhanko_certvalidator.sig_validate import SignatureValidationContext, SignatureValidator
from pyhanko_certvalidator.validate import async_validate_path

from signkit.pki.algorithms import UnknownAlgorithm, allows, digest_name, public_key, signature_algorithm, verify
from signkit.pki.distinguished_names import name_of
from signkit.pki.paths.issuers import issuers_below
from signkit.pki.paths.known_certificates import KnownCertificate, known_certificate
from signkit.pki.paths.name_constraints import names_are_allowed
from signkit.pki.paths.outcome import CertificatePath, PathFinding
from signkit.pki.paths.pool import Pool
from signkit.pki.policy import Algorithms, algorithm_ends

# A library under us writes nothing to the user's terminal; its errors come back as findings.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())

#: Paths that are looked at, and valid ones that are handed on: cross-certificates give few, hostile files any number.
_MAX_CANDIDATES = 100
_MAX_PATHS = 4
_Result = TypeVar("_Result")


def find(
    certificate: KnownCertificate,
    pool: Pool,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> list[CertificatePath] | PathFinding:
    """Return the valid paths from ``certificate`` to an anchor at ``moment``, or why there is none (RFC 5280 6.1)."""
    # Built from the certificates that matter alone: the engine's registry costs time for each.
    above = _possibly_above(certificate, pool, anchors)
    vouched = _vouched_for(above, anchors)
    found = _find_among(vouched, certificate, anchors, moment, algorithms)
    # Why there is none is told by all that may have been meant.
    if isinstance(found, list) or len(vouched) == len(above):
        return found
    return _find_among(above, certificate, anchors, moment, algorithms)


def _find_among(
    above: Sequence[KnownCertificate],
    certificate: KnownCertificate,
    anchors: Sequence[KnownCertificate],
    moment: datetime,
    algorithms: Algorithms,
) -> list[CertificatePath] | PathFinding:
    return _run(_find(certificate.certificate, _context(above, anchors, moment, algorithms), moment))


def _vouched_for(
    certificates: Sequence[KnownCertificate], anchors: Sequence[KnownCertificate]
) -> list[KnownCertificate]:
    """Return the anchors and the authorities that lead to one by their signatures.

    Of two with one issuer and serial number the engine holds one alone, and some it cannot hold at all: what anybody
    can write must not stand in the place of what an authority signed.
    """
    trusted, issuers = {item.der for item in anchors}, issuers_below(anchors, certificates)
    return [item for item in certificates if item.der in trusted or (item.der in issuers and item.may_issue)]


def _possibly_above(
    certificate: KnownCertificate, pool: Pool, anchors: Sequence[KnownCertificate]
) -> list[KnownCertificate]:
    """Return of all certificates, the anchors first, those that some chain of issuers' names leads to.

    The engine looks for issuers by name; to make it hold all signers of a document for each of them costs their square.
    """
    by_name, wanted = pool.by_engine_name, dict[str, None]()
    todo = [certificate.engine_names.issuer] if certificate.is_decoded else []
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted[name] = None
            todo += [item.engine_names.issuer for item in by_name.get(name, ())]
    # Because of two certificates with the same issuer and serial number it keeps the first: the anchor.
    # One whose name cannot be decoded it cannot hold at all.
    every = (*anchors, *(item for name in wanted for item in by_name.get(name, ())))
    return [item for item in every if item.is_decoded]


def _context(
    above: Sequence[KnownCertificate], anchors: Sequence[KnownCertificate], moment: datetime, algorithms: Algorithms
) -> ValidationContext:
    # Revocation is weighed by our own rule, by which evidence was collected too; the engine must not fetch or demand
    # any.
    no_check = RevocationCheckingRule.NO_CHECK
    spec = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[item.certificate for item in anchors]),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(no_check, no_check)),
        algorithm_usage_policy=_DatedAlgorithms(algorithms),
        signature_validator=_Validator(),
    )
    certificates = [item.certificate for item in above]
    # The moment is handed over as "now": the engine then judges as if it were that day (EN 319 102-1 5.6.2.1).
    handlers = bootstrap_validation_data_handlers(None, [], [], certificates, POEManager(current_dt_override=moment))
    return spec.build_validation_context(ValidationTimingInfo(moment, moment, True), handlers)


async def _find(
    certificate: x509.Certificate, context: ValidationContext, moment: datetime
) -> list[CertificatePath] | PathFinding:
    candidates = context.path_builder.async_build_paths_lazy(certificate)
    found: list[CertificatePath] = []
    failures: list[Exception] = []
    seen = 0
    try:
        async for candidate in candidates:
            # Every candidate is a path of its own: one that fails says nothing of the next (RFC 5280 6.1,
            # cross-certificates).
            seen += 1
            try:
                await async_validate_path(context, candidate)
                found.append(_known_path(candidate))
            except Exception as error:  # one that the engine cannot judge (names of a form it does not know) as well
                failures.append(error)
            if seen == _MAX_CANDIDATES or len(found) == _MAX_PATHS:
                break
    except (path_errors.ValidationError, path_errors.PathError) as error:
        failures.append(error)
    finally:
        # The generator holds tasks of the engine; left alone it warns at exit.
        await candidates.cancel()  # type: ignore[no-untyped-call]
    if found:
        return found
    # The failure that is no bare mismatch of keys tells most.
    telling = next((error for error in failures if "signature" not in str(error)), failures[0])
    if not isinstance(telling, path_errors.ValidationError | path_errors.PathError):
        raise telling
    return _explain(telling, certificate, moment)


def _known_path(found: ValidationPath) -> CertificatePath:
    """Return a valid path in our form, the certificate first.

    Raises:
        InvalidCertificateError: its anchor issues certificates although it is nobody's authority, or others than it
            says that it does; a name that nobody above may certify; a certificate that programs read differently.
    """
    items = [known_certificate(item.dump()) for item in found.iter_certs(include_root=True)]
    path = tuple(item for item in reversed(items) if item is not None)
    # pyHanko takes an anchor as RFC 5280 6.1.1 d has it, a name and a key; an end entity's certificate as anchor issues
    # nothing.
    if len(path) < len(items) or (len(path) > 1 and not path[-1].may_be_issuer):
        raise path_errors.InvalidCertificateError("the anchor is no authority")
    # An anchor is believed for its name and key alone; of the others the engine takes either of two extensions.
    if not all(item.has_one_reading for item in path[:-1]):
        raise path_errors.InvalidCertificateError("a certificate that programs read differently")
    # RFC 5280 6.1.1 d asks nothing else of an anchor; what it says of itself binds it as well (RFC 5937 3.2).
    between = sum(item.subject != item.issuer for item in path[1:-1])
    if len(path) > 1 and path[-1].path_length is not None and between > path[-1].path_length:
        raise path_errors.InvalidCertificateError("a path longer than its anchor allows")
    if not names_are_allowed(path):
        raise path_errors.InvalidCertificateError("a name that an authority above may not certify")
    return path


def _explain(error: Exception, certificate: x509.Certificate, moment: datetime) -> PathFinding:
    """Turn what the engine says into a sub-indication (EN 319 102-1 table 5 and 6)."""
    # EN 319 102-1 5.2.6.4: the engine knows which certificate failed and how; ETSI has a word for each.
    if isinstance(error, path_errors.PathBuildingError):
        return PathFinding("NO_CERTIFICATE_CHAIN_FOUND", "no-anchor", {"issuer": name_of(certificate.issuer)})
    if isinstance(error, path_errors.ExpiredError):
        # OUT_OF_BOUNDS is about the signer's own certificate; an authority that ended is a failure of the chain.
        own = error.is_ee_cert and not error.is_side_validation
        sub = "OUT_OF_BOUNDS_NO_POE" if own else "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        return PathFinding(sub, "expired" if own else "ca-expired", {"expired_at": certificate.not_valid_after})
    if isinstance(error, path_errors.NotYetValidError):
        return PathFinding("OUT_OF_BOUNDS_NO_POE", "not-yet-valid", {"moment": moment})
    if isinstance(error, path_errors.DisallowedAlgorithmError):
        # Never believed is final; "not any more" may be healed by a proof of existence from before (EN 319 102-1
        # 5.2.8).
        lasting = error.banned_since is None
        return PathFinding(
            "CRYPTO_CONSTRAINTS_FAILURE" if lasting else "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "weak-algorithm-in-chain"
        )
    # Constraints of the path (RFC 5280 6.1.4 k to o): authority, length, key usage, unknown critical extensions.
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
            meant = allows(public_key_info, algorithm)
            fits = meant and verify(public_key(holder), algorithm, signature, signed_data)
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
    # One False is final, whatever the dates of the others say.
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
