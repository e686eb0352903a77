"""``signkit key``: a key for trying, a request to a CA; nothing is overwritten, nobody else reads the key."""

from __future__ import annotations

import os
import stat
from functools import partial

import pytest
from asn1crypto import csr as requests
from asn1crypto import pem

from signkit.jpki.party_match import PartyClaim, match_person, signer_identity
from signkit.signers.p12 import open_pkcs12
from tests.command import run_signkit

COMPANY = "株式会社架空製作所"


@pytest.fixture
def signkit(kept_home, tmp_path):
    return partial(run_signkit, home=kept_home, folder=tmp_path, stdin="secret\n")


def certificate_in(path):
    from asn1crypto import x509

    with open_pkcs12(path, lambda _: bytearray(b"secret")) as signer:
        return x509.Certificate.load(signer.certificate)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
@pytest.mark.parametrize("arguments", [["k.p12"], ["k.p12", "--self-signed"], ["k.key", "--csr"]], ids=" ".join)
def test_only_its_owner_reads_the_key(signkit, tmp_path, arguments):
    answer = signkit("key", "new", *arguments, "--organization", COMPANY, "--pin-stdin")
    assert answer.returncode == 0
    assert stat.S_IMODE((tmp_path / arguments[0]).stat().st_mode) == 0o600
    assert answer.stdout.splitlines()[0] == arguments[0]
    assert "secret" not in answer.stdout + answer.stderr


@pytest.mark.slow
def test_a_key_for_trying_is_a_rehearsal_s_and_names_the_company(signkit, tmp_path):
    from signkit.pki.anchors import is_rehearsal

    signkit("key", "new", "k.p12", "--organization", COMPANY, "--pin-stdin")
    certificate = certificate_in(tmp_path / "k.p12")
    assert is_rehearsal(certificate)
    claim = PartyClaim("廣瀨 渚", kind="organization", organization=COMPANY)
    assert match_person(signer_identity(certificate), claim).verdict == "match"


@pytest.mark.slow
def test_a_signature_of_each_is_judged_with_the_trust_that_is_told(signkit, tmp_path, blank):
    (tmp_path / "doc.pdf").write_bytes(blank)
    for name, flags in (("r", []), ("s", ["--self-signed", "--algorithm", "p256"])):
        made = signkit("key", "new", f"{name}.p12", "--name", "Alice Smith", *flags, "--pin-stdin")
        trust = made.stderr.split("--trust ")[1].split(". Where")[0]
        signed = signkit("sign", "doc.pdf", "--as", "seller", "--signer", f"p12:{name}.p12", "--pin-stdin",
                         "-o", f"{name}.pdf")  # fmt: skip
        assert signed.returncode == 0, signed.stderr
        judged = signkit("validate", f"{name}.pdf", "--trust", trust)
        assert "Alice Smith" in judged.stdout
        assert "TOTAL-FAILED" not in judged.stdout
        assert "NO_CERTIFICATE_CHAIN_FOUND" not in judged.stdout
        untrusted = signkit("validate", f"{name}.pdf")
        assert untrusted.returncode != 0


@pytest.mark.slow
def test_a_request_names_the_holder_and_is_signed_by_its_key(signkit, tmp_path):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    answer = signkit("key", "new", "k.key", "--name", "廣瀨 渚", "--organization", COMPANY, "--csr", "--pin-stdin")
    assert answer.stdout.split() == ["k.key", "k.csr"]
    raw = (tmp_path / "k.csr").read_bytes()
    subject = requests.CertificationRequest.load(pem.unarmor(raw)[2])["certification_request_info"]["subject"].native
    assert (subject["organization_name"], subject["common_name"]) == (COMPANY, "廣瀨 渚")
    request = x509.load_pem_x509_csr(raw)
    assert request.is_signature_valid
    key = load_pem_private_key((tmp_path / "k.key").read_bytes(), b"secret")
    assert key.public_key() == request.public_key()


