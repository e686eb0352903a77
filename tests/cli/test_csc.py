"""A remote signing service, as typed: the token comes from a file, the PIN from the person."""

from __future__ import annotations

import pytest

from tests import witness
from tests.signers.csc_server import PIN, TOKEN, CscServer


@pytest.fixture
def server(seller_card):
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    key = load_der_private_key(seller_card.sign.private_key, None)
    with CscServer([seller_card.sign.certificate], key) as running:
        yield running


@pytest.mark.slow
def test_a_contract_is_signed_at_a_service(signkit, contract, server, tmp_path, monkeypatch):
    token = tmp_path / "token"
    token.touch(0o600)
    token.write_text(TOKEN)
    monkeypatch.setenv("SIGNKIT_CSC_TOKEN_FILE", str(token))
    uri = f"csc:{server.address}#key-1"
    signed = signkit("sign", contract, "--as", "seller", "--signer", uri, "--witness", "--pin-stdin", stdin=f"{PIN}\n")
    assert (signed.returncode, signed.stdout) == (0, "contract-seller.pdf\n"), signed.stderr
    assert PIN not in signed.stderr
    assert witness.valid_signatures(tmp_path / "contract-seller.pdf") == 1


@pytest.mark.slow
def test_a_service_that_refuses_leaves_no_file(signkit, contract, server, tmp_path):
    refused = signkit("sign", contract, "--as", "seller", "--signer", f"csc:{server.address}#key-1")
    assert refused.returncode == 11
    assert "HTTP status 401" in refused.stderr
    assert not (tmp_path / "contract-seller.pdf").exists()
