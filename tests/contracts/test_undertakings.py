"""What the documents of HR and business say by their data, and how freely written terms are read."""

from __future__ import annotations

import pytest

from signkit.contracts.rules.days import after_days
from signkit.contracts.rules.orders import paid_within_sixty_days
from signkit.contracts.rules.undertakings import (
    bars_reporting,
    forgoes_leave,
    guarantees_without_limit,
    renews_by_itself,
    waives_notices,
)

from .test_contents import text_of


def terms(*texts):
    return {"special_terms": list(texts)}


@pytest.mark.parametrize(
    ("reads", "text"),
    [
        (bars_reporting, "当社に関する事項を労働基準監督署に相談しない。"),
        (bars_reporting, "会社の許可なく公益通報をしてはならない。"),
        (bars_reporting, "消費者庁への申出は、あらかじめ会社の同意を得るものとする。"),
        (guarantees_without_limit, "損害が極度額を超えたときも、その全額を賠償する。"),
        (guarantees_without_limit, "保証人の責任は、限度なく及ぶ。"),
        (renews_by_itself, "満了の際に異議がなければ自動延長する。"),
        (renews_by_itself, "保証人から申出がない場合は、同じ期間継続する。"),
        (waives_notices, "会社は、任務の変更について通知義務を負わない。"),
        (waives_notices, "保証人は、期間中は解除できない。"),
    ],
)
def test_terms_that_are_found(reads, text):
    assert reads(terms("誠実に対応する。", text))


@pytest.mark.parametrize(
    ("reads", "text"),
    [
        (bars_reporting, "住所を変更したときは、会社に届け出る。"),
        (bars_reporting, "公益通報をしたことを理由として不利益な取扱いをしない。"),
        (bars_reporting, "税務署への申告は、各自が行う。"),
        (bars_reporting, "この定めは、行政機関への通報を制限しない。"),
        (guarantees_without_limit, "保証人の責任は、極度額を超えない。"),
        (renews_by_itself, "期間の満了により終了し、自動的に更新しない。"),
        (waives_notices, "会社は、住所の変更を知ったときは、書面で通知する。"),
        (waives_notices, "保証人は、いつでも解除することができる。"),
    ],
)
def test_terms_that_are_let_pass(reads, text):
    assert not reads(terms(text))


def test_leave_that_is_taken_is_not_given_up():
    assert forgoes_leave("残日数の取得は認めない。")
    assert not forgoes_leave("残日数のすべてを取得する。")


def test_the_day_of_receipt_is_the_first_of_sixty():
    assert after_days("2027-05-15", 59) == "2027-07-13"
    order = {"delivery": {"date": "2027-05-15"}, "payment": {"date": "2027-07-13"}}
    assert paid_within_sixty_days(order)
    assert not paid_within_sixty_days({**order, "payment": {"date": "2027-07-14"}})


@pytest.mark.parametrize(
    ("closing", "month", "day", "within"),
    [
        (31, "翌月", 31, True),
        (31, "翌々月", 1, False),
        (20, "翌月", 20, True),
        (20, "翌月", 31, False),
        (15, "当月", 31, True),
    ],
)
def test_monthly_payment_is_within_two_months_of_the_first_day(closing, month, day, within):
    payment = {"closing_day": closing, "pay_month": month, "pay_day": day}
    assert paid_within_sixty_days({"delivery": {"start": "2027-04-01"}, "payment": payment}) is within


def test_a_pledge_of_confidentiality_says_nothing_of_joining():
    text = text_of("joining-pledge", {"set": {"kind": "秘密保持誓約書", "joining_date": None}})
    assert "= 秘密保持誓約書" in text
    assert "入社" not in text
    assert "反社会的勢力" not in text


def test_a_guarantee_says_its_limit_for_each_guarantor():
    second = {"name": "𠮷田 美咲", "address": "神奈川県架空市緑ケ丘四丁目5番6号", "relation": "叔母"}
    text = text_of("employee-guarantee", {"set": {"guarantor2": second}})
    assert "各自について" in text
    assert "金1,500,000円を極度額とする" in text


def test_a_change_without_disadvantage_says_so():
    text = text_of("employment-change", {"set": {"disadvantage": False, "explanation": None}})
    assert "乙に不利益となるものを含まない" in text
    assert "自由な意思" not in text


@pytest.mark.slow
def test_a_settlement_leaves_wages_out():
    assert "前項の規定は、退職日までの賃金" in text_of("retirement-agreement")
    assert "その他の債権債務に影響しない" in text_of("retirement-agreement", {"set": {"settlement": False}})


@pytest.mark.parametrize(
    ("direction", "said"),
    [
        ("相互", "互いに秘密情報を開示する"),
        ("甲から乙", "以下、甲を「開示者」、乙を「受領者」"),
        ("乙から甲", "以下、乙を「開示者」、甲を「受領者」"),
    ],
)
def test_who_discloses(direction, said):
    assert said in text_of("nda", {"set": {"direction": direction}})
