"""Does what an annotation paints hide what lies below?  Only light colours that multiply let words show (11.3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from signkit.pdf.changes.colour_profiles import keeps_plain_colours
from signkit.pdf.changes.placing import IDENTITY, Matrix, numbers_in, times
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, SyntaxProblem, Value, content_operations

#: Red, green, blue, each from 0 to 1.
Colour = tuple[float, float, float]

_BLACK: Colour = (0.0, 0.0, 0.0)
#: Black words stand out from a colour of this brightness (as they must from what is drawn, see ``drawing``).
_LIGHT = 0.4
#: A line that marks text; thicker ones hide it.
THIN = 1.5
_MAX_FORMS = 20
_STROKES, _BOTH = frozenset((b"S", b"s")), frozenset(b"B B* b b*".split())
_WORDS = frozenset(b"Tj TJ ' \"".split())
_PLAIN_PAINTS = frozenset(b"f F f* B B* b b* S s Tj TJ ' \"".split())
_OTHER_PAINTS = frozenset((b"Do", b"sh", b"BI"))
#: How many numbers steer what is painted (8.4.4, 8.6.8): of more some viewers take the first, others the last.
_COUNTS = {b"w": 1, b"cm": 6, b"g": 1, b"G": 1, b"rg": 3, b"RG": 3, b"k": 4, b"K": 4}
#: 10.5: functions that make another colour of every colour; by these names there is none, or the device's own.
_TRANSFERS, _NO_TRANSFER = ("/TR", "/TR2"), (None, "/Identity", "/Default")
#: What stands for the device spaces where a form brings it (8.6.5.6).
_STAND_INS = frozenset(("/DefaultGray", "/DefaultRGB", "/DefaultCMYK"))
#: What paints with the inks of a press, or with what is defined elsewhere.
_INKS = frozenset(b"k K cs CS sc SC scn SCN Do sh BI".split())
_FILLS, _LINES = frozenset(b"g rg k sc scn cs".split()), frozenset(b"G RG K SC SCN CS".split())


class _Backdrop(Enum):
    """What the blend mode of an ink mixes with (11.4.5, 11.6.6)."""

    PAGE = "page"
    #: An isolated group, which is then laid on the page as it is.
    NOTHING = "nothing"
    #: A group that is multiplied as a whole.
    MULTIPLIED = "multiplied"


@dataclass(frozen=True)
class _Ink:
    """Of the graphics state, what decides whether words show through: blend mode, colours, and the width of lines."""

    backdrop: _Backdrop = _Backdrop.PAGE
    multiply: bool = False
    width: float = 1.0
    matrix: Matrix = IDENTITY
    own_glyphs: bool = False  # of a Type 3 font, which paint what they like (9.6.4)
    transfers: bool = False
    fill: Colour | None = _BLACK
    line: Colour | None = _BLACK

    @property
    def multiplies(self) -> bool:
        # 11.3.5.2: Multiply never lightens, so that black stays black.
        return self.backdrop is _Backdrop.MULTIPLIED or (self.backdrop is _Backdrop.PAGE and self.multiply)

    @property
    def line_width(self) -> float:
        """How wide a line is at most, however the matrix scales and slants (8.4.3.2)."""
        a, b, c, d, _, _ = map(abs, self.matrix)
        return self.width * max(a + b, c + d, a + c, b + d)


@dataclass(frozen=True)
class _Paint:
    """Something painted: the colours that it multiplies by (None: it covers), and whether it is but a thin line."""

    colours: tuple[Colour, ...] | None
    is_thin: bool = False


def hides_words(view: View, form: Stream, *, lines: bool, onto: Matrix = IDENTITY) -> bool:
    """Whether an appearance paints anything through which words cannot be read.

    Args:
        lines: thin lines are what the annotation is there for.
        onto: what leads from the appearance to the page (12.5.5).

    Raises:
        SyntaxProblem: the appearance cannot be read.
    """
    colours: set[Colour] = set()
    for paint in _paints(view, form, _within(view, form, _Ink(matrix=onto)), 0):
        if paint.colours is not None:
            colours.update(paint.colours)
        elif not (paint.is_thin and lines):
            return True
    # All colours together: two light ones on one another may be dark.
    return not are_light(colours)


def are_light(colours: set[Colour]) -> bool:
    """Whether black words can be read where all of these colours are multiplied with the page."""
    red, green, blue = 1.0, 1.0, 1.0
    for colour in colours:
        red, green, blue = red * colour[0], green * colour[1], blue * colour[2]
    # The brightness of a colour as television weighs it (ITU-R BT.601).
    return 0.299 * red + 0.587 * green + 0.114 * blue >= _LIGHT


def colour_of(numbers: Sequence[Value]) -> Colour | None:
    """Return a colour of one, three or four components (gray, RGB, CMYK; 8.6.4), or None."""
    found = [min(max(float(each), 0.0), 1.0) for each in numbers if isinstance(each, int | float)]
    if len(found) != len(numbers):
        return None
    if len(found) == 4:
        # 10.4.2: from CMYK without colour management, as most viewers do it.
        cyan, magenta, yellow, black = found
        return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
    if len(found) == 3:
        return found[0], found[1], found[2]
    return (found[0], found[0], found[0]) if len(found) == 1 else None


def _within(view: View, form: Stream, ink: _Ink) -> _Ink:
    """Return the ink that a form begins with: a transparency group has its own, and a backdrop of its own (11.6.6)."""
    group = view.resolve(form.entries.get("/Group"))
    if not isinstance(group, dict):
        return ink
    if ink.multiplies:
        # A group multiplied as a whole: what it covers inside itself is multiplied in the end.
        return replace(ink, backdrop=_Backdrop.MULTIPLIED)
    # 11.4.5: an isolated group begins on nothing, so that multiply inside it has nothing to multiply with.
    isolated = ink.backdrop is _Backdrop.NOTHING or view.resolve(group.get("/I")) not in (None, "false")
    return replace(ink, backdrop=_Backdrop.NOTHING if isolated else _Backdrop.PAGE, multiply=False)


def _paints(view: View, form: Stream, ink: _Ink, depth: int) -> Iterator[_Paint]:
    """Yield all that a form paints."""
    if depth > _MAX_FORMS:
        raise SyntaxProblem("forms nested too deeply")
    resources = view.resolve(form.entries.get("/Resources"))
    # 8.11.3: of what stands in a layer each viewer shows what it takes for on.
    if brings_stand_ins(view, form) or "/OC" in form.entries:
        yield _Paint(None)
    matrix = numbers_in(view.resolve(form.entries.get("/Matrix")) or [])
    if len(matrix) == 6:
        ink = replace(ink, matrix=times(_matrix(matrix), ink.matrix))
    stack: list[_Ink] = []
    for token, operands in content_operations(view.file.decode_stream(form, view), view.file.meter.check_time):
        if not _is_plain(token, operands):
            yield _Paint(None)
        elif token == b"q":
            stack.append(ink)
        elif token == b"Q":
            ink = stack.pop() if stack else ink
        elif token == b"Do" and (inner := _form(view, resources, operands)) is not None:
            yield from _paints(view, inner, _within(view, inner, ink), depth + 1)
        elif token in _OTHER_PAINTS:
            yield _Paint(None)
        elif token in _PLAIN_PAINTS:
            yield _paint_of(ink, token)
        else:
            ink = _step(view, resources, ink, token, operands)


def _is_plain(operator: bytes, operands: list[Value]) -> bool:
    """Whether every viewer takes an operator alike: by its numbers, and in no layer (8.11.3.2)."""
    if operator == b"BDC":
        return operands[:1] != ["/OC"]
    count = _COUNTS.get(operator)
    return count is None or len(operands) == len(numbers_in(operands)) == count


def brings_stand_ins(view: View, form: Stream) -> bool:
    """Whether plain colours are other ones within a form, in viewers that heed it: poppler does, PDFium does not."""
    return any(True for _ in _stand_ins(view, form.entries.get("/Resources")))


def hands_down_colours(view: View, page: dict[str, Value], looks: Iterable[Stream]) -> bool:
    """Whether a page's stand-ins make other colours of those that looks paint with: poppler passes them on.

    Those that state the same colours exactly (8.6.5) do not: files for keeping (PDF/A) have them.  Presses have
    profiles that only a colour engine can read.
    """
    painted = list(looks)
    spaces = dict(_stand_ins(view, page.get("/Resources"))) if painted else {}
    press = spaces.pop("/DefaultCMYK", None)
    if (
        press is not None
        and not keeps_plain_colours(view, press)
        and any(_may_use_inks(view, each) for each in painted)
    ):
        return True
    return not all(keeps_plain_colours(view, each) for each in spaces.values())


def _may_use_inks(view: View, looks: Stream) -> bool:
    content = view.file.decode_stream(looks, view)
    return any(token in _INKS for token, _ in content_operations(content, view.file.meter.check_time))


def _stand_ins(view: View, resources: Value) -> Iterator[tuple[str, Value]]:
    found = view.resolve(resources)
    spaces = view.resolve(found.get("/ColorSpace")) if isinstance(found, dict) else None
    yield from ((key, view.resolve(spaces[key])) for key in _STAND_INS if isinstance(spaces, dict) and key in spaces)


def _paint_of(ink: _Ink, operator: bytes) -> _Paint:
    strokes = operator in _STROKES
    used = (ink.line,) if strokes else (ink.fill, ink.line) if operator in _BOTH else (ink.fill,)
    # A pattern's colour is not known: it counts as covering.
    known = tuple(colour for colour in used if colour is not None)
    writes = operator in _WORDS and ink.own_glyphs
    if writes or ink.transfers:
        return _Paint(None)
    covers = not ink.multiplies or len(known) < len(used)
    return _Paint(None if covers else known, strokes and ink.line_width <= THIN)


def _step(view: View, resources: Value, ink: _Ink, operator: bytes, operands: list[Value]) -> _Ink:
    """Return the ink after an operator that paints nothing."""
    last = operands[-1] if operands else None
    if operator == b"w" and isinstance(last, int | float):
        return replace(ink, width=abs(last))
    if operator == b"cm":
        return replace(ink, matrix=times(_matrix(numbers_in(operands)), ink.matrix))
    if operator == b"Tf":
        font = _resource(view, resources, "/Font", operands[0] if operands else None)
        drawn = isinstance(font, dict) and view.resolve(font.get("/Subtype")) == "/Type3"
        return replace(ink, own_glyphs=drawn)
    if operator == b"gs":
        return _step_by_state(view, _resource(view, resources, "/ExtGState", last), ink)
    if operator in _FILLS:
        return replace(ink, fill=_colour_set(operator, operands))
    if operator in _LINES:
        return replace(ink, line=_colour_set(operator, operands))
    return ink


def _colour_set(operator: bytes, operands: list[Value]) -> Colour | None:
    """Return the colour set; None for patterns, and for one tint of a space that may be any."""
    named = operator.lower() in (b"cs", b"sc", b"scn")
    # 8.6.5, 8.6.6: one component may be any tint; three and four are taken as RGB and CMYK.
    return None if named and len(operands) < 3 else colour_of(operands)


def _form(view: View, resources: Value, operands: list[Value]) -> Stream | None:
    found = _resource(view, resources, "/XObject", operands[-1] if operands else None)
    return found if isinstance(found, Stream) and view.resolve(found.entries.get("/Subtype")) == "/Form" else None


def _step_by_state(view: View, state: Value, ink: _Ink) -> _Ink:
    """Return the ink after a graphics state parameter dictionary (8.4.5)."""
    if not isinstance(state, dict):
        return ink
    mode, width, font = (view.resolve(state.get(key)) for key in ("/BM", "/LW", "/Font"))
    # 11.6.3: an array of modes: the first known one counts.
    mode = view.resolve(mode[0]) if isinstance(mode, list) and mode else mode
    return replace(
        ink,
        multiply=ink.multiply if mode is None else bool(mode == "/Multiply"),
        width=abs(width) if isinstance(width, int | float) else ink.width,
        own_glyphs=ink.own_glyphs or font is not None,
        transfers=ink.transfers or any(view.resolve(state.get(key)) not in _NO_TRANSFER for key in _TRANSFERS),
    )


def _matrix(numbers: Sequence[float]) -> Matrix:
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _resource(view: View, resources: Value, kind: str, name: Value) -> Value:
    found = view.resolve(resources.get(kind)) if isinstance(resources, dict) else None
    return view.resolve(found.get(name)) if isinstance(found, dict) and isinstance(name, str) else None
