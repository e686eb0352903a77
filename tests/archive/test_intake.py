"""A folder taken in at once, and the table of what files do not say."""

from __future__ import annotations

from datetime import date

import pytest

from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.archive.finding import Query, find_all
from signkit.archive.intake import items_of, read_said, take_in
from signkit.archive.store import create_archive
from signkit.contracts.bulk.table import table_of
from tests.refusals import refused_as


def said_in(text, suffix=".csv"):
    return read_said(table_of(text.encode(), suffix))


def taken(archive, options, *paths, table=None, **keywords):
    said = said_in(table) if table is not None else ()
    return list(take_in(archive, items_of(paths, said), options, **keywords))


@pytest.fixture
def office(tmp_path, blank, signed):
    """A folder as offices have it."""
    folder = tmp_path / "契約"
    (folder / "2019").mkdir(parents=True)
    (folder / "署名済み.pdf").write_bytes(signed)
    (folder / "売買.pdf").write_bytes(blank)
    (folder / "2019" / "スキャン.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / "2019" / "壊れ.pdf").write_bytes(b"broken")
    (folder / "メモ.txt").write_text("x")
    (folder / ".隠し.pdf").write_bytes(blank)
    create_archive(folder / "保管庫")
    return folder


@pytest.mark.slow
def test_a_folder_is_taken_in_by_one_call(archive, options, office):
    done = taken(archive, options, office)
    names = {each.item.path.name: each for each in done}
    assert set(names) == {"署名済み.pdf", "売買.pdf", "スキャン.jpg", "壊れ.pdf"}
    assert names["壊れ.pdf"].error.code == "file-unreadable"
    assert names["売買.pdf"].taken.number == names["署名済み.pdf"].taken.number
    assert names["署名済み.pdf"].taken.outcome == "joined"  # the shorter first, whatever they are called
    assert {each.taken.outcome for each in taken(archive, options, office) if each.taken} == {"known"}


TABLE = """ファイル名,種類,取引年月日,金額,取引先,件名,備考
2019/スキャン.jpg,賃貸借,令和元年6月1日,"120,000円",田中 太郎;田中 花子,賃貸借契約書,
メモ.txt,その他,,,,,メモ
,契約書,2015/4/1,３０００,佐藤商店,基本契約書,金庫
"""


@pytest.mark.slow
def test_a_table_says_what_files_do_not(archive, options, office):
    done = taken(archive, options, office, table=TABLE)
    assert {each.item.path.name for each in done if each.item.path} >= {"メモ.txt"}  # named, so taken in
    [lease] = find_all(archive, Query(kind="lease"))
    assert (lease.facts.date, lease.facts.amount) == (date(2019, 6, 1), 120_000)
    assert lease.counterparties == ("田中 太郎", "田中 花子")
    [paper] = find_all(archive, Query(party="佐藤"))
    assert (paper.form, paper.facts.note) == ("paper", "金庫")


def test_a_table_in_english_and_as_json_lines():
    assert said_in("file,date,amount,party\na.pdf,2026-01-02,5,Tanaka\n")[0].facts == TransactionFacts(
        date=date(2026, 1, 2), amount=5, parties=(TransactionParty("Tanaka"),)
    )
    [row] = said_in('{"file": "a.pdf", "amount": 5, "date": null}\n', ".jsonl")
    assert (row.file, row.facts) == ("a.pdf", TransactionFacts(amount=5))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,colour\na.pdf,red\n", "no column"),
        ("file,date\na.pdf,来週\n", "row 2"),
        ("file,date\na.pdf,2026-02-30\n", "row 2"),
        ("file,amount\na.pdf,-5\n", "no amount"),
        ("file,amount\na.pdf,たくさん\n", "row 2"),
        ("file,kind\na.pdf,なぞ\n", "is none of"),
        ("file,title\na.pdf," + "x" * 400 + "\n", "longer than"),
        ("file,title\na.pdf,a\u202eb\n", "nobody can see"),
        ("file,amount\na.pdf,=1+1\n", "formula"),
    ],
)
def test_a_row_that_cannot_be_is_told_and_nothing_taken_in(text, words):
    with refused_as("table-refused", match=words):
        said_in(text)


def test_names_as_people_write_them_in_japan_are_words():
    """The certificate of a My Number card has 山田　太郎 with a full-width space between."""
    [row] = said_in("file,party,title\na.pdf,山田　太郎,売買契約書　写し\n")
    assert row.facts == TransactionFacts(parties=(TransactionParty("山田　太郎"),), title="売買契約書　写し")


@pytest.mark.slow
@pytest.mark.parametrize("rows", ["nowhere.pdf,5\n", "売買.pdf,5\n売買.pdf,6\n"])
def test_a_row_without_its_file_is_told_before_anything_is_taken_in(archive, options, office, rows):
    with refused_as("table-refused", match="not there"):
        taken(archive, options, office, table="file,amount\n" + rows)
    assert list(find_all(archive, Query())) == []


def test_a_mac_writes_names_otherwise(archive, options, tmp_path):
    (tmp_path / "が.jpg").write_bytes(b"x")  # composed, as Windows has it
    done = taken(archive, options, tmp_path / "が.jpg", table="file,amount\nか\u3099.jpg,7\n")
    assert done[0].item.said.amount == 7


@pytest.mark.slow
def test_a_file_that_cannot_be_judged_can_be_kept_as_it_is(archive, options, office):
    done = taken(archive, options, office / "2019" / "壊れ.pdf", as_scan=True)
    assert (done[0].taken.outcome, done[0].judged.form) == ("added", "scan")


@pytest.mark.slow
def test_a_file_that_is_not_there_is_told_and_stops_nothing(archive, options, office):
    done = taken(archive, options, office / "nowhere.pdf", office / "売買.pdf")
    assert sorted(each.error.code if each.error else "ok" for each in done) == ["input-unreadable", "ok"]
