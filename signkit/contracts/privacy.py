"""Keep the 個人番号 (My Number) out of contracts.

番号法 allows asking for and keeping it only for social security, tax and disaster matters, so a contract that holds one
is refused.  Two things are looked for: numbers of twelve digits whose check digit fits, and the words that name the
number.  The same search is made of data, tables, templates, attachments, appended pages and the finished page.

How a number may be written is decided here alone:

*Digits* are all that people read as such: half- and full-width, circled, superscript and other scripts' (Unicode's
digit values), kanji (一二三〇), daiji (壱弐参), and, told apart as spelled, kanji with units (千二百億), kana (いちに)
and English.

*Groups* of digits belong together over anything that is no letter: spaces, line ends, hyphens, dots, slashes, commas,
brackets, 〜, and the の of addresses.  Hyphens bind closer than the rest: what they make longer than twelve digits is
another number (法人番号 1-4-4-4, a payment card).

About one in eleven other numbers of twelve digits fits the check digit by chance.  So a find is *certain* where it
stands as a 個人番号 is written, and *possible* where it may as well be something else: an amount, a telephone number
with its country, a number spelled out, one that its own words call a 会社法人等番号.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from signkit.jpki.corporate_number import corporate_number_fits

Find = Literal["certain", "possible"]

_LENGTH = 12
#: More characters between two groups than this, and nobody reads one number.
_MAX_GAP = 12
_KANJI = {
    **{c: str(i) for i, c in enumerate("〇一二三四五六七八九")},
    **{c: str(i) for i, c in enumerate("零壱弐参肆伍陸漆捌玖")},
    "壹": "1", "弌": "1", "貳": "2", "貮": "2", "弍": "2", "參": "3", "弎": "3",
}  # fmt: skip
_CIRCLE_RUN = re.compile("[○◯]+")
_UNITS = {"十": 10, "拾": 10, "百": 100, "陌": 100, "千": 1000, "阡": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "億": 10**8, "兆": 10**12}
_WITH_UNITS = re.compile(rf"[0-9{''.join(_UNITS)}{''.join(_MYRIADS)}]{{3,40}}")
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_KANA = ("ぜろ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_SPOKEN = {
    **{word: str(digit) for words in (_ENGLISH, _KANA) for digit, word in enumerate(words)},
    "れい": "0", "まる": "0", "し": "4", "しち": "7", "く": "9",
}  # fmt: skip
_SPOKEN_DIGIT = "|".join(sorted(_SPOKEN, key=len, reverse=True))
_SPOKEN_NUMBER = re.compile(rf"(?:{_SPOKEN_DIGIT})(?:[\W_ー]{{0,3}}(?:{_SPOKEN_DIGIT})){{11,15}}")
_DIGITS = re.compile(r"[0-9]+")
_HYPHENS = re.compile(r"[-‐‑‒–—―−－ーｰ﹣]")
_BETWEEN = re.compile(r"(?:[^\w]|[_ーｰのノ])+")
_CURRENCY = re.compile(r"[¥￥$€£]")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: Words right before a number that say which other number of about that length it is.
_OTHER_NUMBER = re.compile(
    r"(?:法人等?番号|不動産番号|口座(?:番号)?|(?:電話|携帯|ファクス|fax|tel)(?:番号)?|登記(?:番号|簿)?"
    r"|(?:証券|契約|顧客|お客様|注文|受付|登録|免許|伝票|管理|製造)番号)\W*$",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(?:個人番号|マイナンバー?|my[ _-]?number|individual[ _-]?number|kojin[ _-]?bango)(?!ー?カード|[ _-]?card)",
    re.IGNORECASE,
)


#: A digest in hexadecimal (SHA-1 to SHA-512): one in a thousand holds twelve digits that fit, and none is a number.
_DIGEST = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?:[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{40})(?![0-9A-Za-z])", re.ASCII
)


@dataclass(frozen=True)
class _Group:
    """Digits without a break; ``gap`` stands before them, None where what stands there parts numbers."""

    digits: str
    start: int
    gap: str | None


def find_my_number(text: str, others: Container[str] = ()) -> Find | None:
    """Tell whether ``text`` holds a number of twelve digits that fits the check digit of a 個人番号, and how surely.

    The number itself is in no message and no log.

    Args:
        others: what `fitting_numbers` returned for items whose numbers are known to be others.
    """
    text = _without_digests(text)
    plain = _with_ascii_digits(text)
    found: Find | None = None
    for chain in _chains(plain):
        for first, last in _windows(chain):
            judged = None if _number(chain, first, last) in others else _judge(plain, chain, first, last)
            if judged == "certain":
                return judged
            found = judged or found
    spelled = any(_fits(number) and number not in others for number in _spelled_numbers(text, plain))
    return found or ("possible" if spelled else None)


def fitting_numbers(text: str) -> frozenset[str]:
    """Return the numbers of twelve digits in ``text`` that fit, however written; for `find_my_number` alone."""
    text = _without_digests(text)
    plain = _with_ascii_digits(text)
    grouped = {_number(chain, *window) for chain in _chains(plain) for window in _windows(chain)}
    return frozenset(grouped | set(filter(_fits, _spelled_numbers(text, plain))))


def holds_my_number(text: str) -> bool:
    """Tell whether ``text`` certainly holds what is written as a 個人番号 is."""
    return find_my_number(text) == "certain"


def names_my_number(text: str) -> bool:
    """Tell whether ``text`` names the 個人番号; the names of the card (個人番号カード) are not meant."""
    return _WORDS.search(unicodedata.normalize("NFKC", text)) is not None


def _without_digests(text: str) -> str:
    return _DIGEST.sub(lambda digest: "x" * len(digest.group()), text)


def _with_ascii_digits(text: str) -> str:
    """Return ``text`` with every digit as an ASCII digit, and without what is not seen."""
    if text.isascii():
        return text
    return _CIRCLE_RUN.sub(_zeros_beside_digits, "".join(map(_plain_character, text)))


def _zeros_beside_digits(circles: re.Match[str]) -> str:
    """一二○ is 120; ○○○ is a blank to fill in."""
    beside = (
        circles.string[max(0, circles.start() - 1) : circles.start()]
        + circles.string[circles.end() : circles.end() + 1]
    )
    return "0" * len(circles.group()) if re.search("[0-9]", beside) else circles.group()


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    if character in _KANJI:
        return _KANJI[character]
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return ""
    value = unicodedata.digit(character, None)
    if value is not None:
        return str(value)
    compatible = unicodedata.normalize("NFKC", character)  # ⑫, ⑽, ⒓
    return compatible.strip("().") if any(c.isdecimal() for c in compatible) else character


def _chains(plain: str) -> Iterator[list[_Group]]:
    """Yield the runs of groups that nothing but separators parts."""
    chain: list[_Group] = []
    end = 0
    for match in _DIGITS.finditer(plain):
        gap = plain[end : match.start()]
        joined = bool(chain) and len(gap) <= _MAX_GAP and _BETWEEN.fullmatch(gap) and not _CURRENCY.search(gap)
        if chain and not joined:
            yield chain
            chain = []
        chain.append(_Group(match.group(), match.start(), gap if joined else None))
        end = match.end()
    if chain:
        yield chain


def _windows(chain: list[_Group]) -> Iterator[tuple[int, int]]:
    """Yield first and last group of every run of groups with twelve digits in all that fit."""
    first, total = 0, 0
    for last, group in enumerate(chain):
        total += len(group.digits)
        while total > _LENGTH:
            total -= len(chain[first].digits)
            first += 1
        if total == _LENGTH and _fits(_number(chain, first, last)):
            yield first, last


def _number(chain: list[_Group], first: int, last: int) -> str:
    return "".join(group.digits for group in chain[first : last + 1])


def _judge(plain: str, chain: list[_Group], first: int, last: int) -> Find | None:
    """Say how surely a run of groups is meant as one number of twelve digits."""
    window = chain[first : last + 1]
    before = _before(plain, window[0])
    if before.endswith(("+", "＋")):  # a telephone number with its country
        return None
    if _is_part_of_longer(plain, chain, first, last):
        return None
    lengths = [len(group.digits) for group in window]
    gaps = [group.gap or "" for group in window[1:]]
    called_otherwise = _OTHER_NUMBER.search(before) is not None
    if lengths == [4, 4, 4]:
        doubtful = _may_be_years_or_card(chain, first, last) or _cuts_hyphens(chain, first, last)
        return "possible" if doubtful else "certain"
    if lengths == [3, 3, 3, 3] and all(gap in ("'", ",", "，", "、") for gap in gaps):  # an amount
        return None if re.match(r"\s*[円元]", plain[window[-1].start + 3 :]) else "possible"
    alone = first == 0 and last == len(chain) - 1
    if lengths == [_LENGTH] or (set(lengths) == {1} and _single_digits_end(chain, first, last)):
        return "possible" if called_otherwise else "certain"
    if min(lengths) >= 3:
        return "certain" if alone and not called_otherwise else "possible"
    return "possible" if alone and len(set(gaps)) == 1 else None


def _before(plain: str, group: _Group) -> str:
    return plain[max(0, group.start - 20) : group.start]


def _is_part_of_longer(plain: str, chain: list[_Group], first: int, last: int) -> bool:
    """Tell whether hyphens go on where the groups end, or these end what is called a 法人番号 and is one."""
    if _cuts_hyphens(chain, first, last) and all(_HYPHENS.fullmatch(g.gap or "") for g in chain[first + 1 : last + 1]):
        return last > first
    leading = chain[first - 1] if first else None
    if leading is None or not _OTHER_NUMBER.search(_before(plain, leading)):
        return False
    return corporate_number_fits(_number(chain, first - 1, last))


def _cuts_hyphens(chain: list[_Group], first: int, last: int) -> bool:
    """Tell whether a hyphen binds the groups to what stands before or after them."""
    edges = [chain[first], *chain[last + 1 : last + 2]]
    return any(group.gap is not None and _HYPHENS.fullmatch(group.gap) for group in edges)


def _may_be_years_or_card(chain: list[_Group], first: int, last: int) -> bool:
    if all(_YEAR.fullmatch(group.digits) for group in chain[first : last + 1]):
        return True
    gap = chain[last].gap
    beside = [chain[first - 1]] if first and chain[first].gap == gap else []
    beside += [chain[last + 1]] if last + 1 < len(chain) and chain[last + 1].gap == gap else []
    return any(len(group.digits) == 4 for group in beside)


def _single_digits_end(chain: list[_Group], first: int, last: int) -> bool:
    outside = chain[max(first - 1, 0) : first] + chain[last + 1 : last + 2]
    return all(len(group.digits) != 1 for group in outside)


def _spelled_numbers(text: str, plain: str) -> Iterator[str]:
    """Yield the numbers that are spelled out: with units, or as they are spoken."""
    for match in _WITH_UNITS.finditer(plain):
        if not match.group().isdecimal():
            yield f"{_value_with_units(match.group()):0{_LENGTH}}"
    for match in _SPOKEN_NUMBER.finditer(_hiragana(text)):
        yield "".join(_SPOKEN[word] for word in re.findall(_SPOKEN_DIGIT, match.group()))


def _hiragana(text: str) -> str:
    """Return ``text`` in small letters and hiragana."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in plain)


def _value_with_units(spelled: str) -> int:
    """千二百三十四億 is 123400000000."""
    total = section = number = 0
    for character in spelled:
        if character in _MYRIADS:
            total += (section + number or 1) * _MYRIADS[character]
            section = number = 0
        elif character in _UNITS:
            section += (number or 1) * _UNITS[character]
            number = 0
        else:
            number = number * 10 + int(character)
    return total + section + number


def _fits(digits: str) -> bool:
    """平成26年総務省令第85号5条: 11 - (sum of n_i q_i mod 11); a remainder of 0 or 1 gives 0."""
    if len(digits) != _LENGTH:
        return False
    *eleven, check = (int(digit) for digit in digits)
    weights = (index + 1 if index <= 6 else index - 5 for index in range(1, 12))
    remainder = sum(digit * weight for digit, weight in zip(reversed(eleven), weights, strict=True)) % 11
    return check == (0 if remainder <= 1 else 11 - remainder)
