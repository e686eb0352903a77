"""``--check-template``: asked for by validate, always told by status and complete."""

from __future__ import annotations

import json
import shutil

import pytest

from signkit.contracts.template import find_template


@pytest.mark.slow
def test_validate_tells_it_where_asked(signkit, contract):
    asked = signkit("validate", "--offline", "--check-template", contract)
    assert "Every clause is as in the template real-estate-sale" in asked.stdout
    assert asked.returncode == 3  # nobody has signed
    assert "template" not in signkit("validate", "--offline", contract).stdout
    plain = json.loads(signkit("validate", "--offline", "--format", "json", contract).stdout)
    assert plain["template_match"] is None


@pytest.mark.slow
def test_a_template_can_be_named(signkit, contract, tmp_path):
    folder = shutil.copytree(find_template("real-estate-sale").folder, tmp_path / "mine")
    text = (folder / "contract.typ.j2").read_text(encoding="utf-8")
    (folder / "contract.typ.j2").write_text(
        text.replace("その損害は売主の負担", "その損害は買主の負担"), encoding="utf-8"
    )
    run = signkit("validate", "--offline", "--template", "mine", contract)
    assert "It was ALTERED" in run.stdout
    assert "売主の負担" in run.stdout
    assert run.returncode == 1
    other = signkit("validate", "--offline", "--template", "consent", contract)
    assert "cannot be told" in other.stdout
    assert signkit("validate", "--template", "nothing-of-the-kind", contract).returncode == 2


@pytest.mark.slow
def test_status_tells_it_unless_told_not_to(signkit, contract):
    assert "Every clause is as in the template" in signkit("status", contract).stdout
    assert "template" not in signkit("status", "--no-check-template", contract).stdout
    row = json.loads(signkit("status", "--format", "json", contract).stdout)
    assert row["template_match"]["verdict"] == "unaltered"
