"""What an archive timestamp of a CMS covers: archive-time-stamp-v3 and its index (ETSI EN 319 122-1 5.5.2, 5.5.3).

The signing room makes the index and its digest; the validation room finds out from the index what is covered.
All of it works on the bytes as they stand in the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from signkit.cms.container import Parts
from signkit.cms.der import (
    OCTET_STRING,
    SEQUENCE,
    SET,
    DerProblem,
    contents,
    element,
    explicit,
    members,
    set_of,
)

#: DER of the attribute types
_SIGNATURE_TIMESTAMP = bytes.fromhex("060b2a864886f70d010910020e")
_ARCHIVE_V3 = bytes.fromhex("060604008d450204")
_INDEX_V3 = bytes.fromhex("060704008195320105")
_ARCHIVE_V2 = bytes.fromhex("060b2a864886f70d0109100230")
_ARCHIVE_V1 = bytes.fromhex("060b2a864886f70d010910021b")
_COUNTER_SIGNATURE = bytes.fromhex("06092a864886f70d010906")
_SHA256 = bytes.fromhex("300b0609608648016503040201")
_SIGNED_ATTRIBUTES, _UNSIGNED_ATTRIBUTES = explicit(0), explicit(1)


@dataclass(frozen=True)
class InfoParts:
    """One SignerInfo taken apart (RFC 5652 5.3).

    Attributes:
        fields: version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm and signature, each DER, in this order.
        unsigned: the unsigned attributes, each DER.
    """

    fields: tuple[bytes, ...]
    unsigned: tuple[bytes, ...]

    @classmethod
    def of(cls, info: bytes) -> InfoParts:
        """Take a SignerInfo apart.

        Raises:
            DerProblem: it is none.
        """
        items = members(info)
        unsigned = members(items[-1]) if items and items[-1][0] == _UNSIGNED_ATTRIBUTES else []
        fields = items[:-1] if items and items[-1][0] == _UNSIGNED_ATTRIBUTES else items
        if len(fields) < 5 or fields[-1][0] != OCTET_STRING:
            raise DerProblem("a SignerInfo without signature")
        return cls(tuple(fields), tuple(unsigned))

    @property
    def signature(self) -> bytes:
        """The signature value."""
        return contents(self.fields[-1])

    def encoded(self) -> bytes:
        """Return the SignerInfo."""
        unsigned = set_of(self.unsigned, _UNSIGNED_ATTRIBUTES) if self.unsigned else b""
        return element(SEQUENCE, *self.fields, unsigned)

    def with_unsigned(self, attribute: bytes) -> InfoParts:
        """Return the same with one more unsigned attribute."""
        return InfoParts(self.fields, (*self.unsigned, attribute))

    def values(self, oid: bytes) -> list[bytes]:
        """Return the values of the unsigned attributes of one type (its DER)."""
        return [value for kind, value in self.unsigned_values() if kind == oid]

    def unsigned_values(self) -> list[tuple[bytes, bytes]]:
        """Return type and value of every unsigned attribute, one entry a value."""
        found = []
        for item in self.unsigned:
            kind, values = members(item)
            found += [(kind, value) for value in members(values)]
        return found

    @property
    def has_timestamp(self) -> bool:
        """Whether a signature timestamp is in it."""
        return bool(self.timestamps)

    @property
    def has_old_archive(self) -> bool:
        """Whether an archive timestamp is in it that covers all certificates and lists as a whole (v1, v2)."""
        return bool(self.old_archives)

    @property
    def old_archives(self) -> list[tuple[str, bytes]]:
        """The archive timestamps of older kinds, each with its kind's name."""
        named = (("archive-time-stamp", _ARCHIVE_V1), ("archive-time-stamp-v2", _ARCHIVE_V2))
        return [(name, value) for name, kind in named for value in self.values(kind)]

    @property
    def counter_signatures(self) -> list[bytes]:
        """The counter-signatures."""
        return self.values(_COUNTER_SIGNATURE)

    @property
    def timestamps(self) -> list[bytes]:
        """The signature timestamps."""
        return self.values(_SIGNATURE_TIMESTAMP)

    @property
    def tokens(self) -> list[bytes]:
        """The signature timestamps and archive timestamps (v3)."""
        return self.timestamps + self.archives

    @property
    def archives(self) -> list[bytes]:
        """The archive timestamps (v3)."""
        return self.values(_ARCHIVE_V3)


