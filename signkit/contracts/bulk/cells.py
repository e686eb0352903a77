"""From a cell's text to a value of the kind that the template's schema asks for.

Accepted is what spreadsheets in Japan write: full-width digits, grouped amounts, half-width kana, dates by the western
or the Japanese calendar, 有/無.  What could mean two things is refused, and no value is quoted in a refusal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from signkit.contracts.japanese import ERAS
from signkit.plain_data import MAX_TEXT
from signkit.words import Text

_WHOLE = re.compile(r"[-+]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})")
_FRACTION = re.compile(rf"({_WHOLE.pattern})(\.\d{{1,9}})?")
#: The yen sign before an amount; CP932 files have it as the backslash.
_MONEY = re.compile(r"(?:[¥\\])?\s*(.*?)\s*円?")
_WESTERN = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
)
_JAPANESE = re.compile(
    r"(明治|大正|昭和|平成|令和|[明大昭平令MTSHR])(元|\d{1,2})(?:年(\d{1,2})月(\d{1,2})日|([./-])(\d{1,2})\5(\d{1,2}))",
    re.IGNORECASE,
)
#: What the Japanese calendar's eras are called in short.
_ERA_OF = dict(zip("RHSTM", (name for _, name in ERAS), strict=True))
_WEEKDAY = re.compile(r"\([月火水木金土日](?:曜日?)?\)$")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]+")
_SHORT_TIME = re.compile(r"\d:\d\d")
_TRUTHS = {"true": True, "はい": True, "有": True, "あり": True}
_TRUTHS |= {"false": False, "いいえ": False, "無": False, "なし": False}
#: What spreadsheets show where a formula failed.
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


class CellRefused(ValueError):
    """A cell's text is not what its column asks for; ``words`` say what would be."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


def cell_value(text: str, schema: Mapping[str, Any]) -> object:
    """Return the value of a cell that is not empty, by the kind that its item's schema names.

    Raises:
        CellRefused: the text is no such value, a formula, or too long.
    """
    if len(text) > MAX_TEXT:
        raise CellRefused(Text(f"is longer than {MAX_TEXT} characters", f"{MAX_TEXT} 文字を超えています"))
    if text.startswith(("=", "@")) or text in _ERRORS:
        raise CellRefused(_FORMULA)
    match _kind(schema):
        case "integer":
            return _integer(text)
        case "number":
            return _number(text)
        case "boolean":
            return _truth(text)
        case "date":
            return _date(text)
    return _text(text, schema)


def is_worth_showing(text: str, value: object, schema: Mapping[str, Any]) -> bool:
    """Tell whether somebody should see what was read of a cell: every date, and what reads otherwise."""
    if _kind(schema) == "date":
        return True
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return re.sub(r"[,\s¥\\円]", "", text) != str(value)
    return value != text


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "string")
    return "date" if kind == "string" and schema.get("format") == "date" else str(kind)


def _integer(text: str) -> int:
    digits = _amount(text)
    if not _WHOLE.fullmatch(digits):
        raise CellRefused(_NO_INTEGER)
    return int(digits.replace(",", ""))


def _number(text: str) -> float | int:
    digits = _amount(text)
    found = _FRACTION.fullmatch(digits)
    if found is None:
        raise CellRefused(_NO_NUMBER)
    plain = digits.replace(",", "")
    return float(plain) if found[2] else int(plain)


def _amount(text: str) -> str:
    found = _MONEY.fullmatch(unicodedata.normalize("NFKC", text))
    return found[1] if found else text


def _truth(text: str) -> bool:
    try:
        return _TRUTHS[unicodedata.normalize("NFKC", text).lower()]
    except KeyError:
        raise CellRefused(_NO_TRUTH) from None


def _date(text: str) -> str:
    """Return a date as ISO 8601; an era's date must lie within the era."""
    plain = _WEEKDAY.sub("", unicodedata.normalize("NFKC", text).replace(" ", ""))
    try:
        if western := _WESTERN.fullmatch(plain):
            return date(*(int(part) for part in western.groups() if part is not None)).isoformat()
        if japanese := _JAPANESE.fullmatch(plain):
            era, year, month, day, _, other_month, other_day = japanese.groups()
            return _era_date(era, year, month or other_month, day or other_day).isoformat()
    except ValueError:
        pass
    raise CellRefused(_NO_DATE)


def _era_date(era: str, year: str, month: str, day: str) -> date:
    names = [name for _, name in ERAS]
    number = next(index for index, name in enumerate(names) if name.startswith(_ERA_OF.get(era.upper(), era)))
    first = ERAS[number][0]
    found = date(first.year - 1 + (1 if year == "元" else int(year)), int(month), int(day))
    if found < first or (number and found >= ERAS[number - 1][0]):
        raise ValueError("outside the era")
    return found


def _text(text: str, schema: Mapping[str, Any]) -> str:
    """Return the text, kana in full width; what has a form of its own (a time, a number, a choice) in that form."""
    choices = schema.get("enum", ())
    if text in choices:
        return text
    narrow = unicodedata.normalize("NFKC", text)
    for choice in choices:
        if isinstance(choice, str) and unicodedata.normalize("NFKC", choice) == narrow:
            return choice
    if schema.get("format") == "corporate-number":
        return re.sub("[ -]", "", narrow)
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not re.search(pattern, text):
        padded = f"0{narrow}" if _SHORT_TIME.fullmatch(narrow) else narrow
        return next((each for each in (narrow, padded) if re.search(pattern, each)), text)
    return _HALF_WIDTH_KANA.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)


_FORMULA = Text(
    "holds a formula or a spreadsheet's error; write the value itself",
    "数式または表計算のエラー値です。値そのものを書いてください",
)
_NO_INTEGER = Text("must be a whole number such as 250000 or 250,000", "250000 または 250,000 の形の整数にしてください")
_NO_NUMBER = Text("must be a number such as 37.5", "37.5 の形の数値にしてください")
_NO_TRUTH = Text(
    "must be one of: 有, 無, はい, いいえ, true, false", "有・無・はい・いいえ・true・false のいずれかにしてください"
)
_NO_DATE = Text(
    "must be a date such as 2026-11-21, 2026/11/21, 令和8年11月21日 or R8.11.21",
    "2026-11-21、2026/11/21、令和8年11月21日、R8.11.21 のいずれかの形の正しい日付にしてください",
)
