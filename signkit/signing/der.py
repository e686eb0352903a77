"""Putting DER together from parts that are DER already (ITU-T X.690 8.1, 10.1, 11.6)."""

from __future__ import annotations

from collections.abc import Iterable

SEQUENCE = 0x30
SET = 0x31
OCTET_STRING = 0x04


def explicit(number: int) -> int:
    """Return the tag of a constructed, context-specific element ``[number]``."""
    return 0xA0 | number


def element(tag: int, *parts: bytes) -> bytes:
    """Return one element with the given one-byte tag, whose content is ``parts`` in this order."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def set_of(members: Iterable[bytes], tag: int = SET) -> bytes:
    """Return a SET OF, whose members DER wants sorted by their encodings."""
    return element(tag, *sorted(members))
