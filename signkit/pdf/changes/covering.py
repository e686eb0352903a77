"""Does something new lie over what was signed?  Where a page shows text and images, roughly (ISO 32000-2 8, 9).

Only places matter here, not glyphs: widths are estimated at half the font size a byte, which fits Latin text in one
byte and full-width characters in two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import hypot
from typing import NamedTuple

from signkit.pdf.changes.content_order import is_shown_by_some
from signkit.pdf.changes.ink import THIN, are_light, colour_of, hides_words
from signkit.pdf.changes.placing import IDENTITY, Box, Matrix, State, map_box, numbers_in, operate, times
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, SyntaxProblem, Value, content_operations, passing_over

# A page has a few thousand marks; hundreds of thousands are made to cost time.
_MAX_BOXES = 200_000
_MAX_FORMS = 20
_MAX_PARENTS = 20
#: What is not thicker is a line.
_LINE = 2.0
#: Annotations that mark text and let it show through, unless their own appearance says otherwise.
#: 12.5.6.10 (text markup), 12.5.6.5 (links), 12.5.6.4 (notes): meant to be seen through.
_MARKING = {"/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Link", "/Text", "/Popup", "/Caret"}
#: What viewers draw an icon for where it has no appearance, and how large.
_ICONS, _ICON = {"/Text", "/Caret", "/FileAttachment"}, 20.0
#: A border around less than this leaves nothing of a letter to be read: it is a bar.
_HOLE = 4.0
#: Lines that viewers draw are as thick as the marked text is high, roughly a sixteenth.
_HIGHEST = 40.0


class Shown(NamedTuple):
    """Where something is shown; ``outline``: by a path, which may frame a place or lie behind it."""

    box: Box
    outline: bool = False

    def is_hidden_by(self, box: Box) -> bool:
        """Whether any of it lies below ``box``; a frame or a line to write on is there to be written in."""
        if not self.outline:
            # Margins of text are estimated; a mere touch is no covering.
            return overlap(box, _core(self.box))
        # A frame hides nothing unless most of it lies below; a line to sign on is there to be written over.
        return 2 * _area(_common(box, self.box)) > _area(self.box) and 4 * _area(self.box) < 3 * _area(box)


class ShownContent:
    """Where the pages of one file show something; each page's content is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], tuple[Value, list[Shown]]] = {}

    def is_covered(self, view: View, page: dict[str, Value], annotation: Value, newer: View) -> bool:
        """Whether ``annotation`` (of ``newer``) lies over what ``page`` shows at ``view``.

        Raises:
            SyntaxProblem: the page's content cannot be read.
        """
        entries = newer.resolve(annotation)
        boxes = list(reach(newer, entries)) if isinstance(entries, dict) else []
        if not boxes or not is_opaque(newer, entries):
            return False
        return any(each.is_hidden_by(box) for each in self._boxes(view, page) for box in boxes)

    def covers_words(self, view: View, annotation: Value, newer: View, others: Iterable[Value]) -> bool:
        """Whether ``annotation`` lies over what ``others`` of an older view show."""
        entries = newer.resolve(annotation)
        if not isinstance(entries, dict) or not is_opaque(newer, entries):
            return False
        boxes = list(reach(newer, entries))
        below = [each for each in others if each != annotation] if boxes else []
        words = [shown for each in below for shown in _annotation_boxes(view, each)]
        # A tick is drawn as anything; fields may stand close to one another, comments have no business there.
        if newer.resolve(entries.get("/Subtype")) != "/Widget":
            words += [shown for each in below for shown in _button(view, each)]
        return any(each.is_hidden_by(box) for each in words for box in boxes)

    def shows_at(self, view: View, page: dict[str, Value], boxes: list[Box], others: Iterable[Value]) -> bool:
        """Whether ``page`` or one of ``others`` shows anything at one of some places."""
        words = [shown for each in others if boxes for shown in (*_annotation_boxes(view, each), *_button(view, each))]
        return any(each.is_hidden_by(box) for box in boxes for each in (*words, *self._boxes(view, page)))

    def _boxes(self, view: View, page: dict[str, Value]) -> list[Shown]:
        """Parsed objects live as long as their file, so that their identities are names for them."""
        key = tuple(id(view.resolve(part)) for part in _parts(view, page.get("/Contents")))
        resources = view.resolve(page.get("/Resources"))
        known = self._known.get(key)
        if known is None or known[0] != resources:
            known = self._known[key] = resources, shown_boxes(view, page)
        return known[1]


