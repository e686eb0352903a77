"""Many contracts from one table at the desk: mended at its cells, made, signed with one PIN, kept, handed out."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import EXAMPLE, find_template
from signkit.locks import locked_folder
from signkit.validation.report import Verdict
from signkit.web.desk import many_screen
from signkit.web.desk.contract_form import words_of
from signkit.web.desk.many_process import sign_many
from signkit.web.desk.office import Office
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.prompted_process import SIGNING
from signkit.web.desk.signing_screen import STAGES
from tests.web.browser import Browser, text_of

pytestmark = pytest.mark.slow

TEMPLATE = "employment-agreement"
PEOPLE = ("髙橋 祐一郎", "𠮷田 辻󠄀子", "佐藤 一郎")
EMPLOYER = "card:virtual:takahashi"


def table_of(people=PEOPLE, header=None, **changes: str) -> bytes:
    """A table of contracts with those people, whose employer is the one of the emulated card."""
    example = words_of(load_contract_data(find_template(TEMPLATE).folder / EXAMPLE))
    rows = [example | {"employer.signer": "髙橋 祐一郎", "employee.name": name} | changes for name in people]
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow([(header or {}).get(name, name) for name in rows[0]])
    writer.writerows(row.values() for row in rows)
    return output.getvalue().encode("utf-8-sig")


def as_tsv(raw: bytes) -> bytes:
    output = io.StringIO()
    csv.writer(output, delimiter="\t").writerows(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    return output.getvalue().encode()


def workbook_of(raw: bytes) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))):
        book.active.append(row)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def drop(browser, raw, name="people.csv", **more):
    return browser.follow(browser.post("/many", {"template": TEMPLATE} | more, files=[("table", (name, raw))]))


def the_batch(browser):
    return browser.office.batches.listed()[0]


def mend(browser, **cells):
    return browser.follow(browser.post(f"/many/{the_batch(browser).number}/mend", cells))


def make(browser):
    return browser.follow(browser.post(f"/many/{the_batch(browser).number}/make"))


def sign(browser, key=EMPLOYER, role="employer"):
    path = f"/many/{the_batch(browser).number}/sign/{role}"
    shown = re.search(r'name="sha256" value="([0-9a-f]{64})"', browser.get(path).text)
    return browser.follow(browser.post(path, {"key": key, "sha256": shown[1]}))


def sign_all(browser):
    """Sign; where it does not end well the test says why."""
    told = text_of(sign(browser))
    assert "完了できませんでした" not in told, told
    assert "署名済み" in told, told


@pytest.fixture
def made(browser):
    """A browser at a desk with a table's contracts, none of them signed."""
    drop(browser, table_of(), pattern="{employee.name}-{row}")
    make(browser)
    return browser


def test_a_table_without_faults_is_ready_to_be_made(browser):
    assert "3 行すべて問題ありません" in text_of(drop(browser, table_of()))
    assert the_batch(browser).names == ("0002", "0003", "0004")


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx"])
def test_a_wrong_cell_is_shown_where_it_stands_and_mended_there(browser, kind):
    make_table = {"csv": bytes, "tsv": as_tsv, "xlsx": workbook_of}[kind]
    page = drop(browser, make_table(table_of(contract_date="令和8年13月1日")), f"people.{kind}")
    assert "3 行のうち 3 行に直すところがあります" in text_of(page)
    assert 'name="cell:3:contract_date" value="令和8年13月1日"' in page.text
    assert "𠮷田 辻󠄀子" in page.text
    page = mend(browser, **{f"cell:{row}:contract_date": "令和8年3月16日" for row in (2, 3)})
    assert "3 行のうち 1 行に直すところがあります" in text_of(page)
    page = mend(browser, **{"cell:4:contract_date": "2026-03-16"})
    assert "3 行すべて問題ありません" in text_of(page)
    table = browser.get(f"/many/{the_batch(browser).number}/table")
    assert table.headers["content-disposition"].startswith("attachment")
    again = drop(browser, table.content, f"mended.{kind}")
    assert "3 行すべて問題ありません" in text_of(again)


