"""The page behind a link: whom it is for, and how they will come in from now on.  Opening it changes nothing."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from signkit.web.api.database import StoreConnection
from signkit.web.api.tenants import Tenant
from signkit.web.people.acts import actor_of, write_act
from signkit.web.people.links import Link, find_link, use_link
from signkit.web.people.passkeys import add_passkey
from signkit.web.people.setting_up import SettingUpScreen
from signkit.web.people.sign_in_screen import speak

#: What a link begins with, behind the origin.
INVITATION = "/invitation/"


class LinkScreen(SettingUpScreen):
    """The pages under ``/invitation/``."""

    def routes(self) -> list[BaseRoute]:
        """Return what the screen answers."""
        return [
            self.page(INVITATION + "{link}", self.look),
            self.question(INVITATION + "{link}/challenge", self.ask),
            self.form(INVITATION + "{link}/passkey", self.by_passkey),
            self.form(INVITATION + "{link}/authenticator", self.authenticator),
            self.form(INVITATION + "{link}/password", self.by_password),
        ]

    def look(self, request: Request) -> Response:
        """Show whom it is for, and the two ways."""
        speak(request)
        tenant, link = self._link(request)
        return self.show(
            request, "invitation.html", tenant=tenant, person=link.person, path=INVITATION + link.text,
            oidc=self.oidc_name,
        )  # fmt: skip

    def ask(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Ask for a new passkey."""
        tenant, link = self._link(request)
        return self.ask_new_passkey(tenant, link.person)

    def by_passkey(self, request: Request, form: FormData) -> Response:
        """Keep the passkey, and let its person in; with that the link is used up."""
        speak(request, form)
        tenant, link = self._link(request)
        key = self.new_passkey(tenant, link.person, form)
        with tenant.store.writing() as connection:
            use_link(connection, tenant, link)
            add_passkey(connection, key)
            cookie = self._come_in(connection, request, tenant, link)
        return self.with_cookie(RedirectResponse("/account", 303), tenant, cookie)

    def authenticator(self, request: Request, form: FormData) -> Response:
        """Show the form for a password with one-time codes."""
        speak(request, form)
        tenant, link = self._link(request)
        return self.show_authenticator(request, tenant, link.person, INVITATION + link.text + "/password")

    def by_password(self, request: Request, form: FormData) -> Response:
        """Keep the password, and let its person in; with that the link is used up."""
        speak(request, form)
        tenant, link = self._link(request)
        return self.take_password(
            request, tenant, link.person, form, lambda connection: use_link(connection, tenant, link),
            lambda connection: self._come_in(connection, request, tenant, link),
        )  # fmt: skip

    def _link(self, request: Request) -> tuple[Tenant, Link]:
        return find_link(self.service.tenants, request.path_params["link"])

    def _come_in(self, connection: StoreConnection, request: Request, tenant: Tenant, link: Link) -> str:
        session, cookie = self.let_in(connection, request, tenant, link.person)
        actor = actor_of(link.person.id)
        write_act(connection, tenant, "useLink", actor=actor, origin=self.address(request), subject=link.id)
        request.scope["session"] = session
        return cookie
