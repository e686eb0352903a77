"""Does a box that is ticked show a tick?  Its states were prepared before anybody signed, and seen by nobody.

A state that writes words where the other one writes none would be a clause that appears by a click (12.7.5.2.3).
"""

from __future__ import annotations

from typing import NamedTuple

from signkit.pdf.changes.covering import rectangle
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, Value, content_operations

#: A tick is a letter of a font of symbols, two at most, of up to two bytes each.
_LETTERS = 4
#: Points: in a smaller box whatever is painted is a tick; in a larger one it is of a few lines.
_BOX, _LINES = 40.0, 40
_PATHS = frozenset(b"l c v y re".split())
_PICTURES = frozenset(b"Do BI sh".split())
_WORDS = frozenset(b"Tj TJ ' \"".split())


class _Marks(NamedTuple):
    """What a state paints: bytes of letters, lines, and whether pictures or fonts that draw what they like."""

    letters: int = 0
    lines: int = 0
    pictures: bool = False


def shows_a_mark(view: View, widget: dict[str, Value], state: str) -> bool:
    """Whether the state of a box shows no more than a tick beside what it shows when it is off.

    Raises:
        SyntaxProblem: its looks cannot be read.
    """
    ticked, off = _marks(view, _look(view, widget, state)), _marks(view, _look(view, widget, "/Off"))
    place = rectangle(view, widget.get("/Rect"))
    if ticked.letters - off.letters > _LETTERS:
        return False
    is_small = place is None or max(place[2] - place[0], place[3] - place[1]) <= _BOX
    return is_small or not (ticked.pictures or ticked.lines - off.lines > _LINES)


def _look(view: View, widget: dict[str, Value], state: str) -> Value:
    appearance = view.resolve(widget.get("/AP"))
    normal = view.resolve(appearance.get("/N")) if isinstance(appearance, dict) else None
    return view.resolve(normal.get(state)) if isinstance(normal, dict) else normal


def _marks(view: View, look: Value) -> _Marks:
    if not isinstance(look, Stream):
        return _Marks()
    letters = lines = 0
    pictures = _has_own_glyphs(view, look)
    operand: Value = None
    for token, operands in content_operations(view.file.decode_stream(look, view), view.file.meter.check_time):
        operand = operands[-1] if operands else operand
        if token in _WORDS:
            parts = operand if isinstance(operand, list) else [operand]
            letters += sum(len(part) for part in parts if isinstance(part, bytes))
        else:
            lines += token in _PATHS
            pictures = pictures or token in _PICTURES
    return _Marks(letters, lines, pictures)


def _has_own_glyphs(view: View, look: Stream) -> bool:
    """Whether its letters may be whole sentences (9.6.4)."""
    resources = view.resolve(look.entries.get("/Resources"))
    fonts = view.resolve(resources.get("/Font")) if isinstance(resources, dict) else None
    found = map(view.resolve, fonts.values()) if isinstance(fonts, dict) else ()
    return any(isinstance(font, dict) and view.resolve(font.get("/Subtype")) == "/Type3" for font in found)
