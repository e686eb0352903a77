"""Does something new lie over what was signed?  Where a page shows text and images, roughly (ISO 32000-2 8, 9).

Only places matter here, not glyphs: widths are estimated at half the font size a byte, which fits Latin text in one
byte and full-width characters in two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, SyntaxProblem, Value, content_tokens

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: Text that only draws a line to write on.
_BLANK = b" _.-\xa0\t"
_MAX_BOXES = 200_000
_MAX_FORMS = 20
#: Annotations that mark text and let it show through, unless their own appearance says otherwise.
_MARKING = {"/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Link", "/Text", "/Popup", "/Caret"}


@dataclass(frozen=True)
class _State:
    """The graphics state as far as places need it."""

    matrix: Matrix = _IDENTITY
    text: Matrix = _IDENTITY
    line: Matrix = _IDENTITY
    size: float = 1.0
    leading: float = 0.0


class ShownContent:
    """Where the pages of one file show something; each page's content is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], tuple[Value, list[Box]]] = {}

    def is_covered(
        self, view: View, page: dict[str, Value], annotation: Value, newer: View, others: Iterable[Value] = ()
    ) -> bool:
        """Whether ``annotation`` (of ``newer``) lies over what ``page`` shows at ``view`` or over words of ``others``.

        Raises:
            SyntaxProblem: the page's content cannot be read.
        """
        entries = newer.resolve(annotation)
        boxes = list(_reach(newer, entries)) if isinstance(entries, dict) else []
        if not boxes or not _is_opaque(newer, entries):
            return False
        shown = self._boxes(view, page)
        if any(_overlap(box, each) for box in boxes for each in shown):
            return True
        words = (shown for each in others if each != annotation for shown in _annotation_boxes(view, each))
        return any(_overlap(box, each) for each in words for box in boxes)

    def _boxes(self, view: View, page: dict[str, Value]) -> list[Box]:
        """Parsed objects live as long as their file, so that their identities are names for them."""
        key = tuple(id(view.resolve(part)) for part in _parts(view, page.get("/Contents")))
        resources = view.resolve(page.get("/Resources"))
        known = self._known.get(key)
        if known is None or known[0] != resources:
            known = self._known[key] = resources, shown_boxes(view, page)
        return known[1]


#: Where an annotation without an appearance is drawn, which need not be inside its /Rect (12.5.6).
_POINTS = ("/QuadPoints", "/Vertices", "/L", "/CL", "/InkList")
_MAX_POINTS = 10_000


def _reach(view: View, entries: dict[str, Value]) -> Iterator[Box]:
    """The places that an annotation draws on: its rectangle, and where its points lie if it has no appearance."""
    box = rectangle(view, entries.get("/Rect"))
    if box is not None:
        yield box
    for key in _POINTS if view.resolve(entries.get("/AP")) is None else ():
        found = view.resolve(entries.get(key))
        lines = [view.resolve(each) for each in found] if isinstance(found, list) else []
        for line in lines if lines and all(isinstance(each, list) for each in lines) else [lines]:
            numbers = _numbers([view.resolve(each) for each in line[:_MAX_POINTS]])
            step = 8 if key == "/QuadPoints" else max(len(numbers), 1)
            for at in range(0, len(numbers) - 3, step):
                xs, ys = numbers[at : at + step : 2], numbers[at + 1 : at + step : 2]
                yield min(xs) - 1, min(ys) - 1, max(xs) + 1, max(ys) + 1


