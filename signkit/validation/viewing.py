"""What a viewer shows: the pages as of each signature and as of now, drawn and compared where more than evidence came.

The third lock on changes, beside the reading of the bytes and the rules on objects: PDFium draws, in a process that a
hostile file may crash, and what looks different anywhere but in the area of a permitted change was not permitted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache
from typing import Literal, NamedTuple

from signkit.drawing import Area, Drawn, Leave, PlacedLetter, compare_states
from signkit.pdf.changes.content_order import is_shown_by_some
from signkit.pdf.changes.covering import has_looks, is_opaque, reach, visible_part
from signkit.pdf.changes.field_text import brightness
from signkit.pdf.changes.shown_values import ShownValue
from signkit.pdf.changes.values import WAITED_OVER_TEXT, Change, Gravity, Judgement
from signkit.pdf.form import form_fields
from signkit.pdf.pages import Page, pages
from signkit.pdf.reading.document import PdfFile, View
from signkit.pdf.reading.syntax import Ref, Stream, Value
from signkit.pdf.signatures import FoundSignature
from signkit.workers import WorkerLost, WorkerPool, kept_pool

#: When pages are drawn: where more than evidence came after a signature, where anything came, or never.
Pictures = Literal["auto", "always", "never"]

_SECONDS = 30.0
_PATIENCE = 15.0
_MEMORY = 3 * 1024 * 1024 * 1024
_SIGNATURE_ADDED, _FILLED = "signature-added", "field-filled"
#: A box that is not ticked (12.7.5.2.3).  Table 167: bit 2 is Hidden, bit 6 NoView.
_OFF, _UNSEEN = (None, "/Off"), 2 | 32
#: A field that takes more than this part of its page is drawn: a seal and its words need less.
_LARGE = 8
# What a field without looks consists of; an entry besides might make some viewer draw.
_UNSEEN_ENTRIES = frozenset(
    [
        "/Type",
        "/Subtype",
        "/Rect",
        "/P",
        "/F",
        "/AP",
        "/FT",
        "/T",
        "/TU",
        "/TM",
        "/Ff",
        "/V",
        "/Kids",
        "/Parent",
        "/Lock",
        "/SV",
        "/StructParent",
    ]
)


def compare_looks(
    file: PdfFile, judged: Sequence[tuple[FoundSignature, Judgement]], pictures: Pictures
) -> list[Judgement]:
    """Return the judgements of changes, each held against what the pages look like.

    Args:
        file: the file as read.
        judged: each signature with the judgement of what came after it.
        pictures: ``never``: what would have to be drawn is not judged.
    """
    result = [judgement for _, judgement in judged]
    # The fields are looked at once, and only if somebody asks.
    unseen = cache(lambda: _unseen_fields(file.history.last))
    asked = [at for at, each in enumerate(judged) if _is_to_be_drawn(file, *each, pictures, unseen)]
    if not asked:
        return result
    # Not drawn where it should have been is not judged, and never passes.
    if pictures == "never":
        looks: list[Drawn] | None = None
    else:
        areas = [_allowed_areas(file, *judged[at]) for at in asked]
        looks = _draw(file, [judged[at][0].end for at in asked], areas)
    for position, at in enumerate(asked):
        result[at] = _held_against(result[at], looks[position] if looks is not None else None)
    return result


def _is_to_be_drawn(
    file: PdfFile,
    found: FoundSignature,
    judgement: Judgement,
    pictures: Pictures,
    unseen: Callable[[], frozenset[str]],
) -> bool:
    """Not where it fails anyway, and not where nothing came, or nothing that could show."""
    nothing_follows = found.coverage == "whole-file"
    if judgement.permitted is not True or nothing_follows or found.revision is None:
        return False
    if pictures == "always" or found.revision == len(file.history) - 1:  # white space: some viewers mend such files
        return True
    signed = {change.field for change in judgement.changes if change.code == _SIGNATURE_ADDED}
    waiting = _waiting_fields(file.history.view(found.revision), signed - unseen() if signed else signed)
    return any(not _is_plain(change, waiting, unseen()) for change in judgement.changes)


def _is_plain(change: Change, waiting: frozenset[str], unseen: frozenset[str]) -> bool:
    """Evidence, or the filling of a signature field that was there: what that draws its rules have judged.

    A field that came as evidence, for a document timestamp, is plain only where no viewer could show anything of it.
    A revision that wrote objects and in which nothing was seen to change is not plain: something must be its reason.
    """
    # A field for a signature that was foreseen by the signers; a new one is drawn and compared.
    if change.code == _SIGNATURE_ADDED:
        return change.field in unseen or (change.level is Gravity.FORM and change.field in waiting)
    return change.level is Gravity.EVIDENCE


def _waiting_fields(view: View, asked: AbstractSet[str | None]) -> frozenset[str]:
    """Those signature fields left empty that take no more of their page than a seal and its words need."""
    fields = [item for item in form_fields(view) if item.name in asked]
    empty = {item.name for item in fields if item.type == "/Sig" and view.resolve(item.value) is None}
    if not empty:
        return frozenset()
    widgets = {name: refs for name, refs in _widgets(view).items() if name in empty}
    every = frozenset().union(*widgets.values())
    large: set[Ref] = set()
    for page in pages(view):
        if boxes := dict(_annotations(view, page, every)):
            whole = _extent(visible_part(view, page.entries))
            for name in empty:
                own = widgets[name] & boxes.keys()
                large |= own if _LARGE * sum(_extent(boxes[ref]) for ref in own) > whole else set()
    return frozenset(name for name in empty if not widgets[name] & large)


def _extent(box: Area | None) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) if box is not None else 0.0


def _unseen_fields(view: View) -> frozenset[str]:
    """The fields of which no viewer shows anything, whatever it makes of what it does not know."""
    every, widgets = form_fields(view), _widgets(view)
    seen = {name for name, refs in widgets.items() if not all(_is_unseen(view, ref) for ref in refs)}
    return frozenset(widgets) - seen - {item.name for item in every if item.ref is None}


def _is_unseen(view: View, ref: Ref) -> bool:
    """A widget with nothing but what a field needs, on no area, without an appearance or with an empty one."""
    entries = view.resolve(ref)
    if not isinstance(entries, dict) or entries.keys() - _UNSEEN_ENTRIES:
        return False
    box = _area(view, entries.get("/Rect"))
    # 12.5.5: on no area an appearance is scaled to nothing.
    no_area = "/Rect" not in entries or (box is not None and box[0] == box[2] and box[1] == box[3])
    kind = view.resolve(entries.get("/Subtype"))
    return no_area and kind in ("/Widget", None) and _draws_nothing(view, entries.get("/AP"))


def _draws_nothing(view: View, appearance: Value) -> bool:
    looks = view.resolve(appearance)
    streams = [view.resolve(each) for each in looks.values()] if isinstance(looks, dict) else [looks]
    return all(
        each is None or (isinstance(each, Stream) and not view.file.decode_stream(each, view).strip())
        for each in streams
    )


# --- where a page may look different --------------------------------------------------------------------------


def _allowed_areas(file: PdfFile, found: FoundSignature, judgement: Judgement) -> dict[int, list[Leave]]:
    """Return, for each page (from 0), where the changes that were found permitted may show.

    Evidence shows nothing.  What stood there before stays legible, but below a value that was entered anew, where a
    comment was that changed, and below a signature of which it is told that it stands over text.
    """
    assert found.revision is not None
    old, new = file.history.view(found.revision), file.history.last
    more = [change for change in judgement.changes if change.level > Gravity.EVIDENCE]
    fields = frozenset(change.field for change in more if change.field is not None)
    # Programs write what they do not change as well; of that no change is told.
    named = {change.number for change in more}
    annotations = judgement.level >= Gravity.ANNOTATIONS
    widgets = _widgets_of(old, fields) | _widgets_of(new, fields)
    told = {change.number for change in judgement.told if change.code in ("signature-over-text", WAITED_OVER_TEXT)}
    # Over a value that is entered anew the old one may vanish: that is what entering means.
    entered = _widgets_of(old, _shown_values(old) & fields)
    filled = frozenset(change.field for change in more if change.code == _FILLED and change.field is not None)
    values = _entered_values(old, new, filled)
    areas: dict[int, list[Leave]] = defaultdict(list)
    for number, (before, after) in enumerate(zip(pages(old), pages(new), strict=False)):
        former, later = dict(_annotations(old, before)), dict(_annotations(new, after))
        for ref in former.keys() | later.keys():
            touched = ref.number in named or ref not in former or ref not in later
            if ref in widgets:
                hides = ref.number in told or ref in entered
                areas[number] += [Leave(box, hides) for box in (former.get(ref), later.get(ref)) if box is not None]
                if ref in values and (box := later.get(ref)) is not None:
                    value = values[ref]
                    areas[number].append(Leave(box, hides=True, shows=value.ticked, letters=value.letters))
            elif annotations and touched:
                areas[number] += [Leave(box, hides=True) for box in (former.get(ref),) if box is not None]
                areas[number] += _comment_areas(new, ref) if ref in later else []
    return areas


class _Value(NamedTuple):
    """What was entered into a widget: the letters that are read, or a tick that was not there before."""

    letters: tuple[PlacedLetter, ...]
    ticked: bool


def _entered_values(old: View, new: View, filled: frozenset[str]) -> dict[Ref, _Value]:
    """Return what was entered into each widget of the fields that were filled in, where a viewer shows it."""
    found: dict[Ref, _Value] = {}
    for item in form_fields(new) if filled else ():
        for ref in _widgets_of(new, frozenset([item.name])) if item.name in filled else ():
            widget, former = new.resolve(ref), old.resolve(ref)
            if not isinstance(widget, dict) or _is_hidden(new, widget):
                continue
            read = ShownValue(new, item, [ref], old).letters(widget)
            was = old.resolve(former.get("/AS")) if isinstance(former, dict) else None
            ticked = item.type == "/Btn" and was in _OFF and new.resolve(widget.get("/AS")) not in _OFF
            found[ref] = _Value(tuple(PlacedLetter(place, brightness(ink)) for place, ink in read), ticked)
    return found


def _is_hidden(view: View, widget: dict[str, Value]) -> bool:
    flags = view.resolve(widget.get("/F"))
    return isinstance(flags, int) and bool(flags & _UNSEEN)


def _comment_areas(view: View, ref: Ref) -> list[Leave]:
    """Where a comment that came or changed may show; what PDFium does not draw of it, other viewers do."""
    entries = view.resolve(ref)
    box = _area(view, entries.get("/Rect")) if isinstance(entries, dict) else None
    if not isinstance(entries, dict) or box is None:
        return []
    # 12.5.6.14: a pop-up has no appearance of its own, and viewers draw a window.
    unseen = not has_looks(view, entries) or view.resolve(entries.get("/Subtype")) == "/Popup"
    unseen = unseen or is_shown_by_some(view, entries)
    imagined = list(reach(view, entries)) if unseen and is_opaque(view, entries) else []
    return [Leave(box), *(Leave(each, covers=True) for each in imagined)]


def _shown_values(view: View) -> frozenset[str]:
    """The fields that show something which another value replaces: all but empty text and signature fields."""
    return frozenset(
        item.name
        for item in form_fields(view)
        if item.type not in ("/Sig", "/Tx") or (item.type == "/Tx" and view.resolve(item.value) not in (None, b""))
    )


def _widgets_of(view: View, names: frozenset[str]) -> set[Ref]:
    return {ref for name, refs in _widgets(view).items() if name in names for ref in refs}


def _widgets(view: View) -> dict[str, set[Ref]]:
    """The widgets of each field by its name: the field itself, and what it holds."""
    found: dict[str, set[Ref]] = {}
    for item in form_fields(view):
        kids = view.resolve(item.entries.get("/Kids"))
        refs = found.setdefault(item.name, set())
        refs.update(kid for kid in (*(kids if isinstance(kids, list) else ()), item.ref) if isinstance(kid, Ref))
    return found


def _annotations(view: View, page: Page, asked: AbstractSet[Ref] | None = None) -> Iterator[tuple[Ref, Area | None]]:
    """Yield the page's annotations, all or those asked for, with their places."""
    items = view.resolve(page.entries.get("/Annots")) if page.may_have_annotations else None
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, Ref) or not (asked is None or item in asked):
            continue
        entries = view.resolve(item)
        if isinstance(entries, dict):
            yield item, _area(view, entries.get("/Rect"))


