"""Which signatures a PDF holds and exactly which bytes each of them signs (ISO 32000-2 12.8.1).

Fields and a scan of all objects are both used: a signature that the form does not reach is still reported.
Each signature is looked at on its own; what is wrong with one never hides another.
"""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal, cast

from signkit.limits import LimitExceeded
from signkit.pdf.form import form_fields
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.sections import Location
from signkit.pdf.reading.syntax import (
    DUPLICATE,
    WHITESPACE,
    DictionaryEntry,
    Ref,
    SyntaxProblem,
    Value,
    dictionary_entries,
    hex_string,
    skip_space,
)

_OBJECT_HEAD = re.compile(rb"(\d{1,10}+)[\0\t\n\x0c\r ]++(\d{1,5}+)[\0\t\n\x0c\r ]++obj")
_TAIL = re.compile(rb"startxref\s*+\d++\s*+%%EOF[\0\t\n\x0c\r ]*+\Z")
#: How far before ``obj`` its numbers are looked for.
_HEAD_BYTES = 20

Kind = Literal["signature", "timestamp"]
Coverage = Literal["whole-file", "whole-revision", "partial"]


@dataclass(frozen=True)
class FoundSignature:
    """One signature dictionary.

    Attributes:
        field: fully qualified name of its field; None where no field holds it.
        field_ref: the field's object.
        ref: the signature dictionary's object; None where it is direct.
        entries: the dictionary.
        contents: the decoded bytes of /Contents, padding included.
        byte_range: the four numbers, or None where they are no byte range.
        problems: codes of structural defects (see ``words_for`` in reasons.py); any of them forbids a pass.
        revision: the revision of the file that it signs; None where that cannot be told.
        coverage: how much of the file it signs.
        reachable: the document's form (or /Perms) leads to it in the last revision.
        place: where the object that holds the dictionary lies; None for one in an object stream.
    """

    field: str | None
    field_ref: Ref | None
    ref: Ref | None
    entries: dict[str, Value]
    contents: bytes = b""
    byte_range: tuple[int, int, int, int] | None = None
    problems: tuple[str, ...] = ()
    revision: int | None = None
    coverage: Coverage = "partial"
    reachable: bool = True
    place: int | None = None
    locks: tuple[dict[str, Value], ...] = dataclasses.field(default=())

    @property
    def sub_filter(self) -> str:
        """``/SubFilter`` without its slash, or an empty text."""
        value = self.entries.get("/SubFilter")
        return value[1:] if isinstance(value, str) else ""

    @property
    def kind(self) -> Kind:
        """Signature or document timestamp; by /SubFilter, since /Type is optional and often missing."""
        if self.sub_filter == "ETSI.RFC3161" or self.entries.get("/Type") == "/DocTimeStamp":
            return "timestamp"
        return "signature"

    @property
    def end(self) -> int:
        """The first byte after the signed ones."""
        return self.byte_range[2] + self.byte_range[3] if self.byte_range else 0


def find_signatures(file: PdfFile) -> list[FoundSignature]:
    """Return every signature and document timestamp of the file, in signing order.

    Raises:
        LimitExceeded: more signatures than the limits allow.
    """
    found: list[FoundSignature] = []
    known: set[object] = set()
    for candidate in chain(_by_form(file), _by_perms(file), _by_scan(file, known)):
        file.meter.check_time()
        # 12.8.6: usage rights are given by a reader's maker, and promise nothing about the contract.
        if not candidate.reachable and _states_usage_rights(file, candidate.entries):
            continue
        located = _locate(file, candidate)
        if known.isdisjoint(identities := _identities(located)):
            found.append(located)
        known |= identities
        if len(found) > file.meter.limits.signatures:
            raise LimitExceeded("signatures", file.meter.limits.signatures)
    # By the end of what is signed: that is the order in which they were made (12.8.1, incremental updates).
    return sorted(found, key=lambda item: (item.end, not item.reachable, item.field or ""))


