"""A PDF file as a chain of revisions (ISO 32000-2 7.5), each of which can be looked at as it was.

Nothing is mended silently: what does not fit is kept in :attr:`PdfFile.problems`, and a file whose cross-reference had
to be rebuilt is ``damaged``, for the judge to weigh.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import cast

from signkit.limits import LimitExceeded, Meter
from signkit.pdf.reading.encryption import CannotDecrypt, Decryption
from signkit.pdf.reading.filters import decode
from signkit.pdf.reading.object_stream import ObjectStream, read_object_stream
from signkit.pdf.reading.remembered import Memory
from signkit.pdf.reading.sections import Location as Location
from signkit.pdf.reading.sections import Section, read_section
from signkit.pdf.reading.syntax import (
    OBJECT_HEAD,
    Ref,
    Stream,
    SyntaxProblem,
    Value,
    parse_value,
    skip_space,
)

# Possessive throughout: what stands there is a stranger's choice, and must cost no more than one pass.
_ANY_OBJECT = re.compile(rb"(?<![0-9])(\d{1,10}+)[\0\t\n\x0c\r ]++(\d{1,5}+)[\0\t\n\x0c\r ]++obj\b")
_START_XREF = re.compile(rb"startxref[\0\t\n\x0c\r ]*+(\d{1,12})")
_STREAM = re.compile(rb"[\0\t\n\x0c\r ]*+(?:%[^\r\n]*+[\0\t\n\x0c\r ]*+)*+stream(\r\n|\n|\r)?")  # 7.3.8.1: no CR alone
_END_STREAM = re.compile(rb"[\0\t\n\x0c\r ]*+endstream")


class Unreadable(Exception):
    """This file cannot be read as a PDF; ``code`` says why (encrypted, no-pdf, no-catalog, …).

    Attributes:
        is_plain: the code says it all; otherwise ``detail`` tells what is damaged.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.is_plain = code in ("no-pdf", "encrypted", "password-wrong", "encryption-unknown")


