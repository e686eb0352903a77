"""The bar of a long run: on a terminal only, with how many are done and the time left."""

from __future__ import annotations

import io
import sys

import pytest

from signkit.cli.tally import Tally
from signkit.cli.terminal import progress
from signkit.cli.validate import _progress
from signkit.validation.report import Verdict
from signkit.words import Text

WHAT = Text("Filing", "綴じ込み")


class Stream(io.StringIO):
    """What stderr is: a terminal, or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def stderr(monkeypatch, *, terminal: bool = True) -> Stream:
    for name, value in (("TERM", "xterm"), ("COLUMNS", "120"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    stream = Stream(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def shown(monkeypatch, total: int, *, terminal: bool = True) -> str:
    stream = stderr(monkeypatch, terminal=terminal)
    with progress(total, WHAT) as advance:
        for number in range(total):
            advance(number)
    return stream.getvalue()


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_bar_of_validate_tells_the_time_left_too(monkeypatch, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.pdf").touch()
    stream = stderr(monkeypatch)
    with _progress([str(tmp_path)]) as advance:
        tally = Tally(advance)
        for _ in range(3):
            tally.add(Verdict.PASSED, violated=False)
    text = stream.getvalue()
    assert "3/3" in text
    assert "time left" in text or "残り時間" in text
