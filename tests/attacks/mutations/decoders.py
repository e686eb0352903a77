"""Streams whose filters one decoder takes more kindly than another: contents, looks, containers, cross-references."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable

from tests.attacks import syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.syntax import Entries, reference
from tests.attacks.writer import Packed

DECODERS = "decoders"
Coded = tuple[bytes, Entries]
Coding = Callable[[Attack, bytes, bytes], Coded]
"""Codes a content oddly; what else might be read there is given too, for codings that hold both."""


def _said(filters: bytes, parameters: bytes | None = None) -> Entries:
    return {b"/Filter": filters} | ({b"/DecodeParms": parameters} if parameters else {})


def _broken(content: bytes, at: int, junk: bytes) -> bytes:
    return content[:at] + junk + content[at:]


def flate(attack: Attack, content: bytes, other: bytes) -> Coded:
    raw = zlib.compress(content)
    bare = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = bare.compress(content) + bare.flush()
    ways = (
        raw[:-4], raw[:-2] + b"\0\0", raw[:-12], deflated, b"\0" + raw, raw + b"junk" * 9, raw + zlib.compress(other),
        b"\x78\x9d" + raw[2:], b"\n" + raw, raw[: len(raw) // 2], _broken(raw, len(raw) // 2, b"\xff"),
    )  # fmt: skip
    return attack.choose(*ways), _said(attack.choose(b"/FlateDecode", b"/Fl", b"[/FlateDecode]"))


def _rows(content: bytes, columns: int) -> bytes:
    """Split a content into rows of a PNG predictor that changes nothing; the last row may be short."""
    return b"".join(b"\0" + content[at : at + columns] for at in range(0, len(content), columns))


def predictor(attack: Attack, content: bytes, other: bytes) -> Coded:
    columns = attack.choose(1, 4, 7, 40, max(2, len(content) - 5))
    rows = _rows(content, columns)
    ways = (rows, rows, rows[:-1], rows + b"\0x", b"\x07" + rows[1:], b"\x05" + rows[1:], rows + other)
    parameters = (
        b"<< /Predictor 12 /Columns %d >>", b"<< /Predictor 15 /Columns %d >>", b"[<< /Predictor 10 /Columns %d >>]",
        b"<< /Predictor 12 /Columns %d /Colors 1 /BitsPerComponent 16 >>", b"<< /Predictor 99 /Columns %d >>",
        b"<< /Predictor 12.0 /Columns %d >>", b"<< /Predictor 11 /Columns %d.0 >>",
        b"<< /Predictor 14 /Columns %d /Colors 0 >>",
    )  # fmt: skip
    names = attack.choose(b"/FlateDecode", b"[/FlateDecode]")
    return zlib.compress(attack.choose(*ways)), _said(names, attack.choose(*parameters) % columns)


def predictor_of_odd_rows(attack: Attack, content: bytes, other: bytes) -> Coded:
    """Rows of so many colours, or bits, that each viewer has a bound of its own; each a sum of those above."""
    colours, bits = attack.choose((33, 8), (100, 8), (4, 3), (1, 5), (1, 24), (1, 32), (5, 16))
    width = (colours * bits + 7) // 8
    content = content.ljust(-(-len(content) // width) * width)
    rows, above = b"", bytes(width)
    for at in range(0, len(content), width):
        row = content[at : at + width]
        rows += b"\2" + bytes((one - other) & 0xFF for one, other in zip(row, above, strict=True))
        above = row
    said = b"<< /Predictor 12 /Colors %d /BitsPerComponent %d /Columns 1 >>" % (colours, bits)
    return zlib.compress(rows), _said(b"/FlateDecode", said)


def predictor_of_tiff(attack: Attack, content: bytes, other: bytes) -> Coded:
    parameters = (
        b"<< /Predictor 2 >>",
        b"<< /Predictor 2 /Columns 0 >>",
        b"<< /Predictor 1 /Columns 5 >>",
        b"<< /Predictor 3 >>",
    )
    return zlib.compress(content), _said(b"/FlateDecode", attack.choose(*parameters))


def hexadecimal(attack: Attack, content: bytes, other: bytes) -> Coded:
    code, second = content.hex().encode(), other.hex().encode()
    half = len(code) // 2 & ~1
    ways = (
        code + b">", code, _broken(code, half, b"zz") + b">", code + b"> 41", code[:-1] + b">", b"<" + code + b">",
        _broken(code, half, b">"), _broken(code, half,
        b"%x\n"), code + b">" + second + b">", code + b"zz" + second + b">",
        _broken(code, half, b"\x0b"), _broken(code, half, b"\0") + b">", _broken(code, half, b"\x0c") + b">",
    )  # fmt: skip
    return attack.choose(*ways), _said(attack.choose(b"/ASCIIHexDecode", b"/AHx", b"/ASCIIHexDecode#00"))


def base_85(attack: Attack, content: bytes, other: bytes) -> Coded:
    code, second = base64.a85encode(content), base64.a85encode(other)
    half = len(code) // 10 * 5
    ways = (
        code + b"~>", code, b"<~" + code + b"~>", code + b"~", _broken(code, half, b"\x7f") + b"~>", code + b"!~>",
        _broken(code, half, b"~>"), _broken(code, half, b"vvvvv") + b"~>", code + b"~>" + second + b"~>",
        _broken(code, half, b"\x0b") + b"~>", code + b"~ >" + second, _broken(code, half, b"\0") + b"~>",
        _broken(code, half, b"\x0c") + b"~>",
    )  # fmt: skip
    return attack.choose(*ways), _said(attack.choose(b"/ASCII85Decode", b"/A85"))


def run_length(attack: Attack, content: bytes, other: bytes) -> Coded:
    parts = (content[at : at + 100] for at in range(0, len(content), 100))
    code = b"".join(bytes([len(part) - 1]) + part for part in parts)
    ways = (code + b"\x80", code, code[:-3], code + b"\x80" + other, code + b"\xff", code[:-3] + b"\x80")
    return attack.choose(*ways), _said(attack.choose(b"/RunLengthDecode", b"/RL"))


def lzw(attack: Attack, content: bytes, other: bytes) -> Coded:
    codes = [256]
    for at in range(0, len(content), 200):
        codes += [*content[at : at + 200], 256]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    bits = bits.ljust(-(-len(bits) // 8) * 8, "0")
    raw = int(bits, 2).to_bytes(len(bits) // 8, "big")
    parameters = attack.choose(
        None, b"<< /EarlyChange 0 >>", b"<< /EarlyChange 1 >>", b"<< /Predictor 1 >>", b"<< /EarlyChange 2 >>"
    )
    return attack.choose(raw, raw[:-2], raw + b"xx", raw[:-9]), _said(attack.choose(b"/LZWDecode", b"/LZW"), parameters)


def filter_unknown(attack: Attack, content: bytes, other: bytes) -> Coded:
    names = (
        b"/XX", b"/flatedecode", b"null", b"[]", b"[null]", b"(FlateDecode)", b"/JPXDecode", b"/Crypt", b"/Standard",
        b"[/Crypt]", b"[[]]", b"/DCTDecode",
    )  # fmt: skip
    return content, _said(attack.choose(*names), attack.choose(None, b"null", b"<< /Name /Identity >>", b"[]"))


def filters_in_a_row(attack: Attack, content: bytes, other: bytes) -> Coded:
    raw = zlib.compress(content).hex().encode() + b">"
    names = (
        b"[/ASCIIHexDecode /FlateDecode]", b"[/AHx /Fl]", b"[/AHx null /Fl]", b"[/Crypt /ASCIIHexDecode /FlateDecode]",
        b"[/AHx /Fl /XX]", b"[/AHx /FlateDecode 4]",
    )  # fmt: skip
    return raw, _said(attack.choose(*names), attack.choose(None, b"[null null]", b"[<< /Predictor 1 >> null]"))


_CODINGS: tuple[Coding, ...] = (
    flate, predictor, predictor_of_odd_rows, predictor_of_tiff, hexadecimal, base_85, run_length, lzw, filter_unknown,
    filters_in_a_row,
)  # fmt: skip


def _content(attack: Attack) -> tuple[int, bytes, bytes]:
    """Return a content's number, what is to be coded and what not: the content as it was, or other words."""
    number, evil = attack.evil_content()[0]
    pair = [syntax.data(evil) or b"", syntax.decoded(attack.doc.body(number)) or b""]
    attack.random.shuffle(pair)
    return number, pair[0], pair[1]


