"""Remote signing services: a stranger's server for version 1 of the API, one of our own for version 2."""

from __future__ import annotations

import json
import os

import pytest

from signkit.errors import InputUnreadable
from signkit.rehearsal.evidence_services import utc_now
from signkit.settings import Settings
from signkit.signers.csc import open_csc_signer, parse_csc_uri
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from tests import witness
from tests.refusals import refused_as
from tests.signers import csc_dummy
from tests.signers.csc_server import CLIENT_SECRET, PIN, TOKEN, CscServer


@pytest.fixture
def server(seller_card):
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    contents = seller_card.sign
    key = load_der_private_key(contents.private_key, None)
    with CscServer([contents.certificate, contents.ca_certificate], key) as running:
        yield running


@pytest.fixture
def secret_file(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "secret"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


@pytest.fixture
def settings(secret_file):
    return Settings(csc_token_file=secret_file(TOKEN + "\n"))


def signer_at(server, settings, pin=PIN, asked=None):
    def ask(request):
        if asked is not None:
            asked.append(request)
        return bytearray(pin.encode())

    return open_csc_signer(f"{server.address}#key-1", ask, settings)


def request():
    return SignatureRequest("seller", "番号　花子", utc_now())


@pytest.mark.slow
def test_version_2_signs_a_contract_with_a_pin(server, settings, blank, services, tmp_path):
    asked = []
    with signer_at(server, settings, asked=asked) as key:
        signed = sign(blank, request(), key, Level.B_LT, services).pdf
    (tmp_path / "signed.pdf").write_bytes(signed)
    assert witness.valid_signatures(tmp_path / "signed.pdf") == 1
    assert [method for method, _ in server.calls] == [
        "credentials/info",
        "credentials/authorize",
        "signatures/signHash",
    ]
    assert [(item.kind, item.of) for item in asked] == [("token-pin", "key-1 (127.0.0.1)")]


@pytest.mark.slow
def test_the_service_gets_a_hash_and_nothing_of_the_document(server, settings, blank, services):
    with signer_at(server, settings) as key:
        sign(blank, request(), key, Level.B_B, services)
    body = json.loads(server.calls[-1][1])
    assert set(body) == {"credentialID", "SAD", "hashes", "hashAlgorithmOID", "signAlgo", "operationMode"}
    assert len(body["hashes"][0]) == 44


@pytest.mark.slow
def test_client_credentials_get_a_token(server, secret_file, blank, services):
    settings = Settings(csc_client_id="client-1", csc_client_secret_file=secret_file(CLIENT_SECRET))
    with signer_at(server, settings) as key:
        sign(blank, request(), key, Level.B_B, services)
    assert server.calls[0][0] == "oauth2/token"


@pytest.mark.slow
def test_wrong_client_credentials_get_none(server, secret_file):
    settings = Settings(csc_client_id="client-1", csc_client_secret_file=secret_file("other"))
    with refused_as("csc-failed", match=r"oauth2/token .* HTTP status 401"), signer_at(server, settings):
        pass


@pytest.mark.slow
def test_without_a_token_the_service_refuses(server):
    with refused_as("csc-failed", match="HTTP status 401"), signer_at(server, Settings()):
        pass


@pytest.mark.slow
def test_a_wrong_pin_is_refused_by_the_service(server, settings):
    with signer_at(server, settings, pin="000000") as key, refused_as("csc-failed", match="credentials/authorize"):
        key.sign(b"data")


@pytest.mark.slow
def test_the_pin_is_wiped_and_shown_in_no_representation(server, settings):
    given = bytearray(PIN.encode())
    with open_csc_signer(f"{server.address}#key-1", lambda _: given, settings) as key:
        assert PIN not in repr(key)
        assert TOKEN not in repr(key)
    assert given == bytes(len(PIN))


@pytest.mark.slow
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_the_token_nowhere(server, settings, status):
    server.replace["credentials/info"] = (status, [("Location", f"{server.address}stolen")], b"")
    with refused_as("csc-failed", match=f"HTTP status {status}"), signer_at(server, settings):
        pass
    assert [method for method, _ in server.calls] == ["credentials/info"]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="file modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660], ids=oct)
def test_a_token_that_others_may_read_is_not_used(server, secret_file, mode):
    settings = Settings(csc_token_file=secret_file(TOKEN, mode))
    with refused_as("csc-secret-file-unsafe", match="others may read"), signer_at(server, settings):
        pass
    assert server.calls == []


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "two\nlines", "a b", "x\r\nHost: evil", "鍵", "a" * 20_000])
def test_what_is_no_token_is_not_sent(server, secret_file, text):
    with (
        refused_as("csc-secret-file-unsafe", match=r"plain ASCII|longer than 16 KB"),
        signer_at(server, Settings(csc_token_file=secret_file(text))),
    ):
        pass
    assert server.calls == []


