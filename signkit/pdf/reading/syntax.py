"""PDF values from bytes (ISO 32000-2 7.2, 7.3), as plain Python values that compare quickly.

========================  ==========================================
PDF                       Python
========================  ==========================================
number                    ``int``, ``float``
name ``/A#42``            ``str`` with its slash: ``"/AB"``
``true``, ``false``       ``str`` without a slash (so that ``true`` never equals ``1``)
``null``                  ``None``
string                    ``bytes``
array, dictionary         ``list``, ``dict``
``7 0 R``                 :class:`Ref`
========================  ==========================================

A dictionary that names a key twice carries the entry :data:`DUPLICATE`: readers differ about which one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

#: A PDF value; recursive, hence Any (see the module's table).
Value = Any

#: Marks a dictionary that has a key more than once.
DUPLICATE = "duplicate key"

WHITESPACE = b"\0\t\n\x0c\r "

#: ``12 0 obj``.
OBJECT_HEAD = re.compile(rb"[\0\t\n\x0c\r ]*+(\d{1,10}+)[\0\t\n\x0c\r ]++(\d{1,5}+)[\0\t\n\x0c\r ]++obj")


class SyntaxProblem(Exception):
    """These bytes are no PDF value."""


class Ref(NamedTuple):
    """A reference to an indirect object."""

    number: int
    generation: int


@dataclass(eq=False, slots=True)
class Stream:
    """A stream: its dictionary, and where in ``data`` its encoded bytes lie; they are copied only when asked for."""

    entries: dict[str, Value]
    data: bytes
    start: int = 0
    end: int | None = None

    @property
    def raw(self) -> bytes:
        """The encoded bytes."""
        return self.data[self.start : self.end]


# Possessive throughout: what stands there is a stranger's choice, and must cost no more than one pass.
_SPACE = rb"[\0\t\n\x0c\r ]*+(?:%[^\r\n]*+[\0\t\n\x0c\r ]*+)*+"
_REGULAR = rb"[^\0\t\n\x0c\r ()<>\[\]{}/%]"
_TOKEN = re.compile(
    _SPACE
    + rb"(?:(?P<ref>(\d{1,10})[\0\t\n\x0c\r ]++(\d{1,5})[\0\t\n\x0c\r ]++R(?!"
    + _REGULAR
    + rb"))|(?P<name>/"
    + _REGULAR
    + rb"*+)|(?P<int>[+-]?\d{1,20}(?!"
    + _REGULAR
    + rb"))|(?P<real>[+-]*+(?:\d++\.?+\d*+|\.\d++)(?:-\d*+)?+(?!"
    + _REGULAR
    + rb"))|(?P<open><<|\[)|(?P<close>>>|\])|(?P<hex><[^>]*+>)|(?P<string>\()|(?P<word>"
    + _REGULAR
    + rb"++))"
)
_NAME = _TOKEN.groupindex["name"]
_SPACE_AT = re.compile(_SPACE)
# 7.3.5: # and two digits stand for a byte.
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STRING_PART = re.compile(rb"[^()\\]*+(?:\\.[^()\\]*+)*+", re.DOTALL)
# 7.3.4.2: escapes, octal numbers and line ends in strings.
_STRING_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]")
_NAMES: dict[bytes, str] = {}


def skip_space(data: bytes, position: int) -> int:
    """Return the first position at or after ``position`` that is neither white space nor comment."""
    match = _SPACE_AT.match(data, position)
    return match.end() if match else position


#: Looks at the clock, and raises when the time is up; asked once in so many tokens.
Watch = Callable[[], None]
_UNWATCHED = 0xFFF


def _no_watch() -> None:
    """For a few bytes nobody looks at the clock."""


def parse_value(data: bytes, position: int, depth: int = 200, watch: Watch = _no_watch) -> tuple[Value, int]:
    """Read one value that starts at ``position``; return it and where it ends.

    Raises:
        SyntaxProblem: no value there, an unclosed one, or deeper nesting than ``depth``.
    """
    stack: list[tuple[bytes, list[Value]]] = []
    items: list[Value] = []
    value: Value
    scan, count = _TOKEN.match, 0
    while True:
        count += 1
        if count & _UNWATCHED == 0:
            watch()
        match = scan(data, position)
        if match is None:
            raise SyntaxProblem(f"no value at {position}")
        kind = match.lastgroup
        position = match.end()
        if kind == "name":  # the usual kinds first
            token = match[_NAME]
            value = _NAMES.get(token) or _name(token)
        elif kind == "ref":
            value = Ref(int(match[2]), int(match[3]))
        elif kind == "open":
            if len(stack) >= depth:
                raise SyntaxProblem(f"nested deeper than {depth}")
            stack.append((match["open"], items))
            items = []
            continue
        elif kind == "close":
            value, items = _close(match["close"], items, stack)
        elif kind == "word" and match["word"] == b"R":
            value = _late_reference(items)
        else:
            value, position = _simple(kind, match, data, position, watch)
        if not stack:
            return value, position
        items.append(value)


def _close(token: bytes, items: list[Value], stack: list[tuple[bytes, list[Value]]]) -> tuple[Value, list[Value]]:
    if not stack or (token == b">>") != (stack[-1][0] == b"<<"):
        raise SyntaxProblem("a bracket closes nothing")
    outer = stack.pop()[1]
    return (_dictionary(items) if token == b">>" else items), outer


def _dictionary(items: list[Value]) -> dict[str, Value]:
    keys = items[0::2]
    if len(items) % 2:
        raise SyntaxProblem("a dictionary is not made of names and values")
    for key in keys:
        if type(key) is not str or key[0] != "/":
            raise SyntaxProblem("a dictionary is not made of names and values")
    # 7.3.7: keys are unique; where they are not, readers take the first or the last.
    result = dict(zip(keys, items[1::2], strict=True))
    if len(result) != len(keys):
        result[DUPLICATE] = "true"
    return result


def _late_reference(items: list[Value]) -> Ref:
    """``7 0 R`` with a comment between its parts."""
    # A comment may stand wherever white space may (7.2.4).
    if len(items) < 2 or not (isinstance(items[-1], int) and isinstance(items[-2], int)):
        raise SyntaxProblem("R without numbers")
    generation = items.pop()
    return Ref(items.pop(), generation)


def _simple(kind: str | None, match: re.Match[bytes], data: bytes, position: int, watch: Watch) -> tuple[Value, int]:
    if kind == "int":
        return int(match["int"]), position
    if kind == "real":
        return _real(match["real"]), position
    if kind == "hex":
        return hex_string(match["hex"][1:-1]), position
    if kind == "string":
        return _literal_string(data, position, watch)
    word = match["word"]
    if word == b"null":
        return None, position
    if word in (b"true", b"false"):
        return word.decode(), position
    raise SyntaxProblem(f"unexpected {word[:20]!r}")


def _name(token: bytes) -> str:
    name = _NAMES.get(token)
    if name is None:
        if len(token) > _LONGEST_NAME:
            raise SyntaxProblem("a name too long")
        plain = _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), token) if b"#" in token else token
        name = plain.decode("latin-1")
        if len(_NAMES) < 10_000 and len(token) < 64:
            _NAMES[token] = name
    return name


#: Longer ones no reader knows (Annex C.1: 127 bytes), nor strings whose escapes are worth so many steps.
_LONGEST_NAME, _LONGEST_ESCAPED = 1 << 16, 1 << 22


def _real(token: bytes) -> float:
    sign = -1.0 if token.lstrip(b"+").startswith(b"-") else 1.0
    return sign * float(token.lstrip(b"+-").split(b"-")[0] or b"0")


def hex_string(digits: bytes) -> bytes:
    """Decode the inside of ``<…>``; white space is skipped, an odd digit is completed by 0 (7.3.4.3)."""
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        digits = _NOT_HEX.sub(b"", digits)
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _literal_string(data: bytes, position: int, watch: Watch) -> tuple[bytes, int]:
    start, open_brackets, count = position, 1, 0
    while open_brackets:
        count += 1
        if count & _UNWATCHED == 0:
            watch()
        match = _STRING_PART.match(data, position)
        # 7.3.4.2: balanced brackets need no escape.
        position = match.end() if match else position
        character = data[position : position + 1]
        if character not in (b"(", b")"):
            raise SyntaxProblem("a string is not closed")
        open_brackets += 1 if character == b"(" else -1
        position += 1
    inside = data[start : position - 1]
    if len(inside) > _LONGEST_ESCAPED and (b"\\" in inside or b"\r" in inside):
        raise SyntaxProblem("a string too long")
    return _STRING_ESCAPE.sub(_unescape, inside), position


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code is None:
        # 7.3.4.2: any line end in a string is one LF.
        return b"\n"
    if code[:1].isdigit() and code[:1] in b"01234567":
        # 7.3.4.2: high-order overflow is ignored.
        return bytes([int(code, 8) & 0xFF])
    # 7.3.4.2: an escaped line end is none.
    if code in (b"\n", b"\r", b"\r\n"):
        return b""
    # 7.3.4.2: before any other character the backslash is ignored.
    return _ESCAPES.get(code, code)


def references(value: Value) -> list[Ref]:
    """Return every reference that ``value`` itself holds."""
    found: list[Ref] = []
    todo: list[Value] = [value.entries if isinstance(value, Stream) else value]
    while todo:
        item = todo.pop()
        kind = type(item)  # a value is of these types themselves
        if kind is Ref:
            found.append(item)
        elif kind is dict:
            todo += item.values()
        elif kind is list:
            todo += item
    return found


class DictionaryEntry(NamedTuple):
    """One entry of a dictionary with the place of its value in the file."""

    key: str
    value: Value
    start: int
    end: int


def dictionary_entries(data: bytes, position: int, depth: int = 200, watch: Watch = _no_watch) -> list[DictionaryEntry]:
    """Read the dictionary at ``position`` entry by entry, repeated keys included, with the place of each value.

    Raises:
        SyntaxProblem: no dictionary there.
    """
    position = skip_space(data, position)
    if data[position : position + 2] != b"<<":
        raise SyntaxProblem("no dictionary")
    position += 2
    entries: list[DictionaryEntry] = []
    while True:
        if len(entries) & _UNWATCHED == _UNWATCHED:
            watch()
        position = skip_space(data, position)
        if data[position : position + 2] == b">>":
            return entries
        key, position = parse_value(data, position, depth, watch)
        if not (isinstance(key, str) and key[:1] == "/"):
            raise SyntaxProblem("a dictionary is not made of names and values")
        start = skip_space(data, position)
        value, position = parse_value(data, start, depth, watch)
        entries.append(DictionaryEntry(key, value, start, position))


_CONSTANTS = frozenset((b"null", b"true", b"false"))
_END_OF_IMAGE = re.compile(rb"[\0\t\n\x0c\r ]EI(?![^\0\t\n\x0c\r ()<>\[\]{}/%])")
_S = rb"[\t\n\x0c\r ]*+"
#: An operator with nothing before it but a name, a number of marked content and a few plain numbers, as most are: read
#: at once.
_OPERATION = (
    rb"[\t\n\x0c\r ]*+(?:(/[A-Za-z0-9]++)(?!" + _REGULAR + rb")[\t\n\x0c\r ]*+"
    rb"(?:<</MCID (\d{1,9}+)>>[\t\n\x0c\r ]*+)?+)?+"
    rb"((?:[+-]?(?:\d{1,15}+(?:\.\d{0,15}+)?+|\.\d{1,15}+)[\t\n\x0c\r ]++){0,8}+)"
    rb"((?!(?:ID|R|null|true|false)(?!" + _REGULAR + rb"))[A-Za-z'\"][A-Za-z0-9*]{0,15}+)(?!" + _REGULAR + rb")"
)
_PLAIN_OPERATION = re.compile(_OPERATION)
_NO_OPERATION = None, None, None, None
#: Operands whose reading cannot fail: names, numbers, strings without brackets inside, and pairs of these.
_PLAIN_OPERAND = (
    rb"(?:/[A-Za-z0-9]{0,127}+|[+-]?(?:\d{1,15}+(?:\.\d{0,15}+)?+|\.\d{1,15}+)|\([^()\\]*+\)|<[0-9A-Fa-f]*+>)(?!"
    + _REGULAR
    + rb")"
)
_PLAIN_ENTRY = _S + rb"/[A-Za-z0-9]{1,127}+" + _S + _PLAIN_OPERAND
_PLAIN_OPERANDS = rb"(?:(?:" + _PLAIN_OPERAND + rb"|<<(?:" + _PLAIN_ENTRY + rb")*+" + _S + rb">>)" + _S + rb"){0,8}+"


def passing_over(operators: Iterable[bytes]) -> re.Pattern[bytes]:
    """Return what takes a row of these operators, with plain operands, and a plain operation after them, at once."""
    names = b"|".join(map(re.escape, operators))
    row = rb"(?:" + _S + _PLAIN_OPERANDS + rb"(?:" + names + rb")(?!" + _REGULAR + rb")){0,256}+"
    return re.compile(row + rb"(?:" + _OPERATION + rb")?+")


def content_operations(
    data: bytes, watch: Watch = _no_watch, passing: re.Pattern[bytes] = _PLAIN_OPERATION
) -> Iterator[tuple[bytes, list[Value]]]:
    """Read a content stream (7.8.2): each operator with the operands before it, without data of inline images.

    Args:
        passing: what need not be told, by :func:`passing_over`; some of it may be told all the same.

    Raises:
        SyntaxProblem: something that is neither.
    """
    position, count, operands = 0, 0, list[Value]()
    plain, begin, scan = _PLAIN_OPERATION.match, passing.match, _TOKEN.match
    while True:
        count += 1
        if count & _UNWATCHED == 0:
            watch()
        read = plain(data, position) if operands else begin(data, position)
        name, marked, numbers, operator = read.groups() if read is not None else _NO_OPERATION
        position = read.end() if read is not None else position
        if operator is not None:
            if name:
                operands.append(_NAMES.get(name) or _name(name))
            if marked:
                operands.append({"/MCID": int(marked)})
            if numbers:
                operands += map(float, numbers.split())
        elif (match := scan(data, position)) is None:
            break
        elif match.lastgroup != "word" or match["word"] in _CONSTANTS:
            value, position = parse_value(data, match.start(), watch=watch)
            operands.append(value)
            continue
        else:
            operator, position = match["word"], match.end()
        # 8.9.7: between ID and EI stand raw bytes; what stands before ID is the image's.
        if operator == b"ID":
            end = _END_OF_IMAGE.search(data, position)
            position = end.end() if end else len(data)
            if end:
                yield b"EI", []
        else:
            yield operator, operands
        operands = []
    if skip_space(data, position) < len(data):
        raise SyntaxProblem(f"no token at {position}")
