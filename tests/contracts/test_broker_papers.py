"""What the papers of a broker say, by the deal."""

from __future__ import annotations

import pytest

from signkit.contracts.rules.brokerage import brokerage_fee_cap, lease_fee_cap
from signkit.contracts.rules.known_values import NotKnown

from .test_contents import refused, text_of


@pytest.mark.parametrize(
    ("price", "cap"),
    [
        (0, 0),
        (1, 0),
        (1_000_000, 55_000),
        (2_000_000, 110_000),
        (3_000_000, 154_000),
        (4_000_000, 198_000),
        (8_000_000, 330_000),
        (10_000_000, 396_000),
        (58_000_000, 1_980_000),
    ],
)
def test_the_cap_on_a_brokers_fee(price, cap):
    assert brokerage_fee_cap(price, "2026-09-01") == cap


def test_the_special_rule_for_cheap_houses_needs_an_agreement():
    assert brokerage_fee_cap(3_000_000, "2026-09-01", low_price_agreed=True) == 330_000
    assert brokerage_fee_cap(3_000_000, "2026-09-01") == 154_000
    assert brokerage_fee_cap(10_000_000, "2026-09-01", low_price_agreed=True) == 396_000


def test_the_cap_on_a_leases_fee_is_half_a_month_without_consent():
    assert lease_fee_cap(98_000, "2026-11-20", consented=False) == 53_900
    assert lease_fee_cap(98_000, "2026-11-20", consented=True) == 107_800


def test_a_cap_is_not_known_past_the_known_rates():
    with pytest.raises(NotKnown):
        brokerage_fee_cap(10_000_000, "2099-01-01")


# --- mandate ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_exclusive_mandate_lets_the_client_find_a_buyer():
    text = text_of("real-estate-brokerage")
    assert "自ら発見した相手方との間で目的物件の売買契約を締結することができる" in text
    assert "費用の償還を" in text
    assert "2週間に1回以上" in text


@pytest.mark.slow
def test_the_stricter_mandate_does_not():
    text = text_of("real-estate-brokerage", {"base": "bound"})
    assert "業者が探索した相手方以外の者との間で目的物件の売買契約を締結することができない" in text
    assert "自ら発見した相手方" not in text
    assert "1週間に1回以上" in text


@pytest.mark.slow
def test_a_general_mandate_says_whether_others_are_named():
    text = text_of("real-estate-brokerage", {"base": "general"})
    assert "明示する義務を負わない" in text
    assert "他の業者を明示する義務　無" in text
    assert "違約金及び費用の償還を請求することができない" in text
    named = {"set": {"other_brokers": {"disclosed": True}}, "base": "general"}
    assert "重ねて依頼している業者はない" in text_of("real-estate-brokerage", named)


@pytest.mark.slow
def test_it_is_not_said_to_rest_on_the_standard_terms():
    """Only a contract that takes the standard form over as it is does (宅地建物取引業法の解釈・運用の考え方)."""
    text = text_of("real-estate-brokerage")
    assert text.index("標準媒介契約約款に基づく契約ではありません。") < text.index("媒介契約書（")


@pytest.mark.slow
def test_land_alone_has_no_inspection():
    changes = {"building": None, "inspection": None}
    assert "建物状況調査を実施する者のあっせんは、定めない" in text_of("real-estate-brokerage", {"set": changes})
    assert "inspection" in refused("real-estate-brokerage", {"building": None})


# --- leases ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["residential-lease", "fixed-term-lease"])
def test_the_guarantee_has_its_maximum_or_is_refused(name):
    assert "金2,352,000円を極度額とする" in text_of(name)
    assert refused(name, {"guarantor.maximum": None}) == {"guarantor.maximum"}
    assert "guarantor.maximum" in refused(name, {"guarantor.maximum": 24})  # months, not yen


@pytest.mark.slow
def test_a_companys_guarantee_ends_with_nobodys_death():
    company = {"name": "架空保証株式会社", "address": "東京都架空区北町", "signer": "𣘺本 修", "capacity": "代表取締役"}
    assert "死亡したとき" not in text_of("residential-lease", {"set": {"guarantor": company}})
    assert "死亡したとき" in text_of("residential-lease")


