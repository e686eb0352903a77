"""Judging a PDF: all its signatures and timestamps, each revision once, every proof of time used (EN 319 102-1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from signkit.cms.content import Beginnings
from signkit.limits import LimitExceeded, Meter, exhaustion
from signkit.pdf.changes.changes_judge import Changes
from signkit.pdf.changes.values import Gravity, Judgement, Rules
from signkit.pdf.embedded_contract import EmbeddedContract
from signkit.pdf.form import form_fields, text_string
from signkit.pdf.reading.document import PdfFile, Unreadable, View
from signkit.pdf.reading.syntax import Value
from signkit.pdf.security_store import security_store
from signkit.pdf.signatures import FoundSignature, find_signatures, holds_usage_rights
from signkit.pki.paths.pool import Pool
from signkit.validation.evidence_end import Judged, evidence_end, outside_end
from signkit.validation.evidence_pool import signed_data_pool
from signkit.validation.integrity import Checked, check
from signkit.validation.judge import Judge, Proof, listed_service, unreadable
from signkit.validation.options import TemplateCheck, ValidationOptions
from signkit.validation.parties import Parties
from signkit.validation.profile_registry import hold_against_registry
from signkit.validation.reasons import reason
from signkit.validation.report import (
    ContractParty,
    ContractReport,
    EvidenceEnd,
    Reason,
    Report,
    SignatureReport,
    TemplateMatch,
    TimestampReport,
    Verdict,
    worst,
)
from signkit.validation.template_match import FirstRevision, match_template
from signkit.validation.verdicts import rule
from signkit.validation.viewing import compare_looks

_ALLOWED = {
    "none": Gravity.NONE,
    "evidence": Gravity.EVIDENCE,
    "form": Gravity.FORM,
    "annotations": Gravity.ANNOTATIONS,
}
_NUMBERED = re.compile(r"#[0-9]+\Z")
# ISO 32000-2 table 257: P 1, 2 and 3; evidence may come under any of them (EN 319 142-1 5.5).
_DOC_MDP = {1: Gravity.EVIDENCE, 2: Gravity.FORM, 3: Gravity.ANNOTATIONS}


def validate_pdf(data: bytes, *, name: str, options: ValidationOptions) -> Report:
    """Judge a PDF given as bytes.  Whatever the bytes are, a report comes back, never an exception."""
    beginnings = Beginnings(data)
    blank = Report(name, "", "pdf", Verdict.UNREADABLE, options.moment(), options.policy.name)
    report = _judge_bounded(data, beginnings, options, blank)
    # Last: most of the file was digested for its signatures.
    return replace(report, sha256=beginnings.state("sha256", len(data)).hexdigest())


def _judge_bounded(data: bytes, beginnings: Beginnings, options: ValidationOptions, blank: Report) -> Report:
    if not data:
        return unreadable(blank, "empty")
    try:
        if len(data) > options.limits.bytes:
            raise LimitExceeded("bytes", options.limits.bytes)
        return _Pdf(data, beginnings, options, blank).report()
    except LimitExceeded as error:
        return unreadable(blank, "limit", detail=error.words)
    except Unreadable as error:
        facts = {} if error.is_plain else {"detail": error.detail}
        return unreadable(blank, error.code if error.is_plain else "malformed", **facts)
    except (RecursionError, MemoryError) as error:
        return unreadable(blank, "limit", detail=exhaustion(error))
    except Exception as error:  # the last line of defence: a defect of ours must not stop a batch
        return unreadable(blank, "internal", detail=type(error).__name__)


def _contract_report(contract: EmbeddedContract | None) -> ContractReport | None:
    """What the file says of itself, for people who look for a title and for the roles."""
    if contract is None:
        return None
    parties = tuple(ContractParty(party.role, party.label) for party in contract.parties)
    return ContractReport(contract.title, parties)


class _Pdf:
    """One PDF on its way to a report."""

    def __init__(self, data: bytes, beginnings: Beginnings, options: ValidationOptions, blank: Report) -> None:
        self._blank = blank
        self._options = options
        self._file = PdfFile(data, Meter(options.limits), options.password)
        self._found = find_signatures(self._file)
        self._changes = Changes(self._file, self._found)
        # Another process reads the pages for it, while all the rest is judged here.
        self._parties = Parties(self._file, self._found, options.expect, self._changes.doubts)
        self._checked = [item for found in self._found for item in check(self._file, found, beginnings)]
        self._stores = _Stores(self._file)
        self._brought: list[tuple[FoundSignature, Pool]] = []
        self._pool = self._pool_of()
        self._judge = Judge(options, self._pool, [item.signer or item.timestamp for item in self._checked])
        self._proofs: list[tuple[FoundSignature, datetime]] = []
        self._first = FirstRevision(self._file, self._changes, self._found)
        self._template = self._template_match()

    def _pool_of(self) -> Pool:
        """All evidence in the file; what each signature brings is noted in ``_brought``."""
        for item in self._checked:
            parts = [item.signer or item.timestamp, *(item.signer.tokens if item.signer else ())]
            for part in parts:
                if part is not None and part.signed_data is not None and item.found is not None:
                    self._brought.append((item.found, signed_data_pool(part.signed_data)))
        return sum((pool for _, pool in self._brought), self._stores.until(None))

    def _template_match(self) -> TemplateMatch | None:
        """Typeset the contract again, where that is asked for or the policy needs it."""
        check = self._options.template_check
        if check is None and (self._options.policy.party_basis != "page" or self._parties.contract is None):
            return None
        return match_template(self._first, self._parties.contract, check or TemplateCheck())

    def _is_confirmed(self, found: FoundSignature) -> bool:
        """Tell whether ``found`` signs the pages that the template and the contract data make."""
        made = self._template is not None and self._template.verdict in ("unaltered", "same-text")
        return made and self._first.is_shown_at(found.revision) is True

    def report(self) -> Report:
        report = replace(
            self._report(), template_match=self._template, contract=_contract_report(self._parties.contract)
        )
        if self._options.profile is None:
            return report
        return replace(report, profile=hold_against_registry(self._file, self._checked, report))

    def _report(self) -> Report:
        if not self._checked:
            if not isinstance(self._file.history.last.root, dict):
                raise Unreadable("no-catalog", "no document catalog")  # nothing shows that it was not signed
            if self._file.damaged:
                # Each reader mends it in its own way, and another one may find a signature.
                raise Unreadable("damaged", next(iter(self._file.problems), "cross-reference"))
            report = unreadable(self._blank, "not-signed")
            return replace(report, reasons=(*report.reasons, *self._usage_rights()))
        stamps = self._document_timestamps()
        # A document timestamp proves time; it is nobody's consent.
        signatures = [self._of_party(item) for item in self._signed]
        missing = tuple(reason("party-missing", role=role) for role in self._parties.missing(signatures))
        verdicts = [item.verdict for item in signatures] + [item.verdict for item in stamps]
        return replace(
            self._blank,
            verdict=worst([*verdicts, Verdict.INDETERMINATE] if missing else verdicts),
            signatures=tuple(signatures),
            document_timestamps=tuple(stamps),
            reasons=(*missing, *self._usage_rights()),
            evidence_until=self._evidence_end(signatures, stamps),
        )

    @property
    def _signed(self) -> list[Checked]:
        return [item for item in self._checked if item.timestamp is None and not self._is_stamp(item)]

    def _evidence_end(self, signatures: list[SignatureReport], stamps: list[TimestampReport]) -> EvidenceEnd | None:
        """Until when all of it stays judged so; evidence from outside can be had again until its certificate ends."""
        options, now = self._options, self._judge.now
        held: Judged = [*signatures, *stamps] if self._judge.has_held_alone else [*self._judged_at(now)]
        end = evidence_end(now, held, self._judged_at, self._pool, options.trust, options.policy.algorithms)
        if end is None:
            return None
        outside = [
            outside_end(item.signer.certificate.not_valid_after)
            for item, before, report in zip(self._signed, held, signatures, strict=False)
            if item.signer is not None and before.sub_indication == "TRY_LATER" and report.verdict is Verdict.PASSED
        ]
        return min([end, *(each for each in outside if each.time > now)], key=lambda each: each.time)

    def _judged_at(self, moment: datetime) -> Iterator[SignatureReport | TimestampReport]:
        """Judge signatures and document timestamps at another moment, by what the file holds, as far as is asked."""
        other = copy(self)
        other._judge, other._proofs = self._judge.at(moment, self._pool), []
        stamps = other._document_timestamps()
        yield from (other._signature(item) for item in self._signed)
        yield from stamps

    def _usage_rights(self) -> tuple[Reason, ...]:
        return (reason("usage-rights"),) if holds_usage_rights(self._file) else ()

    @staticmethod
    def _is_stamp(item: Checked) -> bool:
        return item.found is not None and item.found.kind == "timestamp"

    def _document_timestamps(self) -> list[TimestampReport]:
        """From the newest to the oldest: each is judged at the time that the next one proves (EN 319 102-1 5.6.3)."""
        reports = []
        for item in reversed([item for item in self._checked if self._is_stamp(item)]):
            assert item.found is not None
            # EN 319 102-1 5.6.3: what no later timestamp proves is judged now.
            moment = self._proven_at(item.found) or self._judge.now
            token = item.timestamp
            path = self._judge.path(token.signer if token else None, "timestamp", moment, token.time if token else None)
            changes = self._judged_changes[id(item.found)]
            ruling = rule(item, changes, path, moment, self._options.policy, "")
            time, tsa = (token.time, token.tsa) if token else (None, None)
            # A timestamp over a part only proves nothing of the whole.
            if ruling.passed and time is not None and item.found.coverage != "partial":
                self._believe(item.found, min(time, moment))
            reports.append(
                TimestampReport(
                    time,
                    tsa,
                    ruling.verdict,
                    ruling.sub_indication,
                    ruling.reasons,
                    item.found.field,
                    item.found.coverage,
                    listed_service(path),
                )
            )
        return reports[::-1]

    def _believe(self, stamp: FoundSignature, time: datetime) -> None:
        """A believed timestamp proves the age of everything it covers: signatures, and the evidence stored by then."""
        self._proofs.append((stamp, time))
        self._judge.trust.prove(self._stores.until(stamp.revision), time)
        for found, pool in self._brought:
            # Only what lay before its end was covered by the stamp.
            if found.end < stamp.end:
                self._judge.trust.prove(pool, time)

    def _proven_at(self, found: FoundSignature) -> datetime | None:
        """The earliest time that a believed document timestamp proves for what ``found`` signs."""
        # Covered means that the stamp was made over the file with it inside: by the place of its end.
        times = [time for stamp, time in self._proofs if stamp.end > found.end]
        return min(times, default=None)

    def _signature(self, item: Checked) -> SignatureReport:
        assert item.found is not None
        changes = self._judged_changes[id(item.found)]
        time = self._proven_at(item.found)
        proof = Proof(time, "document-timestamp") if time else None
        kind = "certification" if _doc_mdp(self._file, item.found) is not None else "approval"
        return self._judge.signature(item, changes, proof, self._level(item), kind)

    def _of_party(self, item: Checked) -> SignatureReport:
        assert item.found is not None
        report = self._signature(item)
        certificate = item.signer.certificate if item.signer else None
        confirmed = self._is_confirmed(item.found)
        return self._parties.judge(report, item.found, certificate, self._options.policy, confirmed=confirmed)

    @cached_property
    def _judged_changes(self) -> dict[int, Judgement]:
        """What came after each signature, by the identity of where it was found: by rules first, then by looks."""
        found = list({id(item.found): item.found for item in self._checked if item.found is not None}.values())
        judged = [(each, self._changes.after(each, self._rules(each))) for each in found]
        looked = compare_looks(self._file, judged, self._options.pictures)
        return {id(each): judgement for each, judgement in zip(found, looked, strict=True)}

    def _rules(self, found: FoundSignature) -> Rules:
        """What the document's own rules allow after ``found``: those of all signatures up to it.

        A document timestamp sets no rules, and none are held against it but the policy's.
        """
        if found.kind == "timestamp":
            return Rules(_ALLOWED[self._options.policy.allowed_changes])
        levels, locks = [], []
        for other in self._found:
            # Rules bind what comes after: the lock of a later signature says nothing of what was done before.
            if other.end and other.end <= found.end:
                permission = _doc_mdp(self._file, other)
                levels += [] if permission is None else [_DOC_MDP.get(permission, Gravity.FORM)]
                for lock in _locks(self._file, other):
                    locks.append(lock)
                    # Table 236: /P in a lock dictionary restricts as a certification does (PDF 2.0).
                    levels += [_DOC_MDP[lock["/P"]]] if lock.get("/P") in _DOC_MDP else []
        # The strictest of all rules counts; without any, the policy's.
        allowed = min(levels, default=_ALLOWED[self._options.policy.allowed_changes])
        return Rules(allowed, bool(levels), _lock_test(locks, self._single) if locks else None, self._left_open(found))

    @cached_property
    def _single(self) -> frozenset[str]:
        """The names that hold a full stop of their own, and so are no child's."""
        return frozenset(item.name for item in form_fields(self._file.history.last) if item.has_stop)

    def _left_open(self, found: FoundSignature) -> Callable[[str], bool] | None:
        """The fields that one who certified and allows filling the form left open by saying which ones stay."""
        permission = _doc_mdp(self._file, found)
        locks = _locks(self._file, found)
        # Who certified with P 1 left nothing open.
        if permission is None or permission < 2 or not locks:
            return None
        stays = _lock_test(locks, self._single)
        # A lock of nothing says of no field that the others are open.
        if not any(stays(item.name) for item in form_fields(_own_view(self._file, found))):
            return None
        return lambda name: not stays(name)

    def _level(self, item: Checked) -> str:
        """The baseline level that the file holds material for (EN 319 142-1 6.3)."""
        signer, found = item.signer, item.found
        if signer is None or found is None:
            return "unknown"
        stamps = [
            other.found for other in self._checked if other.timestamp is not None and other.intact and other.found
        ]
        later = [stamp for stamp in stamps if stamp.end > found.end]
        timed = bool(later) or any(token.is_one for token in signer.timestamps)
        if found.sub_filter == "adbe.x509.rsa_sha1":  # a bare PKCS #1 value (ISO 32000-2 12.8.3.2)
            return "unknown"
        # EN 319 142-1 6.3: baseline signatures have ETSI.CAdES.detached; the others are CMS as ISO 32000-1 knew it.
        if not found.sub_filter.startswith("ETSI."):
            return "PKCS7-T" if timed else "PKCS7-B"
        # EN 319 142-1 6.3: signing-certificate is mandatory at every level.
        if signer.ess != "present":
            return "unknown"
        stored = self._stores.first_after(found.revision, signer.certificate)
        if not timed:
            return "PAdES-B-B"
        if stored is None:
            return "PAdES-B-T"
        # EN 319 142-1 6.3: B-LTA has a document timestamp over the stored evidence.
        archived = any(stamp.revision is not None and stamp.revision >= stored for stamp in later)
        return "PAdES-B-LTA" if archived else "PAdES-B-LT"


