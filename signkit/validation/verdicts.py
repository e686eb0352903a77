"""From findings to verdicts: which indication and sub-indication, in which order of gravity (EN 319 102-1 5.1.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from signkit.jpki.attributes import read_attributes
from signkit.jpki.company import read_registration
from signkit.pdf.changes.values import Change, Gravity, Judgement
from signkit.pki.algorithms import SignatureAlgorithm
from signkit.pki.paths.trust_judge import PathJudgement
from signkit.pki.policy import Level, Policy, algorithm_ends
from signkit.validation.integrity import FORMAT_PROBLEMS, Checked
from signkit.validation.reasons import changes_reason, reason
from signkit.validation.report import Reason, Verdict
from signkit.validation.signing_services import is_service_key


@dataclass(frozen=True)
class Ruling:
    """A verdict with its sub-indication and reasons."""

    verdict: Verdict
    sub_indication: str | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def passed(self) -> bool:
        """TOTAL-PASSED."""
        return self.verdict is Verdict.PASSED


#: How far a timestamp service's clock may run ahead of what shows that the timestamp existed.
CLOCK_SKEW = timedelta(minutes=5)
#: Each with all before it.
LEVELS: tuple[Level, ...] = ("none", "B-B", "B-T", "B-LT", "B-LTA")


def rule(
    checked: Checked,
    changes: Judgement | None,
    path: PathJudgement | None,
    moment: datetime,
    policy: Policy,
    level: str,
) -> Ruling:
    """Weigh everything that was found on one signature or document timestamp."""
    integrity, changed = _integrity(checked), _changes(changes)
    # A forbidden change is proven; that something cannot be checked is not.
    if integrity and changed and checked.intact and changed.verdict is Verdict.FAILED:
        integrity = None  # what is proven counts more than what is not
    # From the bytes outwards (EN 319 102-1 5.2, 5.3): of a changed document nobody asks whose it was.
    found = (
        integrity
        or changed
        or _time(checked, moment)
        or _trust(path)
        or _accreditation(checked, path, policy)
        or _algorithms(checked, moment, policy)
        or _required_level(level, policy, checked)
        or Ruling(Verdict.PASSED)
    )
    if changes is not None and changes.permitted and changes.told:
        found = replace(found, reasons=(*found.reasons, changes_reason("changes-told", changes.told)))
    rehearsal = path is not None and path.label is not None and path.label.source == "rehearsal"
    return replace(found, reasons=(*found.reasons, reason("rehearsal"))) if rehearsal else found


def _integrity(checked: Checked) -> Ruling | None:
    """Format and cryptographic verification (5.2.2, 5.2.7)."""
    codes = list(dict.fromkeys(checked.problems))
    said = tuple(reason(code) for code in codes)
    # 5.2.2: what is no proper signature of this file fails, whatever else it says.
    if set(codes) & FORMAT_PROBLEMS:
        return Ruling(Verdict.FAILED, "FORMAT_FAILURE", said)
    part = checked.signer if checked.signer is not None else checked.timestamp.signer if checked.timestamp else None
    if part is not None and part.unreadable_key:
        return Ruling(Verdict.INDETERMINATE, "GENERIC", (*said, reason("key-unreadable")))
    if part is not None and part.unknown:
        return Ruling(Verdict.INDETERMINATE, "GENERIC", (*said, reason("algorithm-unknown", detail=part.unknown)))
    # 5.2.7: HASH_FAILURE.
    if "timestamp-imprint" in codes or (part is not None and part.digest_ok is False):
        return Ruling(Verdict.FAILED, "HASH_FAILURE", said or (reason("hash-mismatch"),))
    # 5.2.7: SIG_CRYPTO_FAILURE.
    if part is not None and part.signature_ok is False:
        return Ruling(Verdict.FAILED, "SIG_CRYPTO_FAILURE", said or (reason("signature-wrong"),))
    # 5.2.3: NO_SIGNING_CERTIFICATE_FOUND; without ESS the certificate could be exchanged.
    if {"signer-certificate-missing", "signing-certificate-mismatch"} & set(codes):
        return Ruling(Verdict.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND", said)
    # 5.2.7: SIGNED_DATA_NOT_FOUND.
    if "timestamp-content-missing" in codes or (part is not None and part.digest_ok is None):
        return Ruling(Verdict.INDETERMINATE, "SIGNED_DATA_NOT_FOUND", said or (reason("content-missing"),))
    # Any other defect forbids a pass: what is odd and not understood is INDETERMINATE.
    if codes or not checked.intact:
        return Ruling(Verdict.INDETERMINATE, "GENERIC", said or (reason("signature-not-checked"),))
    return None


def _changes(changes: Judgement | None) -> Ruling | None:
    """A change that is proven and not permitted fails; one that cannot be judged never passes."""
    if changes is None or changes.permitted:
        return None
    # 5.1.3: INDETERMINATE with GENERIC, where no sub-indication says it.
    if changes.permitted is None:
        found = changes.findings or (Change(Gravity.OTHER, "not-judged"),)
        return Ruling(Verdict.INDETERMINATE, "GENERIC", (changes_reason("changes-not-judged", found),))
    return Ruling(Verdict.FAILED, "FORMAT_FAILURE", (changes_reason("changes-not-permitted", changes.findings),))


def _time(checked: Checked, moment: datetime) -> Ruling | None:
    """A timestamp cannot be later than the validation, or than a later timestamp that covers it (5.4, 5.6.3).

    Nor can it be older than the certificate that made it: the service names that one (RFC 5816), not only its key.
    """
    time = checked.timestamp.time if checked.timestamp is not None else None
    made_by = checked.timestamp.signer.certificate if checked.timestamp and checked.timestamp.signer else None
    if time is not None and made_by is not None and made_by.not_valid_before - time > CLOCK_SKEW:
        words = reason("timestamp-before-certificate", time=time)
        return Ruling(Verdict.INDETERMINATE, "TIMESTAMP_ORDER_FAILURE", (words,))
    # Clocks differ by minutes; a stamp from the future proves no past.
    if time is None or time - moment <= CLOCK_SKEW:
        return None
    words = reason("timestamp-later", time=time, moment=moment)
    return Ruling(Verdict.INDETERMINATE, "TIMESTAMP_ORDER_FAILURE", (words,))


def _trust(path: PathJudgement | None) -> Ruling | None:
    if path is None:
        return Ruling(Verdict.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND", (reason("signer-certificate-missing"),))
    if path.good:
        return None
    assert path.code is not None
    return Ruling(Verdict.INDETERMINATE, path.sub_indication, (reason(path.code, **path.facts),))


def _accreditation(checked: Checked, path: PathJudgement | None, policy: Policy) -> Ruling | None:
    """A policy may accept timestamps of the services in imported lists only."""
    if checked.timestamp is None or policy.timestamp_authorities == "any":
        return None
    if path is not None and path.service is not None:
        return None
    words = reason("timestamp-not-accredited", tsa=checked.timestamp.tsa or "?")
    return Ruling(Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", (words,))


def _algorithms(checked: Checked, moment: datetime, policy: Policy) -> Ruling | None:
    """Cryptographic constraints at the proven time (5.2.8)."""
    part = checked.signer if checked.signer is not None else checked.timestamp.signer if checked.timestamp else None
    if part is None or part.algorithm is None or part.certificate is None:
        return None
    table = policy.algorithms
    # The key that checks and the signature's algorithm, then every digest that it rests on.
    ends: list[Any] = algorithm_ends(table, part.algorithm, part.certificate.public_key)
    if part.digest and part.algorithm.family not in ("ed25519", "ed448"):
        ends.append(table.digest_until(part.digest))
    # RFC 3161 2.4.2: a collision in the imprint's digest would let the stamp speak for other bytes.
    if checked.timestamp is not None and checked.timestamp.imprint_name:
        ends.append(table.digest_until(checked.timestamp.imprint_name))
    never = any(end is False for end in ends)
    late = any(end is not False and end is not None and moment > end for end in ends)
    if not never and not late:
        return None
    # No proof heals what was never believed; what is believed no more may have been made in time.
    sub = "CRYPTO_CONSTRAINTS_FAILURE" if never else "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    return Ruling(Verdict.INDETERMINATE, sub, (reason("weak-algorithm", algorithm=_name_of(part.algorithm)),))


def _name_of(algorithm: SignatureAlgorithm) -> str:
    return algorithm.name


def _required_level(level: str, policy: Policy, checked: Checked) -> Ruling | None:
    if checked.signer is None or policy.required_level == "none":
        return None
    have = level.removeprefix("PAdES-").removeprefix("CAdES-").replace("PKCS7-", "B-")
    # 5.2.8: a level that the policy demands is a constraint on the signature.
    if have in LEVELS and LEVELS.index(have) >= LEVELS.index(policy.required_level):
        return None
    words = reason("level-too-low", required=policy.required_level, level=level)
    return Ruling(Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", (words,))


def key_kind(certificate: Any, path: PathJudgement | None) -> str:
    """Whose key it is, as far as a trusted authority says: person, organisation, service, rehearsal, else unknown."""
    # Anybody can call himself a person: only a believed authority tells.
    if path is None or path.label is None:
        return "unknown"
    if is_service_key(certificate, path):
        return "service"
    if path.label.source not in ("user", "trust-list"):
        return "person" if path.label.source == "jpki" else path.label.source
    if read_registration(certificate) is not None:
        return "organisation"
    subject = certificate.subject.native
    if subject.keys() & {"given_name", "surname"}:
        return "person"
    return "organisation" if "organization_name" in subject else "unknown"


def identity(certificate: Any, path: PathJudgement | None) -> dict[str, Any] | None:
    """The four attributes (基本4情報) of a JPKI certificate that a named authority issued."""
    # Without an anchor the attributes are what anybody wrote into a certificate of his own.
    attributes = read_attributes(certificate) if path is not None and path.label is not None else None
    if attributes is None:
        return None
    return {
        "name": attributes.name,
        "address": attributes.address,
        "birth_date": attributes.birth_date.iso() if attributes.birth_date else None,
        "sex": attributes.sex,
    }
