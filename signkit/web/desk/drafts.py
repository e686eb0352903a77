"""Drafts: what was typed into a contract's form, to the letter, also where it is no value (yet)."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from signkit.output import make_folder, write_checked

_NUMBER = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Draft:
    """One contract in the making.

    Attributes:
        template: its template's name.
        words: what was typed, by the item's dotted path.
        counts: how many entries each list shows.
    """

    number: str
    template: str
    words: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    changed: str = ""


class Drafts:
    """The folder of drafts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)

    def begin(self, template: str, words: Mapping[str, str] | None = None) -> Draft:
        """Make a draft and keep it."""
        return self.keep(Draft(secrets.token_hex(8), template, dict(words or {})))

    def keep(self, draft: Draft) -> Draft:
        """Write a draft to the disk."""
        kept = replace(draft, changed=datetime.now(UTC).isoformat(timespec="microseconds"))
        content = json.dumps(asdict(kept), ensure_ascii=False).encode()
        write_checked(self._path(draft.number), content, overwrite=True, private=True)
        return kept

    def find(self, number: str) -> Draft | None:
        """Return a draft; None where there is none of that number."""
        if not _NUMBER.fullmatch(number):
            return None
        try:
            return Draft(**json.loads(self._path(number).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def listed(self) -> list[Draft]:
        """Return every draft, the one changed last first."""
        found = (self.find(path.stem) for path in self._folder.glob("*.json"))
        return sorted((each for each in found if each is not None), key=lambda each: each.changed, reverse=True)

    def discard(self, number: str) -> None:
        """Throw a draft away."""
        if _NUMBER.fullmatch(number):
            self._path(number).unlink(missing_ok=True)

    def _path(self, number: str) -> Path:
        return self._folder / f"{number}.json"
