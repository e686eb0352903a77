"""The records of one index on their way into it: in order and each serial number once, without a million objects.

A Python object a record takes more than twice the record's size, and sorting needs them all at once.  Here they are
sorted in runs that are kept as plain bytes, and merged range by range, as often as somebody goes through them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from signkit.pki.revocation.crl_index import RECORD_BYTES, SERIAL_BYTES

#: Records a run: what is sorted at once.
_RUN = 1 << 15
#: Of each run every so many-th record is looked at to cut all runs into ranges of about a run's size.
_SAMPLED = 1 << 10
_AFTER_ALL = b"\xff" * (RECORD_BYTES + 1)


class SortedRecords:
    """Records in the order of their bytes; of several on one certificate the first, which has the earliest date."""

    def __init__(self, records: Iterable[bytes]) -> None:
        self._runs: list[bytes] = []
        source = iter(records)
        while run := sorted(islice(source, _RUN)):
            self._runs.append(b"".join(run))
        self._length = sum(1 for _ in self)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        previous = b""
        for low, high in pairwise((b"", *self._cuts(), _AFTER_ALL)):
            for record in sorted(record for run in self._runs for record in _between(run, low, high)):
                if not record.startswith(previous) or not previous:
                    previous = record[:SERIAL_BYTES]
                    yield record

    def __contains__(self, record: object) -> bool:
        return any(record == each for each in self)

    def _cuts(self) -> list[bytes]:
        """Return records that cut all runs together into ranges of about a run's size."""
        step = _SAMPLED * RECORD_BYTES
        samples = sorted(run[at : at + RECORD_BYTES] for run in self._runs for at in range(0, len(run), step))
        return samples[_RUN // _SAMPLED :: _RUN // _SAMPLED]


def _between(run: bytes, low: bytes, high: bytes) -> Iterator[bytes]:
    """Yield the records of a sorted run from ``low`` on and before ``high``."""
    places = range(_place(run, low), _place(run, high), RECORD_BYTES)
    return (run[at : at + RECORD_BYTES] for at in places)


def _place(run: bytes, record: bytes) -> int:
    places = range(0, len(run), RECORD_BYTES)
    return RECORD_BYTES * bisect_left(places, record, key=lambda at: run[at : at + RECORD_BYTES])
