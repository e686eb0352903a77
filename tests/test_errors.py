"""Every error: both languages, an exit code, a way through a process pool."""

from __future__ import annotations

import errno
import pickle
import string

import pytest

from signkit import errors
from signkit.errors import ExitCode, InputUnreadable, OutputNotWritten, PassphraseWrong, SignKitError, system_cause


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


@pytest.mark.parametrize(
    ("error", "english", "japanese"),
    [
        (OSError(errno.ENOENT, "No such file or directory"), "No such file or directory", "フォルダーがありません"),
        (OSError(errno.EACCES, "Permission denied"), "Permission denied", "権限がありません"),
        (OSError(errno.EISDIR, "Is a directory"), "Is a directory", "ファイルではなくフォルダーです"),
        (OSError(errno.EEXIST, "File exists"), "File exists", "同じ名前のものが既にあります"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device", "空き容量がありません"),
        (OSError(errno.ESTALE, "Stale file handle"), "Stale file handle", "Stale file handle"),  # a rare one stays
        (OSError("the bucket is not there"), "the bucket is not there", "the bucket is not there"),
        (ValueError("embedded null byte"), "embedded null byte", "embedded null byte"),
        (OSError(), "OSError", "OSError"),
    ],
)
def test_what_the_system_said_is_told_in_both_languages(error, english, japanese):
    cause = system_cause(error)
    assert cause.en == english
    assert japanese in cause.ja


def test_a_pdf_that_is_open_in_a_viewer_on_windows():
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = 32  # what Windows sets
    assert "ほかのプログラムが使用中" in system_cause(error).ja


def test_a_japanese_message_holds_no_english_cause():
    cause = system_cause(OSError(errno.ENOENT, "No such file or directory"))
    assert InputUnreadable("a.pdf", cause).message("ja") == (
        "a.pdf を読めません: ファイルまたはフォルダーがありません。"
    )
    assert OutputNotWritten("a.pdf", cause).message("en") == "Could not write a.pdf: No such file or directory."
