"""Files on the desk that no archive keeps (yet), each under the SHA-256 of its bytes.

What a file was called is kept beside it and shown; it never becomes part of a path.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from signkit.errors import InputUnreadable
from signkit.limits import PDF_BYTES, size_in_words
from signkit.output import make_folder, write_checked
from signkit.words import Text

#: ``checked``: dropped to be judged; ``preview``: what a draft would look like; ``prepared``: to be signed;
#: ``signed``: signed at this desk; ``made``: to be saved by the browser.
Purpose = Literal["checked", "preview", "prepared", "signed", "made"]

DIGEST = re.compile(r"[0-9a-f]{64}")
#: What outlives the desk's end: nobody loses what was prepared or signed.
_LASTING: tuple[Purpose, ...] = ("prepared", "signed")
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Shelved:
    """One file.

    Attributes:
        name: what it is called.
        since: when it was put here, ISO 8601.
    """

    sha256: str
    name: str
    purpose: Purpose
    size: int
    since: str


class Shelf:
    """The folder of these files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)

    def take(self, stream: IO[bytes], name: str, purpose: Purpose, *, most: int = PDF_BYTES) -> Shelved:
        """Put a file here piece by piece.

        Raises:
            InputUnreadable: it is larger than ``most``.
        """
        part = self._folder / f".{secrets.token_hex(8)}.part"
        hasher, size = hashlib.sha256(), 0
        try:
            with open(part, "xb", opener=_privately) as target:
                while piece := stream.read(_PIECE):
                    size += len(piece)
                    if size > most:
                        raise InputUnreadable(name, _too_large(most))
                    hasher.update(piece)
                    target.write(piece)
            part.replace(self._folder / hasher.hexdigest())
        finally:
            part.unlink(missing_ok=True)
        return self._note(Shelved(hasher.hexdigest(), name, purpose, size, _now()))

    def put(self, data: bytes, name: str, purpose: Purpose) -> Shelved:
        """Put a file here that is whole in memory."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._folder / sha256
        if not path.exists():
            write_checked(path, data, private=True)
        return self._note(Shelved(sha256, name, purpose, len(data), _now()))

    def find(self, sha256: str) -> Shelved | None:
        """Return what is known of a file; None where it is not here."""
        if not DIGEST.fullmatch(sha256) or not self.path(sha256).is_file():
            return None
        try:
            return Shelved(**json.loads(self._note_path(sha256).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def path(self, sha256: str) -> Path:
        """Return where a file lies, or would lie."""
        if not DIGEST.fullmatch(sha256):
            raise ValueError(sha256)
        return self._folder / sha256

    def listed(self, *purposes: Purpose) -> list[Shelved]:
        """Return the files here for any of these purposes, the newest first."""
        found = (self.find(path.name) for path in self._folder.iterdir())
        wanted = [each for each in found if each is not None and each.purpose in purposes]
        return sorted(wanted, key=lambda each: each.since, reverse=True)

    def discard(self, sha256: str) -> None:
        """Take a file away."""
        self.path(sha256).unlink(missing_ok=True)
        self._note_path(sha256).unlink(missing_ok=True)

    def clear(self) -> None:
        """Take away what was only looked at, and what a crash left."""
        lasting = {each.sha256 for each in self.listed(*_LASTING)}
        for path in self._entries():
            if path.name.removesuffix(".json") not in lasting:
                with suppress(OSError):
                    path.unlink()

    def _entries(self) -> Iterator[Path]:
        return (path for path in list(self._folder.iterdir()) if path.is_file())

    def _note(self, new: Shelved) -> Shelved:
        """Write down what a file is; what lasts is not made to pass away by being looked at again."""
        known = self.find(new.sha256)
        if known is not None and known.purpose in _LASTING and new.purpose not in _LASTING:
            return known
        note = new if known is None else replace(new, since=known.since)
        content = json.dumps(asdict(note), ensure_ascii=False).encode()
        write_checked(self._note_path(new.sha256), content, overwrite=True, private=True)
        return note

    def _note_path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.json"


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _too_large(most: int) -> Text:
    return Text(f"larger than {size_in_words(most)}", f"{size_in_words(most)} を超えています")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
