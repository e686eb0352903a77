"""Drawing pages with PDFium, and where two pictures of a page differ.

PDFium shares no code with our own reading, so that what deceives one is seen by the other.  Hostile files may crash or
stall it: everything here is called in a process that may be lost (`signkit.workers`).
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

#: Left, bottom, right, top of a rectangle in a page's own coordinates, points.
Area = tuple[float, float, float, float]
#: Left, top, right, bottom of a rectangle in a picture, pixels.
PixelBox = tuple[int, int, int, int]

#: Pixels a point, and at most this many pixels along a side.
_SCALE = 1.0
_MAX_SIDE = 4000
#: A pixel counts as different from this distance of any colour on (0 to 255).
_DISTANCE = 16
#: What an area may be overstepped by, pixels: edges are drawn softly.
_MARGIN = 3


#: What stood in an area is looked for in squares of this many pixels, about a character each; with this many dark or
#: light pixels on this many lines it says something, and with this part of its contrast left it still does.
_CELL = 8
_INK, _INK_LINES = 6, 3
_CONTRAST, _CONTRAST_KEPT = 64, 0.4
#: A letter stands out where this part of its place is so much brighter or darker than its ink.
_APART, _GROUND = 64, 0.15


class PlacedLetter(NamedTuple):
    """Where on a page a letter of a value stands, and how bright it is (0 to 1)."""

    area: Area
    ink: float


class Leave(NamedTuple):
    """Where a page may look different.

    Attributes:
        hides: also so that what stood there can no longer be read.
        covers: other viewers draw something there that PDFium does not; whatever it is hides what stood there.
        shows: what is entered there changes the picture.
        letters: what is entered, each to stand out from the page.
    """

    area: Area
    hides: bool = False
    covers: bool = False
    shows: bool = False
    letters: tuple[PlacedLetter, ...] = ()


def open_document(pdf: bytes, password: str | None = None) -> Any:
    """Return PDFium's document, ready to draw its form.

    Raises:
        ValueError: PDFium cannot open it.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(pdf, password=password)
        document.init_forms()
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from error
    return document


def scale_of(page: Any) -> float:
    """Return how many pixels a point of ``page`` is drawn with."""
    longer: float = max(1.0, *page.get_size())
    return min(_SCALE, _MAX_SIDE / longer)


def picture_of(page: Any, *, annotations: bool = True) -> Image:
    """Draw a page as a viewer shows it, or its own content alone."""
    bitmap = page.render(scale=scale_of(page), draw_annots=annotations, may_draw_forms=annotations)
    with closing(bitmap):
        image: Image = bitmap.to_pil().convert("RGB")
    return image


