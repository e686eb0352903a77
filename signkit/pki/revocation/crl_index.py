"""The index of one imported revocation list: the status of a certificate without reading the list.

The file (all numbers big-endian)::

    8    magic "SKCRLIDX"
    4    version, 1
    4    length of the header
    32   SHA-256 of the header
    …    header: JSON (`IndexHeader`), filled up with spaces so that the pages begin at a multiple of 4096
    …    pages of 4096 bytes: 136 records, then 16 bytes BLAKE2b of the records

A record is 30 bytes: the serial number (two's complement, 21 bytes: RFC 5280 4.1.2.2 allows 20 octets, and a sign may
need one more), the revocation date (seconds since 0001-01-01 UTC, 8 bytes), the reason (RFC 5280 5.3.1, 1 byte; 0 where
none is given).  Records are in the order of their bytes, each serial number once; the last page is filled with zeros.
A page's digest is keyed with the header's and salted with the page's number, so that no page passes in another's
place.

A lookup maps the file, checks the header, finds the page by binary search and checks that page and the one after it:
together they prove that the serial number is there or is not.  The digests find accidents (a cut file, a bad disk);
who may write into the user's home can make a false index, as well as a false program.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, TypeAlias

from signkit.errors import CrlIndexDamaged, InputUnreadable, system_cause
from signkit.output import write_streamed
from signkit.words import Text

_MAGIC = b"SKCRLIDX"
_VERSION = 1
_PREFIX = struct.Struct(">8sII32s")
# A header of some hundred bytes is usual; a forged length must not be read into memory.
_MAX_HEADER_BYTES = 1 << 20

_PAGE = 4096
# 16 bytes find accidents; who can write here needs no collision (see the module).
_CHECK = 16
SERIAL_BYTES = 21
DATE_BYTES = 8
RECORD_BYTES = SERIAL_BYTES + DATE_BYTES + 1
_PER_PAGE = (_PAGE - _CHECK) // RECORD_BYTES

#: Moments are counted from here.
EPOCH = datetime(1, 1, 1, tzinfo=UTC)

#: CRLReason (RFC 5280 5.3.1); 7 is not used.
REASONS = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}

CertificateKind = Literal["all", "user", "ca"]


@dataclass(frozen=True)
class Good:
    """The list does not name the certificate."""


@dataclass(frozen=True)
class Revoked:
    """The list names the certificate: since when (UTC), and why by RFC 5280's word."""

    date: datetime
    reason: str


CertificateStatus: TypeAlias = Good | Revoked


@dataclass(frozen=True)
class IndexHeader:
    """What an index says of its list.

    Attributes:
        issuer: the issuer's name for people.
        issuer_name_sha256: of the name in the form in which names are compared (RFC 5280 7.1).
        issuer_key_sha256: of the DER SubjectPublicKeyInfo whose key signed the list.
        this_update: when the newest list in it was issued.
        next_update: when the next one was due.
        number: CRL number of the newest list in it, or None.
        base_number: CRL number of the complete list, where delta lists were added to it.
        names: of the issuing distribution point, in the form in which names are compared; none: not partitioned.
        partition: the same for people, or None.
        certificates: which certificates the list is about: all, those of users, those of authorities.
        entries: how many certificates are revoked.
        crl_sha256: of the newest DER CertificateList in it.
        kept: name of the file beside the index that holds the list itself, or None.
    """

    issuer: str
    issuer_name_sha256: str
    issuer_key_sha256: str
    this_update: datetime
    next_update: datetime
    number: int | None
    base_number: int | None
    names: tuple[str, ...]
    partition: str | None
    certificates: CertificateKind
    entries: int
    crl_sha256: str
    kept: str | None

    def to_json(self) -> bytes:
        """Return the header as it stands in the file, before it is filled up."""
        values = asdict(self) | {
            "this_update": self.this_update.isoformat(),
            "next_update": self.next_update.isoformat(),
        }
        return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> IndexHeader:
        """Read a header whose digest was checked.

        Raises:
            ValueError, TypeError, KeyError: it was not written by this version.
        """
        values = json.loads(data)
        for name in ("this_update", "next_update"):
            values[name] = datetime.fromisoformat(values[name])
        return cls(**values | {"names": tuple(values["names"])})


def serial_key(serial: int) -> bytes | None:
    """Return a serial number as it stands in records, or None for one that no index can hold."""
    try:
        # A serial number beyond 20 octets is in no index, and a list that holds one is refused at the import (RFC 5280
        # 4.1.2.2).
        return serial.to_bytes(SERIAL_BYTES, "big", signed=True)
    except OverflowError:
        return None


