"""CAdES: signing any content, however large, at the four baseline levels (ETSI EN 319 122-1 6).

B-B the signature; B-T a signature timestamp; B-LT certificates, lists and OCSP responses in the SignedData; B-LTA an
archive timestamp (v3) of each signature over all of it.  Signatures stand side by side in one SignedData; what others
put there, counter-signatures too, is kept byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from signkit.cms.archive_timestamp import (
    InfoParts,
    archive_attribute,
    covered_bytes,
    make_index,
    timestamp_attribute,
)
from signkit.cms.container import Container, ContainerUnreadable, Parts, read_container, without_armour
from signkit.cms.content import CHANGED_MEANWHILE, NOT_AS_WRITTEN, BytesPieces, Content
from signkit.cms.der import SEQUENCE, element, explicit
from signkit.errors import SigningRefused, TimestampUnavailable
from signkit.pki.algorithms import SignatureInvalid, verify_signature
from signkit.pki.distinguished_names import is_identified
from signkit.pki.revocation.collecting import Evidence, collect_evidence
from signkit.pki.timestamps import NO_SERVICE, obtain_timestamp
from signkit.signers.base import Signer
from signkit.signing import self_check
from signkit.signing.cms import Statement, attribute, make_signature
from signkit.signing.levels import Level, Services, refuse_other_keys
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import cms, x509

#: id-ri-ocsp-response (RFC 5940 2.1)
_OCSP_RESPONSE = bytes.fromhex("06082b06010505071002")
_IMPRINT_DIGEST = "sha256"


@dataclass(frozen=True)
class SignedParts:
    """A SignedData that was signed or extended.

    Attributes:
        parts: all of it but the content.
        evidence_issued: when each piece of evidence added was issued; empty below B-LT.
    """

    parts: Parts = field(repr=False)
    evidence_issued: tuple[datetime, ...] = ()


def sign_content(
    content: Content,
    signer: Signer,
    level: Level,
    services: Services,
    statement: Statement,
    *,
    onto: Parts | None = None,
) -> SignedParts:
    """Sign ``content`` at ``level``, beside the signatures in ``onto`` if there are some.

    Raises:
        SigningRefused("key-not-for-documents"): an authentication key, or a certificate whose usage or validity forbids
            it.
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
        SigningRefused("cms-not-usable"): ``onto`` signs other content, or would be broken by an addition.
    """
    assert statement.signing_time is not None
    refuse_other_keys(signer, statement.signing_time)
    if level.has_timestamp and not services.timestamps:
        raise TimestampUnavailable(NO_SERVICE)
    # The key's own chain is enough for B-B; evidence needs the issuers too.
    own = [_certificate(der) for der in (signer.certificate, *signer.chain)]
    if level.has_evidence:  # before the key is used: nothing is signed that cannot be finished
        collect_evidence(own[:1], [*own, *services.issuer_certificates()], services.revocation, level.value)
    _prepare(content, onto, signer.algorithm.digest)
    # RFC 3161 2.4.2, EN 319 122-1 5.3: the stamp is over the signature value, so it comes after the key's work.
    stamp = (lambda digest: obtain_timestamp(services.timestamps, digest).der) if level.has_timestamp else None
    made = make_signature(signer, content.digest(signer.algorithm.digest), statement, timestamp=stamp)
    parts = made if onto is None else onto.with_added(
        digest_algorithms=made.digest_algorithms, certificates=made.certificates, signer_infos=made.signer_infos
    )  # fmt: skip
    if not level.has_evidence:
        return SignedParts(parts)
    return _with_evidence(parts, content, level, services, (len(parts.signer_infos) - 1,), own)


def extend_content(parts: Parts, content: Content, level: Level, services: Services) -> SignedParts:
    """Raise every signature in ``parts`` to ``level``, or renew its evidence and archive timestamp.

    Raises:
        SigningRefused("nothing-to-extend"): there is no signature in it.
        SigningRefused("cms-not-usable"): it signs other content, or would be broken by an addition.
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
    """
    if not parts.signer_infos:
        raise SigningRefused("nothing-to-extend")
    if not services.timestamps and level.has_timestamp:
        raise TimestampUnavailable(NO_SERVICE)
    # Digested once, for all signatures and for the archive timestamps' imprints.
    _prepare(content, parts, _IMPRINT_DIGEST)
    with _reading():
        stamped = replace(parts, signer_infos=tuple(_add_timestamp(info, services) for info in parts.signer_infos))
        if not level.has_evidence:
            return SignedParts(stamped)
        return _with_evidence(stamped, content, level, services, range(len(stamped.signer_infos)), ())


def countersign(parts: Parts, index: int, signer: Signer, time: datetime) -> Parts:
    """Sign the signature at ``index`` (from 0): a counter-signature in its unsigned attributes (RFC 5652 11.4).

    Raises:
        SigningRefused("key-not-for-documents", "self-check-failed"): see `sign_content`.
        SigningRefused("cms-not-usable"): the SignerInfo cannot be read, or would be broken by an addition.
    """
    refuse_other_keys(signer, time)
    infos = list(parts.signer_infos)
    with _reading():
        info = InfoParts.of(infos[index])
        if info.has_old_archive:
            raise SigningRefused("cms-not-usable", cause=_OLD_ARCHIVE)
    # RFC 5652 11.4: what is signed is the signature value of the other.
    digest = Content(BytesPieces(info.signature)).digest(signer.algorithm.digest)
    made = make_signature(signer, digest, Statement(signing_time=time, counter=True))
    infos[index] = info.with_unsigned(attribute("counter_signature", made.signer_infos[0])).to_der()
    return replace(parts, signer_infos=tuple(infos)).with_added(
        digest_algorithms=made.digest_algorithms, certificates=made.certificates
    )


@contextmanager
def open_signature(stream: BinaryIO) -> Iterator[Container]:
    """Give a signature file, DER, BER or PEM, that shall be added to.

    Raises:
        SigningRefused("cms-not-usable"): it holds no SignedData.
    """
    try:
        with without_armour(stream) as plain:
            yield read_container(plain)
    except ContainerUnreadable as error:
        raise SigningRefused("cms-not-usable", cause=Text(str(error), f"CMS として読めません ({error})")) from error


def check_written(
    stream: BinaryIO, parts: Parts, content: Content, *, attached: bool, certificate: bytes | None = None
) -> None:
    """Read a written signature back: is all of it there, and does the signature of ``certificate`` hold?

    Args:
        stream: the written file, DER or PEM.
        parts: what was to be written.
        content: what was signed; ``attached``: whether it is inside.
        certificate: whose signature is checked; None where nothing was signed.

    Raises:
        SigningRefused("self-check-failed"): anything does not fit; the cause says what.
    """
    try:
        with without_armour(stream) as plain:
            _check_container(read_container(plain), parts, content if attached else None)
    except ContainerUnreadable as error:
        raise SigningRefused("self-check-failed", cause=NOT_AS_WRITTEN) from error
    if certificate is not None:
        _check_signature(_infos(parts)[-1], content, _certificate(certificate))


def _check_container(container: Container, parts: Parts, attached: Content | None) -> None:
    there = container.parts
    lists = [
        (there.certificates, parts.certificates),
        (there.crls, parts.crls),
        (there.signer_infos, parts.signer_infos),
        (there.digest_algorithms, parts.digest_algorithms),
    ]
    # Nothing behind it, and everything in it: the file is read as a stranger would read it.
    if container.trailing or any(sorted(one) != sorted(other) for one, other in lists):
        raise SigningRefused("self-check-failed", cause=NOT_AS_WRITTEN)
    if (container.content is None) != (attached is None):
        raise SigningRefused("self-check-failed", cause=self_check.CONTENT_ELSEWHERE)
    if container.content is None or attached is None:
        return
    if container.content.digest(_IMPRINT_DIGEST) != attached.digest(_IMPRINT_DIGEST):
        raise SigningRefused("self-check-failed", cause=CHANGED_MEANWHILE)


def _check_signature(info: cms.SignerInfo, content: Content, own: x509.Certificate) -> None:
    hash_name = info["digest_algorithm"]["algorithm"].native
    # RFC 5652 5.6: the digest of the content is what the attribute states.
    if _signed_digest(info) != content.digest(hash_name):
        raise SigningRefused("self-check-failed", cause=self_check.OTHER_DIGEST)
    attributes = b"\x31" + info["signed_attrs"].dump()[1:]  # signed as SET OF, stored as [0] (RFC 5652 5.4)
    try:
        verify_signature(own, info["signature_algorithm"], hash_name, info["signature"].native, attributes)
    except SignatureInvalid as error:
        raise SigningRefused("self-check-failed", cause=self_check.NOT_OF_THE_KEY) from error


@contextmanager
def _reading() -> Iterator[None]:
    """Turn the many ways to fail on a damaged signature into one error."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise SigningRefused(
            "cms-not-usable", cause=Text(f"it is damaged ({error})", f"壊れています ({error})")
        ) from error


