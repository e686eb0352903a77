"""What the ledger knows of the papers of a broker by their own data."""

from __future__ import annotations

import pytest

from signkit.archive.kinds import facts_of_contract, has_amount
from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.pdf.embedded_contract import read_contract

FACTS = {
    "real-estate-brokerage": ("brokerage", "2026-09-01", 1980000, {"髙橋 祐一郎"}),
    "residential-lease": ("lease", "2026-11-21", 98000, {"髙橋 祐一郎", "𠮷田 美咲"}),
    "fixed-term-lease-notice": ("explanation", "2026-11-20", 98000, {"髙橋 祐一郎", "𠮷田 美咲"}),
    "payment-receipt": ("invoice", "2026-11-21", 3000000, {"髙橋 祐一郎", "𠮷田 美咲"}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "expected"), FACTS.items(), ids=FACTS)
def test_the_ledger_knows_kind_day_amount_and_parties(name, expected):
    template = find_template(name)
    rendered = render_contract(template, load_contract_data(template.folder / "example.yaml"))
    facts = facts_of_contract(read_contract(rendered.pdf))
    counterparties = {party.name for party in facts.parties if party.counterparty}
    assert (facts.kind, str(facts.date), facts.amount, counterparties) == expected


@pytest.mark.slow
def test_a_lease_goes_into_the_dealers_ledger_with_its_building_and_parties():
    template = find_template("residential-lease")
    rendered = render_contract(template, load_contract_data(template.folder / "example.yaml"))
    record = facts_of_contract(read_contract(rendered.pdf)).record
    assert record["area"] == "建物 42.6㎡"
    assert record["building"] == "共同住宅、鉄骨造スレートぶき3階建"
    assert "貸主 髙橋 祐一郎" in record["parties"]
    assert "借主 𠮷田 美咲" in record["parties"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("consent 1.0.0", False), ("consent-withdrawal 1.0.0", False), ("real-estate-sale 1.2.0", True),
        ("nobody-knows-it 1.0.0", True), (None, True),
    ],
)  # fmt: skip
def test_what_has_no_amount_lacks_none(template, expected):
    assert has_amount(template) is expected
