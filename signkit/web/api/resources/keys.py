"""The tenant's API keys."""

from __future__ import annotations

from datetime import datetime

from signkit.errors import ServiceError
from signkit.web.api import problems
from signkit.web.api.access import ApiKey, add_key, find_key, list_keys, revoke_key
from signkit.web.api.calls import Answer, Call, Refusal, etag_of
from signkit.web.api.listing import check_if_match
from signkit.web.api.store import moment
from signkit.web.api.unfit import UnfitPart
from signkit.words import Text

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
        ends = _end_of(call)
        _require_networks(call)
        with call.tenant.store.writing() as connection:
            key, text = add_key(
                connection, call.tenant, call.body["name"], wanted,
                networks=call.body.get("networks", ()), expires_at=ends,
            )  # fmt: skip
    except ServiceError as error:
        if error.code not in ("network-invalid", "key-name"):
            raise
        raise Refusal.of(error) from error
    return Answer(201, {**key.to_json(), "key": text}, headers={"location": f"/api/v1/keys/{key.id}"}, subject=key.id)


def _end_of(call: Call) -> str | None:
    """Return when the key ends, as the store compares it; what is over is refused."""
    text = call.body.get("expires_at")
    if text is None:
        return None
    ends = datetime.fromisoformat(text)
    if ends <= call.tenant.store.clock():
        raise problems.unfit_request(UnfitPart("/expires_at", _OVER))
    return moment(ends)


def _require_networks(call: Call) -> None:
    """Refuse a key that may be used from where the one that makes it may not."""
    networks = call.body.get("networks", [])
    with call.tenant.store.reading() as connection:
        maker = find_key(connection, call.principal.id)
    if maker is not None and maker.networks and not (networks and all(map(maker.grants_network, networks))):
        raise problems.unfit_request(UnfitPart("/networks", _OUTSIDE))


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


_OVER = Text("is over", "すでに過ぎています")
_OUTSIDE = Text(
    "must be within the networks of the key that makes it", "作成に使うキーの接続元の範囲内で指定してください"
)

HANDLERS = {"listKeys": list_all, "addKey": add, "getKey": get, "revokeKey": revoke}
