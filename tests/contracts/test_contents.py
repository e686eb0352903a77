"""What contracts say in their text, by the deal: each case was once wrong."""

from __future__ import annotations

import re

import pytest

from signkit.contracts.checking import examine
from signkit.contracts.data import load_contract_data
from signkit.contracts.render import filled_contract, render_contract
from signkit.contracts.rules.days import after_months, in_order, month_of
from signkit.contracts.rules.known_values import NotKnown, values
from signkit.contracts.rules.party_kinds import addressee, is_company, is_consumer
from signkit.contracts.template import find_template, list_templates
from signkit.jpki.corporate_number import corporate_number_fits

from .law_samples import sample_data

BROKER = {
    "name": "株式会社みどり架空ハウジング",
    "address": "神奈川県架空市浜町三丁目4番5号",
    "representative": "代表取締役 𡈽屋 隆",
    "license": "神奈川県知事（1）第000000号",
    "involvement": "媒介",
    "agent": {"name": "𩸽川 豊", "registration": "（神奈川）第000000号"},
}


def text_of(name, sample=None):
    template = find_template(name)
    data = sample_data(template, sample or {})
    assert examine(template, data).refused == ()
    return printed(template, data)


def printed(template, data):
    """Return the text as people read it, without the typesetter's marks around values."""
    return re.sub(r'#"(.*?)";', r"\1", filled_contract(template, data).text)


def refused(name, changes, base=None):
    template = find_template(name)
    sample = {"set": changes, **({"base": base} if base else {})}
    return {problem.path for problem in examine(template, sample_data(template, sample)).refused}


# --- sale ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_dealers_fixtures_are_not_limited_to_seven_days():
    text = text_of("real-estate-sale", {"base": "dealer"})
    assert "7日以内" not in text
    assert "引渡しの日から24か月以内に限り" in text


@pytest.mark.slow
def test_a_private_sellers_fixtures_may_be_limited_to_seven_days():
    assert "引渡しの日から7日以内に限り" in text_of("real-estate-sale")


@pytest.mark.slow
def test_a_company_that_sells_to_a_consumer_gives_the_period_of_article_14_for_fixtures():
    assert "引渡しの日から12か月以内に限り" in text_of("real-estate-sale", {"base": "company"})


@pytest.mark.slow
def test_a_new_house_has_ten_years_for_the_structural_parts_whoever_sells():
    for base in ("new-house", "dealer", None):
        changes = {"building.existing": False, "building_condition": None}
        changes |= {"nonconformity.insurance": "住宅瑕疵担保責任保険", "building.completed": "令和8年10月"}
        text = text_of("real-estate-sale", {"set": changes, **({"base": base} if base else {})})
        assert "住宅の品質確保の促進等に関する法律第95条第1項" in text
        assert "引渡しの日から10年間" in text


@pytest.mark.slow
def test_an_existing_house_says_nothing_of_ten_years():
    assert "10年間" not in text_of("real-estate-sale", {"base": "dealer"})


@pytest.mark.slow
def test_no_other_money_leaves_the_settlements_out():
    assert "第12条及び第13条の規定により清算する金銭を除き" in text_of("real-estate-sale")
    survey = {"area_basis": "実測", "settlement_price": 310000}
    assert "第5条、第12条及び第13条の規定により清算する金銭を除き" in text_of("real-estate-sale", {"set": survey})


@pytest.mark.slow
def test_other_money_is_beside_the_settlements():
    money = {"name": "私道持分の負担金", "amount": 50000, "due": "残代金の支払時", "purpose": "私道の舗装"}
    text = text_of("real-estate-sale", {"set": {"other_money": [money]}})
    assert "清算する金銭のほか、代金以外に授受する金銭は、次のとおりとする" in text


@pytest.mark.slow
def test_rent_is_settled_by_the_day():
    assert "賃料その他の収益" in text_of("real-estate-sale")


