"""Every version of a template that was ever shipped can still be typeset: nothing is changed without a new version."""

from __future__ import annotations

import shutil
import tomllib

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.free_text import free_text
from signkit.contracts.kept import template_versions
from signkit.contracts.provenance import template_digest
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template, list_templates
from signkit.pdf.embedded_contract import read_contract


@pytest.fixture(scope="session")
def digests(repository):
    return tomllib.loads((repository / "templates/kept/digests.toml").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_shipped_template_is_listed_with_its_digest(digests):
    """Where this fails a template was changed: keep the old one and raise the version, as digests.toml says."""
    for template in list_templates():
        assert digests[template.id].get(template.version) == template_digest(template.folder), template.id


@pytest.mark.slow
def test_every_listed_version_is_there(digests):
    for name, versions in digests.items():
        there = {each.version: template_digest(each.folder) for each in template_versions(name)}
        assert there == versions


@pytest.mark.slow
def test_the_newest_version_comes_first_and_the_users_before_the_shipped(tmp_path):
    first, *older = template_versions("real-estate-sale")
    assert first.folder == find_template("real-estate-sale").folder
    assert older
    shutil.copytree(first.folder, tmp_path / "real-estate-sale")
    assert next(template_versions("real-estate-sale", [tmp_path])).folder == tmp_path / "real-estate-sale"


@pytest.mark.parametrize("name", ["../real-estate-sale", "kept/consent", "", "..", "nothing-like-it", "a\0b"])
def test_a_name_that_is_no_templates_leads_nowhere(name):
    assert list(template_versions(name)) == []


def test_the_digest_is_of_what_makes_the_contract(tmp_path):
    folder = tmp_path / "t"
    shutil.copytree(find_template("consent").folder, folder)
    before = template_digest(folder)
    (folder / "README.md").write_text("other", encoding="utf-8")
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "outside.typ").symlink_to(tmp_path / "nowhere")
    assert template_digest(folder) == before
    (folder / "part.typ").write_text("x", encoding="utf-8")
    added = template_digest(folder)
    (folder / "part.typ").rename(folder / "other.typ")
    assert len({before, added, template_digest(folder)}) == 3


def test_a_contract_says_what_it_was_made_with(blank):
    from signkit.version import __version__

    made = read_contract(blank).provenance
    assert made.template_digest == template_digest(find_template("real-estate-sale").folder)
    assert made.signkit == __version__
    assert made.typst
    assert [family for family, _ in made.fonts] == ["Noto Sans JP", "Noto Serif JP"]


def test_free_text_is_what_nothing_bounds():
    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    found = {item.path: item for item in free_text(template, data)}
    assert list(found) == ["building_condition.confirmed[0]", "building_condition.confirmed[1]", "special_terms[0]"]
    assert found["special_terms[0]"].title.ja == "特約"
    assert found["special_terms[0]"].text == data["special_terms"][0]


def test_free_text_can_be_marked_either_way(tmp_path):
    from dataclasses import replace

    schema = {
        "properties": {
            "short": {"type": "string", "maxLength": 20, "x-free-text": True},
            "place": {"type": "string", "x-free-text": False},
            "day": {"type": "string", "format": "date"},
            "any": {"type": "string"},
        }
    }
    template = replace(find_template("consent"), schema=schema)
    data = {"short": "a", "place": "b", "day": "2026-11-21", "any": "c", "unknown": "d", "number": 1}
    assert [item.path for item in free_text(template, data)] == ["short", "any", "unknown"]


@pytest.mark.slow
def test_old_versions_still_render():
    for old in list(template_versions("real-estate-sale"))[1:]:
        data = load_contract_data(find_template("real-estate-sale").folder / "example.yaml")
        assert read_contract(render_contract(old, data).pdf).template_version == old.version
