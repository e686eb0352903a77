"""What changed between the revisions of a PDF, in words and by page, and after whose signature.

This tells; it does not judge.  Whether a change was allowed is for :mod:`signkit.pdf.changes.comparison`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from signkit.errors import ValidationRefused
from signkit.history.accompaniment import evidence_changes, metadata_changes, structure_changes
from signkit.history.attachment_diff import attachment_changes
from signkit.history.differences import Diff, Difference, RevisionDiff, fill, in_order
from signkit.history.fingerprint import Fingerprints
from signkit.history.form_diff import FormState, form_changes
from signkit.history.notes import Notes
from signkit.history.page_diff import PageComparer
from signkit.history.signature_events import Made, signature_change, signatures_made
from signkit.history.states import DocumentState, pair_pages, states
from signkit.history.untouched import Untouched
from signkit.limits import LimitExceeded, Limits, Meter, exhaustion
from signkit.pdf.changes.changes_judge import Changes
from signkit.pdf.changes.values import Gravity, Rules
from signkit.pdf.reading.document import PdfFile, Unreadable
from signkit.pdf.reading.syntax import WHITESPACE, SyntaxProblem
from signkit.pdf.signatures import FoundSignature, find_signatures
from signkit.validation.reasons import reason
from signkit.words import Text

__all__ = ["Diff", "Difference", "RevisionDiff", "diff_pdf"]

#: What the contract itself consists of; signatures and evidence may come without changing it.
_OF_THE_DOCUMENT = ("text", "picture", "annotation", "form", "attachment", "structure")


def diff_pdf(data: bytes, name: str, limits: Limits | None = None) -> Diff:
    """Compare every revision of a PDF with the one before it, and the last with the first.

    Raises:
        ValidationRefused("pdf-not-comparable"): the file cannot be read, or asks for more than ``limits`` allow.
    """
    limits = limits or Limits()
    try:
        if len(data) > limits.bytes:
            raise LimitExceeded("bytes", limits.bytes)
        return _diff(data, name, limits)
    except LimitExceeded as error:
        raise _not_comparable(name, "limit", error.words) from error
    except Unreadable as error:
        if error.is_plain:
            raise ValidationRefused("pdf-not-comparable", path=name, cause=reason(error.code).text) from error
        raise _not_comparable(name, "malformed", error.detail) from error
    except SyntaxProblem as error:
        raise _not_comparable(name, "malformed", str(error)) from error
    except (RecursionError, MemoryError) as error:
        raise _not_comparable(name, "limit", exhaustion(error)) from error


def _not_comparable(name: str, code: str, detail: str | Text) -> ValidationRefused:
    return ValidationRefused("pdf-not-comparable", path=name, cause=reason(code, detail=detail).text)


def _diff(data: bytes, name: str, limits: Limits) -> Diff:
    file = PdfFile(data, Meter(limits))
    history = states(file)
    made = signatures_made(file, history)
    prints = Fingerprints()
    with PageComparer(data, prints) as pages:
        steps = _Steps(file, history, made, prints, pages)
        revisions = [steps.original()]
        revisions += [steps.revision(number) for number in range(1, len(history))]
        revisions[-1] = _with_damage(revisions[-1], file)
        revisions = _with_unseen(revisions, file, made)
        overall = steps.overall(revisions)
    return Diff(name, hashlib.sha256(data).hexdigest(), tuple(revisions), overall)


class _Steps:
    """The steps of one file's history."""

    def __init__(
        self,
        file: PdfFile,
        history: Sequence[DocumentState],
        made: Sequence[Made],
        prints: Fingerprints,
        pages: PageComparer,
    ) -> None:
        self._history, self._made = history, made
        self._prints, self._pages = prints, pages
        self._untouched = Untouched(file, prints)
        self._forms: dict[int, FormState] = {}

    def original(self) -> RevisionDiff:
        """The first state: it has nothing to be compared with, but may be signed already."""
        made = [signature_change(one.signed, self._form(0)) for one in self._made if one.state == 0]
        return RevisionDiff(1, self._history[0].end, (), in_order(made))

    def revision(self, number: int) -> RevisionDiff:
        """Compare the state ``number`` (from 0, not the first) with the one before it."""
        items, gaps = self._compare(number - 1, number)
        after = tuple(one.signed for one in self._made if one.state < number)
        return RevisionDiff(number + 1, self._history[number].end, after, items, gaps)

    def overall(self, revisions: Sequence[RevisionDiff]) -> tuple[Difference, ...]:
        """Compare the last state with the first."""
        last = len(self._history) - 1
        if last == 0:
            return ()
        items = revisions[-1].items if last == 1 else self._compare(0, last)[0]
        return tuple(item for item in items if item.kind in _OF_THE_DOCUMENT)

    def _form(self, number: int) -> FormState:
        if number not in self._forms:
            if len(self._forms) > 2:
                self._forms.clear()
            self._forms[number] = FormState(self._history[number])
        return self._forms[number]

    def _compare(self, before: int, after: int) -> tuple[tuple[Difference, ...], tuple[Text, ...]]:
        old, new = self._history[before], self._history[after]
        new.view.file.meter.check_time()
        old_form, new_form = self._form(before), self._form(after)
        pairing = pair_pages(old, new)
        touched = self._untouched.pairs_to_draw(old, new, pairing.pairs)
        found = [signature_change(one.signed, new_form) for one in self._made if before < one.state <= after]
        found += form_changes(old_form, new_form, self._prints)
        found += Notes(old_form, new_form, self._prints).changes(touched)
        found += attachment_changes(old, new)
        found += structure_changes(old, new, pairing, touched, self._prints)
        found += evidence_changes(old, new)
        found += metadata_changes(old, new, self._prints)
        shown = self._pages.compare(old, new, touched, found)
        return in_order([*found, *shown.changes]), shown.gaps


