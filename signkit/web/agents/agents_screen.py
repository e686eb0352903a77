"""The pages of agents: pairing one's own, what they were asked, and letting one go."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from signkit.web.agents.devices import TO_SIGN, Agent, add_agent, agents_of, find_agent, revoke_agent
from signkit.web.agents.lists import end_list, find_list, lists_of
from signkit.web.agents.pairings import Pairing, Pairings
from signkit.web.agents.proof import fingerprint
from signkit.web.agents.tasks import end_task, find_agent_task, tasks_of
from signkit.web.api.service import Service
from signkit.web.common.forms import word
from signkit.web.common.pages import Pages
from signkit.web.people.declining import Declined
from signkit.web.people.screens import PeopleScreen, require_fresh, seat_of
from signkit.web.people.tries import pairing_codes, take_try

_HERE = "/agents"


class AgentsScreen(PeopleScreen):
    """The pages under ``/agents``."""

    def __init__(self, service: Service, pages: Pages, pairings: Pairings) -> None:
        super().__init__(service, pages)
        self._pairings = pairings

    def routes(self) -> list[BaseRoute]:
        """See `PeopleScreen.routes`."""
        return [
            self.page(_HERE, self.look),
            self.form(f"{_HERE}/pair", self.pair),
            self.form(f"{_HERE}/confirm", self.confirm),
            self.form(f"{_HERE}/tasks/{{id}}/withdraw", self.withdraw),
            self.form(f"{_HERE}/lists/{{id}}/withdraw", self.withdraw_list),
            self.form(f"{_HERE}/{{id}}/revoke", self.revoke),
        ]

    def look(self, request: Request) -> Response:
        """Show a person's agents, and what they were asked."""
        self._require(request)
        tenant, session = seat_of(request)
        with tenant.store.reading() as connection:
            agents = agents_of(connection, session.person)
            tasks = tasks_of(connection, session.person.id, tenant.store.clock())
            lists = lists_of(connection, session.person.id, tenant.store.clock())
        return self.show(request, "agents.html", agents=agents, tasks=tasks, lists=lists, origin=self.origin)

    def pair(self, request: Request, form: FormData) -> Response:
        """Show whose code was typed, before anything is agreed."""
        self._require(request)
        pairing = self._typed(request, form)
        return self.show(request, "agent_confirm.html", pairing=pairing, fingerprint=fingerprint(pairing.key))

    def confirm(self, request: Request, form: FormData) -> Response:
        """Take the agent that was shown, and no other; a cookie that somebody took pairs nothing."""
        self._require(request)
        require_fresh(request)
        tenant, session = seat_of(request)
        pairing = self._typed(request, form)
        if word(form, "fingerprint") != fingerprint(pairing.key):
            raise Declined("pairing")
        with tenant.store.writing() as connection:
            agent = add_agent(connection, session.person, pairing.name, pairing.key, tenant.store.now())
            if not self._pairings.take(pairing, f"{tenant.id}.{agent.id}"):
                raise Declined("pairing")
            self.write(connection, request, "pairAgent", agent.id)
        return RedirectResponse(_HERE, 303)

    def revoke(self, request: Request, _: FormData) -> Response:
        """Let an agent go."""
        self._require(request)
        tenant, _session = seat_of(request)
        with tenant.store.writing() as connection:
            agent = find_agent(connection, request.path_params["id"])
            revoke_agent(connection, self._own(request, agent), tenant.store.now())
            self.write(connection, request, "revokeAgent", request.path_params["id"])
        return RedirectResponse(_HERE, 303)

    def withdraw(self, request: Request, _: FormData) -> Response:
        """Ask for a signature no more."""
        self._require(request)
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            task = find_agent_task(connection, request.path_params["id"], session.person.id, tenant.store.clock())
            if task is None or not end_task(connection, task, "withdrawn"):
                raise Declined("agent_task")
            self.write(connection, request, "withdrawAgentTask", task.sha256)
        return RedirectResponse(_HERE, 303)

    def withdraw_list(self, request: Request, _: FormData) -> Response:
        """Ask for nothing more of a list."""
        self._require(request)
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            asked = find_list(connection, request.path_params["id"], session.person.id, tenant.store.clock())
            if asked is None or not end_list(connection, asked, "withdrawn"):
                raise Declined("agent_task")
            self.write(connection, request, "withdrawAgentList", asked.sha256)
        return RedirectResponse(_HERE, 303)

    def _typed(self, request: Request, form: FormData) -> Pairing:
        """Return what is paired by the code that was typed; who guesses waits."""
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            wait = take_try(connection, [pairing_codes(session.person.id)], tenant.store.clock())
        if wait:
            raise Declined("pairing_wait", 429, seconds=wait)
        pairing = self._pairings.by_code(word(form, "code"))
        if pairing is None:
            raise Declined("pairing")
        return pairing

    def _require(self, request: Request) -> None:
        _, session = seat_of(request)
        if TO_SIGN not in session.person.principal(self.service.document).permissions:
            raise Declined("role", 403)

    def _own(self, request: Request, agent: Agent | None) -> Agent:
        _, session = seat_of(request)
        if agent is None or agent.person != session.person.id:
            raise Declined("agent", 404)
        return agent
