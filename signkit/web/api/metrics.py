"""What is counted for Prometheus: operations by name and status, their seconds; nothing of what they were about."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


@dataclass
class Observed:
    """What came of one request."""

    status: int = 0


class Metrics:
    """The counts of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "signkit_requests", "Requests by operation and status.", ("operation", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "signkit_request_seconds", "How long they took.", ("operation",), buckets=_SECONDS, registry=self._registry
        )
        self._busy = Gauge("signkit_requests_under_way", "Requests being answered.", registry=self._registry)
        self.jobs = Counter("signkit_jobs", "Jobs by kind and end.", ("kind", "end"), registry=self._registry)

    @contextmanager
    def watch(self, operation: str) -> Iterator[Observed]:
        """Count a request."""
        observed, begun = Observed(), time.perf_counter()
        with self._busy.track_inprogress():
            yield observed
        self._seconds.labels(operation).observe(time.perf_counter() - begun)
        self._requests.labels(operation, str(observed.status)).inc()

    def text(self) -> bytes:
        """Return the counts in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)