class _Stores:
    """The document security stores of all revisions: what was added, and when.

    All of it is evidence; but what is not in the store any more gives no level.
    """

    def __init__(self, file: PdfFile) -> None:
        self._added: list[tuple[int, Pool]] = []
        self._kept: list[tuple[int, Pool]] = []
        known: set[bytes] = set()
        last = {der for part in security_store(file.history.last) for der in part}
        for index in range(len(file.history)):
            # By what is new in each revision: the age of evidence is that of the revision that added it.
            fresh = [[der for der in part if der not in known] for part in security_store(file.history.view(index))]
            if any(fresh):
                known.update(der for part in fresh for der in part)
                self._added.append((index, Pool.from_der(*fresh)))
                kept = [[der for der in part if der in last] for part in fresh]
                self._kept.append(self._added[-1] if kept == fresh else (index, Pool.from_der(*kept)))

    def first_after(self, revision: int | None, certificate: Any) -> int | None:
        """Return the first revision after ``revision`` that added lasting revocation evidence on ``certificate``."""
        found = (
            index
            for index, pool in self._kept
            if revision is not None and index > revision and pool.speaks_of(certificate)
        )
        return next(found, None)

    def until(self, revision: int | None) -> Pool:
        """Return all evidence stored up to ``revision`` (None: the last one), each once."""
        return sum((pool for index, pool in self._added if revision is None or index <= revision), Pool())


