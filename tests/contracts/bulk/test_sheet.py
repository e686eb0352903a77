"""The blank table of each template, filled from the example, gives its data; headings are read as people write them."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook

from signkit.contracts.bulk.headings import find_heading, heading_of, leaves
from signkit.contracts.bulk.input_sheet import csv_sheet, excel_sheet, sheet_columns
from signkit.contracts.bulk.naming import value_at
from signkit.contracts.bulk.rows import parse_columns, row_data
from signkit.contracts.bulk.run import batch_of, check_rows, render_rows
from signkit.contracts.bulk.table import MAX_COLUMNS, table_of
from signkit.contracts.data import load_contract_data
from signkit.contracts.template import EXAMPLE, find_template, list_templates
from signkit.pdf.embedded_contract import read_contract
from tests.command import run_signkit

TEMPLATES = {template.id: template for template in list_templates()}


def example_of(template):
    return load_contract_data(template.folder / EXAMPLE)


def values(template):
    """The example's value of each column of the sheet; None where it has none."""
    example = example_of(template)
    return [(column, value_at(example, ".".join(map(str, column.steps)))) for column in sheet_columns(template)]


def filled_csv(template):
    rows = list(csv.reader(io.StringIO(csv_sheet(template).decode("utf-8-sig"))))
    cells = [column.cell_of(value) if value is not None else "" for column, value in values(template)]
    rows.append(["", *cells])
    output = io.StringIO()
    csv.writer(output).writerows(rows)
    return table_of(output.getvalue().encode("utf-8-sig"), ".csv", "sheet.csv")


def filled_excel(template):
    book = load_workbook(io.BytesIO(excel_sheet(template)))
    for number, (column, value) in enumerate(values(template), 1):
        if value is not None:
            typed = date.fromisoformat(value) if column.kind == "日付" else value
            book["入力"].cell(2, number, column.cell_of(typed) if isinstance(typed, bool) else typed)
    output = io.BytesIO()
    book.save(output)
    return table_of(output.getvalue(), ".xlsx", "sheet.xlsx")


@pytest.mark.slow
@pytest.mark.parametrize("filled", [filled_csv, filled_excel])
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_sheet_filled_from_the_example_gives_its_data(template, filled):
    table = filled(template)
    columns, problems = parse_columns(template, table.columns)
    assert problems == ()
    (row,) = table.rows()
    made = row_data(template, columns, row.content, {})
    assert made.problems == ()
    assert made.data == example_of(template)


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_the_contract_of_a_filled_sheet_holds_the_examples_data(template):
    table = filled_csv(template)
    batch = batch_of(template, table)
    rows = tuple(table.rows())
    assert [checked.problems for checked in check_rows(batch, rows)] == [()]
    (pdf,) = render_rows(batch, rows)
    assert read_contract(pdf).data == example_of(template)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_every_item_has_a_heading_of_its_own_in_japanese(template):
    headings = [column.heading for column in sheet_columns(template)]
    assert len(set(headings)) == len(headings) < MAX_COLUMNS
    assert not any(heading.isascii() for heading in headings)
    for leaf in leaves(template):
        assert find_heading(template, heading_of(template, leaf, ())).steps == leaf.at(())


@pytest.mark.slow
def test_a_workbook_has_choices_notes_and_help():
    book = load_workbook(io.BytesIO(excel_sheet(TEMPLATES["service-agreement"])))
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == ["入力", "記入のしかた"]
    sheet = book["入力"]
    number, column = next(
        (number, column)
        for number, column in enumerate(sheet_columns(TEMPLATES["service-agreement"]), 1)
        if column.heading == "支払・振込手数料の負担"
    )
    cell = sheet.cell(1, number)
    assert "委託者／受託者" in cell.comment.text
    (listed,) = [each for each in sheet.data_validations.dataValidation if f"{cell.column_letter}2" in each.sqref]
    assert listed.formula1 == f"'選択肢'!${cell.column_letter}$1:${cell.column_letter}$2"
    assert [book["選択肢"].cell(row, number).value for row in (1, 2)] == list(column.choices)
    assert "payment.fee_bearer" in [row[6].value for row in book["記入のしかた"].iter_rows(min_row=6)]


EMPLOYMENT = TEMPLATES["employment-agreement"]


