"""What the judgement of PDF and CMS files shares: timestamps, the best proven time, the ruling on one signature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from signkit.cms import signed_data as cms
from signkit.jpki.certificates import is_opaque
from signkit.jpki.company import read_registration
from signkit.pdf.changes.values import Judgement
from signkit.pdf.dates import parse_date
from signkit.pki.distinguished_names import common_name, issuer_name
from signkit.pki.paths.outcome import RevocationStatus
from signkit.pki.paths.pool import Pool
from signkit.pki.paths.trust_judge import PathJudgement, TrustJudge
from signkit.pki.revocation.indexed import is_local
from signkit.validation.customers import CustomerFinding
from signkit.validation.evidence_pool import fetched_pool
from signkit.validation.integrity import Checked
from signkit.validation.options import ValidationOptions
from signkit.validation.reasons import reason
from signkit.validation.report import (
    FileError,
    Reason,
    Report,
    ServiceReport,
    SignatureReport,
    SignerReport,
    TimestampReport,
    Verdict,
)
from signkit.validation.signing_services import is_organisation, is_service_key, service_reasons
from signkit.validation.verdicts import CLOCK_SKEW, LEVELS, Ruling, identity, key_kind, rule


def unreadable(blank: Report, code: str, **facts: object) -> Report:
    """Return the report of a file that could not be judged; one without a signature was read, so it has no error."""
    words = reason(code, **facts)
    if code == "not-signed":
        return replace(blank, verdict=Verdict.NOT_SIGNED, reasons=(words,))
    return replace(blank, verdict=Verdict.UNREADABLE, error=FileError(code, words.text))


@dataclass(frozen=True)
class Proof:
    """A proof that bytes existed at a time."""

    time: datetime
    source: str


class Judge:
    """What PDF and CMS files share: timestamps, the best proven time, and the ruling on one signature.

    ``parts``: the signatures and timestamps that will be judged, whose certificates are asked about first.
    """

    def __init__(
        self,
        options: ValidationOptions,
        pool: Pool,
        parts: Iterable[cms.CheckedSigner | cms.Timestamp | None] = (),
        *,
        foreseen_at: datetime | None = None,
    ) -> None:
        self.options = options
        self.now = options.moment()
        # Offline is a promise: no socket, also not by a plug-in.
        sources = [source for source in options.revocation if not options.offline or is_local(source)]
        signing = [certificate for part in parts for certificate in cms.signing_certificates(part)]
        fetched = fetched_pool(pool, options, sources, signing) if sources else Pool()
        #: Whether nothing was found beside what the file holds.
        self.has_held_alone = fetched.is_empty
        self._held, self._is_ahead = pool, foreseen_at is not None
        pool += fetched
        self.trust = TrustJudge(options.policy, options.trust, pool.distinct(), self.now, foreseen_at=foreseen_at)

    def at(self, moment: datetime, pool: Pool) -> Judge:
        """Return the judge of a moment ahead, who asks nobody and has this evidence alone."""
        return Judge(replace(self.options, at=moment, revocation=()), pool, foreseen_at=self.now)

    def timestamp(self, token: cms.Timestamp, moment: datetime) -> TimestampReport:
        """Judge a signature timestamp that is proven to exist at ``moment``."""
        checked = Checked(None, timestamp=token, problems=token.problems)
        path = self.path(token.signer, "timestamp", moment, token.time)
        # EN 319 102-1 5.4: a timestamp is judged like a signature, at the time at which it is known to exist.
        ruling = rule(checked, None, path, moment, self.options.policy, "")
        service = listed_service(path)
        return TimestampReport(
            token.time, token.tsa, ruling.verdict, ruling.sub_indication, ruling.reasons, service=service
        )

    def path(
        self, signer: cms.CheckedSigner | None, purpose: str, moment: datetime, used_at: datetime | None = None
    ) -> PathJudgement | None:
        """Judge the signer's certificate; ``used_at``: see `signkit.pki.paths.trust_judge.TrustJudge.judge`."""
        if signer is None or signer.certificate is None:
            return None
        return self.trust.judge(signer.certificate, purpose, moment, used_at)

    def signature(
        self, checked: Checked, changes: Judgement | None, proof: Proof | None, level: str, kind: str
    ) -> SignatureReport:
        """Judge one signature; ``proof`` is the document timestamp that covers it, if there is one."""
        signer = checked.signer
        covered_at = proof.time if proof else self.now
        timestamps = tuple(self.timestamp(token, covered_at) for token in signer.timestamps) if signer else ()
        # EN 319 102-1 5.5.4: only a timestamp that passed moves the best time of signing.
        times = [Proof(t.time, "signature-timestamp") for t in timestamps if t.verdict is Verdict.PASSED and t.time]
        # The earliest proof counts: the signature cannot be younger than any of them.
        best = min((*times, *([proof] if proof else [])), key=lambda p: p.time, default=None)
        moment = min(best.time, self.now) if best else self.now
        # Of a signature that does not hold the path says nothing: anybody can put a certificate beside it.
        path = self.path(signer, "signature", moment) if checked.intact else None
        ruling = rule(checked, changes, path or _no_path(signer), moment, self.options.policy, level)
        if (
            timestamps
            and not times
            # Each of these a believed timestamp would have healed: people are told what was missing.
            and ruling.sub_indication in ("OUT_OF_BOUNDS_NO_POE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "TRY_LATER")
        ):
            ruling = Ruling(ruling.verdict, ruling.sub_indication, (*ruling.reasons, reason("timestamp-not-believed")))
        if ruling.passed:
            ruling = self._disorder(signer, moment) or ruling
        if ruling.passed:
            lacking = self._lacking(level, best, proof, signer, moment)
            if lacking:
                ruling = Ruling(Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", (*lacking, *ruling.reasons))
        return SignatureReport(
            field=checked.found.field if checked.found else None,
            type=kind,
            verdict=ruling.verdict,
            sub_indication=ruling.sub_indication,
            reasons=(
                *ruling.reasons,
                *service_reasons(signer.certificate if signer else None, path),
                *_status_reasons(path, passed=ruling.passed),
            ),
            intact=checked.comparison,
            level=level,
            signature_algorithm=signer.algorithm.name if signer and signer.algorithm else None,
            claimed_time=_claimed_time(checked),
            best_time=best.time if best else None,
            best_time_source=best.source if best else None,
            signer=self._signer(signer, path),
            coverage=checked.found.coverage if checked.found else None,
            changes_after=changes.level.word if changes else None,
            changes_permitted=changes.permitted if changes else None,
            revocation=path.revocation if path else RevocationStatus(),
            customer=self._customer(signer, path),
            timestamps=tuple(sorted(timestamps, key=lambda t: (t.time is None, t.time))),
        )

    def _disorder(self, signer: cms.CheckedSigner | None, moment: datetime) -> Ruling | None:
        """Whether a content timestamp is later than the signature that holds it is proven to be (EN 319 102-1 5.5.4).

        One of two services, or a clock, is wrong then: nothing shows which.
        """
        for token in signer.content_timestamps if signer is not None else ():
            # Asked of its own time: who judges it at an earlier one finds no more than that it is later.
            is_believed = self.timestamp(token, token.time or self.now).verdict is Verdict.PASSED
            if token.time is not None and is_believed and token.time - moment > CLOCK_SKEW:
                words = reason("timestamp-later", time=token.time, moment=moment)
                return Ruling(Verdict.INDETERMINATE, "TIMESTAMP_ORDER_FAILURE", (words,))
        return None

    def _lacking(
        self, level: str, best: Proof | None, proof: Proof | None, signer: cms.CheckedSigner | None, moment: datetime
    ) -> tuple[Reason, ...]:
        """What the policy demands and nothing believed gives: anybody can put material for a level into a file."""
        policy = self.options.policy
        if best is None and policy.timestamp_authorities == "listed":
            return (reason("accredited-timestamp-missing"),)
        wanted = LEVELS.index(policy.required_level)
        proven = 1 if best is None else 4 if proof is not None else 3
        # What a source says now is not in the file, and nobody may say it later.
        if min(wanted, proven) > LEVELS.index("B-T") and not self._is_held_good(signer, moment):
            proven = LEVELS.index("B-T")
        if wanted <= proven:
            return ()
        facts = {"required": policy.required_level, "level": level, "proven": LEVELS[proven]}
        return (reason("level-not-proven", **facts),)

    def _is_held_good(self, signer: cms.CheckedSigner | None, moment: datetime) -> bool:
        """Whether evidence in the file itself shows that the signer's certificate was good."""
        if signer is None or signer.certificate is None:
            return False
        alone = self.trust.with_evidence(self._held)
        path = alone.judge(signer.certificate, "signature", moment)
        # Of a moment ahead only its own end counts: newer evidence may be had by then.
        return path.good and (path.revocation.status == "good" or self._is_ahead)

    def _customer(self, signer: cms.CheckedSigner | None, path: PathJudgement | None) -> CustomerFinding | None:
        if self.options.customers is None:
            return None
        certificate = signer.certificate if signer else None
        if is_service_key(certificate, path):  # it names the service, whoever told it to sign
            return CustomerFinding("no-identity", None, ("witness-listed",))
        return self.options.customers.find(certificate, path)

    def _signer(self, signer: cms.CheckedSigner | None, path: PathJudgement | None) -> SignerReport:
        certificate = signer.certificate if signer else None
        if certificate is None:
            return SignerReport(None, None)
        return SignerReport(
            # 公的個人認証: the common name of such a certificate is a number, which is told only when asked for.
            None if is_opaque(certificate) and not self.options.identity else common_name(certificate),
            issuer_name(certificate),
            key_kind(certificate, path),
            identity(certificate, path) if self.options.identity else None,
            path.label.source if path and path.label else None,
            listed_service(path),
            read_registration(certificate),
            is_organisation(certificate),
        )


def _status_reasons(path: PathJudgement | None, *, passed: bool) -> tuple[Reason, ...]:
    """Say what an operator's word shows and what not, where the judgement rests on it."""
    if path is None or not passed or (path.revocation.source, path.revocation.status) != ("operator", "good"):
        return ()
    return (reason("status-only", produced_at=path.revocation.produced_at),)


def listed_service(path: PathJudgement | None) -> ServiceReport | None:
    """Return the service of an imported list that a path ends at, for the report."""
    found = path.service if path is not None else None
    return ServiceReport(found.provider, found.name, found.listed_in) if found is not None else None


def _claimed_time(checked: Checked) -> datetime | None:
    """Return what the signer says: the dictionary's /M (ETSI EN 319 142-1 5.3), else the signed attribute."""
    stated = parse_date(checked.found.entries.get("/M")) if checked.found else None
    return stated or (checked.signer.claimed_time if checked.signer else None)


def _no_path(signer: cms.CheckedSigner | None) -> PathJudgement | None:
    return None if signer is None or signer.certificate is None else PathJudgement("GENERIC", "signature-not-checked")
