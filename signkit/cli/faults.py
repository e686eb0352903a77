"""Faults of the surroundings that no room foresees: memory that is out, a system that refuses what always works."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from signkit.errors import FileUnusable, SignKitError, system_cause

#: The commands that judge files, or show; the others write one.
_JUDGING = frozenset({
    "validate", "status", "diff", "doctor", "cms verify", "asic verify", "deliver check", "template list",
    "template show", "template check", "trust list",
})  # fmt: skip
#: Python's words, and those of the typesetter's language.
_NO_THREAD = ("can't start new thread", "ThreadPoolBuildError")
_SOME = 32 * 1024 * 1024
_NO_ROOM = frozenset({errno.ENOMEM, errno.EAGAIN})


def fault_of_surroundings(error: Exception, arguments: Sequence[str]) -> SignKitError | None:
    """Return what to tell of an exception that is no error of ours; None: it is a defect.

    Args:
        error: what came.
        arguments: what was typed after ``signkit``.
    """
    if _is_memory(error) or _memory_is_out():
        return FileUnusable("memory-judging") if _judges(arguments) else FileUnusable("memory-writing")
    # Before Python 3.13 `Path.resolve` says in an error of its own that links lead in a circle.
    refused = error.__context__ if _is_circle(error) else error
    if isinstance(refused, OSError):
        return FileUnusable("system-refused", path=str(refused.filename or "-"), cause=system_cause(refused))
    return None


def _is_circle(error: Exception) -> bool:
    cause = error.__context__
    return isinstance(error, RuntimeError) and isinstance(cause, OSError) and cause.errno == errno.ELOOP


def _memory_is_out() -> bool:
    """Whether there is hardly any left: libraries that lack it fail in any way, or are found half loaded."""
    try:
        bytearray(_SOME)
    except MemoryError:
        return True
    return False


def _is_memory(error: BaseException | None) -> bool:
    """Whether memory was out: Python says it itself, or of a library or thread that could not be had."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    if isinstance(error, ImportError):
        said = str(error)
        return "allocate memory" in said or "failed to map segment" in said or _is_memory(error.__cause__)
    return isinstance(error, RuntimeError) and any(said in str(error) for said in _NO_THREAD)


def _judges(arguments: Sequence[str]) -> bool:
    words = [argument for argument in arguments if not argument.startswith("-") and argument not in ("en", "ja")]
    return bool(words) and (words[0] in _JUDGING or " ".join(words[:2]) in _JUDGING)
