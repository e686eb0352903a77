"""Files inside .zip, .tar and .tar.gz archives: each member within bounds, nothing ever written under its own name.

An archive in an archive is not opened.  A member that cannot be read is one member with a problem; an archive that
cannot be read is one member without a name.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, cast

from signkit.errors import NOT_REGULAR, system_cause
from signkit.incoming import FileProblem
from signkit.limits import size_in_words
from signkit.unpacking import ZipBounds, ZipRefused, leads_out, open_zip
from signkit.words import Text

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")

_MEMBERS = 200_000
_MEMBER_BYTES = 64 * 1024 * 1024
_TOTAL_BYTES = 8 * 1024 * 1024 * 1024
_DIRECTORY_BYTES = 16 * 1024 * 1024
_PIECE = 1024 * 1024
_RATIO = 200
_RATIO_FROM = 1024 * 1024  # a small member may shrink as it likes


@dataclass(frozen=True)
class ArchiveMember:
    """One file of an archive: its bytes, or why there are none; without a name it stands for the archive itself."""

    name: str | None
    data: bytes | None = None
    problem: FileProblem | None = None


@dataclass
class _Budget:
    """What an archive as a whole has given so far."""

    members: int = field(default=_MEMBERS)
    total: int = field(default=_TOTAL_BYTES)

    def take(self, size: int) -> None:
        self.members -= 1
        self.total -= size
        if self.members < 0 or self.total < 0:
            raise FileProblem("limit", _TOO_MUCH)


def members(path: str, suffixes: tuple[str, ...]) -> Iterator[ArchiveMember]:
    """Yield the members whose names end with one of ``suffixes``, in the archive's order."""
    read = _zip_members if path.lower().endswith(".zip") else _tar_members
    try:
        with _regular(path) as stream:
            yield from read(stream, suffixes)
    except FileProblem as problem:
        yield ArchiveMember(None, problem=problem)
    except ZipRefused as refused:
        yield ArchiveMember(None, problem=_refusal(refused))
    except OSError as error:
        yield ArchiveMember(None, problem=FileProblem("unreadable", system_cause(error)))
    except Exception as error:  # zipfile and tarfile raise a dozen kinds for hostile archives
        yield ArchiveMember(None, problem=_damage(type(error).__name__))


class _BoundedFile(io.BufferedReader):
    """A file from which nothing is read in one piece that is larger than an archive's directory may be."""

    def read(self, size: int | None = -1, /) -> bytes:
        bounded = _DIRECTORY_BYTES + 1 if size is None or size < 0 else min(size, _DIRECTORY_BYTES + 1)
        data = super().read(bounded)
        if len(data) > _DIRECTORY_BYTES:
            raise FileProblem("limit", _PIECE_TOO_LARGE)
        return data


@contextmanager
def _regular(path: str) -> Iterator[IO[bytes]]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with _BoundedFile(io.FileIO(handle)) as stream:
        if not os.path.isfile(handle):  # noqa: PTH113  what was opened, not what has the name now
            raise FileProblem("unreadable", NOT_REGULAR)
        yield cast(IO[bytes], stream)


def _zip_members(stream: IO[bytes], suffixes: tuple[str, ...]) -> Iterator[ArchiveMember]:
    bounds = ZipBounds(_MEMBERS, _MEMBER_BYTES, _TOTAL_BYTES, _RATIO, _RATIO_FROM)
    budget = _Budget()
    with open_zip(stream, bounds) as archive:
        for entry in archive.entries:
            if not entry.filename.lower().endswith(suffixes):
                continue
            try:
                budget.take(entry.file_size)
                yield ArchiveMember(entry.filename, _whole(archive.pieces(entry), entry.file_size))
            except ZipRefused as refused:
                yield ArchiveMember(entry.filename, problem=_refusal(refused))
            except FileProblem as problem:
                yield ArchiveMember(entry.filename, problem=problem)
                if budget.members < 0 or budget.total < 0:
                    return


def _refusal(refused: ZipRefused) -> FileProblem:
    words = {
        "leads-out": ("unreadable", _LEADS_OUT),
        "encrypted": ("encrypted", None),
        "method": ("unreadable", _COMPRESSION),
        "swells": ("limit", _MEMBER_SWELLS),
        "size": ("limit", _MEMBER_TOO_LARGE.filled(size=size_in_words(_MEMBER_BYTES))),
        "members": ("limit", _TOO_MUCH),
    }
    found = words.get(refused.code)
    return FileProblem(*found) if found is not None else _damage(refused.detail)


