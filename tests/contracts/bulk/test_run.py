"""A table becomes contracts: all rows checked first, each problem by row and column, the same bytes every time."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from signkit.contracts.bulk import run
from signkit.contracts.bulk.run import Written, batch_of, check_table, render_table
from signkit.contracts.bulk.run_journal import open_journal
from signkit.contracts.bulk.table import Table, open_table, table_of
from signkit.contracts.data import load_contract_data
from signkit.contracts.template import Template
from signkit.errors import RowsRefused
from signkit.pdf.embedded_contract import read_contract
from signkit.shipped import shipped_folder
from tests.refusals import refused_as

SAMPLES = shipped_folder("samples") / "employment-agreement"
BASE = load_contract_data(SAMPLES / "base.yaml")

Change = Callable[[list[list[str]]], object]


def staff(change: Change = lambda rows: None, rows: int = 3) -> Table:
    """Return the sample's table with its first rows, changed."""
    with (SAMPLES / "staff.csv").open(encoding="utf-8-sig", newline="") as file:
        content = list(csv.reader(file))[: rows + 1]
    change(content)
    output = io.StringIO()
    csv.writer(output).writerows(content)
    return table_of(output.getvalue().encode(), ".csv", "staff.csv")


def cell(row: int, column: str, text: str) -> Change:
    """Return what writes ``text`` into a cell; row 1 is the header."""

    def change(content: list[list[str]]) -> None:
        content[row - 1][content[0].index(column)] = text

    return change


def check(template: Template, table: Table, pattern: str = "{row:04}") -> tuple[str, ...]:
    with ThreadPoolExecutor(1) as pool:
        return check_table(table, batch_of(template, table, BASE, pattern), pool, 1, lambda _: None)


def make(template: Template, table: Table, folder: Path, *, overwrite: bool = False) -> Written:
    batch = batch_of(template, table, BASE)
    with ThreadPoolExecutor(1) as pool:
        names = check_table(table, batch, pool, 1, lambda _: None)
        return render_table(table, batch, names, folder, pool, 1, lambda _: None, overwrite=overwrite)


def refusal(template: Template, table: Table, pattern: str = "{row:04}") -> list[tuple[int, str, str]]:
    with pytest.raises(RowsRefused) as caught:
        check(template, table, pattern)
    return [(each.row, each.problem.path, each.problem.message.en) for each in caught.value.problems]


@pytest.mark.slow
def test_the_sample_fits(employment):
    table = open_table(SAMPLES / "staff.csv")
    assert check(employment, table) == tuple(f"{row:04}" for row in range(2, 14))


@pytest.mark.slow
def test_a_second_run_finds_its_own_bytes(employment, tmp_path):
    table = staff(rows=2)
    first = make(employment, table, tmp_path)
    assert [path.name for path in first.written] == ["0002.pdf", "0003.pdf"]
    kept = (tmp_path / "0002.pdf").read_bytes()
    (tmp_path / "0003.pdf").unlink()
    second = make(employment, table, tmp_path)
    assert (second.written, second.unchanged) == ((tmp_path / "0003.pdf",), (tmp_path / "0002.pdf",))
    assert (tmp_path / "0002.pdf").read_bytes() == kept


