"""The integrity of CMS SignedData (RFC 5652), PKCS#7 and RFC 3161 tokens: mathematics only, no trust.

Every SignerInfo is judged on its own.  A defect is a *value* (a code in ``problems``), never an exception, except for
bytes that hold no SignedData at all (:class:`NotCms`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, parser, tsp

from signkit.cms.container import ContainerUnreadable
from signkit.cms.content import BytesPieces, Content, UnknownDigest
from signkit.cms.signed_attributes import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SIGNATURE_POLICY,
    SIGNING_TIME,
    Ess,
    attributes_of,
    ess,
    has_two_readings,
    is_plain_info,
    is_signed_attributes,
    protection_fits,
    signed_encodings,
)
from signkit.pki.algorithms import (
    KeyUnreadable,
    SignatureAlgorithm,
    UnknownAlgorithm,
    allows,
    digest_name,
    digest_of,
    public_key,
    signature_algorithm,
    verify,
    verify_digest,
)
from signkit.pki.distinguished_names import common_name, is_identified
from signkit.pki.one_reading import has_own_fields_only
from signkit.pki.paths.known_certificates import known_certificate, utc
from signkit.pki.timestamp_info import is_understood, stated_time

_SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"
_COUNTER_SIGNATURE = "1.2.840.113549.1.9.6"
_CONTENT_TIMESTAMP = "1.2.840.113549.1.9.16.2.20"
#: Counter-signatures of one signature; more are no honest file.
_MAX_COUNTER_SIGNATURES = 100
#: Content timestamps that are looked at: each costs a signature check.
_MAX_CONTENT_TIMESTAMPS = 10
#: EdDSA without signed attributes needs the whole content at once (RFC 8419 3.2).
_MAX_WHOLE_CONTENT = 64 * 1024 * 1024
_CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_DATA = "1.2.840.113549.1.7.1"
_SIGNED_DATA = "1.2.840.113549.1.7.2"


class NotCms(Exception):
    """These bytes hold no CMS SignedData."""


@dataclass(frozen=True)
class Timestamp:
    """An RFC 3161 token: what it says and whether it holds together.

    Attributes:
        time: its time (genTime), or None where the token cannot be read.
        tsa: common name of the certificate that signed it.
        intact: signature, message digest and imprint all fit.
        signed_data: the token, for the judgement of trust.
        imprint_name: the digest that the imprint was made with.
    """

    time: datetime | None
    tsa: str | None
    intact: bool
    problems: tuple[str, ...] = ()
    signed_data: Any = None
    imprint_name: str | None = None
    signer: CheckedSigner | None = None

    @property
    def is_one(self) -> bool:
        """It can be read as a timestamp, whatever it is over."""
        return "timestamp-malformed" not in self.problems


@dataclass(frozen=True)
class CheckedSigner:
    """One SignerInfo, judged.

    Attributes:
        signed_data: the SignedData it is in.
        digest_ok: the signed digest is that of the content; None where there was no content to compare.
        signature_ok: the signature fits; None where it could not be checked.
        problems: codes of what is wrong.
        unknown: names an algorithm that is not judged here.
        unreadable_key: the public key is not well encoded, so that nothing can be compared.
        counter_signatures: over this signature's value, judged like it (RFC 5652 11.4).
        content_timestamps: signed attributes over the content, older than the signature (EN 319 122-1 5.2.8).
        is_counter: it is a counter-signature itself.
    """

    signed_data: Any
    info: Any
    certificate: Any = None
    digest: str | None = None
    algorithm: SignatureAlgorithm | None = None
    digest_ok: bool | None = None
    signature_ok: bool | None = None
    ess: Ess = "absent"
    problems: tuple[str, ...] = ()
    unknown: str | None = None
    unreadable_key: bool = False
    claimed_time: datetime | None = None
    timestamps: tuple[Timestamp, ...] = field(default=())
    counter_signatures: tuple[CheckedSigner, ...] = field(default=())
    content_timestamps: tuple[Timestamp, ...] = field(default=())
    is_counter: bool = False
    content: Content | None = field(default=None, repr=False)
    has_policy: bool = False

    @property
    def tokens(self) -> tuple[Timestamp, ...]:
        """All its timestamps."""
        return (*self.timestamps, *self.content_timestamps)

    @property
    def intact(self) -> bool:
        """The signed bytes are unchanged and the signature is of the certificate's key."""
        return bool(self.digest_ok and self.signature_ok) and not self.problems


