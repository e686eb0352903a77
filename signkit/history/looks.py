"""Comparing pages as a viewer shows them: their text, and their pictures pixel by pixel.  Runs in a worker process.

PDFium reads and draws the file; it shares no code with our own reading, so that what deceives one is seen by the
other.  A picture shows what no extraction of text can: something painted over the text, or an annotation lying on it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from signkit.drawing import (
    Area,
    PixelBox,
    area_on_page,
    area_on_picture,
    clip,
    difference,
    open_document,
    picture_of,
    scale_of,
)

if TYPE_CHECKING:
    from PIL.Image import Image

_CELL = 8
_MAX_REGIONS = 30
_MAX_CHARACTERS = 20_000
_MAX_LINES = 4_000
_MAX_LINE_CHANGES = 200
_CACHED_DOCUMENTS = 2


@dataclass(frozen=True)
class PagePair:
    """A page (from 0) in two states, and where something is known to have changed on it (in page coordinates)."""

    old: int
    new: int
    known: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Region:
    """A place that looks different.

    Attributes:
        millimetres: from the left, from the top, width and height, as one would measure on paper.
        before: the text that stands or stood there; after: text that came there and did not stand there before.
        content: the page's own content differs; otherwise an annotation or a form field makes the difference.
    """

    area: Area
    millimetres: tuple[int, int, int, int]
    before: str
    after: str
    content: bool


@dataclass(frozen=True)
class PageLooks:
    """How one page differs: lines of text (before, after), and regions that text lines do not account for."""

    pair: PagePair
    lines: tuple[tuple[str | None, str | None], ...] = ()
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True)
class Looks:
    """The pages looked at.

    Attributes:
        missed: pairs that were not looked at, for lack of time or because they cannot be drawn.
        counts: how many pages PDFium finds in each state.
        spent: processor time that it took, seconds.
    """

    pages: tuple[PageLooks, ...]
    missed: tuple[PagePair, ...]
    counts: tuple[int, int]
    spent: float


_file: bytes = b""
_open: dict[int, Any] = {}
#: What each page of each state looks like, so that a state is drawn once though it is compared twice.
_digests: dict[tuple[int, int], bytes] = {}


def hold_file(data: bytes) -> None:
    """Keep the file whose beginnings :func:`compare` looks at; the worker's initializer."""
    global _file
    _file = data
    _open.clear()
    _digests.clear()


def compare(old_end: int, new_end: int, pairs: Sequence[PagePair], seconds: float) -> Looks:
    """Compare pages of the states that are the file's first ``old_end`` and ``new_end`` bytes.

    Raises:
        ValueError: one of the states cannot be opened.
    """
    began = time.process_time()
    old, new = _document(old_end), _document(new_end)
    looks, missed = [], []
    for pair in pairs:
        in_range = pair.old < len(old) and pair.new < len(new)
        if not in_range or time.process_time() - began > seconds:
            missed.append(pair)
            continue
        try:
            same = _digest(old, old_end, pair.old) == _digest(new, new_end, pair.new)
            looks.append(PageLooks(pair) if same else _compare_page(old, new, pair))
        except Exception:  # PDFium's and Pillow's, for pages that cannot be drawn
            missed.append(pair)
    return Looks(tuple(looks), tuple(missed), (len(old), len(new)), time.process_time() - began)


def _document(end: int) -> Any:
    if end not in _open:
        while len(_open) >= _CACHED_DOCUMENTS:
            _open.pop(next(iter(_open))).close()
        _open[end] = open_document(_file[:end])
    return _open[end]


def _digest(document: Any, end: int, number: int) -> bytes:
    key = end, number
    if key not in _digests:
        side = _Side(document[number])
        try:
            _digests[key] = side.digest()
        finally:
            side.close()
    return _digests[key]


def _compare_page(old: Any, new: Any, pair: PagePair) -> PageLooks:
    before, after = _Side(old[pair.old]), _Side(new[pair.new])
    try:
        lines = tuple(_line_changes(before.lines(), after.lines()))
        regions = tuple(_regions(before, after, pair.known))
    finally:
        before.close()
        after.close()
    drawn_over = {_without_space(region.after) for region in regions if region.before and region.after}
    kept = tuple(line for line in lines if line[0] is not None or _without_space(line[1] or "") not in drawn_over)
    return PageLooks(pair, kept, regions)


def _without_space(text: str) -> str:
    return "".join(text.split())


class _Side:
    """One page in one state."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.words = page.get_textpage()
        self.scale = scale_of(page)

    def close(self) -> None:
        self.words.close()
        self.page.close()

    def lines(self) -> list[str]:
        text = self.words.get_text_range(0, min(self.words.count_chars(), _MAX_CHARACTERS))
        return [line.strip() for line in text.splitlines() if line.strip()][:_MAX_LINES]

    def digest(self) -> bytes:
        """Return one number for text and picture together."""
        bitmap = self.page.render(scale=self.scale, draw_annots=True, may_draw_forms=True)
        size = f"{bitmap.width} {bitmap.height} {bitmap.mode}\n"
        total = hashlib.blake2b((size + "\n".join(self.lines())).encode("utf-8", "surrogatepass"), digest_size=32)
        total.update(bitmap.buffer)
        bitmap.close()
        return total.digest()

    def characters(self, size: tuple[int, int]) -> list[tuple[int, str, PixelBox]]:
        """Every visible character with its index and where it stands in the picture."""
        from pypdfium2 import raw

        found = []
        for index in range(min(self.words.count_chars(), _MAX_CHARACTERS)):
            code = raw.FPDFText_GetUnicode(self.words.raw, index)
            character = chr(code) if 32 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
            if character and not character.isspace():
                found.append((index, character, area_on_picture(self.page, self.words.get_charbox(index), size)))
        return found


# --- text ----------------------------------------------------------------------------------------------------


def _line_changes(old: list[str], new: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Yield lines that were replaced, taken away or added; a paragraph that flows anew comes as one."""
    count = 0
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal" or count >= _MAX_LINE_CHANGES:
            continue
        count += 1
        if i2 - i1 == j2 - j1:
            yield from zip(old[i1:i2], new[j1:j2], strict=True)
        else:
            yield "\n".join(old[i1:i2]) or None, "\n".join(new[j1:j2]) or None


