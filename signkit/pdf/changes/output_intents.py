"""Output intents that come later (ISO 32000-2 14.11.5): sRGB, which changes no colour, as DSS enters it with a picture.

mupdf takes the profile of an output intent for all colours that name none of their own; of sRGB it does so anyway.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from signkit.pdf.changes.context import Context
from signkit.pdf.changes.role_rules import breach
from signkit.pdf.changes.values import Change, ChangePlace, Gravity
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, Value

#: Table 401: what an output intent may say; /MixingHints and the like would steer colours.
_ENTRIES = {
    "/Type", "/S", "/OutputCondition", "/OutputConditionIdentifier", "/RegistryName", "/Info", "/DestOutputProfile",
}  # fmt: skip
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


def output_intent_changes(context: Context, one: Value, other: Value) -> Iterator[Change]:
    """Hold the output intents of two catalogs against each other."""
    if context.equality.same_drawn(one, other):
        return
    found = context.new.resolve(other)
    intents = found if isinstance(found, list) else []
    if context.old.resolve(one) is None and intents and all(_is_plain(context.new, each) for each in intents):
        context.cover(one, other)
        yield Change(Gravity.FORM, "metadata", "/OutputIntents")
        return
    number = context.number(context.new.trailer.get("/Root"))
    yield from breach("catalog", "/OutputIntents", at=ChangePlace(number=number))


def _is_plain(view: View, intent: Value) -> bool:
    entries = view.resolve(intent)
    # 14.11.5: that of PDF/A; one of PDF/X has Acrobat simulate overprinting.
    if not isinstance(entries, dict) or not entries.keys() <= _ENTRIES or entries.get("/S") != "/GTS_PDFA1":
        return False
    profile = view.resolve(entries.get("/DestOutputProfile"))
    return (
        isinstance(profile, Stream)
        and view.resolve(profile.entries.get("/N")) == 3
        and "/Alternate" not in profile.entries
        and is_srgb(view.file.decode_stream(profile, view))
    )


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
