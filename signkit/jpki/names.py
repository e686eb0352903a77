"""Two names: of people, written in kanji, kana or Latin letters, and of organizations.

The functions return reason codes of ``signkit.jpki.match_reasons``; they never return a part of a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from signkit.jpki.match_reasons import worst
from signkit.jpki.normalise import (
    ANY_KANJI,
    fold,
    has_kanji,
    hiragana,
    is_kana,
    is_latin,
    mixed_up,
    plain,
    residues,
    same,
    same_length_differences,
    substitutes_marked,
    table_rows,
    without_accents,
)
from signkit.words import Language

_BRACKETS = re.compile(r"(?P<before>[^(\[〔【]*)[(\[〔【](?P<inside>[^)\]〕】]+)[)\]〕】](?P<after>.*)")
_MIXED_UP_CODES = {
    "interchanged": "name-mixed-up",
    "look-alike": "name-look-alike",
    "kana": "name-kana-spelling",
}
_ONE_CHARACTER, _DIFFERENT = "one-character", "different"
_APOSTROPHES = re.compile("['’‘`´.]")
_SPECIAL_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})


def compare_person_names(signer: str, party: str) -> tuple[str, ...]:
    """Return why the name in a certificate's subject and the name in a contract are one person's, or not."""
    whole = _compare(signer, party)
    bare = [_without_brackets(name) for name in (signer, party)]
    if worst(whole) == "match" or bare == [signer, party]:
        return whole
    return (*_compare(*bare), "name-remark")


def compare_registered_names(registered: str, party: str, substitutes: Sequence[int] = ()) -> tuple[str, ...]:
    """Return the same for the name in a JPKI certificate, which may hold a second name in brackets.

    ``substitutes`` are the indexes in ``registered`` at which a substitute character (代替文字) stands.
    """
    shown = _compare_readings(registered, party)
    if not substitutes or worst(shown) == "match":
        return shown
    marked = substitutes_marked(registered, substitutes)
    codes = _compare_readings(marked, party)
    if worst(codes) != "match":
        return codes
    nothing_left = any(set(part) == {ANY_KANJI} for part in fold(marked).split())
    return ("name-all-substituted",) if nothing_left else ("name-substitute",)


def names_organization(name: str) -> bool:
    """Return whether ``name`` bears a legal form (株式会社, Ltd.)."""
    return _read_organization(name).form is not None


@cache
def legal_form_spellings() -> tuple[tuple[str, ...], ...]:
    """Return how each Japanese legal form is written, the longest first: 株式会社, (株)."""
    spellings: dict[str, list[str]] = {}
    for written, form in _legal_forms("ja").items():
        spellings.setdefault(form, []).append(written)
    return tuple(tuple(ways) for ways in spellings.values())


def compare_organizations(signer: str, party: str) -> tuple[str, ...]:
    """Return why two names of organizations name the same one, or not."""
    codes = _organization_codes(signer, party)
    if worst(codes) == "mismatch" and (_begins_with(signer, party) or _begins_with(party, signer)):
        return ("name-partial",)
    return codes


# --- people ----------------------------------------------------------------------------------------------


def _compare_readings(registered: str, party: str) -> tuple[str, ...]:
    """Compare every name that a register gives: 番号［旧氏］　花子 is 番号　花子 or 旧氏　花子."""
    found = _BRACKETS.fullmatch(plain(registered))
    first = compare_person_names(registered, party)
    if found is None or worst(first) == "match":
        return first
    codes = compare_person_names(found["before"] + found["after"], party)
    second = f"{found['inside']} {found['after']}"
    if worst(codes) != "match" and worst(compare_person_names(second, party)) == "match":
        return ("name-in-brackets",)
    return codes


def _without_brackets(name: str) -> str:
    found = _BRACKETS.fullmatch(plain(name))
    return found["before"] + found["after"] if found else name


def _compare(signer: str, party: str) -> tuple[str, ...]:
    # Latin names have their own rules of order and accents.
    if is_latin(plain(signer)) and is_latin(plain(party)):
        return _compare_latin(_latin_words(signer), _latin_words(party))
    one, other = _parts(signer), _parts(party)
    if not one or not other:
        return ("name-empty",)
    if code := _same_characters(one, other):
        if code == "name-equal" and _without_separators(plain(signer)) != _without_separators(plain(party)):
            code = "name-variant-form"
        return (code,)
    if _abbreviates(one, other) or _abbreviates(other, one):
        return ("name-partial",)
    return tuple(_difference_codes(_align(one, other)))


def _parts(name: str) -> list[str]:
    return fold(name).casefold().replace("・", " ").split()


def _without_separators(name: str) -> str:
    return name.casefold().replace("・", "").replace(" ", "")


def _same_characters(one: Sequence[str], other: Sequence[str]) -> str | None:
    """Return the code for names that hold the same characters or the same parts, None for others."""
    if same("".join(one), "".join(other)):
        parted_alike = [len(part) for part in one] == [len(part) for part in other]
        return "name-equal" if parted_alike or 1 in (len(one), len(other)) else "name-split"
    return "name-order-unclear" if sorted(one) == sorted(other) else None


def _align(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    """Pair family name with family name and given name with given name, as far as they can be told apart."""
    if len(one) == len(other):
        return list(zip(one, other, strict=True))
    if len(one) == 1 and len(other) == 2:
        return [(first, second) for second, first in _align(other, one)]
    whole = "".join(other)
    if len(one) == 2 and len(other) == 1:
        family, given = one
        if whole.startswith(family):
            return [(family, family), (given, whole[len(family) :])]
        if whole.endswith(given):
            return [(family, whole[: -len(given)]), (given, given)]
    return [("".join(one), whole)]


def _difference_codes(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    labels = ("family-", "given-") if len(pairs) == 2 else ("",) * len(pairs)
    for label, (one, other) in zip(labels, pairs, strict=True):
        if not same(one, other):
            code = _difference(one, other)
            yield f"name-{label}{code}" if code in (_ONE_CHARACTER, _DIFFERENT) else code


def _difference(one: str, other: str) -> str:
    """Return what kind of difference two folded parts show: a code, or one of the two that take a label."""
    whole = (one, other)
    one, other = residues(one, other)
    if not one or not other:
        return "name-longer"
    pairs = same_length_differences(one, other) if len(one) == len(other) else ()
    kinds = [mixed_up(*pair) for pair in pairs]
    if kinds and all(kinds):
        return _MIXED_UP_CODES[str(kinds[0])]
    if _differ_in_script(one, other) or _one_is_latin(*whole):
        return "name-script"
    return _ONE_CHARACTER if len(one) == len(other) == 1 else _DIFFERENT


def _differ_in_script(one: str, other: str) -> bool:
    if is_kana(one) and is_kana(other):
        return hiragana(one) == hiragana(other)
    return _kana_for_kanji(one, other) or _kana_for_kanji(other, one)


def _kana_for_kanji(kana: str, kanji: str) -> bool:
    spelled = is_kana(kana) and kana.strip("ー") != ""
    return spelled and has_kanji(kanji) and all(is_kana(one) or has_kanji(one) for one in kanji)


def _one_is_latin(one: str, other: str) -> bool:
    """Tell whether one part is Latin and the other Japanese: Hanako and 花子."""
    return any(
        is_latin(latin) and all(is_kana(letter) or has_kanji(letter) for letter in japanese)
        for latin, japanese in ((one, other), (other, one))
    )


# --- people in Latin letters -----------------------------------------------------------------------------


def _latin_words(name: str) -> list[str]:
    text = _APOSTROPHES.sub("", fold(name)).casefold()
    return text.replace("-", " ").replace(",", " ").replace("・", " ").split()


def _compare_latin(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    order = () if list(one) == list(other) else ("name-order",)
    if sorted(one) == sorted(other):
        return order or ("name-equal",)
    bare_one, bare_other = [without_accents(word) for word in one], [without_accents(word) for word in other]
    if sorted(bare_one) == sorted(bare_other):
        return ("name-accents",) if bare_one == bare_other else ("name-accents", "name-order")
    if "".join(bare_one) == "".join(bare_other):
        return ("name-split",)
    if _transliterations(one) & _transliterations(other):
        return ("name-transliteration",)
    if _abbreviates(bare_one, bare_other) or _abbreviates(bare_other, bare_one):
        return ("name-partial",)
    rest = residues("".join(bare_one), "".join(bare_other))
    return ("name-one-character",) if [len(part) for part in rest] == [1, 1] else ("name-different",)


def _transliterations(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the ways in which words with special letters are written without them (ICAO Doc 9303-3, 6.A)."""
    written_out = sorted(without_accents(word.translate(_SPECIAL_LETTERS)) for word in words)
    return {tuple(written_out), tuple(sorted(without_accents(word) for word in words))}


