"""Parties in order: who has signed, whose turn it is, copies signed in parallel."""

from __future__ import annotations

import json
import os

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.cli.conftest import PASSWORD
from tests.validation import pdfs, pki

SIGN = ("--signer", "card:virtual", "--pin-stdin")


@pytest.fixture(scope="module")
def all_hanako() -> bytes:
    """A contract whose parties are all 番号 花子, the one resident that ``card:virtual`` knows."""
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.render import render_contract
    from signkit.contracts.template import find_template
    from signkit.rehearsal.pki import HANAKO

    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    for role in ("seller", "buyer"):
        data[role] |= {"name": HANAKO.name, "signer": HANAKO.name, "address": HANAKO.address}
    data["buyer"]["address"] = HANAKO.address[:3] + " " + HANAKO.address[3:]  # nobody buys from themselves
    data["broker"]["agent"]["name"] = HANAKO.name
    return render_contract(template, data).pdf


@pytest.fixture
def contract(tmp_path, all_hanako):
    (tmp_path / "contract.pdf").write_bytes(all_hanako)
    return "contract.pdf"


@pytest.mark.slow
def test_a_signature_by_somebody_else_warns_against_signing(signkit, tmp_path, blank):
    (tmp_path / "other.pdf").write_bytes(blank)  # its seller is 髙橋 祐一郎
    signkit("sign", "other.pdf", "--as", "seller", "--other-person", *SIGN, stdin=PASSWORD)
    run = signkit("status", "other-seller.pdf")
    assert "the certificate does NOT name the party" in run.stdout
    assert "do not sign this file" in run.stdout


@pytest.mark.slow
def test_signing_out_of_turn_is_refused_before_any_secret_is_asked(signkit, contract, tmp_path):
    run = signkit("sign", contract, "--as", "buyer", *SIGN, stdin=PASSWORD)
    assert run.returncode == 2
    assert "It is not the turn of 'buyer': seller signs first." in run.stderr
    assert "tries left" not in run.stderr
    assert not (tmp_path / "contract-buyer.pdf").exists()


@pytest.mark.slow
def test_the_status_follows_the_signatures(signkit, contract, tmp_path):
    trust: tuple[str, ...] = ()

    def states(name: str) -> list[str]:
        answer = signkit("status", name, "--format", "json", *trust)
        assert answer.returncode == 0, answer.stderr
        return [party["state"] for party in json.loads(answer.stdout)["parties"]]

    assert states("contract.pdf") == ["next", "waiting", "waiting"]
    assert signkit("sign", contract, "--as", "seller", *SIGN, stdin=PASSWORD).returncode == 0
    assert states("contract-seller.pdf") == ["broken", "next", "waiting"]  # nobody said that rehearsal CAs are believed
    words = signkit("status", "contract-seller.pdf").stdout
    trust = ("--trust", "rehearsal")
    assert f"signkit status contract-seller.pdf {' '.join(trust)}" in words
    assert states("contract-seller.pdf") == ["unproven", "next", "waiting"]
    assert signkit("sign", "contract-seller.pdf", "--as", "buyer", *SIGN, stdin=PASSWORD).returncode == 0
    assert signkit("sign", "contract-seller-buyer.pdf", "--as", "broker", *SIGN, stdin=PASSWORD).returncode == 0
    assert states("contract-seller-buyer-broker.pdf") == ["unproven", "unproven", "unproven"]
    answer = json.loads(signkit("status", "contract-seller-buyer-broker.pdf", "--format", "json", *trust).stdout)
    assert answer["complete"] == "unproven"
    words = signkit("status", "contract-seller-buyer-broker.pdf", *trust).stdout
    assert "with the evidence at hand that cannot be proven" in words


@pytest.mark.slow
def test_the_first_signature_certifies_and_each_locks_what_is_signed(signkit, contract, tmp_path):
    from io import BytesIO

    from pypdf import PdfReader

    signkit("sign", contract, "--as", "seller", *SIGN, stdin=PASSWORD)
    reader = PdfReader(BytesIO((tmp_path / "contract-seller.pdf").read_bytes()))
    signature = reader.root_object["/Perms"]["/DocMDP"].get_object()
    methods = {r.get_object()["/TransformMethod"]: r.get_object()["/TransformParams"] for r in signature["/Reference"]}
    assert methods["/DocMDP"]["/P"] == 2
    assert methods["/FieldMDP"]["/Fields"] == ["seller"]


