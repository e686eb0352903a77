"""Programs that draw: PDFium, poppler and mupdf, by hand pdf.js too.  What they draw is compared, before with after."""

from __future__ import annotations

import contextlib
import json
import re
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # noqa: F401  -- said here when it is missing, not in the process that draws

from tests.attacks import legible
from tests.attacks.legible import Grey, Place

SECONDS = 20
DPI = 40
#: A channel that differs by less is no difference that a person sees.
_VISIBLE = 48
_MARGIN = 2
_PPM = re.compile(rb"P6\s(\d+)\s(\d+)\s255\s")

_PDFJS = Path(__file__).parents[1] / "witnesses" / "pdfjs"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Area:
    """A rectangle, in points from the lower left, of a page (from 0; None: every page) where a difference is right.

    On a page that is shown turned it holds as the page's own coordinates say; all four turns are taken for right.

    Attributes:
        legible: only so that what could be read there still can.
    """

    page: int | None
    box: Box
    legible: bool = False


@dataclass(frozen=True)
class Picture:
    """One page, RGB."""

    width: int
    height: int
    pixels: bytes

    def grey(self) -> Grey:
        red, green, blue = self.pixels[0::3], self.pixels[1::3], self.pixels[2::3]
        shades = bytes((r + 2 * g + b) // 4 for r, g, b in zip(red, green, blue, strict=True))
        return Grey(self.width, self.height, shades)


@dataclass(frozen=True)
class Drawing:
    """What a witness drew; ``lost`` says why it drew nothing."""

    pages: tuple[Picture, ...] = ()
    lost: str | None = None


class Witness:
    """A program that draws."""

    name: str

    def missing(self) -> str | None:
        """Say why it cannot be asked, None where it can."""
        raise NotImplementedError

    def draw(self, pdf: bytes, dpi: int = DPI) -> Drawing:
        raise NotImplementedError

    def close(self) -> None:
        """End what was started."""


class Piped(Witness):
    """A program in a process of its own that is started anew when a file killed it."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None

    def draw(self, pdf: bytes, dpi: int = DPI) -> Drawing:
        answer = self._ask(pdf, dpi)
        return Drawing(lost=answer) if isinstance(answer, str) else _drawing(answer)

    def _ask(self, pdf: bytes, dpi: int) -> bytes | str:
        """Return the answer, or what the process was lost to."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(len(pdf).to_bytes(4, "big") + bytes([dpi]) + pdf)
            process.stdin.flush()
            if not select.select([process.stdout], [], [], SECONDS)[0]:
                self.close()
                return "timeout"
            size = process.stdout.read(4)
            answer = process.stdout.read(int.from_bytes(size, "big"))
        except BrokenPipeError:
            size = answer = b""
        if len(size) < 4:
            self.close()
            return "crash"
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                self._words, cwd=Path(__file__).parents[2],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        return self._process

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()


class Pdfium(Piped):
    """PDFium."""

    name = "pdfium"

    def __init__(self) -> None:
        super().__init__(sys.executable, "-m", "tests.attacks.draw_pdfium")

    def missing(self) -> str | None:
        return None

    def letters(self, pdf: bytes) -> list[Place]:
        """Return what can be read on a file's pages; nothing where the file kills the process."""
        answer = self._ask(pdf, 0)
        return [] if isinstance(answer, str) or not answer else [Place(*each) for each in json.loads(answer)]


class PdfJs(Piped):
    """pdf.js, which is asked by hand alone."""

    name = "pdf.js"

    def __init__(self) -> None:
        super().__init__("node", str(_PDFJS / "draw.mjs"))

    def missing(self) -> str | None:
        there = (_PDFJS / "node_modules" / "pdfjs-dist").is_dir() and shutil.which("node")
        return None if there else f"pdf.js is not installed (npm ci in {_PDFJS})"


class Program(Witness):
    """A program that reads a file and writes PPMs to its output."""

    def __init__(self, name: str, words: tuple[str, ...]) -> None:
        self.name = name
        self._words = words

    def missing(self) -> str | None:
        return None if shutil.which(self._words[0]) else f"{self._words[0]} is not installed"

    def draw(self, pdf: bytes, dpi: int = DPI) -> Drawing:
        with tempfile.NamedTemporaryFile(suffix=".pdf", dir=_memory()) as file:
            file.write(pdf)
            file.flush()
            words = [{"FILE": file.name, "DPI": str(dpi)}.get(word, word) for word in self._words]
            try:
                done = subprocess.run(
                    words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                return Drawing(lost="timeout")
        return Drawing(lost="crash") if done.returncode < 0 else _drawing(done.stdout)


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def poppler() -> Witness:
    return Program("poppler", ("pdftoppm", "-q", "-r", "DPI", "-l", "40", "FILE"))


def mupdf() -> Witness:
    return Program("mupdf", ("mutool", "draw", "-q", "-r", "DPI", "-F", "ppm", "-o", "-", "FILE", "1-40"))


def witnesses() -> list[Witness]:
    """Return the three of every hunt, there or not."""
    return [Pdfium(), poppler(), mupdf()]


def with_pdfjs() -> list[Witness]:
    return [*witnesses(), PdfJs()]


def _drawing(text: bytes) -> Drawing:
    pages, at = [], 0
    while found := _PPM.match(text, at):
        width, height = int(found[1]), int(found[2])
        at = found.end() + 3 * width * height
        pages.append(Picture(width, height, text[found.end() : at]))
    return Drawing(tuple(pages)) if pages else Drawing(lost="nothing drawn")


def difference(before: Drawing, after: Drawing, areas: Iterable[Area] = ()) -> str | None:
    """Say where two drawings differ outside of ``areas``; None where a person sees the same, or nothing was drawn."""
    if before.lost or after.lost:
        return None
    if len(before.pages) != len(after.pages):
        return f"{len(before.pages)} pages to {len(after.pages)}"
    for number, (one, other) in enumerate(zip(before.pages, after.pages, strict=True)):
        if one == other:
            continue
        if (one.width, one.height) != (other.width, other.height):
            return f"page {number + 1}: another size"
        boxes = [area.box for area in areas if area.page in (None, number)]
        if found := _first_difference(one, other, boxes):
            return f"page {number + 1}: at {found[0] * 72 // DPI}, {(one.height - found[1]) * 72 // DPI} points"
    return None


def _first_difference(one: Picture, other: Picture, boxes: list[Box]) -> tuple[int, int] | None:
    width = 3 * one.width
    for y in range(one.height):
        line, changed = one.pixels[y * width : (y + 1) * width], other.pixels[y * width : (y + 1) * width]
        if line == changed:
            continue
        for at, (a, b) in enumerate(zip(line, changed, strict=True)):
            if abs(a - b) >= _VISIBLE and not any(_inside(box, at // 3, y, one) for box in boxes):
                return at // 3, y
    return None


def covered(before: Drawing, after: Drawing, letters: Iterable[Place], areas: Iterable[Area] = ()) -> str | None:
    """Say which letter can no longer be read; ``areas``: where what stood there may go."""
    if before.lost or after.lost or len(before.pages) != len(after.pages):
        return None
    gone = [area for area in areas if not area.legible]
    pages = [(one, other) for one, other in zip(before.pages, after.pages, strict=True)]
    greys = {n: (one.grey(), other.grey()) for n, (one, other) in enumerate(pages) if one != other}
    for place in letters:
        if place.page not in greys or _is_in_any(place, gone, greys[place.page][0]):
            continue
        former, later = greys[place.page]
        if (former.width, former.height) != (later.width, later.height):
            return f"page {place.page + 1}: another size"
        if legible.is_lost(former.part(place), later.part(place)):
            x, y = place.left * former.width, (1 - place.top) * former.height
            return f"page {place.page + 1}: hidden at {x * 72 // legible.DPI:.0f}, {y * 72 // legible.DPI:.0f} points"
    return None


def _is_in_any(place: Place, areas: list[Area], page: Grey) -> bool:
    scale = DPI / legible.DPI
    left, top, right, bottom = (int(side * scale) for side in place.on(page.width, page.height))
    small = Picture(int(page.width * scale), int(page.height * scale), b"")
    return any(_inside(area.box, (left + right) // 2, (top + bottom) // 2, small)
               for area in areas if area.page in (None, place.page))  # fmt: skip


def _inside(box: Box, x: int, y: int, page: Picture) -> bool:
    left, bottom, right, top = (side * DPI / 72 for side in box)
    y = page.height - y
    turned = ((x, y), (page.height - y, x), (page.width - x, page.height - y), (y, page.width - x))
    return any(
        left - _MARGIN <= one <= right + _MARGIN and bottom - _MARGIN <= other <= top + _MARGIN for one, other in turned
    )
