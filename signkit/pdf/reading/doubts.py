"""Where readers may read a file differently: what was added after a signature is then not judged.

Viewers follow the cross-reference, or rebuild it by a search through the file when something is not to their liking,
each by its own measure; they find objects in object streams by number or by index, believe a linearised file's first
section, or do not.  One rule covers them: what came after the signature is written so that all of these ways lead to
the same document, or there is a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signkit.pdf.reading.plain import MAX_DEPTH
from signkit.pdf.reading.sections import Location, Section, trailer_flaws
from signkit.pdf.reading.syntax import (
    OBJECT_HEAD,
    WHITESPACE,
    Ref,
    Stream,
    SyntaxProblem,
    Value,
    parse_value,
    references,
)
from signkit.pdf.reading.written import are_copies, followed_in_trailer, follows_number, revision_findings

if TYPE_CHECKING:
    from signkit.pdf.reading.document import PdfFile, View

#: How far from the end readers look for ``startxref`` (poppler, mupdf: 1,024 bytes; so does Acrobat for ``%%EOF``).
_REACH = 1000
#: Where readers look for the header, and for the dictionary of a linearised file (Annex F: in the first 1,024 bytes).
_FRONT = 2048
_HEADER = re.compile(rb"%PDF-\d\.\d[\0\t\n\x0c\r ]")


@dataclass(frozen=True)
class Doubt:
    """A place that readers may read differently.

    Attributes:
        code: what it is (docs/concepts/attacks.md).
        where: the object, the byte or the entry.
        revision: the first revision that knows nothing of it: signatures of older revisions are concerned.
    """

    code: str
    where: str
    revision: int


class Doubts:
    """All doubts about one file, each part looked for at most once."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._of_file: list[Doubt] | None = None
        self._of_revision: dict[int, list[Doubt]] = {}

    def after(self, revision: int, end: int) -> Iterator[Doubt]:
        """Yield the doubts about what came after a signature of ``revision`` whose last signed byte is before ``end``.

        Only for a signature that is not of the whole file.
        """
        for index in range(revision + 1, len(self._file.history)):
            yield from self._in_revision(index)
        if self._of_file is None:
            self._of_file = [*_of_bytes(self._file), *_of_sections(self._file)]
        yield from (doubt for doubt in self._of_file if doubt.revision > revision)
        if _was_linearized(self._file, revision, end):
            yield Doubt("linearized", "the first object", revision + 1)
        if revision < len(self._file.history) - 1:
            for problem in self._file.problems:  # last: more of them come to light while a file is looked at
                yield Doubt("unreadable", problem, len(self._file.history) - 1)

    def _in_revision(self, index: int) -> list[Doubt]:
        if index not in self._of_revision:
            view = self._file.history.view(index)
            found = revision_findings(self._file, view)
            self._of_revision[index] = [Doubt(code, where, index) for code, where in found]
        return self._of_revision[index]


def _of_bytes(file: PdfFile) -> Iterator[Doubt]:
    """What any byte after the signature may change, white space too."""
    data, always = file.data, len(file.history)
    if data.rfind(b"startxref") < len(data) - _REACH:
        yield Doubt("startxref-reach", f"byte {max(data.rfind(b'startxref'), 0)}", always)
    if _says_linearized(data, len(data)):
        yield Doubt("linearized", "the first object", always)


def _was_linearized(file: PdfFile, revision: int, end: int) -> bool:
    """Whether a signed file was linearised, and what its beginning says is not what ``startxref`` led to then.

    Readers that believed its first section, or what its dictionary says of the pages, follow the last section now that
    bytes came after it.
    """
    if not _says_linearized(file.data, end):
        return False
    sections, data = file.history.sections, file.data
    try:
        said, behind = parse_value(data, data.find(b"obj", 0, _FRONT) + 3, MAX_DEPTH)
    except SyntaxProblem:
        return True
    ended = _END_OF_FIRST.match(data, behind)
    # Annex F.3.4: the first section follows the dictionary at once; or else poppler and pdf.js search the file.
    if ended is None or ended.end() != sections[revision].offset:
        return True
    return not (isinstance(said, dict) and _knows_its_pages(said, file.history.view(revision)))


_END_OF_FIRST = re.compile(rb"[\t\n\r ]*+endobj[\t\n\r ]*+")


def _knows_its_pages(said: dict[str, Value], view: View) -> bool:
    """Whether a linearised file's dictionary names its first page and counts them (Annex F.3.3): pdf.js goes by it."""
    pages = _pages(view) or []
    number, first, count = (said.get(key, 0) for key in ("/P", "/O", "/N"))
    if not all(type(each) is int for each in (number, first, count)) or len(pages) != count or not 0 <= number < count:
        return False
    page = pages[number]
    return isinstance(page, Ref) and page.number == first


