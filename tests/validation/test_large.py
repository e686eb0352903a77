"""Files larger than anyone sends: bounded in memory and time.

What takes longer than ``Limits.seconds`` is UNREADABLE, so that a verdict shows that it was judged in time.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from signkit.limits import Limits
from signkit.validation.report import Verdict
from tests.validation import pdfs

pytestmark = pytest.mark.slow  # files of a hundred megabytes

_MEASURE = """
import json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from signkit.validation.api import validate_file
from signkit.validation.options import ValidationOptions
from signkit.pki.anchors import default_trust_store
options = ValidationOptions(trust=default_trust_store([Path(sys.argv[2])]), offline=True, at=datetime(2026, 11, 21, 9, tzinfo=UTC))
report = validate_file(sys.argv[1], options)
scale = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
print(json.dumps({"verdict": report.verdict, "error": report.error and report.error.code, "peak": peak}))
"""  # noqa: E501

#: Linux counts what a process held before it became this one: a small process starts the one that is measured.
_START = "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', *sys.argv[1:]]).returncode)"


@pytest.mark.skipif(sys.platform == "win32", reason="resource: getrusage is not there on Windows")
@pytest.mark.parametrize("appended", [False, True], ids=["as signed", "with a revision after it"])
def test_a_file_of_more_than_100_megabytes_takes_at_most_two_and_a_half_times_its_size(world, tmp_path, appended):
    filler = b"<< /Length 110000000 >>\nstream\n" + bytes(110_000_000) + b"\nendstream"
    pdf = world.sign(pdfs.build({**pdfs.OBJECTS, 50: filler}))
    path = tmp_path / "large.pdf"
    path.write_bytes(pdfs.update(pdf, {51: b"<< /Unused true >>"}) if appended else pdf)
    (tmp_path / "ca.der").write_bytes(world.ca.der)
    run = [sys.executable, "-c", _START, _MEASURE, str(path), str(tmp_path / "ca.der")]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["verdict"] == Verdict.PASSED
    assert found["peak"] <= 2.5 * path.stat().st_size


def revisions(pdf, count):
    parts, start, length = [pdf], pdfs.last_start(pdf), len(pdf)
    for _ in range(count):
        body = b"50 0 obj\n<< /Unused true >>\nendobj\n"
        section = pdfs.cross_reference({50: length}, length + len(body), previous=start)
        parts += [body, section]
        start, length = length + len(body), length + len(body) + len(section)
    return b"".join(parts)


def test_a_file_of_ten_thousand_revisions_is_judged_in_time(world):
    report = world.only(revisions(world.sign(pdfs.build()), 9_990))
    assert (report.verdict, report.changes_after) == (Verdict.PASSED, "none")


def test_a_file_of_more_revisions_than_allowed_is_unreadable(world, signed):
    report = world.judge(revisions(signed, 10_010))
    assert (report.verdict, report.error.code) == (Verdict.UNREADABLE, "limit")


def test_ten_thousand_revisions_that_each_change_the_page_end_in_time(world):
    """The worst honest work: every step has to be compared."""
    parts = [world.sign(pdfs.build())]
    start, length = pdfs.last_start(parts[0]), len(parts[0])
    page = b"3 0 obj\n" + pdfs.OBJECTS[pdfs.PAGE] + b"\nendobj\n"
    for _ in range(9_990):
        section = pdfs.cross_reference({3: length}, length + len(page), previous=start)
        parts += [page, section]
        start, length = length + len(page), length + len(page) + len(section)
    report = world.judge(b"".join(parts), limits=Limits(seconds=8))
    assert report.verdict in (Verdict.PASSED, Verdict.UNREADABLE)
    assert report.error is None or report.error.code == "limit"
