"""Keys in PKCS#12 files."""

from __future__ import annotations

import pytest

from signkit.errors import InputUnreadable
from signkit.rehearsal.evidence_services import utc_now
from signkit.signers.base import SecretRequest
from signkit.signers.p12 import open_pkcs12
from signkit.signers.registry import SignerContext, open_signer
from tests.refusals import refused_as


@pytest.fixture(scope="module")
def key_file(rehearsal, tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "broker.p12"
    path.write_bytes(rehearsal.key_file("架空 仲介子", "架空不動産株式会社", b"open sesame", utc_now()))
    return path


@pytest.mark.slow
def test_the_passphrase_is_asked_for_once_and_wiped(key_file):
    given = bytearray(b"open sesame")
    asked: list[SecretRequest] = []

    def ask(request: SecretRequest) -> bytearray:
        asked.append(request)
        return given

    signer = open_pkcs12(key_file, ask)
    assert [(r.kind, r.of, r.tries_left) for r in asked] == [("passphrase", "broker.p12", None)]
    assert given == bytes(len(given))
    assert len(signer.sign(b"data")) == 256
    assert len(signer.chain) == 1


@pytest.mark.slow
def test_a_wrong_passphrase_is_refused_and_wiped(key_file):
    given = bytearray(b"open barley")
    with refused_as("passphrase-wrong") as refusal:
        open_pkcs12(key_file, lambda _: given)
    assert refusal.value.exit_code == 12
    assert given == bytes(len(given))
    assert "barley" not in repr(refusal.value) + str(refusal.value)


@pytest.mark.slow
def test_the_key_is_not_shown(key_file):
    signer = open_pkcs12(key_file, lambda _: bytearray(b"open sesame"))
    assert "PrivateKey" not in repr(signer._key)


@pytest.mark.slow
def test_a_file_without_passphrase_asks_for_none(rehearsal, tmp_path):
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

    identity = rehearsal.timestamp
    path = tmp_path / "open.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", identity.key, identity.certificate, None, NoEncryption())
    )

    def never(_: SecretRequest) -> bytearray:
        raise AssertionError("asked for a passphrase")

    assert open_pkcs12(path, never).certificate


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "not a PKCS#12 file"),
        (b"-----BEGIN CERTIFICATE-----\n", "not a PKCS#12 file"),
        (b"0" * 2_000_000, "larger"),
    ],
    ids=["empty", "pem", "large"],
)
def test_what_is_no_key_file_is_refused(content, cause, tmp_path):
    path = tmp_path / "odd.p12"
    path.write_bytes(content)
    with refused_as("key-file-unusable", InputUnreadable, match=cause):
        open_pkcs12(path, lambda _: bytearray())


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(InputUnreadable, match="No such file"):
        open_pkcs12(tmp_path / "none.p12", lambda _: bytearray())


@pytest.mark.parametrize("uri", ["usb:1", "p12", "p12:", "", ":"])
def test_an_unknown_signer_uri_lists_the_kinds(uri):
    with refused_as("signer-unknown") as refusal:
        open_signer(uri, SignerContext(lambda _: bytearray()))
    assert {"card", "p12"} <= set(refusal.value.known.split(", "))
