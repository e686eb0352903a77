"""The page of what takes two people: asked, decided, done."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from signkit.pki.anchors import TrustStore
from signkit.validation.options import trust_store
from signkit.web.api.archives import opened
from signkit.web.api.database import StoreConnection
from signkit.web.api.tenants import Tenant
from signkit.web.common.forms import row_number, word
from signkit.web.people.accounts import add_person, find_person, list_people, set_role
from signkit.web.people.approvals import (
    DECIDERS,
    Approval,
    ask_approval,
    decide,
    digest_of,
    find_approval,
    finish,
    lapse,
    list_approvals,
    withdraw,
)
from signkit.web.people.believing import agreed, digest_of_set, trust_change
from signkit.web.people.declining import Declined
from signkit.web.people.disposing import ask_to_dispose, dispose, due_now, told
from signkit.web.people.proposals import list_proposals, take_up, waiting
from signkit.web.people.screens import PeopleScreen, require_fresh, require_role, seat_of
from signkit.web.people.sessions import end_sessions_of

_HERE = "/approvals"
#: Entries on one page of what may be deleted.
_MOST_ROWS = 100


class ApprovalsScreen(PeopleScreen):
    """The pages under ``/approvals``."""

    def routes(self) -> list[BaseRoute]:
        """Return what the screen answers."""
        return [
            self.page(_HERE, self.look),
            self.page(f"{_HERE}/purge", self.look_at_due),
            self.form(f"{_HERE}/purge", self.ask_purge),
            self.form(f"{_HERE}/purge/{{proposal}}", self.answer_proposal),
            self.page(f"{_HERE}/trust", self.look_at_trust),
            self.form(f"{_HERE}/trust", self.ask_trust),
            self.form(f"{_HERE}/{{approval}}/decide", self.decide),
            self.form(f"{_HERE}/{{approval}}/do", self.do_again),
            self.form(f"{_HERE}/{{approval}}/withdraw", self.withdraw),
        ]

    def look(self, request: Request) -> Response:
        """Show what was asked; who sees no contracts sees none here."""
        require_role(request, "administrator", "supervisor", "auditor")
        tenant, session = seat_of(request)
        with tenant.store.reading() as connection:
            asked = list_approvals(connection)
            people = list_people(connection)
        role, names = session.person.role, {each.id: each.name for each in people}
        others = {each.role for each in people if each.disabled_at is None and each.id != session.person.id}
        seen = [each for each in asked if role in ("auditor", DECIDERS[each.action])]
        return self.show(
            request, "approvals.html", rows=seen, names=names, now=tenant.store.now(), deciders=DECIDERS,
            alone=[action for action, decider in DECIDERS.items() if decider not in others],
            decides_trust=tenant.id == self.service.own.operator_tenant,
        )  # fmt: skip

    def look_at_due(self, request: Request) -> Response:
        """Show what need not be kept any longer, behind the entry that ``after`` names."""
        require_role(request, "supervisor")
        tenant, _ = seat_of(request)
        with tenant.store.reading() as connection:
            now = tenant.store.now()
            proposals = [each for each in list_proposals(connection) if each.is_waiting(now)]
        after = row_number(request.query_params.get("after", "")) or 0
        with opened(tenant) as archive:
            due = list(islice(due_now(archive, after=after), _MOST_ROWS + 1))
        rows = due[:_MOST_ROWS]
        return self.show(
            request, "purge_ask.html", rows=rows, proposals=proposals, after=after,
            last=rows[-1].entry.number if len(due) > _MOST_ROWS else None,
        )  # fmt: skip

    def answer_proposal(self, request: Request, form: FormData) -> Response:
        """Ask another supervisor for what a program proposed, or refuse it: a program is nobody of the two."""
        require_role(request, "supervisor")
        require_fresh(request)
        tenant, session = seat_of(request)
        id_, asked = request.path_params["proposal"], None
        with tenant.store.writing() as connection:
            proposal = waiting(connection, tenant, id_)
            if word(form, "answer") == "ask":
                asked = ask_to_dispose(connection, tenant, proposal.facts, session.person.id)
            take_up(connection, tenant, id_, asked.id if asked else None)
            self.write(connection, request, "askApproval" if asked else "refusePurge", asked.digest if asked else id_)
        return RedirectResponse(_HERE, 303)

    def ask_purge(self, request: Request, form: FormData) -> Response:
        """Ask another supervisor to have the chosen entries deleted."""
        require_role(request, "supervisor")
        require_fresh(request)
        tenant, session = seat_of(request)
        numbers = (row_number(each) for each in form.getlist("entry") if isinstance(each, str))
        with opened(tenant) as archive:
            chosen = list(due_now(archive, among={each for each in numbers if each is not None}))
        if not chosen:
            raise Declined("nothing_chosen")
        with tenant.store.writing() as connection:
            asked = ask_to_dispose(connection, tenant, told(chosen), session.person.id)
            self.write(connection, request, "askApproval", asked.digest)
        return RedirectResponse(_HERE, 303)

    def look_at_trust(self, request: Request) -> Response:
        """Show which anchors the service believes, and which the machine names beside them."""
        tenant, named = self._operator(request)
        with tenant.store.reading() as connection:
            change = trust_change(connection, named)
        return self.show(request, "trust_ask.html", change=change, seen=digest_of("trust", change.facts))

    def ask_trust(self, request: Request, form: FormData) -> Response:
        """Ask another administrator to have the service believe what the machine names, as it was shown."""
        tenant, named = self._operator(request)
        require_fresh(request)
        _, session = seat_of(request)
        with tenant.store.writing() as connection:
            change = trust_change(connection, named)
            if not change.is_change or word(form, "seen") != digest_of("trust", change.facts):
                raise Declined("approval_other", 409)
            asked = ask_approval(connection, tenant, "trust", change.facts, session.person.id)
            self.write(connection, request, "askApproval", asked.digest)
        return RedirectResponse(_HERE, 303)

    def _operator(self, request: Request) -> tuple[Tenant, TrustStore]:
        """Return the operator's tenant and what the machine names, to an administrator there."""
        require_role(request, "administrator")
        tenant, _ = seat_of(request)
        if tenant.id != self.service.own.operator_tenant:
            raise Declined("not_operator", 404)
        return tenant, trust_store(replace(self.service.settings, believed=None))

    def decide(self, request: Request, form: FormData) -> Response:
        """Decide what another asked for, and do it."""
        require_fresh(request)
        tenant, session = seat_of(request)
        approves = word(form, "answer") == "approve"
        with tenant.store.writing() as connection:
            decided = decide(
                connection, tenant, request.path_params["approval"], session.person.id,
                digest=word(form, "digest"), approves=approves,
            )  # fmt: skip
            self.write(connection, request, "approve" if approves else "refuseApproval", decided.digest)
            if approves and decided.action != "purge":
                _carry_out(connection, tenant, decided)
                finish(connection, decided.id)
        if approves and decided.action == "purge":
            self._purge(request, tenant, decided)
        if decided.action == "trust":
            self.service.take_up_trust()
        to = "/people" if approves and decided.action == "invite" else _HERE  # where the link is made
        return RedirectResponse(to, 303)

    def do_again(self, request: Request, _: FormData) -> Response:
        """Do what was approved and not done, because something stopped in the middle."""
        require_role(request, "supervisor")
        require_fresh(request)
        tenant, _session = seat_of(request)
        with tenant.store.reading() as connection:
            decided = find_approval(connection, request.path_params["approval"])
        if (decided.action, decided.state) != ("purge", "approved"):
            raise Declined("approval_over", 409)
        self._purge(request, tenant, decided)
        return RedirectResponse(_HERE, 303)

    def withdraw(self, request: Request, _: FormData) -> Response:
        """Take back what one asked for."""
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            withdraw(connection, request.path_params["approval"], session.person.id)
            self.write(connection, request, "withdrawApproval", request.path_params["approval"])
        return RedirectResponse(_HERE, 303)

    def _purge(self, request: Request, tenant: Tenant, decided: Approval) -> None:
        """Delete, then say that it is done: stopped in between, doing it once more deletes nothing else."""
        try:
            with opened(tenant) as archive:
                dispose(archive, decided.facts)
        except Declined:
            with tenant.store.writing() as connection:
                lapse(connection, decided.id)
            raise
        with tenant.store.writing() as connection:
            finish(connection, decided.id)
            self.write(connection, request, "purgeArchive", decided.digest)


def _carry_out(connection: StoreConnection, tenant: Tenant, decided: Approval) -> None:
    """Do to people what was decided; what is believed goes by the decision itself."""
    facts: dict[str, Any] = decided.facts
    if decided.action == "trust":
        if facts["before"] != digest_of_set(agreed(connection)):
            raise Declined("approval_changed", 409)
        return
    if decided.action == "invite":
        add_person(connection, facts["name"], facts["role"], tenant.store.now())
        return
    person = find_person(connection, facts["person"])
    if person is None or person.disabled_at is not None or person.role != facts["before"]:
        raise Declined("approval_changed", 409)
    set_role(connection, person.id, facts["role"])
    end_sessions_of(connection, person)
