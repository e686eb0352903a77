"""The first page: whose turn it is, what is due, and what did not work."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from signkit.archive.adding import add_paper
from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.errors import InputUnreadable
from signkit.web.desk.jobs import DeskJob
from signkit.words import Text
from tests.web.browser import text_of


def test_today_says_whose_turn_it_is_and_reads_each_file_once(browser, office, prepared, monkeypatch):
    assert "不動産売買契約書 売主 髙橋 祐一郎の番です" in text_of(browser.get("/"))
    monkeypatch.setattr(office.pool, "submit", None)  # from now on a file would be opened in vain
    assert "売主 髙橋 祐一郎の番です" in text_of(browser.get("/"))


def test_a_file_that_names_nobody_has_no_turn(browser, office):
    office.shelf.put(b"%PDF-1.7 torn", "他社.pdf", "prepared")
    shown = text_of(browser.get("/"))
    assert "他社" in shown
    assert shown.count("番です") == 1  # the sale's


@pytest.mark.parametrize(
    ("item", "words"), [("end_date", "終了"), ("notice_date", "通知期限"), ("renewal_date", "更新")]
)
def test_today_tells_what_comes_within_90_days(browser, office, item, words):
    today = date.today()
    with office.archive() as archive:
        for title, days in [("過ぎた契約", -2), ("近い契約", 30), ("遠い契約", 200)]:
            day = {item: today + timedelta(days=days)}
            add_paper(archive, TransactionFacts(title=title, parties=(TransactionParty("吉田"),), **day))
    shown = text_of(browser.get("/"))
    assert f"{today + timedelta(days=30)} {words} 近い契約" in shown
    assert "過ぎた契約" not in shown
    assert "遠い契約" not in shown


def test_what_failed_stands_there_until_it_went_well(browser, office):
    def fail(_):
        raise InputUnreadable("a.pdf", Text("it is torn", "破れています"))

    again = {"title": Text("Extend", "証拠を延長"), "leads_back": "/documents/1/extend"}
    office.jobs.start(DeskJob(**again), fail).thread.join()
    assert "証拠を延長 : a.pdf" in text_of(browser.get("/"))
    assert 'href="/documents/1/extend"' in browser.get("/").text
    office.jobs.start(DeskJob(**again), lambda job: None).thread.join()
    assert "うまくいかなかったこと" not in text_of(browser.get("/"))


@pytest.mark.slow
def test_a_rehearsal_lacks_no_reader_and_the_clock_is_japans(browser):
    shown = text_of(browser.get("/health"))
    assert "要対応" not in shown
    assert " JST" in shown
