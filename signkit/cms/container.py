"""A CMS SignedData taken apart and put together, its content left where it is (RFC 5652 5.1).

A file of any size is read in constant memory: of the content only its place is noted.  DER and BER are read, definite
and indefinite lengths, content in one piece or in many; what is written is DER.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from signkit.cms.content import PIECE, Content
from signkit.cms.der import OCTET_STRING, SEQUENCE, SET, DerProblem, contents, element, explicit, header, set_of

#: Certificates, lists and signers together; a content is not counted.
MAX_PARTS_BYTES = 256 * 1024 * 1024
# X.690 sets no bound; a certificate has about fifteen levels.
_MAX_DEPTH = 40
#: What one element costs in memory beside its bytes: many tiny ones must not cost more than a few large ones.
_OVERHEAD = 128
# X.690 8.1.2: bit 6 of the identifier octet.
_CONSTRUCTED = 0x20
_BEGIN, _END = b"-----BEGIN ", b"-----END "
# RFC 7468 2: lines of exactly 64 characters, which are 48 bytes.
_PEM_LINE = 48
# Text may stand before the armour (RFC 7468 2), a little of it.
_PEM_SEARCH = 1024
_INTEGER = 0x02
_OID = 0x06
_DATA = bytes.fromhex("06092a864886f70d010701")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


class ContainerUnreadable(Exception):
    """These bytes hold no SignedData, or one that is damaged."""


class ContainerTooLarge(ContainerUnreadable):
    """What stands beside the content is larger than a SignedData may be."""


@dataclass(frozen=True)
class Parts:
    """A SignedData without its content; each item is whole DER as it stood in the file."""

    digest_algorithms: tuple[bytes, ...] = ()
    content_type: bytes = _DATA
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    signer_infos: tuple[bytes, ...] = ()

    def with_added(
        self,
        *,
        digest_algorithms: tuple[bytes, ...] = (),
        certificates: tuple[bytes, ...] = (),
        crls: tuple[bytes, ...] = (),
        signer_infos: tuple[bytes, ...] = (),
    ) -> Parts:
        """Return the same with more in it, each item once."""
        return replace(
            self,
            digest_algorithms=_once(self.digest_algorithms + digest_algorithms),
            certificates=_once(self.certificates + certificates),
            crls=_once(self.crls + crls),
            # Two signers may be the same by bytes and are still two; certificates and lists are sets (RFC 5652 5.1).
            signer_infos=self.signer_infos + signer_infos,
        )

    def to_der(self) -> bytes:
        """Return the ContentInfo of a detached signature."""
        head, tail = self.around(None)
        return head + tail

    def around(self, content_size: int | None) -> tuple[bytes, bytes]:
        """Return what stands before and after a content of ``content_size`` bytes (None: no content)."""
        before = element(_INTEGER, bytes([self._version()])) + set_of(self.digest_algorithms)
        after = (
            # RFC 5652 5.1: [0] and [1] are IMPLICIT SETs; DER sorts them (X.690 11.6).
            (set_of(self.certificates, explicit(0)) if self.certificates else b"")
            + (set_of(self.crls, explicit(1)) if self.crls else b"")
            + set_of(self.signer_infos)
        )
        # The content stays where it is: only its length goes into the headers before it.
        size, opening = content_size or 0, b""
        if content_size is not None:
            octets = header(OCTET_STRING, size)
            opening = header(explicit(0), len(octets) + size) + octets
        info = header(SEQUENCE, len(self.content_type) + len(opening) + size) + self.content_type + opening
        inside = len(before) + len(info) + size + len(after)
        signed_data = header(SEQUENCE, inside)
        tagged = header(explicit(0), len(signed_data) + inside)
        whole = header(SEQUENCE, len(_SIGNED_DATA) + len(tagged) + len(signed_data) + inside)
        return whole + _SIGNED_DATA + tagged + signed_data + before + info, after

    def _version(self) -> int:
        """RFC 5652 5.1: 5 with other revocation information, 4 with attribute certificates, 3 or 1 else."""
        # RFC 5652 10.2.1, 10.2.2: [1] other revocation information, [3] other certificates.
        if any(item[0] == explicit(1) for item in self.crls) or any(
            item[0] == explicit(3) for item in self.certificates
        ):
            return 5
        # [2] is v2AttrCert.
        if any(item[0] == explicit(2) for item in self.certificates):
            return 4
        # A SignerInfo's version is 3 where it names its signer by key identifier (RFC 5652 5.3).
        newer = any(contents(info)[2] == 3 for info in self.signer_infos if len(info) > 8)
        return 3 if newer or self.content_type != _DATA or any(c[0] != SEQUENCE for c in self.certificates) else 1


@dataclass(frozen=True)
class Container:
    """A SignedData as it was read.

    Attributes:
        parts: all but the content.
        content: the content inside; None for a detached signature.
        trailing: whether other bytes than zeros and white space follow it.
    """

    parts: Parts
    content: Content | None = field(default=None, repr=False)
    trailing: bool = False


def read_container(stream: BinaryIO, *, limit: int = MAX_PARTS_BYTES) -> Container:
    """Read a ContentInfo with SignedData, DER or BER, from a seekable stream.

    Raises:
        ContainerUnreadable: it is none, or damaged.
        ContainerTooLarge: more than ``limit`` bytes beside the content.
    """
    reader = _Reader(stream, limit)
    try:
        return _read_container(reader)
    except (DerProblem, RecursionError) as error:
        raise ContainerUnreadable(str(error)) from error


def write_container(stream: IO[bytes], parts: Parts, content: Content | None, *, pem: bool = False) -> None:
    """Write a ContentInfo: DER, or that as PEM (RFC 7468); ``content`` goes inside unless it is None."""
    head, tail = parts.around(None if content is None else content.size)

    def pieces() -> Iterator[bytes]:
        yield head
        if content is not None:
            yield from content.pieces()
        yield tail

    for piece in _armour(pieces()) if pem else pieces():
        stream.write(piece)


def _armour(pieces: Iterable[bytes]) -> Iterator[bytes]:
    # RFC 7468 9: the label of a CMS; PKCS7 (8) is read too.
    yield _BEGIN + b"CMS-----\n"
    waiting = b""
    for piece in pieces:
        waiting += piece
        ready = len(waiting) - len(waiting) % _PEM_LINE
        for start in range(0, ready, _PEM_LINE):
            yield base64.b64encode(waiting[start : start + _PEM_LINE]) + b"\n"
        waiting = waiting[ready:]
    yield base64.b64encode(waiting) + b"\n" if waiting else b""
    yield _END + b"CMS-----\n"


@contextmanager
def without_armour(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give what a PEM file holds, decoded beside in constant memory; any other file as it is.

    Raises:
        ContainerUnreadable: a PEM that is cut off or badly encoded.
    """
    stream.seek(0)
    start = stream.read(_PEM_SEARCH).lstrip()
    stream.seek(0)
    if not start.startswith(_BEGIN):
        yield stream
        return
    with SpooledTemporaryFile(max_size=16 * PIECE) as plain:
        _decode(stream, plain)
        yield cast("BinaryIO", plain)


