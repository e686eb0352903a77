"""A request that comes again with the same ``Idempotency-Key`` gets the first answer, for a day.

While the first is worked on its key is leased (`signkit.web.api.turns`): the lease of a node that is gone runs out, and
the request may be sent again then, to be done anew.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any

from signkit.web.api import problems, turns
from signkit.web.api.calls import Answer, Call
from signkit.web.api.database import StoreConnection


def answer_once(call: Call, key: str, request: str, perform: Callable[[], Answer]) -> Answer:
    """Return the answer that a request got before; else what ``perform`` answers now, which is kept.

    Args:
        request: the digest of all that was sent.

    Raises:
        Refusal("idempotency-other"): the key was used for another request.
        Refusal("idempotency-busy"): the first is still being answered.
    """
    store, name, holder = call.tenant.store, _turn(call, key), secrets.token_hex(8)
    before = _first_answer(call, key, request, holder)
    if before is not None:
        return before
    answer = None
    try:
        with call.service.leases.hold(lambda: turns.renew_turn(store, name, holder)):
            answer = perform()
    finally:
        with store.writing() as connection:
            if turns.end_turn(connection, name, holder):  # else it ran out, and the key is another's
                _keep(connection, call, key, answer)
    return answer


def _first_answer(call: Call, key: str, request: str, holder: str) -> Answer | None:
    """Return the first answer; None where the request comes for the first time, which is noted and leased."""
    store, actor = call.tenant.store, str(call.principal)
    with store.writing() as connection:
        row = connection.execute(
            "SELECT request, answer FROM idempotency WHERE actor = ? AND key = ?", (actor, key)
        ).fetchone()
        is_answered = row is not None and row[1] is not None
        if not is_answered and turns.take_turn(connection, store, _turn(call, key), holder):
            connection.execute(
                "INSERT INTO idempotency (actor, key, request, at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (actor, key) DO UPDATE SET request = excluded.request, at = excluded.at",
                (actor, key, request, store.now()),
            )
            return None
    if row is not None and row[0] != request:
        raise problems.idempotency_other()
    if row is None or row[1] is None:
        raise problems.idempotency_busy()
    return _read(json.loads(row[1]))


def _turn(call: Call, key: str) -> str:
    return f"answer {call.principal} {key}"


def _keep(connection: StoreConnection, call: Call, key: str, answer: Answer | None) -> None:
    """Keep an answer for whoever asks again; None: the request failed, and may be sent again."""
    actor = str(call.principal)
    if answer is None or not isinstance(answer.body, (dict, list, bytes, type(None))):
        connection.execute("DELETE FROM idempotency WHERE actor = ? AND key = ?", (actor, key))
        return
    connection.execute(
        "UPDATE idempotency SET answer = ? WHERE actor = ? AND key = ?",
        (json.dumps(_plain(answer), ensure_ascii=False), actor, key),
    )


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
