"""What becomes of a finding: refused, warned of, not known, unconfirmed, strict."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from signkit.contracts.checking import check_contract_data, examine
from signkit.contracts.render import render_contract
from signkit.contracts.rules.rule import Scrutiny
from signkit.errors import ContractRefused
from signkit.pdf.embedded_contract import FILE_NAME
from tests.command import run_signkit
from tests.refusals import refused_as

from .conftest import DATA

SOURCES = """
[sources.act]
title = "The act"
address = "https://example.org/act"
read = 2026-11-27
"""


def law(**changes):
    item = {
        "id": "long-name",
        "severity": "warning",
        "path": "name",
        "clause": "第1条",
        "law": "架空法1条",
        "source": "act",
        "when": "true",
        "holds": "name | length < 3",
        **changes,
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in item.items() if value is not None]
    texts = ['title = { ja = "氏名", en = "name" }', 'message = { ja = "長すぎます", en = "is too long" }']
    return SOURCES + "\n".join(["[[items]]", *lines, *texts, ""])


@pytest.fixture
def held(make_template):
    return lambda **changes: make_template(**{"law.toml": law(**changes)})


def test_a_warning_lets_the_contract_be_made_and_says_clause_provision_and_reason(held):
    made = render_contract(held(), DATA)
    (warning,) = made.warnings
    assert warning.in_language("en") == "Name [name] (第1条): is too long (架空法1条)"
    assert (warning.code, warning.severity, warning.rule) == ("law", "warning", "long-name")


def test_a_warning_stands_in_the_contracts_data(held):
    reader = PdfReader(BytesIO(render_contract(held(), DATA).pdf))
    (listed,) = json.loads(reader.attachments[FILE_NAME][0])["warnings"]
    assert (listed["rule"], listed["law"], listed["clause"]) == ("long-name", "架空法1条", "第1条")


def test_a_strict_look_takes_a_warning_for_a_refusal(held):
    with refused_as("contract-refused"):
        render_contract(held(), DATA, scrutiny=Scrutiny(strict=True))


def test_what_is_refused_makes_no_contract(held):
    with pytest.raises(ContractRefused) as caught:
        render_contract(held(severity="refused"), DATA)
    assert [problem.rule for problem in caught.value.problems] == ["long-name"]
    assert caught.value.exit_code == 10


def test_what_no_source_confirms_is_off(held):
    template = held(severity="refused", source=None)
    assert examine(template, DATA).refused == ()
    assert not template.checks[0].basis.confirmed


def test_what_it_is_not_about_is_let_pass(held):
    assert examine(held(severity="refused", when="name == '別人'"), DATA).refused == ()


def test_what_is_not_known_is_said_and_refuses_nothing(held):
    template = held(severity="refused", holds="value_on('minimum-wage', '東京都', '1999-01-01') > 0")
    examined = examine(template, DATA)
    assert examined.refused == ()
    (unknown,) = examined.warnings
    assert unknown.code == "not-known"
    assert "1999-01-01" in unknown.message.ja


def test_a_signed_contract_is_typeset_again_whatever_the_law_says_today(held):
    render_contract(held(severity="refused"), DATA, scrutiny=Scrutiny(law=False))


def test_the_library_tells_only_what_refuses(held):
    assert check_contract_data(held(), DATA) == ()


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"severity": "fatal"}, "severity 'fatal'"),
        ({"source": "nowhere"}, "no source is called 'nowhere'"),
        ({"holds": None}, "lacks holds"),
        ({"law": None}, "lacks law"),
    ],
)
def test_a_faulty_law_file_is_the_templates_fault(held, changes, cause):
    with refused_as("template-invalid") as caught:
        held(**changes)
    assert cause in str(caught.value)


def test_two_items_of_one_name_are_refused(make_template):
    with refused_as("template-invalid", match="an id of its own"):
        make_template(**{"law.toml": law() + law().removeprefix(SOURCES)})


def run(tmp_path, template, *options, lang="en"):
    (tmp_path / "data.json").write_text(json.dumps(DATA), encoding="utf-8")
    arguments = ("render", str(template.folder), "data.json", "-o", "made.pdf", *options)
    return run_signkit(*arguments, home=tmp_path, folder=tmp_path, lang=lang)


@pytest.mark.slow
def test_the_command_prints_warnings_and_succeeds(held, tmp_path):
    answer = run(tmp_path, held(), lang="ja")
    assert answer.returncode == 0
    assert "警告: 氏名 [name](第1条): 長すぎます（架空法1条）" in answer.stderr
    assert answer.stdout == "made.pdf\n"


def test_the_command_answers_scripts(held, tmp_path):
    answer = json.loads(run(tmp_path, held(), "--format", "json").stdout)
    assert (answer["output"], answer["roles"], answer["refused"]) == ("made.pdf", ["issuer"], [])
    assert [each["rule"] for each in answer["warnings"]] == ["long-name"]


@pytest.mark.parametrize(("severity", "options"), [("refused", ()), ("warning", ("--strict",))])
def test_the_command_refuses(held, tmp_path, severity, options):
    answer = run(tmp_path, held(severity=severity), "--format", "json", *options)
    assert answer.returncode == 10
    refused = json.loads(answer.stdout)
    assert refused["output"] is None
    assert [each["rule"] for each in refused["refused"]] == ["long-name"]
    assert not (tmp_path / "made.pdf").exists()


@pytest.mark.slow
def test_a_table_warns_by_row(held, tmp_path):
    (tmp_path / "rows.csv").write_text("day,name\n2026-11-21,番号花子\n2026-11-21,林\n", encoding="utf-8")
    arguments = ("render", str(held().folder), "rows.csv", "-o", "out", "--jobs", "1", "--format", "json")
    answer = run_signkit(*arguments, home=tmp_path, folder=tmp_path)
    assert answer.returncode == 0
    found = json.loads(answer.stdout)
    assert len(found["outputs"]) == 2
    assert [(each["row"], each["rule"]) for each in found["warnings"]] == [(2, "long-name")]
    assert "Warning: rows 2: " in answer.stderr


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_list_for_a_lawyer(lang, tmp_path):
    answer = run_signkit("template", "law", "real-estate-sale", home=tmp_path, lang=lang)
    assert answer.returncode == 0
    for part in ("宅地建物取引業法39条1項", "takkengyo-39-1", "2026-11-27", "https://", "宅地建物取引業法37条1項12号"):
        assert part in answer.stdout


def test_the_list_for_scripts(tmp_path):
    answer = run_signkit("template", "law", "real-estate-sale", "--format", "json", home=tmp_path)
    found = json.loads(answer.stdout)
    assert found["template"]["id"] == "real-estate-sale"
    assert {"id", "severity", "law", "source", "confirmed", "clause", "when", "holds"} <= set(found["items"][0])


def test_an_unconfirmed_item_is_listed_as_such(held, tmp_path):
    answer = run_signkit("template", "law", str(held(source=None).folder), home=tmp_path, lang="ja")
    assert "未確認" in answer.stdout
    assert "出典なし" in answer.stdout
