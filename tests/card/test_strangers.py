"""Strangers as witnesses: OpenSC's tools work with the emulated card, and OpenSSL verifies what it signs."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from signkit.card.emulator import Behaviour, EmulatedCard
from tests.card.contents import rsa_contents
from tests.requirements import require

pytestmark = pytest.mark.slow  # OpenSC reads the card anew for each call

MODULE = next(Path("/usr/lib").glob("*/opensc-pkcs11.so"), None)


@pytest.fixture
def card(bench):
    require(shutil.which("opensc-tool") and MODULE, "OpenSC is not installed")
    card = EmulatedCard(rsa_contents())
    with bench.card(card):
        yield card


def run(*command: str, stdin: bytes | None = None) -> bytes:
    """Run a tool and return its standard output; its standard error is shown when it fails."""
    finished = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)
    assert finished.returncode == 0, finished.stderr.decode()
    return finished.stdout


def verified_by_openssl(certificate: bytes, message: bytes, signature: bytes, folder) -> bool:
    public_key = x509.load_der_x509_certificate(certificate).public_key()
    (folder / "key.pem").write_bytes(
        public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    (folder / "signature").write_bytes(signature)
    (folder / "message").write_bytes(message)
    names = [str(folder / name) for name in ("key.pem", "signature", "message")]
    return b"Verified OK" in run("openssl", "dgst", "-sha256", "-verify", names[0], "-signature", names[1], names[2])


def pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    "atr", ["3BE000FF8131FE4514", "3BDA13FF8131FB468012392F31C173C601C03B", "3B888001000005E0B381A1007F"]
)
def test_opensc_knows_the_card_whatever_its_atr(bench, atr):
    require(shutil.which("opensc-tool"), "OpenSC is not installed")
    with bench.card(EmulatedCard(rsa_contents(), Behaviour(atr=bytes.fromhex(atr)))):
        assert run("opensc-tool", "-n").strip() == b"jpki"
        assert run("opensc-tool", "-a").strip().replace(b":", b"") == atr.lower().encode()


def test_opensc_lists_the_reader(card):
    assert b"Yes" in run("opensc-tool", "-l")


def test_pkcs15_tool_dumps_the_card(card):
    dump = run("pkcs15-tool", "-D").decode()
    assert "Digital Signature PIN" in dump
    assert dump.count("Private RSA Key") == 2
    assert "Tries left     : 5" in dump


def test_pkcs15_tool_reads_the_free_certificates(card):
    assert run("pkcs15-tool", "--read-certificate", "1") == pem(rsa_contents().auth.certificate)
    assert run("pkcs15-tool", "--read-certificate", "3") == pem(rsa_contents().auth.ca_certificate)


def test_pkcs15_tool_reads_the_signing_certificate_after_the_password_only(card):
    read = ("pkcs15-tool", "--read-certificate", "2")
    assert run(*read, "--verify-pin", "--auth-id", "02", "--pin", "SIGNKIT1") == pem(rsa_contents().sign.certificate)
    assert subprocess.run(read, capture_output=True, check=False).returncode != 0


def test_pkcs15_crypt_signs_and_openssl_verifies(card, tmp_path):
    message = b"a contract"
    (tmp_path / "digest").write_bytes(hashlib.sha256(message).digest())
    arguments = f"-s -k 02 --sha-256 --pkcs1 -R --pin SIGNKIT1 -i {tmp_path}/digest -o {tmp_path}/out".split()
    run("pkcs15-crypt", *arguments)
    signature = (tmp_path / "out").read_bytes()
    assert verified_by_openssl(rsa_contents().sign.certificate, message, signature, tmp_path)


@pytest.mark.parametrize(("slot", "key", "pin", "kind"), [(1, "02", "SIGNKIT1", "sign"), (0, "01", "1234", "auth")])
def test_pkcs11_tool_signs_and_openssl_verifies(card, tmp_path, slot, key, pin, kind):
    message = b"a contract"
    arguments = f"--module {MODULE} --slot-index {slot} -l --pin {pin} --sign --id {key} -m SHA256-RSA-PKCS".split()
    (tmp_path / "in").write_bytes(message)
    run("pkcs11-tool", *arguments, "-i", str(tmp_path / "in"), "-o", str(tmp_path / "out"))
    certificate = getattr(rsa_contents(), kind).certificate
    assert verified_by_openssl(certificate, message, (tmp_path / "out").read_bytes(), tmp_path)


def test_a_wrong_pin_by_a_stranger_costs_a_try(card):
    wrong = ("pkcs15-tool", "--verify-pin", "--auth-id", "02", "--pin", "WRONG123")
    assert subprocess.run(wrong, capture_output=True, check=False).returncode != 0
    assert card.state.tries["signature"] == 4