def test_a_token_file_that_is_not_there_is_named(server, tmp_path):
    with pytest.raises(InputUnreadable), signer_at(server, Settings(csc_token_file=tmp_path / "none")):
        pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": {"status": "disabled", "algo": []}}, "not enabled"),
        ({"key": "x"}, "not enabled"),
        ({"key": {"status": "enabled", "algo": ["1.2.840.10045.4.3.2"]}}, "no signature algorithm"),
        ({"auth": {"mode": "oauth2code"}}, "another authorisation"),
        ({"auth": {"mode": "explicit", "objects": [{"id": "OTP"}]}}, "another authorisation"),
        ({"auth": None}, "another authorisation"),
    ],
    ids=["disabled", "no key", "algorithm", "browser", "otp", "no auth"],
)
def test_a_credential_that_wants_more_is_refused(server, settings, changes, words):
    server.info_changes = changes
    with refused_as("csc-unsupported", match=words), signer_at(server, settings):
        pass


@pytest.mark.slow
def test_a_revoked_certificate_is_refused(server, settings):
    from base64 import b64encode

    server.info_changes = {
        "cert": {"status": "revoked", "certificates": [b64encode(server.certificates[0]).decode("ascii")]}
    }
    with refused_as("csc-unsupported", match="not valid"), signer_at(server, settings):
        pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "no certificates"),
        (b'{"cert": {"certificates": []}}', "no certificates"),
        (b'{"cert": {"certificates": ["*"]}}', "no base64"),
        (b'{"cert": {"certificates": [1]}}', "no base64"),
        (b'{"cert": {"certificates": ["MAA="]}}', "cannot be read"),
        (b" " * 1_000_001, "longer than"),
    ],
    ids=["empty", "deep", "list", "hollow", "none", "no base64", "number", "no certificate", "endless"],
)
def test_a_service_that_answers_nonsense_is_not_believed(server, settings, answer, words):
    server.replace["credentials/info"] = (200, [], answer)
    with refused_as("csc-failed", match=words), signer_at(server, settings):
        pass


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer", [b"{}", b'{"signatures": []}', b'{"signatures": ["AA==", "AA=="]}', b'{"signatures": "AA=="}']
)
def test_not_one_signature_is_refused(server, settings, answer):
    server.replace["signatures/signHash"] = (200, [], answer)
    with signer_at(server, settings) as key, refused_as("csc-failed", match="not one signature"):
        key.sign(b"data")


@pytest.mark.slow
def test_a_signature_that_does_not_fit_is_caught(server, settings, blank, services):
    server.replace["signatures/signHash"] = (200, [], b'{"signatures": ["AAAA"]}')
    with signer_at(server, settings) as key, refused_as("self-check-failed"):
        sign(blank, request(), key, Level.B_B, services)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("http://sign.example.jp/csc/v2/#key", "only https"),
        ("ftp://sign.example.jp/csc/v2/#key", "only https"),
        ("http://127.0.0.1.example.jp/csc/v2/#key", "only https"),
        ("https://user:secret@sign.example.jp/csc/v2/#key", "no address"),
        ("https://sign.example.jp/csc/v2/?token=secret#key", "no address"),
        ("https://sign.example.jp:x/csc/v2/#key", "no address"),
        ("sign.example.jp", "no address"),
        ("", "no address"),
        ("https://sign.example.jp/csc/v3/#key", "does not end in"),
        ("https://sign.example.jp/csc/v2/", "no credential"),
    ],
)
def test_a_uri_that_names_no_service_safely_is_refused(rest, words):
    with refused_as("csc-uri-invalid", match=words):
        parse_csc_uri(rest)


@pytest.mark.slow
def test_a_plain_token_address_is_refused(server, secret_file):
    settings = Settings(
        csc_client_id="client-1", csc_client_secret_file=secret_file("x"), csc_token_url="http://example.jp/token"
    )
    with refused_as("csc-uri-invalid", match="only https"), signer_at(server, settings):
        pass


@pytest.fixture(scope="module", params=["1", "2"], ids=["SCAL 1", "SCAL 2"])
def dummy(request, tmp_path_factory):
    with csc_dummy.running(tmp_path_factory.mktemp("dummy"), request.param) as address:
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("name", ["alice", "bob"], ids=["RSA", "ECDSA"])
def test_a_strangers_server_signs_a_contract(dummy, name, blank, services, tmp_path):
    with open_csc_signer(f"{dummy}#testing/{name}", lambda _: pytest.fail("no PIN"), Settings()) as key:
        assert len(key.chain) == 1
        signed = sign(blank, request(), key, Level.B_T, services).pdf
    (tmp_path / "signed.pdf").write_bytes(signed)
    assert witness.valid_signatures(tmp_path / "signed.pdf") == 1


@pytest.mark.slow
def test_a_credential_that_a_strangers_server_does_not_have_is_refused(dummy):
    with (
        refused_as("csc-failed", match="HTTP status 404"),
        open_csc_signer(f"{dummy}#testing/nobody", lambda _: bytearray(), Settings()),
    ):
        pass
