"""What a CMS signs, however large: read in pieces, digested once with every digest that is asked for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from signkit.words import Text

#: Bytes at a time: large enough for the digests' full speed, small enough to be nothing.
PIECE = 1 << 20
#: Why a signature was not written, where what it signs is read twice.
NOT_AS_WRITTEN = Text(
    "what came back from the disk is not what was written", "ディスクから読み直した内容が、書き込んだものと異なります"
)
CHANGED_MEANWHILE = Text("a file changed while it was being signed", "署名中にファイルの内容が変わりました")
_SHAKE_LENGTHS = {"shake128": 32, "shake256": 64}  # RFC 8702, RFC 8419


class UnknownDigest(ValueError):
    """A digest that this machine does not have."""


class Pieces(Protocol):
    """Bytes that can be read from their beginning any number of times."""

    def pieces(self) -> Iterator[bytes]:
        """Yield all bytes in order."""
        ...


class Content:
    """Signed bytes and their digests; each digest is made once, several in one reading."""

    def __init__(self, source: Pieces) -> None:
        self._source = source
        self._digests: dict[str, bytes] = {}
        self._size: int | None = None

    def pieces(self) -> Iterator[bytes]:
        """Yield all bytes in order."""
        return self._source.pieces()

    @property
    def size(self) -> int:
        """How many bytes there are."""
        if self._size is None:
            self.prepare(["sha256"])
        assert self._size is not None
        return self._size

    def digest(self, name: str) -> bytes:
        """Return the digest by asn1crypto's name, e.g. ``sha256``.

        Raises:
            UnknownDigest: it is not available.
        """
        if name not in self._digests:
            self.prepare([name])
        return self._digests[name]

    def prepare(self, names: Iterable[str]) -> None:
        """Make several digests in one reading.

        Raises:
            UnknownDigest: one is not available.
        """
        states = {name: _new(name) for name in names if name not in self._digests}
        if not states:
            return
        self._size = 0
        for piece in self.pieces():
            self._size += len(piece)
            for state in states.values():
                state.update(piece)
        self._digests |= {name: _digest_of(name, state) for name, state in states.items()}


def _digest_of(name: str, state: Any) -> bytes:
    # RFC 8702 3.1: 32 and 64 bytes as message digests in the CMS.
    return bytes(state.digest(_SHAKE_LENGTHS[name]) if name in _SHAKE_LENGTHS else state.digest())


def _new(name: str) -> Any:  # hashlib's types differ for the SHAKE functions
    if name in _SHAKE_LENGTHS:
        return hashlib.shake_256() if name == "shake256" else hashlib.shake_128()
    # See `algorithms.digest_of`: old digests are named and dated, not forbidden by the build.
    try:
        return hashlib.new(name, usedforsecurity=False)
    except ValueError as error:
        raise UnknownDigest(name) from error


class Beginnings:
    """The digests of one file's beginnings: a longer one goes on where a shorter one ended; no byte is read twice.

    The signatures of a file cover it from its first byte on, each a little more than the one before.
    """

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._states: dict[str, list[tuple[int, Any]]] = {}

    def state(self, name: str, end: int) -> Any:
        """Return hashlib's state after the first ``end`` bytes, the caller's own.

        Raises:
            UnknownDigest: the digest is not available.
        """
        known = self._states.setdefault(name, [])
        start, state = max((each for each in known if each[0] <= end), key=lambda each: each[0], default=(0, None))
        state = _new(name) if state is None else state.copy()
        if start < end:
            state.update(self._data[start:end])
            known.append((end, state.copy()))
        return state


class BeginningAndRest(Content):
    """A beginning of a file and a later part of it, as a signature in the file covers them."""

    def __init__(self, beginnings: Beginnings, beginning: bytes, rest: bytes) -> None:
        super().__init__(BytesPieces(beginning, rest))
        self._beginnings, self._length, self._rest = beginnings, len(beginning), rest

    def prepare(self, names: Iterable[str]) -> None:
        """Make several digests, going on from what was digested of the file before.

        Raises:
            UnknownDigest: one is not available.
        """
        self._size = self._length + len(self._rest)
        for name in names:
            if name not in self._digests:
                state = self._beginnings.state(name, self._length)
                state.update(self._rest)
                self._digests[name] = _digest_of(name, state)


class BytesPieces:
    """Bytes at hand, in one or several parts."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts

    def pieces(self) -> Iterator[bytes]:
        """Yield the parts."""
        return iter(self._parts)


class FilePieces:
    """A whole regular file, opened once: what was opened cannot be exchanged for another file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def pieces(self) -> Iterator[bytes]:
        """Read the file from its beginning."""
        self._stream.seek(0)
        while piece := self._stream.read(PIECE):
            yield piece


def size_of(stream: BinaryIO) -> int:
    """Return the size of an opened file in bytes."""
    return stream.seek(0, 2)


#: What the names of signatures end with: the kind, what `signkit cms` puts before it, and PEM.
_ENDINGS = re.compile(
    r"(?:(?:\.\d+|-B-(?:T|LT|LTA))*\.(?:p7s|p7m|p7b|pkcs7|cms|sig|tsr|tst))?(?:\.pem)?$", re.IGNORECASE
)


def places_of_content(signature: Path) -> Iterator[Path]:
    """Yield where the content of a detached signature usually lies: ``NAME.content``, then the name without endings."""
    yield signature.with_name(signature.name + ".content")
    yield from (
        signature.with_name(name)
        for name in dict.fromkeys((signature.stem, _ENDINGS.sub("", signature.name)))
        if name and name != signature.name
    )
