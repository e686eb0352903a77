"""What differs between versions of a template, as a lawyer reads it."""

from __future__ import annotations

import copy
import json
import shutil

import pytest

from signkit.contracts.clauses import clauses
from signkit.contracts.kept import template_versions
from signkit.contracts.template import find_template, list_templates, load_template
from signkit.contracts.version_diff import version_diff
from tests.command import run_signkit

from .conftest import DESCRIPTION, SCHEMA
from .test_findings import law

OLD_TEXT = """{# note #}
= 領収書
#set page(margin: 20mm)
#article(1, "受領")[
  {{ name }}が{{ day | full_date }}に受領した。
]
{{ signing_block('issuer') }}
"""
NEW_TEXT = """= 領収書
#set page(margin: 25mm)
#article(1, "受領の確認")[
  {{ name }}が{{ day | full_date }}に受領し、確かめた。
][
{% if note is defined %}
  備考　{{ note }}
{% endif %}
]
{{ signing_block('issuer') }}
"""


@pytest.fixture
def versions(make_template, tmp_path):
    """Two versions of a template of one's own."""
    old = make_template(OLD_TEXT, **{"law.toml": law()})
    kept = tmp_path / "kept"
    shutil.copytree(old.folder, kept)
    schema = copy.deepcopy(SCHEMA)
    schema["properties"]["note"] |= {"title": "備考", "x-title-en": "Note", "maxLength": 20}
    changed = {"law.toml": law(severity="refused", holds="name | length < 9")}
    new = make_template(NEW_TEXT, DESCRIPTION.replace("1.0.0", "1.1.0"), schema, **changed)
    return load_template(kept), new


def test_clauses_are_read_without_markup(versions):
    old, new = versions
    assert [(each.key, each.heading) for each in clauses(old)][1:] == [
        ("領収書", "領収書"),
        ("第1条", "第1条（受領）"),
    ]
    assert clauses(old)[-1].lines == ("〔氏名〕が〔日付〕に受領した。", "（電子署名欄）")
    assert clauses(new)[-1].lines == (
        "〔氏名〕が〔日付〕に受領し、確かめた。",
        "［備考の記載がある のとき］",
        "備考　〔備考〕",
        "［ここまで］",
        "（電子署名欄）",
    )


def test_what_differs_is_told_by_clause_item_and_rule(versions):
    found = version_diff(*versions)
    (clause,) = found.clauses
    assert clause.name == "第1条"
    assert (clause.before[0], clause.after[0]) == ("第1条（受領）", "第1条（受領の確認）")
    assert [(each.name, bool(each.before), bool(each.after)) for each in found.items] == [
        ("備考 (note)", False, True),
        ("note (note)", True, False),
    ]
    (rule,) = found.rules
    assert rule.name == "氏名 (long-name)"
    assert (rule.before[0], rule.after[0]) == ("warning", "refused")
    assert "holds: name | length < 9" in rule.after
    assert (found.about, found.without_law) == ((), ())


def test_a_version_does_not_differ_from_itself(versions):
    old, _ = versions
    assert not version_diff(old, old)


@pytest.mark.slow
def test_where_no_law_file_was_kept_its_items_are_not_called_new():
    kept = {each.version: each for each in template_versions("employment-agreement")}
    found = version_diff(kept["1.0.0"], kept["1.1.0"])
    assert found.without_law == ("1.0.0",)
    assert not any("roki-37-fixed" in each.name for each in found.rules)


@pytest.mark.parametrize("template", list_templates(), ids=lambda each: each.id)
def test_the_shipped_texts_show_no_markup(template):
    lines = [line for clause in clauses(template) for line in (clause.heading, *clause.lines)]
    assert lines
    for line in lines:
        assert not any(mark in line for mark in ("{{", "{%", "#article", "#facts", "][", "signing_block")), line


def run(tmp_path, *arguments, lang="ja"):
    return run_signkit("template", "diff", *arguments, home=tmp_path, folder=tmp_path, lang=lang)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_command_shows_the_lines_that_differ(tmp_path, lang):
    answer = run(tmp_path, "real-estate-sale", "1.1.1", "1.2.0", lang=lang)
    assert answer.returncode == 0
    assert "- 売主と買主は、第12条の清算金を除き、代金以外の金銭の授受を定めない。" in answer.stdout
    assert ("[変更] 第3条" if lang == "ja" else "[changed] 第3条") in answer.stdout
    assert "1.1.1" in answer.stdout.splitlines()[-1]


@pytest.mark.slow
def test_the_command_answers_scripts(tmp_path):
    found = json.loads(run(tmp_path, "consent", "1.1.1", "--format", "json").stdout)
    assert (found["template"], found["from"]) == ("consent", "1.1.1")
    assert found["to"] == find_template("consent").version
    assert any(each["name"] == "二" for each in found["clauses"])


@pytest.mark.slow
def test_a_version_that_is_not_kept_is_told_with_those_that_are(tmp_path):
    answer = run(tmp_path, "consent", "9.9.9", lang="en")
    assert answer.returncode == 2
    assert "1.1.0, 1.1.1" in answer.stderr
