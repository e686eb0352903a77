"""What one revision wrote, byte by byte: is it what every reader finds there (ISO 32000-2 7.3.10, 7.5)?

A reader that follows the cross-reference, one that looks for the last ``N G obj`` of the file, and one that stops at
the first ``endstream`` must come upon the same objects.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from signkit.pdf.reading.encryption import names_identity
from signkit.pdf.reading.plain import MAX_DEPTH, first_oddity, plain_offset, plain_space, repeats_key
from signkit.pdf.reading.sections import Location, Section
from signkit.pdf.reading.syntax import Ref, Stream, SyntaxProblem, Value, parse_value, references

if TYPE_CHECKING:
    from signkit.pdf.reading.document import PdfFile, View

_HEAD = re.compile(rb"(\d{1,10}+)[\t\n\r ]++(\d{1,5}+)[\t\n\r ]++obj(?=[\t\n\r <\[(/])")
# 7.3.8.1: CRLF or LF, and no CR alone, which some readers count to the data.
_STREAM = re.compile(rb"[\t\n\r ]*+stream(?:\r\n|\n)")
_END_STREAM = re.compile(rb"(?:\r\n|\n|\r)?endstream(?=[\t\n\r ])")
_END_OBJECT = re.compile(rb"[\t\n\r ]*+endobj(?=[\t\n\r ])")
# 7.5.5: the last lines of a file.
_TAIL = re.compile(rb"(startxref)[\t\n\r ]++(\d{1,10}+)[\t\n\r ]++%%EOF(?=[\t\n\r ]|\Z)")
#: What a search goes by; a trailer that is but a word has no dictionary behind it.
_KEYWORD = re.compile(rb"endobj|obj|endstream|startxref|trailer(?=[\0\t\n\x0c\r ]*+(?:<<|%))")
_SPACE = b"\0\t\n\x0c\r "
_OTHER_FILE = ("/F", "/DP", "/FFilter", "/FDecodeParms")

#: A code, and the place.
Finding = tuple[str, str]


@dataclass
class _Written:
    """The keywords of a revision that its objects and its section account for, their extents, and changed numbers."""

    keywords: set[int] = field(default_factory=set)
    extents: list[tuple[int, int]] = field(default_factory=list)
    lengths: set[int] = field(default_factory=set)


def revision_findings(file: PdfFile, view: View) -> Iterator[Finding]:
    """Yield what readers may take differently among that which the revision of ``view`` wrote."""
    section, start = view.history.sections[view.index], view.history.end_before(view.index)
    written = _Written()
    for number, place in section.entries.items():
        file.meter.check_time()
        if _is_another_number(view, number):
            written.lengths.add(number)
        if place is None:
            yield from _check_freed(view, number)
        elif place.container:
            yield from _check_contained(file, view, number, place)
            yield from _former(file, view, number)
        elif start <= place.offset < section.end:
            yield from _object(file, view, number, place, written)
            yield from _former(file, view, number)
        elif view.history.view(view.index - 1).locate(number) != place:
            yield "entry-elsewhere", f"object {number}"
    for number, place in section.copies:
        yield from _object(file, view, number, place, written)
    yield from _newly_named(file, view)
    yield from _still_named(file, view)
    yield from _named_in_plain(file, view)
    yield from _section(file, view, start, written)
    yield from _lengths_changed(file, view, written.lengths)
    yield from _between(file, start, section.end, written)
    yield from _stray_keywords(file.data, start, section.end, written.keywords)


def are_copies(file: PdfFile, section: Section) -> bool:
    """Whether all that a table lists twice is written twice to the letter, as PDFBox 3 does: one reading of both."""
    for number, place in section.copies:
        listed = section.entries[number]
        both = [file.object_extent(number, each) if each is not None else None for each in (place, listed)]
        if None in both or len({file.data[start:end] for start, end in filter(None, both)}) != 1:
            return False
    return True


def _check_freed(view: View, number: int) -> Iterator[Finding]:
    """A free entry of generation 0 ends no object for PDFium (7.5.4: the generation rises)."""
    former = view.history.view(view.index - 1).locate(number)
    if former is not None and view.history.sections[view.index].freed.get(number) != former.generation + 1:
        yield "freed", f"object {number}"


def _still_named(file: PdfFile, view: View) -> Iterator[Finding]:
    """What is there no more, and is named all the same: poppler then rebuilds the whole file by a search (7.3.10)."""
    before = view.history.view(view.index - 1)
    entries = view.history.sections[view.index].entries
    gone = {number for number, place in entries.items() if place is None and before.locate(number) is not None}
    former = set(followed_in_trailer(before))
    for ref in followed_in_trailer(view):
        if view.locate(ref.number) is None and (ref.number in gone or ref not in former):
            yield "missing", f"object {ref.number}, named by the trailer"
            return
    for number in view.places() if gone else ():
        file.meter.check_time()
        named = next((ref.number for ref in references(view.get(Ref(number, 0))) if ref.number in gone), None)
        if named is not None:
            yield "missing", f"object {named}, named by object {number}"
            return


def followed_in_trailer(view: View) -> Iterator[Ref]:
    """Yield what readers follow of a trailer; programs leave entries of their own that lead nowhere."""
    yield from references([view.trailer.get(key) for key in ("/Root", "/Info", "/Encrypt", "/ID")])


def _named_in_plain(file: PdfFile, view: View) -> Iterator[Finding]:
    """Streams that are not encrypted by their /Type, and used as something else: most viewers decrypt them."""
    entries, secret = view.history.sections[view.index].entries, file.decryption
    plain = [number for number in entries if secret is not None and _plain_type(file, view, number) is not None]
    for number in view.places() if plain else entries if secret is not None else ():
        file.meter.check_time()
        for key, ref in _named_entries(view.get(Ref(number, 0))):
            kind = _plain_type(file, view, ref.number) if number in entries or ref.number in entries else None
            if kind is not None and key != kind:
                yield "stream-coding", f"object {ref.number}, named by object {number}"
                return


def _plain_type(file: PdfFile, view: View, number: int) -> str | None:
    """The /Type of a stream that is not encrypted because of it; None of all others."""
    value = view.get(Ref(number, 0)) if file.decryption is not None else None
    kind = value.entries.get("/Type") if isinstance(value, Stream) else None
    return kind if file.decryption is not None and kind in file.decryption.plain_types else None


def _named_entries(value: Value) -> Iterator[tuple[str, Ref]]:
    """Yield what ``value`` refers to, with the entry that does so, however deep within it."""
    todo: list[tuple[str, Value]] = [("", value.entries if isinstance(value, Stream) else value)]
    while todo:
        key, item = todo.pop()
        if isinstance(item, Ref):
            yield key, item
        elif isinstance(item, dict):
            todo += item.items()
        elif isinstance(item, list):
            todo += [(key, each) for each in item]


def _former(file: PdfFile, view: View, number: int) -> Iterator[Finding]:
    """What the object was before must be beyond doubt too: else what one reader takes for the same is a change."""
    former = view.history.view(view.index - 1)
    if former.locate(number) is not None and _is_odd(file, former, number):
        yield "odd-token", f"object {number} as it was before"


def _is_odd(file: PdfFile, view: View, number: int) -> bool:
    """Whether readers may take the object differently, by the way in which it is written; a stream by its entries."""
    place = view.locate(number)
    data, start, end = file.data, 0, 0
    if place is not None and place.container:
        container = file.container(place.container, view)
        if container is not None and not container.flaws and container.holds(number, place.place):
            data, (start, end) = container.data, container.spans[number]
    elif place is not None:
        start = file.body_start(number, place) or 0
        try:
            end = _value_at(file, start)[1] if start else 0
        except SyntaxProblem:
            end = 0
    return not end or first_oddity(data, start, end) is not None


def _value_at(file: PdfFile, position: int) -> tuple[Value, int]:
    """Return the value at ``position``, as it is written, and where it ends.

    Raises:
        SyntaxProblem: there is none, or one nested deeper than every reader follows.
    """
    value, end = file.value_at(position)
    # As many brackets as open at all, so deep at most is it nested.
    if file.data.count(b"<<", position, end) + file.data.count(b"[", position, end) <= MAX_DEPTH:
        return value, end
    return parse_value(file.data, position, MAX_DEPTH, file.meter.check_time)


#: What an addition names and does not come with: pages, fields and the structure have rules of their own.
_APART = ("/Page", "/Pages", "/Catalog", "/StructElem", "/StructTreeRoot", "/Annot")
_MAX_NAMED = 2_000


def _newly_named(file: PdfFile, view: View) -> Iterator[Finding]:
    """What was there already, and is now used by what was added: signed, and yet perhaps never read by anybody."""
    before, entries = view.history.view(view.index - 1), view.history.sections[view.index].entries
    todo: list[int] = []
    for number in entries:
        # What an object named before was judged before: only new names count here.
        old = {ref.number for ref in references(before.get(Ref(number, 0)))}
        named = [ref.number for ref in references(view.get(Ref(number, 0))) if ref.number not in old]
        missing = next((other for other in named if view.locate(other) is None), None)
        if missing is not None:
            yield "missing", f"object {missing}, named by object {number}"
        todo += named
    seen = set(entries)
    while todo:
        number = todo.pop()
        if number in seen or before.locate(number) is None:
            continue
        seen.add(number)
        file.meter.check_time()
        value = before.get(Ref(number, 0))
        if len(seen) > len(entries) + _MAX_NAMED:
            yield "too many objects", f"object {number}"
            return
        if _is_odd(file, before, number) or repeats_key(value) or not _ends_in_one_place(file, before, value):
            yield "odd-token", f"object {number}, used anew"
        if isinstance(value, Stream) and _is_coded_oddly(before, value.entries):
            yield "stream-coding", f"object {number}, used anew"
        if not (isinstance(value, dict) and value.get("/Type") in _APART):
            todo += [ref.number for ref in references(value)]


def _ends_in_one_place(file: PdfFile, view: View, value: Value) -> bool:
    """Whether /Length and a search for ``endstream`` agree about a stream's bytes, where it is one of the file."""
    if not isinstance(value, Stream) or value.data is not file.data:
        return True
    return _stream_end(file, view, value.entries, value.start) is not None


