"""The folder of files: each under the SHA-256 of its bytes, whole and on the disk before anybody speaks of it.

``files/ab/abcd…`` holds what is kept, ``staging/`` what is on its way.  A name in ``staging`` stays until the ledger
has taken the file over (or has not): after a crash it says which file may be litter.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from signkit.errors import FileUnusable, InputUnreadable, system_cause
from signkit.incoming import read_file
from signkit.limits import PDF_BYTES
from signkit.words import Text

_FILES, _STAGING = "files", "staging"


@dataclass(frozen=True)
class Blobs:
    """The files of one archive."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Return where the file of that digest lies, or would lie."""
        return self.folder / _FILES / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """Return a file's bytes.

        Raises:
            InputUnreadable: it is not there, or its bytes are others now.
        """
        path = self.path(sha256)
        data = read_file(path, PDF_BYTES)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise InputUnreadable(str(path), _CHANGED)
        return data

    def put(self, data: bytes, sha256: str) -> None:
        """Write a file so that it is on the disk; its name stays in staging until `settle`."""
        staged, target = self.folder / _STAGING / sha256, self.path(sha256)
        _write_synced(staged, data)
        sync_folder(staged.parent)
        if not target.exists():
            _link_or_copy(staged, target, data)
        sync_folder(target.parent)

    def digests_in_staging(self) -> list[str]:
        """Return the digests of files that were on their way when the last run ended."""
        try:
            return sorted(path.name for path in (self.folder / _STAGING).iterdir())
        except FileNotFoundError:
            return []

    def settle(self, sha256: str, *, keep: bool) -> None:
        """Take a file out of staging, and out of the folder where nobody keeps it."""
        if not keep:
            self.remove(sha256)
        (self.folder / _STAGING / sha256).unlink(missing_ok=True)

    def remove(self, sha256: str) -> None:
        """Unlink a kept file, for good."""
        path = self.path(sha256)
        if path.exists():
            path.unlink()
            sync_folder(path.parent)

    def destroy(self, sha256: str) -> None:
        """Overwrite a file, then unlink it.  On flash the old bytes may survive that: encrypt the disk."""
        path = self.path(sha256)
        with contextlib.suppress(FileNotFoundError):
            _write_synced(path, bytes(path.stat().st_size), "r+b")
        self.remove(sha256)

    def all_files(self) -> Iterator[tuple[str, Path]]:
        """Yield every file in the folder, by name; the name of a kept one is its digest."""
        root = self.folder / _FILES
        for path in sorted(root.rglob("*")) if root.is_dir() else ():
            if not path.is_dir():
                yield path.name, path


def make_folders(folder: Path) -> None:
    """Make the folders of an archive and have them on the disk."""
    for path in (folder, folder / _STAGING, folder / _FILES):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(256):
        (folder / _FILES / f"{number:02x}").mkdir(exist_ok=True, mode=0o700)
    sync_folder(folder / _FILES)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk (fsync(2): a file's own fsync does not do that); Windows has no such call."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Have a file's bytes on the disk; where they are, this costs nothing."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


@contextlib.contextmanager
def disk_trouble(path: Path) -> Iterator[None]:
    """Say of the archive what the system says of its disk.

    Raises:
        FileUnusable("output-not-written"): the system refused.
    """
    try:
        yield
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(path), cause=system_cause(error)) from error


def _write_synced(path: Path, data: bytes, mode: str = "wb") -> None:
    with path.open(mode) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _link_or_copy(staged: Path, target: Path, data: bytes) -> None:
    try:
        os.link(staged, target)
    except FileExistsError:
        return
    except (OSError, NotImplementedError):  # a file system without hard links; what breaks off is litter by its name
        _write_synced(target, data)


_CHANGED = Text("its bytes are not those that were kept", "保管時の内容と一致しません")
