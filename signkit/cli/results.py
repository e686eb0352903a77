"""Reports on their way out, one by one: what is written is whole and valid, also after Ctrl-C."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from signkit.cli.language import LANGUAGE
from signkit.cli.terminal import tell
from signkit.errors import NOT_REGULAR, FileUnusable, system_cause
from signkit.locks import try_lock
from signkit.reporting.formats.writer import ReportFormat
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.reporting.formats.writer import Pictured, Writer
    from signkit.reporting.resume import Results
    from signkit.validation.report import Report

#: A pipe is opened without waiting for its other end, and refused.
_APPENDING = os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def to_stdout(chosen: ReportFormat) -> Iterator[Callable[[str], None]]:
    """Give what writes text whole and at once to stdout."""
    encoding = sys.stdout.encoding if chosen is ReportFormat.TEXT else "utf-8"
    yield lambda text: write_text(sys.stdout.buffer, text, encoding)


@contextmanager
def to_results(path: Path, read: Callable[[IO[bytes]], Results]) -> Iterator[tuple[Results, Callable[[str], None]]]:
    """Give the earlier results, and what writes text whole and at once behind their last whole line.

    The file is this process's alone from before it is read until the last report: two runs that go on with one file
    would write over one another's results.

    Raises:
        FileUnusable("results-in-use"): another run goes on with it.
        FileUnusable("output-not-written"): it is no file, or cannot be written.
    """
    try:
        with _open_results(path) as stream:
            if try_lock(stream.fileno()) is False:
                raise FileUnusable("results-in-use", path=str(path))
            before = read(stream)
            stream.truncate(before.end)
            stream.seek(before.end)
            yield before, lambda text: write_text(stream, text, "utf-8")
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(path), cause=system_cause(error)) from error


def _open_results(path: Path) -> IO[bytes]:
    try:
        handle = os.open(path, _APPENDING, 0o666)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileUnusable("output-not-written", path=str(path), cause=system_cause(error)) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileUnusable("output-not-written", path=str(path), cause=NOT_REGULAR)
    return os.fdopen(handle, "r+b")


def write_text(stream: IO[bytes], text: str, encoding: str) -> None:
    """Write and flush.

    Names of files may hold what no encoding can: such parts are written as \\udc80, which is right in JSON too.
    """
    stream.write(text.encode(encoding, "backslashreplace"))
    stream.flush()


def write_all(
    reports: Iterator[Report], chosen: ReportFormat, write: Callable[[str], None], pictured: Pictured | None = None
) -> Iterator[Report]:
    """Write every report; an interruption waits for the line under way, and still ends the output properly."""
    from signkit.reporting.formats.choice import open_writer

    writer = open_writer(chosen, write, LANGUAGE, pictured)
    count = 0
    with _interruptible() as whole:
        try:
            for report in reports:
                with whole():
                    writer.add(report)
                count += 1
                yield report
        except KeyboardInterrupt:
            with whole():
                tell(_STOPPED, count=count)
            raise
        finally:
            with whole():
                _close(reports, writer)


def _close(reports: Iterator[Report], writer: Writer) -> None:
    close = getattr(reports, "close", None)
    if close is not None:
        close()  # ends the workers
    writer.finish()


@contextmanager
def _interruptible() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Give a context manager during which Ctrl-C waits."""
    held, pending = False, False

    def on_interrupt(_signal: int, _frame: object) -> None:
        nonlocal pending
        if held:
            pending = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def whole() -> Iterator[None]:
        nonlocal held, pending
        held = True
        try:
            yield
        finally:
            held = False
            if pending:
                pending = False
                raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield whole
    finally:
        signal.signal(signal.SIGINT, before)


_STOPPED = Text(
    "Stopped after {count} files. What was written is whole; --resume RESULTS.jsonl goes on from there.",
    "{count} 件で中断しました。書き出した結果は有効です。--resume RESULTS.jsonl で続きから行えます。",
)
