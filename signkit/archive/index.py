"""What is searched: names and texts folded, and cut into pairs of characters.

SQLite's own trigrams cannot find a Japanese name of two characters; pairs do.  Folding is
`signkit.jpki.normalise.fold`, the one address of which characters are forms of one another (髙/高, 﨑/崎, variation
selectors, half-width kana).
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from signkit.jpki.names import legal_form_spellings
from signkit.jpki.normalise import fold, hiragana, katakana

#: Follows the last character, so that a text's end can be told; private use: no accepted text holds it.
_END = "\ue001"
#: Characters between words and parts of names, which people write or leave out.
_PASSED_OVER = str.maketrans(dict.fromkeys(" \t\n\r\u3000・-‐_,.、。'’"))
#: FTS5's tokenizer ``ascii`` parts a text at ASCII signs; in full width they are letters to it.
_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if not chr(code).isalnum()})


def sought_form(text: str) -> str:
    """Return ``text`` as it is compared: folded, without case, spaces and the marks between words."""
    folded = fold(text).casefold().translate(_PASSED_OVER)
    return "".join(one for one in folded if one.isprintable()).translate(_WIDE)


def index_text(text: str) -> str:
    """Return the pairs of a text in `sought_form`, as the full-text index takes them."""
    return " ".join(map("".join, zip(text, f"{text}{_END}"[1:], strict=True)))


def phrase(text: str) -> str | None:
    """Return FTS5's query for texts that hold ``text``; None where nothing is left of it to look for.

    Words that stand apart may stand apart in the text too.
    """
    words = [" OR ".join(map(_phrase_of_word, ways)) for ways in sought_words(text)]
    return " AND ".join(f"({word})" for word in words) or None


def sought_words(text: str) -> list[tuple[str, ...]]:
    """Return the words of ``text`` in `sought_form`, each in every way that its legal form and its kana may be written.

    The index tells hiragana from katakana, as contracts do; who looks for a name knows how it sounds.
    """
    return [_in_both_kana(_ways_of(word)) for part in text.split() if (word := sought_form(part))]


def _in_both_kana(ways: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(written for way in ways for written in (way, katakana(way), hiragana(way))))


def _ways_of(word: str) -> tuple[str, ...]:
    for spellings in _spellings():
        for written in spellings:
            if written in word:
                return tuple(word.replace(written, other) for other in spellings)
    return (word,)


@cache
def _spellings() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(sought_form, ways)) for ways in legal_form_spellings() if len(ways) > 1)


def _phrase_of_word(word: str) -> str:
    if len(word) == 1:
        return f'"{word}" *'
    return '"' + " ".join(map("".join, pairwise(word))) + '"'
