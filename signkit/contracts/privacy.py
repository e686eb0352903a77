"""Keep the 個人番号 (My Number) out of contracts.

番号法 allows asking for and keeping it only for social security, tax and disaster matters, so a contract that
holds one is refused.  Two things are looked for: numbers of twelve digits whose check digit fits, and the words
that name the number.

What counts as a number of twelve digits: a group of twelve digits (half- or full-width), or groups of digits all
joined by the *same* kind of separator (spaces, hyphens, middle dots or full stops) that have twelve digits in all.
A longer run is not cut into pieces, so 法人番号 and 不動産番号 (13 digits) and card numbers (16) do not match; nor do
amounts (the comma is no separator), dates followed by a number, or international telephone numbers (a ``+``
before them).  About one in eleven other twelve-digit numbers fits the check digit by chance and is refused too: a
number refused wrongly can be written differently, a number let through cannot be called back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_PERHAPS = re.compile(r"\d(?:[^\w\n]?\d|ー\d){11}")
_GROUP = re.compile(r"\d+")
_JOINED = tuple(
    re.compile(rf"\d+(?:[{separators}]\d+)+") for separators in (" \t\u00a0\u3000", r"\-‐‑‒–—―−－ー", "・･", ".．")
)
_WORDS = re.compile(
    r"(?:個人番号|マイナンバー?|my[ _-]?number|individual[ _-]?number|kojin[ _-]?bango)(?!ー?カード|[ _-]?card)",
    re.IGNORECASE,
)


def holds_my_number(text: str) -> bool:
    """Tell whether ``text`` holds a number of twelve digits that fits the check digit of a 個人番号.

    The number itself is never returned, so that it reaches no message and no log.
    """
    if not _PERHAPS.search(text):
        return False
    return any(len(digits) == 12 and _check_digit_fits(digits) for digits in _numbers(text))


def names_my_number(text: str) -> bool:
    """Tell whether ``text`` names the 個人番号; the names of the card (個人番号カード) are not meant."""
    return _WORDS.search(unicodedata.normalize("NFKC", text)) is not None


def _numbers(text: str) -> Iterator[str]:
    """Yield every group of digits and every run of groups under one kind of separator, as ASCII digits."""
    for pattern in (_GROUP, *_JOINED):
        for match in pattern.finditer(text):
            if not text[: match.start()].endswith(("+", "+")):
                yield "".join(str(unicodedata.decimal(c)) for c in match.group() if c.isdecimal())


def _check_digit_fits(digits: str) -> bool:
    """平成26年総務省令第85号5条: 11 - (sum of n_i q_i mod 11); a remainder of 0 or 1 gives 0."""
    *eleven, check = (int(digit) for digit in digits)
    weights = (index + 1 if index <= 6 else index - 5 for index in range(1, 12))
    remainder = sum(digit * weight for digit, weight in zip(reversed(eleven), weights, strict=True)) % 11
    return check == (0 if remainder <= 1 else 11 - remainder)
