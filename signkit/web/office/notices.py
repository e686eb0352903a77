"""Writing to colleagues that a contract was handed on to them, where they said at which address they want that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from signkit.web.api.database import StoreConnection
from signkit.web.api.jobs import Job, Worker, add_job
from signkit.web.api.service import Service
from signkit.web.api.store import Store
from signkit.web.api.tenants import Tenant
from signkit.web.office import handover
from signkit.web.office.door import origin_of_pages
from signkit.web.office.handover import Act, HandOver
from signkit.web.office.mail import NOTICE, Letter, keep_nothing, post
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.people.accounts import find_person, list_people
from signkit.web.people.mail_addresses import mail_address_of
from signkit.words import Text

#: What of an act is written, by the key of the words for it.
_SAID: Mapping[Act, str] = {
    "ask": "notice_asked", "approve": "notice_approved", "send-back": "notice_sent_back",
    "decline": "notice_declined", "remind": "notice_reminded",
}  # fmt: skip


def whose_turn(connection: StoreConnection, known: HandOver) -> list[str]:
    """Return the ids of those for whom a contract waits: every 責任者 who did not ask, or whoever made and asked."""
    if known.state == "asked":
        people = [each for each in list_people(connection) if each.role == "supervisor" and each.disabled_at is None]
        return [each.id for each in people if each.id != known.asked_by]
    return list(dict.fromkeys(each for each in (known.asked_by, known.maker) if each is not None))


def tell_colleagues(service: Service, connection: StoreConnection, store: Store, known: HandOver, act: Act) -> None:
    """Have those written to for whom a contract waits after an act, but for whoever did it."""
    if act in _SAID and service.own.mail_server is not None:
        did = known.remarks[-1].who
        post_notices(connection, store, known, act, (each for each in whose_turn(connection, known) if each != did))


def tell_colleagues_of_table(
    service: Service,
    connection: StoreConnection,
    store: Store,
    done: Sequence[HandOver],
    act: Act,
    table: tuple[str, str],
) -> None:
    """Have those written to for whom a table's contracts wait after an act: of all of them once.

    Args:
        table: its number and its name.
    """
    if service.own.mail_server is None:
        return
    did = done[0].remarks[-1].who
    people: dict[str, HandOver] = {}
    for row in done:
        people |= {each: row for each in whose_turn(connection, row) if each != did and each not in people}
    for person, row in people.items():
        post_notices(connection, store, row, act, [person], table)


def post_notices(
    connection: StoreConnection,
    store: Store,
    known: HandOver,
    act: Act,
    people: Iterable[str],
    table: tuple[str, str] | None = None,
) -> list[str]:
    """Have people written to who want to be; return who they are.

    Args:
        table: of which the contract is one among those that are written about.
    """
    written = [each for each in people if mail_address_of(connection, each) is not None]
    for each in written:
        content = {"handover": known.id, "person": each, "act": act}
        add_job(connection, store, NOTICE, content | ({"table": list(table)} if table is not None else {}))
    return written


def send_notice(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:
    """Send one, to where the person is written to by now.

    Raises:
        RetryLater: the server did not take it.
    """
    with tenant.store.reading() as connection:
        known = handover.find_by_id(connection, job.content["handover"])
        to = mail_address_of(connection, job.content["person"])
        person = find_person(connection, job.content["person"])
    if known is not None and known.state != "ended" and to is not None and person is not None:
        said = OFFICE_WORDS[_SAID[job.content["act"]]]
        path, name = f"/documents/{known.sha256}", known.name.removesuffix(".pdf")
        if "table" in job.content:
            number, name = job.content["table"]
            path = f"/many/{number}"
        facts = {"name": name, "person": person.name, "link": f"{origin_of_pages(service)}{path}"}
        said_here = said.in_language(to.language, **facts)
        written = Letter(said_here, _BODY.in_language(to.language, said=said_here, **facts))
        post(service, job, to.address, written)
    return keep_nothing


NOTICE_WORKERS: Mapping[str, Worker] = {NOTICE: send_notice}

_BODY = Text(
    "{person}\n\n{said}\n\n{link}\n\nYou get this because your account at the office names this address.\n",
    "{person} 様\n\n{said}\n\n{link}\n\n自分のアカウントで、このアドレスへの通知を設定しているためお送りしています。\n",
)
