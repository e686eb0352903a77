"""Reports on their way out, one by one: what is written is whole and valid, also after Ctrl-C."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from signkit.cli.language import LANGUAGE
from signkit.cli.terminal import tell
from signkit.errors import FileUnusable, system_cause
from signkit.reporting.formats.writer import ReportFormat
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.reporting.formats.writer import Pictured, Writer
    from signkit.reporting.resume import Results
    from signkit.validation.report import Report


@contextmanager
def results_to(resume: Path | None, before: Results, chosen: ReportFormat) -> Iterator[Callable[[str], None]]:
    """Give what writes text whole and at once: to stdout, or behind the last whole line of earlier results."""
    if resume is None:
        encoding = sys.stdout.encoding if chosen is ReportFormat.TEXT else "utf-8"
        yield lambda text: write_text(sys.stdout.buffer, text, encoding)
        return
    try:
        with resume.open("r+b" if resume.exists() else "xb") as stream:
            stream.truncate(before.end)
            stream.seek(before.end)
            yield lambda text: write_text(stream, text, "utf-8")
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(resume), cause=system_cause(error)) from error


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
