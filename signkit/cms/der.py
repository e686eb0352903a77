"""Putting DER together from parts that are DER already, and taking it apart again (ITU-T X.690 8.1, 10.1, 11.6)."""

from __future__ import annotations

from collections.abc import Iterable

SEQUENCE = 0x30
SET = 0x31
OCTET_STRING = 0x04
_CONSTRUCTED = 0x20
# A certificate has about fifteen levels; recursion is bounded before Python's own bound.
_MAX_DEPTH = 60


class DerProblem(ValueError):
    """These bytes are not the DER that was expected."""


def explicit(number: int) -> int:
    """Return the tag of a constructed, context-specific element ``[number]``."""
    return 0xA0 | number


def header(tag: int, size: int) -> bytes:
    """Return a one-byte tag and the length of ``size`` bytes of content that follow."""
    # The short form up to 127 (X.690 8.1.3.4); DER wants it there (10.1).
    if size < 0x80:
        return bytes((tag, size))
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length


def element(tag: int, *parts: bytes) -> bytes:
    """Return one element with the given one-byte tag, whose content is ``parts`` in this order."""
    content = b"".join(parts)
    return header(tag, len(content)) + content


def set_of(members: Iterable[bytes], tag: int = SET) -> bytes:
    """Return a SET OF, whose members DER wants sorted by their encodings."""
    return element(tag, *sorted(members))


def contents(der: bytes) -> bytes:
    """Return what is inside one element, of definite length and one-byte tag.

    Raises:
        DerProblem: it is not one such element, whole and alone.
    """
    start, end = _bounds(der, 0)
    if end != len(der):
        raise DerProblem("bytes follow the element")
    return der[start:end]


def members(der: bytes) -> list[bytes]:
    """Return the elements inside one constructed element, in order, each with its tag and length.

    Raises:
        DerProblem: see `contents`.
    """
    inside = contents(der)
    found, position = [], 0
    while position < len(inside):
        _, end = _bounds(inside, position)
        found.append(inside[position:end])
        position = end
    return found


def definite(ber: bytes) -> bytes:
    """Return one element with every indefinite length inside it made definite; DER stays as it is.

    Raises:
        DerProblem: it is not one whole element, or nested too deeply.
    """
    made, end = _definite(ber, 0, 0)
    if end != len(ber):
        raise DerProblem("bytes follow the element")
    return made


def _definite(data: bytes, position: int, depth: int) -> tuple[bytes, int]:
    """Return the element at ``position`` and where it ends."""
    if depth > _MAX_DEPTH:
        raise DerProblem("nested too deeply")
    # X.690 8.1.3.6. BER comes from streaming signers (RFC 5652 allows it, the signed attributes excepted, 5.4).
    indefinite = data[position + 1 : position + 2] == b"\x80"
    start, end = (position + 2, len(data)) if indefinite else _bounds(data, position)
    tag = data[position]
    if not tag & _CONSTRUCTED:
        if indefinite:
            raise DerProblem("a primitive element of indefinite length")
        return data[position:end], end
    inside: list[bytes] = []
    at = start
    while at < end and not (indefinite and data[at : at + 2] == b"\0\0"):
        item, at = _definite(data, at, depth + 1)
        inside.append(item)
    if indefinite:
        if data[at : at + 2] != b"\0\0":
            raise DerProblem("an element is cut off")
        return element(tag, *inside), at + 2
    if at != end:
        raise DerProblem("an element is longer than what it stands in")
    return element(tag, *inside), end


def distinguished(ber: bytes) -> bytes:
    """Return the DER of one element: lengths, the order in sets, strings that came in pieces (X.690 10.1, 10.2, 11.6).

    Nothing is left out or put in.  What depends on types (default values, forms of a time) stays as it stands.

    Raises:
        DerProblem: it is not one whole element, or nested too deeply.
    """
    return _distinguished(definite(ber), 0)


def _distinguished(der: bytes, depth: int) -> bytes:
    if depth > _MAX_DEPTH:
        raise DerProblem("nested too deeply")
    if not der[0] & _CONSTRUCTED:
        return element(der[0], contents(der))
    inside = [_distinguished(item, depth + 1) for item in members(der)]
    if der[0] == OCTET_STRING | _CONSTRUCTED:
        return element(OCTET_STRING, *(contents(item) for item in inside))
    return set_of(inside) if der[0] == SET else element(der[0], *inside)


def _bounds(data: bytes, position: int) -> tuple[int, int]:
    """Return where the content of the element at ``position`` begins and ends."""
    try:
        # Nothing in CMS has a tag number above 30.
        if data[position] & 0x1F == 0x1F:
            raise DerProblem("a tag of several bytes")
        first = data[position + 1]
    except IndexError as error:
        raise DerProblem("an element is cut off") from error
    start = position + 2
    if first < 0x80:
        size = first
    elif first == 0x80 or first > 0x88:
        raise DerProblem("a length that is not definite")
    else:
        size = int.from_bytes(data[start : start + first - 0x80], "big")
        start += first - 0x80
    if start + size > len(data):
        raise DerProblem("an element is cut off")
    return start, start + size
