"""Very large revocation lists: what an import costs, and what one lookup costs afterwards, beside `cryptography`.

    python benchmarks/crl.py [ENTRIES…] [--smoke]          (default: 10000 100000 1000000)

Each figure of memory is the growth of a fresh process's resident set (Linux: VmHWM, the highest it was; the modules
are imported before).  The lookup goes the whole way of `IndexedRevocation`: find the file, map it, check header and
pages, answer; before it the certificate's chain is built, as every caller does.  `cryptography` loads the same list,
checks its signature and finds one serial in the middle.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

PROCESSES = 5
LOOKUP_TARGET_US, LOOKUP_TARGET_MB = 1000.0, 5.0
SHA256_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
KEY_COMPROMISE = bytes.fromhex("300c300a0603551d1504030a0101")

_MEMORY = """
def memory():
    # The high-water mark is set back first, so that a peak before does not hide one now.
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
def reset():
    open("/proc/self/clear_refs", "w").write("5")
"""
_IMPORT = (
    _MEMORY
    + """
import sys, time, json
from datetime import UTC, datetime
from pathlib import Path
from asn1crypto import x509
from signkit.pki.revocation.crl_import import import_crl
issuer = x509.Certificate.load(Path(sys.argv[2]).read_bytes())
issuer.subject.hashable
reset(); before = memory(); start = time.perf_counter()
import_crl(Path(sys.argv[1]), Path(sys.argv[3]), [issuer], datetime.now(UTC))
print(json.dumps([(time.perf_counter() - start) * 1e3, memory() - before]))
"""
)
_LOOKUP = (
    _MEMORY
    + """
import sys, time, json, statistics
from pathlib import Path
from asn1crypto import x509
from signkit.pki.chains import build_chain
from signkit.pki.revocation.indexed import IndexedRevocation
issuer = x509.Certificate.load(Path(sys.argv[2]).read_bytes())
certificates = [x509.Certificate.load(Path(name).read_bytes()) for name in sys.argv[4:]]
for certificate in certificates:
    assert len(build_chain(certificate, [issuer])) == 2
reset(); before = memory(); times = []; answers = []
for certificate in certificates:
    start = time.perf_counter()
    [answer] = IndexedRevocation(Path(sys.argv[3])).look_up(certificate, issuer)
    answers.append(answer)
    times.append((time.perf_counter() - start) * 1e6)
    if len(times) == 1:
        grown = memory() - before
