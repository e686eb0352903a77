"""What the page says beside a signature field: whom it names there, as a viewer reads its text.

PDFium reads the file, in a process that may be lost; it shares no code with our own reading, so that what deceives one
is seen by the other.  A text layer proves nothing of what is drawn (ToUnicode, ISO 32000-2 9.10.3; invisible text,
9.3.6): a name that is missing here is missing, one that is found is no more than written in the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, NamedTuple

from signkit.drawing import open_document
from signkit.jpki.normalise import fold
from signkit.preview import signature_places
from signkit.validation.page_ink import SMALLEST, PageInk, crowded
from signkit.workers import WorkerLost, WorkerPool, kept_pool

Carried = Literal["yes", "joined", "between", "no"]
#: How the page beside a field carries each text that was asked about.
Answer = Mapping[str, Carried]
Box = tuple[float, float, float, float]
#: How far above or below a field, then how far to its side.
_Distance = tuple[float, float]

_SECONDS = 20.0
_MEMORY = 2 * 1024 * 1024 * 1024
_MAX_PAGES = 2_000
_MAX_CHARACTERS = 50_000
#: Characters around one field, and fields asked about: what lies beyond is not read.
_MAX_AROUND = 4_000
_MAX_QUESTIONS = 100
#: How far above or below a field its party's name may stand, in points (30 mm).
_REACH = 85.0
#: Characters nearer to each other than this part of their height belong to one word.
_JOINED = 0.6
#: What may follow a name in one word: forms of address and the mark of a seal.
_SUFFIXES = ("様", "殿", "氏", "印", "㊞")


class Character(NamedTuple):
    """A character of a page, where it stands (left, bottom, right, top in points), and how near to the field.

    Attributes:
        own: points above or below the field; 0 where it stands beside it.
        other: the same for the nearest other signature field; None where the page has no other.
        nearest: no other signature field is nearer.
    """

    text: str
    box: Box
    own: float
    other: float | None
    nearest: bool


@dataclass(frozen=True)
class PageTextQuestion:
    """What is looked for beside which field.

    Attributes:
        field: the full name of the signature field.
        end: how many bytes of the file are read: what its signature covers, or less where that shows the same.
        texts: names and the like.
        pages: those (from 0) that show the field: to load a page costs milliseconds; None: any.
        covered: places at which other viewers than PDFium draw something over what the page says.
    """

    field: str
    end: int
    texts: frozenset[str]
    pages: tuple[int, ...] | None = None
    covered: tuple[Box, ...] = ()


def carried_beside(
    data: bytes, questions: Sequence[PageTextQuestion], password: str | None = None
) -> list[Answer | None]:
    """Return, for each field, how the page beside it carried each text as its signature found the file.

    None where that cannot be told: the field has no place on a page, or PDFium cannot read the file.
    """
    return ask_beside(data, questions, password)()


def ask_beside(
    data: bytes, questions: Sequence[PageTextQuestion], password: str | None = None
) -> Callable[[], list[Answer | None]]:
    """Begin to read, and return what waits for the answers of `carried_beside`: the judge has other work meanwhile."""
    asked = tuple(questions[:_MAX_QUESTIONS])
    job = _pool().submit(_read_pages, data, asked, password) if asked else None

    def answers() -> list[Answer | None]:
        try:
            found: list[Answer | None] = job.result() if job is not None else []
        except (WorkerLost, RuntimeError, ValueError, MemoryError):
            found = []
        return found + [None] * (len(questions) - len(found))

    return answers


def _pool() -> WorkerPool:
    return kept_pool("places of names", seconds=_SECONDS, memory=_MEMORY)


# --- is the name there -----------------------------------------------------------------------------------


def carried(characters: Iterable[Character], texts: Iterable[str]) -> dict[str, Carried]:
    """Tell whether each text, in any form of its characters, stands beside the field as a word of its own.

    ``joined``: further letters stand before or after it without a gap (小林 太郎 where 林 太郎 is looked for).
    ``between``: it stands between two fields, nearer to the other one.
    """
    shown = list(_letters(characters))
    line = "".join(letter for _, letter in shown)
    return {text: _best_place(shown, line, _squeeze(text)) for text in texts}


def _best_place(shown: Sequence[tuple[Character, str]], line: str, wanted: str) -> Carried:
    found: set[Carried] = set()
    start = line.find(wanted) if wanted else -1
    while start >= 0:
        found.add(_place(shown, start, start + len(wanted)))
        start = line.find(wanted, start + 1)
    return next((each for each in _BEST_FIRST if each in found), "no")


_BEST_FIRST: tuple[Carried, ...] = ("yes", "joined", "between")


def _place(shown: Sequence[tuple[Character, str]], start: int, end: int) -> Carried:
    run = [one for one, _ in shown[start:end]]
    if any(one.own > _REACH for one in run):
        return "no"
    if not all(one.nearest for one in run):
        return "between" if all(one.other for one in run) else "no"
    before = start > 0 and _is_joined(shown[start - 1], shown[start])
    after = end < len(shown) and _is_joined(shown[end - 1], shown[end]) and shown[end][0].text not in _SUFFIXES
    return "joined" if before or after else "yes"


def _is_joined(one: tuple[Character, str], other: tuple[Character, str]) -> bool:
    """Tell whether two neighbouring letters stand without a gap, on one line or one below the other."""
    if not (_is_letter(one[1]) and _is_letter(other[1])):
        return False
    (left1, bottom1, right1, top1), (left2, bottom2, right2, top2) = one[0].box, other[0].box
    size = max(top1 - bottom1, top2 - bottom2, right1 - left1, right2 - left2)
    across = max(left1, left2) - min(right1, right2)
    along = max(bottom1, bottom2) - min(top1, top2)
    return across < _JOINED * size and along < 0


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" or character in "・-"


def _letters(characters: Iterable[Character]) -> Iterator[tuple[Character, str]]:
    """Yield the letters as they are compared; marks of repetition and of length depend on the one before (佐々木)."""
    before = ""
    for one in characters:
        for letter in _squeeze(before + one.text)[len(before) :]:
            yield one, letter
            before = letter


@lru_cache(maxsize=4096)
def _squeeze(text: str) -> str:
    return "".join(fold(text).split())


# --- in the worker ---------------------------------------------------------------------------------------


def _read_pages(data: bytes, questions: Sequence[PageTextQuestion], password: str | None) -> list[Answer | None]:
    found: dict[PageTextQuestion, Answer | None] = {}
    for end in {question.end for question in questions}:
        # The file as its signature found it: what came later could have put another name there.
        wanted = {question.field: question for question in questions if question.end == end}
        for name, characters in _beside(data[:end], wanted.keys(), _pages_asked(wanted.values()), password):
            # A field has one place (12.7.5.5): of two, people see one and this might read the other.
            question = wanted[name]
            known = characters is not None and question not in found
            seen = characters or ()
            if question.covered:
                seen = tuple(_as_seen(each, question.covered) for each in seen)
            found[question] = carried(seen, question.texts) if known else None
    return [found.get(question) for question in questions]


#: A letter of no name: what stands below something else is one, whichever it is.
_SOME_LETTER = "\ua66e"


def _as_seen(character: Character, covered: Iterable[Box]) -> Character:
    left, bottom, right, top = character.box
    below = any(left < box[2] and box[0] < right and bottom < box[3] and box[1] < top for box in covered)
    return character._replace(text=_SOME_LETTER) if below else character


def _pages_asked(questions: Iterable[PageTextQuestion]) -> Sequence[int]:
    numbers: set[int] = set()
    for question in questions:
        if question.pages is None:
            return range(_MAX_PAGES)
        numbers |= set(question.pages)
    return sorted(numbers)[:_MAX_PAGES]


def _beside(
    data: bytes, wanted: Collection[str], numbers: Sequence[int], password: str | None
) -> Iterator[tuple[str, tuple[Character, ...] | None]]:
    document = open_document(data, password)
    try:
        for number in numbers:
            if number >= len(document):
                break
            page = document[number]
            places = signature_places(document, page)
            here = [name for name, _ in places if name in wanted]
            characters = _seen(page, list(_characters(page))) if here else []
            distances = [[(name, _distance(box, place)) for name, place in places] for _, box in characters]
            for name in here:
                around = tuple(islice(_around(name, characters, distances), _MAX_AROUND + 1))
                yield name, around if len(around) <= _MAX_AROUND else None
            page.close()
    finally:
        document.close()


def _seen(page: Any, characters: list[tuple[str, Box, float]]) -> list[tuple[str, Box]]:
    """Return those characters that can be seen."""
    ink, hidden = PageInk(page), crowded((text, box) for text, box, _ in characters)
    return [(text, box) for text, box, height in characters if box not in hidden and ink.shows(box, height)]


def _characters(page: Any) -> Iterator[tuple[str, Box, float]]:
    """Yield every character on the page, its box and its height with what it leaves; two halves (UTF-16) as one."""
    from pypdfium2 import raw

    edges = page.get_cropbox()
    words = page.get_textpage()
    high = 0
    for index in range(min(words.count_chars(), _MAX_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(words.raw, index)
        # A character beyond the first plane comes as two halves (UTF-16).
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0
        high = 0
        if not 32 < code < 0x110000:
            continue
        # What lies outside the crop box nobody sees (ISO 32000-2 14.11.2).
        if _is_within(box := words.get_charbox(index), edges):
            height = max(box[2] - box[0], box[3] - box[1])
            if height < SMALLEST:  # a full stop leaves more than it draws
                left, bottom, right, top = words.get_charbox(index, loose=True)
                height = max(right - left, top - bottom)
            yield chr(code), box, height
    words.close()


def _is_within(box: Box, edges: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return bool(edges[0] <= x <= edges[2] and edges[1] <= y <= edges[3])


def _around(
    name: str, characters: Sequence[tuple[str, Box]], distances: Sequence[Sequence[tuple[str, _Distance]]]
) -> Iterator[Character]:
    for (text, box), places in zip(characters, distances, strict=True):
        own = next(distance for each, distance in places if each == name)
        if own[0] <= 2 * _REACH:
            other = min([distance for each, distance in places if each != name], default=None)
            yield Character(text, box, own[0], other and other[0], other is None or own <= other)


def _distance(box: Box, field: Box) -> _Distance:
    left, bottom, right, top = box
    start, lower, end, upper = field
    return (
        lower - top if lower > top else bottom - upper if bottom > upper else 0.0,
        start - right if start > right else left - end if left > end else 0.0,
    )