@pytest.mark.slow
def test_a_file_with_other_bytes_is_left_alone_unless_told(employment, tmp_path):
    (tmp_path / "0002.pdf").write_bytes(b"mine")
    assert make(employment, staff(rows=1), tmp_path).differing == (tmp_path / "0002.pdf",)
    assert (tmp_path / "0002.pdf").read_bytes() == b"mine"
    assert make(employment, staff(rows=1), tmp_path, overwrite=True).written == (tmp_path / "0002.pdf",)
    assert (tmp_path / "0002.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_a_row_goes_over_the_base_item_by_item_and_empty_cells_are_absent(employment, tmp_path):
    make(employment, staff(rows=1), tmp_path)
    data = read_contract((tmp_path / "0002.pdf").read_bytes()).data
    assert data["employee"] == {"name": "渡邉󠄂 薫", "address": "大阪府架空市東野田五丁目11番2号"}
    assert data["duties"] == {"initial": "生産管理システムの開発及び保守", "range": "会社の定める業務"}
    assert data["wages"]["base"] == 285000
    assert [allowance["name"] for allowance in data["wages"]["allowances"]] == ["通勤手当", "住宅手当"]
    assert data["part_time"] is False
    assert "end" not in data["term"]
    assert "#社員番号" not in str(data)


PROBLEMS = {
    "no number": (cell(3, "wages.base", "25万"), (3, "wages.base", "must be a whole number such as 250000 or 250,000")),
    "formula": (
        cell(2, "employee.name", '=HYPERLINK("http://x.example/")'),
        (2, "employee.name", "holds a formula or a spreadsheet's error; write the value itself"),
    ),
    "missing name": (cell(4, "employee.name", ""), (4, "employee.name", "is missing")),
    "date": (
        cell(2, "term.start", "4/1/2026"),
        (2, "term.start", "must be a date such as 2026-11-21, 2026/11/21, 令和8年11月21日 or R8.11.21"),
    ),
    "schema": (
        cell(2, "term.kind", "無期"),
        (2, "term.kind", "must be one of: 期間の定めなし, 期間の定めあり"),
    ),
    "no glyph": (cell(2, "employee.name", "\U00030000 薫"), (2, "employee.name", "the fonts cannot draw: ")),
    "rule": (
        cell(2, "electronic_delivery.wished_on", "2026/3/17"),
        (2, "electronic_delivery.wished_on", "the employee"),
    ),
    "個人番号 in a cell": (
        cell(2, "employee.address", "1234 5678 9018"),
        (2, "employee.address", "holds what may be a 個人番号"),
    ),
    "個人番号 in a comment": (cell(2, "#社員番号", "123456789018"), (2, "#社員番号", "holds what may be a 個人番号")),
    "list with a gap": (
        cell(2, "wages.allowances.0.name", ""),
        (2, "wages.allowances.0.name", "is missing"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("change", "problem"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_problem_by_row_and_column(employment, change, problem):
    ((row, column, message),) = refusal(employment, staff(change))
    assert (row, column) == problem[:2]
    assert message.startswith(problem[2])


@pytest.mark.slow
def test_closed_up_lists_keep_their_columns(employment):
    def change(content: list[list[str]]) -> None:
        cell(2, "wages.allowances.0.name", "")(content)
        cell(2, "wages.allowances.0.amount", "")(content)
        cell(2, "wages.allowances.1.name", "x" * 41)(content)

    assert refusal(employment, staff(change)) == [(2, "wages.allowances.1.name", "must have at most 40 characters")]


def test_all_rows_are_named_at_once_without_values(employment):
    def change(content: list[list[str]]) -> None:
        for row in content[1:]:
            row[content[0].index("wages.base")] = "ひみつ"

    with pytest.raises(RowsRefused) as caught:
        check(employment, staff(change))
    assert caught.value.rows == 3
    assert "2-4行目: 賃金・基本賃金(円) [wages.base](労働条件9): " in caught.value.message("ja")
    assert "ひみつ" not in caught.value.message("ja")


HEADERS = {
    "unknown": ("wages.bsae", "is no item of the template (did you mean wages.base?)"),
    "twice": ("employee.address", "stands twice"),
    "list": ("insurance", "is a list: write insurance.0, insurance.1"),
    "table": ("wages", "is a table: write wages.ITEM"),
    "個人番号 in a cell": ("マイナンバー", "names the 個人番号; it must not stand in a contract"),
    "comment with 個人番号": ("#個人番号", "names the 個人番号; it must not stand in a contract"),
    "index too large": ("insurance.1000", "is no item of the template"),
}


@pytest.mark.parametrize(("header", "message"), HEADERS.values(), ids=HEADERS.keys())
def test_header_refused(employment, header, message):
    ((row, _, said),) = refusal(employment, staff(cell(1, "employee.name", header)))
    assert row == 1
    assert said.startswith(message)


def test_more_cells_than_the_header(employment):
    assert refusal(employment, staff(lambda rows: rows[1].append("x"))) == [(2, "", "has more cells than the header")]


@pytest.mark.slow
def test_two_rows_of_one_file_name(employment):
    ((row, _, message),) = refusal(employment, staff(), "{contract_date}")[:1]
    assert (row, message) == (3, "is the same as that of row 2; add {row} to --name")


@pytest.mark.slow
def test_a_name_that_is_a_path(employment):
    ((row, _, message),) = refusal(employment, staff(cell(3, "employee.name", "../薫")), "{employee.name}")
    assert (row, message) == (3, "a file name may not hold /")


def test_json_lines_go_over_the_base(employment):
    rows = b'{"employee": {"name": "A"}}\n{"employee": 3}\n{"x\n'
    found = refusal(employment, table_of(rows, ".jsonl"))
    assert (2, "employee", "must be a table of items") in found
    assert {row for row, _, _ in found} == {1, 2, 3}


@pytest.mark.slow
def test_an_interrupted_run_leaves_whole_files_and_goes_on(employment, tmp_path):
    table = staff()
    batch = batch_of(employment, table, BASE)

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        names = check_table(table, batch, pool, 1, lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            render_table(table, batch, names, tmp_path, pool, 1, interrupt)
    assert [path.name for path in tmp_path.glob("*.pdf")] == ["0002.pdf"]
    assert (tmp_path / "0002.pdf").read_bytes().endswith(b"%%EOF\n")
    rest = make(employment, table, tmp_path)
    assert (len(rest.written), len(rest.unchanged)) == (2, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0002.pdf", "0003.pdf", "0004.pdf"]


def interrupted_after(count: int, template: Template, table: Table, folder: Path) -> None:
    """Render until ``count`` files are there, then stop as Ctrl-C does."""
    batch, done = batch_of(template, table, BASE), iter(range(count - 1))

    def stop(_: object) -> None:
        if next(done, None) is None:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        names = check_table(table, batch, pool, 1, lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            render_table(table, batch, names, folder, pool, 1, stop)


@pytest.fixture
def rendered(monkeypatch):
    """The numbers of the rows that are really rendered."""
    numbers: list[int] = []
    real = run.render_rows

    def record(batch, rows):
        numbers.extend(row.number for row in rows)
        return real(batch, rows)

    monkeypatch.setattr(run, "render_rows", record)
    return numbers


@pytest.mark.slow
def test_what_an_interrupted_run_made_is_not_rendered_again(employment, tmp_path, rendered):
    interrupted_after(2, employment, staff(), tmp_path)
    rendered.clear()
    assert len(make(employment, staff(), tmp_path).unchanged) == 2
    assert rendered == [4]


@pytest.mark.slow
def test_a_row_that_was_changed_meanwhile_is_rendered_again(employment, tmp_path, rendered):
    interrupted_after(2, employment, staff(), tmp_path)
    rendered.clear()
    changed = staff(cell(2, "employee.name", "架空 太郎"))
    assert [path.name for path in make(employment, changed, tmp_path).differing] == ["0002.pdf"]
    assert rendered == [2, 4]


@pytest.mark.slow
def test_a_file_that_was_changed_meanwhile_is_not_taken_for_the_rows(employment, tmp_path):
    interrupted_after(2, employment, staff(), tmp_path)
    (tmp_path / "0003.pdf").write_bytes(b"something else")
    assert [path.name for path in make(employment, staff(), tmp_path).differing] == ["0003.pdf"]


@pytest.mark.slow
def test_a_journal_that_was_cut_off_or_is_garbage_costs_only_time(employment, tmp_path):
    interrupted_after(3, employment, staff(), tmp_path)
    journal = tmp_path / ".signkit-rows.jsonl"
    journal.write_bytes(b'\xff\n[1,2]\n{}\n["a"]\n' + journal.read_bytes()[:-20])
    assert len(make(employment, staff(), tmp_path).unchanged) == 3
    assert not journal.exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a handle of this process's own")
def test_two_runs_into_one_folder_are_refused(employment, tmp_path):
    with open_journal(tmp_path, "x"), refused_as("results-in-use"):
        make(employment, staff(), tmp_path)
    assert list(tmp_path.glob("*.pdf")) == []


def test_no_more_rows_are_in_work_than_a_few_a_worker(employment):
    class Counting(ThreadPoolExecutor):
        most = waiting = 0

        def submit(self, work, *arguments):
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            future = super().submit(lambda: ())
            result = future.result

            def counted(timeout: float | None = None) -> object:
                self.waiting -= 1
                return result(timeout)

            future.result = counted
            return future

    table = table_of(b"{}\n" * 2000, ".jsonl")
    with Counting(1) as pool:
        assert check_table(table, batch_of(employment, table), pool, 2, lambda _: None) == ()
    assert pool.most == 6
