"""Signature fields: one empty, named field at each signing block of a compiled contract.

The typesetter marks a signing block with a link annotation, which already has its page, its rectangle and its place
in the structure tree.  Here each becomes a signature field (ISO 32000-2 12.7.5.5) and its structure element a
``Form`` (14.8.4.8.2).  The file is written anew as one revision: the objects that do not change are copied byte
for byte, so the result is as deterministic as the typesetter's output.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signkit.contracts.typesetting import BLOCK_SCHEME

_OBJECT = re.compile(rb"(\d+) 0 obj\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_INFO = re.compile(rb"/Info (\d+) 0 R")
_KIDS = re.compile(rb"/Kids\[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_ANNOTATIONS = re.compile(rb"/Annots\[([^\]]*)\]")
_RECTANGLE = re.compile(rb"/Rect\[([-0-9. ]+)\]")
_BLOCK_LINK = re.compile(rb"/URI\(" + BLOCK_SCHEME.encode() + rb"([a-z0-9_]+)\)")


class NotOurs(ValueError):
    """The PDF is not of the form that the typesetter writes."""


@dataclass(frozen=True)
class SigningBlock:
    """Where a role signs.

    Attributes:
        role: the party's role, the signature field's name.
        page: the page's index, from 0.
        rectangle: left, bottom, right, top in PDF points from the page's lower left corner.
    """

    role: str
    page: int
    rectangle: tuple[float, float, float, float]


@dataclass
class _File:
    """A PDF as the typesetter writes it: plain objects, a cross-reference table, one revision."""

    objects: dict[int, bytes]
    root: int
    info: int

    def add(self, body: bytes) -> int:
        number = max(self.objects) + 1
        self.objects[number] = body
        return number


@dataclass(frozen=True)
class FieldDescription:
    """What is written in a role's signature field.

    Attributes:
        label: what people call the field (its /TU).
        locks: the fields that may not change any more once this one is signed (its /Lock, FieldMDP).
    """

    label: str
    locks: tuple[str, ...]


def add_signature_fields(
    compiled: bytes, fields: Mapping[str, FieldDescription]
) -> tuple[bytes, tuple[SigningBlock, ...]]:
    """Return the PDF with an empty signature field at each signing block, and the blocks.

    Args:
        compiled: a PDF as ``typeset`` makes it.
        fields: what is written in each role's field, by role, in signing order.

    Raises:
        NotOurs: the PDF was not made by ``typeset``.
        KeyError: a block's role is not in ``fields``.
    """
    file = _parsed(compiled)
    made: dict[str, int] = {}
    marked = _marked(file)
    for block, annotation, page in marked:
        _make_field(file, annotation, page, block, fields[block.role])
        made[block.role] = annotation
    ordered = [made[role] for role in fields if role in made]
    form = file.add(b"<</Fields[" + b" ".join(b"%d 0 R" % number for number in ordered) + b"]>>")
    file.objects[file.root] = _with_entry(file.objects[file.root], b"/AcroForm %d 0 R" % form)
    return _written(file), tuple(block for block, _, _ in marked)


def _make_field(file: _File, annotation: int, page: int, block: SigningBlock, description: FieldDescription) -> None:
    """Turn the link ``annotation`` into a signature field that is its own widget (12.7.4.1, 12.5.6.19, 12.7.5.5)."""
    left, bottom, right, top = block.rectangle
    # PDF/A-3 6.3.3 asks for a normal appearance even of an empty field.
    appearance = file.add(
        b"<</Type/XObject/Subtype/Form/BBox[0 0 %s %s]/Resources<<>>/Length 0>>\nstream\n\nendstream"
        % (_number(right - left), _number(top - bottom))
    )
    file.objects[annotation] = (
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/TU<%s>/F 4/Rect[%s]/P %d 0 R/AP<</N %d 0 R>>"
        b"/Lock<</Type/SigFieldLock/Action/Include/Fields[%s]>>>>"
        % (
            block.role.encode("ascii"),
            _utf16_hex(description.label),
            b" ".join(map(_number, block.rectangle)),
            page,
            appearance,
            b"".join(b"(%s)" % role.encode("ascii") for role in description.locks),
        )
    )
    _untie_from_structure(file, annotation, description.label)


def _untie_from_structure(file: _File, annotation: int, label: str) -> None:
    """Turn the link's structure element into a form element that names the field, and no longer refers to it.

    Signing updates the widget; a validator may take an update of an object that the structure tree refers to for an
    alteration of the document (pyHanko's does).
    """
    owner = b"/Obj %d 0 R" % annotation
    for number, body in file.objects.items():
        if body.startswith(b"<</Type/StructElem/S/Link") and owner in body:
            untied = re.sub(rb"/K\[<<[^<>]*" + owner + rb"[^<>]*>>\]", b"", body)
            if owner in untied:
                raise NotOurs("a signing block's structure element holds more than the block")
            form = untied.replace(b"/S/Link", b"/S/Form", 1)
            file.objects[number] = _with_entry(form, b"/Alt<%s>" % _utf16_hex(label))
            return
    raise NotOurs("a signing block has no structure element")


def _utf16_hex(text: str) -> bytes:
    return ("\ufeff" + text).encode("utf-16-be").hex().upper().encode()


def _marked(file: _File) -> list[tuple[SigningBlock, int, int]]:
    """Return each signing block with the number of its annotation and of its page."""
    found = []
    for index, page in enumerate(_pages(file)):
        annotations = _ANNOTATIONS.search(file.objects[page])
        for reference in _REFERENCE.finditer(annotations.group(1)) if annotations else ():
            body = file.objects[int(reference.group(1))]
            if link := _BLOCK_LINK.search(body):
                left, bottom, right, top = (float(n) for n in _first(_RECTANGLE, body).split())
                block = SigningBlock(link.group(1).decode("ascii"), index, (left, bottom, right, top))
                found.append((block, int(reference.group(1)), page))
    return found


def _pages(file: _File) -> Sequence[int]:
    """Return the numbers of the page objects, in order."""
    pages = int(re.search(rb"/Pages (\d+) 0 R", file.objects[file.root])[1])  # type: ignore[index]
    waiting, found = [pages], []
    while waiting:
        number = waiting.pop(0)
        kids = _KIDS.search(file.objects[number])
        if kids is None:
            found.append(number)
        else:
            waiting[:0] = [int(reference) for reference in _REFERENCE.findall(kids.group(1))]
    return found


def _parsed(pdf: bytes) -> _File:
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
    return _File(objects, int(_first(_ROOT, pdf, trailer)), int(_first(_INFO, pdf, trailer)))


def _written(file: _File) -> bytes:
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


def _with_entry(dictionary: bytes, entry: bytes) -> bytes:
    if not dictionary.endswith(b">>"):
        raise NotOurs("an object is not a plain dictionary")
    return dictionary[:-2] + entry + b">>"


def _first(pattern: re.Pattern[bytes], text: bytes, start: int = 0) -> bytes:
    found = pattern.search(text, start)
    if found is None:
        raise NotOurs(f"{pattern.pattern!r} is missing")
    return found.group(1)


def _number(value: float) -> bytes:
    return f"{value:.4f}".rstrip("0").rstrip(".").encode()
