"""Days in contract data: where periods of months end, and the last day that can be written."""

from __future__ import annotations

import pytest

from signkit.contracts.rules.days import after_days, after_months, last_day, month_of


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        ("2026-04-01", 12, "2027-03-31"),
        ("2026-08-31", 3, "2026-11-30"),  # there is no 31 November: the month's last day (民法143条2項)
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-28"),  # there is a 29 February: the day before it
        ("2027-03-01", 12, "2028-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
    ],
)
def test_a_period_ends_on_the_day_before_that_of_the_same_number(first, months, last):
    assert last_day(first, months) == last


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-01", "9999-10-31"])
def test_no_day_is_later_than_can_be_written(day):
    assert after_days(day, 400) == after_months(day, 3) == "9999-12-31"
    assert last_day(day, 3) <= "9999-12-31"


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("令和9年1月", "2027-01"), ("令和9年13月", None), ("令和元年5月", "2019-05"), ("昭和五十年三月", "1975-03"),
        ("昭和五十六年十二月", "1981-12"),
        ("S50.3", "1975-03"), ("Ｓ５０．３", "1975-03"), ("H21年3月新築", "2009-03"), ("1975年", "1975"),
        ("昭和50年", "1975"),
        ("二〇二七年一月", "2027-01"), ("2027/1", "2027-01"), ("1981.5.31", "1981-05"), ("S50.3.31", "1975-03"),
        ("不詳", None), ("RS50.3", None), ("木造2階建", None),
    ],
)  # fmt: skip
def test_a_month_is_read_however_it_is_written(text, month):
    assert month_of(text) == month
