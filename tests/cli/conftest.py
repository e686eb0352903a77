"""The command line as a person meets it: an empty folder, a home of its own, one language."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

#: What is typed at the emulated card, with the key that ends it.
PASSWORD = "SIGNKIT1\n"


@pytest.fixture
def signkit(tmp_path):
    """Run the command line in an empty folder with a home of its own."""

    def run(*arguments: str, stdin: str = "", lang: str = "en") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "SIGNKIT_HOME": str(tmp_path / "home"), "SIGNKIT_LANG": lang}
        environment.pop("SIGNKIT_DEBUG", None)
        environment["PYTHONUTF8"] = "1"
        return subprocess.run(
            [sys.executable, "-m", "signkit", *arguments],
            input=stdin, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, env=environment,
            timeout=120, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def contract(tmp_path, blank):
    (tmp_path / "contract.pdf").write_bytes(blank)
    return "contract.pdf"


@pytest.fixture
def cards(kept_home, tmp_path, monkeypatch):
    """The card commands, run in this process: see `tests.cli.cards.Cards`."""
    from tests.cli.cards import make_cards

    return make_cards(kept_home, tmp_path, monkeypatch)
