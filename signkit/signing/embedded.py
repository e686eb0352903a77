"""The certificates inside a signed PDF: who signed, which timestamp services, and what else is in there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from signkit.signing.pades import entry, open_reader, reading_errors

if TYPE_CHECKING:
    from asn1crypto import cms, x509
    from pyhanko.pdf_utils.reader import PdfFileReader


def end_entities(pdf: bytes) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """Return the certificates of all signers and timestamp services, and every certificate embedded.

    Raises:
        PdfNotSignable: the file or one of its signatures cannot be read.
    """
    signers: dict[bytes, x509.Certificate] = {}
    every: dict[bytes, x509.Certificate] = {}
    with reading_errors():
        reader = open_reader(pdf)
        for signed_data in _all_signed_data(reader):
            certificates = [item.chosen for item in signed_data["certificates"] if item.name == "certificate"]
            every.update((item.sha256, item) for item in certificates)
            for info in signed_data["signer_infos"]:
                signer = next((item for item in certificates if is_named(info["sid"], item)), None)
                if signer is not None:
                    signers[signer.sha256] = signer
        every.update((item.sha256, item) for item in _stored_certificates(reader))
    return list(signers.values()), list(every.values())


def _all_signed_data(reader: PdfFileReader) -> Iterator[cms.SignedData]:
    from asn1crypto import cms
    from pyhanko.sign.fields import enumerate_sig_fields

    for _, value, _ in enumerate_sig_fields(reader, filled_status=True):
        contents = bytes(value.get_object().raw_get("/Contents"))
        outer = cms.ContentInfo.load(contents)["content"]
        yield outer
        for info in outer["signer_infos"]:
            yield from _timestamps(info)


def _timestamps(info: cms.SignerInfo) -> Iterator[cms.SignedData]:
    for attribute in info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            for token in attribute["values"]:
                yield token["content"]


def _stored_certificates(reader: PdfFileReader) -> Iterator[x509.Certificate]:
    from asn1crypto import x509

    for stream in entry(entry(reader.root, "/DSS"), "/Certs") or ():
        yield x509.Certificate.load(stream.get_object().data)


def is_named(identifier: cms.SignerIdentifier, certificate: x509.Certificate) -> bool:
    """Return whether a SignerInfo's identifier names ``certificate``."""
    chosen = identifier.chosen
    if identifier.name == "issuer_and_serial_number":
        same_serial = chosen["serial_number"].native == certificate.serial_number
        return bool(same_serial and chosen["issuer"] == certificate.issuer)
    return bool(chosen.native == certificate.key_identifier)
