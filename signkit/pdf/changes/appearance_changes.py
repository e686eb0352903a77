"""What an annotation draws by itself, and where (ISO 32000-2 12.5.5)."""

from __future__ import annotations

from collections.abc import Iterator

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, SyntaxProblem, Value, content_operations

# 8.5.3 (paths), 9.4.3 (text), 8.8 (XObjects), 8.7.4.2 (sh), 8.9.7 (inline images): every operator that leaves marks.
_PAINTS = frozenset(b"f F f* B B* b b* S s Tj TJ ' \" Do sh BI".split())
_WORDS = frozenset(b"Tj TJ ' \"".split())
#: Of a background and a border that a widget's /MK asks for (12.7.4.3): few, and of plain shapes.
_FRAMING, _SHAPES = 4, frozenset(b"f F f* B B* b b* S s".split())
_CORNERS = 8
# Table 167: bit 2 is Hidden.
_HIDDEN = 2
# Table 167: bit 4 NoZoom, bit 5 NoRotate.
_NO_ZOOM, _NO_ROTATE = 8, 16
#: The icon of a note or a file is no larger, points.
_ICON = 40.0


def streams(view: View, widget: Value) -> Iterator[Stream]:
    """Every stream below /AP of an annotation: normal, rollover and down, in each state.

    Raises:
        SyntaxProblem: there is an appearance that is no stream.
    """
    entries = view.resolve(widget)
    appearance = view.resolve(entries.get("/AP")) if isinstance(entries, dict) else None
    if appearance is None:
        return
    if not isinstance(appearance, dict):
        raise SyntaxProblem("an appearance that is none")
    # Table 170: /N, /R and /D, each one stream or a dictionary of states.
    for value in map(view.resolve, appearance.values()):
        for each in value.values() if isinstance(value, dict) else [value]:
            found = view.resolve(each)
            if isinstance(found, Stream):
                yield found
            elif found is not None:
                raise SyntaxProblem("an appearance that is none")


def draws(view: View, widget: Value) -> bool:
    """Whether a widget shows anything, by its appearance or by what a viewer draws without one (12.5.6.19).

    Raises:
        SyntaxProblem: its appearance cannot be read.
    """
    entries = view.resolve(widget)
    if not isinstance(entries, dict):
        return False
    flags = view.resolve(entries.get("/F"))
    # Hidden annotations are not displayed or printed, whatever their appearance (12.5.3).
    if isinstance(flags, int) and flags & _HIDDEN:
        return False
    if not is_flat(view, entries) and (_has_looks(view, entries) or _has_border(view, entries)):
        return True
    # Of what is scaled to nothing readers make different things (12.5.5).
    return any(_paints(view, stream, _PAINTS) for stream in streams(view, widget))


def _has_looks(view: View, entries: dict[str, Value]) -> bool:
    """Whether a viewer draws a background, a border, a caption or an icon of its own (12.5.6.19)."""
    looks = view.resolve(entries.get("/MK"))
    # Table 192: background, border colour, caption, icon.
    return isinstance(looks, dict) and any(
        view.resolve(looks.get(key)) not in (None, [], b"") for key in ("/BG", "/BC", "/CA", "/I")
    )


def _has_border(view: View, entries: dict[str, Value]) -> bool:
    """Whether a border is asked for that has a width (12.5.4); without one of its own a widget has none."""
    style, border = view.resolve(entries.get("/BS")), view.resolve(entries.get("/Border"))
    if isinstance(style, dict):
        # Table 168: a width of 0 draws no border; the default is 1.
        return bool(view.resolve(style.get("/W", 1)) != 0)
    # Table 166: /Border is [horizontal radius, vertical radius, width, dashes].
    widths = border[2:3] if isinstance(border, list) else []
    return any(view.resolve(width) != 0 for width in widths)


def is_flat(view: View, entries: dict[str, Value]) -> bool:
    """Whether an annotation's /Rect has no area, so that its appearance is scaled to nothing."""
    box = view.resolve(entries.get("/Rect"))
    numbers = [view.resolve(item) for item in box] if isinstance(box, list) else []
    if len(numbers) != 4 or not all(isinstance(item, int | float) for item in numbers):
        # Without /Rect nothing can be said; with one of no area the appearance is scaled to nothing.
        return box is None
    return bool(numbers[0] == numbers[2] and numbers[1] == numbers[3])


def shows_something(view: View, widget: Value) -> bool:
    """Whether an annotation's appearances paint anything but the background and border that its /MK asks for."""
    entries = view.resolve(widget)
    framed = isinstance(entries, dict) and _has_looks(view, entries)
    return any(
        _paints(view, stream, _PAINTS) and not (framed and _only_frames(view, stream))
        for stream in streams(view, widget)
    )


def draws_when_off(view: View, button: Value) -> bool:
    """Whether a box that is not ticked shows anything: what all its states show alike, or the one called /Off."""
    entries = view.resolve(button)
    looks = view.resolve(entries.get("/AP")) if isinstance(entries, dict) else None
    normal = view.resolve(looks.get("/N")) if isinstance(looks, dict) else None
    shown = view.resolve(normal.get("/Off")) if isinstance(normal, dict) else normal
    return isinstance(shown, Stream) and _paints(view, shown, _PAINTS)


