"""Borders of links that lie close together: each leaves words legible, many of them black them out (12.5.4, 12.5.6.5).

Poppler and Acrobat draw them, PDFium and MuPDF do not: pictures do not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import floor

from signkit.pdf.changes.covering import border_width, corners, frame
from signkit.pdf.changes.placing import Box
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import SyntaxProblem, Value

#: The side of the places that are looked at, in points: about a letter; they lie half of it apart.
_PLACE = 8.0
#: How much of such a place borders may take: two lines across it and a third one along it leave it legible.
_MOST = 0.36
#: A table of contents has a few hundred links.
_MAX_PLACES = 200_000

_Cell = tuple[int, int]


class LinkBorders:
    """The borders of all links of a page."""

    def __init__(self, view: View, annotations: Iterable[Value]) -> None:
        """Measure what they take of each place.

        Raises:
            SyntaxProblem: borders that are too many or reach too far to be looked at.
        """
        self._view = view
        self._taken: dict[_Cell, float] = {}
        for side in {side for each in annotations for side in _sides(view, each)}:
            for cell in _touched(side):
                self._taken[cell] = self._taken.get(cell, 0.0) + _common_area(side, _place(cell))
            if len(self._taken) > _MAX_PLACES:
                raise SyntaxProblem("too many borders of links")

    def close_to(self, link: Value) -> list[Box]:
        """Return the places at which the border of ``link`` and those beside it leave too little between them."""
        cells = {cell for side in _sides(self._view, link) for cell in _touched(side)}
        return [_place(cell) for cell in cells if self._taken.get(cell, 0.0) > _MOST * _PLACE * _PLACE]


def _touched(side: Box) -> Iterator[_Cell]:
    """The places, by their number to the right and upwards, that a side of a border runs through."""
    step = _PLACE / 2
    left, bottom, right, top = (floor(each / step) for each in side)
    if (right - left + 2) * (top - bottom + 2) > _MAX_PLACES:
        raise SyntaxProblem("a border of a link that is too long")
    for x in range(left - 1, right + 1):
        yield from ((x, y) for y in range(bottom - 1, top + 1))


def _place(cell: _Cell) -> Box:
    x, y = cell[0] * _PLACE / 2, cell[1] * _PLACE / 2
    return x, y, x + _PLACE, y + _PLACE


def _common_area(one: Box, other: Box) -> float:
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def _sides(view: View, link: Value) -> Iterator[Box]:
    """Where the sides of a link's border are drawn: half within its rectangle, half outside."""
    entries = view.resolve(link)
    if not isinstance(entries, dict) or view.resolve(entries.get("/Subtype")) != "/Link":
        return
    box, wide = corners(view, entries.get("/Rect")), border_width(view, entries)
    if box is not None and wide > 0:
        yield from frame(box, wide / 2)