def _says_linearized(data: bytes, length: int) -> bool:
    """Whether this length stands beside /Linearized (Annex F.3.3): then a file's first section may count."""
    # 7.3.5: letters may be written by their number.
    front = re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), data[:_FRONT])
    return b"Linearized" in front and any(
        float(number) == length for number in re.findall(rb"(?<![0-9.])[0-9]++(?:\.[0-9]*+)?", front)
    )


def _of_sections(file: PdfFile) -> Iterator[Doubt]:
    """The cross-reference as a whole: each section leads to the next, and all say the same of the document."""
    history, last = file.history, len(file.history) - 1
    if file.damaged:
        yield Doubt("rebuilt", "cross-reference", last)
        return
    front = file.data[: max(file.data.find(b"obj", 0, _FRONT), 0)]  # one in a stream is of a file attached
    # 7.5.2: at the very beginning, and once; in front of it readers differ about what offsets count from.
    if _HEADER.match(file.data) is None or front.count(b"%PDF-") != 1:
        yield Doubt("header", "byte 0", last)
    if file.data[history.end_before(len(history)) :].strip(WHITESPACE):
        yield Doubt("behind-the-end", f"byte {history.end_before(len(history))}", last)
    yield from _of_generations(file, last)
    yield from _of_shadows(file, last)
    highest = 0
    for index, section in enumerate(history.sections):
        file.meter.check_time()
        highest = max(highest, max(section.entries, default=0))
        flaws = [*section.flaws, *trailer_flaws(section, highest), *_root_flaws(file, index)]
        flaws += ["two readings"] if section.conflicts else []
        flaws += [] if are_copies(file, section) else ["object-twice"]
        for flaw in flaws:
            yield Doubt("section", f"byte {section.offset}: {flaw}", last)
        if index:
            yield from _of_step(history.sections[index - 1], section, last)
        yield from _of_entries(file, index, last)


def _of_entries(file: PdfFile, index: int, last: int) -> Iterator[Doubt]:
    """Entries that point to no object, or to bytes that were only to come; and section streams that hide an object."""
    section, end = file.history.sections[index], file.history.end_before(index + 1)
    usual = file.history.usual_starts(index)
    for number, place in section.entries.items():
        if place is None or place.container:
            continue
        if place.offset >= end or not (number in usual or _is_there(file, number, place)):
            yield Doubt("entry", f"object {number}", last)
            return
    for number in [*([] if section.stream_number is None else [section.stream_number]), *section.hidden]:
        place = file.history.locate(number, index)
        extents = [begin for begin, _ in section.extents]
        if place is not None and place.offset not in extents and not _is_section(file, number, index):
            yield Doubt("own-entry", f"object {number}", last)  # mupdf takes the stream for the object of its number


def _of_shadows(file: PdfFile, last: int) -> Iterator[Doubt]:
    """Definitions that only a search finds, where a missing object or a wrong count of pages makes poppler search."""
    shadow = _first_shadow(file)
    if shadow is None:
        return
    sections = file.history.sections
    whole = 1 if last and sections[1].offset < sections[0].offset else 0  # a linearised file's first half is none
    if any(not _counts_its_pages(file.history.view(index)) for index in range(whole, last + 1)):
        yield Doubt("shadow", f"byte {shadow}, /Count of pages", last)
    # At any revision: what was missing when somebody signed, and is no longer named, showed him what the search found.
    for index in range(whole, last + 1):
        view = file.history.view(index)
        missing = _missing(view, view.places() if index == whole else sections[index].entries)
        if missing is not None:
            yield Doubt("shadow", f"byte {shadow}, object {missing} is missing", last)
            return


def _missing(view: View, numbers: Iterable[int]) -> int | None:
    """The number of an object that the trailer or one of ``numbers`` names, and that is not there."""
    for ref in followed_in_trailer(view):
        if view.locate(ref.number) is None:
            return ref.number
    for number in numbers:
        view.file.meter.check_time()
        for ref in references(view.get(Ref(number, 0))):  # whatever cannot be read is a problem, and a doubt
            if view.locate(ref.number) is None:
                return ref.number
    return None


def _counts_its_pages(view: View) -> bool:
    """Whether the page tree's own /Count (7.7.3.2) is the number of pages that it leads to."""
    root = view.root
    tree = view.resolve(root.get("/Pages")) if isinstance(root, dict) else None
    if not isinstance(tree, dict):
        return False
    pages = _pages(view)
    return pages is not None and bool(view.resolve(tree.get("/Count")) == len(pages))


