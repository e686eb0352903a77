"""Running the desk: listen, hand the start page to the browser, serve until nobody is there any more."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from signkit.web.common.listening import DeskAddress, listen_on_loopback
from signkit.web.common.sessions import Sessions
from signkit.web.common.start_page import write_start_page
from signkit.web.desk.app import make_app
from signkit.web.desk.office import DeskOptions, Office
from signkit.web.desk.signing_screen import take_signed

_LOOK_SECONDS = 2.0


def run_desk(
    options: DeskOptions, on_ready: Callable[[Path, DeskAddress], object], *, port: int = 0, idle_seconds: float = 1800
) -> None:
    """Run a desk until it is ended, nobody was there for ``idle_seconds``, or Ctrl-C.

    Args:
        on_ready: given the start page, which a browser is to open, and the address.
        port: to listen at; 0: any that is free.

    Raises:
        OSError: the port is taken.
        FileUnusable: the desk's folder cannot be written.
    """
    sessions = Sessions(options.language, idle_seconds=idle_seconds)
    office = Office(options)
    try:
        take_signed(office)
        if options.rehearsal:
            from signkit.web.desk.rehearsal_desk import lay_out

            lay_out(office)

        def make(address: DeskAddress, on_start: Callable[[], object]) -> ASGIApp:
            return make_app(office, address, sessions, on_start=on_start)

        run_served(options, sessions, make, on_ready, port=port)
    finally:
        office.close()


def run_served(
    options: DeskOptions,
    sessions: Sessions,
    make: Callable[[DeskAddress, Callable[[], object]], ASGIApp],
    on_ready: Callable[[Path, DeskAddress], object],
    *,
    port: int = 0,
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """Serve an application to this machine's browser alone, until its session, or ``is_over``, says that it is over.

    Args:
        make: returns the application at an address; it calls what it is given once the session has begun.
        on_ready, port: see `run_desk`.

    Raises:
        ServiceError("port-taken", "port-refused"): the port cannot be used.
        FileUnusable: the start page cannot be written.
    """
    address, sockets = listen_on_loopback(port)
    try:
        start_page = write_start_page(options.home, address, sessions.start_token, options.language)
        try:
            app = make(address, lambda: start_page.unlink(missing_ok=True))
            watched = _Watched(app, lambda: sessions.is_over() or is_over(), lambda: on_ready(start_page, address))
            watched.server = uvicorn.Server(_config(watched))
            watched.server.run(sockets=sockets)
        finally:
            start_page.unlink(missing_ok=True)
    finally:
        for each in sockets:
            each.close()


def _config(app: ASGIApp) -> uvicorn.Config:
    """No access log: addresses hold what was looked for.  No proxy in front: its headers are not believed."""
    return uvicorn.Config(
        app, log_level="warning", access_log=False, proxy_headers=False, server_header=False, ws="none",
        timeout_graceful_shutdown=2, lifespan="on",
    )  # fmt: skip


class _Watched:
    """The application, with somebody who looks whether the desk is over and then stops ``server``."""

    server: uvicorn.Server

    def __init__(self, app: ASGIApp, is_over: Callable[[], bool], on_ready: Callable[[], object]) -> None:
        self._app = app
        self._is_over = is_over
        self._on_ready = on_ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        await receive()
        async with self._watching():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @contextlib.asynccontextmanager
    async def _watching(self) -> AsyncIterator[None]:
        task: asyncio.Task[Any] = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while not self.server.started:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(self._on_ready)
        await asyncio.to_thread(_load_ahead)
        while not self._is_over():
            await asyncio.sleep(_LOOK_SECONDS)
        self.server.should_exit = True


def _load_ahead() -> None:
    """Load what the first contract's page needs, while the browser opens."""
    import signkit.archive.judging
    import signkit.delivery.check
    import signkit.signing.levels  # noqa: F401
