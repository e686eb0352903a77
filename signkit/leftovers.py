"""Files and folders in the making: how they are marked, and how those that a killed run left are told and removed.

What SignKit makes grows beside its target, or in the system's folder for temporary files, under a name that bears
SignKit's mark, and locked.  The lock ends with the process (`signkit.locks`): a marked thing of this user's that nobody
holds is a leftover.  What is a link, somebody else's, or cannot be locked is never touched.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from signkit.locks import try_lock

_NAME = re.compile(r"\..*\.[0-9a-f]{16}\.signkit\.part", re.DOTALL)
#: Bytes of the target's name that are kept: with the rest it fits where 143 (eCryptfs) are the most.
_KEPT_BYTES = 100
#: Looking for leftovers may take one part in so many of a run's time.
_SHARE = 100
_WINDOWS = sys.platform == "win32"

#: When a folder may be looked through again; a table of 10,000 rows does not look through 10,000 names each time.
_next_look: dict[str, float] = {}


@dataclass(frozen=True)
class Part:
    """A file or folder in the making, locked while ``handle`` is open; a folder on Windows has none."""

    path: Path
    handle: int | None

    def close(self) -> None:
        """Let go of the lock; on Windows the stream that wrote the file has closed it, or it could not be renamed."""
        if self.handle is not None and not _WINDOWS:
            os.close(self.handle)

    def discard(self) -> None:
        """Remove it, unless it bears its final name already, and let go."""
        with suppress(OSError):
            _remove(self.path)
        self.close()


def is_part(name: str) -> bool:
    """Return whether a file's name bears SignKit's mark of what is in the making."""
    return _NAME.fullmatch(name) is not None


def new_file(target: Path, *, private: bool = False) -> Part:
    """Make the file that is to become ``target``, with a plain file's permissions or for this user alone.

    Raises:
        OSError: the folder, the disk or the permissions do not allow it.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return _new_part(target, lambda path: os.open(path, flags, 0o600 if private else 0o666))


def new_folder(target: Path, *, private: bool = False) -> Part:
    """Make the folder that is to become ``target``; see `new_file`."""

    def make(path: Path) -> int | None:
        path.mkdir(mode=0o700 if private else 0o777)
        return None if _WINDOWS else os.open(path, os.O_RDONLY)

    return _new_part(target, make)


def _new_part(target: Path, make: Callable[[Path], int | None]) -> Part:
    while True:
        path = target.with_name(_part_name(target.name))
        part = Part(path, make(path))
        if part.handle is None or _WINDOWS:
            return part
        try_lock(part.handle)
        if _is_at(part.handle, path):  # else somebody took it for a leftover before it was locked
            return part
        part.close()


def _part_name(name: str) -> str:
    kept = os.fsencode(name)[:_KEPT_BYTES].decode(errors="ignore")
    return f".{kept or 'signkit'}.{secrets.token_hex(8)}.signkit.part"


def remove_leftovers(folder: Path) -> None:
    """Remove what killed runs of this user left in ``folder``; what cannot be removed stays."""
    started = time.monotonic()
    if started < _next_look.get(str(folder), 0.0):
        return
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_part(entry.name):
                _remove_if_left(Path(entry.path))
    ended = time.monotonic()
    _next_look[str(folder)] = ended + _SHARE * (ended - started)


def _remove_if_left(path: Path) -> None:
    with suppress(OSError):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            return
        if _WINDOWS:
            if stat.S_ISREG(status.st_mode):
                path.unlink()  # Windows refuses it while any process has it open
        elif status.st_uid == os.getuid():
            _remove_unless_locked(path)


def _remove_unless_locked(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        if try_lock(handle) and _is_at(handle, path):
            _remove(path)
    finally:
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    """Return whether what was opened is what stands at ``path`` now, and no link to it."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except OSError:
        return False


def _remove(path: Path) -> None:
    if stat.S_ISDIR(path.lstat().st_mode):
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()
