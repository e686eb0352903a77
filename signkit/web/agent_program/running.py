"""Running the agent: pair it once, then a window of its own and the work behind it, until it is ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from signkit.errors import ServiceError
from signkit.web.agent_program.device import Device, keep_device
from signkit.web.agent_program.list_screen import AgentListScreen
from signkit.web.agent_program.page_words import AGENT_PROGRAM_WORDS
from signkit.web.agent_program.screen import AgentScreen, PagesScreen
from signkit.web.agent_program.server import Begun, OfficeServer
from signkit.web.agent_program.work import AgentOffice, AgentWork
from signkit.web.common.listening import DeskAddress
from signkit.web.common.sessions import Sessions
from signkit.web.desk.app import MakeScreen, desk_pages, make_app
from signkit.web.desk.job_screen import JobScreen
from signkit.web.desk.office import DeskOptions
from signkit.web.desk.running import run_served
from signkit.web.desk.signing_screen import SigningScreen, take_signed

_PAGES = Path(__file__).parent / "pages"
_LOOK_SECONDS = 2.0
_IDLE_SECONDS = 7 * 24 * 3600.0


def pair(
    device: Device,
    home: Path,
    name: str,
    show: Callable[[Begun], object],
    pause: Callable[[float], object] = time.sleep,
) -> Device:
    """Have this agent paired by its owner at the office's page; return it with its id.

    Args:
        home: where it is kept.
        show: told the code that is to be typed.

    Raises:
        ServiceError("agent-not-paired"): nobody typed the code in time.
        ServiceError: the office cannot be reached, or refuses.
    """
    server = OfficeServer(device)
    begun = server.begin_pairing(name)
    show(begun)
    for _ in range(int(begun.seconds / _LOOK_SECONDS)):
        became = server.ask_pairing(begun)
        if became is not None:
            return keep_device(home, device, became)
        pause(_LOOK_SECONDS)
    raise ServiceError("agent-not-paired", url=device.desk)


def run_agent(
    options: DeskOptions,
    server: OfficeServer,
    on_ready: Callable[[Path, DeskAddress], object],
    *,
    port: int = 0,
    once: bool = False,
) -> AgentWork:
    """Run a paired agent until it is ended, or one task is done; return what it was at.

    Args:
        options: of the desk that it is; nothing is kept in the user's archive.
        on_ready: given the start page, which a browser is to open, and the address.

    Raises:
        OSError: the port is taken.
        FileUnusable: its folder cannot be written.
    """
    settings = replace(options.settings, archive=options.home / "no-archive")
    office = AgentOffice(replace(options, settings=settings))
    work = AgentWork(office, server, options.home, once=once)
    worker = threading.Thread(target=work.run, daemon=True, name="signkit-agent")
    sessions = Sessions(options.language, idle_seconds=_IDLE_SECONDS)
    try:
        take_signed(office)

        def make(address: DeskAddress, on_start: Callable[[], object]) -> ASGIApp:
            return agent_app(office, work, server.device.desk, address, sessions, on_start=on_start)

        def ready(page: Path, address: DeskAddress) -> None:
            on_ready(page, address)
            worker.start()

        run_served(options, sessions, make, ready, port=port, is_over=work.is_over.is_set)
    finally:
        work.stop()
        office.close()
    return work


def agent_app(
    office: AgentOffice,
    work: AgentWork,
    desk: str,
    address: DeskAddress,
    sessions: Sessions,
    *,
    on_start: Callable[[], object] = lambda: None,
) -> ASGIApp:
    """Return the agent's window."""
    pages = desk_pages(office.options, [_PAGES], AGENT_PROGRAM_WORDS)
    own: Sequence[MakeScreen] = (partial(AgentScreen, work=work, desk=desk), partial(AgentListScreen, work=work))
    screens: Sequence[MakeScreen] = (*own, SigningScreen, JobScreen, PagesScreen)
    routes = [route for screen in screens for route in screen(office, pages).routes() if isinstance(route, Route)]
    app = make_app(office, address, sessions, on_start=on_start, screens=screens, pages=pages)

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        scope["shows"], scope["takes"] = partial(_is_there, routes, "GET"), partial(_is_there, routes, "POST")
        await app(scope, receive, send)

    return told


def _is_there(routes: Sequence[Route], method: str, path: str) -> bool:
    """Tell whether the agent has such a page: the desk's pages link to others that it has not."""
    asked = {"type": "http", "method": method, "path": path.partition("?")[0]}
    return any(route.matches(asked)[0] is Match.FULL for route in routes)
