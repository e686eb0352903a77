"""Texts that say nothing or cannot be so: blanks, places that wait to be filled in, days that no calendar has."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date

from signkit.contracts.japanese import ERAS
from signkit.contracts.rules.texts import numbers_as_digits

#: A stroke, two or more of circles, crosses and the like, and what people write until they know; one circle is a mark.
_PLACEHOLDER = re.compile("[-‐–—―ー−_…・.?]+|(?:\\W|[_ー〇X]){2,}|未定|未記入|要確認|後日記入|TBD", re.IGNORECASE)
_FIRST_DAYS = {name: first for first, name in ERAS}
#: 大正 and 昭和 began in the course of a day, which is the earlier era's last, too.
_LAST_DAYS = {
    "明治": date(1912, 7, 30), "大正": date(1926, 12, 25), "昭和": date(1989, 1, 7), "平成": date(2019, 4, 30)
}  # fmt: skip
_YEAR = rf"(?:({'|'.join(name for _, name in ERAS)})(\d{{1,4}}|元)|(?<!\d)(\d{{4}}))年"
#: A year, and what of month and day stands behind it; not so many months or days (9年13月間).
_DATE = re.compile(rf"{_YEAR}(?:(\d{{1,3}})月(?!以|間|分)(?:(\d{{1,3}})日(?!間))?)?")


def is_blank(text: str) -> bool:
    """Tell whether a text shows nothing: white space of any width."""
    return not text or text.isspace()


def is_placeholder(text: str) -> bool:
    """Tell whether a text only keeps a place: ―, ＿＿＿, ○○, XXX, 未定, 未記入."""
    return _PLACEHOLDER.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def names_impossible_date(text: str) -> bool:
    """Tell whether a text names a day, month or year that there is not: 令和8年2月30日, 平成21年13月, 昭和65年."""
    written = numbers_as_digits("".join(unicodedata.normalize("NFKC", text).split()))
    return any(not _is_possible(*found) for found in _DATE.findall(written))


def _is_possible(era: str, era_year: str, western: str, month: str, day: str) -> bool:
    number = 1 if era_year == "元" else int(era_year or western)
    year = _FIRST_DAYS[era].year + number - 1 if era else number
    if not (number and date.min.year <= year <= date.max.year and 1 <= int(month or 1) <= 12):
        return False
    if not 1 <= int(day or 1) <= monthrange(year, int(month or 1))[1]:
        return False
    return not era or _lies_in_era(era, year, int(month or 0), int(day or 0))


def _lies_in_era(era: str, year: int, month: int, day: int) -> bool:
    """Tell whether a day, or some day of a month or year, lies in an era."""
    first = date(year, month or 1, day or 1)
    last = first if day else date(year, month or 12, monthrange(year, month or 12)[1])
    return last >= _FIRST_DAYS[era] and first <= _LAST_DAYS.get(era, date.max)
