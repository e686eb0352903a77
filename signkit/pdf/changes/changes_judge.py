"""What changed after a signature, and whether that was allowed (ISO 32000-2 12.8.2.2, 12.8.2.4; ETSI EN 319 142-1 5.5).

Each step from one revision to the next is judged once, for all signatures before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from signkit.pdf.changes.context import Context
from signkit.pdf.changes.covering import ShownContent
from signkit.pdf.changes.field_changes import was_filled
from signkit.pdf.changes.revision_state import RevisionState
from signkit.pdf.changes.role_rules import RULES
from signkit.pdf.changes.step import step_changes
from signkit.pdf.changes.unexplained import after_last, unexplained_bytes
from signkit.pdf.changes.values import UNJUDGED, WAITED_OVER_TEXT, Change, Gravity, Judgement, Rules
from signkit.pdf.reading.document import PdfFile, View
from signkit.pdf.reading.doubts import Doubts
from signkit.pdf.reading.graph import Referrers
from signkit.pdf.signatures import FoundSignature


class Changes:
    """All steps of one file, each judged at most once.

    Attributes:
        doubts: about how the file is read.
    """

    def __init__(self, file: PdfFile, signatures: Iterable[FoundSignature]) -> None:
        self._file = file
        # 12.8.1: only a signature over all of its revision makes the field of that revision a signed one.
        self._signed = [
            (found.revision, found.field_ref.number) for found in signatures if found.field_ref and _is_whole(found)
        ]
        self._steps: dict[int, tuple[Change, ...]] = {}
        self._states: dict[int, RevisionState] = {}
        self._referrers: Referrers | None = None
        self._shown = ShownContent()
        self.doubts = Doubts(file)

    def after(self, found: FoundSignature, rules: Rules) -> Judgement:
        """Judge everything that was done to the file after ``found`` was made."""
        if found.coverage == "whole-file":
            return Judgement(Gravity.NONE, True)
        # EN 319 142-1 5.5, ISO 32000-2 12.8.2.2.2: what changed can only be told against the revision that was signed.
        if found.revision is None or found.coverage == "partial":
            change = Change(Gravity.OTHER, "revision-unknown")
            return Judgement(Gravity.OTHER, None, (change,))
        changes: list[Change] = []
        # Step by step, as each was made: a change that was taken back later was there in between.
        for index in range(found.revision, len(self._file.history) - 1):
            changes += self._step(index) or (Change(Gravity.NONE, "nothing-seen", f"revision {index + 2}"),)
        changes += after_last(self._file)
        changes += self._doubts_about(
            found.revision, found.end
        )  # last: a part of them comes of looking at all the rest
        changes = [change for change in changes if not self._is_first_filling(change, found.revision)]
        return _judgement_of(changes, rules)

    def _is_first_filling(self, change: Change, revision: int) -> bool:
        """Whether a field that is overwritten was empty when this person signed: to them it was filled in once."""
        if change.code != "field-overwritten" or change.field is None:
            return False
        # To the second signer the first signer's words are part of what he signed.
        return not was_filled(RevisionState(self._file.history.view(revision)), change.field)

    def between(self, first: int, last: int, rules: Rules) -> Judgement:
        """Judge what came to revision ``first`` up to and with revision ``last``."""
        changes = [change for index in range(first, last) for change in self._step(index)]
        changes += self._doubts_about(first, self._file.history.end_before(first + 1))
        return _judgement_of(changes, rules)

    def _doubts_about(self, revision: int, end: int) -> list[Change]:
        doubts = self.doubts.after(revision, end)
        return [Change(Gravity.OTHER, "not-judged", f"{doubt.code}: {doubt.where}") for doubt in doubts]

    def _step(self, index: int) -> tuple[Change, ...]:
        if index not in self._steps:
            self._file.meter.check_time()
            history = self._file.history
            before, after = self._state(index), self._state(index + 1)
            found = unexplained_bytes(self._file, after.view)
            if self._referrers is None:
                self._referrers = Referrers(history)
            signed_now = {number for revision, number in self._signed if revision == index + 1}
            context = Context(before, after, self._referrers, self._shown, signed_now, self._signed_first())
            self._steps[index] = (*found, *step_changes(context))
        return self._steps[index]

    def _signed_first(self) -> View | None:
        revisions = [revision for revision, _ in self._signed if revision is not None]
        return self._file.history.view(min(revisions)) if revisions else None

    def _state(self, index: int) -> RevisionState:
        """Return a state; the one before it is kept besides, no others: a file may have thousands of revisions."""
        if index not in self._states:
            self._states = {at: state for at, state in self._states.items() if at == index - 1}
            self._states[index] = RevisionState(self._file.history.view(index))
        return self._states[index]


def _is_whole(found: FoundSignature) -> bool:
    """Whether a signature was made over all of its revision, as far as its form shows."""
    # A field counts as signed by that revision only if that signature covers it whole (12.8.1).
    return found.byte_range is not None and found.coverage != "partial" and not found.problems


#: What is permitted where no certification rules, and told.
_TOLD = ("metadata-changed", "evidence-removed", "signature-over-text", WAITED_OVER_TEXT)


def _judgement_of(changes: list[Change], rules: Rules) -> Judgement:
    level = max((change.level for change in changes), default=Gravity.NONE)
    findings = [change for change in changes if change.level > rules.allowed or _is_forbidden(change, rules)]
    proven = [change for change in findings if change.code not in UNJUDGED]
    # "Cannot be judged" never passes; a proven breach is said although other things cannot be judged.
    permitted = False if proven else None if any(change.code in UNJUDGED for change in changes) else True
    told = [change for change in changes if _is_told(change, rules) and change not in findings]
    return Judgement(level, permitted, *(tuple(dict.fromkeys(each)) for each in (findings, told, changes)))


def _is_forbidden(change: Change, rules: Rules) -> bool:
    """What no level allows: locked fields, filled ones, and what a certification forbids besides."""
    # 12.8.2.4: FieldMDP locks by name; signing an unsigned locked field is a change of it as well.
    if change.field is not None and change.level >= Gravity.FORM and rules.locked and rules.locked(change.field):
        return "field-locked" in RULES
    # PDF has no rule against overwriting (table 257, P 2); a person's signature makes what was filled in part of the
    # deal.
    if change.code == "field-overwritten":
        return not (rules.left_open and rules.left_open(change.field or ""))
    if change.code == "metadata-changed":
        # Table 257 names what each P permits; metadata is not among it.
        return rules.certified and "certified-metadata" in RULES
    return rules.certified and change.code == "signature-over-text"


def _is_told(change: Change, rules: Rules) -> bool:
    """What is told may hide what stood there; after a certification no signature may, wherever its field waited."""
    return change.code in _TOLD and not (rules.certified and change.code == WAITED_OVER_TEXT)
