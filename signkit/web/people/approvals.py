"""What takes two people (四つの目): asked by one, decided by another, done once, and exactly what was asked.

Whose role decides is looked up in the account when it is decided, not in a session.  Whoever may decide something here
is not made by one person: to invite a supervisor or an administrator, and to change a role, takes two as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, get_args

from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.roles import Role
from signkit.web.api.store import moment
from signkit.web.api.tenants import Tenant
from signkit.web.people.accounts import find_person
from signkit.web.people.declining import Declined

Action = Literal["invite", "role", "purge", "trust"]
ACTIONS: tuple[Action, ...] = get_args(Action)
#: Who asks for an action, and who decides it; never the same person.
DECIDERS: Mapping[Action, Role] = {
    "invite": "administrator", "role": "administrator", "purge": "supervisor", "trust": "administrator",
}  # fmt: skip
#: Roles that are given by two people.
GIVEN_BY_TWO = frozenset(DECIDERS.values())
GOOD_FOR = timedelta(days=7)

_COLUMNS = "id, action, content, digest, asked_by, asked_at, expires_at, state, decided_by, decided_at"


@dataclass(frozen=True)
class Approval:
    """Something that was asked for.

    Attributes:
        content: what is done, as JSON; of ``invite`` name and role, of ``role`` person, before and after, of ``purge``
            the entries as they were, of ``trust`` the anchors (`signkit.web.people.believing.TrustChange`).
        digest: of action and content: who decides names it.
        state: ``open``; ``approved`` is decided and not done yet; ``lapsed`` was approved and cannot be done.
    """

    id: str
    action: Action
    content: str
    digest: str
    asked_by: str
    asked_at: str
    expires_at: str
    state: str
    decided_by: str | None = None
    decided_at: str | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """The content, read."""
        facts: dict[str, Any] = json.loads(self.content)
        return facts


def ask_approval(
    connection: StoreConnection, tenant: Tenant, action: Action, facts: Mapping[str, Any], person: str
) -> Approval:
    """Ask for something that another person decides.

    Raises:
        Declined("role"): the role of whoever asks does not include it.
        Declined("approval_asked"): the same is open already; of two, one could be done and the other never.
    """
    _require_role(connection, action, person)
    now = tenant.store.clock()
    content = _content(facts)
    open_ = connection.execute(
        "SELECT 1 FROM approval WHERE digest = ? AND state = 'open' AND expires_at > ?",
        (_digest(action, content), moment(now)),
    )
    if open_.fetchone():
        raise Declined("approval_asked", 409)
    asked = Approval(
        new_id(), action, content, _digest(action, content), person, moment(now), moment(now + GOOD_FOR), "open"
    )
    connection.execute(
        f"INSERT INTO approval ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",  # noqa: S608
        (
            asked.id, asked.action, asked.content, asked.digest, asked.asked_by, asked.asked_at, asked.expires_at,
            asked.state,
        ),
    )  # fmt: skip
    return asked


def find_approval(connection: StoreConnection, id_: str) -> Approval:
    """Return what was asked for.

    Raises:
        Declined("approval_over"): there is no such thing.
    """
    row = connection.execute(f"SELECT {_COLUMNS} FROM approval WHERE id = ?", (id_,)).fetchone()  # noqa: S608
    if row is None:
        raise Declined("approval_over", 404)
    return Approval(*row)


def list_approvals(connection: StoreConnection, limit: int = 100) -> list[Approval]:
    """Return what was asked for, the newest first."""
    query = f"SELECT {_COLUMNS} FROM approval ORDER BY id DESC LIMIT ?"  # noqa: S608
    return [Approval(*row) for row in connection.execute(query, (limit,))]


def undecided(connection: StoreConnection, tenant: Tenant, action: Action) -> list[Approval]:
    """Return what was asked for and is neither decided, withdrawn nor too late, and what is approved and not done."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM approval WHERE action = ?"  # noqa: S608
        " AND (state = 'approved' OR (state = 'open' AND expires_at > ?))",
        (action, tenant.store.now()),
    )
    return [Approval(*row) for row in rows]


def decide(
    connection: StoreConnection, tenant: Tenant, id_: str, person: str, *, digest: str, approves: bool
) -> Approval:
    """Decide what another person asked for; what is approved is to be done in the same transaction, or after it.

    Args:
        digest: of what whoever decides saw.

    Raises:
        Declined("approval_over"): it is decided, withdrawn, or too late.
        Declined("approval_own"): the one who asked does not decide.
        Declined("role"): the role of whoever decides does not include it.
        Declined("approval_other"): something else was seen than was asked.
        Declined("approval_changed"): whoever asked may not ask for it any more.
    """
    asked = find_approval(connection, id_)
    if asked.state != "open" or asked.expires_at <= tenant.store.now():
        raise Declined("approval_over", 409)
    if asked.asked_by == person:
        raise Declined("approval_own", 403)
    _require_role(connection, asked.action, person)
    if not asked.digest == digest == _digest(asked.action, asked.content):
        raise Declined("approval_other", 409)
    if approves and not _has_role(connection, asked.action, asked.asked_by):
        raise Declined("approval_changed", 409)
    state = "approved" if approves else "refused"
    connection.execute(
        "UPDATE approval SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?",
        (state, person, tenant.store.now(), id_),
    )
    return find_approval(connection, id_)


def finish(connection: StoreConnection, id_: str) -> None:
    """Say that what was approved is done, in the transaction that does it; it is done once.

    Raises:
        Declined("approval_over"): it is not to be done, or was.
    """
    done = connection.execute("UPDATE approval SET state = 'done' WHERE id = ? AND state = 'approved'", (id_,))
    if done.rowcount != 1:
        raise Declined("approval_over", 409)


def lapse(connection: StoreConnection, id_: str) -> None:
    """Say that what was approved cannot be done any more, for what it is about changed."""
    connection.execute("UPDATE approval SET state = 'lapsed' WHERE id = ? AND state = 'approved'", (id_,))


def withdraw(connection: StoreConnection, id_: str, person: str) -> None:
    """Take back what one asked for.

    Raises:
        Declined("approval_over"): there is nothing of theirs to take back.
    """
    taken = connection.execute(
        "UPDATE approval SET state = 'withdrawn' WHERE id = ? AND asked_by = ? AND state = 'open'", (id_, person)
    )
    if taken.rowcount != 1:
        raise Declined("approval_over", 409)


def _require_role(connection: StoreConnection, action: Action, person: str) -> None:
    if not _has_role(connection, action, person):
        raise Declined("role", 403)


def _has_role(connection: StoreConnection, action: Action, id_: str) -> bool:
    person = find_person(connection, id_)
    return person is not None and person.disabled_at is None and person.role == DECIDERS[action]


def digest_of(action: Action, facts: Mapping[str, Any]) -> str:
    """Return the digest under which an action would be asked for: whoever asks names what they saw."""
    return _digest(action, _content(facts))


def _content(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(action: str, content: str) -> str:
    return hashlib.sha256(f"{action}\n{content}".encode()).hexdigest()
