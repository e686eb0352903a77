"""An amendment names the contract that it amends by date and digest; the status follows the chain."""

from __future__ import annotations

import hashlib
import json

import pytest
from pypdf import PdfWriter

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import find_template
from signkit.progress.chain import Chain, ChainLink, NamedFile, chains


@pytest.fixture
def amendment(signkit, tmp_path):
    """Render an amendment of the files named."""

    def make(name, date, *amends):
        data = load_contract_data(find_template("amendment").folder / "example.yaml")
        del data["amends"]
        data |= {"contract_date": date, "effective_on": date}
        (tmp_path / "amendment.json").write_text(json.dumps(data), encoding="utf-8")
        options = [part for file in amends for part in ("--amends", file)]
        return signkit("render", "amendment", "amendment.json", "-o", name, *options)

    return make


@pytest.fixture
def contract(tmp_path, blank):
    (tmp_path / "sale.pdf").write_bytes(blank)
    return blank


def statuses(signkit, *files):
    run = signkit("status", *files, "--no-check-template", "--format", "json")
    assert run.returncode == 0, run.stderr
    return {plain["file"]: plain for plain in map(json.loads, run.stdout.splitlines())}


@pytest.mark.slow
def test_title_date_and_digest_are_read_from_the_signed_contract(signkit, amendment, contract):
    assert amendment("first.pdf", "2027-01-15", "sale.pdf").returncode == 0
    (named,) = statuses(signkit, "first.pdf")["first.pdf"]["amends"]
    assert named == {
        "title": "不動産売買契約書",
        "date": "2026-11-21",
        "sha256": hashlib.sha256(contract).hexdigest(),
        "file": None,
        "earlier_state": False,
    }


@pytest.mark.slow
def test_the_status_follows_the_chain_both_ways(signkit, amendment, contract):
    amendment("first.pdf", "2027-01-15", "sale.pdf")
    amendment("second.pdf", "2027-01-20", "sale.pdf", "first.pdf")
    found = statuses(signkit, "second.pdf", "sale.pdf", "first.pdf")
    assert [each["file"] for each in found["second.pdf"]["amends"]] == ["sale.pdf", "first.pdf"]
    assert found["sale.pdf"]["amended_by"] == ["first.pdf", "second.pdf"]
    assert found["first.pdf"]["amended_by"] == ["second.pdf"]
    text = signkit("status", "sale.pdf", "second.pdf", "first.pdf", "--no-check-template", lang="ja").stdout
    assert "変更合意書があります: second.pdf" in text
    assert "変更する契約: 2026-11-21 不動産売買契約書 (SHA-256 " in text
    assert "先の変更: 2027-01-15 変更合意書" in text


@pytest.mark.slow
def test_an_amendment_that_passes_over_an_earlier_one_is_told(signkit, amendment, contract):
    amendment("first.pdf", "2027-01-15", "sale.pdf")
    amendment("second.pdf", "2027-01-20", "sale.pdf")
    found = statuses(signkit, "sale.pdf", "first.pdf", "second.pdf")
    assert found["second.pdf"]["amendments_left_out"] == ["first.pdf"]
    text = signkit("status", "first.pdf", "second.pdf", "--no-check-template").stdout
    assert "[!] does not name the earlier amendment first.pdf" in text


@pytest.mark.slow
def test_an_amendment_before_its_contract_is_refused(amendment, contract):
    run = amendment("first.pdf", "2026-11-20", "sale.pdf")
    assert run.returncode == 10
    assert "later date than the amendment" in run.stderr


def test_a_file_that_carries_no_contract_is_refused(amendment, tmp_path):
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(tmp_path / "other.pdf")
    run = amendment("first.pdf", "2027-01-15", "other.pdf")
    assert run.returncode == 10
    assert "carries no contract" in run.stderr
    assert not (tmp_path / "first.pdf").exists()


def test_a_contract_that_was_added_to_since_is_still_found():
    named = NamedFile("契約", "2026-11-21", "aa")
    links = [ChainLink("sale", "bb", frozenset({"aa"})), ChainLink("first", "cc", date="2027-01-15", named=(named,))]
    found = chains(links)
    assert found["first"].amends == (NamedFile("契約", "2026-11-21", "aa", "sale", earlier=True),)
    assert found["sale"] == Chain(amended_by=("first",))


def test_files_that_have_nothing_to_do_with_one_another_have_no_chain():
    assert chains([ChainLink("a", "aa"), ChainLink("b", "bb")]) == {}


def test_a_file_that_names_itself_is_not_amended_by_itself():
    link = ChainLink("first", "aa", date="2027-01-15", named=(NamedFile("契約", "2026-11-21", "aa"),))
    assert chains([link])["first"].amended_by == ()
