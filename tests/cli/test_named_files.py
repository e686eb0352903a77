"""What is refused of a file says which file, whoever refuses it."""

from __future__ import annotations

import json

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import find_template

COMMANDS = {
    "sign": ("sign", "FILE", "--as", "seller", "--signer", "p12:key.p12"),
    "prepare": ("prepare", "FILE", "--as", "seller"),
    "extend": ("extend", "FILE"),
    "complete": ("complete", "FILE"),
    "consent": ("consent", "FILE"),
    "deliver check": ("deliver", "check", "FILE"),
    "deliver pack": ("deliver", "pack", "FILE", "-o", "pack"),
    "deliver withdraw": ("deliver", "withdraw", "FILE", "--on", "2026-11-21"),
    "touch": ("card", "touch", "--reader", "virtual", "--signer-of", "FILE"),
    "archive": ("archive", "add", "FILE", "--archive", "kept"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.7\ngarbage"], ids=["empty", "text", "torn"])
def test_a_file_that_is_no_pdf_is_named(signkit, tmp_path, command, content):
    (tmp_path / "契約.pdf").write_bytes(content)
    signkit("archive", "init", "kept")
    done = signkit(*(part.replace("FILE", "契約.pdf") for part in command), lang="ja")
    assert done.returncode not in (0, 70)
    assert "契約.pdf" in next(line for line in done.stderr.splitlines() if line.startswith("エラー:"))


@pytest.mark.slow
def test_a_title_that_two_parties_have_names_both(signkit, tmp_path):
    data = load_contract_data(find_template("amendment").folder / "example.yaml")
    data["party2"]["label"] = data["party"]["label"] = "売主"
    (tmp_path / "data.json").write_text(json.dumps(data), encoding="utf-8")
    assert signkit("render", "amendment", "data.json", "-o", "a.pdf").returncode == 0
    for command in (("sign", "--signer", "p12:none.p12"), ("prepare",)):
        done = signkit(*command, "a.pdf", "--as", "売主", lang="ja")
        assert done.returncode == 2, done.stderr
        assert "'売主' が複数います: party (売主)、party2 (売主)" in done.stderr.replace(", ", "、")


def test_whose_identity_is_meant_may_be_said_by_title(signkit, tmp_path, contract):
    (tmp_path / "asked.yaml").write_text("high_risk: false\n")
    done = signkit("identify", contract, "asked.yaml", "--as", "売主", "--offline", lang="ja")
    assert "署名欄 seller には署名がありません" in done.stderr
