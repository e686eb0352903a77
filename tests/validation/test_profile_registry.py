"""What the registry (登記・供託オンライン申請システム) asks of a signed PDF: each requirement fails by its name."""

from __future__ import annotations

import re

import pytest

from signkit.validation.profile_registry import REQUIREMENTS
from signkit.validation.report import Verdict
from tests.validation import pdfs
from tests.validation.registry_samples import SAMPLES, Sample, clean, judged


@pytest.mark.slow
@pytest.mark.parametrize("title", SAMPLES)
def test_exactly_what_is_wrong_is_named(title):
    profile = judged(SAMPLES[title]).profile
    assert set(profile.violated) == SAMPLES[title].violated
    assert profile.fulfilled is not SAMPLES[title].violated


def test_each_requirement_has_a_file_that_violates_it():
    violated = set().union(*(sample.violated for sample in SAMPLES.values()))
    assert violated == {item.id for item in REQUIREMENTS}


@pytest.mark.parametrize("page", ["docs/reference/registry.md", "docs/ja/reference/registry.md"])
def test_the_documents_name_every_requirement(page, repository):
    text = (repository / page).read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE) == [item.id for item in REQUIREMENTS]


@pytest.mark.slow
def test_the_verdict_is_what_it_was(world):
    unfit = judged(SAMPLES["no name"])
    assert unfit.verdict is Verdict.PASSED
    assert not unfit.profile.fulfilled
    forged = judged(Sample(lambda: clean().replace(b"Pay 100 yen", b"Pay 999 yen"), frozenset()))
    assert forged.verdict is Verdict.FAILED
    assert forged.profile.fulfilled


def test_without_the_option_nothing_is_said_of_it(world):
    assert world.judge(clean()).profile is None


def test_what_is_unreadable_is_held_against_nothing():
    report = judged(Sample(lambda: b"no PDF at all", frozenset()))
    assert (report.verdict, report.profile) == (Verdict.UNREADABLE, None)


def test_an_unsigned_file_says_nothing_of_signatures():
    requirements = {item.id: item.fulfilled for item in judged(SAMPLES["not signed"]).profile.requirements}
    assert requirements["signed"] is False
    assert requirements["sub-filter"] is None
    assert requirements["file-size"] is True


@pytest.mark.slow
def test_each_signature_is_looked_at():
    found = {item.id: item.findings for item in judged(SAMPLES["two signers"]).profile.requirements}
    assert [finding.field for finding in found["rsa-2048"]] == ["seller", "buyer"]
    assert found["rsa-2048"][0].found.en == "RSA 2048"


@pytest.mark.parametrize(
    "name",
    [
        "契約書（案）.pdf",
        "contract-seller_v1.2.pdf",
        "売買契約〔甲〕.pdf",
        "dir with space/平面図Ⅰ.pdf".replace("Ⅰ", "A"),
    ],
)
def test_a_name_that_can_be_attached(name):
    assert "file-name" not in judged(Sample(clean, frozenset(), name)).profile.violated


@pytest.mark.parametrize(
    "name",
    [
        "契約 書.pdf",
        "契約\u3000書.pdf",
        "ｹｲﾔｸ.pdf",
        "a&b.pdf",
        "契約～甲.pdf",
        "契約〜甲.pdf",
        "髙橋.pdf",
        "𠮷野.pdf",
        "①.pdf",
        "a\u202eb.pdf",
    ],
    ids=ascii,
)
def test_a_name_that_cannot_be_attached(name):
    assert judged(Sample(clean, frozenset(), name)).profile.violated == ("file-name",)


@pytest.mark.parametrize("entry", [b" /Name 99 0 R", b" /Name [1]", b" /Name /Hanako", b" /M 99 0 R", b" /M 2026"])
def test_an_entry_of_another_kind_is_no_entry(entry):
    key = entry.split()[0][1:].decode().lower()
    from tests.validation.registry_samples import NAME, M, sign

    kept = M if key == "name" else NAME
    report = judged(Sample(lambda: sign(pdfs.build(), extra=kept + entry), frozenset()))
    assert report.profile.violated == (key,)
