"""Coming in by the operator's OpenID provider, and linking oneself with who one is there."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.web.api.database import StoreConnection
from signkit.web.api.service import Service
from signkit.web.api.tenants import Tenant
from signkit.web.common.forms import word
from signkit.web.common.guard import sent_cookie
from signkit.web.common.pages import Pages
from signkit.web.office.door import SIGN_IN, give_oidc_cookie, oidc_cookie_name, take_oidc_cookie
from signkit.web.people.accounts import Person
from signkit.web.people.acts import actor_of, write_act
from signkit.web.people.declining import Declined
from signkit.web.people.identities import Identity, add_identity, person_of
from signkit.web.people.link_screen import INVITATION
from signkit.web.people.links import find_link, resume_link, use_link
from signkit.web.people.oidc import BACK, CameBack, Errand, OidcOffice
from signkit.web.people.screens import FRESH, PeopleScreen, own_path, require_fresh, seat_of
from signkit.web.people.sessions import begin_session, end_sessions_of, find_session
from signkit.web.people.sign_in_screen import find_tenant, speak
from signkit.web.people.tries import asking, forget_tries, take_try

_ACCOUNT = "/account"


class OidcScreen(PeopleScreen):
    """The forms that lead to the provider, and the page to which it leads back."""

    def __init__(self, service: Service, pages: Pages) -> None:
        super().__init__(service, pages)
        self._office = OidcOffice(service) if self.oidc_name else None

    @property
    def office(self) -> OidcOffice:
        """Who speaks with the provider."""
        assert self._office is not None, "there are routes only where there is a provider"
        return self._office

    def routes(self) -> list[BaseRoute]:
        """Return what the screen answers; nothing where the operator names no provider."""
        if self._office is None:
            return []
        return [
            self.page(BACK, self.come_back),
            self.form(SIGN_IN + "{tenant}/oidc", self.to_sign_in),
            self.form(INVITATION + "{link}/oidc", self.to_use_link),
            self.form(f"{_ACCOUNT}/oidc", self.to_link),
        ]

    # --- to the provider

    def to_sign_in(self, request: Request, form: FormData) -> Response:
        """Lead somebody to the provider who wants to come in."""
        speak(request, form)
        tenant = find_tenant(self.service, request)
        return self._lead(request, tenant, "sign-in", next=own_path(word(form, "next")))

    def to_use_link(self, request: Request, form: FormData) -> Response:
        """Lead somebody to the provider who was invited, and comes in by it from now on."""
        speak(request, form)
        tenant, link = find_link(self.service.tenants, request.path_params["link"])
        return self._lead(request, tenant, "invitation", link=link.id)

    def to_link(self, request: Request, _: FormData) -> Response:
        """Lead somebody to the provider who is signed in, and wants to come in by it too."""
        require_fresh(request)
        tenant, session = seat_of(request)
        return self._lead(request, tenant, "account", session=session.id)

    def _lead(self, request: Request, tenant: Tenant, errand: Errand, **facts: str) -> Response:
        with tenant.store.writing() as connection:
            wait = take_try(connection, [asking(self.address(request))], tenant.store.clock())
        if wait:
            raise Declined("too_many_tries", 429, seconds=wait)
        address, cookie = self.office.ask(tenant, errand, language=self.pages.language(request.scope), **facts)
        # A form that were redirected would be held back by form-action, wherever the provider leads on.
        answer = self.show(request, "oidc_go.html", address=address, provider=self.oidc_name)
        give_oidc_cookie(answer, self.service, cookie)
        return answer

    # --- back from it

    def come_back(self, request: Request) -> Response:
        """Take in who the provider leads back: the session's own cookie does not come along from there."""
        try:
            answer = self._taken(request)
        except Declined as declined:
            answer = self.decline(request, declined)
        take_oidc_cookie(answer, self.service)
        return answer

    def _taken(self, request: Request) -> Response:
        cookie = sent_cookie(request.headers, oidc_cookie_name(self.service)) or ""
        tenant, facts = self.office.take(self.service.tenants, cookie)
        request.scope["language"] = facts["language"]
        try:
            came = self.office.recognise(tenant, facts, request.url.query)
            return {"sign-in": self._let_in, "invitation": self._use_link, "account": self._link}[facts["errand"]](
                request, came
            )
        except Declined as declined:
            self._write_failure(request, tenant, declined)
            back = _ACCOUNT if facts["errand"] == "account" else f"{SIGN_IN}{tenant.id}"
            return self.show(request, "oidc_back.html", declined.status, declined=declined, to=back)

    def _let_in(self, request: Request, came: CameBack) -> Response:
        tenant = came.tenant
        with tenant.store.writing() as connection:
            person = person_of(connection, self.office.issuer, came.subject, tenant.store.now())
            if person is None:
                raise Declined("oidc_nobody", 401)
            _, cookie = self.let_in(connection, request, tenant, person, came.begun_at(FRESH))
            forget_tries(connection, asking(self.address(request)))
            self._write(connection, request, tenant, person, "signIn")
        return self._led(request, cookie, tenant, came.facts["next"])

    def _use_link(self, request: Request, came: CameBack) -> Response:
        tenant = came.tenant
        with tenant.store.writing() as connection:
            link = resume_link(connection, tenant, came.facts["link"])
            person = use_link(connection, tenant, link)
            self._add(connection, came, person)
            _, cookie = self.let_in(connection, request, tenant, person, came.begun_at(FRESH))
            self._write(connection, request, tenant, person, "useLink", link.id)
        return self._led(request, cookie, tenant, _ACCOUNT)

    def _link(self, request: Request, came: CameBack) -> Response:
        """Link who came back with the person whose session asked, if it is still there; other sessions end."""
        tenant = came.tenant
        with tenant.store.writing() as connection:
            session = find_session(connection, tenant, came.facts["session"])
            if session is None:
                raise Declined("challenge", 403)
            self._add(connection, came, session.person)
            end_sessions_of(connection, session.person)
            _, cookie = begin_session(connection, tenant, session.person, session.language, session.begun_at)
            self._write(connection, request, tenant, session.person, "linkIdentity", session.person.id)
        return self._led(request, cookie, tenant, _ACCOUNT)

    def _add(self, connection: StoreConnection, came: CameBack, person: Person) -> None:
        now = came.tenant.store.now()
        add_identity(connection, Identity(self.office.issuer, came.subject, person.id, now))

    def _led(self, request: Request, cookie: str, tenant: Tenant, to: str) -> Response:
        """Go on from a page of our own: a Strict cookie does not go along with a redirect from elsewhere."""
        return self.with_cookie(self.show(request, "oidc_back.html", declined=None, to=to), tenant, cookie)

    def _write(
        self,
        connection: StoreConnection,
        request: Request,
        tenant: Tenant,
        person: Person,
        action: str,
        subject: str | None = None,
    ) -> None:
        actor, origin = actor_of(person.id), self.address(request)
        write_act(connection, tenant, action, actor=actor, origin=origin, subject=subject)

    def _write_failure(self, request: Request, tenant: Tenant, declined: Declined) -> None:
        """Write down who was not let in, as at the other ways in; what only has to wait is not written."""
        if declined.status not in (401, 403):
            return
        with tenant.store.writing() as connection:
            write_act(
                connection, tenant, "signIn", actor="nobody", origin=self.address(request), status=declined.status
            )
