"""What letters the codes of a font draw, where that can be told (ISO 32000-2 9.6, 9.7, 9.10).

Of a font that everybody has the encoding tells, of one inside the file only its outlines do.  A font that was signed is
taken at its word, as all that was signed is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from signkit.pdf.changes.glyph_shapes import Outlines
from signkit.pdf.form import text_string
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Stream, Value

#: Fonts whose letters are pictures, whatever their encoding says (9.6.2.2, annex D.5, D.6).
PICTURES = re.compile(r"symbol|ding|emoji|barcode|marlett|icon", re.IGNORECASE)
#: 9.7.5.2: of the predefined CMaps those that are an encoding of text, written from left to right.
#: After the colon: the number of the space in the collection, which those of ASCII follow.
_CMAPS = {
    f"/{name.split(':')[0]}": (codec, ordering, int(name.split(":")[1]))
    for codec, ordering, names in (
        ("cp932", b"Japan1", "90ms-RKSJ-H:231 90msp-RKSJ-H:1"), ("euc_jp", b"Japan1", "EUC-H:231"),
        ("utf-16-be", b"Japan1", "UniJIS-UCS2-H:1 UniJIS-UTF16-H:1"), ("gbk", b"GB1", "GBK-EUC-H:814 GBKp-EUC-H:1"),
        ("gb18030", b"GB1", "GBK2K-H:814"), ("utf-16-be", b"GB1", "UniGB-UCS2-H:1 UniGB-UTF16-H:1"),
        ("cp949", b"Korea1", "KSCms-UHC-H:1"), ("utf-16-be", b"Korea1", "UniKS-UCS2-H:1 UniKS-UTF16-H:1"),
        ("big5", b"CNS1", "ETen-B5-H:13648"), ("utf-16-be", b"CNS1", "UniCNS-UCS2-H:1 UniCNS-UTF16-H:1"),
    )
    for name in names.split()
}  # fmt: skip
#: Widths of Helvetica from the space to the tilde, in thousandths; other Latin fonts without widths are near it.
_HELVETICA = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
#: What captions of buttons ask for in ZapfDingbats (12.5.6.19, table 192), as letters, and their widths.
TICKS = {b"4": "\u2714", b"8": "\u2718", b"l": "\u25cf", b"u": "\u25c6", b"n": "\u25a0", b"H": "\u2605"}
TICK_WIDTHS = {b"4": 0.846, b"8": 0.677, b"l": 0.791, b"u": 0.788, b"n": 0.761, b"H": 0.816}
#: Ends of lines and tabs, which programs write into strings; no Latin font draws them.
_UNSEEN = (b"\t", b"\n", b"\r")
_MAX_PARTS, _MAX_RANGE = 2_000, 70_000


@dataclass(frozen=True)
class Glyph:
    """One code: what it says, and its width at size 1."""

    text: str
    width: float


#: The glyphs of a string; None where they cannot be told.
Reader = Callable[[bytes], list[Glyph] | None]


def font_reader(view: View, font: Value, signed: View | None) -> Reader | None:
    """Return what reads a font's strings; None where nothing can be said of its glyphs.

    Args:
        signed: the document as the first signature found it, whose fonts are what they say; None: there is none.
    """
    entries = view.resolve(font)
    if not isinstance(entries, dict) or view.resolve(entries.get("/Subtype")) not in _KINDS:
        return None
    if entries.keys() <= _OF_EVERYBODY and view.resolve(entries.get("/BaseFont")) == "/ZapfDingbats":
        # 9.6.2.2: of another kind it is no font of everybody's; some viewers write the letters of its codes.
        return _read_ticks if view.resolve(entries.get("/Subtype")) == "/Type1" else None
    composite = view.resolve(entries.get("/Subtype")) == "/Type0"
    holder = _descendant(view, entries) if composite else entries
    mapped = _to_unicode(view, entries)
    if mapped is None and view.resolve(entries.get("/ToUnicode")) is not None:
        return None
    if not _is_embedded(view, holder):
        plain = _composite_reader(view, entries, holder) if composite else _simple_reader(view, entries, None, _known)
        return _agreeing_reader(plain, mapped) if plain is not None and mapped is not None else plain
    simple = _simple_reader(view, entries, mapped, _letter_of) if not composite else None
    reader = _mapped_reader(view, entries, holder, mapped) if composite else simple
    if reader is None or _was_signed(view, font, signed):
        return reader
    # A code that /Encoding gives another name is drawn by that name, whatever /ToUnicode says of it.
    if not composite and isinstance(view.resolve(entries.get("/Encoding")), dict):
        return None
    return _drawn_reader(view, reader, holder, composite=composite)


_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
#: 9.6.2.2: what the dictionary of a font says that every viewer brings, and draws by its own encoding.
_OF_EVERYBODY = {"/Type", "/Subtype", "/BaseFont", "/Name"}
_KINDS = ("/Type1", "/TrueType", "/MMType1", "/Type0")


def _read_ticks(text: bytes) -> list[Glyph] | None:
    codes = [text[at : at + 1] for at in range(len(text))]
    known = all(code in TICKS for code in codes)
    return [Glyph(TICKS[code], TICK_WIDTHS[code]) for code in codes] if known else None


def _descendant(view: View, entries: dict[str, Value]) -> dict[str, Value]:
    found = view.resolve(entries.get("/DescendantFonts"))
    first = view.resolve(found[0]) if isinstance(found, list) and len(found) == 1 else None
    return first if isinstance(first, dict) else {}


def _is_embedded(view: View, entries: dict[str, Value]) -> bool:
    described = view.resolve(entries.get("/FontDescriptor"))
    return isinstance(described, dict) and any(view.resolve(described.get(key)) is not None for key in _PROGRAMS)


def _was_signed(view: View, font: Value, signed: View | None) -> bool:
    """Whether a font and all below it are the objects that the first signature covers."""
    if signed is None or not isinstance(font, Ref):
        return False
    seen: set[Ref] = set()
    todo: list[Value] = [font]
    while todo:
        value = todo.pop()
        if isinstance(value, Ref):
            if value in seen:
                continue
            seen.add(value)
            place = signed.locate(value.number)
            if place is None or place != view.locate(value.number) or len(seen) > _MAX_PARTS:
                return False
            value = view.resolve(value)
        entries = value.entries if isinstance(value, Stream) else value
        if isinstance(entries, dict):
            todo += entries.values()
        elif isinstance(entries, list):
            todo += entries
    return True


# --- simple fonts ---


def _simple_reader(
    view: View, entries: dict[str, Value], mapped: dict[bytes, str] | None, named: Callable[[str], str]
) -> Reader | None:
    """Read codes of one byte; ``named`` tells which letter a glyph's name says."""
    name = view.resolve(entries.get("/BaseFont"))
    if not isinstance(name, str) or (mapped is None and PICTURES.search(name)):
        return None
    encoded, widths = _encoding(view, entries, named), _simple_widths(view, entries)
    if (encoded is None and mapped is None) or widths is None:
        return None
    letters = dict.fromkeys(_UNSEEN, " ") | {bytes([code]): letter for code, letter in (encoded or {}).items()}
    letters |= mapped or {}
    # Viewers that substitute a font look a letter up by its code as often as by its name.
    if mapped is None and any(letters.get(bytes([code])) not in (None, chr(code)) for code in range(33, 127)):
        return None

    def read(text: bytes) -> list[Glyph] | None:
        codes = [text[at : at + 1] for at in range(len(text))]
        if not all(code in letters for code in codes):
            return None
        return [Glyph(letters[code], widths(code[0])) for code in codes]

    return read


