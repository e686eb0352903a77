"""What of a stranger's text may reach a terminal, a page or a report."""

from __future__ import annotations

from unicodedata import category

import pytest

from signkit.words import STEERING

_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.slow
def test_what_steers_is_told_by_its_category_whatever_python_knows_of_unicode():
    every = [chr(code) for code in range(0x110000)]
    steers = {each for each in every if STEERING.match(each)}
    known = {each for each in every if category(each) in _CATEGORIES}
    assert known - steers == {"\n", "\t"}
    assert {category(each) for each in steers - known} <= {"Cn"}  # of a younger Unicode
