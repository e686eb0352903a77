"""Does a glyph of a font inside the file look like the letter it is said to be?  Its outline against two known fonts.

Whoever fills in a field may bring the font with it; its tables say what they like (ISO 32000-2 9.10.3), and only the
outlines are what people see.  Each is drawn small and compared with the same letter of a sans-serif and a serif font,
and with the letters that it must not be taken for.  A font too unlike both cannot be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from math import ceil
from statistics import pstdev
from typing import Any

#: Pixels along a side of what is compared, and how much finer it is drawn.
_SIDE, _FINE = 20, 4
#: How alike a glyph is to its letter at least, and how much more alike it may be to another one.
_ALIKE, _ALIKE_KANJI, _MARGIN = 0.6, 0.7, 0.12
#: What a letter's proportions and height may differ by in another font, and its place on the line, in parts of the em.
_PROPORTION, _HEIGHT, _PLACE = 1.7, 1.45, 0.2
#: What is of one shade, as dots and dashes are, has nothing to correlate.
_SOLID = 40.0
#: How far a glyph may lie outside of its width, in parts of the em.
_SHIFT = 0.2
_MAX_POINTS, _MAX_PARTS, _MAX_FONT = 4_000, 8, 20_000_000
#: Tables with glyphs that some viewers draw instead.
_OTHER_GLYPHS = ("CFF ", "CFF2", "EBDT", "CBDT", "sbix", "SVG ", "COLR", "bdat")
_DIGITS = "0123456789"
_LATIN = _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NUMERALS = "一二三四五六七八九十百千万億零壱弐参甲乙丙"
#: A letter that fonts draw in two ways, one of which is nearer to these than to itself.
_EITHER = {"g": "q9y", "l": "I1i", "I": "l1i", "i": "I1l"}

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """A glyph drawn to fill its box, with its proportion, and where it stands, in parts of the em."""

    pixels: bytes
    proportion: float
    bottom: float
    top: float

    def likeness(self, other: Shape) -> float:
        """Return how alike two glyphs are, 1 at most; 0 where one is much wider, larger or higher up."""
        wide = self.proportion / other.proportion
        high = (self.top - self.bottom) / (other.top - other.bottom)
        shifted = max(abs(self.bottom - other.bottom), abs(self.top - other.top))
        if not (1 / _PROPORTION < wide < _PROPORTION and 1 / _HEIGHT < high < _HEIGHT) or shifted > _PLACE:
            return 0.0
        if min(pstdev(self.pixels), pstdev(other.pixels)) < _SOLID:
            apart = sum(abs(a - b) for a, b in zip(self.pixels, other.pixels, strict=True))
            return 1 - apart / len(self.pixels) / 255
        return _correlation(self.pixels, other.pixels)


class Outlines:
    """The glyphs of a TrueType font program, by number."""

    def __init__(self, program: bytes) -> None:
        """Open it.

        Raises:
            ValueError: it is none that can be read.
        """
        from fontTools.ttLib import TTFont

        try:
            self._font = TTFont(BytesIO(program), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
            self._glyphs, self._em = self._font["glyf"], float(self._font["head"].unitsPerEm)
            self._names, self._metrics = self._font.getGlyphOrder(), self._font["hmtx"]
        # fontTools has no error of its own for what is broken in a font.
        except Exception as error:
            raise ValueError("a font that cannot be read") from error
        if len(program) > _MAX_FONT or self._em < 16 or any(key in self._font for key in _OTHER_GLYPHS):
            raise ValueError("a font of no ordinary size")

    def is_letter(self, number: int, letter: str, width: float) -> bool:
        """Whether a glyph looks like ``letter`` and stands within its ``width``; a space is to show nothing."""
        try:
            contours = self._contours(number)
        except Exception:  # as above
            return False
        if len(letter) != 1:
            return False
        if not letter.strip():
            return not contours
        shape = _shape(contours, self._em)
        return shape is not None and self._is_in_place(number, contours, width) and looks_like(shape, letter)

    def _is_in_place(self, number: int, contours: list[list[Point]], width: float) -> bool:
        """Whether a glyph is drawn where the text has it; viewers shift it to its left side bearing."""
        xs = [x / self._em for contour in contours for x, _ in contour]
        bearing = self._metrics[self._names[number]][1] / self._em
        return abs(bearing - min(xs)) < _SHIFT and min(xs) > -_SHIFT and max(xs) < width + _SHIFT

    def by_code(self, code: int) -> int | None:
        """Return the glyph of a one-byte code of a symbolic font (9.6.5.4), if all of its tables agree."""
        # Beyond ASCII the tables of a font count differently.
        if code > 126:
            return None
        try:
            tables = [table.cmap for table in self._font["cmap"].tables] if "cmap" in self._font else []
        except Exception:  # as above
            return None
        codes = (code, 0xF000 + code)
        found = {self._font.getGlyphID(table[each]) for table in tables for each in codes if each in table}
        return found.pop() if len(found) == 1 else None

    def _contours(self, number: int) -> list[list[Point]]:
        if not 0 <= number < len(self._names):
            raise ValueError("no such glyph")
        glyph = self._glyphs[self._names[number]]
        parts = glyph.components if glyph.isComposite() else []
        # A component of components could be drawn a million times.
        if len(parts) > _MAX_PARTS or any(self._glyphs[each.glyphName].isComposite() for each in parts):
            raise ValueError("a glyph of too many parts")
        coordinates, ends, flags = glyph.getCoordinates(self._glyphs)
        if len(coordinates) > _MAX_POINTS:
            raise ValueError("a glyph of too many points")
        starts = [0, *(end + 1 for end in ends)]
        return [
            _polygon_of(list(coordinates[start : end + 1]), list(flags[start : end + 1]))
            for start, end in zip(starts, ends, strict=False)
        ]


def looks_like(shape: Shape, letter: str) -> bool:
    """Whether a glyph is like a letter, and not more like one that it must not be taken for."""
    own = _likeness(shape, letter)
    if letter in _EITHER:
        own = max(own, *(_likeness(shape, each) for each in _EITHER[letter]))
    if own < (_ALIKE if ord(letter) < 0x2E80 else _ALIKE_KANJI):
        return False
    # Between two figures there is no doubt to be left.
    if letter in _DIGITS:
        return _nearest(shape, _DIGITS) <= own and _nearest(shape, _LATIN) <= own + _MARGIN
    return _nearest(shape, _LATIN) <= own + _MARGIN if letter in _LATIN else _nearest(shape, _NUMERALS) <= own


def _nearest(shape: Shape, letters: str) -> float:
    return max(_likeness(shape, each) for each in letters)


def _likeness(shape: Shape, letter: str) -> float:
    return max((shape.likeness(each) for each in _shapes_of(letter)), default=0.0)


@lru_cache(maxsize=4096)
def _shapes_of(letter: str) -> tuple[Shape, ...]:
    """Return how the known fonts draw a letter."""
    return tuple(shape for draw in _known_fonts() if (shape := draw(letter)) is not None)


@cache
def _known_fonts() -> tuple[Callable[[str], Shape | None], ...]:
    folder = files("pylopdf_fonts_jp")
    names = ("NotoSansJP-Regular.otf", "NotoSerifJP-Regular.otf")
    return tuple(_drawn_by(folder.joinpath(name).read_bytes()) for name in names)


def _drawn_by(program: bytes) -> Callable[[str], Shape | None]:
    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.ttLib import TTFont

    font = TTFont(BytesIO(program), lazy=True)
    glyphs, names, em = font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm

    def draw(letter: str) -> Shape | None:
        name = names.get(ord(letter)) if len(letter) == 1 else None
        if name is None:
            return None
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(pen)
        return _shape(_contours_of(pen.value), em)

    return draw


# --- outlines ---


def _contours_of(steps: Iterable[tuple[str, Any]]) -> list[list[Point]]:
    """Return the contours of a font with cubic curves."""
    contours: list[list[Point]] = []
    for step, points in steps:
        if step == "moveTo":
            contours.append([points[0]])
        elif step == "lineTo":
            contours[-1].append(points[0])
        elif step == "curveTo":
            contours[-1] += _cubic(contours[-1][-1], *points)
    return contours


def _cubic(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    steps = [step / 8 for step in range(1, 9)]
    parts = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in steps]
    return [
        (p * a[0] + q * b[0] + r * c[0] + s * d[0], p * a[1] + q * b[1] + r * c[1] + s * d[1]) for p, q, r, s in parts
    ]


def _polygon_of(points: list[Point], flags: list[int]) -> list[Point]:
    """Return a contour of quadratic curves as a polygon; between two control points lies a point of the curve."""
    full: list[tuple[Point, bool]] = []
    for at, point in enumerate(points):
        former = at - 1
        if not flags[at] & 1 and not flags[former] & 1:
            full.append((((points[former][0] + point[0]) / 2, (points[former][1] + point[1]) / 2), True))
        full.append((point, bool(flags[at] & 1)))
    polygon: list[Point] = []
    for at, (point, on) in enumerate(full):
        if on:
            polygon.append(point)
        else:
            polygon += _quadratic(full[at - 1][0], point, full[(at + 1) % len(full)][0])
    return polygon


def _quadratic(a: Point, b: Point, c: Point) -> list[Point]:
    parts = [((1 - t) ** 2, 2 * t * (1 - t), t * t) for t in (0.2, 0.4, 0.6, 0.8)]
    return [(p * a[0] + q * b[0] + r * c[0], p * a[1] + q * b[1] + r * c[1]) for p, q, r in parts]


def _shape(contours: list[list[Point]], em: float) -> Shape | None:
    """Draw a glyph; one that is thin is not stretched to a square."""
    from PIL import Image, ImageFilter

    xs, ys = [x for each in contours for x, _ in each], [y for each in contours for _, y in each]
    if not xs or max(xs) == min(xs) or max(ys) == min(ys):
        return None
    left, top, wide, high = min(xs), max(ys), max(xs) - min(xs), max(ys) - min(ys)
    side = _SIDE * _FINE
    across, down = (side - 1) / max(wide, 0.35 * high), (side - 1) / max(high, 0.35 * wide)
    scaled = [[((x - left) * across, (top - y) * down) for x, y in contour] for contour in contours]
    picture = Image.frombytes("L", (side, side), _fill(scaled, side))
    soft = picture.filter(ImageFilter.GaussianBlur(0.9 * _FINE))
    pixels = soft.resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes()
    return Shape(pixels, wide / high, min(ys) / em, top / em)


def _fill(contours: list[list[Point]], side: int) -> bytes:
    """Fill contours as viewers do, by the number of times that they wind around a place (ISO 32000-2 8.5.3.3.2)."""
    crossings: list[list[tuple[float, int]]] = [[] for _ in range(side)]
    for contour in contours:
        for (x1, y1), (x2, y2) in zip(contour, [*contour[1:], contour[0]], strict=True):
            turn, (xa, ya, xb, yb) = (1, (x1, y1, x2, y2)) if y1 < y2 else (-1, (x2, y2, x1, y1))
            for row in range(max(0, ceil(ya - 0.5)), min(side, ceil(yb - 0.5))):
                crossings[row].append((xa + (row + 0.5 - ya) * (xb - xa) / (yb - ya), turn))
    return b"".join(_row(sorted(each), side) for each in crossings)


def _row(crossings: list[tuple[float, int]], side: int) -> bytes:
    row, winding = bytearray(side), 0
    for (x, turn), (following, _) in pairwise(crossings):
        winding += turn
        if winding:
            first, last = max(0, ceil(x - 0.5)), min(side, ceil(following - 0.5))
            row[first:last] = b"\xff" * max(0, last - first)
    return bytes(row)


def _correlation(one: bytes, other: bytes) -> float:
    count = len(one)
    first, second = sum(one) / count, sum(other) / count
    common = sum(a * b for a, b in zip(one, other, strict=True)) - count * first * second
    spread = (sum(a * a for a in one) - count * first**2) * (sum(b * b for b in other) - count * second**2)
    return float(common / spread**0.5) if spread > 0 else 0.0