def _encoding(view: View, entries: dict[str, Value], named: Callable[[str], str]) -> dict[int, str] | None:
    """Return the letters by code (9.6.5); None where they are the font's own affair, or each viewer's."""
    found = view.resolve(entries.get("/Encoding"))
    base = view.resolve(found.get("/BaseEncoding")) if isinstance(found, dict) else found
    if base not in (None, "/WinAnsiEncoding", "/MacRomanEncoding", "/StandardEncoding", "/PDFDocEncoding"):
        return None
    letters = dict(_base_letters(base))
    differences = view.resolve(found.get("/Differences")) if isinstance(found, dict) else None
    code: int | None = None
    for item in map(view.resolve, differences if isinstance(differences, list) else []):
        if type(item) is int and 0 <= item <= 0xFF:
            code = item
        elif isinstance(item, str) and code is not None and code <= 0xFF:
            letters[code] = named(item[1:])
            code += 1
        else:
            return None
    return letters


def _known(glyph: str) -> str:
    """As `_letter_of`, of names that every viewer knows (annex D.2); of others mupdf draws nothing (uni0031)."""
    from fontTools.ttLib.standardGlyphOrder import standardGlyphOrder

    letter = _letter_of(glyph) if glyph in standardGlyphOrder or glyph == "Euro" else "\ufffd"
    return letter if letter in _latin_letters() else "\ufffd"