def _references(file: PdfFile, found: FoundSignature, method: str) -> Iterable[dict[str, Value]]:
    """Yield the parameters by which a signature says what may change, as they were when it was made."""
    # What may change was said when it was signed; a later revision cannot loosen it.
    view = _own_view(file, found)
    signed = view.resolve(found.ref) if found.ref else None
    references = view.resolve((signed if isinstance(signed, dict) else found.entries).get("/Reference"))
    for item in references if isinstance(references, list) else []:
        entries = view.resolve(item)
        if isinstance(entries, dict) and view.resolve(entries.get("/TransformMethod")) == method:
            parameters = view.resolve(entries.get("/TransformParams"))
            yield _plain_lock(view, parameters) if isinstance(parameters, dict) else {}


def _own_view(file: PdfFile, found: FoundSignature) -> View:
    return file.history.last if found.revision is None else file.history.view(found.revision)


def _locks(file: PdfFile, found: FoundSignature) -> list[dict[str, Value]]:
    """What the signature and its field lock (12.7.5.5, 12.8.2.4)."""
    view = _own_view(file, found)
    return [*(_plain_lock(view, lock) for lock in found.locks), *_references(file, found, "/FieldMDP")]


def _plain_lock(view: View, lock: dict[str, Value]) -> dict[str, Value]:
    """A lock with all that it refers to."""
    plain = {key: view.resolve(value) for key, value in lock.items()}
    return {
        key: [view.resolve(each) for each in value] if isinstance(value, list) else value
        for key, value in plain.items()
    }


