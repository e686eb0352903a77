"""Backups, the way back, and a ledger made anew."""

from __future__ import annotations

from datetime import date

import pytest

from signkit.archive.adding import add_file, add_paper, correct_entry
from signkit.archive.backup import backup, restore
from signkit.archive.checkpoints import checkpoint, hold_against
from signkit.archive.entries import TransactionFacts, TransactionParty, load_entry
from signkit.archive.finding import Query, find_all
from signkit.archive.judging import Judged, judge_file
from signkit.archive.purging import due_entries, purge
from signkit.archive.rebuilding import rebuild
from signkit.archive.store import LEDGER, create_archive, open_archive
from signkit.archive.verifying import verify
from tests.refusals import refused_as

SCAN = Judged("scan", "unsigned")


def titles(folder, clock):
    with open_archive(folder, clock) as archive:
        assert verify(archive).troubles == ()
        return [entry.facts.title for entry in find_all(archive, Query())]


@pytest.mark.slow
def test_a_backup_is_an_archive_and_only_what_is_new_is_copied(archive, tmp_path, clock):
    add_file(archive, b"%PDF 1", "1.pdf", SCAN, TransactionFacts(title="一"))
    first = backup(archive, tmp_path / "b")
    assert (first.files, first.new, first.damaged) == (1, 1, ())
    add_file(archive, b"%PDF 2", "2.pdf", SCAN, TransactionFacts(title="二"))
    second = backup(archive, tmp_path / "b")
    assert (second.files, second.new) == (2, 1)
    assert titles(tmp_path / "b", clock) == ["二", "一"]


@pytest.mark.slow
def test_a_damaged_file_is_named_and_the_good_copy_kept(archive, tmp_path, clock):
    add_file(archive, b"%PDF 1", "1.pdf", SCAN, TransactionFacts(title="一"))
    backup(archive, tmp_path / "b")
    [(sha256, path)] = archive.blobs.all_files()
    path.write_bytes(b"%PDF X")
    assert backup(archive, tmp_path / "b").damaged == (sha256,)
    assert titles(tmp_path / "b", clock) == ["一"]


def test_the_backup_of_another_archive_is_left_alone(archive, tmp_path):
    create_archive(tmp_path / "other")
    with refused_as("backup-other"):
        backup(archive, tmp_path / "other")


@pytest.mark.parametrize("inside", ["", "files", "new", "new/deeper"])
def test_no_backup_is_made_in_the_archive_itself(archive, folder, clock, inside):
    add_file(archive, b"%PDF 1", "1.pdf", SCAN, TransactionFacts(title="一"))
    with refused_as("backup-inside"):
        backup(archive, folder / inside)
    assert titles(folder, clock) == ["一"]


def test_a_link_to_the_archive_is_the_archive(archive, folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    with refused_as("backup-inside"):
        backup(archive, tmp_path / "link")


def test_where_no_folder_is_no_backup_is_begun(archive, tmp_path):
    with refused_as("output-not-written"):
        backup(archive, tmp_path / "mistyped" / "b")
    assert not (tmp_path / "mistyped").exists()


def test_neither_backup_nor_archive_is_made_among_other_files(archive, tmp_path):
    assert backup(archive, tmp_path / "b").begun
    assert not backup(archive, tmp_path / "b").begun
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "letter.txt").write_text("dear")
    with refused_as("output-not-written"):
        backup(archive, documents)
    with refused_as("output-not-written"):
        restore(tmp_path / "b", documents)
    with refused_as("backup-inside"):
        restore(tmp_path / "b", tmp_path / "b" / "new")
    assert [each.name for each in documents.iterdir()] == ["letter.txt"]


def test_a_register_that_is_not_there_is_an_input_that_cannot_be_read(archive, tmp_path):
    backup(archive, tmp_path / "b")
    with refused_as("input-unreadable"):
        restore(tmp_path / "b", tmp_path / "restored", tmp_path / "nowhere.jsonl")
    assert not (tmp_path / "restored").exists()


@pytest.mark.slow
def test_an_archive_that_was_set_back_does_not_spoil_its_backup(folder, tmp_path, clock):
    with open_archive(folder, clock) as archive:
        add_paper(archive, TransactionFacts(title="一"))
    old = (folder / LEDGER).read_bytes()
    with open_archive(folder, clock) as archive:
        add_paper(archive, TransactionFacts(title="二"))
        backup(archive, tmp_path / "b")
    (folder / LEDGER).write_bytes(old)
    with open_archive(folder, clock) as archive:
        add_paper(archive, TransactionFacts(title="別"))
        with refused_as("backup-newer"):
            backup(archive, tmp_path / "b")
    assert titles(tmp_path / "b", clock) == ["二", "一"]


@pytest.mark.slow
def test_a_backup_is_restored_whole(archive, tmp_path, clock, options):
    add_file(archive, b"%PDF 1", "1.pdf", SCAN, TransactionFacts(title="一", amount=5))
    correct_entry(archive, 1, TransactionFacts(amount=6))
    seen = checkpoint(archive)
    backup(archive, tmp_path / "b")
    assert restore(tmp_path / "b", tmp_path / "again").files == 1
    assert titles(tmp_path / "again", clock) == ["一"]
    with open_archive(tmp_path / "again", clock) as restored:
        assert list(hold_against(restored, seen, options)) == []  # the journal goes on where it was
        assert load_entry(restored.connection, 1).facts.amount == 6


