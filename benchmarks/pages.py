"""Long documents: judging and comparing a contract of thousands of equal pages, and one of 50 MB, each signed once.

    python benchmarks/pages.py [--rounds N] [--smoke]

Seconds of processor of whole processes, the least of some rounds, the start of ours (``signkit validate`` of a file of
one page) taken off: others may be at work on the machine.  Baselines: pdfsig's whole process for judging (poppler,
without certificates), ``signkit validate`` for comparing (``signkit diff``), one SHA-256 for the large file.
Targets: 3, 3 and 4.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from asn1crypto import pem
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.rehearsal.authority import issue_organisation_certificate, new_rsa_key
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import RehearsalPki, new_rehearsal
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest

LARGE = 50_000_000


def page_objects(pages: int) -> Iterator[tuple[int, bytes]]:
    """Pages of thirty lines, each with its own content, and a signature field on the first."""
    numbers = range(5, 5 + 2 * pages, 2)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    yield 1, b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >> /XXData 3 0 R >>"
    yield 2, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids)
    yield 4, b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (seller) /Rect [72 40 200 70] /P 5 0 R /F 4 >>"
    font = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    for at, number in enumerate(numbers, 1):
        lines = b"".join(b"BT /F1 10 Tf 72 %d Td (Page %d, line %d) Tj ET\n" % (700 - 14 * n, at, n) for n in range(30))
        annotations = b"/Annots [4 0 R] " if at == 1 else b""
        head = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources %s /Contents %d 0 R %s>>"
        yield number, head % (font, number + 1, annotations)
        yield number + 1, stream(lines)


def stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def document(pages: int, data: bytes = b"") -> bytes:
    """A PDF of so many pages that carries ``data`` besides."""
    objects = {**dict(page_objects(pages)), 3: stream(data)}
    body, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, value in sorted(objects.items()):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, rows)
    return bytes(body) + b"trailer\n<< /Size %d /Root 1 0 R /ID [<00><00>] >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


def signed(pdf: bytes, pki: RehearsalPki, level: Level) -> bytes:
    key = new_rsa_key()
    certificate = issue_organisation_certificate(pki.service_ca, "Benchmark", "Benchmark", key, utc_now())
    signer = Pkcs12Signer(SoftwareKey.of(key, "benchmark"), certificate.public_bytes(Encoding.DER), ())
    issuers = [der for _, _, der in pem.unarmor(pki.trust_pem(), multiple=True)]
    services = Services([pki.timestamps()], [pki.revocation()], issuers)
    return sign(pdf, SignatureRequest("seller", "Benchmark", utc_now()), signer, level, services).pdf


class Commands:
    """Runs commands and tells what they cost."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self._rounds = rounds
        own = {"SIGNKIT_HOME": str(folder / "home"), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        self._environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._environment |= own | {"LC_ALL": "C.UTF-8"}
        self._trust = ["--trust", str(folder / "ca.pem")]

    def validate(self, path: Path) -> float:
        return self._seconds([sys.executable, "-m", "signkit", "validate", str(path), "--offline", *self._trust])

    def diff(self, path: Path) -> float:
        return self._seconds([sys.executable, "-m", "signkit", "diff", str(path)])

    def pdfsig(self, path: Path) -> float:
        return self._seconds(["pdfsig", "-nocert", str(path)])

    def _seconds(self, command: Sequence[str]) -> float:
        """The least seconds of processor of a command and all processes that it starts."""
        return min(self._once(command) for _ in range(self._rounds))

    def _once(self, command: Sequence[str]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run = subprocess.run(command, capture_output=True, check=False, env=self._environment)
        if run.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {run.returncode}:\n{run.stderr.decode()[-2000:]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def hash_seconds(data: bytes, rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        hashlib.sha256(data).digest()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--smoke", action="store_true", help="one small round, to see that it runs")
    chosen = parser.parse_args()
    rounds = 1 if chosen.smoke else chosen.rounds
    counts, large = ((20,), 1_000_000) if chosen.smoke else ((1000, 5000), LARGE)
    pki = new_rehearsal(utc_now())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ca.pem").write_bytes(pki.trust_pem())
        run = Commands(folder, rounds)
        path = folder / "one.pdf"
        path.write_bytes(signed(document(1), pki, Level.B_LTA))
        run.diff(path)  # the first run compiles modules
        start, start_of_diff = run.validate(path), run.diff(path)
        print(f"start: validate {start * 1000:.0f} ms, diff with its drawing process {start_of_diff * 1000:.0f} ms")
        for count in counts:
            path.write_bytes(signed(document(count), pki, Level.B_LTA))
            measure(count, path, run, start, start_of_diff)
        data = signed(document(1, b"x" * large), pki, Level.B_B)
        path.write_bytes(data)
        judged, hashed = run.validate(path) - start, hash_seconds(data, rounds)
        print(
            f"{len(data) / 1e6:.0f} MB, one signature: validate {judged * 1000:.0f} ms, SHA-256 {hashed * 1000:.0f} ms"
        )
        print(f"    ratio to SHA-256, once {judged / hashed:6.2f}   target 4")


def measure(count: int, path: Path, run: Commands, start: float, start_of_diff: float) -> None:
    judged, compared = run.validate(path) - start, run.diff(path) - start_of_diff
    print(f"{count} pages: validate {judged * 1000:.0f} ms, diff {compared * 1000:.0f} ms beyond the start")
    print(f"    ratio to validate, diff {compared / judged:6.2f}   target 3")
    if shutil.which("pdfsig"):
        theirs = run.pdfsig(path)
        print(f"    ratio to pdfsig, validate {judged / theirs:6.2f}   target 3 (pdfsig {theirs * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