@pytest.mark.parametrize(
    ("there", "arguments"),
    [("k.p12", ["k.p12"]), ("k.pem", ["k.p12", "--self-signed"]), ("k.csr", ["k.key", "--csr"])],
)
def test_nothing_is_overwritten(signkit, tmp_path, there, arguments):
    (tmp_path / there).write_bytes(b"mine")
    answer = signkit("key", "new", *arguments, "--name", "A", "--pin-stdin")
    assert answer.returncode == 2
    assert there in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_bytes() == b"mine"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["k.pem", "--name", "A"], "k.p12"),
        (["k.p12", "--name", "A", "--csr"], "k.key"),
        (["k.key", "--name", "A", "--csr", "--self-signed"], "--self-signed"),
        (["k.p12"], "--name"),
        (["k.p12", "--name", " "], "empty"),
        (["k.p12", "--name", "A" * 65], "64"),
        (["k.p12", "--name", "A\u202e"], "nobody sees"),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_reason(signkit, tmp_path, arguments, word):
    answer = signkit("key", "new", *arguments, "--pin-stdin")
    assert answer.returncode == 2
    assert word in answer.stderr
    assert not any(tmp_path.iterdir())


def test_a_key_without_a_passphrase_is_not_made(kept_home, tmp_path):
    answer = run_signkit(
        "key", "new", "k.p12", "--name", "A", "--pin-stdin", home=kept_home, folder=tmp_path, stdin="\n"
    )
    assert answer.returncode == 2
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_whose_key_is_in_a_file_is_shown(signkit):
    signkit("key", "new", "k.p12", "--organization", COMPANY, "--pin-stdin")
    answer = signkit("key", "show", "k.p12", "--pin-stdin", lang="ja")
    assert answer.returncode == 0
    assert f"名義: {COMPANY}" in answer.stdout
    assert "リハーサル" in answer.stdout
    assert "BEGIN" not in answer.stdout


REGISTERED = (
    "--organization", "株式会社架空製作所", "--name", "廣瀨　渚", "--head-office", "東京都千代田区霞が関一丁目１番１号",
)  # fmt: skip


@pytest.mark.slow
def test_a_key_for_trying_may_have_the_shape_of_a_company_s_of_the_register(signkit):
    run = signkit("key", "new", "c.p12", *REGISTERED, "--company-number", "6010001000001", "--pin-stdin", stdin="pw\n")
    assert run.returncode == 0, run.stderr
    shown = signkit("key", "show", "c.p12", "--pin-stdin", stdin="pw\n", lang="ja").stdout
    for line in ("商号 (商業登記): 株式会社架空製作所", "代表者: 代表取締役 廣瀨　渚", "会社法人等番号: 010001000001"):
        assert line in shown


@pytest.mark.parametrize(
    "arguments",
    [
        REGISTERED[2:],
        (*REGISTERED[:2], *REGISTERED[4:]),
        (*REGISTERED, "--self-signed"),
        (*REGISTERED, "--company-number", "12"),
        (*REGISTERED, "--company-number", "1010001000001"),
        (*REGISTERED[:4], "--company-number", "010001000001"),
    ],
)
def test_half_a_company_is_refused(signkit, tmp_path, arguments):
    run = signkit("key", "new", "c.p12", *arguments, "--pin-stdin", stdin="pw\n")
    assert run.returncode == 2
    assert not (tmp_path / "c.p12").exists()


@pytest.mark.slow
def test_a_power_that_a_certificate_states_is_shown_as_it_is_written(signkit, tmp_path):
    """A 電子委任状 of the certificate kind, as 認定認証業務 issue them: in a directory name of subjectAltName."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    from tests.validation import pki

    names = [
        (NameOID.ORGANIZATION_NAME, "株式会社架空製作所"), (NameOID.COMMON_NAME, "番号花子"),
        (x509.ObjectIdentifier("2.5.4.13"), "契約締結権限\x1b[2J"),
    ]  # fmt: skip
    other = x509.DirectoryName(x509.Name([x509.NameAttribute(*each) for each in names]))
    ca = pki.authority()
    builder = pki._builder(pki.name("Hanako Bango"), ca.certificate.subject, ca.key, pki.NOW, pki.NOW + pki.YEAR)
    made = builder.add_extension(x509.SubjectAlternativeName([other]), False).sign(ca.key, hashes.SHA256())
    (tmp_path / "c.pem").write_bytes(made.public_bytes(Encoding.PEM))
    shown = signkit("key", "show", "c.pem", lang="ja").stdout
    assert "団体の名称: 株式会社架空製作所" in shown
    assert "記載事項: 契約締結権限" in shown
    assert "\x1b" not in shown
    assert "判定しません" in shown
