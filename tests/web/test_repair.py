"""An archive that was lost, or whose ledger is torn, at the desk: restored, made anew, never replaced."""

from __future__ import annotations

import shutil

import pytest

from signkit.archive.adding import add_file
from signkit.archive.backup import backup
from signkit.archive.entries import TransactionFacts
from signkit.archive.judging import Judged
from signkit.archive.operations import noted
from signkit.archive.store import LEDGER, open_archive
from signkit.web.desk.page_words import WORDS
from tests.web.browser import text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def backed_up(browser, tmp_path):
    """A browser at a desk whose archive has a paper and a backup, and where that is."""
    target = tmp_path / "usb"
    with browser.office.archive() as archive:
        facts = TransactionFacts(kind="invoice", title="請求書", amount=1234)
        add_file(archive, b"scan", "scan.png", Judged("scan", "unsigned"), facts)
        backup(archive, target)
    return browser, browser.office.settings.archive_folder(), target


def entries(folder):
    with open_archive(folder) as archive:
        return archive.connection.execute("SELECT title FROM entry").fetchall()


def acts(folder):
    with open_archive(folder) as archive:
        return [each.act for each in noted(archive, limit=5)]


def tear(folder):
    ledger = folder / LEDGER
    for end in ("-wal", "-shm"):
        ledger.with_name(ledger.name + end).unlink(missing_ok=True)
    ledger.write_bytes(b"no ledger" * 1000)


def test_an_archive_that_is_gone_is_restored_from_its_backup(backed_up):
    browser, folder, target = backed_up
    shutil.rmtree(folder)
    assert "/archive/repair" in browser.get("/archive").text
    assert WORDS["repair_none"].ja in text_of(browser.get("/archive/repair"))
    done = browser.follow(browser.post("/archive/restore", {"folder": str(target)}))
    assert WORDS["restored_done"].ja in text_of(done), text_of(done)
    assert entries(folder) == [("請求書",)]
    assert acts(folder)[0] == "restored"


def test_a_torn_ledger_leads_to_where_it_is_made_anew(backed_up):
    browser, folder, target = backed_up
    tear(folder)
    answer = browser.get("/contracts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/archive/repair")
    page = text_of(browser.get("/archive/repair"))
    assert WORDS["repair_torn"].ja in page
    assert WORDS["restore_go"].ja not in page.split(WORDS["rebuild_go"].ja)[1]
    done = browser.follow(browser.post("/archive/rebuild", {"folder": str(target)}))
    assert WORDS["rebuilt_done"].ja in text_of(done), text_of(done)
    assert entries(folder) == [("請求書",)]
    assert list(folder.glob("ledger.torn-*"))
    assert acts(folder)[0] == "rebuilt"
    assert browser.get("/contracts").status_code == 200


def test_without_a_backup_what_people_said_is_listed_as_missing(backed_up):
    browser, folder, _ = backed_up
    (folder / LEDGER).unlink()
    assert WORDS["repair_files"].ja in text_of(browser.get("/archive/repair"))
    done = browser.follow(browser.post("/archive/rebuild", {"folder": ""}))
    assert WORDS["rebuilt_incomplete"].ja in text_of(done)
    assert "/contracts/1" in done.text


def test_what_was_deleted_after_the_backup_stays_deleted(backed_up):
    from datetime import date

    from signkit.archive.purging import Due, purge

    browser, folder, target = backed_up
    with open_archive(folder) as archive:
        from signkit.archive.entries import load_entry

        with archive.reading() as connection:
            entry = load_entry(connection, 1)
        purge(archive, [Due(entry, date(2020, 1, 1), "test")])
    (folder / LEDGER).unlink()
    browser.follow(browser.post("/archive/restore", {"folder": str(target)}))
    assert entries(folder) in ([], [(None,)])


@pytest.mark.parametrize("path", ["/archive/restore", "/archive/rebuild"])
def test_a_whole_archive_is_never_replaced(backed_up, path):
    browser, folder, target = backed_up
    page = text_of(browser.get("/archive/repair"))
    assert WORDS["repair_whole"].ja in page
    assert WORDS["restore_go"].ja not in page.replace(WORDS["repair_whole_lead"].ja, "")
    assert browser.post(path, {"folder": str(target)}).status_code == 400
    assert entries(folder) == [("請求書",)]


@pytest.mark.parametrize(
    ("typed", "register"), [("", ""), ("usb", ""), ("{tmp}", ""), ("a\0b", ""), ("{usb}", "/no/such")]
)
def test_what_is_no_backup_is_told_at_its_field(backed_up, tmp_path, typed, register):
    browser, folder, target = backed_up
    shutil.rmtree(folder)
    typed = typed.replace("{tmp}", str(tmp_path)).replace("{usb}", str(target))
    answer = browser.post("/archive/restore", {"folder": typed, "register": register})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert not folder.exists()
