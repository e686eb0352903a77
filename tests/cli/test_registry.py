"""The registry's format as typed: sign with the card, hold against the requirements, and what is refused."""

from __future__ import annotations

import json

import pytest

from tests import witness
from tests.cli.conftest import PASSWORD

SIGN = ("--as", "seller", "--signer", "card:virtual:takahashi", "--profile", "registry")
VALIDATE = ("validate", "--offline", "--profile", "registry")


@pytest.mark.slow
def test_a_signed_contract_meets_the_requirements(signkit, contract, tmp_path):
    signed = signkit("sign", contract, *SIGN, "--pin-stdin", stdin=PASSWORD)
    assert (signed.returncode, signed.stdout) == (0, "contract-seller.pdf\n"), signed.stderr
    assert witness.valid_signatures(tmp_path / "contract-seller.pdf") == 1
    judged = signkit(*VALIDATE, "contract-seller.pdf")
    assert judged.returncode == 3, judged.stdout  # nobody trusts the rehearsal's CA, and there is no revocation list
    assert "Everything that the registry (登記・供託オンライン申請システム) asks is met." in judged.stdout
    certified = json.loads(signkit("validate", "--format", "json", "contract-seller.pdf").stdout)
    assert [item["type"] for item in certified["signatures"]] == ["approval"]


@pytest.mark.slow
def test_a_violated_requirement_is_no_success(signkit, contract):
    signed = signkit(
        "sign", contract, "--as", "seller", "--signer", "card:virtual:takahashi", "--pin-stdin", stdin=PASSWORD
    )
    assert signed.returncode == 0, signed.stderr
    assert signkit("validate", "--offline", "contract-seller.pdf").returncode == 3
    judged = signkit(*VALIDATE, "contract-seller.pdf")
    assert judged.returncode == 1
    assert "NOT met: sub-filter." in judged.stdout
    refused = signkit("sign", "contract-seller.pdf", "--as", "buyer", *SIGN[2:])
    assert refused.returncode == 2
    assert "contract-seller.pdf does not meet what the registry" in refused.stderr
    assert "sub-filter" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize("option", [("--level", "B-T"), ("--level", "B-LTA"), ("--tsa", "rehearsal")], ids=" ".join)
def test_no_timestamps(option, signkit, contract):
    refused = signkit("sign", contract, *SIGN, *option)
    assert refused.returncode == 2
    assert "takes no timestamp" in refused.stderr
    assert "signkit extend" in refused.stderr


@pytest.mark.slow
def test_another_key_is_refused_before_its_password_is_asked_for(signkit, contract):
    refused = signkit(
        "sign", contract, "--as", "seller", "--signer", "card:virtual:next-generation", "--profile", "registry",
        lang="ja",
    )  # fmt: skip
    assert refused.returncode == 2
    assert "この鍵は ECDSA 384 SHA384 です" in refused.stderr
    assert "残り" not in refused.stderr


@pytest.mark.slow
def test_results_without_the_profile_are_judged_again_and_violations_stay(signkit, tmp_path, blank):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "contract.pdf").write_bytes(blank)
    assert signkit("validate", "in", "--resume", "results.jsonl").returncode == 3
    assert signkit(*VALIDATE, "in", "--resume", "results.jsonl").returncode == 1
    lines = (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["profile"] is None for line in lines] == [True, False]
    assert signkit(*VALIDATE, "in", "--resume", "results.jsonl").returncode == 1
    assert len((tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()) == 2