def _abbreviates(short: Sequence[str], long: Sequence[str]) -> bool:
    """Tell whether ``short`` holds some of the words of ``long``, or their Latin initials, and nothing else."""
    remaining = list(long)
    for word in sorted(short, key=len, reverse=True):
        initial = len(word) == 1 and is_latin(word)
        found = next((one for one in remaining if one == word or (initial and one.startswith(word))), None)
        if found is None:
            return False
        remaining.remove(found)
    return bool(short) and list(short) != list(long)


# --- organizations ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Organization:
    """A name without its legal form; ``position`` tells where the form stood."""

    name: str
    form: str | None
    position: str | None


def _read_organization(text: str) -> _Organization:
    words = fold(text).casefold().replace("・", " ")
    if is_latin(words):
        return _read_latin_organization(words)
    name = words.replace(" ", "")
    for written, form in _legal_forms("ja").items():
        if name.startswith(written):
            return _Organization(name.removeprefix(written), form, "before")
        if name.endswith(written):
            return _Organization(name.removesuffix(written), form, "after")
    return _Organization(name, None, None)


def _read_latin_organization(text: str) -> _Organization:
    words = text.replace(".", "").replace(",", " ").split()
    known, form = _legal_forms("en"), list[str]()
    while len(words) > 1 and words[-1] in known:
        form.insert(0, known[words.pop()])
    if form == ["co"]:
        words, form = [*words, form.pop()], []  # Co alone is also a family name
    return _Organization("".join(words), " ".join(form) or None, "after" if form else None)


