"""Pictures of what changed, kept for as long as somebody looks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signkit.reporting.change_pictures import ChangedPages

_MOST_KEPT = 8


class KeptPictures:
    """The pictures of the files that were looked at last; in memory, for nothing else needs them."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], ChangedPages] = {}
        self._lock = threading.Lock()

    def find(self, sha256: str, field: str) -> ChangedPages | None:
        """Return what was drawn."""
        return self._kept.get((sha256, field))

    def keep(self, sha256: str, field: str, pages: ChangedPages) -> ChangedPages:
        """Keep what was drawn, and no more than a few files' pictures."""
        with self._lock:
            self._kept[sha256, field] = pages
            for old in list(self._kept)[:-_MOST_KEPT]:
                del self._kept[old]
        return pages
