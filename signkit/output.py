"""Writing a file so that a crash at any point leaves either the whole new file or none."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from signkit.errors import FileUnusable, OutputExists, system_cause
from signkit.kept_signatures import refuse_losing_signatures
from signkit.words import Text

_OTHER_BYTES = Text(
    "other bytes came back from the disk than were written", "書き込んだ内容と読み戻した内容が一致しません"
)


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
            back.
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
        check: called with the written file opened for reading; whatever it raises leaves no file.
        overwrite, private, signed_too: see `write_checked`.

    Raises:
        OutputExists, OutputSigned, FileUnusable("output-not-written"): see `write_checked`.
    """
    if not overwrite and target.exists():
        raise OutputExists(str(target))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(target), cause=system_cause(error)) from error
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        with beside.open("rb") as written:
            check(written)
        if overwrite and not signed_too:
            refuse_losing_signatures(target, beside.read_bytes)
        if not private:
            _open_permissions(beside)  # mkstemp makes it private
        _publish(beside, target, overwrite)
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(target), cause=system_cause(error)) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Make the folder that several outputs go to, unless it is there.

    Raises:
        FileUnusable("output-not-written"): it is a file, or cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(path), cause=system_cause(error)) from error


def _publish(beside: Path, target: Path, overwrite: bool) -> None:
    """Rename; without ``overwrite`` a target that another program made meanwhile is not lost."""
    if overwrite:
        beside.replace(target)
        return
    try:
        os.link(beside, target)
    except FileExistsError as error:
        raise OutputExists(str(target)) from error
    except (OSError, NotImplementedError):  # a file system without hard links
        if target.exists():
            raise OutputExists(str(target)) from None
        beside.replace(target)


def _read_umask() -> int:
    """Return the process's umask.  Reading it means setting it, so it is done once, before there are threads."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


_UMASK = _read_umask()


def _open_permissions(path: Path) -> None:
    """Give the file the permissions that a plainly created one would have."""
    if os.name == "posix":
        path.chmod(0o666 & ~_UMASK)
