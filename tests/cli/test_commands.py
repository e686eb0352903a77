"""The commands as a person types them: what they print, where, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cli.conftest import PASSWORD

#: The seller of the sample contract, with the emulated card of the same name.
SELLER = ("--as", "seller", "--signer", "card:virtual:takahashi")


@pytest.mark.slow
def test_the_brokers_guide_works(signkit, repository, tmp_path):
    sample = repository / "samples/real-estate-sale/01-existing-house.yaml"
    made = signkit("render", "real-estate-sale", str(sample), "-o", "contract.pdf")
    assert (made.returncode, made.stdout) == (0, "contract.pdf\n")
    signed = signkit(
        "sign", "contract.pdf", *SELLER, "--level", "B-LTA", "--tsa", "rehearsal",
        "--certify", "--pin-stdin", stdin=PASSWORD,
    )  # fmt: skip
    assert (signed.returncode, signed.stdout) == (0, "contract-seller.pdf\n"), signed.stderr
    assert "5 tries left." in signed.stderr
    assert "name, address, birth date and sex" in signed.stderr
    trust = str(tmp_path / "home/rehearsal/rehearsal-ca.pem")
    judged = signkit("validate", "contract-seller.pdf", "--trust", trust, "--offline", "--format", "json")
    assert judged.returncode == 0, judged.stdout
    assert json.loads(judged.stdout)["verdict"] == "TOTAL-PASSED"
    untrusted = signkit("validate", "contract-seller.pdf", "--offline")
    assert untrusted.returncode == 3
    assert "INDETERMINATE" in untrusted.stdout


@pytest.mark.slow
def test_extend_raises_a_b_t_file(signkit, contract, tmp_path):
    arguments = (*SELLER, "--level", "B-T", "--tsa", "rehearsal", "--pin-stdin")
    assert signkit("sign", contract, *arguments, stdin=PASSWORD).returncode == 0
    extended = signkit("extend", "contract-seller.pdf", "--tsa", "rehearsal")
    assert (extended.returncode, extended.stdout) == (0, "contract-seller-B-LTA.pdf\n"), extended.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "words"),
    [
        (("sign", "contract.pdf", "--as", "landlord", "--signer", "card:virtual"), "", 2, "Empty fields: seller"),
        (("sign", "missing.pdf", *SELLER), "", 2, "Cannot read missing.pdf"),
        (("sign", "contract.pdf", "--as", "seller", "--signer", "usb:1"), "", 2, "No signer is named 'usb:1'"),
        (("sign", "contract.pdf", "--as", "seller", "--signer", "p12:none.p12"), "", 2, "Cannot read none.p12"),
        (
            ("sign", "contract.pdf", *SELLER, "--pin-stdin"),
            "WRONG123\n", 12, "Tries left: 4",
        ),
        (("sign", "contract.pdf", *SELLER), "", 2, "no terminal to type it at"),
        (
            ("sign", "contract.pdf", *SELLER, "--level", "B-XL"), "", 2,
            "There is no level 'B-XL'",
        ),
        (
            ("sign", "contract.pdf", *SELLER, "--level", "B-T", "--pin-stdin"),
            PASSWORD, 13, "No timestamp could be had",
        ),
        (
            (
                "sign", "contract.pdf", *SELLER, "--level", "B-T", "--pin-stdin",
                "--tsa", "file:///etc/passwd",
            ),
            PASSWORD, 2, "is no timestamp service's address",
        ),
        (("sign", "contract.pdf", *SELLER, "-o", "contract.pdf"), "", 2,
         "would overwrite the input"),
        (("extend", "contract.pdf", "--tsa", "rehearsal"), "", 2, "no signature in it to extend"),
        (("extend", "contract.pdf", "--level", "B-B"), "", 2, "extend raises to B-LT or B-LTA"),
        (("render", "no-such-template", "x.yaml"), "", 2, "Known templates: "),
        (("render", "real-estate-sale", "missing.yaml"), "", 2, "missing.yaml"),
        (("validate", "contract.pdf"), "", 3, "NOT-SIGNED"),
        (("validate", "missing.pdf"), "", 4, "UNREADABLE"),
        (("validate", "contract.pdf", "--at", "yesterday"), "", 2, "'yesterday' is no time"),
        (("validate", "contract.pdf", "--trust", "contract.pdf"), "", 2, "holds no certificate"),
        (("frobnicate",), "", 2, "No such command"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else None,
)  # fmt: skip
def test_bad_input_gives_one_message_and_the_right_exit_code(
    signkit, contract, tmp_path, arguments, stdin, code, words
):
    before = {path.name for path in tmp_path.iterdir()}
    run = signkit(*arguments, stdin=stdin)
    assert run.returncode == code, run.stderr
    assert words in run.stderr + run.stdout
    assert "Traceback" not in run.stderr
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == before


@pytest.mark.slow
def test_messages_come_in_japanese(signkit, contract):
    run = signkit("sign", contract, "--as", "landlord", "--signer", "card:virtual", lang="ja_JP.UTF-8")
    assert "署名欄 'landlord' がありません" in run.stderr
    assert "空の署名欄: seller (売主), buyer (買主), broker (宅地建物取引士)" in run.stderr


def test_an_existing_output_is_kept_before_any_secret_is_asked(signkit, contract, tmp_path):
    (tmp_path / "contract-seller.pdf").write_bytes(b"mine")
    run = signkit("sign", contract, *SELLER, "--pin-stdin", stdin=PASSWORD)
    assert run.returncode == 14
    assert (tmp_path / "contract-seller.pdf").read_bytes() == b"mine"
    assert "tries left" not in run.stderr


def test_a_full_disk_leaves_no_half_written_file(signkit, contract, tmp_path):
    run = signkit(
        "sign", contract, *SELLER, "--pin-stdin", "-o", "/dev/full/x.pdf",
        stdin=PASSWORD,
    )  # fmt: skip
    assert run.returncode == 14
    assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_templates_are_listed_and_shown(signkit):
    listed = signkit("template", "list")
    assert "real-estate-sale" in listed.stdout
    assert "employment-agreement" in listed.stdout
    shown = signkit("template", "show", "real-estate-sale", lang="ja")
    assert "売主" in shown.stdout
    assert "price" in shown.stdout


def test_the_trust_anchors_are_listed(signkit):
    lines = signkit("trust", "list").stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["sign-ca-2015", "sign-ca-2019", "sign-ca-2023"]


@pytest.mark.slow
def test_help_imports_nothing_heavy():
    code = (
        "import sys\n"
        "sys.argv = ['signkit', '--help']\n"
        "from signkit.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pyhanko', 'asn1crypto', 'cryptography', 'typst', 'jinja2', 'pypdf', 'fontTools', 'PIL', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.splitlines()[-1] == "[]"