def _prepare(content: Content, parts: Parts | None, digest: str) -> None:
    """Read the content once for all digests that will be needed; refuse signatures that do not fit it."""
    names = {digest, _IMPRINT_DIGEST}
    with _reading():
        infos = _infos(parts) if parts is not None else []
        names |= {info["digest_algorithm"]["algorithm"].native for info in infos}
        content.prepare(sorted(names))
        for info in infos:
            signed = _signed_digest(info)
            # A signature over other content does not become this file's by standing beside another.
            if signed is not None and signed != content.digest(info["digest_algorithm"]["algorithm"].native):
                raise SigningRefused("cms-not-usable", cause=_OTHER_CONTENT)
            # An addition would break an archive timestamp of the kinds that cover all certificates as one.
            if InfoParts.of(info.dump()).has_old_archive:
                raise SigningRefused("cms-not-usable", cause=_OLD_ARCHIVE)


def _add_timestamp(raw: bytes, services: Services) -> bytes:
    info = InfoParts.of(raw)
    # A second stamp would prove no earlier time.
    if info.has_timestamp:
        return raw
    # EN 319 122-1 5.3: over the signature value alone, without tag and length.
    token = obtain_timestamp(services.timestamps, hashlib.sha256(info.signature).digest())
    return info.with_unsigned(timestamp_attribute(token.der)).to_der()


