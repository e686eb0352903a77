"""Opening an encrypted file: its password is asked for outside the page, and kept in memory alone."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.errors import PdfPasswordWrong, UsageProblem
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.opening_process import OpeningProcess, Question
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.prompting import NoPrompt
from signkit.web.desk.screens import Screen, go_to


class OpeningScreen(Screen):
    """One encrypted file."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.form("/documents/{sha256}/open", self.open),
            self.form("/documents/{sha256}/close", self.close),
        ]

    def open(self, request: Request, _: FormData) -> Response:
        """Begin to ask for the password."""
        sha256 = request.path_params["sha256"]
        name = self.office.name_of(sha256)
        if name is None:
            return self.unknown(request)
        options = self.office.options
        question = Question(name, self.language(request), options.prompt, options.program)
        page = f"/documents/{sha256}"
        job = DeskJob(
            WORDS["open_with_password"], stage=WORDS["password_asked"], leads_to=page, leads_back=page,
            cancelled=WORDS["password_cancelled"],
        )  # fmt: skip
        process = OpeningProcess()
        job.cancel = process.stop
        self.office.jobs.start(job, lambda job: self._ask(job, sha256, question, process))
        return go_to(f"/jobs/{job.number}")

    def close(self, request: Request, _: FormData) -> Response:
        """Forget the password."""
        self.office.passwords.pop(request.path_params["sha256"], None)
        return go_to("/")

    def _ask(self, job: DeskJob, sha256: str, question: Question, process: OpeningProcess) -> None:
        try:
            password = process.ask(question)
        except NoPrompt as error:
            raise UsageProblem(WORDS["password_no_prompt"], WORDS["password_get_prompt"]) from error
        if password is None:
            job.state = "cancelled"
            return
        self.office.passwords[sha256] = password
        try:
            self.office.status(sha256, question.name)
        except PdfPasswordWrong:
            del self.office.passwords[sha256]
            raise
