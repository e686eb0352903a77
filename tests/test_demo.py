"""The first test: the whole main job, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests import witness


@pytest.mark.slow
def test_the_demo_does_the_whole_job_and_strangers_agree(tmp_path):
    folder = tmp_path / "demo"
    run = subprocess.run(
        [sys.executable, "-m", "signkit", "--lang", "en", "demo", "-o", str(folder)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert {path.name for path in folder.iterdir()} == {
        "account.txt", "broker.p12", "contract.pdf", "contract-forged.pdf", "contract-unsigned.pdf",
        "rehearsal-ca.pem", "report.json", "report-forged.json", "signature-page.png",
    }  # fmt: skip

    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "TOTAL-PASSED"
    assert [(s["field"], s["level"]) for s in report["signatures"]] == [
        ("seller", "PAdES-B-LTA"), ("buyer", "PAdES-B-LTA"), ("broker", "PAdES-B-LTA"),
    ]  # fmt: skip
    assert {s["signer"]["key_kind"] for s in report["signatures"]} == {"rehearsal"}
    forged = json.loads((folder / "report-forged.json").read_text(encoding="utf-8"))
    assert forged["verdict"] == "TOTAL-FAILED"


@pytest.mark.slow
def test_strangers_accept_the_demo_contract(tmp_path):
    from signkit.demo import run_demo
    from signkit.pdf.embedded_contract import read_contract

    run_demo(tmp_path, lambda text, facts: None)
    contract = tmp_path / "contract.pdf"
    pdf = contract.read_bytes()
    assert witness.valid_signatures(contract) == 3
    witness.check_structure(contract)
    for index in range(3):
        assert witness.openssl_cms_verifies(pdf, index, tmp_path / "rehearsal-ca.pem", tmp_path)
    embedded = read_contract(pdf)
    assert embedded is not None
    assert embedded.template_id == "real-estate-sale"
    assert embedded.data["price"]["total"] > 0


@pytest.mark.slow
def test_pyhanko_calls_every_signature_trusted_and_every_change_acceptable(tmp_path):
    """pyHanko's own validator, with its default policy for changes, as one more witness."""
    from io import BytesIO

    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from signkit.demo import run_demo

    run_demo(tmp_path, lambda text, facts: None)
    roots = [
        x509.Certificate.load(der)
        for _, _, der in pem.unarmor((tmp_path / "rehearsal-ca.pem").read_bytes(), multiple=True)
    ]
    reader = PdfFileReader(BytesIO((tmp_path / "contract.pdf").read_bytes()))
    for signature in reader.embedded_regular_signatures:
        context = ValidationContext(trust_roots=roots, revocation_mode="soft-fail", allow_fetching=False)
        status = validate_pdf_signature(signature, context, context)
        assert status.intact
        assert status.valid
        assert status.trusted
        assert status.docmdp_ok, signature.field_name