DATES = {
    "loan approved after its cancellation": ({"loan.approval_until": "2026-12-26"}, "loan.cancel_until"),
    "cancelled for want of the loan after the handover": ({"loan.cancel_until": "2027-01-30"}, "loan.cancel_until"),
    "loan applied for before the contract": ({"loan.apply_by": "2026-11-20"}, "loan.apply_by"),
    "loan approved before it is applied for": ({"loan.approval_until": "2026-11-27"}, "loan.approval_until"),
    "handed over before the balance": ({"handover.date": "2027-01-28"}, "handover.date"),
    "handed over before the contract": ({"handover.date": "2026-11-20"}, "handover.date"),
    "balance before the contract": ({"payment.balance.date": "2026-11-20"}, "payment.balance.date"),
    "deposit given up after the handover": (
        {"payment.deposit.cancel_until": "2027-01-30"}, "payment.deposit.cancel_until",
    ),
    "deposit given up before the contract": (
        {"payment.deposit.cancel_until": "2026-11-20"}, "payment.deposit.cancel_until",
    ),
    "boundary after the handover": ({"boundary.until": "2027-01-30"}, "boundary.until"),
    "interim before the contract": (
        {"payment.interim": [{"amount": 1, "date": "2026-11-20"}], "payment.balance.amount": 54999999},
        "payment.interim",
    ),
    "interim after the balance": (
        {"payment.interim": [{"amount": 1, "date": "2027-01-30"}], "payment.balance.amount": 54999999},
        "payment.interim",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("changes", "path"), DATES.values(), ids=DATES)
def test_days_in_an_impossible_order_are_refused(changes, path):
    assert path in refused("real-estate-sale", changes)


@pytest.mark.slow
def test_all_days_on_one_day_are_possible():
    day = "2026-11-21"
    changes = {"handover.date": day, "payment.balance.date": day, "payment.deposit.cancel_until": day, "loan": None}
    assert refused("real-estate-sale", changes | {"boundary.until": day}) == set()


@pytest.mark.slow
def test_land_alone_bears_no_tax():
    changes = {"building": None, "building_condition": None}
    assert "price.building" in refused("real-estate-sale", changes)


@pytest.mark.slow
def test_two_brokers_each_sign_through_their_agent():
    template = find_template("real-estate-sale")
    data = sample_data(template, {"set": {"broker2": BROKER, "broker.client": "売主"}})
    rendered = render_contract(template, data)
    assert [block.role for block in rendered.blocks] == ["seller", "buyer", "broker", "broker2"]
    text = printed(template, data)
    assert (
        "架空不動産株式会社及び株式会社みどり架空ハウジング（以下これらの者を「媒介業者」という。）の媒介により" in text
    )
    assert "各宅地建物取引士が記名して" in text


@pytest.mark.slow
def test_four_parties_and_four_brokers_fit():
    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    for role in ("seller", "buyer"):
        data[role]["share"] = {"parts": 1, "of": 2}
        data[f"{role}2"] = {**data[role], "name": "番号 花子", "signer": "番号 花子"}
        data[f"{role}2"].pop("is_dealer", None)
    data |= {f"broker{number}": BROKER for number in (2, 3, 4)}
    assert len(render_contract(template, data).blocks) == 8


@pytest.mark.slow
def test_an_agency_and_a_brokerage_are_told_apart():
    text = text_of("real-estate-sale", {"set": {"broker2": {**BROKER, "involvement": "代理"}}})
    assert (
        "架空不動産株式会社の媒介及び株式会社みどり架空ハウジングの代理（以下これらの者を「媒介業者等」という。）により"
        in text
    )


@pytest.mark.slow
def test_a_number_of_a_broker_is_not_left_out():
    assert "broker2" in refused("real-estate-sale", {"broker3": BROKER})


@pytest.mark.slow
def test_a_dealer_sells_without_a_broker_and_its_own_agent_signs():
    template = find_template("real-estate-sale")
    data = sample_data(template, {"base": "dealer", "set": {"broker": None}})
    assert [block.role for block in render_contract(template, data).blocks] == ["seller", "buyer", "seller_agent"]
    text = printed(template, data)
    assert "媒介" not in text.split("三　契約条項")[0]


@pytest.mark.slow
def test_without_a_broker_somebody_must_be_a_dealer():
    assert "broker" in refused("real-estate-sale", {"broker": None})


@pytest.mark.slow
def test_a_dealer_tells_of_cooling_off():
    text = text_of("real-estate-sale", {"base": "dealer"})
    assert "告げられた日から起算して8日を経過したとき" in text
    assert "買受けの申込みの撤回等については、定めない" in text_of("real-estate-sale")
    assert "買受けの申込みの撤回等については、定めない" in text_of("real-estate-sale", {"base": "to-dealer"})


@pytest.mark.parametrize("number", ["7123456789013", "712345678901", "0123456789012", "７１２３４５６７８９０１２"])
def test_a_corporate_number_whose_check_digit_does_not_fit_is_refused(number):
    assert "seller.corporate_number" in refused("real-estate-sale", {"seller.corporate_number": number}, "dealer")


@pytest.mark.slow
def test_a_corporate_number_is_printed():
    sample = {"base": "dealer", "set": {"seller.corporate_number": "7123456789012"}}
    assert "7123456789012" in text_of("real-estate-sale", sample)


@pytest.mark.slow
def test_a_natural_person_has_no_corporate_number():
    changes = {"seller.kind": "個人", "seller.corporate_number": "7123456789012"}
    assert "seller.corporate_number" in refused("real-estate-sale", changes)


@pytest.mark.slow
def test_a_kind_that_does_not_fit_the_name_is_refused():
    assert "seller.kind" in refused("real-estate-sale", {"seller.kind": "個人"}, "dealer")
    assert "seller.kind" in refused("real-estate-sale", {"seller.kind": "法人"})


# --- explanation -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_company_is_addressed_otherwise_than_a_person():
    assert "𠮷田 美咲　様" in text_of("real-estate-explanation")
    changes = {"buyer.name": "合同会社鷗外商店", "buyer.capacity": "代表社員"}
    text = text_of("real-estate-explanation", {"set": changes})
    assert "合同会社鷗外商店　御中" in text
    assert "様" not in text.split("一　宅地建物取引業者")[0]


@pytest.mark.slow
def test_an_explanation_for_two_buyers_and_two_sellers_by_two_dealers():
    template = find_template("real-estate-explanation")
    data = load_contract_data(template.folder / "example.yaml")
    data["buyer2"] = {"name": "合同会社鷗外商店", "address": "神奈川県架空市浜町一丁目2番3号", "signer": "邊見 渚"}
    data["seller2"] = {**data["seller"], "name": "髙橋 悠子"}
    data["broker2"] = {**data["broker"], **BROKER, "deposit_office": data["deposit_office"]}
    data["broker2"]["agent"] = {**data["broker"]["agent"], "name": "𩸽川 豊"}
    rendered = render_contract(template, data)
    assert [block.role for block in rendered.blocks] == ["explainer", "explainer2", "recipient", "recipient2"]
    text = printed(template, data)
    assert "𠮷田 美咲　様、合同会社鷗外商店　御中" in text
    assert "髙橋 悠子" in text


@pytest.mark.slow
def test_whether_deposits_are_preserved_is_not_believed():
    paths = refused("real-estate-explanation", {"other_money.0.amount": 5800001}, "dealer")
    assert paths == {"deposit_protection.needed"}


# --- employment ------------------------------------------------------------------------------------------

FOUR_HOURS = {"hours.start": "09:00", "hours.end": "13:00", "hours.break_minutes": 0}
DESK = {"department": "総務部", "person": "課長 髙田 昭", "contact": "06-0000-0000"}


@pytest.mark.slow
def test_a_worker_of_four_hours_is_not_said_to_be_no_part_timer():
    assert "part_time" in refused("employment-agreement", FOUR_HOURS)


@pytest.mark.slow
def test_a_part_timer_of_an_indefinite_term_has_a_desk_to_ask():
    assert "consultation" in refused("employment-agreement", FOUR_HOURS | {"part_time": True})
    text = text_of("employment-agreement", {"set": FOUR_HOURS | {"part_time": True, "consultation": DESK}})
    assert "該当しない。" not in text
    assert "総務部" in text


@pytest.mark.slow
def test_four_hours_are_full_time_where_regular_workers_have_no_more():
    changes = FOUR_HOURS | {"hours.weekly": 20, "hours.full_time_weekly": 20}
    assert "短時間労働者及び有期雇用労働者に該当しない" in text_of("employment-agreement", {"set": changes})
    assert "part_time" in refused("employment-agreement", changes | {"hours.full_time_weekly": 40})


@pytest.mark.slow
@pytest.mark.parametrize(("day", "said"), [("2026-09-30", False), ("2026-10-01", True)])
def test_that_differences_may_be_asked_about_is_said_by_date(day, said):
    changes = {"contract_date": day, "part_time": True, "consultation": DESK}
    text = text_of("employment-agreement", {"set": changes})
    assert ("待遇の相違の内容及び理由について、説明を求めることができる" in text) == said


@pytest.mark.slow
def test_the_shipped_samples_are_found_no_fault_with(repository):
    for name in (each.id for each in list_templates()):
        for path in sorted((repository / "samples" / name).iterdir()):
            if path.suffix in (".yaml", ".json", ".toml") and path.stem != "base":
                examined = examine(find_template(name), load_contract_data(path))
                assert examined.refused == (), path
                assert {problem.code for problem in examined.warnings} <= {"not-known", "law"}, path


# --- consent ---------------------------------------------------------------------------------------------


def test_working_conditions_are_wished_for_and_not_consented_to():
    text = text_of("consent", {"base": "employment"})
    assert "希望" in text
    assert "承諾" not in text.replace("承諾書・希望書", "")


@pytest.mark.parametrize("kind", ["不動産の売買の媒介", "不動産の賃貸借", "不動産の賃貸借の媒介"])
def test_brokerage_and_lease_are_kinds_of_consent(kind):
    assert kind in text_of("consent", {"set": {"transaction.kind": kind}})
    assert "transaction.properties" in refused("consent", {"transaction.kind": kind, "transaction.properties": None})


# --- what the rules reckon with --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("party", "company"),
    [
        ({"name": "株式会社架空"}, True),
        ({"name": "架空（株）"}, True),
        ({"name": "㈱架空"}, True),
        ({"name": "合同会社鷗外商店"}, True),
        ({"name": "医療法人社団架空会"}, True),
        ({"name": "KAKUU Co., Ltd."}, True),
        ({"name": "株 太郎"}, False),
        ({"name": "会社 花子"}, False),
        ({"name": "髙橋 祐一郎", "capacity": "成年後見人"}, False),
        ({"name": "架空商店", "capacity": "代表取締役"}, True),
        ({"name": "架空商店", "kind": "個人事業主"}, False),
        ({"name": "架空管理組合", "kind": "法人"}, True),
    ],
)
def test_companies_are_told_from_persons(party, company):
    assert is_company(party) == company
    assert addressee(party).endswith("御中" if company else "様")