#: Where an annotation without an appearance is drawn, which need not be inside its /Rect (12.5.6).
#: /QuadPoints (table 182), /Vertices (table 181), /L and /CL (tables 178, 177), /InkList (table 185).
_POINTS = ("/QuadPoints", "/Vertices", "/L", "/CL", "/InkList")
_MAX_POINTS = 10_000
#: How far arrows, squares and the like at a line's ends (table 179) reach, in its widths: poppler 6, mupdf 10.
_ENDING = 10.0
#: Lines that mark text are a part of its height, at most this.
_LINE_OF_SIDE = 8.0


def reach(view: View, entries: dict[str, Value]) -> Iterator[Box]:
    """The places that an annotation draws on: its rectangle, and where its points lie if it has no appearance."""
    bare = not has_looks(view, entries)
    kind, wide = view.resolve(entries.get("/Subtype")), _line_width(view, entries)
    # What has no looks is drawn along a rectangle that has no area too; looks are fitted into it (12.5.5).
    box = corners(view, entries.get("/Rect")) if bare else rectangle(view, entries.get("/Rect"))
    if kind == "/Link" and box is not None:
        yield from frame(box, wide)  # drawn beside an appearance too
    if box is not None and not (kind == "/Link" and bare):
        flat = box[0] == box[2] or box[1] == box[3]
        yield _icon(box) if bare and kind in _ICONS else _wider(box, wide) if flat else box
    for key in _POINTS if bare else ():
        found = view.resolve(entries.get(key))
        lines = [view.resolve(each) for each in found] if isinstance(found, list) else []
        for line in lines if lines and all(isinstance(each, list) for each in lines) else [lines]:
            numbers = numbers_in([view.resolve(each) for each in line[:_MAX_POINTS]])
            # Table 182: eight numbers a quadrilateral; other lists are one line.
            step = 8 if key == "/QuadPoints" else max(len(numbers), 1)
            for at in range(0, len(numbers) - 3, step):
                # 12.5.6.7: lines and their endings reach beyond the points by their width.
                xs, ys = numbers[at : at + step : 2], numbers[at + 1 : at + step : 2]
                far = max(wide, _side(xs, ys) / _LINE_OF_SIDE) if key == "/QuadPoints" else wide
                yield min(xs) - far, min(ys) - far, max(xs) + far, max(ys) + far
                if key not in ("/QuadPoints", "/InkList") and _has_endings(view, entries):
                    for x, y in ((xs[0], ys[0]), (xs[len(ys) - 1], ys[-1])):
                        yield x - _ENDING * wide, y - _ENDING * wide, x + _ENDING * wide, y + _ENDING * wide


def has_looks(view: View, entries: dict[str, Value]) -> bool:
    """Whether an annotation has a normal appearance; without one, or with states alone, viewers draw what they like.

    Poppler draws a highlight by itself unless its appearance has graphics states, which it needs to be seen through.
    """
    normal = _normal_looks(view, entries)
    if not isinstance(normal, Stream) or view.resolve(entries.get("/Subtype")) != "/Highlight":
        return isinstance(normal, Stream)
    resources = view.resolve(normal.entries.get("/Resources"))
    return isinstance(resources, dict) and isinstance(view.resolve(resources.get("/ExtGState")), dict)


def _normal_looks(view: View, entries: dict[str, Value]) -> Value:
    appearance = view.resolve(entries.get("/AP"))
    return view.resolve(appearance.get("/N")) if isinstance(appearance, dict) else None


def _icon(box: Box) -> Box:
    """Where a viewer draws an icon, as large as it likes: at the upper left corner (12.5.6.4), or in the middle."""
    x, y, half = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, _ICON / 2
    return (
        min(box[0], x - half), min(box[1], box[3] - _ICON, y - half),
        max(box[2], box[0] + _ICON, x + half), max(box[3], y + half),
    )  # fmt: skip


