"""A request that comes again with the same ``Idempotency-Key`` gets the first answer, for a day."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call
from signkit.web.api.store import moment

#: So long a request that never ended keeps its key: longer than any is worked on.
_HELD = timedelta(minutes=15)


def first_answer(call: Call, key: str, request: str) -> Answer | None:
    """Return the answer that a request got before; None where it comes for the first time, which is noted.

    Args:
        request: the digest of all that was sent.

    Raises:
        Refusal("idempotency-other"): the key was used for another request.
        Refusal("idempotency-busy"): the first is still being answered.
    """
    store, actor = call.tenant.store, str(call.principal)
    with store.writing() as connection:
        stale = moment(store.clock() - _HELD)
        connection.execute(
            "DELETE FROM idempotency WHERE actor = ? AND key = ? AND answer IS NULL AND at < ?", (actor, key, stale)
        )
        row = connection.execute(
            "SELECT request, answer FROM idempotency WHERE actor = ? AND key = ?", (actor, key)
        ).fetchone()
        if row is None:
            values = (actor, key, request, store.now())
            connection.execute("INSERT INTO idempotency (actor, key, request, at) VALUES (?, ?, ?, ?)", values)
            return None
    if row[0] != request:
        raise problems.idempotency_other()
    if row[1] is None:
        raise problems.idempotency_busy()
    return _read(json.loads(row[1]))


def keep_answer(call: Call, key: str, answer: Answer | None) -> None:
    """Keep an answer for whoever asks again; None: the request failed, and may be sent again."""
    store, actor = call.tenant.store, str(call.principal)
    with store.writing() as connection:
        if answer is None or not isinstance(answer.body, (dict, list, bytes, type(None))):
            connection.execute("DELETE FROM idempotency WHERE actor = ? AND key = ?", (actor, key))
        else:
            values = (json.dumps(_plain(answer), ensure_ascii=False), actor, key)
            connection.execute("UPDATE idempotency SET answer = ? WHERE actor = ? AND key = ?", values)


def _plain(answer: Answer) -> dict[str, Any]:
    is_bytes = isinstance(answer.body, bytes)
    body = base64.b64encode(answer.body).decode() if is_bytes else answer.body
    return {
        "status": answer.status, "body": body, "is_bytes": is_bytes, "media_type": answer.media_type,
        "headers": dict(answer.headers), "subject": answer.subject, "etag": answer.etag,
    }  # fmt: skip


def _read(plain: dict[str, Any]) -> Answer:
    body = base64.b64decode(plain["body"]) if plain.pop("is_bytes") else plain["body"]
    return Answer(**{**plain, "body": body})
