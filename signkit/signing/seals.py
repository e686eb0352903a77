"""A Japanese seal (印影): how a name stands in its ring or frame.

A person's seal (個人印) is round and shows the family name; a company's (角印) is square and shows the whole name: a
part of it would be another company's.  Kanji and kana stand in columns read from the right, as large as the shape
lets them; names in scripts that are written in words stand in lines.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from signkit.contracts.escaping import string_literal
from signkit.jpki.names import names_organization

Shape: TypeAlias = Literal["round", "square"]
RED = "#c8352b"

_BRACKETED = re.compile(r"[(\[（［〔【][^)\]）］〕】]*[)\]）］〕】]")
#: Characters of a single column: longer names in a ring are parted.
_ONE_COLUMN = 3
#: How much wider than high a character may become, and the other way round: seals fill their shape.
_ASPECTS = (1.0, 1.15, 1.3)
_STRETCH = 1.35
#: Of the seal's side: the stroke of ring and frame (points at least), and the room between it and the characters.
_STROKE, _THINNEST, _ROOM = 0.035, 0.6, 0.025
#: Of a character's cell that the character takes.
_FILL = 0.96
#: Ems: how wide a letter is guessed to be (the typesetter measures), and how high a line of letters is.
_CAPITAL, _LETTER, _LINE = 0.75, 0.58, 1.3
_LONGEST_WORD = 12
_STEPS = 40
_WORD_JOINER = "\u2060"


@dataclass(frozen=True)
class Seal:
    """What a seal shows.

    Attributes:
        text: the family name, or the whole name of an organisation, whose words a space parts.
        shape: round for a person, square for an organisation.
    """

    text: str
    shape: Shape


@dataclass(frozen=True)
class Cell:
    """A character or a line, and where it stands: points right of and below the seal's centre."""

    text: str
    left: float
    top: float
    width: float
    height: float


def seal_of(name: str, *, organisation: bool | None = None) -> Seal:
    """Return the seal of whoever bears ``name``; Japanese registers part family and given name by a space.

    Args:
        organisation: whether it is an organisation's; None: whether it bears a legal form (株式会社, Ltd.).
    """
    words = name.split()
    if names_organization(name) if organisation is None else organisation:
        return Seal((" " if _is_worded(name) else "").join(words), "square")
    family = words[0] if words else name
    return Seal(_BRACKETED.sub("", family) or family, "round")


def seal_cells(seal: Seal, side: float) -> tuple[Cell, ...]:
    """Return where the pieces of a seal of ``side`` points stand: in reading order, within it and apart."""
    stroke = _stroke(side)
    reach = _reach(seal.shape, side / 2 - 1.5 * stroke - side * _ROOM)
    if _is_worded(seal.text):
        return _lines(seal.text.split(), reach)
    return _columns(_clusters(seal.text), reach, single=seal.shape == "round")


def seal_source(seal: Seal, side: float) -> str:
    """Return the Typst expression that draws the seal in a square of ``side`` points."""
    stroke = _stroke(side)
    cells = seal_cells(seal, side)
    pieces = _line_pieces(cells, side) if _is_worded(seal.text) else "".join(_piece(cell, side) for cell in cells)
    size = _points(side - stroke)
    corner = "50%" if seal.shape == "round" else _points(side * 0.04)
    return (
        f"box(width: {_points(side)}, height: {_points(side)}, {{ "
        f'set text(font: "Noto Serif JP", fill: rgb("{RED}"), kerning: false); '
        f"place(center + horizon, rect(width: {size}, height: {size}, radius: {corner}, "
        f'stroke: {_points(stroke)} + rgb("{RED}"))); {pieces} }})'
    )


def _stroke(side: float) -> float:
    return max(side * _STROKE, _THINNEST)


def _is_worded(text: str) -> bool:
    """Tell whether a text is written in words on lines: no character of it is one of East Asia's."""
    return not any(unicodedata.east_asian_width(character) in "WFH" for character in text if not character.isspace())


