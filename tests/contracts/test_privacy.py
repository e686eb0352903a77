"""A 個人番号 is found however it is written, and is never printed."""

from __future__ import annotations

import pytest

from signkit.contracts.data import parse_contract_data
from signkit.contracts.privacy import holds_my_number, names_my_number
from signkit.contracts.render import render_contract
from signkit.contracts.template import Template
from signkit.errors import ContractDataUnreadable, ContractRefused
from signkit.plain_data import Data

from .conftest import MakeTemplate

# The published test number 123456789018 and others made by the formula of the law.
NUMBER = "123456789018"


def with_check_digit(eleven: str) -> str:
    """The formula, written out anew: the weights are 6,5,4,3,2,7,6,5,4,3,2 from the left."""
    total = sum(int(digit) * weight for digit, weight in zip(eleven, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    return eleven + str(11 - total % 11 if total % 11 > 1 else 0)


@pytest.mark.parametrize(
    "eleven", ["12345678901", "00000000000", "99999999999", "01234567890", "31415926535", "27182818284"]
)
def test_every_number_with_a_fitting_check_digit_is_found(eleven: str) -> None:
    number = with_check_digit(eleven)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)

    assert holds_my_number(number)
    assert not holds_my_number(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "123456789018",
        "１２３４５６７８９０１８",
        "1234-5678-9018",
        "1234 5678 9018",
        "1234　5678　9018",
        "１２３４－５６７８－９０１８",
        "1234‐5678‐9018",
        "1234ー5678ー9018",
        "1234・5678・9018",
        "1234.5678.9018",
        "123456-789018",
        "1 2 3 4 5 6 7 8 9 0 1 8",
        "番号123456789018です",
        "2026-11-21 1234-5678-9018",
        "2026-11-21 123456789018",
        "電話03-1234-5678、123456789018",
        "12345678-123456789018",
    ],
)
def test_number_found(text: str) -> None:
    assert holds_my_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "123456789012",  # its check digit does not fit
        "1123456789018",  # 13 digits: 法人番号, 不動産番号
        "1-1234-5678-9018",  # 法人番号 as it is grouped
        "1234-5678-9018-1234",  # a card number
        "金123,456,789,018円",  # an amount
        "+12-34-5678-9018",  # an international telephone number
        "03-1234-5678",
        "090-1234-5678",
        "123番4",
        "2026-11-21",
        "123.45",
        "",
    ],
)
def test_other_number_is_let_through(text: str) -> None:
    assert not holds_my_number(text)


@pytest.mark.parametrize(
    "text", ["個人番号", "マイナンバー", "ﾏｲﾅﾝﾊﾞｰ", "My Number", "my_number", "mynumber", "Individual Number"]
)
def test_word_found(text: str) -> None:
    assert names_my_number(text)


@pytest.mark.parametrize("text", ["個人番号カード", "マイナンバーカード", "my number card", "個人の番号", "番号"])
def test_name_of_the_card_is_let_through(text: str) -> None:
    assert not names_my_number(text)


PLACES = {
    "a text": lambda d: d["seller"].update(address="東京都" + NUMBER),
    "a number": lambda d: d["price"].update(building=int(NUMBER)),
    "an item's name": lambda d: d.update({NUMBER: "x"}),
    "an item's name that says so": lambda d: d["seller"].update(個人番号="x"),
    "a text that says so": lambda d: d["special_terms"].append("マイナンバーを提示する。"),
    "the name of an item with another fault": lambda d: d.update({NUMBER: "😀"}),
    "the name of a table with a fault in it": lambda d: d["seller"].update({"1234-5678-9018": {"a": "\u202e"}}),
    "a broken table": lambda d: d.update(seller=NUMBER),
}


@pytest.mark.parametrize("put", PLACES.values(), ids=PLACES.keys())
def test_contract_refused_without_printing_the_number(sale: Template, sale_data: Data, put) -> None:
    put(sale_data)

    with pytest.raises(ContractRefused) as caught:
        render_contract(sale, sale_data)

    error = caught.value
    assert error.exit_code == 10
    assert "my-number" in {problem.code for problem in error.problems}
    said = error.message("ja") + error.message("en") + str(error) + repr(error.problems)
    assert NUMBER not in said
    assert "5678" not in said


@pytest.mark.parametrize(
    ("raw", "suffix"),
    [
        (b'{"123456789018": 1, "123456789018": 2}', ".json"),
        (b"123456789018: [\n", ".yaml"),
        (b'"123456789018": 1\n"123456789018": 2\n', ".yaml"),
        (b"[123456789018]\n[123456789018]\n", ".toml"),
        (b"a = 123456789018x", ".toml"),
    ],
)
def test_unreadable_data_are_not_quoted(raw: bytes, suffix: str) -> None:
    with pytest.raises(ContractDataUnreadable) as caught:
        parse_contract_data(raw, suffix)

    assert "5678" not in caught.value.message("en") + caught.value.message("ja")


@pytest.mark.parametrize("text", [f"番号 {NUMBER}", "1234-5678-9018", "従業員の個人番号"])
def test_template_text_refused(make_template: MakeTemplate, data: Data, text: str) -> None:
    template = make_template(f"一行目\n{text}\n" + "{{ signing_block('issuer') }}")

    with pytest.raises(ContractRefused) as caught:
        render_contract(template, data)

    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("my-number", "contract.typ.j2:2")
    assert "9018" not in str(caught.value)


def test_number_put_together_by_the_template_is_refused(make_template: MakeTemplate, data: Data) -> None:
    data |= {"name": "123456", "note": "789018"}
    template = make_template("{% set x = name ~ note %}{{ x }} {{ signing_block('issuer') }}")

    with pytest.raises(ContractRefused) as caught:
        render_contract(template, data)

    assert [problem.code for problem in caught.value.problems] == ["my-number"]
