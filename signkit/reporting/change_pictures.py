"""What changed after a signature, as pictures side by side: the page as it was signed, and as it is now.

An illustration for people, never the basis of a verdict.  Hostile files may crash or stall the drawing: it is called in
a process that may be lost (`signkit.reporting.pictures`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from signkit.drawing import PixelBox, difference, open_document
from signkit.history.looks import components
from signkit.history.states import DocumentState, StatePairing, pair_pages, states
from signkit.limits import Limits, Meter
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.signatures import find_signatures

if TYPE_CHECKING:
    from PIL.Image import Image

#: The longer side of a page, pixels; a band of it at least this high is shown, with this much around what changed.
_PIXELS = 1100
_BAND, _AROUND = 260, 60
_MARGIN = 6
_AT_SIDES = 16
#: What is lighter than this is paper.
_FAINT = 24
_MARK = (200, 30, 30)
#: More marks than these would hide what they mark.
_MAX_MARKS = 40
_MAX_SEARCHED = 300
_SECONDS = 8.0


@dataclass(frozen=True)
class ChangedPage:
    """One page of both states, as PNG; None where that state has no such page.

    Attributes:
        number: of the page, counted from 1, in the newer state (in the older one for a page that was taken away).
    """

    number: int
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True)
class ChangedPages:
    """The pages that look different.

    Attributes:
        more: further pages were left out, or not looked at.
    """

    pages: tuple[ChangedPage, ...] = ()
    more: bool = False


def changed_pages(pdf: bytes, field: str | None, *, password: str | None = None, most: int = 3) -> ChangedPages:
    """Draw the pages that look different now than when the signature in ``field`` was made; at most ``most``.

    Raises:
        ValueError: the PDF cannot be drawn.
        Unreadable, SyntaxProblem, LimitExceeded: it cannot be read.
    """
    file = PdfFile(pdf, Meter(Limits()), password)
    end = next((found.end for found in find_signatures(file) if found.field == field), 0)
    history = states(file)
    old = next((state for state in history if state.end >= end), history[-1])
    if not end or old is history[-1]:
        return ChangedPages()
    with (
        closing(open_document(pdf[: old.end], password)) as before,
        closing(open_document(pdf, password)) as after,
    ):
        return _pages(before, after, _in_order(old, history[-1]), most)


_Pair = tuple[int | None, int | None]


def _in_order(old: DocumentState, new: DocumentState) -> Sequence[_Pair]:
    """Return which page continues which, in the newer state's order; pages that were taken away stand last."""
    pairing: StatePairing = pair_pages(old, new)
    kept: list[_Pair] = [*pairing.pairs, *((None, page) for page in pairing.added)]
    return [*sorted(kept, key=lambda pair: pair[1] or 0), *((page, None) for page in pairing.removed)]


def _pages(before: Any, after: Any, pairs: Sequence[_Pair], most: int) -> ChangedPages:
    deadline = time.process_time() + _SECONDS
    found: list[ChangedPage] = []
    for old, new in pairs[:_MAX_SEARCHED]:
        if len(found) == most or time.process_time() > deadline:
            return ChangedPages(tuple(found), more=True)
        number = (old if new is None else new) or 0
        drawn = _differing(_draw(before, old), _draw(after, new))
        if drawn is not None:
            found.append(ChangedPage(number + 1, *drawn))
    return ChangedPages(tuple(found), more=len(pairs) > _MAX_SEARCHED)


def _draw(document: Any, number: int | None) -> Image | None:
    if number is None or number >= len(document):
        return None
    with closing(document[number]) as page:
        scale = _PIXELS / max(*page.get_size(), 1)
        bitmap = page.render(scale=scale, draw_annots=True, may_draw_forms=True)
        picture: Image = bitmap.to_pil().convert("RGB")
        bitmap.close()
        return picture


def _differing(before: Image | None, after: Image | None) -> tuple[bytes | None, bytes | None] | None:
    """Return both pictures with the places marked that differ; None where they look the same."""
    if before is None or after is None or before.size != after.size:
        return _png(before), _png(after)
    mask = difference(before, after)
    if mask.getbbox() is None:
        return None
    places = components(mask)
    left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
    marks = places if len(places) <= _MAX_MARKS else [(left, top, right, bottom)]
    band = _without_margins(before, after, _band(top, bottom, mask.size))
    return _png(_frame_differences(before, marks).crop(band)), _png(_frame_differences(after, marks).crop(band))


def _frame_differences(picture: Image, places: Sequence[PixelBox]) -> Image:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(picture)
    for left, top, right, bottom in places:
        pen.rectangle((left - _MARGIN, top - _MARGIN, right + _MARGIN, bottom + _MARGIN), outline=_MARK, width=2)
    return picture


def _band(top: int, bottom: int, size: tuple[int, int]) -> PixelBox:
    """Return the part of the page, in its whole width, around what changed."""
    missing = max(0, _BAND - (bottom - top)) // 2
    return 0, max(0, top - _AROUND - missing), size[0], min(size[1], bottom + _AROUND + missing)


def _without_margins(before: Image, after: Image, band: PixelBox) -> PixelBox:
    """Return the band without what is blank at its left and right, so that the words come out large."""
    from PIL import ImageChops

    darker = ImageChops.darker(before.crop(band), after.crop(band))
    drawn = ImageChops.invert(darker.convert("L")).point(lambda value: 255 if value > _FAINT else 0)
    inner = drawn.getbbox()
    if inner is None:
        return band
    left, top, right, bottom = band
    return max(left, left + inner[0] - _AT_SIDES), top, min(right, left + inner[2] + _AT_SIDES), bottom


def _png(picture: Image | None) -> bytes | None:
    if picture is None:
        return None
    output = BytesIO()
    picture.save(output, "PNG", optimize=True)
    return output.getvalue()
