"""Which letters of a page's text layer can be seen: those that leave a mark where they stand, and stand there alone.

A text layer may hold what nobody sees: letters that are invisible (ISO 32000-2 9.3.6), white, transparent, clipped,
tiny, in a layer that is off, or painted over, by an annotation too.  Whether what is seen there is the letter of the
text, this cannot tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from operator import sub
from typing import Any, NamedTuple

Box = tuple[float, float, float, float]

#: Pixels a point, and at most this many along a side.
_SCALE, _MAX_SIDE = 1.0, 3_000
#: Points along the axes by which places are told, and parts of a pixel.
_FAR, _PARTS = 1_000.0, 1_000
#: Grey levels (0 to 255) by which a letter stands out; fainter ones people overlook.
_CONTRAST = 48
_ON_WHITE_OVERLOOKED = bytes(range(256 - _CONTRAST, 256))
#: A letter may fill its box; its surroundings are looked at too, pixels.
_RIM = 1
_MAX_ANNOTATIONS = 1_000
#: Letters that are smaller nobody reads, points.
SMALLEST = 3.0
#: Letters whose middles are nearer than this part of their size lie upon each other, if one is at most twice as large.
_SAME_PLACE, _AS_LARGE = 0.25, 2.0


class PageInk:
    """What a page draws, and what its annotations change of that, seals aside: they stand over names."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._scale = min(_SCALE, _MAX_SIDE / max(*page.get_size(), 1))
        self._picture = self._drawn(annotations=False)
        self._covered = self._drawn(annotations=True) if _has_covers(page) else self._picture
        starts = range(0, self._height * self._row, self._row)
        self._is_covered = [
            self._picture[at : at + self._width] != self._covered[at : at + self._width] for at in starts
        ]
        # Where the page's origin and its two axes lie on the picture: it may be turned.
        self._origin, self._right, self._up = (self._pixel(x, y) for x, y in ((0, 0), (_FAR, 0), (0, _FAR)))

    def shows(self, box: Box, height: float) -> bool:
        """Tell whether something stands out at the box of a letter (points), which has a height with what it leaves."""
        if height < SMALLEST:
            return False
        (x1, y1), (x2, y2) = self._place(box[0], box[1]), self._place(box[2], box[3])
        left, right = max(min(x1, x2) - _RIM, 0), min(max(x1, x2) + _RIM, self._width)
        upper, lower = max(min(y1, y2) - _RIM, 0), min(max(y1, y2) + _RIM, self._height)
        if left >= right or upper >= lower:
            return False
        greys = self._cut(self._picture, left, upper, right, lower)
        if not _stands_out(greys):
            return False
        if True not in self._is_covered[upper:lower]:
            return True
        covered = self._cut(self._covered, left, upper, right, lower)
        return all(abs(difference) < _CONTRAST for difference in map(sub, greys, covered))

    def _cut(self, picture: bytes, left: int, upper: int, right: int, lower: int) -> bytes:
        """Return the greys of a part of a picture."""
        starts = range(upper * self._row + left, lower * self._row + left, self._row)
        width = right - left
        return b"".join([picture[start : start + width] for start in starts])

    def _drawn(self, *, annotations: bool) -> bytes:
        """Return the greys (0 to 255) of the page, row by row; a row may have some bytes more than the page is wide."""
        bitmap = self._page.render(
            scale=self._scale, grayscale=True, draw_annots=annotations, may_draw_forms=annotations
        )
        self._width: int = bitmap.width
        self._height: int = bitmap.height
        self._row: int = bitmap.stride
        greys = bytes(bitmap.buffer)
        bitmap.close()
        return greys

    def _place(self, x: float, y: float) -> tuple[int, int]:
        """Return the pixel at a point of the page."""
        (x0, y0), (x1, y1), (x2, y2) = self._origin, self._right, self._up
        across, up = x / _FAR, y / _FAR
        return round(x0 + (x1 - x0) * across + (x2 - x0) * up), round(y0 + (y1 - y0) * across + (y2 - y0) * up)

    def _pixel(self, x: float, y: float) -> tuple[float, float]:
        """Ask PDFium for the place of a point on the picture, by parts of a pixel."""
        import ctypes

        from pypdfium2 import raw

        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page.raw, 0, 0, self._width * _PARTS, self._height * _PARTS, 0, x, y, across, down)
        return across.value / _PARTS, down.value / _PARTS


