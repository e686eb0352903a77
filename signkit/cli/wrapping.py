"""Lines of text for a terminal, where a Japanese character takes two columns and a line may end almost anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

#: What does not begin a line, and what does not end one (JIS X 4051, kinsoku).
_NOT_FIRST = "\u3000、。，．・：；？！」』）］｝〉》】〕々ーァィゥェォッャュョぁぃぅぇぉっゃゅょ…％),.:;?!]}"
_NOT_LAST = "「『（［｛〈《【〔([{"
#: Marks, variation selectors (IVS) and controls of format stand on the character before.
_WITHOUT_WIDTH = ("Mn", "Me", "Cf")
#: Spaces, short notes in brackets, words, single characters.
_PIECES = re.compile(r"[ \t\r\n]+|\[[^\]\s]{1,12}\]|[!-~]+|.", re.DOTALL)


def width(text: str) -> int:
    """Return how many columns ``text`` takes."""
    return sum(0 if category(each) in _WITHOUT_WIDTH else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def pad(text: str, columns: int) -> str:
    """Return ``text`` with spaces behind it up to so many columns."""
    return text + " " * max(columns - width(text), 0)


def wrap(text: str, columns: int) -> list[str]:
    """Return ``text`` as lines of at most so many columns; only a single word that is longer is let stand."""
    lines, line = [], ""
    for piece in _unbroken(text):
        if _is_gap(piece):
            line += " " if line else ""
        elif line and width(line) + width(piece) > columns:
            lines.append(line.rstrip())
            line = piece
        else:
            line += piece
    return [*lines, line.rstrip()]


def _unbroken(text: str) -> Iterator[str]:
    """Yield the pieces between which a line may end: words, single wide characters with what clings to them, spaces."""
    held = ""
    for piece in _PIECES.findall(text):
        clings = held and not _is_gap(held) and not _is_gap(piece)
        if clings and (piece[0] in _NOT_FIRST or held[-1] in _NOT_LAST):
            held += piece
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _is_gap(piece: str) -> bool:
    """Return whether a line may end here without a trace; the wide space of Japanese names is a character."""
    return not piece.strip(" \t\r\n")
