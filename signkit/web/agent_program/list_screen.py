"""The agent's screens of many signatures as one: each document's pages, and the one yes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.web.agent_program.list_work import KeptList
from signkit.web.agent_program.page_words import AGENT_PROGRAM_WORDS as WORDS
from signkit.web.agent_program.work import AgentWork
from signkit.web.common.forms import word
from signkit.web.common.page_pictures import MOST_PAGES, WIDTHS
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.many_process import ManyOrder
from signkit.web.desk.many_screen import sign_batch
from signkit.web.desk.page_words import WORDS as DESK_WORDS
from signkit.web.desk.prompted_process import environment_of
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.signing_screen import chosen_key, key_choices, signer_of, tries_of, usual_key, usual_level
from signkit.words import Text


@dataclass(frozen=True)
class AgentListScreen(Screen):
    """The list that the office asks for.

    Attributes:
        work: what the agent is at.
    """

    work: AgentWork

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/list/contracts/{place:int}", self.contract),
            self.page("/list/sign", self.ask),
            self.form("/list/sign", self.sign),
        ]

    def contract(self, request: Request) -> Response:
        """Show the pages of one document."""
        listed, place = self.work.listed, request.path_params["place"]
        if listed is None or not 0 < place <= len(listed.left):
            return self.unknown(request)
        row = listed.left[place - 1]
        return self.show(
            request, "agent_list_row.html", listed=listed, row=row, place=place, count=len(listed.left),
            pages=self.office.page_facts(row.sha256), widths=WIDTHS, most_pages=MOST_PAGES,
        )  # fmt: skip

    def ask(self, request: Request) -> Response:
        """Show what one PIN would sign."""
        listed = self._to_be_signed()
        if listed is None:
            return go_to("/")
        self.office.ahead.begin(environment_of(self.office.settings.home))
        return self._ask(request, listed)

    def sign(self, request: Request, form: FormData) -> Response:
        """Begin to sign what was shown, and nothing else."""
        listed, lists = self._to_be_signed(), self.work.lists
        key = chosen_key(self.office, word(form, "key"))
        if listed is None or listed.sha256 != word(form, "sha256") or key is None:
            return go_to("/")
        signer = signer_of(key, form)
        if signer is None:
            return self._ask(request, listed, DESK_WORDS["key_incomplete"])
        job = DeskJob(WORDS["agent_list_sign"].filled(count=len(listed.left)), total=len(listed.left))
        job.cancelled = WORDS["agent_list_stopped"]
        process = self.office.ahead.take(environment_of(self.office.settings.home))
        job.cancel = process.stop
        lists.job = job
        order = self._order(request, listed, signer)
        self.office.jobs.start(
            job, partial(sign_batch, order=order, process=process, on_signed=self.work.note_progress)
        )
        return go_to(f"/jobs/{job.number}")

    def _to_be_signed(self) -> KeptList | None:
        """Return the list that waits for a yes; None where there is none, or it was given."""
        listed, lists = self.work.listed, self.work.lists
        is_agreed_to = listed is not None and (lists.is_signing() or lists.has_signed(listed))
        return None if is_agreed_to else listed

    def _ask(self, request: Request, listed: KeptList, error: Text | None = None) -> Response:
        usual = usual_key(self.office, listed.label.partition(" ")[2])
        return self.show(
            request, "agent_list_sign.html", 400 if error else 200, listed=listed, choices=key_choices(self.office),
            usual=usual, tries=tries_of(self.office, usual), level=usual_level(self.office).value, error=error,
        )  # fmt: skip

    def _order(self, request: Request, listed: KeptList, signer: str) -> ManyOrder:
        options = self.office.options
        return ManyOrder(
            str(self.work.lists.folder), self.work.lists.files_to_sign(listed), listed.sha256, listed.role, signer,
            usual_level(self.office).value, listed.title, listed.label, self.language(request), options.tsa,
            options.trust, options.prompt, options.program,
        )  # fmt: skip
