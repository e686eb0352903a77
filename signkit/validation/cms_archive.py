"""Archive timestamps of one CMS signature: what each covers, and the times that they prove (ETSI EN 319 122-1 5.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asn1crypto import tsp

from signkit.cms import signed_data as cms
from signkit.cms.archive_timestamp import Index, IndexUnknown, InfoParts, covered_bytes
from signkit.cms.container import Parts
from signkit.cms.content import Content, UnknownDigest
from signkit.pki.algorithms import UnknownAlgorithm, digest_name
from signkit.pki.paths.pool import Pool
from signkit.validation.evidence_pool import signed_data_pool, split_revocation
from signkit.validation.integrity import Checked
from signkit.validation.judge import Judge, listed_service
from signkit.validation.reasons import reason
from signkit.validation.report import TimestampReport, Verdict
from signkit.validation.verdicts import rule

_SEQUENCE = b"\x30"


@dataclass(frozen=True)
class ArchiveTimestamp:
    """One archive timestamp, its mathematics done.

    Attributes:
        value: the token as it stands in the file.
        token: the checked token.
        index: what it covers; None where that cannot be read.
    """

    value: bytes
    token: cms.Timestamp
    index: Index | None


def archive_timestamps(parts: Parts, info: InfoParts, content: Content | None) -> tuple[ArchiveTimestamp, ...]:
    """Check the archive timestamps (v3) of one signature; without the content none can be checked."""
    return (
        tuple(_check_timestamp(parts, info, value, content) for value in info.archives) if content is not None else ()
    )


def _check_timestamp(parts: Parts, info: InfoParts, value: bytes, content: Content) -> ArchiveTimestamp:
    try:
        index = Index.in_token(value)
        missing = index.missing(parts, info)
        # The content's digest is made with the imprint's own algorithm (EN 319 122-1 5.5.3).
        digest = content.digest(_imprint_digest(value))
    except IndexUnknown:
        return _not_judged(value)
    except (ValueError, TypeError, UnknownAlgorithm, UnknownDigest, cms.NotCms):
        return ArchiveTimestamp(value, cms.Timestamp(None, None, False, ("timestamp-malformed",)), None)
    token = cms.timestamp(value, covered_bytes(parts, info, digest, index.der))
    # EN 319 122-1 5.5.2: each digest in the index is of something that has to be there.
    if missing:
        token = replace(token, intact=False, problems=(*token.problems, "archive-index"))
    return ArchiveTimestamp(value, token, index)


def _not_judged(value: bytes) -> ArchiveTimestamp:
    """What is not understood is no failure: its signature may hold, only what it covers is not known."""
    token = cms.timestamp(value, None)
    problems = [code for code in token.problems if code != "timestamp-content-missing"]
    return ArchiveTimestamp(value, replace(token, intact=False, problems=(*problems, "archive-index-unknown")), None)


def _imprint_digest(value: bytes) -> str:
    content = cms.encapsulated_content(cms.load(value))
    return digest_name(tsp.TSTInfo.load(b"".join(content or ()))["message_imprint"]["hash_algorithm"])


def is_archived(item: ArchiveTimestamp, parts: Parts, info: InfoParts, certificate: Any) -> bool:
    """Whether an archive timestamp covers a signature timestamp and evidence on the signer's ``certificate``."""
    if not item.token.intact or item.index is None or not any(map(item.index.covers_timestamp, info.timestamps)):
        return False
    left = InfoParts(info.fields, tuple(each for each in info.unsigned if item.index.covers_attribute(each)))
    kept = Parts(crls=tuple(item.index.covered_among(parts.crls)), signer_infos=(left.to_der(),))
    return signed_data_pool(cms.load(kept.to_der())).speaks_of(certificate)


class Proofs:
    """What the believed archive timestamps of one signature prove, judged from the newest to the oldest."""

    def __init__(self, judge: Judge, parts: Parts, info: InfoParts, archives: Sequence[ArchiveTimestamp]) -> None:
        self._judge = judge
        self._parts = parts
        self._info = info
        self._believed: list[tuple[Index, datetime]] = []
        # EN 319 102-1 5.6.3: from the newest to the oldest, each judged at the time that a later one proves.
        dated = sorted(archives, key=lambda item: (item.token.time is not None, item.token.time), reverse=True)
        self.reports: list[TimestampReport] = [self._report(item) for item in dated][::-1]

    @property
    def signature(self) -> datetime | None:
        """The earliest time that is proven for the signature itself."""
        return min((time for _, time in self._believed), default=None)

    def timestamp(self, value: bytes) -> datetime | None:
        """The earliest time that is proven for a timestamp among the unsigned attributes."""
        return min((time for index, time in self._believed if index.covers_timestamp(value)), default=None)

    def counter_signature(self, value: bytes) -> datetime | None:
        """The earliest time that is proven for a counter-signature."""
        return min((time for index, time in self._believed if index.covers_counter_signature(value)), default=None)

    def _report(self, item: ArchiveTimestamp) -> TimestampReport:
        """Judge one at the time that the later ones prove for it (EN 319 102-1 5.6.3), and believe it if it is good."""
        token, moment = item.token, self.timestamp(item.value) or self._judge.now
        path = self._judge.path(token.signer, "timestamp", moment, token.time)
        checked = Checked(None, timestamp=token, problems=token.problems)
        ruling = rule(checked, None, path, moment, self._judge.options.policy, "")
        if ruling.passed and token.time is not None and item.index is not None:
            # A stamp cannot prove more than what is proven of the stamp itself.
            time = min(token.time, moment)
            self._believed.append((item.index, time))
            self._judge.trust.prove(self._covered_evidence(item.index), time)
        return TimestampReport(
            token.time,
            token.tsa,
            ruling.verdict,
            ruling.sub_indication,
            ruling.reasons,
            "archive-time-stamp-v3",
            "whole-file",
            listed_service(path),
        )

    def _covered_evidence(self, index: Index) -> Pool:
        # Attribute certificates and other kinds are covered, but lead to no signer (RFC 5652 10.2.2).
        certificates = [der for der in index.covered_among(self._parts.certificates) if der[:1] == _SEQUENCE]
        return Pool.from_der(certificates, *split_revocation(index.covered_among(self._parts.crls)))


def old_archives(info: InfoParts) -> list[TimestampReport]:
    """Report the archive timestamps of older kinds: recognised, not judged, and so no proof of anything."""
    reports = []
    for name, value in info.old_archives:
        # Recognised, so that people see that it is there; its imprint is by other rules (TS 101 733 6.4).
        token = cms.timestamp(value, ())
        words = (reason("archive-timestamp-old"),)
        reports.append(
            TimestampReport(token.time, token.tsa, Verdict.INDETERMINATE, "GENERIC", words, name, "whole-file")
        )
    return reports