def _annotation_boxes(view: View, annotation: Value) -> Iterator[Box]:
    """Where an annotation's normal appearance shows text and images, mapped into its rectangle (12.5.5)."""
    entries = view.resolve(annotation)
    place = rectangle(view, entries.get("/Rect")) if isinstance(entries, dict) else None
    appearance = view.resolve(entries.get("/AP")) if place is not None else None
    normal = view.resolve(appearance.get("/N")) if isinstance(appearance, dict) else None
    if isinstance(normal, dict):  # its states
        normal = view.resolve(normal.get(view.resolve(entries.get("/AS"))))
    if place is None or not isinstance(normal, Stream):
        return
    box = rectangle(view, normal.entries.get("/BBox"))
    own = _matrix(view, normal)
    if box is None:
        return
    drawn = _map_box(own, *box)
    width, height = drawn[2] - drawn[0], drawn[3] - drawn[1]
    if width <= 0 or height <= 0:
        return
    x, y = (place[2] - place[0]) / width, (place[3] - place[1]) / height
    fitted: Matrix = (x, 0, 0, y, place[0] - drawn[0] * x, place[1] - drawn[1] * y)
    resources = view.resolve(normal.entries.get("/Resources"))
    yield from _boxes(view, view.file.decode_stream(normal, view), resources, _times(own, fitted), 0)


def _matrix(view: View, form: Stream) -> Matrix:
    own = _numbers(view.resolve(form.entries.get("/Matrix")) or [])
    return (own[0], own[1], own[2], own[3], own[4], own[5]) if len(own) == 6 else _IDENTITY


def _parts(view: View, value: Value) -> list[Value]:
    parts = view.resolve(value)
    return parts if isinstance(parts, list) else [parts]


def rectangle(view: View, value: Value) -> Box | None:
    """Return a rectangle with its corners in order, or None where it has no area."""
    numbers = (
        [view.resolve(item) for item in view.resolve(value) or []] if isinstance(view.resolve(value), list) else []
    )
    if len(numbers) != 4 or not all(isinstance(item, int | float) for item in numbers):
        return None
    x0, x1 = sorted((float(numbers[0]), float(numbers[2])))
    y0, y1 = sorted((float(numbers[1]), float(numbers[3])))
    return (x0, y0, x1, y1) if x1 - x0 > 0.5 and y1 - y0 > 0.5 else None


