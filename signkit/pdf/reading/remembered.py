"""What was read of one revision and holds for others too, since nothing that it was read from was written in between.

A file of many revisions or pages is judged step by step; most steps leave its page tree and its form as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from signkit.pdf.reading.document import History, View
    from signkit.pdf.reading.syntax import Value

T = TypeVar("T")
#: A reading is asked for at the revision before a step, after it, at the signature's own and at the last one.
_KEPT = 4


class _Span:
    """The revisions from ``first`` to ``last``, for which one reading is known to hold."""

    def __init__(self, index: int, root: Value, numbers: set[int], result: Any) -> None:
        self.first = self.last = index
        self._root, self._numbers, self.result = root, numbers, result

    def reaches(self, history: History, index: int) -> bool:
        """Whether the reading holds at ``index`` too; then the span grows by it."""
        later = all(self._parts_not(history, at, at) for at in range(self.last + 1, index + 1))
        earlier = all(self._parts_not(history, at, at + 1) for at in range(index, self.first))
        if later and earlier:
            self.first, self.last = min(self.first, index), max(self.last, index)
        return later and earlier

    def _parts_not(self, history: History, index: int, written: int) -> bool:
        """Whether ``index`` has the same catalog, and what revision ``written`` wrote is nothing that was read."""
        same_root = history.sections[index].trailer.get("/Root") == self._root
        return same_root and self._numbers.isdisjoint(history.sections[written].entries)


class Memory:
    """The readings of one history, and what was made of parsed values."""

    def __init__(self) -> None:
        self._spans: dict[object, list[_Span]] = {}
        self._made: dict[tuple[object, ...], tuple[object, Any]] = {}

    def of(self, view: View, read: Callable[[View], T]) -> T:
        """Return ``read(view)``, which must look at the objects of ``view`` alone, from the catalog on.

        Not at what streams decode to: that is kept, and what it was decoded by is not looked for again.
        """
        spans = self._spans.setdefault(read, [])
        for span in spans:
            if span.reaches(view.history, view.index):
                found: T = span.result
                return found
        numbers: set[int] = set()
        result = read(view.noting(numbers))
        del spans[: max(len(spans) - _KEPT + 1, 0)]
        spans.append(_Span(view.index, view.trailer.get("/Root"), numbers, result))
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
