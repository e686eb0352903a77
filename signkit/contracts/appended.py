"""Pages of another PDF behind a contract: real text and vectors, copied object by object, with nothing active in them.

A page is made anew of what draws it (contents, resources, boxes); links are left out.  Whatever else a stranger's file
holds that would be lost, or would do something, refuses it: signatures, forms, notes, embedded files, scripts, layers.
Two pictures of each page, before and after, must be the same to the dot.

The result is no PDF/A any more, for what a stranger's page needs of PDF/A (colours, fonts) is not ours to promise: the
claim is taken out of the metadata (ISO 19005-3 6.6.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from signkit.contracts.plain_pdf import PlainPdf, first, page_tree, parse, serialize
from signkit.words import Text, Unfit

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 200
_MAX_OBJECTS = 50_000
_MAX_DEPTH = 60
_MAX_POINTS = 14_400  # ISO 32000-2 Annex C: what viewers take for the side of a page
_PICTURE_DOTS = 500

#: What of a page draws it (ISO 32000-2 table 31).
_DRAWN = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group", "/Resources", "/Contents")
#: Entries without effect on what is drawn; some of them lead out of the page.
_LEFT_OUT = frozenset(
    {"/StructParents", "/StructParent", "/PieceInfo", "/Metadata", "/LastModified", "/OPI", "/Parent"}
)
_ACTIVE = frozenset({"/AA", "/JS", "/JavaScript", "/OpenAction", "/Launch"})
#: Kinds of fonts that draw with glyphs of their own; a viewer takes one for a font though it lacks its ``/Type``.
_FONTS = frozenset({"/Type1", "/MMType1", "/TrueType", "/CIDFontType0", "/CIDFontType2"})
_STANDARD_FONTS = re.compile(
    r"/(?:(?:Helvetica|Courier)(?:-(?:Bold|Oblique|BoldOblique))?|Times-(?:Roman|Bold|Italic|BoldItalic)|Symbol|ZapfDingbats)"
)
_CLAIM = re.compile(rb"<pdfaid:(part|conformance)>[^<]*</pdfaid:\1>")
_METADATA = re.compile(rb"/Metadata (\d+) 0 R")
_COUNT = re.compile(rb"/Count (\d+)")


class PagesRefused(Unfit, ValueError):
    """Pages cannot be put behind a contract."""


def require_appendable(content: bytes) -> int:
    """Check that a PDF's pages can go behind a contract without loss; return how many there are.

    Raises:
        PagesRefused: they cannot.
    """
    _, pages = _open_pdf(content)
    if not _looks_the_same(content, append_pages(_blank(), [content])):
        raise PagesRefused(_LOOKS_DIFFERENT)
    return len(pages)


def append_pages(contract: bytes, contents: Sequence[bytes]) -> bytes:
    """Return ``contract`` (as the typesetter and ``fields`` write it) with the pages of other PDFs behind its own.

    Raises:
        PagesRefused: see ``require_appendable``.
    """
    if not contents:
        return contract
    file = parse(contract)
    tree = page_tree(file)
    made: list[int] = []
    for content in contents:
        reader, pages = _open_pdf(content)
        copy = _Copy(file, reader)
        made += [_page(file, copy, page, tree) for page in pages]
        copy.finish()
    body = file.objects[tree]
    body = _COUNT.sub(lambda found: b"/Count %d" % (int(found[1]) + len(made)), body, count=1)
    kids = b"".join(b" %d 0 R" % number for number in made)
    file.objects[tree] = re.sub(rb"/Kids\[([^\]]*)\]", lambda found: b"/Kids[" + found[1] + kids + b"]", body, count=1)
    _withdraw_claim(file)
    return serialize(file)


def _withdraw_claim(file: PlainPdf) -> None:
    number = int(first(_METADATA, file.objects[file.root]))
    head, _, rest = file.objects[number].partition(b"\nstream\n")
    data = _CLAIM.sub(b"", rest[: rest.rindex(b"\nendstream")])
    head = re.sub(rb"/Length \d+", b"/Length %d" % len(data), head, count=1)
    file.objects[number] = head + b"\nstream\n" + data + b"\nendstream"


# --- what a stranger's file may hold -----------------------------------------------------------------------


def _open_pdf(content: bytes) -> tuple[PdfReader, list[Any]]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise PagesRefused(_ENCRYPTED)
        _require_passive_document(reader.root_object)
        count = len(reader.pages)
        if not 0 < count <= MAX_PAGES:
            raise PagesRefused(_TOO_MANY_PAGES if count else _UNREADABLE)
        pages = list(reader.pages)
        for page in pages:
            _require_passive_page(page)
    except PagesRefused:
        raise
    except (PyPdfError, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise PagesRefused(_UNREADABLE) from error
    return reader, pages


def _require_passive_document(catalog: Any) -> None:
    """Refuse what merging would lose, or what would run (ISO 32000-2 7.7.2)."""
    form = _dictionary_at(catalog, "/AcroForm")
    if "/Perms" in catalog or int(_at(form, "/SigFlags") or 0) & 1:
        raise PagesRefused(_SIGNED)
    if _at(form, "/Fields") or "/XFA" in form:
        raise PagesRefused(_FORM)
    names = _dictionary_at(catalog, "/Names")
    opening = _at(catalog, "/OpenAction")
    runs = isinstance(opening, dict) and _at(opening, "/S") != "/GoTo"
    if runs or "/AA" in catalog or "/JavaScript" in names:
        raise PagesRefused(_ACTIVE_CONTENT)
    if "/EmbeddedFiles" in names or "/AF" in catalog or "/Collection" in catalog:
        raise PagesRefused(_FILES)
    if _at(_dictionary_at(catalog, "/OCProperties"), "/OCGs"):
        raise PagesRefused(_LAYERS)


def _require_passive_page(page: Any) -> None:
    if "/AA" in page:
        raise PagesRefused(_ACTIVE_CONTENT)
    if "/AF" in page:
        raise PagesRefused(_FILES)
    for reference in _at(page, "/Annots") or ():
        annotation = _resolve(reference)
        kind = _at(annotation, "/Subtype") if isinstance(annotation, dict) else None
        if kind != "/Link":
            raise PagesRefused({"/Widget": _FORM, "/FileAttachment": _FILES}.get(str(kind), _NOTES))
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    if not (0 < width <= _MAX_POINTS and 0 < height <= _MAX_POINTS):
        raise PagesRefused(_UNREADABLE)


def _resolve(value: Any) -> Any:
    """Return the value itself where it is a reference, be it to another reference.

    Everything that is compared goes through here: pypdf's ``get`` follows no reference, and a viewer follows all.
    """
    from pypdf.generic import IndirectObject, NullObject

    for _ in range(_MAX_DEPTH):
        if not isinstance(value, IndirectObject):
            return None if isinstance(value, NullObject) else value  # null is as good as absent (7.3.9)
        value = value.get_object()
    raise PagesRefused(_TOO_DEEP)


def _at(entries: Any, key: str) -> Any:
    """Return an entry's value; None where there is none."""
    return _resolve(entries.raw_get(key)) if key in entries else None