class PdfFile:
    """The bytes of one file, its main history, and a cache of its parsed objects."""

    def __init__(self, data: bytes, meter: Meter, password: str | None = None) -> None:
        self.data = data
        self.meter = meter
        self.password = password
        self.problems: list[str] = []
        self._noted: set[str] = set()
        self.decryption: Decryption | None = None
        self._objects: dict[tuple[int, int, int], Value] = {}
        self._containers: dict[int, ObjectStream] = {}
        self._sections: dict[int, Section] = {}
        self._value_ends: dict[int, int] = {}
        self._values: dict[int, tuple[Value, int]] = {}
        self._body_starts: dict[tuple[int, int, int], int | None] = {}
        self._decoded: dict[int, tuple[Stream, bytes]] = {}  # the stream is held, so that its id stays its own
        # Acrobat takes a header within the first 1,024 bytes (PDF Reference 1.7, appendix H, note 13).
        self.header = max(data[:1024].find(b"%PDF-"), 0)
        self.damaged = False
        self.history = self._main_history()
        self._open_encryption()

    # --- histories --------------------------------------------------------------------------------------

    def _main_history(self) -> History:
        if b"%PDF-" not in self.data[:1024]:
            raise Unreadable("no-pdf", "no PDF header")
        start = self.last_start(len(self.data))
        try:
            if start is None:
                raise SyntaxProblem("no startxref")
            history = self.history_from(start)
            if not isinstance(history.last.root, dict):
                raise SyntaxProblem("no catalog")
            return history
        except SyntaxProblem as problem:
            self.problems.append(f"cross-reference: {problem}")
            self.damaged = True
            return self._rebuilt_history()

    def last_start(self, end: int) -> int | None:
        """Return the offset that the last ``startxref`` before ``end`` names."""
        position = self.data.rfind(b"startxref", 0, end)  # 7.5.5: read from the end; the last one counts
        match = _START_XREF.match(self.data, position, end) if position >= 0 else None
        return int(match[1]) if match else None

    def history_from(self, start: int) -> History:
        """Follow ``/Prev`` from the cross-reference section at ``start`` to the oldest one.

        Raises:
            SyntaxProblem: a section of the chain is not there.
            LimitExceeded: more sections or objects than the limits allow.
        """
        sections: list[Section] = []
        seen: set[int] = set()
        objects = 0
        position: Value = start
        while isinstance(position, int) and position not in seen and (position or not sections):  # /Prev 0 ends it
            seen.add(position)
            section = self._section(position)
            sections.append(section)
            objects += len(section.entries)
            if len(sections) > self.meter.limits.revisions:
                raise LimitExceeded("revisions", self.meter.limits.revisions)
            if objects > self.meter.limits.objects:
                raise LimitExceeded("objects", self.meter.limits.objects)
            position = section.trailer.get("/Prev")
            if isinstance(position, float):  # 7.5.5 wants an integer; some writers write 116.0
                position = int(position)
        if isinstance(position, int) and position:
            self.problems.append("cross-reference sections form a circle")
        return History(self, sections[::-1])

    def _section(self, offset: int) -> Section:
        section = self._sections.get(offset)
        if section is None:
            self.meter.check_time()
            section = read_section(
                self.data, offset, self.header, self.meter, lambda place: self._parse_object(place, None)
            )
            self._sections[offset] = section
        return section

    def _rebuilt_history(self) -> History:
        """All objects by a scan of the file: the last one of a number counts, as viewers do when mending."""
        entries: dict[int, Location | None] = {}
        trailer: dict[str, Value] = {}
        for match in _ANY_OBJECT.finditer(self.data):
            self.meter.check_time()
            entries[int(match[1])] = Location(match.start(), int(match[2]))
            if len(entries) > self.meter.limits.objects:
                raise LimitExceeded("objects", self.meter.limits.objects)
        for match in re.finditer(rb"trailer", self.data):
            self.meter.check_time()
            try:
                value, _ = self._value(match.end())
            except SyntaxProblem:
                continue
            trailer |= value if isinstance(value, dict) and "/Root" in value else {}  # 7.5.5: /Root is required
        section = Section(0, trailer, entries, len(self.data))
        history = History(self, [section])
        if "/Root" not in trailer:
            self._find_catalog(section, history.last)
        return history

    def _find_catalog(self, section: Section, view: View) -> None:
        """Take in objects of object streams (7.5.7), trailers of cross-reference streams (7.5.8), else any catalog."""
        for number, place in list(section.entries.items()):
            self.meter.check_time()
            value = view.get(Ref(number, 0))
            if isinstance(value, Stream) and value.entries.get("/Type") == "/ObjStm":
                # An object that stands outside counts before the one in a stream: it was found by its own header.
                for index, inner in enumerate(self._container(cast(Location, place).offset, value).numbers):
                    section.entries.setdefault(inner, Location(0, 0, number, index))
            elif isinstance(value, Stream) and value.entries.get("/Type") == "/XRef":
                section.trailer |= {
                    k: v for k, v in value.entries.items() if k in ("/Root", "/Info", "/Encrypt", "/ID")
                }
        for number in [] if "/Root" in section.trailer else list(section.entries):
            value = view.get(Ref(number, 0))
            if isinstance(value, dict) and value.get("/Type") == "/Catalog":
                section.trailer["/Root"] = Ref(number, 0)

    # --- objects ----------------------------------------------------------------------------------------

    def _open_encryption(self) -> None:
        view = self.history.last
        settings = view.resolve(view.trailer.get("/Encrypt"))
        if settings is None:
            return
        ids = view.resolve(view.trailer.get("/ID"))
        first = ids[0] if isinstance(ids, list) and ids and isinstance(ids[0], bytes) else b""  # 7.6.4.3.2
        plain = {key: view.resolve(value) for key, value in settings.items()} if isinstance(settings, dict) else None
        try:
            self.decryption = Decryption.open(plain, first, self.password)
        except CannotDecrypt as problem:
            raise Unreadable(problem.code, problem.detail) from problem
        self._objects.clear()  # what was parsed before the key was known is still encrypted
        self._containers.clear()

    def object_at(self, number: int, place: Location, view: View) -> Value:
        """Return the object ``number`` that lies at ``place``; None where there is none."""
        key = (number, place.offset, place.container)
        if key in self._objects:
            return self._objects[key]
        if place.container:
            container = self.container(place.container, view)
            if container is None or not container.holds(number, place.place):
                self.problem(f"object {number} is not where the cross-reference says")
            return container.objects.get(number) if container is not None else None
        value = self._read_object(number, place)
        self._objects[key] = value
        return value

    def container(self, number: int, view: View) -> ObjectStream | None:
        """Return the object stream ``number``; None where it is none."""
        inner = view.locate(number)
        outer = view.get(Ref(number, 0))
        if not isinstance(outer, Stream) or inner is None or inner.container:
            return None
        return self._container(inner.offset, outer)

    def problem(self, words: str) -> None:
        """Take note, once, of what could not be read as it should be."""
        if words not in self._noted:
            self._noted.add(words)
            self.problems.append(words)

    def _read_object(self, number: int, place: Location) -> Value:
        usual = b"%d %d obj" % (number, place.generation)
        is_usual = place.offset > 0 and self.data.startswith(usual, place.offset)
        match = None if is_usual else self._head(number, place)
        if not is_usual and match is None:
            self.problem(f"object {number} is not where the cross-reference says")
            return None
        start, generation = (match.end(), int(match[2])) if match else (place.offset + len(usual), place.generation)
        try:
            return self._parse_object(start, Ref(number, generation))[0]
        except SyntaxProblem as problem:
            self.problem(f"object {number}: {problem}")
            return None

    def _head(self, number: int, place: Location) -> re.Match[bytes] | None:
        """``12 0 obj`` where the cross-reference says, counted from the file's start or from its header."""
        self.meter.check_time()
        for offset in (place.offset, place.offset + self.header) if self.header else (place.offset,):
            match = OBJECT_HEAD.match(self.data, offset) if 0 < offset < len(self.data) else None
            if match and int(match[1]) == number:
                return match
        return None

    def generation_at(self, number: int, place: Location) -> int | None:
        """Return the generation that the object at ``place`` states itself; None for one in an object stream."""
        match = None if place.container else self._head(number, place)
        return int(match[2]) if match else None

    def body_start(self, number: int, place: Location) -> int | None:
        """Return where the value of the object at ``place`` begins, or None."""
        key = number, place.offset, place.generation
        if key not in self._body_starts:
            self.meter.check_time()
            usual = b"%d %d obj" % (number, place.generation)
            is_usual = place.offset > 0 and self.data.startswith(usual, place.offset)
            match = None if is_usual else self._head(number, place)
            end = place.offset + len(usual) if is_usual else match.end() if match else None
            self._body_starts[key] = end
        return self._body_starts[key]

    def value_at(self, position: int) -> tuple[Value, int]:
        """Return the value at ``position`` as it is written, encrypted strings and all, and where it ends.

        Of a stream it is the dictionary.  Each is read once: nobody may change it.

        Raises:
            SyntaxProblem: there is none.
        """
        known = self._values.get(position)
        if known is None:
            known = self._values[position] = self._value(position)
        return known

    def _value(self, position: int) -> tuple[Value, int]:
        return parse_value(self.data, position, self.meter.limits.depth, self.meter.check_time)

    def _parse_object(self, position: int, ref: Ref | None) -> tuple[Value, int]:
        self.meter.check_time()
        value, end = self.value_at(position)
        match = _STREAM.match(self.data, end) if isinstance(value, dict) else None
        if match:
            value, end = self._stream(value, match.end())
        if hasattr(self, "history"):  # before, a length that is a reference cannot be followed
            self._value_ends[position] = end
        # 7.6.2: the encryption dictionary is not encrypted; objects in object streams are so with their stream only.
        if ref is not None and self.decryption is not None and ref != self.history.last.trailer.get("/Encrypt"):
            value = self.decryption.decrypt(value, ref)
            if ref in self.decryption.flaws:
                self.problem(f"object {ref.number}: not encrypted as it should be")
        return value, end

    def _stream(self, entries: dict[str, Value], start: int) -> tuple[Stream, int]:
        length = entries.get("/Length")
        if isinstance(length, Ref):  # 7.3.8.2: /Length may be an indirect object
            length = self.history.last.get(length) if hasattr(self, "history") else None
        if isinstance(length, int) and 0 <= length <= len(self.data) - start:
            match = _END_STREAM.match(self.data, start + length)  # 7.3.8.2; viewers search where it is wrong
            if match:
                return Stream(entries, self.data, start, start + length), match.end()
        stop = self.data.find(b"endstream", start)
        if stop < 0:
            raise SyntaxProblem("a stream without end")
        line_end = 2 if self.data.endswith(b"\r\n", start, stop) else self.data.endswith((b"\n", b"\r"), start, stop)
        return Stream(entries, self.data, start, stop - line_end), stop + 9

    def _container(self, offset: int, stream: Stream) -> ObjectStream:
        known = self._containers.get(offset)
        if known is None:
            known = self._containers[offset] = read_object_stream(stream, self.meter)
            for flaw in known.flaws:
                self.problem(f"object stream at {offset}: {flaw}")
        return known

    def decode_stream(self, stream: Stream, view: View) -> bytes:
        """Return the decoded bytes of ``stream``.

        Raises:
            SyntaxProblem: an unknown filter or broken data.
            LimitExceeded: it is larger than the limits allow.
        """
        self.meter.check_time()
        known = self._decoded.get(id(stream))
        if known is None:
            direct = {key: view.resolve(stream.entries.get(key)) for key in ("/Filter", "/DecodeParms")}  # table 5
            known = self._decoded[id(stream)] = stream, decode(stream.raw, direct, self.meter)
        return known[1]

    def stream_extent(self, number: int, place: Location) -> tuple[int, int] | None:
        """Return where the encoded bytes of the stream ``number`` at ``place`` lie; None where it is no stream."""
        match = self._head(number, place)
        try:
            value = self._parse_object(match.end(), None)[0] if match else None
        except SyntaxProblem:
            return None
        return (value.start, value.end or 0) if isinstance(value, Stream) else None

    def object_extent(self, number: int, place: Location) -> tuple[int, int] | None:
        """Return the first and last+1 byte of the object at ``place``, ``endobj`` included, or None."""
        match = OBJECT_HEAD.match(self.data, place.offset)
        if not match or int(match[1]) != number:
            return None
        try:
            end = self._value_ends.get(match.end()) or self._parse_object(match.end(), None)[1]
        except SyntaxProblem:
            return None
        end = skip_space(self.data, end)
        return place.offset, end + 6 if self.data.startswith(b"endobj", end) else end