def _identities(found: FoundSignature) -> set[object]:
    """What tells one dictionary from another: its place; two over one byte range are two, also if one is a copy.

    An object that a later revision wrote anew, the same signature in it, is one with what it was.
    """
    holder = found.ref or found.field_ref
    again = (holder, found.byte_range, found.contents)
    return {again if found.place is None else found.place, again if holder else found.field}


def holds_usage_rights(file: PdfFile) -> bool:
    """Whether the document carries usage rights for a reader (12.8.6, deprecated): nobody's signature."""
    return any(_states_usage_rights(file, entries) for _, entries in _permissions(file))


def _states_usage_rights(file: PdfFile, entries: dict[str, Value]) -> bool:
    """Whether a signature dictionary says of itself that it is for usage rights (12.8.2.3) and nothing else."""
    view = file.history.last
    references = view.resolve(entries.get("/Reference"))
    methods = []
    for item in references if isinstance(references, list) else []:
        reference = view.resolve(item)
        methods.append(view.resolve(reference.get("/TransformMethod")) if isinstance(reference, dict) else None)
    return bool(methods) and all(method in ("/UR", "/UR3") for method in methods)


def _by_form(file: PdfFile) -> Iterator[FoundSignature]:
    view = file.history.last
    for item in form_fields(view):
        ref = item.value if isinstance(item.value, Ref) else None
        entries = view.resolve(item.value)
        # /FT may be missing or wrong: a value with a byte range is a signature to some viewer.
        if isinstance(entries, dict) and (item.type == "/Sig" or "/ByteRange" in entries):
            lock = view.resolve(item.entries.get("/Lock"))
            locks = (lock,) if isinstance(lock, dict) else ()
            place = _place_of(file, ref or item.ref)
            yield FoundSignature(item.name, item.ref, ref, entries, locks=locks, place=place)


def _permissions(file: PdfFile) -> Iterator[tuple[Ref | None, dict[str, Value]]]:
    view = file.history.last
    perms = view.resolve(view.root.get("/Perms")) if isinstance(view.root, dict) else None
    for key in ("/UR3", "/UR"):
        value = perms.get(key) if isinstance(perms, dict) else None
        entries = view.resolve(value)
        if isinstance(entries, dict):
            yield value if isinstance(value, Ref) else None, entries


def _by_perms(file: PdfFile) -> Iterator[FoundSignature]:
    """What stands as usage rights among the permissions, and does not say that it is that."""
    for ref, entries in _permissions(file):
        if not _states_usage_rights(file, entries):
            yield FoundSignature("/UR3", None, ref, entries, place=_place_of(file, ref))


def _place_of(file: PdfFile, ref: Ref | None) -> int | None:
    """Where the object lies in the last revision; None for one in an object stream."""
    place = file.history.last.locate(ref.number) if ref is not None else None
    if place is None or place.container or ref is None:
        return None
    start = file.body_start(ref.number, place)
    return start - 3 if start is not None else None


def _by_scan(file: PdfFile, known: AbstractSet[object]) -> Iterator[FoundSignature]:
    """Signature dictionaries anywhere in the bytes, in no form or in an older revision only.

    One in a stream of this file belongs to the file that is embedded there.  Each byte is looked at once; of one at a
    place that is ``known`` by then nothing is new.
    """
    data, position, after, start = file.data, 0, 0, -1
    inside = _Streams(file)
    while (position := data.find(b"/ByteRange", position)) >= 0:
        file.meter.check_time()
        nearest = data.rfind(b"obj", after, position)
        after = position = position + 10
        if nearest < 0 or nearest in known:
            continue  # in the object that was looked at before
        start = nearest
        head = max(start - _HEAD_BYTES, 0)
        match = next((m for m in _OBJECT_HEAD.finditer(data, head, start + 3) if m.end() == start + 3), None)
        # A PDF that is attached to this one has its own signatures (7.11.4).
        if match is None or inside.hold(int(match[1]), match.start()):
            continue
        ref = Ref(int(match[1]), int(match[2]))
        try:
            entries = {entry.key: entry.value for entry in _entries(file, match.end())}
        except SyntaxProblem:
            problems = ("dictionary-malformed",)
            yield FoundSignature(None, None, ref, {}, problems=problems, reachable=False, place=start)
            continue
        # Both key and sub-filter may be missing from a forgery that viewers still show.
        if "/ByteRange" in entries and ("/Contents" in entries or "/SubFilter" in entries):
            yield FoundSignature(None, None, ref, entries, reachable=False, place=start)


