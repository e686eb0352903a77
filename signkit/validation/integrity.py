"""Each signature of a file with its mathematics done: what the judgement of trust, time and changes starts from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from signkit.cms import signed_data as cms
from signkit.cms.content import BeginningAndRest, Beginnings, BytesPieces, Content
from signkit.cms.raw_rsa import raw_rsa_signature
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.syntax import Value
from signkit.pdf.security_store import security_store
from signkit.pdf.signatures import FoundSignature, signed_bytes
from signkit.pki.paths.known_certificates import known_certificate


@dataclass(frozen=True)
class Checked:
    """One signer of one signature, or one document timestamp.

    Attributes:
        found: where it stands in the PDF; None for a CMS file.
        signer: the checked SignerInfo; None where there is none to be read, and for document timestamps.
        timestamp: the checked token of a document timestamp.
        problems: codes of defects of structure and content.
    """

    found: FoundSignature | None
    signer: cms.CheckedSigner | None = None
    timestamp: cms.Timestamp | None = None
    problems: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """The signed bytes are what was signed, and they are the bytes that the file says were signed."""
        part = self.timestamp if self.timestamp is not None else self.signer
        return part is not None and part.intact and not set(self.problems) - _HARMLESS_TO_INTEGRITY

    @property
    def comparison(self) -> bool | None:
        """As ``intact``; None where nothing could be compared: an algorithm or a key is not known, content is away."""
        part = self.timestamp.signer if self.timestamp is not None else self.signer
        if self.intact:
            return True
        if set(self.problems) & FORMAT_PROBLEMS or "timestamp-imprint" in self.problems or part is None:
            return False
        if part.digest_ok is False or part.signature_ok is False:
            return False
        compared = part.digest_ok and part.signature_ok
        return not set(self.problems) - _HARMLESS_TO_INTEGRITY if compared else None


#: Defects that prove the signature wrong, or the file not to be what the signature says.
FORMAT_PROBLEMS = {
    "byte-range-missing", "byte-range-malformed", "byte-range-zero", "byte-range-start", "byte-range-overlap",
    "byte-range-beyond-file", "byte-range-gap", "byte-range-other-contents", "byte-range-other-place",
    "contents-missing", "contents-indirect", "contents-trailing", "duplicate-keys", "dictionary-malformed",
    "not-cms", "cms-malformed",
    "message-digest-missing", "attributes-as-content", "content-type-missing", "content-type-mismatch",
    "timestamp-malformed", "timestamp-signers",
}  # fmt: skip
#: Defects that forbid a pass but do not touch the signed bytes.
_HARMLESS_TO_INTEGRITY = {
    "contents-trailing", "unreachable", "several-signers", "duplicate-keys", "content-inside", "content-beside-differs",
    "mail-sender", "timestamp-unnamed", "digests-differ", "signed-attribute-twice", "key-not-for-algorithm",
}  # fmt: skip


def _has_more_than_its_cms(file: PdfFile, found: FoundSignature) -> bool:
    """Whether /Contents goes on behind the CMS with anything but zeros.

    PDFBox encrypts the zeros that it reserves, though 7.6.2 leaves /Contents out of a file's encryption.
    """
    more, holder = cms.trailing(found.contents), found.ref or found.field_ref
    if not more or file.decryption is None or holder is None:
        return bool(more)
    return not file.decryption.encrypts_zeros(found.contents, found.contents.index(more), holder)


def check(file: PdfFile, found: FoundSignature, beginnings: Beginnings) -> list[Checked]:
    """Check all signers of one PDF signature; at least one entry, whatever is wrong.

    ``beginnings``: of the same file.
    """
    problems = list(found.problems)
    if not found.reachable:
        problems.append("unreachable")
    # adbe.x509.rsa_sha1 is an OCTET STRING (ISO 32000-2 12.8.3.2), not a SignedData that something might follow.
    if found.sub_filter != "adbe.x509.rsa_sha1" and _has_more_than_its_cms(file, found):
        problems.append("contents-trailing")
    content = _signed_content(file, found, beginnings)
    others = _StoredCertificates(file)
    try:
        signed_data = _signed_data(file, found)
    except cms.NotCms:
        return [Checked(found, problems=(*problems, "not-cms"))]
    if found.kind == "timestamp":
        token = cms.timestamp_of(signed_data, content, others)
        return [Checked(found, timestamp=token, problems=(*problems, *token.problems))]
    # 12.8.3.3.1 of ISO 32000-1; ISO 32000-2 deprecates it, old files have it.
    if found.sub_filter == "adbe.pkcs7.sha1":
        signers = _over_digest(signed_data, content)
    else:
        signers = cms.signers(signed_data, content, others)
        if any(cms.encapsulated_content(signed_data) or ()):  # ISO 32000-2 12.8.3.3.1: no data shall be encapsulated
            problems.append("content-inside")
    if not signers:
        return [Checked(found, problems=(*problems, "cms-malformed"))]
    # PAdES allows one SignerInfo (EN 319 142-1); of several each viewer shows another one.
    if len(signers) > 1:
        problems.append("several-signers")
    return [Checked(found, signer, problems=(*problems, *signer.problems)) for signer in signers]


def _signed_content(file: PdfFile, found: FoundSignature, beginnings: Beginnings) -> Content:
    first, second = signed_bytes(file, found)
    # 12.8.1: a byte range that starts elsewhere is a defect, and is digested as it stands.
    if found.byte_range is None or found.byte_range[0] != 0:
        return Content(BytesPieces(first, second))
    return BeginningAndRest(beginnings, first, second)


@dataclass(frozen=True)
class _StoredCertificates:
    """The certificates of the security store, read only if a timestamp does not hold its own."""

    file: PdfFile

    def __iter__(self) -> Iterator[Any]:
        stored, _, _ = security_store(self.file.history.last)
        read = (known_certificate(der) for der in stored)
        return iter([item.certificate for item in read if item is not None])


def _signed_data(file: PdfFile, found: FoundSignature) -> Any:
    if found.sub_filter == "adbe.x509.rsa_sha1":
        return raw_rsa_signature(found.contents, _certificates(file, found.entries.get("/Cert")))
    return cms.load(found.contents)


def _certificates(file: PdfFile, value: Value) -> list[bytes]:
    direct = file.history.last.resolve(value)
    # Table 255: /Cert is a byte string, or an array with the signer's certificate first.
    items = direct if isinstance(direct, list) else [direct]
    return [item for item in items if isinstance(item, bytes)]


def _over_digest(signed_data: Any, signed: Content) -> tuple[cms.CheckedSigner, ...]:
    """``adbe.pkcs7.sha1``: the signed content is the SHA-1 digest of the bytes (ISO 32000-1 12.8.3.3.1)."""
    content = cms.encapsulated_content(signed_data)
    # Both must fit: the signature over the digest inside, and that digest over the bytes.
    right = content is not None and b"".join(content) == signed.digest("sha1")
    return tuple(signer if right else replace(signer, digest_ok=False) for signer in cms.signers(signed_data, None))
