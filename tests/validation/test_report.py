"""The report as JSON and as sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from signkit.reporting.formats.json import write_json, write_jsonl
from signkit.reporting.formats.text import write_text
from signkit.validation.report import Verdict, iso, worst
from tests.validation import pdfs, pki


def test_the_report_holds_every_item_of_the_schema(world, signed):
    report = world.judge(signed).to_json()
    assert report["schema"] == "signkit-report/2"
    assert report.keys() >= {
        "schema", "file", "sha256", "kind", "verdict", "error", "validation_time", "policy", "signatures",
        "document_timestamps",
    }  # fmt: skip
    assert report["signatures"][0].keys() >= {
        "field", "type", "verdict", "sub_indication", "reasons", "intact", "level", "signature_algorithm",
        "claimed_time", "best_time", "best_time_source", "signer", "party_match", "coverage", "changes_after",
        "changes_permitted", "revocation", "timestamps",
    }  # fmt: skip
    assert report["validation_time"] == "2026-11-21T09:00:00Z"


def test_a_line_of_json_is_one_line_and_the_same_value(world, signed):
    report = world.judge(signed)
    line = write_jsonl(report)
    assert line.count("\n") == 1
    assert json.loads(line) == json.loads(write_json(report)) == report.to_json()


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([Verdict.PASSED, Verdict.FAILED, Verdict.INDETERMINATE], Verdict.FAILED),
        ([Verdict.PASSED, Verdict.INDETERMINATE], Verdict.INDETERMINATE),
        ([Verdict.PASSED], Verdict.PASSED),
        ([], Verdict.NOT_SIGNED),
    ],
)
def test_a_files_verdict_is_its_worst_signatures(parts, whole):
    assert worst(parts) is whole


def test_the_text_says_who_when_what_and_what_changed(world, signed):
    text = write_text(world.judge(signed))
    assert "Hanako" in text
    assert '"seller"' in text
    assert "TOTAL-PASSED" in text
    assert "Nothing was changed since." in text


def test_the_text_is_japanese_where_asked(world, signed):
    text = write_text(world.judge(signed.replace(b"Pay 100", b"Pay 900")), "ja")
    assert "無効" in text
    assert "改変" in text


def test_names_from_files_bring_no_control_characters_to_a_terminal(world):
    signer = pki.issue(world.ca, "Evil\x1b[2J\x07\u202eName")
    pdf = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))
    report = replace(world.judge(pdf), file="a\x1b[31m.pdf")
    for text in (write_text(report), write_text(report, "ja")):
        assert all(character.isprintable() or character == "\n" for character in text)


def test_identity_attributes_appear_only_where_asked(world, signed):
    assert world.only(signed).signer.identity is None
    assert world.only(signed, identity=True).signer.identity is None  # this certificate carries none


def test_times_are_told_in_utc():
    assert iso(datetime(2026, 11, 21, 5, tzinfo=UTC)) == "2026-11-21T05:00:00Z"
    assert iso(None) is None


def test_the_wide_space_of_japanese_names_is_shown(world, signed):
    """番号　花子 must not become 番号花子: it would be another name to who looks for it."""
    from signkit.words import is_shown

    report = world.judge(signed)
    signer = replace(report.signatures[0].signer, common_name="番号　花子")
    named = replace(report, signatures=(replace(report.signatures[0], signer=signer, party=None, party_match=None),))
    assert "番号　花子 の署名" in write_text(named, "ja")
    assert [character for character in "　\u00a0\n\t\u202e\u200b\x1b" if is_shown(character)] == ["　", "\u00a0"]
