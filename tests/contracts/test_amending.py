"""What a contract says of its next amendment: the form begins with it, and only what is agreed anew is to be typed."""

from __future__ import annotations

import hashlib

import pytest

from signkit.contracts.amendment import amending_templates, amendment_data
from signkit.contracts.template import EXAMPLE, find_template
from signkit.library.making import check_data, read_contract, render
from signkit.pdf.embedded_contract import role_asked_for
from signkit.settings import Settings
from tests.refusals import refused_as

SETTINGS = Settings()


def made(name):
    return render(name, find_template(name).folder / EXAMPLE).pdf


def drawn(template, *pdfs):
    return amendment_data(find_template(template), pdfs, SETTINGS)


@pytest.fixture(scope="module")
def sale():
    return made("real-estate-sale")


@pytest.mark.slow
def test_an_amendment_names_the_contract_and_its_parties(sale):
    data = drawn("amendment", sale)
    assert data["amends"]["sha256"] == hashlib.sha256(sale).hexdigest()
    assert [data[name]["label"] for name in ("party", "party2")] == ["売主", "買主"]
    assert "party3" not in data  # the broker's agent signs the sale, and is no party to it
    missing = {problem.path for problem in check_data("amendment", data) if problem.code == "missing"}
    assert missing == {"contract_date", "effective_on", "changes"}


@pytest.mark.slow
def test_a_party_of_an_amendment_is_called_as_in_the_contract():
    contract = read_contract(made("amendment"))
    assert [(party.role, party.label.ja) for party in contract.parties] == [("party", "売主"), ("party2", "買主")]
    assert role_asked_for("買主", contract.parties) == "party2"


@pytest.mark.parametrize("called", [None, "", "\u3000", 7, {"ja": "売主"}])
def test_who_is_not_called_anything_has_the_templates_word(called):
    party = find_template("amendment").parties[0]
    assert party.named_in({"party": {"label": called}}) == party
    assert party.named_in({}) == party


@pytest.mark.slow
def test_the_next_amendment_names_those_before(sale):
    first = made("amendment")
    data = drawn("amendment", sale, first)
    assert [each["sha256"] for each in data["previous"]] == [hashlib.sha256(first).hexdigest()]
    of_amendment = drawn("amendment", first)
    own = read_contract(first).data
    assert of_amendment["amends"] == own["amends"]
    assert [each["sha256"] for each in of_amendment["previous"]] == [hashlib.sha256(first).hexdigest()]
    assert of_amendment["party2"] == own["party2"]


@pytest.mark.slow
def test_a_change_of_employment_knows_its_original_and_both_parties():
    contract = made("employment-agreement")
    data = drawn("employment-change", contract)
    own = read_contract(contract).data
    assert data["original"] == {"title": "雇用契約書兼労働条件通知書", "date": own["contract_date"]}
    assert data["employer"]["name"] == own["employer"]["name"]
    assert not [p for p in check_data("employment-change", data) if p.path.startswith(("employer", "employee."))]


@pytest.mark.slow
def test_which_templates_change_a_contract(sale):
    assert amending_templates(read_contract(sale)) == ("amendment",)
    employment = read_contract(made("employment-agreement"))
    assert amending_templates(employment) == ("employment-change", "amendment")
    assert amending_templates(None) == ()


@pytest.mark.slow
def test_what_is_no_contract_is_amended_by_nothing(sale):
    from tests.signing.formats import typeset

    with refused_as("amends-nothing"):
        drawn("amendment", typeset("1.7"))