def _clusters(text: str) -> list[str]:
    """Return the characters, each with the marks and variation selectors that follow it."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character).startswith("M"):
            found[-1] += character
        else:
            found.append(character)
    return found


# --- columns -----------------------------------------------------------------------------------------------

#: How far from the centre line one may go, at a distance from the other centre line: points.
_Reach: TypeAlias = Callable[[float], float]


def _reach(shape: Shape, radius: float) -> _Reach:
    if shape == "square":
        return lambda away: radius if away <= radius else 0.0
    return lambda away: math.sqrt(max(radius * radius - away * away, 0.0))


def _columns(clusters: Sequence[str], reach: _Reach, *, single: bool) -> tuple[Cell, ...]:
    """Stand the characters in as many columns as let them be largest."""
    count = len(clusters)
    most = 1 if single and count <= _ONE_COLUMN else math.isqrt(count) + 2
    best = max(
        (_Grid.largest(count, columns, aspect, reach) for columns in range(1, most + 1) for aspect in _ASPECTS),
        key=lambda grid: round(grid.width * grid.height, 3),  # of equals the first: fewer columns, plainer characters
    )
    return tuple(best.cells(clusters, reach))


@dataclass(frozen=True)
class _Grid:
    """Columns of cells that are at least ``height`` high: how many stand in each, from the right."""

    counts: tuple[int, ...]
    width: float
    height: float

    @classmethod
    def largest(cls, count: int, columns: int, aspect: float, reach: _Reach) -> _Grid:
        """Return the grid of ``columns`` columns with the highest cells that hold ``count`` characters."""
        low, high = 0.0, 2 * reach(0)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            fits = sum(_capacities(columns, middle * aspect, middle, reach)) >= count
            low, high = (middle, high) if fits else (low, middle)
        counts = _spread(count, _capacities(columns, low * aspect, low, reach))
        return cls(counts, low * aspect, low)

    def cells(self, clusters: Sequence[str], reach: _Reach) -> Iterator[Cell]:
        start = 0
        for index, count in enumerate(self.counts):
            left = self._left(index)
            room = 2 * reach(max(abs(left), abs(left + self.width)))
            height = min(room / max(count, 1), self.width * _STRETCH)
            for row, cluster in enumerate(clusters[start : start + count]):
                yield Cell(cluster, left, (row - count / 2) * height, self.width, height)
            start += count

    def _left(self, index: int) -> float:
        return (len(self.counts) / 2 - index - 1) * self.width


def _capacities(columns: int, width: float, height: float, reach: _Reach) -> list[int]:
    """Return how many cells may stand in each column: what fits at its outer edge, and no column far above another."""
    edges = [max(abs(columns / 2 - index - 1), abs(columns / 2 - index)) * width for index in range(columns)]
    fitting = [int(2 * reach(edge) / height + 1e-9) for edge in edges]
    return [min(count, min(fitting) + 1) for count in fitting]


def _spread(count: int, capacities: Sequence[int]) -> tuple[int, ...]:
    """Take from the fullest columns, of equals the last to be read, until ``count`` are left."""
    counts = list(capacities)
    while sum(counts) > count:
        fullest = max(range(len(counts)), key=lambda index: (counts[index], index))
        counts[fullest] -= 1
    return tuple(counts)


def _piece(cell: Cell, side: float) -> str:
    """Draw a character in its cell: one of East Asia's by its em square, another by what it inks."""
    wide = unicodedata.east_asian_width(cell.text[0]) in "WF"
    high = cell.height * _FILL
    edges = "0.88em" if wide else '"bounds"', "-0.12em" if wide else '"bounds"'
    size = high if wide else min(cell.height, cell.width) * 0.8
    across = cell.width * _FILL / high if wide else 1.0
    # ー and （ have forms of their own in columns (OpenType vert)
    drawn = (
        f'text(size: {_points(size)}, top-edge: {edges[0]}, bottom-edge: {edges[1]}, features: ("vert",), '
        f"{string_literal(_join(cell.text))})"
    )
    return _place(cell, side, f"scale(x: {across:.2%}, reflow: true, {drawn})")


