"""The operation log: what was done at a desk is in the journal, cannot be rewritten unseen, and goes with its entry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from signkit.archive.adding import add_file
from signkit.archive.backup import backup
from signkit.archive.entries import TransactionFacts, load_entry
from signkit.archive.judging import Judged
from signkit.archive.operations import is_backup_due, last_backup, noted, record_operation
from signkit.archive.purging import Due, purge
from signkit.archive.store import create_archive, open_archive
from signkit.archive.verifying import verify

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def archive(tmp_path, clock):
    create_archive(tmp_path / "archive", clock=lambda: clock[0])
    with open_archive(tmp_path / "archive", clock=lambda: clock[0]) as opened:
        yield opened


@pytest.fixture
def entry(archive):
    facts = TransactionFacts(kind="invoice", date=date(2010, 1, 31))
    number = add_file(archive, b"kept bytes", "scan.png", Judged("scan", "unsigned"), facts).number
    with archive.reading() as connection:
        return load_entry(connection, number)


def test_who_when_what_and_on_which_file_is_told_newest_first(archive, entry):
    record_operation(archive, "downloaded", "hanako", entry.current.sha256, entry.number)
    record_operation(archive, "exported", "taro")
    told = [(each.act, each.who, each.sha256, each.entry, each.at) for each in noted(archive, limit=2)]
    at = "2026-11-28T03:00:00Z"
    assert told == [
        ("exported", "taro", None, None, at),
        ("downloaded", "hanako", entry.current.sha256, entry.number, at),
    ]
    assert noted(archive, limit=9, before=2)[0].action == "begun"
    assert verify(archive).troubles == ()


@pytest.mark.parametrize(
    "change",
    ["UPDATE operation SET who = 'somebody else'", "UPDATE operation SET sha256 = 'b'", "DELETE FROM operation",
     "UPDATE operation SET act = 'kept'", "UPDATE operation SET who = NULL, sha256 = NULL"],
)  # fmt: skip
def test_an_operation_that_was_rewritten_is_found(archive, entry, change):
    record_operation(archive, "downloaded", "hanako", entry.current.sha256, entry.number)
    archive.connection.execute(change)
    assert [(each.code, each.name) for each in verify(archive).troubles] == [("operation-changed", "3")]


@pytest.mark.slow
def test_who_looked_at_a_deleted_entry_goes_with_it_and_that_somebody_did_stays(archive, entry):
    sha256 = entry.current.sha256
    record_operation(archive, "prepared", "hanako", sha256)  # before it was kept
    record_operation(archive, "downloaded", "hanako", sha256, entry.number)
    purge(archive, [Due(entry, date(2020, 1, 31), "tax")])
    told = [(each.act, each.who, each.sha256) for each in noted(archive, limit=9) if each.action == "operated"]
    assert told == [("downloaded", None, None), ("prepared", None, None)]
    assert verify(archive).troubles == ()
    ledger = (archive.folder / "ledger.sqlite").read_bytes()
    assert b"hanako" not in ledger
    assert sha256.encode() not in ledger


@pytest.mark.slow
def test_a_backup_is_asked_for_where_a_week_old_one_lacks_something(archive, entry, clock, tmp_path):
    assert is_backup_due(archive)  # there is none
    backup(archive, tmp_path / "backup")
    record_operation(archive, "backed-up", "hanako")
    assert last_backup(archive) == "2026-11-28T03:00:00Z"
    clock[0] += timedelta(days=30)
    assert not is_backup_due(archive)  # nothing came since
    add_file(archive, b"more bytes", "more.png", Judged("scan", "unsigned"))
    assert is_backup_due(archive)
    backup(archive, tmp_path / "backup")
    record_operation(archive, "backed-up", "hanako")
    add_file(archive, b"even more", "even.png", Judged("scan", "unsigned"))
    assert not is_backup_due(archive)  # it is of today


def test_an_empty_archive_needs_no_backup(archive):
    assert not is_backup_due(archive)


@pytest.mark.slow
def test_verifying_and_backing_up_tell_how_far_they_are_and_can_be_ended(archive, entry, tmp_path):
    class Enough(Exception):
        pass

    def stop(*_):
        raise Enough

    told = []
    verify(archive, lambda *so_far: told.append(so_far))
    assert told == [(1, 1)]
    with pytest.raises(Enough):
        verify(archive, stop)
    with pytest.raises(Enough):
        backup(archive, tmp_path / "backup", stop)
    assert not (tmp_path / "backup" / "ledger.sqlite").exists()
    assert verify(archive).troubles == ()
