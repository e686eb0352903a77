"""The library's front door."""

from __future__ import annotations

import signkit


def test_the_exports_are_these():
    assert signkit.__all__ == ["__version__", "validate"]


def test_validate_gives_a_report_for_any_file(tmp_path, blank):
    (tmp_path / "blank.pdf").write_bytes(blank)
    assert signkit.validate(tmp_path / "blank.pdf").verdict == "NOT-SIGNED"
    assert signkit.validate(str(tmp_path / "missing.pdf")).verdict == "UNREADABLE"