@cache
def _legal_forms(language: Language) -> dict[str, str]:
    """Return the forms by how they are written, the longest first (一般社団法人 before 社団法人)."""
    rows = [(written, form) for written, form, column in table_rows("legal_forms.tsv") if column == language]
    return dict(sorted(rows, key=lambda row: -len(row[0])))


def _organization_codes(signer: str, party: str) -> tuple[str, ...]:
    one, other = _read_organization(signer), _read_organization(party)
    if not one.name or not other.name:
        return ("name-partial",)
    if not same(one.name, other.name):
        code = _difference(one.name, other.name)
        undecided = code in ("name-script", *_MIXED_UP_CODES.values())
        return (code,) if undecided else ("organization-different",)
    if one.form != other.form:
        abbreviated = one.form is None or other.form is None or is_latin(one.form + other.form)
        return ("organization-form-missing",) if abbreviated else ("organization-form-different",)
    if one.position != other.position:
        return ("organization-form-position",)
    return (
        ("name-equal",)
        if _without_separators(plain(signer)) == _without_separators(plain(party))
        else ("name-variant-form",)
    )


def _begins_with(long: str, short: str) -> bool:
    """Tell whether the first words of ``long`` are the organization ``short``: 架空不動産株式会社 大阪支店."""
    words = plain(long).split()
    wanted = _read_organization(short)
    return any(_read_organization(" ".join(words[:count])) == wanted for count in range(1, len(words)))
