"""What colours a profile or a calibrated space makes of plain ones (ICC.1, ISO 32000-2 8.6.5): sRGB, or near enough.

A page's /DefaultGray and the like may state the same colours exactly, or make black white (8.6.5.6).  Only profiles of
primaries and curves are read; of others, tables of any colours for any, nothing is told.
"""

from __future__ import annotations

import struct
from itertools import pairwise

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, Value

#: The primaries of sRGB under D50 (ICC.1 7.2, IEC 61966-2-1), and how far profiles' numbers lie apart.
_PRIMARIES = {
    b"rXYZ": (0.4361, 0.2225, 0.0139), b"gXYZ": (0.3851, 0.7169, 0.0971), b"bXYZ": (0.1431, 0.0606, 0.7142),
}  # fmt: skip
_CURVES = (b"rTRC", b"gTRC", b"bTRC")
_APART = 0.005
#: What was measured, and how it is looked at.
_REMARKS = (b"tech", b"vued", b"view", b"lumi", b"meas")
#: ICC.1 9.2: tags that say what a matrix and its curves do not; a reader may take those instead.
_PLAIN_TAGS = {*_PRIMARIES, *_CURVES, b"cprt", b"desc", b"wtpt", b"bkpt", b"chad", b"dmnd", b"dmdd", b"chrm", *_REMARKS}
#: What a space of so many components is called in a profile (ICC.1 7.2.6), and its curves.
_SPACES = {1: (b"GRAY", (b"kTRC",)), 3: (b"RGB ", _CURVES)}
_ALTERNATES = {1: (None, "/DeviceGray"), 3: (None, "/DeviceRGB")}
#: D50, in which profiles state colours (7.2.16), and how far the sum of primaries may lie from it.
_WHITE, _NEAR = (0.9642, 1.0, 0.8249), 0.06
#: What the white of a medium, or of a calibrated space, may be (table 64: Y is 1).
_LEAST_WHITE, _MOST_WHITE = 0.5, 1.5
_GAMMAS = (0.4, 4.0)
#: Where a curve is looked at.
_STEPS = 16
#: ICC.1 10.18, table 68: how many numbers each kind of a parametric curve has.
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}


def keeps_plain_colours(view: View, space: Value) -> bool:
    """Whether in a calibrated space (8.6.5) black is black and white is white, and what is darker stays darker."""
    found = view.resolve(space)
    if not isinstance(found, list) or not found:
        return found in ("/DeviceGray", "/DeviceRGB", "/DeviceCMYK")
    kind, stated = view.resolve(found[0]), view.resolve(found[1]) if len(found) > 1 else None
    if kind == "/ICCBased" and isinstance(stated, Stream):
        count, other = view.resolve(stated.entries.get("/N")), view.resolve(stated.entries.get("/Alternate"))
        plain = type(count) is int and count in _SPACES and other in _ALTERNATES[count]
        return (
            plain and "/Range" not in stated.entries and _is_plain_profile(view.file.decode_stream(stated, view), count)
        )
    if kind in ("/CalGray", "/CalRGB") and isinstance(stated, dict):
        return _is_plainly_calibrated(view, stated)
    return kind in ("/DeviceGray", "/DeviceRGB", "/DeviceCMYK") and len(found) == 1


def _is_plainly_calibrated(view: View, stated: dict[str, Value]) -> bool:
    white, dark, gamma, matrix = (
        _numbers(view, stated.get(key), usual)
        for key, usual in (("/WhitePoint", ()), ("/BlackPoint", (0, 0, 0)), ("/Gamma", (1,)), ("/Matrix", ()))
    )
    if white is None or dark is None or gamma is None or matrix is None or not _is_white(white):
        return False
    # 8.6.5.3: the sum of the three columns is what white is; without a matrix it is its own.
    sums = [sum(matrix[at::3]) for at in range(3)] if len(matrix) == 9 else white
    whole = (not matrix or len(matrix) == 9) and min(matrix, default=0.0) > -1
    level = all(abs(one - other) < 2 * _NEAR for one, other in zip(sums, white, strict=True))
    return whole and level and max(dark) < _NEAR and all(_GAMMAS[0] <= each <= _GAMMAS[1] for each in gamma)


def _numbers(view: View, value: Value, usual: tuple[float, ...]) -> list[float] | None:
    found = view.resolve(value)
    parts = (
        [*usual] if found is None else [view.resolve(each) for each in found] if isinstance(found, list) else [found]
    )
    return [float(each) for each in parts] if all(isinstance(each, int | float) for each in parts) else None


def _is_white(found: list[float] | tuple[float, ...]) -> bool:
    return len(found) == 3 and all(_LEAST_WHITE <= each <= _MOST_WHITE for each in found)


