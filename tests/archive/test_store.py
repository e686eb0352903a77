"""The store: how it is made and opened, versions, two writers, media that cannot be written, the clock, the disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import date

import pytest

from signkit.archive import schema, store
from signkit.archive.adding import add_file, add_paper
from signkit.archive.entries import TransactionFacts
from signkit.archive.finding import Query, find
from signkit.archive.journal import last_record, records
from signkit.archive.judging import Judged
from signkit.archive.store import LEDGER, clock_runs_back, create_archive, open_archive
from signkit.archive.verifying import verify
from tests.archive import kills
from tests.refusals import refused_as
from tests.requirements import require

SCAN = Judged("scan", "unsigned")


def pragma(archive, name):
    return archive.connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_the_ledger_writes_through_and_forgets(archive):
    assert pragma(archive, "journal_mode") == "wal"
    assert pragma(archive, "synchronous") == 2  # FULL
    assert pragma(archive, "foreign_keys") == 1
    assert pragma(archive, "secure_delete") == 1
    tables = archive.connection.execute("PRAGMA table_list").fetchall()
    own = [row for row in tables if row[2] == "table" and not row[1].startswith(("sqlite_", "words_"))]
    assert len(own) >= 10
    assert [row[1] for row in own if not row[5]] == []  # STRICT


def test_making_one_where_there_is_one_is_refused(folder):
    before = (folder / LEDGER).read_bytes()
    with refused_as("archive-exists"):
        create_archive(folder)
    assert (folder / LEDGER).read_bytes() == before


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "photo.jpg").write_text("x")
    with refused_as("output-not-written", match="other files"):
        create_archive(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0" + b"\0" * 5000])
def test_what_is_no_ledger_is_told(tmp_path, content):
    if content is not None:
        (tmp_path / LEDGER).write_bytes(content)
    with refused_as("archive-missing" if content is None else "archive-torn"), open_archive(tmp_path):
        pass


def test_the_database_of_another_program_is_left_alone(tmp_path):
    with closing(sqlite3.connect(tmp_path / LEDGER)) as connection:
        connection.execute("CREATE TABLE entry (id)")
    with refused_as("archive-torn", match="no ledger"), open_archive(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / LEDGER)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_a_newer_ledger_is_refused_by_name_and_not_changed(folder):
    with closing(sqlite3.connect(folder / LEDGER)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (folder / LEDGER).read_bytes()
    with refused_as("archive-newer", match=r"ledger\.sqlite is of version 99; .* version \d+"), open_archive(folder):
        pass
    assert (folder / LEDGER).read_bytes() == before


def test_an_older_ledger_is_brought_up_to_date_step_by_step(folder, monkeypatch):
    steps = ("CREATE TABLE step_one (a INTEGER) STRICT;", "ALTER TABLE step_one ADD COLUMN b TEXT;")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *steps))
    monkeypatch.setattr(schema, "VERSION", len(schema.MIGRATIONS))
    with open_archive(folder) as archive:
        assert [row[1] for row in archive.connection.execute("PRAGMA table_info(step_one)")] == ["a", "b"]
        assert pragma(archive, "user_version") == schema.VERSION
        assert verify(archive).troubles == ()


def test_a_migration_that_fails_changes_nothing(folder, monkeypatch):
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE one (a);\nCREATE TABLE one (a);"))
    monkeypatch.setattr(schema, "VERSION", len(schema.MIGRATIONS))
    with refused_as("archive-torn"), open_archive(folder):
        pass
    with closing(sqlite3.connect(folder / LEDGER)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'one'").fetchone() == (0,)


def test_whoever_cannot_write_waits_then_is_told(folder, monkeypatch):
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.05)
    with open_archive(folder) as one, open_archive(folder) as other, one.writing():
        with refused_as("archive-busy"):
            add_paper(other, TransactionFacts(title="x"))
        assert find(other, Query()).entries == ()  # reading goes on
    with open_archive(folder) as other:
        assert add_paper(other, TransactionFacts(title="x")).number == 1


@pytest.mark.slow
def test_many_writers_at_once_lose_nothing(folder):
    def write(name):
        with open_archive(folder) as archive:
            for number in range(8):
                add_file(
                    archive, f"%PDF {name} {number}".encode(), "a.pdf", SCAN, TransactionFacts(title=f"{name} {number}")
                )

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_archive(folder) as archive:
        verified = verify(archive)
        assert (verified.entries, verified.files, verified.records, verified.troubles) == (24, 24, 25, ())


def test_what_is_on_read_only_media_can_be_read_and_not_written(folder, monkeypatch):
    with open_archive(folder) as archive:
        add_file(archive, b"%PDF", "a.pdf", SCAN, TransactionFacts(title="契約"))
    monkeypatch.setattr(store, "_is_on_read_only_media", lambda path: True)
    before = sorted(path.name for path in folder.iterdir())
    with open_archive(folder) as archive:
        assert [entry.facts.title for entry in find(archive, Query()).entries] == ["契約"]
        assert verify(archive).troubles == ()
        with refused_as("archive-read-only"):
            add_paper(archive, TransactionFacts(title="x"))
    assert sorted(path.name for path in folder.iterdir()) == before


def test_on_read_only_media_what_is_in_the_log_counts(folder, tmp_path, monkeypatch):
    with open_archive(folder) as archive:
        add_paper(archive, TransactionFacts(title="ログの中"))
        shutil.copytree(folder, tmp_path / "disc")  # as a machine leaves it that was switched off
    assert (tmp_path / "disc" / f"{LEDGER}-wal").stat().st_size
    monkeypatch.setattr(store, "_is_on_read_only_media", lambda path: True)
    with open_archive(tmp_path / "disc") as archive:
        assert [entry.facts.title for entry in find(archive, Query()).entries] == ["ログの中"]


def test_a_clock_that_was_moved_back_is_told_and_time_does_not_run_back(archive, clock):
    add_paper(archive, TransactionFacts(title="前"))
    assert clock_runs_back(archive) is None
    before = last_record(archive.connection).at
    clock.move(days=-30)
    assert clock_runs_back(archive) == before
    add_paper(archive, TransactionFacts(title="後"))
    assert [record.at for record in records(archive.connection)][-2:] == [before, before]
    assert verify(archive).troubles == ()


def test_litter_of_a_crash_is_removed_by_the_next_who_writes(archive, folder):
    """A file that reached the folder, and no further: nobody knows of it but its name in staging."""
    archive.blobs.put(b"lost", "5" * 64)
    (folder / f".{LEDGER}.abcd.part-wal").write_text("x")
    assert archive.blobs.path("5" * 64).exists()
    add_paper(archive, TransactionFacts(title="次"))
    assert not archive.blobs.path("5" * 64).exists()
    assert archive.blobs.digests_in_staging() == []
    assert list(folder.glob("*.part*")) == []


def test_a_file_that_was_taken_over_stays_though_its_name_in_staging_stayed(archive):
    taken = add_file(archive, b"%PDF kept", "a.pdf", SCAN)
    sha256 = archive.connection.execute("SELECT sha256 FROM revision").fetchone()[0]
    (archive.folder / "staging" / sha256).write_bytes(b"%PDF kept")
    add_paper(archive, TransactionFacts(title="次"))
    assert archive.blobs.read(sha256) == b"%PDF kept"
    assert taken.number == 1


def test_a_file_system_without_hard_links_will_do(archive, monkeypatch):
    def refuse(*_):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    add_file(archive, b"%PDF", "a.pdf", SCAN)
    assert verify(archive).troubles == ()


def test_a_disk_that_is_full_is_told_and_leaves_nothing(archive, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with refused_as("output-not-written", match="No space left"):
            add_file(archive, b"%PDF", "a.pdf", SCAN)
    assert verify(archive).troubles == ()
    assert find(archive, Query()).entries == ()
    assert add_file(archive, b"%PDF", "a.pdf", SCAN).number == 1


# --- every event -----------------------------------------------------------------------------------------


def _strace_works():
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("way", ["signal=SIGKILL", "error=ENOSPC"])
@pytest.mark.parametrize("deed", kills.DEEDS)
def test_interrupted_at_any_event_nothing_is_lost_or_half_there(deed, way):
    """In a process of its own, which forks; all points: python -m tests.archive.kills."""
    require(_strace_works(), "strace is not installed, or may not trace here")
    each = {"init": "43"}.get(deed, "7")
    run = subprocess.run(
        [sys.executable, "-m", "tests.archive.kills", deed, "--way", way, "--each", each],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 losses" in run.stdout
    assert int(run.stdout.split()[2]) > 5


def test_dates_are_days(archive):
    """STRICT tables take no text where a number belongs."""
    add_paper(archive, TransactionFacts(title="x", date=date(2026, 1, 1), amount=1))
    with pytest.raises(sqlite3.IntegrityError):
        archive.connection.execute("UPDATE entry SET amount = 'viel'")
