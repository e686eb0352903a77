"""LibreOffice's PDF, written as the typesetter would have written it.

The objects stay what they are; their syntax becomes the plain one that `signkit.contracts.plain_pdf` reads, so that
signature fields and appended pages are made the same way for both.  What tells the hour or the author goes (the same
document gives the same bytes), and the contract's own data and attachments come in as associated files (PDF/A-3,
ISO 19005-3 6.8).
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from signkit.contracts.plain_pdf import PlainPdf, written
from signkit.contracts.typesetting import BLOCK_SCHEME
from signkit.errors import ContractError

_MAX_OBJECTS = 200_000
_MAX_DEPTH = 60
_UNIQUE_ID = re.compile(rb"/UniqueID \d+ def")


@dataclass(frozen=True)
class AssociatedFile:
    """A file inside the PDF; ``relationship`` is ``Data`` or ``Supplement`` (ISO 32000-2 7.11.3)."""

    name: str
    media_type: str
    description: str
    relationship: str
    content: bytes


@dataclass(frozen=True)
class Identity:
    """What the PDF says about itself: nothing of who made it, and the day that the contract names."""

    title: str
    language: str
    day: date


def finished(
    pdf: bytes, identity: Identity, files: Sequence[AssociatedFile], fonts: frozenset[str], name: str
) -> bytes:
    """Return LibreOffice's PDF in the plain form, with metadata and files of the contract's own.

    Args:
        fonts: PostScript names of the fonts that may be in it.
        name: what an error calls it.

    Raises:
        ContractError("typesetting-failed"): LibreOffice used another font, or the PDF is not of the form that it
            writes.
    """
    try:
        reader = PdfReader(BytesIO(pdf))
        objects = _objects(reader)
        root, info = (int(reader.trailer.raw_get(key).idnum) for key in ("/Root", "/Info"))
    except (PyPdfError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ContractError(
            "typesetting-failed", template=name, cause=f"LibreOffice's PDF cannot be read ({error})"
        ) from error
    _require_fonts(objects.values(), fonts, name)
    _name_blocks(objects)
    _date_colour_profiles(objects.values(), identity.day)
    _forget_font_numbers(objects.values())
    catalog = _dictionary(objects[root])
    producer = str(_dictionary(objects[info]).get("/Producer", "LibreOffice"))
    for key in ("/OpenAction", "/Metadata"):
        catalog.pop(NameObject(key), None)
    catalog[NameObject("/Lang")] = TextStringObject(identity.language)
    objects = _in_order(objects, root, info)
    root, info = 1, 2
    file = PlainPdf({number: _body(item) for number, item in objects.items()}, root, info)
    file.objects[info] = _info(identity, producer)
    entries = b"/Metadata %d 0 R" % _add_stream(file, b"/Type/Metadata/Subtype/XML", _xmp(identity, producer))
    entries += b"/ViewerPreferences<</DisplayDocTitle true>>" + _add_files(file, files, identity.day)
    file.objects[root] = file.objects[root][:-2] + entries + b">>"
    return written(file)


def _objects(reader: PdfReader) -> dict[int, PdfObject]:
    """Return the objects that belong to the document, as they are: streams stay packed."""
    found: dict[int, PdfObject] = {}
    for number in range(1, min(int(str(reader.trailer["/Size"])), _MAX_OBJECTS)):
        item = IndirectObject(number, 0, reader).get_object()
        if item is None or isinstance(item, NullObject):
            continue
        if isinstance(item, DictionaryObject) and item.get("/Type") in ("/ObjStm", "/XRef"):
            continue
        found[number] = item
    return found


def _in_order(objects: dict[int, PdfObject], root: int, info: int) -> dict[int, PdfObject]:
    """Number the objects anew, as they are reached from the catalog; what is not reached is left out.

    LibreOffice numbers fonts by where they happen to lie in its memory.
    """
    numbers: dict[int, int] = {}
    references: list[IndirectObject] = []
    waiting = [root, info]
    while waiting:
        number = waiting.pop(0)
        if number in numbers or number not in objects:
            continue
        numbers[number] = len(numbers) + 1
        found = list(_references(objects[number]))
        references += found
        waiting += [reference.idnum for reference in found]
    for reference in references:
        # A number that is used nowhere else stands for what was not there.
        reference.idnum = numbers.get(reference.idnum, len(numbers) + 1_000_000)
    return {new: objects[old] for old, new in numbers.items()}


def _references(item: PdfObject) -> Iterator[IndirectObject]:
    """Yield what an object refers to, in the order in which it is written."""
    if isinstance(item, IndirectObject):
        yield item
    elif isinstance(item, DictionaryObject):
        for key in item:
            yield from _references(item.raw_get(key))
    elif isinstance(item, ArrayObject):
        for each in list.__iter__(item):
            yield from _references(each)


def _dictionary(item: PdfObject) -> DictionaryObject:
    if not isinstance(item, DictionaryObject):
        raise TypeError("a dictionary was expected")
    return item


def _require_fonts(objects: Iterable[PdfObject], fonts: frozenset[str], name: str) -> None:
    """Refuse fonts other than those given: LibreOffice takes what the machine has where it finds nothing better."""
    used = {
        str(item["/BaseFont"])[1:].rpartition("+")[2]
        for item in objects
        if isinstance(item, DictionaryObject) and item.get("/Type") == "/Font" and "/BaseFont" in item
    }
    # The name of a part of a CID font may follow the font's own (NotoSerifJP-Regular-VKana).
    if others := sorted(each for each in used if not each.startswith(tuple(fonts))):
        raise ContractError(
            "typesetting-failed",
            template=name,
            cause=f"LibreOffice used fonts that are not SignKit's: {', '.join(others)}",
        )


def _date_colour_profiles(objects: Iterable[PdfObject], day: date) -> None:
    """Give the colour profiles the contract's day: LibreOffice makes them anew, dated to the second (ICC.1 7.2.8).

    They are written unpacked, as two versions of zlib may pack differently.
    """
    for item in objects:
        if isinstance(item, StreamObject) and item.get("/N") == 3:
            profile = bytearray(item.get_data())
            if profile[36:40] == b"acsp":
                profile[24:36] = struct.pack(">6H", day.year, day.month, day.day, 0, 0, 0)
                item._data = bytes(profile)
                for key in ("/Filter", "/DecodeParms"):
                    item.pop(NameObject(key), None)


def _forget_font_numbers(objects: Iterable[PdfObject]) -> None:
    """Take the UniqueID out of Type 1 fonts: LibreOffice counts them in the order in which they lie in its memory.

    It is for printers that keep fonts from one document to the next; PDF has no use for it.  Spaces take its place.
    """
    for item in objects:
        if isinstance(item, StreamObject) and {"/Length1", "/Length2", "/Length3"} <= item.keys():
            program, clear, hidden = item.get_data(), *(int(str(item[f"/Length{part}"])) for part in (1, 2))
            private = _eexec(program[clear : clear + hidden], decrypt=True)
            if private.count(b"/Private") != 1:
                continue  # it is not Type 1
            again = _eexec(_UNIQUE_ID.sub(_blank, private), decrypt=False)
            item._data = zlib.compress(_UNIQUE_ID.sub(_blank, program[:clear]) + again + program[clear + hidden :], 9)
            item[NameObject("/Filter")] = NameObject("/FlateDecode")
            item.pop(NameObject("/DecodeParms"), None)


def _blank(found: re.Match[bytes]) -> bytes:
    return b" " * len(found.group())


def _eexec(data: bytes, *, decrypt: bool) -> bytes:
    """Return the hidden part of a Type 1 font in clear, or hidden again (Adobe Type 1 Font Format, 7.1)."""
    key, out = 55665, bytearray()
    for byte in data:
        changed = byte ^ (key >> 8)
        out.append(changed)
        key = ((byte if decrypt else changed) + key) * 52845 + 22719 & 0xFFFF
    return bytes(out)


def _name_blocks(objects: dict[int, PdfObject]) -> None:
    """Make the figure of each signing block a link that holds the block's annotation, as the typesetter has it."""
    figures = {
        str(item["/Alt"]).removeprefix(BLOCK_SCHEME): number
        for number, item in objects.items()
        if isinstance(item, DictionaryObject) and str(item.get("/Alt", "")).startswith(BLOCK_SCHEME)
    }
    for number, item in list(objects.items()):
        role = _block_role(item)
        if role is None:
            continue
        kept = {key: _dictionary(item).raw_get(key) for key in ("/Type", "/Subtype", "/F", "/Rect", "/A")}
        objects[number] = _made(kept)
        at = figures.get(role) or _new_element(objects)
        element = _dictionary(objects[at])
        held = {"/Type": NameObject("/OBJR"), "/Obj": IndirectObject(number, 0, None)}
        objects[at] = _made(
            {
                "/Type": NameObject("/StructElem"),
                "/S": NameObject("/Link"),
                "/K": ArrayObject([_made(held)]),
                **{key: element.raw_get(key) for key in ("/P", "/Pg") if key in element},
            }
        )


