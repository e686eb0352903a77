"""The rules of consent name what the templates' data hold."""

from __future__ import annotations

import pytest

from signkit.contracts.schema_items import resolve_reference
from signkit.contracts.template import find_template
from signkit.delivery.consent_rules import RULES, covers


def there(schema, path):
    at = schema
    for step in path.split("."):
        at = resolve_reference(schema, at).get("properties", {}).get(step, {})
    return bool(at)


@pytest.mark.parametrize("name", RULES)
def test_every_item_that_a_rule_names_is_one_of_the_templates(name):
    template, rule = find_template(name), RULES[name]
    recipients = [each.name_item for each in rule.recipients]
    named = [*recipients, *rule.party_items, *rule.provider_items, *filter(None, [rule.land_item])]
    assert [path for path in named if not there(template.schema, path)] == []
    assert rule.date_item == template.date_item
    assert {each.role for each in rule.recipients} <= {party.role for party in template.parties}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_found_by_its_own_citation(name):
    assert covers(RULES[name], [RULES[name].law.ja])


def test_a_mandate_and_a_lease_need_consents_of_their_own():
    assert not covers(RULES["real-estate-brokerage"], ["宅地建物取引業法34条"])
    assert not covers(RULES["residential-lease"], ["宅地建物取引業法34条の2第11項"])
    assert not covers(RULES["fixed-term-lease-notice"], ["宅地建物取引業法37条5項"])
