"""Templates and data that the tests of this room use."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import Template, find_template, load_template
from signkit.plain_data import Data

DESCRIPTION = """\
id = "receipt"
version = "1.0.0"
title = { ja = "領収書", en = "Receipt" }
language = "ja"
date = "day"
law = []

[[parties]]
role = "issuer"
label = { ja = "発行者", en = "Issuer" }
name = "name"
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "day": {"type": "string", "format": "date", "title": "日付", "x-title-en": "Day"},
        "name": {"type": "string", "title": "氏名", "x-title-en": "Name", "x-clause": "第1条"},
        "note": {"type": "string"},
    },
    "required": ["day", "name"],
}
TEXT = "{{ name }}が受領した。\n\n{{ signing_block('issuer') }}\n"
DATA: Data = {"day": "2026-11-21", "name": "髙橋 𠮷子"}

MakeTemplate = Callable[..., Template]


@pytest.fixture
def make_template(tmp_path: Path) -> MakeTemplate:
    """Write a small template, its text or any file replaced, and load it."""

    def make(text: str = TEXT, description: str = DESCRIPTION, schema: object = SCHEMA, **files: str) -> Template:
        folder = tmp_path / "receipt"
        folder.mkdir(exist_ok=True)
        (folder / "template.toml").write_text(description, encoding="utf-8")
        (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
        (folder / "contract.typ.j2").write_text(text, encoding="utf-8")
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
        return load_template(folder)

    return make


@pytest.fixture
def data() -> Data:
    return copy.deepcopy(DATA)


@pytest.fixture
def sale() -> Template:
    return find_template("real-estate-sale")


@pytest.fixture
def sale_data(sale: Template) -> Data:
    return load_contract_data(sale.folder / "example.yaml")


@pytest.fixture
def employment() -> Template:
    return find_template("employment-agreement")


@pytest.fixture
def employment_data(employment: Template) -> Data:
    return load_contract_data(employment.folder / "example.yaml")
