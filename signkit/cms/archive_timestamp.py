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

#: EN 319 122-1 5.3 and 5.5.3, 5.5.2; v1 and v2 of the archive timestamp and the first index by TS 101 733.
#: DER of the attribute types
_SIGNATURE_TIMESTAMP = bytes.fromhex("060b2a864886f70d010910020e")
_ARCHIVE_V3 = bytes.fromhex("060604008d450204")
_INDEX_V3 = bytes.fromhex("060704008195320105")
_INDEX_V1 = bytes.fromhex("060604008d450205")
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
        # SignerInfo's last member may be [1] unsignedAttrs; signedAttrs [0] are optional too (RFC 5652 5.3).
        unsigned = members(items[-1]) if items and items[-1][0] == _UNSIGNED_ATTRIBUTES else []
        fields = items[:-1] if items and items[-1][0] == _UNSIGNED_ATTRIBUTES else items
        # Five fields without signed attributes, six with them; the signature is the last of them.
        if len(fields) < 5 or fields[-1][0] != OCTET_STRING:
            raise DerProblem("a SignerInfo without signature")
        return cls(tuple(fields), tuple(unsigned))

    @property
    def signature(self) -> bytes:
        """The signature value."""
        return contents(self.fields[-1])

    def to_der(self) -> bytes:
        """Return the SignerInfo."""
        # RFC 5652 5.3: unsignedAttrs has at least one member where it is there at all.
        unsigned = set_of(self.unsigned, _UNSIGNED_ATTRIBUTES) if self.unsigned else b""
        return element(SEQUENCE, *self.fields, unsigned)

    def with_unsigned(self, attribute: bytes) -> InfoParts:
        """Return the same with one more unsigned attribute."""
        # The fields are never re-encoded: the signature is over signedAttrs as they stand.
        return InfoParts(self.fields, (*self.unsigned, attribute))

    def values(self, oid: bytes) -> list[bytes]:
        """Return the values of the unsigned attributes of one type (its DER)."""
        return [value for kind, value in self.unsigned_values() if kind == oid]

    def unsigned_values(self) -> list[tuple[bytes, bytes]]:
        """Return type and value of every unsigned attribute, one entry a value."""
        found = []
        for item in self.unsigned:
            try:
                kind, values = members(item)
                # One entry a value: unsignedAttrValuesHashIndex hashes each value behind its type (EN 319 122-1 5.5.2).
                found += [(kind, value) for value in members(values)]
            except ValueError:  # what is no attribute covers nothing and is covered by nothing
                continue
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
        # v1 and v2 cover the SignedData's sets as a whole: to add anything to them later breaks those stamps.
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


class IndexUnknown(DerProblem):
    """An archive timestamp whose index is of a kind that is not judged here, or is missing."""