def _area(view: View, value: Value) -> Area | None:
    box = view.resolve(value)
    numbers = [view.resolve(item) for item in box] if isinstance(box, list) and len(box) == 4 else []
    if len(numbers) != 4 or not all(isinstance(number, int | float) for number in numbers):
        return None
    (left, right), (bottom, top) = sorted((numbers[0], numbers[2])), sorted((numbers[1], numbers[3]))
    return float(left), float(bottom), float(right), float(top)


# --- drawing --------------------------------------------------------------------------------------------------


def _pool() -> WorkerPool:
    return kept_pool("drawn pages", seconds=_SECONDS + _PATIENCE, memory=_MEMORY)


def _draw(file: PdfFile, ends: Sequence[int], areas: Sequence[Mapping[int, Sequence[Leave]]]) -> list[Drawn] | None:
    """Return how each state looks beside the whole file; None where that cannot be found out."""
    plain = [dict(each) for each in areas]
    try:
        job = _pool().submit(compare_states, file.data, tuple(ends), plain, file.password, _SECONDS)
        drawn: list[Drawn] = job.result()
    # A file that brings the drawing down is not judged: that is what it may have been made for.
    except (WorkerLost, ValueError, RuntimeError, MemoryError):
        return None
    return drawn


def _held_against(judgement: Judgement, drawn: Drawn | None) -> Judgement:
    if drawn is None:
        return _with(judgement, None, Change(Gravity.OTHER, "not-judged", "pictures"))
    # Another number of pages to one viewer: they cannot be compared at all.
    if drawn.counts[0] != drawn.counts[1]:
        return _with(judgement, False, Change(Gravity.OTHER, "looks-different", "page count"))
    if drawn.different:
        places = [Change(Gravity.OTHER, "looks-different", f"page {number + 1}") for number in drawn.different]
        return _with(judgement, False, *places)
    if drawn.unseen:
        places = [Change(Gravity.OTHER, "value-and-looks", f"page {number + 1}") for number in drawn.unseen]
        return _with(judgement, None, *places)
    if drawn.missed:
        return _with(judgement, None, Change(Gravity.OTHER, "not-judged", f"picture of page {drawn.missed[0] + 1}"))
    return judgement


def _with(judgement: Judgement, permitted: bool | None, *findings: Change) -> Judgement:
    level = Gravity.OTHER if permitted is False else judgement.level
    return replace(judgement, level=level, permitted=permitted, findings=(*judgement.findings, *findings))
