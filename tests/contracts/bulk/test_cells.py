"""Cells: what spreadsheets in Japan write, and what is refused because it could mean two things."""

from __future__ import annotations

import pytest

from signkit.contracts.bulk.cells import CellRefused, cell_value

INTEGER, NUMBER, TRUTH = {"type": "integer"}, {"type": "number"}, {"type": "boolean"}
DATE, TEXT = {"type": "string", "format": "date"}, {"type": "string"}
TIME = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("250000", INTEGER, 250000), ("250,000", INTEGER, 250000), ("２５０，０００", INTEGER, 250000),
        ("¥250,000", INTEGER, 250000), ("\\250,000", INTEGER, 250000), ("￥250,000", INTEGER, 250000),
        ("250,000円", INTEGER, 250000), ("-3", INTEGER, -3), ("0", INTEGER, 0),
        ("37.5", NUMBER, 37.5), ("37", NUMBER, 37), ("1,234.5", NUMBER, 1234.5), ("３７．５", NUMBER, 37.5),
        ("2026-11-21", DATE, "2026-11-21"), ("2026/11/21", DATE, "2026-11-21"), ("2026/4/1", DATE, "2026-04-01"),
        ("2026年4月1日", DATE, "2026-04-01"), ("令和8年11月21日", DATE, "2026-11-21"),
        ("令和元年5月1日", DATE, "2019-05-01"), ("平成３１年４月３０日", DATE, "2019-04-30"),
        ("昭和64年1月7日", DATE, "1989-01-07"), ("R8.4.1", DATE, "2026-04-01"), ("ｒ８．４．１", DATE, "2026-04-01"),
        ("R8/4/1", DATE, "2026-04-01"), ("令和8.4.1", DATE, "2026-04-01"), ("令8-4-1", DATE, "2026-04-01"),
        ("㋿8年4月1日", DATE, "2026-04-01"), ("R元.5.1", DATE, "2019-05-01"), ("H31.4.30", DATE, "2019-04-30"),
        ("S64.1.7", DATE, "1989-01-07"), ("T15.12.24", DATE, "1926-12-24"), ("M45.7.29", DATE, "1912-07-29"),
        ("2026.4.1", DATE, "2026-04-01"), ("2026年4月1日(水)", DATE, "2026-04-01"),
        ("令和8年4月1日（水）", DATE, "2026-04-01"),
        ("ﾜﾀﾅﾍﾞ ｶｵﾙ", TEXT, "ワタナベ カオル"), ("一丁目２番", TEXT, "一丁目２番"),
        ("ﾊﾟｰﾄ", {"type": "string", "enum": ["パート"]}, "パート"),
        ("０９：００", TIME, "09:00"), ("９:００", TIME, "09:00"),
        ("１１２３-４５６７ ８９０１２", {"type": "string", "format": "corporate-number"}, "1123456789012"),
        ("有", TRUTH, True), ("無", TRUTH, False), ("はい", TRUTH, True), ("いいえ", TRUTH, False),
        ("TRUE", TRUTH, True), ("False", TRUTH, False),
        ("9:00", TIME, "09:00"), ("17:45", TIME, "17:45"),
        ("辻󠄀本 彩", TEXT, "辻󠄀本 彩"), ("0312345678", TEXT, "0312345678"), ("-", TEXT, "-"),
    ],
)  # fmt: skip
def test_value(text, schema, value):
    found = cell_value(text, schema)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("25万", INTEGER), ("250.0", INTEGER), ("2,50,000", INTEGER), ("25,00", INTEGER), ("1e6", INTEGER),
        ("二十五", INTEGER), ("", INTEGER), ("1" * 16, INTEGER), ("1.2.3", NUMBER), ("nan", NUMBER), ("inf", NUMBER),
        ("11/21/2026", DATE), ("26/11/21", DATE), ("2026/11", DATE), ("2026-02-30", DATE), ("8.11.21", DATE),
        ("X8.11.21", DATE), ("R8.11/21", DATE), ("H31.5.1", DATE), ("S64.1.8", DATE),
        ("令和0年1月1日", DATE), ("平成31年5月1日", DATE), ("令和元年4月30日", DATE), ("46347", DATE),
        ("1", TRUTH), ("○", TRUTH), ("yes", TRUTH),
        ("=1+1", TEXT), ("=HYPERLINK(\"http://x\")", TEXT), ("@SUM(1)", TEXT), ("#N/A", TEXT), ("#REF!", INTEGER),
        ("x" * 20_001, TEXT),
    ],
)  # fmt: skip
def test_refused_without_quoting_it(text, schema):
    with pytest.raises(CellRefused) as caught:
        cell_value(text, schema)
    assert text == "" or text not in caught.value.words.en.split()
