"""The agent in its own terminal, and ``signkit sign`` beside it, as two people at one machine would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests import witness
from tests.command import start_signkit

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")

_IN_A_TERMINAL = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"


class AgentTerminal:
    """``signkit agent`` in a pseudo-terminal: read until something stands there, type an answer."""

    def __init__(self, folder, *arguments):
        environment = {**os.environ, "SIGNKIT_HOME": str(folder / "home"), "SIGNKIT_LANG": "en", "PYTHONUTF8": "1"}
        command = [sys.executable, "-c", _IN_A_TERMINAL, sys.executable, "-m", "signkit", "agent", *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env=environment
        )
        self.text = ""

    def until(self, words):
        while not re.search(words, self.text):
            piece = os.read(self._process.stdout.fileno(), 4096)
            assert piece, self.text
            self.text += piece.decode(errors="replace")

    def type(self, answer):
        self._process.stdin.write(answer.encode())
        self._process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait(20)
        self._process.stdin.close()
        self._process.stdout.close()


@pytest.mark.slow
def test_the_agent_shows_what_is_signed_and_asks_for_the_password_itself(signkit, contract, tmp_path):
    with AgentTerminal(tmp_path, "--signer", "card:virtual:takahashi", "--once") as agent:
        agent.until(r"Code: [A-Z2-7-]+ ")
        port, code = re.search(r"agent:(\d+)\s+Code: (\S+)", agent.text).groups()
        client = start_signkit(
            "sign", contract, "--as", "seller", "--signer", f"agent:{port}", "--pin-stdin",
            home=tmp_path / "client", folder=tmp_path,
        )  # fmt: skip
        client.stdin.write(code.lower() + "\n")
        client.stdin.flush()
        agent.until(r"certificate\? \[y/N\]")
        agent.type("y\n")
        agent.until("Signature password")
        agent.type("SIGNKIT1\n")
        agent.until(r"Sign it\? \[y/N\]")
        agent.type("y\n")
        output, errors = client.communicate(timeout=60)
        agent.until("signatures given: 1")
    assert (client.returncode, output) == (0, "contract-seller.pdf\n"), errors
    assert "SIGNKIT1" not in agent.text
    assert "role seller, 1 files" in agent.text
    assert "file as claimed: contract.pdf" in agent.text
    assert "5 tries left." in agent.text
    assert "tries left" not in errors
    assert witness.valid_signatures(tmp_path / "contract-seller.pdf") == 1


@pytest.mark.slow
def test_without_a_terminal_there_is_no_agent(signkit):
    refused = signkit("agent", "--signer", "card:virtual")
    assert refused.returncode == 2
    assert "there is no terminal" in refused.stderr


@pytest.mark.slow
def test_a_program_that_finds_no_agent_says_how_to_start_one(signkit, contract):
    refused = signkit("sign", contract, "--as", "seller", "--signer", "agent:1", "--pin-stdin", stdin="x\n")
    assert refused.returncode == 11
    assert "signkit agent" in refused.stderr
