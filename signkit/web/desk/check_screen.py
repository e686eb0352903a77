"""Checking files: dropped, judged in workers, told in sentences, reported in the usual formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.operations import Act
from signkit.reporting.formats.choice import open_writer
from signkit.reporting.formats.report_wording import VERDICTS
from signkit.reporting.formats.text import signature_lines, timestamp_lines
from signkit.reporting.formats.writer import Pictured, ReportFormat
from signkit.reporting.summary import caveats, verdict_sentence
from signkit.validation.report import Report, Verdict
from signkit.web.common.downloads import download
from signkit.web.common.forms import shown_name, uploads
from signkit.web.desk.desk_hints import desk_line, desk_step
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.office import CheckedFile
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import Screen, go_to
from signkit.words import Language, Text

_FORMATS = {"html": ReportFormat.HTML, "csv": ReportFormat.CSV, "json": ReportFormat.JSON, "jsonl": ReportFormat.JSONL}
#: How a verdict looks: a word for style sheets.
LOOKS = {
    Verdict.PASSED: "good",
    Verdict.FAILED: "bad",
    Verdict.INDETERMINATE: "open",
    Verdict.NOT_SIGNED: "none",
    Verdict.UNREADABLE: "bad",
}
#: What the operation log says of a file that was checked.
_NOTED: dict[Verdict, Act] = {
    Verdict.PASSED: "checked-passed",
    Verdict.FAILED: "checked-failed",
    Verdict.INDETERMINATE: "checked-indeterminate",
    Verdict.NOT_SIGNED: "checked-not-signed",
    Verdict.UNREADABLE: "checked-unreadable",
}


@dataclass(frozen=True)
class ToldReport:
    """A report as the page tells it, in one language.

    Attributes:
        look: for the style sheet.
        sentence: the verdict, and why.
        notes: what must not be read past.
        signatures: of each signature its lines, the first being who signed.
        steps: what to do next.
    """

    name: str
    sha256: str
    look: str
    verdict: str
    sentence: str
    notes: tuple[str, ...]
    signatures: tuple[tuple[str, ...], ...]
    steps: tuple[str, ...]
    is_pdf: bool


def tell_report(report: Report, sha256: str, language: Language) -> ToldReport:
    """Return what a page says of a report: the words of the reports for people."""
    stamps = [tuple(timestamp_lines(item, language)) for item in report.document_timestamps]
    return ToldReport(
        report.file,
        sha256,
        LOOKS[report.verdict],
        VERDICTS[report.verdict].in_language(language),
        verdict_sentence(report).in_language(language),
        tuple(caveat.text.in_language(language) for caveat in caveats(report)),
        (*(desk_lines(signature_lines(item, language), language) for item in report.signatures), *stamps),
        tuple(_steps(report, language)) if report.verdict is not Verdict.NOT_SIGNED else (),
        report.kind == "pdf" and report.verdict is not Verdict.UNREADABLE,
    )


def desk_lines(lines: list[str], language: Language) -> tuple[str, ...]:
    """Return what is said of a signature, as it is said at the desk."""
    shown = (desk_line(line, language) for line in lines)
    return tuple(line for line in shown if line)


def _steps(report: Report, language: Language) -> Iterator[str]:
    """Yield what to do next, with the fields that need it where not all do."""
    for step in report.next:
        words = desk_step(step)
        some = step.fields and len(step.fields) < len(report.signatures) + len(report.document_timestamps)
        if words is not None:
            yield (f"{', '.join(step.fields)}: " if some else "") + words.in_language(language)


class CheckScreen(Screen):
    """Where files are dropped, and what was found of them."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/check", self.ask),
            self.form("/check", self.begin),
            self.page("/checks/{number}", self.results),
            self.page("/checks/{number}/report.{ending}", self.report),
        ]

    def ask(self, request: Request) -> Response:
        """Show where to drop them."""
        return self.show(request, "check.html", error=None)

    def begin(self, request: Request, form: FormData) -> Response:
        """Put the files on the shelf and have them judged."""
        sent = uploads(form, "files")
        if not sent:
            return self.show(request, "check.html", 400, error="check_none")
        shelf = self.office.shelf
        taken = [(shelf.take(each.file, shown_name(each), "checked"), shown_name(each)) for each in sent]
        job = DeskJob(WORDS["check"], total=len(taken), leads_back="/check")
        self.office.checks[job.number] = [CheckedFile(shelved.sha256, name) for shelved, name in taken]
        job.leads_to = f"/checks/{job.number}"
        self.office.jobs.start(job, self._judge_all)
        return go_to(f"/jobs/{job.number}")

    def results(self, request: Request) -> Response:
        """Show what was found of each file so far."""
        files = self.office.checks.get(request.path_params["number"])
        if files is None:
            return self.unknown(request)
        language = self.language(request)
        told = [(each.name, tell_report(each.report, each.sha256, language) if each.report else None) for each in files]
        return self.show(request, "checked.html", number=request.path_params["number"], files=told)

    def report(self, request: Request) -> Response:
        """Hand out the report of those files."""
        files = self.office.checks.get(request.path_params["number"])
        format_ = _FORMATS.get(request.path_params["ending"])
        if files is None or format_ is None:
            return self.unknown(request)
        done = [each.report for each in files if each.report is not None]
        ending = request.path_params["ending"]
        if ending == "json" and len(done) != 1:
            format_, ending = ReportFormat.JSONL, "jsonl"
        return download(written_report(done, format_, self.language(request)), f"report.{ending}")

    def _judge_all(self, job: DeskJob) -> None:
        files = self.office.checks[job.number]
        for place, each in enumerate(files):
            if job.state != "working":
                return
            job.stage = Text(each.name, each.name)
            report = self.office.judge(each.sha256, each.name)
            files[place] = replace(each, report=report)
            self.office.note(_NOTED[report.verdict], each.sha256)
            job.done = place + 1


def written_report(reports: list[Report], format_: ReportFormat, language: Language) -> bytes:
    """Return reports as the command line writes them."""
    pieces: list[str] = []
    writer = open_writer(format_, pieces.append, language, Pictured(wanted=False))
    for report in reports:
        writer.add(report)
    writer.finish()
    return "".join(pieces).encode()
