"""First start: three questions, then a rehearsal at a desk of its own."""

from __future__ import annotations

import subprocess
import sys

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.output import write_checked
from signkit.web.common.forms import word
from signkit.web.desk.office import Office
from signkit.web.desk.prompted_process import environment_of
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.settings_screen import problems_of, typed_settings
from signkit.words import Language, Text

#: What is asked for first, and the template that each begins with.
BUSINESSES = {"broker": "real-estate-sale", "hr": "employment-agreement", "other": "nda"}
_MARK = "welcomed"
_ASKED = ("tsa_urls", "archive")


def is_new(office: Office) -> bool:
    """Tell whether nobody answered the questions yet, nor worked without."""
    if (
        office.options.rehearsal
        or office.options.served
        or (office.options.home / _MARK).exists()
        or office.has_archive()
    ):
        return False
    return not (office.drafts.listed() or office.shelf.listed("prepared", "signed") or office.batches.listed())


class WelcomeScreen(Screen):
    """The questions."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/welcome", self.ask),
            self.form("/welcome", self.answer),
            self.page("/welcome/rehearsal", self.offer),
            self.form("/welcome/rehearsal", self.rehearse),
        ]

    def ask(self, request: Request) -> Response:
        """Ask."""
        if self.office.options.rehearsal:
            return self.unknown(request)
        return self._ask(request, typed_settings(self.office.settings))

    def answer(self, request: Request, form: FormData) -> Response:
        """Save the answers, make the archive, and offer the rehearsal."""
        business = word(form, "business")
        if self.office.options.rehearsal or business not in BUSINESSES:
            return self.unknown(request)
        before = typed_settings(self.office.settings)
        typed = before | {name: word(form, name).strip() for name in _ASKED}
        if problems := problems_of(typed):
            return self._ask(request, typed, business, problems)
        changes: dict[str, str | tuple[str, ...] | None] = {}
        if typed["tsa_urls"] != before["tsa_urls"]:
            changes["tsa_urls"] = tuple(typed["tsa_urls"].split())
        if typed["archive"] != before["archive"]:
            changes["archive"] = typed["archive"] or None
        if changes:
            self.office.change_settings(changes)
        if not self.office.has_archive():
            self.office.make_archive()
        write_checked(self.office.options.home / _MARK, business.encode(), overwrite=True, private=True)
        return go_to(f"/welcome/rehearsal?business={business}")

    def offer(self, request: Request) -> Response:
        """Offer the rehearsal."""
        if self.office.options.rehearsal:
            return self.unknown(request)
        template = BUSINESSES.get(request.query_params.get("business", ""))
        return self.show(request, "rehearse.html", template=template, opened=self.office.rehearsal is not None)

    def rehearse(self, request: Request, _: FormData) -> Response:
        """Open the rehearsal's desk beside this one."""
        if self.office.options.rehearsal:
            return self.unknown(request)
        running = self.office.rehearsal
        if running is None or running.poll() is not None:
            self.office.rehearsal = start_rehearsal(self.office, self.language(request))
        return go_to("/welcome/rehearsal")

    def _ask(
        self,
        request: Request,
        typed: dict[str, str],
        business: str = "broker",
        problems: dict[str, Text] | None = None,
    ) -> Response:
        return self.show(
            request, "welcome.html", 400 if problems else 200, typed=typed, business=business,
            problems=problems or {}, businesses=list(BUSINESSES), folder=self.office.settings.archive_folder(),
        )  # fmt: skip


def start_rehearsal(office: Office, language: Language) -> subprocess.Popen[bytes]:
    """Start ``signkit desk --demo``, which opens the browser by itself."""
    options = office.options
    more = ["--pinentry", options.program] if options.program is not None else []
    command = [sys.executable, "-m", "signkit", "desk", "--demo", "--lang", language, "--prompt", options.prompt, *more]
    return subprocess.Popen(  # noqa: S603  our own program
        command, stdin=subprocess.DEVNULL, env=environment_of(office.settings.home_folder())
    )
