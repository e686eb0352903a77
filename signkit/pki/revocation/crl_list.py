"""Reading a DER CertificateList of any size (RFC 5280 5.1): the few parts around the entries, then entry by entry.

Nothing is copied but what is returned, so that a list of hundreds of megabytes can be read from a memory-mapped file.
No recursion and no length that is not checked: the depth is that of the standard, whatever the bytes say.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from signkit.pki.revocation.crl_index import DATE_BYTES, EPOCH, REASONS, SERIAL_BYTES
from signkit.words import Text

Data: TypeAlias = bytes | mmap.mmap

_INTEGER, _BITS, _OCTETS, _OID, _BOOLEAN, _ENUMERATED = 0x02, 0x03, 0x04, 0x06, 0x01, 0x0A
_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _EXTENSIONS = 0x30, 0x17, 0x18, 0xA0

# A name, an extension or an entry beyond 64 kB is nobody's honest list; lengths are the attacker's choice.
_MAX_PART_BYTES = 1 << 16
_MAX_EXTENSIONS = 50
_MAX_KNOWN = 10_000

#: DER contents of the object identifiers of RFC 5280 5.2 and 5.3 (2.5.29.n).
CRL_NUMBER = b"\x55\x1d\x14"
DELTA_INDICATOR = b"\x55\x1d\x1b"
ISSUING_POINT = b"\x55\x1d\x1c"
# Others must not be critical: such a list must not be used to tell anybody's status (RFC 5280 5.2).
_UNDERSTOOD = {CRL_NUMBER, DELTA_INDICATOR, ISSUING_POINT}
_REASON_CODE = b"\x55\x1d\x15"
_INVALIDITY_DATE = b"\x55\x1d\x18"
_CERTIFICATE_ISSUER = b"\x55\x1d\x1d"

# RFC 5280 5.3.1; 7 was never used.
CERTIFICATE_HOLD, REMOVE_FROM_CRL = 6, 8


class ListMalformed(Exception):
    """The bytes are no DER CertificateList; ``cause`` says where, for people."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.cause = Text(en, ja)


class ListUnsupported(ListMalformed):
    """A list that says something which is not understood here; to pass over it would be unsafe."""


@dataclass(frozen=True)
class ListHead:
    """A CertificateList without its entries.

    Attributes:
        signed: where the signed part begins and ends.
        algorithm: DER AlgorithmIdentifier of the signature.
        signature: its bytes.
        issuer: DER Name.
        entries: where the first entry begins and the last ends.
        extensions: value by DER contents of the object identifier; every critical one is understood.
    """

    signed: tuple[int, int]
    algorithm: bytes
    signature: bytes
    issuer: bytes
    this_update: datetime
    next_update: datetime | None
    entries: tuple[int, int]
    extensions: dict[bytes, bytes]

    @property
    def number(self) -> int | None:
        """The CRL number."""
        return self._integer(CRL_NUMBER)

    @property
    def delta_base(self) -> int | None:
        """The CRL number of the list that a delta list adds to; None for a complete list."""
        return self._integer(DELTA_INDICATOR)

    def _integer(self, kind: bytes) -> int | None:
        value = self.extensions.get(kind)
        if value is None:
            return None
        reader = _ListReader(value, 0, len(value))
        content = reader.bytes_of(_INTEGER)
        reader.finish()
        # RFC 5280 5.2.3: CRL numbers have up to 20 octets and are never negative.
        if not 0 < len(content) <= SERIAL_BYTES or content[0] & 0x80:
            raise ListMalformed("a list number is malformed", "リスト番号の形式が正しくありません")
        return int.from_bytes(content, "big")


class _ListReader:
    """Goes over the elements between two positions, one after the other."""

    def __init__(self, data: Data, position: int, end: int) -> None:
        self.data = data
        self.position = position
        self.end = end

    def next_is(self, *tags: int) -> bool:
        return self.position < self.end and self.data[self.position] in tags

    def span_of(self, *tags: int) -> tuple[int, int]:
        """Pass over an element with one of ``tags``; return where its contents begin and end."""
        if not self.next_is(*tags):
            raise ListMalformed(
                f"it is not a revocation list (DER, byte {self.position})",
                f"失効リストではありません (DER、{self.position}バイト目)",
            )
        start, stop = element(self.data, self.position, self.end)
        self.position = stop
        return start, stop

    def bytes_of(self, *tags: int) -> bytes:
        """Return the contents of a small element."""
        start, stop = self.span_of(*tags)
        if stop - start > _MAX_PART_BYTES:
            raise ListMalformed(f"a part at byte {start} is too large", f"{start}バイト目の要素が大きすぎます")
        return self.data[start:stop]

    def whole(self, *tags: int) -> bytes:
        """Return a small element with its tag and length."""
        start = self.position
        self.bytes_of(*tags)
        return self.data[start : self.position]

    def finish(self) -> None:
        if self.position != self.end:
            raise ListMalformed(
                f"there are bytes too many at byte {self.position}", f"{self.position}バイト目に余分なデータがあります"
            )