def _object(file: PdfFile, view: View, number: int, place: Location, written: _Written) -> Iterator[Finding]:
    data, offset = file.data, place.offset
    head = _HEAD.match(data, offset) or _HEAD.match(data, plain_offset(data, offset))
    where = f"object {number}"
    # 7.3.10: number and generation at the object are those of its entry.
    if head is None or (int(head[1]), int(head[2])) != (number, place.generation):
        yield "object-head", where
        return
    offset = head.start()
    if data[offset - 1 : offset] not in (b"\n", b"\r", b" ", b"\t"):
        yield "object-head", where
    try:
        value, end = _value_at(file, head.end())
    except SyntaxProblem:
        yield "object-syntax", where
        return
    # 7.3.10: an object is no reference; what it refers to PDFium takes for nothing, and others for the object.
    if isinstance(value, Ref):
        yield "object-syntax", f"{where}: a reference"
    odd = first_oddity(data, head.end(), end)
    if odd is not None:
        yield "odd-token", f"{where}, byte {odd}"
    if repeats_key(value):
        yield "duplicate-key", where
    written.keywords.add(head.end() - 3)
    match = _STREAM.match(data, end) if isinstance(value, dict) else None
    if match:
        stop = _stream_end(file, view, value, match.end())
        if stop is None:
            yield "stream-length", where
            return
        if _is_coded_oddly(view, value):
            yield "stream-coding", where
        yield from _found_by_search(file, view, number, value, offset)
        end = stop
        written.keywords.add(end - 9)
    ended = _END_OBJECT.match(data, end)
    if ended is None:
        yield "object-end", f"{where}, byte {end}"
        return
    written.keywords.add(ended.end() - 6)
    written.extents.append((offset, ended.end()))


