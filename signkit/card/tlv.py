"""The DER and BER objects on the card: tags of one or two bytes, definite lengths (X.690 8.1)."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors import CardAnswerInvalid

#: No object on the card is larger; what claims to be is not read.
MAX_OBJECT = 8192

_FILLER = (0x00, 0xFF)


@dataclass(frozen=True)
class Object:
    """One object: its tag, its value, and itself as written."""

    tag: int
    value: bytes
    raw: bytes


def encode(tag: int, value: bytes) -> bytes:
    """Return an object as written."""
    size = len(value)
    # X.690 8.1.3: short form up to 127, then one or two length octets.
    octets = b"" if size < 0x80 else b"\x81" if size <= 0xFF else b"\x82"
    return tag.to_bytes(2 if tag > 0xFF else 1, "big") + octets + size.to_bytes(2 if size > 0xFF else 1, "big") + value


def object_size(head: bytes | bytearray, step: str) -> int:
    """Return the whole size of the object that ``head`` begins with; ``step`` is for the error.

    Raises:
        CardAnswerInvalid: no object, or larger than MAX_OBJECT.
    """
    header, length = _header(head, step)
    return header + length


def only_object(data: bytes, tag: int, step: str) -> bytes:
    """Return the value of the one object that ``data`` begins with.

    Raises:
        CardAnswerInvalid: another tag, or cut off.
    """
    size = object_size(data, step)
    header = size - _header(data, step)[1]
    if _tag(data) != tag or len(data) < size:
        raise CardAnswerInvalid(step, f"no object {tag:X}")
    return data[header:size]


def objects(data: bytes, step: str) -> dict[int, Object]:
    """Return the objects that follow one another in ``data``, by tag, up to filler or the end.

    Raises:
        CardAnswerInvalid: one is cut off, or comes twice.
    """
    found: dict[int, Object] = {}
    position = 0
    while position < len(data) and not _is_filler(data, position):
        header, length = _header(data[position : position + 8], step)
        raw = data[position : position + header + length]
        tag = _tag(raw)
        # A tag that comes twice: one reader takes the first, another the last.
        if len(raw) < header + length or tag in found:
            raise CardAnswerInvalid(step, f"object {tag:X}")
        found[tag] = Object(tag, raw[header:], raw)
        position += len(raw)
    return found


def pick(found: dict[int, Object], tag: int, step: str) -> Object:
    """Return the object with ``tag``.

    Raises:
        CardAnswerInvalid: it is missing.
    """
    if tag not in found:
        raise CardAnswerInvalid(step, f"no object {tag:X}")
    return found[tag]


def _is_filler(data: bytes, position: int) -> bool:
    # Cards fill their files up with 00 or FF behind the last object.
    return data[position] in _FILLER and not data[position + 1 : position + 2].strip(b"\x00\xff")


def _header(head: bytes | bytearray, step: str) -> tuple[int, int]:
    start = _tag_size(head)
    if len(head) <= start or head[0] == 0x00:
        raise CardAnswerInvalid(step, "no object")
    first = head[start]
    extra = first & 0x7F if first & 0x80 else 0
    if first == 0x80 or extra > 2 or len(head) < start + 1 + extra:
        # X.690 8.1.3: no indefinite length, and no object of more than two length octets on this card.
        raise CardAnswerInvalid(step, "no object")
    length = int.from_bytes(head[start + 1 : start + 1 + extra], "big") if extra else first
    if (size := start + 1 + extra + length) > MAX_OBJECT:
        raise CardAnswerInvalid(step, f"{size} bytes")
    return start + 1 + extra, length


def _tag(head: bytes | bytearray) -> int:
    return int.from_bytes(head[: _tag_size(head)], "big")


def _tag_size(head: bytes | bytearray) -> int:
    # X.690 8.1.2.4: a tag number of 31 or more goes on in the next byte.
    return 2 if head and head[0] & 0x1F == 0x1F else 1
