"""The states a PDF went through, and which pages of two states are the same page."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from signkit.drawing import Area
from signkit.limits import LimitExceeded
from signkit.pdf.pages import Page, pages
from signkit.pdf.reading.document import PdfFile, Unreadable, View
from signkit.pdf.reading.syntax import Ref, Value

_END = re.compile(rb"%%EOF(?:\r\n|\n|\r)?")
_MAX_STATES = 1000
_MAX_CUTS = 20


@dataclass(frozen=True)
class DocumentState:
    """The document as its first ``end`` bytes show it."""

    view: View
    end: int
    pages: tuple[Page, ...]

    @cached_property
    def page_refs(self) -> frozenset[Ref]:
        """The objects that are pages: where following references has to stop."""
        return frozenset(page.ref for page in self.pages if page.ref is not None)


def states(file: PdfFile) -> list[DocumentState]:
    """Return every state, oldest first; the last one is the whole file, whatever follows its last revision.

    Where the cross-reference of the whole file is broken, the part of it that is whole gives the older states.

    Raises:
        LimitExceeded: more revisions than are compared.
    """
    older = _before_damage(file) if file.damaged else []
    ends: dict[int, View] = {}
    for index in range(len(file.history)):
        ends[file.history.end_before(index + 1)] = file.history.view(index)  # halves of a linearized file: one state
    last = len(file.history) - 1
    result = [
        *older,
        *(DocumentState(view, end, tuple(pages(view))) for end, view in ends.items() if view.index != last),
    ]
    result.append(DocumentState(file.history.view(last), len(file.data), tuple(pages(file.history.view(last)))))
    if len(result) > _MAX_STATES:
        raise LimitExceeded("revisions", _MAX_STATES)
    return result


def _before_damage(file: PdfFile) -> list[DocumentState]:
    """Return the states of the longest beginning of the file that can be read without mending."""
    cut = len(file.data)
    for _ in range(_MAX_CUTS):
        cut = file.data.rfind(b"%%EOF", 0, cut)
        if cut < 0:
            break
        file.meter.check_time()
        try:
            beginning = PdfFile(file.data[: _END.match(file.data, cut).end()], file.meter, file.password)  # type: ignore[union-attr]
        except Unreadable:
            continue
        if not beginning.damaged:
            return states(beginning)
    return []


@dataclass(frozen=True)
class StatePairing:
    """Which page of the newer state continues which of the older one; all counted from 0.

    A page that is a new object at an old page's place continues that one: it is compared with it, not just listed.
    """

    pairs: tuple[tuple[int, int], ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]

    @property
    def moved(self) -> bool:
        """Whether pages stand in another order."""
        order = [old for old, _ in self.pairs]
        return order != sorted(order)


def pair_pages(old: DocumentState, new: DocumentState) -> StatePairing:
    """Match the pages of two states."""
    waiting: dict[Ref, deque[int]] = {}
    for number, page in enumerate(old.pages):
        if page.ref is not None:
            waiting.setdefault(page.ref, deque()).append(number)
    pairs, left = {}, []
    for number, page in enumerate(new.pages):
        same = waiting.get(page.ref) if page.ref is not None else None
        if same:
            pairs[number] = same.popleft()
        else:
            left.append(number)
    gone = set(range(len(old.pages))) - set(pairs.values())
    for number in left:
        if number in gone:
            pairs[number] = number
            gone.discard(number)
    added = tuple(number for number in left if number not in pairs)
    return StatePairing(tuple((pairs[number], number) for number in sorted(pairs)), tuple(sorted(gone)), added)


def annotations_of(state: DocumentState, page: Page) -> Iterator[tuple[Ref | None, dict[str, Value]]]:
    """Yield the annotations of a page, each once."""
    items = state.view.resolve(page.entries.get("/Annots")) if page.may_have_annotations else None
    seen: set[Ref] = set()
    for item in items if isinstance(items, list) else []:
        ref = item if isinstance(item, Ref) else None
        entries = state.view.resolve(item)
        if isinstance(entries, dict) and ref not in seen:
            if ref is not None:
                seen.add(ref)
            yield ref, entries


def area_of(view: View, entries: dict[str, Value]) -> Area | None:
    """Return the rectangle of an annotation, or None where it has none or an empty one."""
    box = view.resolve(entries.get("/Rect"))
    numbers = [view.resolve(item) for item in box] if isinstance(box, list) and len(box) == 4 else []
    if len(numbers) != 4 or not all(isinstance(number, int | float) for number in numbers):
        return None
    (left, right), (bottom, top) = sorted((numbers[0], numbers[2])), sorted((numbers[1], numbers[3]))
    if right <= left or top <= bottom or max(map(abs, numbers)) > 1e6:
        return None
    return float(left), float(bottom), float(right), float(top)
