"""Template folders: found by name or path, refused where they contradict themselves."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from signkit.contracts.template import Template, find_template, list_templates
from signkit.settings import Settings
from signkit.shipped import shipped_folder
from tests.refusals import refused_as

from .conftest import DESCRIPTION, MakeTemplate

HEAD, PARTY = DESCRIPTION.split("[[parties]]")
SHIPPED = tuple(sorted(file.parent.name for file in shipped_folder("templates").glob("*/template.toml")))


@pytest.mark.slow
def test_shipped_templates_are_listed() -> None:
    assert tuple(template.id for template in list_templates()) == SHIPPED


def test_parties_in_signing_order(sale: Template, employment: Template) -> None:
    parties, brokers = ["seller", "seller2", "buyer", "buyer2"], ["broker", "broker2", "broker3", "broker4"]
    assert [party.role for party in sale.parties] == [*parties, "seller_agent", *brokers]
    assert [party.role for party in sale.parties if not party.optional] == ["seller", "buyer"]
    assert [party.role for party in employment.parties] == ["employer", "employee"]
    assert sale.signing_order == "fixed"
    assert sale.party("broker").label.ja == "宅地建物取引士"


@pytest.mark.parametrize("name", SHIPPED)
def test_folder_is_complete(name: str) -> None:
    template = find_template(name)

    assert {path.name for path in template.folder.iterdir()} >= {
        "template.toml", "schema.json", "contract.typ.j2", "example.yaml", "README.md",
    }  # fmt: skip
    assert template.law


@pytest.mark.parametrize("name", SHIPPED)
def test_each_item_has_a_title_in_both_languages_and_a_clause(name: str) -> None:
    for path, item, clause in items(find_template(name).schema, "", None):
        assert item.get("title"), path
        assert item.get("x-title-en"), path
        assert clause, path


def items(
    schema: Mapping[str, Any], path: str, clause: str | None
) -> Iterator[tuple[str, Mapping[str, Any], str | None]]:
    for name, item in schema.get("properties", {}).items():
        own = item.get("x-clause", clause)
        yield f"{path}.{name}", item, own
        yield from items(item, f"{path}.{name}", own)
        yield from items(item.get("items", {}), f"{path}.{name}[]", own)


@pytest.mark.parametrize("name", SHIPPED)
def test_clauses_named_in_the_schema_stand_in_the_text(name: str) -> None:
    template = find_template(name)
    text = (template.folder / "contract.typ.j2").read_text(encoding="utf-8")

    for path, _, clause in items(template.schema, "", None):
        number = clause.removeprefix("第").removesuffix("条").removeprefix("労働条件")
        assert not number.isdecimal() or f"#article({number}," in text or f"row[{number}]" in text, path


def test_template_found_by_path(sale: Template, tmp_path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(sale.folder, folder)

    assert find_template(folder).folder == folder.resolve()
    assert find_template(str(folder)).id == "real-estate-sale"


@pytest.mark.slow
def test_own_template_hides_a_shipped_one(sale: Template, tmp_path) -> None:
    shutil.copytree(sale.folder, tmp_path / "real-estate-sale")
    settings = Settings(template_folders=(tmp_path,))

    assert find_template("real-estate-sale", settings).folder.parent == tmp_path.resolve()
    assert len(list_templates(settings)) == len(SHIPPED)


@pytest.mark.parametrize("name", ["nothing", "../templates/real-estate-sale/..", "Real-Estate-Sale", ""])
def test_template_not_found(name: str) -> None:
    with refused_as("template-not-found") as caught:
        find_template(name)

    assert caught.value.known == SHIPPED
    assert "real-estate-sale" in caught.value.hint("ja")


def changed(old: str, new: str) -> str:
    assert old in DESCRIPTION
    return DESCRIPTION.replace(old, new)


INVALID = {
    "broken TOML": (lambda: {"description": "id ="}, ""),
    "no id": (lambda: {"description": changed('id = "receipt"\n', "")}, "lacks id"),
    "id with a path": (lambda: {"description": changed('id = "receipt"', 'id = "../x"')}, "id '../x'"),
    "version": (lambda: {"description": changed("1.0.0", "1")}, "version '1'"),
    "title in one language": (lambda: {"description": changed(', en = "Receipt"', "")}, "lacks en"),
    "other language": (lambda: {"description": changed('language = "ja"', 'language = "fr"')}, "language 'fr'"),
    "no parties": (lambda: {"description": "parties = []\n" + HEAD}, "every party"),
    "role with a space": (lambda: {"description": changed('role = "issuer"', 'role = "is suer"')}, "role 'is suer'"),
    "same role twice": (lambda: {"description": f"{DESCRIPTION}[[parties]]{PARTY}"}, "every party"),
    "other kind of party": (lambda: {"description": DESCRIPTION + 'kind = "robot"\n'}, "kind 'robot'"),
    "other signing order": (lambda: {"description": 'signing_order = "random"\n' + DESCRIPTION}, "signing_order"),
    "schema that is none": (lambda: {"schema": {"type": "nothing"}}, "schema.json"),
    "schema that is a list": (lambda: {"schema": []}, "schema.json"),
    "schema that is true": (lambda: {"schema": True}, "schema.json"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "cause"), INVALID.values(), ids=INVALID.keys())
def test_invalid_template_refused(make_template: MakeTemplate, changes, cause: str) -> None:
    with refused_as("template-invalid") as caught:
        make_template(**changes())

    assert cause in caught.value.message("en")
    assert caught.value.exit_code == 10
    told = caught.value.message("ja")
    assert re.search("[ぁ-ん]", told.partition("は使えません")[2]), told


@pytest.mark.parametrize("name", ["schema.json", "contract.typ.j2"])
def test_missing_file_refused(make_template: MakeTemplate, name: str) -> None:
    folder = make_template().folder
    (folder / name).unlink()

    with refused_as("template-invalid", match=name.replace(".", r"\.")):
        find_template(folder)


def test_faulty_check_is_the_templates_fault(make_template: MakeTemplate, data) -> None:
    from signkit.contracts.checking import check_contract_data

    description = DESCRIPTION + (
        '[[checks]]\npath = "name"\nexpression = "nowhere.x > 1"\nmessage = { ja = "x", en = "x" }\n'
    )

    with refused_as("template-invalid", match="nowhere"):
        check_contract_data(make_template(description=description), data)


def test_schema_is_plain_json(sale: Template) -> None:
    assert json.loads((sale.folder / "schema.json").read_text(encoding="utf-8")) == sale.schema
