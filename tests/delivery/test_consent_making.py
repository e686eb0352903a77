"""The consent made from the contract: it is the one that the delivery of this very contract needs."""

from __future__ import annotations

from datetime import date

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.delivery.consent_making import ConsentTerms, consent_data, roles_to_consent
from signkit.delivery.consent_rules import RULES
from signkit.delivery.means import Means
from signkit.delivery.transaction import differences, transaction_of_consent, transaction_of_contract
from signkit.errors import ContractRefused
from signkit.pdf.embedded_contract import EmbeddedContract, read_contract
from tests.command import run_signkit
from tests.refusals import refused_as

TERMS = ConsentTerms(date(2026, 11, 12))


def contract(name, change=lambda data: None):
    template = find_template(name)
    data = load_contract_data(template.folder / "example.yaml")
    change(data)
    return read_contract(render_contract(template, data).pdf)


@pytest.mark.slow
@pytest.mark.parametrize("means", Means)
@pytest.mark.parametrize("name", RULES)
def test_each_recipient_gets_the_consent_to_this_transaction(name, means):
    embedded = contract(name)
    for role in roles_to_consent(embedded):
        data = consent_data(embedded, role, ConsentTerms(date(2026, 11, 12), means))
        if data["transaction"]["kind"] == "雇用" and means is not Means.MAIL:  # 労働基準法施行規則5条4項
            with pytest.raises(ContractRefused, match="means"):
                render_contract(find_template("consent"), data)
            continue
        made = read_contract(render_contract(find_template("consent"), data).pdf)
        rule = RULES[name]
        assert [entry["law"] for entry in made.data["documents"]] == [rule.law.ja]
        wanted = transaction_of_contract(embedded.data, rule)
        assert list(differences(transaction_of_consent(made.data), wanted, names_all=rule.names_all)) == []
        assert made.data["recipient"]["signer"] == next(each.name for each in embedded.parties if each.role == role)


@pytest.mark.slow
def test_a_company_that_consents_signs_by_its_representative():
    def company(data):
        data["buyer"] |= {"name": "株式会社架空製作所", "signer": "廣瀨 渚"}

    data = consent_data(contract("real-estate-sale", company), "buyer", TERMS)
    assert (data["recipient"]["name"], data["recipient"]["signer"]) == ("株式会社架空製作所", "廣瀨 渚")


@pytest.mark.slow
def test_who_has_nothing_to_consent_to_is_refused():
    with refused_as("consent-not-made", match="broker"):
        consent_data(contract("real-estate-sale"), "broker", TERMS)
    with refused_as("consent-not-made", match="seller2"):
        consent_data(contract("real-estate-sale"), "seller2", TERMS)


def test_a_dealer_that_sells_its_own_house_consents_to_nothing():
    def sells_itself(data):
        del data["broker"]
        data["seller"] |= {"is_dealer": True, "license": "東京都知事（1）第000000号"}

    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    sells_itself(data)
    assert roles_to_consent(EmbeddedContract(template.id, template.version, data)) == ("buyer",)


@pytest.mark.slow
def test_of_a_file_without_a_contract_and_of_another_kind_none_is_made():
    with refused_as("consent-not-made", match="carries no contract"):
        roles_to_consent(None)
    with refused_as("consent-not-made", match="knows no rule"):
        roles_to_consent(contract("consent"))


@pytest.mark.slow
def test_the_command_writes_one_for_each_and_says_what_is_next(kept_home, tmp_path):
    def signkit(*typed):
        return run_signkit(*typed, home=kept_home, folder=tmp_path, lang="ja")

    template = find_template("real-estate-sale")
    (tmp_path / "sale.pdf").write_bytes(
        render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf
    )
    answer = signkit("consent", "sale.pdf", "--on", "2026-11-12", "--destination", "misaki@example.jp")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == ["sale-consent-seller.pdf", "sale-consent-buyer.pdf"]
    for role in ("seller", "buyer"):
        assert f"signkit sign sale-consent-{role}.pdf --as recipient" in answer.stderr
    signed = "--consent sale-consent-seller-recipient.pdf --consent sale-consent-buyer-recipient.pdf"
    assert f"signkit deliver check sale.pdf {signed}" in answer.stderr
    made = read_contract((tmp_path / "sale-consent-buyer.pdf").read_bytes())
    assert made.data["means"]["destination"] == "misaki@example.jp"
    assert signkit("consent", "sale.pdf").returncode == 14
    assert signkit("consent", "sale.pdf", "--as", "買主", "-o", "by-title.pdf").stdout.split() == ["by-title.pdf"]
    assert signkit("consent", "sale.pdf", "--as", "buyer", "-o", "c.pdf").stdout == "c.pdf\n"
    assert signkit("consent", "sale.pdf", "-o", "both").stdout.split()[1] == "both/sale-consent-buyer.pdf"
    assert signkit("consent", "sale.pdf", "--on", "12.11.").returncode == 2
    assert signkit("consent", "sale-consent-buyer.pdf").returncode == 10
