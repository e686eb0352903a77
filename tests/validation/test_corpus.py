"""Files with the verdicts of who made them: the project's own corpus, and strangers' files (``SIGNKIT_CORPUS``).

Only cryptography and structure are judged there.  A file counts as accepted when every signature is intact and nothing
that is not permitted was done after it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from signkit.validation.api import validate_file
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report, SignatureReport
from tests import witness
from tests.corpus.expectations import EXPECTATIONS, SOURCE
from tests.corpus.layouts import LAYOUTS


def accepted(report: Report) -> bool:
    return bool(report.signatures) and all(item.intact and item.changes_permitted for item in report.signatures)


def expectations(folder) -> list[dict[str, Any]]:
    lines = (folder / EXPECTATIONS).read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if not entry["disputed"]]


@pytest.fixture(scope="module")
def judged(corpus):
    options = ValidationOptions(offline=True)
    return [(entry, validate_file(corpus / entry["file"], options)) for entry in expectations(corpus)]


@pytest.mark.slow
def test_nothing_is_accepted_that_its_makers_refuse(judged):
    wrong = [e["file"] for e, report in judged if e["file_verdict"] == "not_clean" and accepted(report)]
    assert wrong == []


@pytest.mark.slow
def test_nothing_is_refused_that_its_makers_accept(judged):
    wrong = [e["file"] for e, report in judged if e["file_verdict"] == "clean" and not accepted(report)]
    assert wrong == []


@pytest.mark.slow
def test_no_file_ends_in_a_defect_of_ours(judged):
    wrong = [e["file"] for e, report in judged if report.error and report.error.code == "internal"]
    assert wrong == []


@pytest.mark.slow
def test_every_signature_is_found(judged):
    wrong = [
        entry["file"]
        for entry, report in judged
        if entry["n_signatures"] is not None
        and not entry["error_ok"]
        and len(report.signatures) != entry["n_signatures"]
    ]
    assert wrong == []


#: What is said of a signature: the name in the expectations, and whether the stated value is the one that was found.
ASPECTS: dict[str, Callable[[Any, SignatureReport], bool]] = {
    "intact": lambda stated, found: found.intact == stated,
    "signer_cn": lambda stated, found: found.signer is not None and found.signer.common_name == stated,
    "level_class": lambda stated, found: found.level.rpartition("-")[2] in stated,
    "covers_whole_file": lambda stated, found: (found.coverage == "whole-file") == stated,
    "modified_after": lambda stated, found: modified_after(found) in stated,
    "sig_timestamps": lambda stated, found: len(found.timestamps) == stated,
}


def modified_after(found: SignatureReport) -> str:
    if found.changes_after == "none":
        return "none"
    return "allowed" if found.changes_permitted else "suspicious"


@pytest.mark.parametrize("aspect", ASPECTS)
def test_every_signature_is_what_its_makers_state(judged, aspect):
    wrong = [
        entry["file"]
        for entry, report in judged
        if len(report.signatures) == len(entry["signatures"])
        for found, stated in zip(report.signatures, entry["signatures"], strict=True)
        if stated[aspect] is not None
        and not (aspect == "intact" and "intact_ok" in stated)
        and not (aspect == "level_class" and entry["source"] != SOURCE)  # references differ on what is evidence
        and not ASPECTS[aspect](stated[aspect], found)
    ]
    assert wrong == []


def test_every_document_timestamp_of_a_pdf_is_found(judged):
    wrong = [
        entry["file"]
        for entry, report in judged
        if entry["format"] == "pdf" and not entry["error_ok"]
        if len(report.document_timestamps) != entry["n_doc_timestamps"]
    ]
    assert wrong == []


# The corpus that the project makes.


def test_the_corpus_holds_honest_and_hostile_members_of_each_format(made_files):
    entries = expectations(made_files)
    counted = Counter((entry["format"], entry["file_verdict"]) for entry in entries)
    assert counted["pdf", "clean"] > 20
    assert counted["pdf", "not_clean"] > 20
    assert min(counted["cms", "clean"], counted["cms", "not_clean"]) > 8
    assert {path.name for path in made_files.iterdir()} == {
        name for entry in entries for name in (entry["file"], entry["detached_content"]) if name
    } | {EXPECTATIONS}


@pytest.mark.slow
def test_pyhanko_finds_the_same_signatures_and_calls_them_intact(made_files):
    """A stranger's reader opens every layout, and its own reckoning agrees with what the corpus states."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    for entry in expectations(made_files):
        if entry["kind"] not in ("pades-B", "timestamped-T", "multi-signature", "allowed-changes"):
            continue
        with (made_files / entry["file"]).open("rb") as stream:
            signatures = PdfFileReader(stream, strict=False).embedded_regular_signatures
            assert len(signatures) == entry["n_signatures"], entry["file"]
            for signature in signatures:
                signature.compute_integrity_info()
                assert validate_sig_integrity(
                    signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
                ) == (True, True), entry["file"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_qpdf_finds_nothing_wrong_with_a_layout(name, tmp_path):
    path = tmp_path / "layout.pdf"
    path.write_bytes(LAYOUTS[name].build())
    assert witness.run("qpdf", "--check", path).returncode in (0, 3)
