"""Shapes of the paths that an appearance paints: rectangles, what runs along the edges of a box, and what leaves it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import hypot

from signkit.pdf.changes.placing import Box


def extent(points: list[tuple[float, float]]) -> Box:
    """Return the box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def is_rectangle(points: list[tuple[float, float]]) -> bool:
    """Whether all points are corners of their extent, and a line runs along every side."""
    left, bottom, right, top = extent(points)
    corners = all(min(abs(x - left), abs(x - right)) < 0.01 and min(abs(y - bottom), abs(y - top)) < 0.01
                  for x, y in points)  # fmt: skip
    straight = all(abs(one[0] - other[0]) < 0.01 or abs(one[1] - other[1]) < 0.01 for one, other in pairwise(points))
    return corners and straight and len(points) >= 4


def winds_around(points: list[tuple[float, float]], box: Box) -> bool:
    """Whether a path that runs along the edges of a box goes around its middle, so that all within it is filled."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    winds = 0
    for (x1, y1), (x2, y2) in pairwise([*points, points[0]]):
        # 8.5.3.3.2: lines that cross a ray to the right, upwards or downwards.
        if (y1 <= y) != (y2 <= y) and x1 + (y - y1) * (x2 - x1) / (y2 - y1) > x:
            winds += 1 if y2 > y1 else -1
    return winds != 0


def has_spikes(points: list[tuple[float, float]]) -> bool:
    """Whether lines meet at less than 60 degrees: there a stroke reaches far beyond its path (8.4.3.5)."""
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(points)]
    steps = [step for step in steps if step != (0, 0)]
    joined = [*steps, steps[0]] if steps and points[0] == points[-1] else steps
    return any(a * c + b * d < -0.5 * hypot(a, b) * hypot(c, d) for (a, b), (c, d) in pairwise(joined))


def lies_at_one_side(points: Iterable[tuple[float, float]], box: Box, depth: float) -> bool:
    """Whether all points lie no deeper than that at one side of a box."""
    left, low, right, high = box
    at = [(x <= left + depth, y <= low + depth, x >= right - depth, y >= high - depth) for x, y in points]
    return any(all(side) for side in zip(*at, strict=True))
