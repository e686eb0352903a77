"""What a CMS signs, however large: read in pieces, digested once with every digest that is asked for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, Protocol

#: Bytes at a time: large enough for the digests' full speed, small enough to be nothing.
PIECE = 1 << 20
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
        for name, state in states.items():
            # RFC 8702 3.1: 32 and 64 bytes as message digests in the CMS.
            self._digests[name] = state.digest(_SHAKE_LENGTHS[name]) if name in _SHAKE_LENGTHS else state.digest()


def _new(name: str):  # type: ignore[no-untyped-def]  # hashlib's types differ for the SHAKE functions
    if name in _SHAKE_LENGTHS:
        return hashlib.shake_256() if name == "shake256" else hashlib.shake_128()
    # See `algorithms.digest_of`: old digests are named and dated, not forbidden by the build.
    try:
        return hashlib.new(name, usedforsecurity=False)
    except ValueError as error:
        raise UnknownDigest(name) from error


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
