"""Keeping periods, and deletion that leaves nothing but a record without names."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from signkit.archive.adding import add_file, add_paper, correct_entry
from signkit.archive.backup import backup, restore
from signkit.archive.entries import LedgerEntry, TransactionFacts, TransactionParty, load_entries
from signkit.archive.finding import Query, find_numbers
from signkit.archive.index import sought_form
from signkit.archive.judging import Judged
from signkit.archive.purging import (
    _POSSIBLY_DUE,
    apply_disposals,
    disposals,
    due_entries,
    purge,
    read_register,
    register_csv,
)
from signkit.archive.retention import Business, Keeping, business_of, keeping_of
from signkit.archive.store import DISPOSALS, create_archive, finish_disposal, open_archive
from signkit.archive.verifying import verify
from tests.archive.kills import holding
from tests.refusals import refused_as

TODAY = date(2026, 11, 27)
SECRET = "廃棄対象の花沢類子"
#: So many digits that no salt or digest holds them by chance.
SECRET_AMOUNT = 918273645546372
MARCH = Business(fiscal_year_end=(3, 31))


def entry(**facts):
    return LedgerEntry(
        1, "paper", "unsigned", TransactionFacts(**facts), TransactionFacts(), None, None, None, None, ""
    )


@pytest.mark.parametrize(
    ("facts", "business", "until", "rule"),
    [
        # tax: seven years from two months after the end of the fiscal year in which the transaction lies
        ({"kind": "contract", "date": date(2020, 4, 1)}, MARCH, date(2028, 5, 31), "tax"),
        ({"kind": "contract", "date": date(2020, 3, 31)}, MARCH, date(2027, 5, 31), "tax"),
        ({"kind": "contract", "date": date(2020, 4, 1)}, replace(MARCH, tax_years=10), date(2031, 5, 31), "tax"),
        ({"kind": "contract", "date": date(2020, 4, 1)}, replace(MARCH, filing_months=3), date(2028, 6, 30), "tax"),
        ({"kind": "contract", "date": date(2020, 4, 1)}, Business(), date(2028, 6, 1), "tax"),  # the latest year's end
        ({"kind": "contract", "date": date(2020, 2, 1)}, Business(fiscal_year_end=(2, 29)), date(2027, 4, 30), "tax"),
        ({"kind": "contract", "date": date(2021, 2, 1)}, Business(fiscal_year_end=(2, 29)), date(2028, 4, 30), "tax"),
        # the months until the return run from the day after the year's end: to the last day of a longer month, too
        ({"kind": "contract", "date": date(2020, 6, 30)}, Business(fiscal_year_end=(6, 30)), date(2027, 8, 31), "tax"),
        ({"kind": "contract", "date": date(2020, 7, 1)}, Business(fiscal_year_end=(6, 30)), date(2028, 8, 31), "tax"),
        ({"date": date(2020, 11, 30)}, Business(fiscal_year_end=(11, 30)), date(2028, 1, 31), "tax"),
        ({"date": date(2020, 12, 31)}, Business(fiscal_year_end=(12, 31)), date(2028, 2, 28), "tax"),
        ({"kind": "contract", "date": date(2020, 6, 20)}, Business(fiscal_year_end=(6, 20)), date(2027, 8, 20), "tax"),
        ({"kind": "contract", "date": date(2020, 8, 30)}, Business(7, (8, 30), 6), date(2028, 2, 28), "tax"),
        ({"kind": "contract", "date": date(2020, 6, 30)}, Business(7, (6, 30), 0), date(2027, 6, 30), "tax"),
        ({"date": date(2020, 4, 1)}, MARCH, date(2028, 5, 31), "tax"),  # whatever it is
        # by the last day that can be written people say that something never ends
        ({"kind": "contract", "date": date(9999, 12, 31)}, MARCH, date.max, "tax"),
        ({"kind": "contract", "date": date(9999, 12, 31)}, Business(), date.max, "tax"),
        ({"kind": "contract", "date": date(9995, 2, 28)}, MARCH, date.max, "tax"),
        ({"kind": "employment", "end_date": date(9996, 2, 29)}, MARCH, date.max, "employment"),
        # a contract that went on is counted from its end
        ({"kind": "lease", "date": date(2010, 4, 1), "end_date": date(2020, 4, 1)}, MARCH, date(2028, 5, 31), "tax"),
        ({"kind": "sale", "date": date(2020, 3, 1), "end_date": date(2020, 5, 1)}, MARCH, date(2028, 5, 31), "tax"),
        # ten years for a new house that the dealer sold itself
        ({"kind": "sale", "date": date(2020, 4, 1), "record": {"new_house": True}}, MARCH, date(2031, 5, 31),
         "brokerage-ledger"),
        # identity checks: seven years from the end of the transaction
        ({"kind": "identity-record", "date": date(2020, 4, 1), "end_date": date(2020, 6, 1)}, MARCH, date(2027, 6, 1),
         "identity"),
        # employment: five years from its end
        ({"kind": "employment", "date": date(2010, 4, 1), "end_date": date(2020, 2, 29)}, MARCH, date(2025, 3, 1),
         "employment"),
        # what nobody can tell
        ({"kind": "employment", "date": date(1990, 4, 1)}, MARCH, None, None),
        ({"kind": "lease", "date": date(1990, 4, 1)}, MARCH, None, None),
        ({"kind": "identity-record", "date": date(1990, 4, 1)}, MARCH, None, None),
        ({"kind": "contract"}, MARCH, None, None),
        ({}, MARCH, None, None),
    ],
)  # fmt: skip
def test_until_when_an_entry_is_kept(facts, business, until, rule):
    assert keeping_of(entry(**facts), business) == Keeping(until, rule)


KINDS = (
    "sale", "explanation", "lease", "brokerage", "employment", "business", "consent", "identity-record",
    "brokerage-ledger", "invoice", "contract", "other",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_rule_and_every_rule_a_source(kind):
    keeping = keeping_of(entry(kind=kind, date=date(2000, 1, 1), end_date=date(2000, 1, 1)), Business())
    assert keeping.until is not None
    assert keeping.law is not None
    assert keeping.law.en != keeping.law.ja


def test_the_business_is_what_the_archive_was_made_with(tmp_path):
    create_archive(tmp_path / "kept", {"tax_years": "10", "fiscal_year_end": "12-31", "filing_months": "3"})
    with open_archive(tmp_path / "kept") as archive:
        assert business_of(archive) == Business(10, (12, 31), 3)


@pytest.fixture
def filled(archive):
    """One entry long past its period, with all that an entry can have; one not yet; one that cannot be told."""
    old = TransactionFacts(
        "contract",
        f"{SECRET}の契約",
        date(2001, 1, 1),
        SECRET_AMOUNT,
        (TransactionParty(SECRET),),
        place=SECRET,
        note=SECRET,
    )
    first = b"%PDF-1.7 " + SECRET.encode() + b"\n%%EOF\n"
    judged = Judged("scan", "unsigned", text=sought_form(SECRET * 50), report={"party": SECRET})
    add_file(archive, first, f"{SECRET}.pdf", judged, old)
    add_file(archive, first + SECRET.encode() + b"\n%%EOF\n", f"{SECRET}2.pdf", judged)
    correct_entry(archive, 1, TransactionFacts(note=f"訂正した{SECRET}"))
    add_file(
        archive, b"%PDF new", "new.pdf", judged.__class__("scan", "unsigned"), TransactionFacts(date=date(2025, 1, 1))
    )
    add_paper(archive, TransactionFacts(title="日付のない書類"))
    return archive


def due(archive, today=TODAY):
    return [each.entry.number for each in due_entries(archive, today)]


def test_only_what_is_past_its_period_is_due(filled):
    assert due(filled) == [1]
    [first] = due_entries(filled, TODAY)
    assert (first.rule, first.kept_until) == ("tax", date(2009, 3, 1))
    assert due(filled, first.kept_until) == []  # the last day belongs to it
    assert due(filled, first.kept_until + timedelta(days=1)) == [1]
    assert due(filled, date(2200, 1, 1)) == [1, 2]


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"among": {2}}, [2]),
        ({"among": set()}, []),
        ({"among": {1, 3, 99}}, [1]),
        ({"after": 1}, [2]),
        ({"after": 2}, []),
    ],
)
def test_what_is_due_may_be_asked_of_some(filled, wish, found):
    assert [each.entry.number for each in due_entries(filled, date(2200, 1, 1), **wish)] == found


@pytest.mark.slow
def test_purging_deletes_what_is_due_and_no_other(filled):
    [row] = purge(filled, list(due_entries(filled, TODAY)))
    assert (row.entry, row.kind, row.rule, row.files) == (1, "contract", "tax", 2)
    assert find_numbers(filled.connection, Query(), limit=9) == [3, 2]
    assert disposals(filled) == (row,)
    assert due(filled) == []
    assert verify(filled).troubles == ()


@pytest.mark.slow
def test_nothing_of_it_is_left_in_any_file(filled, folder):
    assert {path.name for path in holding(folder, SECRET)} > {"ledger.sqlite-wal"}  # it is there before
    files = [sha256 for (sha256,) in filled.connection.execute("SELECT sha256 FROM revision WHERE entry = 1")]
    salt = filled.connection.execute("SELECT salt FROM entry WHERE id = 1").fetchone()[0]
    purge(filled, list(due_entries(filled, TODAY)))
    assert finish_disposal(filled)
    assert holding(folder, SECRET) == []
    traces = [salt, *(sha256.encode() for sha256 in files), str(SECRET_AMOUNT).encode()]
    assert [path for path in folder.rglob("*") if path.is_file() and any(t in path.read_bytes() for t in traces)] == []


def test_what_stays_names_nobody(filled, folder):
    purge(filled, list(due_entries(filled, TODAY)))
    row = filled.connection.execute("SELECT action FROM journal WHERE entry = 1 ORDER BY number").fetchall()
    assert [action for (action,) in row] == ["added", "joined", "corrected", "purged"]
    identity, rows = read_register(folder / DISPOSALS)
    assert identity == filled.setting("identity")
    assert set(json.loads((folder / DISPOSALS).read_text().splitlines()[1])) == {
        "entry", "at", "kind", "rule", "kept_until", "files",
    }  # fmt: skip
    assert rows == disposals(filled)


def test_the_register_is_a_table_for_people(filled):
    purge(filled, list(due_entries(filled, TODAY)))
    text = register_csv(disposals(filled)).decode("utf-8-sig").splitlines()
    assert text[0].startswith("番号,廃棄日時,種類,保存期間の根拠")
    assert text[1].startswith("1,2026-11-27 12:00,契約書,法人税法施行規則59条")


@pytest.mark.slow
def test_while_somebody_reads_the_log_is_emptied_later(filled, folder):
    with open_archive(folder) as reader:
        reader.connection.execute("BEGIN")
        reader.connection.execute("SELECT count(*) FROM entry").fetchone()
        filled.connection.execute("PRAGMA busy_timeout = 10")
        purge(filled, list(due_entries(filled, TODAY)))
        assert not finish_disposal(filled)
        assert holding(folder, SECRET)
        reader.connection.execute("ROLLBACK")
    add_paper(filled, TransactionFacts(title="次の記録"))  # whoever writes next
    assert holding(folder, SECRET) == []


@pytest.mark.slow
def test_the_same_bytes_can_be_taken_in_again(filled):
    data = filled.blobs.read(filled.connection.execute("SELECT sha256 FROM revision").fetchone()[0])
    purge(filled, list(due_entries(filled, TODAY)))
    taken = add_file(filled, data, "again.pdf", Judged("scan", "unsigned"))
    assert (taken.number, taken.outcome) == (4, "added")  # numbers are never used twice
    assert verify(filled).troubles == ()


@pytest.mark.slow
def test_a_backup_follows_by_the_register(filled, folder, tmp_path, clock):
    backup(filled, tmp_path / "backup")
    purge(filled, list(due_entries(filled, TODAY)))
    assert holding(tmp_path / "backup", SECRET)
    with open_archive(tmp_path / "backup", clock) as copy:
        assert [row.entry for row in apply_disposals(copy, folder / DISPOSALS)] == [1]
        assert apply_disposals(copy, folder / DISPOSALS) == ()
        assert verify(copy).troubles == ()
    assert holding(tmp_path / "backup", SECRET) == []
    backup(filled, tmp_path / "backup")  # and is brought up to date as before
    with open_archive(tmp_path / "backup", clock) as copy:
        assert verify(copy).troubles == ()


@pytest.mark.slow
def test_a_backup_that_is_brought_up_to_date_forgets_too(filled, tmp_path):
    backup(filled, tmp_path / "backup")
    purge(filled, list(due_entries(filled, TODAY)))
    backup(filled, tmp_path / "backup")
    assert holding(tmp_path / "backup", SECRET) == []


@pytest.mark.slow
def test_what_was_deleted_is_not_restored(filled, folder, tmp_path, clock):
    backup(filled, tmp_path / "backup")
    purge(filled, list(due_entries(filled, TODAY)))
    restore(tmp_path / "backup", tmp_path / "again", folder / DISPOSALS)
    with open_archive(tmp_path / "again", clock) as archive:
        assert find_numbers(archive.connection, Query(), limit=9) == [3, 2]
        assert verify(archive).troubles == ()
    assert holding(tmp_path / "again", SECRET) == []


@pytest.mark.slow
def test_the_register_of_another_archive_is_refused(filled, folder, tmp_path):
    purge(filled, list(due_entries(filled, TODAY)))
    create_archive(tmp_path / "other")
    with open_archive(tmp_path / "other") as other, refused_as("backup-other"):
        apply_disposals(other, folder / DISPOSALS)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]\n", '{"format": "signkit-disposals/1", "archive": "a"}\n{"entry": 1}\n']
)
def test_what_is_no_register_is_refused(tmp_path, text):
    (tmp_path / "d.jsonl").write_text(text)
    with refused_as("register-unreadable"):
        read_register(tmp_path / "d.jsonl")


_DAYS = [None, *(TODAY - timedelta(days=round(365.2425 * years) + more) for years in (0, 5, 7, 8, 10, 11, 30)
                 for more in (-1, 0, 1, 61, 400))]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"tax_years": "10"}, {"fiscal_year_end": "03-31"}, {"filing_months": "0"}])
def test_the_index_finds_what_a_look_at_each_entry_finds(tmp_path, settings):
    """Of all kinds, with and without an end, before and after each period's end."""
    random = Random(repr(settings))
    create_archive(tmp_path / "kept", settings)
    with open_archive(tmp_path / "kept") as archive:
        for number in range(1, 301):
            kind, day, end = random.choice(KINDS), random.choice(_DAYS), random.choice(_DAYS)
            record = {"new_house": True} if random.random() < 0.2 else None
            add_paper(archive, TransactionFacts(kind, f"{number}", day, end_date=end, record=record))
        numbers = range(1, 301)
        business = business_of(archive)
        keeping = {each.number: keeping_of(each, business) for each in load_entries(archive.connection, numbers)}
        wanted = [number for number, each in keeping.items() if each.until is not None and each.until < TODAY]
        assert [each.entry.number for each in due_entries(archive, TODAY)] == wanted
        assert [each.entry.number for each in due_entries(archive, TODAY, after=150)] == [n for n in wanted if n > 150]
        assert [each.entry.number for each in due_entries(archive, TODAY, among=numbers)] == wanted
        assert 50 < len(wanted) < 250


def test_what_is_due_is_looked_for_by_an_index_and_few_entries_are_looked_at(archive):
    """As many statements with a thousand entries that must be kept as with none."""
    add_paper(archive, TransactionFacts("contract", date=date(2001, 1, 1)))

    def looks():
        said = []
        archive.connection.set_trace_callback(said.append)
        assert len(list(due_entries(archive, TODAY))) == 1
        archive.connection.set_trace_callback(None)
        return len(said)

    before = looks()
    for number in range(20):
        add_paper(archive, TransactionFacts("contract", f"{number}", TODAY))
        add_paper(archive, TransactionFacts("lease", f"{number}", date(2001, 1, 1)))
    assert looks() == before
    [plan] = archive.connection.execute(f"EXPLAIN QUERY PLAN {_POSSIBLY_DUE}", ("lease", 1, "2020-01-01"))
    assert plan[3].endswith("INDEX entry_by_last_day (kind=? AND <expr>=? AND <expr><?)")
