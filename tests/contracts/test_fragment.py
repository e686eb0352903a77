"""Data for one party from a card: which items it fills, how it is written, how it is merged."""

from __future__ import annotations

import pytest

from signkit.contracts.data import parse_contract_data
from signkit.contracts.fragment import identity_fragment, merge_fragment, write_fragment
from signkit.contracts.template import find_template
from tests.refusals import refused_as

NAME, ADDRESS = "髙橋　祐一郎", "東京都架空区青葉台一丁目２番３号"


@pytest.fixture(scope="module")
def sale():
    return find_template("real-estate-sale")


@pytest.mark.parametrize(
    ("template", "role", "filled"),
    [
        ("real-estate-sale", "seller", {"name": NAME, "address": ADDRESS, "signer": NAME}),
        ("real-estate-sale", "buyer", {"name": NAME, "address": ADDRESS, "signer": NAME}),
        ("real-estate-sale", "broker", {"agent": {"name": NAME}}),
        ("employment-agreement", "employee", {"name": NAME, "address": ADDRESS}),
        ("employment-agreement", "employer", {"signer": NAME}),
    ],
)
def test_what_each_party_takes_from_a_card(template, role, filled):
    assert identity_fragment(find_template(template), role, NAME, ADDRESS) == filled


def test_a_party_that_the_template_lacks_is_refused_with_those_it_has(sale):
    with refused_as("party-unknown") as refusal:
        identity_fragment(sale, "tenant", NAME, ADDRESS)
    assert "seller, seller2, buyer, buyer2, seller_agent, broker, broker2" in refusal.value.hint("en")
    with refused_as("party-unknown"):
        merge_fragment(sale, {}, "tenant", {})


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
@pytest.mark.parametrize("name", [NAME, "no", "0123", "1e3", "渡邉\U000e0102", "a: b # c", "'\"", "~", "\u2028x"])
def test_a_written_fragment_reads_back_the_same(suffix, name):
    fragment = {"name": name, "agent": {"name": name}}
    written = write_fragment(fragment, suffix, "two\nlines")
    assert parse_contract_data(written, suffix) == fragment


def test_yaml_says_in_a_comment_where_it_comes_from():
    assert write_fragment({"name": "x"}, ".yaml", "From\na card.") == b"# From\n# a card.\nname: x\n"


def test_a_fragment_fills_what_the_data_leave_out(sale):
    data = {"price": 1, "seller": {"is_dealer": False}}
    merged = merge_fragment(sale, data, "seller", {"name": NAME})
    assert merged == {"price": 1, "seller": {"is_dealer": False, "name": NAME}}
    assert data["seller"] == {"is_dealer": False}


def test_a_fragment_makes_a_party_that_is_not_there_yet(sale):
    assert merge_fragment(sale, {}, "broker", {"agent": {"name": NAME}}) == {"broker": {"agent": {"name": NAME}}}


def test_the_same_value_twice_is_no_conflict(sale):
    assert merge_fragment(sale, {"seller": {"name": NAME}}, "seller", {"name": NAME}) == {"seller": {"name": NAME}}


def test_different_values_are_refused_by_path_and_never_quoted(sale):
    data = {"broker": {"name": "架空不動産", "agent": {"name": "別人"}}}
    with refused_as("fragment-conflict") as refusal:
        merge_fragment(sale, data, "broker", {"agent": {"name": NAME}})
    assert refusal.value.paths == ("broker.agent.name",)
    for language in ("en", "ja"):
        assert "broker.agent.name" in refusal.value.message(language)
        assert "別人" not in refusal.value.message(language)
        assert NAME not in refusal.value.message(language)


@pytest.mark.parametrize("own", ["text", None, ["x"], {"agent": "text"}])
def test_a_party_that_is_no_table_is_refused(sale, own):
    with refused_as("fragment-conflict"):
        merge_fragment(sale, {"broker": own}, "broker", {"agent": {"name": NAME}})
