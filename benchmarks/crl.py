"""Very large revocation lists: what an import costs, and what one lookup costs afterwards, beside `cryptography`.

    python benchmarks/crl.py [ENTRIES…] [--smoke]          (default: 10000 100000 1000000)

Each figure of memory is the growth of a fresh process's resident set (Linux: VmHWM, the highest it was; the modules
are imported before).  The lookup goes the whole way of `IndexedRevocation`: find the file, map it, check header and
pages, answer; before it the certificate's chain is built, as every caller does.  `cryptography` loads the same list,
checks its signature and finds one serial in the middle.  SQLite holds the same records in a table without row numbers,
opened read-only for each lookup; beside it our own file alone, opened for each lookup, checked by its digests as ever.
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
#: Of a million entries; seconds of processor, since others may be at work on the machine.
IMPORT_TARGET_S, IMPORT_TARGET_MB = 5.0, 100.0
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
reset(); before = memory(); start, used = time.perf_counter(), time.process_time()
import_crl(Path(sys.argv[1]), Path(sys.argv[3]), [issuer], datetime.now(UTC))
print(json.dumps([time.perf_counter() - start, time.process_time() - used, memory() - before]))
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
_SQLITE_IMPORT = (
    _MEMORY
    + """
import sys, time, json, sqlite3
from pathlib import Path
from signkit.pki.revocation.crl_index import SERIAL_BYTES, CrlIndex
rows = [
    (record[:SERIAL_BYTES], int.from_bytes(record[SERIAL_BYTES:-1], "big"), record[-1])
    for record in CrlIndex.open(next(Path(sys.argv[1]).glob("*.crlindex"))).records()
]
start = time.process_time()
connection = sqlite3.connect(sys.argv[2])
connection.execute("CREATE TABLE revoked (serial BLOB PRIMARY KEY, date INTEGER, reason INTEGER) WITHOUT ROWID")
connection.executemany("INSERT INTO revoked VALUES (?, ?, ?)", rows)
connection.commit(); connection.close()
print(json.dumps([time.process_time() - start, Path(sys.argv[2]).stat().st_size / 1e6]))
"""
)
_SQLITE_LOOKUP = (
    _MEMORY
    + """
import sys, time, json, statistics, sqlite3
from pathlib import Path
from asn1crypto import x509
from signkit.pki.revocation.crl_index import serial_key
certificates = [x509.Certificate.load(Path(name).read_bytes()) for name in sys.argv[2:]]
reset(); before = memory(); times = []; answers = []
for certificate in certificates:
    start = time.perf_counter()
    connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro&immutable=1", uri=True)
    key = serial_key(certificate.serial_number)
    found = connection.execute("SELECT date, reason FROM revoked WHERE serial = ?", (key,)).fetchone()
    connection.close()
    times.append((time.perf_counter() - start) * 1e6); answers.append(found is not None)
    if len(times) == 1:
        grown = memory() - before
assert answers == [True, False] * (len(answers) // 2), answers
print(json.dumps([times[0], statistics.median(times[1:]), grown]))
"""
)
_OWN_FILE = (
    _MEMORY
    + """
import sys, time, json, statistics
from pathlib import Path
from asn1crypto import x509
from signkit.pki.revocation.crl_index import CrlIndex, Revoked
file = next(Path(sys.argv[1]).glob("*.crlindex"))
certificates = [x509.Certificate.load(Path(name).read_bytes()) for name in sys.argv[2:]]
times = []; answers = []
for certificate in certificates:
    start = time.perf_counter()
    with CrlIndex.open(file) as index:
        status = index.status(certificate.serial_number)
    times.append((time.perf_counter() - start) * 1e6); answers.append(isinstance(status, Revoked))
assert answers == [True, False] * (len(answers) // 2), answers
print(json.dumps([times[0], statistics.median(times[1:])]))
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
used = time.process_time()
crl = x509.load_der_x509_crl(Path(sys.argv[1]).read_bytes()); loaded = time.perf_counter()
assert crl.is_signature_valid(issuer.public_key()); verified = time.perf_counter()
assert crl.get_revoked_certificate_by_serial_number(serial) is not None; found = time.perf_counter()
print(json.dumps([(loaded - start) * 1e3, (verified - loaded) * 1e3, (found - verified) * 1e3, memory() - before,
    time.process_time() - used]))
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
    imported, used, import_memory = run(_IMPORT, crl, issuer, home)
    processes = zip(*(run(_LOOKUP, crl, issuer, home, *files) for _ in range(PROCESSES)), strict=True)
    first, median, lookup_memory = map(statistics.median, processes)
    load, verify, find, their_memory, theirs_used = run(_THEIRS, crl, issuer, files[10])
    sqlite_import, sqlite_size = run(_SQLITE_IMPORT, home, folder / "sqlite")
    processes = zip(*(run(_SQLITE_LOOKUP, folder / "sqlite", *files) for _ in range(PROCESSES)), strict=True)
    sqlite_first, sqlite_median, sqlite_memory = map(statistics.median, processes)
    own = zip(*(run(_OWN_FILE, home, *files) for _ in range(PROCESSES)), strict=True)
    own_first, own_median = map(statistics.median, own)
    index = next(home.glob("*.crlindex"))
    print(f"{entries} entries: list {crl.stat().st_size / 1e6:.1f} MB, index {index.stat().st_size / 1e6:.1f} MB")
    print(f"    {imported:9.1f} s, {import_memory:6.1f} MB   import, once ({used:.1f} s of processor)")
    print(f"    {first:9.0f} µs, {lookup_memory:6.1f} MB  first lookup of a process (median of {PROCESSES})")
    print(f"    {median:9.0f} µs             further lookups (median of {len(files) - 1})")
    theirs = f"load {load:.0f}, signature {verify:.0f}, find {find:.0f}"
    print(f"    {(load + verify + find) * 1e3:9.0f} µs, {their_memory:6.1f} MB  cryptography ({theirs} ms)")
    print(f"    {own_first:9.0f} µs             the index file alone, first lookup; {own_median:.0f} µs further ones")
    sqlite = f"SQLite, first lookup; {sqlite_median:.0f} µs further ones"
    print(f"    {sqlite_first:9.0f} µs, {sqlite_memory:6.1f} MB  {sqlite}")
    print(f"    {sqlite_import:9.1f} s of processor    SQLite, filling in what is sorted; {sqlite_size:.1f} MB")
    print(f"    ratio to SQLite, further lookups of the file alone {own_median / sqlite_median:9.2f}")
    print(f"    ratio to cryptography {used / theirs_used:9.2f}  (import, processor time)")
    print(f"    ratio to cryptography {first / (load + verify + find) / 1e3:9.4f}  (first lookup of a process)")
    lookup = first <= LOOKUP_TARGET_US and lookup_memory <= LOOKUP_TARGET_MB
    return lookup and used <= IMPORT_TARGET_S and import_memory <= IMPORT_TARGET_MB


def main(arguments: list[str]) -> int:
    met, smoke = True, "--smoke" in arguments
    for entries in (200,) if smoke else map(int, arguments or ["10000", "100000", "1000000"]):
        with tempfile.TemporaryDirectory() as folder:
            met &= measure(entries, Path(folder))
    lookup = f"of a lookup {LOOKUP_TARGET_US:g} µs and {LOOKUP_TARGET_MB:g} MB"
    taken = f"of an import {IMPORT_TARGET_S:g} s and {IMPORT_TARGET_MB:g} MB"
    print(f"targets {lookup}, {taken}: {'met' if met else 'MISSED'}")
    return 0 if met or smoke else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