def _wider(box: Box, wide: float) -> Box:
    return box[0] - wide, box[1] - wide, box[2] + wide, box[3] + wide


def frame(box: Box, wide: float) -> Iterator[Box]:
    """The four sides of a border, drawn within the edges or along them (12.5.4)."""
    left, bottom, right, top = _wider(box, wide)
    yield left, bottom, right, box[1] + wide
    yield left, box[3] - wide, right, top
    yield left, bottom, box[0] + wide, top
    yield box[2] - wide, bottom, right, top


def _has_endings(view: View, entries: dict[str, Value]) -> bool:
    """Whether a line is to end in anything (12.5.6.7)."""
    return any(view.resolve(each) not in (None, "/None") for each in _parts(view, entries.get("/LE")))


def border_width(view: View, entries: dict[str, Value]) -> float:
    """How wide a border some viewer draws around a link (12.5.4): 0 where none does; what is no number counts as 1."""
    style, border = view.resolve(entries.get("/BS")), view.resolve(entries.get("/Border"))
    stated = [] if style is None else [style.get("/W")] if isinstance(style, dict) else [None]
    stated += [] if border is None else [border[2] if isinstance(border, list) and len(border) > 2 else None]
    numbers = [view.resolve(each) for each in stated]
    return max((abs(each) if isinstance(each, int | float) else 1.0 for each in numbers), default=1.0)


def _is_bar(view: View, entries: dict[str, Value]) -> bool:
    """Whether a link is so flat that its border fills it."""
    box, wide = corners(view, entries.get("/Rect")), border_width(view, entries)
    return box is not None and wide > 0 and min(box[2] - box[0], box[3] - box[1]) - wide < _HOLE


def _line_width(view: View, entries: dict[str, Value]) -> float:
    """How far a line and its leaders (12.5.6.7) reach beyond its points."""
    style, border = view.resolve(entries.get("/BS")), _parts(view, entries.get("/Border"))
    # Where a style states no width, or none that is a number, some viewers take the border's (12.5.4).
    widths = [*([style.get("/W")] if isinstance(style, dict) else []), *border[2:3]]
    leaders = [entries.get(key) for key in ("/LL", "/LLE", "/LLO")]
    return max([1.0, *map(abs, numbers_in([view.resolve(each) for each in widths]))]) + sum(
        map(abs, numbers_in([view.resolve(each) for each in leaders]))
    )


def _annotation_boxes(view: View, annotation: Value) -> Iterator[Shown]:
    """Where an annotation's normal appearance shows text and images, mapped into its rectangle (12.5.5)."""
    entries = view.resolve(annotation)
    place = rectangle(view, entries.get("/Rect")) if isinstance(entries, dict) else None
    appearance = view.resolve(entries.get("/AP")) if place is not None else None
    normal = view.resolve(appearance.get("/N")) if isinstance(appearance, dict) else None
    # 12.5.5: /AS chooses the state.
    if isinstance(normal, dict):  # its states
        normal = view.resolve(normal.get(view.resolve(entries.get("/AS"))))
    if place is None or not isinstance(normal, Stream):
        return
    fitted = _fitted(view, normal, place)
    # Scaled to nothing, it shows nothing to compare.
    if fitted is None:
        return
    own = _matrix(view, normal)
    resources = view.resolve(normal.entries.get("/Resources"))
    yield from _boxes(view, view.file.decode_stream(normal, view), resources, times(own, fitted), 0)


def _fitted(view: View, form: Stream, place: Box) -> Matrix | None:
    """Return what fits an appearance into a rectangle; None where there is nothing to fit.

    12.5.5, algorithm: the box is transformed by /Matrix, and its bounding box fitted into /Rect.
    """
    box = rectangle(view, form.entries.get("/BBox"))
    if box is None:
        return None
    drawn = map_box(_matrix(view, form), *box)
    width, height = drawn[2] - drawn[0], drawn[3] - drawn[1]
    if width <= 0 or height <= 0:
        return None
    x, y = (place[2] - place[0]) / width, (place[3] - place[1]) / height
    return x, 0, 0, y, place[0] - drawn[0] * x, place[1] - drawn[1] * y


