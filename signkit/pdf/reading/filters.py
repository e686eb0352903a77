"""Decoding streams within bounds (ISO 32000-2 7.4): only what structure and evidence are stored in."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable

from signkit.limits import LimitExceeded, Meter
from signkit.pdf.reading.syntax import DUPLICATE, WHITESPACE, SyntaxProblem, Value, hex_string


def decode(raw: bytes, entries: dict[str, Value], meter: Meter) -> bytes:
    """Return the decoded bytes of a stream.  All values of ``entries`` that matter must be direct.

    What viewers mend, each in its own way, is an error here: they would show different bytes.

    Raises:
        SyntaxProblem: an unknown filter or broken data.
        LimitExceeded: the decoded stream is larger than the limits allow.
    """
    data, flaw = decode_leniently(raw, entries, meter)
    if flaw is not None:
        raise SyntaxProblem(flaw)
    return data


def decode_leniently(raw: bytes, entries: dict[str, Value], meter: Meter) -> tuple[bytes, str | None]:
    """As :func:`decode`, but what viewers mend is mended, and the second item says what that was.

    Raises:
        SyntaxProblem: an unknown filter, or data that cannot be mended.
        LimitExceeded: the decoded stream is larger than the limits allow.
    """
    names, settings, flaw = _steps(entries)
    # Two filters are usual; chains are made to unpack a little into a lot.
    if len(names) > 8:
        raise SyntaxProblem("too many filters")
    for name, own in zip(names, settings, strict=True):
        step = _FILTERS.get(name) if isinstance(name, str) else None
        if step is None:
            raise SyntaxProblem(f"filter {name!r} is not decoded")
        raw, found = step(raw, meter)
        flaw = flaw or found
        if isinstance(own, dict) and name in ("/FlateDecode", "/Fl"):
            raw, found = _undo_predictor(raw, own, meter)
            flaw = flaw or found
        meter.add_decoded(len(raw))
    return raw, flaw


#: Entries that some readers take for /Filter and /DecodeParms of any stream, as inline images abbreviate them (8.9.7),
#: and those of a stream whose bytes are in another file (table 5).
_OTHER_CODING = ("/F", "/DP", "/FFilter", "/FDecodeParms")


def _steps(entries: dict[str, Value]) -> tuple[list[Value], list[Value], str | None]:
    """Return the filters, the parameters of each, and what readers take differently about them."""
    filters, parameters = entries.get("/Filter"), entries.get("/DecodeParms")
    names = filters if isinstance(filters, list) else [] if filters is None else [filters]
    # Table 5: with several filters /DecodeParms is an array of as many, null where one has none.
    if isinstance(filters, list) and isinstance(parameters, list):
        settings = [*parameters[: len(names)], *[None] * (len(names) - len(parameters))]
        flaw = "parameters" if len(parameters) != len(names) else None
    elif isinstance(parameters, list):
        settings, flaw = [*parameters[: len(names)], *[None] * (len(names) - len(parameters))], "parameters"
    else:
        settings = [parameters] * len(names)
        # A list of filters has a list of parameters; beside one filter in a list viewers pass a dictionary over.
        flaw = "parameters" if parameters and isinstance(filters, list) else None
    if any(not isinstance(own, dict) and own is not None for own in settings):
        flaw = "parameters"
    for name, own in zip(names, settings, strict=True):
        other = isinstance(own, dict) and "/Predictor" in own and name not in ("/FlateDecode", "/Fl")
        if other or (isinstance(own, dict) and DUPLICATE in own):
            flaw = "parameters"
    if any(key in entries for key in _OTHER_CODING) or any(name in _SHORT for name in names if isinstance(name, str)):
        flaw = "abbreviated or external"
    return names, settings, flaw


_LINE_ENDS = (b"", b"\n", b"\r\n", b"\r")


def _flate(raw: bytes, meter: Meter) -> tuple[bytes, str | None]:
    limit = meter.limits.decoded_bytes
    decoder = zlib.decompressobj()
    try:
        # One byte beyond the limit tells that it is exceeded; nothing more is unpacked.
        data = decoder.decompress(raw, limit + 1)
    except zlib.error as error:
        raise SyntaxProblem(f"flate: {error}") from error
    if len(data) > limit:
        raise LimitExceeded("bytes in a decoded stream", limit)
    # 7.4.4.1: zlib ends with a checksum; some viewers show what came before a cut, others nothing.  No bytes at all are
    # nothing to both (qpdf says so of what is empty).
    if not decoder.eof:
        return data, "flate: cut short" if raw else None
    return data, None if decoder.unused_data in _LINE_ENDS else "flate: bytes behind its end"


def _ascii_hex(raw: bytes, _meter: Meter) -> tuple[bytes, str | None]:
    # 7.4.2: > ends the data.
    digits, end, rest = raw.partition(b">")
    plain = end and not rest.strip(WHITESPACE) and _HEX_DIGITS.fullmatch(digits)
    return hex_string(digits), None if plain else "hexadecimal: not digits alone"


#: Of white space only what all viewers pass over: a NUL counts as a digit for some, and ends the data for others.
_HEX_DIGITS = re.compile(rb"(?:[\t\n\r ]*+[0-9A-Fa-f][\t\n\r ]*+[0-9A-Fa-f])*+[\t\n\r ]*+")


def _ascii85(raw: bytes, _meter: Meter) -> tuple[bytes, str | None]:
    # 7.4.3: white space is skipped, ~> ends the data.
    digits, end, rest = re.sub(rb"[\0\t\n\x0c\r ]++", b"", raw).partition(b"~>")
    try:
        data = base64.a85decode(digits)
    except (ValueError, binascii.Error) as error:
        raise SyntaxProblem(f"ascii85: {error}") from error
    if b"\0" in raw or b"\x0c" in raw:  # white space for some, the end for PDFium
        return data, "ascii85: its white space"
    return data, None if end and not rest and _ends_plainly(digits, data) else "ascii85: its end"


def _ends_plainly(digits: bytes, data: bytes) -> bool:
    """Whether a last group of fewer than five characters is as an encoder writes it (7.4.3); others viewers pad."""
    left = len(digits.replace(b"z", b"!!!!!")) % 5
    return left == 0 or (left > 1 and base64.a85encode(data[1 - left :]) == digits[-left:])


def _decrypt(raw: bytes, _meter: Meter) -> tuple[bytes, str | None]:
    """``/Crypt`` (7.4.10): what it says of the stream's encryption was done when the object was read."""
    return raw, None


