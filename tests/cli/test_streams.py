"""The standard streams as shells leave them: closed, full, unread, in an encoding of few characters."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest

from signkit.cli import streams
from signkit.errors import FileUnusable
from tests.command import start_signkit
from tests.refusals import refused_as

posix = pytest.mark.skipif(os.name == "nt", reason="shells of POSIX")


class Broken(io.RawIOBase):
    """A stream that takes ``room`` bytes and then fails."""

    def __init__(self, error: OSError, room: int = 0) -> None:
        self.error, self.room, self.tried = error, room, 0

    def writable(self):
        return True

    def write(self, data):
        self.tried += 1
        self.room -= len(data)
        if self.room < 0:
            raise self.error
        return len(data)


def guarded(raw, guard, encoding="utf-8"):
    return streams._guard(io.TextIOWrapper(io.BufferedWriter(raw), encoding), guard)


@pytest.fixture(autouse=True)
def rewriting():
    streams.codecs.register_error(streams.REWRITE, streams._rewrite)


@pytest.mark.parametrize("room", [0, 10_000])
def test_a_full_disk_is_told_once_and_nothing_more_is_tried(room):
    raw = Broken(OSError(28, "No space left on device"), room)
    stream = guarded(raw, streams._Stdout)
    with refused_as("stdout-not-written", match="No space"):
        for _ in range(10):
            print("x" * 5000, file=stream)
        stream.flush()
    tried = raw.tried
    print("more", file=stream)
    stream.flush()
    stream.close()
    assert raw.tried == tried


def test_a_pipe_that_nobody_reads_ends_the_program_quietly():
    stream = guarded(Broken(BrokenPipeError(32, "Broken pipe")), streams._Stdout)
    print("x", file=stream)
    with pytest.raises(SystemExit) as ended:
        stream.flush()
    assert ended.value.code == 141
    stream.close()


@pytest.mark.parametrize("error", [BrokenPipeError(32, "Broken pipe"), OSError(28, "full"), OSError(5, "I/O error")])
def test_messages_that_nobody_hears_stop_nothing(error):
    stream = guarded(Broken(error), streams._Stderr)
    print("a message", file=stream)
    stream.flush()
    stream.close()


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("cp932", "𠮷田 美咲", r"\U00020bb7田 美咲"),
        ("cp932", "葛\U000e0100城", r"葛\U000e0100城"),
        ("cp932", "髙﨑㈱", "髙﨑㈱"),
        ("cp932", "6〜16 − –", "6～16 － -"),
        ("cp932", "→", "→"),
        ("ascii", "→ 契約", r"> \u5951\u7d04"),
        ("cp437", "署名", r"\u7f72\u540d"),
    ],
)
def test_what_a_console_cannot_show_is_written_otherwise(encoding, text, written):
    raw = io.BytesIO()
    stream = streams._guard(io.TextIOWrapper(io.BufferedWriter(raw), encoding), streams._Stdout)
    print(text, file=stream, end="")
    stream.flush()
    assert raw.getvalue().decode(encoding) == written


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "ascii"])
def test_the_bytes_of_a_name_that_is_no_text_go_out_as_they_came(encoding):
    raw = io.BytesIO()
    stream = streams._guard(io.TextIOWrapper(io.BufferedWriter(raw), encoding), streams._Stdout)
    print("a\udcffb\udc80.pdf", file=stream, end="")
    stream.flush()
    assert raw.getvalue() == b"a\xffb\x80.pdf"


def test_the_error_of_a_full_disk_has_the_exit_code_of_outputs():
    assert FileUnusable("stdout-not-written", cause="x").exit_code == 14


@pytest.mark.slow
@posix
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_full_disk_behind_stdout_is_exit_14(tmp_path, lang):
    with Path("/dev/full").open("w") as full:
        process = start_signkit("template", "list", home=tmp_path, lang=lang, stdout=full)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 14
    assert len(errors.splitlines()) == 2
    assert {"en": "standard output", "ja": "標準出力"}[lang] in errors


@pytest.mark.slow
@posix
def test_nobody_reads_is_exit_141_and_no_word(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    process = start_signkit("template", "list", home=tmp_path, stdout=writing)
    os.close(writing)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (141, "")


@pytest.mark.slow
@posix
@pytest.mark.parametrize("closing", [">&-", "<&- >&- 2>&-", "2>/dev/full >/dev/null"])
def test_closed_streams_change_no_verdict(tmp_path, closing, python_command):
    (tmp_path / "a.pdf").write_bytes(b"no PDF")
    ended = subprocess.run(
        f"{python_command} -m signkit validate a.pdf {closing}", shell=True, cwd=tmp_path, timeout=60, check=False,
        env=os.environ | {"SIGNKIT_HOME": str(tmp_path)}, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (4, b"")


@pytest.mark.slow
@posix
def test_a_japanese_name_reaches_a_console_of_windows(tmp_path, python_command):
    (tmp_path / "𠮷田.pdf").write_bytes(b"no PDF")
    ended = subprocess.run(
        f"{python_command} -m signkit --lang ja validate 𠮷田.pdf nicht.pdf", shell=True, cwd=tmp_path, timeout=60,
        env=os.environ | {"SIGNKIT_HOME": str(tmp_path), "PYTHONIOENCODING": "cp932", "PYTHONUTF8": "0"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 4
    assert r"\U00020bb7田.pdf: 読み取れません" in ended.stdout.decode("cp932")


@pytest.fixture(scope="session")
def python_command():
    import shlex
    import sys

    return shlex.quote(sys.executable)
