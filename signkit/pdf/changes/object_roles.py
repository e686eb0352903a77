"""Which objects a revision changes, what leads to them, and in which roles they were judged."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property

from signkit.pdf.changes.revision_state import RevisionState
from signkit.pdf.changes.role_rules import Role
from signkit.pdf.pages import Page, PageTree
from signkit.pdf.reading.document import View
from signkit.pdf.reading.graph import Referrers
from signkit.pdf.reading.syntax import Ref, Stream, Value, references, skip_space


class Account:
    """The account of one step: every object that the newer revision changes must have been judged in some role.

    Objects with rules of their own (pages, fields, …) are paired, old and new: they are judged by those rules, and
    links to them count as equal, but nothing else does (see ``Equality``).
    """

    def __init__(self, before: RevisionState, after: RevisionState, referrers: Referrers) -> None:
        self.old, self.new = before.view, after.view
        self._states = before, after
        self._referrers = referrers
        self._pairs: dict[tuple[Ref, Ref], Role] = {}
        self._same_pages: frozenset[Ref] = frozenset()  # each paired with itself
        written = self.new.history.sections[self.new.index].entries
        # Objects that were written anew to the same effect changed nothing, whatever revision they lie in.
        self.changed = {number for number in written if _differs(self.old, self.new, number)}
        self._visited: set[int] = set()
        self._owned: set[int] = set()

    @property
    def shows_anew(self) -> bool:
        """Whether an object was written anew to the same effect, or one that not every reader saw: pictures tell."""
        old, sections = self.old, self.new.history.sections
        written = sections[self.new.index].entries
        # 7.5.8.4: not every reader sees what this revision writes there, nor still sees what the one before it did.
        return any(sections[at].only_hybrid for at in (old.index, self.new.index)) or any(
            old.locate(number) is not None
            and (number not in self.changed or old.history.is_only_hybrid(number, old.index))
            for number in written
        )

    @cached_property
    def _touched_numbers(self) -> set[int]:
        """What changed and what leads to it.  Only links to what is page or annotation in both states are none."""
        if not self.changed:
            return set()
        pages = [state.tree.numbers for state in self._states]
        annotations = [_annotations(state) for state in self._states]
        # A link leads back up: a page to its parent would make every page depend on every other.
        return self._referrers.leading_to(self.changed, pages[0] & pages[1], annotations[0] & annotations[1])

    def own(self, role: Role, one: Value, other: Value) -> None:
        """Take note that the rules of ``role`` judge ``one`` against ``other``."""
        if isinstance(one, Ref) and isinstance(other, Ref):
            self._pairs[one, other] = role
            self._owned |= {one.number, other.number}
        self.visit(one, other)

    def own_pages(self, before: PageTree, after: PageTree) -> None:
        """Take note that the rules of pages judge these, pair by pair: as :meth:`own`, for the many of a document."""
        pairs = [] if before is after else list(zip(before.pages, after.pages, strict=False))
        same = (one.ref for one, other in pairs if one is other and one.ref is not None)
        self._same_pages = before.refs if before is after else frozenset(same)
        numbers = {ref.number for ref in self._same_pages}
        self._owned |= numbers
        self._visited |= numbers
        # What was paired otherwise until now is a page from now on.
        self._pairs = {pair: role for pair, role in self._pairs.items() if self._role_of_page(*pair) is None}
        for one, other in pairs:
            if one is not other and one.ref is not None and other.ref is not None:
                self.own(Role.PAGE, one.ref, other.ref)

    def role_of(self, one: Value, other: Value) -> Role | None:
        """The role whose rules judge both, as one that continues the other."""
        if not isinstance(one, Ref) or not isinstance(other, Ref):
            return None
        return self._pairs.get((one, other)) or self._role_of_page(one, other)

    def _role_of_page(self, one: Ref, other: Ref) -> Role | None:
        return Role.PAGE if one == other and one in self._same_pages else None

    def is_owned(self, one: Ref, other: Ref) -> bool:
        """Whether both have rules of their own, under which one continues the other."""
        return self.role_of(one, other) is not None

    def is_page(self, one: Value, other: Value) -> bool:
        """Whether both are the same page, which a destination may lead to."""
        if one is other and isinstance(one, Ref) and one in self._same_pages:  # as most of a long document
            return self._pairs.get((one, one), Role.PAGE) is Role.PAGE
        return self.role_of(one, other) is Role.PAGE

    def visit(self, *values: Value) -> None:
        """Take note that these objects were looked at."""
        self._visited.update(value.number for value in values if isinstance(value, Ref))

    def is_touched(self, ref: Ref) -> bool:
        """Whether something changed below ``ref``, links (page, parent) apart."""
        return ref.number in self._touched_numbers

    def is_drawn_untouched(self, ref: Ref) -> bool:
        """Whether nothing changed below ``ref``, links included."""
        # Drawn things are asked more strictly: what they reach by a link is shown as well.
        return ref.number not in self._touched_numbers and ref.number not in self._referrers.above_links

    def are_pages_untouched(self, tree: PageTree) -> bool:
        """Whether :meth:`is_page_untouched` holds of every page of ``tree`` that is still there, told at once."""
        if not self._touched_numbers.isdisjoint(tree.drawn):
            return False
        nodes = all(self._is_node(number) for number in tree.above & self._touched_numbers)
        return nodes and self._referrers.above_links.isdisjoint(tree.drawn)

    def is_page_untouched(self, one: Page, other: Page) -> bool:
        """Whether a page has the entries that it had, with nothing changed below them; its annotations apart."""
        if one is not other or not self._touched_numbers.isdisjoint(one.drawn):
            return False
        above = one.above
        # Inherited entries come from above (7.7.3.4): a changed parent counts unless its own rules judge it.
        if above is not None and above in self._touched_numbers and not self._is_node(above):
            return False
        return self._referrers.above_links.isdisjoint(one.drawn)

    def _is_node(self, number: int) -> bool:
        """Whether it is a node of the page tree that continues itself, and has rules of its own."""
        ref = Ref(number, 0)
        return self.role_of(ref, ref) is Role.PAGE_TREE

    def cover(self, view: View, *values: Value) -> None:
        """Everything changed that these permitted new values lead to is part of them."""
        # Owned objects have their own rules: a permitted value does not excuse them.
        todo, seen = list(values), set(self._owned)
        while todo:
            for ref in references(todo.pop()):
                if ref.number in self._touched_numbers and ref.number not in seen:
                    seen.add(ref.number)
                    self._visited.add(ref.number)
                    todo.append(view.get(ref))

    def leads_to_change(self, value: Value) -> bool:
        """Whether an object below ``value`` was written otherwise, be it to the same effect."""
        todo, seen = [value], set()
        while todo:
            for ref in references(todo.pop()):
                # Signed looks may not even be rewritten to the same bytes elsewhere.
                if ref.number in self.changed:
                    return True
                if ref.number in self._touched_numbers and ref.number not in seen:
                    seen.add(ref.number)
                    todo.append(self.new.get(ref))
        return False

    def is_shared(self, value: Value) -> bool:
        """Whether more than one place of the older state names what ``value`` refers to."""
        if not isinstance(value, Ref):
            return False
        holders = [self.old.trailer, *(self.old.get(Ref(number, 0)) for number in self._referrers.naming(value.number))]
        each = {id(holder): holder for holder in holders}.values()
        return sum(ref == value for holder in each for ref in references(holder)) > 1

    def unreadable(self) -> Iterator[int]:
        """Objects that the revision writes and that cannot be read: other readers may make something of them."""
        for number, place in self.new.history.sections[self.new.index].entries.items():
            # 7.3.10: an object that does not parse is null for one reader and mended by the next.
            if place is not None and self.new.get(Ref(number, 0)) is None and not _is_null(self.new, number):
                yield number

    def unaccounted_objects(self) -> Iterator[int]:
        """Changed objects that the document leads to, and that no rule has looked at."""
        # Freed or never reached: no reader shows it.
        for number in sorted(self.changed - self._visited):
            if any(self._is_reached(number, view) for view in (self.old, self.new)):
                yield number
        # Below a link nothing is compared, since what it leads to has rules: a page inherits from what has none.
        for number in sorted(self._touched_numbers - self._owned):
            if any(self._hands_down(number, view) for view in (self.old, self.new)):
                yield number
        # Rules of other roles do not ask what a page inherits from an object.
        yield from sorted(self._touched_numbers & self._owned & self._above_pages - self._nodes)

    @cached_property
    def _above_pages(self) -> set[int]:
        """All that pages, and what is above them, call their parents."""
        found: set[int] = set()
        for state in self._states:
            todo = [Ref(number, 0) for number in state.tree.above]
            while todo:
                ref = todo.pop()
                entries = state.view.get(ref) if ref.number not in found else None
                found.add(ref.number)
                above = entries.get("/Parent") if isinstance(entries, dict) else None
                todo += [above] if isinstance(above, Ref) else []
        return found

    @property
    def _nodes(self) -> set[int]:
        """The nodes of the page tree, and the pages: what these hand down their own rules judge."""
        nodes = (pair for pair, role in self._pairs.items() if role in (Role.PAGE_TREE, Role.PAGE))
        return {ref.number for pair in nodes for ref in pair} | {ref.number for ref in self._same_pages}

    def _hands_down(self, number: int, view: View) -> bool:
        """Whether an unchanged page says that it, or what is above it, stands below an object (7.7.3.4)."""
        unchanged = set(self._referrers.linking(number)) - self._touched_numbers
        return self._is_any_reached(self._below(number, unchanged, view), view)

    def has_strays(self, number: int, kids: AbstractSet[int]) -> bool:
        """Whether an object says that it stands below ``number``, which does not know it as one of its ``kids``."""
        others = set(self._referrers.naming(number)) - kids
        return self._is_any_reached(self._below(number, others, self.new), self.new)

    @staticmethod
    def _below(number: int, holders: AbstractSet[int], view: View) -> set[int]:
        """Those of the ``holders`` that call the object their parent."""
        found = {holder: view.get(Ref(holder, 0)) for holder in holders}
        above = {holder: entries.get("/Parent") for holder, entries in found.items() if isinstance(entries, dict)}
        return {holder for holder, ref in above.items() if isinstance(ref, Ref) and ref.number == number}

    def _is_reached(self, number: int, view: View) -> bool:
        return self._is_any_reached({number}, view)

    def _is_any_reached(self, numbers: AbstractSet[int], view: View) -> bool:
        """Follow references backwards, as they are at ``view``, to the trailer."""
        roots = {ref.number for ref in references(view.trailer)}
        seen, todo = set(numbers), list(numbers)
        while todo:
            item = todo.pop()
            if item in roots:
                return True
            # Any revision's reference counts as a candidate, and is then looked at as it is in this view.
            for holder in self._referrers.naming(item):
                if holder not in seen and any(ref.number == item for ref in references(view.get(Ref(holder, 0)))):
                    seen.add(holder)
                    todo.append(holder)
            view.file.meter.check_time()
        return False


def _annotations(state: RevisionState) -> set[int]:
    """The numbers of the annotations that the pages list."""
    pages = state.tree.annotated
    return {each.number for page in pages for each in state.annotations(page) if isinstance(each, Ref)}


def _differs(old: View, new: View, number: int) -> bool:
    """Whether an object's own value is another one; what it refers to is not followed."""
    one, other = old.get(Ref(number, 0)), new.get(Ref(number, 0))
    if isinstance(one, Stream) and isinstance(other, Stream):
        return not _are_alike(one.entries, other.entries) or one.raw != other.raw
    return not _are_alike(one, other)


def _are_alike(one: Value, other: Value) -> bool:
    """Equal, and whole numbers whole numbers: 1 and 1.0 are equal in Python, and not to every reader of PDF."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_are_alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_are_alike, one, other))
    return bool(one == other)


def _is_null(view: View, number: int) -> bool:
    place = view.locate(number)
    if place is None or place.container:
        return place is None
    start = view.file.body_start(number, place)
    # The object's text is `null`: a legal way to say that there is none (7.3.9).
    return start is not None and view.file.data.startswith(b"null", skip_space(view.file.data, start))