def _dictionary_at(entries: Any, key: str) -> Any:
    value = _at(entries, key)
    return value if isinstance(value, dict) else {}


def _page(file: PlainPdf, copy: _Copy, page: Any, tree: int) -> int:
    entries = b"".join(_name(key) + b" " + copy.body(page.raw_get(key)) for key in _DRAWN if key in page)
    return file.add(b"<</Type/Page/Parent %d 0 R" % tree + entries + b">>")


class _Copy:
    """Objects of one stranger's file on their way into the contract: each once, under a number of its own."""

    def __init__(self, file: PlainPdf, reader: PdfReader) -> None:
        self._file = file
        self._reader = reader
        self._numbers: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[int, Any]] = []

    def body(self, value: Any, depth: int = 0) -> bytes:
        """Return a value as PDF syntax; what it refers to is copied by ``finish``."""
        from pypdf.generic import (
            ArrayObject,
            BooleanObject,
            ByteStringObject,
            DictionaryObject,
            FloatObject,
            IndirectObject,
            NameObject,
            NumberObject,
            StreamObject,
            TextStringObject,
        )

        if depth > _MAX_DEPTH:
            raise PagesRefused(_TOO_DEEP)
        match value:
            case IndirectObject():
                return b"%d 0 R" % self._number(value)
            case StreamObject():
                raise PagesRefused(_UNREADABLE)  # a stream is always indirect (7.3.8)
            case DictionaryObject():
                return self._dictionary(value, depth)
            case ArrayObject():
                return b"[" + b" ".join(self.body(item, depth + 1) for item in value) + b"]"
            case NameObject():
                return _name(value)
            case TextStringObject() | ByteStringObject():
                return b"<" + value.original_bytes.hex().encode("ascii") + b">"
            case BooleanObject():
                return b"true" if value.value else b"false"
            case NumberObject() | FloatObject():
                return _bytes_of(value)
            case _:
                return b"null"

    def finish(self) -> None:
        """Copy what the bodies so far refer to, and what that refers to."""
        from pypdf.generic import StreamObject

        while self._waiting:
            number, value = self._waiting.pop(0)
            if isinstance(value, StreamObject):
                if "/F" in value:  # its data lie in another file (7.3.8.2)
                    raise PagesRefused(_OUTSIDE)
                data = bytes(value._data)
                head = self._dictionary(value, 0, b"/Length %d" % len(data))
                self._file.objects[number] = head + b"\nstream\n" + data + b"\nendstream"
            else:
                self._file.objects[number] = self.body(value)

    def _number(self, reference: Any) -> int:
        key = (reference.idnum, reference.generation)
        if key not in self._numbers:
            if len(self._numbers) >= _MAX_OBJECTS:
                raise PagesRefused(_TOO_DEEP)
            self._numbers[key] = self._file.add(b"null")
            self._waiting.append((self._numbers[key], reference.get_object()))
        return self._numbers[key]

    def _dictionary(self, value: Any, depth: int, more: bytes = b"") -> bytes:
        _require_passive(value)
        left_out = _LEFT_OUT | {"/Length"} if more else _LEFT_OUT
        entries = b"".join(
            _name(key) + b" " + self.body(value.raw_get(key), depth + 1) for key in value if key not in left_out
        )
        return b"<<" + entries + more + b">>"


