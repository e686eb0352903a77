"""Can what stood in a place still be read?  Two pictures of it are correlated; the judge measures otherwise."""

from __future__ import annotations

from dataclasses import dataclass

#: Of what is drawn for reading: about twelve pixels for a letter of ten points.
DPI = 100
#: Darkest to lightest, of 255, so that there is something to read.
_CONTRAST = 64
#: How two pictures of a letter correlate: alike, and no longer.  Other words over it come to about a half.
_ALIKE, _LOST = 0.9, 0.5
#: What is left of the contrast of ink and ground: under a shade one can still read through, and beside a thin line.
_FAINT, _CROSSED = 0.3, 0.6


@dataclass(frozen=True)
class Grey:
    """A picture's luminance, row by row."""

    width: int
    height: int
    pixels: bytes

    def part(self, place: Place) -> bytes:
        left, top, right, bottom = place.on(self.width, self.height)
        return b"".join(self.pixels[y * self.width + left : y * self.width + right] for y in range(top, bottom))


@dataclass(frozen=True)
class Place:
    """A letter's place on a page (from 0), each side as a part of the page from its upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float

    def on(self, width: int, height: int) -> tuple[int, int, int, int]:
        return (
            max(0, int(self.left * width)), max(0, int(self.top * height)),
            min(width, int(self.right * width) + 1), min(height, int(self.bottom * height) + 1),
        )  # fmt: skip


def is_readable(one: bytes) -> bool:
    return len(one) > 0 and max(one) - min(one) >= _CONTRAST


def is_alike(one: bytes, other: bytes) -> bool:
    """Whether both show the same letter."""
    return is_readable(one) and is_readable(other) and correlation(one, other) >= _ALIKE


def is_lost(before: bytes, after: bytes) -> bool:
    """Whether what could be read before can be no longer."""
    if not is_readable(before) or before == after:
        return False
    kept = _contrast_kept(before, after)
    return kept < _FAINT or (kept < _CROSSED and correlation(before, after) < _LOST)


def _contrast_kept(before: bytes, after: bytes) -> float:
    """Return how much of the difference between ink and ground is left."""
    middle = (max(before) + min(before)) / 2
    dark = [at for at, value in enumerate(before) if value < middle]
    light = [at for at, value in enumerate(before) if value >= middle]

    def contrast(picture: bytes) -> float:
        return abs(sum(picture[at] for at in light) / len(light) - sum(picture[at] for at in dark) / len(dark))

    return contrast(after) / contrast(before)


def correlation(one: bytes, other: bytes) -> float:
    """Return Pearson's coefficient, 0 where one of them is of one shade."""
    count = len(one)
    first, second = sum(one) / count, sum(other) / count
    common = sum(a * b for a, b in zip(one, other, strict=True)) - count * first * second
    spread = (sum(a * a for a in one) - count * first**2) * (sum(b * b for b in other) - count * second**2)
    return common / spread**0.5 if spread > 1e-9 else 0.0
