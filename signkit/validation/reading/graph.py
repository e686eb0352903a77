"""Which objects lead to which: to prove cheaply that nothing below a reference was rewritten."""

from __future__ import annotations

from collections.abc import Iterable

from signkit.validation.reading.document import History
from signkit.validation.reading.syntax import Ref, Stream, Value


class Referrers:
    """For every object number the objects that name it, in any revision of a history.

    Taking all revisions together names too many, never too few.
    """

    def __init__(self, history: History) -> None:
        self._named_by: dict[int, set[int]] = {}
        for index, section in enumerate(history.sections):
            view = history.view(index)
            history.file.meter.check_time()
            for number, place in section.entries.items():
                if place is not None:
                    for target in targets(view.get(Ref(number, 0))):
                        self._named_by.setdefault(target, set()).add(number)

    def leading_to(self, changed: Iterable[int], barrier: set[int]) -> set[int]:
        """Return ``changed`` and everything that leads to it without passing an object of ``barrier``."""
        found: set[int] = set()
        todo = [number for number in changed if number not in barrier]
        while todo:
            number = todo.pop()
            if number not in found:
                found.add(number)
                todo += [other for other in self._named_by.get(number, ()) if other not in barrier]
        return found


def targets(value: Value) -> set[int]:
    """Return the object numbers that ``value`` itself names; a structure element's parent is left out.

    That parent (/P, 14.7.2) is never compared, and would make every element lead to every other.
    """
    todo, found = [value.entries if isinstance(value, Stream) else value], set()
    while todo:
        item = todo.pop()
        if isinstance(item, Ref):
            found.add(item.number)
        elif isinstance(item, dict):
            element = item.get("/Type") == "/StructElem"
            todo += [part for key, part in item.items() if not (element and key == "/P")]
        elif isinstance(item, list):
            todo += item
    return found