def test_a_person_in_business_is_no_consumer():
    assert is_consumer({"name": "髙橋 祐一郎"})
    assert not is_consumer({"name": "髙橋 祐一郎", "kind": "個人事業主"})
    assert not is_consumer({"name": "髙橋 祐一郎", "is_dealer": True})


@pytest.mark.parametrize("number", ["7123456789012", "4011001098993", "7010705000725"])
def test_check_digits_that_fit(number):
    assert corporate_number_fits(number)
    wrong = str(int(number[0]) % 9 + 1) + number[1:]
    assert not corporate_number_fits(wrong)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("令和9年1月", "2027-01"),
        ("平成元年12月", "1989-12"),
        ("昭和50年", "1975"),
        ("昭和５６年　５月", "1981-05"),
        ("1975年3月新築", "1975-03"),
        ("1975/3", "1975-03"),
        ("不詳", None),
    ],
)
def test_months_of_japanese_eras(text, month):
    assert month_of(text) == month


def test_months_later():
    assert after_months("2026-08-31", 6) == "2027-02-28"
    assert after_months("2024-02-29", 12) == "2025-02-28"
    assert in_order("2026-01-01", "2026-01-01", "2026-01-02")
    assert not in_order("2026-01-02", "2026-01-01")


def test_minimum_wages_of_every_prefecture_are_known_with_their_source():
    known = values("minimum-wage")
    assert len(known.items) == 47
    assert min(known.newest(name) for name in known.items) == 1023
    assert known.address.startswith("https://")
    day = known.last.replace(year=known.last.year + 1)
    with pytest.raises(NotKnown) as caught:
        known.on("東京都", day)
    assert str(known.last) in caught.value.words.ja


