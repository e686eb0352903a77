"""A text in the two languages of our users.  The command line chooses which one is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from unicodedata import category

Language = Literal["en", "ja"]

#: What steers a terminal or a reader's eye, but line ends and tabs: controls, turns of direction and other invisible
#: characters, halves of them, line and paragraph separators (the categories Cc, Cf, Cs, Zl and Zp of Unicode 16).
STEERING = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)


def is_shown(character: str) -> bool:
    """Return whether a character of a stranger's may reach a terminal or a page: no control, no turn of direction.

    Spaces are: ``str.isprintable`` has none but U+0020, and Japanese names are written with U+3000.
    """
    return character.isprintable() or category(character) == "Zs"


def are_shown(text: str) -> bool:
    """Return whether every character of a stranger's text may reach a terminal or a page."""
    return text.isprintable() or all(map(is_shown, text))


def is_name(text: str, longest: int) -> bool:
    """Return whether a text can be what people know something by: shown whole, no longer, no blanks at its ends."""
    return 0 < len(text) <= longest and text == text.strip() and are_shown(text)


def printable(text: str, instead: str = "\ufffd") -> str:
    """Return a stranger's text with ``instead`` where a character may not reach a terminal or a page."""
    if are_shown(text):
        return text
    return "".join(character if is_shown(character) else instead for character in text)


def without_controls(text: str) -> str:
    """Return a message of ours, which may hold strangers' names, without what steers a terminal but its own line ends.

    Unlike `printable` it leaves characters of a font of one's own (外字) and of a younger Unicode as they are.
    """
    return STEERING.sub("\ufffd", text)


@dataclass(frozen=True)
class Text:
    """One sentence in English and in Japanese; both are ``str.format`` templates over the same facts."""

    en: str
    ja: str

    def in_language(self, language: Language, **facts: object) -> str:
        """Return the sentence in ``language`` with ``facts`` filled in; those that are texts, in ``language`` too."""
        template = self.ja if language == "ja" else self.en
        if not facts:
            return template
        said = {name: fact.in_language(language) if isinstance(fact, Text) else fact for name, fact in facts.items()}
        return template.format(**said)

    def filled(self, **facts: object) -> Text:
        """Return the sentence with ``facts`` filled in, still in both languages."""
        return Text(self.in_language("en", **facts), self.in_language("ja", **facts))


class Unfit(Exception):
    """Something is not as it has to be; who called says of what, in an error of their own.

    Attributes:
        cause: why, as a part of a sentence.
    """

    def __init__(self, cause: Text) -> None:
        super().__init__(cause.en)
        self.cause = cause


class UnfitValue(Unfit, ValueError):
    """A value is `Unfit`, where a ValueError is what callers know."""
