"""Handing a contract on: asking for approval, approving, sending back, remarks, dates, what a party said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.said import WordRefused
from signkit.web.api.jobs import cancel_job, retry_job
from signkit.web.common.forms import word
from signkit.web.desk.screens import go_to
from signkit.web.office import handover
from signkit.web.office.acting import ActingScreen, typed_dates, typed_text
from signkit.web.office.handover import Act, HandOver, state_of
from signkit.web.office.handover_panel import ACTS, WITH_REASON, is_own_asking, told
from signkit.web.office.mail import address_of, letter, post_link, unsent_mails
from signkit.web.office.notices import tell_colleagues
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.party_links import DAYS, add_link, find_link, revoke_link, tell_link
from signkit.web.office.reminders import plan_reminder
from signkit.web.people.mail_addresses import is_address
from signkit.words import Language, Text


@dataclass(frozen=True)
class LinkTerms:
    """For whom a link is made; ``to``: where it is written to, empty: it is shown."""

    role: str
    days: int
    language: Language
    to: str


class HandOverScreen(ActingScreen):
    """What is done with a contract between the people of an office."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/documents/{sha256}/handover/"
        return [
            self.page("/documents/{sha256}/handover", self.look),
            *(self.act_form(path, act) for act in ACTS),
            self.form(path + "dates", self.set_dates),
            self.form(path + "link", self.link),
            self.form(path + "revoke", self.revoke),
            self.form(path + "mail", self.mail),
        ]

    def look(self, request: Request) -> Response:
        """Show how far it is."""
        known = self.office.handover(request.path_params["sha256"])
        return self._page(request, known) if known is not None else self.unknown(request)

    def set_dates(self, request: Request, form: FormData) -> Response:
        """Say when to remind, and until when it may be signed."""
        known = self.office.handover(request.path_params["sha256"])
        if known is None:
            return self.unknown(request)
        if word(form, "state") != state_of(known):
            return self._page(request, known, OFFICE_WORDS["overtaken_here"], 409)
        try:
            remind, expires = typed_dates(form)
        except WordRefused as refused:
            return self._page(request, known, refused.words, 400)
        with self.office.store.writing() as connection:
            now = handover.find(connection, known.sha256)
            if now is not None and now.version == known.version:
                store = self.office.store
                dated = handover.set_dates(connection, now, self.person_id, store.now(), remind, expires)
                plan_reminder(self.service, connection, store, dated)
        return go_to(f"/documents/{known.sha256}")

    def link(self, request: Request, form: FormData) -> Response:
        """Make a link for a party: shown this once, or written to them."""
        known = self.office.handover(request.path_params["sha256"])
        if known is None:
            return self.unknown(request)
        if word(form, "state") != state_of(known):
            return self._page(request, known, OFFICE_WORDS["overtaken_here"], 409)
        terms = self._terms(known, form)
        if isinstance(terms, Text):
            return self._page(request, known, terms, 400)
        with self.office.store.writing() as connection:
            store = self.office.store
            made = add_link(connection, store, known.id, terms.role, terms.days, terms.language)
            handover.advance(connection, known, "link", self.person_id, store.now(), terms.role)
            if terms.to:
                post_link(connection, store, made, terms.to)
                text = ""
            else:
                text = tell_link(connection, self.tenant, made)
        if terms.to:
            self.service.wake()
            return go_to(f"/documents/{known.sha256}")
        mail = letter(self.service, self.tenant, made, text, known)
        return self.show(
            request, "party_link.html", sha256=known.sha256, mail=mail, link=address_of(self.service, text)
        )

    def revoke(self, request: Request, form: FormData) -> Response:
        """Let a link lead nowhere from now on."""
        known = self.office.handover(request.path_params["sha256"])
        if known is None:
            return self.unknown(request)
        with self.office.store.writing() as connection:
            link = find_link(connection, word(form, "link"))
            if link is not None and link.handover == known.id:
                revoke_link(connection, link.id, self.office.store.now())
                now = handover.find(connection, known.sha256)
                assert now is not None
                handover.advance(connection, now, "revoke", self.person_id, self.office.store.now(), link.role)
        return go_to(f"/documents/{known.sha256}")

    def mail(self, request: Request, form: FormData) -> Response:
        """Try again to send a mail that failed, or give it up."""
        known = self.office.handover(request.path_params["sha256"])
        if known is None:
            return self.unknown(request)
        job = word(form, "job")
        with self.office.store.writing() as connection:
            if any(each.job == job for each in unsent_mails(connection, known.id)):
                if word(form, "do") == "drop":
                    cancel_job(connection, self.office.store, job)
                else:
                    retry_job(connection, self.office.store, job)
        self.service.wake()
        return go_to(f"/documents/{known.sha256}")

    def _terms(self, known: HandOver, form: FormData) -> LinkTerms | Text:
        """Return for whom a link is to be made, or what is wrong with what was typed."""
        role, days, to = word(form, "role"), word(form, "days"), word(form, "to").strip()
        roles = [each.role for each in self.office.status(known.sha256, known.name).parties]
        if role not in roles or days not in map(str, DAYS):
            return OFFICE_WORDS["link_whom"]
        if to and (self.service.own.mail_server is None or not is_address(to)):
            return OFFICE_WORDS["link_address"]
        return LinkTerms(role, int(days), "en" if word(form, "language") == "en" else "ja", to)

    def act(self, request: Request, form: FormData, act: Act) -> Response:
        """Do it, if the person saw what is there (`ActingScreen.act`); else what was typed is shown again."""
        text = typed_text(form)
        with self.office.store.writing() as connection:
            known = handover.find(connection, request.path_params["sha256"])
            problem = self._problem(known, act, word(form, "state"), text) if known is not None else None
            if known is not None and problem is None:
                store = self.office.store
                done = handover.advance(connection, known, act, self.person_id, store.now(), text)
                tell_colleagues(self.service, connection, store, done, act)
                if act == "ask":  # what was declined is waited for again; today they heard of it already
                    plan_reminder(self.service, connection, store, done, self.office.today() + timedelta(days=1))
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
        if act == "approve" and is_own_asking(self.office, known):
            return 403, OFFICE_WORDS["own_asking"]
        if act in WITH_REASON and not text:
            return 400, OFFICE_WORDS["say_why"]
        return None

    def _page(
        self, request: Request, known: HandOver, problem: Text | None = None, status: int = 200, typed: str = ""
    ) -> Response:
        return self.show(
            request, "handover.html", status, problem=problem, typed=typed, sha256=known.sha256,
            **told(self.office, known),
        )  # fmt: skip