def _button(view: View, widget: Value) -> Iterator[Shown]:
    """Where a check box, a radio button or a push-button stands: ticked or not, it says something."""
    entries = view.resolve(widget)
    place = rectangle(view, entries.get("/Rect")) if isinstance(entries, dict) else None
    # 12.7.4.1: /FT is inherited; a button's widgets are a few levels below it.
    for _ in range(_MAX_PARENTS):
        if not isinstance(entries, dict) or "/FT" in entries:
            break
        entries = view.resolve(entries.get("/Parent"))
    if place is not None and isinstance(entries, dict) and view.resolve(entries.get("/FT")) == "/Btn":
        yield Shown(place)


def _matrix(view: View, form: Stream) -> Matrix:
    # Table 93: identity where there is none, and where it is malformed.
    own = numbers_in(view.resolve(form.entries.get("/Matrix")) or [])
    return (own[0], own[1], own[2], own[3], own[4], own[5]) if len(own) == 6 else IDENTITY


def _parts(view: View, value: Value) -> list[Value]:
    parts = view.resolve(value)
    return parts if isinstance(parts, list) else [parts]


def rectangle(view: View, value: Value) -> Box | None:
    """Return a rectangle with its corners in order, or None where it has no area."""
    box = corners(view, value)
    return box if box is not None and box[2] > box[0] and box[3] > box[1] else None


def corners(view: View, value: Value) -> Box | None:
    """Return a rectangle with its corners in order, with an area or none; None where it is no rectangle."""
    numbers = (
        [view.resolve(item) for item in view.resolve(value) or []] if isinstance(view.resolve(value), list) else []
    )
    if len(numbers) != 4 or not all(isinstance(item, int | float) for item in numbers):
        return None
    # 7.9.5: any two opposite corners.
    x0, x1 = sorted((float(numbers[0]), float(numbers[2])))
    y0, y1 = sorted((float(numbers[1]), float(numbers[3])))
    return x0, y0, x1, y1


def visible_part(view: View, page: dict[str, Value]) -> Box | None:
    """What a viewer shows of a page: its crop box, as far as it lies in the media box (14.11.2.1); None: who knows."""
    whole, crop = rectangle(view, page.get("/MediaBox")), rectangle(view, page.get("/CropBox"))
    # 7.9.5: of a box that is not four numbers some viewers take the first four, or zeros for what is none.
    if view.resolve(page.get("/CropBox")) is not None and corners(view, page.get("/CropBox")) is None:
        return None
    part = _common(whole, crop) if whole is not None and crop is not None else whole
    return part if part is not None and part[2] > part[0] and part[3] > part[1] else whole


def is_large(view: View, annotations: Iterable[Value], whole: Box | None, part: int = 4) -> bool:
    """Whether annotations take more than ``part`` (a quarter) of their page: more than a seal and its words need."""
    found = [view.resolve(each) for each in annotations]
    boxes = [rectangle(view, each.get("/Rect")) for each in found if isinstance(each, dict)]
    # Where the page's size cannot be told, anything is too large.
    return any(boxes) and (whole is None or part * sum(_area(box) for box in boxes if box) > _area(whole))


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def overlap(one: Box, other: Box) -> bool:
    """Any area in common, however thin: strips side by side hide what each of them leaves."""
    box = _common(one, other)
    return box[2] > box[0] and box[3] > box[1]


def _core(box: Box) -> Box:
    """A place without its margins, which are estimated: a touch hides nothing."""
    # Estimated text is up to a point too wide and two too high.
    x, y = min(1.0, (box[2] - box[0]) / 6), min(2.0, (box[3] - box[1]) / 6)
    return box[0] + x, box[1] + y, box[2] - x, box[3] - y