@cache
def _latin_letters() -> frozenset[str]:
    """The letters of the Latin character set (annex D.2), which are those of PDFDocEncoding."""
    return frozenset(text_string(bytes([code])) for code in range(24, 256))


def _letter_of(glyph: str) -> str:
    """Return the letter that a glyph's name says (9.10.2, Adobe Glyph List)."""
    from fontTools.agl import toUnicode  # only where a font asks for it: the list takes time to load

    return toUnicode(glyph) or "\ufffd"


@cache
def _base_letters(name: str | None) -> dict[int, str]:
    codecs = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}
    if name in codecs:
        letters = {code: bytes([code]).decode(codecs[name], "replace") for code in range(32, 256)}
        # Annex D.2, note 6: undefined codes of WinAnsiEncoding above 40 (octal) draw a bullet.
        return {code: "\u2022" if letter == "\ufffd" else letter for code, letter in letters.items()}
    # Annex D.2: Standard encoding is ASCII but for the quotes; beyond it programs do not agree, nor about
    # PDFDocEncoding, which is none of fonts (9.6.5).
    return {code: chr(code) for code in range(32, 127) if code not in (0x27, 0x60)}


def _simple_widths(view: View, entries: dict[str, Value]) -> Callable[[int], float] | None:
    """Return the widths by code; None where viewers read other ones out of them."""
    first, found = view.resolve(entries.get("/FirstChar")), view.resolve(entries.get("/Widths"))
    widths = [view.resolve(each) for each in found] if isinstance(found, list) else []
    if widths and (type(first) is not int or not all(isinstance(each, int | float) for each in widths)):
        return None
    fixed = "courier" in str(view.resolve(entries.get("/BaseFont"))).lower()

    def width(code: int) -> float:
        at = code - first if isinstance(first, int) else -1
        if 0 <= at < len(widths) and isinstance(widths[at], int | float):
            return float(widths[at]) / 1000
        if fixed:
            return 0.6
        return _HELVETICA[code - 32] / 1000 if 32 <= code < 127 else 0.556

    return width


# --- composite fonts ---


def _composite_reader(view: View, entries: dict[str, Value], holder: dict[str, Value]) -> Reader | None:
    encoding = view.resolve(entries.get("/Encoding"))
    codec, ordering, first = _CMAPS.get(encoding, (None, b"", 0)) if isinstance(encoding, str) else (None, b"", 0)
    # 9.7.5.2: a CMap leads into the characters of its own collection, and the font is to have these.
    if not _is_of_collection(view, holder, ordering) or "/CIDToGIDMap" in holder or codec is None:
        return None
    names = (view.resolve(each.get("/BaseFont")) for each in (entries, holder))
    stated = _stated_widths(view, holder)
    if any(PICTURES.search(str(name)) for name in names) or stated is None:
        return None
    widths, usual = stated
    # Which number another letter has its CMap tells: as wide as any may be.
    others = max([usual, *(width for number, width in widths.items() if not 0 <= number - first < _ASCII)])

    def width(letter: str) -> float:
        number = ord(letter) - ord(" ")
        return (widths.get(first + number, usual) if number < _ASCII else others) / 1000

    def read(text: bytes) -> list[Glyph] | None:
        try:
            letters = text.decode(codec)
        except UnicodeDecodeError:
            return None
        return [Glyph(letter, width(letter)) for letter in letters]

    return read


