"""Texts that people write freely: where they stand, and one way of writing them, so that words are found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

_KANJI = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}


def free_texts(value: Any) -> Iterator[str]:
    """Yield every text of the data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from free_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from free_texts(each)


def sentences(value: Any) -> Iterator[str]:
    """Yield the sentences of every text of the data, in one way of writing them."""
    for text in free_texts(value):
        yield from plain(text).split("。")


def plain(text: str) -> str:
    """Return a text with half-width digits and without thousands' commas and spaces; numbers of kanji as digits."""
    narrow = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", text))
    return numbers_as_digits(narrow)


def numbers_as_digits(text: str) -> str:
    """Return a text with the numbers of kanji that count something as digits: 五十年三月 as 50年3月."""
    return _COUNTED.sub(lambda found: str(_number(found.group())), text)


_COUNTED = re.compile("[〇一二三四五六七八九十百]+(?=[歳才年月時か回日箇ヶケカ週円万])")


def _number(kanji: str) -> int:
    total = current = 0
    for each in kanji:
        if each in "十百":
            total += (current or 1) * (10 if each == "十" else 100)
            current = 0
        else:
            current = current * 10 + _KANJI[each]
    return total + current