def is_opaque(view: View, entries: dict[str, Value]) -> bool:
    """An annotation hides what lies below unless it only marks text."""
    kind = view.resolve(entries.get("/Subtype"))
    thick = kind == "/Link" and (_line_width(view, entries) > THIN or _is_bar(view, entries))
    if kind not in _MARKING or thick or is_shown_by_some(view, entries):
        return True
    normal = _normal_looks(view, entries)
    if not has_looks(view, entries) and _hides_by_itself(view, entries):
        return True
    # A marking with an appearance of its own can paint what it likes.
    return normal is not None and (not isinstance(normal, Stream) or _hides_words(view, entries, normal))


def _hides_words(view: View, entries: dict[str, Value], looks: Stream) -> bool:
    place = rectangle(view, entries.get("/Rect"))
    onto = _fitted(view, looks, place) if place is not None else None
    return hides_words(view, looks, lines=view.resolve(entries.get("/Subtype")) in _LINES, onto=onto or IDENTITY)


def _hides_by_itself(view: View, entries: dict[str, Value]) -> bool:
    """Whether what viewers draw of an annotation that marks text and has no appearance hides anything."""
    kind = view.resolve(entries.get("/Subtype"))
    if kind in _LINES:
        return (
            any(box[3] - box[1] > _HIGHEST for box in reach(view, entries)) or _longest_side(view, entries) > _HIGHEST
        )
    return kind in _ICONS or (kind == "/Highlight" and not _is_light(view, entries))


def _longest_side(view: View, entries: dict[str, Value]) -> float:
    """The height of marked text as viewers take it, between the first and the third point, however they lie."""
    numbers = numbers_in([view.resolve(each) for each in _parts(view, entries.get("/QuadPoints"))[:_MAX_POINTS]])
    quads = [numbers[at : at + 8] for at in range(0, len(numbers) - 7, 8)]
    return max((_side(quad[::2], quad[1::2]) for quad in quads), default=0.0)


def _side(xs: list[float], ys: list[float]) -> float:
    return max((hypot(xs[at] - xs[at + 2], ys[at] - ys[at + 2]) for at in range(min(len(ys), 4) - 2)), default=0.0)


_LINES = {"/Underline", "/StrikeOut", "/Squiggly"}


def _is_light(view: View, entries: dict[str, Value]) -> bool:
    """Whether a viewer marks with a colour that leaves words legible; where none is stated, some mark in black."""
    parts = view.resolve(entries.get("/C"))
    # Table 166: /C of no component is transparent, and viewers then choose.
    colour = colour_of([view.resolve(each) for each in parts]) if isinstance(parts, list) else None
    return colour is not None and are_light({colour})


def shown_boxes(view: View, page: dict[str, Value]) -> list[Shown]:
    """Return where the page's own content shows text and images, in the page's coordinates."""
    # 7.8.2: several content streams are one, divided only by white space.
    content = b"\n".join(_contents(view, page.get("/Contents")))
    resources = view.resolve(page.get("/Resources"))
    boxes: list[Shown] = []
    for box in _boxes(view, content, resources, IDENTITY, 0):
        boxes.append(box)
        if len(boxes) >= _MAX_BOXES:
            raise SyntaxProblem("a page that shows too much")
    return boxes


def _contents(view: View, value: Value) -> Iterator[bytes]:
    for part in _parts(view, value):
        stream = view.resolve(part)
        if isinstance(stream, Stream):
            yield view.file.decode_stream(stream, view)


def _boxes(view: View, content: bytes, resources: Value, matrix: Matrix, depth: int) -> Iterator[Shown]:
    state, stack = State(matrix), list[State]()
    path = _Path()
    for token, operands in content_operations(content, view.file.meter.check_time, _PASSED):
        if token not in _COUNTING:
            continue
        # 8.4.2: q and Q keep the whole graphics state.
        if token == b"q":
            stack.append(state.copy())
        elif token == b"Q":
            state = stack.pop() if stack else state
        elif token == b"BI":
            # 8.9: an image fills the unit square of its coordinates.
            yield Shown(map_box(state.matrix, 0, 0, 1, 1))
        elif token == b"Do":
            yield from _drawn_boxes(view, operands, resources, state.matrix, depth)
        elif token in _PATH:
            if (painted := path.take(token, operands, state.matrix)) is not None:
                yield painted
        elif token in _PLACING:
            if token == b"Tf":
                state.glyph = _glyph(view, operands, resources)
            if (shown := operate(state, token, operands)) is not None:
                yield Shown(shown)


