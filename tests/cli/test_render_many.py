"""Three hundred agreements from one table, as HR types it."""

from __future__ import annotations

import pytest


@pytest.fixture
def staff(repository, tmp_path):
    """Write the sample's first rows as CP932, as Excel in Japan does (without the names it cannot hold)."""
    folder = repository / "samples/employment-agreement"
    lines = (folder / "staff.csv").read_text(encoding="utf-8-sig").splitlines()
    (tmp_path / "staff.csv").write_text("\n".join([lines[0], *lines[6:9]]), encoding="cp932")
    (tmp_path / "base.yaml").write_bytes((folder / "base.yaml").read_bytes())
    return ("render", "employment-agreement", "staff.csv", "--base", "base.yaml")


@pytest.mark.slow
def test_one_pdf_a_row_then_signed_then_handed_out(signkit, staff, tmp_path):
    made = signkit(*staff, "-o", "out", "--name", "{employee.name}", "--jobs", "2")
    assert made.returncode == 0, made.stderr
    assert "Reading staff.csv (CP932)." in made.stderr
    assert made.stdout.split("\n")[:3] == ["out/齋藤 陽菜.pdf", "out/邊見 大輔.pdf", "out/佐々木 蓮.pdf"]
    again = signkit(*staff, "-o", "out", "--name", "{employee.name}")
    assert "Made 0 contracts in out; 3 were there already, byte for byte." in again.stderr
    (tmp_path / "out/佐々木 蓮.pdf").rename(tmp_path / "out/佐々木 蓮.PDF")  # as Windows' programs name files, too
    handed = signkit("handout", "out", "-o", "handout", "--by", "employee.name")
    assert handed.returncode == 0, handed.stderr
    assert (tmp_path / "handout/齋藤 陽菜/齋藤 陽菜.pdf").is_file()
    assert (tmp_path / "handout/佐々木 蓮/佐々木 蓮.PDF").is_file()


@pytest.mark.slow
def test_a_refused_row_stops_everything_before_anything_is_written(signkit, staff, tmp_path):
    text = (tmp_path / "staff.csv").read_text(encoding="cp932").replace("いいえ", "たぶん", 1)
    (tmp_path / "staff.csv").write_text(text, encoding="cp932")
    run = signkit(*staff, "-o", "out", "--report", "refused.csv")
    assert run.returncode == 10
    assert "staff.csv: 1 rows are refused; nothing was written." in run.stderr
    assert "row 2: Is a part-time worker [part_time] (労働条件16): must be one of" in run.stderr
    assert not (tmp_path / "out").exists()
    report = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig").splitlines()
    assert report[1].startswith("2,part_time,value,")
    assert "たぶん" not in "".join(report)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ((), "-o names no folder"),
        (("-o", "base.yaml"), "-o names no folder"),
        (("-o", "out", "--jobs", "0"), "--jobs 0: at least 1"),
        (("-o", "out", "--encoding", "ebcdic"), "--encoding ebcdic: not known"),
        (("-o", "out", "--name", "a/{row}"), "not a pattern of file names"),
        (("-o", "out", "--with", "employer=missing.yaml"), "Cannot read missing.yaml"),
    ],
)
def test_wrong_usage(signkit, staff, extra, words):
    run = signkit(*staff, *extra)
    assert run.returncode == 2
    assert words in run.stderr


def test_an_empty_table(signkit, staff, tmp_path):
    (tmp_path / "staff.csv").write_text("employee.name\n", encoding="utf-8")
    run = signkit(*staff, "-o", "out")
    assert run.returncode == 2
    assert "holds no rows" in run.stderr


def test_table_options_are_for_tables(signkit, staff):
    run = signkit("render", "employment-agreement", "base.yaml", "--jobs", "2")
    assert run.returncode == 2
    assert "are for tables" in run.stderr
