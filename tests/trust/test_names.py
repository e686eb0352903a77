"""Names with characters younger than the rules for comparing names."""

from __future__ import annotations

import pytest
from asn1crypto import x509

import signkit.pki.chains  # noqa: F401  importing it is what a program does
from signkit.pki.distinguished_names import same_name


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


def _rdn(*values):
    pairs = [{"type": kind, "value": x509.DirectoryString("utf8_string", text)} for kind, text in values]
    return x509.RelativeDistinguishedName([x509.NameTypeAndValue(pair) for pair in pairs])


def _name(*parts):
    return x509.Name("", x509.RDNSequence(list(parts)))


def test_two_values_of_one_type_in_one_part_are_not_the_last_of_them():
    """X.501 9.3; asn1crypto goes by the last, so that O=Evil + O=Bank was the bank."""
    both = _name(_rdn(("organization_name", "Evil"), ("organization_name", "Bank")))
    assert not same_name(both, _name(_rdn(("organization_name", "Bank"))))
    assert same_name(both, both.copy())


def test_what_parts_a_name_is_no_part_of_a_value():
    """A value with a character younger than Unicode 3.2 is compared as it stands: it may hold a separator."""
    honest = _name(_rdn(("organization_name", "Bank")), _rdn(("common_name", "辻\U000e0100")))
    forged = _name(_rdn(("organization_name", "bank \x1ecommon_name:  辻\U000e0100")))
    assert same_name(honest, honest.copy())
    assert not same_name(honest, forged)
