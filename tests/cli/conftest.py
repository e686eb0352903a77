"""The command line as a person meets it: an empty folder, a home of its own, one language."""

from __future__ import annotations

from functools import partial

import pytest

from tests.command import run_signkit

#: What is typed at the emulated card, with the key that ends it.
PASSWORD = "SIGNKIT1\n"


@pytest.fixture
def signkit(tmp_path):
    """Run the command line in an empty folder with a home of its own: see `tests.command.run_signkit`."""
    return partial(run_signkit, home=tmp_path / "home", folder=tmp_path)


@pytest.fixture
def contract(tmp_path, blank):
    (tmp_path / "contract.pdf").write_bytes(blank)
    return "contract.pdf"


@pytest.fixture
def cards(kept_home, tmp_path, monkeypatch):
    """The card commands, run in this process: see `tests.cli.cards.Cards`."""
    from tests.cli.cards import make_cards

    return make_cards(kept_home, tmp_path, monkeypatch)
