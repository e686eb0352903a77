"""The library's front door."""

from __future__ import annotations

import signkit


def test_the_exports_are_these():
    assert signkit.__all__ == ["__version__", "validate", "validate_many"]


def test_validate_gives_a_report_for_any_file(tmp_path, blank):
    (tmp_path / "blank.pdf").write_bytes(blank)
    assert signkit.validate(tmp_path / "blank.pdf").verdict == "NOT-SIGNED"
    assert signkit.validate(str(tmp_path / "missing.pdf")).verdict == "UNREADABLE"


def test_validate_many_gives_the_same_reports(tmp_path, blank):
    (tmp_path / "blank.pdf").write_bytes(blank)
    (tmp_path / "empty.pdf").touch()
    reports = {report.file: report for report in signkit.validate_many([tmp_path], jobs=0)}
    assert {name: report.verdict for name, report in reports.items()} == {
        str(tmp_path / "blank.pdf"): "NOT-SIGNED",
        str(tmp_path / "empty.pdf"): "UNREADABLE",
    }
    single = signkit.validate(tmp_path / "blank.pdf")
    assert reports[single.file].named("x").to_json().keys() == single.to_json().keys()
