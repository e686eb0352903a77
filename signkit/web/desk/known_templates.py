"""The templates that one can begin with, read again only where a file of theirs is another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from signkit.contracts.template import Template, list_templates, template_folders
from signkit.settings import Settings

#: Of each file its path, its time and its size.
_State = tuple[tuple[str, int, int], ...]


class KnownTemplates:
    """Those that were read last: reading all takes as long as five pages."""

    def __init__(self) -> None:
        self._known: tuple[_State, tuple[Template, ...]] | None = None

    def listed(self, settings: Settings) -> tuple[Template, ...]:
        """Return the templates, by name; see `signkit.contracts.template.list_templates`."""
        state = tuple(_state_of(template_folders(settings)))
        known = self._known
        if known is None or known[0] != state:
            known = self._known = (state, list_templates(settings))
        return known[1]


def _state_of(folders: dict[str, Path]) -> Iterator[tuple[str, int, int]]:
    for folder in folders.values():
        for entry in os.scandir(folder):
            about = entry.stat()
            yield entry.path, about.st_mtime_ns, about.st_size