def _with_evidence(
    parts: Parts,
    content: Content,
    level: Level,
    services: Services,
    indices: Sequence[int],
    own: Sequence[x509.Certificate],
) -> SignedParts:
    """Add evidence on the signatures at ``indices``, and for B-LTA an archive timestamp each."""
    pool = [*own, *services.issuer_certificates()]
    evidence = collect_evidence(_entities(parts, indices), [*_pool(parts), *pool], services.revocation, level.value)
    parts = _add_evidence(parts, evidence)
    if level is Level.B_LTA:
        infos = list(parts.signer_infos)
        # Evidence first: the archive timestamp covers what is there when it is made (EN 319 122-1 5.5.3).
        for index in indices:
            infos[index] = _add_archive_timestamp(parts, InfoParts.of(infos[index]), content, services)
        parts = replace(parts, signer_infos=tuple(infos))
        # The new stamps' own services came with them: the next archive timestamp will need evidence on those.
        new = [item for item in _entities(parts, indices) if item.dump() not in evidence.certificates]
        more = collect_evidence(new, [*_pool(parts), *pool], services.revocation, level.value)
        parts, evidence = _add_evidence(parts, more), evidence + more
    return SignedParts(parts, evidence.issued)


def _add_archive_timestamp(parts: Parts, info: InfoParts, content: Content, services: Services) -> bytes:
    index = make_index(parts, info)
    # EN 319 122-1 5.5.3: the imprint is over content digest, SignerInfo fields and index, in that order.
    covered = b"".join(covered_bytes(parts, info, content.digest(_IMPRINT_DIGEST), index))
    token = obtain_timestamp(services.timestamps, hashlib.sha256(covered).digest())
    return info.with_unsigned(archive_attribute(token.der, index)).to_der()


def _add_evidence(parts: Parts, evidence: Evidence) -> Parts:
    """Put evidence where B-LT wants it (EN 319 122-1 6.3): SignedData.certificates and .crls, OCSP by RFC 5940."""
    # RFC 5652 10.2.1: [1] OtherRevocationInfoFormat.
    responses = tuple(element(explicit(1), _OCSP_RESPONSE, der) for der in evidence.ocsps)
    return parts.with_added(certificates=evidence.certificates, crls=(*evidence.crls, *responses))


def _entities(parts: Parts, indices: Sequence[int]) -> list[x509.Certificate]:
    """Return the certificates of the signatures at ``indices`` and of their timestamp services."""
    found: dict[bytes, x509.Certificate] = {}
    infos = _infos(parts)
    for index in indices:
        signer = _signer_of(infos[index], _pool(parts))
        if signer is None:
            raise SigningRefused("cms-not-usable", cause=_NO_CERTIFICATE)
        found[signer.sha256] = signer
        for token in InfoParts.of(parts.signer_infos[index]).tokens:
            service = _token_signer(token)
            if service is not None:
                found[service.sha256] = service
    return list(found.values())


def _pool(parts: Parts) -> list[x509.Certificate]:
    """Return every certificate in the SignedData and in its timestamps."""
    # RFC 5652 10.2.2: the bare SEQUENCEs are certificates.
    found = [_certificate(der) for der in parts.certificates if der[0] == SEQUENCE]
    for info in parts.signer_infos:
        for token in InfoParts.of(info).tokens:
            found += _token_certificates(token)
    return found


def _token_certificates(token: bytes) -> list[x509.Certificate]:
    from asn1crypto import cms

    signed_data = cms.ContentInfo.load(token)["content"]
    return [item.chosen for item in signed_data["certificates"] if item.name == "certificate"]


def _token_signer(token: bytes) -> x509.Certificate | None:
    from asn1crypto import cms

    [info] = cms.ContentInfo.load(token)["content"]["signer_infos"]
    return _signer_of(info, _token_certificates(token))


def _signer_of(info: cms.SignerInfo, pool: Sequence[x509.Certificate]) -> x509.Certificate | None:
    return next((item for item in pool if is_identified(info["sid"], item)), None)


def _signed_digest(info: cms.SignerInfo) -> bytes | None:
    """Return the signed message digest; None for a signature without signed attributes."""
    for item in info["signed_attrs"] or ():
        if item["type"].native == "message_digest":
            digest: bytes = item["values"][0].native
            return digest
    return None


def _infos(parts: Parts) -> list[cms.SignerInfo]:
    from asn1crypto import cms

    return [cms.SignerInfo.load(der) for der in parts.signer_infos]


def _certificate(der: bytes) -> x509.Certificate:
    from asn1crypto import x509

    return x509.Certificate.load(der)


_OTHER_CONTENT = Text("it signs other content", "別の内容に対する署名です")
_NO_CERTIFICATE = Text("the certificate of a signer is not in it", "署名者の証明書が含まれていません")
_OLD_ARCHIVE = Text(
    "it carries an archive timestamp of an older kind, which any addition would break",
    "旧形式のアーカイブタイムスタンプがあり、追記すると壊れてしまいます",
)
