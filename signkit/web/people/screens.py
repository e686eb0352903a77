"""What the screens of people have in common: whose session it is, what it may, and what is said where it may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from signkit.web.api.database import StoreConnection
from signkit.web.api.requests import origin_of
from signkit.web.api.roles import Role
from signkit.web.api.service import Service
from signkit.web.api.store import moment
from signkit.web.api.tenants import Tenant
from signkit.web.common.forms import FormHandler, form_route
from signkit.web.common.pages import Pages
from signkit.web.office.door import SIGN_IN, give_cookie, origin_of_pages
from signkit.web.people.accounts import Person
from signkit.web.people.acts import actor_of, write_act
from signkit.web.people.declining import Declined
from signkit.web.people.page_words import PEOPLE_WORDS
from signkit.web.people.sessions import PersonSession, begin_session, end_sessions_of

#: So long somebody counts as having just shown who they are, and may change what they come in with.
FRESH = timedelta(minutes=10)
#: Which tenant's page this browser signs in at; no secret.
TENANT_COOKIE = "signkit-tenant"
_YEAR = 365 * 24 * 3600
_OWN_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+|/")


class PeopleScreen:
    """The root of the screens.

    Args:
        service: whose tenants' people they are.
    """

    def __init__(self, service: Service, pages: Pages) -> None:
        self.service = service
        self.pages = pages

    def routes(self) -> list[BaseRoute]:
        """Return what the screen answers."""
        raise NotImplementedError

    def page(self, path: str, handler: Callable[[Request], Response]) -> Route:
        """Return the route of a page that is looked at."""

        def look(request: Request) -> Response:
            try:
                return handler(request)
            except Declined as declined:
                return self.decline(request, declined)

        return Route(path, look, methods=["GET"], name=handler.__name__)

    def form(self, path: str, handler: FormHandler) -> Route:
        """Return the route of a form."""

        def take(request: Request, form: FormData) -> Response:
            try:
                return handler(request, form)
            except Declined as declined:
                self._write_refusal(request, declined)
                return self.decline(request, declined)

        return form_route(path, take, self.pages.refuse)

    def question(self, path: str, handler: Callable[[Request], tuple[str, dict[str, Any]]]) -> Route:
        """Return the route by which a page's script fetches a challenge."""

        def ask(request: Request, _: FormData) -> Response:
            try:
                challenge, options = handler(request)
            except Declined as declined:
                told = PEOPLE_WORDS[f"declined_{declined.reason}"].in_language(
                    self.pages.language(request.scope), **declined.facts
                )
                return JSONResponse({"message": told}, declined.status)
            return JSONResponse({"challenge": challenge, "options": options})

        return form_route(path, ask, self.pages.refuse)

    def show(self, request: Request, template: str, status: int = 200, /, **facts: Any) -> Response:
        """Return a page."""
        return self.pages.show(request, template, status, **facts)

    def decline(self, request: Request, declined: Declined) -> Response:
        """Return the page that says why not."""
        return self.show(
            request, "people_declined.html", declined.status, declined=declined, back=back_of(request, declined)
        )

    def address(self, request: Request) -> str:
        """Return where a request came from."""
        return origin_of(request, self.service.own.proxy)

    def write(
        self,
        connection: StoreConnection,
        request: Request,
        action: str,
        subject: str | None = None,
    ) -> None:
        """Write down what whoever has the session does."""
        tenant, session = seat_of(request)
        actor = actor_of(session.person.id)
        write_act(connection, tenant, action, actor=actor, origin=self.address(request), subject=subject)

    def _write_refusal(self, request: Request, declined: Declined) -> None:
        """Write down that somebody tried what they may not, as the API does; the path names ids alone."""
        if declined.status != 403 or request.scope["session"] is None:
            return
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            write_act(
                connection, tenant, "refusedForm", actor=actor_of(session.person.id), origin=self.address(request),
                subject=request.url.path, status=403,
            )  # fmt: skip

    def let_in(
        self,
        connection: StoreConnection,
        request: Request,
        tenant: Tenant,
        person: Person,
        begun_at: str | None = None,
    ) -> tuple[PersonSession, str]:
        """Begin a session of somebody who came in just now; one of the same browser from before is over.

        Args:
            begun_at: when they showed who they are; None: just now.
        """
        before = request.scope.get("session")
        if before is not None:
            before_tenant: Tenant = request.scope["tenant"]
            if before_tenant.id == tenant.id:
                connection.execute("DELETE FROM person_session WHERE id = ?", (before.id,))
        return begin_session(connection, tenant, person, self.pages.language(request.scope), begun_at)

    def go_on(self, connection: StoreConnection, request: Request) -> str:
        """End all of a person's sessions, for what they come in with changed; return this browser's new cookie."""
        tenant, session = seat_of(request)
        end_sessions_of(connection, session.person)
        new, cookie = begin_session(connection, tenant, session.person, session.language, session.begun_at)
        request.scope["session"] = new
        return cookie

    def with_cookie(self, response: Response, tenant: Tenant, cookie: str) -> Response:
        """Give the browser a session's cookie, and let it remember where its person comes in."""
        give_cookie(response, self.service, cookie)
        response.set_cookie(
            TENANT_COOKIE, tenant.id, max_age=_YEAR, httponly=True, samesite="lax", path=SIGN_IN,
            secure=self.origin.startswith("https:"),
        )  # fmt: skip
        return response

    @property
    def oidc_name(self) -> str | None:
        """What people know the provider as by which they may sign in; None where there is none."""
        own = self.service.own
        return own.oidc_name or urlsplit(own.oidc_issuer).hostname if own.oidc_issuer else None

    @property
    def origin(self) -> str:
        """The origin of these pages."""
        return origin_of_pages(self.service)


def seat_of(request: Request) -> tuple[Tenant, PersonSession]:
    """Return whose request it is."""
    return request.scope["tenant"], request.scope["session"]


def require_role(request: Request, *roles: Role) -> None:
    """Let in who has one of the roles.

    Raises:
        Declined("role")
    """
    _, session = seat_of(request)
    if session.person.role not in roles:
        raise Declined("role", 403)


def require_fresh(request: Request) -> None:
    """Let in who has just shown who they are: a cookie that somebody took is not enough to stay for good.

    Raises:
        Declined("stale")
    """
    tenant, session = seat_of(request)
    if session.begun_at <= moment(tenant.store.clock() - FRESH):
        raise Declined("stale", 403, tenant=tenant.id)


def own_path(text: str) -> str:
    """Return where to go after coming in: a plain path of our own, or the first page."""
    return text if _OWN_PATH.fullmatch(text) else "/"


def back_of(request: Request, declined: Declined) -> str:
    """Return the page from which a form was sent; of a page that is not for this role, the first page."""
    if request.method != "POST" and declined.reason == "role":
        return "/"
    _, first, *rest = request.url.path.split("/")
    if first == "sign-in" and len(rest) > 1:
        return f"/sign-in/{rest[0]}"
    return f"/{first}" if first in ("account", "people", "approvals", "agents") else "/"
