"""Contract data: what may be read, and every problem named at once in the user's language."""

from __future__ import annotations

import copy
import datetime
import json

import pytest

from signkit.contracts.checking import check_contract_data
from signkit.contracts.data import load_contract_data, parse_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import Template
from signkit.errors import ContractDataUnreadable, ContractRefused, InputUnreadable
from signkit.plain_data import Data, plain_data


def test_the_three_formats_read_alike() -> None:
    yaml = b'day: 2026-11-21\nname: "A"\nprice: 12\nyes: no\nopen: 09:00\nlist: [1.5, true, null]\n'
    as_json = (
        b'{"day": "2026-11-21", "name": "A", "price": 12, "yes": "no", "open": "09:00", "list": [1.5, true, null]}'
    )
    toml = b'day = 2026-11-21\nname = "A"\nprice = 12\nyes = "no"\nopen = "09:00"\nlist = [1.5, true]\n'

    read = parse_contract_data(yaml, ".yaml")

    assert read == parse_contract_data(as_json, ".json")
    assert read["list"] == [1.5, True, None]
    assert {**parse_contract_data(toml, ".toml"), "list": read["list"]} == read


@pytest.mark.parametrize(
    "text",
    ["0123", "1_000", "0x10", "1e3", "12:30", "yes", "on", "2026-11-21", "2026-11-21T10:00:00Z", ".5", "+", "=", "<<"],
)
def test_yaml_scalar_stays_a_text(text: str) -> None:
    assert parse_contract_data(f"a: {text}".encode(), ".yaml") == {"a": text}


def test_toml_dates_and_times_become_texts() -> None:
    read = parse_contract_data(b"d = 2026-11-21\nt = 09:30:00\n", ".toml")

    assert read == {"d": "2026-11-21", "t": "09:30:00"}


UNREADABLE = {
    "alias": (b"a: &x [1]\nb: *x\n", ".yaml"),
    "alias-bomb": (
        b"a: &a [x,x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (n + 1, n + 1, n, n) for n in range(97, 120)),
        ".yaml",
    ),
    "python-tag": (b"a: !!python/object/apply:os.system ['true']\n", ".yaml"),
    "own-tag": (b"a: !thing 1\n", ".yaml"),
    "duplicate-key-yaml": (b"a: 1\na: 2\n", ".yaml"),
    "duplicate-key-json": (b'{"a": 1, "a": 2}', ".json"),
    "duplicate-key-toml": (b"a = 1\na = 2\n", ".toml"),
    "two-documents": (b"a: 1\n---\nb: 2\n", ".yaml"),
    "list-as-key": (b"[1, 2]: 3\n", ".yaml"),
    "number-as-key": (b"1: 2\n", ".yaml"),
    "control-character-in-a-name": (b'{"a\\u001b[2J": 1}', ".json"),
    "control-character-in-a-doubled-name": (b'{"a\\u001b": 1, "a\\u001b": 2}', ".json"),
    "deep-yaml": (b"a: " + b"[" * 5000, ".yaml"),
    "deep-json": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", ".json"),
    "deep-toml": (b"a = " + b"[" * 5000 + b"]" * 5000, ".toml"),
    "not-a-table": (b"- 1\n", ".yaml"),
    "empty": (b"", ".yaml"),
    "not-utf-8": ("a: 日本".encode("cp932"), ".yaml"),
    "broken-yaml": (b"a: [1\n", ".yaml"),
    "broken-json": (b"{", ".json"),
    "broken-toml": (b"a = \n", ".toml"),
    "nan": (b'{"a": NaN}', ".json"),
    "infinity-toml": (b"a = inf\n", ".toml"),
    "huge-number": (b'{"a": ' + b"9" * 4000 + b"}", ".json"),
    "enormous-number": (b'{"a": ' + b"9" * 9000 + b"}", ".json"),
    "too-large": (b"#" * 1_000_001, ".yaml"),
    "too-many-values": (b'{"a": [' + b"1," * 20_001 + b"1]}", ".json"),
    "too-long-text": (b'{"a": "' + b"x" * 20_001 + b'"}', ".json"),
    "unknown-format": (b"a=1", ".ini"),
}


