"""What the desk says to do can be done at the desk: no command, no option."""

from __future__ import annotations

import re

import pytest

from signkit.errors import ArchiveError, SigningRefused, SignKitError
from signkit.errors.wording import WORDINGS
from signkit.validation.next_steps import STEPS, NextStep
from signkit.web.desk import desk_hints
from signkit.web.desk.desk_hints import desk_hint, desk_line, desk_step, desk_text
from signkit.words import Text

COMMAND = re.compile(r"signkit [a-z]|(?<!\w)--[a-z]")
#: Options that are a system's own, in a command that can be typed.
SYSTEMS = ("card-service-unavailable", "libreoffice-missing")


class Told(SignKitError):
    """An error of that code of which nothing is known."""

    def hint(self, language="en"):
        hint = WORDINGS[self.code].hint
        return getattr(hint, language) if hint else None


@pytest.mark.parametrize("code", sorted(set(WORDINGS) - set(SYSTEMS)))
def test_no_hint_names_a_command(code):
    hint = desk_hint(Told(code))
    assert hint is None or not COMMAND.search(hint.en + hint.ja), hint


@pytest.mark.parametrize("code", SYSTEMS)
def test_what_a_system_asks_for_stays(code):
    assert "apt install" in desk_hint(Told(code)).en


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.code)
def test_no_step_names_a_command(step):
    words = desk_step(NextStep(step.code, step.text))
    assert words is None or not COMMAND.search(words.en + words.ja), words


def test_hints_of_the_desks_own_are_of_codes_that_there_are():
    assert set(desk_hints._HINTS) - set(WORDINGS) == set()
    assert set(desk_hints._STEPS) - {step.code for step in STEPS} == set()


def test_a_sentence_that_can_be_followed_stays():
    assert desk_hint(Told("card-refused")).en == "Lay the card down again and repeat."
    text = Text("It is small. Use signkit sign --as ROLE. That is all.", "小さい。signkit sign を使う。以上。")
    assert desk_text(text) == Text("It is small. That is all.", "小さい。以上。")
    assert desk_text(Text("Use signkit sign.", "signkit sign を使います。")) is None
    assert desk_line("the holder of a card (JPKI; --identity shows who) signed", "en") == "the holder of a card signed"


def test_an_error_without_a_hint_has_none():
    assert desk_hint(ArchiveError("archive-busy", path="x")) == Text(
        *(ArchiveError("archive-busy", path="x").hint(language) for language in ("en", "ja"))
    )
    assert desk_hint(SigningRefused("out-of-turn", role="a", next_role="b")).en.startswith("The contract's page")


def test_a_hint_that_leads_to_a_page_of_the_desk_alone_says_who_helps_where_there_is_none():
    """The office has no settings, no cards and asks for no password (`signkit.web.office.ways.DESK_ONLY`)."""
    hints = {**desk_hints._HINTS, **desk_hints._STEPS}
    leading = {code for code, text in hints.items() if re.search(r"設定で|パスワードで開く|復元と修復", text.ja)}
    assert {"pdf-password-needed", "name-authority", "timestamp-unavailable", "archive-torn"} <= leading
    for code in leading:
        assert "その画面がないときは" in hints[code].ja
        assert "here there is no such page" in hints[code].en, code
