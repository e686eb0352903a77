"""Writing so that a crash at any point leaves either the whole new file or none: the one way out to the disk.

What is in the making is a leftover for the next run where this one is killed (`signkit.leftovers`).
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from signkit.errors import NOT_REGULAR, FileUnusable, OutputExists, system_cause
from signkit.kept_signatures import refuse_losing_signatures
from signkit.leftovers import Part, new_file, new_folder, remove_leftovers
from signkit.words import Text

_OTHER_BYTES = Text(
    "other bytes came back from the disk than were written", "書き込んだ内容と読み戻した内容が一致しません"
)
_WINDOWS = sys.platform == "win32"
_NAME_BYTES = 255
#: Windows refuses to replace a file that a viewer or a virus scanner has open; scanners let go soon.
_IN_USE = frozenset({5, 32, 33})  # ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
_WAITS = (0.1, 0.2, 0.4, 0.8)


def write_checked(
    target: Path,
    data: bytes,
    *,
    check: Callable[[bytes], None] | None = None,
    overwrite: bool = False,
    private: bool = False,
    signed_too: bool = False,
) -> None:
    """Write ``data`` beside ``target``, read it back, check it, then rename it.

    Args:
        target: the file to make; its folder must exist.
        data: the whole content.
        check: called with the bytes read back; whatever it raises ends the writing and leaves no file.
        overwrite: whether an existing target may be replaced, as long as no signature in it is lost.
        private: whether the file is for this user alone.
        signed_too: whether signatures may be lost: they are the caller's own, made to be thrown away.

    Raises:
        OutputExists: the target exists and ``overwrite`` is not set.
        OutputSigned: the target holds signatures that ``data`` does not keep.
        FileUnusable("output-not-written"): the folder, the disk or the permissions do not allow it, or other bytes came
            back; or what is to be replaced is a device, a pipe or the like.
        FileUnusable("output-name-too-long"): no file can bear that name.
    """

    def check_bytes(stream: BinaryIO) -> None:
        written = stream.read()
        if written != data:
            raise FileUnusable("output-not-written", path=str(target), cause=_OTHER_BYTES)
        if check is not None:
            check(written)

    write_streamed(
        target,
        lambda stream: stream.write(data),
        check=check_bytes,
        overwrite=overwrite,
        private=private,
        signed_too=signed_too,
    )


def write_streamed(
    target: Path,
    write: Callable[[BinaryIO], object],
    *,
    check: Callable[[BinaryIO], None],
    overwrite: bool = False,
    private: bool = False,
    signed_too: bool = False,
) -> None:
    """As `write_checked`, for what is too large for memory.

    Args:
        target: the file to make; its folder must exist.
        write: writes the whole content to the stream that it is given (binary, seekable).
        check: called with the written file opened for reading, its path being its ``name``; whatever it raises leaves
            no file.
        overwrite, private, signed_too: see `write_checked`.

    Raises:
        OutputExists, OutputSigned, FileUnusable: see `write_checked`.
    """
    refuse_target(target, overwrite=overwrite)
    with _naming_failures(target), _part(target, new_file, private) as part:
        assert part.handle is not None
        with os.fdopen(part.handle, "wb", closefd=_WINDOWS) as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        with part.path.open("rb") as written:
            check(written)
        if overwrite and not signed_too:
            refuse_losing_signatures(target, part.path.read_bytes)
        _publish(part.path, target, overwrite)
        _sync_folder(target.parent)


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a whole folder beside ``target``, then rename it.

    Raises:
        OutputExists: the target exists.
        FileUnusable: see `write_checked`.
    """
    refuse_target(target, overwrite=False)
    with _naming_failures(target), _part(target, new_folder, False) as part:
        for name, content in files.items():
            with (part.path / name).open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        _sync_folder(part.path)
        if os.path.lexists(target):
            raise OutputExists(str(target))
        part.path.rename(target)
        _sync_folder(target.parent)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty folder of this user's among the system's temporary files; it is removed in the end.

    Raises:
        FileUnusable("output-not-written"): there is no room for one.
    """
    with _naming_failures(Path("tmp")):
        place = Path(tempfile.gettempdir()) / "scratch"
    with _naming_failures(place):
        remove_leftovers(place.parent)
        part = new_folder(place, private=True)
    try:
        yield part.path
    finally:
        shutil.rmtree(part.path, ignore_errors=True)
        part.close()


def remove_scratch_leftovers() -> None:
    """Remove what killed runs left among the system's temporary files."""
    with suppress(OSError):
        remove_leftovers(Path(tempfile.gettempdir()))


def make_folder(path: Path) -> None:
    """Make the folder that several outputs go to, unless it is there.

    Raises:
        FileUnusable("output-not-written"): it is a file, or cannot be made.
    """
    with _naming_failures(path):
        path.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path)


def refuse_target(target: Path, *, overwrite: bool) -> None:
    """Refuse what could not be written: callers who ask for a key's use or take long ask this before.

    Raises:
        OutputExists, FileUnusable: see `write_checked`.
    """
    _refuse_long_name(target)
    remove_leftovers(target.parent)
    with _naming_failures(target):
        try:
            status = target.lstat()
        except FileNotFoundError:
            return
        if not overwrite:
            raise OutputExists(str(target))
        if stat.S_ISLNK(status.st_mode):
            with suppress(FileNotFoundError):
                status = target.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
            raise FileUnusable("output-not-written", path=str(target), cause=NOT_REGULAR)


def _refuse_long_name(target: Path) -> None:
    """Refuse a name of more bytes than file systems take: a kanji counts three in UTF-8, on Windows one of 255."""
    length = len(target.name) if _WINDOWS else len(os.fsencode(target.name))
    if length > _NAME_BYTES:
        raise FileUnusable("output-name-too-long", path=str(target), length=length, most=_NAME_BYTES)


@contextmanager
def _naming_failures(target: Path) -> Iterator[None]:
    """Tell what the system refuses as `FileUnusable`, which names the file that was wanted."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileUnusable("output-not-written", path=str(target), cause=system_cause(error)) from error


@contextmanager
def _part(target: Path, make: Callable[..., Part], private: bool) -> Iterator[Part]:
    part = make(target, private=private)
    try:
        yield part
    finally:
        part.discard()


def _publish(beside: Path, target: Path, overwrite: bool) -> None:
    """Rename; without ``overwrite`` a target that another program made meanwhile is not lost."""
    if overwrite:
        _replace(beside, target)
        return
    try:
        os.link(beside, target)
    except FileExistsError as error:
        raise OutputExists(str(target)) from error
    except (OSError, NotImplementedError):  # a file system without hard links
        if target.exists():
            raise OutputExists(str(target)) from None
        _replace(beside, target)


def _replace(beside: Path, target: Path) -> None:
    for seconds in _WAITS:
        try:
            beside.replace(target)
        except OSError as error:
            if getattr(error, "winerror", None) not in _IN_USE:
                raise
            time.sleep(seconds)
        else:
            return
    beside.replace(target)


def _sync_folder(folder: Path) -> None:
    """Let the new name reach the disk as the content did, where the system can (Windows cannot)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