def _pages(view: View) -> list[Value] | None:
    """The pages in order, as the tree holds them; None where it has no end."""
    root = view.root
    todo: list[Value] = [root.get("/Pages")] if isinstance(root, dict) else []
    found: list[Value] = []
    for _ in range(_MAX_NODES):
        if not todo:
            return found
        item = todo.pop()
        node = view.resolve(item)
        kids = view.resolve(node.get("/Kids")) if isinstance(node, dict) else None
        if isinstance(kids, list):
            todo += reversed(kids)
        elif isinstance(node, dict):
            found.append(item)
    return None


_MAX_NODES = 100_000


def _first_shadow(file: PdfFile) -> int | None:
    known = set()
    for index, section in enumerate(file.history.sections):
        usual = file.history.usual_starts(index)
        known.update([start - 3 for start in usual.values()])
        for number, place in section.entries.items():
            if number in usual or place is None or place.container:
                continue
            if (start := file.body_start(number, place)) is not None:
                known.add(start - 3)
    sections = [begin for section in file.history.sections for begin, _ in section.extents]
    known |= {match.end() - 3 for begin in sections if (match := OBJECT_HEAD.match(file.data, begin))}
    # Each of these is found by the search too: where it finds no more, there is nothing else.
    if len(_OBJECT.findall(file.data)) == len(known):
        return None
    for match in _OBJECT.finditer(file.data):
        if match.start() not in known and follows_number(file.data, match.start()):
            return match.start()
    return None


_OBJECT = re.compile(rb"obj(?<!endobj)")  # in this order, so that its first letters are searched for


def _is_there(file: PdfFile, number: int, place: Location) -> bool:
    """Whether the object lies where an entry says, and is of the generation that it says."""
    return file.generation_at(number, place) == place.generation


def _of_generations(file: PdfFile, last: int) -> Iterator[Doubt]:
    """References by another generation than the object has: null for some readers, a cause to rebuild for others."""
    view = file.history.last
    places = ((number, place) for section in file.history.sections for number, place in section.entries.items())
    numbers = {number for number, place in places if place is not None and place.generation}
    risen = {number: place.generation for number in numbers if (place := view.locate(number)) and place.generation}
    if any(_is_another(risen, ref) for ref in followed_in_trailer(view)):
        yield Doubt("generation", "trailer", last)
    for number in view.places() if risen else ():
        file.meter.check_time()
        if any(_is_another(risen, ref) for ref in references(view.get(Ref(number, 0)))):
            yield Doubt("generation", f"object {number}", last)
            return


def _is_another(risen: dict[int, int], ref: Ref) -> bool:
    return risen.get(ref.number, ref.generation) != ref.generation


def _is_section(file: PdfFile, number: int, index: int) -> bool:
    """Whether what the cross-reference calls by this number is a section too, an older one."""
    value = file.history.view(index).get(Ref(number, 0))
    return value is None or (isinstance(value, Stream) and value.entries.get("/Type") == "/XRef")


def _root_flaws(file: PdfFile, index: int) -> Iterator[str]:
    view = file.history.view(index)
    root = view.trailer.get("/Root")
    place = view.locate(root.number) if isinstance(root, Ref) else None
    if place is not None and isinstance(root, Ref) and place.generation != root.generation:
        yield "generation of /Root"


def _of_step(before: Section, section: Section, last: int) -> Iterator[Doubt]:
    """What a section may not say otherwise than the one before it."""
    previous = section.trailer.get("/Prev")
    # 7.5.5, 7.5.6: /Prev is the offset of the section before, and readers believe it to the byte.
    if previous != before.declared:
        yield Doubt("section", f"byte {section.offset}: /Prev", last)
    if "/Root" not in before.trailer:
        return  # the other half of a linearised file (Annex F.3.4)
    encryption: Value = before.trailer.get("/Encrypt")
    if encryption != section.trailer.get("/Encrypt"):
        yield Doubt("encryption", f"byte {section.offset}", last)
    elif encryption is not None:
        # 7.6.2: one encryption for all of the file; another one would make old bytes say something new.
        changed = isinstance(encryption, Ref) and encryption.number in section.entries
        if changed or _first_id(before) != _first_id(section):
            yield Doubt("encryption", f"byte {section.offset}", last)


def _first_id(section: Section) -> Value:
    value = section.trailer.get("/ID")
    return value[0] if isinstance(value, list) and value else value
