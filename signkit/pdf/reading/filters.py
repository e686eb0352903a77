"""Decoding streams within bounds (ISO 32000-2 7.4): only what structure and evidence are stored in."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable

from signkit.limits import LimitExceeded, Meter
from signkit.pdf.reading.syntax import SyntaxProblem, Value, hex_string


def decode(raw: bytes, entries: dict[str, Value], meter: Meter) -> bytes:
    """Return the decoded bytes of a stream.  All values of ``entries`` that matter must be direct.

    Raises:
        SyntaxProblem: an unknown filter or broken data.
        LimitExceeded: the decoded stream is larger than the limits allow.
    """
    filters, parameters = entries.get("/Filter"), entries.get("/DecodeParms")
    names = filters if isinstance(filters, list) else [] if filters is None else [filters]
    settings = parameters if isinstance(parameters, list) else [parameters] * len(names)
    if len(names) > 8:
        raise SyntaxProblem("too many filters")
    for index, name in enumerate(names):
        step = _FILTERS.get(name) if isinstance(name, str) else None
        if step is None:
            raise SyntaxProblem(f"filter {name!r} is not decoded")
        raw = step(raw, meter)
        own = settings[index] if index < len(settings) else None
        if isinstance(own, dict):
            raw = _undo_predictor(raw, own)
        meter.add_decoded(len(raw))
    return raw


def _flate(raw: bytes, meter: Meter) -> bytes:
    limit = meter.limits.decoded_bytes
    decoder = zlib.decompressobj()
    try:
        data = decoder.decompress(raw, limit + 1)
    except zlib.error as error:
        raise SyntaxProblem(f"flate: {error}") from error
    if len(data) > limit:
        raise LimitExceeded("bytes in a decoded stream", limit)
    return data


def _ascii_hex(raw: bytes, _meter: Meter) -> bytes:
    return hex_string(raw.split(b">")[0])


def _ascii85(raw: bytes, _meter: Meter) -> bytes:
    try:
        return base64.a85decode(re.sub(rb"\s+", b"", raw).split(b"~>")[0])
    except (ValueError, binascii.Error) as error:
        raise SyntaxProblem(f"ascii85: {error}") from error


def _decrypted(raw: bytes, _meter: Meter) -> bytes:
    """``/Crypt`` (7.4.10): what it says of the stream's encryption was done when the object was read."""
    return raw


_FILTERS: dict[str, Callable[[bytes, Meter], bytes]] = {
    "/Crypt": _decrypted,
    "/FlateDecode": _flate,
    "/Fl": _flate,
    "/ASCIIHexDecode": _ascii_hex,
    "/AHx": _ascii_hex,
    "/ASCII85Decode": _ascii85,
    "/A85": _ascii85,
}


def _undo_predictor(data: bytes, settings: dict[str, Value]) -> bytes:
    """PNG predictors (7.4.4.4); the others do not occur in structure."""
    predictor = settings.get("/Predictor", 1)
    if predictor == 1:
        return data
    columns, colors, bits = (settings.get(k, d) for k, d in (("/Columns", 1), ("/Colors", 1), ("/BitsPerComponent", 8)))
    sizes_known = all(isinstance(n, int) and 0 < n < 1 << 16 for n in (columns, colors, bits))
    if not sizes_known or not isinstance(predictor, int) or predictor < 10:
        raise SyntaxProblem("predictor is not decoded")
    width = (columns * colors * bits + 7) // 8
    step = max(1, colors * bits // 8)
    previous, rows = bytearray(width), []
    for start in range(0, len(data) - width, width + 1):
        row = bytearray(data[start + 1 : start + 1 + width])
        _undo_row(data[start], row, previous, step)
        rows.append(bytes(row))
        previous = row
    return b"".join(rows)


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
    return min((left, up, corner), key=lambda value: abs(guess - value))
