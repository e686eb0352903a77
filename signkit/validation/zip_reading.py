"""Reading a ZIP (APPNOTE 6.3) of which all programs read the same files, whichever half of it they go by.

Some programs go by the directory at the end, some by the local headers from front to back, and neither looks at what
the other believes.  So both halves have to say the same of every member, and nothing may stand where one of them passes
over it: between members, behind a member's compressed data, beside the directory, behind the end.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from signkit.cms.content import PIECE

# APPNOTE 4.3.7, 4.3.12, 4.3.14 to 4.3.16: the fixed parts of headers.
_LOCAL = struct.Struct("<4s5H3I2H")
_LISTED = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_MAX_COMMENT = 0xFFFF
# What stands in a field whose value is in the ZIP64 record (4.4.1.4).
_SHORT, _LONG = 0xFFFF, 0xFFFFFFFF
_ZIP64 = 0x0001
# 4.4.4: how hard it was compressed; sizes follow the data; the name is UTF-8.  With any other, programs differ.
_DESCRIBED = 0x8
_UTF_8 = 0x800
_KNOWN_FLAGS = 0x2 | 0x4 | _DESCRIBED | _UTF_8


class ZipAmbiguous(Exception):
    """Programs that read ZIP files read different ones from this one."""


def check_layout(stream: BinaryIO, archive: zipfile.ZipFile) -> None:
    """Check that members follow one another from the first byte to the directory, and nothing else is in the file.

    Raises:
        ZipAmbiguous: something else is, or the two halves say different things of a member.
    """
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    ends = {0}
    for entry in entries:
        if entry.header_offset not in ends:
            raise ZipAmbiguous("members overlap, or something stands between them")
        ends = _ends_of_member(stream, entry)
    start: int = archive.start_dir
    if start not in ends:
        raise ZipAmbiguous("something stands between the members and the directory")
    _check_end(stream, start, _end_of_directory(stream, start, archive.infolist()), len(entries))


def unpacked(stream: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member holds, in pieces of a megabyte at most.

    Raises:
        BadZipFile: it is damaged, or something stands behind its compressed data.
    """
    size, crc = 0, 0
    raw = _raw(stream, _Local.of(stream, entry).data, entry.compress_size)
    try:
        for piece in raw if entry.compress_type == zipfile.ZIP_STORED else _inflated(raw):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            yield piece
    except zlib.error as error:
        raise zipfile.BadZipFile("a member's compressed data is damaged") from error
    if (size, crc) != (entry.file_size, entry.CRC):
        raise zipfile.BadZipFile("a member is not what its checksum says")


def _raw(stream: BinaryIO, position: int, left: int) -> Iterator[bytes]:
    while left:
        stream.seek(position)
        piece = stream.read(min(left, PIECE))
        if not piece:
            raise zipfile.BadZipFile("a member is cut off")
        position, left = position + len(piece), left - len(piece)
        yield piece


def _inflated(raw: Iterator[bytes]) -> Iterator[bytes]:
    state = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in raw:
        # Who reads from front to back goes on where the compressed data ends, not where the directory says.
        if state.eof:
            break
        yield state.decompress(piece, PIECE)
        while state.unconsumed_tail:
            yield state.decompress(state.unconsumed_tail, PIECE)
    else:
        while not state.eof and (piece := state.decompress(b"", PIECE)):
            yield piece
        if state.eof and not state.unused_data:
            return
    raise zipfile.BadZipFile("something stands behind a member's compressed data, or it is cut off")


