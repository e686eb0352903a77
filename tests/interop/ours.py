"""What SignKit makes, one function a kind; the keys may be others'."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

from asn1crypto import pem

from signkit.cms.asic import DataObject, make_manifest, write_asic
from signkit.cms.container import Parts, write_container
from signkit.cms.content import BytesPieces, Content
from signkit.rehearsal.evidence_services import utc_now
from signkit.settings import Settings
from signkit.signers.csc import open_csc_signer
from signkit.signing.cades import extend_content, sign_content
from signkit.signing.cms import Statement
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from signkit.signing.signature_formats import SignatureFormat
from tests import witness
from tests.interop import tokens
from tests.interop.workshop import CONTENT, PAGE, Artifact, Workshop, unsigned_pdf
from tests.requirements import require
from tests.signers import csc_dummy


def pades_b_b(workshop: Workshop) -> Artifact:
    return _pdf(workshop, Level.B_B)


def pades_b_t(workshop: Workshop) -> Artifact:
    return _pdf(workshop, Level.B_T)


def pades_b_lt(workshop: Workshop) -> Artifact:
    return _pdf(workshop, Level.B_LT)


def pades_b_lta(workshop: Workshop) -> Artifact:
    return _pdf(workshop, Level.B_LTA)


def registry(workshop: Workshop) -> Artifact:
    return _pdf(workshop, Level.B_B, SignatureFormat.REGISTRY)


def _pdf(workshop: Workshop, level: Level, profile: SignatureFormat = SignatureFormat.PADES) -> Artifact:
    signed = sign(unsigned_pdf(), request(profile), workshop.person, level, workshop.services).pdf
    return Artifact(workshop.write(signed, ".pdf"), "pdf", workshop.rehearsal_ca, signed=PAGE)


def request(profile: SignatureFormat = SignatureFormat.PADES) -> SignatureRequest:
    return SignatureRequest("seller", "番号　花子", utc_now(), profile=profile)


# --- keys that are elsewhere ---------------------------------------------------------------------------------


def key_at_openssl(workshop: Workshop) -> Artifact:
    """Prepared here, signed by ``openssl dgst``, completed here."""
    key_file = workshop.write(workshop.card.sign.private_key, ".der")

    def raw(to_sign: Path, signature: Path) -> None:
        witness.run(
            "openssl", "dgst", "-sha256", "-sign", key_file, "-keyform", "DER", "-out", signature, to_sign
        )  # fmt: skip

    return _deferred(workshop, raw)


def _deferred(workshop: Workshop, raw) -> Artifact:
    folder = workshop.new_folder()
    signed = tokens.signed_elsewhere(unsigned_pdf(), workshop.person, workshop.services, raw, folder)
    return Artifact(workshop.write(signed, ".pdf"), "pdf", workshop.rehearsal_ca, signed=PAGE)


def key_at_opensc_module(workshop: Workshop) -> Artifact:
    """The emulated card on a PC/SC reader, through OpenSC's PKCS#11 module."""
    return _token(workshop, "opensc-module")


def key_at_opensc_tool(workshop: Workshop) -> Artifact:
    """The emulated card on a PC/SC reader: ``pkcs11-tool --sign`` makes the raw signature, completed here."""
    return _token(workshop, "opensc-tool")


def key_at_softhsm(workshop: Workshop) -> Artifact:
    """SoftHSM2 through our PKCS#11 signer."""
    return _token(workshop, "softhsm")


def _token(workshop: Workshop, name: str) -> Artifact:
    """Another process does it: PC/SC and PKCS#11 modules are of one process, and tests have theirs."""
    folder = workshop.new_folder()
    done = subprocess.run(
        [sys.executable, "-m", "tests.interop.tokens", name, str(folder)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    require(done.returncode != tokens.LACKING, done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return Artifact(folder / "signed.pdf", "pdf", folder / "ca.pem", signed=PAGE)


def key_at_csc_dummy(workshop: Workshop) -> Artifact:
    """``certomancer-csc-dummy``, a stranger's server of the CSC API 1."""
    with (
        csc_dummy.running(workshop.new_folder(), "2") as address,
        open_csc_signer(f"{address}#testing/alice", _no_pin, Settings()) as key,
    ):
        signed = sign(unsigned_pdf(), request(), key, Level.B_B, Services()).pdf
        ca = workshop.write(b"".join(pem.armor("CERTIFICATE", der) for der in key.chain), ".pem")
    return Artifact(workshop.write(signed, ".pdf"), "pdf", ca, signed=PAGE)


def _no_pin(_: object) -> bytearray:
    raise AssertionError("the server wants no PIN")


# --- CMS and containers --------------------------------------------------------------------------------------


def cades_b_b(workshop: Workshop) -> Artifact:
    return _detached(workshop, Level.B_B)


def cades_b_t(workshop: Workshop) -> Artifact:
    return _detached(workshop, Level.B_T)


def cades_b_lt(workshop: Workshop) -> Artifact:
    return _detached(workshop, Level.B_LT)


def cades_b_lta(workshop: Workshop) -> Artifact:
    return _detached(workshop, Level.B_LTA)


def cms_attached(workshop: Workshop) -> Artifact:
    return _attached(workshop, is_pem=False)


def cms_pem(workshop: Workshop) -> Artifact:
    return _attached(workshop, is_pem=True)


def cms_pss(workshop: Workshop) -> Artifact:
    return _of_kind(workshop, "rsa-pss")


def cms_ecdsa(workshop: Workshop) -> Artifact:
    return _of_kind(workshop, "ecdsa")


def asic_e(workshop: Workshop) -> Artifact:
    attachments = [DataObject(name, Content(BytesPieces(CONTENT))) for name in ("契約書.txt", "b.txt")]
    manifest, now, made = make_manifest(attachments), utc_now(), BytesIO()
    said = Statement(now, "text/xml")
    signed = sign_content(Content(BytesPieces(manifest)), workshop.person, Level.B_LT, workshop.services, said).parts
    write_asic(made, attachments, manifest, signed, now)
    return Artifact(workshop.write(made.getvalue(), ".asice"), "asic", workshop.rehearsal_ca)


def _parts(workshop: Workshop, level: Level) -> Parts:
    content, said = Content(BytesPieces(CONTENT)), Statement(utc_now(), "text/plain")
    first = Level.B_B if level is Level.B_B else Level.B_T
    parts = sign_content(content, workshop.person, first, workshop.services, said).parts
    if level in (Level.B_LT, Level.B_LTA):
        parts = extend_content(parts, content, level, workshop.services).parts
    return parts


def _detached(workshop: Workshop, level: Level) -> Artifact:
    path = workshop.write(_parts(workshop, level).to_der(), ".p7s")
    return Artifact(path, "cms", workshop.rehearsal_ca, workshop.write(CONTENT, ".txt"))


def _attached(workshop: Workshop, *, is_pem: bool) -> Artifact:
    made = BytesIO()
    write_container(made, _parts(workshop, Level.B_B), Content(BytesPieces(CONTENT)), pem=is_pem)
    return Artifact(workshop.write(made.getvalue(), ".p7m"), "pem" if is_pem else "cms", workshop.rehearsal_ca)


def _of_kind(workshop: Workshop, kind: str) -> Artifact:
    path = workshop.write(workshop.openssl.made(kind).to_der(), ".p7s")
    return Artifact(path, "cms", workshop.openssl.folder / "ca.pem", workshop.write(CONTENT, ".txt"))
