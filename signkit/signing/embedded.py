"""The certificates inside a signed PDF: who signed, which timestamp services, and what else is in there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signkit.errors import PdfNotSignable
from signkit.pdf.fields import open_pdf
from signkit.pdf.form import form_fields
from signkit.pdf.reading.document import View
from signkit.pdf.reading.unlocking import Password
from signkit.pdf.security_store import security_store
from signkit.pdf.writing.opening import reading_errors
from signkit.pki.distinguished_names import is_identified
from signkit.pki.revocation.collecting import Evidence, asn1_certificate
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import cms, x509


@dataclass(frozen=True)
class Embedded:
    """What a signed PDF holds.

    Attributes:
        entities: the certificates of all signers and timestamp services.
        certificates: every certificate in it.
        held: the evidence in its document security store.
        untimed: the fields whose signature bears no timestamp.
    """

    entities: list[x509.Certificate]
    certificates: list[x509.Certificate]
    held: Evidence
    untimed: tuple[str, ...]


def embedded_in(pdf: bytes, password: Password = None) -> Embedded:
    """Read a signed PDF's certificates and evidence.

    Raises:
        PdfNotSignable: the file or one of its signatures cannot be read, or lacks its signer's certificate.
    """
    signers: dict[bytes, x509.Certificate] = {}
    every: dict[bytes, x509.Certificate] = {}
    untimed: list[str] = []
    with reading_errors():
        view = open_pdf(pdf, password).history.last
        for name, signed_data in _signatures(view):
            stamps = [stamp for info in signed_data["signer_infos"] for stamp in _timestamps(info)]
            # A timestamp's own signature needs none (RFC 3161 2.4.2: its content type is TSTInfo).
            if not stamps and signed_data["encap_content_info"]["content_type"].native != "tst_info":
                untimed.append(name)
            for part in (signed_data, *stamps):
                certificates = [item.chosen for item in part["certificates"] if item.name == "certificate"]
                every.update((item.sha256, item) for item in certificates)
                signers.update((item.sha256, item) for item in _signers(part, certificates, name))
        stored, ocsps, crls = security_store(view)
        # EN 319 142-1 5.4.2: the store's certificates serve all signatures of the document.
        every.update((item.sha256, item) for item in map(asn1_certificate, stored))
        held = Evidence(ocsps=tuple(ocsps), crls=tuple(crls))
    return Embedded(list(signers.values()), list(every.values()), held, tuple(untimed))


def last_signer(pdf: bytes, password: Password = None) -> list[bytes]:
    """Return the certificates (DER) that the last signature brings, its signer's first; none where nobody has signed.

    Raises:
        PdfNotSignable: the file or the signature cannot be read, or lacks its signer's certificate.
    """
    with reading_errors():
        signatures = [
            (_end_of(value), name, signed_data)
            for name, value, signed_data in _signed_fields(open_pdf(pdf, password).history.last)
            if signed_data["encap_content_info"]["content_type"].native != "tst_info"
        ]
        if not signatures:
            return []
        _, name, last = max(signatures, key=lambda each: each[0])
        certificates = [item.chosen for item in last["certificates"] if item.name == "certificate"]
        signer = next(_signers(last, certificates, name))
        return list(dict.fromkeys(each.dump() for each in (signer, *certificates)))


def _signers(
    signed_data: cms.SignedData, certificates: list[x509.Certificate], field: str
) -> Iterator[x509.Certificate]:
    for info in signed_data["signer_infos"]:
        signer = next((item for item in certificates if is_identified(info["sid"], item)), None)
        if signer is None:
            cause = Text(
                f"the signature {field!r} lacks its signer's certificate",
                f"署名 {field!r} に署名者の証明書が含まれていません",
            )
            raise PdfNotSignable(cause)
        yield signer


def _end_of(signature: dict[str, Any]) -> int:
    """Return where what a signature covers ends: the last one covers most."""
    numbers = signature["/ByteRange"]
    return int(numbers[2]) + int(numbers[3])


def _signatures(view: View) -> Iterator[tuple[str, cms.SignedData]]:
    return ((name, signed_data) for name, _, signed_data in _signed_fields(view))


def _signed_fields(view: View) -> Iterator[tuple[str, Any, cms.SignedData]]:
    from asn1crypto import cms

    for item in form_fields(view):
        value = view.resolve(item.value)
        if item.type == "/Sig" and isinstance(value, dict):
            contents = view.resolve(value.get("/Contents"))
            yield item.name, value, cms.ContentInfo.load(contents)["content"]


def _timestamps(info: cms.SignerInfo) -> Iterator[cms.SignedData]:
    for attribute in info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            for token in attribute["values"]:
                yield token["content"]