@pytest.mark.parametrize(
    ("name", "changes", "path"),
    [
        # the contract is of 2026-11-21
        ("real-estate-sale", {"building.completed": "令和8年12月"}, "building.completed"),
        ("real-estate-sale", {"building.completed": "2027年"}, "building.completed"),
        ("real-estate-sale", {"building.completed": "令和8年11月"}, None),
        ("real-estate-sale", {"building.completed": "不詳"}, None),
        ("real-estate-sale", {"building.existing": False, "building.completed": "令和7年10月"}, "building.existing"),
        ("real-estate-sale", {"building.existing": False, "building.completed": "平成21年"}, "building.existing"),
        ("real-estate-sale", {"building.existing": False, "building.completed": "令和7年11月"}, None),
        ("real-estate-sale", {"building.existing": False, "building.completed": "2025年"}, None),
        ("real-estate-sale", {"building.existing": False, "building.kind": "倉庫"}, None),
        ("real-estate-sale", {"building.completed": "平成21年13月"}, None),
        ("real-estate-explanation", {"building.completed": "令和10年1月"}, "building.completed"),
        ("real-estate-explanation", {"building.existing": False, "inspection": None}, "building.existing"),
    ],
)  # fmt: skip
def test_a_building_is_existing_or_new_as_its_month_says(name, changes, path):
    found = {
        each.path for each in examine(find_template(name), sample_data(find_template(name), {"set": changes})).refused
    }
    assert found & {"building.completed", "building.existing"} == ({path} if path else set())


def test_nobody_sells_to_themselves():
    template = find_template("real-estate-sale")
    data = sample_data(template, {})
    data["buyer"] = {**data["seller"]}
    del data["buyer"]["is_dealer"]
    assert "buyer.name" in {each.path for each in examine(template, data).refused}
