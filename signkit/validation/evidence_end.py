"""Until when a judgement stays what it is: what it rests on ends, unless somebody renews it before.

The judge himself is asked, for moments after each end that lies ahead, with nothing but what the file holds: whatever
he takes into account (a timestamp's certificate, its authority, an algorithm by policy, a responder of stored evidence)
counts here as it will count then.  Only that revocation evidence gets out of date is no end: newer may be had as long
as the certificate has not ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from signkit.pki.algorithms import key_bits
from signkit.pki.anchors import TrustStore
from signkit.pki.distinguished_names import common_name, labelled_name
from signkit.pki.paths.known_certificates import KnownCertificate, known_certificate
from signkit.pki.paths.pool import Pool
from signkit.pki.policy import Algorithms
from signkit.validation.reasons import reason
from signkit.validation.report import EvidenceEnd, Reason, SignatureReport, TimestampReport, Verdict

#: What is judged in a file, in one order at every moment.
Judged = Sequence[SignatureReport | TimestampReport]
#: Ends beyond are no dates but "never".
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
#: Longer than the second of tolerance that pyHanko's validator of paths grants.
_INSTANT = timedelta(minutes=1)


@dataclass(frozen=True)
class _End:
    """A moment at which something ends that the judgement may rest on."""

    time: datetime
    why: Reason


def evidence_end(
    now: datetime,
    before: Judged,
    judged_at: Callable[[datetime], Iterable[SignatureReport | TimestampReport]],
    pool: Pool,
    trust: TrustStore,
    algorithms: Algorithms,
) -> EvidenceEnd | None:
    """Return the first end after which an item is judged worse than now; None where there is none, or nothing holds.

    Args:
        now: the moment of the judgement.
        before: what is judged then, with nothing but what the file holds.
        judged_at: judges it at another moment, likewise.
        pool: what the file holds.
    """
    if not before or not all(_may_hold(item) for item in before):
        return None
    ahead = {end.time: end for end in _ends(pool, trust, algorithms) if now < end.time < _NEVER}
    ends = [ahead[moment] for moment in sorted(ahead)]
    lost = _first(ends, lambda end: _is_worse(judged_at(end.time + _INSTANT), before))
    return EvidenceEnd(lost.time, lost.why) if lost is not None else None


def outside_end(certificate_end: datetime) -> EvidenceEnd:
    """Return the end of a signature whose revocation evidence the file does not hold.

    After its certificate's end nobody need tell of it any more (RFC 5280 3.3).
    """
    return EvidenceEnd(certificate_end, reason("evidence-outside"))


def _first(ends: Sequence[_End], is_lost: Callable[[_End], bool]) -> _End | None:
    """Return the first end after which it is lost, found by halves: what is lost once stays lost."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_lost(ends[middle]) else (middle + 1, high)
    return ends[low] if low < len(ends) else None


def _may_hold(item: SignatureReport | TimestampReport) -> bool:
    """Good, or nothing but word of revocation is missing: what cannot be had by everybody may come from others."""
    return item.verdict is Verdict.PASSED or item.sub_indication == "TRY_LATER"


def _is_worse(later: Iterable[SignatureReport | TimestampReport], before: Judged) -> bool:
    return any(
        not _may_hold(then) or (now.verdict is Verdict.PASSED and then.verdict is not Verdict.PASSED)
        for then, now in zip(later, before, strict=True)
    )


def _ends(pool: Pool, trust: TrustStore, algorithms: Algorithms) -> Iterator[_End]:
    certificates = list(_certificates(pool, trust))
    used = [each for item in certificates for each in _algorithms_of(item)]
    ending: dict[datetime, list[str]] = {}
    for name, bits, end in algorithms.ends():
        known = any(name == other and size >= bits for other, size in used)
        ending.setdefault(end, []).extend([f"{name} {bits}" if bits else name] if known else [])
    for end, names in ending.items():
        yield _End(
            end, reason("algorithm-ends", algorithm=", ".join(names)) if names else reason("some-algorithm-ends")
        )
    yield from (_End(item.not_after, _certificate_ends(item)) for item in certificates)


def _algorithms_of(item: KnownCertificate) -> Iterator[tuple[str, int]]:
    """Yield what a certificate is signed with, and what kind and size of key it certifies."""
    try:
        yield item.algorithm.digest or item.algorithm.family, 0
        key = item.certificate.public_key
        yield {"ec": "ecdsa", "rsassa_pss": "rsa-pss"}.get(key.algorithm, key.algorithm), key_bits(key)
    except Exception:  # hostile ASN.1, or an algorithm that is not known
        return


def _certificates(pool: Pool, trust: TrustStore) -> Iterable[KnownCertificate]:
    """The certificates of the file, those in its evidence, and the anchors that they may lead to."""
    brought = [*pool.certificates, *(item for answer in pool.answers for item in answer.certificates)]
    issuers = {item.issuer for item in brought}
    anchors = (
        known_certificate(each.dump()) for each in (*trust.certificates("signature"), *trust.certificates("timestamp"))
    )
    found = [*brought, *(item for item in anchors if item is not None and item.subject in issuers)]
    return {item.der: item for item in found}.values()


def _certificate_ends(item: KnownCertificate) -> Reason:
    extended = item.certificate.extended_key_usage_value
    usages = set(extended.native) if extended is not None else set()
    if item.is_authority:
        return reason("authority-ends", name=_name_of(item))
    if "time_stamping" in usages:
        return reason("timestamp-certificate-ends", name=_name_of(item))
    if "ocsp_signing" in usages:
        return reason("responder-ends", name=_name_of(item))
    return reason("certificate-ends")  # whose it is may not be told (signkit.jpki.certificates.is_opaque)


def _name_of(item: KnownCertificate) -> str:
    return common_name(item.certificate) or labelled_name(item.certificate.subject)
