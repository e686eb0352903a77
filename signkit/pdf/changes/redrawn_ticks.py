"""Is a box that a program drew anew while it ticked it still the box that was signed (ISO 32000-2 12.7.5.2.3)?

Programs that fill forms write a box's states anew.  Whoever does so could write words, so only this is taken for the
same: a ground and a thin border as they were when it was off, and when it is on one letter of ZapfDingbats besides,
that which the box was signed to show.  A cross in the place of a tick says the opposite to many readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from signkit.pdf.changes.context import Context
from signkit.pdf.changes.covering import rectangle
from signkit.pdf.changes.field_fonts import TICKS
from signkit.pdf.changes.field_text import Border, Frame, NotComparableError, ShownLetter, ShownText, read_looks
from signkit.pdf.changes.ink import Colour
from signkit.pdf.changes.painted_paths import extent, lies_at_one_side
from signkit.pdf.changes.placing import Box
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, Value

#: Points: a box is no larger, and no smaller.
_LARGEST, _SMALLEST = 40.0, 5.0
#: A border is no thicker than this share of its box, and lies no deeper in it than that.
_BORDER, _DEEP = 1 / 12, 1 / 8
#: It is four lines of a few corners, each as long as a side; a ground reaches as far both ways.
_LINES, _CORNERS, _LONG = 4, 6, 0.8
#: What a plain form says (table 93); a group has colours of its own.
_FORM = frozenset(
    ["/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/Length", "/Filter", "/DecodeParms", "/Name"]
)
#: How large a mark is, of its box, and how far from the middle.
_SIZES, _FROM_MIDDLE = (0.4, 1.5), 0.2
#: How wide it is, of its height: what is stretched or squeezed is another sign.
_WIDTHS = (0.5, 1.0)
_SAID: dict[str, tuple[Value, ...]] = {
    "/Type": (None, "/XObject"), "/Subtype": ("/Form",), "/FormType": (None, 1),
}  # fmt: skip
_OTHER_LETTER = "?"
_PLAIN = [1, 0, 0, 1, 0, 0]
#: Colours that are written with other digits, or in another space, differ by less.
_SAME = 0.01


@dataclass(frozen=True)
class _Look:
    """What a state of a small box shows: letters on grounds.

    Attributes:
        mark: the letter in the middle of its box, empty where there is none; None: it shows anything else.
    """

    mark: str | None
    colours: list[Colour]


def is_same_box(context: Context, one: Value, other: Value) -> bool:
    """Whether the states of a box, drawn anew, show what they were signed to show.

    Raises:
        SyntaxProblem: its looks cannot be read.
    """
    before, after = context.old.resolve(one), context.new.resolve(other)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    looks = context.old.resolve(before.get("/AP")), context.new.resolve(after.get("/AP"))
    old, new = _states(context.old, looks[0]), _states(context.new, looks[1])
    if old is None or new is None or old.keys() != new.keys() or not _is_same_elsewhere(context, *looks):
        return False
    drawn = [state for state in new if not context.equality.same_drawn(old[state], new[state])]
    if not drawn:
        return True
    off, asked = _read(context.old, before, old.get("/Off")), _mark_asked_for(context.old, before, old)
    if off is None or off.mark != "":
        return False
    shown = {state: _read(context.new, after, new[state]) for state in drawn}
    return all(
        look is not None and _is_on_one_ground(off, look) and look.mark == ("" if state == "/Off" else asked)
        for state, look in shown.items()
    )


def states_its_frame_no_more(context: Context, one: Value, other: Value) -> bool:
    """Whether of a box's characteristics (table 192) only colours are gone, which its looks draw by themselves."""
    before, after = context.old.resolve(one), context.new.resolve(other)
    form = context.new.resolve(context.new.root.get("/AcroForm")) if isinstance(context.new.root, dict) else None
    if not isinstance(before, dict) or not isinstance(after, dict) or not isinstance(form, dict):
        return False
    old, new = context.old.resolve(before.get("/MK")), context.new.resolve(after.get("/MK"))
    drawn = _states(context.new, context.new.resolve(after.get("/AP")))
    if not isinstance(old, dict) or not isinstance(new, dict) or drawn is None:
        return False
    kept = all(key in new or key in ("/BC", "/BG") for key in old)
    same = all(key in old and context.equality.same_drawn(old[key], new[key]) for key in new)
    return kept and same and context.new.resolve(form.get("/NeedAppearances")) != "true"


def _states(view: View, looks: Value) -> dict[str, Value] | None:
    normal = view.resolve(looks.get("/N")) if isinstance(looks, dict) else None
    return normal if isinstance(normal, dict) else None


