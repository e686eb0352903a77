"""The desk as one application: its screens, behind the guard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from signkit.errors import SignKitError
from signkit.web.common.forms import form_route, word
from signkit.web.common.guard import START, STATIC, Guard, LoopbackDoor
from signkit.web.common.listening import DeskAddress
from signkit.web.common.pages import Pages
from signkit.web.common.sessions import COOKIE, Sessions
from signkit.web.desk.archive_screen import ArchiveScreen
from signkit.web.desk.card_screen import CardScreen
from signkit.web.desk.changes_screen import ChangesScreen
from signkit.web.desk.check_screen import CheckScreen
from signkit.web.desk.contract_screen import ContractScreen
from signkit.web.desk.delivery_screen import DeliveryScreen
from signkit.web.desk.desk_hints import desk_hint
from signkit.web.desk.elsewhere_screen import ElsewhereScreen
from signkit.web.desk.job_screen import JobScreen
from signkit.web.desk.list_screen import ListScreen
from signkit.web.desk.machine_screen import MachineScreen
from signkit.web.desk.making_screen import MakingScreen
from signkit.web.desk.many_screen import ManyScreen
from signkit.web.desk.office import DeskOptions, Office
from signkit.web.desk.opening_screen import OpeningScreen
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.party_card_screen import PartyCardScreen
from signkit.web.desk.repair_screen import REPAIR, RepairScreen
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.settings_screen import SettingsScreen
from signkit.web.desk.signing_screen import SigningScreen
from signkit.web.desk.today_screen import TodayScreen
from signkit.web.desk.upholding_screen import UpholdingScreen
from signkit.web.desk.upkeep_screen import UpkeepScreen
from signkit.web.desk.welcome_screen import WelcomeScreen
from signkit.words import Text
from signkit.workers import WorkerLost

_HERE = Path(__file__).parent
_SCREENS = (
    TodayScreen, CheckScreen, ListScreen, ContractScreen, MakingScreen, SigningScreen, JobScreen, MachineScreen,
    DeliveryScreen, ChangesScreen, UpholdingScreen, ArchiveScreen, UpkeepScreen, OpeningScreen,
    ManyScreen, SettingsScreen, CardScreen, WelcomeScreen, ElsewhereScreen, PartyCardScreen, RepairScreen,
)  # fmt: skip


#: Makes a screen of an office with pages.
MakeScreen = Callable[[Office, Pages], Screen]


def desk_pages(
    options: DeskOptions, folders: Sequence[Path] = (), words: Mapping[str, Text] = MappingProxyType({})
) -> Pages:
    """Return the desk's pages, and before them those of whoever stands on the desk.

    Args:
        folders, words: theirs.
    """
    return Pages(
        (*folders, _HERE / "pages"), {**WORDS, **words}, options.language, desk_hint, is_rehearsal=options.rehearsal
    )


def make_app(
    office: Office,
    address: DeskAddress,
    sessions: Sessions,
    *,
    on_start: Callable[[], object] = lambda: None,
    screens: Sequence[MakeScreen] = _SCREENS,
    pages: Pages | None = None,
) -> ASGIApp:
    """Return the application.

    Args:
        screens: what it shows.
        pages: where its pages and words are; None: the desk's.
        on_start: called when the session has begun: the start page is of no more use.
    """
    pages = pages or desk_pages(office.options)
    door = _Door(sessions, pages, on_start)
    shown = [route for screen in screens for route in screen(office, pages).routes()]
    static = Mount(STATIC.rstrip("/"), StaticFiles(directory=_HERE / "static"))
    app = Starlette(
        routes=[*door.routes(), *shown, static],
        exception_handlers={
            SignKitError: lambda request, error: _tell(pages, request, error, mends=RepairScreen in screens),
            HTTPException: lambda request, error: pages.refuse(request.scope, error.status_code, _reason(error)),
            WorkerLost: lambda request, _: pages.refuse(request.scope, 500, "lost"),
            Exception: lambda request, _: pages.refuse(request.scope, 500, "fault"),
        },
    )
    return Guard(app, LoopbackDoor(address, sessions), pages.refuse)


def _tell(pages: Pages, request: Request, error: SignKitError, *, mends: bool) -> Response:
    """Return the page of an error; that of a torn ledger is the one that mends it."""
    if mends and error.code == "archive-torn" and request.method == "GET" and request.url.path != REPAIR:
        return go_to(REPAIR)
    return pages.tell(request, error)


def _reason(error: HTTPException) -> str:
    """Starlette answers 400 to a form of more fields, files or text than `receive_form` takes."""
    return "size" if error.status_code == 400 else "unknown"


class _Door:
    """How one comes in, speaks, and leaves."""

    def __init__(self, sessions: Sessions, pages: Pages, on_start: Callable[[], object]) -> None:
        self._sessions = sessions
        self._pages = pages
        self._on_start = on_start

    def routes(self) -> list[Route]:
        return [
            Route(START, self.start, methods=["GET"]),
            form_route("/language", self.switch_language, self._pages.refuse),
            form_route("/end", self.end, self._pages.refuse),
        ]

    def start(self, request: Request) -> Response:
        """Exchange the token for the cookie.

        The answer is a page that leads on, no redirect: a Strict cookie does not go with a request that a redirect from
        the start file's origin led to.
        """
        session = self._sessions.begin(request.query_params.get("token", ""))
        if session is None:
            return self._pages.refuse(request.scope, 403, "session")
        self._on_start()
        request.scope["session"] = session
        answer = self._pages.show(request, "start.html")
        answer.set_cookie(COOKIE, session.cookie, httponly=True, samesite="strict", path="/")
        return answer

    def switch_language(self, request: Request, form: FormData) -> Response:
        """Show the pages in the other language from now on, beginning with the one that was looked at."""
        from signkit.web.common.pages import other_language

        session = request.scope["session"]
        session.language = other_language(session.language)
        here = word(form, "here")
        return go_to(here if here.startswith("/") and not here.startswith("//") and "\\" not in here else "/")

    def end(self, request: Request, _: FormData) -> Response:
        """End the session; whoever runs the desk sees that it is over."""
        answer = self._pages.show(request, "message.html", heading="end", message=WORDS["ended"])
        self._sessions.end()
        return answer
