"""Which pages of two states cannot differ, so that nobody need draw them: the rule that validation judges pages by.

Drawing asks a second reader (PDFium) what it sees.  That question is answered without drawing only where all readers
read the file alike (no doubt, see `signkit.pdf.reading.doubts`), where nothing that the whole document looks by was
changed, and where neither the page nor anything that it leads to was written otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TypeAlias

from signkit.history.accompaniment import catalog_changes
from signkit.history.fingerprint import Fingerprints
from signkit.history.states import DocumentState
from signkit.pdf.pages import Page
from signkit.pdf.reading.document import PdfFile, View
from signkit.pdf.reading.doubts import Doubts
from signkit.pdf.reading.graph import Referrers
from signkit.pdf.reading.syntax import Value

#: A page of the older and one of the newer state, counted from 0.
Pair: TypeAlias = "tuple[int, int]"
#: What the form says of all its fields (12.7.3); its other entries are no matter of looks, or a field's own.
_OF_ALL_FIELDS = ("/DR", "/DA", "/Q")


class Untouched:
    """Finds the pages of one file's states that may differ."""

    def __init__(self, file: PdfFile, prints: Fingerprints) -> None:
        self._file = file
        self._prints = prints
        self._doubts = Doubts(file)

    @cached_property
    def _referrers(self) -> Referrers:
        return Referrers(self._file.history)

    def pairs_to_draw(self, old: DocumentState, new: DocumentState, pairs: Sequence[Pair]) -> tuple[Pair, ...]:
        """Return the pairs of pages (from 0) that may look different; all of them where that cannot be told."""
        if not self._is_beyond_doubt(old, new) or not self._is_surrounded_alike(old, new):
            return tuple(pairs)
        pages = {ref.number for ref in old.page_refs & new.page_refs}
        leading = self._referrers.leading_to(_written_numbers(old.view, new.view), pages)
        return tuple(pair for pair in pairs if _may_differ(old.pages[pair[0]], new.pages[pair[1]], leading))

    def _is_beyond_doubt(self, old: DocumentState, new: DocumentState) -> bool:
        """Whether every reader finds the same in ``old`` and in what came after it."""
        if self._file.damaged or old.view.file is not self._file or new.view.file is not self._file:
            return False
        later = range(old.view.index + 1, new.view.index + 1)
        moved = any(self._file.history.rewrites_container(index) for index in later)
        return not moved and not any(True for _ in self._doubts.after(old.view.index, old.end))

    def _is_surrounded_alike(self, old: DocumentState, new: DocumentState) -> bool:
        one, other = (self._prints.of(state.view, _of_all_fields(state), stop=state.page_refs) for state in (old, new))
        return one == other and not any(catalog_changes(old, new, self._prints))


def _of_all_fields(state: DocumentState) -> Value:
    root = state.view.root
    form = state.view.resolve(root.get("/AcroForm")) if isinstance(root, dict) else None
    return {key: form[key] for key in _OF_ALL_FIELDS if key in form} if isinstance(form, dict) else {}


def _written_numbers(old: View, new: View) -> set[int]:
    """The numbers of the objects that lie elsewhere in the newer revision."""
    sections = old.history.sections[old.index + 1 : new.index + 1]
    numbers = {number for section in sections for number in section.entries}
    return {number for number in numbers if old.locate(number) != new.locate(number)}


def _may_differ(one: Page, other: Page, leading: AbstractSet[int]) -> bool:
    """Not where both have the same entries, what they inherit too, and nothing below was written otherwise."""
    if one is not other or one.ref is None:
        return True
    return one.ref.number in leading or not leading.isdisjoint(one.drawn)