@pytest.mark.slow
def test_a_guarantee_company_may_stand_beside_a_guarantor_or_alone():
    company = {"guarantee_company": {"name": "架空家賃保証株式会社", "address": "東京都架空区中央町"}}
    both = text_of("residential-lease", {"set": company})
    assert "極度額とする" in both
    assert "前各項のほか、借主の本契約に基づく債務は" in both
    assert "連帯保証人を定めない" in text_of("residential-lease", {"set": company | {"guarantor": None}})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["residential-lease", "fixed-term-lease"])
def test_without_a_broker_nothing_is_delivered_for_one(name):
    text = text_of(name, {"set": {"broker": None, "electronic_delivery": None}})
    assert "宅地建物取引業者の媒介又は代理によらないため" in text
    assert "宅地建物取引士" not in text


@pytest.mark.slow
def test_two_tenants_owe_together():
    second = {"name": "𠮷田 浩", "address": "神奈川県架空市緑ケ丘四丁目5番6号", "signer": "𠮷田 浩"}
    assert "連帯債務とし" in text_of("residential-lease", {"set": {"tenant2": second}})
    assert "連帯債務とし" not in text_of("residential-lease")


@pytest.mark.slow
def test_ordinary_wear_is_not_the_tenants():
    assert "通常の使用によって生じた損耗及び経年変化を除く" in text_of("residential-lease")


NOTICE = {
    "exactly a year": ("2027-11-30", True),
    "a day less": ("2027-11-29", False),
    "half a year": ("2027-05-31", False),
    "three years": ("2029-11-30", True),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fixed-term-lease", "fixed-term-lease-notice"])
@pytest.mark.parametrize(("end", "told"), NOTICE.values(), ids=NOTICE)
def test_from_a_year_on_the_landlord_gives_notice_of_the_end(name, end, told):
    text = text_of(name, {"set": {"term.end": end}})
    assert ("6か月前までの間" in text) == told
    assert ("1年に満たないため" in text) != told


@pytest.mark.slow
@pytest.mark.parametrize(("area", "may"), [(199.99, True), (200, False)])
def test_a_small_dwelling_may_be_left_for_need(area, may):
    text = text_of("fixed-term-lease", {"set": {"dwelling.area": area}})
    assert ("転勤、療養、親族の介護" in text) == may


@pytest.mark.slow
def test_an_ordinary_lease_may_be_renewed_and_a_fixed_one_not():
    assert "協議の上、本契約を更新することができる" in text_of("residential-lease")
    assert "更新がない" in text_of("fixed-term-lease")


@pytest.mark.slow
def test_either_the_landlord_explains_or_an_agent():
    agent = {
        "name": "架空不動産株式会社", "address": "東京都架空区中央町", "signer": "辻󠄀本 彩", "authority": "委任状",
    }  # fmt: skip
    assert "explainer" in refused("fixed-term-lease-notice", {"explainer": agent})
    assert "explainer" in refused("fixed-term-lease-notice", {"landlord.signer": None})
    text = text_of("fixed-term-lease-notice", {"set": {"explainer": agent, "landlord.signer": None}})
    assert "貸主の代理人" in text


# --- around the contract ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_said_to_be_there_is_described():
    changes = {"building_state.tilt": {"known": "有"}}
    assert refused("property-condition-report", changes) == {"building_state"}
    assert refused("property-condition-report", {"land_state.soil": {"known": "有"}}) == {"land_state"}


def test_a_receipt_adds_up():
    assert refused("payment-receipt", {"amount": 3000001}) == {"amount"}


@pytest.mark.slow
def test_a_receipt_names_what_was_paid_and_addresses_who_paid():
    text = text_of("payment-receipt", {"set": {"buyer2": {"name": "合同会社鷗外商店"}}})
    assert "𠮷田 美咲　様、合同会社鷗外商店　御中" in text
    assert "手付金として" in text


def test_nothing_is_left_to_be_done_before_the_handover():
    remaining = [{"what": "鍵の交換", "who": "売主", "until": "2027-01-28"}]
    assert refused("handover-confirmation", {"remaining": remaining}) == {"remaining"}


@pytest.mark.slow
def test_a_lease_explanation_says_that_a_fixed_term_is_explained_apart():
    text = text_of("lease-explanation", {"set": {"lease.kind": "定期建物賃貸借契約"}})
    assert "借地借家法第38条第1項の規定による定期建物賃貸借" in text
    assert "定期建物賃貸借" not in text_of("lease-explanation")
