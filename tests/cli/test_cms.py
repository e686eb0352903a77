"""``signkit cms`` and ``signkit asic`` as a person types them."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import PASSWORD

KEY = ("--signer", "card:virtual", "--pin-stdin")
TRUST = ("--trust", "home/rehearsal/rehearsal-ca.pem", "--offline")


@pytest.fixture
def letter(tmp_path):
    (tmp_path / "letter.txt").write_text("A letter.\n", encoding="utf-8")
    return "letter.txt"


@pytest.mark.slow
def test_a_file_is_signed_judged_signed_again_and_extended(signkit, letter, tmp_path):
    first = signkit("cms", "sign", letter, *KEY, "--level", "B-LT", "--tsa", "rehearsal", stdin=PASSWORD)
    assert (first.returncode, first.stdout) == (0, "letter.txt.p7s\n"), first.stderr
    judged = signkit("cms", "verify", "letter.txt.p7s", *TRUST, "--format", "json")
    assert judged.returncode == 0, judged.stdout
    report = json.loads(judged.stdout)
    assert (report["kind"], report["signatures"][0]["level"]) == ("cms", "CAdES-B-LT")

    second = signkit("cms", "sign", letter, *KEY, "--add-to", "letter.txt.p7s", "--pem", stdin=PASSWORD)
    assert (second.returncode, second.stdout) == (0, "letter.txt.2.p7s.pem\n"), second.stderr
    extended = signkit("cms", "extend", "letter.txt.2.p7s.pem", "--tsa", "rehearsal", "-o", "letter.txt.3.p7s")
    assert (extended.returncode, extended.stdout) == (0, "letter.txt.3.p7s\n"), extended.stderr
    both = signkit("cms", "verify", "letter.txt.3.p7s", *TRUST, "--format", "json")
    assert [item["level"] for item in json.loads(both.stdout)["signatures"]] == ["CAdES-B-LTA"] * 2
    assert both.returncode == 0

    (tmp_path / letter).write_text("Another letter.\n", encoding="utf-8")
    assert signkit("cms", "verify", "letter.txt.p7s", *TRUST).returncode == 1


@pytest.mark.slow
def test_an_attached_signature_is_judged_by_validate_too(signkit, contract):
    made = signkit("cms", "sign", contract, *KEY, "--attach", "--level", "B-LT", "--tsa", "rehearsal", stdin=PASSWORD)
    assert (made.returncode, made.stdout) == (0, "contract.pdf.p7m\n"), made.stderr
    judged = signkit("validate", "contract.pdf.p7m", *TRUST, "--jobs", "0")
    assert judged.returncode == 0, judged.stdout


@pytest.mark.slow
def test_a_container_is_made_listed_and_judged(signkit, letter, contract):
    options = ("--level", "B-LT", "--tsa", "rehearsal")
    made = signkit("asic", "make", "all.asice", letter, contract, *KEY, *options, stdin=PASSWORD)
    assert (made.returncode, made.stdout) == (0, "all.asice\n"), made.stderr
    listed = signkit("asic", "list", "all.asice")
    assert [line.split("\t")[1:] for line in listed.stdout.splitlines()] == [
        ["META-INF/ASiCManifest001.xml", "letter.txt"],
        ["META-INF/ASiCManifest001.xml", "contract.pdf"],
    ]
    assert signkit("asic", "verify", "all.asice", *TRUST).returncode == 0
    assert signkit("validate", "all.asice", *TRUST, "--jobs", "0").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("cms", "sign", "missing.txt", *KEY), 2, "Cannot read missing.txt"),
        (("cms", "sign", ".", *KEY), 2, "Cannot read ."),
        (("cms", "sign", "letter.txt", *KEY, "-o", "letter.txt", "--overwrite"), 2, "would overwrite the input"),
        (("cms", "sign", "letter.txt", *KEY, "--add-to", "letter.txt"), 2, "This signature file cannot be used"),
        (("cms", "sign", "letter.txt", *KEY, "--level", "B-T"), 13, "No timestamp could be had"),
        (("cms", "sign", "letter.txt", *KEY, "-o", "nowhere/x.p7s"), 14, "no such folder"),
        (("cms", "extend", "letter.txt"), 2, "This signature file cannot be used"),
        (("cms", "extend", "letter.txt", "--level", "B-B"), 2, "extend raises to B-T, B-LT or B-LTA"),
        (("cms", "verify", "missing.p7s"), 4, "UNREADABLE"),
        (("cms", "verify", "letter.txt"), 4, "UNREADABLE"),
        (("asic", "make", "x.asice", "letter.txt", "./letter.txt", *KEY), 2, "two files are called letter.txt"),
        (("asic", "verify", "letter.txt"), 4, "UNREADABLE"),
        (("asic", "list", "letter.txt"), 2, "Cannot read letter.txt"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else None,
)
def test_bad_input_gives_one_message_the_right_exit_code_and_no_file(signkit, letter, tmp_path, arguments, code, words):
    before = {path.name for path in tmp_path.iterdir()}
    run = signkit(*arguments, stdin=PASSWORD)
    assert run.returncode == code, run.stderr
    assert words in run.stderr + run.stdout
    assert "Traceback" not in run.stderr
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == before
    assert (tmp_path / letter).read_text(encoding="utf-8") == "A letter.\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("cms", "sign", "letter.txt", "-o"), ("asic", "make")], ids=["a CMS", "a container"]
)
def test_a_signed_file_in_the_way_is_told_of_before_the_key_is_asked_for(signkit, letter, tmp_path, arguments):
    assert signkit("cms", "sign", letter, *KEY, stdin=PASSWORD).returncode == 0
    signed = tmp_path / "letter.txt.p7s"
    before = signed.read_bytes()
    others = (letter,) if arguments[0] == "asic" else ()
    run = signkit(*arguments, signed.name, *others, *KEY, "--overwrite")  # the secret is not there: it is not asked for
    assert (run.returncode, run.error.code) == (14, "output-signed"), run.stderr
    assert signed.read_bytes() == before


@pytest.mark.slow
def test_a_co_signature_replaces_the_file_whose_signatures_it_keeps(signkit, letter, tmp_path):
    assert signkit("cms", "sign", letter, *KEY, "-o", "one.p7s", stdin=PASSWORD).returncode == 0
    (tmp_path / "two.p7s").write_bytes((tmp_path / "one.p7s").read_bytes())
    run = signkit("cms", "sign", letter, *KEY, "--add-to", "one.p7s", "-o", "two.p7s", "--overwrite", stdin=PASSWORD)
    assert run.returncode == 0, run.stderr


def test_messages_come_in_japanese(signkit, letter):
    run = signkit("cms", "extend", letter, lang="ja_JP.UTF-8")
    assert "この署名ファイルは使えません" in run.stderr
