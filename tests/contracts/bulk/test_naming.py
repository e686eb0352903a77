"""File names: safe on every system, refused where they are not."""

from __future__ import annotations

import pytest

from signkit.contracts.bulk.naming import NameRefused, fold, parse_pattern, safe_name
from signkit.errors import UsageProblem

DATA = {"employee": {"name": "髙橋 𠮷子"}, "list": [{"name": "x"}], "wages": {"base": 285000}, "on": True}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{row:04}", "0017"), ("{row}", "17"), ("{employee.name}-{row:03}.pdf", "髙橋 𠮷子-017"),
        ("契約　{wages.base}", "契約　285000"), ("{list.0.name}", "x"),
    ],
)  # fmt: skip
def test_pattern(pattern, name):
    assert parse_pattern(pattern).name(17, DATA) == name


@pytest.mark.parametrize("pattern", ["", ".pdf", "{", "a}", "{row:4}", "{}", "x/{row}", "..\\{row}", "a:b", "a\x00"])
def test_no_pattern(pattern):
    with pytest.raises(UsageProblem):
        parse_pattern(pattern)


@pytest.mark.parametrize("path", ["employee.age", "list.1.name", "on", "employee", "nothing"])
def test_item_that_gives_no_name(path):
    with pytest.raises(NameRefused) as caught:
        parse_pattern(f"{{{path}}}").name(1, DATA)
    assert caught.value.item == path


@pytest.mark.parametrize(
    "name",
    [
        "a/b", "a\\b", "../x", "a:b", 'a"b', "a<b", "a|b", "a?", "a*", "a\nb", "a\x1b[2J", "a\u202eb", "", " ", ".",
        ".hidden", "a.", "a ", "-rf", "CON", "nul", "com1", "LPT¹", "aux.x", "髙" * 61, "\u200b",
    ],
)  # fmt: skip
def test_unsafe_name(name):
    with pytest.raises(NameRefused):
        safe_name(name)


@pytest.mark.parametrize("name", ["髙橋 𠮷子", "辻󠄀本", "connie", "com10", "a.b", "グエン ティ マイ", "x" * 180])
def test_safe_name(name):
    assert safe_name(name) == name


def test_names_that_a_file_system_takes_for_the_same():
    assert fold("ガ") == fold("ガ")
    assert fold("Abe") == fold("aBE")
    assert fold("髙橋") != fold("高橋")
