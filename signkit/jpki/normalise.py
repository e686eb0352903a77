"""Names and addresses in forms that can be compared: width, spaces, marks, and the many forms of one kanji.

Three steps, each a plain function on text:

- ``plain``: the same characters, written in one width, with one kind of space, hyphen and long mark;
- ``fold``: ``plain`` with every kanji in its canonical form, without variation selectors and iteration marks;
- ``with_arabic_numerals``: kanji numerals as digits, for addresses.

NFKC alone will not do: it knows nothing of 髙/高, leaves 﨑 (U+FA11) as it is and rewrites 神 (U+FA19) without telling.
So the forms stand in two tables of our own, which say two different things.  ``variants/same.tsv`` holds forms of *one*
character, from the 常用漢字表 and the 人名用漢字 (Unihan 15.0 kJoyoKanji and kJinmeiyoKanji; OpenCC's
JPShinjitaiCharacters) with surname forms collected by hand; ``variants/mixed_up.tsv`` holds *different* characters
that people write for one another (斉/斎).  Each row names its source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

#: Stands for a character that may be any kanji (代替文字).  A private-use character: no accepted text holds it.
ANY_KANJI = "\ue000"

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPACES_FROM_DATA = "\t\n\r"
# What Unicode calls letters, marks or symbols and nobody sees: fillers, a joiner, Mongolian selectors, blank Braille.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
# Variation selectors, also of the Ideographic Variation Database (UTS #37): another shape, not another character.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# CJK compatibility ideographs: normalisation would replace them by another character without telling.
_COMPATIBILITY_IDEOGRAPHS = "\uf900-\ufaff\U0002f800-\U0002fa1f"
_NOT_COMPATIBILITY_IDEOGRAPHS = re.compile(f"[^{_COMPATIBILITY_IDEOGRAPHS}]+")
_HYPHENS = re.compile("[\u2010-\u2015\u2043\u2212\u2500\ufe58\ufe63]")
_KANA = "ぁ-ゖゝゞァ-ヺーヽヾ〱-〵"
_HYPHENS_AFTER_KANA = re.compile(f"(?<=[{_KANA}])-+")
_LONG_MARKS_WITHOUT_KANA = re.compile(f"(?<![{_KANA}])ー+")
_DOTS = re.compile("[\u00b7\u2022\u2219\u22c5\u30fb]")
_IDEOGRAPH = re.compile("[々〆〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\ue000]")
_KANA_ONLY = re.compile("[ぁ-ゖァ-ヺー]+")
_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_STROKED = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE"})
_KANJI_NUMBER = re.compile("[〇一二三四五六七八九十百千]+")


def is_unsafe(text: str) -> bool:
    """Return whether ``text`` holds what a reader cannot see as it is stored: controls, bidi, private use."""
    return any(
        character in _INVISIBLE
        or (unicodedata.category(character) in _UNSAFE_CATEGORIES and character not in _SPACES_FROM_DATA)
        for character in text
    )


def plain(text: str) -> str:
    """Return ``text`` in one width, with single ASCII spaces, ASCII hyphens and composed kana.

    Compatibility ideographs and variation selectors stay: they are forms, and ``fold`` is where forms go.
    """
    # The spacing voiced marks become combining ones, so that NFKC composes them with their kana.
    text = text.replace("\u309b", "\u3099").replace("\u309c", "\u309a")
    text = _NOT_COMPATIBILITY_IDEOGRAPHS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    text = _HYPHENS.sub("-", text)
    text = _LONG_MARKS_WITHOUT_KANA.sub(lambda run: "-" * len(run[0]), text)
    text = _HYPHENS_AFTER_KANA.sub(lambda run: "ー" * len(run[0]), text)
    return " ".join(_DOTS.sub("・", text).split())


def fold(text: str) -> str:
    """Return ``plain(text)`` with each kanji in its canonical form and the iteration marks written out."""
    unified = unicodedata.normalize("NFC", plain(_SELECTORS.sub("", text)))
    canonical = _canonical_forms()
    # Plain once more: a canonical kana may take up a voiced mark, or a hyphen as its long mark.
    return _without_iteration_marks(plain("".join(canonical.get(one, one) for one in unified)))


def mixed_up(first: str, second: str) -> str | None:
    """Return the kind of ``variants/mixed_up.tsv`` under which two folded characters are listed, or None."""
    return _mixed_up_pairs().get(frozenset((first, second)))


def same_length_differences(first: str, second: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs in which two folded texts of one length differ; ``ANY_KANJI`` differs from no kanji."""
    pairs = zip(first, second, strict=True)
    return tuple((one, other) for one, other in pairs if one != other and not _may_be(one, other))


def same(first: str, second: str) -> bool:
    """Return whether two folded texts are the same; ``ANY_KANJI`` is the same as any kanji."""
    return len(first) == len(second) and not same_length_differences(first, second)


