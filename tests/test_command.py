"""The command line in this process (`tests.command`) answers as a process of its own does."""

from __future__ import annotations

import os
import sys

import pytest

from tests.command import run_signkit, start_signkit


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "stdin", "lang"),
    [
        (("--version",), "", "en"),
        (("sign", "--help"), "", "ja"),
        (("--lang", "ja", "validate", "none.pdf"), "", "en"),
        (("validate", "--offline", "-", "--format", "jsonl", "--at", "2026-01-01"), "none.pdf\n", "en"),
        (("sign", "none.pdf", "--as", "seller", "--signer", "card:virtual"), "", "ja_JP.UTF-8"),
        (("frobnicate",), "", "en"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_both_ways_to_run_a_command_answer_alike(tmp_path, arguments, stdin, lang):
    answer = run_signkit(*arguments, home=tmp_path / "home", folder=tmp_path, stdin=stdin, lang=lang)
    process = start_signkit(*arguments, home=tmp_path / "home", folder=tmp_path, lang=lang)
    stdout, stderr = process.communicate(stdin, timeout=60)
    stdout, stderr = (said.replace("python -m signkit", "signkit") for said in (stdout, stderr))
    assert (answer.returncode, answer.stdout, answer.stderr) == (process.returncode, stdout, stderr)


def test_nothing_of_a_run_is_left_behind(tmp_path):
    from signkit.cli import language

    before = (dict(os.environ), os.getcwd(), list(sys.argv), language.LANGUAGE)  # noqa: PTH109
    streams = (sys.stdin, sys.stdout, sys.stderr)
    for lang in ("ja", "en", "ja"):
        answer = run_signkit("frobnicate", home=tmp_path, folder=tmp_path, lang=lang)
        assert (answer.returncode, answer.error) == (2, None)
    assert (dict(os.environ), os.getcwd(), list(sys.argv), language.LANGUAGE) == before  # noqa: PTH109
    assert (sys.stdin, sys.stdout, sys.stderr) == streams
    assert sys.modules["signkit.cli.language"] is language


def test_a_refusal_is_at_hand_as_the_error_that_was_told(tmp_path):
    from signkit.errors import InputUnreadable

    refused = run_signkit("extend", "none.pdf", home=tmp_path, folder=tmp_path)
    assert isinstance(refused.error, InputUnreadable)
    assert refused.error.message("en") in refused.stderr
