"""Finding: what 電子帳簿保存法 asks, in any combination; names in any form of their characters; pages by cursor."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest

from signkit.archive import finding
from signkit.archive.adding import add_file, add_paper
from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.archive.finding import Query, find, find_all, find_numbers
from signkit.archive.index import sought_form
from signkit.archive.judging import Judged


def add(archive, *names, **facts):
    return add_paper(archive, TransactionFacts(parties=tuple(map(TransactionParty, names)), **facts)).number


def numbers(archive, **query):
    return [entry.number for entry in find_all(archive, Query(**query))]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("田中 太郎", "田中"),
        ("田中 太郎", "太郎"),
        ("田中　太郎", "田中太郎"),
        ("田中太郎", "田中 太郎"),
        ("林 花子", "林"),
        ("小林 花子", "林"),
        ("若林", "林"),
        ("髙橋 祐一郎", "高橋"),
        ("高橋 祐一郎", "髙橋"),
        ("山﨑 健", "山崎"),
        ("山崎 健", "山﨑"),
        ("渡邉󠄂 薫", "渡邉"),
        ("渡邉 薫", "渡邉󠄂"),
        ("渡邊 薫", "渡辺"),
        ("𠮷田 美咲", "吉田"),
        ("廣瀨 渚", "広瀬"),
        ("佐々木 愛", "佐佐木"),
        ("ﾀﾅｶ ﾊﾅｺ", "タナカ"),
        ("タナカ ハナコ", "ﾀﾅｶ"),
        ("ガーデン商会", "ｶﾞｰﾃﾞﾝ"),
        ("株式会社ＡＢＣ", "abc"),
        ("ABC Corporation", "ＡＢＣ"),
        ("ジョン・スミス", "ジョンスミス"),
        ("タナカ ハナコ", "たなか"),
        ("ﾀﾅｶ ﾊﾅｺ", "はなこ"),
        ("さくら商店", "サクラ"),
        ("さくら商店", "ｻｸﾗ商店"),
        ("㈱サクラ商店", "株式会社さくら"),
        ("ガーデン商会", "がーでん"),
        ("ゔぃおら", "ヴィオラ"),
        ("㈱架空", "株式会社"),
        ("㈱髙﨑商店", "株式会社高崎商店"),
        ("株式会社髙﨑商店", "㈱高崎商店"),
        ("高崎商店（株）", "高崎商店株式会社"),
        ("有限会社架空", "㈲架空"),
        ("ＮＰＯ法人架空", "特定非営利活動法人架空"),
        ("（一社）架空会", "一般社団法人 架空会"),
        ("(株)架空", "（株）架空"),
        ("O'Neill", "oneill"),
        ('"引用"商店', '"引用"'),
    ],
)
def test_a_name_is_found_in_any_form_of_its_characters(archive, written, typed):
    add(archive, "佐藤 一")
    number = add(archive, written)
    assert numbers(archive, party=typed) == [number]


@pytest.mark.parametrize("typed", ["有限会社架空商店", "（有）架空商店", "株式会社架空商会"])
def test_another_legal_form_is_another_company(archive, typed):
    add(archive, "株式会社架空商店")
    assert numbers(archive, party=typed) == []


def test_a_common_name_is_looked_up_in_every_way_it_is_written(archive, monkeypatch):
    monkeypatch.setattr(finding, "_FEW", 1)
    monkeypatch.setattr(finding, "_is_dense", lambda *_: False)
    number = add(archive, "㈱髙﨑商店", amount=5, date=date(2026, 1, 1))
    add(archive, "㈲髙﨑商店", amount=5, date=date(2026, 1, 1))
    assert numbers(archive, party="株式会社高崎", amount_from=1, date_to=date(2026, 2, 1)) == [number]
    in_kana = add(archive, "サクラ商店", amount=5, date=date(2026, 1, 1))
    assert numbers(archive, party="さくら商店", amount_from=1, date_to=date(2026, 2, 1)) == [in_kana]


@pytest.mark.parametrize("typed", ["中太", "田太郎", "郎田", "佐藤", "田中 花子"])
def test_a_name_that_is_not_there_is_not_found(archive, typed):
    add(archive, "田中 太郎")
    assert numbers(archive, party=typed) == [1] if typed == "中太" else numbers(archive, party=typed) == []


@pytest.mark.parametrize("typed", ["・", "  ", "、", '"', "*", "names :", "a OR b", "NEAR(a b)", "(", "田中)"])
def test_whatever_is_typed_is_looked_for_and_nothing_else(archive, typed):
    add(archive, "田中 太郎")
    assert numbers(archive, party=typed) in ([], [1])
    assert numbers(archive, text=typed) in ([], [1])


def test_names_of_two_parties_do_not_run_into_one(archive):
    add(archive, "山本", "田中")
    assert numbers(archive, party="本田") == []
    assert numbers(archive, party="山本 田中") == [1]


def test_words_of_the_text_are_found(archive):
    add_file(archive, b"%PDF-1 a%%EOF", "a.pdf", Judged("file", "open", text=sought_form("反社会的\n勢力の排除")))
    assert numbers(archive, text="反社会的勢力") == [1]
    assert numbers(archive, text="暴力団") == []
    assert numbers(archive, party="反社会的勢力") == []  # which is nobody's name


DAYS = [None, date(2026, 1, 1), date(2026, 6, 30), date(2027, 1, 1)]
AMOUNTS = [None, 0, 1_000, 1_000_000]
NAMES = [(), ("田中 太郎",), ("髙橋 健", "架空不動産株式会社"), ("架空不動産株式会社",)]


@pytest.fixture
def all_kinds(archive):
    """Every combination of a date, an amount and parties."""
    return {
        add(archive, *names, date=day, amount=amount, title=f"{day} {amount} {names}"): (day, amount, names)
        for day, amount, names in itertools.product(DAYS, AMOUNTS, NAMES)
    }


CONDITIONS = {
    "date_from": (date(2026, 6, 30), lambda day, amount, names: day is not None and day >= date(2026, 6, 30)),
    "date_to": (date(2026, 6, 30), lambda day, amount, names: day is not None and day <= date(2026, 6, 30)),
    "amount_from": (1_000, lambda day, amount, names: amount is not None and amount >= 1_000),
    "amount_to": (1_000, lambda day, amount, names: amount is not None and amount <= 1_000),
    "party": ("高橋", lambda day, amount, names: any("髙橋" in name for name in names)),
}


@pytest.mark.slow
@pytest.mark.parametrize("few", [5_000, 2], ids=["few of the name", "many of the name"])
def test_any_combination_of_date_amount_and_counterparty(archive, all_kinds, monkeypatch, few):
    """Whichever way the search goes, by names or by dates, it finds the same: what plain comparing finds."""
    monkeypatch.setattr(finding, "_FEW", few)
    for count in range(len(CONDITIONS) + 1):
        for chosen in itertools.combinations(CONDITIONS, count):
            wanted = [
                number
                for number, facts in sorted(all_kinds.items(), reverse=True)
                if all(CONDITIONS[name][1](*facts) for name in chosen)
            ]
            assert numbers(archive, **{name: CONDITIONS[name][0] for name in chosen}) == wanted, chosen


@pytest.mark.slow
@pytest.mark.parametrize("item", ["date", "amount", "party"])
def test_entries_of_which_one_item_is_missing(archive, all_kinds, item):
    place = ("date", "amount", "party").index(item)
    wanted = [number for number, facts in sorted(all_kinds.items(), reverse=True) if facts[place] in (None, ())]
    assert numbers(archive, missing=(item,)) == wanted
    both = [number for number in wanted if item == "amount" or all_kinds[number][1] == 0]
    if item != "amount":
        assert numbers(archive, missing=(item,), amount_from=0, amount_to=0) == both


def test_kind_state_level_and_days_to_come(archive):
    day = date(2026, 12, 1)
    add(archive, kind="lease", end_date=day, notice_date=day - timedelta(days=90), title="a")
    add_file(archive, b"%PDF-1 a", "a.pdf", Judged("file", "complete", level="B-LTA", evidence_until=day))
    assert numbers(archive, kind="lease") == [1]
    assert numbers(archive, state="complete") == [2]
    assert numbers(archive, level="B-LTA") == [2]
    assert numbers(archive, missing=("file",)) == [1]
    for name, number in (("end_before", 1), ("evidence_before", 2)):
        assert numbers(archive, **{name: day}) == [number]
        assert numbers(archive, **{name: day - timedelta(days=1)}) == []
    assert numbers(archive, notice_before=day - timedelta(days=90)) == [1]


@pytest.mark.slow
@pytest.mark.parametrize("query", [{}, {"party": "田中"}, {"date_from": date(2026, 1, 1)}, {"text": "契約"}])
def test_pages_by_cursor_give_every_entry_once(archive, query):
    for number in range(23):
        text = sought_form("契約書")
        said = TransactionFacts(date=date(2026, 1, 1), amount=number, parties=(TransactionParty("田中"),))
        add_file(archive, b"%%PDF %d" % number, "a.pdf", Judged("scan", "unsigned", text=text), said)
    seen, page = [], find(archive, Query(**query), limit=5)
    while True:
        assert len(page.entries) <= 5
        seen += [entry.number for entry in page.entries]
        if page.next is None:
            break
        page = find(archive, Query(**query), limit=5, before=page.next)
    assert seen == list(range(23, 0, -1))


def test_the_last_page_has_no_next_even_where_it_is_full(archive):
    for number in range(4):
        add(archive, amount=number)
    assert find(archive, Query(), limit=4).next is None
    assert find(archive, Query(), limit=3).next == 2


@pytest.mark.slow
def test_random_entries_and_queries_agree_with_plain_comparing(archive, monkeypatch):
    draw = random.Random(7)
    facts = {}
    for number in range(1, 400):
        day = date(2020, 1, 1) + timedelta(days=draw.randrange(2000)) if draw.random() < 0.9 else None
        amount = draw.randrange(1000) if draw.random() < 0.9 else None
        name = draw.choice(["田中 健", "髙橋 愛", "山﨑 学", "架空不動産株式会社"])
        add(archive, name, date=day, amount=amount, title=str(number))
        facts[number] = (day, amount, sought_form(name))
    for _ in range(300):
        monkeypatch.setattr(finding, "_FEW", draw.choice([3, 5_000]))
        monkeypatch.setattr(finding, "_MANY", draw.choice([10, 400_000]))
        low = date(2020, 1, 1) + timedelta(days=draw.randrange(2000))
        high, least = low + timedelta(days=draw.randrange(900)), draw.randrange(1000)
        name = draw.choice([None, "田中", "高橋", "山崎", "架空"])
        wanted = [
            number
            for number, (day, amount, sought) in sorted(facts.items(), reverse=True)
            if day is not None
            and low <= day <= high
            and amount is not None
            and amount >= least
            and (name is None or sought_form(name) in sought)
        ]
        query = Query(date_from=low, date_to=high, amount_from=least, party=name)
        assert find_numbers(archive.connection, query, limit=1000) == wanted