def _with_damage(revision: RevisionDiff, file: PdfFile) -> RevisionDiff:
    """Tell what stands outside every revision: other programs may read it otherwise."""
    end = file.history.end_before(len(file.history))
    extra = len(file.data[end:].strip(WHITESPACE))
    if file.damaged:
        change = Difference("structure", _DAMAGED)
    elif extra:
        change = Difference("structure", fill(_TRAILING, count=f"{extra:,}"))
    else:
        return revision
    items = in_order([*revision.items, change])
    return RevisionDiff(revision.number, revision.end, revision.after, items, revision.not_compared)


def _with_unseen(revisions: Sequence[RevisionDiff], file: PdfFile, made: Sequence[Made]) -> list[RevisionDiff]:
    """Tell where something was changed that no comparison shows, or that readers take in different ways."""
    found = find_signatures(file)
    changes = Changes(file, found)
    places = {file.history.end_before(index + 1): index for index in range(len(file.history))}
    places[len(file.data)] = len(file.history) - 1
    told = [*revisions[:1]]
    for older, newer in pairwise(revisions):
        first, last = places.get(older.end), places.get(newer.end)
        untold = _only_adds(newer, sum(one.state == newer.number - 1 for one in made))
        hidden = untold and first is not None and last is not None and _is_more(changes, first, last)
        if newer is revisions[-1] and not any(item.kind in _OF_THE_DOCUMENT for item in newer.items):
            hidden = hidden or _is_left_open(changes, found)
        told.append(replace(newer, not_compared=(*newer.not_compared, _UNSEEN)) if hidden else newer)
    return told


def _only_adds(revision: RevisionDiff, signed: int) -> bool:
    """Whether nothing is told of a revision but what it adds, which explains nothing that came in with it.

    Whoever signs first may bring anything: the document is theirs (a certification brings /Perms).
    """
    if signed and not revision.after:
        return not revision.items
    kinds = [item.kind for item in revision.items]
    # What is told of signatures beyond those that were made is told of those that were there.
    marks = sum(kind in ("signature", "timestamp") for kind in kinds)
    return marks <= signed and not any(kind in _OF_THE_DOCUMENT for kind in kinds)


def _is_left_open(changes: Changes, found: Sequence[FoundSignature]) -> bool:
    """Whether the judge cannot tell what came after a signature: readers take the file in different ways."""
    return any(changes.after(each, Rules(Gravity.OTHER)).permitted is None for each in found)


def _is_more(changes: Changes, first: int, last: int) -> bool:
    """Whether a revision changed more than signatures, evidence, fields and comments, or what cannot be judged."""
    return changes.between(first, last, Rules(Gravity.ANNOTATIONS)).permitted is not True


_UNSEEN = Text(
    "Something was changed here that is no difference of text or looks, or that programs read in different ways. "
    "What it is, and whether it is permitted: signkit validate",
    "文字や見た目の違いとしては示せない変更、またはプログラムによって読み方の異なる変更があります。"
    "内容と可否は signkit validate で確かめてください。",
)
_DAMAGED = Text(
    "The file's cross-reference is broken: programs may mend it differently and show different documents.",
    "ファイルの相互参照が壊れています。修復のしかたはプログラムによって異なり、表示される文書も異なり得ます。",
)
_TRAILING = Text(
    "{count} bytes stand after the last revision; programs that mend files may show them.",
    "最後の版の後に {count} バイトのデータがあります。プログラムによっては表示されることがあります。",
)
