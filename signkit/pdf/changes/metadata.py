"""What a document says about itself: /Info and XMP (ISO 32000-2 14.3), versions and extensions (7.12).

Every program that saves a file writes anew when it did so, and who it is; that is no change of content.  A title, an
author, a subject or a keyword is: readers show it, and archives file by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from signkit.pdf.changes.context import Context
from signkit.pdf.changes.role_rules import breach
from signkit.pdf.changes.values import Change, ChangePlace, Gravity
from signkit.pdf.form import text_string
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, SyntaxProblem, Value

# 14.3.3: /ModDate is for that; /Producer changes with the program that saved.
_SAVING = {"/ModDate", "/Producer"}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_XMP, _MM, _PDF = "http://ns.adobe.com/xap/1.0/ ", "http://ns.adobe.com/xap/1.0/mm/ ", "http://ns.adobe.com/pdf/1.3/ "
#: Properties that say when and by what the file was saved (XMP part 1, 8.4; part 2, 3.1), and of which types
#: properties are (ISO 19005-2 6.6.2.3.3), which iText adds to PDF/A and which says nothing of the document.
_SAVING_XMP = {
    _XMP + "ModifyDate",
    _XMP + "MetadataDate",
    _PDF + "Producer",
    "http://www.aiim.org/pdfa/ns/extension/ schemas",
} | {_MM + name for name in ("InstanceID", "VersionID", "History", "RenditionClass")}
# 7.5.2, 7.7.2: versions that exist.
_VERSION = re.compile(r"/(1\.[0-7]|2\.0)")
#: What stands around the properties, or says nothing (ISO 16684-1 7).
_DESCRIPTION = _RDF + "Description"
#: rdf:Description only groups: the same properties may stand in one or in several (ISO 16684-1 7).
_FRAME = {"adobe:ns:meta/ xmpmeta", "adobe:ns:meta/ xapmeta", _RDF + "RDF", _DESCRIPTION}

_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_SYNTAX = {_RDF + "about", _RDF + "parseType"}

#: What each property says, in its order, by what it is about and its names.
Properties = dict[tuple[str, tuple[str, ...]], list[str]]


def info_changes(context: Context) -> Iterator[Change]:
    """Hold /Info of two trailers against each other."""
    one, other = context.old.trailer.get("/Info"), context.new.trailer.get("/Info")
    if context.equality.same(one, other):
        return
    context.cover(one, other)
    old, new = _entries(context.old, one), _entries(context.new, other)
    keys = sorted((old.keys() | new.keys()) - _SAVING)
    said = [key for key in keys if not _says_the_same(context, old.get(key), new.get(key))]
    if said:
        yield from breach("metadata", f"/Info {' '.join(said)}", at=ChangePlace(number=context.number(other)))
    # What saving itself writes is of the lowest level.
    yield Change(Gravity.EVIDENCE, "metadata", "/Info")


def _says_the_same(context: Context, one: Value, other: Value) -> bool:
    """Whether two texts are the same to whoever reads them, in whatever encoding and object they stand."""
    old, new = context.old.resolve(one), context.new.resolve(other)
    # 7.9.2.2: one text may be written in PDFDocEncoding or in Unicode; 7.3.10: any value may be indirect.
    if not isinstance(old, bytes) or not isinstance(new, bytes):
        return context.equality.same(one, other)
    context.cover(one, other)
    said = text_string(old)
    # That letter stands for any; and little-endian text, which is not in the standard, some readers show as it stands.
    plain = "\ufffd" not in said and not any(each.startswith(b"\xff\xfe") for each in (old, new))
    return old == new or (plain and said == text_string(new))


def _entries(view: View, value: Value) -> dict[str, Value]:
    found = view.resolve(value)
    if found is not None and not isinstance(found, dict):
        raise SyntaxProblem("metadata is no dictionary")
    return found or {}


def xmp_changes(context: Context, one: Value, other: Value, page: int | None = None) -> Iterator[Change]:
    """Hold two metadata streams against each other, property by property."""
    if context.equality.same(one, other):
        return
    context.cover(one, other)
    # Compared as properties, since every program writes XML its own way.
    if _properties(context.old, one) != _properties(context.new, other):
        yield from breach("metadata", "/Metadata", at=ChangePlace(number=context.number(other), page=page))
    yield Change(Gravity.EVIDENCE, "metadata", "/Metadata")


def _properties(view: View, value: Value) -> Properties:
    stream = view.resolve(value)
    if stream is None:
        return {}
    if not isinstance(stream, Stream):
        raise SyntaxProblem("metadata is no stream")
    reading = _XmpReading()
    reading.parse(view.file.decode_stream(stream, view))
    return reading.properties()


class _XmpReading:
    """Reads XMP into its properties, each with the names above it; the nodes that only hold them do not count."""

    def __init__(self) -> None:
        self._found: Properties = {}
        self._about = ""
        self._path: list[str] = []
        self._text: list[str] = []
        # A separator makes "namespace name": prefixes are a matter of taste.
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        # A document type could define entities: what is read would not be what stands there.
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.XmlDeclHandler = self._require_unicode

    def parse(self, data: bytes) -> None:
        """Read it all.

        Raises:
            SyntaxProblem: it is no XMP, or has a document type, by which it could say anything.
        """
        try:
            # XMP packets are padded with white space, some writers add zeros.
            self._parser.Parse(data.strip(b"\0\t\n\r "), True)
        except expat.ExpatError as problem:
            raise SyntaxProblem("metadata is no XML") from problem

    @staticmethod
    def _refuse(*_: object) -> None:
        raise SyntaxProblem("metadata has a document type")

    @staticmethod
    def _require_unicode(_: str, encoding: str | None, __: int) -> None:
        """XMP is Unicode (ISO 16684-1 7.1), and readers take it for that whatever it states."""
        if encoding is not None and not encoding.lower().startswith("utf"):
            raise SyntaxProblem("metadata is no Unicode")

    def properties(self) -> Properties:
        """All of them; what they are about matters only where that is not one thing."""
        about = {each for each, _ in self._found}
        # rdf:about may be empty or the document's identifier: one subject is one subject.
        return self._found if len(about) > 1 else {("", names): texts for (_, names), texts in self._found.items()}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._close_text()
        language = attributes.get(_LANGUAGE)
        self._path.append(f"{name} {language}" if language else name)  # which of the texts it is
        if name == _DESCRIPTION and not self._names():
            self._about = attributes.get(_RDF + "about", attributes.get("about", ""))
        # Properties may be written as attributes or as elements: both say the same (ISO 16684-1 7).
        for key, value in attributes.items():
            if key == _RDF + "resource":
                self._note(self._names(), value)  # another way to write a text that is an address
            elif key not in _SYNTAX and (name not in _FRAME or (name == _DESCRIPTION and " " in key)):
                self._note((*self._names(), key), value)

    def _end(self, _: str) -> None:
        self._close_text()
        self._path.pop()

    def _close_text(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        self._note(self._names(), text)

    def _names(self) -> tuple[str, ...]:
        return tuple(name for name in self._path if name not in _FRAME)

    def _note(self, names: tuple[str, ...], text: str) -> None:
        text = text.strip()
        # The first name decides: a history entry's parts are of the saving as well; an empty text says nothing.
        if text and not (names and names[0] in _SAVING_XMP):
            self._found.setdefault((self._about, names), []).append(text)


def version_explained(context: Context, one: Value, other: Value) -> bool:
    """Whether a version or the extensions of one were stated anew as any program states them (7.2.2, 7.12)."""
    old, new = context.old.resolve(one), context.new.resolve(other)
    if isinstance(new, str):
        # 7.7.2: viewers draw all versions alike; iText 5 states the lowest that its own additions need.
        return _VERSION.fullmatch(new) is not None and isinstance(old, str | None)
    if not isinstance(new, dict) or not isinstance(old, dict | None):
        return False
    context.cover(one, other)
    # 7.12: those who use extensions name them, and some name only their own; viewers draw with and without them alike.
    return all(key == "/Type" or _is_extension(context.new, value) for key, value in new.items())


def _is_extension(view: View, value: Value) -> bool:
    found = view.resolve(value)
    levels = found if isinstance(found, list) else [found]
    plain = "/Type", "/BaseVersion", "/ExtensionLevel", "/URL", "/ExtensionRevision"
    return all(isinstance(each, dict) and each.keys() <= set(plain) for each in map(view.resolve, levels))
