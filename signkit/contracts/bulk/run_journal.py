"""How far the rendering of a table came, so that a run that was stopped goes on there.

While a table is rendered, its folder holds a journal: one line a file that is written, with digests of the row and of
the file.  A row whose line is there, and whose file still has that digest, is not rendered again.  When the table is
done the journal is removed.  It holds nothing of the contracts.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from signkit.contracts.bulk.table import Row
from signkit.errors import FileUnusable, system_cause
from signkit.locks import try_lock

_NAME = ".signkit-rows.jsonl"
_MAX_LINE = 1000
_WINDOWS = sys.platform == "win32"
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Journal:
    """The journal of one run; ``common`` is the digest of what all rows have in common, the template first."""

    def __init__(self, stream: IO[bytes], common: str) -> None:
        self._stream = stream
        self._common = common
        self._made = dict(_lines(stream))
        if stream.seek(0, os.SEEK_END):
            stream.write(b"\n")  # behind a line that was cut off

    def has(self, row: Row, target: Path) -> bool:
        """Return whether the row's file was written before and is still the same."""
        digest = self._made.get(self._key(row, target))
        return digest is not None and target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == digest

    def note(self, row: Row, target: Path, pdf: bytes) -> None:
        """Note that the row's file is there whole."""
        line = json.dumps([self._key(row, target), hashlib.sha256(pdf).hexdigest()])
        self._stream.write(f"{line}\n".encode())
        self._stream.flush()

    def _key(self, row: Row, target: Path) -> str:
        return hashlib.sha256(repr((self._common, row.content, target.name)).encode("utf-8", "replace")).hexdigest()


@contextmanager
def open_journal(folder: Path, common: str) -> Iterator[Journal]:
    """Give the journal of ``folder``, this run's alone; it is removed unless something ends the run early.

    Raises:
        FileUnusable("results-in-use"): another run renders into the folder.
        FileUnusable("output-not-written"): the folder cannot be written.
    """
    path = folder / _NAME
    try:
        stream = os.fdopen(os.open(path, _FLAGS, 0o600), "r+b")
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(path), cause=system_cause(error)) from error
    with stream:
        if try_lock(stream.fileno()) is False:
            raise FileUnusable("results-in-use", path=str(folder))
        yield Journal(stream, common)
        if not _WINDOWS:
            path.unlink(missing_ok=True)  # while it is locked: afterwards it may be the next run's
    if _WINDOWS:
        path.unlink(missing_ok=True)


def _lines(stream: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Yield what the whole lines say; a last one that was cut off says nothing."""
    while line := stream.readline(_MAX_LINE):
        try:
            key, digest = json.loads(line)
        except (ValueError, TypeError):
            continue
        if isinstance(key, str) and isinstance(digest, str):
            yield key, digest
