"""HTML: one page that holds everything, to read, print and keep; no scripts, nothing fetched from anywhere."""

from __future__ import annotations

from html import escape

from signkit.reporting.formats import html_words as said
from signkit.reporting.formats.html_section import css_class, css_class_of, heading_of, safe, write_section
from signkit.reporting.formats.html_style import CONTENT_SECURITY_POLICY, STYLE
from signkit.reporting.formats.report_wording import VERDICTS, say
from signkit.reporting.formats.writer import Write
from signkit.reporting.formats.xml import Spool
from signkit.reporting.pictures import Draughtsman, Pictures
from signkit.reporting.summary import caveats, verdict_sentence
from signkit.validation.report import Report, Verdict
from signkit.words import Language, Text


class HtmlWriter:
    """Counts and an index stand before the files, and are known only after them: the files wait on disk.

    Args:
        draughtsman: draws the pages; None: no pictures.
    """

    def __init__(self, write: Write, language: Language = "en", draughtsman: Draughtsman | None = None) -> None:
        self._write = write
        self._language = language
        self._draughtsman = draughtsman
        self._sections, self._index = Spool(), Spool()
        self._counts: dict[Verdict, int] = {}
        self._pictured = False

    def add(self, report: Report) -> None:
        """Keep the file's section, with pictures of its signed pages and of what changed."""
        self._counts[report.verdict] = self._counts.get(report.verdict, 0) + 1
        number = sum(self._counts.values())
        pictures = self._draughtsman.draw(report) if self._draughtsman is not None else Pictures()
        self._pictured = self._pictured or bool(pictures.pages or pictures.changes.pages)
        self._index.write(self._index_row(report, number))
        self._sections.write(write_section(report, pictures, self._language, number=number))

    def finish(self) -> None:
        """Write the page."""
        if self._draughtsman is not None:
            self._draughtsman.close()
        count = sum(self._counts.values())
        self._write(self._head("several" if count != 1 else "one"))
        if count == 1:
            self._index.pour(lambda _: None)
        else:
            self._write_index(count)
        self._sections.pour(self._write)
        self._write("</main>\n</body>\n</html>\n")

    def _head(self, css: str) -> str:
        title = self._say(said.TITLE)
        return (
            f'<!DOCTYPE html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f'<main class="{css}">\n<h1>{title}</h1>\n'
        )

    def _write_index(self, count: int) -> None:
        counts = "".join(
            f'<li class="{css_class(verdict)}"><b>{self._counts[verdict]}</b> '
            f"{escape(say(VERDICTS, verdict, self._language))}</li>\n"
            for verdict in Verdict
            if verdict in self._counts
        )
        heads = "".join(f'<th scope="col">{self._say(column)}</th>' for column in said.INDEX_COLUMNS)
        self._write(
            f'<nav aria-label="{self._say(said.INDEX)}">\n<h2 id="index">{self._say(said.COUNTS, count=count)}</h2>\n'
            f'<ul class="counts">\n{counts}</ul>\n<table class="index">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n'
        )
        self._index.pour(self._write)
        self._write("</tbody>\n</table>\n</nav>\n")
        if self._pictured:
            self._write(f'<p class="caveat">{self._say(said.CONTAINS_CONTRACT)}</p>\n')

    def _index_row(self, report: Report, number: int) -> str:
        title = heading_of(report, self._language)
        name = "" if title == report.file else f"<br>{safe(title)}"
        words = safe(say(VERDICTS, report.verdict, self._language))
        return (
            f'<tr><th scope="row"><a href="#file-{number}">{safe(report.file)}</a>{name}</th>'
            f'<td class="v {css_class_of(report)}">{words}</td>'
            f"<td>{self._one_sentence(report)}</td></tr>\n"
        )

    def _one_sentence(self, report: Report) -> str:
        """The verdict's sentence, and what speaks against relying on it."""
        grave = [caveat.text for caveat in caveats(report) if caveat.grave]
        return " ".join(map(self._say, (verdict_sentence(report), *grave)))

    def _say(self, text: Text, **facts: object) -> str:
        return safe(text.in_language(self._language, **facts))
