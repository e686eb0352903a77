"""What the looks of a text or choice field say: its letters in their places, and nothing painted beside them.

An appearance is read strictly: text in letters that can be told, on a background, within a border (ISO 32000-2
12.7.4.3).  Whatever else it paints, or paints so that some letters are not seen, cannot be compared with a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from signkit.pdf.changes.covering import rectangle
from signkit.pdf.changes.field_fonts import TICK_WIDTHS, TICKS, Reader, font_reader
from signkit.pdf.changes.ink import Colour, brings_stand_ins, colour_of
from signkit.pdf.changes.painted_paths import extent, has_spikes, is_rectangle, lies_at_one_side, winds_around
from signkit.pdf.changes.placing import Box, Matrix, times
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, Value, content_operations

_WHITE, _BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
#: Letters smaller than this are read by nobody, points.
_SMALLEST = 2.0
#: Letter and ground differ by at least this much of black to white.
_LEGIBLE = 0.2
#: A background or the mark of a chosen line takes this much of the box.
_WIDE = 0.8
_THICK = 4.0
#: A cross of lines thinner than this share of it is a hair, and of thicker ones a blot.
_STROKES = 0.05, 0.35
#: Letters that are nearer to each other are of one word, by their size.
_WORD = 0.25
_MAX_GLYPHS = 20_000
#: What a form may say that is a look and no more (tables 5 and 93, 14.5): in no layer, no stand-in for a page elsewhere
#: (/Ref), a drawing in PostScript or a picture of a printer's (/OPI), and no file is attached to it (/AF).
_OF_LOOKS = {
    "/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/Name", "/Metadata", "/PieceInfo",
    "/LastModified", "/StructParent", "/StructParents", "/Length", "/Filter", "/DecodeParms", "/DL",
}  # fmt: skip
#: What may be said of a part of it (14.6): none of the words that are read instead (14.9).
_OF_PARTS = {"/MCID", "/Lang", "/Type", "/Subtype", "/BBox", "/Attached"}
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class NotComparableError(Exception):
    """An appearance that is more, or other, than text on a background within a border."""


@dataclass(frozen=True)
class ShownLetter:
    """A glyph in the appearance's own coordinates: left end, base line, width, size, where it may be seen, its ink."""

    text: str
    x: float
    y: float
    width: float
    size: float
    clip: Box
    ink: Colour = _BLACK

    @property
    def middle(self) -> tuple[float, float]:
        """Where it is looked at: half its width, and a third of its size above the base line."""
        return self.x + self.width / 2, self.y + 0.3 * self.size


@dataclass(frozen=True)
class Border:
    """A path along the edges, and how wide it is stroked; 0: it is filled, and lies along the edges as a whole."""

    points: list[tuple[float, float]]
    width: float


@dataclass
class ShownText:
    """What an appearance shows: letters and grounds in their order, marked lines of a list, lines of borders."""

    letters: list[ShownLetter]
    marks: list[Box]
    grounds: list[tuple[Box, Colour]]
    borders: list[Border]

    def lines(self) -> list[list[ShownLetter]]:
        """Return the letters line by line from above, each from the left."""
        lines: list[list[ShownLetter]] = []
        for letter in sorted(self.letters, key=lambda each: -each.y):
            if lines and abs(lines[-1][0].y - letter.y) < 0.3 * letter.size:
                lines[-1].append(letter)
            else:
                lines.append([letter])
        return [sorted(line, key=lambda each: each.x) for line in lines]


@dataclass(frozen=True)
class Frame:
    """What the field itself asks to be painted: how thick its border is, and into how many cells it is divided."""

    border: float = 1.0
    cells: int = 0


def read_looks(view: View, form: Stream, signed: View | None, frame: Frame, scale: float = 1.0) -> ShownText:
    """Read an appearance.

    Args:
        signed: the document as the first signature found it, whose fonts are believed.
        scale: what the appearance's units are on the page, points.

    Raises:
        NotComparableError: it paints anything else, or letters that nobody could read.
        SyntaxProblem: it cannot be read.
    """
    box = rectangle(view, form.entries.get("/BBox"))
    if box is None or not form.entries.keys() <= _OF_LOOKS or brings_stand_ins(view, form):
        raise NotComparableError
    interpreter = _Interpreter(view, form, signed, frame, scale, box)
    interpreter.run()
    looks = ShownText(interpreter.letters, interpreter.marks, interpreter.grounds[1:], interpreter.borders)
    lines = looks.lines()
    crowded = any(_crowd(one, other) for line in lines for one, other in pairwise(line))
    if crowded or not _is_level(lines) or not _come_in_order(looks.letters, lines, _WORD if not frame.cells else 1e9):
        raise NotComparableError
    return looks