def element(data: Data, position: int, end: int) -> tuple[int, int]:
    """Return where the contents of the element at ``position`` begin and end (X.690 8.1.3, 10.1).

    Raises:
        ListMalformed: no definite, shortest length, or it reaches beyond ``end``.
    """
    start = position + 2
    if start > end:
        raise _cut_off()
    length = data[position + 1]
    # X.690 8.1.3.5: the long form; 0x80 alone (indefinite) is BER and leaves no octets here.
    if length >= 0x80:
        octets = data[start : min(start + (length & 0x7F), end)]
        start += length & 0x7F
        if start > end:
            raise _cut_off()
        # DER takes the shortest form (X.690 10.1); two encodings of one list would have two digests.
        if not 1 <= len(octets) <= 8 or octets[0] == 0 or (len(octets) == 1 and octets[0] < 0x80):
            raise ListMalformed(
                f"a length at byte {position} is not DER", f"{position}バイト目の長さが DER ではありません"
            )
        length = int.from_bytes(octets, "big")
    if start + length > end:
        raise _cut_off()
    return start, start + length


def _cut_off() -> ListMalformed:
    return ListMalformed("it is cut off, or not a revocation list", "途中で切れているか、失効リストではありません")


def read_head(data: Data) -> ListHead:
    """Read all of a DER CertificateList but its entries.

    Raises:
        ListMalformed: it is none.
        ListUnsupported: a critical extension is not understood.
    """
    # A list that something follows is no list: what follows would be outside the signature.
    outer = _ListReader(data, 0, len(data))
    whole = _ListReader(data, *outer.span_of(_SEQUENCE))
    outer.finish()
    begin = whole.position
    contents = whole.span_of(_SEQUENCE)
    signed = (begin, whole.position)
    algorithm = whole.whole(_SEQUENCE)
    signature = whole.bytes_of(_BITS)
    whole.finish()
    # The BIT STRING's first octet counts unused bits: a signature has whole octets (RFC 5280 5.1.1.3).
    if signature[:1] != b"\0":
        raise ListMalformed("its signature is malformed", "署名の形式が正しくありません")
    return _read_signed_part(_ListReader(data, *contents), signed, algorithm, signature[1:])


def _read_signed_part(reader: _ListReader, signed: tuple[int, int], algorithm: bytes, signature: bytes) -> ListHead:
    # v2 is 1; without version it is v1, which has no extensions (RFC 5280 5.1.2.1).
    if reader.next_is(_INTEGER) and reader.bytes_of(_INTEGER) != b"\x01":
        raise ListUnsupported("it is of an unknown version", "未知のバージョンです")
    # RFC 5280 5.1.1.2: the same algorithm inside and outside; outside nothing is signed.
    if reader.whole(_SEQUENCE) != algorithm:
        raise ListMalformed("it names two signature algorithms", "署名アルゴリズムの記載が一致しません")
    issuer = reader.whole(_SEQUENCE)
    this_update = _time(reader)
    # RFC 5280 5.1.2.5 demands nextUpdate; whether a list may do without is the caller's decision.
    next_update = _time(reader) if reader.next_is(_UTC_TIME, _GENERALIZED_TIME) else None
    nothing = (reader.position, reader.position)
    entries = reader.span_of(_SEQUENCE) if reader.next_is(_SEQUENCE) else nothing
    extensions = _list_extensions(reader.bytes_of(_EXTENSIONS)) if reader.next_is(_EXTENSIONS) else {}
    reader.finish()
    return ListHead(signed, algorithm, signature, issuer, this_update, next_update, entries, extensions)


def _list_extensions(data: bytes) -> dict[bytes, bytes]:
    found = _extensions(data)
    for kind, (critical, _) in found.items():
        # RFC 5280 5.2: such a list must not be used to determine the status of any certificate.
        if critical and kind not in _UNDERSTOOD:
            raise ListUnsupported(
                f"its critical extension {_dotted_number(kind)} is not known",
                f"重要 (critical) とされた拡張 {_dotted_number(kind)} を解釈できません",
            )
    return {kind: value for kind, (_, value) in found.items()}


