"""Signed PDFs for the registry's profile: one that meets every requirement, and for each requirement one that does not.

``python -m tests.validation.registry_samples`` prints what ``signkit validate --profile registry`` says of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signkit.validation.api import validate_data
from signkit.validation.options import ValidationOptions
from signkit.validation.profile import ProfileName
from signkit.validation.report import Report
from tests.validation import pdfs, pki

NAME, M = b" /Name (Hanako)", b" /M (D:20261121090000+09'00')"
FORMAT = b"adbe.pkcs7.detached"
BUYER = 30


@cache
def authority() -> pki.Holder:
    return pki.authority()


@cache
def hanako() -> pki.Holder:
    return pki.issue(authority(), key=rsa.generate_private_key(65537, 2048))


@cache
def taro() -> pki.Holder:
    return pki.issue(authority(), "Taro", key=rsa.generate_private_key(65537, 2048))


def sign(pdf: bytes, *signers: pki.Holder, extra: bytes = NAME + M, **how: object) -> bytes:
    """Sign as the registry asks, but for what ``extra`` (of the dictionary) and ``how`` (of the CMS) say."""
    return _filled(pdf, pdfs.signature_dictionary(extra, FORMAT), *signers, **how)


def _filled(pdf: bytes, dictionary: bytes, *signers: pki.Holder, **how: object) -> bytes:
    field = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V %d 0 R >>" % pdfs.SIGNATURE
    prepared = pdfs.update(pdf, {pdfs.SELLER: field, pdfs.SIGNATURE: dictionary})
    options = {"ess": False} | how
    return pdfs.fill(prepared, lambda content: pki.signed_data(content, *(signers or (hanako(),)), **options))


def clean() -> bytes:
    return sign(pdfs.build())


def by_two() -> bytes:
    """Signed by the seller, then by the buyer in a further update."""
    form = pdfs.OBJECTS[pdfs.FORM].replace(b"8 0 R", b"8 0 R %d 0 R" % BUYER)
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"8 0 R", b"8 0 R %d 0 R" % BUYER)
    buyer = pdfs.OBJECTS[pdfs.SELLER].replace(b"(seller)", b"(buyer)")
    first = sign(pdfs.build({**pdfs.OBJECTS, pdfs.FORM: form, pdfs.PAGE: page, BUYER: buyer}))
    filled = buyer[:-2] + b" /V %d 0 R >>" % pdfs.STAMP
    second = pdfs.update(first, {BUYER: filled, pdfs.STAMP: pdfs.signature_dictionary(NAME + M, FORMAT)})
    return pdfs.fill(second, lambda content: pki.signed_data(content, taro(), ess=False))


def _dictionary(old: bytes, new: bytes) -> bytes:
    whole = pdfs.signature_dictionary(NAME + M, FORMAT)
    assert old in whole
    return _filled(pdfs.build(), whole.replace(old, new))


def _of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return sign(pdfs.build(), pki.issue(authority(), key=key))


def _stamp(data: bytes) -> bytes:
    return pki.timestamp_token(data, pki.timestamp_authority(authority()))


def _document_timestamp() -> bytes:
    form = pdfs.OBJECTS[pdfs.FORM].replace(b"8 0 R", b"8 0 R %d 0 R" % BUYER)
    field = b"<< /FT /Sig /T (Stamp1) /V %d 0 R >>" % pdfs.STAMP
    stamp = pdfs.signature_dictionary(sub_filter=b"ETSI.RFC3161").replace(b"/Type /Sig", b"/Type /DocTimeStamp")
    return pdfs.fill(pdfs.update(clean(), {pdfs.FORM: form, BUYER: field, pdfs.STAMP: stamp}), _stamp)


def _with_store(pdf: bytes) -> bytes:
    catalog = pdfs.OBJECTS[pdfs.CATALOG][:-2] + b" /DSS << /Certs [] >> >>"
    return pdfs.update(pdf, {pdfs.CATALOG: catalog})


def _shifted_byte_range() -> bytes:
    return clean().replace(b"/ByteRange [0 ", b"/ByteRange [1 ")


def _changed_later() -> bytes:
    return pdfs.update(clean(), {pdfs.CONTENT: pdfs.OBJECTS[pdfs.CONTENT].replace(b"100 yen", b"900 yen")})


def _large() -> bytes:
    padding = b"<< /Length 10485760 >>\nstream\n" + bytes(10 * 1024 * 1024) + b"\nendstream"
    return sign(pdfs.build({**pdfs.OBJECTS, 40: padding}))


@dataclass(frozen=True)
class Sample:
    """A file, and exactly what the registry does not accept of it."""

    make: Callable[[], bytes]
    violated: frozenset[str]
    name: str = "contract.pdf"


def _sample(make: Callable[[], bytes], *violated: str, name: str = "contract.pdf") -> Sample:
    return Sample(make, frozenset(violated), name)


#: By what is wrong with it.
SAMPLES = {
    "clean": _sample(clean),
    "two signers": _sample(by_two),
    "no PDF": _sample(lambda: pki.signed_data(b"text", hanako(), encapsulate=b"text"), "pdf", name="contract.p7m"),
    "not signed": _sample(pdfs.build, "signed"),
    "other type": _sample(lambda: _dictionary(b"/Type /Sig", b"/Type /Seal"), "type"),
    "no type": _sample(lambda: _dictionary(b"/Type /Sig", b""), "type"),
    "PAdES": _sample(lambda: _dictionary(FORMAT, b"ETSI.CAdES.detached"), "sub-filter"),
    "no name": _sample(lambda: sign(pdfs.build(), extra=M), "name"),
    "blank name": _sample(lambda: sign(pdfs.build(), extra=M + b" /Name ( )"), "name"),
    "no time": _sample(lambda: sign(pdfs.build(), extra=NAME), "m"),
    "unreadable time": _sample(lambda: sign(pdfs.build(), extra=NAME + b" /M (this morning)"), "m"),
    "shifted byte range": _sample(_shifted_byte_range, "byte-range", "incremental-signatures", "no-update"),
    "content inside": _sample(lambda: sign(pdfs.build(), encapsulate=b"text"), "contents"),
    "no CMS": _sample(lambda: pdfs.fill(_prepared(), lambda _: b"0\x03abc"), "contents", "rsa-2048", "sha-256"),
    "RSA 3072": _sample(lambda: _of(rsa.generate_private_key(65537, 3072)), "rsa-2048"),
    "ECDSA": _sample(lambda: _of(ec.generate_private_key(ec.SECP256R1())), "rsa-2048", "sha-256"),
    "SHA-512": _sample(lambda: sign(pdfs.build(), digest="sha512"), "sha-256"),
    "signature timestamp": _sample(lambda: sign(pdfs.build(), stamp=_stamp), "no-timestamp"),
    "document timestamp": _sample(_document_timestamp, "no-timestamp", "no-update"),
    "DSS before signing": _sample(lambda: sign(_with_store(pdfs.build())), "no-security-store"),
    "DSS after signing": _sample(lambda: _with_store(clean()), "no-security-store", "no-update"),
    "changed later": _sample(_changed_later, "no-update"),
    "bytes at the end": _sample(lambda: clean() + b"more", "no-update"),
    "two signers at once": _sample(lambda: sign(pdfs.build(), hanako(), taro()), "incremental-signatures"),
    "larger than 10 MB": _sample(_large, "file-size"),
    "file name": _sample(clean, "file-name", name="契約書 (1).pdf"),
}


def _prepared() -> bytes:
    field = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V %d 0 R >>" % pdfs.SIGNATURE
    dictionary = pdfs.signature_dictionary(NAME + M, FORMAT)
    return pdfs.update(pdfs.build(), {pdfs.SELLER: field, pdfs.SIGNATURE: dictionary})


def judged(sample: Sample) -> Report:
    """Return the report of a sample, held against the registry's profile."""
    trusting = ValidationOptions(trust=pki.trust(authority()), at=pki.NOW, offline=True)
    return validate_data(sample.make(), sample.name, replace(trusting, profile=ProfileName.REGISTRY))


def main() -> None:
    from signkit.reporting.formats.text import write_text

    for title, sample in SAMPLES.items():
        print(f"== {title}\n{write_text(judged(sample))}")


if __name__ == "__main__":
    main()
