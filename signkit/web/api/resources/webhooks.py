"""Webhooks: addresses of the tenant's that are told of events, as Standard Webhooks 1.0 has it.

A delivery is a job: it is tried again with growing pauses, seen with every attempt, and sent again on demand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from signkit.pki.http import CertificateRefused, HttpFailure, send
from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call, Refusal, etag_of
from signkit.web.api.database import StoreConnection
from signkit.web.api.events import DELIVERY, WEBHOOK, add_delivery, delivery_kind
from signkit.web.api.fetching import require_https, require_reachable
from signkit.web.api.identifiers import new_id
from signkit.web.api.jobs import Job, RetryLater
from signkit.web.api.jobs import problem as cause
from signkit.web.api.listing import check_if_match, page
from signkit.web.api.service import Service
from signkit.web.api.store import (
    Store,
    StoredDocument,
    add_document,
    change_document,
    delete_document,
    find_document,
    list_documents,
    moment,
)
from signkit.web.api.tenants import Tenant
from signkit.words import Text

#: Seconds after which a delivery is tried again (the schedule that Standard Webhooks recommends).
PAUSES = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
_PREFIX = "whsec_"
_SECRET_BYTES = 32
_SECONDS = 20.0
_MOST = 20
_GONE = 410
#: For so long a secret that was replaced signs as well, so that receivers can change over.
_OVERLAP = timedelta(days=1)


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """Return one signature of a message: HMAC-SHA256 over ``id.timestamp.body`` (Standard Webhooks 1.0)."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    mac = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


def list_all(call: Call) -> Answer:
    """Answer with a page of webhooks."""
    with call.tenant.store.reading() as connection:
        return page(
            call, lambda after, most: list_documents(connection, WEBHOOK, after, most), lambda each: each.id, _shown
        )


def add(call: Call) -> Answer:
    """Register a webhook; its secret is in this answer, and never again."""
    _require_address(call)
    id_, secret = new_id(), _new_secret()
    content = {"url": call.body["url"], "events": call.body["events"], "state": "active", "secrets": [[secret, None]]}
    with call.tenant.store.writing() as connection:
        if len(list_documents(connection, WEBHOOK, None, _MOST)) >= _MOST:
            raise Refusal(422, "too-many-webhooks", _TOO_MANY)
        add_document(connection, WEBHOOK, id_, content, call.tenant.store.now())
        shown = _shown(_find(connection, id_))
    return Answer(201, {**shown, "secret": secret}, headers={"location": f"/api/v1/webhooks/{id_}"}, subject=id_)


def get(call: Call) -> Answer:
    """Answer with a webhook."""
    with call.tenant.store.reading() as connection:
        shown = _shown(_find(connection, call.values["id"]))
    return Answer(200, shown, subject=shown["id"], etag=etag_of(shown))


def change(call: Call) -> Answer:
    """Change the address, the events or the state."""
    if "url" in call.body:
        _require_address(call)
    with call.tenant.store.writing() as connection:
        found = _find(connection, call.values["id"])
        check_if_match(call, _shown(found))
        change_document(connection, WEBHOOK, found.id, found.content | call.body)
        shown = _shown(_find(connection, found.id))
    return Answer(200, shown, subject=found.id, etag=etag_of(shown))


def delete(call: Call) -> Answer:
    """Tell it nothing any more; its deliveries go with it."""
    id_ = call.values["id"]
    with call.tenant.store.writing() as connection:
        found = _find(connection, id_)
        check_if_match(call, _shown(found))
        delete_document(connection, WEBHOOK, id_)
        connection.execute("DELETE FROM document WHERE kind = ?", (delivery_kind(id_),))
        jobs = connection.execute("SELECT id, content FROM job WHERE kind = ?", (DELIVERY,)).fetchall()
        going = [(job,) for job, content in jobs if json.loads(content)["webhook"] == id_]
        connection.executemany("DELETE FROM job WHERE id = ?", going)
    return Answer(204, subject=id_)


def replace_secret(call: Call) -> Answer:
    """Make a new secret; the one before signs as well for a day."""
    secret, store = _new_secret(), call.tenant.store
    with store.writing() as connection:
        found = _find(connection, call.values["id"])
        before = found.content["secrets"][0][0]
        content = found.content | {"secrets": [[secret, None], [before, moment(store.clock() + _OVERLAP)]]}
        change_document(connection, WEBHOOK, found.id, content)
        shown = _shown(_find(connection, found.id))
    return Answer(200, {**shown, "secret": secret}, subject=found.id)


def list_deliveries(call: Call) -> Answer:
    """Answer with a page of deliveries."""
    with call.tenant.store.reading() as connection:
        kind = delivery_kind(_find(connection, call.values["id"]).id)
        return page(
            call, lambda after, most: list_documents(connection, kind, after, most), lambda each: each.id, _delivery
        )


def get_delivery(call: Call) -> Answer:
    """Answer with a delivery, all its attempts and what is sent."""
    with call.tenant.store.reading() as connection:
        found = find_document(connection, delivery_kind(call.values["id"]), call.values["delivery"])
    if found is None:
        raise problems.unknown("delivery")
    return Answer(200, _delivery(found), subject=found.id)


