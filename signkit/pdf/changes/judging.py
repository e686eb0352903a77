"""What changed after a signature, and whether that was allowed (ISO 32000-2 12.8.2.2, 12.8.2.4; ETSI EN 319 142-1 5.5).

Each step from one revision to the next is judged once, for all signatures before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from signkit.pdf.changes.comparison import OVER_TEXT, Comparison, State
from signkit.pdf.changes.covering import ShownContent
from signkit.pdf.changes.unexplained import after_last, unexplained_bytes
from signkit.pdf.changes.values import Change, Judgement, Level, Rules
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.doubts import Doubts
from signkit.pdf.reading.graph import Referrers
from signkit.pdf.signatures import FoundSignature


class Changes:
    """All steps of one file, each judged at most once."""

    def __init__(self, file: PdfFile, signatures: Iterable[FoundSignature]) -> None:
        self._file = file
        self._signed_refs = {found.field_ref for found in signatures if found.field_ref}
        self._steps: dict[int, tuple[Change, ...]] = {}
        self._states: dict[int, State] = {}
        self._referrers: Referrers | None = None
        self._shown = ShownContent()
        self._doubts = Doubts(file)

    def after(self, found: FoundSignature, rules: Rules) -> Judgement:
        """Judge everything that was done to the file after ``found`` was made."""
        if found.coverage == "whole-file":
            return Judgement(Level.NONE, True)
        if found.revision is None or found.coverage == "partial":
            change = Change(Level.OTHER, "revision-unknown")
            return Judgement(Level.OTHER, None, (change,))
        changes: list[Change] = []
        for index in range(found.revision, len(self._file.history) - 1):
            changes += self._step(index)
        changes += after_last(self._file)
        for doubt in self._doubts.after(
            found.revision, found.end
        ):  # last: a part of them comes of looking at all the rest
            changes.append(Change(Level.OTHER, "not-judged", f"{doubt.code}: {doubt.where}"))
        return _judged(changes, rules)

    def _step(self, index: int) -> tuple[Change, ...]:
        if index not in self._steps:
            self._file.meter.check_time()
            history = self._file.history
            before, after = self._state(index), self._state(index + 1)
            found = unexplained_bytes(self._file, after.view)
            if self._referrers is None:
                self._referrers = Referrers(history)
            self._steps[index] = (*found, *Comparison(before, after, self._referrers, self._shown).run())
        return self._steps[index]

    def _state(self, index: int) -> State:
        """Return a state; the one before it is kept besides, no others: a file may have thousands of revisions."""
        if index not in self._states:
            self._states = {at: state for at, state in self._states.items() if at == index - 1}
            self._states[index] = State(self._file.history.view(index))
        return self._states[index]


def _judged(changes: list[Change], rules: Rules) -> Judgement:
    level = max((change.level for change in changes), default=Level.NONE)
    locked = [
        c for c in changes if c.field is not None and c.level >= Level.FORM and rules.locked and rules.locked(c.field)
    ]
    findings = [change for change in changes if change.level > rules.allowed] + locked
    findings += [change for change in changes if rules.certified and change.code == OVER_TEXT]
    proven = [change for change in findings if change.code != "not-judged"]
    permitted = False if proven else None if any(change.code == "not-judged" for change in changes) else True
    return Judgement(level, permitted, tuple(dict.fromkeys(findings)))