@dataclass(frozen=True)
class Index:
    """What a timestamp covers beside content and signature, by digests: an ATSHashIndexV3, or the older ATSHashIndex.

    Attributes:
        is_old: the index of ETSI TS 101 733 6.4.2: it has whole attributes, each with all its values, and names its
            digest only where that is not SHA-256.
    """

    der: bytes
    algorithm: bytes
    certificates: frozenset[bytes]
    crls: frozenset[bytes]
    unsigned: frozenset[bytes]
    is_old: bool = False

    @classmethod
    def in_token(cls, token: bytes) -> Index:
        """Read the index in a timestamp token.

        Raises:
            IndexUnknown: there is none of the kinds known here, or not exactly one.
            DerProblem: it is malformed.
        """
        # The last member of a SignedData is signerInfos (RFC 5652 5.1).
        _, _, signed_data, _ = _parts_of(token)
        # RFC 3161 2.4.2: the service's signature is the only one.
        [info] = members(signed_data[-1])
        inside = InfoParts.of(info)
        # Unsigned in the token, and yet protected: the imprint is made over it (EN 319 122-1 5.5.3).
        found = [(value, False) for value in inside.values(_INDEX_V3)]
        found += [(value, True) for value in inside.values(_INDEX_V1)]
        # Two indexes: whichever were believed, the other one's list might be meant.
        if len(found) != 1:
            raise IndexUnknown("an archive timestamp without its index")
        der, is_old = found[0]
        items = members(der)
        # Four members: the new index always names its digest; in the old one it has a DEFAULT.
        algorithm, lists = (items[0], items[1:]) if len(items) == 4 else (_SHA256, items)
        if len(lists) != 3 or (len(items) == 3 and not is_old):
            raise IndexUnknown("an index of another kind")
        certificates, crls, unsigned = (frozenset(contents(item) for item in members(part)) for part in lists)
        return cls(der, algorithm, certificates, crls, unsigned, is_old)

    def digest(self, data: bytes) -> bytes:
        """Digest with the index's own algorithm.

        Raises:
            DerProblem: it is none that is used here.
        """
        # The weak ones are left out on purpose: who can collide an index can exchange what it covers.
        oid = members(self.algorithm)[0]
        if oid not in _DIGESTS:
            raise DerProblem("the index uses an unknown digest")
        return _DIGESTS[oid](data).digest()

    def missing(self, parts: Parts, info: InfoParts) -> bool:
        """Whether something that was covered is not there any more."""
        there = (
            {self.digest(item) for item in parts.certificates},
            {self.digest(item) for item in parts.crls},
            self._unsigned_in(info),
        )
        # All that is named must be there; more than is named may be (it came later).
        return any(
            wanted - have for wanted, have in zip((self.certificates, self.crls, self.unsigned), there, strict=True)
        )

    def _unsigned_in(self, info: InfoParts) -> set[bytes]:
        if self.is_old:
            return {self.digest(item) for item in info.unsigned}
        return {self.digest(kind + value) for kind, value in info.unsigned_values()}

    def covers_timestamp(self, token: bytes) -> bool:
        """Whether a signature timestamp or an earlier archive timestamp is covered."""
        return self._covers(token, _SIGNATURE_TIMESTAMP, _ARCHIVE_V3)

    def covers_counter_signature(self, value: bytes) -> bool:
        """Whether a counter-signature is covered."""
        return self._covers(value, _COUNTER_SIGNATURE)

    def covers_attribute(self, attribute: bytes) -> bool:
        """Whether an unsigned attribute is covered with all its values."""
        if self.is_old:
            return self.digest(attribute) in self.unsigned
        values = InfoParts((), (attribute,)).unsigned_values()
        return bool(values) and all(self.digest(kind + value) in self.unsigned for kind, value in values)

    def _covers(self, value: bytes, *kinds: bytes) -> bool:
        """As a value of an attribute; of old, as the one value of a whole attribute."""
        # The old index takes whole attributes, so that one with two values has one digest.
        forms = (element(SEQUENCE, kind, element(SET, value)) if self.is_old else kind + value for kind in kinds)
        return any(self.digest(form) in self.unsigned for form in forms)

    def covered_among(self, items: Iterable[bytes]) -> list[bytes]:
        """Return those of the certificates or lists that are covered."""
        # One set for both kinds: a digest stands for its bytes, wherever they are.
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
        # The digest by which the timestamp's own imprint is asked for: 5.5.2 wants the two to be one algorithm.
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
    # content type, digest of the content, then the SignerInfo's fields as they stand without unsignedAttrs, then the
    # index.
    return (parts.content_type, content_digest, *info.fields, index)


def archive_attribute(token: bytes, index: bytes) -> bytes:
    """Return the attribute archive-time-stamp-v3, with ``index`` put into the token's own SignerInfo."""
    kind, tagged, signed_data, [info] = _parts_of(token)
    # The index goes in after the token was made: unsigned attributes are outside the service's signature.
    attribute = element(SEQUENCE, _INDEX_V3, element(SET, index))
    signer = InfoParts.of(info).with_unsigned(attribute).to_der()
    inner = element(SEQUENCE, *signed_data[:-1], element(SET, signer))
    # The tag byte is kept as it came; everything around is DER.
    whole = element(SEQUENCE, kind, element(tagged[0], inner))
    return element(SEQUENCE, _ARCHIVE_V3, element(SET, whole))


def timestamp_attribute(token: bytes) -> bytes:
    """Return the attribute signature-time-stamp."""
    return element(SEQUENCE, _SIGNATURE_TIMESTAMP, element(SET, token))


def _parts_of(token: bytes) -> tuple[bytes, bytes, list[bytes], list[bytes]]:
    """Return a token's content type, its tagged content, the items of its SignedData, and its SignerInfos."""
    kind, tagged = members(token)
    [inner] = members(tagged)
    signed_data = members(inner)
    infos = members(signed_data[-1])
    if len(infos) != 1:
        raise DerProblem("a timestamp without exactly one signer")
    return kind, tagged, signed_data, infos