def area_on_picture(page: Any, area: Area, size: tuple[int, int]) -> PixelBox:
    """Return where a rectangle of the page stands in its picture: PDFium knows crop box and rotation."""
    from pypdfium2 import raw

    corners = []
    for x, y in ((area[0], area[1]), (area[2], area[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (x1, y1), (x2, y2) = corners
    return clip((min(x1, x2), min(y1, y2), max(x1, x2) + 1, max(y1, y2) + 1), size)


def area_on_page(page: Any, box: PixelBox, size: tuple[int, int]) -> Area:
    """Return where a rectangle of the picture stands on the page."""
    from pypdfium2 import raw

    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, up = ctypes.c_double(), ctypes.c_double()
        raw.FPDF_DeviceToPage(page.raw, 0, 0, *size, 0, x, y, across, up)
        corners.append((across.value, up.value))
    (x1, y1), (x2, y2) = corners
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def clip(box: PixelBox, size: tuple[int, int]) -> PixelBox:
    """Return what of ``box`` lies in a picture of ``size``."""
    left, top, right, bottom = box
    width, height = size
    return max(0, min(left, width)), max(0, min(top, height)), max(0, min(right, width)), max(0, min(bottom, height))


def difference(one: Image, other: Image) -> Image:
    """Return white where the pictures differ visibly, black elsewhere; all white where their sizes differ."""
    from PIL import Image, ImageChops

    if one.size != other.size:
        return Image.new("L", other.size, 255)
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([0 if distance < _DISTANCE else 255 for distance in range(256)])


@dataclass(frozen=True)
class Drawn:
    """How the pages of an earlier state look beside those of a later one.

    Attributes:
        different: pages (from 0) that differ outside the areas where they may.
        missed: pages that were not drawn, for lack of time or because PDFium cannot.
        counts: how many pages PDFium finds in each state.
        unseen: pages on which something was entered that cannot be seen.
    """

    different: tuple[int, ...]
    missed: tuple[int, ...]
    counts: tuple[int, int]
    unseen: tuple[int, ...] = ()


def compare_states(
    pdf: bytes,
    ends: Sequence[int],
    allowed: Sequence[Mapping[int, Sequence[Leave]]],
    password: str | None,
    seconds: float,
) -> list[Drawn]:
    """Compare the states that are the file's first ``ends`` bytes with the whole file, page by page.

    Args:
        allowed: for each state and page (from 0) the areas in which it may look different.
        seconds: of the processor, for all of it; what is left then is missed.

    Raises:
        ValueError: PDFium cannot open one of the states.
    """
    deadline = time.process_time() + seconds
    result, pictures = [], dict[int, Any]()
    with closing(open_document(pdf, password)) as new:
        for end, areas in zip(ends, allowed, strict=True):
            with closing(open_document(pdf[:end], password)) as old:
                result.append(_compare_pages(old, new, areas, pictures, deadline))
    return result


def _compare_pages(
    old: Any, new: Any, areas: Mapping[int, Sequence[Leave]], pictures: dict[int, Any], deadline: float
) -> Drawn:
    different, missed, unseen = [], [], []
    for number in range(min(len(old), len(new))):
        if time.process_time() > deadline:
            missed.append(number)
            continue
        try:
            here = areas.get(number, ())
            if _differs(old, new, number, here, pictures):
                different.append(number)
            if any(leave.letters or leave.shows for leave in here) and _hides_entries(old, new, number, here, pictures):
                unseen.append(number)
        except Exception:  # PDFium's and Pillow's, for pages that cannot be drawn
            missed.append(number)
    return Drawn(tuple(different), tuple(missed), (len(old), len(new)), tuple(unseen))


def _hides_entries(old: Any, new: Any, number: int, areas: Sequence[Leave], pictures: dict[int, Any]) -> bool:
    """Whether something that was entered is not seen: it changes nothing, or has the colour of what it stands on."""
    page, former = new[number], old[number]
    with closing(page), closing(former):
        picture = pictures[number]
        grey, mask = picture.convert("L"), difference(picture_of(former), picture)
        for leave in areas:
            box = area_on_picture(page, leave.area, picture.size)
            if leave.shows and mask.crop(box).getbbox() is None:
                return True
            for letter in leave.letters:
                around = grey.crop(area_on_picture(page, letter.area, picture.size)).tobytes()
                apart = sum(abs(value - 255 * letter.ink) >= _APART for value in around)
                if apart < _GROUND * len(around):
                    return True
    return False


def _differs(old: Any, new: Any, number: int, areas: Sequence[Leave], pictures: dict[int, Any]) -> bool:
    page, former = new[number], old[number]
    with closing(page), closing(former):
        if number not in pictures:
            pictures[number] = picture_of(page)
        picture = pictures[number]
        before = picture_of(former)
        if before.size != picture.size:
            return True
        mask = difference(before, picture)
        for leave in areas:
            left, top, right, bottom = box = area_on_picture(page, leave.area, picture.size)
            if leave.covers:
                if _has_words(former, before, box):
                    return True
                continue
            if not leave.hides and _hides_words(former, before, picture, mask, box):
                return True
            wide = clip((left - _MARGIN, top - _MARGIN, right + _MARGIN, bottom + _MARGIN), picture.size)
            mask.paste(0, wide)
        return mask.getbbox() is not None


def _has_words(page: Any, before: Image, box: PixelBox) -> bool:
    """Whether the page's own content says something in an area that can be read in ``before``."""
    from PIL import Image

    stood, former = (image.crop(box) for image in (picture_of(page, annotations=False), before))
    return is_illegible(stood, former, Image.new("RGB", stood.size), Image.new("L", stood.size, 255))


def _hides_words(page: Any, before: Image, after: Image, changed: Image, box: PixelBox) -> bool:
    """Whether something in an area that could be read before can be no longer; a field's own border is no matter."""
    stood = picture_of(page, annotations=False)
    inside = (box[0] + _MARGIN, box[1] + _MARGIN, box[2] - _MARGIN, box[3] - _MARGIN)
    if inside[0] < inside[2] and inside[1] < inside[3]:
        stood.paste(before.crop(inside), inside)
    return is_illegible(*(image.crop(box) for image in (stood, before, after, changed)))


def is_illegible(stood: Image, before: Image, after: Image, changed: Image) -> bool:
    """Whether something of ``stood`` that could be read in ``before`` can be no longer in ``after``."""
    own, former, later, mask = (image.convert("L") for image in (stood, before, after, changed))
    return any(
        mask.crop(cell).getbbox() is not None and _is_lost(own.crop(cell), former.crop(cell), later.crop(cell))
        for cell in _cells(*own.size)
    )


def _cells(width: int, height: int) -> Iterator[PixelBox]:
    """Yield the squares of a picture, and those between them: ink may fill squares to their very edges."""
    for start in (0, -_CELL // 2):
        for top in range(start, height, _CELL):
            for left in range(start, width, _CELL):
                yield max(left, 0), max(top, 0), min(left + _CELL, width), min(top + _CELL, height)


def _is_lost(content: Image, before: Image, after: Image) -> bool:
    """Whether the darker and the lighter part of a square stood apart, and do so no longer: whichever was the ink."""
    own, width = content.tobytes(), content.width
    if not own or max(own) - min(own) < _CONTRAST:
        return False
    middle = (max(own) + min(own)) / 2
    dark = [at for at, value in enumerate(own) if value < middle]
    light = [at for at, value in enumerate(own) if value >= middle]
    if any(len(part) < _INK or len({at // width for at in part}) < _INK_LINES for part in (dark, light)):
        return False
    least = _CONTRAST_KEPT * _contrast(own, dark, light)
    return _contrast(before.tobytes(), dark, light) >= least > _contrast(after.tobytes(), dark, light)


def _contrast(picture: bytes, dark: Sequence[int], light: Sequence[int]) -> float:
    return abs(sum(picture[at] for at in light) / len(light) - sum(picture[at] for at in dark) / len(dark))
