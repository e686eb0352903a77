"""Characters that may not stand in contract data: what a reader would not see as it is stored.

Control characters and the bidirectional controls can make a printed text read differently from the data that is
kept with it (CVE-2021-42574 shows the same trick on source code); private-use characters (外字) mean something
different on every machine.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

#: Categories of characters refused in data: controls, formats (bidi overrides, zero-width), surrogates,
#: private use, unassigned, line and paragraph separators.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_VOICED_MARKS = "゙゚"


def refused_characters(text: str) -> tuple[str, ...]:
    """Return the characters of ``text`` that contract data may not hold, each once, in order of appearance.

    A line feed is allowed.  So are variation selectors: they choose the form of a name's character and are
    checked against the fonts instead.  A kana followed by a combining voiced mark (a name typed on a Mac may
    hold か + U+3099) is refused as the mark, because search and comparison would miss it.
    """
    if text.isascii() and text.isprintable():
        return ()
    return tuple(dict.fromkeys(_refused_characters(text)))


def _refused_characters(text: str) -> Iterator[str]:
    for index, character in enumerate(text):
        if character in _VOICED_MARKS:
            if index and len(unicodedata.normalize("NFC", text[index - 1 : index + 1])) == 1:
                yield character
        elif character != "\n" and unicodedata.category(character) in _REFUSED_CATEGORIES:
            yield character


def describe(characters: str) -> str:
    """Return characters as code points a person can look up, drawn where they can be: ``髙 U+9AD9``."""
    points = " ".join(f"U+{ord(character):04X}" for character in characters)
    alone = unicodedata.category(characters[0]).startswith("M")
    return points if alone or not characters.isprintable() else f"{characters} {points}"
