"""Cross-reference sections (ISO 32000-2 7.5.4, 7.5.8): one step in a file's history, and where its objects lie.

Readers mend much here, each in its own way.  What is read leniently is noted in :attr:`Section.flaws`, for the judge:
where one reader mends and another rebuilds the whole file, they show different documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from signkit.limits import LimitExceeded, Meter
from signkit.pdf.reading.filters import decode_leniently
from signkit.pdf.reading.plain import plain_offset
from signkit.pdf.reading.syntax import (
    DUPLICATE,
    OBJECT_HEAD,
    Ref,
    Stream,
    SyntaxProblem,
    Value,
    parse_value,
    skip_space,
)

_TABLE_ROW = re.compile(
    rb"[\0\t\n\x0c\r ]*+(\d{1,10}+)[\0\t\n\x0c\r ]++(\d{1,10}+)([\0\t\n\x0c\r ]++[nf](?![a-z]))?", re.ASCII
)
_END_OF_SECTION = re.compile(
    rb"(?:[\0\t\n\x0c\r ]++|endobj|%(?!%EOF)[^\r\n]*+)*+startxref[\0\t\n\x0c\r ]*+\d{1,12}+"
    rb"(?:[\0\t\n\x0c\r ]++|%(?!%EOF)[^\r\n]*+)*+%%EOF[\0\t\x0c ]*+(?:\r\n|\n|\r)?"
)
#: A table as 7.5.4 wants it: what PDFium, which reads 20 bytes a row whatever they hold, understands as others do.
_PLAIN_TABLE = re.compile(
    rb"xref ?(?:\r\n|\n|\r)"
    rb"((?:\d{1,7} \d{1,7} ?(?:\r\n|\n|\r)(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*+)*+)[\t\n\r ]*+trailer(?=[\t\n\r <])"
)
_PLAIN_ROWS = re.compile(rb"(?: \r| \n|\r\n)((?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*+)")
_PLAIN_SUBSECTION = re.compile(rb"(\d{1,7}) (\d{1,7}) ?(?:\r\n|\n|\r)")
_ROW_BYTES = 20
_MAX_ROWS_PASSED = 1 << 12
#: PDFium, mupdf and Acrobat know object numbers up to 2^22, 2^23 and 2^23 - 1 only (Annex C.1).
MAX_NUMBER = 1 << 22


class Location(NamedTuple):
    """Where an object lies: at ``offset``, or as entry ``place`` of the object stream ``container``."""

    offset: int
    generation: int
    container: int = 0
    place: int = 0


@dataclass
class Section:
    """One cross-reference section and its trailer: one step in the file's history.

    Attributes:
        offset: where it begins.
        declared: the offset by which it was asked for (``startxref``, /Prev).
        end: the byte after its ``%%EOF``.
        body_end: the byte after its trailer, or its cross-reference stream.
        stream_number: the object number of its cross-reference stream.
        extents: the bytes of the section itself.
        copies: further places that a table gives for an object, each to be a copy of the one that ``entries`` names.
        conflicts: objects about which readers differ; 0 for the document.
        flaws: what is read leniently here, by code.
        freed: generations of the free entries.
        only_hybrid: objects of a hybrid file that its table does not list (7.5.8.4): not every reader sees them.
    """

    offset: int
    trailer: dict[str, Value]
    entries: dict[int, Location | None] = field(default_factory=dict)
    end: int = 0
    body_end: int = 0
    declared: int = 0
    stream_number: int | None = None
    hidden: list[int] = field(default_factory=list)
    only_hybrid: set[int] = field(default_factory=set)
    extents: list[tuple[int, int]] = field(default_factory=list)
    copies: list[tuple[int, Location]] = field(default_factory=list)
    conflicts: set[int] = field(default_factory=set)
    flaws: list[str] = field(default_factory=list)
    freed: dict[int, int] = field(default_factory=dict)


def _add_row(section: Section, number: int, place: int, generation: int, used: bool) -> None:
    if used and place:
        former = section.entries.get(number)
        section.entries[number] = Location(place, generation)
        if former is not None and former != section.entries[number]:
            section.copies.append((number, former))
        return
    section.entries[number] = None
    if used:
        section.flaws.append("offset-zero")
    else:
        section.freed[number] = generation


def _plain_rows(data: bytes, position: int, most: int) -> list[tuple[int, int, bytes]]:
    """Return offset, generation and letter of the plain rows behind the line end at ``position``."""
    rows = _PLAIN_ROWS.match(data, position, position + _ROW_BYTES * (min(most, _MAX_ROWS_PASSED) + 1))
    parts = rows[1][: _ROW_BYTES * most].split() if rows is not None else []
    return list(zip(map(int, parts[0::3]), map(int, parts[1::3]), parts[2::3], strict=True))


#: Reads the object whose value begins at a position; returns it and where it ends.
ObjectReader = Callable[[int], tuple[Value, int]]


def read_section(data: bytes, declared: int, header: int, meter: Meter, read_object: ObjectReader) -> Section:
    """Read the section at the offset ``declared``, counted from the file's start or from its header.

    Raises:
        SyntaxProblem: there is none.
        LimitExceeded: it lists too many objects.
    """
    # the header need not be at byte 0 (7.5.2, Annex H of older editions); offsets then count from it
    reader = _SectionReader(data, header, meter, read_object)
    for offset in dict.fromkeys((declared, declared + header)):
        place = skip_space(data, offset) if 0 <= offset < len(data) else len(data)
        if data.startswith(b"xref", place):
            section = reader.table(place)
        elif OBJECT_HEAD.match(data, place):
            section = reader.stream(place)
        else:
            continue
        section.declared, section.body_end = declared, section.end
        match = _END_OF_SECTION.match(data, section.end)
        section.end = match.end() if match else section.end
        if match is None and not _goes_before_its_past(section):
            section.flaws.append("section-end")
        if place not in (declared, plain_offset(data, declared)):
            section.flaws.append("section-offset")
        return section
    raise SyntaxProblem(f"no cross-reference section at {declared}")


def _goes_before_its_past(section: Section) -> bool:
    """Whether a section is the first of a linearised file (Annex F.3.4): the other half follows, and no end mark."""
    previous = section.trailer.get("/Prev")
    return isinstance(previous, int) and previous > section.offset


@dataclass(frozen=True)
class _SectionReader:
    data: bytes
    header: int
    meter: Meter
    read_object: ObjectReader

    def table(self, offset: int) -> Section:
        """A classic table, with what a hybrid file adds to it (7.5.8.4)."""
        section = Section(offset, {})
        position = self._rows(section, offset + 4)
        position = skip_space(self.data, position)
        if not self.data.startswith(b"trailer", position):
            raise SyntaxProblem("a cross-reference table without trailer")
        if _PLAIN_TABLE.match(self.data, offset) is None:
            section.flaws.append("table-rows")
        trailer, section.end = parse_value(self.data, position + 7, self.meter.limits.depth, self.meter.check_time)
        if not isinstance(trailer, dict):
            raise SyntaxProblem("the trailer is no dictionary")
        section.trailer = trailer
        section.extents.append((offset, section.end))
        section.flaws += ["duplicate-key"] if DUPLICATE in trailer else []
        self._add_hybrid(section)
        return section

    def _rows(self, section: Section, position: int) -> int:
        """Read subsections; return where they end.

        A first row that is the free list's head means numbering from 0, whatever is said: for some readers only.
        """
        number, left, first, exact, listed = 0, 0, True, True, 0
        scan, data = _TABLE_ROW.match, self.data
        while match := scan(data, position):
            one, other, kind = match.groups()
            if kind is None:
                exact = exact and left == 0
                number, left, first = int(one), int(other), True
            else:
                generation, used = int(other), kind.endswith(b"n")
                if first and number and not used and generation == 65535:
                    number = 0 if number == 1 else number
                    section.flaws.append("numbering")
                _add_row(section, number, int(one), generation, used)
                number, left, first, listed = number + 1, left - 1, False, listed + 1
            position = match.end()
            if not first and (more := _plain_rows(data, position, left)):  # as most: many at once
                for place, generation, letter in more:
                    _add_row(section, number, place, generation, letter == b"n")
                    number += 1
                left, listed, position = left - len(more), listed + len(more), position + _ROW_BYTES * len(more)
            self.meter.check_time()
            if listed > self.meter.limits.objects:
                raise LimitExceeded("objects", self.meter.limits.objects)
        if not exact or left:
            section.conflicts.add(0)  # readers differ about what follows
        if listed != len(section.entries) + len(section.copies):
            section.flaws.append("object-twice")
        return position

    def _add_hybrid(self, section: Section) -> None:
        """Objects of a hybrid file (7.5.8.4) that only readers of cross-reference streams see."""
        # Table 19: the offset of a cross-reference stream.
        offset = section.trailer.get("/XRefStm")
        if not isinstance(offset, int):
            section.flaws += ["hybrid-offset"] if offset is not None else []
            return
        place = skip_space(self.data, offset + (self.header if offset else 0))
        section.flaws += ["hybrid-offset"] if place != offset else []
        hidden = self.stream(place)
        section.extents += hidden.extents
        section.flaws += hidden.flaws
        section.hidden.append(cast(int, hidden.stream_number))
        for key in ("/Root", "/Encrypt", "/ID", "/Prev"):
            if key in hidden.trailer and hidden.trailer[key] != section.trailer.get(key):
                section.conflicts.add(0)  # readers differ about the whole document
        for number, place_there in hidden.entries.items():
            # 7.5.8.4: the table is looked up first, then what it hides.
            if section.entries.get(number) is None:
                section.entries[number] = place_there
                section.only_hybrid.add(number)
            elif place_there != section.entries[number]:
                section.conflicts.add(number)  # readers differ about which one counts

    def stream(self, offset: int) -> Section:
        """A cross-reference stream."""
        match = OBJECT_HEAD.match(self.data, offset)
        if not match:
            raise SyntaxProblem(f"no cross-reference stream at {offset}")
        value, end = self.read_object(match.end())
        if not isinstance(value, Stream) or value.entries.get("/Type") != "/XRef":
            raise SyntaxProblem("the object is no cross-reference stream")
        section = Section(offset, value.entries, end=end, stream_number=int(match[1]))
        section.extents.append((offset, end))
        section.flaws += ["duplicate-key"] if DUPLICATE in value.entries else []
        section.flaws += ["stream-length"] if not isinstance(value.entries.get("/Length"), int) else []
        # 7.5.8.4: /XRefStm is for tables; mupdf follows it here too, and nobody else.
        section.flaws += ["hybrid-offset"] if "/XRefStm" in value.entries else []
        self._stream_rows(section, value)
        own = section.entries.get(cast(int, section.stream_number))
        if own is not None and own != Location(offset, int(match[2])):
            section.flaws.append("own-entry")  # mupdf takes the stream itself for the object of its number
        return section

    def _stream_rows(self, section: Section, stream: Stream) -> None:
        trailer, rows = stream.entries, section.entries
        widths, size = trailer.get("/W"), trailer.get("/Size")
        # Table 17: three numbers.
        if not _small_ints(widths, 3, 8) or not isinstance(size, int):
            raise SyntaxProblem("a cross-reference stream without /W or /Size")
        # Table 17: [0 Size] where it is absent.
        index = trailer.get("/Index", [0, size])
        data, flaw = decode_leniently(stream.raw, trailer, self.meter)
        a, b, c = cast(list[int], widths)[:3]
        width, position, listed = a + b + c, 0, 0
        if not isinstance(index, list) or not all(isinstance(n, int) and n >= 0 for n in index) or width == 0:
            raise SyntaxProblem("a cross-reference stream with a wrong /Index")
        if flaw is not None:
            section.flaws.append(f"section-data {flaw}")
        if a == 0 or len(cast(list[int], widths)) != 3 or len(index) % 2 or len(data) != width * sum(index[1::2]):
            section.flaws.append("section-shape")
        for first, count in zip(index[0::2], index[1::2], strict=False):
            self.meter.check_time()
            for number in range(first, first + min(count, (len(data) - position) // width)):
                row = data[position : position + width]
                position += width
                # Table 17: with a width of 0 the type is 1.
                kind = int.from_bytes(row[:a], "big") if a else 1
                x, y = int.from_bytes(row[a : a + b], "big"), int.from_bytes(row[a + b :], "big")
                # Table 18; 7.5.8.3: any other type stands for the null object.
                rows[number] = Location(x, y) if kind == 1 else Location(0, 0, x, y) if kind == 2 else None
                listed += 1
                if kind > 2 or (kind == 2 and not x) or (kind == 1 and not x):
                    section.flaws.append("entry-type")
                elif kind == 0:
                    section.freed[number] = y
        if listed != len(rows):
            section.flaws.append("object-twice")


def _small_ints(value: Value, count: int, top: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= count
        and all(isinstance(n, int) and 0 <= n <= top for n in value[:count])
    )


def trailer_flaws(section: Section, highest: int) -> list[str]:
    """What a section's trailer says that readers take differently; ``highest`` is the last object number so far."""
    trailer, size = section.trailer, section.trailer.get("/Size")
    root, previous = trailer.get("/Root"), trailer.get("/Prev")
    flaws = []
    # 7.5.5, Table 15: beyond /Size an object counts as missing.
    if not isinstance(size, int) or not highest < size <= MAX_NUMBER + 1:
        flaws.append(
            "size"
        )  # some readers pass over objects beyond it; of one beyond their own bound mupdf rebuilds all
    if section.entries.get(0) is not None:
        flaws.append("object 0")
    if highest > MAX_NUMBER:
        flaws.append("object-number")
    if previous is not None and type(previous) is not int:
        flaws.append("prev")
    if root is not None and not isinstance(root, Ref):
        flaws.append("root")
    return flaws
