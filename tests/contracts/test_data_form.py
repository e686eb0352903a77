"""Data to be filled in: as written it is refused, filled it is the contract's data."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from signkit.contracts.checking import check_contract_data
from signkit.contracts.data import load_contract_data, parse_contract_data
from signkit.contracts.data_form import blank_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template, list_templates, load_template
from tests.command import run_signkit

SHIPPED = [each.id for each in list_templates() if each.id != "amendment"]


def blank(name, language="ja"):
    return blank_data(find_template(name), name, language)


def read(text):
    return parse_contract_data(text.encode(), ".yaml")


def with_optional_items(text):
    """Take every # away behind which an item stands, however deep, and leave the comments."""
    item = re.compile(r"^(\s*)#(\s*(?:[a-z_0-9]+:.*|-.*|#.*|\s+#.*|$))")
    for _ in range(12):
        text = "\n".join(item.sub(r"\1\2", line) if "# " not in line[: len(line) - len(line.lstrip()) + 2] else line
                         for line in text.split("\n"))  # fmt: skip
    return text


def filled(form, example):
    """Return what of ``form`` the example gives, with its values."""
    if isinstance(form, Mapping) and isinstance(example, Mapping):
        return {name: filled(below, example[name]) for name, below in form.items() if name in example}
    if isinstance(form, list) and isinstance(example, list):
        assert form
        return [filled(form[0], each) for each in example]
    assert not isinstance(form, Mapping | list)
    assert form is None or form == example
    return example


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_as_written_it_is_refused_and_each_item_is_told(name):
    template = find_template(name)
    problems = check_contract_data(template, read(blank(name)))
    assert len(problems) >= 10
    assert {problem.code for problem in problems} <= {"missing", "type"}
    assert {problem.message.ja for problem in problems} <= {"値が記入されていません", "記載がありません"}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", SHIPPED)
def test_filled_it_renders(name, language):
    template = find_template(name)
    example = load_contract_data(template.folder / "example.yaml")
    made = filled(read(with_optional_items(blank(name, language))), example)
    assert made == example
    if language == "ja":
        assert render_contract(template, made).pdf.startswith(b"%PDF")


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_every_item_has_its_title_beside_it_in_the_reader_s_language(name):
    schema = find_template(name).schema
    for language, key in (("ja", "title"), ("en", "x-title-en")):
        text = blank(name, language)
        for item in schema["properties"].values():
            assert item[key] in text
            if "x-clause" in item:
                assert f"[{item['x-clause']}]" in text


def test_choices_can_be_copied_as_they_stand():
    text = blank("employment-agreement")
    assert "次のいずれか: 固定時間制 / シフト制" in text
    assert "(kind = 期間の定めあり のとき必須)" in text


def test_odd_names_and_values_are_written_so_that_yaml_reads_them(tmp_path):
    import json
    import shutil

    folder = tmp_path / "odd"
    shutil.copytree(find_template("consent").folder, folder)
    schema = {
        "type": "object",
        "properties": {
            "no": {"type": "string", "title": "否", "enum": ["yes", "a: b", "#c"]},
            "two words": {"type": ["string", "null"], "title": "二語"},
            "定数": {"title": "定数", "const": "2026-11-21"},
        },
        "required": ["no", "two words", "定数"],
    }
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    text = blank_data(load_template(folder), str(folder), "ja")
    assert read(text) == {"no": None, "two words": None, "定数": "2026-11-21"}
    assert '"yes" / "a: b" / "#c"' in text


@pytest.mark.slow
def test_the_command_writes_the_file_and_overwrites_none(kept_home, tmp_path):
    def fill(*more):
        return run_signkit("template", "fill", "consent", *more, home=kept_home, folder=tmp_path, lang="ja")

    assert fill("-o", "d.yaml").stdout == "d.yaml\n"
    assert fill("-o", "d.yaml").returncode == 14
    assert fill("-o", "d.json").returncode == 2
    assert fill().stdout == (tmp_path / "d.yaml").read_text(encoding="utf-8")
    refused = run_signkit("render", "consent", "d.yaml", home=kept_home, folder=tmp_path, lang="ja")
    assert refused.returncode == 10
    assert "承諾する者・氏名又は名称 [recipient.name](末尾): 値が記入されていません" in refused.stderr
