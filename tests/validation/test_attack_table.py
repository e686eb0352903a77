"""The attack table in the documentation names tests that are there, in both languages alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"`(test_\w+)\.py::(test_\w+)`")


def named(page: str) -> list[tuple[str, str]]:
    return _NAMED.findall((ROOT / page).read_text(encoding="utf-8"))


def test_both_languages_name_the_same_tests():
    assert named("docs/concepts/attacks.md") == named("docs/ja/concepts/attacks.md")


@pytest.mark.parametrize(("module", "test"), named("docs/concepts/attacks.md"))
def test_every_test_that_is_named_is_there(module, test):
    paths = (ROOT / "tests").rglob(f"{module}.py")
    assert any(f"def {test}(" in path.read_text(encoding="utf-8") for path in paths)
