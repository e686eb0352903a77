"""The one way in for files: by path or by URL, bounded, and without ever waiting on something that is no file."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any, BinaryIO

from signkit.errors import NOT_REGULAR, InputUnreadable, MissingExtra, system_cause
from signkit.limits import size_in_words
from signkit.words import Text

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # two characters at least: C:\ is a drive


class FileProblem(Exception):
    """Why a file could not be read: a reason's code (docs/reference/report.md), and a detail."""

    def __init__(self, code: str, detail: Text | None = None) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


OFFLINE = FileProblem(
    "unreadable", Text("a URL needs a socket, and the run is offline", "--offline では URL を読めません")
)


def too_large(limit: int) -> FileProblem:
    """Return the problem of a file of more than ``limit`` bytes."""
    return FileProblem("limit", Text(f"more than {size_in_words(limit)}", f"{size_in_words(limit)} までです"))


def is_url(name: str) -> bool:
    """Tell a URL (``s3://bucket/a.pdf``) from a path."""
    return _URL.match(name) is not None


def needs_network(name: str) -> bool:
    """Tell a URL that only a socket leads to; of chained ones (``a::b``) that is always assumed."""
    return is_url(name) and ("::" in name or not name.lower().startswith(("file://", "local://", "memory://")))


def open_regular(path: Path | str) -> BinaryIO:
    """Open a regular file for reading, without ever waiting on a FIFO or a device.

    It is opened first and looked at then: what was opened cannot be exchanged.

    Raises:
        InputUnreadable: it cannot be read, or is no regular file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        stream = os.fdopen(handle, "rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise InputUnreadable(str(path), system_cause(error)) from error
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise InputUnreadable(str(path), NOT_REGULAR)
    return stream


def read_file(path: Path | str, limit: int) -> bytes:
    """Return the bytes of a regular file; `signkit.limits` has the bound of each kind.

    Raises:
        InputUnreadable: it cannot be read, is no regular file, or holds more than ``limit`` bytes.
    """
    try:
        with open_regular(path) as stream:
            data = _read_bounded(stream, limit)
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    if len(data) > limit:
        raise InputUnreadable(
            str(path), Text(f"larger than {size_in_words(limit)}", f"{size_in_words(limit)} を超えています")
        )
    return data


def _read_bounded(stream: BinaryIO, limit: int) -> bytes:
    """Read at most one byte more than ``limit``, without room for more than the file holds."""
    size = os.fstat(stream.fileno()).st_size
    return stream.read(min(size, limit) + 1)


def read_location(location: str, limit: int, *, offline: bool = False) -> bytes:
    """Return the bytes at a path or URL.

    Raises:
        FileProblem: it cannot be read, is no regular file, is empty, or holds more than ``limit`` bytes; or it needs
            the network, and the run is ``offline``.
        MissingExtra: it is a URL, and fsspec is not installed.
    """
    if offline and needs_network(location):
        raise OFFLINE
    data = _read_url(location, limit) if is_url(location) else _read_regular(location, limit)
    if len(data) > limit:
        raise too_large(limit)
    if not data:
        raise FileProblem("empty")
    return data


def _read_regular(path: str, limit: int) -> bytes:
    try:
        with open_regular(path) as stream:
            return _read_bounded(stream, limit)
    except InputUnreadable as error:
        raise FileProblem("unreadable", error.cause) from error
    except OSError as error:
        raise FileProblem("unreadable", system_cause(error)) from error


def _read_url(url: str, limit: int) -> bytes:
    if _is_malformed(url):
        raise FileProblem("unreadable", _MALFORMED)
    try:
        with fsspec().open(url, "rb") as stream:
            data: bytes = stream.read(limit + 1)
            return data
    except MissingExtra:
        raise
    except Exception as error:  # every file system behind fsspec has errors of its own
        raise FileProblem("unreadable", _cause_at_url(error)) from error


def _is_malformed(url: str) -> bool:
    """Whether an address of the web names no host, or has brackets or a port that are none (RFC 3986 3.2)."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https", "ftp") and (not parts.hostname or parts.port == 0)
    except ValueError:
        return True


def _cause_at_url(error: Exception) -> Text:
    import socket

    if isinstance(error, socket.gaierror):
        return _NO_HOST
    return _NOTHING_THERE if isinstance(error, FileNotFoundError) else system_cause(error)


_MALFORMED = Text("the address is malformed", "アドレスの形が正しくありません")
_NO_HOST = Text("no host of that name is known", "その名前のホストが見つかりません")
_NOTHING_THERE = Text("nothing could be had from this address", "そのアドレスから取得できません")


def fsspec() -> Any:
    """Return the module fsspec.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import fsspec as module
    except ImportError as error:
        raise MissingExtra(Text("Reading files by URL", "URL からのファイルの読み取り"), "cluster") from error
    return module
