"""One's own account: with what one comes in, and where one has come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from signkit.web.api.database import StoreConnection
from signkit.web.common.forms import word
from signkit.web.people.credentials import can_come_in
from signkit.web.people.declining import Declined
from signkit.web.people.identities import list_identities, remove_identities
from signkit.web.people.mail_addresses import is_address, mail_address_of, set_mail_address
from signkit.web.people.passkeys import add_passkey, list_passkeys, remove_passkey
from signkit.web.people.passwords import find_password, new_recovery_codes, remove_password
from signkit.web.people.screens import require_fresh, seat_of
from signkit.web.people.sessions import end_other_sessions, list_sessions
from signkit.web.people.setting_up import SettingUpScreen

_HERE = "/account"


class AccountScreen(SettingUpScreen):
    """The pages under ``/account``."""

    def routes(self) -> list[BaseRoute]:
        """Return what the screen answers."""
        return [
            self.page(_HERE, self.look),
            self.question(f"{_HERE}/challenge", self.ask),
            self.form(f"{_HERE}/passkey", self.add_key),
            self.form(f"{_HERE}/passkey/remove", self.remove_key),
            self.form(f"{_HERE}/authenticator", self.authenticator),
            self.form(f"{_HERE}/password", self.set_password),
            self.form(f"{_HERE}/password/remove", self.remove_password),
            self.form(f"{_HERE}/recovery", self.recovery),
            self.form(f"{_HERE}/oidc/remove", self.remove_identity),
            self.form(f"{_HERE}/sessions/end", self.end_others),
            self.form(f"{_HERE}/mail", self.set_mail),
        ]

    def look(self, request: Request) -> Response:
        """Show the account."""
        tenant, session = seat_of(request)
        with tenant.store.reading() as connection:
            keys = list_passkeys(connection, session.person.id)
            password = find_password(connection, session.person.id)
            sessions = list_sessions(connection, tenant, session.person)
            mail = mail_address_of(connection, session.person.id)
            identities = list_identities(connection, session.person.id)
        may_mail = self.service.own.mail_server is not None
        return self.show(
            request, "account.html", tenant=tenant, keys=keys, password=password, sessions=sessions, mail=mail,
            may_mail=may_mail, identities=identities, oidc=self.oidc_name, origin=self.origin,
        )  # fmt: skip

    def ask(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Ask for a new passkey."""
        require_fresh(request)
        tenant, session = seat_of(request)
        return self.ask_new_passkey(tenant, session.person)

    def add_key(self, request: Request, form: FormData) -> Response:
        """Keep a further passkey."""
        require_fresh(request)
        tenant, session = seat_of(request)
        key = self.new_passkey(tenant, session.person, form)
        return self._change(request, "addPasskey", lambda connection: add_passkey(connection, key))

    def remove_key(self, request: Request, form: FormData) -> Response:
        """Remove a passkey, if something is left to come in with."""
        person = seat_of(request)[1].person.id
        return self._change(
            request, "removePasskey", lambda connection: remove_passkey(connection, person, word(form, "key"))
        )

    def authenticator(self, request: Request, _: FormData) -> Response:
        """Show the form for a password with one-time codes."""
        require_fresh(request)
        tenant, session = seat_of(request)
        return self.show_authenticator(request, tenant, session.person, f"{_HERE}/password")

    def set_password(self, request: Request, form: FormData) -> Response:
        """Keep a password with one-time codes, instead of the one before."""
        require_fresh(request)
        tenant, session = seat_of(request)
        return self.take_password(
            request, tenant, session.person, form,
            lambda connection: self.write(connection, request, "setPassword", session.person.id),
            lambda connection: self.go_on(connection, request),
        )  # fmt: skip

    def remove_password(self, request: Request, _: FormData) -> Response:
        """Remove the password, if something is left to come in with."""
        person = seat_of(request)[1].person.id
        return self._change(request, "removePassword", lambda connection: remove_password(connection, person))

    def remove_identity(self, request: Request, _: FormData) -> Response:
        """Come in by a provider no more, if something is left to come in with."""
        person = seat_of(request)[1].person.id
        return self._change(request, "unlinkIdentity", lambda connection: remove_identities(connection, person))

    def recovery(self, request: Request, _: FormData) -> Response:
        """Show new recovery codes; those from before are good no more."""
        require_fresh(request)
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            if find_password(connection, session.person.id) is None:
                raise Declined("no_password")
            codes = new_recovery_codes(connection, session.person.id)
            self.write(connection, request, "renewRecoveryCodes", session.person.id)
            cookie = self.go_on(connection, request)
        return self.with_cookie(self.show(request, "recovery_codes.html", codes=codes), tenant, cookie)

    def end_others(self, request: Request, _: FormData) -> Response:
        """End the sessions elsewhere."""
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            end_other_sessions(connection, session)
            self.write(connection, request, "endSessions", session.person.id)
        return RedirectResponse(_HERE, 303)

    def set_mail(self, request: Request, form: FormData) -> Response:
        """Let the person be written to at an address, or at none; the log does not say at which."""
        require_fresh(request)
        tenant, session = seat_of(request)
        typed = word(form, "mail").strip()
        if typed and not is_address(typed):
            raise Declined("mail_address")
        with tenant.store.writing() as connection:
            set_mail_address(connection, session.person.id, typed, session.language)
            self.write(connection, request, "setMailAddress", session.person.id)
        return RedirectResponse(_HERE, 303)

    def _change(self, request: Request, action: str, change: Callable[[StoreConnection], object]) -> Response:
        require_fresh(request)
        tenant, session = seat_of(request)
        with tenant.store.writing() as connection:
            change(connection)
            if not can_come_in(connection, session.person.id, self.service.own.oidc_issuer):
                raise Declined("last_credential")
            self.write(connection, request, action, session.person.id)
            cookie = self.go_on(connection, request)
        return self.with_cookie(RedirectResponse(_HERE, 303), tenant, cookie)
