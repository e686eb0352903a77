"""Signing: milliseconds for B-B with a software key, against pyHanko's own ``sign_pdf``, same file and key.

    python benchmarks/sign.py [--rounds N] [--smoke]

Prints medians and the ratio of pairs (ours / pyHanko's, measured in turn so that a drifting machine treats both
alike).  Target: at most 0.35.  Both sign the rendered sales contract invisibly with RSA-2048 and SHA-256; ours
includes checking the signature and reading the result back.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.rehearsal.authority import issue_organisation_certificate, new_authority, new_rsa_key
from signkit.rehearsal.evidence_services import utc_now
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest


def milliseconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--smoke", action="store_true", help="one small round, to see that it runs")
    chosen = parser.parse_args()
    rounds = 1 if chosen.smoke else chosen.rounds

    template = find_template("real-estate-sale")
    pdf = render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf
    key = new_rsa_key()
    authority = new_authority("Benchmark", utc_now())
    certificate = issue_organisation_certificate(authority, "Benchmark", "Benchmark", key, utc_now())
    der = certificate.public_bytes(Encoding.DER)
    ours = Pkcs12Signer(SoftwareKey.of(key, "benchmark"), der, ())
    theirs = SimpleSigner(
        signing_cert=x509.Certificate.load(der),
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        ),
        cert_registry=SimpleCertificateStore(),
    )
    metadata = PdfSignatureMetadata(field_name="seller", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")

    def sign_with_signkit() -> bytes:
        request = SignatureRequest("seller", "Benchmark", datetime.now(UTC))
        return sign(pdf, request, ours, Level.B_B, Services()).pdf

    def sign_with_pyhanko() -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
        return PdfSigner(metadata, theirs).sign_pdf(writer, existing_fields_only=True).getvalue()

    jobs = (sign_with_signkit, sign_with_pyhanko)
    for job in jobs:
        job()
    pairs = [tuple(milliseconds(job) for job in jobs) for _ in range(rounds)]
    print(f"file: {len(pdf)} bytes, {rounds} rounds")
    print(f"signkit        {statistics.median(pair[0] for pair in pairs):8.2f} ms")
    print(f"pyHanko        {statistics.median(pair[1] for pair in pairs):8.2f} ms")
    print(f"ratio to pyHanko {statistics.median(a / b for a, b in pairs):6.3f}   target 0.35")


if __name__ == "__main__":
    main()
