"""How an error is told: its wording, and the ways in which a fact is written into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from signkit.errors.exit_codes import ExitCode
from signkit.errors.problems import Problem, RowProblem
from signkit.installation import install_command
from signkit.words import Language, Text


@dataclass(frozen=True)
class Wording:
    """What is said of one code; ``{fact}`` or ``{fact:way}`` stand for the facts, with ``way`` a key of ``WAYS``."""

    message: Text
    hint: Text | None = None
    exit_code: ExitCode = ExitCode.USAGE


class Fact:
    """A fact on its way into a sentence."""

    def __init__(self, value: object, language: Language) -> None:
        self._value = value
        self._language = language

    def __format__(self, way: str) -> str:
        write = WAYS.get(way)
        return write(self._value, self._language) if write else format(self._value, way)

    def __repr__(self) -> str:
        return repr(self._value)


def tell(text: Text, language: Language, facts: dict[str, object]) -> str:
    """Return ``text`` in ``language`` with ``facts`` written into it."""
    return text.in_language(language, **{name: Fact(value, language) for name, value in facts.items()})


#: A fact may be a stranger's: a name of a megabyte says no more than its beginning.
_LONGEST = 2000


def _plain(value: Any, language: Language) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(each, language) for each in value)
    said = value.in_language(language) if hasattr(value, "in_language") else format(value)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def _or_none(value: tuple[str, ...], language: Language) -> str:
    return _plain(value, language) or Text("none", "なし").in_language(language)


def _first(value: tuple[str, ...], language: Language) -> str:
    return _plain(value[:5], language) + (", ..." if len(value) > 5 else "")


def _lines(value: Iterable[Any], language: Language) -> str:
    return "\n".join("  - " + _plain(each, language) for each in value)


def _reasons(value: Iterable[tuple[str, Text]], language: Language) -> str:
    """Write which certificate lacks what, each on a new line."""
    return "".join(f"\n  - {name}: {reason.in_language(language)}" for name, reason in value)


def _choices(value: Iterable[Any], language: Language) -> str:
    nothing = Text("  (nothing)", "  (ありません)").in_language(language)
    return "\n".join(each.in_language(language) for each in value) or nothing


def _phrase(value: Iterable[Text], language: Language) -> str:
    return {"en": "; ", "ja": "、"}[language].join(each.in_language(language) for each in value)


_MAX_LINES = 100
_ROWS = Text("row {rows}: ", "{rows}行目: ")
_MORE = Text("  and {count} more problems.", "  ほか {count} 件の問題があります。")


def _rows(value: Iterable[RowProblem], language: Language) -> str:
    """Write every problem once, with the rows that have it, each on a new line."""
    rows: dict[Problem, list[int]] = {}
    for each in value:
        rows.setdefault(each.problem, []).append(each.row)
    lines = [
        "  - " + _ROWS.in_language(language, rows=_ranges(numbers)) + problem.in_language(language)
        for problem, numbers in rows.items()
    ]
    left = len(lines) - _MAX_LINES
    more = [_MORE.in_language(language, count=left)] if left > 0 else []
    return "".join("\n" + line for line in [*lines[:_MAX_LINES], *more])


def _ranges(numbers: list[int]) -> str:
    """Write row numbers as people do: 2-14, 17, 20."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(shown[:10]) + (", ..." if len(shown) > 10 else "")


#: The secrets of the card by the key that errors carry, in the words of the letter that comes with the card.
_SECRET_NAMES = {
    "signature": Text("signature password", "署名用電子証明書の暗証番号（英数字6〜16文字）"),
    "authentication": Text("authentication PIN", "利用者証明用電子証明書の暗証番号（数字4桁）"),
    "surface": Text("text input support PIN", "券面事項入力補助用の暗証番号（数字4桁）"),
    "code-b": Text("verification number B", "照合番号B（数字14桁）"),
    "birth-date": Text("birth date key", "生年月日（和暦6桁）"),
}
_TRIES_OF_TOKEN = {
    "not told": Text(
        "The token does not say how many tries remain. Check the PIN before the next one; it is not tried again by "
        "itself.",
        "残り回数はトークンから得られません。次の入力の前によくお確かめください。自動で再送はしません。",
    ),
    "last": Text(
        "One try is left; a further wrong entry locks it. If you are certain, insist with --use-last-try.",
        "残り1回です。次に間違えるとロックされます。確実な場合だけ --use-last-try を付けてください。",
    ),
    "locked": Text(
        "It is locked now; whoever issued the token unlocks it.",
        "ロックされました。解除はトークンの発行者に依頼してください。",
    ),
}
_NAME_ONE = Text("Name one of the empty fields with --as.", "--as で空の署名欄を指定してください。")
_OTHER_NAME = Text("Give another name.", "別の名前を指定してください。")
_OR_OVERWRITE = Text("Give another name, or add --overwrite.", "別の名前を指定するか、--overwrite を付けてください。")
_MAKE_ONE = Text(
    "Say where to sign and the field is made: --field-at PAGE:X,Y,W,H, in millimetres from the page's upper left "
    "corner, for example --field-at 1:120,240,70,25 (or last:120,240,70,25).",
    "署名する場所を --field-at ページ:X,Y,幅,高さ で指定すると、署名欄を作って署名します "
    "(ページ左上からのミリメートル。例: --field-at 1:120,240,70,25、最後のページなら last:120,240,70,25)。",
)

#: How a fact is written, by what stands after the colon in ``{fact:way}``.
WAYS: dict[str, Callable[[Any, Language], str]] = {
    "": _plain,
    "count": lambda value, _: str(len(value)),
    "or-none": _or_none,
    "or-dash": lambda value, language: _plain(value, language) or "-",
    "first": _first,
    "lines": _lines,
    "reasons": _reasons,
    "choices": _choices,
    "and": _phrase,
    "rows": _rows,
    "guide": lambda cause, language: "word" if _plain(cause, language).startswith("contract.docx") else "templates",
    "install": lambda extra, _: install_command(extra),
    "secret": lambda value, language: _SECRET_NAMES[value].in_language(language),
    "tries": lambda value, language: _TRIES_OF_TOKEN[value].in_language(language),
    "other-name": lambda is_final, language: (_OTHER_NAME if is_final else _OR_OVERWRITE).in_language(language),
    "way-to-sign": lambda empty, language: (_NAME_ONE if empty else _MAKE_ONE).in_language(language),
}
