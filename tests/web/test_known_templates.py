"""Templates are read again where a file of theirs is another, and only there."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

pytest.importorskip("starlette", reason="the extra 'web' is not installed")

from signkit.contracts.template import find_template
from signkit.errors import ContractError
from signkit.settings import Settings
from signkit.web.desk.known_templates import KnownTemplates


def test_what_is_changed_added_or_taken_away_is_seen(tmp_path):
    own = shutil.copytree(find_template("nda").folder, tmp_path / "own-nda")
    description = own / "template.toml"
    told = description.read_text(encoding="utf-8").replace('id = "nda"', 'id = "own-nda"', 1)
    description.write_text(told, encoding="utf-8")
    settings, known = replace(Settings(), template_folders=(tmp_path,)), KnownTemplates()
    first = known.listed(settings)
    assert known.listed(settings) is first
    assert "own-nda" in {each.id for each in first}
    title = next(each for each in first if each.id == "own-nda").title.ja
    description.write_text(told.replace(title, "別の題"), encoding="utf-8")
    assert "別の題" in {each.title.ja for each in known.listed(settings)}
    description.write_text("no toml", encoding="utf-8")
    with pytest.raises(ContractError):
        known.listed(settings)
    shutil.rmtree(own)
    assert "own-nda" not in {each.id for each in known.listed(settings)}
    assert known.listed(Settings()) == known.listed(settings)
