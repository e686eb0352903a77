"""What is open to all: the document, health, readiness, counts."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import TimeoutError as NotInTime
from typing import Any

from signkit.errors import SignKitError
from signkit.web.api.calls import Answer
from signkit.web.api.service import Service
from signkit.workers import WorkerLost

_SECONDS = 5.0


def get_document(service: Service, _: Mapping[str, Any]) -> Answer:
    """Answer with the API document."""
    return Answer(200, dict(service.document.content))


def get_health(_: Service, __: Mapping[str, Any]) -> Answer:
    """Answer that the process answers."""
    return Answer(200, {"status": "ok"})


def get_readiness(service: Service, _: Mapping[str, Any]) -> Answer:
    """Answer whether a worker answers and every store can be written."""
    workers, stores = _answers(service), _writes(service)
    ready = workers and stores
    return Answer(200 if ready else 503, {"ready": ready, "workers": workers, "stores": stores})


def get_metrics(service: Service, _: Mapping[str, Any]) -> Answer:
    """Answer with the counts."""
    return Answer(200, service.metrics.text(), "text/plain")


def _answers(service: Service) -> bool:
    try:
        return bool(service.pool.submit(bool, 1).result(_SECONDS))
    except (WorkerLost, NotInTime, RuntimeError):
        return False


def _writes(service: Service) -> bool:
    try:
        for tenant in service.tenants.all():
            with tenant.store.writing():
                pass
    except SignKitError:
        return False
    return True


HANDLERS = {
    "getDocument": get_document,
    "getHealth": get_health,
    "getReadiness": get_readiness,
    "getMetrics": get_metrics,
}