def _is_coded_oddly(view: View, entries: dict[str, Value]) -> bool:
    """Whether a stream's bytes are elsewhere, or encrypted in its own way (7.4.10), or in one that its /Type tells."""
    filters = view.resolve(entries.get("/Filter"))
    coding = [view.resolve(each) for each in (filters if isinstance(filters, list) else [filters])]
    own_way = "/Crypt" in coding and not (coding == ["/Crypt"] and _is_plain_metadata(view.file, entries))
    return any(key in entries for key in _OTHER_FILE) or own_way or isinstance(entries.get("/Type"), Ref)


def _is_plain_metadata(file: PdfFile, entries: dict[str, Value]) -> bool:
    """Whether it is metadata, which the file leaves as it is (table 21), and says so itself too, as pyHanko writes."""
    secret = file.decryption
    by_type = secret is not None and entries.get("/Type") == "/Metadata" and "/Metadata" in secret.plain_types
    return by_type and names_identity(entries)


def _found_by_search(
    file: PdfFile, view: View, number: int, entries: dict[str, Value], offset: int
) -> Iterator[Finding]:
    """A stream of objects, or of a section, that only a reader uses which looks for them all over the file."""
    kind, section = entries.get("/Type"), view.history.sections[view.index]
    elsewhere = offset not in [begin for begin, _ in section.extents]  # PDFBox leaves sections of old among objects
    if (
        kind == "/XRef"
        and elsewhere
        and any(key in entries and entries[key] != section.trailer.get(key) for key in ("/Root", "/Encrypt"))
    ):
        yield "section", f"object {number}: a section that is none"
    if kind != "/ObjStm":
        return
    container = file.container(number, view)
    for index, inner in enumerate(container.numbers if container else [0]):
        if section.entries.get(inner) != Location(0, 0, number, index):
            yield "object-stream", f"object {inner} in object stream {number}"
            return


