"""How amounts, dates and areas are written in Japanese contracts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

#: The first day of each era (元号), newest first.
ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 10, 23), "明治"),
)
_DIGITS = "〇一二三四五六七八九"
_SMALL_UNITS = ("", "十", "百", "千")
_LARGE_UNITS = ("", "万", "億", "兆")


def yen(amount: int) -> str:
    """Write an amount of money: ``金12,345,678円``."""
    return f"金{_whole(amount):,}円"


def with_commas(number: int) -> str:
    """Write a number with a comma every three digits."""
    return f"{_whole(number):,}"


def western_date(day: str | date) -> str:
    """Write a date as ``2026年11月21日``."""
    value = _day(day)
    return f"{value.year}年{value.month}月{value.day}日"


def era_date(day: str | date) -> str:
    """Write a date as ``令和8年11月21日`` (the first year of an era as 元年)."""
    value = _day(day)
    return f"{era_year(value)}{value.month}月{value.day}日"


def full_date(day: str | date) -> str:
    """Write a date both ways: ``令和8年（2026年）11月21日``."""
    value = _day(day)
    return f"{era_year(value)}（{value.year}年）{value.month}月{value.day}日"


def era_year(day: str | date) -> str:
    """Write the year of a date in its era: ``令和8年``.

    Raises:
        ValueError: the day lies before 明治 (1868-10-23).
    """
    value = _day(day)
    for first, name in ERAS:
        if value >= first:
            year = value.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}年"
    raise ValueError(f"no era before {ERAS[-1][0]}")


def kanji_number(number: int) -> str:
    """Write a whole number below 10^16 in kanji: 123 as 百二十三, 0 as 〇."""
    value = _whole(number)
    if not 0 <= value < 10**16:
        raise ValueError("not between 0 and 10^16")
    if value == 0:
        return _DIGITS[0]
    parts = []
    for unit in _LARGE_UNITS:
        value, below = divmod(value, 10_000)
        if below:
            parts.append(_kanji_below_10000(below) + unit)
    return "".join(reversed(parts))


def square_metres(area: float | str) -> str:
    """Write an area as land registers do, with two decimals: ``123.45㎡``."""
    try:
        value = Decimal(str(area))
    except InvalidOperation as error:
        raise ValueError("not an area") from error
    return f"{value:,.2f}㎡"


def _kanji_below_10000(number: int) -> str:
    parts = []
    for unit in _SMALL_UNITS:
        number, digit = divmod(number, 10)
        if digit:
            parts.append(("" if digit == 1 and unit else _DIGITS[digit]) + unit)
    return "".join(reversed(parts))


def _whole(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise ValueError(f"{type(number).__name__} is not a whole number")
    return number


def _day(day: object) -> date:
    if isinstance(day, date):
        return day
    if not isinstance(day, str):
        raise ValueError(f"{type(day).__name__} is not a date")
    return date.fromisoformat(day)
