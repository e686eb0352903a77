"""Reminders that are sent by themselves: once a day from the day that was set, until nobody is waited for any more.

A reminder is a job of the tenant's store.  It finds out for whom the contract waits, has each of them written to, and
is there again for the next morning, all in one transaction: a node that is killed in the middle reminds nobody twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from signkit.errors import ServiceError
from signkit.japan_time import JST
from signkit.web.api import problems
from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.jobs import Job, Worker, add_job
from signkit.web.api.operation_log import write_operation
from signkit.web.api.places import ELSEWHERE
from signkit.web.api.service import Service
from signkit.web.api.store import Store
from signkit.web.api.tenants import Tenant
from signkit.web.office import handover
from signkit.web.office.handover import HandOver
from signkit.web.office.mail import keep_nothing, post_reminder
from signkit.web.office.notices import post_notices, whose_turn
from signkit.web.office.party_links import PartyLink, list_links, mailed_to

KIND = "office-reminder"
#: When people are written to, in Japan.
_MORNING = time(9, tzinfo=JST)


def plan_reminder(
    service: Service, connection: StoreConnection, store: Store, known: HandOver, earliest: date = date.min
) -> None:
    """Remind from the day on that is set, and no more of one that was set before; nobody without a mail server."""
    content = {"handover": known.id}
    connection.execute("DELETE FROM job WHERE kind = ? AND content = ?", (KIND, json.dumps(content)))
    if known.remind_on is not None and service.own.mail_server is not None:
        _plan(connection, store, known, max(date.fromisoformat(known.remind_on), earliest))


def _plan(connection: StoreConnection, store: Store, known: HandOver, day: date) -> None:
    delay = (datetime.combine(day, _MORNING) - store.clock()).total_seconds()
    add_job(connection, store, KIND, {"handover": known.id}, max(delay, 0))


@dataclass(frozen=True)
class _Waited:
    """For whom a contract waits: colleagues by their ids, and parties by the links that were written to them."""

    people: tuple[str, ...]
    parties: tuple[tuple[PartyLink, str], ...]


def remind(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:
    """Have those reminded for whom a contract waits today.

    Raises:
        SignKitError: the contract cannot be read.
        Refusal("archive-elsewhere"): another node has the office; it is tried again.
    """
    store = tenant.store
    today = store.clock().astimezone(JST).date()
    with store.reading() as connection:
        known = handover.find_by_id(connection, job.content["handover"])
    if known is None or not known.is_reminded(today) or service.own.mail_server is None:
        return keep_nothing
    roles, table = _roles_in_turn(service, tenant, known), _table_of(tenant, known)

    def keep(connection: StoreConnection) -> None:
        now = handover.find_by_id(connection, known.id)
        if now is None or not now.is_reminded(today):
            return
        _plan(connection, store, now, today + timedelta(days=1))
        if now.reminded_on != today.isoformat():
            _write(connection, store, now, today, _waited(connection, store, now, roles), table)

    return keep


def _roles_in_turn(service: Service, tenant: Tenant, known: HandOver) -> list[str]:
    """Return the roles that may sign now; none where nothing is to be signed yet."""
    if known.state != "approved":
        return []
    from signkit.web.desk.office import Pools
    from signkit.web.desk.signing_screen import roles_in_turn
    from signkit.web.office.tenant_office import open_office

    try:
        with tenant.place.hold():
            office = open_office(service, tenant, Pools(service.pool, service.pool))
            return roles_in_turn(office.status(known.sha256, known.name))
    except ServiceError as error:
        if error.code == ELSEWHERE:
            raise problems.elsewhere() from error
        raise


def _waited(connection: StoreConnection, store: Store, known: HandOver, roles: list[str]) -> _Waited:
    parties: dict[str, tuple[PartyLink, str]] = {}
    for link in list_links(connection, known.id):  # the newest first: of each party the one that counts
        to = mailed_to(connection, link)
        if link.role in roles and to is not None and link.is_good(store.now()):
            parties.setdefault(link.role, (link, to))
    return _Waited(tuple(whose_turn(connection, known)), tuple(parties.values()))


def _table_of(tenant: Tenant, known: HandOver) -> tuple[str, str] | None:
    """Return number and name of the table of which a contract is a row; None where there is none (any more)."""
    from signkit.web.desk.batches import Batches

    batch = Batches(tenant.office_folder / "batches").find(known.batch) if known.batch is not None else None
    return (batch.number, batch.table) if batch is not None else None


def is_first_of_table(connection: StoreConnection, person: str, table: tuple[str, str] | None, today: date) -> bool:
    """Tell whether a person hears today for the first time of a table, of all whose contracts they hear once."""
    if table is None:
        return True
    noted = connection.execute(
        "INSERT INTO table_reminder (person, batch, day) VALUES (?, ?, ?) ON CONFLICT (person, batch)"
        " DO UPDATE SET day = excluded.day WHERE table_reminder.day < excluded.day",
        (person, table[0], today.isoformat()),
    )
    return noted.rowcount > 0


def _write(
    connection: StoreConnection,
    store: Store,
    known: HandOver,
    today: date,
    waited: _Waited,
    table: tuple[str, str] | None,
) -> None:
    """Have them written to, and write down who was."""
    first = [each for each in waited.people if is_first_of_table(connection, each, table, today)]
    people = post_notices(connection, store, known, "remind", first, table)
    for link, to in waited.parties:
        post_reminder(connection, store, link, to)
    if people or waited.parties:
        handover.note_reminder(connection, known, store.now(), today, [link.role for link, _ in waited.parties])
        write_operation(
            connection, store.now(), request=new_id(), actor="service", origin="", action="remind",
            subject=known.sha256, status=200,
        )  # fmt: skip


REMINDER_WORKERS: Mapping[str, Worker] = {KIND: remind}
