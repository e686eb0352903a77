"""What other viewers than PDFium draw over a page: comments without looks, borders of links, what is in layers.

PDFium, which draws pages here, leaves these out; poppler, mupdf and Acrobat draw them over names too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from signkit.pdf.changes.content_order import is_shown_by_some
from signkit.pdf.changes.covering import has_looks, is_opaque, reach
from signkit.pdf.changes.placing import Box
from signkit.pdf.pages import pages
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import SyntaxProblem, Value

_EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)
#: More than people write on a page.
_MOST = 1_000


def unseen_covers(view: View, numbers: Iterable[int]) -> Iterator[Box]:
    """Yield the places of some pages (from 0) that something covers which PDFium does not draw."""
    every = pages(view)
    for page in (every[number] for number in numbers):
        found = view.resolve(page.entries.get("/Annots")) if page.may_have_annotations else None
        items = found if isinstance(found, list) else []
        try:
            for item in items[:_MOST]:
                yield from _covers(view, item)
        except SyntaxProblem:  # each viewer makes of it what it likes
            yield _EVERYWHERE
        if len(items) > _MOST:
            yield _EVERYWHERE


def _covers(view: View, annotation: Value) -> Iterator[Box]:
    entries = view.resolve(annotation)
    kind = view.resolve(entries.get("/Subtype")) if isinstance(entries, dict) else "/Widget"
    # Of a field PDFium makes looks itself, and draws it whatever its layer is (12.7.4.3).
    if not isinstance(entries, dict) or kind == "/Widget" or kind is None:
        return
    drawn = kind not in ("/Link", "/Popup") and has_looks(view, entries) and not is_shown_by_some(view, entries)
    if not drawn and is_opaque(view, entries):
        yield from reach(view, entries)