def _block_role(item: PdfObject) -> str | None:
    action = item.get("/A") if isinstance(item, DictionaryObject) and item.get("/Subtype") == "/Link" else None
    action = action.get_object() if action is not None else None
    target = str(action.get("/URI", "")) if isinstance(action, DictionaryObject) else ""
    return target.removeprefix(BLOCK_SCHEME) if target.startswith(BLOCK_SCHEME) else None


def _new_element(objects: dict[int, PdfObject]) -> int:
    """Add an element at the end of the document's structure; return its number."""
    document = next(
        number
        for number, item in objects.items()
        if isinstance(item, DictionaryObject) and item.get("/S") == "/Document"
    )
    number = max(objects) + 1
    objects[number] = _made({"/P": IndirectObject(document, 0, None)})
    kids = _dictionary(objects[document]).get("/K")
    assert isinstance(kids, ArrayObject)
    kids.append(IndirectObject(number, 0, None))
    return number


def _made(entries: dict[str, PdfObject]) -> DictionaryObject:
    made = DictionaryObject()
    for key, value in entries.items():
        made[NameObject(key)] = value
    return made


# --- syntax ------------------------------------------------------------------------------------------------


def _body(item: PdfObject) -> bytes:
    """Return an object as the typesetter writes it: no white space but where it must be."""
    if not isinstance(item, StreamObject):
        return _value(item)
    data = bytes(item._data)
    head = _entries({key: item.raw_get(key) for key in item if key != "/Length"})
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (head, len(data), data)