def test_nothing_is_restored_over_an_archive(archive, folder, tmp_path):
    backup(archive, tmp_path / "b")
    with refused_as("archive-exists"):
        restore(tmp_path / "b", folder)
    with refused_as("archive-missing"):
        restore(tmp_path / "nothing", tmp_path / "again")


# --- rebuild ---------------------------------------------------------------------------------------------


@pytest.fixture
def torn(folder, clock, tmp_path, blank, signed, options):
    """A backup, then changes, then a ledger of which the disk lost a part."""
    with open_archive(folder, clock) as archive:
        add_file(archive, blank, "k.pdf", judge_file(blank, "k.pdf", options), TransactionFacts(note="人の覚え"))
        add_paper(archive, TransactionFacts("contract", "紙の契約", date(2026, 1, 1), 7, (TransactionParty("田中"),)))
        add_file(archive, b"\xff\xd8 scan", "scan.jpg", SCAN, TransactionFacts(title="スキャン"))
        backup(archive, tmp_path / "b")
        add_file(archive, signed, "k2.pdf", judge_file(signed, "k2.pdf", options))
        add_file(archive, b"\xff\xd8 new", "new.jpg", SCAN, TransactionFacts(title="バックアップの後"))
    (folder / LEDGER).write_bytes((folder / LEDGER).read_bytes()[:9000])
    return folder


@pytest.mark.slow
def test_a_torn_ledger_is_told(torn, clock):
    with refused_as("archive-torn"), open_archive(torn, clock) as archive:
        verify(archive)


@pytest.mark.slow
def test_what_files_say_and_what_the_backup_knows_is_there_again(torn, tmp_path, clock, options):
    made = rebuild(torn, options, tmp_path / "b")
    assert (made.entries, made.unread, made.lost) == (4, (), ())
    assert made.incomplete == (3, 4)  # scans of which nobody said date, amount and party, or not since the backup
    with open_archive(torn, clock) as archive:
        assert [trouble.name for trouble in verify(archive).troubles] == [made.torn.name]
        sale = load_entry(archive.connection, 1)
        assert (sale.facts.note, sale.facts.amount) == ("人の覚え", 58_000_000)
        assert [each.size for each in sale.revisions] == sorted(each.size for each in sale.revisions)
        assert len(sale.revisions) == 2  # the signature that came after the backup is in its history
        assert load_entry(archive.connection, 2).facts.title == "紙の契約"
        assert load_entry(archive.connection, 4).facts.title is None


def test_a_consent_lacks_no_amount_afterwards(folder, clock, tmp_path, options):
    facts = TransactionFacts("consent", "承諾書", date(2026, 1, 1), parties=(TransactionParty("田中"),))
    with open_archive(folder, clock) as archive:
        for number, template in enumerate(("consent 1.0.0", "real-estate-sale 1.0.0")):
            add_file(archive, b"%d" % number, "a.png", Judged("scan", "unsigned", template=template), facts)
        backup(archive, tmp_path / "b")
    (folder / LEDGER).write_bytes((folder / LEDGER).read_bytes()[:9000])
    assert rebuild(folder, options, tmp_path / "b").incomplete == (2,)


@pytest.mark.slow
def test_without_a_backup_there_is_what_files_say(torn, clock, options):
    made = rebuild(torn, options)
    assert made.entries == 3  # no paper
    assert len(made.incomplete) == 2
    with open_archive(torn, clock) as archive:
        [sale] = find_all(archive, Query(amount_from=58_000_000))
        assert (sale.facts.kind, len(sale.revisions), sale.level) == ("sale", 2, "B-T")


@pytest.mark.slow
def test_a_ledger_that_is_gone_is_made_anew_too(torn, clock, options, tmp_path):
    (torn / LEDGER).unlink()
    made = rebuild(torn, options, tmp_path / "b")
    assert (made.entries, made.torn) == (4, None)


@pytest.mark.slow
def test_a_file_that_only_the_backup_has_is_named(torn, tmp_path, options, clock):
    with open_archive(tmp_path / "b", clock) as copy:
        sha256 = load_entry(copy.connection, 3).current.sha256
        copy_path = copy.blobs.path(sha256)
    (torn / copy_path.relative_to(tmp_path / "b")).unlink()
    assert rebuild(torn, options, tmp_path / "b").lost == (sha256,)


@pytest.mark.slow
def test_what_was_purged_since_the_backup_does_not_come_back(folder, tmp_path, clock, options):
    with open_archive(folder, clock) as archive:
        add_paper(
            archive, TransactionFacts("contract", "古い契約", date(2001, 1, 1), 1, (TransactionParty("花沢類子"),))
        )
        backup(archive, tmp_path / "b")
        purge(archive, list(due_entries(archive, date(2026, 11, 27))))
    (folder / LEDGER).write_bytes(b"torn")
    assert rebuild(folder, options, tmp_path / "b").entries == 0


def test_a_whole_ledger_is_left_alone(folder, options, clock):
    with open_archive(folder, clock) as archive:
        add_paper(archive, TransactionFacts(title="紙"))
    with refused_as("ledger-whole"):
        rebuild(folder, options)
    assert titles(folder, clock) == ["紙"]


def test_where_nothing_is_kept_nothing_is_made_anew(tmp_path, options):
    with refused_as("archive-missing"):
        rebuild(tmp_path, options)