@pytest.mark.parametrize(("raw", "suffix"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_data_file_refused(raw: bytes, suffix: str) -> None:
    with pytest.raises(ContractDataUnreadable) as caught:
        parse_contract_data(raw, suffix, "data")

    assert caught.value.exit_code == 10
    assert caught.value.message("ja") != caught.value.message("en")


def test_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(InputUnreadable):
        load_contract_data(tmp_path / "nothing.yaml")


def test_byte_order_mark_is_not_data(tmp_path) -> None:
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')

    assert load_contract_data(tmp_path / "a.json") == {"a": 1}


def test_data_from_python_become_plain() -> None:
    assert plain_data({"d": datetime.date(2026, 11, 21), "t": (1, 2)}) == {"d": "2026-11-21", "t": [1, 2]}


@pytest.mark.parametrize("value", [object(), b"bytes", {1}, float("nan"), 10**30])
def test_other_kinds_of_value_are_refused(value: object) -> None:
    with pytest.raises(ContractDataUnreadable, match="not allowed"):
        plain_data({"a": value})


# Each: how the example is spoiled, then the expected code, path and clause of the one problem.
SPOILED = {
    "missing item": (lambda d: d["seller"].pop("name"), "missing", "seller.name", "末尾"),
    "missing table": (lambda d: d.pop("taxes"), "missing", "taxes", "第12条"),
    "unknown item": (lambda d: d.update(jurisdction="x"), "unknown", "", None),
    "text for a number": (lambda d: d["price"].update(total="五千万"), "type", "price.total", "第2条"),
    "fraction of a yen": (lambda d: d["price"].update(building=1.5), "type", "price.building", "第2条"),
    "negative amount": (lambda d: d["price"].update(land=-1), "value", "price.land", "第2条"),
    "no such date": (lambda d: d["handover"].update(date="2027-02-30"), "value", "handover.date", "第6条"),
    "date in another form": (lambda d: d["handover"].update(date="2027/01/29"), "value", "handover.date", "第6条"),
    "compact date": (lambda d: d["handover"].update(date="20270129"), "value", "handover.date", "第6条"),
    "not one of the choices": (lambda d: d["payment"].update(method="小切手"), "value", "payment.method", "第3条"),
    "empty text": (lambda d: d["buyer"].update(name=""), "value", "buyer.name", "末尾"),
    "item left empty": (lambda d: d["buyer"].update(name=None), "type", "buyer.name", "末尾"),
    "too long": (lambda d: d["buyer"].update(name="あ" * 81), "value", "buyer.name", "末尾"),
    "no land": (lambda d: d.update(land=[]), "value", "land", "第1条"),
    "item of a list": (lambda d: d["land"][0].pop("area"), "missing", "land[0].area", "第1条"),
    "condition of the existing building": (
        lambda d: d.pop("building_condition"), "missing", "building_condition", "第10条",
    ),
    "survey without its price": (lambda d: d.update(area_basis="実測"), "missing", "settlement_price", "第5条"),
    "payments do not add up": (
        lambda d: d["payment"]["balance"].update(amount=1), "check", "payment.balance.amount", "第3条",
    ),
    "price does not add up": (lambda d: d["price"].update(land=1), "check", "price.total", "第2条"),
    "consent after the contract": (
        lambda d: d["electronic_delivery"]["consents"][0].update(date="2026-11-22"),
        "check", "electronic_delivery.consents", "第22条",
    ),
    "glyph that no font has": (lambda d: d["seller"].update(name="山田😀"), "glyph", "seller.name", "末尾"),
    "sequence that no font has": (lambda d: d["seller"].update(name="辻\U000e01ef"), "glyph", "seller.name", "末尾"),
    "selector alone": (lambda d: d["seller"].update(name="\U000e0100辻"), "glyph", "seller.name", "末尾"),
    "two selectors": (lambda d: d["seller"].update(name="辻\U000e0100\U000e0101"), "glyph", "seller.name", "末尾"),
    "my number": (
        lambda d: d["special_terms"].append("番号は123456789018"), "my-number", "special_terms[1]", "特約条項",
    ),
    "control character": (lambda d: d["seller"].update(name="山田\x07"), "character", "seller.name", "末尾"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("spoil", "code", "path", "clause"), SPOILED.values(), ids=SPOILED.keys())
def test_problem_named(sale: Template, sale_data: Data, spoil, code: str, path: str, clause: str | None) -> None:
    spoil(sale_data)

    (problem,) = check_contract_data(sale, sale_data)

    assert (problem.code, problem.path, problem.clause) == (code, path, clause)
    assert problem.in_language("ja") != problem.in_language("en")


@pytest.mark.slow
def test_example_has_no_problem(sale: Template, sale_data: Data) -> None:
    assert check_contract_data(sale, sale_data) == ()


def test_all_problems_are_named_at_once(sale: Template, sale_data: Data) -> None:
    del sale_data["seller"]["name"]
    sale_data["price"]["total"] = "x"
    sale_data["buyer"]["name"] = "😀\u202e"
    sale_data["broker"]["address"] = "1234-5678-9018"

    with pytest.raises(ContractRefused) as caught:
        render_contract(sale, sale_data)

    japanese, english = caught.value.message("ja"), caught.value.message("en")
    assert caught.value.exit_code == 10
    assert [problem.code for problem in caught.value.problems] == ["missing", "type", "character", "my-number"]
    assert "売主・氏名又は名称 [seller.name](末尾): 記載がありません" in japanese
    assert "Seller / Name [seller.name] (末尾): is missing" in english
    assert "売買代金・総額(円) [price.total](第2条): 整数で書いてください" in japanese
    assert "U+202E" in japanese
    assert "5678" not in japanese + english + repr(caught.value.problems)


def test_near_name_is_suggested(sale: Template, sale_data: Data) -> None:
    sale_data["jurisdction"] = "x"

    (problem,) = check_contract_data(sale, sale_data)

    assert "did you mean jurisdiction?" in problem.message.en


DEALER = {
    "deposit over a fifth": (lambda d: d["payment"]["deposit"].update(amount=20_000_000), "39条1項"),
    "penalty over a fifth": (lambda d: d["penalty"].update(percent=21), "38条1項"),
    "short notice": (lambda d: None, "40条"),
    "liability excluded": (lambda d: d["nonconformity"].update(notice_months=24, excluded=True), "40条"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("spoil", "provision"), DEALER.values(), ids=DEALER.keys())
def test_limits_where_the_seller_is_a_dealer(sale: Template, sale_data: Data, spoil, provision: str) -> None:
    assert not check_contract_data(sale, sale_data)
    sale_data["seller"]["is_dealer"] = True
    spoil(sale_data)

    assert any(provision in (problem.law or "") for problem in check_contract_data(sale, sale_data))


EMPLOYMENT = {
    "fixed term without an end": (
        lambda d: d["term"].update(kind="期間の定めあり"), {"term.end", "renewal", "consultation"},
    ),
    "indefinite term with an end": (lambda d: d["term"].update(end="2027-03-31"), {"term.end"}),
    "renewal of an indefinite term": (lambda d: d.update(renewal={"policy": "更新しない"}), {"renewal"}),
    "renewal without criteria and cap": (
        lambda d: d.update(renewal={"policy": "更新する場合がある"}), {"renewal.criteria", "renewal.cap"},
    ),
    "bonus without its rule": (lambda d: d.update(bonus={"exists": True}), {"bonus.detail"}),
    "part-timer without a place to ask": (lambda d: d.update(part_time=True), {"consultation"}),
    "no range of change of duties": (lambda d: d["duties"].pop("range"), {"duties.range"}),
    "no range of change of workplace": (lambda d: d["workplace"].pop("range"), {"workplace.range"}),
    "break too short": (lambda d: d["hours"].update(break_minutes=30), {"hours.break_minutes"}),
    "wish after the contract": (
        lambda d: d["electronic_delivery"].update(wished_on="2026-03-17"), {"electronic_delivery.wished_on"},
    ),
    "time of day": (lambda d: d["hours"].update(start="9:00"), {"hours.start"}),
    "premium below the law": (lambda d: d["wages"]["rates"].update(holiday=30), {"wages.rates.holiday"}),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "paths"), EMPLOYMENT.values(), ids=EMPLOYMENT.keys())
def test_employment_items(employment: Template, employment_data: Data, spoil, paths: set[str]) -> None:
    spoil(employment_data)

    assert {problem.path for problem in check_contract_data(employment, employment_data)} == paths


@pytest.mark.slow
def test_data_are_not_changed_by_rendering(sale: Template, sale_data: Data) -> None:
    before = copy.deepcopy(sale_data)

    render_contract(sale, sale_data)

    assert json.dumps(sale_data) == json.dumps(before)
