"""Every error: both languages, an exit code, a way through a process pool."""

from __future__ import annotations

import pickle
import string

import pytest

from signkit import errors
from signkit.errors import ExitCode, PassphraseWrong, SignKitError


def every_error() -> list[type[SignKitError]]:
    found, waiting = [], [SignKitError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith(errors.__name__) and hasattr(kind, "MESSAGE"):  # the others only group errors
            found.append(kind)
    return found


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_both_languages_use_the_same_facts(kind):
    text = kind.MESSAGE
    named = [{name for _, name, _, _ in string.Formatter().parse(part) if name} for part in (text.en, text.ja)]
    assert named[0] == named[1]
    assert text.en != text.ja
    assert isinstance(kind.EXIT_CODE, ExitCode)


def test_an_error_survives_pickling():
    error = PassphraseWrong("a.p12")
    copy = pickle.loads(pickle.dumps(error))
    assert copy.path == "a.p12"
    assert copy.message("ja") == error.message("ja")
