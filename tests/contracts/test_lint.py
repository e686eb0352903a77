"""Templates looked over: what the law asks for has a place, and faults are named before anybody signs."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import pytest

from signkit.contracts.lint import check_template
from signkit.contracts.scaffolding import new_template
from signkit.contracts.statutes import covered_laws, laws
from signkit.contracts.template import find_template, list_templates, load_template
from signkit.errors import OutputExists
from tests.refusals import refused_as

from .conftest import DESCRIPTION, SCHEMA, MakeTemplate

EXAMPLE = "day: 2026-11-21\nname: 髙橋 𠮷子\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", [template.id for template in list_templates()])
def test_shipped_templates_have_nothing_to_mend(name):
    found = check_template(find_template(name))
    assert found.problems == ()
    assert found.example is not None


@pytest.mark.slow
def test_every_law_has_a_template_that_covers_it():
    covered = {law.id for template in list_templates() for law in covered_laws(template)}
    assert covered == set(laws())
    assert {"takkengyo-34-2", "takkengyo-35", "takkengyo-35-lease", "takkengyo-37", "takkengyo-37-2"} <= covered
    assert {"roki-5", "electronic-delivery"} <= covered


def test_statutory_items_are_told_apart():
    for law in laws().values():
        assert len({item.id for item in law.items}) == len(law.items)
        assert len({item.title.ja for item in law.items}) == len(law.items)


def codes(template) -> set[tuple[str, str]]:
    return {(problem.code, problem.path) for problem in check_template(template).problems}


@pytest.fixture
def sale_copy(sale, tmp_path):
    """Copy the sale's folder, with a text replaced in its description, and load it."""

    def make(old: str, new: str, file: str = "template.toml"):
        folder = tmp_path / "copy"
        shutil.copytree(sale.folder, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return load_template(folder)

    return make


@pytest.mark.slow
def test_an_item_that_nothing_covers_is_named_with_its_clause(sale_copy):
    (problem,) = check_template(sale_copy('"takkengyo-37.12" = ["taxes"]\n', "")).problems
    assert (problem.code, problem.path) == ("statutory", "takkengyo-37.12")
    assert problem.in_language("ja") == (
        "租税その他の公課の負担 [takkengyo-37.12](宅地建物取引業法37条1項12号): "
        "宅地建物取引業法37条1項12号 に当たる項目がありません"
    )


COVERS = {
    "path that is none": ('"takkengyo-37.12" = ["taxes"]', '"takkengyo-37.12" = ["tax"]', "takkengyo-37.12"),
    "item that is none": (
        '"takkengyo-37.12" =',
        '"takkengyo-37.99" = ["taxes"]\n"takkengyo-37.12" =',
        "takkengyo-37.99",
    ),
    "article that is none": ('"takkengyo-37.10" = "第11条"', '"takkengyo-37.10" = "第99条"', "takkengyo-37.10"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new", "path"), COVERS.values(), ids=COVERS.keys())
def test_an_answer_that_leads_nowhere(sale_copy, old, new, path):
    assert codes(sale_copy(old, new)) == {("unknown", path)}


def test_a_law_that_is_named_is_held_to_without_any_covers(make_template: MakeTemplate):
    template = make_template(description=DESCRIPTION.replace("law = []", 'law = ["労働基準法15条1項"]'))
    assert ("statutory", "roki-5.1") in codes(template)


def test_covers_that_is_no_table_of_paths(make_template: MakeTemplate):
    with refused_as("template-invalid", match="neither a clause nor a list of paths"):
        check_template(make_template(description=DESCRIPTION + '[covers]\n"roki-5.1" = 3\n'))


def faulty_schema() -> dict[str, object]:
    schema = copy.deepcopy(SCHEMA)
    schema["properties"]["name"]["maxLength"] = 80
    schema["properties"]["note"] = {"type": "string", "title": "備考", "x-title-en": "Note"}
    schema["properties"]["plain"] = {"type": "integer"}
    return schema


def test_items_without_titles_or_bounds(make_template: MakeTemplate):
    template = make_template(schema=faulty_schema(), **{"example.yaml": EXAMPLE})
    assert codes(template) == {("bound", "note"), ("title", "plain")}


def test_a_party_without_an_item(make_template: MakeTemplate):
    template = make_template(description=DESCRIPTION.replace('name = "name"', 'name = "names"'))
    assert ("unknown", "parties.issuer") in codes(template)


def test_a_block_for_nobody(make_template: MakeTemplate):
    found = codes(make_template(text="{{ signing_block('issuer') }}{{ signing_block('payer') }}"))
    assert ("unknown", "contract.typ.j2: payer") in found


def test_the_text_names_the_number_or_holds_what_no_font_draws(make_template: MakeTemplate):
    found = codes(make_template(text="{{ signing_block('issuer') }}\nマイナンバー\n\U00030000\n"))
    assert {("my-number", "contract.typ.j2:2"), ("glyph", "contract.typ.j2:3")} <= found


def test_an_example_that_is_missing_or_refused(make_template: MakeTemplate):
    assert ("missing", "example.yaml") in codes(make_template())
    assert ("missing", "name") in codes(make_template(**{"example.yaml": "day: 2026-11-21\n"}))


@pytest.mark.slow
def test_a_new_template_passes_and_one_for_a_law_lists_what_is_to_do(tmp_path: Path):
    new_template(tmp_path / "my-memo")
    plain = check_template(load_template(tmp_path / "my-memo"))
    assert plain.problems == ()
    assert [block.role for block in plain.example.blocks] == ["first", "second"]
    new_template(tmp_path / "my-notice", laws()["roki-5"])
    missed = check_template(load_template(tmp_path / "my-notice")).problems
    assert [problem.path for problem in missed] == [f"roki-5.{item.id}" for item in laws()["roki-5"].items]
    assert json.loads((tmp_path / "my-notice" / "schema.json").read_text(encoding="utf-8"))["title"] == "覚書"


def test_a_new_template_overwrites_nothing(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(OutputExists):
        new_template(tmp_path / "mine")
