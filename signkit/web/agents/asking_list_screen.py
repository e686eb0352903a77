"""Asking one's own agent to sign what a table made: the list once more, and then the PC asks once for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.web.agents.devices import agents_of
from signkit.web.agents.lists import ask_agent_for_list
from signkit.web.common.forms import word
from signkit.web.desk.batches import DeskBatch, MadeContract, digest_of_list
from signkit.web.desk.contract_screen import party_name
from signkit.web.desk.many_screen import turn_of
from signkit.web.desk.many_work import template_of
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.signing_screen import label_of

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus
    from signkit.web.office.tenant_office import TenantOffice


class AskingListScreen(Screen):
    """Many signatures, asked of an agent as one."""

    office: TenantOffice

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/many/{number}/agent/{role}"
        return [self.page(path, self.look), self.form(path, self.ask)]

    def look(self, request: Request) -> Response:
        """Show what one PIN would sign, as whom, by which PC."""
        batch = self.office.batches.find(request.path_params["number"])
        turn = self._turn(batch, request.path_params["role"]) if batch is not None else None
        person = self.office.person
        if batch is None or turn is None or person is None:
            return self.unknown(request)
        contracts, status = turn
        role = request.path_params["role"]
        with self.office.store.reading() as connection:
            agents = agents_of(connection, person)
        return self.show(
            request, "ask_agent_list.html", batch=batch, role=role, contracts=contracts, agents=agents,
            label=label_of(status, role), name=party_name(status, role), sha256=digest_of_list(contracts),
            title=template_of(self.office, batch).title,
        )  # fmt: skip

    def ask(self, request: Request, form: FormData) -> Response:
        """Ask for the signatures that were shown."""
        batch = self.office.batches.find(request.path_params["number"])
        turn = self._turn(batch, request.path_params["role"]) if batch is not None else None
        person, store = self.office.person, self.office.store
        if batch is None or turn is None or person is None:
            return self.unknown(request)
        if digest_of_list(turn[0]) != word(form, "sha256"):  # some were signed, sent back or approved meanwhile
            return go_to(request.url.path)
        files = [(each.sha256, f"{each.name}.pdf") for each in turn[0]]
        with store.writing() as connection:
            role = request.path_params["role"]
            ask_agent_for_list(connection, person.id, role, batch.table, files, store.clock())
        return go_to("/agents")

    def _turn(self, batch: DeskBatch, role: str) -> tuple[list[MadeContract], ContractStatus] | None:
        """Return the contracts that a role may sign now and that are approved; None where there is none."""
        turn = turn_of(self.office, batch, role)
        if turn is None:
            return None
        good = self.office.signable([each.sha256 for each in turn[0]])
        contracts = {each.sha256: each for each in turn[0] if each.sha256 in good}  # two rows may say the same
        return (list(contracts.values()), turn[1]) if contracts else None
