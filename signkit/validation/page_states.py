"""In which state of a file the pages are read for a signature: that of an earlier one serves, where it shows the same.

PDFium loads a page and draws it in as much time as one signature takes to be judged, and the signatures of a contract
mostly find its pages alike.  Whether they do is told as `signkit.history.untouched` tells it: all readers read the file
alike, and neither the page nor what it is drawn by, nor its fields' places, was written otherwise in between.  A page
with other annotations than seals and links is read anew: they may hide a name, and be filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from signkit.pdf.pages import Page, page_tree
from signkit.pdf.reading.document import PdfFile, View
from signkit.pdf.reading.doubts import Doubts
from signkit.pdf.reading.syntax import Ref, Value, references
from signkit.pdf.signatures import FoundSignature

#: What signatures and evidence bring to the catalog, its form and a field: no page's own content is drawn by it.
_OF_CATALOG = frozenset(["/AcroForm", "/DSS", "/Extensions"])
_OF_FORM = frozenset(["/SigFlags"])
_OF_FIELD = frozenset(["/V", "/AP"])
#: What tells a field's kind, name and place (12.5.2, 12.7.4.1), its own or that of a field above it.
_PLACED_BY = ("/Subtype", "/FT", "/T", "/Rect")
#: Objects that a page may be drawn by, its annotations, and fields above each other: of more nothing is shared.
_MOST_OBJECTS, _MOST_ANNOTATIONS, _MOST_ABOVE = 2_000, 200, 20


class PageStates:
    """Finds the states of one file to read.

    Args:
        doubts: about this file.
    """

    def __init__(self, file: PdfFile, doubts: Doubts) -> None:
        self._file = file
        self._doubts = doubts
        self._beyond_doubt: dict[int, bool] = {}
        self._drawn_by: dict[tuple[int, int], AbstractSet[int] | None] = {}

    def ends(self, asked: Iterable[tuple[FoundSignature, Sequence[int]]]) -> list[int]:
        """Return, for each signature and the pages (from 0) to read, the end of a state that shows them as it did.

        Args:
            asked: in the order of signing.
        """
        ends: list[int] = []
        first: FoundSignature | None = None
        for found, numbers in asked:
            if first is None or not self._show_alike(first, found, numbers):
                first = found
            ends.append(first.end)
        return ends

    def _show_alike(self, first: FoundSignature, later: FoundSignature, numbers: Sequence[int]) -> bool:
        if first.revision is None or later.revision is None or "partial" in (first.coverage, later.coverage):
            return False
        old, new = self._file.history.view(first.revision), self._file.history.view(later.revision)
        tree = page_tree(old)
        # The same reading of the page tree (7.7.3): no node or page of it was written in between.
        if tree is not page_tree(new) or any(number >= len(tree.pages) for number in numbers):
            return False
        alike = _is_surrounded_alike(old, new) and all(self._is_alike(old, new, number) for number in numbers)
        return alike and self._is_beyond_doubt(first.revision, first.end)

    def _is_alike(self, old: View, new: View, number: int) -> bool:
        """Whether a page that was not written is drawn by what was not, and has its fields at the same places."""
        page = page_tree(old).pages[number]
        key = old.index, number
        if key not in self._drawn_by:
            drawn = [value for name, value in page.entries.items() if name not in ("/Parent", "/Annots")]
            self._drawn_by[key] = _looked_up(old, lambda view: _follows(view, drawn))
        places = _looked_up(old, lambda view: _has_its_places(old, new, page, view))
        return all(found is not None and _is_unwritten(old, new, found) for found in (self._drawn_by[key], places))

    def _is_beyond_doubt(self, revision: int, end: int) -> bool:
        """Whether every reader finds the same in what came after a revision."""
        if revision not in self._beyond_doubt:
            doubted = self._file.damaged or any(True for _ in self._doubts.after(revision, end))
            self._beyond_doubt[revision] = not doubted
        return self._beyond_doubt[revision]


def _is_surrounded_alike(old: View, new: View) -> bool:
    """Whether the catalog says the same, of layers (8.11.4) and of the form's fields too."""
    one, other = old.root, new.root
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    form, later = old.resolve(one.get("/AcroForm")), new.resolve(other.get("/AcroForm"))
    if not isinstance(form, dict) or not isinstance(later, dict):
        return False
    said = _but(one, _OF_CATALOG) == _but(other, _OF_CATALOG) and _but(form, _OF_FORM) == _but(later, _OF_FORM)
    listed = old.resolve(form.get("/Fields")) == new.resolve(later.get("/Fields"))
    layers = _looked_up(old, lambda view: _follows(view, [one.get("/OCProperties")]))
    return said and listed and layers is not None and _is_unwritten(old, new, layers)


def _has_its_places(old: View, new: View, page: Page, noting: View) -> bool:
    """Whether no annotation hides a name, and all stay as they were; see `_is_placed_alike`."""
    items = noting.resolve(page.entries.get("/Annots"))
    if not isinstance(items, list) or len(items) > _MOST_ANNOTATIONS:
        return False
    return all(_is_placed_alike(old, new, item, noting) for item in items)


def _is_placed_alike(old: View, new: View, item: Value, noting: View) -> bool:
    """Whether an annotation that hides no name, a signature field or a link, and the fields above it stay as they were.

    A field's value, and the looks of one that was signed, may have been written.  What places and names stand in
    besides is looked up by ``noting``.
    """
    kind: Value = None
    for _ in range(_MOST_ABOVE):
        holder, later = old.resolve(item), new.resolve(item)
        if not isinstance(holder, dict) or not isinstance(later, dict):
            return False
        if _but(holder, _OF_FIELD) != _but(later, _OF_FIELD):
            return False
        placed_by = [holder.get(key) for key in _PLACED_BY]
        if not isinstance(new.resolve(later.get("/V")), dict):
            # Not signed, it is no seal: what it lies on it may hide, so its looks have to be the same.
            if holder.get("/AP") != later.get("/AP"):
                return False
            placed_by.append(holder.get("/AP"))
        if not _follows(noting, placed_by):
            return False
        if old.resolve(holder.get("/Subtype")) == "/Link":
            return "/AP" not in holder and "/AP" not in later
        kind = kind or old.resolve(holder.get("/FT"))
        if "/Parent" not in holder:
            return bool(kind == "/Sig")
        item = holder["/Parent"]
    return False


def _looked_up(old: View, look: Callable[[View], bool]) -> AbstractSet[int] | None:
    """Return the numbers of the objects that ``look`` looked up; None where it does not find what it looks for."""
    numbers: set[int] = set()
    return numbers if look(old.noting(numbers)) else None


def _is_unwritten(old: View, new: View, numbers: AbstractSet[int]) -> bool:
    """Whether none of these objects was written in between."""
    return not any(new.is_written(numbers, revision) for revision in range(old.index + 1, new.index + 1))


def _follows(view: View, values: Iterable[Value]) -> bool:
    """Look up all that these values lead to; False where it is too much."""
    todo = [ref for value in values for ref in references(value)]
    seen: set[Ref] = set()
    while todo and len(seen) <= _MOST_OBJECTS:
        ref = todo.pop()
        if ref not in seen:
            seen.add(ref)
            todo += references(view.get(ref))
    return not todo


def _but(entries: dict[str, Value], without: AbstractSet[str]) -> dict[str, Value]:
    return {key: value for key, value in entries.items() if key not in without}
