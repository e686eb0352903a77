"""JUnit XML, for build servers: one test suite a run, one test case a file; only TOTAL-PASSED succeeds.

TOTAL-FAILED, INDETERMINATE and NOT-SIGNED are failures (their ``type`` says which), UNREADABLE is an error.
A file that does not meet the profile it is held against, or is not the template that it was held against, is a failure
whatever its verdict.
"""

from __future__ import annotations

from signkit.reporting.formats.text import write_text
from signkit.reporting.formats.writer import Write
from signkit.reporting.formats.xml import Spool, attributes, text
from signkit.validation.report import Report, SignatureReport, TimestampReport, Verdict, iso
from signkit.words import Language


class JunitWriter:
    """The suite begins with its counts, so the cases wait on disk."""

    def __init__(self, write: Write, language: Language = "en") -> None:
        self._write = write
        self._language = language
        self._cases = Spool()
        self._count = self._failures = self._errors = 0
        self._began: str | None = None

    def add(self, report: Report) -> None:
        """Keep the file's test case."""
        self._began = self._began or iso(report.validation_time)
        self._count += 1
        unreadable = report.verdict is Verdict.UNREADABLE
        violated = not report.is_as_asked
        failed = not unreadable and (report.verdict is not Verdict.PASSED or violated)
        self._errors += unreadable
        self._failures += failed
        account = write_text(report, self._language)
        tag = "error" if unreadable else "failure" if failed else "system-out"
        kind = attributes(type=report.verdict, message=_message(report)) if tag != "system-out" else ""
        case = attributes(classname="signkit.validate", name=report.file)
        self._cases.write(f"    <testcase{case}>\n      <{tag}{kind}>{text(account)}</{tag}>\n    </testcase>\n")

    def finish(self) -> None:
        """Write the suite."""
        counts = attributes(tests=self._count, failures=self._failures, errors=self._errors, skipped=0)
        suite = attributes(name="signkit validate", timestamp=self._began and self._began.rstrip("Z"))
        self._write('<?xml version="1.0" encoding="UTF-8"?>\n')
        self._write(f"<testsuites{counts}>\n  <testsuite{suite}{counts}>\n")
        self._cases.pour(self._write)
        self._write("  </testsuite>\n</testsuites>\n")


def _message(report: Report) -> str:
    """The verdict, and the codes of the reasons for it."""
    codes = [report.error.code] if report.error else [reason.code for reason in report.reasons]
    items: tuple[SignatureReport | TimestampReport, ...] = (*report.signatures, *report.document_timestamps)
    for item in items:
        codes += [reason.code for reason in item.reasons if item.verdict == report.verdict]
    codes += [f"{report.profile.name}:{name}" for name in report.profile.violated] if report.profile else []
    if report.template_match is not None and report.template_match.verdict == "altered":
        codes += [f"template:{reason.code}" for reason in report.template_match.reasons]
    return f"{report.verdict}: {', '.join(dict.fromkeys(codes))}" if codes else str(report.verdict)