def test_a_heading_that_is_not_known_is_mended_too(browser):
    page = drop(browser, table_of(header={"contract_date": "けいやくび"}))
    assert 'name="cell:1:けいやくび"' in page.text
    assert "3 行すべて問題ありません" in text_of(mend(browser, **{"cell:1:けいやくび": "contract_date"}))


def test_a_column_that_is_missing_is_added_by_typing(browser):
    drop(browser, table_of(header={"contract_date": "#メモ"}))
    page = mend(browser, **{f"cell:{row}:contract_date": "2026-03-16" for row in (2, 3, 4)})
    assert "3 行すべて問題ありません" in text_of(page)


def test_only_cells_that_were_asked_for_are_written(browser):
    drop(browser, table_of(contract_date="いつか"))
    mend(browser, **{"cell:2:employee.name": "別人", "cell:2:../../x": "y", "cell:2:contract_date": "2026-03-16"})
    mended = browser.office.batches.table_path(the_batch(browser)).read_text(encoding="utf-8-sig")
    assert "別人" not in mended
    assert the_batch(browser).refused == 2


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("people.csv", b""),
        ("people.csv", b"employee.name\n"),
        ("people.csv", b"\xff\xfe\x00"),
        ("people.xlsx", b"PK\x03\x04 no workbook"),
        ("people.jsonl", b"no json\n"),
    ],
)
def test_what_is_no_table_is_told_and_the_desk_goes_on(browser, name, raw):
    page = drop(browser, raw, name)
    assert page.status_code == 200
    assert "行すべて問題ありません" not in text_of(page)
    assert browser.get("/many").status_code == 200


@pytest.mark.parametrize(("name", "template"), [("people.pdf", TEMPLATE), ("people.csv", "nothing"), ("", TEMPLATE)])
def test_no_table_and_no_template_are_told_at_the_form(browser, name, template):
    answer = browser.post("/many", {"template": template}, files=[("table", (name, b"a"))])
    assert answer.status_code == 400
    assert browser.office.batches.listed() == []


def test_the_empty_table_of_a_template_is_handed_out(browser):
    assert b"#" in browser.get(f"/many/blank/{TEMPLATE}.csv").content
    assert browser.get(f"/many/blank/{TEMPLATE}.xlsx").content.startswith(b"PK")
    assert browser.get(f"/many/blank/{TEMPLATE}.exe").status_code == 404


def test_one_pin_signs_all_and_every_file_holds(made, pinentry):
    page = text_of(sign(made))
    assert "契約書 3 件（うち署名済み 3 件）" in page
    contracts = made.office.batches.contracts(the_batch(made))
    assert [each.signed for each in contracts] == [("employer",)] * 3
    for each in contracts:
        report = made.office.judge(each.sha256, each.name)
        assert (report.verdict, [item.field for item in report.signatures]) == (Verdict.PASSED, ["employer"])
    asked = pinentry.asked.read_text(encoding="utf-8")
    assert asked.count("GETPIN") == 1
    assert "全 3 件" in unquote(asked)


def test_what_is_signed_is_kept_and_handed_out_by_person(made):
    sign_all(made)
    number = the_batch(made).number
    assert made.post(f"/many/{number}/discard").status_code == 404
    page = made.follow(made.post(f"/many/{number}/keep"))
    assert "保管庫の 3 番です" in text_of(page)
    packed = made.get(f"/many/{number}/handout?by=employee")
    names = zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    assert sorted(Path(name).parts[0] for name in names) == sorted(PEOPLE)
    assert made.post(f"/many/{number}/discard").status_code == 303
    assert made.office.batches.listed() == []


