"""Policies: the shipped ones, files of one's own, and what they change."""

from __future__ import annotations

import pytest

from signkit.pki.policy import SHIPPED, load_policy, shipped_policy
from signkit.validation.report import Verdict
from tests.refusals import refused_as
from tests.validation import pdfs
from tests.validation.conftest import codes


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_policies_can_be_read(name):
    policy = shipped_policy(name)
    assert policy.name == name
    assert policy.algorithms.digest_until("md5") is False
    assert policy.algorithms.digest_until("sha256") is None
    assert policy.algorithms.digest_until("made-up") is False


def test_an_unknown_policy_names_the_known_ones():
    with refused_as("policy-unreadable") as refusal:
        shipped_policy("lax")
    assert "default, strict, archive" in refusal.value.message()


def test_a_policy_of_ones_own(tmp_path, world, signed):
    file = tmp_path / "house.toml"
    file.write_text('allowed_changes = "evidence"\nrequired_level = "B-T"\n', encoding="utf-8")
    policy = load_policy(file)
    assert policy.name == "house"
    report = world.only(signed, policy=policy)
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert codes(report) == ["level-too-low"]
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(second)")
    assert world.only(pdfs.update(signed, {pdfs.TEXT_FIELD: field}), policy=policy).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("unknown_item = 1\n", "unknown_item"),
        ('allowed_changes = "all"\n', "allowed_changes"),
        ('revocation_after_signature = "yes"\n', "revocation_after_signature"),
        ("revocation_max_age_hours = -1\n", "revocation_max_age_hours"),
        ("[algorithms]\nother = 1\n", "algorithms"),
        ('[algorithms.digests]\nsha1 = "later"\n', "algorithms: sha1"),
        ("[algorithms.key_sizes]\nrsa = 2048\n", "algorithms.key_sizes.rsa"),
    ],
)
def test_a_wrong_item_is_named(tmp_path, text, item):
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with refused_as("policy-invalid") as refusal:
        load_policy(file)
    assert refusal.value.item == item


@pytest.mark.parametrize("content", [b"\xff\xfe", b"not toml ["])
def test_what_is_no_toml_is_unreadable(tmp_path, content):
    file = tmp_path / "wrong.toml"
    file.write_bytes(content)
    with refused_as("policy-unreadable"):
        load_policy(file)


def test_a_missing_policy_file_is_unreadable(tmp_path):
    with refused_as("policy-unreadable"):
        load_policy(tmp_path / "none.toml")
