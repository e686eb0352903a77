"""Taking in: one entry for the same bytes, histories, what files say, what people say."""

from __future__ import annotations

import json
from datetime import date

import pytest

from signkit.archive.adding import add_file, add_paper, beginnings_of, correct_entry
from signkit.archive.entries import TransactionFacts, TransactionParty, load_entry
from signkit.archive.finding import Query, find, find_numbers
from signkit.archive.judging import Judged, judge_file
from signkit.archive.verifying import verify
from tests.refusals import refused_as

SCAN = Judged("scan", "unsigned")
PDF = b"%PDF-1.7\n1\n%%EOF\n"


def entry(archive, number):
    return load_entry(archive.connection, number)


def corrections(archive, number):
    return archive.connection.execute(
        "SELECT item, before, after FROM correction WHERE entry = ? ORDER BY number", (number,)
    ).fetchall()


@pytest.mark.slow
def test_a_contract_says_itself_what_it_is(archive, blank, options):
    add_file(archive, blank, "k.pdf", judge_file(blank, "k.pdf", options))
    facts = entry(archive, 1).facts
    assert (facts.kind, facts.title, facts.date, facts.amount) == (
        "sale", "不動産売買契約書", date(2026, 11, 21), 58_000_000,
    )  # fmt: skip
    assert (facts.end_date, facts.notice_date) == (date(2027, 1, 29), date(2026, 12, 21))
    assert facts.place == "東京都架空区青葉台一丁目23番4"
    assert [(party.role, party.counterparty) for party in facts.parties] == [
        ("seller", True), ("buyer", True), ("broker", False), ("broker", False),
    ]  # fmt: skip
    assert entry(archive, 1).state == "open"


def test_an_identity_record_is_one(repository):
    from signkit.archive.kinds import facts_of_contract
    from signkit.contracts.data import load_contract_data
    from signkit.pdf.embedded_contract import EmbeddedContract

    data = load_contract_data(repository / "templates" / "identity-record" / "example.yaml")
    facts = facts_of_contract(EmbeddedContract("identity-record", "1.0.0", data))
    assert (facts.kind, facts.date) == ("identity-record", date(2026, 11, 21))
    assert [(party.name, party.counterparty) for party in facts.parties] == [
        ("𠮷田 美咲", True), ("架空不動産株式会社", False),
    ]  # fmt: skip


@pytest.mark.slow
def test_what_people_say_counts_before_the_file(archive, blank, options):
    said = TransactionFacts(amount=1, parties=(TransactionParty("田中商店"),))
    add_file(archive, blank, "k.pdf", judge_file(blank, "k.pdf", options), said)
    found = entry(archive, 1)
    assert (found.facts.amount, found.counterparties, found.facts.kind) == (1, ("田中商店",), "sale")
    assert found.said == said


@pytest.mark.slow
def test_the_same_bytes_are_one_entry(archive):
    assert add_file(archive, PDF, "a.pdf", SCAN).outcome == "added"
    again = add_file(archive, PDF, "other name.pdf", SCAN)
    assert (again.number, again.outcome) == (1, "known")
    assert len(entry(archive, 1).revisions) == 1


def test_the_same_bytes_with_something_new_said_are_a_correction(archive):
    add_file(archive, PDF, "a.pdf", SCAN, TransactionFacts(amount=1))
    assert add_file(archive, PDF, "a.pdf", SCAN, TransactionFacts(amount=2)).outcome == "corrected"
    assert corrections(archive, 1) == [("amount", "1", "2")]


@pytest.mark.parametrize("line_end", [b"", b"\n", b"\r", b"\r\n"], ids=["none", "lf", "cr", "crlf"])
def test_a_later_revision_joins_its_history(archive, line_end):
    first = b"%PDF-1.7\n1\n%%EOF" + line_end
    add_file(archive, first, "a.pdf", SCAN)
    taken = add_file(archive, first + b"\n2\n%%EOF\n", "b.pdf", Judged("file", "complete", level="B-T"))
    assert (taken.number, taken.outcome) == (1, "joined")
    found = entry(archive, 1)
    assert [each.name for each in found.revisions] == ["a.pdf", "b.pdf"]
    assert (found.state, found.level, found.form) == ("complete", "B-T", "file")


def test_an_earlier_revision_that_comes_later_joins_too_and_changes_nothing(archive):
    later = Judged("file", "complete", TransactionFacts(amount=2))
    add_file(archive, PDF + b"2\n%%EOF\n", "b.pdf", later)
    assert add_file(archive, PDF, "a.pdf", Judged("file", "open", TransactionFacts(amount=1))).outcome == "joined"
    found = entry(archive, 1)
    assert (found.state, found.facts.amount) == ("complete", 2)
    assert [each.name for each in found.revisions] == ["a.pdf", "b.pdf"]


GOOD, ALTERED = PDF, PDF + b"2\n%%EOF\n"


@pytest.mark.parametrize("first", [GOOD, ALTERED], ids=["good first", "altered first"])
def test_an_altered_file_does_not_stand_for_the_good_one_that_it_goes_on_from(archive, first):
    states = {GOOD: "complete", ALTERED: "broken"}
    for data in (first, *(states.keys() - {first})):
        taken = add_file(archive, data, "k.pdf", Judged("file", states[data], level="B-T"))
    assert (taken.number, taken.outcome, taken.beside) == (2, "added", 1)
    assert {entry(archive, number).state for number in (1, 2)} == {"complete", "broken"}
    renewed = add_file(archive, GOOD + b"3\n%%EOF\n", "k-renewed.pdf", Judged("file", "complete", level="B-LTA"))
    assert (entry(archive, renewed.number).level, len(entry(archive, renewed.number).revisions)) == ("B-LTA", 2)