# --- members -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Local:
    """A member's local header.

    Attributes:
        stated: checksum, compressed and full size.
        data: where the member's data begins.
    """

    flags: int
    method: int
    stated: tuple[int, int, int]
    name: bytes
    extra: bytes
    data: int

    @classmethod
    def of(cls, stream: BinaryIO, entry: zipfile.ZipInfo) -> _Local:
        stream.seek(entry.header_offset)
        fixed = stream.read(_LOCAL.size)
        if len(fixed) != _LOCAL.size or fixed[:4] != b"PK\x03\x04":
            raise ZipAmbiguous("a member without header")
        _, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(fixed)
        start = entry.header_offset + _LOCAL.size + name + extra
        return cls(flags, method, (crc, packed, size), stream.read(name), stream.read(extra), start)

    def agrees(self, entry: zipfile.ZipInfo) -> bool:
        """Whether the directory says the same of the member."""
        listed_name = entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF_8 else "cp437")
        same = (listed_name, entry.compress_type, entry.flag_bits & _UTF_8)
        unknown = (self.flags | entry.flag_bits) & ~_KNOWN_FLAGS
        if unknown or (self.name, self.method, self.flags & _UTF_8) != same:
            return False
        wanted = (entry.CRC, entry.compress_size, entry.file_size)
        _, packed, size = self.stated
        sizes = ((size, entry.file_size), (packed, entry.compress_size))
        # 4.5.3: in a local header both.
        if not _fits_64(self.extra, sizes, all_of_them=True, may_be_zero=bool(self.flags & _DESCRIBED)):
            return False
        if self._in_full() == wanted:
            return True
        # Compressed data tells where it ends, stored data does not: without its size readers search for the end.
        later = bool(self.flags & _DESCRIBED) and self.method == zipfile.ZIP_DEFLATED
        return later and all(own in (0, value) for own, value in zip(self._in_full(), wanted, strict=True))

    def _in_full(self) -> tuple[int, int, int]:
        """With the sizes that stand in the ZIP64 extra field (4.5.3); there are both in a local header."""
        crc, packed, size = self.stated
        values = next((data for kind, data in extra_fields(self.extra) if kind == _ZIP64), b"")
        if _LONG not in (packed, size) or len(values) < 16:
            return self.stated
        full, short = struct.unpack("<2Q", values[:16])
        return crc, short if packed == _LONG else packed, full if size == _LONG else size


def local_extra(stream: BinaryIO, entry: zipfile.ZipInfo) -> bytes:
    """Return the extra field of a member's local header.

    Raises:
        ZipAmbiguous: there is no header.
    """
    return _Local.of(stream, entry).extra


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and data of each part of an extra field (4.5.1)."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<2H", extra[:4])
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def _ends_of_member(stream: BinaryIO, entry: zipfile.ZipInfo) -> set[int]:
    """Return where a member may end: behind its data, or behind a descriptor that says the same of it (4.3.9)."""
    local = _Local.of(stream, entry)
    if not local.agrees(entry):
        raise ZipAmbiguous("a member's own header is not what the directory says of it")
    end = local.data + entry.compress_size
    if not local.flags & _DESCRIBED:
        return {end}
    stream.seek(end)
    found = stream.read(24)
    return {end + len(form) for form in _descriptors(entry, local.extra) if found.startswith(form)}


def _descriptors(entry: zipfile.ZipInfo, local_extra: bytes) -> Sequence[bytes]:
    crc, sizes = struct.pack("<I", entry.CRC), (entry.compress_size, entry.file_size)
    # 4.3.9.2: sizes of eight bytes go with a ZIP64 field; a reader that expects four would go on within them.
    is_large = max(sizes) > _LONG or any(kind == _ZIP64 for kind, _ in extra_fields(local_extra))
    mark = b"PK\x07\x08"
    # A checksum that looks like the mark is taken for one.
    return [start + crc + struct.pack("<2Q" if is_large else "<2I", *sizes) for start in {mark, b""} - {crc}]