def test_two_people_of_one_name_are_not_handed_out_together(browser):
    drop(browser, table_of(("佐藤 一郎", "佐藤 一郎"), **{}))
    make(browser)
    number = the_batch(browser).number
    assert browser.get(f"/many/{number}/handout?by=employee").status_code == 200  # the same person twice
    assert browser.get(f"/many/{number}/handout").status_code == 404


def test_after_a_run_that_was_stopped_the_rest_is_signed_and_nothing_twice(made):
    contracts = made.office.batches.contracts(the_batch(made))
    sign_all(made)
    first = {each.name: each.sha256 for each in made.office.batches.contracts(the_batch(made))}
    lost = made.office.batches.contracts(the_batch(made))[1]
    lost.path.unlink()  # as if the signer had been killed before it was written
    page = made.get(f"/many/{the_batch(made).number}")
    assert "使用者として 1 件に署名する" in text_of(page)
    sign_all(made)
    again = {each.name: each.sha256 for each in made.office.batches.contracts(the_batch(made))}
    assert len(contracts) == len(again) == 3
    assert [name for name in first if first[name] != again[name]] == [lost.name]


def test_a_batch_outlives_the_desk(made):
    sign_all(made)
    another = Browser(Office(made.office.options))
    assert "うち署名済み 3 件" in text_of(another.get(f"/many/{the_batch(made).number}"))
    another.office.close()


def test_two_signers_do_not_work_on_one_batch(made, pinentry):
    with locked_folder(made.office.batches.folder(the_batch(made))):
        page = sign(made)
    assert "署名しました" not in text_of(page)
    assert not pinentry.asked.exists()
    assert all(not each.signed for each in made.office.batches.contracts(the_batch(made)))


def test_a_wrong_password_signs_nothing_and_the_tries_are_told(made, pinentry):
    pinentry.secret.write_text("WRONG123")
    assert "4" in text_of(sign(made))
    assert all(not each.signed for each in made.office.batches.contracts(the_batch(made)))


def test_somebody_elses_card_signs_none(made):
    assert "一致しません" in text_of(sign(made, "card:virtual:yoshida"))
    assert all(not each.signed for each in made.office.batches.contracts(the_batch(made)))


def test_who_closes_the_window_signs_none(made, pinentry):
    pinentry.secret.write_text("")
    assert WORDS["many_cancelled"].ja in text_of(sign(made))


def test_a_contract_that_was_exchanged_is_not_signed(made, pinentry):
    path = made.office.batches.contracts(the_batch(made))[2].path
    path.write_bytes(path.read_bytes() + b"\n% exchanged")
    assert "表示した後に内容が変わりました" in text_of(sign(made))
    assert not pinentry.asked.exists()


def test_a_list_that_changed_since_it_was_shown_is_not_signed(made, pinentry):
    path = f"/many/{the_batch(made).number}/sign/employer"
    answer = made.post(path, {"key": EMPLOYER, "sha256": "0" * 64})
    assert answer.headers["location"] == path
    assert not pinentry.asked.exists()


def test_the_employee_is_not_next_before_the_employer(made):
    assert made.get(f"/many/{the_batch(made).number}/sign/employee").status_code == 404


def test_each_contracts_pages_can_be_looked_at(made):
    page = made.get(f"/many/{the_batch(made).number}/contracts/2")
    picture = re.search(r'src="(/pages/[^"]+)"', page.text)[1]
    assert made.get(picture).headers["content-type"] == "image/png"
    assert made.get(f"/many/{the_batch(made).number}/contracts/4").status_code == 404


@pytest.mark.parametrize("number", ["x", "0" * 16, "..%2f..", "A" * 16])
def test_other_numbers_are_no_batches(browser, number):
    assert browser.get(f"/many/{number}").status_code == 404
    assert browser.post(f"/many/{number}/make").status_code == 404


