"""Validation: milliseconds a document, against pyHanko's own AdES-LTA validation, pdfsig and the floor.

    python benchmarks/validate.py [--rounds N] [--smoke]

Two files: a sales contract with three signatures at B-LTA, and one with one signature at B-LT.  All of it in one
process, in turn, same file, same anchors, offline; pdfsig as a whole process.  The floor is reading, hashing each byte
range once and one RSA verification a signature and certificate.  Of each the least of the rounds, for others may be at
work on the machine: processor time of this process, that of the workers beside it, and the clock.  The ratio is the
median of each round's own: a machine that is shared has more than one speed, and the least of two may be of two speeds.

Locks 1 and 2 (one reading; a reason for every object) are what reads the bytes.  Beside them another process reads the
names on the pages (whom the contract names must stand beside his field), and lock 3 draws: by itself only where more
than evidence came, here for all pages as of each signature (``--pictures always``).  Target: locks 1 and 2 take at most
0.06 of pyHanko's time for three signatures.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

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
from signkit.validation import page_text, parties, viewing
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Report


def milliseconds(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return (time.perf_counter() - start) * 1000


class Cost(NamedTuple):
    """Milliseconds: the processor's for this process, and for its workers, and the clock's."""

    here: float
    workers: float
    clock: float


def cost_of(job: Callable[[], object]) -> Cost:
    beside, here, clock = workers_seconds(), time.process_time(), time.perf_counter()
    job()
    clock, here = time.perf_counter() - clock, time.process_time() - here
    return Cost(here * 1000, (workers_seconds() - beside) * 1000, clock * 1000)


def workers_seconds() -> float:
    """What the processes that read pages and draw them have used so far; asked of themselves."""
    pools = (page_text._pool(), viewing._pool())
    return sum(pool.submit(time.process_time).result() for pool in pools)


@contextmanager
def unread_pages() -> Iterator[None]:
    """Nobody reads the names on the pages: what locks 1 and 2 cost alone."""
    with patch.object(parties, "ask_beside", lambda _data, questions, _password: lambda: [None] * len(questions)):
        yield


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

    def validate(pictures: viewing.Pictures) -> Report:
        return validate_pdf(pdf, name="x", options=replace(options, pictures=pictures))

    def read_bytes_alone() -> None:
        with unread_pages():
            validate("never")

    jobs: dict[str, Callable[[], object]] = {
        _BYTES_ALONE: read_bytes_alone,
        "and names on the pages": lambda: validate("auto"),
        "and lock 3 on all pages": lambda: validate("always"),
        _PYHANKO: lambda: validate_with_pyhanko(pdf, specification),
        "floor": lambda: floor(pdf, count),
    }
    if shutil.which("pdfsig"):
        jobs["pdfsig -nocert (process)"] = lambda: subprocess.run(
            ["pdfsig", "-nocert", str(path)], check=False, capture_output=True
        )
    print(f"{name}: {len(pdf)} bytes, {rounds} rounds")
    print(f"  verdicts: signkit {validate('always').verdict}, pyHanko {validate_with_pyhanko(pdf, specification)}")
    costs: dict[str, list[Cost]] = {job: [] for job in jobs}
    for _ in range(rounds):
        for job, run in jobs.items():
            costs[job].append(cost_of(run))
    report({job: Cost(*map(min, zip(*each, strict=True))) for job, each in costs.items()})
    ratio = statistics.median(
        ours.here / theirs.here for ours, theirs in zip(costs[_BYTES_ALONE], costs[_PYHANKO], strict=True)
    )
    print(f"  ratio to {_PYHANKO}, {_BYTES_ALONE}, processor {ratio:8.3f}   target 0.06")


_PYHANKO, _BYTES_ALONE = "pyHanko AdES-LTA", "locks 1 and 2"


def report(least: dict[str, Cost]) -> None:
    print(f"  {'milliseconds':26} {'processor':>10} {'workers':>9} {'clock':>9}   to pyHanko: processor, clock")
    theirs = least[_PYHANKO]
    for job, cost in least.items():
        ratios = f"{cost.here / theirs.here:9.3f} {cost.clock / theirs.clock:9.3f}"
        print(f"  {job:26} {cost.here:10.2f} {cost.workers:9.2f} {cost.clock:9.2f} {ratios}")


if __name__ == "__main__":
    main()
