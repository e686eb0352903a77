"""Texts that say nothing, or name a day that no calendar has."""

from __future__ import annotations

import pytest

from signkit.contracts.checking import examine
from signkit.contracts.data import load_contract_data
from signkit.contracts.rules.rule import LAWFUL, Scrutiny
from signkit.contracts.template import find_template, list_templates
from signkit.contracts.unfilled import is_placeholder, names_impossible_date
from tests.contracts.law_samples import change


@pytest.fixture(scope="module")
def sale():
    return find_template("real-estate-sale")


def told(template, path, text, scrutiny=LAWFUL):
    data = load_contract_data(template.folder / "example.yaml")
    change(data, path, text)
    found = examine(template, data, scrutiny=scrutiny)
    return [(each.code, each.path, each.severity) for each in (*found.refused, *found.warnings) if each.path == path]


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u3000 \n", "\u00a0", "\u2003"])
@pytest.mark.parametrize("path", ["seller.name", "buyer.address", "land[0].lot_number"])
def test_an_item_of_white_space_is_not_there(sale, path, blank):
    data = load_contract_data(sale.folder / "example.yaml")
    change(data, path.replace("[", ".").replace("]", ""), blank)
    assert path in [each.path for each in examine(sale, data).refused]


@pytest.mark.parametrize("template", list_templates(), ids=lambda each: each.id)
def test_no_shipped_template_takes_white_space_for_its_first_texts(template):
    data = load_contract_data(template.folder / "example.yaml")
    party = template.parties[0]
    change(data, party.name_item, "\u3000")
    assert party.name_item in [each.path for each in examine(template, data).refused]


@pytest.mark.parametrize(
    "text",
    ["―", "ー", "-", "—", "…", "？", "＿＿＿", "○○", "〇〇", "●●●", "XX", "ｘｘｘ", "「　」", "未定", " 未記入 "],
)
def test_what_only_keeps_a_place_is_warned_of(sale, text):
    assert is_placeholder(text)
    assert told(sale, "buyer.address", text) == [("placeholder", "buyer.address", "warning")]


@pytest.mark.parametrize("text", ["○", "〇", "×", "X", "なし", "無", "1", "A-1", "○○町1番", "未定稿", "ア"])
def test_what_says_something_keeps_no_place(text):
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "令和8年2月30日", "令和八年四月三十一日", "令和８年１３月",
        "平成21年0月", "平成32年", "平成31年5月1日", "昭和65年3月",
        "昭和64年1月8日", "大正15年12月26日", "昭和元年12月24日", "令和元年4月", "令和0年",
        "2023年2月29日", "0000年1月",
        "契約の日から令和 9 年 6 月 31 日まで", "2026年4月1日から2026年4月31日まで",
    ],
)  # fmt: skip
def test_a_day_that_there_is_not_is_warned_of(sale, text):
    assert names_impossible_date(text)
    assert told(sale, "building.completed", text) == [("no-such-date", "building.completed", "warning")]


@pytest.mark.parametrize(
    "text",
    [
        "令和8年2月28日", "令和6年2月29日", "平成31年4月30日", "平成31年度", "令和元年", "令和元年5月1日",
        "昭和64年1月7日", "昭和64年", "大正15年12月25日", "昭和元年12月25日", "明治45年7月30日",
        "平成二十一年三月", "2024年2月29日", "2026年12月",
        "10年13か月", "2026年13月間", "毎年2月30日", "契約から3年40日以内", "9999年12月31日",
    ],
)  # fmt: skip
def test_days_that_there_are_and_periods_are_passed_over(text):
    assert not names_impossible_date(text)


def test_a_contract_that_was_signed_is_typeset_again_as_it_is(sale):
    signed = Scrutiny(law=False)
    assert told(sale, "buyer.address", "\u3000", signed) == []
    assert told(sale, "building.completed", "平成32年", signed) == []


def test_a_strict_look_refuses_what_waits_to_be_filled_in(sale):
    data = load_contract_data(sale.folder / "example.yaml")
    change(data, "buyer.address", "○○")
    strict = Scrutiny(strict=True)
    assert "placeholder" in [each.code for each in examine(sale, data, scrutiny=strict).refused_at(strict)]
