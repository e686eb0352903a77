"""A .docx as its parts, and what it may not bring along.

The file is hostile until looked at: it is bounded before it is unpacked, its XML is read without entities, and whatever
would run, or fetch something from elsewhere, or change from day to day, is refused by name.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from lxml import etree

from signkit.contracts.typesetting import BLOCK_SCHEME
from signkit.contracts.word.images import picture_refusal
from signkit.limits import WORD_BYTES
from signkit.unpacking import ZipBounds, ZipRefused, open_zip
from signkit.words import Text

MAX_XML_BYTES = 20_000_000
_BOUNDS = ZipBounds(members=300, member_bytes=60_000_000, total_bytes=60_000_000)
_REFUSALS = {
    "members": Text(f"it has more than {_BOUNDS.members} parts", f"部品が {_BOUNDS.members} 個を超えています"),
    "twice": Text("two of its parts bear one name", "同じ名前の部品が二つあります"),
    "leads-out": Text("a part's name leads out of it", "外に出る名前の部品があります"),
    "size": Text(
        f"it unpacks to more than {_BOUNDS.total_bytes:,} bytes", f"展開すると {_BOUNDS.total_bytes:,} バイトを超えます"
    ),
}

Parts = dict[str, bytes]
Element = Any

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_REFERENCES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BRANCHES = "http://schemas.openxmlformats.org/markup-compatibility/2006"
#: LibreOffice takes a name of Strict Open XML (ISO/IEC 29500-1) for its twin; what is looked for here bears the other.
_STRICT = "http://purl.oclc.org/ooxml/"
_CONTENT_TYPES = "[Content_Types].xml"
DOCUMENT = "word/document.xml"
_VML = ("urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:office")

#: Kinds of relationships that stay; their last step is what the standard calls them.
_KEPT = frozenset({
    "officeDocument", "styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "theme", "numbering",
    "header", "footer", "footnotes", "endnotes", "image", "hyperlink",
})  # fmt: skip
#: Kinds that are left out: they print nothing, or say who wrote the document.
_DROPPED = frozenset({
    "core-properties", "extended-properties", "custom-properties", "thumbnail", "customXml", "customXmlProps",
    "comments", "commentsExtended", "commentsIds", "commentsExtensible", "people", "glossaryDocument",
    "keyMapCustomizations", "font", "documenttasks", "attachedTemplate",
})  # fmt: skip
_PRINTED = frozenset({"officeDocument", "header", "footer", "footnotes", "endnotes"})
#: What an element may name by a relationship's id; all others name pictures.
_NAMED_BY = {
    "hyperlink": "hyperlink", "hlinkClick": "hyperlink", "hlinkHover": "hyperlink", "hlinkMouseOver": "hyperlink",
    "headerReference": "header", "footerReference": "footer",
}  # fmt: skip
_LINKS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:\\l\s|"?(?:https?://|mailto:))', re.IGNORECASE)
_OWN_LINKS = re.compile(rf"(?:https?://|mailto:|{BLOCK_SCHEME})", re.IGNORECASE)

#: Fields whose result follows from the document alone.  All others (INCLUDETEXT, DDE, LINK, DATE, FILENAME,
#: MERGEFIELD, …) fetch something, or say something else on another day or machine.
_FIELDS = frozenset({
    "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "TOC", "REF", "PAGEREF", "NOTEREF", "SEQ", "STYLEREF",
    "HYPERLINK", "EQ", "SYMBOL", "LISTNUM", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN",
})  # fmt: skip
#: Where a piece of a field stands, step by step: elements that LibreOffice goes through, whatever they hold.
_INLINE = frozenset({"p", "hyperlink", "smartTag", "sdtContent", "fldSimple", "customXml"})
_BLOCKS = frozenset({"sdtContent", "customXml", "tc"})
_WITHIN = {
    "fldChar": frozenset({"r"}), "instrText": frozenset({"r"}), "r": _INLINE, "hyperlink": _INLINE,
    "smartTag": _INLINE, "fldSimple": _INLINE, "customXml": _INLINE | _BLOCKS, "sdtContent": frozenset({"sdt"}),
    "sdt": _INLINE | _BLOCKS | {"tr", "tbl"}, "p": _BLOCKS, "tbl": _BLOCKS, "tr": frozenset({"tbl", "sdtContent"}),
    "tc": frozenset({"tr", "sdtContent"}),
}  # fmt: skip
#: Elements that bring in other documents, programs, or words that are not settled yet.
_OLE = Text("an embedded object (OLE)", "埋め込みオブジェクト (OLE) ")
_TRACKED = Text(
    "tracked changes: accept or reject all of them in Word first",
    "変更履歴 (先に Word ですべて承諾または元に戻してください) ",
)
_ELEMENTS = {
    "altChunk": Text("another document inside it (altChunk)", "別の文書 (altChunk) "),
    "subDoc": Text("another document inside it (subDoc)", "別の文書 (subDoc) "),
    "object": _OLE,
    "OLEObject": _OLE,
    "control": Text("an ActiveX control", "ActiveX コントロール"),
    "ins": _TRACKED,
    "del": _TRACKED,
    "moveFrom": _TRACKED,
    "moveTo": _TRACKED,
    "mailMerge": Text("a mail merge with another file", "別のファイルとの差し込み印刷の設定"),
}


class NotUsable(ValueError):
    """The document holds what a template may not hold; ``cause`` names it."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.cause = Text(en, ja)

    def told_of(self, file: str) -> Text:
        """Return the cause with the name of the file in front."""
        return Text(f"{file}: {self.cause.en}", f"{file}: {self.cause.ja}")