def _doc_mdp(file: PdfFile, found: FoundSignature) -> int | None:
    """Return P of a certification signature (default 2, ISO 32000-2 table 257)."""
    for parameters in _references(file, found, "/DocMDP"):
        permission = parameters.get("/P", 2)
        # A P that cannot be read is taken as the strictest.
        return permission if permission in _DOC_MDP else 1
    return None


def _lock_test(locks: list[dict[str, Value]], single: AbstractSet[str]) -> Callable[[str], bool]:
    """Return a test whether any of the rules locks a field (ISO 32000-2 table 259); a name covers its children.

    A rule that locks covers those of ``single`` too whose names only look like a child's; one that excepts does not.
    """

    def is_covered(name: str, fields: list[Value], action: Value) -> bool:
        names = [text_string(item) for item in fields if isinstance(item, bytes)]
        child = action == "/Include" or name not in single
        # 12.7.4.2: a child's full name is its parent's with a full stop and its own.
        return any(name == item or (child and name.startswith(item + ".")) for item in names)

    def is_locked(name: str) -> bool:
        for lock in locks:
            action, fields = lock.get("/Action"), lock.get("/Fields")
            named = isinstance(fields, list) and all(isinstance(item, bytes) for item in fields)
            if action not in ("/Include", "/Exclude") or not isinstance(fields, list) or not named:
                # A lock that cannot be read locks everything: an attacker gains nothing by breaking it.
                return True  # all, or what cannot be read
            if is_covered(name, fields, action) is (action == "/Include"):
                return True
        return False

    # Of two fields of one name the second is told apart by a number, which the lock does not know.
    return lambda name: is_locked(name) or is_locked(_NUMBERED.sub("", name))
