"""Reports of every kind, among them one whose every text is hostile."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from signkit.incoming import FileProblem
from signkit.reporting.formats.choice import open_writer
from signkit.reporting.formats.writer import ReportFormat
from signkit.validation.api import not_read
from signkit.validation.report import Reason, TimestampReport, Verdict
from signkit.words import Text
from tests.validation import pdfs, pki

#: Breaks out of HTML, XML, CSV and terminals wherever it is not escaped; no XML can hold all of it.
HOSTILE = "=cmd|'/c calc'!A1<script>alert(1)</script>\"'&]]>\x00\x1b[31m\u202e\udc80\r\n-->"


@pytest.fixture(scope="session")
def passed(world, signed):
    report = world.judge(signed)
    (signature,) = report.signatures
    stamp = TimestampReport(pki.NOW, "Test TSA", Verdict.PASSED)
    good = replace(
        signature, verdict=Verdict.PASSED, sub_indication=None, reasons=(), best_time=pki.NOW,
        best_time_source="signature-timestamp", timestamps=(stamp,),
    )  # fmt: skip
    document = replace(stamp, field="Stamp1", coverage="whole-file")
    return replace(
        report.with_name("good.pdf"), verdict=Verdict.PASSED, signatures=(good,), document_timestamps=(document,)
    )


@pytest.fixture(scope="session")
def failed(world, signed):
    return world.judge(signed.replace(b"Pay 100 yen", b"Pay 999 yen")).with_name("forged.pdf")


@pytest.fixture(scope="session")
def unsigned(world):
    return world.judge(pdfs.build()).with_name("unsigned.pdf")


@pytest.fixture(scope="session")
def unreadable(world):
    return not_read("gone.pdf", FileProblem("unreadable", Text("No such file", "ありません")), world.options)


@pytest.fixture(scope="session")
def hostile(passed):
    (signature,) = passed.signatures
    reason = Reason("hash-mismatch", Text(HOSTILE, HOSTILE))
    bad = replace(
        signature, field=HOSTILE, verdict=Verdict.FAILED, sub_indication="HASH_FAILURE", reasons=(reason,),
        signer=replace(signature.signer, common_name=HOSTILE, issuer=HOSTILE), signature_algorithm=HOSTILE,
        timestamps=tuple(replace(stamp, tsa=HOSTILE) for stamp in signature.timestamps),
    )  # fmt: skip
    return replace(passed.with_name(HOSTILE), verdict=Verdict.FAILED, policy=HOSTILE, signatures=(bad,))


@pytest.fixture(scope="session")
def all_reports(passed, failed, unsigned, unreadable, hostile):
    return [passed, failed, unsigned, unreadable, hostile]


@pytest.fixture
def in_japan(monkeypatch):
    """A machine that stands in Japan."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system takes its zone from elsewhere")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def write():
    """Write reports in a format; give the whole text."""

    def written(format_: ReportFormat, reports, language="en") -> str:
        pieces: list[str] = []
        writer = open_writer(format_, pieces.append, language)
        for report in reports:
            writer.add(report)
        writer.finish()
        return "".join(pieces)

    return written
