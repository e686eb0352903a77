"""Many signatures in one file: what a further one, an extension and a judgement cost, beside pyHanko's own signing.

    python benchmarks/many_signatures.py [--most N] [--rounds N] [--smoke]

A contract is signed B-T in one field after the other.  At 3 and at N signatures (default 32) it is judged, signed once
more (B-B) and extended (B-LTA): SignKit judges every earlier signature before and after, pyHanko's ``sign_pdf`` none.
All figures are seconds of processor, the least of some rounds, for others may be at work on the machine.  The growth
is how much more a step costs at N signatures than at 3, by how many more signatures there are: 1 and less is linear.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from asn1crypto import keys, pem, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko_certvalidator.registry import SimpleCertificateStore

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

FEW = 3


@dataclass(frozen=True)
class Keys:
    """One key for both programs."""

    ours: Pkcs12Signer
    theirs: SimpleSigner


def make_keys(pki: RehearsalPki) -> Keys:
    key = new_rsa_key()
    certificate = issue_organisation_certificate(pki.service_ca, "Benchmark", "Benchmark", key, utc_now())
    der = certificate.public_bytes(Encoding.DER)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    theirs = SimpleSigner(
        signing_cert=x509.Certificate.load(der),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )
    return Keys(Pkcs12Signer(SoftwareKey.of(key, "benchmark"), der, ()), theirs)


def with_fields(count: int) -> bytes:
    """A contract with so many empty signature fields besides its own."""
    template = find_template("real-estate-sale")
    pdf = render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    for number in range(count):
        place = (10, 10 + 20 * number, 50, 28 + 20 * number)
        append_signature_field(writer, SigFieldSpec(field(number), on_page=0, box=place))
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def field(number: int) -> str:
    return f"S{number:02}"


def processor_seconds(job: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        job()
        best = min(best, time.process_time() - start)
    return best


def sign_with_pyhanko(pdf: bytes, signer: SimpleSigner, name: str) -> bytes:
    metadata = PdfSignatureMetadata(field_name=name, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    return PdfSigner(metadata, signer).sign_pdf(writer, existing_fields_only=True).getvalue()


def measure(pdf: bytes, signed: int, services: Services, own: Keys, rounds: int) -> dict[str, float]:
    request = SignatureRequest(field(signed), "Benchmark", utc_now())
    jobs: dict[str, Callable[[], object]] = {
        "judge": lambda: validate_pdf(pdf, name="", options=services.judgement),
        "sign once more, B-B": lambda: sign(pdf, request, own.ours, Level.B_B, services),
        "extend, B-LTA": lambda: extend(pdf, Level.B_LTA, services),
        "pyHanko, sign once more": lambda: sign_with_pyhanko(pdf, own.theirs, field(signed)),
    }
    return {name: processor_seconds(job, rounds) for name, job in jobs.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="one small round, to see that it runs")
    chosen = parser.parse_args()
    most, rounds = (FEW + 1, 1) if chosen.smoke else (chosen.most, chosen.rounds)
    pki = new_rehearsal(utc_now())
    issuers = [der for _, _, der in pem.unarmor(pki.trust_pem(), multiple=True)]
    with tempfile.TemporaryDirectory() as folder:
        trust = Path(folder) / "ca.pem"
        trust.write_bytes(pki.trust_pem())
        judgement = ValidationOptions(trust=default_trust_store([trust]))
        services = Services([pki.timestamps()], [pki.revocation()], issuers, judgement)
        pdf, found = with_fields(most + 1), {}
        for number in range(most + 1):
            if number in (FEW, most):
                found[number] = measure(pdf, number, services, make_keys(pki), rounds)
            request = SignatureRequest(field(number), "Benchmark", utc_now())
            pdf = sign(pdf, request, make_keys(pki).ours, Level.B_T, services).pdf
    report(found, most)


def report(found: dict[int, dict[str, float]], most: int) -> None:
    few, many = found[FEW], found[most]
    print(f"milliseconds of processor{'':6} {FEW:4} signatures {most:4} signatures   growth")
    for name in few:
        growth = many[name] / few[name] * FEW / most
        print(f"  {name:28} {few[name] * 1000:12.0f}    {many[name] * 1000:12.0f}    {growth:6.2f}")
    ratio = many["sign once more, B-B"] / many["pyHanko, sign once more"]
    print(f"ratio to pyHanko, sign once more at {most} signatures {ratio:6.2f}")


if __name__ == "__main__":
    main()
