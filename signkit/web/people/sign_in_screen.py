"""Coming in: with a passkey, or with password and one-time code; what fails is told in the same words for everybody."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from signkit.web.api.service import Service
from signkit.web.api.tenants import Tenant
from signkit.web.common.forms import word
from signkit.web.common.guard import sent_cookie
from signkit.web.office.door import SIGN_IN
from signkit.web.people.accounts import Person, find_person
from signkit.web.people.acts import actor_of, write_act
from signkit.web.people.declining import Declined
from signkit.web.people.passkeys import PasskeyOffice
from signkit.web.people.passwords import Typed, person_by_password, plain_login
from signkit.web.people.screens import TENANT_COOKIE, PeopleScreen, own_path
from signkit.web.people.tries import asking, forget_tries, take_try

_LONGEST_ID = 80


class SignInScreen(PeopleScreen):
    """The pages under ``/sign-in/``."""

    def routes(self) -> list[BaseRoute]:
        """Return what the screen answers."""
        return [
            self.page(SIGN_IN, self.where),
            self.page(SIGN_IN + "{tenant}", self.look),
            self.question(SIGN_IN + "{tenant}/challenge", self.ask),
            self.form(SIGN_IN + "{tenant}/passkey", self.by_passkey),
            self.form(SIGN_IN + "{tenant}/password", self.by_password),
        ]

    def where(self, request: Request) -> Response:
        """Lead to the page of a tenant: the one that was typed, or at which this browser signed in before."""
        typed = request.query_params.get("tenant", "").strip()
        is_asked = "tenant" in request.query_params
        known = typed if is_asked else sent_cookie(request.headers, TENANT_COOKIE) or ""
        tenant = self.service.tenants.find(known) if known else None
        next_ = own_path(request.query_params.get("next", "/"))
        if tenant is not None:
            return RedirectResponse(SIGN_IN + tenant.id + (f"?next={next_}" if next_ != "/" else ""), 303)
        speak(request)
        return self.show(
            request,
            "sign_in_where.html",
            is_unknown=bool(typed),
            typed=typed[:_LONGEST_ID],
            next=next_,
        )

    def look(self, request: Request) -> Response:
        """Show the page."""
        speak(request)
        return self._page(request, find_tenant(self.service, request), own_path(request.query_params.get("next", "/")))

    def ask(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Ask for a passkey."""
        tenant = find_tenant(self.service, request)
        with tenant.store.writing() as connection:
            wait = take_try(connection, [asking(self.address(request))], tenant.store.clock())
        if wait:
            raise Declined("too_many_tries", 429, seconds=wait)
        return PasskeyOffice(tenant, self.origin).ask_known()

    def by_passkey(self, request: Request, form: FormData) -> Response:
        """Let somebody in by a passkey."""
        speak(request, form)
        tenant = find_tenant(self.service, request)
        try:
            person = PasskeyOffice(tenant, self.origin).recognise(word(form, "challenge"), word(form, "response"))
        except Declined as declined:
            return self._refuse(request, form, tenant, declined)
        return self._let_in(request, form, tenant, person)

    def by_password(self, request: Request, form: FormData) -> Response:
        """Let somebody in by a password with a one-time code."""
        speak(request, form)
        tenant = find_tenant(self.service, request)
        typed = Typed(word(form, "login"), word(form, "password"), word(form, "code"))
        try:
            person = person_by_password(tenant, typed, self.address(request))
        except Declined as declined:
            return self._refuse(request, form, tenant, declined)
        return self._let_in(request, form, tenant, person)

    def _let_in(self, request: Request, form: FormData, tenant: Tenant, person: Person) -> Response:
        with tenant.store.writing() as connection:
            now = find_person(connection, person.id)
            if now is None or now.disabled_at is not None:
                raise Declined("sign_in_wrong", 401)
            _, cookie = self.let_in(connection, request, tenant, now)
            forget_tries(connection, asking(self.address(request)))
            write_act(connection, tenant, "signIn", actor=actor_of(now.id), origin=self.address(request))
        return self.with_cookie(RedirectResponse(own_path(word(form, "next")), 303), tenant, cookie)

    def _refuse(self, request: Request, form: FormData, tenant: Tenant, declined: Declined) -> Response:
        if declined.status == 401:  # what only has to wait is not written down: nobody fills the log so
            login = plain_login(word(form, "login"))
            with tenant.store.writing() as connection:
                row = connection.execute("SELECT person FROM person_password WHERE login = ?", (login,)).fetchone()
                write_act(
                    connection, tenant, "signIn", actor="nobody", origin=self.address(request),
                    subject=row[0] if row else None, status=401,
                )  # fmt: skip
        return self._page(request, tenant, own_path(word(form, "next")), declined, word(form, "login"))

    def _page(
        self, request: Request, tenant: Tenant, next_: str, declined: Declined | None = None, login: str = ""
    ) -> Response:
        status = declined.status if declined else 200
        return self.show(
            request, "sign_in.html", status, tenant=tenant, next=next_, declined=declined, login=login,
            path=SIGN_IN + tenant.id, oidc=self.oidc_name,
        )  # fmt: skip


def find_tenant(service: Service, request: Request) -> Tenant:
    """Return the tenant that a path names.

    Raises:
        Declined("tenant")
    """
    tenant = service.tenants.find(request.path_params["tenant"])
    if tenant is None:
        raise Declined("tenant", 404)
    return tenant


def speak(request: Request, form: FormData | None = None) -> None:
    """Let a page for somebody without a session speak the language that was chosen on it."""
    chosen = word(form, "language") if form is not None else request.query_params.get("language", "")
    if chosen in ("ja", "en"):
        request.scope["language"] = chosen
