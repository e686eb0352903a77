"""What was read of one revision and holds for others too, since nothing that it was read from was written in between.

A file of many revisions or pages is judged step by step; most steps leave its page tree and its form as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol, Self, TypeVar

from signkit.pdf.reading.syntax import Ref, Value

T = TypeVar("T")


class RevisionView(Protocol):
    """What is asked of a file as of one of its revisions (`signkit.pdf.reading.document.View`)."""

    @property
    def index(self) -> int:
        """Which revision it is."""

    @property
    def root(self) -> Value:
        """The document catalog."""

    def noting(self, numbers: set[int]) -> Self:
        """Return the same view, one that adds to ``numbers`` every object looked for."""

    def is_written(self, numbers: set[int], revision: int) -> bool:
        """Whether a revision of the file writes one of these objects."""


V = TypeVar("V", bound=RevisionView)
#: A reading is asked for at the revision before a step, after it, at the signature's own and at the last one.
_KEPT = 4


class _Span:
    """The revisions from ``first`` to ``last``, for which one reading is known to hold."""

    def __init__(self, index: int, start: Value, numbers: set[int], result: Any) -> None:
        self.first = self.last = index
        self._start, self._numbers, self.result = start, numbers, result

    def reaches(self, view: RevisionView, start: Value) -> bool:
        """Whether the reading holds for ``view`` too, where it begins at ``start``; then the span grows by it."""
        # A reference is the same by what it says; of any other value only the one that was read is known.
        same = isinstance(start, Ref) and start == self._start
        if not (same or start is self._start):
            return False
        index = view.index
        between = (*range(self.last + 1, index + 1), *range(index + 1, self.first + 1))
        holds = not any(view.is_written(self._numbers, at) for at in between)
        if holds:
            self.first, self.last = min(self.first, index), max(self.last, index)
        return holds


class Memory:
    """The readings of one history, and what was made of parsed values."""

    def __init__(self) -> None:
        self._spans: dict[object, list[_Span]] = {}
        self._made: dict[tuple[object, ...], tuple[object, Any]] = {}

    def of(self, view: V, entry: str, read: Callable[[V, Value], T]) -> T:
        """Return ``read(view, value)`` of the catalog's ``entry``; it must look at nothing but what that leads to.

        Not at what streams decode to: that is kept, and what it was decoded by is not looked for again.
        """
        root = view.root
        start = root.get(entry) if isinstance(root, dict) else None
        spans = self._spans.setdefault(read, [])
        for span in spans:
            if span.reaches(view, start):
                found: T = span.result
                return found
        numbers: set[int] = set()
        result = read(view.noting(numbers), start)
        del spans[: max(len(spans) - _KEPT + 1, 0)]
        spans.append(_Span(view.index, start, numbers, result))
        return result

    def made(self, make: Callable[..., T], name: Hashable, *parts: Any) -> T:
        """Return ``make(name, *parts)``, the same object for the same name and parts.

        Parsed values live as long as their file, and the parts of what was made are held: their identities are names.
        """
        key = (make, name, *map(id, parts))
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = parts, make(name, *parts)
        result: T = known[1]
        return result
