"""Validation: milliseconds a document, against pyHanko's own AdES-LTA validation, pdfsig and the floor.

    python benchmarks/validate.py [--rounds N] [--smoke]

Two files: a sales contract with three signatures at B-LTA, and one with one signature at B-LT.  All of it in one
process, in turn, same file, same anchors, offline; pdfsig as a whole process.  The floor is reading, hashing each byte
range once and one RSA verification a signature and certificate.  Targets: at most 0.15 and 0.20 of pyHanko's time.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.pki.anchors import default_trust_store
from signkit.rehearsal.authority import issue_organisation_certificate, new_rsa_key
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import RehearsalPki, new_rehearsal
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.levels import Level, Services, extend, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf


def milliseconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return (time.perf_counter() - start) * 1000


def make_files(pki: RehearsalPki) -> dict[str, bytes]:
    """The two files, by name; every call signs with new keys and certificates."""
    template = find_template("real-estate-sale")
    blank = render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf
    issuers = [der for _, _, der in pem.unarmor(pki.trust_pem(), multiple=True)]
    services = Services([pki.timestamps()], [pki.revocation()], issuers)
    three = blank
    for role in ("seller", "buyer", "broker"):
        three = sign(three, SignatureRequest(role, "Benchmark", utc_now()), make_signer(pki), Level.B_T, services).pdf
    one = sign(blank, SignatureRequest("seller", "Benchmark", utc_now()), make_signer(pki), Level.B_LT, services).pdf
    return {"three signatures, B-LTA": extend(three, Level.B_LTA, services).pdf, "one signature, B-LT": one}


def make_signer(pki: RehearsalPki) -> Pkcs12Signer:
    """A key and certificate of its own."""
    key = new_rsa_key()
    certificate = issue_organisation_certificate(pki.service_ca, "Benchmark", "Benchmark", key, utc_now())
    return Pkcs12Signer(SoftwareKey.of(key, "benchmark"), certificate.public_bytes(Encoding.DER), ())


def pyhanko_specification(roots: list[x509.Certificate]) -> PdfSignatureValidationSpec:
    # The benchmark's certificates name no revocation service, so evidence is asked for in any case.
    rule = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([CertTrustAnchor(root) for root in roots]),
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(rule, rule), freshness=timedelta(days=1), retroactive_revinfo=True
        ),
    )
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        )
    )


def validate_with_pyhanko(pdf: bytes, specification: PdfSignatureValidationSpec) -> list[str]:
    async def judge() -> list[str]:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        results = [
            await ades.ades_lta_validation(signature, specification) for signature in reader.embedded_regular_signatures
        ]
        return [str(result.ades_subindic) for result in results]

    return asyncio.run(judge())


def floor(pdf: bytes, signatures: int) -> None:
    key, data = _FLOOR_KEY, b"x" * 200
    for _ in range(signatures):
        hashlib.sha256(pdf).digest()
    for _ in range(4 * signatures):
        key.public_key().verify(_FLOOR_SIGNATURE, data, padding.PKCS1v15(), hashes.SHA256())


_FLOOR_KEY = new_rsa_key()
_FLOOR_SIGNATURE = _FLOOR_KEY.sign(b"x" * 200, padding.PKCS1v15(), hashes.SHA256())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--smoke", action="store_true", help="one small round, to see that it runs")
    chosen = parser.parse_args()
    rounds = 1 if chosen.smoke else chosen.rounds
    pki = new_rehearsal(utc_now())
    files = make_files(pki)
    roots = [x509.Certificate.load(der) for _, _, der in pem.unarmor(pki.trust_pem(), multiple=True)]
    with tempfile.TemporaryDirectory() as folder:
        trust = Path(folder) / "ca.pem"
        trust.write_bytes(pki.trust_pem())
        options = ValidationOptions(trust=default_trust_store([trust]), offline=True, at=datetime.now(UTC))
        specification = pyhanko_specification(roots)
        for name, pdf in files.items():
            path = Path(folder) / "file.pdf"
            path.write_bytes(pdf)
            measure(name, pdf, path, options, specification, rounds)


def measure(
    name: str,
    pdf: bytes,
    path: Path,
    options: ValidationOptions,
    specification: PdfSignatureValidationSpec,
    rounds: int,
) -> None:
    count = 3 if "three" in name else 1
    jobs: dict[str, Callable[[], object]] = {
        "signkit": lambda: validate_pdf(pdf, name="x", options=options),
        "pyHanko AdES-LTA": lambda: validate_with_pyhanko(pdf, specification),
        "floor": lambda: floor(pdf, count),
    }
    if shutil.which("pdfsig"):
        jobs["pdfsig -nocert (process)"] = lambda: subprocess.run(
            ["pdfsig", "-nocert", str(path)], check=False, capture_output=True
        )
    print(f"{name}: {len(pdf)} bytes, {rounds} rounds")
    print(f"  verdicts: signkit {validate_pdf(pdf, name='x', options=options).verdict}, "
          f"pyHanko {validate_with_pyhanko(pdf, specification)}")  # fmt: skip
    times: dict[str, list[float]] = {job: [] for job in jobs}
    for _ in range(rounds):
        for job, run in jobs.items():
            times[job].append(milliseconds(run))
    for job, measured in times.items():
        print(f"  {job:26} {statistics.median(measured):8.2f} ms")
    ratio = statistics.median(a / b for a, b in zip(times["signkit"], times["pyHanko AdES-LTA"], strict=True))
    print(f"  ratio to pyHanko AdES-LTA  {ratio:8.3f}   target {0.15 if count == 3 else 0.2}")


if __name__ == "__main__":
    main()