def _extensions(data: bytes) -> dict[bytes, tuple[bool, bytes]]:
    """Return {object identifier: (critical, value)} of a DER Extensions (RFC 5280 4.1)."""
    outer = _ListReader(data, 0, len(data))
    reader = _ListReader(data, *outer.span_of(_SEQUENCE))
    outer.finish()
    found: dict[bytes, tuple[bool, bytes]] = {}
    while reader.position < reader.end:
        item = _ListReader(data, *reader.span_of(_SEQUENCE))
        kind = item.bytes_of(_OID)
        # DER leaves FALSE out; written out it is read as what it says.
        critical = item.next_is(_BOOLEAN) and item.bytes_of(_BOOLEAN) != b"\0"
        value = item.bytes_of(_OCTETS)
        item.finish()
        # RFC 5280 4.2: not more than one instance of an extension.
        if kind in found or len(found) == _MAX_EXTENSIONS:
            raise ListMalformed("an extension is there twice, or too many", "拡張が重複しているか、多すぎます")
        found[kind] = (critical, value)
    return found


def _dotted_number(kind: bytes) -> str:
    """Return an object identifier with dots (X.690 8.19), for messages."""
    numbers, number = [], 0
    for octet in kind:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    # The first octets hold two numbers, 40 * x + y (X.690 8.19.4).
    first = min(numbers[0] // 40, 2) if numbers else 0
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]])) if numbers else "?"


def _time(reader: _ListReader) -> datetime:
    utc = reader.next_is(_UTC_TIME)
    return parse_time(reader.bytes_of(_UTC_TIME, _GENERALIZED_TIME), utc=utc)


def parse_time(text: bytes, *, utc: bool) -> datetime:
    """Read a UTCTime or GeneralizedTime in the one form of RFC 5280 4.1.2.5: with seconds, without fraction, Z."""
    digits = text[:-1]
    # Fractions and offsets would give one moment several spellings.
    if len(text) != (13 if utc else 15) or not digits.isdigit() or text[-1:] != b"Z":
        raise ListMalformed("a time is malformed", "日時の形式が正しくありません")
    if utc:
        # RFC 5280 4.1.2.5.1: 00 to 49 are of this century.
        digits = (b"20" if digits < b"50" else b"19") + digits
    try:
        parts = [int(digits[at : at + 2]) for at in range(4, 14, 2)]
        return datetime(int(digits[:4]), parts[0], parts[1], parts[2], parts[3], parts[4], tzinfo=UTC)
    except ValueError as error:
        raise ListMalformed("a time does not exist", "存在しない日時があります") from error


# --- entries -------------------------------------------------------------------------------------------------


#: What a serial number is filled up with: two's complement.
_SIGNS = (b"\0", b"\xff")


class _Days(dict[bytes, int]):
    """Seconds from the epoch to the day ``YYMMDD``; a list holds few different days."""

    def __missing__(self, day: bytes) -> int:
        moment = parse_time(day + b"000000Z", utc=True)
        return self.setdefault(day, _seconds(moment))


class _Clock(dict[bytes, int]):
    """Seconds from midnight to ``HHMMSS``."""

    def __missing__(self, time: bytes) -> int:
        hour, minute, second = _two_digits(time[:2]), _two_digits(time[2:4]), _two_digits(time[4:])
        # No leap seconds: datetime knows none, and no authority writes one.
        if hour > 23 or minute > 59 or second > 59:
            raise ListMalformed("a time does not exist", "存在しない日時があります")
        return self.setdefault(time, hour * 3600 + minute * 60 + second)


class _Remark(NamedTuple):
    """What an entry's extensions say: the reason code, and by when at the latest it ended a certificate for good."""

    reason: bytes
    invalid_since: int


class _Remarks(dict[bytes, _Remark]):
    """Remarks by an entry's extensions; a list holds few different ones, unless it gives invalidity dates."""

    def __init__(self, *, delta: bool) -> None:
        super().__init__()
        self._delta = delta

    def __missing__(self, extensions: bytes) -> _Remark:
        if len(self) >= _MAX_KNOWN:
            self.clear()
        return self.setdefault(extensions, _remark(extensions, delta=self._delta))


def _two_digits(text: bytes) -> int:
    if len(text) != 2 or not text.isdigit():
        raise ListMalformed("a time is malformed", "日時の形式が正しくありません")
    return int(text)


def _seconds(moment: datetime) -> int:
    passed = moment - EPOCH
    return passed.days * 86_400 + passed.seconds


#: No entry is of a later second.
_NEVER = _seconds(datetime.max.replace(tzinfo=UTC))
_PLAIN = _Remark(b"\0", _NEVER)


def _remark(data: bytes, *, delta: bool) -> _Remark:
    found = _extensions(data)
    reason = _entry_reason(found, delta=delta)
    # What is on hold, or off the list again, is so by the list's own date; see `ListedCertificate.invalid_since`.
    if _INVALIDITY_DATE not in found or reason in (CERTIFICATE_HOLD, REMOVE_FROM_CRL):
        return _Remark(bytes([reason]), _NEVER)
    value = found[_INVALIDITY_DATE][1]
    reader = _ListReader(value, 0, len(value))
    since = parse_time(reader.bytes_of(_GENERALIZED_TIME), utc=False)
    reader.finish()
    return _Remark(bytes([reason]), _seconds(since))


