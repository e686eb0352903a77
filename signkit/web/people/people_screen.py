"""The people of a tenant: who they are, inviting, roles, and letting somebody in no more."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from signkit.web.api.database import StoreConnection
from signkit.web.api.roles import ROLES, Role
from signkit.web.api.tenants import Tenant
from signkit.web.common.forms import word
from signkit.web.people.accounts import Person, add_person, disable_person, find_person, list_people
from signkit.web.people.acts import actor_of
from signkit.web.people.approvals import GIVEN_BY_TWO, ask_approval
from signkit.web.people.credentials import has_credentials, remove_credentials
from signkit.web.people.declining import Declined
from signkit.web.people.link_screen import INVITATION
from signkit.web.people.links import INVITATION as GOOD_FOR
from signkit.web.people.links import make_link, open_until, revoke_links
from signkit.web.people.screens import PeopleScreen, require_fresh, require_role, seat_of
from signkit.words import is_name

_HERE = "/people"
_MOST_NAME = 80


class PeopleListScreen(PeopleScreen):
    """The pages under ``/people``."""

    def routes(self) -> list[BaseRoute]:
        """Return what the screen answers."""
        return [
            self.page(_HERE, self.look),
            self.form(f"{_HERE}/invite", self.invite),
            self.form(f"{_HERE}/{{person}}/link", self.link),
            self.form(f"{_HERE}/{{person}}/revoke", self.revoke),
            self.form(f"{_HERE}/{{person}}/role", self.change_role),
            self.form(f"{_HERE}/{{person}}/disable", self.disable),
        ]

    def look(self, request: Request) -> Response:
        """Show everybody."""
        require_role(request, "administrator", "auditor")
        tenant, _ = seat_of(request)
        with tenant.store.reading() as connection:
            rows = [
                (each, has_credentials(connection, each.id), open_until(connection, tenant, each))
                for each in list_people(connection)
            ]
        return self.show(request, "people.html", rows=rows, roles=ROLES, tenant=tenant)

    def invite(self, request: Request, form: FormData) -> Response:
        """Make an account and its link; of who decides for others, ask another administrator first."""
        self._require_administrator(request)
        tenant, session = seat_of(request)
        name, role = read_name(word(form, "name")), read_role(word(form, "role"))
        with tenant.store.writing() as connection:
            if role in GIVEN_BY_TWO:
                asked = ask_approval(connection, tenant, "invite", {"name": name, "role": role}, session.person.id)
                self.write(connection, request, "askApproval", asked.digest)
                return RedirectResponse("/approvals", 303)
            require_still(connection, session.person)
            person = add_person(connection, name, role, tenant.store.now())
            self.write(connection, request, "invitePerson", person.id)
            return self._link(connection, request, tenant, person)

    def link(self, request: Request, _: FormData) -> Response:
        """Show a new link for somebody who has not come in yet."""
        self._require_administrator(request)
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            require_still(connection, session.person)
            person = self._not_in_yet(connection, request)
            self.write(connection, request, "invitePerson", person.id)
            return self._link(connection, request, tenant, person)

    def revoke(self, request: Request, _: FormData) -> Response:
        """Take an invitation back."""
        self._require_administrator(request)
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            require_still(connection, session.person)
            person = self._not_in_yet(connection, request)
            revoke_links(connection, tenant, person)
            disable_person(connection, person.id, tenant.store.now())
            self.write(connection, request, "revokeInvitation", person.id)
        return RedirectResponse(_HERE, 303)

    def change_role(self, request: Request, form: FormData) -> Response:
        """Ask another administrator to change a role."""
        self._require_administrator(request)
        tenant, session = seat_of(request)
        role = read_role(word(form, "role"))
        with tenant.store.writing() as connection:
            person = _person(connection, request)
            if role == person.role:
                raise Declined("role_same", 409)
            facts = {"person": person.id, "name": person.name, "before": person.role, "role": role}
            asked = ask_approval(connection, tenant, "role", facts, session.person.id)
            self.write(connection, request, "askApproval", asked.digest)
        return RedirectResponse("/approvals", 303)

    def disable(self, request: Request, _: FormData) -> Response:
        """Let somebody in no more; that is quick, and takes one person."""
        self._require_administrator(request)
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            require_still(connection, session.person)
            person = _person(connection, request)
            if person.id == session.person.id:
                raise Declined("yourself", 403)
            shut_out(connection, tenant, person)
            self.write(connection, request, "disablePerson", person.id)
        return RedirectResponse(_HERE, 303)

    def _require_administrator(self, request: Request) -> None:
        require_role(request, "administrator")
        require_fresh(request)

    def _not_in_yet(self, connection: StoreConnection, request: Request) -> Person:
        person = _person(connection, request)
        if has_credentials(connection, person.id):  # a link would be a way into somebody's account
            raise Declined("person_in", 409)
        return person

    def _link(self, connection: StoreConnection, request: Request, tenant: Tenant, person: Person) -> Response:
        made_by = actor_of(seat_of(request)[1].person.id)
        text, ends = make_link(connection, tenant, person, made_by, GOOD_FOR)
        return self.show(request, "link_made.html", person=person, link=self.origin + INVITATION + text, ends=ends)


def read_name(text: str) -> str:
    """Return a person's name as it was typed.

    Raises:
        Declined("person_name")
    """
    name = " ".join(text.split())
    if not is_name(name, _MOST_NAME):
        raise Declined("person_name", longest=_MOST_NAME)
    return name


def read_role(text: str) -> Role:
    """Return a role as it was chosen.

    Raises:
        Declined("person_role")
    """
    if text not in ROLES:
        raise Declined("person_role")
    return text


def require_still(connection: StoreConnection, person: Person) -> None:
    """Let in who has the same role in this transaction as when the request came.

    Raises:
        Declined("role")
    """
    now = find_person(connection, person.id)
    if now is None or now.disabled_at is not None or now.role != person.role:
        raise Declined("role", 403)


def shut_out(connection: StoreConnection, tenant: Tenant, person: Person) -> None:
    """Let somebody in no more: sessions, links and all that they came in with are over."""
    disable_person(connection, person.id, tenant.store.now())
    revoke_links(connection, tenant, person)
    remove_credentials(connection, person)


def _person(connection: StoreConnection, request: Request) -> Person:
    person = find_person(connection, request.path_params["person"])
    if person is None or person.disabled_at is not None:
        raise Declined("person", 404)
    return person