# --- pictures ------------------------------------------------------------------------------------------------


def _regions(before: _Side, after: _Side, known: Iterable[Area]) -> Iterator[Region]:
    one, other = picture_of(before.page, annotations=True), picture_of(after.page, annotations=True)
    if one.size != other.size:
        whole = (0, 0, *other.size)
        yield Region(area_on_page(after.page, whole, other.size), _millimetres(whole, after.scale), "", "", True)
        return
    mask = difference(one, other)
    if mask.getbbox() is None:
        return
    content = difference(picture_of(before.page, annotations=False), picture_of(after.page, annotations=False))
    characters = _Characters(before.characters(one.size), after.characters(one.size), mask)
    for box in _boxes(mask, content, [area_on_picture(after.page, area, mask.size) for area in known], characters):
        own = content.crop(box).getbbox() is not None
        texts = characters.texts(box)
        yield Region(area_on_page(after.page, box, mask.size), _millimetres(box, after.scale), *texts, own)


class _Characters:
    """The characters of both sides, and what became of them."""

    def __init__(self, old: list[tuple[int, str, PixelBox]], new: list[tuple[int, str, PixelBox]], mask: Image) -> None:
        earlier, later = {item[1:] for item in old}, {item[1:] for item in new}
        self._old = old
        self._added = [item for item in new if item[1:] not in earlier]
        self._overlaid = [item for item in old if item[1:] in later and _is_touched(mask, item[2])]

    def texts(self, box: PixelBox) -> tuple[str, str]:
        """The text that stood in the box, and the text that came there."""
        return _text_in(self._old, box), _text_in(self._added, box)

    def is_overlaid(self, box: PixelBox) -> bool:
        """Whether text that the page still holds looks different in the box."""
        return any(_inside(item[2], box) for item in self._overlaid)

    def is_rewritten(self, box: PixelBox) -> bool:
        """Whether text came or went in the box: that is told line by line."""
        return any(map(len, self.texts(box))) and not self.is_overlaid(box)


def _is_touched(mask: Image, box: PixelBox) -> bool:
    return box[0] < box[2] and box[1] < box[3] and mask.crop(box).getbbox() is not None


def _inside(box: PixelBox, outer: PixelBox) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _text_in(characters: Iterable[tuple[int, str, PixelBox]], box: PixelBox) -> str:
    text, last = "", None
    for index, character, place in characters:
        if _inside(place, box):
            text += (" " if last is not None and index > last + 1 else "") + character
            last = index
    return text


def _boxes(mask: Image, content: Image, known: Sequence[PixelBox], characters: _Characters) -> Iterator[PixelBox]:
    """Yield what differs and is not accounted for by lines of text.

    Inside the known places (a new seal, a filled field) only overlaid text and the page's own content are news.
    """
    from PIL import ImageChops

    rest = mask.copy()
    for box in known:
        wide = clip((box[0] - 3, box[1] - 3, box[2] + 3, box[3] + 3), mask.size)
        inner = rest.crop(wide).getbbox() if wide[0] < wide[2] and wide[1] < wide[3] else None
        if inner is None:
            continue
        found = inner[0] + wide[0], inner[1] + wide[1], inner[2] + wide[0], inner[3] + wide[1]
        if characters.is_overlaid(found):
            yield found
        rest.paste(ImageChops.darker(rest.crop(wide), content.crop(wide)), wide)
    parts = [box for box in components(rest) if not characters.is_rewritten(box)]
    if len(parts) > _MAX_REGIONS:
        lefts, tops, rights, bottoms = zip(*parts, strict=True)
        parts = [(min(lefts), min(tops), max(rights), max(bottoms))]
    yield from parts


def components(mask: Image) -> list[PixelBox]:
    """Return the boxes of connected changes; what is nearer than a letter's width belongs together."""
    grid = mask.reduce(_CELL)
    width, cells = grid.size[0], bytes(grid.tobytes())
    waiting = {index for index, value in enumerate(cells) if value}
    found = []
    while waiting:
        todo, part = [min(waiting)], set[int]()
        while todo:
            cell = todo.pop()
            if cell in waiting:
                waiting.discard(cell)
                part.add(cell)
                todo += _neighbours(cell, width)
        columns, rows = [cell % width for cell in part], [cell // width for cell in part]
        box = (min(columns) * _CELL, min(rows) * _CELL, (max(columns) + 1) * _CELL, (max(rows) + 1) * _CELL)
        left, top, right, bottom = clip(box, mask.size)
        inner = mask.crop((left, top, right, bottom)).getbbox()
        if inner is not None:
            found.append((left + inner[0], top + inner[1], left + inner[2], top + inner[3]))
    return found


def _neighbours(cell: int, width: int) -> list[int]:
    column, row = cell % width, cell // width
    columns = range(max(0, column - 2), min(width, column + 3))
    return [line * width + place for line in (row - 1, row, row + 1) if line >= 0 for place in columns]


def _millimetres(box: PixelBox, scale: float) -> tuple[int, int, int, int]:
    unit = 25.4 / 72 / scale
    left, top, right, bottom = box
    return (
        round(left * unit),
        round(top * unit),
        max(1, round((right - left) * unit)),
        max(1, round((bottom - top) * unit)),
    )
