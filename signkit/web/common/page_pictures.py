"""Pictures of pages for the screen: drawn by PDFium in a worker that may be lost, kept by digest, page and width.

A worker keeps the documents open that it drew last, for whoever looks at one page looks at the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from signkit.errors import InputUnreadable
from signkit.incoming import read_file
from signkit.limits import PICTURED_BYTES
from signkit.output import make_folder, write_checked
from signkit.words import Text
from signkit.workers import WorkerPool

#: Widths in pixels that are drawn: a phone's, and a screen's.
WIDTHS = (480, 1000)
#: Pages beyond are not shown, but can be downloaded.
MOST_PAGES = 200
#: Text and a red seal need no more, and it makes a picture a fifth as large.
_COLOURS = 32
_OPEN = 2
_MARK = (20, 90, 180)


@dataclass(frozen=True)
class PageFacts:
    """What is known of a document before a page is drawn.

    Attributes:
        sizes: width and height of each page that is shown, points.
        count: how many pages there are.
    """

    count: int
    sizes: tuple[tuple[float, float], ...]


class PagePictures:
    """The pictures of one desk.

    Args:
        folder: where pictures are kept.
        pool: draws them.
    """

    def __init__(self, folder: Path, pool: WorkerPool) -> None:
        self._folder = folder
        self._pool = pool

    def facts(self, path: Path, sha256: str) -> PageFacts:
        """Return how many pages a file has, and how large they are.

        Raises:
            InputUnreadable, ValueError, WorkerLost: it cannot be read or drawn.
        """
        found: PageFacts = self._pool.submit(page_facts, str(path), sha256).result()
        return found

    def png(self, path: Path, sha256: str, page: int, width: int) -> bytes:
        """Return a page (from 0) of the file with that digest.

        Raises:
            InputUnreadable, ValueError, IndexError, WorkerLost: it cannot be read or drawn.
        """
        kept = self._folder / f"{sha256}-{page}-{width}.png"
        if kept.is_file():
            return kept.read_bytes()
        drawn: bytes = self._pool.submit(draw_page, str(path), sha256, page, width).result()
        make_folder(self._folder)
        write_checked(kept, drawn, overwrite=True, private=True)
        return drawn


def page_facts(path: str, sha256: str) -> PageFacts:
    """Return a document's pages; called in a worker."""
    document = _document(path, sha256)
    count = len(document)
    with _drawing():
        return PageFacts(count, tuple(document.get_page_size(number) for number in range(min(count, MOST_PAGES))))


def draw_page(path: str, sha256: str, page: int, width: int) -> bytes:
    """Return a page (from 0) as PNG, the places for signatures numbered; called in a worker."""
    from signkit.preview import signature_places

    document = _document(path, sha256)
    if not 0 <= page < min(len(document), MOST_PAGES):
        raise IndexError(page)
    with _drawing(), closing(document[page]) as opened:
        scale = width / max(opened.get_width(), 1)
        with closing(opened.render(scale=min(scale, 4000 / max(opened.get_height(), 1)))) as bitmap:
            picture = bitmap.to_pil().convert("RGB")
        _number(opened, picture, signature_places(document, opened))
    output = BytesIO()
    picture.quantize(_COLOURS, method=2, dither=0).save(output, "PNG")
    return output.getvalue()


@contextmanager
def _drawing() -> Iterator[None]:
    """Whatever PDFium cannot do with a page is a ValueError."""
    import pypdfium2

    try:
        yield
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from error


def _number(page: Any, picture: Any, places: list[tuple[str, tuple[float, float, float, float]]]) -> None:
    """Mark the places for signatures from 1 on, as the list beside the page does."""
    from PIL import ImageDraw, ImageFont

    from signkit.drawing import area_on_picture

    pen = ImageDraw.Draw(picture)
    for number, (_, area) in enumerate(places, 1):
        left, top, right, bottom = area_on_picture(page, area, picture.size)
        pen.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline=_MARK, width=2)
        tag = (max(left - 20, 0), max(top - 2, 0))
        pen.rectangle((*tag, tag[0] + 18, tag[1] + 20), fill=_MARK)
        pen.text((tag[0] + 5, tag[1] + 1), str(number), fill="white", font=ImageFont.load_default(14))


@lru_cache(maxsize=_OPEN)
def _document(path: str, sha256: str) -> Any:
    """Open the very file that was judged: what is shown is what is signed."""
    from signkit.drawing import open_document

    data = read_file(path, PICTURED_BYTES)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InputUnreadable(path, _CHANGED)
    return open_document(data)


_CHANGED = Text("its bytes are others now", "内容が変わっています")
