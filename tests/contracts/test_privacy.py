"""A 個人番号 is found however it is written, and is never printed."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from random import Random

import pytest

from signkit.contracts.data import parse_contract_data
from signkit.contracts.privacy import find_my_number, holds_my_number, names_my_number
from signkit.contracts.render import render_contract
from signkit.contracts.rules.rule import Scrutiny
from signkit.contracts.template import Template
from signkit.errors import ContractDataUnreadable, ContractRefused
from signkit.pdf.embedded_contract import read_contract
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


STYLES = {
    "ascii": "0123456789",
    "full-width": "０１２３４５６７８９",
    "circled": "⓪①②③④⑤⑥⑦⑧⑨",
    "circled white": "⓿❶❷❸❹❺❻❼❽❾",
    "kanji": "〇一二三四五六七八九",
    "kanji with a circle": "○一二三四五六七八九",
    "daiji": "零壱弐参四五六七八九",
    "old daiji": "零壹貳參肆伍陸漆捌玖",
    "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "another script's": "٠١٢٣٤٥٦٧٨٩",
}
SEPARATORS = [
    "",
    "-",
    " ",
    "  ",
    " - ",
    "\n",
    "/",
    "，",
    ",",
    "、",
    ")(",
    "」「",
    "〜",
    "~",
    "・",
    "\u200b",
    "\u3000",
    "_",
    "の",
    "｜",
]


def numbers(count: int, seed: str) -> list[str]:
    random = Random(seed)
    return [with_check_digit(f"{random.randrange(10**11):011}") for _ in range(count)]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("separator", SEPARATORS)
def test_the_grouping_of_the_card_is_found_in_every_digit_over_every_separator(style: str, separator: str) -> None:
    for number in numbers(5, style + separator):
        groups = [number[:4], number[4:8], number[8:]]
        written = separator.join(groups).translate(str.maketrans("0123456789", STYLES[style]))
        assert find_my_number(f"氏名 架空太郎（{written}）") == "certain", written


@pytest.mark.parametrize("before", ["1 ", "1. ", "第1号 ", "123 ", "No.12 ", "2026-11-27 ", "2026年11月27日、"])
@pytest.mark.parametrize("separators", ["  ", "--", "- ", " -", "/-", "\n\n"])
def test_another_number_before_it_hides_nothing(before: str, separators: str) -> None:
    for number in ["123456789018", *numbers(20, before + separators)]:
        written = number[:4] + separators[0] + number[4:8] + separators[1] + number[8:]
        assert find_my_number(before + written) == "certain", written


@pytest.mark.parametrize(
    "text",
    [
        "千二百三十四億五千六百七十八万九千十八",
        "1234億5678万9018",
        "いちにさんよんごろくななはちきゅうぜろいちはち",
        "イチ・ニ・サン・ヨン・ゴ・ロク・ナナ・ハチ・キュウ・ゼロ・イチ・ハチ",
        "one two three four five six seven eight nine zero one eight",
        "12-34-5678-9018",
        "1234 5678 9018 2222",
        "123,456,789,018",
        "会社法人等番号 1234-56-789018",
        "会社法人等番号：123456789018",
    ],
)
def test_what_may_be_something_else_is_told_and_not_refused(text: str) -> None:
    assert find_my_number(text) == "possible"


def corporate_number(random: Random) -> str:
    body = f"{random.randrange(10**12):012}"
    total = sum(int(digit) * weight for digit, weight in zip(body, (2, 1) * 6, strict=True))  # from the left
    return str(9 - total % 9) + body


def other_number(random: Random) -> str:
    """A number of ordinary contracts, in the words around it."""

    def n(count: int) -> str:
        return f"{random.randrange(10**count):0{count}}"

    registered = (f"{random.randrange(100, 6300):04}", f"0{random.randrange(1, 6)}", n(6))
    corporate = corporate_number(random)
    grouped = (corporate[:1], corporate[1:5], corporate[5:9], corporate[9:])
    return random.choice(
        [
            f"電話 0{n(1)}-{n(4)}-{n(4)}",
            f"携帯 0{random.choice('789')}0-{n(4)}-{n(4)} FAX 03({n(4)}){n(4)}",
            f"+81-90-{n(4)}-{n(4)}",
            f"口座番号 普通 {n(7)}（支店 {n(3)}）",
            f"ゆうちょ銀行 記号 1{n(3)}0 番号 {n(7)}1",
            "会社法人等番号 " + random.choice(["-", ""]).join(registered),
            f"不動産番号 {n(13)}",
            f"不動産番号 {n(4)}-{n(4)}-{n(5)}",
            f"法人番号 {corporate}",
            "法人番号 " + random.choice("- ").join(grouped),
            f"登録番号 T{corporate}",
        ]
    )


@pytest.mark.slow
def test_other_numbers_of_ordinary_contracts_are_hardly_ever_refused() -> None:
    random = Random(1)
    around = ["{}", "東京都千代田区霞が関1-2-3 {}", "2026-11-27 {}", "{} 2026-11-27", "{}、1番2", "〒100-0013 {}"]
    texts = [random.choice(around).format(other_number(random)) for _ in range(5000)]
    refused = [text for text in texts if find_my_number(text) == "certain"]
    assert len(refused) <= len(texts) / 100, refused[:10]


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


def test_a_refusal_says_how_to_overrule_it_and_what_is_overruled_is_noted(
    make_template: MakeTemplate, data: Data
) -> None:
    template = make_template("{{ note }}\n{{ signing_block('issuer') }}")
    data["note"] = f"番号 {NUMBER}"
    with pytest.raises(ContractRefused) as caught:
        render_contract(template, data)
    assert "--other-number note=" in caught.value.message("ja")
    rendered = render_contract(template, data, scrutiny=Scrutiny(other_numbers=(("note", "会社法人等番号"),)))
    contract = read_contract(rendered.pdf)
    assert contract is not None
    assert contract.other_numbers == (("note", "会社法人等番号"),)


def test_an_item_that_the_schema_declares_another_number_is_exempt(make_template: MakeTemplate, data: Data) -> None:
    template = make_template("{{ note }}\n{{ signing_block('issuer') }}")
    schema = deepcopy(dict(template.schema))
    schema["properties"]["note"]["x-other-number"] = True
    declared = replace(template, schema=schema)
    assert render_contract(declared, data | {"note": NUMBER}).warnings == ()
    with pytest.raises(ContractRefused):
        render_contract(declared, data | {"name": NUMBER})


def test_what_may_be_another_number_is_a_warning(make_template: MakeTemplate, data: Data) -> None:
    template = make_template("{{ note }}\n{{ signing_block('issuer') }}")
    rendered = render_contract(template, data | {"note": "会社法人等番号 1234-56-789018"})
    assert [warning.code for warning in rendered.warnings] == ["my-number-possible"]
    with pytest.raises(ContractRefused):
        render_contract(template, data | {"note": "会社法人等番号 1234-56-789018"}, scrutiny=Scrutiny(strict=True))


def test_a_number_that_only_the_page_shows_is_refused(make_template: MakeTemplate, data: Data) -> None:
    """The typesetter's own markup joins what no item and no text of the template holds in one piece."""
    template = make_template("#{let a = 123456; let b = 789018; [#a#b]}\n{{ signing_block('issuer') }}")
    with pytest.raises(ContractRefused) as caught:
        render_contract(template, data)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [("my-number", "page 1")]


@pytest.mark.parametrize("length", [40, 64, 96, 128])
def test_a_digest_holds_no_number_whatever_its_digits_are(length: int) -> None:
    random = Random(length)
    for _ in range(200):
        place = random.randrange(length - 12)
        digits = "".join(random.choice("0123456789abcdef") for _ in range(length - 12))
        digest = digits[:place] + "123456789018" + digits[place:]
        if not digest.isdigit():
            assert find_my_number(digest) is None, digest
            assert find_my_number(f"SHA-256: {digest}。") is None
            assert find_my_number(f"{digest} 123456789018") == "certain"  # what stands beside it is looked at


@pytest.mark.parametrize("text", ["a123456789018", "x" * 26 + "123456789018" + "a" * 26, "a" * 27 + "-123456789018"])
def test_what_only_resembles_a_digest_is_looked_at(text: str) -> None:
    assert find_my_number(text) is not None
