"""The tenant's API keys."""

from __future__ import annotations

from signkit.errors import ServiceError
from signkit.web.api import problems
from signkit.web.api.access import ApiKey, add_key, find_key, list_keys, revoke_key
from signkit.web.api.calls import Answer, Call, Refusal, etag_of
from signkit.web.api.listing import check_if_match

_WHAT = "key"


def list_all(call: Call) -> Answer:
    """Answer with all keys."""
    with call.tenant.store.reading() as connection:
        return Answer(200, {"items": [each.to_json() for each in list_keys(connection)], "next": None})


def add(call: Call) -> Answer:
    """Make a key that may no more than who makes it."""
    wanted = frozenset(call.body["permissions"])
    unknown = sorted(wanted - set(call.service.document.permissions))
    if unknown:
        known = ", ".join(call.service.document.permissions)
        raise Refusal.of(ServiceError("permission-unknown", name=", ".join(unknown), known=known))
    if missing := sorted(wanted - call.principal.permissions):
        raise problems.forbidden(missing[0])
    try:
        with call.tenant.store.writing() as connection:
            key, text = add_key(
                connection, call.tenant, call.body["name"], wanted,
                networks=call.body.get("networks", ()), expires_at=call.body.get("expires_at"),
            )  # fmt: skip
    except ServiceError as error:
        if error.code != "network-invalid":
            raise
        raise Refusal.of(error) from error
    return Answer(201, {**key.to_json(), "key": text}, headers={"location": f"/api/v1/keys/{key.id}"}, subject=key.id)


def get(call: Call) -> Answer:
    """Answer with a key."""
    shown = _find(call).to_json()
    return Answer(200, shown, subject=shown["id"], etag=etag_of(shown))


def revoke(call: Call) -> Answer:
    """Let a key be good no more."""
    key = _find(call)
    check_if_match(call, key.to_json())
    with call.tenant.store.writing() as connection:
        revoke_key(connection, key.id, call.tenant.store.now())
    return Answer(204, subject=key.id)


def _find(call: Call) -> ApiKey:
    with call.tenant.store.reading() as connection:
        key = find_key(connection, call.values["id"])
    if key is None:
        raise problems.unknown(_WHAT)
    return key


HANDLERS = {"listKeys": list_all, "addKey": add, "getKey": get, "revokeKey": revoke}
