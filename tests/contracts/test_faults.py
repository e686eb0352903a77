"""Faults of data and templates are told in the reader's language, with the line and what stands there."""

from __future__ import annotations

import pytest

from signkit.contracts.data import parse_contract_data
from signkit.contracts.word.likely_places import likely_places, roles_for
from signkit.errors import ContractDataUnreadable

BROKEN = {
    "yaml, a second colon": (".yaml", "seller:\n  name: a: b\n", 2, "name"),
    "yaml, no colon": (".yaml", "seller:\n  name\n  address: x\n", 3, "address"),
    "yaml, indented otherwise": (".yaml", "seller:\n  name: x\n address: y\n", 3, "address"),
    "yaml, open quote": (".yaml", 'seller:\n  name: "x\n', None, ""),
    "yaml, a tab": (".yaml", "seller:\n\tname: x\n", 2, "name"),
    "yaml, open bracket": (".yaml", "rooms: [1, 2\nprice: 3\n", 2, ""),
    "json, no comma": (".json", '{"a": 1\n"b": 2}', 2, "b"),
    "json, comma too many": (".json", '{"a": 1,\n}', None, ""),
    "toml, no value": (".toml", "a = 1\nb = \n", 2, "b"),
    "toml, twice": (".toml", "a = 1\na = 2\n", None, ""),
}


@pytest.mark.parametrize(("suffix", "text", "line", "key"), BROKEN.values(), ids=BROKEN.keys())
def test_data_that_are_not_well_formed(suffix, text, line, key):
    with pytest.raises(ContractDataUnreadable) as caught:
        parse_contract_data(text.encode(), suffix)
    told = caught.value.cause
    assert told.ja.isascii() is False
    assert "記述の誤り" not in told.ja, told.ja
    if line is not None:
        assert f"{line}行目" in told.ja, told.ja
        assert f"at line {line}" in told.en
    if key:
        assert f"「{key}」の付近" in told.ja
        assert f"(near “{key}”)" in told.en


def test_no_value_is_quoted():
    with pytest.raises(ContractDataUnreadable) as caught:
        parse_contract_data("name: 秘密: の値\n".encode(), ".yaml")
    assert "秘密" not in caught.value.message("ja") + caught.value.message("en")


def test_a_key_that_may_be_a_個人番号_is_not_quoted():
    with pytest.raises(ContractDataUnreadable) as caught:
        parse_contract_data(b"123456789018: a: b\n", ".yaml")
    assert "123456789018" not in caught.value.message("ja")


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("令和　　年　　月　　日", "{{ contract_date | full_date }}"),
        ("　　　年　月　日", "{{ contract_date | full_date }}"),
        ("第1条　報酬は金＿＿＿＿円とする。", "{{ price | yen }}"),
        ("住所　＿＿＿＿＿＿＿", "{{ first.address }}"),
        ("＿＿＿＿＿＿　様", "{{ first.name }}"),
        ("　　　　　　殿", "{{ first.name }}"),
        ("買主　＿＿＿＿＿＿", "{{ buyer.name }}"),
        ("（売主）氏名　　　　　　　㊞", "[[署名:売主]]"),
        ("乙　　　　　　　　　印", "[[署名:乙]]"),
        ("物件: ○○○○", "{{ first.item }}"),
    ],
)
def test_likely_places_of_a_form(line, instead):
    assert instead in [place.instead for place in likely_places([line])]


@pytest.mark.parametrize(
    "line", ["第1条　本契約は次のとおりとする。", "{{ seller.name }}　様", "2026年1月1日に施行する。", "以上"]
)
def test_ordinary_text_is_no_place(line):
    assert list(likely_places([line])) == []


def test_a_party_holds_for_the_lines_below_it():
    places = likely_places(["買主", "住所　＿＿＿＿", "氏名　＿＿＿＿　㊞"])
    assert {"{{ buyer.address }}", "{{ buyer.name }}", "[[署名:買主]]"} <= {place.instead for place in places}


def test_roles_are_what_a_field_can_be_called():
    assert roles_for(["売主", "買主", "seller", "発起人", "甲"]) == ["seller", "buyer", "party3", "party4", "first"]
