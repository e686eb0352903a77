"""A revocation list of a million entries against a hundred thousand signers of running contracts.

    python benchmarks/monitor.py [ENTRIES [SIGNERS]] [--smoke]          (default: 1000000 100000)

The ledger knows signers by keyed hashes alone, so every number on the list is hashed and looked for.  Beside it stands
what the same costs with the numbers in clear, which the ledger may not hold: one look-up a signer in the index.
"""

from __future__ import annotations

import hashlib
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from signkit.archive.monitoring import numbers_of, revoked_by_lists
from signkit.archive.store import Archive, create_archive, open_archive
from signkit.pki.revocation.crl_index import EPOCH, SERIAL_BYTES, CrlIndex, IndexHeader, Revoked, write_index

NOW = datetime(2026, 11, 27, tzinfo=UTC)
KEY_OF_CA, NAME_OF_CA = hashlib.sha256(b"key").hexdigest(), hashlib.sha256(b"name").hexdigest()
HIT_IN = 1_000


def make_list(path: Path, serials: Sequence[int]) -> None:
    """Write the index of a list that revokes ``serials``."""
    seconds = int((NOW - timedelta(days=3) - EPOCH).total_seconds()).to_bytes(8, "big")
    records = sorted(serial.to_bytes(SERIAL_BYTES, "big", signed=True) + seconds + b"\x04" for serial in serials)
    header = IndexHeader(
        "Benchmark CA", NAME_OF_CA, KEY_OF_CA, NOW, NOW + timedelta(days=1), 1, None, (), None, "all", len(records),
        "0" * 64, None,
    )  # fmt: skip
    write_index(path, header, records)


def fill(archive: Archive, key: bytes, serials: Sequence[int]) -> None:
    """Enter a contract a signer."""
    number_of = numbers_of(key, KEY_OF_CA, NAME_OF_CA)
    with archive.writing() as connection:
        connection.executemany(
            "INSERT INTO entry (id, salt, kind, form, state, said, added_at) VALUES (?, x'00', 'sale', 'file',"
            " 'complete', '{}', '2026-11-27T00:00:00Z')",
            ((number,) for number in range(1, len(serials) + 1)),
        )
        connection.executemany(
            "INSERT INTO signer (entry, field, number, end_date) VALUES (?, 'seller', ?, '2031-01-01')",
            ((place, number_of(serial)) for place, serial in enumerate(serials, 1)),
        )


def main(entries: int, signers: int) -> None:
    """Measure and print."""
    draw, key = random.Random(entries), secrets.token_bytes(32)
    numbers = draw.sample(range(1 << 30), entries + signers)
    listed, own = numbers[:entries], numbers[entries:]
    own = [listed[place] if place % HIT_IN == 0 else serial for place, serial in enumerate(own)]
    with tempfile.TemporaryDirectory() as place:
        folder, index = Path(place) / "kept", Path(place) / "list.crlindex"
        make_list(index, listed)
        create_archive(folder)
        with open_archive(folder) as archive:
            fill(archive, key, own)
            start, worked = time.perf_counter(), time.process_time()
            found = revoked_by_lists(archive, key, [index], date(2026, 11, 27))
            taken, worked = time.perf_counter() - start, time.process_time() - worked
        start = time.perf_counter()
        with CrlIndex.open(index) as opened:
            clear = sum(isinstance(opened.status(serial), Revoked) for serial in own)
        plain = time.perf_counter() - start
    assert len(found) == clear == len(range(0, signers, HIT_IN)), (len(found), clear)
    print(
        f"{entries} on the list, {signers} signers, {len(found)} of them revoked: {taken:.2f} s ({worked:.2f} s of CPU)"
    )
    print(f"with numbers in clear, a look-up a signer: {plain:.2f} s")
    print(f"ratio to look-ups in clear: {taken / plain:.2f}")


if __name__ == "__main__":
    wanted = [int(each) for each in sys.argv[1:] if each.isdigit()]
    small = "--smoke" in sys.argv
    main(*(wanted or ([2_000, 1_000] if small else [1_000_000, 100_000])))
