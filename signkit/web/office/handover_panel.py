"""What a contract's page shows of its way through the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from signkit.archive.exporting import moment_in_words
from signkit.web.api.service import Service
from signkit.web.api.store import Store
from signkit.web.office.door import origin_of_pages
from signkit.web.office.handover import MOST_TEXT, Act, HandOver
from signkit.web.office.mail import unsent_mails
from signkit.web.office.party_links import DAYS, list_links
from signkit.web.people.accounts import Person, find_person

#: The acts that have a form, in the order in which they are shown.
ACTS: tuple[Act, ...] = ("ask", "approve", "send-back", "decline", "remark")
#: What is not done without saying why.
WITH_REASON: tuple[Act, ...] = ("send-back", "decline", "remark")


class Onlooker(Protocol):
    """Who looks at the way of a contract, and where (`signkit.web.office.tenant_office.TenantOffice`)."""

    @property
    def service(self) -> Service | None:
        """Where the office is served."""

    @property
    def store(self) -> Store:
        """The tenant's store."""

    @property
    def person(self) -> Person | None:
        """Who looks."""

    def today(self) -> date:
        """Return the day in Japan."""

    def handover(self, sha256: str) -> HandOver | None:
        """Return how far a contract is in the office."""


def panel(office: Onlooker, sha256: str) -> Mapping[str, Any]:
    """Return what a contract's page shows of its way through the office."""
    known = office.handover(sha256)
    if known is None:
        return {"beside": ()}
    with office.store.reading() as connection:
        links = [(each, moment_in_words(each.expires_at)) for each in list_links(connection, known.id)]
        unsent = unsent_mails(connection, known.id)
    assert office.service is not None
    return {
        "beside": ("handover_panel.html",), "links": links, "unsent": unsent, "days": DAYS, "now": office.store.now(),
        "may_mail": office.service.own.mail_server is not None, "origin": origin_of_pages(office.service),
    } | told(office, known)  # fmt: skip


def told(office: Onlooker, known: HandOver) -> dict[str, Any]:
    """Return the facts that the panel shows."""
    with office.store.reading() as connection:
        people = {each for remark in known.remarks if (each := find_person(connection, remark.who)) is not None}
    names = {each.id: each.name for each in people}
    return {
        "handover": known,
        "names": names,
        "remarks": [(each, moment_in_words(each.at)) for each in known.remarks],
        "acts": [act for act in ACTS if known.can(act) and not (act == "approve" and is_own_asking(office, known))],
        "with_reason": WITH_REASON,
        "is_overdue": known.is_overdue(office.today()),
        "is_expired": known.is_expired(office.today()),
        "is_own_asking": known.state == "asked" and is_own_asking(office, known),
        "most_text": MOST_TEXT,
    }


def is_own_asking(office: Onlooker, known: HandOver) -> bool:
    """Tell whether it was the person who asked: nobody approves what they asked for."""
    return office.person is not None and known.asked_by == office.person.id
