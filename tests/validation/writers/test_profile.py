"""How each format says that a file does not meet a profile."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from signkit.reporting.formats.writer import ReportFormat
from tests.validation.registry_samples import SAMPLES, judged


@pytest.fixture(scope="module")
def unfit():
    return judged(SAMPLES["RSA 3072"])


@pytest.mark.slow
def test_the_schema_holds_for_every_sample(repository):
    schema = Draft202012Validator(json.loads((repository / "docs/report.schema.json").read_text(encoding="utf-8")))
    for sample in SAMPLES.values():
        schema.validate(judged(sample).to_json())


@pytest.mark.slow
def test_json_names_the_requirement_and_what_was_found(unfit):
    profile = unfit.to_json()["profile"]
    assert (profile["name"], profile["fulfilled"]) == ("registry", False)
    [item] = [item for item in profile["requirements"] if item["fulfilled"] is False]
    assert item["id"] == "rsa-2048"
    assert item["found"] == [{"field": "seller", "fulfilled": False, "en": "RSA 3072", "ja": "RSA 3072"}]


@pytest.mark.slow
def test_text_says_it_in_both_languages(unfit, write):
    english = write(ReportFormat.TEXT, [unfit])
    assert "What the registry (登記・供託オンライン申請システム) asks is NOT met: rsa-2048." in english
    assert "NOT rsa-2048: The key is RSA, 2048 bits (seller: RSA 3072)" in english
    assert "登記・供託オンライン申請システムの要件を満たしていません: rsa-2048。" in write(
        ReportFormat.TEXT, [unfit], "ja"
    )


def test_junit_counts_it_as_a_failure(unfit, write):
    junit = write(ReportFormat.JUNIT, [unfit, judged(SAMPLES["clean"])])
    assert 'tests="2" failures="1"' in junit
    assert 'message="TOTAL-PASSED: registry:rsa-2048"' in junit


@pytest.mark.slow
def test_csv_and_html_tell_it(unfit, write):
    assert "registry: rsa-2048" in write(ReportFormat.CSV, [unfit])
    assert "registry: fulfilled" in write(ReportFormat.CSV, [judged(SAMPLES["clean"])])
    html = write(ReportFormat.HTML, [unfit])
    assert "<code>rsa-2048</code>" in html
    assert html.count("✗") == 1