def _entries(file: PdfFile, position: int) -> list[DictionaryEntry]:
    return dictionary_entries(file.data, position, file.meter.limits.depth, file.meter.check_time)


class _Streams:
    """Where the streams of a file's objects lie, in any revision."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._places: list[tuple[int, int]] | None = None
        self._extents: dict[tuple[int, int], tuple[int, int] | None] = {}

    def hold(self, number: int, offset: int) -> bool:
        """Whether what looks like object ``number`` at ``offset`` is but a part of another object's stream."""
        if self._file.damaged or self._lists(number, offset):
            return False
        if self._places is None:
            self._places = sorted(
                (place.offset, number)
                for section in self._file.history.sections
                for number, place in section.entries.items()
                if place is not None and not place.container
            )
        at = bisect_right(self._places, (offset, number))
        if not at:
            return False
        begin, outer = self._places[at - 1]
        if (begin, outer) not in self._extents:
            self._extents[begin, outer] = self._file.stream_extent(outer, Location(begin, 0))
        extent = self._extents[begin, outer]
        return extent is not None and extent[0] <= offset < extent[1]

    def _lists(self, number: int, offset: int) -> bool:
        """Whether some revision says that this object lies here, or at the white space before."""
        places = (section.entries.get(number) for section in self._file.history.sections)
        return any(
            skip_space(self._file.data, start) == offset
            for place in places
            if place is not None and not place.container
            for start in {place.offset, place.offset + self._file.header}
        )


def _locate(file: PdfFile, candidate: FoundSignature) -> FoundSignature:
    """Add the byte range, /Contents and their defects."""
    problems = list(candidate.problems)
    numbers = file.history.last.resolve(candidate.entries.get("/ByteRange"))
    contents = candidate.entries.get("/Contents")
    # An indirect /Contents would lie at a place that the byte range does not fix (12.8.1).
    if isinstance(contents, Ref):
        problems.append("contents-indirect")
        contents = None
    if not isinstance(contents, bytes):
        problems.append("contents-missing")
        contents = b""
    # Two keys of one name (7.3.7 forbids them): the digest is over one, the viewer shows the other.
    if DUPLICATE in candidate.entries:
        problems.append("duplicate-keys")
    located = replace(candidate, contents=contents)
    ranges = _byte_range(numbers)
    if ranges is None:
        problems.append("byte-range-malformed" if numbers is not None else "byte-range-missing")
        return replace(located, problems=tuple(problems))
    located = replace(located, byte_range=ranges)
    defects = _gap_problems(file, located)
    problems += defects
    located = located if defects else _with_revision(file, located)
    return replace(located, problems=tuple(problems))


def _byte_range(numbers: Value) -> tuple[int, int, int, int] | None:
    # 12.8.1 does not limit the pairs; a second gap is room that nobody signed (signature wrapping).
    if not isinstance(numbers, list) or len(numbers) != 4 or not all(isinstance(n, int) for n in numbers):
        return None
    a, b, c, d = numbers
    return (a, b, c, d) if min(numbers) >= 0 else None


