"""The logical structure of two states: it may only grow, and only by what new widgets need (ISO 32000-2 14.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, SyntaxProblem, Value

if TYPE_CHECKING:
    from signkit.pdf.changes.comparison import Comparison


class StructureComparison:
    """The logical structure may only grow, and only by what new widgets need (14.7)."""

    def __init__(self, comparison: Comparison, new_widgets: set[Ref]) -> None:
        self._all = comparison
        self._new_widgets = new_widgets
        self._seen: set[tuple[Ref, Ref]] = set()

    def same(self, one: Value, other: Value) -> bool:
        """Whether the second tree is the first, or the first with elements for new annotations."""
        old, new = self._all.old.resolve(one), self._all.new.resolve(other)
        old = {} if old is None else old
        if not isinstance(old, dict) or not isinstance(new, dict):
            return False
        if not old:
            return all(self._is_new_annotation(item) for item in self._listed(self._all.new, new.get("/K")))
        free = {"/K", "/ParentTree", "/ParentTreeNextKey", "/IDTree", "/Namespaces"}
        if any(not self._all.same(old.get(k), new.get(k)) for k in (old.keys() | new.keys()) - free):
            return False
        return self._kids(old.get("/K"), new.get("/K"), 0)

    def _kids(self, one: Value, other: Value, depth: int) -> bool:
        old, new = self._listed(self._all.old, one), self._listed(self._all.new, other)
        left = list(new)
        for item in old:
            match = next((x for x in left if x == item), None)
            if match is None:
                match = next((x for x in left if self._element(item, x, depth)), None)
            if match is None or (match == item and not self._element(item, match, depth)):
                return False
            left.remove(match)
        return all(self._is_new_annotation(item) for item in left)

    @staticmethod
    def _listed(view: View, value: Value) -> list[Value]:
        kids = view.resolve(value)
        return kids if isinstance(kids, list) else [] if kids is None else [value]

    def _element(self, one: Value, other: Value, depth: int) -> bool:
        if depth > self._all.depth:
            raise SyntaxProblem("structure tree nested too deeply")
        if isinstance(one, Ref) and isinstance(other, Ref):
            if (one, other) in self._seen:
                return True
            self._seen.add((one, other))
            if self._all.untouched(one, other):
                return True
            self._all.judged_element(one, other)
        old, new = self._all.old.resolve(one), self._all.new.resolve(other)
        if not isinstance(old, dict) or not isinstance(new, dict):
            return type(old) is type(new) and bool(old == new)
        if self._type(self._all.old, old) == self._type(self._all.new, new) == "/OBJR":
            return old.get("/Obj") == new.get("/Obj")
        free = {"/K", "/P"}
        if any(not self._all.same(old.get(k), new.get(k)) for k in (old.keys() | new.keys()) - free):
            return False
        return self._kids(old.get("/K"), new.get("/K"), depth + 1)

    @staticmethod
    def _type(view: View, entries: dict[str, Value]) -> Value:
        return view.resolve(entries.get("/Type"))

    def _is_new_annotation(self, item: Value, depth: int = 0) -> bool:
        """An element whose leaves are all references to annotations (/OBJR), with no words in place of signed ones."""
        entries = self._all.new.resolve(item)
        if not isinstance(entries, dict) or depth > 20:
            return False
        if self._type(self._all.new, entries) == "/OBJR":
            return True
        kids = self._listed(self._all.new, entries.get("/K"))
        return (
            bool(kids) and "/ActualText" not in entries and all(self._is_new_annotation(kid, depth + 1) for kid in kids)
        )
