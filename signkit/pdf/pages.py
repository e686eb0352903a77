"""The page tree: every page in order, with what it inherits (ISO 32000-2 7.7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from signkit.limits import LimitExceeded
from signkit.pdf.plain_page import PlainPage, plain_page
from signkit.pdf.reading.document import Location, PdfFile, View
from signkit.pdf.reading.graph import Named
from signkit.pdf.reading.syntax import Ref, Value, references

#: What a page takes from the nodes above it (7.7.3.4).
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_MAX_PAGES = 200_000


class Page:
    """One page.

    Attributes:
        ref: its object; None where it stands in its parent directly.
    """

    def __init__(self, ref: Ref | None, inherited: dict[str, Value], own: dict[str, Value] | PlainPage) -> None:
        self.ref = ref
        self._inherited, self._own = inherited, own

    @cached_property
    def entries(self) -> dict[str, Value]:
        """Its own entries, and those it inherits."""
        own = self._own.entries() if isinstance(self._own, PlainPage) else self._own
        return self._inherited | own

    @property
    def may_have_annotations(self) -> bool:
        """Whether it has an entry for them."""
        plain = isinstance(self._own, PlainPage) and not self._own.may_have_annotations
        return not plain and "/Annots" in self.entries

    @property
    def above(self) -> int | None:
        """The number of the node that it says stands above it."""
        if (named := self._named) is not None:
            return next(iter(named.links), None)
        parent = self.entries.get("/Parent")
        return parent.number if isinstance(parent, Ref) else None

    @cached_property
    def drawn(self) -> frozenset[int]:
        """The numbers of the objects that its entries name, but for its annotations and the node above it."""
        if (named := self._named) is not None:
            inherited = [ref.number for ref in references(self._inherited)] if self._inherited else ()
            return frozenset((*named.targets, *inherited))
        parts = [value for key, value in self.entries.items() if key not in ("/Parent", "/Annots")]
        return frozenset(ref.number for ref in references(parts))

    @cached_property
    def _named(self) -> Named | None:
        return self._own.named() if isinstance(self._own, PlainPage) else None


@dataclass(frozen=True)
class PageTree:
    """The pages in order, and whether each node and page stands in the tree once, as it must."""

    pages: tuple[Page, ...]
    is_tree: bool

    @cached_property
    def refs(self) -> frozenset[Ref]:
        """The objects of the pages."""
        return frozenset(page.ref for page in self.pages if page.ref is not None)

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The numbers of these objects."""
        return frozenset(ref.number for ref in self.refs)

    @cached_property
    def annotated(self) -> tuple[Page, ...]:
        """The pages that may have annotations."""
        return tuple(page for page in self.pages if page.may_have_annotations)

    @cached_property
    def drawn(self) -> frozenset[int]:
        """What any of the pages names to be drawn."""
        return frozenset().union(*(page.drawn for page in self.pages))

    @cached_property
    def above(self) -> frozenset[int]:
        """The nodes that any of the pages says stand above it."""
        return frozenset(number for page in self.pages if (number := page.above) is not None)


def pages(view: View) -> tuple[Page, ...]:
    """Return every page in order; what stands in the tree twice comes twice, unless it is a circle.

    Raises:
        LimitExceeded: more nodes than any document has.
    """
    return page_tree(view).pages


def page_tree(view: View) -> PageTree:
    """Return the pages as `pages` does, and whether they stand in a tree; a page that is as it was is the same object.

    Raises:
        LimitExceeded: more nodes than any document has.
    """
    return view.history.memory.of(view, "/Pages", _walk)


def _walk(view: View, start: Value) -> PageTree:
    made = view.history.memory.made
    todo: list[tuple[Value, dict[str, Value], frozenset[Ref]]] = [(start, _NOTHING, frozenset())]
    found: list[Page] = []
    seen: set[Ref] = set()
    visited, is_tree = 0, True
    while todo:
        node, inherited, above = todo.pop()
        ref = node if isinstance(node, Ref) else None
        visited += 1
        # /Count is not believed: what is walked counts.
        if visited > _MAX_PAGES:
            raise LimitExceeded("pages", _MAX_PAGES)
        if ref is not None:
            # 7.7.3.2: a node or page has one /Parent.
            is_tree = is_tree and ref not in seen
            seen.add(ref)
            if (plain := made(_plain, (ref, view.locate(ref.number)), inherited, view.file)) is not None:
                found.append(plain)
                continue
        entries = view.resolve(node)
        # A node that stands above itself: the circle ends here.
        if not isinstance(entries, dict) or ref in above:
            continue
        kids = view.resolve(entries.get("/Kids"))
        # Table 30 demands /Type /Pages; files forget it, and then the kids tell.
        if isinstance(kids, list) and view.resolve(entries.get("/Type")) != "/Page":
            inside = above | {ref} if ref is not None else above
            is_tree = is_tree and len(inside) <= view.file.meter.limits.depth
            if len(inside) <= view.file.meter.limits.depth:
                handed = made(_handed_down, None, inherited, entries)
                todo += [(kid, handed, inside) for kid in reversed(kids)]
        else:
            found.append(made(_page, ref, inherited, entries))
    return PageTree(tuple(found), is_tree)


_NOTHING: dict[str, Value] = {}


def _handed_down(_: None, inherited: dict[str, Value], entries: dict[str, Value]) -> dict[str, Value]:
    return inherited | {key: entries[key] for key in INHERITED if key in entries}


def _plain(at: tuple[Ref, Location | None], inherited: dict[str, Value], file: PdfFile) -> Page | None:
    """A page whose bytes tell enough; None of a node, and of what has to be parsed."""
    ref, place = at
    own = plain_page(file, ref.number, place) if place is not None else None
    return None if own is None else Page(ref, inherited, own)


def _page(ref: Ref | None, inherited: dict[str, Value], entries: dict[str, Value]) -> Page:
    return Page(ref, inherited, entries)