def signing_certificates(part: CheckedSigner | Timestamp | None) -> Iterator[Any]:
    """Yield the certificates that signed: the signer's own, and those of its timestamps and counter-signatures."""
    signer = part.signer if isinstance(part, Timestamp) else part
    if signer is None:
        return
    if signer.certificate is not None:
        yield signer.certificate
    others: list[CheckedSigner | Timestamp] = [*signer.tokens, *signer.counter_signatures]
    for other in others:
        yield from signing_certificates(other)


def load(data: bytes) -> Any:
    """Read a SignedData from DER or BER; what follows it is for :func:`trailing` to tell.

    Raises:
        NotCms: there is none.
    """
    _take_later_names()
    try:
        content = cms.ContentInfo.load(data)
        if content["content_type"].dotted != _SIGNED_DATA:  # signedData only (RFC 5652 5.1)
            raise NotCms("no SignedData")
        signed_data = content["content"]
        len(signed_data["signer_infos"])  # asn1crypto reads lazily: what cannot be read must fail here
        signed_data["encap_content_info"]["content_type"].dotted  # noqa: B018  parse now, fail now
        if not has_own_fields_only(content, signed_data, signed_data["encap_content_info"]):
            raise NotCms("elements that a SignedData does not have")
    except NotCms:
        raise
    except Exception as error:  # asn1crypto raises many kinds on hostile input
        raise NotCms(str(error)) from error
    return signed_data


def _take_later_names() -> None:
    """Let attributes be encoded by the names that another library gave them after the first was read.

    asn1crypto turns its table of names round once; pyHanko adds to the table when it is loaded, and a BER SignerInfo
    with such an attribute could then be read and not encoded.
    """
    kind = cms.CMSAttributeType
    if kind._reverse_map is not None and len(kind._reverse_map) != len(kind._map):
        kind._reverse_map = {name: number for number, name in kind._map.items()}


def trailing(data: bytes) -> bytes:
    """Return what follows the first ASN.1 value, without the zeros that fill up /Contents."""
    try:
        return data[parser.peek(data) :].strip(b"\0")  # zeros fill /Contents up (ISO 32000-2 12.8.1)
    except ValueError:
        return b""


def signers(
    signed_data: Any, content: Sequence[bytes] | Content | None, others: Iterable[Any] = ()
) -> tuple[CheckedSigner, ...]:
    """Judge every SignerInfo over ``content`` (its parts in order), or over the encapsulated content if None.

    ``others``: certificates that stand elsewhere, for the timestamps in it (EN 319 142-1 5.5: in the security store).
    """
    certificates = certificates_of(signed_data)
    if content is None:
        content = encapsulated_content(signed_data)
    whole = content if isinstance(content, Content) or content is None else Content(BytesPieces(*content))
    return tuple(
        _signer(CheckedSigner(signed_data, info, content=whole), certificates, others)
        for info in signer_infos(signed_data)
    )


def signer_infos(signed_data: Any) -> list[Any]:
    """Return the SignerInfos, or none where one of them cannot be read."""
    try:
        return list(signed_data["signer_infos"])
    except Exception:  # one broken SignerInfo makes the set unreadable in asn1crypto
        return []


def certificates_of(signed_data: Any) -> list[Any]:
    """Return the X.509 certificates of a SignedData; one that cannot be read is left out.

    They are those of other documents where they are the same: each is read once a batch.
    """
    result = []
    try:
        choices = list(signed_data["certificates"])  # unsigned: a broken one that anybody may add hides no other
    except Exception:
        return []
    for choice in choices:
        try:
            # Attribute certificates and the obsolete forms identify nobody here (RFC 5652 10.2.2).
            known = known_certificate(choice.chosen.dump()) if choice.name == "certificate" else None
        except Exception:  # noqa: S112  a broken one is left out
            continue
        if known is not None:
            result.append(known.certificate)
    return result


