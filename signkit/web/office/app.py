"""The office as one application: whose pages they are is decided at the door, before anything is looked for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

import signkit.web.desk
from signkit.archive.exporting import moment_in_words
from signkit.errors import FileUnusable, ServiceError, SignKitError
from signkit.web.agents.calls import AgentCalls
from signkit.web.agents.page_words import AGENT_WORDS
from signkit.web.agents.pairings import Pairings
from signkit.web.agents.rooms import PAGES as AGENT_PAGES
from signkit.web.agents.rooms import agent_routes
from signkit.web.api.places import ELSEWHERE
from signkit.web.api.service import Service
from signkit.web.common.forms import form_route, word
from signkit.web.common.guard import STATIC, Guard
from signkit.web.common.pages import Pages, other_language
from signkit.web.desk.desk_hints import desk_hint
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import go_to
from signkit.web.office.desks import Desks, ways_of
from signkit.web.office.door import PeopleDoor, origin_of_pages, take_cookie
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.party_pages import PartyPages
from signkit.web.office.ways import Need
from signkit.web.people.page_words import PEOPLE_WORDS
from signkit.web.people.rooms import PAGES as PEOPLE_PAGES
from signkit.web.people.rooms import people_routes
from signkit.web.people.sessions import end_session, set_language
from signkit.workers import WorkerLost

_log = logging.getLogger("signkit.service")
_DESK = Path(signkit.web.desk.__file__).parent
#: Where templates lie, and what they say: of each room that has pages here, ours before the desk's.
PAGE_FOLDERS = (Path(__file__).parent / "pages", PEOPLE_PAGES, AGENT_PAGES, _DESK / "pages")
PAGE_WORDS = WORDS | OFFICE_WORDS | PEOPLE_WORDS | AGENT_WORDS
#: What each of the office's own pages and forms needs.
OWN_WAYS = {("POST", "/language"): Need(), ("POST", "/end"): Need()}


class OfficeApp:
    """The application of the pages, with what it holds while it runs."""

    def __init__(self, service: Service) -> None:
        self.pages = Pages(PAGE_FOLDERS, PAGE_WORDS, "ja", desk_hint, is_rehearsal=False, in_japan=moment_in_words)
        self.desks = Desks(service, self.pages)
        pairings = Pairings(service.tenants)
        others = other_routes(service, self.pages, pairings)
        self.agents = AgentCalls(service, self.desks, pairings).app
        self.app = make_pages_app(service, self.pages, self.desks, others)
        self._ways = ways_of(service, self.pages, OWN_WAYS, others)
        self._origin = origin_of_pages(service)
        self._guard = Guard(self._behind, PeopleDoor(service), self._refuse)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, if it is let in."""
        await self._guard(scope, receive, send)

    def close(self) -> None:
        """Let go of what is held."""
        self.desks.close()

    async def _behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._tell_ways(scope)
        await self.app(scope, receive, send)

    def _tell_ways(self, scope: Scope) -> None:
        """Let pages link only to where whoever asks may go."""
        session = scope.get("session")
        for name, method in (("shows", "GET"), ("takes", "POST")):
            scope[name] = partial(self._ways.is_open, session.person, method) if session is not None else _nowhere

    def _refuse(self, scope: Scope, status: int, reason: str) -> Response:
        self._tell_ways(scope)
        if reason == "host":
            return self.pages.show_in(scope, "wrong_address.html", status, origin=self._origin)
        if reason != "session":
            return self.pages.refuse(scope, status, reason)
        # A Strict cookie does not go with a click in a mail; it goes with the page's own way on.
        site = dict(scope["headers"]).get(b"sec-fetch-site", b"none")
        again = scope["method"] == "GET" and site in (b"cross-site", b"same-site")
        return self.pages.show_in(scope, "sign_in_first.html", status, again=again, is_page=scope["method"] == "GET")


def _nowhere(path: str) -> bool:
    del path
    return False


def make_pages_app(service: Service, pages: Pages, desks: Desks, others: Sequence[BaseRoute]) -> Starlette:
    """Return what stands behind the door."""
    static = Mount(STATIC.rstrip("/"), StaticFiles(directory=_DESK / "static"))
    return Starlette(
        routes=[
            *_Seat(service, pages).routes(),
            *others,
            *PartyPages(service, pages, desks).routes(),
            static,
            Mount("", desks),
        ],
        exception_handlers={
            ServiceError: lambda request, error: _fault(pages, request, error),
            FileUnusable: lambda request, error: _fault(pages, request, error),
            SignKitError: lambda request, error: pages.tell(request, error),
            HTTPException: lambda request, error: pages.refuse(request.scope, error.status_code, _reason(error)),
            WorkerLost: lambda request, _: pages.refuse(request.scope, 500, "lost"),
            Exception: lambda request, error: _fault(pages, request, error),
        },
    )


def other_routes(service: Service, pages: Pages, pairings: Pairings) -> list[BaseRoute]:
    """Return the pages of the rooms beside the desk (people, agents): each knows its own permissions."""
    return [*people_routes(service, pages), *agent_routes(service, pages, pairings)]


def _fault(pages: Pages, request: Request, error: Exception) -> Response:
    """Tell the operator what is wrong, and people that something is: where files lie is not theirs to know."""
    if isinstance(error, ServiceError) and error.code == ELSEWHERE:
        return pages.refuse(request.scope, 503, "elsewhere")
    _log.error("%s %s", request.method, request.url.path, exc_info=error)
    return pages.refuse(request.scope, 500, "fault")


def _reason(error: HTTPException) -> str:
    """Starlette answers 400 to a form of more fields, files or text than `form_route` takes."""
    return "size" if error.status_code == 400 else "unknown"


class _Seat:
    """What everybody who came in can do: begin, switch the language, leave."""

    def __init__(self, service: Service, pages: Pages) -> None:
        self._service = service
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            form_route("/language", self.switch_language, self._pages.refuse),
            form_route("/end", self.end, self._pages.refuse),
        ]

    def switch_language(self, request: Request, form: FormData) -> Response:
        """Show this browser's pages in the other language from now on, beginning with the one that was looked at."""
        session = request.scope["session"]
        with request.scope["tenant"].store.writing() as connection:
            set_language(connection, session, other_language(session.language))
        here = word(form, "here")
        return go_to(here if here.startswith("/") and not here.startswith("//") and "\\" not in here else "/")

    def end(self, request: Request, _: FormData) -> Response:
        """End the session; the page that says so is for somebody who has none."""
        session, request.scope["session"] = request.scope["session"], None
        request.scope["language"] = session.language
        with request.scope["tenant"].store.writing() as connection:
            end_session(connection, session)
        answer = self._pages.show(request, "signed_out.html", shows=_nowhere, takes=_nowhere)
        take_cookie(answer, self._service)
        return answer