def _decode(stream: BinaryIO, plain: IO[bytes]) -> None:
    inside, waiting = False, b""
    while line := stream.readline(PIECE):
        # The label is not compared: CMS, PKCS7 and wrong ones exist, and the bytes decide.
        if line.startswith(_END) and inside:
            break
        if not inside:
            inside = line.startswith(_BEGIN)
            continue
        waiting += line.strip()
        ready = len(waiting) - len(waiting) % 4
        # Base64 counts in fours; a line may end between.
        plain.write(_decode_base64(waiting[:ready]))
        waiting = waiting[ready:]
    else:
        raise ContainerUnreadable("a PEM without end")
    plain.write(_decode_base64(waiting))


def _decode_base64(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ContainerUnreadable("a PEM that is not well encoded") from error


@dataclass(frozen=True)
class _Header:
    """One element in the file: its tag, where its content begins and ends (None: at an end-of-contents mark)."""

    tag: bytes
    start: int
    end: int | None

    @property
    def first(self) -> int:
        return self.tag[0]


class _Reader:
    """Walks through nested elements from front to back."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._left = limit
        self.size = stream.seek(0, 2)
        # A content of many tiny pieces costs a step each: a file may have as many as its size explains.
        self._steps = 1_000_000 + self.size // 256
        self.position = 0

    def header(self, end: int) -> _Header:
        tag = self._exactly(1, end)
        # X.690 8.1.2.4: high tag numbers go on while bit 8 is set.
        while tag[0] & 0x1F == 0x1F and (len(tag) == 1 or tag[-1] >= 0x80):
            tag += self._exactly(1, end)
            if len(tag) > 5:
                raise DerProblem("a tag of more than five bytes")
        first = self._exactly(1, end)[0]
        # X.690 8.1.3.6: the indefinite form, for constructed elements only (8.1.3.2).
        if first == 0x80:
            if not tag[0] & _CONSTRUCTED:
                raise DerProblem("a primitive element of indefinite length")
            return _Header(tag, self.position, None)
        size = first
        if first > 0x80:
            # Eight octets of length are more than any file has.
            if first > 0x88:
                raise DerProblem("a length of more than eight bytes")
            size = int.from_bytes(self._exactly(first - 0x80, end), "big")
        if self.position + size > end:
            raise DerProblem("an element is longer than what it stands in")
        return _Header(tag, self.position, self.position + size)

    def members(self, outer: _Header) -> Iterator[_Header]:
        """Yield what stands inside; whoever takes a header goes past its element before the next."""
        end = self.size if outer.end is None else outer.end
        self.position = outer.start
        while outer.end is None or self.position < end:
            inner = self.header(end)
            # X.690 8.1.5: the end-of-contents octets, 00 00.
            if inner.first == 0 and inner.end == inner.start:
                if outer.end is not None:
                    raise DerProblem("an end-of-contents mark in an element of definite length")
                return
            yield inner
        if self.position != end:
            raise DerProblem("an element is longer than what it stands in")

    def take(self, found: _Header, depth: int = 0) -> bytes:
        """Return a whole element, its indefinite lengths made definite."""
        self._spend(_OVERHEAD)
        if depth > _MAX_DEPTH:
            raise DerProblem("nested too deeply")
        if found.end is not None:
            self.position = found.start
            inside = self.read(found.end - found.start)
        else:
            inside = b"".join(self.take(item, depth + 1) for item in self.members(found))
        # The length is written anew; the tag stays as it stood, so that IMPLICIT ones keep their meaning.
        return found.tag + header(0, len(inside))[1:] + inside

    def skip(self, found: _Header, depth: int = 0) -> None:
        """Go past an element; one of indefinite length has to be walked through."""
        # Definite lengths are jumped over; the content of a file of gigabytes is never walked through.
        self._steps -= 1
        if depth > _MAX_DEPTH or self._steps < 0:
            raise DerProblem("nested too deeply, or in too many pieces")
        if found.end is not None:
            self.position = found.end
            return
        for item in self.members(found):
            self.skip(item, depth + 1)

    def read(self, count: int) -> bytes:
        self._spend(count)
        return self._exactly(count, self.size)

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise ContainerTooLarge("certificates, lists and signers are larger than allowed")

    def _exactly(self, count: int, end: int) -> bytes:
        if self.position + count > end:
            raise DerProblem("cut off")
        self._stream.seek(self.position)
        data = self._stream.read(count)
        if len(data) != count:
            raise DerProblem("cut off")
        self.position += count
        return data

    def octets(self, found: _Header, depth: int = 0) -> Iterator[bytes]:
        """Yield the octets of an OCTET STRING in one piece or many (X.690 8.7), a megabyte at most at a time."""
        if depth > _MAX_DEPTH:
            raise DerProblem("nested too deeply")
        if not found.first & _CONSTRUCTED:
            assert found.end is not None
            position = found.start
            while position < found.end:
                self.position = position
                piece = self._exactly(min(PIECE, found.end - position), self.size)
                yield piece
                position += len(piece)
            self.position = found.end
            return
        # X.690 8.7.3: segments, each an OCTET STRING, nested again if the signer liked.
        for item in self.members(found):
            if item.first & ~_CONSTRUCTED != OCTET_STRING:
                raise DerProblem("the content holds something else than octets")
            yield from self.octets(item, depth + 1)


class _Inside:
    """The content of a SignedData, read where it stands."""

    def __init__(self, reader: _Reader, place: _Header) -> None:
        self._reader = reader
        self._place = place

    def pieces(self) -> Iterator[bytes]:
        place = self._place
        if place.first & ~_CONSTRUCTED != OCTET_STRING:
            # PKCS#7 content that is no OCTET STRING: the value's own octets (RFC 2315 9.3)
            place = _Header(bytes([OCTET_STRING]), place.start, place.end)
        try:
            yield from self._reader.octets(place)
        except DerProblem as error:
            raise ContainerUnreadable(str(error)) from error


def _read_container(reader: _Reader) -> Container:
    outer = reader.header(reader.size)
    _expect(outer, SEQUENCE)
    walk = reader.members(outer)
    # pkcs7-signedData; enveloped or digested data are no signature (RFC 5652 4).
    if reader.take(_next(walk)) != _SIGNED_DATA:
        raise ContainerUnreadable("no SignedData")
    tagged = _next(walk)
    _expect(tagged, explicit(0))
    inner = reader.members(tagged)
    signed_data = _next(inner)
    _expect(signed_data, SEQUENCE)
    parts, place = _signed_data(reader, signed_data)
    _at_end(inner)
    _at_end(walk)
    rest = reader.size - reader.position
    # Signatures in PDF are filled up with zeros, mail clients add line ends; anything else was put there by somebody.
    trailing = rest > PIECE or bool(rest and reader.read(rest).strip(b"\0\r\n\t "))
    if place is not None and place.end is None and place.first & ~_CONSTRUCTED != OCTET_STRING:
        raise ContainerUnreadable("content of indefinite length that is no OCTET STRING")
    return Container(parts, Content(_Inside(reader, place)) if place is not None else None, trailing)


def _signed_data(reader: _Reader, outer: _Header) -> tuple[Parts, _Header | None]:
    walk = reader.members(outer)
    version = _next(walk)
    _expect(version, _INTEGER)
    reader.take(version)
    digests = _next(walk)
    _expect(digests, SET)
    digest_algorithms = _items(reader, digests)
    info = _next(walk)
    _expect(info, SEQUENCE)
    content_type, place = _content_info(reader, info)
    certificates, crls = explicit(0), explicit(1)
    optional: dict[int, tuple[bytes, ...]] = {certificates: (), crls: ()}
    for item in walk:
        if item.first == SET:
            # signerInfos is the only SET after encapContentInfo; it ends the SignedData (RFC 5652 5.1).
            parts = Parts(digest_algorithms, content_type, optional[certificates], optional[crls], _items(reader, item))
            _at_end(walk)
            return parts, place
        # Each at most once and before the signers; unsigned bytes anywhere else would carry a message of their own.
        if item.first not in optional or optional[item.first]:
            raise DerProblem("SignedData holds something that does not belong there")
        optional[item.first] = _items(reader, item)
    raise DerProblem("SignedData has no signers")


def _content_info(reader: _Reader, outer: _Header) -> tuple[bytes, _Header | None]:
    walk = reader.members(outer)
    kind = _next(walk)
    _expect(kind, _OID)
    content_type, place = reader.take(kind), None
    for tagged in walk:
        _expect(tagged, explicit(0))
        # eContent is one (RFC 5652 5.2); readers would disagree about the second.
        if place is not None:
            raise DerProblem("two contents")
        inner = reader.members(tagged)
        place = _next(inner)
        reader.skip(place)
        _at_end(inner)
    return content_type, place


def _items(reader: _Reader, outer: _Header) -> tuple[bytes, ...]:
    return tuple(reader.take(item) for item in reader.members(outer))


def _next(walk: Iterator[_Header]) -> _Header:
    found = next(walk, None)
    if found is None:
        raise DerProblem("an element is missing")
    return found


def _at_end(walk: Iterator[_Header]) -> None:
    if next(walk, None) is not None:
        raise DerProblem("an element too many")


def _expect(found: _Header, tag: int) -> None:
    if found.tag != bytes([tag]):
        raise DerProblem("this is no SignedData")


def _once(items: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(items))
