"""For each operation of the document a request that its owner's key succeeds with, on something that exists.

`test_isolation` sends each with another tenant's key first.  An operation without an entry here fails it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from signkit.web.api.identifiers import new_id

PDF = {"content-type": "application/pdf"}
#: Stands in everything that the owner makes: whoever else reads it reads what is not theirs.
MARK = "owned-by-a"


@dataclass(frozen=True)
class Owned:
    """A request: ``places`` fill the path, ``sent`` goes to the client as it is."""

    places: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)


REQUESTS: dict[str, Callable[[Any], Owned]] = {}


def request(name: str) -> Callable[[Callable[[Any], Owned]], Callable[[Any], Owned]]:
    """Say how an operation is called; the function gets the owner (`tests.web.api.conftest.Tried`)."""

    def note(make: Callable[[Any], Owned]) -> Callable[[Any], Owned]:
        REQUESTS[name] = make
        return make

    return note


def made(response: Any) -> dict[str, Any]:
    assert response.is_success, response.text
    return response.json()


def validation(owner: Any) -> str:
    sent = owner.client.post(f"/api/v1/validations?name={MARK}.pdf", content=b"%PDF-1.7 a", headers=PDF)
    return made(sent)["id"]


def job(owner: Any) -> str:
    headers = PDF | {"prefer": "respond-async"}
    return made(owner.client.post(f"/api/v1/validations?name={MARK}", content=b"%PDF-1.7 b", headers=headers))["job"]


def failed_job(owner: Any) -> str:
    made_id = job(owner)
    with owner.tenant.store.writing() as connection:
        connection.execute("UPDATE job SET state = 'failed' WHERE id = ?", (made_id,))
    return made_id


def key(owner: Any) -> str:
    return made(owner.client.post("/api/v1/keys", json={"name": MARK, "permissions": ["keys:read"]}))["id"]


def of_id(make: Callable[[Any], str], **sent: Any) -> Callable[[Any], Owned]:
    return lambda owner: Owned({"id": make(owner)}, sent)


def with_etag(make: Callable[[Any], str], address: str) -> Callable[[Any], Owned]:
    def build(owner: Any) -> Owned:
        id_ = make(owner)
        etag = owner.client.get(address.format(id=id_)).headers["etag"]
        return Owned({"id": id_}, {"headers": {"if-match": etag}})

    return build


def after(make: Callable[[Any], str], **sent: Any) -> Callable[[Any], Owned]:
    """A list that shows at least what ``make`` made."""

    def build(owner: Any) -> Owned:
        make(owner)
        return Owned({}, sent)

    return build


REQUESTS |= {
    "validateDocument": lambda _: Owned({}, {"content": b"%PDF-1.7 " + new_id().encode(), "headers": PDF}),
    "listValidations": after(validation),
    "getValidation": of_id(validation),
    "deleteValidation": of_id(validation),
    "listJobs": after(job),
    "getJob": of_id(job),
    "cancelJob": of_id(job),
    "retryJob": of_id(failed_job),
    "listKeys": after(key),
    "addKey": lambda _: Owned({}, {"json": {"name": MARK, "permissions": ["keys:read"]}}),
    "getKey": of_id(key),
    "revokeKey": with_etag(key, "/api/v1/keys/{id}"),
    "readLog": after(validation),
    "getLogHead": after(validation),
    "getUsage": after(validation),
}
