"""A party of the contract's form from the card in the reader: read by a process that asks for the PIN itself."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest

from signkit.contracts.template import find_template, list_templates
from signkit.settings import Settings
from signkit.web.desk.contract_form import contract_form
from signkit.web.desk.form_words import FORM_WORDS
from signkit.web.desk.party_card_screen import card_parties, notes_of
from tests.web.browser import text_of

CARD = "card:virtual:takahashi"
NAME, ADDRESS = "髙橋\u3000祐一郎", "東京都架空区青葉台一丁目２番３号"


@pytest.fixture
def draft(browser):
    return browser.office.drafts.begin("real-estate-sale", {"buyer.name": "吉田"})


def read(browser, draft, role="seller", source="certificate", key=CARD):
    return browser.follow(browser.post(f"/drafts/{draft.number}/card/{role}", {"key": key, "source": source}))


def words_now(browser, draft):
    return dict(browser.office.drafts.find(draft.number).words)


@pytest.mark.slow
def test_the_certificate_fills_the_party_and_nothing_else(browser, draft, pinentry):
    page = browser.post(f"/drafts/{draft.number}", {"item:buyer.name": "吉田　花子", "do": "card:seller"})
    assert page.headers["location"] == f"/drafts/{draft.number}/card/seller"
    asking = text_of(browser.get(page.headers["location"]))
    offered = card_parties(find_template("real-estate-sale"), {})["seller"]
    assert all(title.ja in asking for title in offered.titles)
    shown = read(browser, draft)
    assert FORM_WORDS["was_read"].filled(party=offered.party.label).ja in text_of(shown)
    assert words_now(browser, draft) == {
        "buyer.name": "吉田　花子", "seller.name": NAME, "seller.address": ADDRESS, "seller.signer": NAME,
    }  # fmt: skip
    assert "残り 5 回" in unquote(pinentry.asked.read_text(encoding="utf-8"))
    assert FORM_WORDS["read_untrusted"].ja not in text_of(shown)  # the rehearsal's CA is trusted at its desk


@pytest.mark.slow
def test_four_digits_fill_it_too_and_it_is_said_that_nothing_proves_them(browser, draft, pinentry):
    pinentry.secret.write_text("5678")
    shown = read(browser, draft, "buyer", "surface")
    assert FORM_WORDS["read_unproven"].ja in text_of(shown)
    assert words_now(browser, draft)["buyer.address"] == ADDRESS


@pytest.mark.slow
def test_a_wrong_password_fills_nothing_and_is_told(browser, draft, pinentry):
    pinentry.secret.write_text("WRONG123")
    assert "残り4回" in text_of(read(browser, draft))
    assert words_now(browser, draft) == {"buyer.name": "吉田"}


@pytest.mark.slow
def test_who_closes_the_window_reads_nothing(browser, draft, pinentry):
    pinentry.secret.write_text("")
    assert FORM_WORDS["read_cancelled"].ja in text_of(read(browser, draft))
    assert words_now(browser, draft) == {"buyer.name": "吉田"}


@pytest.mark.slow
def test_what_was_typed_while_the_card_was_read_stays(browser, draft, monkeypatch):
    from signkit.web.desk import party_card_screen

    class Slow(party_card_screen.PromptedProcess):
        def run(self, *arguments):
            answer = super().run(*arguments)
            now = browser.office.drafts.find(draft.number)
            browser.office.drafts.keep(replace(now, words={**now.words, "buyer.address": "typed meanwhile"}))
            return answer

    monkeypatch.setattr(party_card_screen, "PromptedProcess", Slow)
    read(browser, draft)
    assert words_now(browser, draft)["buyer.address"] == "typed meanwhile"
    assert words_now(browser, draft)["seller.name"] == NAME


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "source", "key"),
    [
        ("nobody", "certificate", CARD),
        ("seller", "code-b", CARD),
        ("seller", "", CARD),
        ("seller", "certificate", "card"),
    ],
)
def test_only_what_was_offered_is_read(browser, draft, role, source, key):
    answer = browser.post(f"/drafts/{draft.number}/card/{role}", {"key": key, "source": source})
    assert answer.status_code == 404


def test_of_a_company_only_who_signs_is_filled():
    sale = find_template("real-estate-sale")
    person, company = ({}, {"seller.corporate_number": "0100-01-012345"})
    assert card_parties(sale, person)["seller"].items == ("seller.name", "seller.address", "seller.signer")
    assert card_parties(sale, company)["seller"].items == ("seller.signer",)
    assert card_parties(sale, company)["seller"].is_company


@pytest.mark.parametrize("template", list_templates(Settings()), ids=lambda template: template.id)
def test_every_party_of_every_template_is_offered_where_the_form_shows_it(template):
    found = card_parties(template, {})
    assert {each.party.role for each in found.values()} == {party.role for party in template.parties}
    paths = set(_paths(contract_form(template, {}, {})))
    for place, each in found.items():
        assert place in paths
        assert paths >= set(each.items)
        assert len(each.titles) == len(each.items)


def _paths(items):
    for item in items:
        yield item.path
        yield from _paths(item.children)


def test_characters_that_stand_for_others_are_named():
    party = find_template("real-estate-sale").party("seller")
    flagged = {"name_substitutes": [0], "address_substitutes": [1, 9]}
    read = {"source": "certificate", "issuer": None, "name": "高橋", "address": "東京", **flagged}
    told = " ".join(note.ja for note in notes_of(party, read))
    assert "氏名の 1 文字目「高」、住所の 2 文字目「京」" in told
    assert FORM_WORDS["read_untrusted"].ja in told