def _is_same_elsewhere(context: Context, old: Value, new: Value) -> bool:
    """Whether what is shown under the pointer (table 170, /R and /D) is what it was."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    return all(key in old and context.equality.same_drawn(old[key], new[key]) for key in new if key != "/N")


def _mark_asked_for(view: View, widget: dict[str, Value], states: dict[str, Value]) -> str | None:
    """Return the letter that the box was signed to show; None where that is not one.

    The caption names it (table 192, /CA) where the state that was signed cannot be read; otherwise both say the same.
    """
    characteristics = view.resolve(widget.get("/MK"))
    caption = view.resolve(characteristics.get("/CA")) if isinstance(characteristics, dict) else None
    ticked = [_read(view, widget, look) for state, look in states.items() if state != "/Off"]
    asked = {look.mark for look in ticked if look is not None}
    if caption is not None:
        asked = asked - {_OTHER_LETTER} | {TICKS.get(caption) if isinstance(caption, bytes) else None}
    only = asked.pop() if len(asked) == 1 and (caption is not None or len(ticked) == 1) else None
    return only if only in TICKS.values() else None


def _read(view: View, widget: dict[str, Value], look: Value) -> _Look | None:
    """Return what a state of a small box shows; None where that is not plain."""
    form, place = view.resolve(look), rectangle(view, widget.get("/Rect"))
    box = rectangle(view, form.entries.get("/BBox")) if isinstance(form, Stream) else None
    if not isinstance(form, Stream) or place is None or box is None or not _is_placed_plainly(view, form, place, box):
        return None
    scale = min(own / side for own, side in zip(_sides(place), _sides(box), strict=True))
    try:
        shown = read_looks(view, form, None, Frame(_BORDER * min(_sides(box))), scale)
    except NotComparableError:
        return None
    framed = len(shown.borders) <= _LINES and all(_is_frame(border, box) for border in shown.borders)
    grounded = all(_is_long(ground, box, either=False) for ground, _ in shown.grounds)
    return _Look(_mark(shown, box), [colour for _, colour in shown.grounds]) if framed and grounded else None


def _is_frame(border: Border, box: Box) -> bool:
    """Whether a border is thin, as long as a side, and nowhere but along the edges."""
    thin = border.width <= 1.01 * _BORDER * min(_sides(box)) and len(border.points) <= _CORNERS
    if not thin or not _is_long(extent(border.points), box):
        return False
    depth = _DEEP * min(_sides(box))
    return all(lies_at_one_side(line, box, depth) for line in pairwise(border.points))


def _is_long(reach: Box, box: Box, *, either: bool = True) -> bool:
    """Whether something reaches along a side of its box, or along both."""
    reaches = (own >= _LONG * side for own, side in zip(_sides(reach), _sides(box), strict=True))
    return any(reaches) if either else all(reaches)


def _mark(shown: ShownText, box: Box) -> str | None:
    if shown.marks or len(shown.letters) > 1:
        return None
    return "".join(
        each.text if each.text in TICKS.values() and _fills(each, box) else _OTHER_LETTER for each in shown.letters
    )


def _is_on_one_ground(off: _Look, look: _Look) -> bool:
    """Whether a state has the ground that the box had when it was off."""
    if len(off.colours) != len(look.colours):
        return False
    pairs = zip(off.colours, look.colours, strict=True)
    return all(abs(a - b) < _SAME for one, other in pairs for a, b in zip(one, other, strict=True))


def _is_placed_plainly(view: View, form: Stream, place: Box, box: Box) -> bool:
    """Whether the looks of a small box are a plain form, neither turned nor stretched (12.5.5)."""
    sides, own = _sides(place), _sides(box)
    entries = {key: view.resolve(form.entries.get(key)) for key in ("/Type", "/Subtype", "/FormType")}
    if not form.entries.keys() <= _FORM or any(entries[key] not in _SAID[key] for key in entries):
        return False
    if view.resolve(form.entries.get("/Matrix", list(_PLAIN))) != _PLAIN or max(sides) > _LARGEST:
        return False
    return min(*sides, *own) >= _SMALLEST and abs(sides[0] * own[1] / (sides[1] * own[0]) - 1) < 0.1


def _fills(letter: ShownLetter, box: Box) -> bool:
    """Whether a letter stands in the middle of its box, and nothing cuts it off."""
    (width, height), (x, y) = _sides(box), letter.middle
    across, up = abs(x - (box[0] + box[2]) / 2), abs(y - (box[1] + box[3]) / 2)
    sized = _SIZES[0] * max(width, height) <= letter.size <= _SIZES[1] * min(width, height)
    sized = sized and _WIDTHS[0] <= letter.width / letter.size <= _WIDTHS[1]
    left, bottom, right, top = letter.clip
    whole = right - left >= 0.7 * width and top - bottom >= 0.7 * height
    return sized and whole and across <= _FROM_MIDDLE * width and up <= _FROM_MIDDLE * height


def _sides(box: Box) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]