def _gap_problems(file: PdfFile, found: FoundSignature) -> list[str]:
    """12.8.1: from 0, one gap that is exactly the /Contents string with its delimiters, inside the file."""
    assert found.byte_range is not None
    start, first, second, length = found.byte_range
    # Universal signature forgery: ranges of nothing once passed in viewers.
    if found.byte_range == (0, 0, 0, 0):
        return ["byte-range-zero"]
    problems = []
    # 12.8.1: the range should be the entire file; what lies before its start is unsigned.
    if start != 0:
        problems.append("byte-range-start")
    # Overlapping parts could make up a digest that no file has.
    if start + first > second:
        return [*problems, "byte-range-overlap"]
    if second + length > len(file.data):
        problems.append("byte-range-beyond-file")
    gap = file.data[start + first : second]
    # 12.8.1: the gap is the string with its angle brackets and nothing more.
    if gap[:1] != b"<" or gap[-1:] != b">" or not _only_hex(gap[1:-1]):
        return [*problems, "byte-range-gap"]
    # What is outside the digest is exactly the signature that is checked, not a second one.
    if hex_string(gap[1:-1]) != found.contents:
        return [*problems, "byte-range-other-contents"]
    return problems + _place_problems(file, found, start + first)


_HEX_AND_SPACE = b"0123456789ABCDEFabcdef" + WHITESPACE


def _only_hex(digits: bytes) -> bool:
    return not digits.translate(None, _HEX_AND_SPACE)


def _place_problems(file: PdfFile, found: FoundSignature, gap: int) -> list[str]:
    """The gap must be the /Contents of *this* dictionary, not an equal string elsewhere."""
    ref = found.ref or found.field_ref
    # A direct value in a direct field has no header of its own to be found by.
    if ref is None:
        return []
    for position in _object_places(file, ref, gap):
        file.meter.check_time()
        if _contents_at(file, position, gap):
            return []
    return ["byte-range-other-place"]


def _object_places(file: PdfFile, ref: Ref, gap: int) -> Iterator[int]:
    """Where an object of this number starts before the gap: by cross-reference, else by the nearest header."""
    # The newest place first: that is the object that a viewer takes.
    for index in range(len(file.history) - 1, -1, -1):
        place = file.history.sections[index].entries.get(ref.number)
        if place is not None and not place.container:
            for offset in {place.offset, place.offset + file.header}:
                match = _OBJECT_HEAD.match(file.data, skip_space(file.data, offset))
                if match and int(match[1]) == ref.number and match.end() <= gap:
                    yield match.end()
    if file.damaged or not any(ref.number in section.entries for section in file.history.sections):
        for match in _OBJECT_HEAD.finditer(file.data, 0, gap):
            if int(match[1]) == ref.number:
                yield match.end()


def _contents_at(file: PdfFile, position: int, gap: int) -> bool:
    try:
        entries = _entries(file, position)
    except SyntaxProblem:
        return False
    direct = [entry for entry in entries if entry.key == "/Contents"]
    if direct:
        return len(direct) == 1 and direct[0].start == gap
    inner = [entry for entry in entries if entry.key == "/V" and isinstance(entry.value, dict)]
    return len(inner) == 1 and _contents_at(file, inner[0].start, gap)


def _with_revision(file: PdfFile, found: FoundSignature) -> FoundSignature:
    end = found.end
    if found.byte_range is None or end > len(file.data):
        return found
    if not file.data[end:].strip(WHITESPACE):
        # Nothing but white space follows; some tools add a line end after signing.
        whole = end == len(file.data)
        return replace(found, revision=len(file.history) - 1, coverage="whole-file" if whole else "whole-revision")
    start = file.last_start(end)
    revision = file.history.index_of(start) if start is not None else None
    if revision is not None and file.data[end : file.history.end_before(revision + 1)].strip(WHITESPACE):
        revision = None  # its startxref, or a /Prev, points to what was to come behind it
    # 7.5.5: the signed part ends with its own end-of-file mark, else it is no whole revision.
    complete = revision is not None and _TAIL.search(file.data, max(0, end - 200), end) is not None
    return replace(found, revision=revision, coverage="whole-revision" if complete else "partial")


def signed_bytes(file: PdfFile, found: FoundSignature) -> tuple[bytes, bytes]:
    """Return the two signed parts, for digests only: they are views, since a copy would double a large file."""
    data = cast(bytes, memoryview(file.data))
    if found.byte_range is None:
        return data[:0], data[:0]
    a, b, c, d = found.byte_range
    return data[a : a + b], data[c : c + d]