@pytest.mark.slow
def test_copies_signed_in_parallel_are_explained(signkit, contract):
    signkit("sign", contract, "--as", "seller", *SIGN, "-o", "one.pdf", stdin=PASSWORD)
    signkit("sign", contract, "--as", "seller", *SIGN, "-o", "two.pdf", stdin=PASSWORD)
    run = signkit("status", "one.pdf", "two.pdf")
    assert "two.pdf was signed in parallel" in run.stdout
    assert "one.pdf was signed in parallel" in run.stdout
    assert "parallel" not in signkit("status", "contract.pdf", "one.pdf").stdout


@pytest.mark.slow
def test_the_status_comes_in_japanese_and_as_csv(signkit, contract):
    assert "売主 (seller): 署名できます" in signkit("status", contract, lang="ja").stdout
    rows = signkit("status", contract, "--format", "csv").stdout.splitlines()
    assert rows[0].startswith("file,role,state")
    assert rows[1].startswith("contract.pdf,seller,next,,,,,seller,false,Real estate sale agreement,Seller,,,")


@pytest.mark.slow
def test_a_broken_signature_warns_against_signing(signkit, contract, tmp_path):
    signkit("sign", contract, "--as", "seller", *SIGN, stdin=PASSWORD)
    signed = bytearray((tmp_path / "contract-seller.pdf").read_bytes())
    signed[signed.index(b"/StructParents") - 3] ^= 1
    (tmp_path / "broken.pdf").write_bytes(signed)
    assert "do not sign this file" in signkit("status", "broken.pdf").stdout
    run = signkit("sign", "broken.pdf", "--as", "buyer", *SIGN, stdin=PASSWORD)
    assert run.returncode == 2
    assert "a signature in it does not hold (seller)" in run.stderr


