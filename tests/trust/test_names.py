"""Names with characters younger than the rules for comparing names."""

from __future__ import annotations

import pytest
from asn1crypto import x509

import signkit.pki.chains  # noqa: F401  importing it is what a program does


def name(text: str) -> x509.Name:
    return x509.Name.build({"country_name": "JP", "common_name": text})


@pytest.mark.parametrize("text", ["辻\U000e0100本 彩", "𠮷田 美咲", "髙橋 﨑子", "㋿ 太郎"])
def test_a_rare_name_equals_itself_and_no_other(text):
    assert name(text) == name(text)
    assert name(text) != name(text + "子")
    assert name(text).hashable == name(text).hashable


def test_the_variation_selector_is_part_of_the_name():
    assert name("辻\U000e0100本") != name("辻本")


def test_ordinary_names_are_still_compared_by_the_rules():
    assert name("Alice  Example") == name("ALICE EXAMPLE")