class History:
    """A chain of revisions, oldest first; linearized halves count as one revision."""

    def __init__(self, file: PdfFile, sections: list[Section]) -> None:
        self.file = file
        self.sections = sections
        oldest = sections[0].entries.items() if sections else ()
        self._changes: dict[int, list[tuple[int, Location | None]]] = {number: [(0, place)] for number, place in oldest}
        for index, section in enumerate(sections[1:], 1):
            for number, place in section.entries.items():
                self._changes.setdefault(number, []).append((index, place))
        self._views: dict[int, View] = {}
        self._starts: dict[int, dict[int, int]] = {}
        self.memory = Memory()
        self._containers: list[set[int]] = []  # for each revision the object streams of all revisions before it
        ends = (max([section.end, *(end for _, end in section.extents)]) for section in sections)
        self._ends = list(accumulate(ends, max, initial=0))

    def rewrites_container(self, index: int) -> bool:
        """Whether revision ``index`` writes an object stream anew in which older objects are still said to lie."""
        while len(self._containers) <= index:
            known = self._containers[-1] if self._containers else set()
            places = self.sections[len(self._containers) - 1].entries.values() if self._containers else ()
            fresh = {place.container for place in places if place is not None and place.container}
            self._containers.append(known | fresh if fresh - known else known)
        return not self._containers[index].isdisjoint(self.sections[index].entries)

    def usual_starts(self, index: int) -> dict[int, int]:
        """Return where the values begin of the objects that revision ``index`` writes as most do, ``N G obj``.

        Each lies exactly where its entry says; those in object streams and all others are not among them.
        """
        starts = self._starts.get(index)
        if starts is None:
            self.file.meter.check_time()
            starts, begins = self._starts.setdefault(index, {}), self.file.data.startswith
            for number, place in self.sections[index].entries.items():
                if place is not None and not place.container and place.offset > 0:
                    head = b"%d %d obj" % (number, place.generation)
                    if begins(head, place.offset):
                        starts[number] = place.offset + len(head)
        return starts

    def end_before(self, index: int) -> int:
        """Return the byte after everything that the revisions before ``index`` hold."""
        return self._ends[index]

    def __len__(self) -> int:
        return len(self.sections)

    def view(self, index: int) -> View:
        """Return the document as it was at revision ``index`` (0 is the oldest)."""
        if index not in self._views:
            self._views[index] = View(self, index)
        return self._views[index]

    @property
    def last(self) -> View:
        """The document as a viewer shows it."""
        return self.view(len(self.sections) - 1)

    def index_of(self, offset: int) -> int | None:
        """Return the revision whose cross-reference section was declared at ``offset``."""
        for index, section in enumerate(self.sections):
            if section.offset in (offset, offset + self.file.header) or section is self.file._sections.get(offset):
                return index
        return None

    def is_only_hybrid(self, number: int, index: int) -> bool:
        """Whether some reader does not see object ``number`` at revision ``index``.

        PDFium looks at what a hybrid file adds (7.5.8.4) in the newest revision alone.
        """
        change = self._last_change(self._changes.get(number, ()), index)
        return change is not None and number in self.sections[change[0]].only_hybrid

    def locate(self, number: int, index: int) -> Location | None:
        """Return where object ``number`` lay at revision ``index``."""
        changes = self._changes.get(number)
        if not changes:
            return None
        if changes[-1][0] <= index:  # as of most: written once, or asked for as it is now
            return changes[-1][1]
        change = self._last_change(changes, index)
        return change[1] if change is not None else None

    @staticmethod
    def _last_change(changes: Sequence[tuple[int, Location | None]], index: int) -> tuple[int, Location | None] | None:
        """Return the last of an object's changes up to revision ``index``."""
        found = bisect_right(changes, index, key=lambda change: change[0])
        return changes[found - 1] if found else None


