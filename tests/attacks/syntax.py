"""Just enough of PDF's syntax to take an object apart and to put it together wrongly; shares nothing with SignKit."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache

Entries = dict[bytes, bytes]

_SPACE = b"\0\t\n\x0c\r "
_GAP = re.compile(rb"(?:[\0\t\n\x0c\r ]|%[^\r\n]*)*")
_REGULAR = re.compile(rb"[^\0\t\n\x0c\r ()<>\[\]{}/%]+")
_REFERENCE = re.compile(rb"(\d+)[\0\t\n\x0c\r ]+(\d+)[\0\t\n\x0c\r ]+R(?![A-Za-z0-9])")
_STREAM = re.compile(rb"[\0\t\n\x0c\r ]*stream\r?\n")
_DEFINITION = re.compile(rb"(?<![0-9])(\d+)[ \r\n]+(\d+)[ \r\n]+obj\b")


def value_end(text: bytes, at: int) -> int:
    """Return where the value that begins at ``at`` ends; a reference is one value."""
    if text.startswith(b"<<", at):
        return _group_end(text, at + 2, b">>")
    if text.startswith(b"[", at):
        return _group_end(text, at + 1, b"]")
    if text.startswith(b"(", at):
        return _string_end(text, at)
    if text.startswith(b"<", at):
        return text.index(b">", at) + 1
    if text.startswith(b"/", at):
        name = _REGULAR.match(text, at + 1)
        return name.end() if name else at + 1
    found = _REFERENCE.match(text, at) or _REGULAR.match(text, at)
    return found.end() if found else at + 1


def _gap_end(text: bytes, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _group_end(text: bytes, at: int, closing: bytes) -> int:
    at = _gap_end(text, at)
    while not text.startswith(closing, at):
        if at >= len(text):
            raise ValueError("no end")
        at = _gap_end(text, value_end(text, at))
    return at + len(closing)


def _string_end(text: bytes, at: int) -> int:
    depth = 0
    while True:
        byte = text[at : at + 1]
        depth += (byte == b"(") - (byte == b")")
        at += 2 if byte == b"\\" else 1
        if depth == 0 or at >= len(text):
            return at


def items(array: bytes) -> list[bytes]:
    """Return the raw values of an array."""
    found, at = [], _gap_end(array, 1)
    while at < len(array) - 1:
        end = value_end(array, at)
        found.append(array[at:end])
        at = _gap_end(array, end)
    return found


def entries(body: bytes) -> Entries:
    """Return the raw values of a dictionary, or of a stream's dictionary, by key."""
    return dict(_entries(body)) if body.startswith(b"<<") else {}


#: Files that follow one another consist of the same objects: each is taken apart once.
@lru_cache(maxsize=1 << 14)
def _entries(body: bytes) -> Entries:
    found: Entries = {}
    at = _gap_end(body, 2)
    while not body.startswith(b">>", at) and at < len(body):
        key = body[at : value_end(body, at)]
        start = _gap_end(body, at + len(key))
        end = value_end(body, start)
        found[key] = body[start:end]
        at = _gap_end(body, end)
    return found


def data(body: bytes) -> bytes | None:
    """Return a stream's bytes as they stand, or None."""
    if not body.startswith(b"<<"):
        return None
    found = _STREAM.match(body, value_end(body, 0))
    if found is None:
        return None
    end = body.rindex(b"endstream")
    return body[found.end() : end - (2 if body[end - 2 : end] == b"\r\n" else 1)]


def decoded(body: bytes) -> bytes | None:
    """Return a stream's bytes, inflated where its only filter is Flate; None for another filter or no stream."""
    raw, filters = data(body), entries(body).get(b"/Filter")
    if raw is None or filters is None:
        return raw
    if filters.strip(b"[ ]") != b"/FlateDecode" or b"/DecodeParms" in entries(body):
        return None
    try:
        return zlib.decompressobj().decompress(raw)
    except zlib.error:
        return None


def dictionary(of: Entries) -> bytes:
    """Write a dictionary."""
    return b"<< " + b" ".join(key + b" " + value for key, value in of.items()) + b" >>"


