"""The desks of all tenants: each tenant's office is opened when somebody comes, and let go when nobody is there."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from signkit.errors import SignKitError
from signkit.web.api.identifiers import new_id
from signkit.web.api.operation_log import write_operation
from signkit.web.api.requests import origin_of
from signkit.web.api.service import Service
from signkit.web.api.tenants import Tenant
from signkit.web.common.pages import Pages
from signkit.web.desk.office import Pools, drawing_pool
from signkit.web.desk.screens import go_to
from signkit.web.desk.signing_screen import take_signed
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.tenant_office import TenantOffice, open_office
from signkit.web.office.ways import BESIDE, SHOWN, Need, Ways, method_of, served
from signkit.web.people.accounts import Person

_IDLE_SECONDS = 1800.0
#: A seat takes 0.2 MB, and 7 ms to make: all who come and go on a working day keep theirs.
_MOST_SEATS = 200


@dataclass
class _OpenOffice:
    """A tenant's office while somebody is there; ``users`` are requests under way."""

    office: TenantOffice
    seats: dict[Person, Router] = field(default_factory=dict)
    users: int = 0
    last: float = 0.0

    def is_idle(self, now: float, seconds: float) -> bool:
        return not self.users and now - self.last > seconds and not self.office.jobs.are_working()


class Desks:
    """What answers the desk's addresses, for whoever is in ``scope``.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, service: Service, pages: Pages, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._pages = pages
        self._clock = clock
        self._pools = Pools(service.pool, drawing_pool())
        self._open: dict[str, _OpenOffice] = {}
        self._lock = threading.Lock()
        self._documents: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, at the seat of whoever asks; who has none finds nothing (below an address that is open to all)."""
        if scope.get("session") is None:
            await self._pages.refuse(scope, 404, "unknown")(scope, receive, send)
            return
        tenant, person = scope["tenant"], scope["session"].person
        opened, seat = await run_in_threadpool(self._take_seat, tenant, person)
        try:
            await seat(scope, receive, send)
        finally:
            opened.users -= 1
            opened.last = self._clock()
            tenant.place.give()

    def close(self) -> None:
        """End what is under way."""
        with self._lock:
            for each in self._open.values():
                each.office.close()
            self._open.clear()
        self._pools.drawing.shutdown(cancel_futures=True)

    def office_of(self, tenant: Tenant) -> TenantOffice:
        """Return a tenant's office, for whoever acts there without a seat."""
        with tenant.place.hold(), self._lock:
            return self._opened(tenant).office

    def let_go(self, seconds: float = _IDLE_SECONDS) -> None:
        """Close the offices in which nobody was for so long, and nothing is under way."""
        with self._lock:
            now = self._clock()
            for id_, each in list(self._open.items()):
                if each.is_idle(now, seconds):
                    del self._open[id_]
                    each.office.close()

    def _take_seat(self, tenant: Tenant, person: Person) -> tuple[_OpenOffice, Router]:
        self.let_go()
        tenant.place.take()
        try:
            with self._lock:
                opened = self._opened(tenant)
                opened.users += 1
                seat = opened.seats.pop(person, None) or self._make_seat(opened.office.seat(person))
                opened.seats[person] = seat  # the last one used is the last one to go
                for old in list(opened.seats)[:-_MOST_SEATS]:
                    del opened.seats[old]
                return opened, seat
        except BaseException:
            tenant.place.give()
            raise

    def _opened(self, tenant: Tenant) -> _OpenOffice:
        opened = self._open.get(tenant.id)
        if opened is not None and opened.office.term != tenant.place.term:  # it was on another node meanwhile
            self._open.pop(tenant.id).office.close()
            opened = None
        if opened is None:
            office = open_office(self._service, tenant, self._pools)
            take_signed(office)
            opened = self._open[tenant.id] = _OpenOffice(office)
        opened.last = self._clock()
        return opened

    def _make_seat(self, office: TenantOffice) -> Router:
        screens = [(shown, shown.screen(office, self._pages)) for shown in SHOWN]
        return Router([self._guarded(route, need, office) for route, need in served(screens)])

    def _guarded(self, route: Route, need: Need, office: TenantOffice) -> Route:
        """Return the route, behind what it needs; who was there stands in the log before they are told anything."""
        method = method_of(route)
        action = f"{method} {route.path}"

        async def answer(request: Request) -> Response:
            status = 500
            try:
                response = await self._respond(request, route, need, office)
                status = response.status_code
            except SignKitError:
                status = 400
                raise
            finally:
                if need.is_logged or status == 403:
                    await run_in_threadpool(log_visit, self._service, request, action, status)
            return response

        return Route(route.path, answer, methods=[method], name=route.name)

    async def _respond(self, request: Request, route: Route, need: Need, office: TenantOffice) -> Response:
        assert office.person is not None
        if not need.is_met(office.person, self._service.document):
            return refuse_role(self._pages, request)
        sha256 = request.path_params.get("sha256")
        if sha256 is None:
            return await _called(route, request)
        if method_of(route) == "GET":
            now = await run_in_threadpool(_moved_to, office, sha256) if route.path == DOCUMENT else None
            return go_to(f"/documents/{now}") if now is not None else await _called(route, request)
        lock = self._documents.setdefault((office.options.home.as_posix(), sha256), asyncio.Lock())
        async with lock:  # one at a time changes a document
            return await self._on_what_is_there(request, route, need, office, sha256)

    async def _on_what_is_there(
        self, request: Request, route: Route, need: Need, office: TenantOffice, sha256: str
    ) -> Response:
        """Take a form on a document as it is now; on one that was signed further meanwhile, say so."""
        successor = await run_in_threadpool(office.successor, sha256)
        if successor is not None and not route.path.startswith(OWN_STATE):
            return self._pages.show(request, "overtaken.html", 409, sha256=successor)
        if need.approved and not await run_in_threadpool(office.may_be_signed, sha256):
            return self._pages.refuse(request.scope, 409, "not_approved")
        return await _called(route, request)


