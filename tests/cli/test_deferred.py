"""Signing elsewhere, as typed: prepare here, sign with openssl as on another machine, complete here."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from tests import witness

PREPARE = ("sign", "contract.pdf", "--as", "seller", "--witness", "--signer", "deferred:request.json")
PREPARED = "contract-seller-prepared.pdf"
COMPLETE = ("sign", "--complete", "request.json", "--signature", "signature.bin", "--certificate", "signer.pem")


@pytest.fixture
def elsewhere(tmp_path, seller_card):
    """The key on another machine: openssl signs what the request asks for."""
    from asn1crypto import pem

    (tmp_path / "signer.pem").write_bytes(pem.armor("CERTIFICATE", seller_card.sign.certificate))
    (tmp_path / "key.der").write_bytes(seller_card.sign.private_key)

    def sign():
        request = json.loads((tmp_path / "request.json").read_bytes())
        (tmp_path / "attributes.der").write_bytes(b64decode(request["to_sign"]["attributes"]))
        witness.run(
            "openssl", "dgst", "-sha256", "-sign", tmp_path / "key.der", "-keyform", "DER",
            "-out", tmp_path / "signature.bin", tmp_path / "attributes.der",
        )  # fmt: skip

    return sign


def test_a_file_is_prepared_signed_elsewhere_and_completed(signkit, contract, elsewhere, tmp_path):
    began = signkit(*PREPARE, "--certificate", "signer.pem", "--level", "B-T", "--tsa", "rehearsal")
    assert (began.returncode, began.stdout) == (0, "request.json\n"), began.stderr
    assert "not signed yet" in began.stderr
    assert "NOT-SIGNED" in signkit("validate", "contract.pdf").stdout
    elsewhere()
    done = signkit(*COMPLETE, "--tsa", "rehearsal")
    assert (done.returncode, done.stdout) == (0, "contract-seller.pdf\n"), done.stderr
    assert "Signed as seller at B-T" in done.stderr
    assert witness.valid_signatures(tmp_path / "contract-seller.pdf") == 1


def test_a_contract_that_was_exchanged_since_is_not_completed(signkit, contract, elsewhere, tmp_path):
    assert signkit(*PREPARE, "--certificate", "signer.pem").returncode == 0
    elsewhere()
    (tmp_path / contract).write_bytes(b"%PDF-1.7 another")
    refused = signkit(*COMPLETE)
    assert refused.returncode == 2
    assert "contract.pdf is not the file that the request was made for" in refused.stderr
    assert not (tmp_path / "contract-seller.pdf").exists()


def test_a_prepared_file_that_was_changed_is_not_completed(signkit, contract, elsewhere, tmp_path):
    assert signkit(*PREPARE, "--certificate", "signer.pem").returncode == 0
    elsewhere()
    with (tmp_path / PREPARED).open("ab") as prepared:
        prepared.write(b"\n")
    assert f"{PREPARED} is not the file" in signkit(*COMPLETE).stderr


def test_a_role_whose_signed_file_is_there_already_is_not_signed_again(signkit, contract, elsewhere, tmp_path):
    assert signkit(*PREPARE, "--certificate", "signer.pem").returncode == 0
    elsewhere()
    (tmp_path / "contract-seller.pdf").write_bytes(b"mine")
    assert signkit(*COMPLETE).returncode == 14
    assert (tmp_path / "contract-seller.pdf").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (PREPARE, 2, "for one known certificate"),
        ((*PREPARE, "--certificate", "missing.pem"), 2, "Cannot read missing.pem"),
        ((*PREPARE, "--certificate", "contract.pdf"), 2, "holds no certificate"),
        (("sign", "--complete", "request.json"), 2, "needs the signature and the certificate"),
        ((*COMPLETE[:2], "contract.pdf", *COMPLETE[3:]), 2, "is no signing request"),
        (("sign",), 2, "name the PDFs, the role (--as) and the key (--signer)"),
    ],
    ids=["no certificate", "missing", "no certificate inside", "half", "no request", "nothing"],
)
def test_what_does_not_go_together_is_refused(signkit, contract, elsewhere, tmp_path, arguments, code, words):
    before = {path.name for path in tmp_path.iterdir()}
    run = signkit(*arguments)
    assert (run.returncode, words in run.stderr) == (code, True), run.stderr
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == before
