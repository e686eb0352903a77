"""The logical structure of two states: it may only grow, and only by what new annotations need (ISO 32000-2 14.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from signkit.pdf.changes.context import Context
from signkit.pdf.changes.role_rules import Role, breach
from signkit.pdf.changes.search_trees import is_searchable
from signkit.pdf.changes.values import Change, ChangePlace
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, SyntaxProblem, Value

if TYPE_CHECKING:
    from signkit.pdf.changes.annotations import Annotations

#: Of the root, what grows with the elements.
#: Table 354: what grows; /RoleMap and /ClassMap would give old elements another meaning.
_GROWING = {"/K", "/ParentTree", "/ParentTreeNextKey", "/IDTree", "/Namespaces"}
#: What a new element may say (table 355): /Alt and /T describe what is added.  /ActualText, /E and /Phoneme would speak
#: in place of what was signed (14.9.4 to 14.9.6), and /AF attaches a file (14.13.9).
_DESCRIBING = {"/Type", "/S", "/P", "/Pg", "/K", "/ID", "/Alt", "/T", "/Lang", "/A", "/C", "/R", "/NS"}
#: What a new namespace may say (14.7.4.2): /Schema would attach a file.
_NAMING = {"/Type", "/NS", "/RoleMapNS"}
_MAX_NEW_DEPTH = 20


class StructureComparison:
    """The elements, element by element, and the trees that lead to them.

    Elements come for annotations that come, and go with those that go.
    """

    def __init__(self, context: Context, annotations: Annotations) -> None:
        self._all = context
        self._annotations = annotations
        self._seen: set[tuple[Ref, Ref]] = set()
        self._deepest = context.old.file.meter.limits.depth

    def changes(self, one: Value, other: Value) -> Iterator[Change]:
        """Yield what changed between two structure tree roots."""
        if self._all.equality.is_untouched(one, other) or (one is None and other is None):
            return
        number = self._all.number(other)
        self._all.account.own(Role.ELEMENT, one, other)
        old, new = self._all.old.resolve(one), self._all.new.resolve(other)
        if not isinstance(old, dict | None) or not isinstance(new, dict):
            yield from breach("structure-tree", "/StructTreeRoot", at=ChangePlace(number=number))
            return
        if not self._root(old or {}, new):
            yield from breach("structure-tree", "/StructTreeRoot", at=ChangePlace(number=number))
            return
        if not self._parents(old or {}, new):
            yield from breach("structure-parents", "/ParentTree", at=ChangePlace(number=number))

    def _root(self, old: dict[str, Value], new: dict[str, Value]) -> bool:
        keys = (old.keys() | new.keys()) - _GROWING - (set() if old else {"/Type", "/RoleMap"})
        return all(self._same_entry(key, old, new) for key in keys) and self._kids(old.get("/K"), new.get("/K"), 0)

    def _same_entry(self, key: str, old: dict[str, Value], new: dict[str, Value]) -> bool:
        one, other = old.get(key), new.get(key)
        return self._all.are_default(key, one, other) or self._all.equality.same(one, other)

    # --- elements ---

    def _kids(self, one: Value, other: Value, depth: int) -> bool:
        old, new = self._kids_of(self._all.old, one), self._kids_of(self._all.new, other)
        place = 0
        for item in old:
            found = self._place(item, new, place, depth)
            # New elements may only stand between old ones, never instead of them.
            if found is not None:
                if not all(self._is_new(new[index]) for index in range(place, found)):
                    return False
                place = found + 1
            elif not self._is_gone(item):
                return False
        return all(self._is_new(new[index]) for index in range(place, len(new)))

    def _place(self, item: Value, new: list[Value], start: int, depth: int) -> int | None:
        """Where the element goes on: the same object, or one that says the same."""
        if start < len(new) and new[start] == item:  # nearly always
            return start if self._element(item, new[start], depth) else None
        # Order is the order of reading: an element may not move before its neighbour.
        if item in new:
            index = new.index(item)
            return index if index >= start and self._element(item, new[index], depth) else None
        if self._is_gone(item):
            return None
        self._all.old.file.meter.check_time()
        return next((index for index in range(start, len(new)) if self._element(item, new[index], depth)), None)

    @staticmethod
    def _kids_of(view: View, value: Value) -> list[Value]:
        kids = view.resolve(value)
        return kids if isinstance(kids, list) else [] if kids is None else [value]

    def _element(self, one: Value, other: Value, depth: int) -> bool:
        if depth > self._deepest:
            raise SyntaxProblem("structure tree nested too deeply")
        if isinstance(one, Ref) and isinstance(other, Ref):
            # Structure trees share elements by mistake; each pair is compared once.
            if (one, other) in self._seen:
                return True
            self._seen.add((one, other))
            self._all.account.own(Role.ELEMENT, one, other)
            if self._all.equality.is_untouched(one, other):
                return True
        old, new = self._all.old.resolve(one), self._all.new.resolve(other)
        if not isinstance(old, dict) or not isinstance(new, dict):
            return type(old) is type(new) and bool(old == new)
        return self._same_entries(old, new, depth)

    def _same_entries(self, old: dict[str, Value], new: dict[str, Value], depth: int) -> bool:
        # 14.7.2, 14.7.5.3: links to the parent, the page, the annotation.
        links = ("/P", "/Pg", "/Obj")
        if not all(
            self._all.equality.same_link(old.get(key), new.get(key)) or self._is_named_at_last(key, old, new)
            for key in links
        ):
            return False
        if self._is_reference(self._all.old, old) is not self._is_reference(self._all.new, new):
            return False
        keys = (old.keys() | new.keys()) - {"/K", *links}
        same = all(self._all.equality.same(old.get(key), new.get(key)) for key in keys)
        return same and self._kids(old.get("/K"), new.get("/K"), depth + 1)

    def _is_named_at_last(self, key: str, old: dict[str, Value], new: dict[str, Value]) -> bool:
        """Whether an element names a page for what is added, as iText does, where nothing that it held is on it.

        14.7.2: the page of the content that it holds itself; elements below it have their own.
        """
        page = new.get(key)
        if key != "/Pg" or key in old or not any(each.ref == page for each in self._all.after.pages):
            return False
        held = (self._all.old.resolve(kid) for kid in self._kids_of(self._all.old, old.get("/K")))
        return all(isinstance(kid, dict) and "/S" in kid for kid in held)

    @staticmethod
    def _is_reference(view: View, entries: dict[str, Value]) -> bool:
        return bool(view.resolve(entries.get("/Type")) == "/OBJR")

    def _is_new(self, item: Value, depth: int = 0) -> bool:
        """An element whose leaves are all references to new annotations (/OBJR), with no words in place of others."""
        entries = self._all.new.resolve(item)
        if not isinstance(entries, dict) or depth > _MAX_NEW_DEPTH:
            return False
        self._all.account.visit(item)
        if self._is_reference(self._all.new, entries):
            # 14.7.5.3: an object reference; only for annotations that were added by the rules.
            return self._annotations.is_added(entries.get("/Obj"))
        self._all.account.cover(self._all.new, *(entries.get(key) for key in entries.keys() - {"/K", "/P", "/Pg"}))
        kids = self._kids_of(self._all.new, entries.get("/K"))
        # An element without kids holds words of its own.
        plain = entries.keys() <= _DESCRIBING and not self._has_user_properties(entries.get("/A"))
        return bool(kids) and plain and all(self._is_new(kid, depth + 1) for kid in kids)

    def _has_user_properties(self, value: Value) -> bool:
        """Whether attributes say things that viewers list beside the document (14.8.5.2, 14.7.6.4)."""
        found = self._all.new.resolve(value)
        every = [self._all.new.resolve(each) for each in found] if isinstance(found, list) else [found]
        owners = (self._all.new.resolve(each.get("/O")) for each in every if isinstance(each, dict))
        return "/UserProperties" in owners

    def _is_gone(self, item: Value, depth: int = 0) -> bool:
        """An element of which nothing is left, since its annotations are gone (or it was null)."""
        entries = self._all.old.resolve(item)
        if entries is None:
            return True
        if not isinstance(entries, dict) or depth > _MAX_NEW_DEPTH:
            return False
        if self._is_reference(self._all.old, entries):
            gone = self._annotations.is_removed(entries.get("/Obj"))
        else:
            kids = self._kids_of(self._all.old, entries.get("/K"))
            gone = bool(kids) and all(self._is_gone(kid, depth + 1) for kid in kids)
        if gone:
            self._all.account.visit(item)
        return gone

    # --- the trees that lead to elements ---

    def _parents(self, old: dict[str, Value], new: dict[str, Value]) -> bool:
        """What was found by number or by name is found still; new numbers and names lead to what is new."""
        return (
            # 14.7.5.4: the parent tree finds elements by number; 14.7.2: the ID tree by name.
            self._same_tree(old.get("/ParentTree"), new.get("/ParentTree"), "/Nums")
            and self._same_tree(old.get("/IDTree"), new.get("/IDTree"), "/Names")
            and self._only_grown(old.get("/Namespaces"), new.get("/Namespaces"))
        )

    def _only_grown(self, one: Value, other: Value) -> bool:
        self._all.account.cover(self._all.new, other)
        old, new = self._kids_of(self._all.old, one), self._kids_of(self._all.new, other)
        added = [self._all.new.resolve(each) for each in new[len(old) :]]
        plain = all(isinstance(each, dict) and each.keys() <= _NAMING for each in added)
        # 14.7.4: namespaces are only added to.
        kept = len(old) <= len(new) and all(self._all.equality.same(a, b) for a, b in zip(old, new, strict=False))
        return kept and plain

    def _same_tree(self, one: Value, other: Value, key: str) -> bool:
        if self._all.equality.is_untouched(one, other):
            return True
        old, new = self._tree_entries(self._all.old, one, key), self._tree_entries(self._all.new, other, key)
        # 7.9.6: by order and limits readers search; what they found so they find still.
        if not is_searchable(self._all.new, other, key) and is_searchable(self._all.old, one, key):
            return False
        return all(self._same_leaf(value, new.pop(name, None)) for name, value in old.items()) and all(
            self._is_new_leaf(value) for value in new.values()
        )

    def _same_leaf(self, one: Value, other: Value) -> bool:
        if one == other and isinstance(one, Ref) and not self._all.account.is_touched(one):
            return True
        if isinstance(one, Ref) and isinstance(other, Ref) and self._all.account.is_owned(one, other):
            return True
        old, new = self._all.old.resolve(one), self._all.new.resolve(other)
        if isinstance(old, list) and isinstance(new, list):
            self._all.account.visit(one, other)
            return len(old) == len(new) and all(self._same_leaf(a, b) for a, b in zip(old, new, strict=True))
        return (new is None and self._is_gone(one)) or self._all.equality.same_link(one, other)

    def _is_new_leaf(self, value: Value) -> bool:
        found = self._all.new.resolve(value)
        self._all.account.visit(value)
        if isinstance(found, list):
            return all(self._is_new_leaf(each) for each in found)
        known = isinstance(value, Ref) and self._all.account.is_owned(value, value)
        return found is None or known or self._is_new(value)

    def _tree_entries(self, view: View, root: Value, key: str) -> dict[Value, Value]:
        """What is found by each number or name; by one that is there twice, readers find either."""
        found: dict[Value, Value] = {}
        for name, value in self._leaves(view, root, key):
            # 7.9.7: keys are unique; a search takes the first, a walk the last.
            if name in found:
                raise SyntaxProblem("a tree of the structure that has a key twice")
            found[name] = value
        return found

    def _leaves(self, view: View, root: Value, key: str) -> Iterator[tuple[Value, Value]]:
        """Everything that a number or name tree holds (7.9.6, 7.9.7)."""
        todo, seen = [root], set()
        while todo:
            node = todo.pop()
            # 7.9.6: intermediate nodes; a circle would never end.
            if isinstance(node, Ref) and node in seen:
                raise SyntaxProblem("a tree of the structure that is none")
            seen |= {node} if isinstance(node, Ref) else set()
            self._all.account.visit(node)
            entries = view.resolve(node)
            if entries is not None and not isinstance(entries, dict):
                raise SyntaxProblem("a tree of the structure that is none")
            pairs = view.resolve((entries or {}).get(key)) or []
            self._all.account.visit((entries or {}).get(key))
            yield from zip(pairs[0::2], pairs[1::2], strict=False)
            kids = view.resolve((entries or {}).get("/Kids")) or []
            todo += kids
