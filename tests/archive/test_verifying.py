"""`verify` names what is wrong: a flipped bit, files missing, added or swapped, a changed row, a cut journal."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date

import pytest

from signkit.archive.adding import add_file, add_paper, correct_entry
from signkit.archive.checkpoints import checkpoint, hold_against, read_checkpoint, stamp_day, verify_stamps
from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.archive.judging import Judged
from signkit.archive.purging import due_entries, purge
from signkit.archive.store import LEDGER, create_archive, open_archive
from signkit.archive.verifying import verify
from signkit.errors import ArchiveError
from tests.refusals import refused_as

SCAN = Judged("scan", "unsigned", text="ほんぶん")


@pytest.fixture
def filled(archive):
    for number in range(3):
        said = TransactionFacts(date=date(2026, 1, 1), amount=number, parties=(TransactionParty("田中"),))
        add_file(archive, b"%%PDF-1.7 %d\n%%%%EOF\n" % number, f"{number}.pdf", SCAN, said)
    add_paper(archive, TransactionFacts(title="紙", note="金庫"))
    correct_entry(archive, 1, TransactionFacts(note="訂正"))
    return archive


def found(archive):
    return [(trouble.code, trouble.name) for trouble in verify(archive).troubles]


def kept_file(archive, number):
    row = archive.connection.execute("SELECT sha256 FROM revision WHERE entry = ?", (number,)).fetchone()
    return archive.blobs.path(row[0])


def shown(archive, path):
    return path.relative_to(archive.folder).as_posix()


def test_nothing_is_wrong_with_what_nobody_touched(filled):
    verified = verify(filled)
    assert (verified.entries, verified.files, verified.records, verified.troubles) == (4, 3, 6, ())


@pytest.mark.parametrize("place", [0, 5, -1])
def test_a_flipped_bit_names_the_file(filled, place):
    path = kept_file(filled, 2)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert found(filled) == [("file-changed", shown(filled, path))]


@pytest.mark.slow
def test_a_file_that_is_missing_or_added_or_swapped_is_named(filled):
    first, second = kept_file(filled, 1), kept_file(filled, 2)
    bytes_of_first = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(bytes_of_first)
    assert set(found(filled)) == {("file-changed", shown(filled, first)), ("file-changed", shown(filled, second))}
    second.unlink()
    (second.parent / "note.txt").write_text("x")
    (filled.folder / "stray.pdf").write_text("x")
    assert ("file-missing", shown(filled, second)) in found(filled)
    assert ("file-added", f"files/{second.parent.name}/note.txt") in found(filled)
    assert ("file-added", "stray.pdf") in found(filled)


def around_the_ledger(archive, *statements):
    """Change the ledger as somebody would who knows SQLite and nothing of the journal."""
    with closing(sqlite3.connect(archive.folder / LEDGER, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET amount = 999 WHERE id = 2",
        "UPDATE entry SET state = 'complete' WHERE id = 2",
        "UPDATE entry SET said = '{}' WHERE id = 2",
        "UPDATE party SET name = '佐藤' WHERE entry = 2",
        "UPDATE party SET counterparty = 0 WHERE entry = 2",
        "DELETE FROM party WHERE entry = 2",
        "UPDATE revision SET name = 'x' WHERE entry = 2",
        "UPDATE revision SET report = '{}' WHERE entry = 2",
        "UPDATE words SET body = 'x' WHERE rowid = 2",
        "DELETE FROM words WHERE rowid = 2",
        "INSERT INTO correction VALUES (2, 9, '2026', 'amount', '1', '2')",
    ],
)
def test_a_row_that_was_changed_around_the_journal_names_the_entry(filled, statement):
    around_the_ledger(filled, statement)
    assert found(filled) == [("entry-changed", "2")]


@pytest.mark.slow
def test_an_entry_that_was_taken_away_or_put_in_is_named(filled):
    around_the_ledger(
        filled,
        "DELETE FROM party WHERE entry = 2",
        "DELETE FROM revision WHERE entry = 2",
        "DELETE FROM entry WHERE id = 2",
        "INSERT INTO entry (salt, kind, form, state, said, added_at)"
        " VALUES (x'00', 'other', 'paper', 'unsigned', '{}', '')",
    )
    assert ("entry-missing", "2") in found(filled)
    assert ("entry-unrecorded", "5") in found(filled)
    assert any(code == "file-added" for code, _ in found(filled))


@pytest.mark.slow
def test_settings_that_were_changed_are_told(filled):
    around_the_ledger(filled, "UPDATE setting SET value = '1' WHERE name = 'identity'")
    assert ("settings-changed", "") in found(filled)


def test_the_journal_cannot_be_changed_by_an_accident(filled):
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        filled.connection.execute("UPDATE journal SET at = '' WHERE number = 2")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        filled.connection.execute("DELETE FROM journal WHERE number = 6")


@pytest.mark.parametrize(
    ("statement", "code", "name"),
    [
        ("UPDATE journal SET at = '2020-01-01T00:00:00Z' WHERE number = 3", "journal-broken", "3"),
        ("UPDATE journal SET digest = 'x' WHERE number = 3", "journal-broken", "3"),
        ("UPDATE journal SET action = 'purged' WHERE number = 3", "journal-broken", "3"),
        ("DELETE FROM journal WHERE number = 3", "journal-broken", "4"),
        ("DELETE FROM journal WHERE number > 4", "journal-cut", "6"),
    ],
)
def test_a_journal_that_was_changed_or_cut_is_told(filled, statement, code, name):
    around_the_ledger(filled, "DROP TRIGGER journal_is_never_changed", "DROP TRIGGER journal_is_never_cut", statement)
    assert (code, name) in found(filled)


@pytest.mark.parametrize(
    ("statement", "code", "name"),
    [
        ("DROP TRIGGER journal_is_never_changed", "structure-changed", "journal_is_never_changed"),
        ("DROP TRIGGER journal_is_never_cut", "structure-changed", "journal_is_never_cut"),
        ("DROP INDEX entry_by_date", "structure-changed", "entry_by_date"),
        ("DROP TABLE watched", "structure-changed", "watched"),
        ("ALTER TABLE stamp ADD COLUMN more TEXT", "structure-changed", "stamp"),
        ("CREATE TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END", "structure-added", "t"),
        ("CREATE TABLE words_of_mine (a)", "structure-added", "words_of_mine"),
    ],
)
def test_a_ledger_that_lost_its_guards_or_gained_a_table_is_told(filled, statement, code, name):
    around_the_ledger(filled, statement)
    assert found(filled) == [(code, name)]


@pytest.mark.parametrize("replaced", ["BEGIN SELECT 1; END", "WHEN 0 BEGIN SELECT raise(ABORT, 'x'); END"])
def test_a_guard_that_guards_nothing_is_told(filled, replaced):
    around_the_ledger(
        filled,
        "DROP TRIGGER journal_is_never_cut",
        f"CREATE TRIGGER journal_is_never_cut BEFORE DELETE ON journal {replaced}",
    )
    assert found(filled) == [("structure-changed", "journal_is_never_cut")]


@pytest.mark.slow
def test_an_older_state_put_back_misses_the_newer_file(folder, clock):
    with open_archive(folder, clock) as archive:
        add_file(archive, b"%PDF 1", "1.pdf", SCAN)
    old = (folder / LEDGER).read_bytes()
    with open_archive(folder, clock) as archive:
        add_file(archive, b"%PDF 2", "2.pdf", SCAN)
        newer = kept_file(archive, 2)
        seen = checkpoint(archive)
    (folder / LEDGER).write_bytes(old)
    with open_archive(folder, clock) as archive:
        assert found(archive) == [("file-added", shown(archive, newer))]
        assert seen.number == 3


def written(checkpoint_, path):
    import json

    path.write_text(json.dumps(checkpoint_.to_json()))
    return read_checkpoint(path)


def told(archive, seen, options):
    return [(trouble.code, trouble.name) for trouble in hold_against(archive, seen, options)]


@pytest.mark.slow
def test_a_checkpoint_from_outside_holds_until_the_ledger_is_written_anew(filled, tmp_path, clock, options):
    seen = written(checkpoint(filled), tmp_path / "seen.json")
    assert told(filled, seen, options) == []
    add_paper(filled, TransactionFacts(title="後"))
    assert told(filled, seen, options) == []  # what came since changes nothing of what was
    anew = tmp_path / "anew"
    identity = filled.setting("identity")
    create_archive(anew)
    around = "UPDATE setting SET value = '{}' WHERE name = 'identity'"
    with open_archive(anew, clock) as other:
        assert told(other, seen, options) == [("archive-other", "")]
        other.connection.execute(around.format(identity))
        assert told(other, seen, options) == [("journal-cut", str(seen.number))]
        for number in range(8):
            add_paper(other, TransactionFacts(title=str(number)))
        assert told(other, seen, options) == [("journal-other", str(seen.number))]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "signkit-checkpoint/1"}', "\xff", "[" * 5000])
def test_what_is_no_checkpoint_is_refused(tmp_path, text):
    (tmp_path / "c.json").write_text(text, encoding="latin-1")
    with refused_as("checkpoint-unreadable", match=r"c\.json is no checkpoint"):
        read_checkpoint(tmp_path / "c.json")


@pytest.fixture
def now():
    from datetime import UTC, datetime

    return lambda: datetime.now(UTC)  # the rehearsal's timestamps are of this moment


@pytest.mark.slow
def test_the_head_is_timestamped_once_a_day(folder, now, services, options):
    with open_archive(folder, now) as archive:
        assert stamp_day(archive, services.timestamps)
        assert not stamp_day(archive, services.timestamps)
        assert not stamp_day(archive, [])
        assert list(verify_stamps(archive, options)) == []
        around_the_ledger(archive, "UPDATE stamp SET token = x'3000'")
        assert [trouble.code for trouble in verify_stamps(archive, options)] == ["stamp-bad"]


@pytest.mark.slow
def test_a_timestamp_tells_of_a_journal_that_was_written_anew(folder, now, services, options):
    with open_archive(folder, now) as archive:
        add_paper(archive, TransactionFacts(title="前"))
        stamp_day(archive, services.timestamps)
        around_the_ledger(
            archive, "DROP TRIGGER journal_is_never_changed", "UPDATE journal SET hash = 'x' WHERE number = 2"
        )
        assert ("journal-other", "2") in [(each.code, each.name) for each in verify_stamps(archive, options)]


@pytest.mark.slow
def test_a_timestamp_over_another_head_does_not_hold(folder, now, services, options, tmp_path):
    from dataclasses import replace

    with open_archive(folder, now) as archive:
        first = checkpoint(archive, services.timestamps)
        assert told(archive, written(first, tmp_path / "c.json"), options) == []
        add_paper(archive, TransactionFacts(title="後"))
        forged = replace(checkpoint(archive), token=first.token)
        assert [code for code, _ in told(archive, forged, options)] == ["stamp-bad"]


def test_a_disposal_record_that_is_gone_is_told(archive):
    add_paper(archive, TransactionFacts("contract", "古い契約", date(2001, 1, 1), 1, (TransactionParty("田中"),)))
    purge(archive, list(due_entries(archive, date(2026, 11, 27))))
    assert found(archive) == []
    around_the_ledger(archive, "DELETE FROM disposal")
    assert found(archive) == [("disposal-missing", "1")]


def test_a_disposal_record_that_was_changed_is_told(archive):
    add_paper(archive, TransactionFacts("contract", "古い契約", date(2001, 1, 1), 1, (TransactionParty("田中"),)))
    purge(archive, list(due_entries(archive, date(2026, 11, 27))))
    around_the_ledger(archive, "UPDATE disposal SET kept_until = '2001-01-01'")
    assert found(archive) == [("disposal-changed", "1")]


@pytest.mark.slow
def test_an_index_that_would_find_something_else_is_told(filled):
    around_the_ledger(filled, "UPDATE words_data SET block = zeroblob(length(block)) WHERE id > 10")
    assert "database" in {code for code, _ in found(filled)}


@pytest.mark.slow
def test_a_ledger_whose_pages_are_damaged_is_told(folder, clock):
    with open_archive(folder, clock) as archive:
        for number in range(200):
            add_paper(archive, TransactionFacts(title=f"契約 {number}"))
    data = bytearray((folder / LEDGER).read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = b"\xaa" * 4096
    (folder / LEDGER).write_bytes(data)
    assert damage_of(folder, clock)


def damage_of(folder, clock):
    """What is told of a ledger: troubles, or an error where it cannot be read any more; never is it passed over."""
    try:
        with open_archive(folder, clock) as archive:
            return [trouble.code for trouble in verify(archive).troubles]
    except ArchiveError as error:
        return [error.code] if error.code == "archive-torn" else []


def test_shutil_copies_stay_archives(folder, clock, tmp_path):
    with open_archive(folder, clock) as archive:
        add_paper(archive, TransactionFacts(title="契約"))
    shutil.copytree(folder, tmp_path / "copy")
    with open_archive(tmp_path / "copy", clock) as archive:
        assert found(archive) == []
