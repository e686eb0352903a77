"""What stands beside a signature field: names as words of their own, near to this field and to no other."""

from __future__ import annotations

import pytest

from signkit.validation.page_text import Character, Question, carries, text_beside

SIZE = 10.0


def line(*words: tuple[float, str], own: float = 0.0, other: float | None = None, nearest: bool = True):
    """Return words that begin at the given places, each character ten points wide."""
    return [
        Character(one, (start + at * SIZE, 0.0, start + at * SIZE + SIZE, SIZE), own, other, nearest)
        for start, word in words
        for at, one in enumerate(word)
    ]


@pytest.mark.parametrize(
    ("shown", "carried"),
    [
        (line((0, "氏名"), (60, "髙橋 祐一郎")), "yes"),
        (line((0, "氏名"), (60, "高橋　祐一郎")), "yes"),
        (line((0, "氏名:"), (30, "髙橋祐一郎")), "yes"),
        (line((0, "髙橋祐一郎様")), "yes"),
        (line((0, "大髙橋祐一郎")), "joined"),
        (line((0, "髙橋祐一郎太")), "joined"),
        (line((0, "大髙橋祐一郎"), (200, "髙橋祐一郎")), "yes"),
        (line((0, "髙橋 祐二郎")), "no"),
        (line((0, "髙橋"), (300, "一郎")), "no"),
        ([], "no"),
        (line((0, "髙橋 祐一郎"), own=40, other=20, nearest=False), "between"),
        (line((0, "髙橋 祐一郎"), own=40, other=0, nearest=False), "no"),
        (line((0, "髙橋 祐一郎"), own=90), "no"),
    ],
)
def test_a_name_is_a_word_of_its_own_beside_its_own_field(shown, carried):
    assert carries(shown, "髙橋 祐一郎") == carried


@pytest.mark.parametrize("name", ["佐々木 ゝ子", "サービス 太郎", "𠮷田 美咲", "辻󠄀本 彩"])
def test_marks_and_forms_are_read_as_in_the_certificate(name):
    assert carries(line((0, name)), name) == "yes"


def test_nothing_is_no_name():
    assert carries(line((0, "髙橋")), "") == "no"


def test_a_file_that_cannot_be_read_or_has_no_such_field_tells_nothing(blank):
    assert text_beside(b"%PDF-1.7\nnothing", [Question("seller", 100)]) == [None]
    assert text_beside(blank, [Question("nobody", len(blank))]) == [None]
