"""Sorting an index's records in runs gives what sorting them at once gives."""

from __future__ import annotations

import random

import pytest

from signkit.pki.revocation import crl_records
from signkit.pki.revocation.crl_index import RECORD_BYTES, SERIAL_BYTES
from signkit.pki.revocation.crl_records import SortedRecords


def at_once(records: list[bytes]) -> list[bytes]:
    found: dict[bytes, bytes] = {}
    for record in sorted(records):
        found.setdefault(record[:SERIAL_BYTES], record)
    return list(found.values())


def record(serial: int, rest: int = 0) -> bytes:
    return serial.to_bytes(SERIAL_BYTES, "big", signed=True) + rest.to_bytes(RECORD_BYTES - SERIAL_BYTES, "big")


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 500])
@pytest.mark.parametrize("different", [1, 20, 1 << 100])
@pytest.mark.parametrize("order", ["random", "rising", "falling"])
def test_runs_are_merged_into_one_order_and_each_serial_number_once(monkeypatch, size, different, order):
    monkeypatch.setattr(crl_records, "_RUN", 8)
    monkeypatch.setattr(crl_records, "_SAMPLED", 2)
    chance = random.Random(f"{size} {different}")
    records = [record(chance.randrange(-different, different), chance.randrange(1 << 40)) for _ in range(size)]
    records = records if order == "random" else sorted(records, reverse=order == "falling")
    found = SortedRecords(records)
    assert list(found) == at_once(records)
    assert list(found) == at_once(records)  # as often as somebody goes through them
    assert len(found) == len(at_once(records))


def test_the_highest_and_lowest_serial_numbers_are_kept():
    ends = [record(-1, (1 << 72) - 1), record(0), record((1 << 167) - 1), record(-(1 << 167))]
    assert list(SortedRecords(ends)) == sorted(ends)
