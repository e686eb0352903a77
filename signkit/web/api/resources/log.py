"""The operation log and the usage, read."""

from __future__ import annotations

from signkit.web.api import operation_log
from signkit.web.api.calls import Answer, Call, pieces


def read(call: Call) -> Answer:
    """Answer with records, one a line."""
    after, limit = call.values.get("after", 0), call.values.get("limit", 1000)
    with call.tenant.store.reading() as connection:
        lines = b"".join(pieces(each.to_json() for each in operation_log.operations(connection, after, limit)))
    return Answer(200, lines, "application/jsonl")


def get_head(call: Call) -> Answer:
    """Answer with the newest record, and where the chain does not hold."""
    with call.tenant.store.reading() as connection:
        last, breaks = operation_log.head(connection), list(operation_log.breaks(connection))
    shown = (
        {"number": 0, "hash": None, "at": None}
        if last is None
        else {"number": last.number, "hash": last.hash, "at": last.at}
    )
    return Answer(200, {**shown, "breaks": breaks})


def get_usage(call: Call) -> Answer:
    """Answer with how often what was done."""
    month = call.values.get("month")
    with call.tenant.store.reading() as connection:
        rows = connection.execute(
            "SELECT month, operation, count FROM usage WHERE ? IS NULL OR month = ? ORDER BY month, operation",
            (month, month),
        ).fetchall()
    return Answer(200, {"items": [{"month": a, "operation": b, "count": c} for a, b, c in rows]})


HANDLERS = {"readLog": read, "getLogHead": get_head, "getUsage": get_usage}