@pytest.mark.parametrize(
    ("heading", "steps"),
    [
        ("氏名", ("employee", "name")),
        ("氏　名", ("employee", "name")),
        ("労働者・氏名", ("employee", "name")),
        ("労働者／氏名", ("employee", "name")),
        ("労働者 氏名(必須)", ("employee", "name")),
        ("※住所", ("employee", "address")),
        ("契約日", ("contract_date",)),
        ("賃金・諸手当2・名称", ("wages", "allowances", 1, "name")),
        ("諸手当２名称", ("wages", "allowances", 1, "name")),
        ("諸手当・名称", ("wages", "allowances", 0, "name")),
        ("社会保険等の加入3", ("insurance", 2)),
        ("割増賃金率・月60時間超(%)", None),
    ],
)
def test_headings_are_read_as_people_write_them(heading, steps):
    assert find_heading(EMPLOYMENT, heading).steps == steps


def test_a_heading_that_several_items_have_is_told_with_them():
    (problem,) = parse_columns(EMPLOYMENT, ("名称",))[1]
    assert "使用者・名称" in problem.message.ja
    assert "賃金・固定残業代・名称" in problem.message.ja


@pytest.mark.parametrize(
    ("heading", "meant"), [("名前", "労働者・氏名"), ("労働者の氏名", "労働者・氏名"), ("契約の日", "契約日")]
)
def test_a_near_miss_is_told_with_the_closest_heading(heading, meant):
    (problem,) = parse_columns(EMPLOYMENT, (heading,))[1]
    assert meant in problem.message.ja


def test_two_columns_of_one_item_are_told():
    (problem,) = parse_columns(EMPLOYMENT, ("employee.name", "氏名"))[1]
    assert problem.message.en == "stands twice"


def run(tmp_path, *arguments, lang="ja"):
    return run_signkit(*arguments, home=tmp_path, folder=tmp_path, lang=lang)


@pytest.mark.slow
def test_what_was_read_is_shown_and_refusals_name_the_heading(tmp_path):
    assert run(tmp_path, "template", "sheet", "nda", "-o", "nda.csv").stdout == "nda.csv\n"
    rows = list(csv.reader(io.StringIO((tmp_path / "nda.csv").read_text(encoding="utf-8-sig"))))
    cells = [column.cell_of(value) if value is not None else "" for column, value in values(find_template("nda"))]
    cells[rows[0].index("契約日") - 1] = "R9.2.1"
    cells[rows[0].index("開示の目的") - 1] = "ｼｽﾃﾑの検討"
    cells[rows[0].index("返還・廃棄の日数") - 1] = "３０"
    rows.append(["", *cells])
    with (tmp_path / "nda.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    answer = run(tmp_path, "render", "nda", "nda.csv", "-o", "out", "--jobs", "1")
    assert answer.returncode == 0, answer.stderr
    assert "読み取り 契約日: 3行目 R9.2.1 → 2027-02-01" in answer.stderr
    assert "読み取り 開示の目的: 3行目 ｼｽﾃﾑの検討 → システムの検討" in answer.stderr
    assert "読み取り 返還・廃棄の日数: 3行目 ３０ → 30" in answer.stderr
    rows[-1][rows[0].index("契約日")] = "令和9年2月30日"
    with (tmp_path / "nda.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    refused = run(tmp_path, "render", "nda", "nda.csv", "-o", "out2", "--jobs", "1")
    assert refused.returncode == 10
    assert "3行目: 契約日(末尾)" in refused.stderr


@pytest.mark.slow
def test_a_script_gets_what_was_read(tmp_path):
    import json

    template = find_template("nda")
    (tmp_path / "rows.csv").write_bytes(filled_csv(template)._raw)
    answer = run(tmp_path, "render", "nda", "rows.csv", "-o", "out", "--jobs", "1", "--format", "json")
    read = json.loads(answer.stdout)["read"]
    assert {"row": 3, "column": "契約日", "written": "2027-02-01", "read": "2027-02-01"} in read


def test_a_table_of_another_kind_is_refused(tmp_path):
    answer = run(tmp_path, "template", "sheet", "nda", "-o", "nda.ods", lang="en")
    assert answer.returncode == 2
    assert ".xlsx or .csv" in answer.stderr