def _stands_out(greys: bytes) -> bool:
    """Tell whether some of it is darker than some by what people see."""
    if b"\xff" in greys:  # on white paper, as mostly: faster than to look for the darkest
        return bool(greys.translate(None, _ON_WHITE_OVERLOOKED))
    return max(greys) - min(greys) >= _CONTRAST


def _has_covers(page: Any) -> bool:
    """Hide the seals of a page, and tell whether it has other annotations that may draw something."""
    from pypdfium2 import raw

    count = raw.FPDFPage_GetAnnotCount(page.raw)
    found = bool(count > _MAX_ANNOTATIONS)
    for index in range(min(count, _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        is_field = _is_signature_field(page, annotation)
        # An empty field that draws is none.  One in several parts, whose value stands elsewhere, may be signed.
        is_empty = raw.FPDFAnnot_HasKey(annotation, b"T") and not raw.FPDFAnnot_HasKey(annotation, b"V")
        if is_field and not is_empty:
            raw.FPDFAnnot_SetFlags(annotation, raw.FPDFAnnot_GetFlags(annotation) | raw.FPDF_ANNOT_FLAG_HIDDEN)
        else:
            # These PDFium draws by their appearance alone.
            by_looks = is_field or raw.FPDFAnnot_GetSubtype(annotation) in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP)
            found |= not by_looks or raw.FPDFAnnot_GetObjectCount(annotation) > 0
        raw.FPDFPage_CloseAnnot(annotation)
    return found


def _is_signature_field(page: Any, annotation: Any) -> bool:
    from pypdfium2 import raw

    if page.formenv is None:
        return False
    kind = raw.FPDFAnnot_GetFormFieldType(page.formenv.raw, annotation)
    return bool(kind == raw.FPDF_FORMFIELD_SIGNATURE)


def crowded(letters: Iterable[tuple[str, Box]]) -> set[Box]:
    """Return the boxes upon which another letter stands: which of the two is seen, the text does not tell."""
    found: set[Box] = set()
    cells: dict[tuple[int, int], list[_Spot]] = defaultdict(list)
    before: Box | None = None
    for text, box in letters:
        if box == before:
            continue  # one glyph for several characters: a ligature, a selector of its form
        before, spot = box, _spot(text, box)
        # What lies upon a letter of up to 24 points is no further from its middle than this.
        near = min(_SAME_PLACE * spot.size, _CELL)
        for column in range(_cell(spot.x - near), _cell(spot.x + near) + 1):
            for row in range(_cell(spot.y - near), _cell(spot.y + near) + 1):
                for other in cells.get((column, row), ())[-_MOST:]:
                    if other.text != text and _lie_together(spot, other):
                        found |= {box, other.box}
        cells[_cell(spot.x), _cell(spot.y)].append(spot)
    return found


class _Spot(NamedTuple):
    """A letter, its middle and its size, in points."""

    text: str
    box: Box
    x: float
    y: float
    size: float


def _spot(text: str, box: Box) -> _Spot:
    left, bottom, right, top = box
    return _Spot(text, box, (left + right) / 2, (bottom + top) / 2, max(right - left, top - bottom))


_CELL, _MOST = 6.0, 50


def _cell(place: float) -> int:
    return int(place // _CELL)


def _lie_together(one: _Spot, other: _Spot) -> bool:
    smaller = min(one.size, other.size)
    near = _SAME_PLACE * smaller
    if abs(one.x - other.x) >= near or abs(one.y - other.y) >= near:
        return False
    return max(one.size, other.size) <= _AS_LARGE * smaller
