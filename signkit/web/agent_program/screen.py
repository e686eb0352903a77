"""The agent's screens: what is asked for, and of the desk's what signing needs; nothing else is there."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from signkit.web.agent_program.page_words import AGENT_PROGRAM_WORDS
from signkit.web.agent_program.work import AgentWork
from signkit.web.agents.tasks import MOST_REASON
from signkit.web.common.forms import word
from signkit.web.desk.contract_screen import ContractScreen
from signkit.web.desk.screens import Screen, go_to


@dataclass(frozen=True)
class AgentScreen(Screen):
    """What the office asks for.

    Attributes:
        work: what the agent is at.
        desk: the office's origin.
    """

    work: AgentWork
    desk: str

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/", self.look),
            self.page("/state", self.state),
            self.form("/refuse", self.refuse),
            self.page("/documents/{sha256}", self.lead_back),
        ]

    def look(self, request: Request) -> Response:
        """Show what is asked for."""
        work = self.work
        return self.show(
            request, "agent_home.html", desk=self.desk, state=work.state, task=work.task, trouble=work.trouble,
            last=work.last, is_refusal=work.is_refusal, most=MOST_REASON, seen=work.seen(), listed=work.listed,
            fetched=(work.lists.done, work.lists.total), signing=work.lists.is_signing(), job=work.lists.job,
            sending=work.listed is not None and work.lists.has_signed(work.listed),
        )  # fmt: skip

    def state(self, request: Request) -> Response:
        """Tell the page whether it still shows what is."""
        is_as_seen = request.query_params.get("seen") == self.work.seen()
        return JSONResponse({"state": "working" if is_as_seen else "changed"})

    def refuse(self, request: Request, form: FormData) -> Response:
        """Do not sign what was shown."""
        usual = AGENT_PROGRAM_WORDS["agent_refuse"].in_language(self.language(request))
        self.work.refuse(word(form, "task"), word(form, "reason").strip()[:MOST_REASON] or usual)
        return go_to("/")

    def lead_back(self, request: Request) -> Response:
        """Lead from what was signed to what became of it."""
        del request
        return go_to("/")


class PagesScreen(ContractScreen):
    """The pictures of a document's pages."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [each for each in super().routes() if isinstance(each, Route) and each.path.startswith("/pages/")]