def _of_contents(coding: Coding) -> Callable[[Attack], None]:
    def coded(attack: Attack) -> None:
        number, content, other = _content(attack)
        raw, said = coding(attack, content, other)
        attack.put(number, syntax.stream(said, raw))

    coded.__name__ = coding.__name__
    return coded


for _coding in _CODINGS:
    mutation(DECODERS, weight=2)(_of_contents(_coding))


@mutation(DECODERS)
def container_coded_oddly(attack: Attack) -> None:
    """An object stream that some readers decode and others do not, or not whole."""
    if attack.base.crypt is not None:
        raise Absent("object streams in the clear")
    page = attack.page()
    honest, evil = attack.body(page), syntax.with_entries(attack.body(page), {b"/Rotate": b"180"})
    texts = []
    for body in (honest, evil) if attack.choose(True, False) else (evil, honest):
        packed = Packed(0, [(page, body)], deflate=False)
        texts.append(syntax.data(packed.body()) or b"")
    raw, said = attack.random.choice(_CODINGS)(attack, *texts)
    number = attack.new()
    first = len(b"%d 0 " % page)
    attack.put(number, syntax.stream({b"/Type": b"/ObjStm", b"/N": b"1", b"/First": b"%d" % first} | said, raw))
    attack.revision.table.extra_rows[page] = (2, number, 0)
    attack.revision.table.stream = attack.choose(True, False)