def send_again(call: Call) -> Answer:
    """Send an event once more, under its own id: receivers know by that what they have seen."""
    store, webhook = call.tenant.store, call.values["id"]
    with store.writing() as connection:
        _find(connection, webhook)
        found = find_document(connection, delivery_kind(webhook), call.values["delivery"])
        if found is None:
            raise problems.unknown("delivery")
        id_ = add_delivery(connection, store, webhook, found.content | {"state": "waiting", "attempts": []})
        added = find_document(connection, delivery_kind(webhook), id_)
    assert added is not None
    call.service.wake()
    location = f"/api/v1/webhooks/{webhook}/deliveries/{id_}"
    return Answer(202, _delivery(added), headers={"location": location}, subject=id_)


def deliver(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:
    """Deliver once; where that fails, note it, and say when to try again."""
    store, kind, id_ = tenant.store, delivery_kind(job.content["webhook"]), job.content["delivery"]
    with store.reading() as connection:
        webhook = find_document(connection, WEBHOOK, job.content["webhook"])
        delivery = find_document(connection, kind, id_)
    if webhook is None or delivery is None:
        return lambda _: None
    if webhook.content["state"] != "active":
        return lambda connection: change_document(connection, kind, id_, delivery.content | {"state": "failed"})
    attempt = _attempt(service, store, webhook, delivery)
    content = delivery.content | {"attempts": [*delivery.content["attempts"], attempt]}
    if attempt["problem"] is None:
        return lambda connection: change_document(connection, kind, id_, content | {"state": "delivered"})
    count = len(content["attempts"])
    gives_up = attempt["status"] == _GONE or count > len(PAUSES)
    with store.writing() as connection:
        change_document(connection, kind, id_, content | {"state": "failed" if gives_up else "waiting"})
        if attempt["status"] == _GONE:  # Standard Webhooks: the receiver wants no more
            change_document(connection, WEBHOOK, webhook.id, webhook.content | {"state": "paused"})
    raise RetryLater(attempt["problem"], None if gives_up else _pause(count))


def _attempt(service: Service, store: Store, webhook: StoredDocument, delivery: StoredDocument) -> dict[str, Any]:
    """Return what came of one attempt: a problem, or none."""
    body, now = delivery.content["payload"].encode(), store.clock()
    stamp, id_ = int(now.timestamp()), f"msg_{delivery.content['event_id']}"
    valid = [secret for secret, ends in webhook.content["secrets"] if ends is None or ends > moment(now)]
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(signature(secret, id_, stamp, body) for secret in valid),
    }
    told: dict[str, Any] = {"at": moment(now), "status": None, "problem": None}
    try:
        require_https(webhook.content["url"])
        told["status"] = send(
            webhook.content["url"], timeout=_SECONDS, body=body, content_type="application/json", headers=headers,
            rule=service.rule,
        )  # fmt: skip
    except HttpFailure as error:
        told |= {"status": error.status, "problem": cause("not-delivered", _cause(error))}
    return told


def _cause(error: HttpFailure) -> Text:
    """Return what is told: what is the receiver's own, for the rest would tell of the operator's network."""
    if isinstance(error, CertificateRefused):
        return _CERTIFICATE
    if error.status is None:
        return _NOT_DELIVERED
    return (_REDIRECT if 300 <= error.status < 400 else _STATUS).filled(status=error.status)


def _pause(count: int) -> float:
    """Return the seconds before the next attempt, up to a fifth more: receivers that were down are not all run over."""
    return PAUSES[count - 1] * (1 + secrets.randbelow(200) / 1000)


def _require_address(call: Call) -> None:
    require_reachable(call.body["url"], call.service.rule)


def _find(connection: StoreConnection, id_: str) -> StoredDocument:
    found = find_document(connection, WEBHOOK, id_)
    if found is None:
        raise problems.unknown("webhook")
    return found


def _shown(found: StoredDocument) -> dict[str, Any]:
    content = found.content
    return {"id": found.id, "created_at": found.created_at, **{name: content[name] for name in _SHOWN}}


def _delivery(found: StoredDocument) -> dict[str, Any]:
    return {"id": found.id, "created_at": found.created_at, **found.content}


def _new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


_SHOWN = ("url", "events", "state")
_TOO_MANY = Text("A tenant has at most {most} webhooks.", "Webhook は {most} 件までです。").filled(most=_MOST)
_NOT_DELIVERED = Text(
    "the receiver could not be reached, or did not answer in time",
    "受信側に接続できないか、時間内に応答がありません",
)
_CERTIFICATE = Text(
    "the receiver's certificate does not hold: it is for another name, has expired, or is of an authority that is not"
    " trusted here",
    "受信側のサーバー証明書が無効です (別の名前のもの、期限切れ、またはここで信頼していない認証局のもの)",
)
_STATUS = Text("the receiver answered with HTTP status {status}", "受信側が HTTP ステータス {status} を返しました")
_REDIRECT = Text(
    "the receiver redirects (HTTP status {status}), which is not followed: register the address it leads to",
    "受信側がリダイレクト (HTTP ステータス {status}) を返しました。転送先には送らないので、その URL を登録してください",
)

HANDLERS = {
    "listWebhooks": list_all,
    "addWebhook": add,
    "getWebhook": get,
    "changeWebhook": change,
    "deleteWebhook": delete,
    "replaceWebhookSecret": replace_secret,
    "listDeliveries": list_deliveries,
    "getDelivery": get_delivery,
    "sendDeliveryAgain": send_again,
}
WORKERS = {DELIVERY: deliver}