_ASCII = 95
#: 9.7.4.1.
_CID_FONTS = ("/CIDFontType0", "/CIDFontType2")
#: Narrower letters lie upon each other, or run to the left; none is wider than a full one and a half.
_NARROWEST, _WIDEST = 150, 1500


def _is_of_collection(view: View, holder: dict[str, Value], ordering: bytes) -> bool:
    system = view.resolve(holder.get("/CIDSystemInfo"))
    said = [view.resolve(system.get(key)) for key in ("/Registry", "/Ordering")] if isinstance(system, dict) else []
    return said == [b"Adobe", ordering] and view.resolve(holder.get("/Subtype")) in _CID_FONTS


def _stated_widths(view: View, holder: dict[str, Value]) -> tuple[dict[int, float], float] | None:
    """Return the widths by /W and that of all others (9.7.4.3); None where letters would not stand side by side."""
    widths, usual = _widths_by_number(view, holder), view.resolve(holder.get("/DW", 1000))
    every = [*widths.values(), usual] if widths is not None else []
    plain = all(isinstance(each, int | float) and _NARROWEST <= each <= _WIDEST for each in every)
    return (widths, usual) if widths is not None and plain else None


def _mapped_reader(
    view: View, entries: dict[str, Value], holder: dict[str, Value], mapped: dict[bytes, str] | None
) -> Reader | None:
    """Read codes of two bytes by /ToUnicode (9.10.3)."""
    if mapped is None or view.resolve(entries.get("/Encoding")) != "/Identity-H":
        return None
    return _by_two_bytes(mapped, _composite_widths(view, holder))


def _by_two_bytes(mapped: dict[bytes, str], widths: Callable[[int], float]) -> Reader:
    def read(text: bytes) -> list[Glyph] | None:
        codes = [text[at : at + 2] for at in range(0, len(text), 2)]
        if not all(code in mapped for code in codes):
            return None
        return [Glyph(mapped[code], widths(int.from_bytes(code, "big"))) for code in codes]

    return read


def _composite_widths(view: View, holder: dict[str, Value]) -> Callable[[int], float]:
    widths, usual = _widths_by_number(view, holder) or {}, view.resolve(holder.get("/DW", 1000))
    return lambda code: widths.get(code, usual if isinstance(usual, int | float) else 1000) / 1000


def _widths_by_number(view: View, holder: dict[str, Value]) -> dict[int, float] | None:
    """Return the widths of /W (9.7.4.3); None where it is not written as it is to be."""
    widths: dict[int, float] = {}
    found = view.resolve(holder.get("/W"))
    parts = [view.resolve(each) for each in found] if isinstance(found, list) else []
    at = 0
    while at < len(parts):
        first, second, third = [*parts[at : at + 3], None, None][:3]
        if type(first) is not int:
            return None
        if isinstance(second, list):
            values = [view.resolve(each) for each in second]
            if not all(isinstance(value, int | float) for value in values):
                return None
            widths |= {first + n: value for n, value in enumerate(values)}
            at += 2
        elif type(second) is int and isinstance(third, int | float):
            widths |= dict.fromkeys(range(first, min(second, first + _MAX_RANGE) + 1), third)
            at += 3
        else:
            return None
    return widths


# --- fonts that come with the value ---


def _drawn_reader(view: View, reader: Reader, holder: dict[str, Value], *, composite: bool) -> Reader | None:
    """Return a reader that believes a letter only if the glyph looks like it."""
    described = view.resolve(holder.get("/FontDescriptor"))
    programs = [view.resolve(described.get(key)) for key in _PROGRAMS] if isinstance(described, dict) else []
    # Of two programs each viewer takes the one it likes.
    program = programs[1] if programs[0] is None and programs[2] is None else None
    numbers = _glyph_numbers(view, holder) if composite else None
    if (
        not isinstance(program, Stream)
        or (composite and numbers is None)
        or view.resolve(holder.get("/Subtype")) not in ("/TrueType", "/CIDFontType2")
    ):
        return None
    try:
        outlines = Outlines(view.file.decode_stream(program, view))
    except ValueError:
        return None

    @cache
    def is_drawn(code: int, letter: str, width: float) -> bool:
        view.file.meter.check_time()
        number = numbers(code) if numbers is not None else outlines.by_code(code)
        return number is not None and outlines.is_letter(number, letter, width)

    def read(text: bytes) -> list[Glyph] | None:
        glyphs, size = reader(text), 2 if composite else 1
        codes = [int.from_bytes(text[at : at + size], "big") for at in range(0, len(text), size)]
        if glyphs is None:
            return None
        drawn = (is_drawn(code, each.text, each.width) for code, each in zip(codes, glyphs, strict=True))
        return glyphs if all(drawn) else None

    return read