def _join(cluster: str) -> str:
    """Keep the typesetter from halving a bracket as at a line's edge: word joiners stand around it."""
    punctuates = unicodedata.category(cluster[0]).startswith("P")
    return f"{_WORD_JOINER}{cluster}{_WORD_JOINER}" if punctuates else cluster


# --- lines -------------------------------------------------------------------------------------------------


def _lines(words: Sequence[str], reach: _Reach) -> tuple[Cell, ...]:
    """Stand words on as many lines as let them be largest."""
    words = [piece for word in words for piece in _part(word)]
    wraps = [_wrap(words, count) for count in range(1, len(words) + 1)]
    size, lines = max(((_largest_size(lines, reach), lines) for lines in wraps), key=lambda found: found[0])
    height = size * _LINE
    return tuple(
        Cell(line, -_width(line) * size / 2, (row - len(lines) / 2) * height, _width(line) * size, height)
        for row, line in enumerate(lines)
    )


def _part(word: str) -> list[str]:
    """Part a word that would be too small on one line."""
    length = math.ceil(len(word) / math.ceil(len(word) / _LONGEST_WORD))
    pieces = [word[start : start + length] for start in range(0, len(word), length)]
    return [f"{piece}-" for piece in pieces[:-1]] + pieces[-1:]


def _wrap(words: Sequence[str], count: int) -> list[str]:
    """Part words into at most ``count`` lines so that the longest is as short as can be."""
    widths = sorted({_width(" ".join(words[a:b])) for a in range(len(words)) for b in range(a + 1, len(words) + 1)})
    return next((lines for width in widths if len(lines := _fill_lines(words, width)) <= count), list(words))


def _fill_lines(words: Sequence[str], width: float) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        if not lines[-1].endswith("-") and _width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines if max(map(_width, lines)) <= width else list(words)


def _largest_size(lines: Sequence[str], reach: _Reach) -> float:
    low, high = 0.0, 2 * reach(0) / _LINE
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _lines_fit(lines, middle, reach) else (low, middle)
    return low


def _lines_fit(lines: Sequence[str], size: float, reach: _Reach) -> bool:
    height = size * _LINE
    edges = [max(abs(row - len(lines) / 2), abs(row + 1 - len(lines) / 2)) * height for row in range(len(lines))]
    return all(_width(line) * size / 2 <= reach(edge) for line, edge in zip(lines, edges, strict=True))


def _width(line: str) -> float:
    return sum(_CAPITAL if character.isupper() else _LETTER for character in line)


def _line_pieces(cells: Sequence[Cell], side: float) -> str:
    """Draw lines in one size, at which the typesetter finds each to fit its cell."""
    fits = ", ".join(
        f"calc.min({cell.width:.3f}pt / measure(line({string_literal(cell.text)})).width, "
        f"{cell.height:.3f}pt / measure(line({string_literal(cell.text)})).height)"
        for cell in cells
    )
    placed = "".join(_place(cell, side, f"line({string_literal(cell.text)}, size: size)") for cell in cells)
    return (
        "context { let line(body, size: 10pt) = text(size: size, top-edge: 1em, bottom-edge: -0.3em, body); "
        f"let size = 10pt * calc.min({fits}); {placed} }}"
    )


def _place(cell: Cell, side: float, drawn: str) -> str:
    return (
        f"place(dx: {_points(side / 2 + cell.left)}, dy: {_points(side / 2 + cell.top)}, "
        f"box(width: {_points(cell.width)}, height: {_points(cell.height)}, align(center + horizon, {drawn}))); "
    )


def _points(value: float) -> str:
    return f"{value:.2f}pt"