def _entry_reason(found: dict[bytes, tuple[bool, bytes]], *, delta: bool) -> int:
    for kind, (critical, _) in found.items():
        # RFC 5280 5.3.3: with certificateIssuer the entries after it are another authority's as well.
        if kind == _CERTIFICATE_ISSUER:
            raise ListUnsupported("it is an indirect list", "間接 CRL です")
        # RFC 5280 5.3: a critical entry extension that is unknown makes the whole list unusable.
        if critical and kind not in (_REASON_CODE, _INVALIDITY_DATE):
            raise ListUnsupported(
                f"an entry's critical extension {_dotted_number(kind)} is not known",
                f"項目の重要 (critical) な拡張 {_dotted_number(kind)} を解釈できません",
            )
    # Absent means unspecified (RFC 5280 5.3.1).
    if _REASON_CODE not in found:
        return 0
    value = found[_REASON_CODE][1]
    if len(value) != 3 or value[:2] != bytes([_ENUMERATED, 1]) or value[2] not in REASONS:
        raise ListMalformed("a reason is malformed", "失効理由の形式が正しくありません")
    # RFC 5280 5.3.1: removeFromCRL only appears in delta lists.
    if value[2] == REMOVE_FROM_CRL and not delta:
        raise ListMalformed("a complete list removes an entry", "完全な CRL に removeFromCRL があります")
    return value[2]


class _Entries:
    """Turns entries into records, remembering what comes again and again."""

    def __init__(self, *, delta: bool) -> None:
        self._days = _Days()
        self._clock = _Clock()
        self._remarks = _Remarks(delta=delta)

    def record(self, entry: bytes) -> bytes:
        """Return the record of one entry's contents.

        Raises:
            IndexError: the entry is too short.
            ListMalformed: it is malformed in another way.
        """
        stop = 2 + entry[1]
        serial = entry[2:stop]
        # A serial number that is not DER could stand twice under two spellings, one revoked and one not.
        if entry[0] != _INTEGER or not _is_serial(serial):
            raise ListMalformed("a serial number is malformed", "シリアル番号の形式が正しくありません")
        more = stop + 2 + entry[stop + 1]
        # The ordinary case, read in place: a million entries come through here.
        if entry[stop] == _UTC_TIME and entry[stop + 1] == 13 and entry[stop + 14] == 0x5A:
            when = self._days[entry[stop + 2 : stop + 8]] + self._clock[entry[stop + 8 : stop + 14]]
        else:
            when = _seconds(_time(_ListReader(entry, stop, more)))
        reason, latest = self._remarks[entry[more:]] if more < len(entry) else _PLAIN
        when = min(when, latest)
        return serial.rjust(SERIAL_BYTES, _SIGNS[serial[0] >> 7]) + when.to_bytes(DATE_BYTES, "big") + reason


def read_entries(data: Data, head: ListHead) -> Iterator[bytes]:
    """Yield one record an entry, in the list's order (`signkit.pki.revocation.crl_index` has the form of a record).

    Raises:
        ListMalformed: an entry is malformed.
        ListUnsupported: a critical extension of an entry is not understood.
    """
    record_of = _Entries(delta=head.delta_base is not None).record
    position, stop = head.entries
    try:
        while position < stop:
            if data[position] != _SEQUENCE:
                raise ListMalformed(f"no entry at byte {position}", f"{position}バイト目が失効項目ではありません")
            if data[position + 1] < 0x80:  # nearly always; a call an entry is a tenth of the time
                start, position = position + 2, position + 2 + data[position + 1]
            else:
                start, position = element(data, position, stop)
            if position > stop or position - start > _MAX_PART_BYTES:
                raise ListMalformed(f"the entry at byte {start} is too large", f"{start}バイト目の項目が大きすぎます")
            yield record_of(data[start:position])
    except IndexError:
        raise _cut_off() from None


def _is_serial(content: bytes) -> bool:
    """Whether these are the contents of a DER INTEGER of at most 20 octets, or 21 with the sign's own."""
    size = len(content)
    if size == 1:
        return True
    if not 1 < size <= SERIAL_BYTES:
        return False
    first, second = content[0], content[1]
    # X.690 8.3.2: the first nine bits are neither all zero nor all one.
    if (first == 0 and second < 0x80) or (first == 0xFF and second >= 0x80):
        return False  # not the shortest form
    return size < SERIAL_BYTES or first in (0, 0xFF)