def test_a_signer_that_is_stopped_in_the_middle_loses_and_repeats_nothing(browser):
    drop(browser, table_of(tuple(f"山田 {number}" for number in range(8))))
    make(browser)
    path = f"/many/{the_batch(browser).number}/sign/employer"
    shown = re.search(r'name="sha256" value="([0-9a-f]{64})"', browser.get(path).text)[1]
    answer = browser.post(path, {"key": EMPLOYER, "sha256": shown})
    job = browser.office.jobs.find(answer.headers["location"].rpartition("/")[2])
    while job.state == "working" and (job.stage != STAGES[SIGNING] or not job.done):
        job.thread.join(0.01)
    browser.post(f"/jobs/{job.number}/cancel")
    job.thread.join()
    assert WORDS["many_cancelled"].ja in text_of(browser.get(f"/jobs/{job.number}"))
    before = {each.name: each.sha256 for each in browser.office.batches.contracts(the_batch(browser)) if each.signed}
    assert 0 < len(before) < 8
    sign_all(browser)
    after = browser.office.batches.contracts(the_batch(browser))
    assert [each.signed for each in after] == [("employer",)] * 8
    assert before.items() <= {each.name: each.sha256 for each in after}.items()
    assert browser.office.judge(after[-1].sha256, after[-1].name).verdict is Verdict.PASSED


def test_whoever_differs_from_row_to_row_does_not_sign_all_at_once(made):
    assert "使用者として 3 件に署名する" in text_of(made.get(f"/many/{the_batch(made).number}"))
    sign_all(made)
    page = made.get(f"/many/{the_batch(made).number}")
    assert "労働者として" not in text_of(page)
    assert made.get(f"/many/{the_batch(made).number}/sign/employee").status_code == 404
    assert "𠮷田 辻󠄀子" in text_of(page)


def test_json_lines_are_taken_and_their_faults_told_by_row(browser):
    data = load_contract_data(find_template(TEMPLATE).folder / EXAMPLE)
    good, bad = (
        json.dumps(data | {"contract_date": day}, ensure_ascii=False, default=str) for day in ("2026-03-16", "x")
    )
    page = drop(browser, f"{good}\n{bad}\n".encode(), "people.jsonl")
    assert "2 行のうち 1 行に直すところがあります" in text_of(page)
    assert "2 行目" in text_of(page)
    page = drop(browser, f"{good}\n{good}\n".encode(), "people.jsonl")
    assert "2 行すべて問題ありません" in text_of(page)


def test_a_card_that_is_pulled_out_in_the_middle_leaves_what_was_signed(made, monkeypatch):
    """The act itself, with the emulated card's connection: the process of its own cannot be given a card of ours."""
    from signkit.errors import CardError
    from signkit.rehearsal import cards
    from tests.card.faults import SIGN, FaultyCard, vanish

    asked: list[bytes] = []
    card_of = cards.kept_emulated_card

    def leave_at_the_second(card, wire):
        asked.append(bytes(wire))
        return vanish(card, wire) if len(asked) > 1 else card.process(wire)

    path = f"/many/{the_batch(made).number}/sign/employer"
    orders = []

    def take(job, order, process):
        orders.append(order)
        process.stop()
        process.run(order, lambda _: None)

    monkeypatch.setattr(many_screen, "sign_batch", take)
    shown = re.search(r'name="sha256" value="([0-9a-f]{64})"', made.get(path).text)[1]
    made.follow(made.post(path, {"key": EMPLOYER, "sha256": shown}))
    monkeypatch.setenv("SIGNKIT_HOME", str(made.office.settings.home))
    with monkeypatch.context() as faulty:
        faulty.setattr(
            cards, "kept_emulated_card", lambda *given: FaultyCard(card_of(*given), SIGN, leave_at_the_second)
        )
        with pytest.raises(CardError) as error:
            sign_many(asdict(orders[0]), lambda **_: None)
    assert error.value.code == "card-removed"
    assert [each.signed for each in made.office.batches.contracts(the_batch(made))].count(("employer",)) == 1
    assert sign_many(asdict(orders[0]), lambda **_: None) == "2"
    assert [each.signed for each in made.office.batches.contracts(the_batch(made))] == [("employer",)] * 3
