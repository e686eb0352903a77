"""From a format's name to its writer; only the one that is asked for is imported."""

from __future__ import annotations

from collections.abc import Callable

from signkit.reporting.formats.writer import Pictured, ReportFormat, Write, Writer
from signkit.validation.report import Report
from signkit.words import Language


class LineWriter:
    """A format in which each report stands for itself."""

    def __init__(self, write: Write, text_of: Callable[[Report], str]) -> None:
        self._write = write
        self._text_of = text_of

    def add(self, report: Report) -> None:
        """Write the report."""
        self._write(self._text_of(report))

    def finish(self) -> None:
        """Write nothing: every report is whole already."""


def open_writer(
    format_: ReportFormat, write: Write, language: Language = "en", pictured: Pictured | None = None
) -> Writer:
    """Return the writer of a format; ``write`` gets each piece of text, always whole lines of it.

    Args:
        pictured: whether the HTML report shows pages; None: it does.
    """
    if format_ is ReportFormat.CSV:
        from signkit.reporting.formats.csv import CsvWriter

        return CsvWriter(write, language)
    if format_ is ReportFormat.JUNIT:
        from signkit.reporting.formats.junit import JunitWriter

        return JunitWriter(write, language)
    if format_ is ReportFormat.HTML:
        from signkit.reporting.formats.html import HtmlWriter
        from signkit.reporting.pictures import Draughtsman

        pictured = pictured or Pictured()
        return HtmlWriter(write, language, Draughtsman(password=pictured.password) if pictured.wanted else None)
    if format_ is ReportFormat.ETSI:
        from signkit.reporting.formats.etsi_report import EtsiWriter

        return EtsiWriter(write)
    return LineWriter(write, _line_format(format_, language))


def _line_format(format_: ReportFormat, language: Language) -> Callable[[Report], str]:
    if format_ is ReportFormat.TEXT:
        from signkit.reporting.formats.text import write_text

        return lambda report: write_text(report, language)
    from signkit.reporting.formats.json import write_json, write_jsonl

    return write_json if format_ is ReportFormat.JSON else write_jsonl
