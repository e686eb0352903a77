"""Templates over the API: the shipped ones and the operator's."""

from __future__ import annotations

import shutil

import pytest

from signkit.contracts.rules.rule_list import law_list
from signkit.contracts.template import find_template, list_templates
from signkit.settings import Settings
from tests.web.api.conftest import start
from tests.web.api.test_calls import problem


@pytest.mark.slow
def test_every_template_is_there_once_by_name(shared):
    seen, cursor = [], ""
    while cursor is not None:
        page = shared.client.get(f"/api/v1/templates?limit=7{cursor and '&cursor=' + cursor}").json()
        seen += [each["name"] for each in page["items"]]
        cursor = page["next"]
    assert seen == [each.id for each in list_templates()]


@pytest.mark.slow
def test_a_template_with_its_schema_and_law(shared):
    template = find_template("employment-agreement")
    one = shared.client.get("/api/v1/templates/employment-agreement").json()
    assert (one["version"], one["signing_order"]) == (template.version, template.signing_order)
    assert shared.client.get("/api/v1/templates/employment-agreement/schema").json() == template.schema
    assert shared.client.get("/api/v1/templates/employment-agreement/law").json() == law_list(template)
    for each in ("", "/schema", "/law"):
        problem(shared.client.get(f"/api/v1/templates/no-such{each}"), 404, "not-found")


@pytest.mark.slow
def test_the_operators_templates_count_and_a_broken_one_harms_no_other(tmp_path, caplog):
    folder = tmp_path / "operator"
    shutil.copytree(find_template("nda").folder, folder / "our-nda")
    (folder / "broken").mkdir()
    (folder / "broken" / "template.toml").write_text("id = 1")
    tried = start(tmp_path / "service", tmp_path / "home", settings=Settings(template_folders=(folder,)))
    try:
        names = [each["name"] for each in tried.client.get("/api/v1/templates?limit=200").json()["items"]]
        assert "our-nda" in names
        assert "broken" not in names
        description = folder / "our-nda" / "template.toml"
        before = tried.client.get("/api/v1/templates/our-nda").json()
        description.write_text(description.read_text().replace(f'"{before["version"]}"', '"9.9.9"'))
        assert tried.client.get("/api/v1/templates/our-nda").json() == {**before, "version": "9.9.9"}
        told = [
            tried.client.get("/api/v1/templates/broken"),
            tried.client.post("/api/v1/contracts/render", json={"template": "broken", "data": {}}),
        ]
        for each in told:
            problem(each, 404, "not-found")
            assert str(tmp_path) not in each.text
        assert caplog.text.count("Template broken") == 3  # the operator is told, who can mend it
    finally:
        tried.service.close()
