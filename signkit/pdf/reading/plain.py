"""Values that every reader takes alike (ISO 32000-2 7.2, 7.3): what is written more oddly is not judged.

Readers differ in what they make of a number like ``1-2`` or ``--1``, of a name with a byte that one of them counts as
white space, of one longer than their buffers, of brackets that do not close.  So a reading of one's own is not enough:
what came after a signature has to be written in the plain way, which all writers that care do.
"""

from __future__ import annotations

import re

from signkit.pdf.reading.syntax import DUPLICATE, Stream, Value

_REGULAR = rb"[^\0\t\n\x0c\r ()<>\[\]{}/%]"
#: No NUL and form feed (PDFium and pdf.js differ), no 0x80 and 0xFF (white space for PDFium), no escape that is none,
#: and at most as long as every reader's buffer (poppler: 128 bytes).
_NAME = rb"/(?:[!\"$&'*-.0-;=?-Z\\^-z|~\x81-\xfe]|#(?!00|80|[Ff]{2})[0-9A-Fa-f]{2}){0,120}+"
#: Within 31 bits, and with no more decimals than every reader's buffer holds.
_NUMBER = rb"-?(?:\d{1,9}(?:\.\d{0,40}+)?|[01]\d{9}|\.\d{1,40}+)"
#: 7.3.10: two whole numbers without a sign; of ``6 -0 R`` pypdf takes the 6.
_REFERENCE = rb"\d{1,9}+[\t\n\r ]++\d{1,5}+[\t\n\r ]++R"
#: What table 3 knows; octal numbers of one byte.  No bare CR, which is LF by 7.3.4.2, and itself for most viewers: in a
#: string that is encrypted it makes another letter.
_IN_STRING = rb"[^()\\\r]++|\\[nrtbf()\\\r\n]|\\(?:[0-3][0-7]{0,2}+|[4-7](?![0-7]{2})[0-7]?)"
_INNER = rb"\((?:" + _IN_STRING + rb")*+\)"
_MIDDLE = rb"\((?:" + _IN_STRING + rb"|" + _INNER + rb")*+\)"
_STRING = rb"\((?:" + _IN_STRING + rb"|" + _MIDDLE + rb")*+\)"
_PLAIN = re.compile(
    rb"(?:[\t\n\r ]++|<<|>>|[\[\]]|(?:" + _NAME + rb"|" + _REFERENCE + rb"|" + _NUMBER + rb"|true|false|null)(?!"
    + _REGULAR + rb")|<[0-9A-Fa-f\t\n\r ]*+>|" + _STRING + rb")*+", re.DOTALL
)  # fmt: skip
#: A comment in its place: it ends with its line, and names nothing that a scan of the file would look for.
_COMMENT = rb"%(?:(?!obj|xref|trailer|stream|%EOF)[^\r\n])*+[\r\n]"
_BETWEEN = re.compile(rb"(?:[\t\n\r ]++|" + _COMMENT + rb")*+")
#: Deeper nesting some readers cut off (PDFium at 64).
MAX_DEPTH = 60


def first_oddity(data: bytes, start: int, end: int) -> int | None:
    """Return the first place from ``start`` to ``end`` where not every reader reads the same; None where all do."""
    match = _PLAIN.match(data, start, end)
    reached = match.end() if match else start
    return None if reached == end else reached


def plain_space(data: bytes, position: int) -> int:
    """Return where white space and harmless comments at ``position`` end."""
    match = _BETWEEN.match(data, position)
    return match.end() if match else position


def plain_offset(data: bytes, offset: int) -> int:
    """Return the place that an offset means which points to the line end before it, as some writers count."""
    match = _LINE_END.match(data, offset)
    return match.end() if match else offset


_LINE_END = re.compile(rb"[\r\n ]{1,2}")


def repeats_key(value: Value) -> bool:
    """Whether a dictionary in ``value`` has a key twice: readers take the first or the last."""
    todo: list[Value] = [value.entries if isinstance(value, Stream) else value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            if DUPLICATE in item:
                return True
            todo += item.values()
        elif isinstance(item, list):
            todo += item
    return False
