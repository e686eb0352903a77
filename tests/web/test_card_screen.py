"""The card at the desk: its PINs are changed by a process of its own, its touch is registered and told."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from signkit.web.desk.page_words import WORDS
from tests.web.browser import text_of

pytestmark = pytest.mark.slow

CARD = "card:virtual:takahashi"
PIN = "1234"


def change(browser, which="signature", key=CARD):
    return browser.follow(browser.post("/card/pin", {"key": key, "secret": which}))


def touch(browser, act):
    return text_of(browser.follow(browser.post("/card/touch", {"key": CARD, "do": act})))


def test_the_signature_password_is_changed_and_counts_at_once(browser, pinentry, prepared):
    pinentry.secret.write_text("SIGNKIT1\nNEWPASS2\nNEWPASS2")
    assert WORDS["card_changed"].ja in text_of(change(browser))
    answer = browser.post(f"/documents/{prepared}/sign/seller", {"key": CARD})
    assert "署名しました" in text_of(browser.follow(answer))
    pinentry.secret.write_text("SIGNKIT1")
    assert "4" in text_of(change(browser))


@pytest.mark.parametrize(("which", "first"), [("authentication", PIN), ("surface", "5678")])
def test_the_other_pins_are_changed_too(browser, pinentry, which, first):
    pinentry.secret.write_text(f"{first}\n9753\n9753")
    assert WORDS["card_changed"].ja in text_of(change(browser, which))
    pinentry.secret.write_text(f"9753\n{first}\n{first}")
    assert WORDS["card_changed"].ja in text_of(change(browser, which))


def test_a_wrong_old_one_costs_a_try_and_is_told(browser, pinentry):
    pinentry.secret.write_text("WRONG123\nNEWPASS2\nNEWPASS2")
    page = text_of(change(browser))
    assert WORDS["card_changed"].ja not in page
    assert "残り回数 4 回" in text_of(browser.get(f"/card?key={CARD}"))


def test_two_entries_that_differ_change_nothing_and_cost_nothing(browser, pinentry):
    pinentry.secret.write_text("SIGNKIT1\nNEWPASS2\nNEWPASS3")
    assert "2 回の入力が一致しません" in text_of(change(browser))
    assert "残り回数 5 回" in text_of(browser.get(f"/card?key={CARD}"))


def test_who_closes_the_window_changes_nothing(browser, pinentry):
    pinentry.secret.write_text("")
    assert WORDS["card_cancelled"].ja in text_of(change(browser))


def test_a_locked_card_is_told_before_anybody_types(browser, pinentry):
    page = text_of(change(browser, key="card:virtual:locked"))
    assert "ロック" in page
    assert not pinentry.asked.exists()


def test_the_last_try_is_not_spent_by_the_desk(browser, pinentry):
    page = text_of(change(browser, key="card:virtual:last-try"))
    assert WORDS["card_changed"].ja not in page
    assert not pinentry.asked.exists()
    assert "残り回数 1 回" in text_of(browser.get("/card?key=card:virtual:last-try"))


def test_the_window_says_what_is_done_and_how_many_tries_are_left(browser, pinentry):
    pinentry.secret.write_text("SIGNKIT1\nNEWPASS2\nNEWPASS2")
    change(browser)
    asked = unquote(pinentry.asked.read_text(encoding="utf-8"))
    assert "カードの暗証番号を変更します" in asked
    assert "もう一度" in asked


@pytest.mark.parametrize("which", ["", "puk", "signature-password"])
def test_only_the_cards_own_pins_are_changed(browser, which):
    assert browser.post("/card/pin", {"key": CARD, "secret": which}).status_code == 404


def test_no_page_has_a_field_for_a_pin(browser):
    page = browser.get(f"/card?key={CARD}").text
    assert 'type="password"' not in page
    assert [part for part in page.split("<input")[1:] if 'type="hidden"' not in part.split(">")[0]] == []


def test_a_touch_is_registered_told_and_forgotten(browser, pinentry):
    pinentry.secret.write_text(PIN)
    assert WORDS["touch_not_there"].ja in touch(browser, "forget")
    assert WORDS["card_registered"].ja in touch(browser, "register")
    assert 'class="verdict good"' in browser.post("/card/touch", {"key": CARD, "do": "ask"}).text
    assert WORDS["touch_forgotten"].ja in touch(browser, "forget")
    assert 'class="verdict bad"' in browser.post("/card/touch", {"key": CARD, "do": "ask"}).text
    assert browser.post("/card/touch", {"key": CARD, "do": "x"}).status_code == 404