def _value(item: PdfObject, depth: int = 0) -> bytes:
    if depth > _MAX_DEPTH:
        raise ValueError("the PDF's objects are nested too deeply")
    match item:
        case IndirectObject():
            return b"%d 0 R" % item.idnum
        case DictionaryObject():
            return b"<<" + _entries({key: item.raw_get(key) for key in item}, depth) + b">>"
        case ArrayObject():
            return b"[" + b" ".join(_value(each, depth + 1) for each in list.__iter__(item)) + b"]"
        case NameObject():
            return _name(item)
        case TextStringObject() if item.isascii() and not re.search(r"[()\\\r\n]", item):
            return b"(" + item.encode("ascii") + b")"
        case TextStringObject() | ByteStringObject():
            return b"<" + item.original_bytes.hex().upper().encode() + b">"
    output = BytesIO()
    item.write_to_stream(output)
    return output.getvalue()


def _entries(entries: dict[str, PdfObject], depth: int = 0) -> bytes:
    """Return the entries, the type and subtype first."""
    parts = []
    for key in sorted(entries, key=lambda key: key not in ("/Type", "/S")):
        value = _value(entries[key], depth + 1)
        parts.append(_name(key) + (b"" if value[:1] in (b"/", b"[", b"<", b"(") else b" ") + value)
    return b"".join(parts)


def _name(name: str) -> bytes:
    raw = name[1:].encode("utf-8", "surrogateescape")
    return b"/" + b"".join(bytes([c]) if 0x21 <= c <= 0x7E and c not in b"#/()<>[]{}%" else b"#%02X" % c for c in raw)


def _text(text: str) -> bytes:
    return b"<" + ("\ufeff" + text).encode("utf-16-be").hex().upper().encode() + b">"


# --- metadata and files ------------------------------------------------------------------------------------


def _moment(day: date) -> bytes:
    # Midnight in Greenwich is the same day in Japan.
    return f"(D:{day:%Y%m%d}000000Z)".encode()


def _info(identity: Identity, producer: str) -> bytes:
    moment = _moment(identity.day)
    facts = b"/Title%s/Producer%s/CreationDate%s/ModDate%s"
    return b"<<" + facts % (_text(identity.title), _text(producer), moment, moment) + b">>"


def _xmp(identity: Identity, producer: str) -> bytes:
    moment = f"{identity.day:%Y-%m-%d}T00:00:00Z"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        'xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(identity.title)}</rdf:li></rdf:Alt></dc:title>'
        f"<pdf:Producer>{escape(producer)}</pdf:Producer>"
        f"<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>"
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _add_stream(file: PlainPdf, head: bytes, data: bytes) -> int:
    return file.add(b"<<%s/Length %d>>\nstream\n%s\nendstream" % (head, len(data), data))


def _add_files(file: PlainPdf, files: Sequence[AssociatedFile], day: date) -> bytes:
    """Embed the files; return the catalog's entries that lead to them."""
    numbers = {each.name: _add_file(file, each, day) for each in files}
    ordered = sorted(numbers, key=lambda name: ("\ufeff" + name).encode("utf-16-be"))
    tree = b"".join(_text(name) + b"%d 0 R " % numbers[name] for name in ordered)
    listed = b" ".join(b"%d 0 R" % number for number in numbers.values())
    # An object of its own: who updates the catalog may spell strings in it anew, which is a change of them.
    names = file.add(b"<</EmbeddedFiles<</Names[%s]>>>>" % tree)
    return b"/Names %d 0 R/AF[%s]" % (names, listed)


def _add_file(file: PlainPdf, each: AssociatedFile, day: date) -> int:
    digest = hashlib.md5(each.content, usedforsecurity=False).hexdigest().encode()  # ISO 32000-2 table 45 wants MD5
    head = b"/Type/EmbeddedFile/Subtype%s/Params<</Size %d/ModDate%s/CheckSum<%s>>>" % (
        _name("/" + each.media_type),
        len(each.content),
        _moment(day),
        digest,
    )
    stream = _add_stream(file, head, each.content)
    name = _text(each.name)
    return file.add(
        b"<</Type/Filespec/F%s/UF%s/Desc%s/AFRelationship/%s/EF<</F %d 0 R/UF %d 0 R>>>>"
        % (name, name, _text(each.description), each.relationship.encode(), stream, stream)
    )