def _moved_to(office: TenantOffice, sha256: str) -> str | None:
    """Return the file that took a file's place which is not at hand any more: mails and notes name the one before."""
    return office.successor(sha256) if office.name_of(sha256) is None else None


def refuse_role(pages: Pages, request: Request) -> Response:
    """Return the page that says whose role does not include this."""
    return pages.refuse(request.scope, 403, "role", role=OFFICE_WORDS[f"role_{request.scope['session'].person.role}"])


async def _called(route: Route, request: Request) -> Response:
    endpoint: Any = route.endpoint
    if asyncio.iscoroutinefunction(endpoint):
        response: Response = await endpoint(request)
        return response
    return await run_in_threadpool(endpoint, request)


def ways_of(service: Service, pages: Pages, more: dict[tuple[str, str], Need], others: Iterable[BaseRoute]) -> Ways:
    """Return all ways of the desks, ``more``, and those to the rooms of which there are routes among ``others``."""
    nowhere: Any = None  # routes are asked for their paths alone
    screens = [(shown, shown.screen(nowhere, pages)) for shown in SHOWN]
    needs = {(method_of(route), route.path): need for route, need in served(screens)} | more
    paths = {route.path for route in others if isinstance(route, Route)}
    return Ways(needs, [each for each in BESIDE if each in paths], service.document)


def log_visit(service: Service, request: Request, action: str, status: int) -> None:
    """Write into the tenant's operation log who was where."""
    tenant, session = request.scope["tenant"], request.scope["session"]
    origin = origin_of(request, service.own.proxy)
    subject = next((str(request.path_params[each]) for each in _SUBJECTS if each in request.path_params), None)
    with tenant.store.writing() as connection:
        write_operation(
            connection, tenant.store.now(), request=new_id(), actor=f"person:{session.person.id}", origin=origin,
            action=action, subject=subject, status=status,
        )  # fmt: skip


#: A contract's page.
DOCUMENT = "/documents/{sha256}"
#: Forms that say themselves which state they were made on.
OWN_STATE = "/documents/{sha256}/handover/"
#: Which of a path's parts names what was looked at.
_SUBJECTS = ("sha256", "number", "id")
