"""CMS over a large file: peak memory and time of signing and of judging, beside openssl and the floor.

    python benchmarks/cms.py [--gigabytes N] [--folder DIR] [--smoke]

The file is sparse (it costs no disk by itself), its attached signature is not: DIR needs N gigabytes.  Each step is a
process of its own, since peak memory is a process's (Linux counts at least this script's own 40 MB).  The floor is one
reading of the file with SHA-256.  openssl takes part detached only: attached it would need the file in memory.
Target: peak memory does not grow with the file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_HASH = "import hashlib,sys; print(hashlib.file_digest(open(sys.argv[1], 'rb'), 'sha256').hexdigest())"


def measured(name: str, *command: str | Path, stdin: str = "") -> float:
    """Run one step, print its time and peak memory, and return its seconds."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(stdin.encode())
    process.stdin.close()
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    megabytes = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
    print(f"{name:34} {seconds:7.1f} s {megabytes:7.0f} MB  exit {process.returncode}", flush=True)
    if process.returncode:
        raise SystemExit(said)
    return seconds


def make_key(folder: Path) -> None:
    """Keep a PKCS#12 file for signkit, the same as PEM for openssl, and the CA."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

    from signkit.rehearsal.evidence_services import utc_now
    from signkit.rehearsal.pki import new_rehearsal

    pki = new_rehearsal()
    (folder / "ca.pem").write_bytes(pki.trust_pem())
    sealed = pki.key_file("Benchmark", "Benchmark", b"secret", utc_now())
    (folder / "key.p12").write_bytes(sealed)
    key, certificate, _ = pkcs12.load_key_and_certificates(sealed, b"secret")
    assert key is not None
    assert certificate is not None
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem + certificate.public_bytes(Encoding.PEM))


def run(folder: Path, gigabytes: float) -> None:
    """All steps in ``folder``."""
    make_key(folder)
    big = folder / "big.bin"
    with big.open("wb") as stream:
        stream.truncate(int(gigabytes * 1e9))
    signkit = (sys.executable, "-m", "signkit", "cms")
    key = ("--signer", f"p12:{folder / 'key.p12'}", "--pin-stdin")
    trust = ("--trust", folder / "ca.pem", "--policy", folder / "policy.toml", "--offline")
    (folder / "policy.toml").write_text('name = "benchmark"\nrevocation = "if-available"\n')
    print(f"{gigabytes:g} GB")
    floor = measured("floor: SHA-256 once", sys.executable, "-c", _HASH, big)
    small = folder / "small.bin"
    small.write_bytes(b"x")
    measured("signkit cms sign, 1 byte", *signkit, "sign", small, *key, stdin="secret\n")
    signing = measured("signkit cms sign, detached", *signkit, "sign", big, *key, stdin="secret\n")
    verifying = measured("signkit cms verify, detached", *signkit, "verify", f"{big}.p7s", *trust)
    print(f"ratio to one SHA-256 {signing / floor:.2f} (sign), {verifying / floor:.2f} (verify)")
    if openssl := shutil.which("openssl"):
        pem = folder / "key.pem"
        theirs = measured("openssl cms -sign, detached", openssl, "cms", "-sign", "-binary", "-in", big, "-signer", pem,
                 "-outform", "DER", "-out", folder / "theirs.p7s")  # fmt: skip
        measured("openssl cms -verify of ours", openssl, "cms", "-verify", "-binary", "-in", f"{big}.p7s",
                 "-inform", "DER", "-content", big, "-CAfile", folder / "ca.pem", "-purpose", "any",
                 "-out", os.devnull)  # fmt: skip
        print(f"ratio to openssl {signing / theirs:.2f} (sign)")
        measured("signkit cms verify of theirs", *signkit, "verify", folder / "theirs.p7s", "--content", big, *trust)
    measured("signkit cms sign, attached", *signkit, "sign", big, *key, "--attach", stdin="secret\n")
    measured("signkit cms verify, attached", *signkit, "verify", f"{big}.p7m", *trust)
    (folder / "big.bin.p7m").unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--folder", type=Path, default=None, help="where the files go; removed afterwards")
    parser.add_argument("--smoke", action="store_true", help="one small round, to see that it runs")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        run(Path(folder), 0.001 if chosen.smoke else chosen.gigabytes)


if __name__ == "__main__":
    main()
