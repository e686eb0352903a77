"""Which objects lead to which: to prove cheaply that nothing below a reference was rewritten."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from signkit.pdf.reading.document import History, Location, PdfFile
from signkit.pdf.reading.syntax import Ref, Stream, Value
from signkit.pdf.reading.syntax import references as references


class Referrers:
    """For every object number the objects that name it, in any revision of a history.

    Taking all revisions together names too many, never too few.
    """

    def __init__(self, history: History) -> None:
        self._named_by: dict[int, list[int]] = defaultdict(list)
        for index, section in enumerate(history.sections):
            view = history.view(index)
            history.file.meter.check_time()
            for number, place in section.entries.items():
                if place is not None:
                    named = scanned_targets(history.file, number, place)
                    for target in targets(view.get(Ref(number, 0))) if named is None else named:
                        self._named_by[target].append(number)

    def leading_to(self, changed: Iterable[int], barrier: set[int]) -> set[int]:
        """Return ``changed`` and everything that leads to it without passing an object of ``barrier``."""
        found: set[int] = set()
        todo = [number for number in changed if number not in barrier]
        while todo:
            number = todo.pop()
            if number not in found:
                found.add(number)
                todo += [other for other in self._named_by.get(number, ()) if other not in barrier]
        return found


_S, _SS = rb"[\0\t\n\x0c\r ]*+", rb"[\0\t\n\x0c\r ]++"
#: A string without brackets inside, or one in hexadecimal.
_PLAIN_STRING = re.compile(rb"\((?:[^()\\]|\\.)*+\)|(?<!<)<[0-9A-Fa-f\0\t\n\x0c\r ]*+>(?!>)", re.DOTALL)
_ODD = re.compile(rb"[()%#]|(?<!<)<(?!<)|<<<")
#: Possessive, and only from a first digit: a long row of digits must cost no more than one pass.
_REFERENCE = re.compile(rb"(?<![0-9])(?=[0-9])0*+([0-9]{0,20}+)" + _SS + rb"[0-9]++" + _SS + rb"R")
_ELEMENT_PARENT = re.compile(rb"/P" + _SS + rb"[0-9]++" + _SS + rb"[0-9]++" + _SS + rb"R")
#: As most writers begin one: nothing but its type and role stands before the parent.
_USUAL_ELEMENT = re.compile(
    _S + rb"<<" + _S + rb"/Type" + _S + rb"/StructElem" + _S + rb"/S" + _S + rb"/[0-9A-Za-z]++" + _S
    + _ELEMENT_PARENT.pattern
)  # fmt: skip
_ELEMENT = re.compile(rb"/Type" + _S + rb"/StructElem[\0\t\n\x0c\r /]")


def scanned_targets(file: PdfFile, number: int, place: Location) -> tuple[int, ...] | None:
    """As :func:`targets` of the object at ``place``, without parsing it; None where a scan might miss one.

    Up to the first ``endobj`` or ``stream`` there must be neither comments nor escaped names, and only strings whose
    end is beyond doubt: then every reference is digits, white space, digits, white space and R.  It may find too many.
    """
    start = None if place.container else file.body_start(number, place)
    end = file.data.find(b"endobj", start) if start is not None else -1
    if end < 0:
        return None
    stream = file.data.find(b"stream", start, end)
    body = file.data[start : end if stream < 0 else stream]
    return _kept_targets(body) if len(body) <= _MAX_KEPT else _body_targets(body)


def _body_targets(body: bytes) -> tuple[int, ...] | None:
    if body[-1:] not in _BEFORE_END:
        return None
    if b"(" in body or b"%" in body or b"#" in body or body.count(b"<") != 2 * body.count(b"<<"):
        body = _PLAIN_STRING.sub(b" ", body)
        if _ODD.search(body):
            return None
    rest = _without_parent(body) if b"/StructElem" in body else body
    return None if rest is None else tuple(int(number or b"0") for number in _REFERENCE.findall(rest))


#: Contracts made from one template have most of their small objects in common: each is scanned once a batch.
_MAX_KEPT = 400
_kept_targets = lru_cache(maxsize=16_384)(_body_targets)
_BEFORE_END = {bytes([value]) for value in b"\0\t\n\x0c\r >])"}


def _without_parent(body: bytes) -> bytes | None:
    """Leave a structure element's parent out; None where it is not clear which entry that is."""
    usual = _USUAL_ELEMENT.match(body)
    if usual:
        rest = body[usual.end() :]
        if b"/Type" not in rest and not _ELEMENT_PARENT.search(rest):
            return rest
    nested = body.find(b"<<", body.find(b"<<") + 2), body.find(b"[")
    inner = min([at for at in nested if at >= 0], default=len(body))
    parent = _ELEMENT_PARENT.search(body)
    if body.count(b"/Type", 0, inner) != 1 or not _ELEMENT.search(body, 0, inner):
        return None
    if parent is None:
        return body
    if parent.end() > inner or _ELEMENT_PARENT.search(body, parent.end()):
        return None
    return body[: parent.start()] + body[parent.end() :]


def targets(value: Value) -> set[int]:
    """Return the object numbers that ``value`` itself names; a structure element's parent is left out.

    That parent (/P, 14.7.2) is never compared, and would make every element lead to every other.
    """
    todo, found = [value.entries if isinstance(value, Stream) else value], set()
    while todo:
        item = todo.pop()
        if isinstance(item, Ref):
            found.add(item.number)
        elif isinstance(item, dict):
            element = item.get("/Type") == "/StructElem"
            todo += [part for key, part in item.items() if not (element and key == "/P")]
        elif isinstance(item, list):
            todo += item
    return found
