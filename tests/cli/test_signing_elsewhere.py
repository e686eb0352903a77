"""Signing elsewhere, as typed: prepare here, sign with openssl as on another machine, finish here."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from tests import witness

PREPARE = ("prepare", "contract.pdf", "--as", "seller", "--witness", "-o", "request.json")
PREPARED = "contract-seller-prepared.pdf"
FINISH = ("finish", "request.json", "--signature", "signature.bin", "--certificate", "signer.pem")


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


@pytest.mark.slow
def test_a_file_is_prepared_signed_elsewhere_and_finished(signkit, contract, elsewhere, tmp_path):
    began = signkit(*PREPARE, "--certificate", "signer.pem", "--level", "B-T", "--tsa", "rehearsal")
    assert (began.returncode, began.stdout) == (0, "request.json\n"), began.stderr
    assert "not signed yet" in began.stderr
    assert "NOT-SIGNED" in signkit("validate", "contract.pdf").stdout
    elsewhere()
    done = signkit(*FINISH, "--tsa", "rehearsal")
    assert (done.returncode, done.stdout) == (0, "contract-seller.pdf\n"), done.stderr
    assert "Signed as seller at B-T" in done.stderr
    assert witness.valid_signatures(tmp_path / "contract-seller.pdf") == 1


@pytest.mark.slow
def test_a_contract_that_was_exchanged_since_is_not_finished(signkit, contract, elsewhere, tmp_path):
    assert signkit(*PREPARE, "--certificate", "signer.pem").returncode == 0
    elsewhere()
    (tmp_path / contract).write_bytes(b"%PDF-1.7 another")
    refused = signkit(*FINISH)
    assert refused.returncode == 2
    assert "contract.pdf is not the file that the request was made for" in refused.stderr
    assert not (tmp_path / "contract-seller.pdf").exists()


@pytest.mark.slow
def test_a_prepared_file_that_was_changed_is_not_finished(signkit, contract, elsewhere, tmp_path):
    assert signkit(*PREPARE, "--certificate", "signer.pem").returncode == 0
    elsewhere()
    with (tmp_path / PREPARED).open("ab") as prepared:
        prepared.write(b"\n")
    assert f"{PREPARED} is not the file" in signkit(*FINISH).stderr


@pytest.mark.slow
def test_a_role_whose_signed_file_is_there_already_is_not_signed_again(signkit, contract, elsewhere, tmp_path):
    assert signkit(*PREPARE, "--certificate", "signer.pem").returncode == 0
    elsewhere()
    (tmp_path / "contract-seller.pdf").write_bytes(b"mine")
    assert signkit(*FINISH).returncode == 14
    assert (tmp_path / "contract-seller.pdf").read_bytes() == b"mine"


@pytest.mark.slow
def test_the_request_lies_beside_the_file_where_nothing_else_is_said(signkit, contract, elsewhere, tmp_path):
    made = signkit("prepare", "contract.pdf", "--as", "seller", "--witness", "--certificate", "signer.pem")
    assert (made.returncode, made.stdout) == (0, "contract-seller-request.json\n"), made.stderr
    assert (tmp_path / PREPARED).is_file()
    assert "name, address, birth date and sex" in made.stderr


def test_a_preparation_never_replaces_the_file_it_prepares(signkit, contract, elsewhere, tmp_path):
    before = (tmp_path / contract).read_bytes()
    refused = signkit(*PREPARE[:-1], "contract.pdf", "--certificate", "signer.pem", "--overwrite")
    assert (refused.returncode, "would overwrite the input" in refused.stderr) == (2, True), refused.stderr
    assert (tmp_path / contract).read_bytes() == before


def test_a_certificate_of_somebody_else_is_not_prepared_for(signkit, contract, elsewhere, tmp_path):
    refused = signkit("prepare", "contract.pdf", "--as", "seller", "--certificate", "signer.pem")
    assert refused.returncode == 2
    assert not (tmp_path / PREPARED).exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (PREPARE, 2, "A PAdES signature names its certificate"),
        ((*PREPARE, "--certificate", "missing.pem"), 2, "Cannot read missing.pem"),
        ((*PREPARE, "--certificate", "contract.pdf"), 2, "holds no certificate"),
        ((*PREPARE, "--certificate", "signer.pem", "--level", "B-XL"), 2, "There is no level 'B-XL'"),
        (("finish", "request.json"), 2, "Missing option '--signature'"),
        (("finish", "contract.pdf", *FINISH[2:]), 2, "is no signing request"),
        (("sign",), 2, "Missing argument"),
        (("sign", "contract.pdf", "--signer", "card"), 2, "Missing option '--as'"),
    ],
    ids=["no certificate", "missing", "no certificate inside", "level", "half", "no request", "nothing", "no role"],
)
def test_what_does_not_go_together_is_refused(signkit, contract, elsewhere, tmp_path, arguments, code, words):
    before = {path.name for path in tmp_path.iterdir()}
    run = signkit(*arguments)
    assert (run.returncode, words in run.stderr) == (code, True), run.stderr
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == before


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("sign", "--complete", "request.json"), "signkit finish REQUEST.json"),
        (("sign", "--signature=signature.bin"), "signkit finish REQUEST.json"),
        (("sign", "contract.pdf", "--certificate", "signer.pem"), "signkit prepare PDF"),
        (("sign", "contract.pdf", "--as", "seller", "--signer", "deferred:r.json"), "signkit prepare PDF"),
    ],
    ids=["complete", "signature", "certificate", "deferred"],
)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_who_types_what_sign_once_took_is_told_the_command_of_today(signkit, contract, arguments, hint, lang):
    run = signkit(*arguments, lang=lang)
    assert (run.returncode, hint in run.stderr) == (2, True), run.stderr


def test_an_option_that_never_was_gets_no_hint(signkit, contract):
    run = signkit("sign", contract, "--compleat", "request.json")
    assert run.returncode == 2
    assert "signkit finish" not in run.stderr