def _signer(signer: CheckedSigner, certificates: list[Any], others: Iterable[Any]) -> CheckedSigner:
    try:
        if not is_plain_info(signer.info):
            return replace(signer, problems=(*signer.problems, "cms-malformed"))
        attributes = attributes_of(signer.info["signed_attrs"])
        signer = _identify(signer, certificates, attributes)
        signer = _content_checked(signer, attributes)
        signer = _signature_checked(signer, has_attributes=bool(attributes))
        signer = _with_unsigned(signer, certificates, others)
        covered, values = signer.content, attributes.get(_CONTENT_TIMESTAMP, [])[:_MAX_CONTENT_TIMESTAMPS]
        stamps = (timestamp(value.dump(), covered, (*certificates, *others)) for value in values if covered is not None)
        return replace(signer, content_timestamps=tuple(stamps))
    except ContainerUnreadable:
        raise  # the content itself is damaged, whoever signed it
    except KeyUnreadable:
        return replace(signer, unreadable_key=True)
    except (UnknownAlgorithm, UnknownDigest) as error:
        return replace(signer, unknown=str(error))
    except Exception:  # hostile ASN.1 fails anywhere, in any way
        return replace(signer, problems=(*signer.problems, "cms-malformed"))


def _identify(signer: CheckedSigner, certificates: list[Any], attributes: dict[str, list[Any]]) -> CheckedSigner:
    certificate = _find_certificate(signer.info["sid"], certificates, attributes)
    named: Ess = "absent"
    problems = list(signer.problems)
    if certificate is None:
        problems.append("signer-certificate-missing")
    else:
        # Only ESS binds the certificate to the signature; another one of that key could be put in its place (RFC 2634
        # 5.1).
        named = ess(certificate, attributes)
        if named == "mismatch":
            problems.append("signing-certificate-mismatch")
    if has_two_readings(attributes):
        problems.append("signed-attribute-twice")
    times = attributes.get(SIGNING_TIME, [])
    claimed = times[0].native if len(times) == 1 else None  # RFC 5652 11.3: a claim; two are none
    return replace(
        signer,
        certificate=certificate,
        ess=named,
        problems=tuple(problems),
        claimed_time=utc(claimed),
        has_policy=SIGNATURE_POLICY in attributes,
    )


def _find_certificate(sid: Any, certificates: list[Any], attributes: dict[str, list[Any]]) -> Any:
    """Return the certificate that the signer names; of several of that name, the one that the signature names too."""
    named = [item for item in certificates if is_identified(sid, item)]
    fitting = (item for item in named if ess(item, attributes) == "present") if len(named) > 1 else iter(())
    return next(fitting, named[0] if named else None)


def _content_checked(signer: CheckedSigner, attributes: dict[str, list[Any]]) -> CheckedSigner:
    info = signer.info
    digest = digest_name(info["digest_algorithm"])
    signer = replace(signer, digest=digest)
    if not attributes:
        # Without signed attributes the signature itself covers the content (RFC 5652 5.4).
        if signer.content is not None and is_signed_attributes(signer.content):
            signer = replace(signer, problems=(*signer.problems, "attributes-as-content"))
        return replace(signer, digest_ok=None if signer.content is None else True)
    problems = list(signer.problems)
    digests, kinds = attributes.get(MESSAGE_DIGEST, []), attributes.get(CONTENT_TYPE, [])
    if len(digests) != 1:  # RFC 5652 11.2: exactly one, exactly one value
        problems.append("message-digest-missing")
    if not signer.is_counter:  # a counter-signature has no content type (RFC 5652 11.4)
        problems += _content_type_problems(kinds, signer.signed_data)
    if not protection_fits(info, attributes):
        problems.append("algorithm-protection-mismatch")
    # The comparison is with the digest that the SignerInfo names, made over the bytes themselves (RFC 5652 5.6).
    fits = None if signer.content is None or not digests else digests[0].native == signer.content.digest(digest)
    return replace(signer, digest_ok=fits, problems=tuple(problems))


def _content_type_problems(kinds: list[Any], signed_data: Any) -> list[str]:
    if len(kinds) != 1:  # RFC 5652 11.1: it must be there wherever there are signed attributes
        return ["content-type-missing"]
    right = kinds[0].dotted == signed_data["encap_content_info"]["content_type"].dotted  # RFC 5652 11.1
    return [] if right else ["content-type-mismatch"]


