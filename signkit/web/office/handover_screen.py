"""Handing a contract on: asking for approval, approving, sending back, remarks, dates, what a party said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.exporting import moment_in_words
from signkit.archive.said import WordRefused, read_day
from signkit.signers.base import printable
from signkit.web.common.forms import word
from signkit.web.desk.screens import Screen, go_to
from signkit.web.office import handover
from signkit.web.office.handover import MOST_TEXT, Act, HandOver
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.people.accounts import find_person
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.web.office.tenant_office import TenantOffice

#: The acts that have a form, in the order in which they are shown.
_ACTS: tuple[Act, ...] = ("ask", "approve", "send-back", "decline", "remark")
#: What is not done without saying why.
_WITH_REASON: tuple[Act, ...] = ("send-back", "decline", "remark")


def panel(office: TenantOffice, sha256: str) -> Mapping[str, Any]:
    """Return what a contract's page shows of its way through the office."""
    known = office.handover(sha256)
    if known is None:
        return {"beside": ()}
    return {"beside": ("handover_panel.html",)} | told(office, known)


def told(office: TenantOffice, known: HandOver) -> dict[str, Any]:
    """Return the facts that the panel shows."""
    with office.store.reading() as connection:
        people = {each for remark in known.remarks if (each := find_person(connection, remark.who)) is not None}
    names = {each.id: each.name for each in people}
    return {
        "handover": known,
        "names": names,
        "remarks": [(each, moment_in_words(each.at)) for each in known.remarks],
        "acts": [act for act in _ACTS if known.can(act) and not (act == "approve" and _is_own(office, known))],
        "with_reason": _WITH_REASON,
        "is_overdue": known.is_overdue(office.today()),
        "is_expired": known.is_expired(office.today()),
        "is_own_asking": known.state == "asked" and _is_own(office, known),
        "most_text": MOST_TEXT,
    }


def _is_own(office: TenantOffice, known: HandOver) -> bool:
    """Tell whether it was the person who asked: nobody approves what they asked for."""
    return office.person is not None and known.asked_by == office.person.id


class HandOverScreen(Screen):
    """What is done with a contract between the people of an office."""

    office: TenantOffice

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/documents/{sha256}/handover/"
        return [
            self.page("/documents/{sha256}/handover", self.look),
            self.form(path + "ask", self.ask),
            self.form(path + "approve", self.approve),
            self.form(path + "send-back", self.send_back),
            self.form(path + "decline", self.decline),
            self.form(path + "remark", self.remark),
            self.form(path + "dates", self.set_dates),
        ]

    def look(self, request: Request) -> Response:
        """Show how far it is."""
        known = self.office.handover(request.path_params["sha256"])
        return self._page(request, known) if known is not None else self.unknown(request)

    def ask(self, request: Request, form: FormData) -> Response:
        """Ask a 責任者 to approve."""
        return self._act(request, form, "ask")

    def approve(self, request: Request, form: FormData) -> Response:
        """Approve the file that was shown."""
        return self._act(request, form, "approve")

    def send_back(self, request: Request, form: FormData) -> Response:
        """Send it back, with what is to be another."""
        return self._act(request, form, "send-back")

    def decline(self, request: Request, form: FormData) -> Response:
        """Write down that a party declined, and why."""
        return self._act(request, form, "decline")

    def remark(self, request: Request, form: FormData) -> Response:
        """Say something about it."""
        return self._act(request, form, "remark")

    def set_dates(self, request: Request, form: FormData) -> Response:
        """Say when to remind, and until when it may be signed."""
        known = self.office.handover(request.path_params["sha256"])
        if known is None:
            return self.unknown(request)
        if word(form, "state") != state_of(known):
            return self._page(request, known, OFFICE_WORDS["overtaken_here"], 409)
        try:
            remind, expires = (_day(name, word(form, name)) for name in ("remind_on", "expires_on"))
        except WordRefused as refused:
            return self._page(request, known, refused.words, 400)
        with self.office.store.writing() as connection:
            now = handover.find(connection, known.sha256)
            if now is not None and now.version == known.version:
                handover.set_dates(connection, now, self._person_id(), self.office.store.now(), remind, expires)
        return go_to(f"/documents/{known.sha256}")

    def _act(self, request: Request, form: FormData, act: Act) -> Response:
        """Do it, if the person saw what is there; what was typed is shown again where it is not done."""
        text = printable_lines(word(form, "text"))[:MOST_TEXT].strip()
        with self.office.store.writing() as connection:
            known = handover.find(connection, request.path_params["sha256"])
            problem = self._problem(known, act, word(form, "state"), text) if known is not None else None
            if known is not None and problem is None:
                handover.advance(connection, known, act, self._person_id(), self.office.store.now(), text)
        if known is None:
            return self.unknown(request)
        if problem is not None:
            status, said = problem
            return self._page(request, known, said, status, typed=text)
        return go_to(f"/documents/{known.sha256}")

    def _problem(self, known: HandOver, act: Act, seen: str, text: str) -> tuple[int, Text] | None:
        if seen != state_of(known):
            return 409, OFFICE_WORDS["overtaken_here"]
        if not known.can(act):
            return 409, OFFICE_WORDS["unfit_act"]
        if act == "approve" and _is_own(self.office, known):
            return 403, OFFICE_WORDS["own_asking"]
        if act in _WITH_REASON and not text:
            return 400, OFFICE_WORDS["say_why"]
        return None

    def _page(
        self, request: Request, known: HandOver, problem: Text | None = None, status: int = 200, typed: str = ""
    ) -> Response:
        return self.show(
            request, "handover.html", status, problem=problem, typed=typed, sha256=known.sha256,
            **told(self.office, known),
        )  # fmt: skip

    def _person_id(self) -> str:
        assert self.office.person is not None
        return self.office.person.id


def state_of(known: HandOver) -> str:
    """Return what a form carries, so that it is not taken on another state than the one that was seen."""
    return f"{known.version}-{known.sha256}"


def printable_lines(text: str) -> str:
    """Return what was typed without what steers a screen, line by line."""
    return "\n".join(printable(line) for line in text.splitlines())


def _day(name: str, typed: str) -> date | None:
    return read_day(name, typed) if typed.strip() else None