def _is_plain_profile(profile: bytes, count: int) -> bool:
    """Whether a profile is of primaries that make white together, and of curves that rise from nothing to all."""
    name, curves = _SPACES[count]
    # ICC.1 7.2.5: of a display, a scanner, a printer or a space.
    if profile[16:24] != name + b"XYZ " or profile[36:40] != b"acsp" or profile[12:16] not in _CLASSES:
        return False
    tags = _tags(profile)
    primaries = set(_PRIMARIES) if count == 3 else set()
    if tags is None or not primaries | set(curves) <= tags.keys() <= _PLAIN_TAGS | {b"kTRC"}:
        return False
    colours = [_colour(tags[each]) for each in primaries]
    whole = [sum(parts) for parts in zip(*colours, strict=False)] if colours else _WHITE
    level = len(whole) == 3 and all(abs(a - b) < _NEAR for a, b in zip(whole, _WHITE, strict=True))
    medium = b"wtpt" not in tags or _is_white(_colour(tags[b"wtpt"]))
    return level and medium and all(_rises(tags[each]) for each in curves)


_CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")


def _rises(element: bytes) -> bool:
    """Whether a curve (10.6, 10.18) begins at nothing, ends at all and never falls."""
    values = _values(element)
    return (
        bool(values)
        and values[0] < _NEAR
        and values[-1] > 1 - _NEAR
        and all(a <= b + _APART for a, b in pairwise(values))
    )


def _values(element: bytes) -> list[float]:
    """Return points of a curve from 0 to 1; nothing where it is none."""
    kind, count = element[:4], int.from_bytes(element[8:12], "big")
    if kind == b"curv" and count == 0:
        return [0.0, 1.0]
    if kind == b"curv" and count == 1 and len(element) >= 14:
        return _by_gamma(int.from_bytes(element[12:14], "big") / 256)
    if kind == b"curv" and len(element) >= 12 + 2 * count:
        return [value / 65535 for value in struct.unpack_from(f">{count}H", element, 12)]
    number = int.from_bytes(element[8:10], "big")
    if kind == b"para" and number in _PARAMETERS and len(element) >= 12 + 4 * _PARAMETERS[number]:
        parameters = [each / 65536 for each in struct.unpack_from(f">{_PARAMETERS[number]}i", element, 12)]
        return _by_gamma(parameters[0]) if number == 0 else _by_parts(number, parameters)
    return []


def _by_gamma(gamma: float) -> list[float]:
    return [(at / _STEPS) ** gamma for at in range(_STEPS + 1)] if _GAMMAS[0] <= gamma <= _GAMMAS[1] else []


def _by_parts(number: int, parameters: list[float]) -> list[float]:
    """Return points of a curve whose beginning is a line (table 68)."""
    g, a, b, *rest = parameters
    start = -b / a if a else 2.0
    c, d, e, f = [*rest, 0.0, 0.0] if number >= 3 and len(rest) == 2 else [*rest[:4], 0.0, start, 0.0, 0.0][:4]
    if number == 2:
        c, d, e, f = 0.0, start, rest[0], rest[0]
    if not _GAMMAS[0] <= g <= _GAMMAS[1]:
        return []
    points = [at / _STEPS for at in range(_STEPS + 1)]
    return [max(a * x + b, 0.0) ** g + e if x >= d else c * x + f for x in points]


def is_srgb(profile: bytes) -> bool:
    """Whether an ICC profile is that of sRGB: a display by its primaries and curves, and by nothing else."""
    # ICC.1 7.2: class, colour space and the space that it leads to.
    if profile[12:24] != b"mntrRGB XYZ " or profile[36:40] != b"acsp":
        return False
    tags = _tags(profile)
    if tags is None or not {*_PRIMARIES, *_CURVES} <= tags.keys() <= _PLAIN_TAGS:
        return False
    primaries = all(_is_near(_colour(tags[name]), wanted) for name, wanted in _PRIMARIES.items())
    return primaries and all(_is_curve(tags[name]) for name in _CURVES)


def _tags(profile: bytes) -> dict[bytes, bytes] | None:
    """The elements by their tags (7.3); None where one lies outside, or is there twice."""
    count = int.from_bytes(profile[128:132], "big")
    if count > len(_PLAIN_TAGS) or len(profile) < 132 + 12 * count:
        return None
    rows = [struct.unpack_from(">4sII", profile, 132 + 12 * index) for index in range(count)]
    inside = all(start + size <= len(profile) for _, start, size in rows)
    found = {tag: profile[start : start + size] for tag, start, size in rows}
    return found if inside and len(found) == count else None


def _colour(element: bytes) -> tuple[float, ...]:
    # 10.31: three numbers of 16 bits and as many behind the point.
    if element[:4] != b"XYZ " or len(element) < 20:
        return ()
    return tuple(each / 65536 for each in struct.unpack_from(">3i", element, 8))


def _is_near(found: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    return len(found) == len(wanted) and all(abs(a - b) < _APART for a, b in zip(found, wanted, strict=True))


def _is_curve(element: bytes) -> bool:
    """Whether a table of values is the curve of sRGB (10.6)."""
    count = int.from_bytes(element[8:12], "big")
    if element[:4] != b"curv" or count < 2 or len(element) < 12 + 2 * count:
        return False
    values = struct.unpack_from(f">{count}H", element, 12)
    return all(abs(value / 65535 - _linear(at / (count - 1))) < _APART for at, value in enumerate(values))


def _linear(value: float) -> float:
    # IEC 61966-2-1 5.2.
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