@mutation(DECODERS)
def table_coded_oddly(attack: Attack) -> None:
    """A cross-reference stream, likewise."""
    attack.plant()
    table, coding = attack.revision.table, attack.random.choice(_CODINGS)
    table.stream = True
    table.coding = lambda raw: coding(attack, raw, raw[::-1])


@mutation(DECODERS)
def looks_coded_oddly(attack: Attack) -> None:
    """The looks of a field without a signature, which draw for those only who can decode them."""
    content = b"0.9 0 0 rg 0 0 100 30 re f"
    raw, said = attack.random.choice(_CODINGS)(attack, content, b"n ")
    told = {b"/Type": b"/XObject", b"/Subtype": b"/Form", b"/BBox": b"[0 0 100 30]"}
    looks = attack.add(syntax.stream(told | said, raw))
    box = attack.choose(b"[10 100 110 130]", b"[100 40 190 66]")
    field = b"<< /FT /Sig /T (odd) /Type /Annot /Subtype /Widget /F 4 /Rect " + box + b" /AP << /N %d 0 R >> >>" % looks
    number = attack.add(field)
    attack.append(attack.page(), b"/Annots", reference(number))
    attack.append(attack.doc.form, b"/Fields", reference(number))


@mutation(DECODERS)
def filter_by_reference(attack: Attack) -> None:
    number, content, _ = _content(attack)
    name = attack.add(attack.choose(b"/FlateDecode", b"[/FlateDecode]", b"null"))
    said = _said(attack.choose(reference(name), b"[%d 0 R]" % name))
    attack.put(number, syntax.stream(said, zlib.compress(content)))


@mutation(DECODERS)
def filter_said_otherwise(attack: Attack) -> None:
    """Entries that an external file or an inline image have."""
    number, content, _ = _content(attack)
    key = attack.choose(b"/F", b"/FFilter", b"/DP", b"/FDecodeParms", b"/DL")
    values = {b"/F": attack.choose(b"(other)", b"/Fl"), b"/DL": b"3"}
    attack.put(number, syntax.stream({key: values.get(key, b"/FlateDecode")}, content))


@mutation(DECODERS)
def picture_by_another_filter(attack: Attack) -> None:
    found = attack.doc.resource(attack.page(), b"/XObject")
    if not found:
        raise Absent("pictures")
    number = found[0]
    told = {
        key: value
        for key, value in attack.entries(number).items()
        if key not in (b"/Filter", b"/DecodeParms", b"/Length")
    }
    attack.put(
        number,
        syntax.stream(
            told | {b"/Filter": b"/ASCIIHexDecode"}, attack.choose(b"00" * 144, b"FF" * 60, b"0g" * 144, b"") + b">"
        ),
    )