def _is_level(lines: list[list[ShownLetter]]) -> bool:
    """Whether all letters are of one size, on lines that stand apart: what is raised says something else (10²)."""
    sizes = [letter.size for line in lines for letter in line]
    if sizes and max(sizes) > 1.05 * min(sizes):
        return False
    straight = all(abs(letter.y - line[0].y) < 0.05 * letter.size for line in lines for letter in line)
    return straight and all(one[0].y - other[0].y > 0.8 * one[0].size for one, other in pairwise(lines))


def _come_in_order(letters: list[ShownLetter], lines: list[list[ShownLetter]], gap: float) -> bool:
    """Whether the letters of each word are drawn one after the other: what takes out text takes them as they come."""
    places = {id(letter): place for place, letter in enumerate(letters)}
    return all(
        places[id(other)] == places[id(one)] + 1
        for line in lines
        for one, other in pairwise(line)
        if other.x - one.x - one.width < gap * one.size
    )


def _crowd(one: ShownLetter, other: ShownLetter) -> bool:
    """Whether one letter lies over the other."""
    return other.x - one.x < 0.4 * one.width


@dataclass(frozen=True)
class _State:
    """The graphics state (8.4.1, 9.3.1) as far as letters need it."""

    matrix: Matrix = _IDENTITY
    clip: Box = (0.0, 0.0, 0.0, 0.0)
    fill: Colour = _BLACK
    line: Colour = _BLACK
    fill_parts: int = 1  # of a colour in the space that is set, gray at first (table 51)
    line_parts: int = 1
    width: float = 1.0
    reader: Reader | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0


_ONLY_IN_TEXT = frozenset(b"ET Td TD Tm T* Tj TJ ' \"".split())
_NUMBERS: dict[bytes, Callable[[_State, float], _State]] = {
    b"w": lambda state, number: replace(state, width=number),
    b"Tc": lambda state, number: replace(state, char_space=number),
    b"Tw": lambda state, number: replace(state, word_space=number),
    b"TL": lambda state, number: replace(state, leading=number),
    b"Ts": lambda state, number: replace(state, rise=number),
    b"Tz": lambda state, number: replace(state, stretch=number / 100),
}
#: What sets something that changes no letter (8.4.4, 9.3, 14.6).
_SILENT = frozenset(b"J j M d i ri BMC EMC MP BX EX".split())
_COLOURS = frozenset(b"g rg k G RG K sc scn SC SCN".split())
#: How many numbers are a colour: by the operator that sets its space too, and by the space (8.6.4, 8.6.8).
_PARTS = {b"g": 1, b"rg": 3, b"k": 4}
_SPACES = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}
_PATHS = frozenset(b"m l re h n W W* f F f* S s B B* b b*".split())
_NOT_IN_TEXT = _PATHS | frozenset(b"q Q cm BT".split())