def test_what_was_not_good_before_and_is_now_joins_its_history(archive):
    add_file(archive, PDF, "a.pdf", Judged("file", "broken", level="B-T"))
    assert add_file(archive, ALTERED, "b.pdf", Judged("file", "complete")).outcome == "joined"
    assert entry(archive, 1).state == "complete"


def test_copies_signed_in_parallel_are_two_entries_that_know_of_each_other(archive):
    for number, end in enumerate((b"", b"2\n%%EOF\n", b"3\n%%EOF\n")):
        taken = add_file(archive, PDF + end, f"{number}.pdf", SCAN)
    assert (taken.number, taken.outcome, taken.beside) == (2, "added", 1)


def test_files_that_only_share_their_first_bytes_have_nothing_to_do_with_each_other(archive):
    add_file(archive, b"%PDF-1.7\n" + b"a" * 5000 + b"%%EOF\n", "a.pdf", SCAN)
    taken = add_file(archive, b"%PDF-1.7\n" + b"a" * 4999 + b"b%%EOF\nmore%%EOF\n", "b.pdf", SCAN)
    assert (taken.number, taken.beside) == (2, None)


@pytest.mark.slow
def test_a_signature_is_a_later_revision(archive, blank, signed, options):
    add_file(archive, blank, "k.pdf", judge_file(blank, "k.pdf", options))
    taken = add_file(archive, signed, "k-seller.pdf", judge_file(signed, "k-seller.pdf", options))
    assert (taken.number, taken.outcome) == (1, "joined")
    assert entry(archive, 1).level == "B-T"


def test_the_beginnings_of_a_file_are_its_earlier_revisions():
    assert beginnings_of(b"no end") == []
    assert len(beginnings_of(b"a%%EOF")) == 0
    assert len(beginnings_of(b"a%%EOF\nb%%EOF")) == 2  # with and without the end of line


@pytest.mark.slow
def test_the_report_is_kept_without_what_certificates_say_of_people(archive, signed, options):
    add_file(archive, signed, "k.pdf", judge_file(signed, "k.pdf", options))
    report = entry(archive, 1).current.report
    assert report["schema"].startswith("signkit-report/")
    [signature] = report["signatures"]
    assert signature["party"]["name"] == "髙橋 祐一郎"  # what the contract itself says
    assert "花子" not in json.dumps(report, ensure_ascii=False)  # whom the certificate names
    rows = archive.connection.execute("SELECT group_concat(quote(report)) FROM revision").fetchone()[0]
    assert "花子" not in rows


def test_paper_is_an_entry_without_a_file(archive):
    said = TransactionFacts(
        "lease", "賃貸借契約書", date(2001, 4, 1), 80_000, (TransactionParty("田中 一郎"),), note="金庫3段目"
    )
    assert add_paper(archive, said).outcome == "added"
    assert add_paper(archive, said).outcome == "known"
    found = entry(archive, 1)
    assert (found.form, found.state, found.current, found.facts) == ("paper", "unsigned", None, said)


@pytest.mark.slow
def test_a_scan_is_an_entry_without_signatures(archive, options):
    judged = judge_file(b"\xff\xd8\xff\xe0", "scan.jpg", options)
    assert (judged.form, judged.state, judged.report) == ("scan", "unsigned", None)


@pytest.mark.parametrize("data", [b"", b"broken", b"%PDF-1.7\nbroken"])
def test_a_pdf_that_cannot_be_read_is_refused(data, options):
    with refused_as("file-unreadable", match=r"a\.pdf was not taken in"):
        judge_file(data, "a.pdf", options)


def test_a_correction_keeps_what_was_there_before(archive):
    add_file(
        archive,
        PDF,
        "a.pdf",
        SCAN,
        TransactionFacts(date=date(2026, 1, 1), amount=5, parties=(TransactionParty("田中"),)),
    )
    correct_entry(archive, 1, TransactionFacts(amount=6, parties=(TransactionParty("佐藤"),)))
    assert entry(archive, 1).facts.amount == 6
    assert [item for item, _, _ in corrections(archive, 1)] == ["amount", "parties"]
    assert "田中" in corrections(archive, 1)[1][1]
    assert find(archive, Query(party="佐藤")).entries
    assert not find(archive, Query(party="田中")).entries
    assert verify(archive).troubles == ()


def test_a_correction_that_says_what_is_there_changes_nothing(archive):
    add_file(archive, PDF, "a.pdf", SCAN, TransactionFacts(amount=5))
    assert correct_entry(archive, 1, TransactionFacts(amount=5)).outcome == "known"
    assert corrections(archive, 1) == []


def test_an_entry_that_is_not_there_cannot_be_corrected(archive):
    with refused_as("entry-unknown", match="no entry 7"):
        correct_entry(archive, 7, TransactionFacts(amount=5))


@pytest.mark.parametrize(
    "said",
    [
        TransactionFacts(note="123456789018"),
        TransactionFacts(title="マイナンバー 1234"),
        TransactionFacts(parties=(TransactionParty("番号1234 5678 9018"),)),
    ],
)
def test_a_my_number_is_never_kept(archive, said):
    with refused_as("facts-refused"):
        add_paper(archive, said)
    assert find_numbers(archive.connection, Query(), limit=1) == []


def test_a_judgement_that_changed_is_taken_over_with_a_record(archive):
    add_file(archive, PDF, "a.pdf", Judged("file", "unproven"))
    add_file(archive, PDF, "a.pdf", Judged("file", "complete", level="B-LTA", verdict="TOTAL-PASSED"))
    assert (entry(archive, 1).state, entry(archive, 1).current.level) == ("complete", "B-LTA")
    assert corrections(archive, 1) == [("state", "unproven", "complete")]
    assert verify(archive).troubles == ()