def is_large(view: View, annotation: Value, page: Value) -> bool:
    """Whether an annotation takes more than a quarter of its page: more than a seal and its words need."""
    entries = view.resolve(annotation)
    box, whole = rectangle(view, entries.get("/Rect")) if isinstance(entries, dict) else None, rectangle(view, page)
    return box is not None and (whole is None or 4 * _area(box) > _area(whole))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlap(one: Box, other: Box) -> bool:
    """More than a touch: a sixth of the smaller height and a point of width."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return width > 1 and height > min(one[3] - one[1], other[3] - other[1]) / 6


def _is_opaque(view: View, entries: dict[str, Value]) -> bool:
    """An annotation hides what lies below unless it only marks text."""
    if view.resolve(entries.get("/Subtype")) not in _MARKING:
        return True
    appearance = view.resolve(entries.get("/AP"))
    normal = view.resolve(appearance.get("/N")) if isinstance(appearance, dict) else None
    if not isinstance(normal, Stream):
        return normal is not None
    content = view.file.decode_stream(normal, view)
    drawn = {token for kind, token in content_tokens(content, view.file.meter.check_time) if kind == "operator"}
    multiplies = b"/Multiply" in content or "/Multiply" in repr(view.resolve(normal.entries.get("/Resources")))
    return bool(drawn & {b"Tj", b"TJ", b"'", b'"', b"Do", b"BI"}) or (
        bool(drawn & {b"f", b"F", b"f*", b"B"}) and not multiplies
    )


def shown_boxes(view: View, page: dict[str, Value]) -> list[Box]:
    """Return where the page's own content shows text and images, in the page's coordinates."""
    content = b"\n".join(_contents(view, page.get("/Contents")))
    resources = view.resolve(page.get("/Resources"))
    boxes: list[Box] = []
    for box in _boxes(view, content, resources, _IDENTITY, 0):
        boxes.append(box)
        if len(boxes) >= _MAX_BOXES:
            raise SyntaxProblem("a page that shows too much")
    return boxes


def _contents(view: View, value: Value) -> Iterator[bytes]:
    for part in _parts(view, value):
        stream = view.resolve(part)
        if isinstance(stream, Stream):
            yield view.file.decode_stream(stream, view)


def _boxes(view: View, content: bytes, resources: Value, matrix: Matrix, depth: int) -> Iterator[Box]:
    state, stack, operands = _State(matrix), [], []  # type: _State, list[_State], list[Value]
    for kind, token in content_tokens(content, view.file.meter.check_time):
        if kind == "value":
            operands.append(token)
            continue
        if token == b"q":
            stack.append(state)
        elif token == b"Q":
            state = stack.pop() if stack else state
        elif token == b"BI":
            yield _map_box(state.matrix, 0, 0, 1, 1)
        elif token == b"Do":
            yield from _drawn_boxes(view, operands, resources, state.matrix, depth)
        else:
            state, shown = _step(state, token, operands)
            if shown is not None:
                yield shown
        operands = []
        view.file.meter.check_time()


def _drawn_boxes(view: View, operands: list[Value], resources: Value, matrix: Matrix, depth: int) -> Iterator[Box]:
    objects = view.resolve(resources.get("/XObject")) if isinstance(resources, dict) else None
    name = operands[-1] if operands else None
    target = view.resolve(objects.get(name)) if isinstance(objects, dict) and isinstance(name, str) else None
    if not isinstance(target, Stream):
        return
    if view.resolve(target.entries.get("/Subtype")) == "/Image":
        yield _map_box(matrix, 0, 0, 1, 1)
    elif depth >= _MAX_FORMS:
        raise SyntaxProblem("forms nested too deeply")
    else:
        inner = _times(_matrix(view, target), matrix)
        inherited = view.resolve(target.entries.get("/Resources")) or resources
        yield from _boxes(view, view.file.decode_stream(target, view), inherited, inner, depth + 1)


def _step(state: _State, operator: bytes, operands: list[Value]) -> tuple[_State, Box | None]:
    numbers = _numbers(operands)
    if operator == b"cm" and len(numbers) == 6:
        a, b, c, d, e, f = numbers
        return replace(state, matrix=_times((a, b, c, d, e, f), state.matrix)), None
    if operator == b"BT":
        return replace(state, text=_IDENTITY, line=_IDENTITY), None
    if operator == b"Tf" and numbers:
        return replace(state, size=numbers[-1]), None
    if operator == b"TL" and numbers:
        return replace(state, leading=numbers[-1]), None
    if operator == b"Tm" and len(numbers) == 6:
        a, b, c, d, e, f = numbers
        return replace(state, text=(a, b, c, d, e, f), line=(a, b, c, d, e, f)), None
    if operator in (b"Td", b"TD") and len(numbers) == 2:
        leading = -numbers[1] if operator == b"TD" else state.leading
        return _move(replace(state, leading=leading), numbers[0], numbers[1]), None
    if operator == b"T*":
        return _move(state, 0, -state.leading), None
    if operator in (b"'", b'"'):
        state = _move(state, 0, -state.leading)
    if operator in (b"Tj", b"TJ", b"'", b'"') and operands:
        return _show_text(state, operands[-1])
    return state, None


def _move(state: _State, x: float, y: float) -> _State:
    line = _times((1, 0, 0, 1, x, y), state.line)
    return replace(state, line=line, text=line)


def _show_text(state: _State, operand: Value) -> tuple[_State, Box | None]:
    parts = operand if isinstance(operand, list) else [operand]
    width = sum(len(part) * 0.5 if isinstance(part, bytes) else 0.0 for part in parts)
    width -= sum(_numbers(parts)) / 1000
    length = width * state.size
    after = replace(state, text=_times((1, 0, 0, 1, length, 0), state.text))
    if not any(isinstance(part, bytes) and part.strip(_BLANK) for part in parts):
        return after, None
    return after, _map_box(_times(state.text, state.matrix), 0, -0.2 * state.size, length, 0.8 * state.size)


def _numbers(values: Iterable[Value]) -> list[float]:
    return [float(value) for value in values if isinstance(value, int | float)] if isinstance(values, list) else []


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _map_box(matrix: Matrix, x0: float, y0: float, x1: float, y1: float) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(xs), min(ys), max(xs), max(ys)
