"""What was asked of a browser: kept here, answered once, for one purpose, within minutes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.store import Store, moment
from signkit.web.people.declining import Declined

#: So long a person may take to find the key, or to set up an authenticator.
_GOOD_FOR = timedelta(minutes=10)


def keep_challenge(connection: StoreConnection, store: Store, purpose: str, content: dict[str, Any]) -> str:
    """Keep what an answer is checked against; return the id that the answer names.

    Args:
        purpose: what the answer is for, and whose; an answer for another purpose finds nothing.
    """
    now, id_ = store.clock(), new_id()
    connection.execute("DELETE FROM challenge WHERE expires_at <= ?", (moment(now),))
    connection.execute(
        "INSERT INTO challenge (id, purpose, content, expires_at) VALUES (?, ?, ?, ?)",
        (id_, purpose, json.dumps(content), moment(now + _GOOD_FOR)),
    )
    return id_


def take_challenge(store: Store, purpose: str, id_: str) -> dict[str, Any]:
    """Return what was kept, which thereby is gone: also where the answer turns out to be wrong.

    Raises:
        Declined("challenge"): there is none of that purpose, it was answered before, or it is too late.
    """
    with store.writing() as connection:
        row = connection.execute(
            "SELECT content FROM challenge WHERE id = ? AND purpose = ? AND expires_at > ?", (id_, purpose, store.now())
        ).fetchone()
        connection.execute("DELETE FROM challenge WHERE id = ? AND purpose = ?", (id_, purpose))
    if row is None:
        raise Declined("challenge")
    content: dict[str, Any] = json.loads(row[0])
    return content
