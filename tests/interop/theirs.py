"""What strangers' programs make, one function a kind; whoever cannot be asked here says so by a skip."""

from __future__ import annotations

from io import BytesIO

from tests.interop.workshop import CONTENT, PAGE, Artifact, Workshop, unsigned_pdf


def openssl_rsa(workshop: Workshop) -> Artifact:
    return _openssl(workshop, "rsa")


def openssl_pss(workshop: Workshop) -> Artifact:
    return _openssl(workshop, "rsa-pss")


def openssl_ecdsa(workshop: Workshop) -> Artifact:
    return _openssl(workshop, "ecdsa")


def openssl_cades(workshop: Workshop) -> Artifact:
    return _openssl(workshop, "rsa", "-cades")


def openssl_without_attributes(workshop: Workshop) -> Artifact:
    return _openssl(workshop, "ecdsa", "-noattr")


def openssl_attached(workshop: Workshop) -> Artifact:
    return _openssl(workshop, "rsa", "-nodetach")


def openssl_indefinite_lengths(workshop: Workshop) -> Artifact:
    made = _openssl(workshop, "rsa", "-nodetach", "-stream")
    assert made.path.read_bytes()[1] == 0x80
    return made


def openssl_pem(workshop: Workshop) -> Artifact:
    data = workshop.openssl.openssl_sign("ecdsa", "-binary", "-outform", "PEM", "-nodetach")
    return Artifact(workshop.write(data, ".p7m"), "pem", workshop.openssl.folder / "ca.pem")


def openssl_mail(workshop: Workshop) -> Artifact:
    """S/MIME, multipart/signed."""
    data = workshop.openssl.openssl_sign("ecdsa", "-outform", "SMIME", "-subject", "Contract")
    text = CONTENT.splitlines()[0]
    return Artifact(workshop.write(data, ".eml"), "smime", workshop.openssl.folder / "ca.pem", signed=text)


def _openssl(workshop: Workshop, kind: str, *options: str) -> Artifact:
    data = workshop.openssl.openssl_sign(kind, "-binary", "-outform", "DER", *options)
    ca = workshop.openssl.folder / "ca.pem"
    if "-nodetach" in options:
        return Artifact(workshop.write(data, ".p7m"), "cms", ca)
    return Artifact(workshop.write(data, ".p7s"), "cms", ca, workshop.write(CONTENT, ".txt"))


def pyhanko_pades(workshop: Workshop) -> Artifact:
    return _pyhanko(workshop, "PADES")


def pyhanko_pades_b_t(workshop: Workshop) -> Artifact:
    return _pyhanko(workshop, "PADES", timestamped=True)


def pyhanko_pkcs7(workshop: Workshop) -> Artifact:
    return _pyhanko(workshop, "ADOBE_PKCS7_DETACHED")


def _pyhanko(workshop: Workshop, subfilter: str, *, timestamped: bool = False) -> Artifact:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
    from pyhanko.sign.fields import SigSeedSubFilter

    folder = workshop.openssl.folder
    files = [str(folder / name) for name in ("rsa.key", "rsa.crt", "ca.pem")]
    signer = SimpleSigner.load(files[0], files[1], ca_chain_files=tuple(files[2:]))
    assert signer is not None
    metadata = PdfSignatureMetadata(field_name="seller", subfilter=SigSeedSubFilter[subfilter], name="Hanako")
    timestamper = _pyhanko_timestamper(workshop) if timestamped else None
    made = sign_pdf(
        IncrementalPdfFileWriter(BytesIO(unsigned_pdf())), metadata, signer=signer, timestamper=timestamper,
        existing_fields_only=True,
    )  # fmt: skip
    return Artifact(workshop.write(made.getvalue(), ".pdf"), "pdf", folder / "ca.pem", signed=PAGE)


def _pyhanko_timestamper(workshop: Workshop):
    """pyHanko's own timestamps, by a timestamp service of the tests' CA."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from signkit.rehearsal.evidence_services import utc_now
    from tests.validation import pki

    ca = workshop.openssl.ca
    own = rsa.generate_private_key(65537, 2048)  # all that pyHanko's dummy signs with
    tsa = pki.timestamp_authority(ca, start=utc_now() - pki.YEAR, end=utc_now() + pki.YEAR, key=own)
    key = tsa.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(ca.der))
    return DummyTimeStamper(tsa.asn1, keys.PrivateKeyInfo.load(key), certs_to_embed=store)
