"""Which objects lead to which: to prove cheaply that nothing below a reference was rewritten."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property, lru_cache
from typing import NamedTuple

from signkit.pdf.reading.document import History, Location, PdfFile
from signkit.pdf.reading.syntax import Ref, Stream, Value


class Referrers:
    """For every object number the objects that name it, in any revision of a history.

    Taking all revisions together names too many, never too few.  Links, by which an element, an annotation or a page
    names what it belongs to, are kept apart (:func:`named_by`): what they lead to has rules of its own.
    """

    def __init__(self, history: History) -> None:
        self._named_by: dict[int, list[int]] = defaultdict(list)
        self._linked_by: dict[int, list[int]] = defaultdict(list)
        self._aimed_by: dict[int, list[int]] = defaultdict(list)
        self._held_by: dict[int, list[int]] = defaultdict(list)
        self._linking: set[int] = set()
        for index, section in enumerate(history.sections):
            view = history.view(index)
            starts = history.usual_starts(index)
            for number, place in section.entries.items():
                if place is not None:
                    start = starts.get(number) or _start(history.file, number, place)
                    named = scan_names(history.file.data, start) or named_by(view.get(Ref(number, 0)))
                    if named is not _NOBODY:
                        self._note(number, named)

    def _note(self, number: int, named: Named) -> None:
        targets, links, aims, held = named
        for target in targets:
            self._named_by[target].append(number)
        if not (links or aims or held):  # as most
            return
        self._linking.add(number)
        for target in links:
            self._linked_by[target].append(number)
        for target in aims:
            self._aimed_by[target].append(number)
        for target in held:
            self._held_by[target].append(number)

    def leading_to(
        self, changed: Iterable[int], pages: AbstractSet[int] = frozenset(), annotations: AbstractSet[int] = frozenset()
    ) -> set[int]:
        """Return ``changed`` and everything that leads to it, links apart.

        What looks like a destination is one where it leads to one of ``pages``, and what looks like an element's
        annotation where it leads to one of ``annotations``; to anything else both are references like others.
        """
        found: set[int] = set()
        todo = list(changed)
        while todo:
            number = todo.pop()
            if number not in found:
                found.add(number)
                todo += self._named_by.get(number, ())
                todo += () if number in pages else self._aimed_by.get(number, ())
                todo += () if number in annotations else self._held_by.get(number, ())
        return found

    @cached_property
    def above_links(self) -> set[int]:
        """All objects that lead to one with links: what is drawn does not, in an ordinary file."""
        return self.leading_to(self._linking)

    def linking(self, number: int) -> Iterator[int]:
        """All objects that name ``number`` in some revision by a link to what they belong to."""
        yield from self._linked_by.get(number, ())

    def naming(self, number: int) -> Iterator[int]:
        """All objects that name ``number`` in some revision, by links too."""
        yield from self._named_by.get(number, ())
        yield from self._linked_by.get(number, ())
        yield from self._aimed_by.get(number, ())
        yield from self._held_by.get(number, ())


class Named(NamedTuple):
    """The object numbers that one object names: by its links, by what may be links, and otherwise (``targets``).

    ``aims`` look like destinations, which lead to pages; ``held`` like an element's annotations.
    """

    targets: tuple[int, ...]
    links: tuple[int, ...] = ()
    aims: tuple[int, ...] = ()
    held: tuple[int, ...] = ()


_NOBODY = Named(())
_S, _SS = rb"[\0\t\n\x0c\r ]*+", rb"[\0\t\n\x0c\r ]++"
#: A string without brackets inside, or one in hexadecimal.
_PLAIN_STRING = re.compile(rb"\((?:[^()\\]|\\.)*+\)|(?<!<)<[0-9A-Fa-f\0\t\n\x0c\r ]*+>(?!>)", re.DOTALL)
_ODD = re.compile(rb"[()%#]|(?<!<)<(?!<)|<<<")
#: Possessive, and only from a first digit: a long row of digits must cost no more than one pass.  That it is the first
#: is asked after it was found, since a search for a digit is quick, and one for what stands before it is not.
#: Generations with a sign are references to every reader (7.3.10 has none).
_REFERENCE = re.compile(rb"([0-9](?<![0-9][0-9])[0-9]*+)" + _SS + rb"[+-]*+[0-9]++" + _SS + rb"R")
#: What names the object that it belongs to, by which entries (14.7.2, 12.5.2, 7.7.3.3).
_LINKS = {"/StructElem": ("/P", "/Pg"), "/Annot": ("/P",), "/Page": ("/Parent",)}
_TYPE = re.compile(rb"/Type" + _S + rb"/(StructElem|Annot|Page)(?![^\0\t\n\x0c\r ()<>\[\]{}/%])")
_LINK = {
    kind[1:].encode(): [
        re.compile(key.encode() + _SS + rb"(?<![0-9])(?=[0-9])0*+([0-9]{0,20}+)" + _SS + rb"[0-9]++" + _SS + rb"R")
        for key in keys
    ]
    for kind, keys in _LINKS.items()
}


def _start(file: PdfFile, number: int, place: Location) -> int | None:
    return None if place.container else file.body_start(number, place)


def scan_names(data: bytes, start: int | None) -> Named | None:
    """As :func:`named_by` of the object whose value begins at ``start``; None where a scan might miss one.

    Up to the first ``endobj`` or ``stream`` there must be neither comments nor escaped names, and only strings whose
    end is beyond doubt: then every reference is digits, white space, digits, white space and R.  It may find too many.
    """
    end = data.find(b"endobj", start) if start is not None else -1
    if end < 0:
        return None
    stream = data.find(b"stream", start, end)
    return names_in(data[start : end if stream < 0 else stream])


def names_in(body: bytes) -> Named | None:
    """Return what the bytes of an object, its stream apart, name; see `scan_names`."""
    return _kept_targets(body) if len(body) <= _MAX_KEPT else _body_targets(body)


def _body_targets(body: bytes) -> Named | None:
    if body[-1:] not in _BEFORE_END:
        return None
    if b"R" not in body:  # as of most streams
        return _NOBODY
    if b"(" in body or b"%" in body or b"#" in body or body.count(b"<") != 2 * body.count(b"<<"):
        body = _PLAIN_STRING.sub(b" ", body)
        if _ODD.search(body):
            return None
    rest, found = _without_links(body)
    return Named(tuple(map(_number, _REFERENCE.findall(rest))), found.links, found.aims, found.held)


def _number(digits: bytes) -> int:
    """The number, however many zeros it begins with; of one that no object has, some other that none has."""
    return int(digits if len(digits) < _MOST_DIGITS else digits.lstrip(b"0")[:_MOST_DIGITS] or b"0")


_MOST_DIGITS = 20


#: Contracts made from one template have most of their small objects in common: each is scanned once a batch.
_MAX_KEPT = 400
_kept_targets = lru_cache(maxsize=16_384)(_body_targets)
_BEFORE_END = {bytes([value]) for value in b"\0\t\n\x0c\r >])"}


#: Links wherever they stand: to a page as a destination (12.3.2.2) and from an element to an annotation (14.7.5.3), if
#: that is what they lead to; and from a signature to what it is about (12.8.1).
_DESTINATION = re.compile(
    rb"\["
    + _S
    + rb"0*+([0-9]{1,20}+)"
    + _SS
    + rb"[0-9]++"
    + _SS
    + rb"R(?="
    + _S
    + rb"/(?:XYZ|Fit[A-Z]{0,2})[\0\t\n\x0c\r \]])"
)
_FITS = {"/XYZ", "/Fit", "/FitH", "/FitV", "/FitR", "/FitB", "/FitBH", "/FitBV"}
_INNERMOST = re.compile(rb"<<[^<>]*+>>")
_OBJECT_REFERENCE = re.compile(rb"/Type" + _S + rb"/OBJR[\0\t\n\x0c\r />]")
_ANNOTATION = re.compile(rb"/Obj" + _SS + rb"0*+([0-9]{1,20}+)" + _SS + rb"[0-9]++" + _SS + rb"R")
_DATA = re.compile(rb"/Data" + _SS + rb"0*+([0-9]{1,20}+)" + _SS + rb"[0-9]++" + _SS + rb"R")


def _without_links(body: bytes) -> tuple[bytes, Named]:
    """Take the links out; those of a dictionary whose own /Type says what it is, where that is clear."""
    links: list[int] = []
    aims: list[int] = []
    held: list[int] = []
    if b"/XYZ" in body or b"/Fit" in body:
        aims += [int(number) for number in _DESTINATION.findall(body)]
        body = _DESTINATION.sub(b"[", body)
    if b"/TransformMethod" in body:
        links += [int(number) for number in _DATA.findall(body)]
        body = _DATA.sub(b"/", body)
    if b"/OBJR" in body:
        for inner in {found[0] for found in _INNERMOST.finditer(body) if _OBJECT_REFERENCE.search(found[0])}:
            held += [int(number) for number in _ANNOTATION.findall(inner)]
            body = body.replace(inner, _ANNOTATION.sub(b"", inner))
    kind = _TYPE.search(body)
    if kind is None or not _is_own(body, kind.start()):
        return body, Named((), tuple(links), tuple(aims), tuple(held))
    for pattern in _LINK[kind[1]]:
        found = pattern.search(body)
        if found is not None and _is_own(body, found.start()):
            links.append(int(found[1] or b"0"))
            body = body[: found.start()] + body[found.end() :]
    return body, Named((), tuple(links), tuple(aims), tuple(held))


def _is_own(body: bytes, place: int) -> bool:
    """Whether an entry at ``place`` belongs to the outermost dictionary itself."""
    return body.count(b"<<", 0, place) == body.count(b">>", 0, place) + 1 and body.count(b"[", 0, place) == body.count(
        b"]", 0, place
    )


def named_by(value: Value) -> Named:
    """Return the object numbers that ``value`` itself names; links to what it belongs to, or is about, apart.

    Followed as all others, such links would make every element and every page lead to every other.
    """
    targets: set[int] = set()
    links: set[int] = set()
    aims: set[int] = set()
    held: set[int] = set()
    todo: list[Value] = [value.entries if isinstance(value, Stream) else value]
    own = _LINKS.get(value["/Type"], ()) if isinstance(value, dict) and isinstance(value.get("/Type"), str) else ()
    while todo:
        item = todo.pop()
        if isinstance(item, Ref):
            targets.add(item.number)
        elif isinstance(item, list):
            first = bool(item) and _is_destination(item)
            aims |= {item[0].number} if first else set()
            todo += item[1:] if first else item
        elif isinstance(item, dict):
            keys = own if own and item is value else _inner_links(item)
            found = {item[key].number for key in keys if isinstance(item.get(key), Ref)}
            if keys == _OBJR:
                held |= found
            else:
                links |= found
            todo += [part for key, part in item.items() if not (key in keys and isinstance(part, Ref))]
    return Named(tuple(targets), tuple(links), tuple(aims), tuple(held))


_OBJR = ("/Obj",)


def _is_destination(items: list[Value]) -> bool:
    return len(items) > 1 and isinstance(items[0], Ref) and isinstance(items[1], str) and items[1] in _FITS


def _inner_links(entries: dict[str, Value]) -> tuple[str, ...]:
    if "/TransformMethod" in entries:
        return ("/Data",)
    return _OBJR if entries.get("/Type") == "/OBJR" else ()
