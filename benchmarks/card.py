"""Round trips and time of signing with a card: the first signature, and each further one.

    python benchmarks/card.py [SIGNATURES] [--smoke]

Runs on an emulated card within the process, and over PC/SC where the bench of tests/card can run.  On a
real card each round trip costs far more than here, so their number is what counts; the time outside the card is what
SignKit itself adds.  Exit code 1: more round trips than docs/reference/card.md promises.
"""

from __future__ import annotations

import contextlib
import hashlib
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the bench of the tests lies beside this folder

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.reader import connect
from signkit.card.session import signing_session
from signkit.card.transport import Connection, Exchange, Transport
from tests.card import bench
from tests.card.contents import rsa_contents

FIRST_LIMIT = 14
FURTHER_LIMIT = 3

Sample = tuple[int, float, float]


@contextlib.contextmanager
def in_process() -> Iterator[Transport]:
    """An emulated card within this process."""
    yield EmulatedTransport(EmulatedCard(rsa_contents()))


@contextlib.contextmanager
def over_pcsc() -> Iterator[Transport]:
    """The same behind the real pcscd."""
    running = bench.Bench()
    with running.card(EmulatedCard(rsa_contents())), contextlib.closing(connect()) as transport:
        yield transport
    running.stop()


def measure(transport: Transport, signatures: int) -> list[Sample]:
    """Return for each signature: round trips, seconds in all, seconds spent waiting for the card."""
    seen: list[Exchange] = []
    samples: list[Sample] = []

    def take(started: float) -> None:
        samples.append((len(seen), time.perf_counter() - started, sum(exchange.seconds for exchange in seen)))
        seen.clear()

    started = time.perf_counter()
    with signing_session(Connection(transport, seen.append), bytearray(b"SIGNKIT1")) as session:
        for number in range(signatures):
            session.sign("sha256", hashlib.sha256(str(number).encode()).digest())
            take(started)
            started = time.perf_counter()
    return samples


def report(name: str, samples: list[Sample]) -> bool:
    """Print one line each for the first and the further signatures; return whether the limits hold."""
    first, further = samples[0], samples[1:]
    rows = [
        ("first", first[0], first[1], first[2]),
        ("further", *(statistics.median(sample[index] for sample in further) for index in range(3))),
    ]
    for label, trips, total, card in rows:
        outside = 100 * (total - card) / total
        print(f"{name:11} {label:8} {trips:4.0f} APDUs {1000 * total:8.2f} ms, {outside:4.1f} % outside the card")
    print(f"{name:11} ratio to the card alone {rows[1][2] / rows[1][3]:.3f}  (each further signature)")
    return first[0] <= FIRST_LIMIT and max(sample[0] for sample in further) <= FURTHER_LIMIT


def main() -> int:
    """Run both and say whether the limits hold."""
    counts = [int(argument) for argument in sys.argv[1:] if argument != "--smoke"]
    signatures = 2 if "--smoke" in sys.argv else (counts or [50])[0]
    print(f"signing certificate of {len(rsa_contents().sign.certificate)} bytes, {signatures} signatures a session")
    with in_process() as transport:
        measure(transport, 2)  # imports and key loading are no part of a card
    places = {"in-process": in_process} | ({} if bench.missing() else {"PC/SC": over_pcsc})
    holds = True
    for name, place in places.items():
        with place() as transport:
            holds &= report(name, measure(transport, signatures))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