# 8.5.2 and 8.5.3; re draws rules and frames, and is no covering of letters.
_PATH = frozenset(b"m l c v y h re n f F f* B B* b b* S s".split())
#: What moves the place at which something is shown, or shows words there.
_PLACING = frozenset(b"cm BT Tf TL Ts Tz Tc Tm Td TD T* Tj TJ ' \"".split())
_COUNTING = _PATH | _PLACING | {b"q", b"Q", b"BI", b"Do"}
#: Half of a page's operators: marked content, colours, line styles (8.4.4, 8.6.8, 14.6) and the end of text.
_PASSED = passing_over(b"BDC BMC EMC DP MP CS cs SC SCN sc scn G g RG rg K k w J j M d ri i gs Tr ET".split())


class _Path:
    """The path under construction: letters may be drawn as outlines (8.5); plain rectangles are rules and frames."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float]] = []

    def take(self, operator: bytes, operands: list[Value], matrix: Matrix) -> Shown | None:
        """Add to the path, or return where it is painted."""
        if operator in (b"m", b"l", b"c", b"v", b"y"):
            numbers = numbers_in(operands)
            a, b, c, d, e, f = matrix
            pairs = zip(numbers[0::2], numbers[1::2], strict=False)
            self._points += [(a * x + c * y + e, b * x + d * y + f) for x, y in pairs]
        elif operator not in (b"h", b"re"):
            points, self._points = self._points, []
            return _outline(points) if points and operator != b"n" else None
        return None


def _outline(points: list[tuple[float, float]]) -> Shown | None:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = min(xs), min(ys), max(xs), max(ys)
    # Thin in either direction: a line, not the outline of letters.
    is_line = box[2] - box[0] <= _LINE or box[3] - box[1] <= _LINE
    return None if is_line else Shown(box, outline=True)


def _glyph(view: View, operands: list[Value], resources: Value) -> Box | None:
    """Where any glyph of a Type 3 font may paint (9.6.4): whatever its code, a space too."""
    fonts = view.resolve(resources.get("/Font")) if isinstance(resources, dict) else None
    name = next((each for each in operands if isinstance(each, str)), None)
    font = view.resolve(fonts.get(name)) if isinstance(fonts, dict) and name else None
    if not isinstance(font, dict) or view.resolve(font.get("/Subtype")) != "/Type3":
        return None
    box = rectangle(view, font.get("/FontBBox")) or (0.0, -200.0, 1000.0, 800.0)
    numbers = numbers_in([view.resolve(each) for each in _parts(view, font.get("/FontMatrix"))])
    # 9.6.4: a Type 3 font states its own glyph space; other fonts have a thousandth (9.2.4).
    matrix = (*numbers,) if len(numbers) == 6 else (0.001, 0, 0, 0.001, 0, 0)
    return map_box(matrix, *box)  # type: ignore[arg-type]


def _drawn_boxes(view: View, operands: list[Value], resources: Value, matrix: Matrix, depth: int) -> Iterator[Shown]:
    objects = view.resolve(resources.get("/XObject")) if isinstance(resources, dict) else None
    name = operands[-1] if operands else None
    target = view.resolve(objects.get(name)) if isinstance(objects, dict) and isinstance(name, str) else None
    if not isinstance(target, Stream):
        return
    # 8.9: as an inline image, the unit square.
    if view.resolve(target.entries.get("/Subtype")) == "/Image":
        yield Shown(map_box(matrix, 0, 0, 1, 1))
    elif depth >= _MAX_FORMS:
        raise SyntaxProblem("forms nested too deeply")
    else:
        inner = times(_matrix(view, target), matrix)
        # 7.8.3: a form without resources takes those of what it stands in.
        inherited = view.resolve(target.entries.get("/Resources")) or resources
        yield from _boxes(view, view.file.decode_stream(target, view), inherited, inner, depth + 1)