class CrlIndex:
    """An open index; a context manager."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._digest, self._start, self.header = self._read_header()
        self._pages = _pages(self.header.entries)
        if len(data) != self._start + self._pages * _PAGE:
            raise self._damage("its length is not what its header says", "長さがヘッダーと合いません")

    @classmethod
    def open(cls, path: Path) -> CrlIndex:
        """Map an index and check its header and length.

        Raises:
            InputUnreadable: it cannot be read.
            CrlIndexDamaged: it is cut off, altered, or of another version.
        """
        try:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise InputUnreadable(str(path), system_cause(error)) from error
        except ValueError as error:  # an empty file cannot be mapped
            raise CrlIndexDamaged(str(path), Text("it is empty", "空です")) from error
        try:
            return cls(path, data)
        except BaseException:
            data.close()
            raise

    def __enter__(self) -> CrlIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._data.close()

    def status(self, serial: int) -> CertificateStatus:
        """Return what the list says of the issuer's certificate with this serial number.

        Raises:
            CrlIndexDamaged: a page that would prove the answer is altered.
        """
        key = serial_key(serial)
        if key is None or not self._pages:
            return Good()
        after = bisect_right(range(self._pages), key, key=self._first_serial)
        # The next page's first serial number bounds this one: absence is proven as well as presence.
        if after < self._pages:
            self._page(after)
        record = _find(self._page(after - 1), key) if after else None
        return Good() if record is None else _revocation_of(record)

    def records(self) -> Iterator[bytes]:
        """Yield every record in order, each page checked."""
        previous = b""
        for number in range(self._pages):
            page = self._page(number)
            for at in range(0, len(page), RECORD_BYTES):
                record = page[at : at + RECORD_BYTES]
                # Sorted and strictly growing, or the binary search would find what it likes.
                if record[:SERIAL_BYTES] <= previous:
                    raise self._damage("its records are out of order", "記録の順序が正しくありません")
                previous = record[:SERIAL_BYTES]
                yield record

    def _read_header(self) -> tuple[bytes, int, IndexHeader]:
        data = self._data
        if len(data) < _PREFIX.size or data[:8] != _MAGIC:
            raise self._damage("it is not an index", "インデックスではありません")
        _, version, length, digest = _PREFIX.unpack(data[: _PREFIX.size])
        if version != _VERSION:
            raise self._damage(f"it is of version {version}", f"バージョン {version} です")
        header = data[_PREFIX.size : _PREFIX.size + length] if length <= _MAX_HEADER_BYTES else b""
        if len(header) != length or hashlib.sha256(header).digest() != digest:
            raise self._damage("its header is altered", "ヘッダーが改変されています")
        try:
            return digest, _PREFIX.size + length, IndexHeader.from_json(header)
        except (ValueError, TypeError, KeyError) as error:
            raise self._damage("its header cannot be read", "ヘッダーを読めません") from error

    def _first_serial(self, page: int) -> bytes:
        start = self._start + page * _PAGE
        return self._data[start : start + SERIAL_BYTES]

    def _page(self, number: int) -> bytes:
        """Return the records of a page after checking its digest."""
        start = self._start + number * _PAGE
        page = self._data[start : start + _PAGE]
        body, check = page[:-_CHECK], page[-_CHECK:]
        if _page_check(body, self._digest, number) != check:
            raise self._damage("its records are altered", "記録が改変されています")
        count = min(_PER_PAGE, self.header.entries - number * _PER_PAGE)
        return body[: count * RECORD_BYTES]

    def _damage(self, en: str, ja: str) -> CrlIndexDamaged:
        return CrlIndexDamaged(str(self._path), Text(en, ja))


def write_index(target: Path, header: IndexHeader, records: Collection[bytes]) -> None:
    """Write an index beside ``target``, read it back whole, then rename it.

    Args:
        target: the file; its folder must exist.
        header: ``entries`` must be the number of records.
        records: 30 bytes each, sorted, each serial number once (see the module).

    Raises:
        FileUnusable("output-not-written"): the disk or the permissions do not allow it.
        CrlIndexDamaged: other bytes came back than were written.
    """

    def check(written: BinaryIO) -> None:
        with CrlIndex.open(Path(written.name)) as index:
            if sum(1 for _ in index.records()) != len(records):
                raise CrlIndexDamaged(str(target), Text("records were lost in writing", "書き込みで記録が失われました"))

    write_streamed(target, lambda file: _write(file, header, records), check=check, overwrite=True)


def _write(file: BinaryIO, header: IndexHeader, records: Collection[bytes]) -> None:
    text = header.to_json()
    text = text.ljust(-(-(_PREFIX.size + len(text)) // _PAGE) * _PAGE - _PREFIX.size)
    digest = hashlib.sha256(text).digest()
    file.write(_PREFIX.pack(_MAGIC, _VERSION, len(text), digest))
    file.write(text)
    waiting = iter(records)
    for number in range(_pages(len(records))):
        body = b"".join(islice(waiting, _PER_PAGE)).ljust(_PAGE - _CHECK, b"\0")
        file.write(body)
        file.write(_page_check(body, digest, number))


def _page_check(body: bytes, key: bytes, number: int) -> bytes:
    # Keyed and salted: a page of another index, or from another place, has another digest.
    return hashlib.blake2b(body, digest_size=_CHECK, key=key, salt=number.to_bytes(16, "big")).digest()


def _pages(entries: int) -> int:
    return -(-entries // _PER_PAGE)


def _find(page: bytes, key: bytes) -> bytes | None:
    starts = range(0, len(page), RECORD_BYTES)
    at = bisect_left(starts, key, key=lambda start: page[start : start + SERIAL_BYTES])
    record = page[at * RECORD_BYTES : (at + 1) * RECORD_BYTES]
    return record if record.startswith(key) else None


def _revocation_of(record: bytes) -> Revoked:
    seconds = int.from_bytes(record[SERIAL_BYTES : SERIAL_BYTES + DATE_BYTES], "big")
    # Seconds from the year 1: GeneralizedTime in a list may be any date, also before 1970.
    return Revoked(EPOCH + timedelta(seconds=seconds), REASONS[record[-1]])