def _glyph_numbers(view: View, holder: dict[str, Value]) -> Callable[[int], int] | None:
    """Return the glyph of a code by /CIDToGIDMap (9.7.4.2); None where that cannot be read."""
    found = view.resolve(holder.get("/CIDToGIDMap"))
    if found in (None, "/Identity"):
        return lambda code: code
    if not isinstance(found, Stream):
        return None
    table = view.file.decode_stream(found, view)
    return lambda code: int.from_bytes(table[2 * code : 2 * code + 2], "big")


# --- ToUnicode ---


def _agreeing_reader(reader: Reader, mapped: dict[bytes, str]) -> Reader:
    """Return a reader that reads only what is also taken out of the file as text (9.10.2)."""
    size = max(map(len, mapped), default=1)

    def read(text: bytes) -> list[Glyph] | None:
        glyphs = reader(text)
        seen = "".join(glyph.text for glyph in glyphs or ())
        codes = [text[at : at + size] for at in range(0, len(text), size)]
        return glyphs if "".join(mapped.get(code, "") for code in codes) == seen else None

    return read


_BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf\1", re.DOTALL)
#: A block that is a remark or a text to whoever reads PostScript, and another map that is used besides.
_ASIDE = re.compile(rb"%[^\r\n]*(?:begin|end)bf|\([^()]*(?:begin|end)bf|usecmap")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")


def _to_unicode(view: View, entries: dict[str, Value]) -> dict[bytes, str] | None:
    """Return what codes say by /ToUnicode (9.10.3); None where there is none, or one that programs read differently."""
    stream = view.resolve(entries.get("/ToUnicode"))
    if not isinstance(stream, Stream) or "/UseCMap" in stream.entries:
        return None
    content = view.file.decode_stream(stream, view)
    if _ASIDE.search(content):
        return None
    mapped: dict[bytes, str] = {}
    for kind, block in _BLOCK.findall(content):
        for code, said in _pairs(block) if kind == b"char" else _ranges(block):
            # Of two meanings of a code some take the first.
            if mapped.setdefault(code, _utf16(said)) != _utf16(said):
                return None
        view.file.meter.check_time()
    return mapped


def _utf16(said: bytes) -> str:
    return said.decode("utf-16-be", "replace")


def _strings(block: bytes) -> list[bytes | str]:
    """Return the strings in hexadecimal, and the brackets between them."""
    found: list[bytes | str] = []
    for match in _HEX.finditer(block):
        digits = b"".join((match[1] or b"").split())
        found.append(
            "[" if match[2] else "]" if match[3] else bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        )
    return found


def _pairs(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    strings = [each for each in _strings(block) if isinstance(each, bytes)]
    return zip(strings[::2], strings[1::2], strict=False)


def _ranges(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    items, at = _strings(block), 0
    while at + 2 < len(items):
        first, last, said = items[at : at + 3]
        if not isinstance(first, bytes) or not isinstance(last, bytes) or len(first) != len(last):
            return
        codes = range(int.from_bytes(first, "big"), min(int.from_bytes(last, "big"), _MAX_RANGE) + 1)
        at += 3
        if said == "[":
            end = items.index("]", at) if "]" in items[at:] else len(items)
            listed = [each for each in items[at:end] if isinstance(each, bytes)]
            yield from ((code.to_bytes(len(first), "big"), each) for code, each in zip(codes, listed, strict=False))
            at = end + 1
        elif isinstance(said, bytes) and said:
            start = int.from_bytes(said, "big")
            for step, code in enumerate(codes):
                yield code.to_bytes(len(first), "big"), (start + step).to_bytes(len(said) + 1, "big")[-len(said) :]
