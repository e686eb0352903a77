"""Amounts, dates and areas as Japanese contracts write them."""

from __future__ import annotations

import pytest

from signkit.contracts import japanese


@pytest.mark.parametrize(("amount", "written"), [(0, "金0円"), (1000, "金1,000円"), (12345678, "金12,345,678円")])
def test_yen(amount: int, written: str) -> None:
    assert japanese.yen(amount) == written


@pytest.mark.parametrize("amount", [1.5, "1000", True, None])
def test_yen_are_whole(amount: object) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        japanese.yen(amount)


@pytest.mark.parametrize(
    ("day", "era"),
    [
        ("2026-11-21", "令和8年11月21日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-08", "平成元年1月8日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1926-12-25", "昭和元年12月25日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1912-07-30", "大正元年7月30日"),
        ("1912-07-29", "明治45年7月29日"),
    ],
)
def test_era(day: str, era: str) -> None:
    assert japanese.era_date(day) == era


def test_day_before_the_eras() -> None:
    with pytest.raises(ValueError, match="no era before 1868-10-23"):
        japanese.era_date("1868-10-22")


def test_dates() -> None:
    assert japanese.western_date("2026-01-02") == "2026年1月2日"
    assert japanese.full_date("2026-11-21") == "令和8年（2026年）11月21日"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "〇"), (1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (100, "百"), (101, "百一"), (999, "九百九十九"),
        (1000, "千"), (10_000, "一万"), (10_010, "一万十"), (12_345_678, "千二百三十四万五千六百七十八"),
        (10**8, "一億"), (10**12, "一兆"),
    ],
)  # fmt: skip
def test_kanji_number(number: int, written: str) -> None:
    assert japanese.kanji_number(number) == written


@pytest.mark.parametrize("number", [-1, 10**16])
def test_kanji_number_out_of_range(number: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        japanese.kanji_number(number)


@pytest.mark.parametrize(
    ("area", "written"), [(120, "120.00㎡"), (54.65, "54.65㎡"), (1234.5, "1,234.50㎡"), ("45.9", "45.90㎡")]
)
def test_area(area: object, written: str) -> None:
    assert japanese.square_metres(area) == written


def test_no_area() -> None:
    with pytest.raises(ValueError, match="not an area"):
        japanese.square_metres("広い")
