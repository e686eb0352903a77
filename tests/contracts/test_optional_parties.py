"""A party that signs only where the data name one: co-owners."""

from __future__ import annotations

import copy
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.errors import ContractRefused
from signkit.pdf.embedded_contract import read_contract
from signkit.signing.turn import check_turn
from tests.refusals import refused_as

from .conftest import DATA, DESCRIPTION, SCHEMA, TEXT

SECOND = """
[[parties]]
role = "second"
label = { ja = "発行者（2人目）", en = "Second issuer" }
name = "second"
optional = true
"""
TWO = TEXT + "{% if second is defined %}{{ second }}{{ signing_block('second') }}{% endif %}"


@pytest.fixture
def template(make_template):
    properties = {**SCHEMA["properties"], "second": {"type": "string", "title": "氏名", "x-title-en": "Name"}}
    return make_template(TWO, DESCRIPTION + SECOND, {**SCHEMA, "properties": properties})


def fields_of(pdf: bytes) -> list[str]:
    return [name for name, _, _ in enumerate_sig_fields(PdfFileReader(BytesIO(pdf)))]


def test_without_a_name_there_is_no_field_and_no_turn(template):
    pdf = render_contract(template, DATA).pdf
    assert fields_of(pdf) == ["issuer"]
    assert [party.role for party in read_contract(pdf).parties] == ["issuer"]


def test_with_a_name_they_sign_as_everybody_does(template):
    pdf = render_contract(template, {**DATA, "second": "番号 花子"}).pdf
    assert fields_of(pdf) == ["issuer", "second"]
    assert [party.name for party in read_contract(pdf).parties] == ["髙橋 𠮷子", "番号 花子"]


def test_who_is_named_must_have_a_block(make_template):
    properties = {**SCHEMA["properties"], "second": {"type": "string"}}
    blockless = make_template(TEXT, DESCRIPTION + SECOND, {**SCHEMA, "properties": properties})
    with refused_as("template-invalid", match="0 signing blocks for second"):
        render_contract(blockless, {**DATA, "second": "番号 花子"})


def test_optional_is_true_or_false(make_template):
    with refused_as("template-invalid", match="optional 'yes' is neither true nor false"):
        make_template(description=DESCRIPTION + SECOND.replace("true", '"yes"'))


# --- the sale --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def co_owners(repository):
    return load_contract_data(repository / "samples/real-estate-sale/04-co-owners.yaml")


@pytest.mark.slow
def test_co_owners_sign_in_order(co_owners):
    pdf = render_contract(find_template("real-estate-sale"), co_owners).pdf
    contract = read_contract(pdf)
    assert [party.role for party in contract.parties] == ["seller", "seller2", "buyer", "buyer2", "broker"]
    assert contract.turn(["seller"]) == ("seller2",)
    with refused_as("out-of-turn"):
        check_turn(pdf, "buyer")


@pytest.mark.slow
def test_one_co_owner_beside_one_party_signs_in_order(co_owners):
    data = copy.deepcopy(co_owners)
    del data["seller2"], data["seller"]["share"]
    contract = read_contract(render_contract(find_template("real-estate-sale"), data).pdf)
    assert [party.role for party in contract.parties] == ["seller", "buyer", "buyer2", "broker"]
    assert contract.turn(["seller", "buyer"]) == ("buyer2",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side", "share", "words"),
    [
        ("buyer", {"parts": 1, "of": 3}, "the buyers' shares do not add up to the whole"),
        ("seller", {"parts": 5, "of": 6}, "the sellers' shares add up to more than the whole"),
        ("buyer", None, "shares stand for both buyers"),
        ("seller", None, "shares stand for both sellers"),
    ],
)
def test_shares_must_fit(co_owners, side, share, words):
    data = copy.deepcopy(co_owners)
    data[side].pop("share")
    if share:
        data[side]["share"] = share
    with pytest.raises(ContractRefused) as refused:
        render_contract(find_template("real-estate-sale"), data)
    assert any(words in problem.message.en for problem in refused.value.problems)


@pytest.mark.slow
def test_a_condominium_unit_shows_its_right_to_the_site_and_no_boundary(repository):
    import pypdfium2

    data = load_contract_data(repository / "samples/real-estate-sale/05-condominium.yaml")
    document = pypdfium2.PdfDocument(render_contract(find_template("real-estate-sale"), data).pdf)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    assert "敷地権の割合" in text
    assert "100万分の7214" in text
    assert "境界標" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "path"),
    [({"area_basis": "実測", "settlement_price": 1000}, "area_basis"), ({"building": None}, "building")],
)
def test_a_condominium_unit_needs_what_makes_one(repository, change, path):
    data = {**load_contract_data(repository / "samples/real-estate-sale/05-condominium.yaml"), **change}
    data = {name: value for name, value in data.items() if value is not None}
    with pytest.raises(ContractRefused) as refused:
        render_contract(find_template("real-estate-sale"), data)
    assert path in {problem.path for problem in refused.value.problems}