words = [type(answer.status).__name__ for answer in answers]
assert words == ["Revoked", "Good"] * (len(words) // 2), words
print(json.dumps([times[0], statistics.median(times[1:]), grown]))
"""
)
_THEIRS = (
    _MEMORY
    + """
import sys, time, json
from pathlib import Path
from cryptography import x509
issuer = x509.load_der_x509_certificate(Path(sys.argv[2]).read_bytes())
serial = x509.load_der_x509_certificate(Path(sys.argv[3]).read_bytes()).serial_number
reset(); before = memory(); start = time.perf_counter()
crl = x509.load_der_x509_crl(Path(sys.argv[1]).read_bytes()); loaded = time.perf_counter()
assert crl.is_signature_valid(issuer.public_key()); verified = time.perf_counter()
assert crl.get_revoked_certificate_by_serial_number(serial) is not None; found = time.perf_counter()
print(json.dumps([(loaded - start) * 1e3, (verified - loaded) * 1e3, (found - verified) * 1e3, memory() - before]))
"""
)


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def utc_time(moment: datetime) -> bytes:
    return tlv(0x17, f"{moment:%y%m%d%H%M%SZ}".encode())


def write_list(
    path: Path, key: rsa.RSAPrivateKey, authority: x509.Certificate, serials: list[int], now: datetime
) -> None:
    """Write a signed CertificateList; every third entry has a reason."""
    entries = []
    for number, serial in enumerate(serials):
        content = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
        moment = utc_time(now - timedelta(seconds=number % 30_000_000))
        entries.append(tlv(0x30, tlv(0x02, content), moment, KEY_COMPROMISE if number % 3 == 0 else b""))
    number_extension = tlv(0x30, bytes.fromhex("0603551d14"), tlv(0x04, tlv(0x02, b"\x01")))
    signed = tlv(
        0x30, b"\x02\x01\x01", SHA256_RSA, authority.subject.public_bytes(), utc_time(now),
        utc_time(now + timedelta(days=1)), tlv(0x30, *entries), tlv(0xA0, tlv(0x30, number_extension)),
    )  # fmt: skip
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    path.write_bytes(tlv(0x30, signed, SHA256_RSA, tlv(0x03, b"\0", signature)))


def certificate(key: rsa.RSAPrivateKey, common_name: str, serial: int, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Benchmark CA")])
    builder = x509.CertificateBuilder(issuer, name, key.public_key(), serial)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=99))
    return builder.sign(key, hashes.SHA256())


def run(code: str, *arguments: object) -> list[float]:
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", code, *map(str, arguments)]
    result: list[float] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=root).stdout)
    return result


def measure(entries: int, folder: Path) -> bool:
    """Print the figures for one size; return whether the targets are met."""
    now = datetime.now(UTC).replace(microsecond=0)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    random.seed(entries)
    serials = random.sample(range(1 << 24, 1 << 62), entries)
    files = []
    authority = certificate(key, "Benchmark CA", 1, now)
    for number in range(20):  # in turns revoked and good
        serial = serials[number * entries // 20] if number % 2 == 0 else (1 << 62) + number
        files.append(folder / f"{number}.der")
        leaf = certificate(key, "leaf", serial, now)
        files[-1].write_bytes(leaf.public_bytes(serialization.Encoding.DER))
    issuer, crl, home = folder / "issuer.der", folder / "list.crl", folder / "home"
    issuer.write_bytes(authority.public_bytes(serialization.Encoding.DER))
    write_list(crl, key, authority, serials, now)
    imported, import_memory = run(_IMPORT, crl, issuer, home)
    processes = zip(*(run(_LOOKUP, crl, issuer, home, *files) for _ in range(PROCESSES)), strict=True)
    first, median, lookup_memory = map(statistics.median, processes)
    load, verify, find, their_memory = run(_THEIRS, crl, issuer, files[10])
    index = next(home.glob("*.crlindex"))
    print(f"{entries} entries: list {crl.stat().st_size / 1e6:.1f} MB, index {index.stat().st_size / 1e6:.1f} MB")
    print(f"    {imported:9.0f} ms, {import_memory:6.1f} MB  import, once")
    print(f"    {first:9.0f} µs, {lookup_memory:6.1f} MB  first lookup of a process (median of {PROCESSES})")
    print(f"    {median:9.0f} µs             further lookups (median of {len(files) - 1})")
    theirs = f"load {load:.0f}, signature {verify:.0f}, find {find:.0f}"
    print(f"    {(load + verify + find) * 1e3:9.0f} µs, {their_memory:6.1f} MB  cryptography ({theirs} ms)")
    print(f"    ratio to cryptography {first / (load + verify + find) / 1e3:9.4f}  (first lookup of a process)")
    return first <= LOOKUP_TARGET_US and lookup_memory <= LOOKUP_TARGET_MB


def main(arguments: list[str]) -> int:
    met, smoke = True, "--smoke" in arguments
    for entries in (200,) if smoke else map(int, arguments or ["10000", "100000", "1000000"]):
        with tempfile.TemporaryDirectory() as folder:
            met &= measure(entries, Path(folder))
    print(f"target of a lookup: {LOOKUP_TARGET_US:g} µs and {LOOKUP_TARGET_MB:g} MB: {'met' if met else 'MISSED'}")
    return 0 if met or smoke else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