def _fits_64(
    extra: bytes, sizes: Sequence[tuple[int, int]], *, all_of_them: bool = False, may_be_zero: bool = False
) -> bool:
    """Whether a ZIP64 field (4.5.3), there once, says what is so: readers differ in whether they heed it unasked.

    Args:
        sizes: what the header states in four bytes, and what is so, in the field's order.
        all_of_them: it says both sizes, whatever stands in the header.
        may_be_zero: what comes behind the data may be left open here.
    """
    found = [data for kind, data in extra_fields(extra) if kind == _ZIP64]
    if not found:
        return True
    every = [true for _, true in sizes]
    values = [value for (value,) in struct.iter_unpack("<Q", found[0][: len(found[0]) // 8 * 8])]
    is_open = may_be_zero and values == [0, 0]
    needed = [true for stated, true in sizes if stated == _LONG]
    # Of both, where the header leaves one to it, some programs take the first for that one.
    if all_of_them and len(needed) == 1:
        return False
    needed = every[:2] if all_of_them else needed
    return len(found) == 1 and len(found[0]) % 8 == 0 and (is_open or values in (needed, every[:2], every))


# --- the directory and what ends it --------------------------------------------------------------------------


def _end_of_directory(stream: BinaryIO, position: int, entries: Sequence[zipfile.ZipInfo]) -> int:
    for entry in entries:
        stream.seek(position)
        fixed = stream.read(_LISTED.size)
        if len(fixed) != _LISTED.size:
            raise ZipAmbiguous("its directory is cut off")
        _, _, _, _, _, _, _, _, packed, size, name, extra, comment, _, _, _, offset = _LISTED.unpack(fixed)
        stream.seek(name, 1)
        sizes = ((size, entry.file_size), (packed, entry.compress_size), (offset, entry.header_offset))
        if not _fits_64(stream.read(extra), sizes):
            raise ZipAmbiguous("a member has sizes beside its sizes")
        position += _LISTED.size + name + extra + comment
    return position


def _check_end(stream: BinaryIO, start: int, end: int, count: int) -> None:
    """Check the records behind the directory: there is one of each kind, all say the same, and nothing follows."""
    stream.seek(end)
    rest = stream.read(_END_64.size + _LOCATOR.size + _END.size + _MAX_COMMENT + 1)
    wanted = (count, count, end - start, start)
    is_large = rest.startswith(b"PK\x06\x06")
    if is_large:
        records, rest = rest[: _END_64.size + _LOCATOR.size], rest[_END_64.size + _LOCATOR.size :]
        if not _is_end_64(records, end, wanted):
            raise ZipAmbiguous("its ZIP64 records are not what the directory says")
    if len(rest) < _END.size:
        raise ZipAmbiguous("something stands behind the directory")
    mark, disk, first, *stated, comment = _END.unpack(rest[: _END.size])
    limits = (_SHORT, _SHORT, _LONG, _LONG)
    each = zip(stated, wanted, limits, strict=True)
    fitting = (own == value or (is_large and own == most) for own, value, most in each)
    if mark != b"PK\x05\x06" or disk not in (0, _SHORT) or first not in (0, _SHORT) or not all(fitting):
        raise ZipAmbiguous("something stands behind the directory, or its end says something else of it")
    # The end is searched for backwards: a second one in the comment, or behind it, would be found first.
    if len(rest) != _END.size + comment or b"PK\x05\x06" in rest[_END.size :]:
        raise ZipAmbiguous("something stands behind its end")


def _is_end_64(records: bytes, position: int, wanted: tuple[int, int, int, int]) -> bool:
    if len(records) < _END_64.size + _LOCATOR.size:
        return False
    _, size, _, _, disk, first, *stated = _END_64.unpack(records[: _END_64.size])
    mark, locator_disk, offset, disks = _LOCATOR.unpack(records[_END_64.size :])
    # 4.3.14.1: the size of the record without its first twelve bytes; 4.3.15: where it is, on the only disk.
    return (size, disk, first, *stated, mark, locator_disk, offset, disks) == (
        _END_64.size - 12, 0, 0, *wanted, b"PK\x06\x07", 0, position, 1,
    )  # fmt: skip