@pytest.mark.slow
def test_a_witness_signs_beside_a_party(signkit, contract, tmp_path, rehearsal):
    from signkit.rehearsal.evidence_services import utc_now

    (tmp_path / "service.p12").write_bytes(rehearsal.key_file("立会サービス", "架空社", b"open", utc_now()))
    signkit("sign", contract, "--as", "seller", *SIGN, stdin=PASSWORD)
    run = signkit(
        "sign", "contract-seller.pdf", "--as", "buyer", "--signer", "p12:service.p12", "--witness", "--pin-stdin",
        stdin="open\n",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    report = json.loads(signkit("validate", "contract-seller-buyer.pdf", "--format", "json", "--offline").stdout)
    assert [signature["signing_kind"] for signature in report["signatures"]] == ["party", "witness"]


@pytest.mark.slow
def test_signing_for_another_party_is_refused_unless_insisted_on(signkit, tmp_path, blank):
    (tmp_path / "sale.pdf").write_bytes(blank)  # its seller is 髙橋 祐一郎
    refused = signkit("sign", "sale.pdf", "--as", "seller", *SIGN, stdin=PASSWORD)
    assert refused.returncode == 2
    assert "The certificate does not name the party that the contract names as 'seller'" in refused.stderr
    assert "髙橋" not in refused.stderr + refused.stdout
    assert not (tmp_path / "sale-seller.pdf").exists()
    insisted = signkit("sign", "sale.pdf", "--as", "seller", "--other-person", *SIGN, stdin=PASSWORD)
    assert insisted.returncode == 0, insisted.stderr


@pytest.mark.slow
def test_one_file_of_another_party_stops_a_batch_before_the_first_signature(signkit, contract, tmp_path, blank):
    (tmp_path / "other.pdf").write_bytes(blank)
    run = signkit("sign", contract, "other.pdf", "--as", "seller", "--yes", *SIGN, stdin=PASSWORD)
    assert run.returncode == 2
    assert not list(tmp_path.glob("*-seller.pdf"))


@pytest.mark.slow
def test_a_key_whose_name_cannot_be_compared_signs_and_is_told(signkit, contract, rehearsal, tmp_path):
    from signkit.rehearsal.evidence_services import utc_now

    (tmp_path / "latin.p12").write_bytes(rehearsal.key_file("BANGO HANAKO", "", b"open", utc_now()))
    run = signkit("sign", contract, "--as", "seller", "--signer", "p12:latin.p12", "--pin-stdin", stdin="open\n")
    assert run.returncode == 0, run.stderr
    assert "whether the certificate names the party cannot be told" in run.stderr


@pytest.mark.slow
def test_a_file_that_is_no_pdf_does_not_stop_the_overview(signkit, tmp_path, all_hanako):
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "a-letter.pdf").write_bytes(b"Dear Sir")
    (folder / "b-cut.PDF").write_bytes(all_hanako[: len(all_hanako) // 2])
    (folder / "c-sale.pdf").write_bytes(all_hanako)
    run = signkit("status", "contracts")
    assert run.returncode == 4
    blocks = run.stdout.split("\n\n")
    assert blocks[0].startswith("contracts/a-letter.pdf: cannot be read.")
    assert blocks[1].startswith("contracts/b-cut.PDF: cannot be read.")
    assert "Seller (seller): may sign now" in blocks[2]
    rows = [json.loads(line) for line in signkit("status", "contracts", "--format", "json").stdout.splitlines()]
    assert [row["verdict"] for row in rows] == ["UNREADABLE", "UNREADABLE", "NOT-SIGNED"]
    table = signkit("status", "contracts", "--format", "csv").stdout.splitlines()
    assert table[1] == "contracts/a-letter.pdf,,unreadable,,UNREADABLE,,,,false,,,,,"
    assert "Files: 3 (1 to be signed, 2 unreadable)." in run.stderr


@pytest.mark.slow
def test_signing_time_and_proof_time_are_told_apart(signkit, contract, tmp_path):
    signkit("sign", contract, "--as", "seller", *SIGN, "--level", "B-T", "--tsa", "rehearsal", stdin=PASSWORD)
    trust = ("--trust", "home/rehearsal/rehearsal-ca.pem")
    (seller, *_) = json.loads(signkit("status", "contract-seller.pdf", "--format", "json", *trust).stdout)["parties"]
    report = json.loads(signkit("validate", "contract-seller.pdf", "--offline", "--format", "json", *trust).stdout)
    (signature,) = report["signatures"]
    assert (seller["signed_at"], seller["proven_at"]) == (signature["claimed_time"], signature["best_time"])
    assert seller["proven_by"] == "signature-timestamp"
    words = signkit("status", "contract-seller.pdf", *trust, lang="ja").stdout
    assert "に署名 (署名者の申告)" in words
    assert "に存在したことを証明済み (署名のタイムスタンプ)" in words


@pytest.mark.slow
def test_of_a_strangers_pdf_nobody_says_that_everyone_has_signed(signkit, tmp_path):
    authority = pki.authority()
    signer = pki.issue(authority)
    (tmp_path / "ca.der").write_bytes(authority.certificate.public_bytes(Encoding.DER))
    signed = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))
    (tmp_path / "letter.pdf").write_bytes(signed)
    words = signkit("status", "letter.pdf", "--trust", "ca.der", "--at", "2026-11-21T09:00:00Z").stdout
    assert "Every signature field of this PDF is signed" in words
    assert "Who is to sign it, the file does not say." in words
    assert "Every party" not in words


@pytest.mark.slow
def test_a_files_name_is_no_formula_in_the_table(signkit, tmp_path, all_hanako):
    (tmp_path / "=1+1.pdf").write_bytes(all_hanako)
    rows = signkit("status", "=1+1.pdf", "--format", "csv").stdout.splitlines()
    assert [row[:10] for row in rows[1:]] == ["'=1+1.pdf,"] * 3


def test_nothing_named_as_a_pdf_is_left_out_of_a_folder(signkit, tmp_path):
    """A pipe would be waited for, and a link loop never ends: neither is a file, and each has its row."""
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "loop.pdf").symlink_to("loop.pdf")
    (tmp_path / "gone.pdf").symlink_to("nowhere")
    (tmp_path / "folder.pdf").mkdir()
    result = signkit("status", str(tmp_path))
    assert result.returncode == 4
    assert [name in result.stdout for name in ("pipe", "loop", "gone", "folder")] == [True, True, True, False]
