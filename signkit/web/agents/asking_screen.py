"""Asking one's own agent to sign: the document once more, and then the PC with the card does the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.web.agents.devices import agents_of
from signkit.web.agents.tasks import ask_agent_to_sign
from signkit.web.common.page_pictures import WIDTHS
from signkit.web.desk.contract_screen import party_name, title_of
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.signing_screen import label_of, status_in_turn

if TYPE_CHECKING:
    from signkit.web.office.tenant_office import TenantOffice


class AskingScreen(Screen):
    """One signature, asked of an agent."""

    office: TenantOffice

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/documents/{sha256}/agent/{role}"
        return [self.page(path, self.look), self.form(path, self.ask)]

    def look(self, request: Request) -> Response:
        """Show what would be signed, as whom, by which PC."""
        status, person = status_in_turn(self.office, request), self.office.person
        if status is None or person is None:
            return self.unknown(request)
        sha256, role = request.path_params["sha256"], request.path_params["role"]
        with self.office.store.reading() as connection:
            agents = agents_of(connection, person)
        return self.show(
            request, "ask_agent.html", sha256=sha256, role=role, label=label_of(status, role),
            name=party_name(status, role), title=title_of(status), pages=self.office.page_facts(sha256), widths=WIDTHS,
            agents=agents,
        )  # fmt: skip

    def ask(self, request: Request, form: FormData) -> Response:
        """Ask for the signature."""
        del form
        status, person = status_in_turn(self.office, request), self.office.person
        if status is None or person is None:
            return self.unknown(request)
        title = title_of(status).in_language("ja")
        sha256, role = request.path_params["sha256"], request.path_params["role"]
        with self.office.store.writing() as connection:
            ask_agent_to_sign(connection, person.id, sha256, role, title, self.office.store.clock())
        return go_to("/agents")
