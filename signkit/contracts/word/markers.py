"""Signing blocks: the marker ``[[sign:seller]]`` or ``[[署名:売主]]`` in a document's text, made a place to sign.

A marker becomes an empty picture that links to ``signkit-block:seller``: it takes room among the text as any picture
does, and the PDF has a link annotation with its rectangle.  Markers are looked for before the document is
filled in, so a value can never be one.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from signkit.contracts.template import Party
from signkit.contracts.typesetting import BLOCK_SCHEME
from signkit.contracts.word.package import (
    DOCUMENT,
    RELATIONSHIPS,
    WORD,
    Element,
    NotUsable,
    Parts,
    parse_xml,
    printed_names,
    relationships_of,
    serialize,
)

#: Brackets and colon may be full-width; who signs is named by role or by what people call it (売主).
MARKER = re.compile(
    r"[\[［]{2}\s*(?:sign|署名)\s*[:：]\s*([^\s\[\]［］:：]{1,60})(?:\s+(\d{1,3})\s*[x×]\s*(\d{1,3}))?\s*[\]］]{2}"
)
_BEGUN = re.compile(r"[\[［]{2}\s*(?:sign\b|署名)", re.IGNORECASE)
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,31}")
#: Millimetres: what a block is given where the marker does not say (a seal and two lines of words fit).
WIDTH, HEIGHT = 62, 22
_SMALLEST, _LARGEST = (20, 8), (170, 100)
_EMU = 36_000  # a millimetre in drawings
_PICTURE = "word/media/signkit-block.png"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OUTSIDE = frozenset({"txbxContent", "footnote", "endnote", "hdr", "ftr"})


@dataclass(frozen=True)
class _FoundMarker:
    """A marker in a paragraph: where its text begins and ends, who signs, and how large in millimetres."""

    start: int
    end: int
    role: str
    size: tuple[int, int]


def names_of_roles(parties: Iterable[Party]) -> dict[str, str]:
    """Return each party's role by whatever a marker may call it."""
    return {name: party.role for party in parties for name in (party.label.en, party.label.ja, party.role)}