def _stream_end(file: PdfFile, view: View, entries: dict[str, Value], start: int) -> int | None:
    """Return the byte after ``endstream``, where /Length and a search for ``endstream`` agree about it."""
    length = entries.get("/Length")
    if isinstance(length, Ref):
        own, now = view.get(length), view.history.last.get(length)
        # An older /Length that a later revision changes moves the end of a signed stream.
        length = own if type(own) is type(now) and own == now else None
    if type(length) is not int or length < 0 or start + length > len(file.data):
        return None
    match = _END_STREAM.match(file.data, start + length)
    if match is None:
        return None
    # The first endstream, as readers find it that do not believe /Length.
    first = file.data.find(b"endstream", start, match.end())
    return match.end() if first == match.end() - 9 else None


def _is_another_number(view: View, number: int) -> bool:
    old, new = view.history.view(view.index - 1).get(Ref(number, 0)), view.get(Ref(number, 0))
    return (type(old) is int or type(new) is int) and (type(old) is not type(new) or old != new)


def _lengths_changed(file: PdfFile, view: View, numbers: set[int]) -> Iterator[Finding]:
    """Numbers that an older stream names as its /Length, now others: how long was that stream?"""
    end = view.history.end_before(view.index)
    for match in _LENGTH.finditer(file.data, 0, end) if numbers else ():
        named = _NUMBER.match(file.data, match.end())
        if named is None or (named[2] is not None and int(named[1]) in numbers):
            yield "length-changed", f"byte {match.start()}"
            return


_REGULAR = rb"[^\0\t\n\x0c\r ()<>\[\]{}/%]"
#: /Length, also where it may be written with escapes.
_LENGTH = re.compile(
    rb"/(?:Length(?!" + _REGULAR + rb")|(?=[^#]{0,5}+#)(?:[LENGTHlength]|#[46578][0-9A-Fa-f]){6}(?!" + _REGULAR + rb"))"
)
_NUMBER = re.compile(rb"[\0\t\n\x0c\r ]*+(\d{1,20}+)([\0\t\n\x0c\r ]++\d{1,20}+[\0\t\n\x0c\r ]++R)?")


def _check_contained(file: PdfFile, view: View, number: int, place: Location) -> Iterator[Finding]:
    """An object in an object stream: by number and by index the same, and the stream lists no others."""
    where = f"object {number} in object stream {place.container}"
    container, outer = file.container(place.container, view), view.locate(place.container)
    section = view.history.sections[view.index]
    if container is None or outer is None or not container.holds(number, place.place):
        yield "object-stream", where
        return
    if container.flaws:
        yield "object-stream", f"object stream {place.container}: {container.flaws[0]}"
    if place.container not in section.entries:
        if view.history.view(view.index - 1).locate(number) != place:
            yield "entry-elsewhere", where
        return
    if place.place:
        return  # once a stream, by its first object
    stream = view.get(Ref(place.container, 0))
    first = stream.entries.get("/First") if isinstance(stream, Stream) else None
    odd = first_oddity(container.data, first, len(container.data)) if isinstance(first, int) else 0
    if odd is not None or any(repeats_key(value) for value in container.objects.values()):
        yield "odd-token", f"object stream {place.container}, byte {odd} of what it holds"
    if any(isinstance(value, Ref) for value in container.objects.values()):
        yield "object-stream", f"object stream {place.container}: an object that is a reference"
    extended = stream.entries.get("/Extends") if isinstance(stream, Stream) else None
    if extended is not None and not _is_container(view, extended):
        yield "object-stream", f"object stream {place.container}: /Extends"


