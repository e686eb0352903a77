"""The one way into a ZIP that comes from anywhere: what it may hold is bounded before anything is unpacked.

``zipfile`` fails on hostile archives in a dozen ways; here each of them is a `ZipRefused` with a code.
"""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, Literal

#: ``broken``: it is no ZIP that can be read; ``members``, ``size``, ``swells``: more than the bounds allow; ``twice``:
#: two members of one name; ``leads-out``: a name that leads out of the archive; ``encrypted``; ``method``: a
#: compression that is not supported.
RefusalCode = Literal["broken", "members", "size", "swells", "twice", "leads-out", "encrypted", "method"]

#: Others may ask for gigabytes of dictionary.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_PIECE = 1 << 16
_ENCRYPTED = 1


class ZipRefused(Exception):
    """A ZIP, or a member of it, that is not unpacked; ``member`` is None where it is the whole archive."""

    def __init__(self, code: RefusalCode, member: str | None = None, detail: str = "") -> None:
        super().__init__(code, member, detail)
        self.code = code
        self.member = member
        self.detail = detail


@dataclass(frozen=True)
class ZipBounds:
    """What an archive may ask for.

    Attributes:
        members: how many.
        member_bytes: of one member, unpacked.
        total_bytes: of all members together, unpacked.
        ratio: how many times its packed size a member may unpack to, once it is larger than ``ratio_from`` bytes.
    """

    members: int
    member_bytes: int
    total_bytes: int
    ratio: int | None = None
    ratio_from: int = 1024 * 1024


class ZipMembers:
    """The members of an opened archive."""

    def __init__(self, archive: zipfile.ZipFile, bounds: ZipBounds) -> None:
        self._archive = archive
        self._bounds = bounds
        self._left = bounds.total_bytes
        self.entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
        if len(self.entries) > bounds.members:
            raise ZipRefused("members")

    def require_distinct(self) -> None:
        """Refuse two members that some system takes for one file.

        Raises:
            ZipRefused: there are such.
        """
        seen: set[str] = set()
        for entry in self.entries:
            plain = unicodedata.normalize("NFKC", entry.filename).casefold()
            if plain in seen:
                raise ZipRefused("twice", entry.filename)
            seen.add(plain)

    def require_declared(self) -> None:
        """Refuse an archive whose members together say to be larger than the bounds allow, before one is unpacked.

        Raises:
            ZipRefused: they do.
        """
        for entry in self.entries:
            self._require_bearable(entry)
        if sum(entry.file_size for entry in self.entries) > self._bounds.total_bytes:
            raise ZipRefused("size")

    def pieces(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield the bytes of a member; what counts is what it gives, not what the directory says of it.

        Raises:
            ZipRefused: its name, its method or its size is not one that is unpacked, or it is damaged.
        """
        self._require_bearable(entry)
        size = 0
        try:
            with self._archive.open(entry) as member:
                while piece := member.read(_PIECE):
                    size += len(piece)
                    self._left -= len(piece)
                    if size > self._bounds.member_bytes or self._left < 0:
                        raise ZipRefused("size", entry.filename)
                    yield piece
        except (ZipRefused, GeneratorExit):
            raise
        except Exception as error:  # zlib.error, BadZipFile, NotImplementedError, EOFError, ValueError, …
            raise ZipRefused("broken", entry.filename, type(error).__name__) from error

    def read(self, entry: zipfile.ZipInfo) -> bytes:
        """Return the bytes of a member; raises as `pieces` does."""
        return b"".join(self.pieces(entry))

    def _require_bearable(self, entry: zipfile.ZipInfo) -> None:
        bounds, name = self._bounds, entry.filename
        if not name or leads_out(name):
            raise ZipRefused("leads-out", name)
        if entry.flag_bits & _ENCRYPTED:
            raise ZipRefused("encrypted", name)
        if entry.compress_type not in _METHODS:
            raise ZipRefused("method", name)
        if entry.file_size > bounds.member_bytes:
            raise ZipRefused("size", name)
        large = bounds.ratio is not None and entry.file_size > bounds.ratio_from
        if large and entry.file_size > (bounds.ratio or 0) * max(entry.compress_size, 1):
            raise ZipRefused("swells", name)


@contextmanager
def open_zip(stream: IO[bytes], bounds: ZipBounds) -> Iterator[ZipMembers]:
    """Give the members of a ZIP.

    Raises:
        ZipRefused: it is none, or has more members than the bounds allow.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except Exception as error:  # BadZipFile, ValueError, struct.error, OSError, NotImplementedError, …
        raise ZipRefused("broken", None, type(error).__name__) from error
    with archive:
        yield ZipMembers(archive, bounds)


def leads_out(name: str) -> bool:
    """Whether a member's name would lead out of a folder on some system; nothing here would follow it, others may."""
    windows = PureWindowsPath(name)
    return bool(windows.drive or windows.root) or ".." in windows.parts or ".." in PurePosixPath(name).parts
