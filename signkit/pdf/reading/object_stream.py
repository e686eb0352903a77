"""Object streams (ISO 32000-2 7.5.7): what they hold, and what readers take differently in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from signkit.pdf.reading.filters import decode_leniently
from signkit.pdf.reading.syntax import WHITESPACE, Stream, SyntaxProblem, Value, parse_value

if TYPE_CHECKING:
    from signkit.limits import Meter

# Possessive: what stands there is a stranger's choice, and must cost no more than one pass.
_HEAD = re.compile(rb"[\0\t\n\x0c\r ]*+(?:\d{1,10}+[\0\t\n\x0c\r ]++\d{1,10}+(?:[\0\t\n\x0c\r ]++|\Z))*+")


@dataclass
class ObjectStream:
    """The objects of one, the numbers that it lists, and what readers take differently in it.

    ``spans`` tells where in ``data`` each object stands.
    """

    objects: dict[int, Value] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    data: bytes = b""
    flaws: list[str] = field(default_factory=list)

    def holds(self, number: int, place: int) -> bool:
        """Whether readers that look for the number and those that take the entry at ``place`` find the same."""
        return place < len(self.numbers) and self.numbers[place] == number and number in self.objects


def read_object_stream(stream: Stream, meter: Meter) -> ObjectStream:
    """Return all objects of an object stream; the first of a number counts."""
    count, first = stream.entries.get("/N"), stream.entries.get("/First")
    if not (type(count) is int and type(first) is int and 0 <= count <= meter.limits.objects and first >= 0):
        return ObjectStream(flaws=["no /N or /First"])
    if stream.entries.get("/Type") != "/ObjStm":  # Table 16: /Type is required
        return ObjectStream(flaws=["its /Type"])
    try:
        data, flaw = decode_leniently(stream.raw, stream.entries, meter)
    except SyntaxProblem as problem:
        return ObjectStream(flaws=[str(problem)])
    found = ObjectStream(data=data, flaws=[] if flaw is None else [flaw])
    _add_objects(found, count, first, meter)
    return found


def _add_objects(found: ObjectStream, count: int, first: int, meter: Meter) -> None:
    data, flaws = found.data, found.flaws
    head = _HEAD.match(data, 0, first)  # 7.5.7: /N pairs of number and offset stand before /First
    numbers = [int(n) for n in head[0].split()] if head else []
    if head is None or head.end() != min(first, len(data)) or len(numbers) != 2 * count:
        flaws.append("its list of objects")
        del numbers[2 * min(count, len(numbers) // 2) :]
    found.numbers = numbers[0::2]
    position = first
    for number, place in zip(found.numbers, numbers[1::2], strict=True):
        if number in found.objects:
            flaws.append(f"object {number} twice")
            continue
        if first + place < position:  # 7.5.7: offsets in increasing order
            flaws.append("objects in another order")
        elif data[position : first + place].strip(WHITESPACE):
            flaws.append("bytes between its objects")
        meter.check_time()
        try:
            value, position = parse_value(data, first + place, meter.limits.depth, meter.check_time)
        except SyntaxProblem as problem:
            flaws.append(f"object {number}: {problem}")
            continue
        found.objects[number] = value
        found.spans[number] = first + place, position
