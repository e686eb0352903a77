"""What to do where a verdict is no pass: every reason has its step, and the documents show the same table."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator

from signkit.errors import ExitCode
from signkit.reporting.formats.choice import open_writer
from signkit.reporting.formats.writer import ReportFormat
from signkit.validation import reasons
from signkit.validation.next_steps import INFORMATIVE, STEPS, next_steps
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Verdict
from tests.command import run_signkit
from tests.validation import pdfs

ANSWERED = {code for step in STEPS for code in step.reasons}


def errors_of_files(repository) -> set[str]:
    schema = json.loads((repository / "docs/report.schema.json").read_text(encoding="utf-8"))
    return set(schema["properties"]["error"]["oneOf"][1]["properties"]["code"]["enum"])


def test_every_reason_and_error_has_one_step(repository):
    assert sum(len(step.reasons) for step in STEPS) == len(ANSWERED), "no code stands in two steps"
    assert set(reasons._WORDS) | errors_of_files(repository) <= ANSWERED | INFORMATIVE
    assert not ANSWERED & INFORMATIVE


@pytest.mark.parametrize(
    ("document", "language"), [("docs/concepts/trust.md", "en"), ("docs/ja/concepts/trust.md", "ja")]
)
def test_the_documents_show_the_table(repository, document, language):
    text = (repository / document).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \| (`.*`) \|$", text, re.MULTILINE)
    assert [(code, words, set(re.findall("`(.*?)`", codes))) for code, words, codes in rows] == [
        (step.code, step.text.in_language(language, file="FILE"), step.reasons) for step in STEPS
    ]


def test_what_passed_needs_nothing(world, signed):
    report = world.judge(signed)
    assert (report.verdict, report.next) == (Verdict.PASSED, ())


@pytest.mark.slow
def test_what_did_not_pass_says_what_to_do_in_every_format_that_people_read(world, signed, repository):
    report = world.judge(signed.replace(b"100 yen", b"999 yen"))
    (step,) = report.next
    assert (step.code, step.fields) == ("ask-original", ("seller",))
    for name in ("text", "json", "jsonl", "html"):
        written: list[str] = []
        writer = open_writer(ReportFormat(name), written.append, "en")
        writer.add(report)
        writer.finish()
        assert step.text.en in "".join(written), name
    schema = json.loads((repository / "docs/report.schema.json").read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(schema).iter_errors(report.to_json()))
    assert report.to_json()["next"] == [{"code": "ask-original", "fields": ["seller"], **_words(step)}]


def _words(step):
    return {"en": step.text.en, "ja": step.text.ja}


def test_a_file_without_a_signature_and_one_that_is_none_have_their_steps(world):
    assert [step.code for step in world.judge(pdfs.build()).next] == ["let-sign"]
    assert [step.code for step in world.judge(b"my shopping list").next] == ["ask-again"]


def test_an_organisation_under_an_unknown_authority_is_told_from_a_rehearsals_key(
    world, signed, blank, person_signer, services
):
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.signing.levels import Level, sign
    from signkit.signing.request import SignatureRequest

    assert [step.code for step in world.judge(signed, trust=ValidationOptions().trust).next] == ["name-service"]
    rehearsed = sign(blank, SignatureRequest("seller", "番号 花子", utc_now()), person_signer, Level.B_B, services)
    assert [step.code for step in world.judge(rehearsed.pdf).next] == ["name-rehearsal"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("契約 (1).pdf", "'契約 (1).pdf'"),
        ("$(rm x).pdf", "'$(rm x).pdf'"),
        ("売買契約書　写し.pdf", "'売買契約書　写し.pdf'"),
        ("a.zip!b.pdf", "FILE"),
        ("https://x/y.pdf", "FILE"),
        ("a\nb.pdf", "FILE"),
    ],
)
def test_the_name_in_a_command_is_one_word_of_a_shell(name, typed):
    (step,) = next_steps([(["level-too-low"], None)], name)
    assert step.text.en.endswith(f"raise the level: signkit extend {typed}")


def test_a_command_ends_its_sentence_or_stands_between_spaces():
    """What is typed is copied: no full stop may hang on it."""
    for step in STEPS:
        for text in (step.text.en, step.text.ja):
            assert not re.search(r"\{file\}(?![ ]|$)", text), step.code


def test_a_step_that_several_fields_need_is_said_once():
    (step,) = next_steps([(["no-anchor"], "seller"), (["rehearsal", "no-anchor"], "buyer")], "x.pdf")
    assert step.fields == ("seller", "buyer")


@pytest.mark.slow
def test_results_of_the_version_before_are_gone_on_with(tmp_path, signed):
    (tmp_path / "in.pdf").write_bytes(signed)
    command = ("validate", "in.pdf", "--offline", "--jobs", "0", "--resume", "r.jsonl")
    assert run_signkit(*command, home=tmp_path / "home", folder=tmp_path).returncode == ExitCode.INDETERMINATE
    results = tmp_path / "r.jsonl"
    line = json.loads(results.read_text(encoding="utf-8"))
    assert line.pop("next")
    line["schema"] = "signkit-report/1"
    results.write_text(json.dumps(line, separators=(",", ":")) + "\n", encoding="utf-8")
    before = results.read_bytes()
    assert run_signkit(*command, home=tmp_path / "home", folder=tmp_path).returncode == ExitCode.INDETERMINATE
    assert results.read_bytes() == before, "it was not judged again"