_FILTERS: dict[str, Callable[[bytes, Meter], tuple[bytes, str | None]]] = {
    "/Crypt": _decrypt,
    "/FlateDecode": _flate,
    "/Fl": _flate,
    "/ASCIIHexDecode": _ascii_hex,
    "/AHx": _ascii_hex,
    "/ASCII85Decode": _ascii85,
    "/A85": _ascii85,
}
#: Names that are for inline images; not every reader knows them elsewhere.
_SHORT = {"/Fl", "/AHx", "/A85"}


def _undo_predictor(data: bytes, settings: dict[str, Value], meter: Meter) -> tuple[bytes, str | None]:
    """PNG predictors (7.4.4.4); the others do not occur in structure."""
    predictor = settings.get("/Predictor", 1)
    if predictor == 1:
        return data, None
    columns, colors, bits = (settings.get(k, d) for k, d in (("/Columns", 1), ("/Colors", 1), ("/BitsPerComponent", 8)))
    # Beyond what pictures have, viewers make rows of another width, each of its own.
    sizes_known = all(type(n) is int for n in (columns, colors, bits)) and 0 < columns < 1 << 16
    sizes_known = sizes_known and 0 < colors <= _MOST_COLOURS and bits in (1, 2, 4, 8, 16)
    # Table 10: 10 to 15 are the PNG filters.
    if not sizes_known or type(predictor) is not int or not 10 <= predictor <= 15:
        raise SyntaxProblem("predictor is not decoded")
    # ISO/IEC 15948 9: bits are packed to whole bytes a row, and the pixel on the left is so many bytes away.
    width = (columns * colors * bits + 7) // 8
    step = max(1, colors * bits // 8)
    previous, rows = bytearray(width), []
    for start in range(0, len(data) - width, width + 1):
        row = bytearray(data[start + 1 : start + 1 + width])
        # 7.4.4.4: the tag before each row decides, not the number in /Predictor.
        _undo_row(data[start], row, previous, step)
        rows.append(bytes(row))
        previous = row
        if len(rows) & _ROWS_UNWATCHED == 0:
            meter.check_time()
    return b"".join(rows), "predictor: a row cut short" if len(data) % (width + 1) else None


_ROWS_UNWATCHED = 0xFFF
_MOST_COLOURS = 4


def _undo_row(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    if kind == 2:
        row[:] = bytes((a + b) & 0xFF for a, b in zip(row, above, strict=True))
        return
    if kind not in (0, 1, 3, 4):
        raise SyntaxProblem(f"predictor row {kind}")
    for i in range(len(row) if kind else 0):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        row[i] = (row[i] + _prediction(kind, left, above[i], corner)) & 0xFF


def _prediction(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    # ISO/IEC 15948 9.4: of equal distances left comes first, then up, then corner.
    return min((left, up, corner), key=lambda value: abs(guess - value))