def encapsulated_content(signed_data: Any) -> tuple[bytes, ...] | None:
    """Return the encapsulated content's bytes, or None for a detached SignedData."""
    content = signed_data["encap_content_info"]["content"]
    if isinstance(content, core.Void) or content is None:
        return None
    if isinstance(content, core.ParsableOctetString | core.OctetString):
        return (bytes(content),)  # eContent is an OCTET STRING; its tag and length are not digested (RFC 5652 5.4)
    return (content.contents,)  # PKCS#7 content that is no OCTET STRING: the value's own octets (RFC 2315 9.3)


def _signature_checked(signer: CheckedSigner, *, has_attributes: bool) -> CheckedSigner:
    info = signer.info
    # The digest is the SignerInfo's where the signature's identifier names none (rsaEncryption, RFC 3370 3.2).
    algorithm = signature_algorithm(info["signature_algorithm"], signer.digest)
    signer = replace(signer, algorithm=algorithm)
    if signer.certificate is None:
        return signer
    signature, key = info["signature"].native, public_key(signer.certificate)
    if not allows(signer.certificate.public_key, algorithm):
        signer = replace(signer, problems=(*signer.problems, "key-not-for-algorithm"))
    if has_attributes and not _is_one_digest(algorithm, signer.digest):
        signer = replace(signer, problems=(*signer.problems, "digests-differ"))
    if not has_attributes:
        return replace(signer, signature_ok=_verify_content(signer, key, algorithm, signature))
    # Either spelling of the attributes; both have the same members, so nothing is gained for a forger.
    fits = any(verify(key, algorithm, signature, message) for message in signed_encodings(info))
    return replace(signer, signature_ok=fits)


def _is_one_digest(algorithm: SignatureAlgorithm, digest: str | None) -> bool:
    """The content and the signed attributes are digested with one algorithm (RFC 8933 3; for EdDSA RFC 8419 3.1)."""
    own = {"ed25519": "sha512", "ed448": "shake256"}.get(algorithm.family, algorithm.digest)
    return own == digest


def _verify_content(signer: CheckedSigner, key: Any, algorithm: SignatureAlgorithm, signature: bytes) -> bool | None:
    if signer.content is None:
        return None
    if algorithm.digest is not None and algorithm.family not in ("ed25519", "ed448"):
        return verify_digest(key, algorithm, signature, signer.content.digest(algorithm.digest))
    whole = bytearray()  # cryptography takes the message of an EdDSA signature as a whole only
    for piece in signer.content.pieces():
        whole += piece
        if len(whole) > _MAX_WHOLE_CONTENT:
            raise UnknownAlgorithm(f"{algorithm.name} over so large a content")
    return verify(key, algorithm, signature, bytes(whole))


def _with_unsigned(signer: CheckedSigner, certificates: list[Any], others: Iterable[Any]) -> CheckedSigner:
    attributes = attributes_of(signer.info["unsigned_attrs"])
    signature = signer.info["signature"].native
    counters = attributes.get(_COUNTER_SIGNATURE, [])
    if len(counters) > _MAX_COUNTER_SIGNATURES:  # each costs a signature check
        return replace(signer, problems=(*signer.problems, "cms-malformed"))
    value = Content(BytesPieces(signature))  # RFC 5652 11.4, EN 319 122-1 5.3: both are over the signature value
    around = _Around(certificates, attributes, others)
    return replace(
        signer,
        timestamps=tuple(
            timestamp(value.dump(), (signature,), around) for value in attributes.get(_SIGNATURE_TIMESTAMP, [])
        ),
        counter_signatures=tuple(
            _signer(CheckedSigner(signer.signed_data, info, is_counter=True, content=value), certificates, others)
            for info in counters
        ),
    )


def _certificate_values(attributes: dict[str, list[Any]]) -> list[Any]:
    """The certificates among the unsigned attributes (EN 319 122-1 A.1.1.1)."""
    found = []
    for value in attributes.get(_CERTIFICATE_VALUES, []):
        try:  # SEQUENCE OF Certificate in the attribute; read as the set that it would be in SignedData
            read = [known_certificate(item.chosen.dump()) for item in cms.CertificateSet.load(value.dump())]
        except Exception:  # noqa: S112  a broken one is left out
            continue
        found += [item.certificate for item in read if item is not None]
    return found


