"""Searches that somebody wants to make again: a name and what was typed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from signkit.output import make_folder, write_checked

_NAME = "searches.json"
_MOST = 50


@dataclass(frozen=True)
class SavedSearch:
    """One search.

    Attributes:
        typed: what stood in the fields, by their names.
    """

    number: str
    name: str
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """As an address carries it."""
        return urlencode(self.typed)


class Searches:
    """The searches of one desk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def listed(self) -> list[SavedSearch]:
        """Return every search, the first saved first."""
        try:
            plain = json.loads((self._folder / _NAME).read_text(encoding="utf-8"))
            return [SavedSearch(**each) for each in plain]
        except (OSError, ValueError, TypeError):
            return []

    def save(self, name: str, typed: Mapping[str, str]) -> None:
        """Save a search; one of the same name gives way."""
        others = [each for each in self.listed() if each.name != name]
        self._write([*others, SavedSearch(secrets.token_hex(8), name, dict(typed))][-_MOST:])

    def discard(self, number: str) -> None:
        """Forget a search."""
        self._write([each for each in self.listed() if each.number != number])

    def _write(self, searches: list[SavedSearch]) -> None:
        make_folder(self._folder)
        content = json.dumps([asdict(each) for each in searches], ensure_ascii=False).encode()
        write_checked(self._folder / _NAME, content, overwrite=True, private=True)
