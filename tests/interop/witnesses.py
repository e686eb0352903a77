"""Who looks at a file, one function a program: whether it accepts what it was shown."""

from __future__ import annotations

import subprocess
from pathlib import Path

from signkit.validation.report import Verdict
from tests import witness
from tests.interop.workshop import CONTENT, Artifact, Workshop
from tests.witnesses import dss as dss_process

_DSS = Path(__file__).parent.parent / "witnesses" / "cades"


def signkit(workshop: Workshop, artifact: Artifact) -> bool:
    """TOTAL-PASSED, or refused for certain: a verdict that leaves it open is neither."""
    verdict = workshop.report(artifact).verdict
    assert verdict is not Verdict.INDETERMINATE
    return verdict is Verdict.PASSED


def pdfsig(workshop: Workshop, artifact: Artifact) -> bool:
    """Poppler: the mathematics only, for no trust is set up; of a document timestamp it says nothing."""
    answer = witness.run("pdfsig", "-nocert", artifact.path).stdout
    known = [part for part in answer.split("Signature #")[1:] if "Signature Type: unknown" not in part]
    return bool(known) and all("Signature Validation: Signature is Valid." in part for part in known)


def qpdf(workshop: Workshop, artifact: Artifact) -> bool:
    """The structure of the PDF only."""
    answer = witness.run("qpdf", "--check", artifact.path)
    return answer.returncode == 0 and "No syntax or stream encoding errors found" in answer.stdout


def openssl(workshop: Workshop, artifact: Artifact) -> bool:
    """``openssl cms -verify``, up to the CA; of a PDF its first signature over the bytes that it says are signed."""
    folder = workshop.new_folder()
    if artifact.kind == "pdf":
        return witness.openssl_cms_verifies(artifact.path.read_bytes(), 0, artifact.ca, folder)
    form = {"cms": "DER", "pem": "PEM", "smime": "SMIME"}[artifact.kind]
    content = ("-content", artifact.content) if artifact.content is not None else ()
    answer = witness.run(
        "openssl", "cms", "-verify", "-binary", "-inform", form, "-in", artifact.path, *content,
        "-CAfile", artifact.ca, "-purpose", "any", "-out", folder / "seen",
    )  # fmt: skip
    return answer.returncode == 0 and (folder / "seen").read_bytes() == CONTENT


def pyhanko(workshop: Workshop, artifact: Artifact) -> bool:
    """pyHanko's own validation, up to the CA."""
    import asyncio

    from asn1crypto import cms
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_detached_cms, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    roots = _roots(artifact.ca)
    if artifact.kind == "cms":
        signed_data = cms.ContentInfo.load(artifact.path.read_bytes())["content"]
        seen = artifact.content.read_bytes() if artifact.content else b""
        status = asyncio.run(async_validate_detached_cms(seen, signed_data, ValidationContext(trust_roots=roots)))
        return bool(status.intact and status.valid and status.trusted)
    with artifact.path.open("rb") as stream:
        signatures = PdfFileReader(stream).embedded_regular_signatures
        found = [validate_pdf_signature(item, ValidationContext(trust_roots=roots)) for item in signatures]
    return bool(found) and all(item.intact and item.valid and item.trusted for item in found)


def dss(workshop: Workshop, artifact: Artifact) -> bool:
    """The European Commission's DSS: signature, timestamps and evidence are what they were; no trust is set up."""
    process = workshop.running("dss", _start_dss)
    found = dss_process.ask(process, *(path for path in (artifact.path, artifact.content) if path))
    return bool(found) and all(line.endswith(" intact") for line in found)


def dss_pdf(workshop: Workshop, artifact: Artifact) -> bool:
    """DSS on a PDF: every signature is what it was, and nothing came after it that DSS warns of; whoever signed."""
    found = workshop.pades_dss.signatures(artifact.path.read_bytes())
    return bool(found) and all(signature.permits_changes for signature in found)


def _start_dss(workshop: Workshop) -> subprocess.Popen[str]:
    sources = [_DSS / "CadesWitness.java", Path(__file__).with_name("CadesWitnesses.java")]
    return dss_process.start(_DSS / "pom.xml", sources)


def _roots(ca: Path) -> list:
    from asn1crypto import pem, x509

    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(ca.read_bytes(), multiple=True)]