def read_parts(content: bytes) -> Parts:
    """Unpack a .docx, within bounds.

    Raises:
        NotUsable: it is no .docx, has macros, or is larger than a form can be.
    """
    if len(content) > WORD_BYTES:
        raise NotUsable(f"it is larger than {WORD_BYTES:,} bytes", f"{WORD_BYTES:,} バイトを超えています")
    try:
        with open_zip(BytesIO(content), _BOUNDS) as archive:
            archive.require_distinct()
            return {entry.filename: archive.read(entry) for entry in archive.entries}
    except ZipRefused as refused:
        detail = refused.detail or refused.code
        cause = _REFUSALS.get(refused.code, Text(f"it is no .docx ({detail})", f".docx ではありません ({detail})"))
        raise NotUsable(cause.en, cause.ja) from refused


def pack(parts: Parts) -> bytes:
    """Return the parts as a .docx; the same parts give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: (name != _CONTENT_TYPES, name)):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), parts[name], zipfile.ZIP_DEFLATED, 1)
    return buffer.getvalue()


def parse_xml(xml: bytes | str) -> Element:
    """Read XML without entities, external or not.

    Raises:
        NotUsable: it is not well-formed, declares a document type, or is too large.
    """
    if len(xml) > MAX_XML_BYTES:
        raise NotUsable(
            f"a part is larger than {MAX_XML_BYTES:,} bytes", f"{MAX_XML_BYTES:,} バイトを超える部分があります"
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )  # a comment would part a text in two
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotUsable(f"its XML is not well-formed ({error})", f"XML の書式が正しくありません ({error})") from error
    if root.getroottree().docinfo.doctype:
        raise NotUsable("its XML declares a document type (entities)", "XML に文書型宣言 (実体) があります")
    return root


def serialize(root: Element) -> bytes:
    """Return an element as a part."""
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def safe_parts(content: bytes, *, own_links: bool = False) -> Parts:
    """Return the parts of a .docx that are needed to print it.

    Args:
        own_links: whether the links that SignKit made of markers may stand in it.

    Raises:
        NotUsable: it holds what a template may not hold.
    """
    parts = read_parts(content)
    types = parse_xml(_part(parts, _CONTENT_TYPES))
    if any("macroEnabled" in str(entry.get("ContentType")) for entry in types):
        raise NotUsable("it holds macros (.docm)", "マクロが入っています (.docm)")
    if etree.QName(parse_xml(_part(parts, DOCUMENT))).namespace != WORD:
        raise NotUsable(
            "it is a .docx of another kind (Strict Open XML): save it as an ordinary Word document",
            "Strict Open XML の .docx です。通常の Word 文書として保存してください",
        )
    kept, waiting, links = {_CONTENT_TYPES}, [("", "")], _OWN_LINKS if own_links else _LINKS
    met = set(waiting)
    while waiting:
        source, kind = waiting.pop()
        named: Relations = {}
        if (name := relationships_of(source)) in parts:
            root = parse_xml(parts[name])
            named = _kept_relationships(root, source, parts, links)
            parts[name] = serialize(root)
            kept.add(name)
            # One part may be met twice: what is a picture to one may be read as text by another.
            new = {(target, kind) for kind, target in named.values() if target} - met
            met |= new
            waiting += sorted(new)
        if source:
            parts[source] = _looked_over(source, kind, parts, types, {key: kind for key, (kind, _) in named.items()})
            kept.add(source)
    for entry in [entry for entry in types if (entry.get("PartName") or "/").lstrip("/") not in {*kept, ""}]:
        types.remove(entry)
    return {**{name: parts[name] for name in kept}, _CONTENT_TYPES: serialize(types)}


def _looked_over(name: str, kind: str, parts: Parts, types: Element, named: Mapping[str, str]) -> bytes:
    """Return a part that holds nothing it may not; what is no picture has to be XML, whatever its name."""
    if kind == "image":
        if refusal := picture_refusal(name, parts[name], _content_type(name, types)):
            raise NotUsable(refusal.en, refusal.ja)
        return parts[name]
    root = parse_xml(parts[name])
    _refuse_active_content(root, named)
    return _without_origin(root) or parts[name]


def _content_type(name: str, types: Element) -> str:
    """Return what the document calls the content of a part (ISO/IEC 29500-2 10.1.2.4): its own entry goes first."""
    ending = name.rpartition(".")[2].casefold()
    own = [entry for entry in types if str(entry.get("PartName")).casefold() == f"/{name}".casefold()]
    alike = [entry for entry in types if str(entry.get("Extension")).casefold() == ending]
    return next((str(entry.get("ContentType")) for entry in own + alike), "")


def relationships_of(source: str) -> str:
    """Return the name of the part that lists what ``source`` refers to."""
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


#: By id: the kind, and the part it leads to ("" for a hyperlink).
Relations = dict[str, tuple[str, str]]


def _kept_relationships(root: Element, source: str, parts: Parts, links: re.Pattern[str]) -> Relations:
    """Take out the relationships that are not needed; return the others."""
    kept: Relations = {}
    for relation in list(root):
        kind = str(relation.get("Type")).rpartition("/")[2]
        target = str(relation.get("Target"))
        number = str(relation.get("Id"))
        if kind in _DROPPED:
            root.remove(relation)
            continue
        if kind not in _KEPT:
            raise NotUsable(
                f"it refers to what a template may not hold: {kind}",
                f"ひな形に入れられないものを参照しています: {kind}",
            )
        if number in kept:
            raise NotUsable(f"two of its relationships bear one id: {number}", f"関係の番号が重複しています: {number}")
        kept[number] = (kind, _target(relation, kind, target, source, links))
        if kind != "hyperlink":
            _part(parts, kept[number][1])
    return kept


def _target(relation: Element, kind: str, target: str, source: str, links: re.Pattern[str]) -> str:
    """Return the part that a relationship leads to; "" for a hyperlink."""
    if relation.get("TargetMode", "Internal") != "Internal":
        if kind != "hyperlink" or not links.match(target):
            raise NotUsable(f"it refers to something outside itself: {kind}", f"外部のものを参照しています: {kind}")
        return ""
    if kind == "hyperlink":
        if not target.startswith("#"):
            raise NotUsable(f"it refers to something outside itself: {kind}", f"外部のものを参照しています: {kind}")
        return ""
    name = posixpath.normpath(posixpath.join(posixpath.dirname(source), target)).lstrip("/")
    if name.casefold().endswith(".rels") or name.casefold() == _CONTENT_TYPES.casefold():
        raise NotUsable(
            f"it refers to what a template may not hold: {name}", f"ひな形に入れられないものを参照しています: {name}"
        )
    return name


def _part(parts: Parts, name: str) -> bytes:
    if name not in parts:
        raise NotUsable(f"it lacks its part {name}", f"{name} がありません")
    return parts[name]


def _without_origin(root: Element) -> bytes | None:
    """Take out which Word template the form was begun from: its styles are in the form; None where it is not said."""
    named = list(root.iter(f"{{{WORD}}}attachedTemplate"))
    for element in named:
        element.getparent().remove(element)
    return serialize(root) if named else None


def _refuse_active_content(root: Element, named: Mapping[str, str]) -> None:
    """Refuse what would run, fetch, or change.

    Args:
        named: of each relationship of the part the id and the kind.
    """
    for element in root.iter(etree.Element):
        kind = etree.QName(element)
        if any(str(name).startswith(f"{{{_STRICT}") for name in (element.tag, *element.attrib)):
            raise NotUsable(
                "it mixes in Strict Open XML: save it as an ordinary Word document",
                "Strict Open XML が混ざっています。通常の Word 文書として保存してください",
            )
        if (reason := _ELEMENTS.get(kind.localname)) and kind.namespace in (WORD, *_VML):
            raise NotUsable(f"it holds {reason.en}", f"{reason.ja}が入っています")
        if kind.namespace in _VML and {"src", "href", "althref"} & {
            etree.QName(attribute).localname for attribute in element.attrib
        }:
            raise NotUsable("a drawing in it refers to something outside itself", "図が外部のものを参照しています")
        for attribute, number in element.attrib.items():
            expected = _NAMED_BY.get(kind.localname, "image")
            if attribute.startswith(f"{{{_REFERENCES}}}") and named.get(number, expected) != expected:
                raise NotUsable(
                    f"{kind.localname} in it refers to another thing than its kind: {named[number]}",
                    f"{kind.localname} の参照先の種類が違います: {named[number]}",
                )
    for instruction in _instructions(root):
        words = instruction.split()
        if not words or words[0].upper() not in _FIELDS or "{" in instruction:
            raise NotUsable(
                f"the field {words[0].upper() if words else '{ }'} is not allowed in it",
                f"フィールド {words[0].upper() if words else '{ }'} は使えません",
            )
        if words[0].upper() == "HYPERLINK" and not _HYPERLINK.match(instruction):
            raise NotUsable(
                "a HYPERLINK field in it leads elsewhere than to the web",
                "HYPERLINK フィールドの行き先がウェブではありません",
            )


def _instructions(root: Element) -> Iterator[str]:
    """Yield what the fields of a part say, each as one text however many runs it is spread over."""
    open_fields: list[tuple[Element, list[str]]] = []
    pieces = (f"{{{WORD}}}fldSimple", f"{{{WORD}}}fldChar", f"{{{WORD}}}instrText", f"{{{_BRANCHES}}}AlternateContent")
    for element in root.iter(*pieces):
        kind = etree.QName(element).localname
        if kind == "fldSimple":
            yield str(element.get(f"{{{WORD}}}instr", ""))
            continue
        if kind == "AlternateContent":
            if open_fields:
                raise NotUsable(
                    "a field in it says one thing or another (AlternateContent)",
                    "フィールドの内容が表示環境で変わります (AlternateContent)",
                )
            continue
        step = "instrText" if kind == "instrText" else element.get(f"{{{WORD}}}fldCharType")
        if step == "begin":
            open_fields.append((_surroundings(element), []))
            continue
        if not open_fields:
            raise NotUsable("a field in it has no beginning", "始まりのないフィールドがあります")
        if _surroundings(element) is not open_fields[-1][0]:
            raise NotUsable(
                "a field in it begins in one place and goes on in another", "フィールドが別の場所に続いています"
            )
        if step == "instrText":
            open_fields[-1][1].append("".join(element.itertext()))
        elif step == "end":
            yield "".join(open_fields.pop()[1])
        elif step != "separate":
            raise NotUsable(
                f"a field in it has a part of no kind ({step})", f"フィールドに不明な部分があります ({step})"
            )
    if open_fields:
        raise NotUsable("a field in it has no end", "終わりのないフィールドがあります")


def _surroundings(piece: Element) -> Element:
    """Return the innermost element around a piece of a field that LibreOffice might skip with all it holds.

    It skips the branches of an AlternateContent that it does not know, and elements it does not know.
    """
    element = piece
    while (parent := element.getparent()) is not None:
        kind = etree.QName(parent)
        if kind.namespace != WORD or kind.localname not in _WITHIN.get(etree.QName(element).localname, ()):
            return parent
        element = parent
    return element


def printed_names(parts: Parts) -> tuple[str, ...]:
    """Return the parts whose text is printed, the body first."""
    found = [DOCUMENT]
    for relation in parse_xml(parts[relationships_of(DOCUMENT)]) if relationships_of(DOCUMENT) in parts else ():
        if str(relation.get("Type")).rpartition("/")[2] in _PRINTED:
            found.append(posixpath.normpath(posixpath.join("word", str(relation.get("Target")))).lstrip("/"))
    return tuple(dict.fromkeys(found))


def paragraphs(parts: Parts) -> Iterator[str]:
    """Yield the text of each paragraph that is printed and holds any, and of list numbers and drawings' words."""
    for name in printed_names(parts):
        for paragraph in parse_xml(parts[name]).iter(f"{{{WORD}}}p", f"{{{DRAWING}}}p"):
            if text := "".join(_words(paragraph)):
                yield text
    if "word/numbering.xml" in parts:
        for level in parse_xml(parts["word/numbering.xml"]).iter(f"{{{WORD}}}lvlText"):
            yield str(level.get(f"{{{WORD}}}val", ""))


def _words(paragraph: Element) -> Iterator[str]:
    """Yield the pieces of a paragraph's own text (not of text boxes that hang on it)."""
    for element in paragraph.iter(f"{{{WORD}}}t", f"{{{WORD}}}tab", f"{{{WORD}}}br", f"{{{DRAWING}}}t"):
        holder = next(element.iterancestors(f"{{{WORD}}}p", f"{{{DRAWING}}}p"))
        if holder is paragraph:
            yield element.text or "" if etree.QName(element).localname == "t" else " "
