"""The bar of a long run: on a terminal only, with how many are done and the time left."""

from __future__ import annotations

import io
import sys

from signkit.cli.terminal import progress
from signkit.words import Text

WHAT = Text("Filing", "綴じ込み")


class Stream(io.StringIO):
    """What stderr is: a terminal, or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def shown(monkeypatch, total: int, *, terminal: bool = True) -> str:
    for name, value in (("TERM", "xterm"), ("COLUMNS", "100"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    stream = Stream(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    with progress(total, WHAT) as advance:
        for number in range(total):
            advance(number)
    return stream.getvalue()


def test_a_terminal_is_shown_what_is_done_and_the_time_left(monkeypatch):
    text = shown(monkeypatch, 3)
    assert WHAT.en in text or WHAT.ja in text
    assert "3/3" in text
    assert "time left" in text or "残り時間" in text
    assert "0:00:00" in text


def test_one_piece_of_work_has_no_bar(monkeypatch):
    assert shown(monkeypatch, 1) == ""


def test_a_file_is_shown_no_bar(monkeypatch):
    assert shown(monkeypatch, 3, terminal=False) == ""
