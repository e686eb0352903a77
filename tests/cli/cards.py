"""The card commands in this process: the emulated card of a kept rehearsal, and a record of every APDU."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import signkit.signers.card as signers_card
from signkit.card.transport import Connection, Exchange
from tests.command import run_signkit

PASSWORD, PIN, SURFACE_PIN, CODE_B, BIRTH_DATE = "SIGNKIT1", "1234", "5678", "05040120352285", "050401"


@dataclass
class Cards:
    """A home with a kept rehearsal; ``run`` runs one command and returns what it said."""

    home: Path
    exchanges: list[Exchange]

    @property
    def rehearsal(self) -> Path:
        return self.home / "rehearsal"

    @property
    def trust(self) -> tuple[str, str]:
        return "--trust", str(self.rehearsal / "rehearsal-auth-ca.pem")

    def run(self, *arguments: str, typed: str = "", reader: str | None = "virtual", lang: str = "en"):
        options = ("--reader", reader) if reader else ()
        options += ("--pin-stdin",) if typed else ()
        return run_signkit("card", *arguments, *options, home=self.home, stdin=typed, lang=lang)

    def json(self, *arguments: str, typed: str = "", reader: str = "virtual"):
        result = self.run(*arguments, "--format", "json", typed=typed, reader=reader)
        return json.loads(result.stdout)

    def tries(self, reader: str = "virtual") -> dict[str, int]:
        return self.json("status", reader=reader)["tries_left"]


def make_cards(kept: Path, tmp_path: Path, monkeypatch) -> Cards:
    """Copy the kept home for one test, and record what its connections exchange."""
    home = tmp_path / "home"
    shutil.copytree(kept, home)
    cards = Cards(home, [])
    monkeypatch.setattr(signers_card, "Connection", lambda transport: Connection(transport, cards.exchanges.append))
    return cards