def _is_container(view: View, value: Value) -> bool:
    """Whether /Extends (table 16) names an object stream; nobody looks there for what the cross-reference lists."""
    stream = view.resolve(value)
    return isinstance(stream, Stream) and stream.entries.get("/Type") == "/ObjStm"


def _section(file: PdfFile, view: View, start: int, written: _Written) -> Iterator[Finding]:
    """The section itself: in its place behind the objects, and what stands behind it."""
    section, data = view.history.sections[view.index], file.data
    for begin, end in section.extents:
        if begin < start:
            yield "section-offset", f"byte {begin}"
            return
        if data.startswith(b"xref", begin):
            written.extents.append((begin, end))
            trailer = data.find(b"trailer", begin, end)
            written.keywords.add(trailer)
            odd = first_oddity(data, trailer + 7, end)
            if odd is not None:
                yield "odd-token", f"trailer, byte {odd}"
            if repeats_key(section.trailer):
                yield "duplicate-key", f"trailer, byte {trailer}"
        else:
            yield from _section_stream(file, view, begin, written)
    tail = _TAIL.match(data, plain_space(data, max((end for _, end in written.extents), default=start)))
    if tail is None or int(tail[2]) != section.declared or plain_space(data, tail.end()) < section.end:
        yield "startxref", f"byte {section.body_end}"
        return
    written.keywords.add(tail.start(1))
    written.extents.append((tail.start(1), tail.end()))


def _section_stream(file: PdfFile, view: View, begin: int, written: _Written) -> Iterator[Finding]:
    head = _HEAD.match(file.data, begin)
    if head is None:
        yield "object-head", f"byte {begin}"
        return
    number = int(head[1])
    former = view.history.view(view.index - 1)
    kept = former.get(Ref(number, 0))
    if kept is not None and not (isinstance(kept, Stream) and kept.entries.get("/Type") == "/XRef"):
        yield "own-entry", f"object {number}"  # mupdf takes the section for the object
    yield from _object(file, view, number, Location(begin, int(head[2])), written)


def _between(file: PdfFile, start: int, end: int, written: _Written) -> Iterator[Finding]:
    """Between what is accounted for stands white space, and comments at most; nothing lies in something else."""
    position = start
    for begin, stop in sorted(set(written.extents)):
        if begin < position:
            if stop > position or begin < start:
                yield "overlap", f"byte {begin}"
            continue
        if plain_space(file.data, position) != begin:
            yield "between", f"byte {position}"
        position = stop
    if plain_space(file.data, position) < end:
        yield "between", f"byte {position}"


def _stray_keywords(data: bytes, start: int, end: int, keywords: set[int]) -> Iterator[Finding]:
    """Keywords in streams, strings and comments: a reader that rebuilds the file goes by them."""
    known = sorted(keywords)
    for match in _KEYWORD.finditer(data, start, end):
        at = bisect_left(known, match.start())
        if at < len(known) and known[at] == match.start():
            continue
        if match[0] != b"obj" or follows_number(data, match.start()):
            yield "keyword", f"byte {match.start()}"
            return


def follows_number(data: bytes, position: int) -> bool:
    """Whether digits stand before, with white space or the end of a comment between."""
    before = position - 1
    while before >= 0 and data[before] in _SPACE:
        before -= 1
    if before >= 0 and 48 <= data[before] <= 57:
        return True
    gap = data[before + 1 : position]
    if b"\n" not in gap and b"\r" not in gap:
        return False
    left = max(before + 1 - _LINE_BYTES, 0)
    line = max(data.rfind(b"\n", left, before + 1), data.rfind(b"\r", left, before + 1)) + 1
    return b"%" in data[max(line, left) : before + 1]


#: A longer line is not looked through for the beginning of a comment.
_LINE_BYTES = 4096
