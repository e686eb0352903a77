"""Values as Typst literals, written so that no character of a value stands in the source."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def string_literal(text: str) -> str:
    """Return ``text`` as a Typst string literal; within markup it would show the same text."""
    return '"' + "".join(f"\\u{{{ord(character):x}}}" for character in text) + '"'


def code_literal(value: object) -> str:
    """Return a value as a literal of Typst's code mode.

    Raises:
        TypeError: the value is of another kind than text, number, truth value, none, list or table of these.
    """
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"({value})" if value < 0 else str(value)
        case str():
            return string_literal(value)
        case Mapping():
            entries = "".join(f"{string_literal(str(key))}: {code_literal(item)}," for key, item in value.items())
            return f"({entries or ':'})"
        case list() | tuple():
            return "(" + "".join(code_literal(item) + "," for item in value) + ")"
    raise TypeError(f"a {type(value).__name__} has no form in code")


def unescape(source: str) -> str:
    """Return Typst source with its escapes as the characters they stand for."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), source)