def _tar_members(stream: IO[bytes], suffixes: tuple[str, ...]) -> Iterator[ArchiveMember]:
    budget = _Budget()
    with _unzip(stream) as plain, tarfile.open(fileobj=plain, mode="r:") as archive:
        for info in archive:
            archive.members = []  # type: ignore[attr-defined]  # else it keeps them all
            if info.isdir() or not info.name.lower().endswith(suffixes):
                budget.take(0)
                continue
            try:
                yield ArchiveMember(info.name, _tar_data(archive, info, budget))
            except FileProblem as problem:
                yield ArchiveMember(info.name, problem=problem)
                if budget.members < 0 or budget.total < 0:
                    return


def _tar_data(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: _Budget) -> bytes:
    if leads_out(info.name):
        raise FileProblem("unreadable", _LEADS_OUT)
    if not info.isreg() or info.issparse():
        raise FileProblem("unreadable", NOT_REGULAR)
    _check_size(info.size, budget)
    member = archive.extractfile(info)
    assert member is not None
    with member:
        return _whole(_pieces(member, info.size), info.size)


def _check_size(size: int, budget: _Budget) -> None:
    budget.take(size)
    if size > _MEMBER_BYTES:
        raise FileProblem("limit", _MEMBER_TOO_LARGE.filled(size=size_in_words(_MEMBER_BYTES)))


def _whole(pieces: Iterable[bytes], size: int) -> bytes:
    """A member must hold what its header says: no more, and no less."""
    data = b"".join(pieces)
    if len(data) != size:
        raise FileProblem("malformed", _OTHER_SIZE)
    if not data:
        raise FileProblem("empty")
    return data


def _pieces(member: IO[bytes], size: int) -> Iterator[bytes]:
    left = size + 1
    while left and (piece := member.read(min(_PIECE, left))):
        left -= len(piece)
        yield piece


@contextmanager
def _unzip(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give the tar itself: a gzip is unpacked into a temporary file, since tarfile steps back in what it reads."""
    if stream.peek(2)[:2] != b"\x1f\x8b":  # type: ignore[attr-defined]
        yield stream
        return
    with tempfile.TemporaryFile() as plain:
        left = min(_TOTAL_BYTES, _RATIO_FROM + _RATIO * os.fstat(stream.fileno()).st_size)
        with gzip.GzipFile(fileobj=stream) as packed:
            while piece := packed.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise FileProblem("limit", _ARCHIVE_SWELLS)
                plain.write(piece)
        plain.seek(0)
        with _BoundedFile(_raw(plain)) as bounded:
            yield cast(IO[bytes], bounded)


def _raw(file: Any) -> io.FileIO:
    return io.FileIO(os.dup(file.fileno()))


def _damage(cause: str) -> FileProblem:
    return FileProblem("malformed", _DAMAGED.filled(cause=cause))


_DAMAGED = Text("archive, {cause}", "アーカイブ ({cause})")
_OTHER_SIZE = Text(
    "archive, a member of another size than its header says", "アーカイブの中のファイルの大きさが見出しと一致しません"
)
_LEADS_OUT = Text("the member's name leads out of the archive", "中のファイルの名前がアーカイブの外を指しています")
_COMPRESSION = Text("a compression that is not supported", "対応していない圧縮方式です")
_TOO_MUCH = Text(
    "more than {members} members or {size} in an archive",
    "アーカイブ全体で {members} 件または {size} までです",
).filled(members=_MEMBERS, size=size_in_words(_TOTAL_BYTES))
_PIECE_TOO_LARGE = Text(
    "more than {size} in one piece of an archive", "アーカイブの1つの部分は {size} までです"
).filled(size=size_in_words(_DIRECTORY_BYTES))
_MEMBER_TOO_LARGE = Text("more than {size} in an archive's member", "アーカイブの中のファイルは {size} までです")
_MEMBER_SWELLS = Text(
    "a member that unpacks to more than {ratio} times its size", "中のファイルが展開すると {ratio} 倍を超えます"
).filled(ratio=_RATIO)
_ARCHIVE_SWELLS = Text(
    "an archive that unpacks to more than {ratio} times its size", "アーカイブが展開すると {ratio} 倍を超えます"
).filled(ratio=_RATIO)
