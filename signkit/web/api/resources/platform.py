"""What is open to all: the document, health, readiness, counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signkit.web.api.calls import Answer
from signkit.web.api.service import Service


def get_document(service: Service, _: Mapping[str, Any]) -> Answer:
    """Answer with the API document."""
    return Answer(200, dict(service.document.content))


def get_health(_: Service, __: Mapping[str, Any]) -> Answer:
    """Answer that the process answers."""
    return Answer(200, {"status": "ok"})


def get_readiness(service: Service, _: Mapping[str, Any]) -> Answer:
    """Answer whether a worker answers and every store can be written."""
    workers, stores = service.readiness.find()
    ready = workers and stores
    return Answer(200 if ready else 503, {"ready": ready, "workers": workers, "stores": stores})


def get_metrics(service: Service, _: Mapping[str, Any]) -> Answer:
    """Answer with the counts."""
    return Answer(200, service.metrics.text(), "text/plain")


HANDLERS = {
    "getDocument": get_document,
    "getHealth": get_health,
    "getReadiness": get_readiness,
    "getMetrics": get_metrics,
}
