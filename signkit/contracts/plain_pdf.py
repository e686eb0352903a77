"""The PDF that the typesetter writes, as its objects: cut apart, changed, and written anew as one revision.

The objects that do not change are copied byte for byte, so the result is as deterministic as the typesetter's output.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_INFO = re.compile(rb"/Info (\d+) 0 R")
_KIDS = re.compile(rb"/Kids\[([^\]]*)\]")
_PAGES = re.compile(rb"/Pages (\d+) 0 R")
_REFERENCE = re.compile(rb"(\d+) 0 R")


class NotOurs(ValueError):
    """The PDF is not of the form that the typesetter writes."""


@dataclass
class PlainPdf:
    """A PDF as the typesetter writes it: plain objects, a cross-reference table, one revision."""

    objects: dict[int, bytes]
    root: int
    info: int

    def add(self, body: bytes) -> int:
        """Take in one more object; return its number."""
        number = max(self.objects) + 1
        self.objects[number] = body
        return number


def parse(pdf: bytes) -> PlainPdf:
    """Cut the PDF into its objects by its cross-reference table."""
    start = re.search(rb"startxref\n(\d+)\n%%EOF\s*$", pdf[-64:])
    if start is None or not pdf.startswith(b"xref\n0 ", int(start.group(1))):
        raise NotOurs("no cross-reference table where one was expected")
    table = int(start.group(1))
    trailer = pdf.index(b"trailer", table)
    offsets = sorted(int(m.group(1)) for m in _ENTRY.finditer(pdf, table, trailer) if m.group(3) == b"n")
    objects = {}
    for offset, end in zip(offsets, [*offsets[1:], table], strict=True):
        head = _OBJECT.match(pdf, offset)
        close = pdf.rfind(b"endobj", offset, end)
        if head is None or close < 0:
            raise NotOurs(f"no object at {offset}")
        objects[int(head.group(1))] = pdf[head.end() : close].rstrip(b"\n")
    return PlainPdf(objects, int(first(_ROOT, pdf, trailer)), int(first(_INFO, pdf, trailer)))


def serialize(file: PlainPdf) -> bytes:
    """Write the objects in order, a cross-reference table and an identifier that follows from the content."""
    out = bytearray(b"%PDF-1.7\n%\x80\x80\x80\x80\n\n")
    offsets = {}
    for number, body in sorted(file.objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n\n" % (number, body)
    size = max(offsets) + 1
    identifier = hashlib.sha256(out).digest()[:16].hex().upper().encode()
    table = len(out)
    out += b"xref\n0 %d\n" % size
    out += b"0000000000 65535 f \n"
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    out += b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\n" % (
        size,
        file.root,
        file.info,
        identifier,
        identifier,
    )
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def page_tree(file: PlainPdf) -> int:
    """Return the number of the page tree's root."""
    return int(first(_PAGES, file.objects[file.root]))


def page_numbers(file: PlainPdf) -> Sequence[int]:
    """Return the numbers of the page objects, in order."""
    waiting, found = [page_tree(file)], []
    while waiting:
        number = waiting.pop(0)
        kids = _KIDS.search(file.objects[number])
        if kids is None:
            found.append(number)
        else:
            waiting[:0] = [int(reference) for reference in _REFERENCE.findall(kids.group(1))]
    return found


def with_entry(dictionary: bytes, entry: bytes) -> bytes:
    """Return a dictionary's body with one more entry."""
    if not dictionary.endswith(b">>"):
        raise NotOurs("an object is not a plain dictionary")
    return dictionary[:-2] + entry + b">>"


def first(pattern: re.Pattern[bytes], text: bytes, start: int = 0) -> bytes:
    """Return what the pattern's group finds first; raises NotOurs where it finds nothing."""
    found = pattern.search(text, start)
    if found is None:
        raise NotOurs(f"{pattern.pattern!r} is missing")
    return found.group(1)