class _Interpreter:
    def __init__(self, view: View, form: Stream, signed: View | None, frame: Frame, scale: float, box: Box) -> None:
        self._view, self._form, self._signed, self._frame, self._scale, self._box = (
            view,
            form,
            signed,
            frame,
            scale,
            box,
        )
        self._state, self._stack = _State(clip=box), list[_State]()
        self._text = self._line = _IDENTITY
        self._in_text = False
        self._path, self._clips = list[list[tuple[float, float]]](), False
        self._dashed = False
        self.grounds: list[tuple[Box, Colour]] = [((-1e9, -1e9, 1e9, 1e9), _WHITE)]
        self.letters, self.marks = list[ShownLetter](), list[Box]()
        self.borders = list[Border]()

    def run(self) -> None:
        content = self._view.file.decode_stream(self._form, self._view)
        if _ODD.search(_STRING.sub(b" ", content)):
            raise NotComparableError
        for operator, operands in content_operations(content, self._view.file.meter.check_time):
            self._operate(operator, operands)

    def _operate(self, operator: bytes, operands: list[Value]) -> None:
        numbers = [float(each) for each in operands if isinstance(each, int | float)]
        # 9.4.1: within a text object nothing but text; without one none.
        if operator in (_NOT_IN_TEXT if self._in_text else _ONLY_IN_TEXT):
            raise NotComparableError
        if operator == b"q":
            self._stack.append(self._state)
        elif operator == b"Q":
            # 8.4.2: Q without q is an error that viewers mend in their own ways.
            if not self._stack:
                raise NotComparableError
            self._state = self._stack.pop()
        elif operator in _COLOURS:
            self._colour(operator, operands)
        elif operator in (b"cs", b"CS"):
            self._set_space(operator, operands)
        elif operator in _PATHS:
            self._on_path(operator, numbers)
        elif operator in _NUMBERS and len(numbers) == 1:
            self._state = _NUMBERS[operator](self._state, numbers[0])
        elif operator in _TEXT:
            self._on_text(operator, operands, numbers)
        elif operator == b"cm" and len(numbers) == 6:
            self._state = replace(self._state, matrix=times(_matrix(numbers), self._state.matrix))
        else:
            self._pass_over(operator, operands, numbers)

    def _pass_over(self, operator: bytes, operands: list[Value], numbers: list[float]) -> None:
        """Go on where an operator changes nothing of what is seen."""
        marked = operator in (b"BDC", b"DP") and self._is_told_as_seen(operands)
        visible = operator == b"Tr" and numbers == [0]
        self._dashed = self._dashed or (operator == b"d" and operands[:1] != [[]])
        if not (marked or visible or operator in _SILENT):
            raise NotComparableError

    def _is_told_as_seen(self, operands: list[Value]) -> bool:
        """Whether marked content is in no layer (8.11.3.2), and nothing else is said in its place."""
        said = operands[1] if len(operands) == 2 else None
        if isinstance(said, str):
            resources = self._view.resolve(self._form.entries.get("/Resources"))
            named = self._view.resolve(resources.get("/Properties")) if isinstance(resources, dict) else None
            said = self._view.resolve(named.get(said)) if isinstance(named, dict) else None
        return operands[:1] != ["/OC"] and isinstance(said, dict) and said.keys() <= _OF_PARTS

    def _colour(self, operator: bytes, operands: list[Value]) -> None:
        fills = operator.islower()
        parts = _PARTS.get(operator.lower(), self._state.fill_parts if fills else self._state.line_parts)
        # Of more numbers, or fewer, each viewer makes a colour of its own.
        colour = colour_of(operands) if len(operands) == parts else None
        if colour is None:
            raise NotComparableError
        self._take_colour(colour, parts, fills=fills)

    def _set_space(self, operator: bytes, operands: list[Value]) -> None:
        name = operands[0] if len(operands) == 1 else None
        if not isinstance(name, str) or name not in _SPACES:
            raise NotComparableError
        # 8.6.8: with its space a colour becomes the first of it, black in all of these.
        self._take_colour(_BLACK, _SPACES[name], fills=operator == b"cs")

    def _take_colour(self, colour: Colour, parts: int, *, fills: bool) -> None:
        if fills:
            self._state = replace(self._state, fill=colour, fill_parts=parts)
        else:
            self._state = replace(self._state, line=colour, line_parts=parts)

    # --- paths ---

    def _on_path(self, operator: bytes, numbers: list[float]) -> None:
        state = self._state
        if operator == b"re" and len(numbers) == 4:
            x, y, wide, high = numbers
            corners = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y))
            self._path.append([_apply(state.matrix, *corner) for corner in corners])
        elif operator == b"m" and len(numbers) == 2:
            self._path.append([_apply(state.matrix, *numbers)])
        elif operator == b"l" and len(numbers) == 2 and self._path:
            self._path[-1].append(_apply(state.matrix, *numbers))
        elif operator == b"h":
            if self._path:
                self._path[-1].append(self._path[-1][0])
        elif operator in (b"W", b"W*"):
            self._clips = True
        elif operator in (b"m", b"l", b"re"):
            raise NotComparableError
        else:
            self._end_path(operator)

    def _end_path(self, operator: bytes) -> None:
        width = self._stroke_width(operator)
        if operator in (b"f*", b"B*", b"b*") and self._is_ring(width):
            # a border filled between two rectangles
            self.borders += [Border(points, width) for points in self._path]
        elif operator == b"S" and (cross := self._cross(width)) is not None:
            self._check_seen(cross)
            self.letters.append(cross)
        elif operator != b"n":
            for points in self._path:
                closed = [*points, points[0]] if operator in (b"s", b"b", b"b*", b"f", b"F", b"f*") else points
                self._take_paint(operator, closed)
        if self._clips:
            if len(self._path) != 1 or not is_rectangle(self._path[0]):
                raise NotComparableError
            self._state = replace(self._state, clip=_common(self._state.clip, extent(self._path[0])))
        self._path, self._clips = [], False

    def _cross(self, width: float) -> ShownLetter | None:
        """Return the cross of ZapfDingbats where the path is one of two lines, as iText draws it; None: it is not."""
        if [len(points) for points in self._path] != [2, 2]:
            return None
        left, bottom, right, top = extent([point for points in self._path for point in points])
        wide, high = right - left, top - bottom
        falling, rising = {(left, top), (right, bottom)}, {(left, bottom), (right, top)}
        drawn = [{*points} for points in self._path]
        plain = drawn in ([falling, rising], [rising, falling]) and abs(wide - high) <= 0.1 * wide
        if not plain or self._dashed or not _STROKES[0] * wide <= width <= _STROKES[1] * wide:
            return None
        size = wide / TICK_WIDTHS[b"8"]
        middle = (bottom + top) / 2
        return ShownLetter(TICKS[b"8"], left, middle - 0.3 * size, wide, size, self._state.clip, self._state.line)

    def _is_ring(self, width: float) -> bool:
        """Whether the path is one rectangle within another, both along the edges (8.5.3.3.3)."""
        rings = [points for points in self._path if is_rectangle(points) and self._runs_along_edges(points, width)]
        return len(rings) == len(self._path) == 2

    def _take_paint(self, operator: bytes, points: list[tuple[float, float]]) -> None:
        """Take a ground, a border, the divider of a comb; refuse anything that could be a letter or hide one."""
        fills = operator not in (b"S", b"s")
        width = self._stroke_width(operator)
        # A line as thick as a letter is high is no border.
        if width > _THICK:
            raise NotComparableError
        seen = _common(extent(points), self._box)
        if fills and is_rectangle(points) and self._is_ground(seen):
            ground = _common(seen, self._state.clip)
            if self.letters:
                raise NotComparableError
            self.grounds.append((ground, self._state.fill))
            if ground[3] - ground[1] < _WIDE * (self._box[3] - self._box[1]):
                self.marks.append(ground)
            fills = operator in (b"f", b"F", b"f*")
            if fills:
                return
        if not (self._runs_along_edges(points, width) or (self._is_divider(points) and not fills)):
            raise NotComparableError
        if (fills and winds_around(points, self._box)) or (width and has_spikes(points)):
            raise NotComparableError
        self.borders.append(Border(points, width))

    def _stroke_width(self, operator: bytes) -> float:
        """How wide an operator strokes a path at most (8.4.3.2), however the matrix scales and slants; 0: it fills."""
        if operator in (b"f", b"F", b"f*"):
            return 0.0
        a, b, c, d, _, _ = map(abs, self._state.matrix)
        return self._state.width * max(a + b, c + d, a + c, b + d)

    def _is_ground(self, seen: Box) -> bool:
        return seen[2] - seen[0] >= _WIDE * (self._box[2] - self._box[0])

    def _runs_along_edges(self, points: list[tuple[float, float]], width: float) -> bool:
        """Whether every line of a path, stroked so wide, lies in the border."""
        depth = 2 * max(self._frame.border, width) + 0.5
        return all(lies_at_one_side(line, self._box, depth) for line in pairwise(points))

    def _is_divider(self, points: list[tuple[float, float]]) -> bool:
        """Whether a line parts two cells of a comb (table 231, bit 25)."""
        cells, (left, _, right, _) = self._frame.cells, self._box
        x = points[0][0]
        upright = all(abs(each[0] - x) < 0.1 for each in points)
        cell = (x - left) * cells / (right - left) if cells else 0.5
        return bool(cells) and upright and abs(cell - round(cell)) < 0.1

    # --- text ---

    def _on_text(self, operator: bytes, operands: list[Value], numbers: list[float]) -> None:
        if operator in (b"BT", b"ET"):
            self._in_text = operator == b"BT"
            self._text = self._line = _IDENTITY
        elif operator == b"Tf":
            self._set_font(operands)
        elif operator in (b"Td", b"TD") and len(numbers) == 2:
            if operator == b"TD":
                self._state = replace(self._state, leading=-numbers[1])
            self._move(*numbers)
        elif operator == b"Tm" and len(numbers) == 6:
            self._text = self._line = _matrix(numbers)
        elif operator in (b"T*", b"'", b'"'):
            if operator == b'"':
                if len(numbers) != 2:
                    raise NotComparableError
                self._state = replace(self._state, word_space=numbers[0], char_space=numbers[1])
            self._move(0, -self._state.leading)
        elif operator not in (b"Tj", b"TJ"):
            raise NotComparableError
        if operator in (b"Tj", b"'", b'"', b"TJ"):
            self._show(operands[-1] if operands else None)

    def _set_font(self, operands: list[Value]) -> None:
        if len(operands) != 2 or not isinstance(operands[0], str) or not isinstance(operands[1], int | float):
            raise NotComparableError
        resources = self._view.resolve(self._form.entries.get("/Resources"))
        fonts = self._view.resolve(resources.get("/Font")) if isinstance(resources, dict) else None
        # A name that the appearance does not bring is looked up elsewhere, in each viewer's own order.
        reader = font_reader(self._view, fonts.get(operands[0]), self._signed) if isinstance(fonts, dict) else None
        self._state = replace(self._state, reader=reader, size=float(operands[1]))

    def _move(self, x: float, y: float) -> None:
        self._text = self._line = times((1, 0, 0, 1, x, y), self._line)

    def _show(self, operand: Value) -> None:
        for part in operand if isinstance(operand, list) else [operand]:
            if isinstance(part, int | float):
                self._advance(-part / 1000 * self._state.size)
            elif isinstance(part, bytes):
                self._show_string(part)
            else:
                raise NotComparableError

    def _advance(self, width: float) -> None:
        self._text = times((1, 0, 0, 1, width * self._state.stretch, 0), self._text)

    def _show_string(self, text: bytes) -> None:
        state = self._state
        glyphs = state.reader(text) if state.reader is not None else ([] if not text else None)
        if glyphs is None or len(self.letters) + len(glyphs) > _MAX_GLYPHS:
            raise NotComparableError
        for glyph in glyphs:
            a, b, c, d, _, _ = matrix = times(self._text, state.matrix)
            # Upright and not mirrored: a letter turned over is another one.
            if glyph.text.strip() and (a <= 0 or d <= 0 or abs(b) > 1e-3 * a or abs(c) > 0.4 * d):
                raise NotComparableError
            x, y = _apply(matrix, 0, state.rise)
            width = glyph.width * state.size * state.stretch * a
            letter = ShownLetter(glyph.text, x, y, width, state.size * d, state.clip, state.fill)
            if glyph.text.strip():
                self._check_seen(letter)
                self.letters.append(letter)
            self._advance(glyph.width * state.size + state.char_space + (state.word_space if glyph.text == " " else 0))

    def _check_seen(self, letter: ShownLetter) -> None:
        x, y = letter.middle
        left, bottom, right, top = self._state.clip
        ground = next(colour for box, colour in reversed(self.grounds) if _holds(box, x, y))
        faint = abs(brightness(ground) - brightness(letter.ink)) < _LEGIBLE
        tiny = letter.size * self._scale < _SMALLEST or letter.width <= 0.1 * letter.size
        if faint or tiny or not (left <= x <= right and bottom <= y <= top):
            raise NotComparableError


#: Strings, and what else parsers take differently: comments, and numbers that are none (7.3.3).
_STRING = re.compile(rb"\((?:\\.|[^()\\])*+\)|<[0-9A-Fa-f\s]*+>", re.DOTALL)
_ODD = re.compile(rb"%|[\d.][-+]|[-+][-+]|\d[eE]\d|\.\d*\.|#")
_TEXT = frozenset(b"BT ET Tf Td TD Tm T* Tj TJ ' \"".split())


def _matrix(numbers: list[float]) -> Matrix:
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def brightness(colour: Colour) -> float:
    """Return how bright a colour is, as television weighs it (ITU-R BT.601), from 0 to 1."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def words_of_lines(lines: list[list[ShownLetter]]) -> Iterator[str]:
    """Yield what each line says, without spaces."""
    for line in lines:
        yield "".join(letter.text for letter in line)