def roles_of(text: str, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the roles of the markers in a text, as they are written where ``names`` does not know them."""
    return tuple((names or {}).get(match.group(1), match.group(1)) for match in MARKER.finditer(text))


def with_blocks(parts: Parts, names: Mapping[str, str] | None = None) -> Parts:
    """Return the parts with a place to sign at each marker.

    Args:
        names: see `names_of_roles`.

    Raises:
        NotUsable: a marker is not written as one, or stands where there can be no block.
    """
    changed, roles = dict(parts), list[str]()
    for name in printed_names(parts):
        root = parse_xml(parts[name])
        for paragraph in list(root.iter(f"{{{WORD}}}p")):
            pieces = _own_texts(paragraph)
            found = _markers("".join(piece.text or "" for piece in pieces), names or {})
            if found and (name != DOCUMENT or _is_outside(paragraph)):
                raise NotUsable(
                    f"[[sign:{found[0].role}]] stands in a header, footer, footnote or text box",
                    f"[[署名:{found[0].role}]] がヘッダー、フッター、脚注またはテキストボックスにあります",
                )
            for marker in reversed(found):
                if marker.role not in roles:
                    roles.append(marker.role)
                _replace(pieces, marker, roles.index(marker.role))
                pieces = _own_texts(paragraph)
        if name == DOCUMENT:
            changed[name] = serialize(root)
    return _with_relationships(changed, roles) if roles else changed


def count_blocks(parts: Parts) -> Counter[str]:
    """Return how many places to sign each role has in a filled-in document."""
    roles = {
        str(relation.get("Id")): str(relation.get("Target")).removeprefix(BLOCK_SCHEME)
        for relation in parse_xml(parts[relationships_of(DOCUMENT)])
        if str(relation.get("Target")).startswith(BLOCK_SCHEME)
    }
    links = parse_xml(parts[DOCUMENT]).iter("{http://schemas.openxmlformats.org/drawingml/2006/main}hlinkClick")
    used = (str(link.get(f"{{{_OFFICE}}}id")) for link in links)
    return Counter(roles[identifier] for identifier in used if identifier in roles)


def _own_texts(paragraph: Element) -> list[Element]:
    """Return the text elements of a paragraph, without those of text boxes that hang on it."""
    return [text for text in paragraph.iter(f"{{{WORD}}}t") if next(text.iterancestors(f"{{{WORD}}}p")) is paragraph]


def _is_outside(paragraph: Element) -> bool:
    return any(etree.QName(holder).localname in _OUTSIDE for holder in paragraph.iterancestors())


def _markers(text: str, names: Mapping[str, str]) -> list[_FoundMarker]:
    found = []
    for match in MARKER.finditer(text):
        name, width, height = match.groups()
        role = _role_called(name, names)
        size = (int(width or WIDTH), int(height or HEIGHT))
        if not all(least <= side <= most for least, side, most in zip(_SMALLEST, size, _LARGEST, strict=True)):
            raise NotUsable(
                f"[[sign:{role}]] is {size[0]}x{size[1]} mm; 20x8 to 170x100 are possible",
                f"[[署名:{name}]] の大きさが {size[0]}x{size[1]} mm です。20x8 から 170x100 までにしてください",
            )
        found.append(_FoundMarker(match.start(), match.end(), role, size))
    if len(_BEGUN.findall(text)) != len(found):
        raise NotUsable(
            "a marker in it is not of the form [[sign:role]] or [[sign:role 62x22]]",
            f"署名欄が [[署名:役割]]、[[署名:役割 62x22]] の形でありません (「{text.strip()[:30]}」の付近)",
        )
    return found


def _role_called(name: str, names: Mapping[str, str]) -> str:
    """Return the role that a marker names; what is no role's name could not be a field's either."""
    role = names.get(name, name)
    if not _ROLE.fullmatch(role):
        known = ", ".join(names)
        raise NotUsable(
            f"[[sign:{name}]]: no party is called so ({known})",
            f"[[署名:{name}]]: その名前の当事者はいません (使える名前: {known})",
        )
    return role


def _replace(pieces: list[Element], marker: _FoundMarker, number: int) -> None:
    """Take the marker's text out of the runs it is spread over and put the block where it began."""
    position = 0
    for piece in pieces:
        text = piece.text or ""
        start, end = marker.start - position, marker.end - position
        position += len(text)
        if end <= 0 or start >= len(text):
            continue
        before, after = text[: max(start, 0)], text[end:] if end < len(text) else ""
        _set_text(piece, before)
        if start >= 0:
            _split_run(piece, after, _block(marker, number))
        elif after:
            _set_text(piece, after)


def _split_run(piece: Element, after: str, block: Element) -> None:
    """Put ``block`` behind ``piece``, in a run of its own, and what followed ``piece`` in its run behind that."""
    run = piece.getparent()
    rest = etree.Element(run.tag)
    properties = run.find(f"{{{WORD}}}rPr")
    if properties is not None:
        rest.append(etree.fromstring(etree.tostring(properties)))
    if after:
        text = etree.SubElement(rest, piece.tag)
        _set_text(text, after)
    for follower in list(piece.itersiblings()):
        rest.append(follower)
    run.addnext(rest)
    run.addnext(block)


def _set_text(piece: Element, text: str) -> None:
    piece.text = text
    piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _block(marker: _FoundMarker, number: int) -> Element:
    width, height = (side * _EMU for side in marker.size)
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    return etree.fromstring(
        f'<w:r xmlns:w="{WORD}" xmlns:r="{_OFFICE}" xmlns:a="{drawing}/main" xmlns:pic="{drawing}/picture" '
        f'xmlns:wp="{drawing}/wordprocessingDrawing"><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{9000 + number}" name="signature {number}" '
        f'descr="{BLOCK_SCHEME}{marker.role}"><a:hlinkClick r:id="signkitBlock{number}"/></wp:docPr><a:graphic>'
        f'<a:graphicData uri="{drawing}/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name=""/><pic:cNvPicPr/>'
        '</pic:nvPicPr><pic:blipFill><a:blip r:embed="signkitPicture"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="6350"><a:solidFill><a:srgbClr val="737373"/>'
        '</a:solidFill><a:prstDash val="sysDot"/></a:ln></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def _with_relationships(parts: Parts, roles: list[str]) -> Parts:
    name = relationships_of(DOCUMENT)
    root = parse_xml(parts[name]) if name in parts else etree.Element(f"{{{RELATIONSHIPS}}}Relationships")
    for identifier, kind, target, mode in _relationships(roles):
        attributes = {"Id": identifier, "Type": f"{_OFFICE}/{kind}", "Target": target, **mode}
        etree.SubElement(root, f"{{{RELATIONSHIPS}}}Relationship", attributes)
    types = parse_xml(parts["[Content_Types].xml"])
    if not any(str(entry.get("Extension")).lower() == "png" for entry in types):
        namespace = etree.QName(types).namespace
        types.insert(0, etree.Element(f"{{{namespace}}}Default", {"Extension": "png", "ContentType": "image/png"}))
    added = {name: serialize(root), "[Content_Types].xml": serialize(types), _PICTURE: _clear_pixel()}
    return {**parts, **added}


def _relationships(roles: list[str]) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    yield "signkitPicture", "image", _PICTURE.removeprefix("word/"), {}
    for number, role in enumerate(roles):
        yield f"signkitBlock{number}", "hyperlink", f"{BLOCK_SCHEME}{role}", {"TargetMode": "External"}


def _clear_pixel() -> bytes:
    """Return a PNG of one transparent pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 4, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(3))) + chunk(b"IEND", b"")
