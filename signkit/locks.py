"""Locks between processes.  The system lets go of one when its process ends, however that ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.05

if sys.platform == "win32":
    import msvcrt

    #: Windows locks bytes, and nobody else may read a locked one: this one no file has.
    _FAR = 2**62

    def try_lock(handle: int) -> bool | None:
        """Lock an open file for this process; False: another holds it; None: it cannot be locked where it lies."""
        before = os.lseek(handle, 0, os.SEEK_CUR)
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        except OSError:
            return None
        finally:
            os.lseek(handle, before, os.SEEK_SET)
        return True

    def _open_for_lock(folder: Path) -> int:
        """Open a file in the folder: a folder itself has no lock on Windows."""
        return os.open(folder / ".lock", os.O_RDWR | os.O_CREAT)

else:
    import fcntl

    def try_lock(handle: int) -> bool | None:
        """Lock an open file for this process; False: another holds it; None: it cannot be locked where it lies."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # some network file systems have no locks
            return None
        return True

    def _open_for_lock(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)


@contextmanager
def locked_folder(folder: Path, patience: float = _PATIENCE_SECONDS) -> Iterator[None]:
    """Be the only process that does its work in ``folder``; wait for another that does.

    Raises:
        TimeoutError: another kept it for longer than ``patience`` seconds.
        OSError: the folder cannot be opened.
    """
    handle = _open_for_lock(folder)
    try:
        deadline = time.monotonic() + patience
        while try_lock(handle) is False:
            if time.monotonic() > deadline:
                raise TimeoutError(f"another process is still at work in {folder}")
            time.sleep(_PAUSE_SECONDS)
        yield
    finally:
        os.close(handle)