def timestamp(der: bytes, covered: Sequence[bytes] | Content | None, others: Iterable[Any] = ()) -> Timestamp:
    """Judge an RFC 3161 token that must cover ``covered`` (parts in order; None: what it covers is not at hand).

    A token need not hold the certificate of its service (RFC 3161 2.4.1, certReq): ``others`` may.
    """
    try:
        signed_data = load(der)
    except NotCms:
        return Timestamp(None, None, False, ("timestamp-malformed",))
    return timestamp_of(signed_data, covered, others)


def is_timestamp_token(der: bytes) -> bool:
    """Whether these bytes are an RFC 3161 token, whatever it is over and whoever made it."""
    try:
        stated_time(_tst_info(load(der)))
    except Exception:  # hostile ASN.1 fails anywhere, in any way
        return False
    return not trailing(der)


def timestamp_of(signed_data: Any, covered: Sequence[bytes] | Content | None, others: Iterable[Any] = ()) -> Timestamp:
    """As :func:`timestamp`, for a SignedData that is read already."""
    try:
        info = _tst_info(signed_data)
        imprint = info["message_imprint"]
        name = digest_name(imprint["hash_algorithm"])
        found = _token_signers(signed_data, others)
        problems = [code for signer in found for code in signer.problems]
        if not is_understood(info):
            problems.append("timestamp-not-understood")
        if len(found) != 1:  # RFC 3161 2.4.2: one signer, the service
            problems.append("timestamp-signers")
        if covered is not None and _digest(name, covered) != imprint["hashed_message"].native:  # RFC 3161 2.4.2
            problems.append("timestamp-imprint")
        signer = found[0] if found else None
        # RFC 3161 2.4.2, RFC 5816 2.2.1: the signing-certificate attribute is mandatory in a token.
        if signer is not None and signer.certificate is not None and signer.ess == "absent":
            problems.append("timestamp-unnamed")
        good = signer is not None and signer.intact and not problems
        if signer is not None and False in (signer.signature_ok, signer.digest_ok):
            problems.append("timestamp-signature")
        if covered is None:
            problems.append("timestamp-content-missing")
        time = stated_time(info)
        tsa = common_name(signer.certificate) if signer else None
        own = signer.signed_data if signer else None
        return Timestamp(time, tsa, good and covered is not None, tuple(problems), own, name, signer)
    except (UnknownAlgorithm, UnknownDigest) as error:
        return Timestamp(None, None, False, ("timestamp-algorithm-unknown",), imprint_name=str(error))
    except Exception:  # hostile ASN.1 fails anywhere, in any way
        return Timestamp(None, None, False, ("timestamp-malformed",))


def _digest(name: str, covered: Sequence[bytes] | Content) -> bytes:
    return covered.digest(name) if isinstance(covered, Content) else digest_of(name, *covered)


def _token_signers(signed_data: Any, others: Iterable[Any]) -> tuple[CheckedSigner, ...]:
    """The token's own certificates first; the others are looked at only where the service's is not among them."""
    certificates, content = certificates_of(signed_data), encapsulated_content(signed_data)
    whole = None if content is None else Content(BytesPieces(*content))
    empty = [CheckedSigner(signed_data, info, content=whole) for info in signer_infos(signed_data)]
    found = tuple(_signer(signer, certificates, ()) for signer in empty)
    if all(signer.certificate is not None for signer in found):
        return found
    return tuple(_signer(signer, [*certificates, *others], ()) for signer in empty)


@dataclass(frozen=True)
class _Around:
    """Certificates beside a timestamp token, read only if they are asked for."""

    certificates: Sequence[Any]
    attributes: dict[str, list[Any]]
    others: Iterable[Any]

    def __iter__(self) -> Iterator[Any]:
        yield from self.certificates
        yield from _certificate_values(self.attributes)
        yield from self.others


def _tst_info(signed_data: Any) -> Any:
    content = signed_data["encap_content_info"]
    if content["content_type"].dotted != _TST_INFO:  # id-ct-TSTInfo (RFC 3161 2.4.2)
        raise NotCms("no TSTInfo")
    return tsp.TSTInfo.load(bytes(content["content"]))