class View:
    """The document at one revision."""

    def __init__(self, history: History, index: int, noted: set[int] | None = None) -> None:
        self.history = history
        self.file = history.file
        self.index = index
        self.trailer = history.sections[index].trailer
        self._noted = noted

    def noting(self, numbers: set[int]) -> View:
        """Return the same view, one that adds to ``numbers`` every object looked for, object streams included."""
        return View(self.history, self.index, numbers)

    def is_written(self, numbers: AbstractSet[int], revision: int) -> bool:
        """Whether a revision of the file writes one of these objects."""
        return not numbers.isdisjoint(self.history.sections[revision].entries)

    @property
    def root(self) -> Value:
        """The document catalog."""
        return self.get(self.trailer.get("/Root"))

    def locate(self, number: int) -> Location | None:
        """Return where object ``number`` lies at this revision."""
        if self._noted is not None:
            self._noted.add(number)
        return self.history.locate(number, self.index)

    def get(self, ref: Value) -> Value:
        """Return the object that ``ref`` names, one step; None where there is none (7.3.10)."""
        if not isinstance(ref, Ref):
            return ref
        place = self.locate(ref.number)
        return self.file.object_at(ref.number, place, self) if place else None

    def resolve(self, value: Value) -> Value:
        """Follow references until a direct value is reached; a circle of references is null."""
        if not isinstance(value, Ref):  # as most are
            return value
        for _ in range(32):  # a reference to a reference is nobody's honest writing; a few are followed, as viewers do
            if not isinstance(value, Ref):
                return value
            value = self.get(value)
        self.file.problem("references form a circle")
        return None

    def places(self) -> dict[int, Location]:
        """Return where each object lies that exists at this revision, by its number."""
        last: dict[int, Location | None] = {}
        for section in self.history.sections[: self.index + 1]:
            last.update(section.entries)
        if self._noted is not None:
            self._noted.update(last)
        return {number: place for number, place in last.items() if place is not None}
