"""Signature fields: one empty, named field at each signing block of a compiled contract.

The typesetter marks a signing block with a link annotation, which already has its page, its rectangle and its place
in the structure tree.  Here each becomes a signature field (ISO 32000-2 12.7.5.5) and its structure element a
``Form`` (14.8.4.8.2).  The file is written anew as one revision: see ``plain_pdf``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from signkit.contracts.plain_pdf import NotOurs, PlainPdf, first, page_numbers, parse, serialize, with_entry
from signkit.contracts.typesetting import BLOCK_SCHEME

_REFERENCE = re.compile(rb"(\d+) 0 R")
_ANNOTATIONS = re.compile(rb"/Annots\[([^\]]*)\]")
_RECTANGLE = re.compile(rb"/Rect\[([-0-9. ]+)\]")
_BLOCK_LINK = re.compile(rb"/URI\(" + BLOCK_SCHEME.encode() + rb"([a-z0-9_]+)\)")


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
    file = parse(compiled)
    made: dict[str, int] = {}
    marked = _marked_blocks(file)
    for block, annotation, page in marked:
        _make_field(file, annotation, page, block, fields[block.role])
        made[block.role] = annotation
    ordered = [made[role] for role in fields if role in made]
    form = file.add(b"<</Fields[" + b" ".join(b"%d 0 R" % number for number in ordered) + b"]>>")
    file.objects[file.root] = with_entry(file.objects[file.root], b"/AcroForm %d 0 R" % form)
    return serialize(file), tuple(block for block, _, _ in marked)


def _make_field(file: PlainPdf, annotation: int, page: int, block: SigningBlock, description: FieldDescription) -> None:
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


def _untie_from_structure(file: PlainPdf, annotation: int, label: str) -> None:
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
            file.objects[number] = with_entry(form, b"/Alt<%s>" % _utf16_hex(label))
            return
    raise NotOurs("a signing block has no structure element")


def _utf16_hex(text: str) -> bytes:
    return ("\ufeff" + text).encode("utf-16-be").hex().upper().encode()


def _marked_blocks(file: PlainPdf) -> list[tuple[SigningBlock, int, int]]:
    """Return each signing block with the number of its annotation and of its page."""
    found = []
    for index, page in enumerate(page_numbers(file)):
        annotations = _ANNOTATIONS.search(file.objects[page])
        for reference in _REFERENCE.finditer(annotations.group(1)) if annotations else ():
            body = file.objects[int(reference.group(1))]
            if link := _BLOCK_LINK.search(body):
                left, bottom, right, top = (float(n) for n in first(_RECTANGLE, body).split())
                block = SigningBlock(link.group(1).decode("ascii"), index, (left, bottom, right, top))
                found.append((block, int(reference.group(1)), page))
    return found


def _number(value: float) -> bytes:
    return f"{value:.4f}".rstrip("0").rstrip(".").encode()