def residues(first: str, second: str) -> tuple[str, str]:
    """Return what is left of two texts without their common start and end."""
    start = _common_length(first, second)
    first, second = first[start:], second[start:]
    end = _common_length(first[::-1], second[::-1])
    return first[: len(first) - end], second[: len(second) - end]


def is_kana(text: str) -> bool:
    """Return whether ``text`` is written in kana alone."""
    return _KANA_ONLY.fullmatch(text) is not None


def has_kanji(text: str) -> bool:
    """Return whether a kanji stands in ``text``."""
    return _IDEOGRAPH.search(text) is not None


def is_latin(text: str) -> bool:
    """Return whether every letter of ``text`` is Latin, and there is one."""
    letters = [one for one in text if one.isalpha()]
    return bool(letters) and all(unicodedata.name(one, "").startswith("LATIN ") for one in letters)


def hiragana(text: str) -> str:
    """Return ``text`` with katakana as hiragana."""
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in text)


def katakana(text: str) -> str:
    """Return ``text`` with hiragana as katakana."""
    return "".join(chr(ord(one) + 0x60) if "ぁ" <= one <= "ゖ" else one for one in text)


def without_accents(text: str) -> str:
    """Return Latin ``text`` without its diacritics (É as E), as a passport's machine-readable line has it."""
    # NFD parts letter and mark; marks of category Mn are then left out.
    decomposed = unicodedata.normalize("NFD", text.translate(_STROKED))
    return "".join(one for one in decomposed if unicodedata.category(one) != "Mn")


def with_arabic_numerals(text: str) -> str:
    """Return ``text`` with every kanji numeral up to 9999 as digits: 二十三 and 二三 are both 23.

    Also in place names (八王子 becomes 8王子): the result is for comparing, never for showing.
    """
    return _KANJI_NUMBER.sub(lambda run: _arabic(run[0]), text)


def substitutes_marked(text: str, indexes: Sequence[int]) -> str:
    """Return ``text`` with ``ANY_KANJI`` at ``indexes`` (those outside the text are ignored)."""
    marked = set(indexes)
    return "".join(ANY_KANJI if index in marked else one for index, one in enumerate(text))


def _arabic(numeral: str) -> str:
    if not any(one in _PLACES for one in numeral):
        return "".join(str(_DIGITS[one]) for one in numeral)
    total, digit = 0, 0
    for one in numeral:
        if one in _DIGITS:
            digit = digit * 10 + _DIGITS[one]
        else:
            total += (digit or 1) * _PLACES[one]
            digit = 0
    return str(total + digit)


def _without_iteration_marks(text: str) -> str:
    """Write out 々 〻 ゝ ゞ ヽ ヾ, and 〱 〲 (and their halves 〳〵, 〴〵) as the two kana before them."""
    text = text.replace("〳〵", "〱").replace("〴〵", "〲")
    written: list[str] = []
    for mark in text:
        if mark in "々〻" and written and has_kanji(written[-1]):
            written.append(written[-1])
        elif mark in "ゝヽ" and written and is_kana(written[-1]):
            written.append(_without_voice_mark(written[-1]))
        elif mark in "ゞヾ" and written and is_kana(written[-1]):
            written.append(_with_voice_mark(_without_voice_mark(written[-1])))
        elif mark in "〱〲" and is_kana("".join(written[-2:])) and len(written) > 1:
            first, second = written[-2:]
            written += [_with_voice_mark(_without_voice_mark(first)) if mark == "〲" else first, second]
        else:
            written.append(mark)
    return "".join(written)


def _with_voice_mark(kana: str) -> str:
    # NFC composes kana and mark where there is such a character.
    composed = unicodedata.normalize("NFC", kana + "\u3099")
    return composed if len(composed) == 1 else kana


def _without_voice_mark(kana: str) -> str:
    return unicodedata.normalize("NFD", kana)[0]


def _may_be(one: str, other: str) -> bool:
    return (one == ANY_KANJI and has_kanji(other)) or (other == ANY_KANJI and has_kanji(one))


def _common_length(first: str, second: str) -> int:
    pairs = zip(first, second, strict=False)
    return next(
        (index for index, (one, other) in enumerate(pairs) if one != other and not _may_be(one, other)),
        min(len(first), len(second)),
    )


@cache
def _canonical_forms() -> dict[str, str]:
    return {form: canonical for canonical, form, _ in table_rows("same.tsv")}


@cache
def _mixed_up_pairs() -> dict[frozenset[str], str]:
    return {frozenset((one, other)): kind for one, other, kind in table_rows("mixed_up.tsv")}


def table_rows(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of a table in ``variants/``: two texts, and the kind or source of the row."""
    text = files("signkit.jpki").joinpath("variants", name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            first, second, note = line.split("\t")
            yield first, second, note
