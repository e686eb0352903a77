"""The three standard streams, whatever the process was started with: closed, on a full disk, a pipe that nobody reads,
a console that knows few characters.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from signkit.errors import FileUnusable, system_cause

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: How text is encoded that a stream's encoding cannot hold; a name of an error handler (`codecs.register_error`).
REWRITE = "signkit-rewrite"

#: What a shell reports of a program that SIGPIPE ended (128 + 13): whoever read our output had enough.
PIPE_CLOSED = 141

_CHUNK = 65_536

#: Characters that cp932 has in another place than Unicode's other tables have them, and those that look alike.
_ALIKE = dict(zip("〜−‖—–¥¢£¬•›‹×→", "～－∥―-\\￠￡￢・><x>", strict=True))


def guard_streams() -> None:
    """Put guarded streams in the place of the interpreter's; once, when the process starts."""
    codecs.register_error(REWRITE, _rewrite)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, _open_nothing(number))
    sys.stdout = _guard(sys.stdout, _Stdout)
    sys.stderr = _guard(sys.stderr, _Stderr)


def flush_output() -> None:
    """Write what is still held back, while its failure can be told.

    Raises:
        FileUnusable("stdout-not-written"): it could not be written.
        SystemExit: nobody reads it any more.
    """
    sys.stdout.flush()


def read_line(most: int) -> bytearray:
    """Read a line of stdin with its end, at most ``most`` bytes of it; nothing at the end of the stream.

    Past the interpreter's buffer: a thread that waits in there holds a lock, without which Python cannot end.
    """
    raw = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
    if _Ahead.of is not raw:
        _Ahead.of, _Ahead.read = raw, bytearray()
    ahead = _Ahead.read
    while b"\n" not in ahead and len(ahead) < most and (more := raw.read(_CHUNK)):
        ahead += more
    end = min(ahead.find(b"\n") + 1 or len(ahead), most)
    line = ahead[:end]
    ahead[:end] = bytes(end)  # it may be a secret
    del ahead[:end]
    return line


class _Ahead:
    """What was read of stdin beyond the last line, and of which stream."""

    of: object = None
    read = bytearray()


def _open_nothing(number: int) -> TextIO:
    """Fill a closed stream's place: the next file that is opened would get its number, and our output with it."""
    handle = os.open(os.devnull, os.O_RDWR)
    if handle != number and not _is_open(number):
        os.dup2(handle, number)
        os.close(handle)
        handle = number
    return os.fdopen(handle, "r" if number == 0 else "w", encoding="utf-8", errors="backslashreplace")


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _guard(stream: TextIO, guard: type[_Guard]) -> TextIO:
    if not hasattr(stream, "buffer"):  # whoever embeds us has put something of their own there
        return stream
    stream.flush()
    at_once = guard is _Stderr or stream.isatty()
    return io.TextIOWrapper(io.BufferedWriter(guard(stream)), stream.encoding, REWRITE, line_buffering=at_once)


class _Guard(io.RawIOBase):
    """Writes as the stream below it does; after a failure nothing more is tried."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream  # kept: it closes what it stands on when nobody knows it any more
        self._raw: io.RawIOBase = getattr(stream.buffer, "raw", stream.buffer)  # type: ignore[arg-type]
        self._lost = False

    def write(self, data: ReadableBuffer) -> int | None:
        if self._lost:
            return memoryview(data).nbytes
        try:
            return self._raw.write(data)
        except OSError as error:
            self._lost = True
            self.tell_loss(error)
            return memoryview(data).nbytes

    def tell_loss(self, error: OSError) -> None:
        """Say that something was not written."""

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._raw.isatty()

    def fileno(self) -> int:
        return self._raw.fileno()


class _Stdout(_Guard):
    def tell_loss(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL):
            raise SystemExit(PIPE_CLOSED)
        raise FileUnusable("stdout-not-written", cause=system_cause(error)) from error


class _Stderr(_Guard):
    """Whoever does not hear our messages gets the result all the same."""


def _rewrite(error: UnicodeError) -> tuple[str | bytes, int]:
    """Give what stands for a character that the encoding lacks: one that looks alike, or its number.

    A file's name may hold bytes that are no text; they go out as they came.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character, end = error.object[error.start], error.start + 1
    if "\udc80" <= character <= "\udcff":
        return bytes((ord(character) - 0xDC00,)), end
    alike = _ALIKE.get(character, "")
    if alike and _has(error.encoding, alike):
        return alike, end
    return character.encode("ascii", "backslashreplace").decode("ascii"), end


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
