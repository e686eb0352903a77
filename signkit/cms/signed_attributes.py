"""The signed attributes of a SignerInfo: what they say, and whether they may stand there so (RFC 5652 5.3, 11)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

from asn1crypto import cms, core, tsp

from signkit.cms.content import Content
from signkit.cms.der import distinguished
from signkit.pki.algorithms import algorithm_oid, digest_name, digest_of
from signkit.pki.one_reading import has_own_fields_only, is_whole

Ess = Literal["present", "absent", "mismatch"]

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
#: Two values: one program shows the first, another the last; each would be "signed".
#: What stands there once, with one value: RFC 5652 11.1 to 11.3, RFC 5035 5.4, RFC 6211 2, EN 319 122-1 5.2.9.
_SINGLE = (
    CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SIGNATURE_POLICY, _SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2,
    _ALGORITHM_PROTECTION,
)  # fmt: skip
#: Signed attributes of one signature, bytes.
_MAX_ATTRIBUTES = 1024 * 1024


#: Digests that name no certificate.
_BROKEN = ("md2", "md5")


def attributes_of(attributes: Any) -> dict[str, list[Any]]:
    """Return the values of each attribute by its type."""
    found: dict[str, list[Any]] = {}
    if isinstance(attributes, core.Void) or attributes is None:
        return found
    for attribute in attributes:
        values = attribute["values"]
        if not isinstance(values, core.Void):
            found.setdefault(attribute["type"].dotted, []).extend(values)
    return found


def ess(certificate: Any, attributes: dict[str, list[Any]]) -> Ess:
    """ESS signing-certificate (RFC 2634, RFC 5035): the first entry must be the signer's certificate."""
    checks = []
    # Where both stand, each is compared (RFC 5035 2), so that the weaker one cannot stand in for the other.
    for oid, kind in (
        (_SIGNING_CERTIFICATE_V2, tsp.SigningCertificateV2),
        (_SIGNING_CERTIFICATE, tsp.SigningCertificate),
    ):
        for value in attributes.get(oid, []):
            # A copy: to parse the value itself would change how the signed attributes are written out again.
            der = value.dump()
            named = _kept_name(kind, der) if len(der) <= _MAX_KEPT else _read_name(kind, der)
            # issuerSerial is not compared: the digest over the whole certificate says more.
            checks.append(named is not None and digest_of(named[0], certificate.dump()) == named[1])
    if not checks:
        return "absent"
    return "present" if all(checks) else "mismatch"


def _read_name(kind: Any, der: bytes) -> tuple[str, bytes] | None:
    """Return the digest, and its algorithm, by which the first entry names a certificate; None where there is none."""
    named = kind.load(der)
    entries = named["certs"]
    if len(entries) == 0 or not is_whole(named):
        return None
    entry = entries[0]
    # ESSCertID is SHA-1 by definition (RFC 2634 5.4.1); v2 has SHA-256 by default (RFC 5035 4).
    name = digest_name(entry["hash_algorithm"]) if isinstance(entry, tsp.ESSCertIDv2) else "sha1"
    # Whoever can make two certificates of one digest names both.  SHA-1 is what the older attribute is defined with.
    return None if name in _BROKEN else (name, entry["cert_hash"].native)


#: One service stamps all of a file, and most of a batch: what names its certificate is read once.
_MAX_KEPT = 512
_kept_name = lru_cache(maxsize=500)(_read_name)


def is_plain_info(info: Any) -> bool:
    """Whether a SignerInfo and its attributes have no element that their types do not have (RFC 5652 5.3).

    Signed attributes are one at least where they are there: some programs take none for no attributes, others do not.
    """
    sets = (info["signed_attrs"], info["unsigned_attrs"])
    if not isinstance(sets[0], core.Void) and len(sets[0]) == 0:
        return False
    return has_own_fields_only(info, info["digest_algorithm"], info["signature_algorithm"]) and all(
        has_own_fields_only(item) for attributes in sets if not isinstance(attributes, core.Void) for item in attributes
    )


def has_two_readings(attributes: dict[str, list[Any]]) -> bool:
    """Whether an attribute that must stand once, with one value, has several: programs read different ones."""
    return any(len(attributes.get(oid, ())) > 1 for oid in _SINGLE)


def is_signed_attributes(content: Content) -> bool:
    """Whether the content is the signed attributes of another signature, which its signature would fit as well.

    Nothing in a signature without signed attributes tells which of the two the signer meant.
    """
    beginning = b""
    for piece in content.pieces():
        beginning += piece
        # 0x31: a SET, as signed attributes are digested (RFC 5652 5.4).
        if beginning[:1] != b"\x31" or len(beginning) > _MAX_ATTRIBUTES:
            return False
    try:
        return any(item["type"].dotted == MESSAGE_DIGEST for item in cms.CMSAttributes.load(beginning))
    except (ValueError, TypeError, KeyError):
        return False


def protection_fits(info: Any, attributes: dict[str, list[Any]]) -> bool:
    """RFC 6211: the algorithms inside the signature are those outside."""
    values = attributes.get(_ALGORITHM_PROTECTION, [])
    # RFC 6211 asks verifiers to compare where the attribute is there; old signers have none.
    if not values:
        return True
    value = values[0]
    same_digest = algorithm_oid(value["digest_algorithm"]) == algorithm_oid(info["digest_algorithm"])
    inner = value["signature_algorithm"]
    return (
        len(values) == 1
        and same_digest
        and (inner.native is not None and algorithm_oid(inner) == algorithm_oid(info["signature_algorithm"]))
    )


def signed_encodings(info: Any) -> Iterator[bytes]:
    """The signed attributes as SET OF: as they stand, and as DER where that differs (RFC 5652 5.4).

    Some signers sign attributes that are not in DER order; what they signed is what stands there.  DER is made element
    by element: by what is known of the types, what is not known would be left out, and could be put in by anybody.
    """
    # RFC 5652 5.4: digested with the tag of a SET OF, not with the [0] that stands in the file.
    raw = info["signed_attrs"].untag().dump()
    yield raw
    ordered = distinguished(raw)
    if ordered != raw:
        yield ordered
