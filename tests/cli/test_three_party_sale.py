"""The sample script: a sale by the commands alone, and the guide that shows its transcript."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # a dozen processes, one after the other

#: Each step's exit code and what it must say, in the order of the script.
STEPS = [
    ("render", 0, "to be signed by: seller, buyer, broker"),
    ("sign", 2, "It is not the turn of 'buyer': seller signs first."),
    ("sign", 2, "The certificate does not name the party that the contract names as 'seller'; nothing was signed."),
    ("sign", 0, "Signed as seller at B-T: contract-seller.pdf"),
    ("status", 0, "[>] Buyer (buyer): may sign now"),
    ("sign", 0, "Signed as buyer at B-T: contract-seller-buyer.pdf"),
    ("sign", 0, "Signed as broker at B-T: contract-seller-buyer-broker.pdf"),
    ("extend", 0, "sale.pdf"),
    ("status", 0, "Every party has signed; only evidence and timestamps may be added."),
    ("validate", 0, "sale.pdf: valid (TOTAL-PASSED)"),
    ("validate", 1, "forged.pdf: INVALID (TOTAL-FAILED)"),
    ("diff", 0, "“58,000,000” → “5,800,000”"),
]
GUIDES = ("docs/guides/three-party-sale.md", "docs/ja/guides/three-party-sale.md")


def steps_of(transcript: str) -> list[tuple[str, str, int]]:
    """Return command, output and exit code of each step."""
    found = re.findall(r"^ *\$ signkit (.*)\n((?:.*\n)*?) *\[(\d+)\]$", transcript, re.MULTILINE)
    return [(command, output, int(code)) for command, output, code in found]


@pytest.fixture(scope="module")
def transcript(repository, tmp_path_factory) -> str:
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("sh: none on this machine")
    run = subprocess.run(
        [shell, str(repository / "samples/three-party-sale.sh"), str(tmp_path_factory.mktemp("sale"))],
        env={
            **os.environ, "SIGNKIT": f"{sys.executable} -m signkit", "PYTHON": sys.executable,
            "SIGNKIT_LANG": "en", "PYTHONUTF8": "1", "PYTHONPATH": str(repository),
        },
        capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, ""), run.stdout[-2000:]
    return run.stdout


def test_each_step_ends_and_speaks_as_it_should(transcript):
    steps = steps_of(transcript)
    assert [(command.split()[0], code) for command, _, code in steps] == [(name, code) for name, code, _ in STEPS]
    for (command, output, _), (_, _, sentence) in zip(steps, STEPS, strict=True):
        assert sentence in output, command


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_shows_the_same_steps(repository, transcript, guide):
    shown = steps_of((repository / guide).read_text(encoding="utf-8"))
    assert [(command, code) for command, _, code in shown] == [
        (command, code) for command, _, code in steps_of(transcript)
    ]