def _require_passive(entries: Any) -> None:
    """Refuse what a page's resources may hold that acts, hides, or lies outside the file."""
    kind, subkind = _at(entries, "/Type"), _at(entries, "/Subtype")
    if _ACTIVE & entries.keys() or kind == "/Action":
        raise PagesRefused(_ACTIVE_CONTENT)
    if "/OC" in entries or kind in ("/OCG", "/OCMD"):
        raise PagesRefused(_LAYERS)
    if "/Ref" in entries or "/PS" in (subkind, _at(entries, "/Subtype2")):
        raise PagesRefused(_OUTSIDE)
    if (kind == "/Font" or subkind in _FONTS) and not _is_drawn_alike_everywhere(entries):
        raise PagesRefused(_FONT)


def _is_drawn_alike_everywhere(font: Any) -> bool:
    """Tell whether a font lies in the file, or is one of the fourteen that every viewer brings (9.6.2.2)."""
    kind = _at(font, "/Subtype")
    if kind in ("/Type0", "/Type3"):
        return True  # its descendants are looked at themselves; a Type 3 font is made of drawings
    descriptor = _dictionary_at(font, "/FontDescriptor")
    if any(_at(descriptor, name) is not None for name in ("/FontFile", "/FontFile2", "/FontFile3")):
        return True
    return kind == "/Type1" and _STANDARD_FONTS.fullmatch(str(_at(font, "/BaseFont"))) is not None


def _name(name: str) -> bytes:
    raw = name[1:].encode("utf-8", "surrogateescape")
    return b"/" + b"".join(bytes([c]) if 0x21 <= c <= 0x7E and c not in b"#/()<>[]{}%" else b"#%02X" % c for c in raw)


def _bytes_of(number: Any) -> bytes:
    output = BytesIO()
    number.write_to_stream(output)
    return output.getvalue()


# --- pictures ----------------------------------------------------------------------------------------------


def _looks_the_same(content: bytes, copied: bytes) -> bool:
    """Compare what PDFium draws of each page before and after, annotations of the original included."""
    import pypdfium2

    try:
        return all(one == other for one, other in zip(_pictures(content), _pictures(copied, skip=1), strict=True))
    except (pypdfium2.PdfiumError, ValueError):
        return False


def _pictures(pdf: bytes, skip: int = 0) -> Iterator[tuple[tuple[int, int], bytes]]:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        for index in range(skip, len(document)):
            page = document[index]
            bitmap = page.render(scale=_PICTURE_DOTS / max(page.get_size()))
            yield (bitmap.width, bitmap.height), bytes(bitmap.buffer)
            page.close()
    finally:
        document.close()


def _blank() -> bytes:
    """Return the smallest contract that pages can be put behind, to try it."""
    from datetime import date

    from signkit.contracts.typesetting import typeset

    return serialize(parse(typeset("#pagebreak(weak: true)", day=date(2000, 1, 1))))


_ADVICE = Text("attach it instead (--attach)", "--attach で添付してください")


def _refusal(en: str, ja: str) -> Text:
    return Text(f"{en}; {_ADVICE.en}", f"{ja}。{_ADVICE.ja}")


_ENCRYPTED = _refusal("it is encrypted", "暗号化されています")
_SIGNED = _refusal("it bears an electronic signature, which would be lost", "電子署名があり、綴じ込むと失われます")
_FORM = _refusal("it holds form fields, whose values would be lost", "入力フォームがあり、綴じ込むと失われます")
_NOTES = _refusal("it holds notes or stamps, which would be lost", "注釈やスタンプがあり、綴じ込むと失われます")
_FILES = _refusal("it holds files of its own, which would be lost", "埋め込みファイルがあり、綴じ込むと失われます")
_ACTIVE_CONTENT = _refusal("it holds scripts or actions", "スクリプトまたはアクションを含みます")
_LAYERS = _refusal("it holds layers, which viewers show or hide", "表示を切り替えられるレイヤーがあります")
_OUTSIDE = _refusal(
    "it draws something that is not in the file, or PostScript", "ファイルの外にあるものや PostScript を描画します"
)
_FONT = _refusal(
    "it uses a font that it does not hold, so it would look different elsewhere",
    "埋め込まれていないフォントがあり、環境によって見え方が変わります",
)
_TOO_DEEP = _refusal("it holds more than pages need", "内容が複雑すぎます")
_TOO_MANY_PAGES = Text(f"it has more than {MAX_PAGES} pages", f"{MAX_PAGES} ページを超えています")
_UNREADABLE = Text("its pages cannot be read", "ページを読み取れません")
_LOOKS_DIFFERENT = _refusal("its pages would not look the same", "綴じ込むと見え方が変わります")
