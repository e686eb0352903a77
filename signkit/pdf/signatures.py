"""Which signatures a PDF holds and exactly which bytes each of them signs (ISO 32000-2 12.8.1).

Fields and a scan of all objects are both used: a signature that the form does not reach is still reported.
Each signature is looked at on its own; what is wrong with one never hides another.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, cast

from signkit.limits import LimitExceeded
from signkit.pdf.form import form_fields
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.syntax import (
    DUPLICATE,
    WHITESPACE,
    Ref,
    SyntaxProblem,
    Value,
    dictionary_entries,
    hex_string,
    skip_space,
)

_OBJECT_HEAD = re.compile(rb"(\d{1,10})[\0\t\n\x0c\r ]+(\d{1,5})[\0\t\n\x0c\r ]+obj")
_TAIL = re.compile(rb"startxref\s*\d+\s*%%EOF[\0\t\n\x0c\r ]*\Z")

Kind = Literal["signature", "timestamp", "usage-rights"]
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
        return "usage-rights" if self.field == "/UR3" else "signature"

    @property
    def end(self) -> int:
        """The first byte after the signed ones."""
        return self.byte_range[2] + self.byte_range[3] if self.byte_range else 0


def find_signatures(file: PdfFile) -> list[FoundSignature]:
    """Return every signature and document timestamp of the file, in signing order.

    Raises:
        LimitExceeded: more signatures than the limits allow.
    """
    found: dict[object, FoundSignature] = {}
    for candidate in (*_by_form(file), *_by_perms(file), *_by_scan(file)):
        located = _locate(file, candidate)
        # one dictionary may be come to in several ways; two of one byte range are two signatures
        key: object = (located.byte_range, located.ref.number if located.ref else located.field)
        if key not in found:
            found[key] = located
        if len(found) > file.meter.limits.signatures:
            raise LimitExceeded("signatures", file.meter.limits.signatures)
    return sorted(found.values(), key=lambda item: (item.end, item.field or ""))


def _by_form(file: PdfFile) -> Iterator[FoundSignature]:
    view = file.history.last
    for item in form_fields(view):
        ref = item.value if isinstance(item.value, Ref) else None
        entries = view.resolve(item.value)
        if isinstance(entries, dict) and (item.type == "/Sig" or "/ByteRange" in entries):
            lock = view.resolve(item.entries.get("/Lock"))
            locks = (lock,) if isinstance(lock, dict) else ()
            yield FoundSignature(item.name, item.ref, ref, entries, locks=locks)


def _by_perms(file: PdfFile) -> Iterator[FoundSignature]:
    view = file.history.last
    perms = view.resolve(view.root.get("/Perms")) if isinstance(view.root, dict) else None
    for key in ("/UR3", "/UR"):
        value = perms.get(key) if isinstance(perms, dict) else None
        entries = view.resolve(value)
        if isinstance(entries, dict):
            yield FoundSignature("/UR3", None, value if isinstance(value, Ref) else None, entries)


def _by_scan(file: PdfFile) -> Iterator[FoundSignature]:
    """Signature dictionaries anywhere in the bytes, in no form or in an older revision only."""
    data, position = file.data, 0
    while (position := data.find(b"/ByteRange", position)) >= 0:
        start = data.rfind(b"obj", 0, position)
        position += 10
        head = max(start - 20, 0)
        match = next((m for m in _OBJECT_HEAD.finditer(data, head, start + 3) if m.end() == start + 3), None)
        if match is None:
            continue
        try:
            entries = {entry.key: entry.value for entry in dictionary_entries(data, match.end())}
        except SyntaxProblem:
            problems = ("dictionary-malformed",)
            yield FoundSignature(None, None, Ref(int(match[1]), int(match[2])), {}, problems=problems, reachable=False)
            continue
        if "/ByteRange" in entries and ("/Contents" in entries or "/SubFilter" in entries):
            yield FoundSignature(None, None, Ref(int(match[1]), int(match[2])), entries, reachable=False)


def _locate(file: PdfFile, candidate: FoundSignature) -> FoundSignature:
    """Add the byte range, /Contents and their defects."""
    problems = list(candidate.problems)
    numbers = file.history.last.resolve(candidate.entries.get("/ByteRange"))
    contents = candidate.entries.get("/Contents")
    if isinstance(contents, Ref):
        problems.append("contents-indirect")
        contents = None
    if not isinstance(contents, bytes):
        problems.append("contents-missing")
        contents = b""
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
    if not isinstance(numbers, list) or len(numbers) != 4 or not all(isinstance(n, int) for n in numbers):
        return None
    a, b, c, d = numbers
    return (a, b, c, d) if min(numbers) >= 0 else None


def _gap_problems(file: PdfFile, found: FoundSignature) -> list[str]:
    """12.8.1: from 0, one gap that is exactly the /Contents string with its delimiters, inside the file."""
    assert found.byte_range is not None
    start, first, second, length = found.byte_range
    if found.byte_range == (0, 0, 0, 0):
        return ["byte-range-zero"]
    problems = []
    if start != 0:
        problems.append("byte-range-start")
    if start + first > second:
        return [*problems, "byte-range-overlap"]
    if second + length > len(file.data):
        problems.append("byte-range-beyond-file")
    gap = file.data[start + first : second]
    if gap[:1] != b"<" or gap[-1:] != b">" or not _only_hex(gap[1:-1]):
        return [*problems, "byte-range-gap"]
    if hex_string(gap[1:-1]) != found.contents:
        return [*problems, "byte-range-other-contents"]
    return problems + _place_problems(file, found, start + first)


_HEX_ONLY = re.compile(rb"[0-9A-Fa-f\0\t\n\x0c\r ]*+\Z")


def _only_hex(digits: bytes) -> bool:
    return _HEX_ONLY.match(digits) is not None


def _place_problems(file: PdfFile, found: FoundSignature, gap: int) -> list[str]:
    """The gap must be the /Contents of *this* dictionary, not an equal string elsewhere."""
    ref = found.ref or found.field_ref
    if ref is None:
        return []
    for position in _object_places(file, ref, gap):
        if _contents_at(file.data, position, gap):
            return []
    return ["byte-range-other-place"]


def _object_places(file: PdfFile, ref: Ref, gap: int) -> Iterator[int]:
    """Where an object of this number starts before the gap: by cross-reference, else by the nearest header."""
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


def _contents_at(data: bytes, position: int, gap: int) -> bool:
    try:
        entries = dictionary_entries(data, position)
    except SyntaxProblem:
        return False
    direct = [entry for entry in entries if entry.key == "/Contents"]
    if direct:
        return len(direct) == 1 and direct[0].start == gap
    inner = [entry for entry in entries if entry.key == "/V" and isinstance(entry.value, dict)]
    return len(inner) == 1 and _contents_at(data, inner[0].start, gap)


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
    complete = revision is not None and _TAIL.search(file.data, max(0, end - 200), end) is not None
    return replace(found, revision=revision, coverage="whole-revision" if complete else "partial")


def signed_bytes(file: PdfFile, found: FoundSignature) -> tuple[bytes, bytes]:
    """Return the two signed parts, for digests only: they are views, since a copy would double a large file."""
    data = cast(bytes, memoryview(file.data))
    if found.byte_range is None:
        return data[:0], data[:0]
    a, b, c, d = found.byte_range
    return data[a : a + b], data[c : c + d]
