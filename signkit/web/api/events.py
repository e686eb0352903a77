"""What happened, told to the tenant's webhooks: the deliveries are kept with what they tell of, in one transaction."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from signkit.web.api import jobs
from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.store import Store, add_document, moment

WEBHOOK = "webhook"
#: The kind of the job that delivers.
DELIVERY = "webhook-delivery"
_KEPT = timedelta(days=30)


def delivery_kind(webhook: str) -> str:
    """Return the kind of the documents that are a webhook's deliveries."""
    return f"{DELIVERY}/{webhook}"


def tell(connection: StoreConnection, store: Store, event: str, data: dict[str, Any]) -> None:
    """Have an event told to every webhook that wants to know.

    Args:
        event: a name of the API document's schema ``Event``.
        data: ids and codes, no contents: whoever wants them asks for them, with a key.
    """
    rows = connection.execute("SELECT id, content FROM document WHERE kind = ?", (WEBHOOK,)).fetchall()
    wanting = [id_ for id_, content in rows if _wants(json.loads(content), event)]
    # One id for all: what is told is one event (Standard Webhooks, webhook-id).
    event_id, now = new_id(), store.now()
    payload = json.dumps({"type": event, "timestamp": now, "data": data}, ensure_ascii=False, separators=(",", ":"))
    for webhook in wanting:
        content = {"event_id": event_id, "event": event, "payload": payload, "state": "waiting", "attempts": []}
        add_delivery(connection, store, webhook, content)


def add_delivery(connection: StoreConnection, store: Store, webhook: str, content: dict[str, Any]) -> str:
    """Have something delivered; return the delivery's id."""
    id_ = new_id()
    ends = moment(store.clock() + _KEPT)
    add_document(connection, delivery_kind(webhook), id_, content, store.now(), ends)
    resource = f"/api/v1/webhooks/{webhook}/deliveries/{id_}"
    jobs.add_job(connection, store, DELIVERY, {"resource": resource, "webhook": webhook, "delivery": id_})
    return id_


def _wants(webhook: dict[str, Any], event: str) -> bool:
    return webhook["state"] == "active" and event in webhook["events"]