def draws_but_words(view: View, widget: Value) -> bool:
    """Whether an annotation's appearances paint anything but letters."""
    return any(_paints(view, stream, _PAINTS - _WORDS) for stream in streams(view, widget))


def _only_frames(view: View, stream: Stream) -> bool:
    """Whether a few plain shapes are all that an appearance paints."""
    painted = corners = 0
    operand: Value = None
    for token, operands in content_operations(view.file.decode_stream(stream, view), view.file.meter.check_time):
        operand = operands[-1] if operands else operand
        if token in (b"m", b"l", b"re"):
            corners += 1
        elif token in _SHAPES:
            painted, corners = painted + 1, 0
        # A curve draws letters or a picture: no frame is made of it.
        elif token in (b"c", b"v", b"y") or (token in _PAINTS and not (token in _WORDS and not _says(operand))):
            return False
        if painted > _FRAMING or corners > _CORNERS:
            return False
    return True


def _paints(view: View, stream: Stream, operators: frozenset[bytes], depth: int = 0) -> bool:
    # 8.10: forms may draw forms; circles are made by hand.
    if depth > 20:
        raise SyntaxProblem("appearances nested too deeply")
    operand: Value = None
    for token, operands in content_operations(view.file.decode_stream(stream, view), view.file.meter.check_time):
        operand = operands[-1] if operands else operand
        # 7.8.3: names are looked up in the form's own resources.
        inner = _inner(view, stream, operand) if token == b"Do" else None
        if inner is not None:
            if _paints(view, inner, operators, depth + 1):
                return True
        elif token in operators and not (token in _WORDS and not _says(operand)):
            return True
    return False


def _inner(view: View, stream: Stream, name: Value) -> Stream | None:
    """The form that ``Do`` draws, where the appearance's own resources hold it."""
    resources = view.resolve(stream.entries.get("/Resources"))
    objects = view.resolve(resources.get("/XObject")) if isinstance(resources, dict) else None
    found = view.resolve(objects.get(name)) if isinstance(objects, dict) and isinstance(name, str) else None
    form = isinstance(found, Stream) and view.resolve(found.entries.get("/Subtype")) == "/Form"
    # An image is drawn too; only a form has content to look into.
    return found if form else None


def _says(operand: Value) -> bool:
    parts = operand if isinstance(operand, list) else [operand]
    return any(isinstance(part, bytes) and part for part in parts)  # which glyph a code shows is for its font


def has_box(view: View, widget: Value) -> bool:
    """Whether every appearance has a box with an area and an orderly matrix, so that readers place it alike."""
    for stream in streams(view, widget):
        box = _numbers(view, stream.entries.get("/BBox"), 4)
        matrix = _numbers(view, stream.entries.get("/Matrix", [1, 0, 0, 1, 0, 0]), 6)
        # Beyond a million units arithmetic itself differs between viewers.
        if box is None or matrix is None or max(map(abs, [*box, *matrix])) > 1e6:
            return False
        # A box without an area shows nothing where readers follow 12.5.5; where nothing is drawn it is no matter.
        if (box[0] == box[2] or box[1] == box[3] or _is_singular(matrix)) and _paints(view, stream, _PAINTS):
            return False
    return True


def has_place(view: View, annotation: Value) -> bool:
    """Whether an annotation's rectangle is one to every reader: four numbers (7.9.5).

    Where it is none viewers draw without it, or what they make of it.  A field without looks shows nothing.
    """
    entries = view.resolve(annotation)
    if not isinstance(entries, dict):
        return False
    box = _numbers(view, entries.get("/Rect"), 4)
    # Beyond a million units arithmetic itself differs between viewers.
    stated = box is not None and max(map(abs, box)) <= 1e6
    return stated or (view.resolve(entries.get("/Subtype")) == "/Widget" and not any(streams(view, annotation)))


def leaves_its_place(view: View, widget: Value, *, turned: bool) -> bool:
    """Whether an annotation is not scaled, or on a turned page not turned, with its page (12.5.3): icons may.

    At a small magnification what is not scaled lies over all that is near it.
    """
    entries = view.resolve(widget)
    flags = view.resolve(entries.get("/F")) if isinstance(entries, dict) else None
    if not isinstance(entries, dict) or not isinstance(flags, int) or _is_icon(view, entries):
        return False
    # 12.5.3: the upper left corner stays put, the rest lies where the magnification wants it.
    return bool(flags & _NO_ZOOM) or (turned and bool(flags & _NO_ROTATE))


def _is_icon(view: View, entries: dict[str, Value]) -> bool:
    box = _numbers(view, entries.get("/Rect"), 4)
    small = box is not None and max(abs(box[2] - box[0]), abs(box[3] - box[1])) <= _ICON
    return small and view.resolve(entries.get("/Subtype")) in ("/Text", "/FileAttachment")


def _numbers(view: View, value: Value, count: int) -> list[float] | None:
    found = view.resolve(value)
    numbers = [view.resolve(item) for item in found] if isinstance(found, list) else []
    return numbers if len(numbers) == count and all(isinstance(item, int | float) for item in numbers) else None


def _is_singular(matrix: list[float]) -> bool:
    # A determinant of zero: no inverse, and viewers either skip or draw a line.
    return matrix[0] * matrix[3] == matrix[1] * matrix[2]