def stream(of: Entries, raw: bytes) -> bytes:
    """Write a stream; /Length is right unless it is given."""
    return dictionary({b"/Length": b"%d" % len(raw)} | of) + b"\nstream\n" + raw + b"\nendstream"


def with_entries(body: bytes, changed: Entries, without: tuple[bytes, ...] = ()) -> bytes:
    """Return the object with other entries."""
    found = {key: value for key, value in entries(body).items() if key not in without} | changed
    raw = data(body)
    return dictionary(found) if raw is None else stream(found, raw)


def number_of(reference: bytes | None) -> int | None:
    """Return the object number of a reference, None for anything else."""
    found = _REFERENCE.fullmatch(reference or b"")
    return int(found[1]) if found else None


def reference(number: int) -> bytes:
    return b"%d 0 R" % number


def map_strings(body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return a body whose strings outside of streams went through ``change``, written in hexadecimal."""
    end = value_end(body, 0)
    written, at = [], 0
    for found in re.finditer(rb"<<|\(|<", body[:end]):
        if found.start() < at or found[0] == b"<<":
            continue
        stop = value_end(body, found.start())
        raw = body[found.start() : stop]
        plain = unescaped(raw[1:-1]) if raw[:1] == b"(" else bytes.fromhex(raw[1:-1].decode())
        written += [body[at : found.start()], b"<" + change(plain).hex().encode() + b">"]
        at = stop
    return b"".join(written) + body[at:]


def unescaped(text: bytes) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", text, flags=re.DOTALL)


def scan(
    pdf: bytes, decrypt: Callable[[int, bytes], bytes] | None = None, hidden: Iterable[bytes] = ()
) -> dict[int, bytes]:
    """Return the last definition of every object, those in object streams too; streams are stepped over.

    Args:
        pdf: the whole file.
        decrypt: makes an encrypted body plain.
        hidden: bodies that are not definitions though they look so.
    """
    found: dict[int, bytes] = {}
    ignored = {_joined(body) for body in hidden}
    at = 0
    while match := _DEFINITION.search(pdf, at):
        start = _gap_end(pdf, match.end())
        at = _object_end(pdf, start)
        body = pdf[start:at].strip(_SPACE)
        if _joined(body) in ignored:
            continue
        number = int(match[1])
        found[number] = decrypt(number, body) if decrypt else body
        if entries(body).get(b"/Type") == b"/ObjStm" and number:
            found |= {of: item for of, item in _members(body).items() if _joined(item) not in ignored}
    return found


def _joined(body: bytes) -> bytes:
    return b" ".join(body.split())


def _object_end(pdf: bytes, start: int) -> int:
    """Return where ``endobj`` stands, behind a stream whose direct /Length is right."""
    end = pdf.find(b"endobj", start)
    end = len(pdf) if end < 0 else end
    if not pdf.startswith(b"<<", start):
        return end
    try:
        stop = start + (_first_end(pdf[start:end]) or value_end(pdf[start:], 0))
    except (ValueError, RecursionError):
        return end
    opening = _STREAM.match(pdf, stop)
    length = entries(pdf[start:stop]).get(b"/Length", b"")
    if opening is None or not length.isdigit():
        return max(end, pdf.find(b"endobj", stop))
    behind = opening.end() + int(length)
    return pdf.find(b"endobj", behind) if pdf[behind : behind + 12].lstrip(_SPACE).startswith(b"endstream") else end


@lru_cache(maxsize=1 << 14)
def _first_end(text: bytes) -> int | None:
    """Return where the dictionary ends with which the text begins, None where it does not."""
    try:
        return value_end(text, 0)
    except ValueError:
        return None


def _members(container: bytes) -> dict[int, bytes]:
    inside, said = decoded(container), entries(container)
    if inside is None:
        return {}
    first = int(said[b"/First"])
    numbers = [int(word) for word in inside[:first].split()]
    starts = [*numbers[1::2], len(inside) - first]
    return {
        number: inside[first + start : first + stop].strip(_SPACE)
        for number, start, stop in zip(numbers[::2], starts, starts[1:], strict=False)
    }