@dataclass(frozen=True)
class Index:
    """An ATSHashIndexV3: the digests of all that a timestamp covers beside content and signature."""

    der: bytes
    algorithm: bytes
    certificates: frozenset[bytes]
    crls: frozenset[bytes]
    unsigned: frozenset[bytes]

    @classmethod
    def in_token(cls, token: bytes) -> Index:
        """Read the index in a timestamp token.

        Raises:
            DerProblem: there is none, or not exactly one.
        """
        _, _, signed_data, _ = _opened(token)
        [info] = members(signed_data[-1])
        found = InfoParts.of(info).values(_INDEX_V3)
        if len(found) != 1:
            raise DerProblem("an archive timestamp without its index")
        algorithm, *lists = members(found[0])
        certificates, crls, unsigned = (frozenset(contents(item) for item in members(part)) for part in lists)
        return cls(found[0], algorithm, certificates, crls, unsigned)

    def digest(self, data: bytes) -> bytes:
        """Digest with the index's own algorithm.

        Raises:
            DerProblem: it is none that is used here.
        """
        oid = members(self.algorithm)[0]
        if oid not in _DIGESTS:
            raise DerProblem("the index uses an unknown digest")
        return _DIGESTS[oid](data).digest()

    def missing(self, parts: Parts, info: InfoParts) -> bool:
        """Whether something that was covered is not there any more."""
        there = (
            {self.digest(item) for item in parts.certificates},
            {self.digest(item) for item in parts.crls},
            {self.digest(kind + value) for kind, value in info.unsigned_values()},
        )
        return any(
            wanted - have for wanted, have in zip((self.certificates, self.crls, self.unsigned), there, strict=True)
        )

    def covers_timestamp(self, token: bytes) -> bool:
        """Whether a signature timestamp or an earlier archive timestamp is covered."""
        return any(self.digest(kind + token) in self.unsigned for kind in (_SIGNATURE_TIMESTAMP, _ARCHIVE_V3))

    def covers_counter_signature(self, value: bytes) -> bool:
        """Whether a counter-signature is covered."""
        return self.digest(_COUNTER_SIGNATURE + value) in self.unsigned

    def covered(self, items: Iterable[bytes]) -> list[bytes]:
        """Return those of the certificates or lists that are covered."""
        known = self.certificates | self.crls
        return [item for item in items if self.digest(item) in known]


_DIGESTS: dict[bytes, Callable[[bytes], hashlib._Hash]] = {
    bytes.fromhex("0609608648016503040201"): hashlib.sha256,
    bytes.fromhex("0609608648016503040202"): hashlib.sha384,
    bytes.fromhex("0609608648016503040203"): hashlib.sha512,
}


def make_index(parts: Parts, info: InfoParts) -> bytes:
    """Return an ATSHashIndexV3 of all that is in ``parts`` and among the unsigned attributes of ``info``."""
    return element(
        SEQUENCE,
        _SHA256,
        _digests(parts.certificates),
        _digests(parts.crls),
        _digests(kind + value for kind, value in info.unsigned_values()),
    )


def _digests(items: Iterable[bytes]) -> bytes:
    return element(SEQUENCE, *(element(OCTET_STRING, hashlib.sha256(item).digest()) for item in items))


def covered_bytes(parts: Parts, info: InfoParts, content_digest: bytes, index: bytes) -> tuple[bytes, ...]:
    """Return what the message imprint is made over (EN 319 122-1 5.5.3), in order.

    ``content_digest`` is that of the signed content, made with the imprint's own algorithm.
    """
    return (parts.content_type, content_digest, *info.fields, index)


def archive_attribute(token: bytes, index: bytes) -> bytes:
    """Return the attribute archive-time-stamp-v3, with ``index`` put into the token's own SignerInfo."""
    kind, tagged, signed_data, [info] = _opened(token)
    attribute = element(SEQUENCE, _INDEX_V3, element(SET, index))
    signer = InfoParts.of(info).with_unsigned(attribute).encoded()
    inner = element(SEQUENCE, *signed_data[:-1], element(SET, signer))
    whole = element(SEQUENCE, kind, element(tagged[0], inner))
    return element(SEQUENCE, _ARCHIVE_V3, element(SET, whole))


def timestamp_attribute(token: bytes) -> bytes:
    """Return the attribute signature-time-stamp."""
    return element(SEQUENCE, _SIGNATURE_TIMESTAMP, element(SET, token))


def _opened(token: bytes) -> tuple[bytes, bytes, list[bytes], list[bytes]]:
    """Return a token's content type, its tagged content, the items of its SignedData, and its SignerInfos."""
    kind, tagged = members(token)
    [inner] = members(tagged)
    signed_data = members(inner)
    infos = members(signed_data[-1])
    if len(infos) != 1:
        raise DerProblem("a timestamp without exactly one signer")
    return kind, tagged, signed_data, infos
